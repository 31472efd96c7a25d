"""Running one kernel once: its words, its items, and how many threads are worth it.

In: a kernel, the words of this call, the number of items and an estimate of the work. Out: the kernel's status. Whoever runs a
single kernel outside a program comes through here.
"""
from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence


def launch(kernel: Callable[[int, int, int], int], words: Sequence[int], items: int, *, start: int = 0, work: int = 0) -> int:
    """Run `kernel` over items start..items-1 with these words; its status.

    `work` estimates the nanoseconds that one thread needs for all items; 0 if the items cannot be split.
    """
    if items <= start:
        return 0
    buffer = (ctypes.c_int64 * len(words))(*words)
    return launch_at(kernel, ctypes.addressof(buffer), items, start=start, work=work)


def launch_at(kernel: Callable[[int, int, int], int], words: int, items: int, *, start: int = 0, work: int = 0) -> int:
    """As `launch`, with words that lie at an address already."""
    del work
    return kernel(words, start, items)
