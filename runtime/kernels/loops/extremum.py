"""The largest or smallest items along dims with the places of the first of them; NaN is better than all.

In: which of the two, the dtype, how the loop runs. Out: a `Kernel` whose items are the outputs. The words are reduction.py's
but for number 2, the address of the places (int64; a place counts the reduced items in row-major order, so the reduced dims must
come in the tensor's order). The output address may be 0. At least one item is reduced.
"""
from __future__ import annotations

import functools

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Value
from ..running.engine import Kernel
from .reduction import BLOCK, COLUMN_COUNT, Dims, highest, lowest


@functools.cache
def extremum_kernel(largest: bool, dtype: DType, *, columns: bool, unit: bool) -> Kernel:
    """The kernel of max (`largest`) or min with places; rows or columns as in reduction.py."""
    name = f"{'max' if largest else 'min'}_with_place_{dtype.name}_{'columns' if columns else 'rows'}{'' if unit else '_strided'}"
    return emitted_kernel(name, lambda builder, functions: _Extremum(builder, largest, dtype.name, unit).write(columns), name)


class _Extremum:
    """The loops of one kernel."""

    def __init__(self, builder: Builder, largest: bool, dtype: str, unit: bool) -> None:
        self.builder, self.largest, self.dtype, self.unit = builder, largest, dtype, unit
        self.dims = Dims(builder)
        self.source = builder.pointer(dtype, builder.word(0))
        self.values = builder.pointer(dtype, builder.word(1))
        self.places = builder.pointer("int64", builder.word(2))
        # half items are compared as float32
        self.compute = self.source[0].dtype
        self.worst = lowest(self.compute) if largest else highest(self.compute)

    def write(self, columns: bool) -> None:
        """Emit the loops."""
        if columns:
            self._columns()
        else:
            self._rows()

    def _place(self, at: Value, stride: Value) -> Value:
        return at if self.unit else at * stride

    def _improves(self, value: Value, best: Value) -> Value:
        better = value > best if self.largest else value < best
        return better | ((value != value) & (best == best)) if self.compute.startswith("float") else better

    def _store(self, target: Value, value: Value, place: Value) -> None:
        with self.builder.when(self.builder.word(1) != 0):
            self.values[target] = value.to(self.dtype)
        self.places[target] = place

    def _rows(self) -> None:
        """Per block its best item, which vectorizes; then the place within the first best block."""
        builder, dims = self.builder, self.dims
        extreme = builder.larger if self.largest else builder.smaller
        best, local = (builder.variable(builder.number(self.worst, self.compute)) for _ in range(2))
        flat, start, at = (builder.variable(builder.number(0, "int64")) for _ in range(3))
        with dims.segments() as (_, (base, target, _), width), builder.loop(width, vectorize=False) as output:
            first = base + output * dims.steps[0]
            best.value, flat.value, start.value = self.worst, 0, first
            with builder.loop(dims.runs, vectorize=False) as run:
                begin = first + dims.run_offset(run)
                with builder.loop((dims.run + (BLOCK - 1)) // BLOCK, vectorize=False) as block:
                    done = block * BLOCK
                    offset = begin + done * dims.stride
                    items = self.source.at(offset)
                    local.value = self.worst
                    with builder.loop(builder.minimum(dims.run - done, BLOCK)) as inner:
                        local.value = extreme(local.value, items[self._place(inner, dims.stride)])
                    with builder.when(self._improves(local.value, best.value)):
                        best.value, flat.value, start.value = local.value, run * dims.run + done, offset
            at.value = 0
            items = self.source.at(start.value)

            def differs() -> Value:
                value = items[self._place(at.value, dims.stride)]
                return (value != best.value) & (value == value) if self.compute.startswith("float") else value != best.value

            with builder.loop_while(differs):
                at.value = at.value + 1
            self._store(target + output * dims.steps[1], best.value, flat.value + at.value)

    def _columns(self) -> None:
        """Neighbouring outputs together, row after row."""
        builder, dims = self.builder, self.dims
        best, places = builder.scratch(self.compute, COLUMN_COUNT), builder.scratch("int64", COLUMN_COUNT)
        with dims.segments(COLUMN_COUNT) as (_, (base, target, _), width):
            items = self.source.at(base)
            with builder.loop(width) as at:
                best[at], places[at] = items[self._place(at, dims.steps[0])], 0
            with builder.loop(dims.runs, vectorize=False) as run:
                begin = base + dims.run_offset(run)
                with builder.loop(dims.run, vectorize=False) as row:
                    items = self.source.at(begin + row * dims.stride)
                    flat = run * dims.run + row
                    with builder.loop(width) as at:
                        value, known = items[self._place(at, dims.steps[0])], best[at]
                        improves = self._improves(value, known)
                        best[at] = builder.select(improves, value, known)
                        places[at] = builder.select(improves, flat, places[at])
            with builder.loop(width) as at:
                self.places[target + at * dims.steps[1]] = places[at]
            with builder.when(builder.word(1) != 0), builder.loop(width) as at:
                self.values[target + at * dims.steps[1]] = best[at].to(self.dtype)
