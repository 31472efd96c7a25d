"""Reductions: many items to one, over any dims of a strided input.

In: what a reduction does with its items (`Reduction`: scalar functions, see reduction_functions.py) and how the loop runs. Out: a
`Kernel` whose items are the outputs, counted in row-major order of the kept dims as the words list them.

Floating sums are taken in blocks of 2,048 to 8,192 items that add in any order (`accumulate`), and blocks are joined pairwise, so errors
grow with the logarithm of the count. Results do not depend on how the outputs are split. A reduction of many items to few is cut
by its caller into fixed blocks (PARTIAL) whose totals a second kernel joins (COMBINE), so that it runs on several threads with
the same bits; ops/reduction/reduction_plans.py does so.

Words:
    0 input address, 1 output address, 2 address of the centres (GIVEN centres only), 3 count of items per output, as the result's
    formula needs it, 4 bits of the parameter (float64), 5 runs: the product of the reduced sizes but the last, 6 kept rank K and
    7 reduced rank R (both at least 1), then K kept sizes, K strides of the input, K of the output, K of the centres, R reduced
    sizes, R reduced strides: outermost first, strides in items.

Loops: rows take one output after the other, each a walk along the last reduced dim; columns take neighbouring outputs along the
last kept dim together, row after row. Either is fast where the stride of its inner dim is 1 (`unit`).
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel

WHOLE, PARTIAL, COMBINE, JOIN = "whole", "partial", "combine", "join"
"""Items to results; items to totals; totals to results; totals to totals."""
BLOCK = 4096
"""The longest row that is combined without being cut into blocks."""
STREAMS = 4
"""Rows, or parts of a block, that are read together: more of memory's latencies pass at once, and ends of rows are worked out together."""
STREAM = 4096
"""Items of one part: a long row is cut into blocks of STREAMS of them, which are joined pairwise."""
COLUMN_COUNT = 256
"""Columns whose totals kernels keep at a time: they stay in the first cache."""
TOGETHER = 1024
"""Columns that are reduced together."""
LEVELS = 64
"""Joined blocks that can wait: one for each bit of a count."""
ROWS = 128
"""Rows of columns that are combined before they join the totals."""
_TOGETHER = 4
_TURN_BYTES = 32 * _TOGETHER
"""Four vectors of 32 bytes: more accumulators cost short rows more than they gain long ones."""
ROWS_AT_ONCE = 4
"""Rows of columns that are read together, so that a total is loaded and stored once for all of them."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a reduction computes, as scalar functions of the compute dtype."""

    name: str
    identity: Callable[[str], Any]
    """The result for no items, by the name of the compute dtype."""
    combine: Callable[[Any, Any], Any]
    """(total, term) -> total, within a block; may be reordered if it is `accumulate`."""
    join: Callable[[Any, Any], Any]
    """(total, total) -> total, between blocks."""
    element: Callable[[Any, Any, Any], Any]
    """(item, centre, parameter) -> term."""
    finish: Callable[[Any, Any, Any, Any], Any]
    """(total, count, centre, parameter) -> result."""
    centre: Reduction | None = None
    """The reduction of the same items whose result is every item's centre: the mean for a variance."""
    truth: bool = False
    """Whether an item counts as 1 where it is not 0, else as 0."""
    plain: bool = False
    """Whether items, totals and results are the same: one kernel does for all parts."""
    nanoseconds: float = 0.3
    """Roughly what one item of a contiguous row takes, to decide how many threads are worth it."""


SIZES = {dtype.name: dtype.itemsize for dtype in dtypes.ALL if dtype.computes}
"""Bytes per item, by dtype name."""


@functools.cache
def reduction_kernel(
    reduction: Reduction, input: DType, compute: DType, output: DType, *, columns: bool, unit: bool, part: str = WHOLE,
    given: bool = False,
) -> Kernel:
    """The kernel of `reduction`: items are converted to `compute`, results to `output`. See the words above.

    Totals, where `part` says that they come in or go out, are of the compute dtype. With `given` the centres are read, otherwise
    computed first.
    """

    def write(builder: Builder, functions: Functions) -> None:
        dims = Dims(builder)
        steps = [_Steps(reduction, functions, compute.name, part, builder, dims)]
        if reduction.centre is not None and not given and part == WHOLE:
            steps.insert(0, _Steps(reduction.centre, functions, compute.name, WHOLE, builder, dims))
        loops = _Columns if columns else _Rows
        loops(builder, dims, steps, input.name, output.name, unit).write(given)

    form = f"{'columns' if columns else 'rows'}{'' if unit else '_strided'}_{part}{'_given' if given else ''}"
    name = f"{reduction.name}_{input.name}_{output.name}_{form}"
    return emitted_kernel(name, write, name, compute.name, *_functions_of(reduction))


def _functions_of(reduction: Reduction) -> tuple[Any, ...]:
    own = (reduction.combine, reduction.join, reduction.element, reduction.finish, reduction.identity)
    return own if reduction.centre is None else (*own, *_functions_of(reduction.centre))


class Dims:
    """The kept and reduced dims of a call, read from its words."""

    def __init__(self, builder: Builder) -> None:
        words = builder.words
        self.builder = builder
        self.count, self.runs, self.kept, self.reduced = words[3], words[5], words[6], words[7]
        self.parameter = Pointer(builder, "float64", words.name)[4]
        self.sizes = words.at(8)
        self.strides = [words.at(self.kept * (1 + operand) + 8) for operand in range(3)]
        self.reduced_sizes = words.at(self.kept * 4 + 8)
        self.reduced_strides = words.at(self.kept * 4 + 8 + self.reduced)
        last = self.kept - 1
        self.inner = self.sizes[last]
        self.steps = [strides[last] for strides in self.strides]
        self.run = self.reduced_sizes[self.reduced - 1]
        self.stride = self.reduced_strides[self.reduced - 1]

    def run_offset(self, run: Value) -> Value:
        """Where run number `run` along the last reduced dim begins."""
        return offsets_of(self.builder, run, self.reduced - 1, self.reduced_sizes, [self.reduced_strides])[0]

    @contextmanager
    def segments(self, limit: int | None = None) -> Generator[tuple[Value, list[Value], Value]]:
        """The block for all outputs, some neighbours along the last kept dim at a time.

        Gives the first output's number, its offsets in input, output and centres, and how many outputs follow, it included.
        """
        builder = self.builder
        done = builder.variable(builder.start)
        with builder.loop_while(lambda: done.value < builder.stop):
            item = done.value
            outer = item // self.inner
            column = item - outer * self.inner
            width = builder.minimum(self.inner - column, builder.stop - item)
            width = width if limit is None else builder.minimum(width, limit)
            offsets = offsets_of(builder, outer, self.kept - 1, self.sizes, self.strides)
            yield item, [offset + column * step for offset, step in zip(offsets, self.steps)], width
            done.value = item + width


def offsets_of(builder: Builder, item: Value, rank: Value, sizes: Pointer, strides: list[Pointer]) -> list[Value]:
    """Where item number `item`, in row-major order, lies in each operand over dims of these sizes."""
    rest = builder.variable(item)
    offsets = [builder.variable(builder.number(0, "int64")) for _ in strides]
    with builder.loop(rank - 1, vectorize=False) as back:
        dim = rank - 1 - back
        size = sizes[dim]
        quotient = rest.value // size
        at = rest.value - quotient * size
        for offset, steps in zip(offsets, strides):
            offset.value = offset.value + at * steps[dim]
        rest.value = quotient
    with builder.when(rank > 0):
        for offset, steps in zip(offsets, strides):
            offset.value = offset.value + rest.value * steps[0]
    return [offset.value for offset in offsets]


class _Steps:
    """The scalar functions of one reduction, ready to be emitted."""

    def __init__(self, reduction: Reduction, functions: Functions, compute: str, part: str, builder: Builder, dims: Dims) -> None:
        self.compute = compute
        self.identity = reduction.identity(compute)
        self.combine = functions.get(reduction.join if part in (COMBINE, JOIN) else reduction.combine, (compute,) * 2, compute, compute)
        self.join = functions.get(reduction.join, (compute,) * 2, compute, compute)
        self._element = None if part in (COMBINE, JOIN) else functions.get(reduction.element, (compute,) * 3, compute, compute)
        self._finish = None if part in (PARTIAL, JOIN) else functions.get(reduction.finish, (compute,) * 4, compute, compute)
        self._builder = builder
        self._truth = reduction.truth and part in (WHOLE, PARTIAL)
        self._count, self._parameter = dims.count.to(compute), dims.parameter.to(compute)

    def term(self, item: Value, centre: Value) -> Value:
        """What an item, in its own dtype, counts as."""
        item = (item.to("bool") if self._truth else item).to(self.compute)
        return item if self._element is None else self._element(self._builder, item, centre, self._parameter)

    def result(self, total: Value, centre: Value) -> Value:
        """The result, or the total of a part."""
        return total if self._finish is None else self._finish(self._builder, total, self._count, centre, self._parameter)


class _Loops:
    """What both loops know."""

    def __init__(self, builder: Builder, dims: Dims, steps: list[_Steps], input: str, output: str, unit: bool) -> None:
        self.builder, self.dims, self.steps = builder, dims, steps
        self.compute = steps[0].compute
        self.output, self.unit = output, unit
        self.source = builder.pointer(input, builder.word(0))
        self.results = builder.pointer(output, builder.word(1))
        self.centres = builder.pointer(self.compute, builder.word(2))
        self.zero = builder.number(0, self.compute)

    def place(self, at: Value, stride: Value) -> Value:
        """The offset of number `at` along the inner dim."""
        return at if self.unit else at * stride


class _Rows(_Loops):
    """One output after the other: runs along the last reduced dim, cut into blocks, joined as a binary counter counts."""

    def write(self, given: bool) -> None:
        """Emit the loop."""
        builder, dims = self.builder, self.dims
        self.partial = builder.scratch(self.compute, LEVELS)
        self.total = builder.variable(self.zero)
        self.filled, self.level = builder.variable(builder.number(0, "int64")), builder.variable(builder.number(0, "int64"))
        self.short = (dims.runs == 1) & (dims.run <= BLOCK)
        # with centres a row is read twice, and is in the cache by then
        self.together = self.unit and SIZES[self.source.dtype] in (4, 8) and not given and len(self.steps) == 1
        self.totals = [builder.variable(self.zero) for _ in range(STREAMS)]
        with dims.segments() as (_, (begin, target, centres), width):
            done = self._write_together(begin, target, width) if self.together else builder.number(0, "int64")
            with builder.loop(width - done, vectorize=False) as left:
                at = left + done
                centre = self.centres[centres + at * dims.steps[2]] if given else self.zero
                for steps in self.steps:
                    centre = steps.result(self._total(steps, begin + at * dims.steps[0], centre), centre)
                self.results[target + at * dims.steps[1]] = centre.to(self.output)

    def _write_together(self, begin: Value, target: Value, width: Value) -> Value:
        """Short rows, STREAMS of them at once, as far as that goes; how many."""
        builder, dims = self.builder, self.dims
        (steps,) = self.steps
        groups = builder.select(self.short, width // STREAMS, 0)
        with builder.loop(groups, vectorize=False) as group:
            first = group * STREAMS
            self._add_streams(steps, self.source.at(begin + first * dims.steps[0]), dims.steps[0], dims.run)
            for row, total in enumerate(self.totals):
                self.results[target + (first + row) * dims.steps[1]] = steps.result(total.value, self.zero).to(self.output)
        return groups * STREAMS

    def _total(self, steps: _Steps, base: Value, centre: Value) -> Value:
        builder, dims, total = self.builder, self.dims, self.total
        total.value = steps.identity
        with builder.when(self.short):
            self._add_run(steps, self.source.at(base), dims.run, centre)
        with builder.when(self.short ^ 1):
            self._join_blocks(steps, base, centre)
        return total.value

    def _join_blocks(self, steps: _Steps, base: Value, centre: Value) -> None:
        """The total of all runs, in blocks that are joined as a binary counter counts."""
        builder, dims, total, level, filled = self.builder, self.dims, self.total, self.level, self.filled
        filled.value = 0
        size = STREAMS * STREAM
        with builder.loop(dims.runs, vectorize=False) as run:
            begin = base + dims.run_offset(run)
            with builder.loop((dims.run + (size - 1)) // size, vectorize=False) as block:
                done = block * size
                items = self.source.at(begin + done * dims.stride)
                count = builder.minimum(dims.run - done, size)
                total.value = steps.identity
                if self.together:
                    whole = count == size
                    with builder.when(whole):
                        self._add_streams(steps, items, builder.number(STREAM, "int64"), builder.number(STREAM, "int64"))
                        first, second, third, fourth = (one.value for one in self.totals)
                        total.value = steps.join(builder, steps.join(builder, first, second), steps.join(builder, third, fourth))
                    count = builder.select(whole, 0, count)
                self._add_run(steps, items, count, centre)
                level.value = 0
                with builder.loop_while(self._bit):
                    total.value = steps.join(builder, self.partial[level.value], total.value)
                    level.value = level.value + 1
                self.partial[level.value] = total.value
                filled.value = filled.value + 1
        total.value = steps.identity
        level.value = 0
        with builder.loop_while(lambda: (filled.value >> level.value) != 0):
            with builder.when(self._bit()):
                total.value = steps.join(builder, self.partial[level.value], total.value)
            level.value = level.value + 1

    def _add_run(self, steps: _Steps, items: Pointer, count: Value, centre: Value) -> None:
        """Combine `count` items with the total: whole turns of vectors, then the rest under a mask, where the machine has one."""
        builder, dims, total = self.builder, self.dims, self.total
        turn = _TURN_BYTES // SIZES[items.dtype] if self.unit and SIZES[items.dtype] in (4, 8) else 1
        whole = count if turn == 1 else count // turn * turn
        with builder.loop(whole, interleave=_TOGETHER) as at:
            total.value = steps.combine(builder, total.value, steps.term(items[self.place(at, dims.stride)], centre))
        if turn == 1:
            return
        rest, last = (count - whole).to("int32"), items.at(whole)
        with builder.when(rest > 0):
            item = builder.variable(last[0])
            with builder.loop(turn, interleave=_TOGETHER) as at:
                inside = at.to("int32") < rest
                item.value = 0
                with builder.when(inside):
                    item.value = last[at]
                term = builder.select(inside, steps.term(item.value, centre), steps.identity)
                total.value = steps.combine(builder, total.value, term)

    def _add_streams(self, steps: _Steps, items: Pointer, apart: Value, count: Value) -> None:
        """Combine `count` items of each of STREAMS rows, which begin so many items apart, into `totals`."""
        builder, totals = self.builder, self.totals
        turn = _TURN_BYTES // 2 // SIZES[items.dtype]
        rows = [items.at(apart * row) for row in range(STREAMS)]
        for total in totals:
            total.value = steps.identity
        whole = count // turn * turn
        with builder.loop(whole, interleave=2) as at:
            for row, total in zip(rows, totals):
                total.value = steps.combine(builder, total.value, steps.term(row[at], self.zero))
        rest = (count - whole).to("int32")
        with builder.when(rest > 0):
            item = builder.variable(items[0])
            with builder.loop(turn, interleave=2) as at:
                inside = at.to("int32") < rest
                for row, total in zip(rows, totals):
                    item.value = 0
                    with builder.when(inside):
                        item.value = row.at(whole)[at]
                    term = builder.select(inside, steps.term(item.value, self.zero), steps.identity)
                    total.value = steps.combine(builder, total.value, term)

    def _bit(self) -> Value:
        return ((self.filled.value >> self.level.value) & 1) != 0


class _Columns(_Loops):
    """Neighbouring outputs together: the totals of up to TOGETHER columns, row after row of the input."""

    def write(self, given: bool) -> None:
        """Emit the loop."""
        builder, dims = self.builder, self.dims
        self.totals, self.partial = builder.scratch(self.compute, TOGETHER), builder.scratch(self.compute, TOGETHER)
        known = builder.scratch(self.compute, TOGETHER)
        with dims.segments(TOGETHER) as (_, (begin, target, centres), width):
            if given:
                with builder.loop(width) as at:
                    known[at] = self.centres[centres + at * dims.steps[2]]
            for step, steps in enumerate(self.steps):
                centred = known if given or step else None
                self._sum_rows(steps, begin, width, centred)
                last = step == len(self.steps) - 1
                with builder.loop(width) as at:
                    result = steps.result(self.totals[at], self.zero if centred is None else centred[at])
                    if last:
                        self.results[target + at * dims.steps[1]] = result.to(self.output)
                    else:
                        known[at] = result

    def _sum_rows(self, steps: _Steps, base: Value, width: Value, centred: Pointer | None) -> None:
        builder, dims, totals, partial = self.builder, self.dims, self.totals, self.partial
        with builder.loop(width) as at:
            totals[at] = steps.identity
        with builder.loop(dims.runs, vectorize=False) as run:
            begin = base + dims.run_offset(run)
            with builder.loop((dims.run + (ROWS - 1)) // ROWS, vectorize=False) as block:
                with builder.loop(width) as at:
                    partial[at] = steps.identity
                first = block * ROWS
                rows = builder.minimum(dims.run - first, ROWS)
                groups = rows // ROWS_AT_ONCE
                with builder.loop(groups, vectorize=False) as group:
                    self._add_rows(steps, begin + (first + group * ROWS_AT_ONCE) * dims.stride, ROWS_AT_ONCE, width, centred)
                rest = groups * ROWS_AT_ONCE
                with builder.loop(rows - rest, vectorize=False) as row:
                    self._add_rows(steps, begin + (first + rest + row) * dims.stride, 1, width, centred)
                with builder.loop(width) as at:
                    totals[at] = steps.join(builder, totals[at], partial[at])

    def _add_rows(self, steps: _Steps, offset: Value, count: int, width: Value, centred: Pointer | None) -> None:
        builder, dims, partial = self.builder, self.dims, self.partial
        rows = [self.source.at(offset if row == 0 else offset + dims.stride * row) for row in range(count)]
        with builder.loop(width) as at:
            centre = self.zero if centred is None else centred[at]
            total = partial[at]
            place = self.place(at, dims.steps[0])
            for items in rows:
                total = steps.combine(builder, total, steps.term(items[place], centre))
            partial[at] = total


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
