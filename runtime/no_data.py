"""Computing dtypes, shapes and strides only: for tensors without data, those on the device "meta".

Such a tensor has a `MetaStorage` (meta_storage.py): a number of bytes and no memory. Whoever asks it for an address gets `NoData`.
The packet of an operator (ops/packet.py) catches that and calls the operator again in `without_data`: there fresh storages have no
memory either, an address is `NO_ADDRESS`, and whatever would run a kernel on it lets that be. What remains of a row is what it
says about its results, so no row is written a second time. Rows whose answer's shape follows from items call `require_data`.
"""
from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from threading import get_ident
from typing import Any, Protocol

from .device import CPU, META, Device


class NoData(NotImplementedError):
    """Items of a tensor without data were asked for."""

    def __init__(self, message: str = "Cannot copy out of meta tensor; no data!") -> None:
        super().__init__(message)


class NoAddress:
    """What stands for an address. Sums with it are itself; no C function takes it for a number, so no kernel gets it."""

    __slots__ = ()

    def __add__(self, other: int) -> NoAddress:
        return self

    __radd__ = __sub__ = __add__


NO_ADDRESS = NoAddress()
dataless: set[int] = set()
"""The threads that compute without data."""


def is_without_data() -> bool:
    """Whether this thread does."""
    return bool(dataless) and get_ident() in dataless


@contextmanager
def without_data() -> Generator[None]:
    """Within the `with`, storages that this thread makes have no memory, and its kernels are not run on such."""
    thread = get_ident()
    if thread in dataless:
        yield
        return
    dataless.add(thread)
    try:
        yield
    finally:
        dataless.discard(thread)


class _Placed(Protocol):
    @property
    def is_meta(self) -> bool: ...


def require_data(name: str, *tensors: _Placed) -> None:
    """NoData if one of the tensors has none: what `name` answers follows from their items."""
    if any(tensor.is_meta for tensor in tensors):
        raise NoData(f"{name}: attempted to run this operator with Meta tensors, but what it answers follows from their items")


def require_addresses(tensors: Iterable[Any]) -> None:
    """NoData if one has none, for callers that have nothing to read from them: a result without items is nowhere by itself."""
    for tensor in tensors:
        tensor.memory.address  # noqa: B018


def skips(words: Sequence[object]) -> bool:
    """Whether a kernel with these words is not to be run, because a word should be an address and there is none."""
    return bool(dataless) and any(word is NO_ADDRESS for word in words)


def placed(device: Device | str | None) -> Device:
    """The device itself if tensors can be made there; RuntimeError otherwise, and NoData for "meta" outside of `without_data`."""
    if device is None:
        return CPU
    found = Device(device)
    if found.type == "meta":
        if not is_without_data():
            raise NoData
        return META
    if found.type != "cpu":
        raise RuntimeError(f"{found}: rushlight runs on the cpu here; pass device='cpu' (or map_location='cpu' when loading)")
    return CPU
