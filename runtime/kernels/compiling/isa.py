"""Instruction sets that kernels with explicit vectors are written for: vector width, registers and tile sizes.

In: nothing but the host's features. Out: `current()`, the set to write kernels for, which is the host's best unless `forced`.
Makers ask `current()` in their public functions and hand it on, as a part of what their cached kernels depend on.
"""
from __future__ import annotations

import functools
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ..running.processor import has


@dataclass(frozen=True, slots=True)
class Isa:
    """One instruction set."""

    name: str
    vector_bytes: int
    """The width of a vector."""
    heights: tuple[int, ...]
    """Heights of the tiles of a matrix product, the full one first; the others are for the rows that remain."""
    vectors: int
    """The width of those tiles in vectors: with the full height it leaves registers for the operands."""
    processor: str
    """LLVM's name of the plainest x86 processor that has it."""


AVX512 = Isa("avx512", 64, (12, 8, 4, 2, 1), 2, "x86-64-v4")
AVX2 = Isa("avx2", 32, (6, 4, 2, 1), 2, "x86-64-v3")
PORTABLE = Isa("portable", 16, (6, 4, 2, 1), 2, "x86-64")
"""Vectors that every processor has, of which x86 has 16 and others more."""
ALL = (AVX512, AVX2, PORTABLE)


@functools.cache
def host() -> Isa:
    """The best set of this processor."""
    if has("avx512f") and has("avx512vl"):
        return AVX512
    return AVX2 if has("avx2") and has("fma") else PORTABLE


_forced: list[Isa] = []


def current() -> Isa:
    """The set to write kernels for."""
    return _forced[-1] if _forced else host()


@contextmanager
def forced(isa: Isa) -> Generator[None]:
    """`current()` answers `isa` in this block, in all threads: for tests, and to look at code that this host cannot run."""
    _forced.append(isa)
    try:
        yield
    finally:
        _forced.remove(isa)


def target(isa: Isa | None) -> tuple[str, str] | None:
    """LLVM's processor and features for code in `isa`; None for what the host has, as it is."""
    return None if isa is None or isa is host() else (isa.processor, "")
