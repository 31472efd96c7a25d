"""Scans: running totals along one dim of a strided input.

In: which scan, the dtypes, how the loop runs. Out: a `Kernel` whose items are the runs: the places outside the dim, counted in
row-major order of the kept dims as the words list them.

Words:
    0 input address, 1 output address, 2 address of the places (cummax and cummin), 3 size of the dim, 4 the dim's stride in the
    input, 5 in the output, 6 kept rank K (at least 1), then K kept sizes, K strides of the input, K of the output: outermost
    first, strides in items. Input and output may be the same memory.

Loops: rows take one run after the other; columns take neighbouring runs along the last kept dim together, so that vectors are
full, and need both its strides to be 1. Some rows go side by side, so that their additions do not wait. Either adds in the order
of the items: scans have the same bits for every split.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Number, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel
from .reduction import COLUMN_COUNT, offsets_of

ROWS_AT_ONCE = 4
"""Rows that are scanned side by side."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan does: `step(total, item) -> total`, in the compute dtype, from `identity` on."""

    name: str
    identity: Callable[[str], Any]
    step: Callable[[Any, Any], Any]


@functools.cache
def scan_kernel(scan: Scan, input: DType, output: DType, *, columns: bool) -> Kernel:
    """The kernel of `scan`: items are converted to the output's dtype and joined in the next wider floating dtype, as PyTorch's."""
    compute = "float64" if output.name == "float32" else loaded(output.name)

    def write(builder: Builder, functions: Functions) -> None:
        step = functions.get(scan.step, (compute, compute), compute, compute)
        loops = _Runs(builder, input.name, output.name)
        identity = scan.identity(compute)
        if columns:
            totals = builder.scratch(compute, COLUMN_COUNT)
            with loops.segments(COLUMN_COUNT) as (_, width):
                with builder.loop(width) as at:
                    totals[at] = identity
                with loops.items() as (source, target, _), builder.loop(width) as at:
                    value = step(builder, totals[at], source[at].to(output.name).to(compute))
                    totals[at] = value
                    target[at] = value.to(output.name)
            return
        totals = [builder.variable(builder.number(identity, compute)) for _ in range(ROWS_AT_ONCE)]

        def scan_rows(first: Value, count: int) -> None:
            for total in totals[:count]:
                total.value = identity
            with loops.items(first) as (source, target, _):
                for row, total in enumerate(totals[:count]):
                    begin, end = loops.row_places(row)
                    total.value = step(builder, total.value, source[begin].to(output.name).to(compute))
                    target[end] = total.value.to(output.name)

        with loops.segments(ROWS_AT_ONCE) as (_, width):
            with builder.when(width == ROWS_AT_ONCE):
                scan_rows(builder.number(0, "int64"), ROWS_AT_ONCE)
            with builder.when(width != ROWS_AT_ONCE), builder.loop(width, vectorize=False) as row:
                scan_rows(row, 1)

    name = f"{scan.name}_{input.name}_{output.name}_{'columns' if columns else 'rows'}"
    return emitted_kernel(name, write, name, scan.step, scan.identity)


@functools.cache
def extremum_scan_kernel(largest: bool, dtype: DType, *, columns: bool) -> Kernel:
    """The kernel of cummax (`largest`) or cummin: the best item so far and its place, the last of equal ones; NaN stays."""
    compute = loaded(dtype.name)

    def write(builder: Builder, functions: Functions) -> None:
        loops = _Runs(builder, dtype.name, dtype.name)

        def choose(item: Value, known: Value, number: Value, place: Value) -> tuple[Value, Value]:
            better = item >= known if largest else item <= known
            if "float" in compute:
                better = better | (item != item)
            return builder.select(better, item, known), builder.select(better, number, place)

        if columns:
            best, places = builder.scratch(compute, COLUMN_COUNT), builder.scratch("int64", COLUMN_COUNT)
            with loops.segments(COLUMN_COUNT) as (first, width):
                with builder.loop(width) as at:
                    best[at], places[at] = first[at], 0
                with loops.items() as (source, target, number), builder.loop(width) as at:
                    best[at], places[at] = choose(source[at], best[at], number, places[at])
                    target[at], loops.places[at] = best[at], places[at]
            return
        item, place = builder.variable(builder.number(0, compute)), builder.variable(builder.number(0, "int64"))
        with loops.segments(1) as (first, _):
            item.value, place.value = first[0], 0
            with loops.items() as (source, target, number):
                item.value, place.value = choose(source[0], item.value, number, place.value)
                target[0], loops.places[0] = item.value, place.value

    name = f"cum{'max' if largest else 'min'}_{dtype.name}_{'columns' if columns else 'rows'}"
    return emitted_kernel(name, write, name)


class _Runs:
    """The loops over runs, and over the items of one or of some neighbouring ones."""

    def __init__(self, builder: Builder, input: str, output: str) -> None:
        words = builder.words
        self.builder = builder
        self.size, self.steps, self.kept = words[3], (words[4], words[5]), words[6]
        self.sizes = words.at(7)
        self.strides = [words.at(self.kept * (1 + operand) + 7) for operand in range(2)]
        self.source, self.target = builder.pointer(input, builder.word(0)), builder.pointer(output, builder.word(1))
        self.all_places = self.places = builder.pointer("int64", builder.word(2))
        self._offsets: list[Value] = []
        self._neighbours: list[Value] = []

    @contextmanager
    def segments(self, limit: int) -> Generator[tuple[Any, Value]]:
        """The block for all runs, up to `limit` neighbours along the last kept dim at a time: their first items, how many."""
        builder = self.builder
        inner = self.sizes[self.kept - 1]
        steps = [strides[self.kept - 1] for strides in self.strides]
        done = builder.variable(builder.start)
        with builder.loop_while(lambda: done.value < builder.stop):
            outer = done.value // inner
            column = done.value - outer * inner
            width = builder.minimum(builder.minimum(inner - column, builder.stop - done.value), limit)
            offsets = offsets_of(builder, outer, self.kept - 1, self.sizes, self.strides)
            self._offsets = [offset + column * step for offset, step in zip(offsets, steps)]
            self._neighbours = steps
            yield self.source.at(self._offsets[0]), width
            done.value = done.value + width

    def row_places(self, row: int) -> tuple[Number, Number]:
        """How far the items of a neighbouring run lie from the first one's, in input and output."""
        if row == 0:
            return 0, 0
        begin, end = (step * row for step in self._neighbours)
        return begin, end

    @contextmanager
    def items(self, run: Value | None = None) -> Generator[tuple[Any, Any, Value]]:
        """The block for every place along the dim: input and output at an item of the first run, or of `run`, and the place's number."""
        firsts = self._offsets
        if run is not None:
            firsts = [offset + run * step for offset, step in zip(firsts, self._neighbours)]
        with self.builder.loop(self.size, vectorize=False) as number:
            begin, end = (offset + number * step for offset, step in zip(firsts, self.steps))
            self.places = self.all_places.at(end)
            yield self.source.at(begin), self.target.at(end), number
