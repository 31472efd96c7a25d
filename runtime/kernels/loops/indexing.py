"""Kernels that read or write at positions held by index tensors: gather, index, index_select, scatter, index_put, ...

All of them walk one shape (walking.py) over the operands `target`, `source` and one or more index operands. An item of the
indexed operand lies at its walked place + the sum over the indices of position * step; its own strides are 0 where an index
says the position. An index operand may be broadcast by strides of 0.

Words of `read_kernel` and `write_kernel`:  target, source, address of each index; for each index the size of the indexed
dimension and the step; then the walk. In kernels that wrap, negative positions count from the end.

`read_kernel` checks each position and answers item + 1 at the first one outside, counted over the walked shape.
`bounds_kernel` runs before `write_kernel`, so that an error leaves the target as it was. Another thread may change positions in
between, so `write_kernel` checks each one that it reads once more; it answers 1 where one is outside, and has written those before.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel
from .walking import Walk

CARRIERS = {1: "uint8", 2: "int16", 4: "int32", 8: "int64"}
"""Item size -> the dtype as which items are moved."""
ITEM_BYTES = {dtype: size for size, dtype in CARRIERS.items()}

ASSIGN, ADD, MULTIPLY, MINIMUM, MAXIMUM = "assign", "add", "multiply", "minimum", "maximum"


def is_outside(position: Value, low: Value, size: Value) -> Value:
    """Whether an int64 position is not in [low, size); one comparison, as unsigned numbers."""
    return (position - low).below(size - low) ^ 1


class _Indices:
    """The index operands of a kernel: their words, and the place that they say."""

    def __init__(self, builder: Builder, dtypes: Sequence[str], base: int, wraps: bool) -> None:
        count = len(dtypes)
        self.builder, self.wraps = builder, wraps
        self.items = [builder.pointer(dtype, builder.word(base + at)) for at, dtype in enumerate(dtypes)]
        limits = base + count
        self.sizes, self.steps = ([builder.word(limits + 2 * at + part) for at in range(count)] for part in range(2))

    @property
    def end(self) -> int:
        """How many words the addresses and limits take."""
        return 3 * len(self.items)

    def place(self, places: Sequence[Value], failed: Callable[[], None]) -> Value:
        """The displacement that the positions at `places` say; `failed` writes what happens if one is outside."""
        total = self.builder.number(0, "int64")
        for items, place, size, step in zip(self.items, places, self.sizes, self.steps):
            position = items[place].to("int64")
            if self.wraps:
                position = self.builder.select(position < 0, position + size, position)
            with self.builder.when(position.below(size) ^ 1):
                failed()
            total = total + position * step
        return total


@cache
def read_kernel(itemsize: int, indices: tuple[str, ...], wraps: bool, whole_rows: bool, dense: bool) -> Kernel:
    """target[...] = source[positions]; items of `itemsize` bytes. See the module for the words.

    `whole_rows`: no index moves along a row; `dense`: rows of target and source lie without gaps, or rows of target and
    indices where these move.
    """

    def write(builder: Builder, functions: Functions) -> None:
        found = _Indices(builder, indices, 2, wraps)
        walk = Walk(builder, 2 + len(indices), 2 + found.end)
        target, source = (builder.pointer(CARRIERS[itemsize], builder.word(at)) for at in range(2))
        one = builder.number(1, "int64")
        with walk.rows() as (row, (target_place, source_place, *places)):

            def failed(item: Value) -> Callable[[], None]:
                return lambda: builder.return_status(item + 1)

            if whole_rows:
                start = source.at(source_place + found.place(places, failed(row * walk.size)))
                _copy_row(builder, target.at(target_place), start, walk, dense)
            else:
                steps = [one] * (2 + len(places)) if dense else walk.steps
                with builder.loop(walk.size) as at:
                    here = [place + at * step for place, step in zip(places, steps[2:])]
                    shift = found.place(here, failed(row * walk.size + at))
                    target[target_place + at * steps[0]] = source[source_place + at * walk.steps[1] + shift]

    return emitted_kernel(f"read_{itemsize}", write, itemsize, indices, wraps, whole_rows, dense)


def _copy_row(builder: Builder, target: Pointer, source: Pointer, walk: Walk, dense: bool) -> None:
    if not dense:
        with builder.loop(walk.size) as at:
            target[at * walk.steps[0]] = source[at * walk.steps[1]]
        return
    # a call costs more than a short row
    short = walk.size < 16
    with builder.when(short):
        with builder.loop(walk.size, vectorize=False) as at:
            target[at] = source[at]
    with builder.when(walk.size >= 16):
        builder.copy_bytes(target, source, walk.size * ITEM_BYTES[target.dtype])


def combine(builder: Builder, mode: str, dtype: str, old: Value, new: Value) -> Value:
    """What a written item becomes."""
    if mode == ADD:
        return old | new if dtype == "bool" else old + new
    if mode == MULTIPLY:
        return old & new if dtype == "bool" else old * new
    return builder.minimum(old, new) if mode == MINIMUM else builder.maximum(old, new)


@cache
def write_kernel(dtype: str, indices: tuple[str, ...], mode: str, wraps: bool, whole_rows: bool, dense: bool) -> Kernel:
    """target[positions] = source, or combined with what is there, one item after the other. See the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        found = _Indices(builder, indices, 2, wraps)
        walk = Walk(builder, 2 + len(indices), 2 + found.end)
        target, source = (builder.pointer(dtype, builder.word(at)) for at in range(2))

        def store(items: Pointer, place: Value, value: Value) -> None:
            items[place] = value if mode == ASSIGN else combine(builder, mode, dtype, items[place], value)

        def failed() -> None:
            builder.return_status(1)

        one = builder.number(1, "int64")
        with walk.rows() as (_, (target_place, source_place, *places)):
            if whole_rows:
                row, values = target.at(target_place + found.place(places, failed)), source.at(source_place)
                target_step, source_step = (one, one) if dense else walk.steps[:2]
                with builder.loop(walk.size) as at:
                    store(row, at * target_step, values[at * source_step])
            else:
                steps = [one] * len(walk.steps) if dense else walk.steps
                with builder.loop(walk.size) as at:
                    here = [place + at * step for place, step in zip(places, steps[2:])]
                    store(target, target_place + at * walk.steps[0] + found.place(here, failed), source[source_place + at * steps[1]])

    return emitted_kernel(f"write_{mode}_{dtype}", write, dtype, indices, mode, wraps, whole_rows, dense)


@cache
def bounds_kernel(dtype: str) -> Kernel:
    """Item + 1 of the first position outside [low, size), counted over the walked shape; 0 if there is none.

    Words: index, low, size, then the walk of one operand.
    """

    def write(builder: Builder, functions: Functions) -> None:
        items = builder.pointer(dtype, builder.word(0))
        low, size = builder.word(1), builder.word(2)
        walk = Walk(builder, 1, 3)
        zero, one = builder.number(0, "int64"), builder.number(1, "int64")
        outside = builder.variable(zero)
        with walk.rows() as (row, (place,)):
            outside.value = 0

            def wrong(at: Value) -> Value:
                return is_outside(items[at].to("int64"), low, size)

            for dense in (True, False):
                with builder.when((walk.steps[0] == 1) ^ (not dense)):
                    step = one if dense else walk.steps[0]
                    with builder.loop(walk.size) as at:
                        outside.value = outside.value | builder.select(wrong(place + at * step), one, zero)
            with builder.when(outside.value != 0):
                with builder.loop(walk.size, vectorize=False) as at:
                    with builder.when(wrong(place + at * walk.steps[0])):
                        builder.return_status(row * walk.size + at + 1)

    return emitted_kernel(f"bounds_{dtype}", write, dtype)
