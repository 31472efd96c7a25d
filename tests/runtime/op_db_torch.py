"""One entry of PyTorch's `op_db` on both libraries: its samples, variants of them, and its error cases.

`failures(info, ...)` gives what differs, as (cause, description); test_op_db_torch.py asserts on it, and run as a program
this file prints what differs on each entry:

    python tests/runtime/op_db_torch.py [--whole] [--log FILE] [NAME ...]

"Whole" means every float32 sample, some of every other dtype that both libraries have, and for some float32 samples the
same values with other strides, an expanded first or last dimension, no items, one item without dimensions, and NaN and infinity in them.
Compared are dtype, shape, strides of dimensions that are stepped along, items, and for errors the type of the exception.
"""
from __future__ import annotations

import argparse
import importlib
import itertools
import math
import os
import signal
import sys
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import BinaryUfuncInfo, ReductionOpInfo, SampleInput, UnaryUfuncInfo

import rushlight as rl
from rushlight.runtime.layout import Layout, layout_kind
from rushlight.runtime.ops.packet import packet
from rushlight.runtime.ops.table import load_rows
from rushlight.runtime.storage import Storage
from rushlight.runtime.tensor import Tensor

ENTRIES = {info.formatted_name: info for info in op_db}
DTYPES = ("float64", "bfloat16", "float16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "complex128")
TOLERANCES = {
    "float32": 2e-5, "float64": 1e-7, "float16": 3e-3, "bfloat16": 2e-2, "complex64": 2e-5, "complex128": 1e-7, "complex32": 3e-3,
}
UNDEFINED = ("empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided", "resize_", "resize_as_")
"""Entries whose results have items that nothing says anything about."""
TIED = ("sort", "topk", "kthvalue", "median", "nanmedian", "mode")
"""Entries whose second result names one of several equal items, any of them."""
ORDERED = ("linalg_", "fft_", "nn_functional_conv", "stft", "istft", "cholesky", "lu", "svd", "qr", "geqrf", "pinverse", "ormqr")
"""Where the order of sums decides which items NaN and infinity reach, and what comes out of a matrix without full rank."""

RAW = ("native_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update", "native_group_norm")
"""Entries below public ones, where PyTorch does not look how operands lie: it reads and writes expanded ones as if they were contiguous."""

BESIDE_NAN = ("special_chebyshev", "special_shifted", "special_hermite", "special_laguerre", "special_legendre", "mode", "unique")
"""Entries whose answers mean nothing in PyTorch where NaN comes in: memory that nothing wrote, or what sorting by < leaves."""

ALONG_ONE_ITEM = ("median", "nanmedian", "masked_median", "nn_functional_instance_norm")
"""Entries that say nothing where one item is repeated along the last dimension: PyTorch's medians are then no item of their row, and
where the variance is 0, the rounding of the mean is what is left."""

_LAYOUTS = {"sparse_coo": 1, "sparse_csr": 2, "_mkldnn": 3, "sparse_csc": 4, "sparse_bsr": 5, "sparse_bsc": 6}

Failure = tuple[str, str]


def to_rushlight(value: Any, storages: dict[int, Storage]) -> Any:
    """PyTorch's values as ours; a tensor keeps its strides and its offset, and shares a storage with whoever shared it."""
    if isinstance(value, torch.Tensor):
        return _tensor(value, storages)
    if isinstance(value, torch.layout) and value is not torch.strided:
        return layout_kind(_LAYOUTS[str(value).removeprefix("torch.")])
    if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
        return getattr(rl, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return rl.device(str(value))
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, torch.Generator):
        return rl.Generator()
    if isinstance(value, torch.nn.PairwiseDistance):
        return rl.nn.PairwiseDistance(value.norm, value.eps, value.keepdim)
    if isinstance(value, dict):
        return {name: to_rushlight(item, storages) for name, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(to_rushlight(item, storages) for item in value))
    if isinstance(value, tuple | list):
        return type(value)(to_rushlight(item, storages) for item in value)
    return value


def _tensor(value: torch.Tensor, storages: dict[int, Storage]) -> Tensor:
    if value.layout is not torch.strided or value.is_quantized or value.is_meta:
        raise NotImplementedError(f"tensors of layout {value.layout} on {value.device}")
    value = value.detach().resolve_conj().resolve_neg()
    whole = value.untyped_storage()
    storage = storages.get(whole.data_ptr()) if whole.nbytes() else None
    if storage is None:
        storage = Storage.wrap(torch.empty(0, dtype=torch.uint8).set_(whole).numpy().copy())
        if whole.nbytes():
            storages[whole.data_ptr()] = storage
    layout = Layout.of(tuple(value.shape), tuple(value.stride()), value.storage_offset())
    return Tensor(storage, layout, getattr(rl, str(value.dtype).removeprefix("torch.")))


def _seeded(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What op_db calls `wrapper_set_seed`."""
    rl.manual_seed(42)
    return call(*args, **kwargs)


class _Methods:
    """What `torch.Tensor.name` is in PyTorch: a function of a tensor."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda tensor, *args, **kwargs: getattr(tensor, name)(*args, **kwargs)


class _Packets:
    """What `torch.ops.aten` is in PyTorch: operators by name."""

    def __getattr__(self, name: str) -> Any:
        return types.SimpleNamespace(default=packet(f"aten::{name}"))


class _Library:
    """Our library as the code of an entry sees it under the name `torch`."""

    Tensor = _Methods()

    ops = types.SimpleNamespace(aten=_Packets())

    def __getattr__(self, name: str) -> Any:
        return getattr(rl, name)


def callee(info: Any) -> Callable[..., Any] | None:
    """Our function for an entry, None where we have none."""
    op = info.op
    module = getattr(op, "__module__", None) or ""
    if isinstance(op, types.FunctionType) and module.startswith("torch.testing"):
        # the entry's own code, over our library
        known = {**op.__globals__, "torch": _Library(), "wrapper_set_seed": _seeded}
        made = types.FunctionType(op.__code__, known, op.__name__, op.__defaults__, op.__closure__)
        made.__kwdefaults__ = op.__kwdefaults__
        return made
    name = info.name.removeprefix("torch.ops.aten.").removesuffix(".default")
    if isinstance(op, torch._ops.OpOverload):
        return packet(op._schema.name)
    if "Tensor" in getattr(op, "__qualname__", "") or name.startswith("__"):
        method = op.__name__

        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(self, Tensor):
                if isinstance(op, types.FunctionType):
                    # as PyTorch's own wrapper of these methods
                    try:
                        return getattr(Tensor, method)(self, *args, **kwargs)
                    except TypeError:
                        return NotImplemented
                raise TypeError(f"descriptor '{method}' doesn't apply to a '{type(self).__name__}' object")
            found = getattr(self, method)
            return found(*args, **kwargs) if callable(found) else found

        return call
    found: Any = rl
    for part in name.split("."):
        found = getattr(found, part, None)
        if found is None:
            break
    if found is None or not callable(found):
        found = packet(f"aten::{name}") or packet(f"aten::{name.rpartition('.')[2]}") or packet(f"aten::{getattr(op, '__name__', name)}")
    return found


def _expanded(tensor: torch.Tensor) -> torch.Tensor:
    """The first slice of dim 0, everywhere."""
    if tensor.dim() == 0 or tensor.shape[0] == 0:
        return tensor
    return tensor[:1].expand(tensor.shape)


def _expanded_last(tensor: torch.Tensor) -> torch.Tensor:
    """The first item of the last dimension, everywhere along it: what goes along a row in memory, with a step of 0."""
    if tensor.dim() < 2 or tensor.shape[-1] == 0:
        return tensor
    return tensor[..., :1].expand(tensor.shape)


def _turned(tensor: torch.Tensor) -> torch.Tensor:
    """The same values with the first dimension innermost in memory, every second place and behind an offset."""
    if tensor.dim() == 0 or tensor.numel() == 0:
        return tensor
    wide = torch.zeros((*tensor.shape[1:], 2 * tensor.shape[0] + 1), dtype=tensor.dtype)[..., 1::2].movedim(-1, 0)
    return wide.copy_(tensor)


def _special(tensor: torch.Tensor) -> torch.Tensor:
    if not (tensor.dtype.is_floating_point or tensor.dtype.is_complex) or tensor.numel() == 0:
        return tensor
    changed = tensor.detach().clone()
    flat = changed.reshape(-1)
    if changed.numel() and flat.data_ptr() == changed.data_ptr():
        for at, value in enumerate((math.nan, math.inf, -math.inf, -0.0)):
            flat[(3 * at) % flat.numel()] = value
    return changed


def _without_items(tensor: torch.Tensor) -> torch.Tensor:
    return tensor[:0] if tensor.dim() else tensor


def _single(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.reshape(-1)[0].clone() if tensor.numel() else tensor


def _map(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value) if value.layout is torch.strided else value
    if isinstance(value, dict):
        return {name: _map(item, change) for name, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return value
    if isinstance(value, tuple | list):
        return type(value)(_map(item, change) for item in value)
    return value


def _spread(items: list[Any], count: int) -> list[Any]:
    """`count` of the items, from the whole length."""
    if len(items) <= count:
        return items
    return [items[at * len(items) // count] for at in range(count)]


def _walks_rows(info: Any, count: int) -> bool:
    """Whether operands with a step of 0 along their rows are compared: where few samples are, for layers and reductions alone."""
    if info.name in RAW or info.formatted_name.startswith(ALONG_ONE_ITEM):
        return False
    return count > 1 or info.formatted_name.startswith("nn_functional") or isinstance(info, ReductionOpInfo)


def variants(info: Any, samples: list[Any], count: int) -> Iterator[tuple[str, Any]]:
    """Samples with the same or related values laid out in other ways."""
    changes: list[tuple[str, Callable[[torch.Tensor], torch.Tensor]]] = [] if info.name in RAW else [("strided", _turned)]
    if not info.formatted_name.startswith(ORDERED):
        changes += [] if info.name in RAW else [("expanded", _expanded)]
        changes += [("expanded_last", _expanded_last)] if _walks_rows(info, count) else []
        changes += [] if info.formatted_name.startswith(BESIDE_NAN) else [("special", _special)]
    if isinstance(info, UnaryUfuncInfo | BinaryUfuncInfo | ReductionOpInfo):
        changes += [("empty", _without_items), ("single", _single)]
    for name, change in changes:
        for sample in _spread(samples, count):
            if name.startswith("expanded") and (sample.kwargs.get("max_norm") is not None or sample.kwargs.get("training")):
                # the weight or the running statistics are written to
                continue
            yield name, SampleInput(
                _map(sample.input, change), args=_map(tuple(sample.args), change), kwargs=_map(sample.kwargs, change)
            )


class Amount(NamedTuple):
    """How much of an entry is compared: float32 samples, samples that variants are made of, samples of another dtype, other dtypes."""

    samples: int
    variants: int
    others: int
    dtypes: int


FEW = Amount(2, 1, 1, 1)
SOME = Amount(8, 1, 2, 5)
WHOLE = Amount(1 << 30, 4, 6, 1 << 30)
_COMMON = ("int64", "bfloat16", "bool", "complex64", "float64")
"""Of the other dtypes, those that a part of them is taken from."""


def _other_dtypes(info: Any, amount: Amount) -> list[str]:
    """Other dtypes to compare; where there are more than asked for, the ones left out depend on the entry's name."""
    supported = info.supported_dtypes("cpu")
    known = [name for name in DTYPES if getattr(torch, name) in supported]
    if amount.dtypes >= len(DTYPES):
        return known
    chosen = [name for name in _COMMON if name in known]
    start = sum(map(ord, info.formatted_name)) % max(len(chosen), 1)
    return (chosen[start:] + chosen[:start])[: amount.dtypes] or known[:1]


def cases(info: Any, amount: Amount) -> Iterator[tuple[str, Any]]:
    """(description, sample) for everything that is compared."""
    if torch.float32 in info.supported_dtypes("cpu"):
        for at, sample in enumerate(_spread(list(info.sample_inputs("cpu", torch.float32, requires_grad=False)), amount.samples)):
            yield f"float32 {at}", sample
        # a call may change its operands: samples are made anew
        samples = list(info.sample_inputs("cpu", torch.float32, requires_grad=False))
        yield from ((f"float32 {name}", sample) for name, sample in variants(info, samples, amount.variants))
    for name in _other_dtypes(info, amount):
        samples = list(info.sample_inputs("cpu", getattr(torch, name), requires_grad=False))
        for at, sample in enumerate(_spread(samples, amount.others)):
            yield f"{name} {at}", sample


def outcome(call: Callable[[], Any]) -> Any:
    """The result of a call, or the exception it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except Exception as error:
            return error


def _described(sample: Any) -> str:
    def text(value: Any) -> str:
        if isinstance(value, torch.Tensor):
            return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}/{list(value.stride())}"
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(text, value))}]"
        return repr(value)

    return f"{text(sample.input)} {text(sample.args)} {sample.kwargs and {name: text(x) for name, x in sample.kwargs.items()}}"[:300]


def compared(info: Any, function: Callable[..., Any], sample: Any, label: str, *, error: bool = False) -> Failure | None:
    """What differs between both libraries on one sample; None if nothing does."""
    arguments = (sample.input, tuple(sample.args), dict(sample.kwargs))
    try:
        storages: dict[int, Storage] = {}
        mine, rest, keywords = (to_rushlight(value, storages) for value in arguments)
    except (AttributeError, NotImplementedError, RuntimeError) as problem:
        return "unrepresentable", f"{label}: {problem}"
    description = f"{label} {_described(sample)}"
    torch.manual_seed(0)
    rl.manual_seed(0)
    want = outcome(lambda: info.op(arguments[0], *arguments[1], **arguments[2]))
    got = outcome(lambda: function(mine, *rest, **keywords))
    got, want = _chosen(info, sample, got, want)
    if isinstance(want, Exception):
        if not isinstance(got, Exception):
            return "accepts", f"{description}: PyTorch raises {want!r}"[:600]
        if error and type(got).__name__ != type(want).__name__.lstrip("_"):
            return "error type", f"{description}: PyTorch raises {want!r}, here {got!r}"[:600]
        return None
    if isinstance(got, Exception):
        return "raises", f"{description}: {got!r}"[:600]
    found = _different(info, got, want, label.split()[0])
    return None if found is None else (found[0], f"{description}: {found[1]}"[:600])


def _different(info: Any, got: Any, want: Any, dtype: str) -> Failure | None:
    """The first difference between two results."""
    canonical = CANONICAL.get(info.name)
    if canonical is not None:
        layouts = _layouts_differ(got, want)
        if layouts is not None:
            return layouts
        mine = [one.to(rl.complex128 if one.dtype.is_complex else rl.float64).numpy() for one in _parts(got)]
        theirs = [one.detach().resolve_conj().to(torch.complex128 if one.is_complex() else torch.float64).numpy() for one in _parts(want)]
        for one, other in zip(canonical(*mine), canonical(*theirs)):
            scale = max(1.0, float(np.abs(other).max())) if other.size else 1.0
            if not np.allclose(one, other, rtol=50 * TOLERANCES[dtype], atol=50 * TOLERANCES[dtype] * scale):
                return "value", f"{one!r} {other!r}"
        return None
    for at, (one, other) in enumerate(itertools.zip_longest(_parts(got), _parts(want))):
        found = _tensors_differ(one, other, info.name in UNDEFINED or (info.name in TIED and at == 1))
        if found is not None:
            return found
    return None


def _layouts_differ(got: Any, want: Any) -> Failure | None:
    for one, other in itertools.zip_longest(_parts(got), _parts(want)):
        found = _tensors_differ(one, other, True)
        if found is not None:
            return found
    return None


def _parts(value: Any) -> list[Any]:
    """The leaves of nested results."""
    if isinstance(value, tuple | list) and not isinstance(value, torch.Size | rl.Size):
        return [leaf for item in value for leaf in _parts(item)]
    return [value]


def _tensors_differ(got: Any, want: Any, undefined: bool) -> Failure | None:
    if not isinstance(want, torch.Tensor):
        if isinstance(want, torch.dtype | torch.memory_format):
            return None if repr(got) == str(want) else ("value", f"{got!r} {want!r}")
        same = got == want or (got != got and want != want) or (isinstance(want, float | complex) and np.isclose(got, want, rtol=1e-5))
        return None if same and (type(got) is type(want) or isinstance(want, torch.Size)) else ("value", f"{got!r} {want!r}")
    if not isinstance(got, Tensor):
        return "type", f"{type(got).__name__} for a tensor"
    if repr(got.dtype) != str(want.dtype):
        return "dtype", f"{got.dtype} {want.dtype}"
    if tuple(got.shape) != tuple(want.shape):
        return "shape", f"{tuple(got.shape)} {tuple(want.shape)}"
    if want.layout is not torch.strided:
        return "type", f"{want.layout}"
    stepped = [at for at, size in enumerate(want.shape) if size > 1] if want.numel() else []
    if any(got.stride()[at] != want.stride()[at] for at in stepped):
        return "stride", f"{got.stride()} {want.stride()} of {tuple(want.shape)}"
    if undefined or not want.numel():
        return None
    mine, theirs = _items(got), _items(want)
    tolerance = TOLERANCES.get(str(want.dtype).removeprefix("torch."), 0.0)
    finite = np.abs(theirs[np.isfinite(theirs)]) if tolerance else np.empty(0)
    scale = float(finite.max()) if finite.size else 1.0
    with np.errstate(all="ignore"):
        if np.allclose(mine, theirs, rtol=tolerance, atol=tolerance * max(1.0, min(scale, 1e30)), equal_nan=True):
            return None
        wrong = np.argwhere(~np.isclose(mine, theirs, rtol=tolerance, atol=tolerance * max(1.0, min(scale, 1e30)), equal_nan=True))
    at = tuple(wrong[0])
    return "value", f"{len(wrong)} of {mine.size} items, at {tuple(map(int, at))}: {mine[at]} {theirs[at]}"


def _items(tensor: Any) -> Any:
    """The items of either library's tensor as an array of a type that NumPy has."""
    if isinstance(tensor, Tensor):
        return tensor._decoded()
    tensor = tensor.detach().resolve_conj().resolve_neg()
    if tensor.dtype is torch.bfloat16 or "float8" in str(tensor.dtype):
        return tensor.float().numpy()
    return tensor.to(torch.complex64).numpy() if tensor.dtype is torch.complex32 else tensor.numpy()


def _columns(values: Any, vectors: Any) -> Any:
    return (vectors * values[..., None, :]) @ np.conj(np.swapaxes(vectors, -1, -2))


def _svd(u: Any, s: Any, vh: Any) -> tuple[Any, ...]:
    count = s.shape[-1]
    return s, (u[..., :count] * s[..., None, :]) @ vh[..., :count, :]


def _old_svd(u: Any, s: Any, v: Any) -> tuple[Any, ...]:
    if not u.any() and not v.any():
        return (s,)
    return _svd(u, s, np.conj(np.swapaxes(v, -1, -2)))


def _eig(values: Any, vectors: Any) -> tuple[Any, ...]:
    order = np.lexsort((values.imag.round(4), values.real.round(4)))
    sorted_values = np.take_along_axis(values, order, -1)
    try:
        return sorted_values, (vectors * values[..., None, :]) @ np.linalg.inv(vectors)
    except np.linalg.LinAlgError:
        return (sorted_values,)


def _eigvals(values: Any) -> tuple[Any, ...]:
    return (np.take_along_axis(values, np.lexsort((values.imag.round(4), values.real.round(4))), -1),)


def _chosen(info: Any, sample: Any, got: Any, want: Any) -> tuple[Any, Any]:
    """For positions in a sorted order, the items at these: equal ones may be named in any order."""
    if info.name != "argsort" or isinstance(got, Exception) or isinstance(want, Exception) or not want.dim():
        return got, want
    dim = sample.args[0] if sample.args else sample.kwargs.get("dim", -1)
    places = torch.from_numpy(got.numpy())
    return to_rushlight(sample.input.gather(dim, places), {}), sample.input.gather(dim, want)


CANONICAL: dict[str, Callable[..., tuple[Any, ...]]] = {
    "linalg.svd": _svd, "svd": _old_svd, "svd_lowrank": _old_svd, "pca_lowrank": _old_svd, "linalg.eig": _eig, "linalg.eigvals": _eigvals,
    "linalg.eigh": lambda values, vectors: (values, _columns(values, vectors)),
}
"""Results that are unique only up to signs or order, brought to a form that is unique."""


def failures(info: Any, amount: Amount) -> list[Failure]:
    """What differs on an entry."""
    function = callee(info)
    if function is None:
        return [("missing", "no such function")]
    found: list[Failure] = []
    for label, sample in cases(info, amount):
        failure = compared(info, function, sample, label)
        if failure is not None:
            found.append(failure)
    if info.error_inputs_func is not None:
        for at, case in enumerate(info.error_inputs("cpu")):
            failure = compared(info, function, case.sample_input, f"error {at}", error=True)
            if failure is not None and failure[0] == "unrepresentable" and "meta" in failure[1]:
                continue
            if failure is not None:
                found.append(failure)
    return found


def _out_of_time(number: int, frame: Any) -> None:
    raise TimeoutError


def _report(name: str, amount: Amount, limit: int) -> str:
    """One line per cause of an entry's failures; "ok" if there are none."""
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.alarm(limit)
    try:
        found = failures(ENTRIES[name], amount)
    except TimeoutError:
        found = [("time", f"over {limit} s")]
    except Exception as error:
        found = [("harness", repr(error))]
    finally:
        signal.alarm(0)
    if not found:
        return f"{name}\tok\n"
    counts = Counter(cause for cause, _ in found)
    return "".join(
        f"{name}\t{cause}\t{count}\t{next(text for its, text in found if its == cause)}\n".replace("\n", " ").rstrip() + "\n"
        for cause, count in counts.items()
    )


def main() -> None:
    """Print the table of the entries asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="entries; one that ends in * stands for all that begin so")
    parser.add_argument("--whole", action="store_true", help="every float32 sample")
    parser.add_argument("--log", help="append the lines to this file, and leave out entries that it has")
    parser.add_argument("--limit", type=int, default=300, help="seconds for one entry")
    options = parser.parse_args()
    wanted = [
        name for name in ENTRIES
        if not options.names or any(name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in options.names)
    ]
    log = open(options.log, "a+") if options.log else sys.stdout  # noqa: SIM115
    if options.log:
        log.seek(0)
        done = {line.partition("\t")[0] for line in log}
        wanted = [name for name in wanted if name not in done]
    # what every child needs is loaded once, before they part
    for module in (Path(rl.runtime.__file__).parent / "kernels").glob("*/*.py"):
        importlib.import_module(f"rushlight.runtime.kernels.{module.parent.name}.{module.stem}")
    load_rows()
    for name in wanted:
        # a child of its own: a crash is a failure of its entry, not the end of the table
        log.flush()
        child = os.fork()
        if child == 0:
            log.write(_report(name, WHOLE if options.whole else SOME, options.limit))
            log.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            log.write(f"{name}\tcrash\t1\tstatus {status}\n")


if __name__ == "__main__":
    main()
