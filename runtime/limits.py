"""Limits on what compiled programs may use: steps and memory, for programs that nobody has read.

In: `with limits(steps=..., bytes=...)` around calls. Out: `LimitExceeded` where a program goes beyond. The interpreter counts steps in
a form of each program that is made for this, and the executor counts backward jumps; memory is counted where storages are made, so
tensors of all threads count together.
"""
from __future__ import annotations

import threading
from collections.abc import Generator, Sized
from contextlib import contextmanager

from .storage import limit_memory


class LimitExceeded(RuntimeError):
    """A program took more steps or more memory than `limits` allows."""


class Budget:
    """What is left to the programs of one thread."""

    __slots__ = ("allowed", "bytes", "steps")

    def __init__(self, steps: int | None, bytes: int | None) -> None:
        self.allowed = steps
        self.steps = (1 << 62) if steps is None else steps
        self.bytes = bytes


class _Local(threading.local):
    budget: Budget | None = None


LOCAL = _Local()


@contextmanager
def limits(steps: int | None = None, bytes: int | None = None) -> Generator[Budget]:
    """Within the `with`, compiled programs called by this thread may take `steps` operations, all calls together, and hold `bytes`
    more memory in tensors than there is now; a single list, dict or string may hold as much too. `LimitExceeded` ends a program that
    goes beyond.

    Limits nest: the inner ones hold, and their steps count for the outer ones.
    """
    for name, value in (("steps", steps), ("bytes", bytes)):
        if value is not None and (not isinstance(value, int) or value < 0):
            raise ValueError(f"limits: {name} must be a number of at least 0, got {value!r}")
    outer = LOCAL.budget
    inner = LOCAL.budget = Budget(steps, bytes)
    before = inner.steps
    try:
        with limit_memory(bytes, LimitExceeded):
            yield inner
    finally:
        LOCAL.budget = outer
        if outer is not None:
            outer.steps -= before - inner.steps


def step(count: int) -> None:
    """Count operations; generated code calls it where a function begins and where a loop begins again."""
    budget = LOCAL.budget
    if budget is None:
        return
    budget.steps -= count
    if budget.steps < 0:
        raise LimitExceeded(f"the program took more than {budget.allowed} steps")


def check_size(value: object) -> None:
    """Refuse a container or string that is larger than the memory allowed; 8 bytes for each item is the least that it takes."""
    budget = LOCAL.budget
    if budget is None or budget.bytes is None or not isinstance(value, Sized):
        return
    size = len(value) * (1 if isinstance(value, str) else 8)
    if size > budget.bytes:
        raise LimitExceeded(f"the program made a {type(value).__name__} of at least {size} bytes; {budget.bytes} are allowed")
