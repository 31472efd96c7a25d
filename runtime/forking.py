"""Locks across `os.fork`: a child that is forked while another thread holds a lock would wait for it for ever.

In: a lock of the process. Out: nothing; a thread that forks waits until it has the lock, so that the child finds it free and what it
guards whole. Locks are taken in the reverse order of their registration: whoever takes one lock within another registers that one first.
"""
from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol


class Lock(Protocol):
    """`threading.Lock` and `threading.RLock`."""

    def acquire(self) -> bool:
        """Wait for the lock."""
        ...

    def release(self) -> None:
        """Let others have it."""
        ...


def hold_at_fork(lock: Lock, in_child: Callable[[], None] | None = None) -> None:
    """Hold `lock` while the process forks; `in_child` is called in the child before the lock is free there."""
    if not hasattr(os, "register_at_fork"):
        return

    def begin_child() -> None:
        if in_child is not None:
            in_child()
        lock.release()

    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=begin_child)
