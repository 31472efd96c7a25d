"""Products of integer matrices, in plain loops that LLVM vectorizes; sums wrap as the dtype does.

    rows: C's rows are accumulated from B's rows, good where B's rows are contiguous.
    dots: every item of C is a dot product, good where B's columns are contiguous.

In: the words of words.py. Items are rows of C, over all matrices of a batch.
"""
from __future__ import annotations

import functools

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel
from .epilogue import Block
from .words import Types, Words

COLUMN_COUNT = 256
"""Columns whose totals are kept at once."""


class _Row:
    """A row of C, by its number among those of all matrices."""

    def __init__(self, builder: Builder, types: Types, item: Value) -> None:
        self.columns, self.depth = builder.word(6), builder.word(7)
        rows = builder.word(5)
        batch = item // rows
        row = item - batch * rows
        words = Words(builder, types, batch)
        self.a, self.a_step = words.a.at(row * words.a_row), words.a_column
        self.b, self.b_row, self.b_column = words.b, words.b_row, words.b_column
        self.c = words.c.at(row * words.c_row)
        self.bias, self.has_start = words.bias.at(row * words.bias_row), words.has_start


@functools.cache
def rows_kernel(types: Types) -> Kernel:
    """Rows of C as sums of B's rows."""

    def write(builder: Builder, functions: Functions) -> None:
        totals, finish = builder.scratch(types.sums, COLUMN_COUNT), types.finish(builder, functions)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            product = _Row(builder, types, builder.start + number)
            with builder.loop((product.columns + (COLUMN_COUNT - 1)) // COLUMN_COUNT, vectorize=False) as block:
                first = block * COLUMN_COUNT
                width = builder.minimum(product.columns - first, COLUMN_COUNT)
                _start_row(builder, product, totals, first, width)
                with builder.when(product.b_column == 1):
                    _sum_rows(builder, product, totals, first, width, builder.number(1, "int64"))
                with builder.when(product.b_column != 1):
                    _sum_rows(builder, product, totals, first, width, product.b_column)
                finish.store(Block(totals, 0), Block(product.c.at(first), 0), Block(product.bias.at(first), 0), 1, width)

    return emitted_kernel(f"matrix_plain_rows_{types.items}", write, *types.identity)


def _start_row(builder: Builder, product: _Row, totals: Pointer, first: Value, width: Value) -> None:
    with builder.when(product.has_start ^ 1):
        with builder.loop(width) as at:
            totals[at] = 0
    with builder.when(product.has_start):
        bias = product.bias.at(first)
        with builder.loop(width) as at:
            totals[at] = bias[at]


def _sum_rows(builder: Builder, product: _Row, totals: Pointer, first: Value, width: Value, column: Value) -> None:
    with builder.loop(product.depth, vectorize=False) as step:
        factor = product.a[step * product.a_step]
        row = product.b.at(step * product.b_row + first * column)
        with builder.loop(width) as at:
            totals[at] = totals[at] + factor * row[at * column]


@functools.cache
def dots_kernel(types: Types) -> Kernel:
    """Items of C as dot products of A's rows and B's columns, which are contiguous."""

    def write(builder: Builder, functions: Functions) -> None:
        finish = types.finish(builder, functions)
        total, ready = builder.variable(builder.number(0, types.sums)), builder.scratch(types.sums, 1)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            product = _Row(builder, types, builder.start + number)
            with builder.loop(product.columns, vectorize=False) as at:
                column = product.b.at(at * product.b_column)
                total.value = 0
                with builder.when(product.a_step == 1):
                    with builder.loop(product.depth) as step:
                        total.value = builder.accumulate(total.value, product.a[step] * column[step])
                with builder.when(product.a_step != 1):
                    with builder.loop(product.depth) as step:
                        total.value = builder.accumulate(total.value, product.a[step * product.a_step] * column[step])
                with builder.when(product.has_start):
                    total.value = total.value + product.bias[at]
                ready[0] = total.value
                finish.store(Block(ready, 0), Block(product.c.at(at), 0), Block(product.bias.at(at), 0), 1, 1)

    return emitted_kernel(f"matrix_plain_dots_{types.items}", write, *types.identity)
