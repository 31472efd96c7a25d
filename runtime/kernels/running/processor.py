"""What the processor is, told without LLVM where the system says it: stored kernels are for one processor."""
from __future__ import annotations

import functools

_FIELDS = ("vendor_id", "cpu family", "model", "model name", "flags")


@functools.cache
def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first processor on x86; empty elsewhere."""
    try:
        with open("/proc/cpuinfo", "rb") as file:
            text = file.read(1 << 14).decode("latin-1").partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.splitlines())
    fields = {name.strip(): value.strip() for name, _, value in pairs}
    return fields if all(name in fields for name in _FIELDS) else {}


@functools.cache
def identity() -> str:
    """A text that differs for processors that need different code."""
    fields = _cpuinfo()
    if fields:
        return "; ".join(fields[name] for name in _FIELDS)
    from .engine import initialize

    llvm = initialize()
    return f"{llvm.get_host_cpu_name()}; {llvm.get_host_cpu_features().flatten()}; {llvm.get_default_triple()}"


@functools.cache
def has(feature: str) -> bool:
    """Whether the processor has an extension, by the name that it has in LLVM and in Linux alike: avx2, fma, f16c, avx512f."""
    fields = _cpuinfo()
    if fields:
        return feature in fields["flags"].split()
    from .engine import initialize

    return bool(initialize().get_host_cpu_features().get(feature))
