"""Where a tensor's memory is: a kind of device and, where there are several, its number."""
from __future__ import annotations

import threading

_TYPES = ("cpu", "cuda", "mps", "meta", "xpu", "hpu", "mtia", "xla", "privateuseone", "ipu", "hip", "vulkan", "lazy")
_KNOWN: dict[tuple[str, int | None], Device] = {}


class Device:
    """`Device("cuda:1")`, `Device("cuda", 1)` or `Device("cpu")`: interned, so equal devices are one object.

    Every device that a file may name can be written here; tensors can be made on "cpu", and without data on "meta". Within
    `with device:` factories make theirs on it.
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

    def __enter__(self) -> Device:
        _defaults.chosen.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        _defaults.chosen.pop()


CPU = Device("cpu")
META = Device("meta")


class _Defaults(threading.local):
    def __init__(self) -> None:
        self.chosen: list[Device] = []
        """The devices of `set_default_device` and of each `with` that is open, the innermost last."""


_defaults = _Defaults()


def get_default_device() -> Device:
    """Where factories make tensors that no device is named for."""
    return _defaults.chosen[-1] if _defaults.chosen else CPU


def set_default_device(device: Device | str | None) -> None:
    """Let factories of this thread make tensors on `device` where none is named; None is the CPU."""
    _defaults.chosen[:1] = [] if device is None else [Device(device)]


def on_default_device(device: Device | str | None) -> Device | None:
    """The device that a factory was given, else the default device; None for the CPU where nobody chose one."""
    if device is not None:
        return Device(device)
    return _defaults.chosen[-1] if _defaults.chosen else None
