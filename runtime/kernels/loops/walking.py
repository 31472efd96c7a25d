"""Walking several operands of one shape, row by row: the outer loops of kernels that index, gather and scatter.

In: words that say the shape and each operand's strides; `walk_words` writes them. Out: for every row its first item in each
operand. The rank is a word, so that one kernel serves every rank.

The words, from a base on:  rank of the outer dimensions, size of the inner one, inner stride of each operand, outer sizes,
outer strides of the first operand, of the second, ...  Strides count items. Kernel items are rows.
"""
from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from ...layout import merge
from ..compiling.emitter import Builder, Value, Variable

MAX_RANK = 64


def walk_words(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> tuple[int, tuple[int, ...]]:
    """How many rows operands with these strides have, and the words of their walk; `shape` holds items."""
    dims = merge(shape, strides) or [(1, (1,) * len(strides))]
    (inner, steps), outer = dims[-1], dims[:-1]
    rows = 1
    for size, _ in outer:
        rows *= size
    words = [len(outer), inner, *steps, *(size for size, _ in outer)]
    for operand in range(len(strides)):
        words += [outer_steps[operand] for _, outer_steps in outer]
    return rows, tuple(words)


def row_words(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> tuple[int, tuple[int, ...]]:
    """As `walk_words`, with one item per row: for kernels whose items are rows of other dimensions."""
    dims = merge(shape, strides)
    rows = 1
    for size, _ in dims:
        rows *= size
    words = [len(dims), 1, *(0 for _ in strides), *(size for size, _ in dims)]
    for operand in range(len(strides)):
        words += [steps[operand] for _, steps in dims]
    return rows, tuple(words)


class Walk:
    """The words of a walk, read in a kernel: `size` items per row, `steps` apart in each operand."""

    def __init__(self, builder: Builder, operands: int, base: int) -> None:
        self.builder, self.operands = builder, operands
        self.rank = builder.word(base)
        self.size = builder.word(base + 1)
        self.steps = [builder.word(base + 2 + at) for at in range(operands)]
        self.sizes = builder.words.at(base + 2 + operands)
        self.counters = builder.scratch("int64", MAX_RANK)

    @contextmanager
    def rows(self, first: Value | None = None, last: Value | None = None) -> Generator[tuple[Value, list[Value]]]:
        """The block, for every row from `first` to `last` (the kernel's items): its number, and its first item in each operand."""
        builder = self.builder
        start = builder.start if first is None else first
        stop = builder.stop if last is None else last
        zero = builder.number(0, "int64")
        places = [builder.variable(zero) for _ in range(self.operands)]
        rest = builder.variable(start)
        with builder.loop(self.rank, vectorize=False) as passed:
            dim = self.rank - 1 - passed
            size = self.sizes[dim]
            self.counters[dim] = rest.value % size
            rest.value = rest.value // size
            self._step(places, dim, self.counters[dim])
        dim, carry = builder.variable(zero), builder.variable(zero)
        with builder.loop(stop - start, vectorize=False) as number:
            yield start + number, [place.value for place in places]
            dim.value = self.rank - 1
            carry.value = 1
            with builder.loop_while(lambda: (dim.value >= 0) & (carry.value == 1)):
                here = dim.value
                size = self.sizes[here]
                counter = self.counters[here] + 1
                full = counter == size
                self.counters[here] = builder.select(full, 0, counter)
                self._step(places, here, builder.select(full, 1 - size, 1))
                carry.value = builder.select(full, builder.number(1, "int64"), 0)
                dim.value = here - 1

    def _step(self, places: Sequence[Variable], dim: Value, count: Value) -> None:
        for operand, place in enumerate(places):
            place.value = place.value + self.sizes[self.rank * (1 + operand) + dim] * count
