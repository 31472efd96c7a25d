"""Where a tensor's memory is: a kind of device and, where there are several, its number."""
from __future__ import annotations

_TYPES = ("cpu", "cuda", "mps", "meta", "xpu", "hpu", "mtia", "xla", "privateuseone", "ipu", "hip", "vulkan", "lazy")
_KNOWN: dict[tuple[str, int | None], Device] = {}


class Device:
    """`Device("cuda:1")`, `Device("cuda", 1)` or `Device("cpu")`: interned, so equal devices are one object.

    Every device that a file may name can be written here; only tensors on "cpu" can be made.
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __new__(cls, type: str | Device, index: int | None = None) -> Device:
        if isinstance(type, Device):
            return type
        name, _, number = type.partition(":")
        if number:
            if index is not None:
                raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
            if not number.isdecimal():
                raise RuntimeError(f"Invalid device string: '{type}'")
            index = int(number)
        if name not in _TYPES or (":" in type and not number):
            raise RuntimeError(f"Expected one of {', '.join(_TYPES)} device type at start of device string: {type}")
        known = _KNOWN.get((name, index))
        if known is None:
            known = object.__new__(cls)
            known.type = name
            known.index = index
            _KNOWN[name, index] = known
        return known

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"

    def __reduce__(self) -> tuple[object, tuple[str, int | None]]:
        return Device, (self.type, self.index)


CPU = Device("cpu")


def require_cpu(device: Device | str | None) -> Device:
    """The device itself if memory can be had there; RuntimeError otherwise."""
    if device is None:
        return CPU
    found = Device(device)
    if found.type != "cpu":
        raise RuntimeError(f"{found}: rushlight runs on the cpu here; pass device='cpu' (or map_location='cpu' when loading)")
    return CPU
