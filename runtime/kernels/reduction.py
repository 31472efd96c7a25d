"""Reductions: many items to one, over any dims of a strided input.

In: what a reduction does with two items (`Reduction`: four scalar functions) and how the input lies (`form`). Out: a
`Kernel` whose items are the outputs in row-major order of the kept dims; the output is contiguous.

A new reduction is a row like those at the end of this file. Floating sums are taken in blocks of 1,024 whose items add in
any order (`accumulate`), and blocks are joined pairwise, so errors grow with the logarithm of the count and results do not
depend on how the outputs are split.

Words:
    0 input address, 1 output address, 2 kept rank K, 3 reduced rank R (at least 1), 4 count of reduced items,
    then K kept sizes, K kept strides, R reduced sizes, R reduced strides: outermost first, strides in items.
A reduction over no dims has R = 1, size 1. Dims that run on from each other should be merged first (`layout.merge`).

Forms: INNER, the last reduced stride is 1. COLUMNS, the last kept stride is 1 and K is at least 1: whole runs of outputs
are reduced together. STRIDED, anything. INNER and COLUMNS are fast, STRIDED is right for all.
"""
from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import dtype as dtypes
from ..dtype import DType
from .compiler import emitted_kernel
from .conversions import loaded
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions
from .primitives import accumulate, accumulate_product, maximum, minimum

INNER, COLUMNS, STRIDED = "inner", "columns", "strided"
BLOCK = 1024
"""Items that are combined in a row before blocks are joined pairwise."""
COLUMN_COUNT = 256
"""Columns whose totals are kept at a time: they stay in the first cache."""
LEVELS = 64
"""Joined blocks that can wait: one for each bit of a count."""
ROWS = 128
"""Rows of COLUMNS that are combined before they join the totals."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a reduction computes, as scalar functions of the compute dtype."""

    name: str
    identity: Callable[[str], Any]
    """The result for no items, by the name of the compute dtype."""
    combine: Callable[[Any, Any], Any]
    """(total, item) -> total, within a block; may be reordered if it is `accumulate`."""
    join: Callable[[Any, Any], Any]
    """(total, total) -> total, between blocks."""
    element: Callable[[Any], Any]
    """What an item counts as."""
    finish: Callable[[Any, Any], Any]
    """(total, count) -> result."""


def reduction_form(kept_strides: tuple[int, ...], reduced_strides: tuple[int, ...]) -> str:
    """The fastest form for an input with these strides."""
    if reduced_strides[-1] == 1:
        return INNER
    return COLUMNS if kept_strides and kept_strides[-1] == 1 else STRIDED


SIZES = {dtype.name: dtype.itemsize for dtype in dtypes.ALL if dtype.computes}
"""Bytes per item, by dtype name."""


@functools.cache
def reduction_kernel(reduction: Reduction, input: DType, compute: DType, output: DType, form: str) -> Kernel:
    """The kernel of `reduction`: items are converted to `compute`, the result to `output`. See the words above."""

    def write(builder: Builder, functions: Functions) -> None:
        steps = _Steps(reduction, functions, compute.name)
        if form == COLUMNS:
            _write_columns(builder, steps, input.name, output.name)
        else:
            _write_rows(builder, steps, input.name, output.name, form == INNER)

    used = (reduction.combine, reduction.join, reduction.element, reduction.finish, reduction.identity)
    name = f"{reduction.name}_{input.name}_{output.name}_{form}"
    return emitted_kernel(name, write, name, compute.name, *used)


class _Steps:
    """The scalar functions of one reduction, ready to be emitted."""

    def __init__(self, reduction: Reduction, functions: Functions, compute: str) -> None:
        self.compute = compute
        self.identity = reduction.identity(compute)
        self.combine = functions.get(reduction.combine, (compute, compute), compute, compute)
        self.join = functions.get(reduction.join, (compute, compute), compute, compute)
        self.element = functions.get(reduction.element, (compute,), compute, compute)
        self.finish = functions.get(reduction.finish, (compute, compute), compute, compute)


class Dims:
    """The kept and reduced dims of a call, read from its words."""

    def __init__(self, builder: Builder) -> None:
        words = builder.words
        self.kept, self.reduced, self.count = words[2], words[3], words[4]
        self.sizes, self.strides = words.at(5), words.at(self.kept + 5)
        self.reduced_sizes = words.at(self.kept * 2 + 5)
        self.reduced_strides = words.at(self.kept * 2 + 5 + self.reduced)
        self.end = self.kept * 2 + 5 + self.reduced * 2
        self.run = self.reduced_sizes[self.reduced - 1]
        self.stride = self.reduced_strides[self.reduced - 1]
        self.runs = self.count // builder.maximum(self.run, 1)

    def output_offset(self, builder: Builder, item: Value, dims: Value) -> Value:
        """Where the reduced items of output number `item` begin, by the first `dims` kept dims."""
        return offset_of(builder, item, dims, self.sizes, self.strides)

    def run_offset(self, builder: Builder, run: Value) -> Value:
        """Where run number `run` along the last reduced dim begins."""
        return offset_of(builder, run, self.reduced - 1, self.reduced_sizes, self.reduced_strides)


def offset_of(builder: Builder, item: Value, rank: Value, sizes: Pointer, strides: Pointer) -> Value:
    """Where item number `item`, in row-major order, lies in dims of these sizes and strides."""
    rest, offset = builder.variable(item), builder.variable(builder.number(0, "int64"))
    with builder.loop(rank - 1, vectorize=False) as back:
        dim = rank - 1 - back
        size = sizes[dim]
        quotient = rest.value // size
        offset.value = offset.value + (rest.value - quotient * size) * strides[dim]
        rest.value = quotient
    with builder.when(rank > 0):
        offset.value = offset.value + rest.value * strides[0]
    return offset.value


def _write_rows(builder: Builder, steps: _Steps, input: str, output: str, contiguous: bool) -> None:
    """One output after the other: runs along the last reduced dim, cut into blocks, joined as a binary counter counts."""
    dims = Dims(builder)
    compute, size = steps.compute, SIZES[input]
    results = builder.pointer(output, builder.word(1)).at(builder.start)
    partial = builder.scratch(compute, LEVELS)
    total = builder.variable(builder.number(steps.identity, compute))
    filled, level = builder.variable(builder.number(0, "int64")), builder.variable(builder.number(0, "int64"))

    def bit() -> Value:
        return ((filled.value >> level.value) & 1) != 0

    with builder.loop(builder.stop - builder.start) as item:
        base = dims.output_offset(builder, builder.start + item, dims.kept)
        filled.value = 0
        with builder.loop(dims.runs) as run:
            begin = base + dims.run_offset(builder, run)
            with builder.loop((dims.run + (BLOCK - 1)) // BLOCK) as block:
                done = block * BLOCK
                items = builder.pointer(input, builder.word(0) + (begin + done * dims.stride) * size)
                total.value = steps.identity
                with builder.loop(builder.minimum(dims.run - done, BLOCK)) as at:
                    value = items[at if contiguous else at * dims.stride].to(compute)
                    total.value = steps.combine(builder, total.value, steps.element(builder, value))
                level.value = 0
                with builder.loop_while(bit):
                    total.value = steps.join(builder, partial[level.value], total.value)
                    level.value = level.value + 1
                partial[level.value] = total.value
                filled.value = filled.value + 1
        total.value = steps.identity
        level.value = 0
        with builder.loop_while(lambda: (filled.value >> level.value) != 0):
            with builder.when(bit()):
                total.value = steps.join(builder, partial[level.value], total.value)
            level.value = level.value + 1
        results[item] = steps.finish(builder, total.value, dims.count.to(compute)).to(output)


def _write_columns(builder: Builder, steps: _Steps, input: str, output: str) -> None:
    """Neighbouring outputs together: the totals of up to COLUMN_COUNT columns, row after row of the input."""
    dims = Dims(builder)
    compute, size = steps.compute, SIZES[input]
    inner = dims.sizes[dims.kept - 1]
    totals, partial = builder.scratch(compute, COLUMN_COUNT), builder.scratch(compute, COLUMN_COUNT)
    done = builder.variable(builder.start)
    with builder.loop_while(lambda: done.value < builder.stop):
        item = done.value
        outer = item // inner
        column = item - outer * inner
        width = builder.minimum(builder.minimum(inner - column, COLUMN_COUNT), builder.stop - item)
        base = dims.output_offset(builder, outer, dims.kept - 1) + column
        with builder.loop(width) as at:
            totals[at] = steps.identity
        with builder.loop(dims.runs) as run:
            begin = base + dims.run_offset(builder, run)
            with builder.loop((dims.run + (ROWS - 1)) // ROWS) as block:
                with builder.loop(width) as at:
                    partial[at] = steps.identity
                first = block * ROWS
                with builder.loop(builder.minimum(dims.run - first, ROWS)) as row:
                    items = builder.pointer(input, builder.word(0) + (begin + (first + row) * dims.stride) * size)
                    with builder.loop(width) as at:
                        value = steps.element(builder, items[at].to(compute))
                        partial[at] = steps.combine(builder, partial[at], value)
                with builder.loop(width) as at:
                    totals[at] = steps.join(builder, totals[at], partial[at])
        results = builder.pointer(output, builder.word(1)).at(item)
        with builder.loop(width) as at:
            results[at] = steps.finish(builder, totals[at], dims.count.to(compute)).to(output)
        done.value = item + width


@functools.cache
def extremum_kernel(largest: bool, dtype: DType, form: str) -> Kernel:
    """The kernel of max/min along dims with the place of the first best item; NaN is best of all.

    Words as above, and after them the address of the places (int64; their number counts reduced items in row-major order),
    or 0; the output address may be 0 too. Forms INNER and STRIDED. At least one item is reduced.
    """
    name = f"{'max' if largest else 'min'}_with_index_{dtype.name}_{form}"
    return emitted_kernel(name, lambda builder, functions: _write_extremum(builder, largest, dtype.name, form == INNER), name)


def _write_extremum(builder: Builder, largest: bool, dtype: str, contiguous: bool) -> None:
    """Two passes over each output's items: the best value, which vectorizes, then the first place that has it."""
    dims = Dims(builder)
    better = builder.maximum if largest else builder.minimum
    worst = lowest(dtype) if largest else highest(dtype)
    best = builder.variable(builder.number(worst, loaded(dtype)))
    place, at, run = (builder.variable(builder.number(0, "int64")) for _ in range(3))
    with builder.loop(builder.stop - builder.start) as number:
        item = builder.start + number
        base = dims.output_offset(builder, item, dims.kept)
        best.value = worst
        with builder.loop(dims.runs) as outer:
            begin = base + dims.run_offset(builder, outer)
            items = builder.pointer(dtype, builder.word(0) + begin * SIZES[dtype])
            with builder.loop(dims.run) as inner:
                best.value = better(best.value, items[inner if contiguous else inner * dims.stride])
        with builder.when(builder.word(1) != 0):
            builder.pointer(dtype, builder.word(1))[item] = best.value
        with builder.when(builder.words[dims.end] != 0):
            place.value, run.value = -1, 0
            with builder.loop_while(lambda: (place.value < 0) & (run.value < dims.runs)):
                begin = base + dims.run_offset(builder, run.value)
                items = builder.pointer(dtype, builder.word(0) + begin * SIZES[dtype])
                at.value = 0
                with builder.loop_while(lambda: (place.value < 0) & (at.value < dims.run)):
                    value = items[at.value if contiguous else at.value * dims.stride]
                    with builder.when((value == best.value) | (value != value)):
                        place.value = run.value * dims.run + at.value
                    at.value = at.value + 1
                run.value = run.value + 1
            builder.pointer("int64", builder.words[dims.end])[item] = place.value


def lowest(dtype: str) -> Any:
    """What no item of `dtype` is below."""
    if dtype == "bool":
        return False
    return -np.inf if "float" in dtype else np.iinfo(dtype).min


def highest(dtype: str) -> Any:
    """What no item of `dtype` is above."""
    if dtype == "bool":
        return True
    return np.inf if "float" in dtype else np.iinfo(dtype).max


# Rows


def _zero(dtype: str) -> Any:
    return 0


def _one(dtype: str) -> Any:
    return 1


def _item(x: Any) -> Any:
    return x


def _total(total: Any, count: Any) -> Any:
    return total


def _mean(total: Any, count: Any) -> Any:
    return total / count


SUM = Reduction("sum", _zero, accumulate, accumulate, _item, _total)
MEAN = Reduction("mean", _zero, accumulate, accumulate, _item, _mean)
PROD = Reduction("prod", _one, accumulate_product, accumulate_product, _item, _total)
MAX = Reduction("max", lowest, maximum, maximum, _item, _total)
MIN = Reduction("min", highest, minimum, minimum, _item, _total)
ANY = Reduction("any", _zero, maximum, maximum, _item, _total)
ALL = Reduction("all", _one, minimum, minimum, _item, _total)
