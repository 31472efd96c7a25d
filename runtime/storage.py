"""Memory: aligned blocks from a pool, or memory that somebody else owns.

A `Storage` is a run of bytes with an address; tensors are layouts over it. Blocks come from free lists by size class and
go back when their storage dies, so a loop over the same shapes allocates once. The lists keep at most a limit of bytes
(`set_pool_limit`); `memory_stats` says how much there is, `empty_cache` gives back what nobody uses.

Any thread may allocate and free: each change of the lists and of the counters is one step under the GIL.
"""
from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakSet

import numpy as np

from .device import CPU
from .forking import hold_at_fork
from .no_data import NO_ADDRESS, dataless, is_without_data

ALIGNMENT = 64
"""Bytes; one cache line, and the widest vector of any CPU we compile for."""
_SMALL = 4096
_HUGE = 4 << 20
"""Bytes from which NumPy asks for huge pages."""
_LARGEST = (1 << 63) - 1
"""Bytes: what a signed 64-bit integer counts, in kernels as in PyTorch."""
_Ceiling = tuple[float, type[Exception]]
"""Bytes that may be reserved, and what is raised for more."""
_NO_CEILING: _Ceiling = float("inf"), MemoryError
_ceiling = _NO_CEILING
"""The lowest of `_ceilings`."""
_ceilings: list[_Ceiling] = []
"""One for each `limit_memory` that is open, in whatever thread."""
_ceilings_lock = threading.Lock()
hold_at_fork(_ceilings_lock)
_Block = tuple[object, int, int]
"""What keeps memory alive, its aligned address, its bytes."""
_free: dict[int, list[_Block]] = {}
"""Free blocks by size class. The lists live as long as the process: storages hold the one that their block goes back to."""
_limit = 256 << 20
_reserved = 0
_peak = 0
_crowded = False
"""Whether more is reserved than may be pooled: only then must a storage that dies count."""
_room = 0
"""While crowded: bytes that may go back to the pool before it is counted again."""
_emptied: list[Callable[[], None]] = []
_shown: dict[int, int] = {}
"""How many NumPy arrays show a storage, by its `id`; each of them keeps the storage alive."""
_KEPT_VALUES = 8


class Storage:
    """`nbytes` bytes at `address`. `version` counts the writes, so that what was derived from the bytes can be found stale."""

    __slots__ = ("__weakref__", "_home", "_kept", "address", "nbytes", "owner", "quantizer", "version", "writable")

    address: int
    nbytes: int
    owner: Any
    """Whatever must stay alive as long as the memory is used: for pooled memory the block."""
    writable: bool
    version: int
    quantizer: Any
    """Where items are quantized, how they stand for numbers (see quantization.py); storages of other items lack it."""
    _home: list[_Block] | None
    _kept: _Derived | None
    """What `derived` keeps of the bytes; storages of which nothing was kept lack it."""
    resizable = True
    """Whether `grow` may give it other memory."""
    device = CPU

    @staticmethod
    def allocate(nbytes: int) -> Storage:
        """Uninitialised memory, aligned to 64 bytes; none in `without_data`."""
        if dataless and is_without_data():
            from .meta_storage import MetaStorage

            return MetaStorage.of(nbytes)
        home = _small[nbytes + 63 >> 6] if nbytes <= _SMALL else _blocks_of(_size_class(nbytes))
        try:
            block = home.pop()
        except IndexError:
            block = _new_block(_size_class(nbytes))
        # the only places that make storages: an `__init__` would take longer than all of this
        storage = Storage()
        storage.address = block[1]
        storage.nbytes = nbytes
        storage.owner = block
        storage.writable = True
        storage.version = 0
        storage._home = home
        return storage

    @staticmethod
    def allocate_once(nbytes: int) -> Storage:
        """As `allocate`, for memory that is filled once: if large, in pages of the size that the system chooses.

        NumPy asks for huge pages there, which pay when they are used again and again. A virtual machine may have to fetch fresh ones
        from its host: up to 4 s for a gigabyte, where small pages, which are nearly always at hand, take 0.5.
        """
        size = _size_class(nbytes)
        home = _blocks_of(size)
        if not home and size >= _HUGE:
            home.append(_new_block(size, _system_pages))
        return Storage.allocate(nbytes)

    @staticmethod
    def wrap(array: np.ndarray[Any, Any], nbytes: int | None = None, *, shared: bool = True) -> Storage:
        """The memory of `array`; it is kept alive, and never written if NumPy says it is read-only.

        Memory that somebody else uses too (`shared`) cannot grow. What nobody else uses counts for `limit_memory`: within one it is a copy.
        """
        if not shared and _ceilings and not (dataless and is_without_data()):
            counted = Storage.allocate(array.nbytes)
            ctypes.memmove(counted.address, array.ctypes.data, array.nbytes)
            return counted
        storage = _Shared() if shared else Storage()
        storage.address = _address_of(array)
        storage.nbytes = array.nbytes if nbytes is None else nbytes
        storage.owner = array
        storage.writable = bool(array.flags.writeable)
        storage.version = 0
        storage._home = None
        return storage

    def grow(self, nbytes: int) -> None:
        """Become `nbytes` large, if smaller, and keep the bytes: every tensor over this storage has them.

        RuntimeError for the memory of others. An array that `array` or `Tensor.numpy` gave before keeps the old memory.
        """
        if nbytes <= self.nbytes:
            return
        if not self.resizable:
            raise RuntimeError("Trying to resize storage that is not resizable")
        if not self.writable:
            raise RuntimeError("the tensor's memory is read-only; write to a copy made with clone()")
        grown = Storage.allocate(nbytes)
        ctypes.memmove(grown.address, self.address, self.nbytes)
        if self._home is not None:
            # arrays may still show the old block, so it goes with the last of them and not back to the pool
            _reserve(-self.owner[2])
        self.address, self.nbytes, self.owner, self._home = grown.address, nbytes, grown.owner, grown._home
        grown._home = None
        self.version += 1

    def part(self, start: int, nbytes: int) -> Storage:
        """Bytes of this storage as one of their own, which share the memory; IndexError if they are not all inside."""
        if start < 0 or nbytes < 0 or start + nbytes > self.nbytes:
            raise IndexError(f"storage: {nbytes} bytes from {start} on are not inside {self.nbytes} bytes")
        storage = Storage()
        storage.address = self.address + start
        storage.nbytes = nbytes
        # a storage that grows lets go of its first memory
        storage.owner = (self, self.owner)
        storage.writable = self.writable
        storage.version = 0
        storage._home = None
        if not self.resizable:
            written_by_others(storage)
        return storage

    def __del__(self) -> None:
        home = self._home
        if home is None:
            return
        if _crowded and not _has_room(self.owner):
            return
        home.append(self.owner)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.array.tobytes(),)

    @property
    def array(self) -> np.ndarray[Any, Any]:
        """The bytes as a NumPy array (uint8) that shares the memory and keeps it alive."""
        return view_memory(self, self.address, (self.nbytes,), (1,), np.dtype(np.uint8))

    def write_word(self, value: int) -> None:
        """Put a 64-bit integer into the first eight bytes."""
        ctypes.c_int64.from_address(self.address).value = value

    def read_word(self, at: int) -> int:
        """The 64-bit integer number `at`, counted from 0."""
        return ctypes.c_int64.from_address(self.address + 8 * at).value


class _Shared(Storage):
    """Memory that somebody else owns or uses."""

    __slots__ = ()
    resizable = False


def _address_of(array: np.ndarray[Any, Any]) -> int:
    if array.flags.c_contiguous and array.flags.writeable and array.nbytes:
        # twice as fast as `array.ctypes`, but only for such
        return ctypes.addressof(ctypes.c_char.from_buffer(array))  # pyright: ignore[reportArgumentType]
    return array.ctypes.data


def _rebuild(items: bytes) -> Storage:
    storage = Storage.allocate(len(items))
    storage.array[...] = np.frombuffer(items, np.uint8)
    return storage


class _Exposed:
    """Hands memory to NumPy by its array interface and holds the storage meanwhile."""

    __slots__ = ("__array_interface__", "memory", "storage")

    def __init__(self, storage: Storage, interface: dict[str, object]) -> None:
        self.storage = storage
        key = id(storage)
        # no call in between, so that no other thread counts meanwhile
        _shown[key] = _shown[key] + 1 if key in _shown else 1
        # what the storage has now: it may grow into other memory
        self.memory = storage.owner
        self.__array_interface__ = interface

    def __del__(self) -> None:
        key = id(self.storage)
        # as above
        left = _shown[key] = _shown[key] - 1
        if not left:
            del _shown[key]


def view_memory(
    storage: Storage, address: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """A NumPy view of part of a storage; `strides` in bytes. The caller has checked that it lies inside."""
    if address is NO_ADDRESS:
        from .meta_storage import stand_in

        return stand_in(shape, dtype)
    interface: dict[str, object] = {
        "shape": shape, "strides": strides, "typestr": dtype.str, "data": (address, not storage.writable), "version": 3,
    }
    if getattr(storage, "_kept", None) not in _WITHOUT:
        storage._kept = None
    return np.asarray(_Exposed(storage, interface))


class _Derived:
    """What was made of a storage's bytes when its version was `version`."""

    __slots__ = ("values", "version")

    def __init__(self, version: int) -> None:
        self.version = version
        self.values: dict[Hashable, Any] = {}


T = TypeVar("T")


def derived(storage: Storage, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` makes of the bytes, such as packed weights: kept under `key` until the bytes may have changed.

    Only writes that are counted can be noticed. So nothing is kept for the memory of others, while a NumPy array shows the memory,
    nor after `written_by_others`.
    """
    if not keeps_derived(storage):
        return make()
    kept = getattr(storage, "_kept", None)
    if kept is None or kept.version != storage.version:
        kept = storage._kept = _Derived(storage.version)
        _keeping.add(storage)
    found = kept.values.get(key)
    if found is None:
        if len(kept.values) >= _KEPT_VALUES:
            kept.values.clear()
        found = make()
        kept.values[key] = found
    return found


def keeps_derived(storage: Storage) -> bool:
    """Whether `derived` keeps anything made of the bytes."""
    uncounted = getattr(storage, "_kept", None) is _UNCOUNTED
    return storage.resizable and id(storage) not in _shown and not uncounted and not (dataless and is_without_data())


_keeping: WeakSet[Storage] = WeakSet()
_UNCOUNTED = _Derived(-1)
_WITHOUT = (None, _UNCOUNTED)


def written_by_others(storage: Storage) -> None:
    """Say that writes to the memory are not all counted here, so that nothing derived from it is kept."""
    storage._kept = _UNCOUNTED


def empty_cache() -> None:
    """Give the memory that no tensor uses back to the system."""
    for callback in _emptied:
        callback()
    for storage in [*_keeping]:
        if storage._kept is not _UNCOUNTED:
            storage._kept = None
    _keeping.clear()
    _drop_blocks(0)


def on_empty_cache(callback: Callable[[], None]) -> None:
    """Let `empty_cache` call this first: for those who keep storages for later use."""
    _emptied.append(callback)


def set_pool_limit(nbytes: int) -> None:
    """Keep at most `nbytes` of memory that no tensor uses (256 MiB if never called); ValueError for a negative number."""
    global _limit
    if nbytes < 0:
        raise ValueError(f"set_pool_limit: expected a number of bytes, got {nbytes}")
    _limit = int(nbytes)
    _drop_blocks(_limit)
    _reserve(0)


def memory_stats() -> dict[str, int]:
    """Bytes: `allocated` to living tensors, `pooled` for the next ones, `reserved`, which is both; the highest `reserved` since
    the start or `reset_peak_memory_stats`; the pool's `limit`. Memory that others own does not count.
    """
    pooled = _pooled()
    return {
        "allocated": _reserved - pooled, "pooled": pooled, "reserved": _reserved, "peak_reserved": max(_peak, _reserved), "limit": _limit,
    }


@contextmanager
def limit_memory(nbytes: int | None, error: type[Exception]) -> Generator[None]:
    """Within the `with`, tensors take at most `nbytes` more than now; `error` is raised for memory beyond. None is no limit.

    Threads may open and close limits in any order; the lowest that is open holds for all of them.
    """
    if nbytes is None:
        yield
        return
    # what the pool keeps would not be counted
    empty_cache()
    ceiling = _reserved + nbytes, error
    with _ceilings_lock:
        _ceilings.append(ceiling)
        _lower_to_ceilings()
    try:
        yield
    finally:
        with _ceilings_lock:
            _ceilings.remove(ceiling)
            _lower_to_ceilings()


def require_memory(nbytes: int) -> None:
    """Raise what `limit_memory` says if there is no room for so many bytes: for those who take memory that no storage counts.

    RuntimeError for more than addresses can count.
    """
    highest, error = _ceiling
    if _reserved + nbytes > highest:
        raise error(f"the program needs more memory than its limit: {nbytes} bytes more")
    if nbytes > _LARGEST:
        raise RuntimeError(f"Storage size calculation overflowed: {nbytes} bytes are more than 2**63 - 1")


def _lower_to_ceilings() -> None:
    global _ceiling
    _ceiling = min(_ceilings, key=lambda ceiling: ceiling[0], default=_NO_CEILING)


def reset_peak_memory_stats() -> None:
    """Count the highest `reserved` from now on."""
    global _peak
    _peak = _reserved


def _blocks_of(size: int) -> list[_Block]:
    """The free blocks of a size class."""
    try:
        return _free[size]
    except KeyError:
        return _free.setdefault(size, [])


def _pooled() -> int:
    """Bytes of all free blocks."""
    return sum(size * len(blocks) for size, blocks in [*_free.items()])


def _reserve(change: int) -> None:
    """Count blocks that were made, or given back to the system if negative."""
    global _reserved, _crowded
    _reserved += change
    _crowded = _reserved > _limit


def _has_room(block: _Block) -> bool:
    """Whether the pool may keep one more block; if not it is counted as given back."""
    global _room
    if _room < block[2]:
        _room = _limit - _pooled()
    if _room < block[2]:
        _reserve(-block[2])
        return False
    _room -= block[2]
    return True


def _numpy_pages(nbytes: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.empty(nbytes, np.uint8)


def _system_pages(nbytes: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    import mmap

    try:
        pages = mmap.mmap(-1, nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"the system has no {nbytes} bytes of memory") from error
    return np.frombuffer(pages, np.uint8)


def _new_block(size: int, pages: Callable[[int], np.ndarray[Any, np.dtype[np.uint8]]] = _numpy_pages) -> _Block:
    """A fresh block; before the system's memory ends, what the pool keeps is given back."""
    global _peak
    require_memory(size + ALIGNMENT)
    try:
        block = pages(size + ALIGNMENT)
    except MemoryError:
        empty_cache()
        block = pages(size + ALIGNMENT)
    _reserve(size)
    _peak = max(_peak, _reserved)
    return block, -(-block.ctypes.data // ALIGNMENT) * ALIGNMENT, size


def _drop_blocks(limit: int) -> None:
    """Drop free blocks, the largest first, until at most `limit` bytes are pooled."""
    global _room
    excess = _pooled() - limit
    for size in sorted(_free, reverse=True):
        blocks = _free[size]
        while blocks and excess > 0:
            try:
                blocks.pop()
            except IndexError:
                break
            excess -= size
            _reserve(-size)
    # what was free before may not be so under a new limit
    _room = 0


def _size_class(nbytes: int) -> int:
    """Four classes per power of two: at most a quarter of a block is unused."""
    if nbytes <= ALIGNMENT:
        return ALIGNMENT
    step = max(ALIGNMENT, 1 << ((nbytes - 1).bit_length() - 3))
    return -(-nbytes // step) * step


_small = [_blocks_of(_size_class(ALIGNMENT * lines)) for lines in range(_SMALL // ALIGNMENT + 1)]
"""The free blocks for a small number of bytes, by the cache lines that it takes."""
