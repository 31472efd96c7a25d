"""Matrix products: which kernel multiplies which matrices, and its words.

`plan_product` is the way in: C = epilogue(A @ B + bias) for one matrix or a batch, any strides of A and B, C and the bias with
contiguous rows. Sums of float16 and bfloat16 items are float32; C is rounded where it is stored. It chooses among

    packed (gemm.py): large floating matrices. `Panels` and `plan_packed` pack B once, for weights.
    direct, dots, sums (direct.py): small matrices, and few rows of A or columns of B.
    rows, dots (plain.py): integers.

Strides are in items. All matrices of a batch are one launch. An item of C is summed in an order that does not depend on threads.
"""
from __future__ import annotations

import functools
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ...dtype import DType, int32
from ...no_data import dataless, skips
from ...storage import Storage
from ..compiling.conversions import loaded
from ..compiling.isa import Isa, current
from ..compiling.vectors import SIZES
from ..running.direct import Frame, TensorOperand
from ..running.engine import Kernel
from ..running.launch import GRAIN, launch, launch_at
from . import plain as matrix_plain
from .direct import DOT_ROWS, DOTS, SUM_ROWS, SUMS, direct_kernel, dots_kernel, sums_kernel
from .epilogue import number_words
from .gemm import DEPTH, block_tiles, gemm_kernel, panels_kernel, tile_size
from .words import Types

DIRECT = 96 * 96 * 96
"""The most multiplications of a product that is not packed."""
DIRECT_COLUMNS = 256
"""The most columns of one: B's rows, further apart, would share places in the first cache."""
SHARES = 8
"""Into how many blocks a long product is divided at least, for threads to share."""
LONG = 2 * GRAIN
"""Nanoseconds from which on threads share a product."""


@dataclass(frozen=True, slots=True)
class Strides:
    """How a batch of matrices lies in memory: items from one row, column and matrix to the next, and from inner batch to inner batch."""

    row: int
    column: int
    batch: int = 0
    outer: int = 0


@dataclass(frozen=True, slots=True)
class Sizes:
    """C is rows x columns, A rows x depth, B depth x columns; `batch` of each, in inner batches of `inner` (0: all are one)."""

    rows: int
    columns: int
    depth: int
    batch: int = 1
    inner: int = 0


class Product:
    """One product with everything but the addresses: kernel, items, words. Run it as often as you like, from any thread.

    `parts` are the bytes of sums of parts of the depth, where C cannot hold them.
    """

    __slots__ = ("_items", "_join", "_kernel", "_panels", "_parts", "_rest", "_work")

    def __init__(
        self, kernel: Kernel, items: int, work: int, rest: Sequence[int], panels: Panels | None = None, parts: int = 0
    ) -> None:
        self._kernel, self._items, self._work, self._rest, self._panels, self._parts = kernel, items, work, tuple(rest), panels, parts
        self._join = struct.Struct(f"{5 + len(self._rest)}q").pack

    def run(self, a: int, b: int, c: int, bias: int = 0) -> None:
        """C = epilogue(A @ B + bias) at these addresses; 0 for no bias."""
        parts = Storage.allocate(self._parts) if self._parts else None
        packed = self._panels.pack(b) if self._panels is not None else None
        words = (a, b if packed is None else packed.address, c, bias, 0 if parts is None else parts.address, *self._rest)
        if dataless and skips(words):
            return
        if self._work < LONG:
            self._kernel(self._join(*words), 0, self._items)
        else:
            launch_at(self._kernel, self._join(*words), self._items, work=self._work)

    def frame(self, itemsizes: Sequence[int], operands: str, a: str = "a", b: str = "b") -> Frame | None:
        """What kernels/running/direct.py runs this by; None for work that is worth more care.

        `operands` are a letter each, in the order of its arguments: `a` and `b`, or what is given instead, and `+` for the bias;
        `itemsizes` are the bytes of their items.
        """
        if self._panels is not None or self._parts or self._work >= LONG:
            return None
        words = {a: 0, b: 1, "+": 3}
        places = (*(words[letter] for letter in operands), 2)
        inputs = [TensorOperand(itemsize, 0, False) for itemsize in itemsizes]
        return Frame(self._kernel.address, self._items, inputs, 0, (0, 0, 0, 0, 0, *self._rest), places)


class TurnedProduct:
    """A product that is computed as B.T @ A.T."""

    def __init__(self, product: Product | TurnedProduct | None) -> None:
        assert product is not None, "a column of rows is no empty row"
        self._product = product

    def run(self, a: int, b: int, c: int, bias: int = 0) -> None:
        """As `Product.run`."""
        self._product.run(b, a, c, bias)

    def frame(self, itemsizes: Sequence[int], operands: str, a: str = "a", b: str = "b") -> Frame | None:
        """As `Product.frame`."""
        return self._product.frame(itemsizes, operands, b, a)


class Panels:
    """How B, of items of a dtype, is packed for `gemm_kernel`."""

    def __init__(self, items: str, b: Strides, sizes: Sizes) -> None:
        isa, compute = current(), loaded(items)
        width = tile_size(compute, isa)[1]
        self._kernel = panels_kernel(items, isa)
        self._items = -(-sizes.columns // width) * sizes.batch
        self._rest = (sizes.columns, sizes.depth, sizes.inner or max(sizes.batch, 1), b.row, b.column, b.batch, b.outer)
        self._work = self._items * width * sizes.depth // 2
        self.identity = (items, isa, *self._rest)
        """Panels whose `identity` is equal make the same of a B."""
        self.nbytes = max(self._items * width * sizes.depth * SIZES[compute], 1)

    def pack(self, b: int) -> Storage:
        """The matrices at an address, in panels."""
        packed = Storage.allocate(self.nbytes)
        launch(self._kernel, (b, packed.address, *self._rest), self._items, work=self._work)
        return packed


def plan_product(
    types: Types, sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None = None, numbers: tuple[float, ...] = ()
) -> Product | TurnedProduct | None:
    """C = epilogue(A @ B + bias); `c.column` and `bias.column` are 1. None where C has no items.

    `bias` is also how the epilogue's addend lies; `numbers` are the epilogue's.
    """
    return _plan(types, sizes, a, b, c, bias, number_words(types.epilogue, numbers), current())


def plain(dtype: DType) -> Types:
    """The types of a product of one dtype without an epilogue."""
    return Types(dtype.name, dtype.name, dtype.name)


@functools.lru_cache(maxsize=1024)
def _plan(
    types: Types, sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None, numbers: tuple[int, ...], isa: Isa
) -> Product | TurnedProduct | None:
    if sizes.rows == 0 or sizes.columns == 0 or sizes.batch == 0:
        return None
    words = _words(sizes, a, b, c, bias, numbers)
    if not types.sums.startswith("float"):
        return _plan_integers(types, sizes, b, words)
    if sizes.columns == 1 and sizes.rows > 1 and c.row == 1 and (bias is None or bias.row == 1):
        # (A @ x).T == x.T @ A.T
        turned = Sizes(1, sizes.rows, sizes.depth, sizes.batch, sizes.inner)
        addend = None if bias is None else Strides(0, 1, bias.batch)
        column = Strides(0, b.row, b.batch, b.outer), Strides(a.column, a.row, a.batch, a.outer), Strides(0, 1, c.batch), addend
        return TurnedProduct(_plan(types, turned, *column, numbers, isa))
    rows, columns, depth, batch = sizes.rows, sizes.columns, sizes.depth, sizes.batch
    work = rows * columns * depth * batch // 32
    # 16 bytes a nanosecond come from memory
    reading = max(work, columns * depth * batch * SIZES[types.items] // 16)
    if rows <= DOT_ROWS and b.row == 1 and a.column == 1 and (columns == 1 or b.column != 1):
        return Product(dots_kernel(types, isa), batch * -(-columns // DOTS), reading, words)
    if rows <= SUM_ROWS and b.column == 1 and (rows == 1 or columns * depth > DIRECT_COLUMNS * 64):
        return Product(sums_kernel(types, isa), batch * -(-columns // SUMS), reading, words)
    if b.column == 1 and columns <= DIRECT_COLUMNS and rows * columns * depth <= DIRECT:
        return Product(direct_kernel(types, isa), batch * -(-rows // isa.heights[0]), work, words)
    # blocks of rows would each pack B again, which beside a block and a half costs as much as packing it ahead
    ahead = rows > block_tiles(types.sums, isa, depth) * isa.heights[0] * 3 // 2
    return _plan_blocks(types, sizes, words, Panels(types.items, b, sizes) if ahead else None, is_packed=ahead)


def plan_packed(
    types: Types, sizes: Sizes, a: Strides, c: Strides, bias: Strides | None = None, numbers: tuple[float, ...] = ()
) -> Product:
    """As `plan_product` for a B that `Panels` packed, whose address `run` takes; C has items."""
    words = _words(sizes, a, Strides(0, 0), c, bias, number_words(types.epilogue, numbers))
    return _plan_blocks(types, sizes, words, None, is_packed=True)


def plan_weights(
    types: Types, sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None = None
) -> tuple[Panels, Product] | None:
    """How B is packed once for many calls, and the product with it; None where `plan_product` would not pack it either."""
    if not types.sums.startswith("float") or sizes.rows <= DOT_ROWS or sizes.columns == 1 or not sizes.depth:
        return None
    if b.column == 1 and sizes.columns <= DIRECT_COLUMNS and sizes.rows * sizes.columns * sizes.depth <= DIRECT:
        return None
    return Panels(types.items, b, sizes), plan_packed(types, sizes, a, c, bias)


def plan_pairs(sizes: Sizes) -> Product | None:
    """C = A @ B in int32 for contiguous matrices of pairs of 16 bits (vectors.PairVectors); the depth counts pairs."""
    if sizes.rows == 0 or sizes.columns == 0:
        return None
    left, right = Strides(sizes.depth, 1), Strides(sizes.columns, 1)
    return _plan_blocks(plain(int32), sizes, _words(sizes, left, right, right, None, ()), None, is_packed=False, pairs=True)


def _words(sizes: Sizes, a: Strides, b: Strides, c: Strides, bias: Strides | None, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The words of words.py behind the addresses; the last two before the numbers are a block's sizes."""
    addend = bias or Strides(0, 1)
    return (
        sizes.rows, sizes.columns, sizes.depth, sizes.inner or max(sizes.batch, 1), a.row, a.column, a.batch, a.outer,
        b.row, b.column, b.batch, b.outer, c.row, c.batch, addend.row, addend.batch, 0, 0, *numbers,
    )


_BLOCK = 16
"""Where the sizes of a block are among them."""


def _plan_blocks(
    types: Types, sizes: Sizes, words: tuple[int, ...], panels: Panels | None, *, is_packed: bool, pairs: bool = False
) -> Product:
    """Blocks of C as high as fit, and as wide as C unless threads shall share a long product."""
    isa = current()
    height, width = tile_size(types.sums, isa)
    work = sizes.rows * sizes.columns * sizes.depth * sizes.batch // 32
    tiles, all_panels = -(-sizes.rows // height), -(-sizes.columns // width)
    row_blocks = -(-tiles // block_tiles(types.sums, isa, sizes.depth))
    tiles_of_block = -(-tiles // row_blocks)
    # each block packs its rows of A, which takes as long as multiplying them with a dozen columns
    column_blocks = min(max(sizes.columns // 192, 2), -(-SHARES // (row_blocks * sizes.batch))) if work >= 2 * LONG else 1
    panels_of_block = -(-all_panels // column_blocks)
    items = sizes.batch * -(-tiles // tiles_of_block) * -(-all_panels // panels_of_block)
    block = (*words[:_BLOCK], tiles_of_block, panels_of_block, *words[_BLOCK + 2 :])
    return Product(gemm_kernel(types, is_packed, isa, pairs=pairs), items, work, block, panels, _parts_bytes(types, sizes, words))


def _parts_bytes(types: Types, sizes: Sizes, words: tuple[int, ...]) -> int:
    """The memory for sums of parts of the depth, which lie as C does; 0 where there are none, or C holds them."""
    if sizes.depth <= DEPTH or types.out == types.sums:
        return 0
    row, batch = words[_C_STRIDES : _C_STRIDES + 2]
    return ((sizes.rows - 1) * row + (sizes.batch - 1) * batch + sizes.columns) * SIZES[types.sums]


_C_STRIDES = 12
"""Where C's strides are among the words behind the addresses."""


def _plan_integers(types: Types, sizes: Sizes, b: Strides, words: tuple[int, ...]) -> Product:
    kernel = matrix_plain.dots_kernel(types) if b.row == 1 and b.column != 1 else matrix_plain.rows_kernel(types)
    work = sizes.rows * sizes.columns * sizes.depth * sizes.batch // 8
    return Product(kernel, sizes.batch * sizes.rows, work, words)
