"""Running one kernel once: its words, its items, and how many threads are worth it.

In: a kernel, the words of this call, the number of items and an estimate of the work. Out: the kernel's status. Whoever runs a
single kernel outside a program comes through here. A kernel gives the same bits for every split of its items.
"""
from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence

from .engine import Kernel

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

    `work` estimates the nanoseconds that one thread needs for all items; 0 if the items cannot be split.
    """
    if items <= start:
        return 0
    buffer = (ctypes.c_int64 * len(words))(*words)
    return launch_at(kernel, ctypes.addressof(buffer), items, start=start, work=work)


def launch_at(kernel: Kernel, words: int, items: int, *, start: int = 0, work: int = 0) -> int:
    """As `launch`, with words that lie at an address already."""
    if work < 2 * GRAIN:
        return kernel(words, start, items)
    return _launch_long(kernel, words, start, items, work)


_last_long = 0


def _launch_long(kernel: Kernel, words: int, start: int, stop: int, work: int) -> int:
    global _last_long
    from .thread_pool import current_pool

    count = stop - start
    pool = current_pool() if count > 1 else None
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
    return pool.run(kernel, words, start, stop, chunk, work >= LONG)
