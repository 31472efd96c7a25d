"""What the kernels of matrix products share: their words, their dtypes, and how a tile begins and ends.

Words: 0 A, 1 B, 2 C, 3 bias (0: none), 4 where sums of a part of the depth lie, in the order of C (0: in C); 5 rows, 6 columns,
7 depth, 8 matrices of an inner batch. Strides, in items: of A 9 row, 10 column, 11 batch, 12 outer batch; of B 13, 14, 15, 16; of C
17 row, 18 batch; of the bias 19 row, 20 batch; of a block 21 tiles of rows, at most `matrix_gemm.block_tiles`, 22 panels. From 23 on
the numbers of the epilogue. Columns of C and of the bias are contiguous.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa
from .epilogue import PLAIN, Block, Epilogue, Finish
from .tile import Tile

NUMBERS = 23
"""The first word of the epilogue's numbers."""


@dataclass(frozen=True, slots=True)
class Types:
    """The dtypes of a product, by name, and what happens to its items."""

    items: str
    """Of A and B."""
    out: str
    """Of C."""
    bias: str
    epilogue: Epilogue = PLAIN

    @property
    def sums(self) -> str:
        """What products are added in."""
        return loaded(self.items)

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells it from others in a kernel's key."""
        return self.items, self.out, self.bias, *self.epilogue.identity

    def finish(self, builder: Builder, functions: Functions) -> Finish:
        """The epilogue, in a kernel of the words above."""
        return Finish(builder, functions, self.epilogue, self.sums, self.out, self.bias, NUMBERS)


class Words:
    """The words, for the matrices that number `batch` among all."""

    def __init__(self, builder: Builder, types: Types, batch: Value) -> None:
        self.builder = builder
        inner = builder.word(8)
        outer = batch // inner
        within = batch - outer * inner
        self.rows, self.columns, self.depth = (builder.word(at) for at in range(5, 8))
        self.a_row, self.a_column = builder.word(9), builder.word(10)
        self.b_row, self.b_column = builder.word(13), builder.word(14)
        self.a = builder.pointer(types.items, builder.word(0)).at(within * builder.word(11) + outer * builder.word(12))
        self.b = builder.pointer(types.items, builder.word(1)).at(within * builder.word(15) + outer * builder.word(16))
        self.c_row, begin = builder.word(17), batch * builder.word(18)
        self.c = builder.pointer(types.out, builder.word(2)).at(begin)
        self.parts = builder.pointer(types.sums, builder.select(builder.word(4) == 0, builder.word(2), builder.word(4))).at(begin)
        """Sums of a part of the depth; they have C's strides."""
        self.bias = builder.pointer(types.bias, builder.word(3)).at(batch * builder.word(20))
        self.bias_row = builder.word(19)
        self.has_start = (builder.word(3) != 0) & (not types.epilogue.addend)
        """Whether sums start from the bias."""


def clear_or_load(
    tile: Tile, condition: Value, start: Pointer, row_stride: Value, valid_rows: Value, valid_columns: Value | None
) -> None:
    """Accumulators start as what lies at `start`, or as zeros; without `valid_columns` the tile is whole."""
    with tile.builder.when(condition ^ 1):
        tile.clear()
    with tile.builder.when(condition):
        load_tile(tile, start, row_stride, valid_rows, valid_columns)


def load_tile(tile: Tile, start: Pointer, row_stride: Value, valid_rows: Value, valid_columns: Value | None) -> None:
    """Accumulators start as what lies at `start`."""
    masks = _masks(tile, valid_columns)
    for row in range(tile.rows):
        items = start.at(row_stride * (row if valid_columns is None else tile.builder.minimum(valid_rows - 1, row)))
        for vector, mask in enumerate(masks):
            tile.load(row, vector, items.at(vector * tile.lanes), mask)


def store_tile(tile: Tile, end: Pointer, row_stride: Value, valid_rows: Value, valid_columns: Value | None) -> None:
    """Accumulators into memory, as far as they are valid."""
    masks = _masks(tile, valid_columns)

    def store(row: int) -> None:
        for vector, mask in enumerate(masks):
            tile.store(row, vector, end.at(row_stride * row + vector * tile.lanes), mask)

    for row in range(tile.rows):
        if valid_columns is None:
            store(row)
            continue
        with tile.builder.when(valid_rows > row):
            store(row)


def finish_tile(
    tile: Tile, words: Words, finish: Finish, sums: Pointer, row: Value, column: Value, valid_rows: Value, valid_columns: Value | None
) -> None:
    """Accumulators through the epilogue into C, as far as they are valid; `sums` is memory for a tile of them."""
    place = words.c.at(row * words.c_row + column)
    if finish.is_plain:
        store_tile(tile, place, words.c_row, valid_rows, valid_columns)
        return
    for at in range(tile.rows):
        for vector in range(tile.vectors):
            tile.store(at, vector, sums.at(at * tile.width + vector * tile.lanes))
    target, addend = Block(place, words.c_row), Block(words.bias.at(row * words.bias_row + column), words.bias_row)
    rows, columns = (tile.rows, tile.width) if valid_columns is None else (valid_rows, valid_columns)
    finish.store(Block(sums, tile.width), target, addend, rows, columns)


def _masks(tile: Tile, valid_columns: Value | None) -> list[str]:
    if valid_columns is None:
        return [""] * tile.vectors
    return [tile.kind.mask(valid_columns - vector * tile.lanes) for vector in range(tile.vectors)]


def each_height(builder: Builder, isa: Isa, rows: Value, write: Callable[[int, Value], None]) -> None:
    """`write(height, rows)` under the condition that `rows`, from 1 to the full height, fit in `height` and no lower tile."""
    for height, lower in zip(isa.heights, (*isa.heights[1:], 0), strict=True):
        with builder.when((rows > lower) & (rows <= height)):
            write(height, rows)
