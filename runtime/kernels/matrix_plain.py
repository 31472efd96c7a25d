"""Products of integer matrices, in plain loops that LLVM vectorizes; sums wrap as the dtype does.

    rows: C's rows are accumulated from B's rows, good where B's rows are contiguous.
    dots: every item of C is a dot product, good where B's columns are contiguous.

In: words as `_Product` lists them. Items are rows of C, over all matrices of a batch.
"""
from __future__ import annotations

import functools

from ..dtype import DType
from .compiler import emitted_kernel
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions

COLUMN_COUNT = 256
"""Columns whose totals are kept at once."""


class _Product:
    """The words that `rows_kernel` and `dots_kernel` share.

    0 A, 1 B, 2 C, 3 bias (0: none), 4 rows, 5 columns, 6 depth; strides of A: 7 row, 8 column, 9 batch; of B: 10, 11, 12;
    of C: 13 row, 14 batch; of the bias: 15 row, 16 batch. Items are rows of C, over all matrices of the batch.
    """

    def __init__(self, builder: Builder, dtype: str, item: Value) -> None:
        self.columns, self.depth = builder.word(5), builder.word(6)
        rows = builder.word(4)
        batch = item // rows
        row = item - batch * rows
        self.a = builder.pointer(dtype, builder.word(0)).at(row * builder.word(7) + batch * builder.word(9))
        self.b = builder.pointer(dtype, builder.word(1)).at(batch * builder.word(12))
        self.c = builder.pointer(dtype, builder.word(2)).at(row * builder.word(13) + batch * builder.word(14))
        self.bias_offset = row * builder.word(15) + batch * builder.word(16)
        self.a_step, self.b_row, self.b_column = builder.word(8), builder.word(10), builder.word(11)
        self.bias = builder.word(3)


@functools.cache
def rows_kernel(dtype: DType) -> Kernel:
    """Rows of C as sums of B's rows; see `_Product` for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        totals = builder.scratch(dtype.name, COLUMN_COUNT)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            product = _Product(builder, dtype.name, builder.start + number)
            with builder.loop((product.columns + (COLUMN_COUNT - 1)) // COLUMN_COUNT, vectorize=False) as block:
                first = block * COLUMN_COUNT
                width = builder.minimum(product.columns - first, COLUMN_COUNT)
                _start_row(builder, product, totals, first, width, dtype.name)
                with builder.when(product.b_column == 1):
                    _sum_rows(builder, product, totals, first, width, builder.number(1, "int64"))
                with builder.when(product.b_column != 1):
                    _sum_rows(builder, product, totals, first, width, product.b_column)
                with builder.loop(width) as at:
                    product.c[first + at] = totals[at]

    return emitted_kernel(f"matrix_plain_rows_{dtype.name}", write, dtype.name)


def _start_row(builder: Builder, product: _Product, totals: Pointer, first: Value, width: Value, dtype: str) -> None:
    with builder.when(product.bias == 0):
        with builder.loop(width) as at:
            totals[at] = 0
    with builder.when(product.bias != 0):
        bias = builder.pointer(dtype, product.bias).at(product.bias_offset + first)
        with builder.loop(width) as at:
            totals[at] = bias[at]


def _sum_rows(builder: Builder, product: _Product, totals: Pointer, first: Value, width: Value, column: Value) -> None:
    with builder.loop(product.depth, vectorize=False) as step:
        factor = product.a[step * product.a_step]
        row = product.b.at(step * product.b_row + first * column)
        with builder.loop(width) as at:
            totals[at] = totals[at] + factor * row[at * column]


@functools.cache
def dots_kernel(dtype: DType) -> Kernel:
    """Items of C as dot products of A's rows and B's columns, which are contiguous (word 10 is 1); see `_Product`."""

    def write(builder: Builder, functions: Functions) -> None:
        name = dtype.name
        total = builder.variable(builder.number(0, name))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            product = _Product(builder, name, builder.start + number)
            with builder.loop(product.columns, vectorize=False) as at:
                column = product.b.at(at * product.b_column)
                total.value = 0
                with builder.when(product.a_step == 1):
                    with builder.loop(product.depth) as step:
                        total.value = builder.accumulate(total.value, product.a[step] * column[step])
                with builder.when(product.a_step != 1):
                    with builder.loop(product.depth) as step:
                        total.value = builder.accumulate(total.value, product.a[step * product.a_step] * column[step])
                with builder.when(product.bias != 0):
                    bias = builder.pointer(name, product.bias)
                    total.value = total.value + bias[product.bias_offset + at]
                product.c[at] = total.value

    return emitted_kernel(f"matrix_plain_dots_{dtype.name}", write, dtype.name)
