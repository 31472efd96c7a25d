"""How many threads work on one operator: `set_num_threads` and its kin, under PyTorch's names.

In: a number. Out: what the thread pool (kernels/running/thread_pool.py) uses from then on. Without a call it is the number of
physical cores that the process may use (kernels/running/processors.py). Results do not depend on it.
"""
from __future__ import annotations

from .kernels.running.thread_pool import set_thread_count, thread_count

_interop_threads: int | None = None


def get_num_threads() -> int:
    """How many threads may work on one operator, the caller's included."""
    return thread_count()


def set_num_threads(threads: int) -> None:
    """Let `threads` threads work on one operator; RuntimeError unless it is a positive integer."""
    set_thread_count(_checked("set_num_threads", threads))


def get_num_interop_threads() -> int:
    """How many threads may run operators beside each other: kept for programs that ask, nothing here depends on it."""
    return thread_count() if _interop_threads is None else _interop_threads


def set_num_interop_threads(threads: int) -> None:
    """Set what `get_num_interop_threads` returns, once; RuntimeError for a second call or no positive integer."""
    global _interop_threads
    number = _checked("set_num_interop_threads", threads)
    if _interop_threads is not None:
        raise RuntimeError("Error: cannot set number of interop threads after parallel work has started or set_num_interop_threads called")
    _interop_threads = number


def _checked(name: str, number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise RuntimeError(f"{name} expects an int, but got {type(number).__name__}")
    if number < 1:
        raise RuntimeError(f"{name} expects a positive integer")
    return number
