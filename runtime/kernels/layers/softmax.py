"""Softmax and log_softmax along one dim of a contiguous tensor.

In: the floating dtype and which of the two. Out: a `Kernel` whose items are the places outside the dim: outer * inner.

Words: 0 input address, 1 output address (may be the input), 2 size of the dim (at least 1), 3 inner: the product of the
sizes after the dim. Item i is the column i % inner of block i // inner. Where inner is 1 an item is a contiguous row.
"""
from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..loops.reduction import COLUMN_COUNT, SIZES
from ..mathematics.shifted_exponential import exp_nonpositive
from ..running.engine import Kernel


def _log(x: Any) -> Any:
    return math.log(x)


@functools.cache
def softmax_kernel(dtype: DType, log: bool, *, columns: bool) -> Kernel:
    """The kernel of softmax, or of its logarithm, over rows (inner is 1) or columns; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        writer = _Writer(builder, functions, dtype.name, log)
        if columns:
            writer.columns(builder.word(3))
        else:
            writer.rows()

    name = f"{'log_' if log else ''}softmax_{dtype.name}_{'columns' if columns else 'rows'}"
    return emitted_kernel(name, write, dtype.name, log, columns, exp_nonpositive, _log)


class _Writer:
    """The loops of one kernel: along contiguous rows, or over neighbouring columns together."""

    def __init__(self, builder: Builder, functions: Functions, dtype: str, log: bool) -> None:
        self.builder, self.dtype, self.log = builder, dtype, log
        self.compute = compute = loaded(dtype)
        # exponentials wait in the output where it keeps all their digits; halves are computed again
        self.waits = not log and compute == dtype
        self.exp = functions.get(exp_nonpositive, (compute,), compute, compute)
        self.logarithm = functions.get(_log, (compute,), compute, compute) if log else None
        self.size = builder.word(2)

    def _places(self, item: Value) -> tuple[Pointer, Pointer]:
        offset = item * SIZES[self.dtype]
        source = self.builder.pointer(self.dtype, self.builder.word(0) + offset)
        return source.independent(), self.builder.pointer(self.dtype, self.builder.word(1) + offset).independent()

    def _finish(self, total: Value) -> Value:
        """What every item is shifted by, or scaled with."""
        return self.logarithm(self.builder, total) if self.logarithm is not None else 1.0 / total

    def _result(self, item: Value, waiting: Value | None, largest: Value, finish: Value) -> Value:
        if self.log:
            return item - largest - finish
        return (self.exp(self.builder, item - largest) if waiting is None else waiting) * finish

    def rows(self) -> None:
        """Largest item, sum of exponentials, then the results."""
        builder = self.builder
        largest = builder.variable(builder.number(-np.inf, self.compute))
        total = builder.variable(builder.number(0.0, self.compute))
        with builder.loop(builder.stop - builder.start, vectorize=False) as row:
            source, target = self._places((builder.start + row) * self.size)
            largest.value, total.value = -np.inf, 0.0
            with builder.loop(self.size) as at:
                largest.value = builder.larger(largest.value, source[at])
            top = largest.value
            with builder.loop(self.size, independent=True) as at:
                power = self.exp(builder, source[at] - top)
                if self.waits:
                    target[at] = power
                total.value = builder.accumulate(total.value, power)
            finish = self._finish(total.value)
            with builder.loop(self.size, independent=True) as at:
                target[at] = self._result(source[at], target[at] if self.waits else None, top, finish)

    def columns(self, inner: Value) -> None:
        """The same for up to COLUMN_COUNT columns at once, row after row."""
        builder = self.builder
        largest, totals = builder.scratch(self.compute, COLUMN_COUNT), builder.scratch(self.compute, COLUMN_COUNT)
        done = builder.variable(builder.start)
        with builder.loop_while(lambda: done.value < builder.stop):
            block = done.value // inner
            column = done.value - block * inner
            width = builder.minimum(builder.minimum(inner - column, COLUMN_COUNT), builder.stop - done.value)
            first = block * inner * self.size + column
            with builder.loop(width) as at:
                largest[at], totals[at] = -np.inf, 0.0
            with builder.loop(self.size, vectorize=False) as row:
                source, _ = self._places(first + row * inner)
                with builder.loop(width) as at:
                    # this order, for the other makes a masked store
                    largest[at] = builder.larger(source[at], largest[at])
            with builder.loop(self.size, vectorize=False) as row:
                source, target = self._places(first + row * inner)
                with builder.loop(width, independent=False) as at:
                    power = self.exp(builder, source[at] - largest[at])
                    if self.waits:
                        target[at] = power
                    totals[at] = totals[at] + power
            with builder.loop(width) as at:
                totals[at] = self._finish(totals[at])
            with builder.loop(self.size, vectorize=False) as row:
                source, target = self._places(first + row * inner)
                with builder.loop(width) as at:
                    target[at] = self._result(source[at], target[at] if self.waits else None, largest[at], totals[at])
            done.value = done.value + width
