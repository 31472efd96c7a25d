"""Storages without memory, which tensors on the device "meta" have; see no_data.py."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, cast

import numpy as np

from .device import META
from .no_data import NO_ADDRESS, NoData, is_without_data, without_data
from .storage import Storage
from .tensor import Tensor


class MetaStorage(Storage):
    """`nbytes` bytes that are nowhere."""

    __slots__ = ()
    device = META

    @staticmethod
    def of(nbytes: int) -> MetaStorage:
        """So many bytes."""
        storage = MetaStorage()
        storage.nbytes = nbytes
        storage.owner = None
        storage.writable = True
        storage.version = 0
        storage._home = None
        return storage

    @property
    def address(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """NO_ADDRESS; NoData for those who would take it for one."""
        if is_without_data():
            return NO_ADDRESS
        raise NoData

    def grow(self, nbytes: int) -> None:
        """Become `nbytes` large, if smaller."""
        self.nbytes = max(self.nbytes, nbytes)

    def part(self, start: int, nbytes: int) -> Storage:
        """As many bytes; IndexError if they are not all inside."""
        if start < 0 or nbytes < 0 or start + nbytes > self.nbytes:
            raise IndexError(f"storage: {nbytes} bytes from {start} on are not inside {self.nbytes} bytes")
        return MetaStorage.of(nbytes)

    def __del__(self) -> None:
        """Nothing goes back to the pool."""

    def __reduce__(self) -> tuple[Any, ...]:
        return MetaStorage.of, (self.nbytes,)

    @property
    def array(self) -> np.ndarray[Any, Any]:
        """NoData: there are no bytes."""
        raise NoData

    def write_word(self, value: int) -> None:
        """Nothing: there is no word."""

    def read_word(self, at: int) -> int:
        """NoData: there is no word."""
        raise NoData


def stand_in(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """What a row that computes in NumPy gets for items that are nowhere, and may write into: few items in many places.

    Ones, and for matrices twos on their diagonals: such have full rank, inverses and all decompositions.
    """
    if len(shape) < 2 or max(shape[-2:]) > _LARGEST_MATRIX:
        return np.lib.stride_tricks.as_strided(np.ones(1, dtype), shape, (0,) * len(shape))
    rows, columns = shape[-2:]
    matrix = np.ones((rows, columns), dtype)
    np.fill_diagonal(matrix, 2)
    return np.lib.stride_tricks.as_strided(matrix, shape, (*(0,) * (len(shape) - 2), *matrix.strides))


_LARGEST_MATRIX = 2048


def tensors_among(values: Sequence[Any]) -> Iterator[Tensor]:
    """The tensors among arguments, those in lists too."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors_among(cast("Sequence[Any]", value))


def emptied(result: Any, given: Sequence[Tensor]) -> Any:
    """The results of a call on `given` in `without_data`, where what NumPy made gives up its memory; views stay views."""
    return _emptied(result, {id(tensor.memory): tensor.memory for tensor in given})


def _emptied(result: Any, known: dict[int, Storage]) -> Any:
    if isinstance(result, Tensor):
        kept = known.get(id(result.memory))
        if kept is None:
            kept = result.memory if result.is_meta else MetaStorage.of(result.memory.nbytes)
            known[id(result.memory)] = kept
            # a key is an address, which must not be used again
            known[id(kept)] = kept
        result.memory = kept
        return result
    if isinstance(result, list):
        return [_emptied(one, known) for one in cast("list[Any]", result)]
    if isinstance(result, tuple):
        parts = [_emptied(one, known) for one in cast("tuple[Any, ...]", result)]
        kind = cast("Callable[..., Any]", getattr(cast("Any", result), "__class__"))  # noqa: B009
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    return result


def also_without_data(function: Callable[..., Any]) -> Callable[..., Any]:
    """For functions that are no operators: called once more in `without_data` where a tensor turns out to have none."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given: list[Any] = [*args, *kwargs.values()]
        try:
            return function(*args, **kwargs)
        except NoData:
            if is_without_data():
                raise
            with without_data():
                return emptied(function(*args, **kwargs), [*tensors_among(given)])

    return call
