"""Matrix products: which kernel multiplies which matrices, and its words.

`plan_product` is the way in: C = A @ B (+ bias) for one matrix or a batch, any strides of A and B, C and the bias with contiguous
rows. Sums of float16 and bfloat16 items are float32, and so are C and the bias then. It chooses among

    packed (matrix_gemm.py): large floating matrices. `Panels` and `plan_packed` pack B once, for weights.
    direct, dots, sums (matrix_direct.py): small matrices, and few rows of A or columns of B.
    rows, dots (matrix_plain.py): integers.

Strides are in items. All matrices of a batch are one launch. An item of C is summed in an order that does not depend on threads.
"""
from __future__ import annotations

import functools
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ..dtype import BY_NAME, DType, int32
from ..storage import Storage
from . import matrix_plain
from .conversions import loaded
from .direct import Frame, TensorOperand
from .engine import Kernel
from .isa import Isa, current
from .launch import GRAIN, launch
from .matrix_direct import DOTS, SUM_ROWS, SUMS, direct_kernel, dots_kernel, sums_kernel
from .matrix_gemm import block_tiles, gemm_kernel, panels_kernel, tile_size

DIRECT = 144 * 144 * 144
"""The most multiplications of a product that is not packed."""
DIRECT_COLUMNS = 256
"""The most columns of one: B's rows, further apart, would share places in the first cache."""
SHARES = 8
"""Into how many blocks a long product is divided at least, for threads to share."""
LONG = 2 * GRAIN
"""Nanoseconds from which on threads share a product."""


@dataclass(frozen=True, slots=True)
class Strides:
    """How a batch of matrices lies in memory: items from one row, column and matrix to the next."""

    row: int
    column: int
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Sizes:
    """C is rows x columns, A rows x depth, B depth x columns; `batch` of each."""

    rows: int
    columns: int
    depth: int
    batch: int = 1


class Product:
    """One product with everything but the addresses: kernel, items, words. Run it as often as you like, from any thread."""

    __slots__ = ("_join", "_kernel", "_items", "_panels", "_rest", "_work")

    def __init__(self, kernel: Kernel, items: int, work: int, rest: Sequence[int], panels: Panels | None = None) -> None:
        self._kernel, self._items, self._work, self._rest, self._panels = kernel, items, work, tuple(rest), panels
        self._join = struct.Struct(f"{4 + len(self._rest)}q").pack

    def run(self, a: int, b: int, c: int, bias: int = 0) -> None:
        """C = A @ B + bias at these addresses; 0 for no bias."""
        if self._panels is not None:
            packed = self._panels.pack(b)
            launch(self._kernel, (a, packed.address, c, bias, *self._rest), self._items, work=self._work)
        elif self._work < LONG:
            # the bytes of the words are the kernel's argument: making an array of them takes longer than a small product
            self._kernel(self._join(a, b, c, bias, *self._rest), 0, self._items)
        else:
            launch(self._kernel, (a, b, c, bias, *self._rest), self._items, work=self._work)

    def frame(self, itemsize: int, operands: str, a: str = "a", b: str = "b") -> Frame | None:
        """What kernels/direct.py runs this by; None for work that is worth more care.

        `operands` are a letter each, in the order of its arguments: `a` and `b`, or what is given instead, and `+` for the bias.
        """
        if self._panels is not None or self._work >= LONG:
            return None
        words = {a: 0, b: 1, "+": 3}
        places = (*(words[letter] for letter in operands), 2)
        inputs = [TensorOperand(itemsize, 0, False)] * len(operands)
        return Frame(self._kernel.address, self._items, inputs, 0, (0, 0, 0, 0, *self._rest), places)


class TurnedProduct:
    """A product that is computed as B.T @ A.T."""

    def __init__(self, product: Product | TurnedProduct | None) -> None:
        assert product is not None, "a column of rows is no empty row"
        self._product = product

    def run(self, a: int, b: int, c: int, bias: int = 0) -> None:
        """As `Product.run`."""
        self._product.run(b, a, c, bias)

    def frame(self, itemsize: int, operands: str, a: str = "a", b: str = "b") -> Frame | None:
        """As `Product.frame`."""
        return self._product.frame(itemsize, operands, b, a)


class Panels:
    """How B is packed for `gemm_kernel`."""

    def __init__(self, dtype: DType, b: Strides, sizes: Sizes) -> None:
        isa, compute = current(), loaded(dtype.name)
        width = tile_size(compute, isa)[1]
        self._kernel = panels_kernel(dtype.name, isa)
        self._items = -(-sizes.columns // width) * sizes.batch
        self._rest = (sizes.columns, sizes.depth, b.row, b.column, b.batch)
        self._work = self._items * width * sizes.depth // 2
        self.nbytes = max(self._items * width * sizes.depth * BY_NAME[compute].itemsize, 1)

    def pack(self, b: int) -> Storage:
        """The matrices at an address, in panels."""
        packed = Storage.allocate(self.nbytes)
        launch(self._kernel, (b, packed.address, *self._rest), self._items, work=self._work)
        return packed


def plan_product(
    dtype: DType, sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None = None
) -> Product | TurnedProduct | None:
    """C = A @ B + bias for matrices of `dtype`; `c.column` and `bias.column` are 1. None where C has no items.

    C and the bias have the dtype that sums have: float32 for the formats of 16 bits.
    """
    return _plan(dtype, sizes, a, b, c, bias, current())


@functools.lru_cache(maxsize=1024)
def _plan(dtype: DType, sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None, isa: Isa) -> Product | TurnedProduct | None:
    if sizes.rows == 0 or sizes.columns == 0 or sizes.batch == 0:
        return None
    if not dtype.is_floating_point:
        return _plan_integers(dtype, sizes, a, b, c, bias)
    if sizes.columns == 1 and sizes.rows > 1 and c.row == 1 and (bias is None or bias.row == 1):
        # (A @ x).T == x.T @ A.T
        turned = Sizes(1, sizes.rows, sizes.depth, sizes.batch)
        addend = None if bias is None else Strides(0, 1, bias.batch)
        column = Strides(0, b.row, b.batch), Strides(a.column, a.row, a.batch), Strides(0, 1, c.batch), addend
        return TurnedProduct(_plan(dtype, turned, *column, isa))
    rows, columns, depth, batch, name = sizes.rows, sizes.columns, sizes.depth, sizes.batch, dtype.name
    words = _words(sizes, a, b, c, bias)
    work = rows * columns * depth * batch // 32
    # 16 bytes a nanosecond come from memory
    reading = max(work, columns * depth * batch * dtype.itemsize // 16)
    if rows <= SUM_ROWS and b.column == 1 and (rows == 1 or columns * depth > DIRECT_COLUMNS * 64):
        return Product(sums_kernel(name, isa), batch * -(-columns // SUMS), reading, words)
    if rows <= SUM_ROWS and b.row == 1 and a.column == 1:
        return Product(dots_kernel(name, isa), batch * -(-columns // DOTS), reading, words)
    if b.column == 1 and columns <= DIRECT_COLUMNS and rows * columns * depth <= DIRECT:
        return Product(direct_kernel(name, isa), batch * -(-rows // isa.heights[0]), work, words)
    # blocks of rows would each pack B again, which beside a block and a half costs as much as packing it ahead
    ahead = rows > block_tiles(loaded(name), isa) * isa.heights[0] * 3 // 2
    return _plan_blocks(dtype, sizes, words, Panels(dtype, b, sizes) if ahead else None, is_packed=ahead)


def plan_packed(dtype: DType, sizes: Sizes, a: Strides, c: Strides, bias: Strides | None = None) -> Product:
    """As `plan_product` for a B that `Panels` packed, whose address `run` takes; C has items."""
    words = _words(sizes, a, Strides(0, 0), c, bias)
    return _plan_blocks(dtype, sizes, words, None, is_packed=True)


def plan_pairs(sizes: Sizes) -> Product | None:
    """C = A @ B in int32 for contiguous matrices of pairs of 16 bits (vectors.PairVectors); the depth counts pairs."""
    if sizes.rows == 0 or sizes.columns == 0:
        return None
    left, right = Strides(sizes.depth, 1), Strides(sizes.columns, 1)
    return _plan_blocks(int32, sizes, _words(sizes, left, right, right, None), None, is_packed=False, pairs=True)


def _words(sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None) -> tuple[int, ...]:
    """The words of `gemm_kernel` between the addresses and the sizes of a block."""
    addend = bias or Strides(0, 1)
    return (
        sizes.rows, sizes.columns, sizes.depth, a.row, a.column, a.batch, b.row, b.column, b.batch, c.row, c.batch,
        addend.row, addend.batch,
    )


def _plan_blocks(
    dtype: DType, sizes: Sizes, words: tuple[int, ...], panels: Panels | None, *, is_packed: bool, pairs: bool = False
) -> Product:
    """Blocks of C as high as fit, and as wide as C unless threads shall share a long product."""
    isa, compute = current(), loaded(dtype.name)
    height, width = tile_size(compute, isa)
    work = sizes.rows * sizes.columns * sizes.depth * sizes.batch // 32
    tiles, all_panels = -(-sizes.rows // height), -(-sizes.columns // width)
    row_blocks = -(-tiles // block_tiles(compute, isa))
    tiles_of_block = -(-tiles // row_blocks)
    # each block packs its rows of A, which takes as long as multiplying them with a dozen columns
    column_blocks = min(max(sizes.columns // 192, 2), -(-SHARES // (row_blocks * sizes.batch))) if work >= 2 * LONG else 1
    panels_of_block = -(-all_panels // column_blocks)
    items = sizes.batch * -(-tiles // tiles_of_block) * -(-all_panels // panels_of_block)
    return Product(gemm_kernel(dtype.name, is_packed, isa, pairs=pairs), items, work, (*words, tiles_of_block, panels_of_block), panels)


def _plan_integers(dtype: DType, sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None) -> Product:
    kernel = matrix_plain.dots_kernel(dtype) if b.row == 1 and b.column != 1 else matrix_plain.rows_kernel(dtype)
    work = sizes.rows * sizes.columns * sizes.depth * sizes.batch // 8
    return Product(kernel, sizes.batch * sizes.rows, work, _words(sizes, a, b, c, bias))
