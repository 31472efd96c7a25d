"""Copies of many short rows: bytes that lie side by side on both sides, moved a row at a time.

In: the size of an item and the dimensions of a copy that converts nothing. Out: a kernel, its items and its words, or None where
a plain loop does as well. A vectorized loop has a prologue and an epilogue for each row, which short rows feel; here rows of a
few vectors are moved in line and others by the C library, and places are worked out once per run of rows.

The words: addresses of source and target, bytes of a row, then `_OUTER` dimensions (size, step of the source, step of the
target, both in bytes), outermost first. A kernel's item is a row.
"""
from __future__ import annotations

from collections.abc import Sequence

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Value
from ..running.engine import Kernel

_IN_LINE = (16, 32, 64, 128, 256)
"""Bytes of rows that have kernels of their own."""
_SHORTEST, _LONGEST = 32, 1024
"""Bytes of rows that are worth a call of the C library; it has slow ways for long ones."""
_OUTER = 4

Dims = Sequence[tuple[int, tuple[int, int]]]
"""(size, (step of the source, step of the target)), outermost first."""


def row_copy_plan(itemsize: int, dims: Dims) -> tuple[Kernel, int, list[int]] | None:
    """The kernel of a copy, how many items it has, and its words after the two addresses."""
    if not 2 <= len(dims) <= _OUTER + 1 or dims[-1][1] != (1, 1):
        return None
    row = dims[-1][0] * itemsize
    if not _SHORTEST <= row <= _LONGEST and row not in _IN_LINE:
        return None
    known = row if row in _IN_LINE else 0
    words, items = [row], 1
    for size, steps in [(1, (0, 0))] * (_OUTER + 1 - len(dims)) + [*dims[:-1]]:
        words += [size, steps[0] * itemsize, steps[1] * itemsize]
        items *= size
    return emitted_kernel(f"copy_rows_{known}", lambda builder, _: _write_rows(builder, known), known), items, words


def _write_rows(builder: Builder, known: int) -> None:
    """Runs along the innermost of the outer dimensions, so that places are worked out once per run. `known`: a row's bytes, or 0."""
    source, target = builder.pointer("uint8", builder.word(0)), builder.pointer("uint8", builder.word(1))
    row = builder.number(known, "int64") if known else builder.word(2)
    length, source_step, target_step = _dimension(builder, _OUTER - 1)
    item = builder.variable(builder.start)
    with builder.loop_while(lambda: item.value < builder.stop):
        within = item.value % length
        rest = item.value // length
        from_, to = source.at(within * source_step), target.at(within * target_step)
        for dim in reversed(range(_OUTER - 1)):
            size, source_outer, target_outer = _dimension(builder, dim)
            place = rest % size
            rest = rest // size
            from_, to = from_.at(place * source_outer), to.at(place * target_outer)
        left = builder.stop - item.value
        count = builder.select(length - within < left, length - within, left)
        with builder.loop(count, vectorize=False) as at:
            builder.copy_bytes(to.at(at * target_step), from_.at(at * source_step), row)
        item.value = item.value + count


def _dimension(builder: Builder, dim: int) -> tuple[Value, Value, Value]:
    return builder.word(3 + 3 * dim), builder.word(4 + 3 * dim), builder.word(5 + 3 * dim)
