"""Memory: aligned blocks from a pool, or memory that somebody else owns.

A `Storage` is a run of bytes with an address; tensors are layouts over it. Blocks come from free lists by size class and
go back when their storage dies, so a loop over the same shapes allocates once.
"""
from __future__ import annotations

from typing import Any

import numpy as np

ALIGNMENT = 64
"""Bytes; one cache line, and the widest vector of any CPU we compile for."""
_POOL_LIMIT = 256 << 20
_free: dict[int, list[tuple[object, int]]] = {}
_pooled = 0


class Storage:
    """`nbytes` bytes at `address`. `version` counts the writes, so that what was derived from the bytes can be found stale."""

    __slots__ = ("__weakref__", "_size", "address", "nbytes", "owner", "version", "writable")

    def __init__(self, address: int, nbytes: int, owner: object, writable: bool = True, size: int = 0) -> None:
        self.address = address
        self.nbytes = nbytes
        self.owner = owner
        """Whatever must stay alive as long as the memory is used: for pooled memory the block."""
        self.writable = writable
        self.version = 0
        self._size = size

    @staticmethod
    def allocate(nbytes: int) -> Storage:
        """Uninitialised memory, aligned to 64 bytes."""
        global _pooled
        size = ALIGNMENT if nbytes <= ALIGNMENT else _size_class(nbytes)
        try:
            block, address = _free[size].pop()
        except (KeyError, IndexError):
            block = np.empty(size + ALIGNMENT, np.uint8)
            address = -(-block.ctypes.data // ALIGNMENT) * ALIGNMENT
        else:
            _pooled -= size
        return Storage(address, nbytes, block, True, size)

    @staticmethod
    def wrap(array: np.ndarray[Any, Any], nbytes: int | None = None) -> Storage:
        """The memory of `array`, shared; it is kept alive, and never written if NumPy says it is read-only."""
        return Storage(array.ctypes.data, array.nbytes if nbytes is None else nbytes, array, bool(array.flags.writeable))

    def __del__(self) -> None:
        global _pooled
        size = self._size
        if size == 0 or _pooled + size > _POOL_LIMIT:
            return
        _pooled += size
        try:
            _free[size].append((self.owner, self.address))
        except KeyError:
            _free[size] = [(self.owner, self.address)]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.array.tobytes(),)

    @property
    def array(self) -> np.ndarray[Any, Any]:
        """The bytes as a NumPy array (uint8) that shares the memory and keeps it alive."""
        return view_memory(self, self.address, (self.nbytes,), (1,), np.dtype(np.uint8))


def _rebuild(items: bytes) -> Storage:
    storage = Storage.allocate(len(items))
    storage.array[...] = np.frombuffer(items, np.uint8)
    return storage


class _Exposed:
    """Hands memory to NumPy by its array interface and holds the storage meanwhile."""

    __slots__ = ("__array_interface__", "storage")

    def __init__(self, storage: Storage, interface: dict[str, object]) -> None:
        self.storage = storage
        self.__array_interface__ = interface


def view_memory(
    storage: Storage, address: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """A NumPy view of part of a storage; `strides` in bytes. The caller has checked that it lies inside."""
    interface: dict[str, object] = {
        "shape": shape, "strides": strides, "typestr": dtype.str, "data": (address, not storage.writable), "version": 3,
    }
    return np.asarray(_Exposed(storage, interface))


def empty_cache() -> None:
    """Give the pool's free blocks back to the system."""
    global _pooled
    _free.clear()
    _pooled = 0


def _size_class(nbytes: int) -> int:
    """Four classes per power of two: at most a quarter of a block is unused."""
    step = max(ALIGNMENT, 1 << ((nbytes - 1).bit_length() - 3))
    return -(-nbytes // step) * step
