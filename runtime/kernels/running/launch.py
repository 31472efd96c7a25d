"""Running one kernel once: its words, its items, and how many threads are worth it.

In: a kernel, the words of this call, the number of items and an estimate of the work. Out: the kernel's status. Whoever runs a
single kernel outside a program comes through here. A kernel gives the same bits for every split of its items.
"""
from __future__ import annotations

import ctypes
import functools
import struct
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...no_data import skips
from .engine import Kernel

if TYPE_CHECKING:
    from .thread_pool import ThreadPool

GRAIN = 50_000
"""Nanoseconds of work that a thread must find worth waking up for."""
LONG = 200_000
"""Nanoseconds of work from which on other Python threads may run meanwhile."""
_BURST = 1_000_000
"""Nanoseconds after a long launch in which the next one counts as part of a burst, for which sleeping threads are woken."""
_CHUNKS_PER_THREAD = 16
"""The most; a thread that begins late, or is held up, leaves at most one of them to wait for."""
_CHUNK_ITEMS = 64
"""Chunks of small items are multiples of this: no two threads write one cache line, and vectors are whole."""


def launch(kernel: Kernel, words: Sequence[int], items: int, *, start: int = 0, work: int = 0) -> int:
    """Run `kernel` over items start..items-1 with these words; its status.

    `work` estimates the nanoseconds that one thread needs for all items; 0 if the items cannot be split. Nothing is run if an
    address among the words stands for no memory.
    """
    if items <= start or skips(words):
        return 0
    try:
        packed = _packing(len(words))(*words)
    except struct.error:
        # a number of 64 bits without a sign
        packed = bytes((ctypes.c_int64 * len(words))(*words))
    return launch_at(kernel, packed, items, start=start, work=work)


@functools.cache
def _packing(count: int) -> Callable[..., bytes]:
    """From so many words to their bytes, four times as fast as ctypes makes an array of them."""
    return struct.Struct(f"{count}q").pack


def launch_at(kernel: Kernel, words: int | bytes, items: int, *, start: int = 0, work: int = 0) -> int:
    """As `launch`, with words that lie at an address already, or their bytes."""
    if work < 2 * GRAIN:
        return kernel(words, start, items)
    return _launch_long(kernel, words, start, items, work)


def launch_whole(kernel: Kernel, words: int, items: int, work: int) -> int:
    """As `launch_at`, on this thread alone."""
    return kernel.released(words, 0, items) if work >= LONG else kernel(words, 0, items)


def alone() -> bool:
    """Whether one thread does everything."""
    return _pools()() is None


_last_long = 0


@functools.cache
def _pools() -> Callable[[], ThreadPool | None]:
    """`current_pool`; an import in a function takes longer than looking here."""
    from .thread_pool import current_pool

    return current_pool


def _launch_long(kernel: Kernel, words: int | bytes, start: int, stop: int, work: int) -> int:
    global _last_long
    count = stop - start
    pool = _pools()() if count > 1 else None
    if pool is not None and work < 2 * LONG:
        # waking a thread may cost the caller 50 microseconds; between operators of a burst the threads stay awake
        now = time.monotonic_ns()
        if now - _last_long > _BURST and pool.sleeps:
            pool = None
        _last_long = now
    if pool is None:
        return kernel.released(words, start, stop) if work >= LONG else kernel(words, start, stop)
    chunks = min(work // GRAIN, pool.threads * _CHUNKS_PER_THREAD, count)
    chunk = -(-count // chunks)
    if chunk > 4 * _CHUNK_ITEMS:
        chunk = -(-chunk // _CHUNK_ITEMS) * _CHUNK_ITEMS
    if isinstance(words, int):
        return pool.run(kernel, words, start, stop, chunk, work >= LONG)
    buffer = (ctypes.c_char * len(words)).from_buffer_copy(words)
    return pool.run(kernel, ctypes.addressof(buffer), start, stop, chunk, work >= LONG)
