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

from ..dtype import DType
from .compiler import emitted_kernel
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions
from .reduction import COLUMN_COUNT, SIZES


def _exp(x: Any) -> Any:
    return math.exp(x)


def _log(x: Any) -> Any:
    return math.log(x)


@functools.cache
def softmax_kernel(dtype: DType, log: bool) -> Kernel:
    """The kernel of softmax, or of its logarithm; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        writer = _Writer(builder, functions, dtype.name, log)
        inner = builder.word(3)
        with builder.when(inner == 1):
            writer.rows()
        with builder.when(inner != 1):
            writer.columns(inner)

    return emitted_kernel(f"{'log_' if log else ''}softmax_{dtype.name}", write, dtype.name, log, _exp, _log)


class _Writer:
    """The two loops of one kernel: along contiguous rows, and over neighbouring columns together."""

    def __init__(self, builder: Builder, functions: Functions, dtype: str, log: bool) -> None:
        self.builder, self.dtype, self.log = builder, dtype, log
        self.exp = functions.get(_exp, (dtype,), dtype, dtype)
        self.logarithm = functions.get(_log, (dtype,), dtype, dtype)
        self.size = builder.word(2)

    def _places(self, item: Value) -> tuple[Pointer, Pointer]:
        offset = item * SIZES[self.dtype]
        source = self.builder.pointer(self.dtype, self.builder.word(0) + offset)
        return source.independent(), self.builder.pointer(self.dtype, self.builder.word(1) + offset).independent()

    def rows(self) -> None:
        """Largest item, sum of exponentials, then the results; the exponentials wait in the output."""
        builder = self.builder
        largest = builder.variable(builder.number(-np.inf, self.dtype))
        total = builder.variable(builder.number(0.0, self.dtype))
        with builder.loop(builder.stop - builder.start) as row:
            source, target = self._places((builder.start + row) * self.size)
            largest.value, total.value = -np.inf, 0.0
            with builder.loop(self.size) as at:
                largest.value = builder.maximum(largest.value, source[at])
            top = largest.value
            with builder.loop(self.size, independent=True) as at:
                power = self.exp(builder, source[at] - top)
                if not self.log:
                    target[at] = power
                total.value = builder.accumulate(total.value, power)
            if self.log:
                shift = self.logarithm(builder, total.value)
                with builder.loop(self.size, independent=True) as at:
                    target[at] = source[at] - top - shift
            else:
                scale = 1.0 / total.value
                with builder.loop(self.size, independent=True) as at:
                    target[at] = target[at] * scale

    def columns(self, inner: Value) -> None:
        """The same for up to COLUMN_COUNT columns at once, row after row."""
        builder = self.builder
        largest, totals = builder.scratch(self.dtype, COLUMN_COUNT), builder.scratch(self.dtype, COLUMN_COUNT)
        done = builder.variable(builder.start)
        with builder.loop_while(lambda: done.value < builder.stop):
            block = done.value // inner
            column = done.value - block * inner
            width = builder.minimum(builder.minimum(inner - column, COLUMN_COUNT), builder.stop - done.value)
            first = block * inner * self.size + column
            with builder.loop(width) as at:
                largest[at], totals[at] = -np.inf, 0.0
            with builder.loop(self.size) as row:
                source, _ = self._places(first + row * inner)
                with builder.loop(width) as at:
                    largest[at] = builder.maximum(largest[at], source[at])
            with builder.loop(self.size) as row:
                source, target = self._places(first + row * inner)
                with builder.loop(width, independent=False) as at:
                    power = self.exp(builder, source[at] - largest[at])
                    if not self.log:
                        target[at] = power
                    totals[at] = totals[at] + power
            with builder.loop(width) as at:
                totals[at] = self.logarithm(builder, totals[at]) if self.log else 1.0 / totals[at]
            with builder.loop(self.size) as row:
                source, target = self._places(first + row * inner)
                with builder.loop(width) as at:
                    target[at] = source[at] - largest[at] - totals[at] if self.log else target[at] * totals[at]
            done.value = done.value + width
