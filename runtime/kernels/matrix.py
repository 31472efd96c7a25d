"""Matrix products: packed tiles for floating matrices, plain loops for the small and for integers.

`multiply` is the way in: C = A @ B (+ bias) for one matrix or a batch, any strides of A and B, C with contiguous rows. It
chooses among three kernels:

    packed: B is copied into panels as wide as a tile (`panels_kernel`), then tiles of A's rows are multiplied with
        all panels (`gemm_kernel`). Weights may be packed once: `pack` and `multiply_packed`.
    columns: C's rows are accumulated from B's rows (`rows_kernel`), good where B's rows are contiguous.
    dots: every item of C is a dot product (`dots_kernel`), good where B's columns are contiguous: x @ weight.T.

Strides are in items. A bias is an operand like A with strides that may be 0.
"""
from __future__ import annotations

import functools
from dataclasses import dataclass

from ..dtype import DType
from ..storage import Storage
from .compiler import emitted_kernel
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions
from .launch import launch
from .reduction import COLUMN_COUNT, SIZES
from .tile import VECTORS, Tile, lanes, tile_rows

DEPTH = 256
"""Depth of the part of A that is packed at once."""
GROUP = 8
"""Tiles of rows that are packed at once and meet each panel while it is in the first cache."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A batch of matrices in memory: address and strides of rows, columns and matrices."""

    address: int
    row: int
    column: int
    batch: int = 0


_NO_BIAS = Operand(0, 0, 0)


def multiply(
    dtype: DType, a: Operand, b: Operand, c: Operand, bias: Operand | None, rows: int, columns: int, depth: int, batch: int = 1
) -> None:
    """C = A @ B + bias, for `batch` matrices; A is rows x depth, B depth x columns; `c.column` is 1."""
    if rows == 0 or columns == 0 or batch == 0:
        return
    floating = dtype.is_floating_point
    if floating and rows >= 4 and columns >= 4 and depth >= 4 and rows * columns * depth >= 8192:
        packed = Storage.allocate(packed_bytes(dtype, columns, depth))
        for one in range(batch):
            _pack_into(dtype, packed, _matrix(b, one, dtype), columns, depth)
            multiply_packed(dtype, _matrix(a, one, dtype), packed, _matrix(c, one, dtype),
                            None if bias is None else _matrix(bias, one, dtype), rows, columns, depth)
        return
    other = bias or _NO_BIAS
    kernel = dots_kernel(dtype) if b.row == 1 and b.column != 1 else rows_kernel(dtype)
    words = (
        a.address, b.address, c.address, other.address, rows, columns, depth, a.row, a.column, a.batch, b.row, b.column, b.batch,
        c.row, c.batch, other.row, other.column, other.batch,
    )
    launch(kernel, words, batch * rows, work=batch * rows * columns * depth // 4)


def pack(dtype: DType, b: Operand, columns: int, depth: int) -> Storage:
    """B in panels, for any number of `multiply_packed`."""
    packed = Storage.allocate(packed_bytes(dtype, columns, depth))
    _pack_into(dtype, packed, b, columns, depth)
    return packed


def multiply_packed(
    dtype: DType, a: Operand, packed: Storage, c: Operand, bias: Operand | None, rows: int, columns: int, depth: int
) -> None:
    """C = A @ B + bias where B was packed; one matrix."""
    other = bias or _NO_BIAS
    words = (a.address, packed.address, c.address, other.address, rows, columns, depth, a.row, a.column, c.row, other.row, other.column)
    # some 40 products in a nanosecond
    launch(gemm_kernel(dtype), words, -(-rows // tile_rows()), work=rows * columns * depth // 40)


def packed_bytes(dtype: DType, columns: int, depth: int) -> int:
    """The size of B in panels."""
    panel = VECTORS * lanes(dtype.name)
    return max(-(-columns // panel) * panel * depth * dtype.itemsize, 1)


def _pack_into(dtype: DType, packed: Storage, b: Operand, columns: int, depth: int) -> None:
    panel = VECTORS * lanes(dtype.name)
    words = (b.address, packed.address, columns, depth, b.row, b.column)
    launch(panels_kernel(dtype), words, -(-columns // panel), work=columns * depth // 2)


def _matrix(operand: Operand, number: int, dtype: DType) -> Operand:
    if number == 0:
        return operand
    return Operand(operand.address + number * operand.batch * dtype.itemsize, operand.row, operand.column, operand.batch)


# Kernels


@functools.cache
def panels_kernel(dtype: DType) -> Kernel:
    """B (depth x columns) copied into panels: panel p holds columns p * width.. for each depth; missing columns are zeros.

    Words: 0 B, 1 panels, 2 columns, 3 depth, 4 row stride, 5 column stride. Items are panels.
    """

    def write(builder: Builder, functions: Functions) -> None:
        name, width = dtype.name, VECTORS * lanes(dtype.name)
        columns, depth, row, column = (builder.word(at) for at in range(2, 6))
        source, target = builder.pointer(name, builder.word(0)), builder.pointer(name, builder.word(1))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            panel = builder.start + number
            first = panel * width
            valid = builder.minimum(columns - first, width)
            begin, end = source.at(first * column), target.at(panel * depth * width)
            with builder.when(column == 1):
                _pack_panel(builder, begin, end, row, builder.number(1, "int64"), depth, valid, width)
            with builder.when(column != 1):
                _pack_panel(builder, begin, end, row, column, depth, valid, width)

    return emitted_kernel(f"panels_{dtype.name}", write, dtype.name)


def _pack_panel(
    builder: Builder, source: Pointer, target: Pointer, row: Value, column: Value, depth: Value, valid: Value, width: int
) -> None:
    source, target = source.independent(), target.independent()
    with builder.when(valid == width):
        with builder.loop(depth, vectorize=False) as step:
            with builder.loop(width, independent=True) as at:
                target[step * width + at] = source[step * row + at * column]
    with builder.when(valid != width):
        with builder.loop(depth, vectorize=False) as step:
            with builder.loop(valid, independent=True) as at:
                target[step * width + at] = source[step * row + at * column]
            with builder.loop(width - valid, independent=True) as at:
                target[step * width + valid + at] = 0.0


@functools.cache
def gemm_kernel(dtype: DType) -> Kernel:
    """C = A @ B + bias for B in panels.

    Words: 0 A, 1 panels, 2 C, 3 bias (0: none), 4 rows, 5 columns, 6 depth, 7 A's row stride, 8 A's column stride,
    9 C's row stride, 10 bias' row stride, 11 bias' column stride. Items are tiles of `tile_rows()` rows.
    """

    def write(builder: Builder, functions: Functions) -> None:
        _Gemm(builder, dtype.name).write()

    return emitted_kernel(f"gemm_{dtype.name}", write, dtype.name)


class _Gemm:
    """The loops of `gemm_kernel`: groups of row tiles, parts of the depth, panels, tiles."""

    def __init__(self, builder: Builder, dtype: str) -> None:
        self.builder, self.dtype = builder, dtype
        self.tile = Tile(builder, dtype, tile_rows())
        self.packed = builder.scratch(dtype, GROUP * DEPTH * self.tile.rows)
        self.rows, self.columns, self.depth = (builder.word(at) for at in range(4, 7))
        self.target, self.target_row = builder.pointer(dtype, builder.word(2)), builder.word(9)

    def write(self) -> None:
        builder, height = self.builder, self.tile.rows
        groups = (builder.stop - builder.start + (GROUP - 1)) // GROUP
        with builder.loop(groups, vectorize=False) as group:
            first = builder.start + group * GROUP
            tiles = builder.minimum(builder.stop - first, GROUP)
            begin = first * height
            count = builder.minimum(self.rows - begin, tiles * height)
            self._initialize(begin, count)
            with builder.loop((self.depth + (DEPTH - 1)) // DEPTH, vectorize=False) as part:
                done = part * DEPTH
                depth = builder.minimum(self.depth - done, DEPTH)
                self._pack_rows(begin, count, tiles, done, depth)
                self._panels(begin, count, tiles, done, depth)

    def _initialize(self, begin: Value, count: Value) -> None:
        """C starts as the bias, or as zeros."""
        builder = self.builder
        bias, row_stride, column_stride = builder.word(3), builder.word(10), builder.word(11)
        with builder.loop(count, vectorize=False) as row:
            target = self.target.at((begin + row) * self.target_row).independent()
            with builder.when(bias == 0):
                with builder.loop(self.columns, independent=True) as at:
                    target[at] = 0.0
            with builder.when(bias != 0):
                source = builder.pointer(self.dtype, bias).at((begin + row) * row_stride).independent()
                with builder.loop(self.columns, independent=True) as at:
                    target[at] = source[at * column_stride]

    def _pack_rows(self, begin: Value, count: Value, tiles: Value, done: Value, depth: Value) -> None:
        """Rows of A, tile by tile, so that a step along the depth finds its items side by side; missing rows are zeros."""
        builder, height = self.builder, self.tile.rows
        row_stride, column_stride = builder.word(7), builder.word(8)
        source = builder.pointer(self.dtype, builder.word(0))
        with builder.loop(tiles * height, vectorize=False) as row:
            target = self.packed.at((row // height) * (depth * height) + row % height)
            with builder.when(row < count):
                items = source.at((begin + row) * row_stride + done * column_stride)
                with builder.loop(depth, vectorize=False) as step:
                    target[step * height] = items[step * column_stride]
            with builder.when(row >= count):
                with builder.loop(depth, vectorize=False) as step:
                    target[step * height] = 0.0

    def _panels(self, begin: Value, count: Value, tiles: Value, done: Value, depth: Value) -> None:
        builder, tile = self.builder, self.tile
        width = VECTORS * tile.lanes
        panels = builder.pointer(self.dtype, builder.word(1))
        with builder.loop((self.columns + (width - 1)) // width, vectorize=False) as panel:
            items = panels.at((panel * self.depth + done) * width)
            left = panel * width
            valid_columns = builder.minimum(self.columns - left, width)
            with builder.loop(tiles, vectorize=False) as number:
                tile.clear()
                tile.multiply(depth, self.packed.at(number * depth * tile.rows),
                              lambda step: [items.at(step * width + vector * tile.lanes) for vector in range(VECTORS)])
                top = number * tile.rows
                valid_rows = builder.minimum(count - top, tile.rows)
                self._add(self.target.at((begin + top) * self.target_row + left), valid_rows, valid_columns)

    def _add(self, target: Pointer, valid_rows: Value, valid_columns: Value) -> None:
        builder, tile = self.builder, self.tile
        width = VECTORS * tile.lanes
        whole = (valid_rows == tile.rows) & (valid_columns == width)
        with builder.when(whole):
            for row in range(tile.rows):
                for vector in range(VECTORS):
                    tile.add_to(row, vector, target.at(self.target_row * row + vector * tile.lanes))
        with builder.when(whole == 0):
            edge = tile.spill()
            with builder.loop(valid_rows, vectorize=False) as row:
                with builder.loop(valid_columns, vectorize=False) as at:
                    place = row * self.target_row + at
                    target[place] = target[place] + edge[row * width + at]


class _Product:
    """The words that `rows_kernel` and `dots_kernel` share.

    0 A, 1 B, 2 C, 3 bias (0: none), 4 rows, 5 columns, 6 depth; strides of A: 7 row, 8 column, 9 batch; of B: 10, 11, 12;
    of C: 13 row, 14 batch; of the bias: 15 row, 16 column, 17 batch. Items are rows of C, over all matrices of the batch.
    """

    def __init__(self, builder: Builder, dtype: str, item: Value) -> None:
        self.columns, self.depth = builder.word(5), builder.word(6)
        rows = builder.word(4)
        batch = item // rows
        row = item - batch * rows
        self.a = builder.pointer(dtype, builder.word(0)).at(row * builder.word(7) + batch * builder.word(9))
        self.b = builder.pointer(dtype, builder.word(1)).at(batch * builder.word(12))
        self.c = builder.pointer(dtype, builder.word(2)).at(row * builder.word(13) + batch * builder.word(14))
        self.bias_offset = row * builder.word(15) + batch * builder.word(17)
        self.a_step, self.b_row, self.b_column = builder.word(8), builder.word(10), builder.word(11)
        self.bias, self.bias_step = builder.word(3), builder.word(16)


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

    return emitted_kernel(f"matrix_rows_{dtype.name}", write, dtype.name)


def _start_row(builder: Builder, product: _Product, totals: Pointer, first: Value, width: Value, dtype: str) -> None:
    with builder.when(product.bias == 0):
        with builder.loop(width) as at:
            totals[at] = 0
    with builder.when(product.bias != 0):
        bias = builder.pointer(dtype, product.bias).at(product.bias_offset + first * product.bias_step)
        with builder.loop(width) as at:
            totals[at] = bias[at * product.bias_step]


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
                    total.value = total.value + bias[product.bias_offset + at * product.bias_step]
                product.c[at] = total.value

    return emitted_kernel(f"matrix_dots_{dtype.name}", write, dtype.name, SIZES[dtype.name])
