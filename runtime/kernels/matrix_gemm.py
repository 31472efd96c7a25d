"""The packed matrix product: C = A @ B + bias by register tiles over packed parts of A and B.

`gemm_kernel` multiplies blocks of C, `panels_kernel` packs all of B ahead, for weights and for products of many rows. A block
walks the depth in parts: A's part is packed into the second cache, then each panel of B (packed ahead, or here) meets all
tiles of the block while it is in the first cache. An item of C is summed in an order that depends on the depth alone, so
results do not depend on how C is divided.
"""
from __future__ import annotations

import functools
from collections.abc import Callable

from .compiler import Recipe, build, emitted_recipe
from .conversions import loaded
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions
from .isa import Isa, target
from .matrix_packing import Packing
from .tile import UNROLL, Tile
from .vectors import SIZES, PairVectors, Vectors

DEPTH = 256
"""The most steps of one part of the depth: two vectors of B for each fill half of the first cache."""
PREFETCH = 16
"""Lines of the next panel that are fetched with each tile: 16 tiles fetch a panel."""
BLOCK_BYTES = 192 * 1024
"""The most of A that is packed at once: it stays in the second cache while panels pass."""


def tile_size(dtype: str, isa: Isa) -> tuple[int, int]:
    """Rows and columns of the full tile."""
    return isa.heights[0], isa.vectors * isa.vector_bytes // SIZES[dtype]


def block_tiles(dtype: str, isa: Isa) -> int:
    """The most tiles, one below the other, of a block of C."""
    return BLOCK_BYTES // (DEPTH * isa.heights[0] * SIZES[dtype])


@functools.cache
def panels_kernel(dtype: str, isa: Isa) -> Kernel:
    """B (depth x columns) copied into panels, one behind the other. Items are panels of all matrices of a batch.

    Words: 0 B, 1 panels, 2 columns, 3 depth, 4 row stride, 5 column stride, 6 batch stride.
    """

    def write(builder: Builder, functions: Functions) -> None:
        kind = Vectors(builder, loaded(dtype), isa=isa)
        width = isa.vectors * kind.lanes
        columns, depth, row, column = (builder.word(at) for at in range(2, 6))
        source, panels = builder.pointer(dtype, builder.word(0)), builder.pointer(kind.dtype, builder.word(1))
        per_matrix = (columns + (width - 1)) // width
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            panel = builder.start + number
            batch = panel // per_matrix
            first = (panel - batch * per_matrix) * width
            begin = source.at(first * column + batch * builder.word(6))
            Packing(builder, kind, width).write(begin, panels.at(panel * depth * width), column, row, depth, columns - first)

    return build(emitted_recipe(f"panels_{dtype}", write, dtype, isa.name, processor=target(isa)))


@functools.cache
def gemm_kernel(dtype: str, panels: bool, isa: Isa, *, pairs: bool = False) -> Kernel:
    """C = A @ B + bias; `panels` says that B was packed by `panels_kernel`. Items are blocks of C, over all matrices of a batch.

    Words: 0 A, 1 B, 2 C, 3 bias (0: none), 4 rows, 5 columns, 6 depth; strides of A: 7 row, 8 column, 9 batch; of B: 10, 11,
    12; of C: 13 row, 14 batch; of the bias: 15 row, 16 batch; of a block: 17 tiles of rows, at most `block_tiles`,
    18 panels. C and the bias have `loaded(dtype)`; columns of both are contiguous. With
    `pairs` the items of A and B are pairs of 16 bits (vectors.PairVectors), of dtype int32.
    """
    return build(gemm_recipe(dtype, panels, isa, pairs=pairs))


def gemm_recipe(dtype: str, panels: bool, isa: Isa, *, pairs: bool = False) -> Recipe:
    """The recipe of `gemm_kernel`."""

    def write(builder: Builder, functions: Functions) -> None:
        kind = (PairVectors if pairs else Vectors)(builder, loaded(dtype), isa=isa)
        _Gemm(builder, kind, dtype, panels, isa).write()

    return emitted_recipe(f"gemm_{'pairs' if pairs else dtype}", write, dtype, panels, isa.name, pairs, processor=target(isa))


class Words:
    """The words that the kernels of products share (see `gemm_kernel`), for the matrices of one item."""

    def __init__(self, builder: Builder, dtype: str, batch: Value) -> None:
        compute = loaded(dtype)
        self.rows, self.columns, self.depth = (builder.word(at) for at in range(4, 7))
        self.a = builder.pointer(dtype, builder.word(0)).at(batch * builder.word(9))
        self.a_row, self.a_column = builder.word(7), builder.word(8)
        self.b_row, self.b_column, self.b_batch = (builder.word(at) for at in range(10, 13))
        self.b = builder.pointer(dtype, builder.word(1)).at(batch * self.b_batch)
        self.c = builder.pointer(compute, builder.word(2)).at(batch * builder.word(14))
        self.c_row = builder.word(13)
        self.has_bias = builder.word(3) != 0
        self.bias = builder.pointer(compute, builder.word(3)).at(batch * builder.word(16))
        self.bias_row = builder.word(15)


def start_tile(tile: Tile, has_start: Value, start: Pointer, row_stride: Value, valid_rows: Value, valid_columns: Value | None) -> None:
    """Accumulators start as what lies at `start`, or as zeros; without `valid_columns` the tile is whole."""
    builder = tile.builder
    with builder.when(has_start ^ 1):
        tile.clear()
    with builder.when(has_start):
        masks = _masks(tile, valid_columns)
        for row in range(tile.rows):
            items = start.at(row_stride * (row if valid_columns is None else builder.minimum(valid_rows - 1, row)))
            for vector, mask in enumerate(masks):
                tile.load(row, vector, items.at(vector * tile.lanes), mask)


def finish_tile(tile: Tile, end: Pointer, row_stride: Value, valid_rows: Value, valid_columns: Value | None) -> None:
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


def _masks(tile: Tile, valid_columns: Value | None) -> list[str]:
    if valid_columns is None:
        return [""] * tile.vectors
    return [tile.kind.mask(valid_columns - vector * tile.lanes) for vector in range(tile.vectors)]


def each_height(builder: Builder, isa: Isa, rows: Value, write: Callable[[int, Value], None]) -> None:
    """`write(height, rows)` under the condition that `rows`, from 1 to the full height, fit in `height` and no lower tile."""
    for height, lower in zip(isa.heights, (*isa.heights[1:], 0), strict=True):
        with builder.when((rows > lower) & (rows <= height)):
            write(height, rows)


class _Gemm:
    """The loops of `gemm_kernel`: blocks, parts of the depth, panels, tiles."""

    def __init__(self, builder: Builder, kind: Vectors, dtype: str, panels: bool, isa: Isa) -> None:
        self.builder, self.kind, self.dtype, self.panels, self.isa = builder, kind, dtype, panels, isa
        self.height, self.width = tile_size(self.kind.dtype, isa)
        self.tiles = {height: Tile(kind, height, isa.vectors) for height in isa.heights}
        self.packed = builder.scratch(self.kind.dtype, block_tiles(self.kind.dtype, isa) * DEPTH * self.height + self.kind.lanes)
        self.panel = None if panels else builder.scratch(self.kind.dtype, DEPTH * self.width)
        self.tiles_of_block, self.panels_of_block = builder.word(17), builder.word(18)

    def write(self) -> None:
        """Blocks beside each other in one range of items are one wider block: A is packed once for them."""
        builder = self.builder
        row_blocks = (builder.word(4) + (self.tiles_of_block * self.height - 1)) // (self.tiles_of_block * self.height)
        all_panels = (builder.word(5) + (self.width - 1)) // self.width
        column_blocks = (all_panels + (self.panels_of_block - 1)) // self.panels_of_block
        first = builder.start // column_blocks
        with builder.loop((builder.stop + (column_blocks - 1)) // column_blocks - first, vectorize=False) as number:
            row_block = first + number
            begin = builder.maximum(builder.start - row_block * column_blocks, 0)
            end = builder.minimum(builder.stop - row_block * column_blocks, column_blocks)
            batch = row_block // row_blocks
            words = Words(builder, self.dtype, batch)
            top = (row_block - batch * row_blocks) * self.tiles_of_block * self.height
            panels = begin * self.panels_of_block, builder.minimum(end * self.panels_of_block, all_panels)
            self._block(words, batch, top, panels)

    def _block(self, words: Words, batch: Value, top: Value, panels: tuple[Value, Value]) -> None:
        builder, first_panel = self.builder, panels[0]
        rows = builder.minimum(words.rows - top, self.tiles_of_block * self.height)
        all_panels = (words.columns + (self.width - 1)) // self.width
        count = panels[1] - first_panel
        parts = builder.maximum((words.depth + (DEPTH - 1)) // DEPTH, 1)
        # parts of nearly one size, in whole turns of the loop over the depth
        step = ((words.depth + parts - 1) // parts + 7) // 8 * 8
        with builder.loop(parts, vectorize=False) as part:
            done = part * step
            depth = builder.maximum(builder.minimum(words.depth - done, step), 0)
            self._pack_rows(words, top, rows, done, depth)
            start = self._start(words, part)
            with builder.loop(count, vectorize=False) as number:
                panel = first_panel + number
                items = self._panel(words, batch, all_panels, panel, done, depth)
                self._column(words, start, items, top, rows, panel * self.width, depth)

    def _start(self, words: Words, part: Value) -> tuple[Value, Pointer, Value]:
        """The first part starts from the bias, the others from what C has so far."""
        builder, first = self.builder, part == 0
        pointer = Pointer(builder, words.c.dtype, builder.text.let(f"select i1 {first.name}, ptr {words.bias.name}, ptr {words.c.name}"))
        return words.has_bias | (first ^ 1), pointer, builder.select(first, words.bias_row, words.c_row)

    def _pack_rows(self, words: Words, top: Value, rows: Value, done: Value, depth: Value) -> None:
        builder = self.builder
        source = words.a.at(top * words.a_row + done * words.a_column)
        whole = rows // self.height
        with builder.loop(whole, vectorize=False) as number:
            first = number * self.height
            Packing(builder, self.kind, self.height).write(
                source.at(first * words.a_row), self.packed.at(first * depth), words.a_row, words.a_column, depth, rows - first
            )
        rest = whole * self.height
        with builder.when(rest < rows):
            each_height(builder, self.isa, rows - rest, lambda height, valid: Packing(builder, self.kind, height).gather(
                source.at(rest * words.a_row), self.packed.at(rest * depth), words.a_row, words.a_column, depth, valid
            ))

    def _panel(self, words: Words, batch: Value, panels: Value, panel: Value, done: Value, depth: Value) -> Pointer:
        if self.panel is None:
            base = self.builder.pointer(self.kind.dtype, self.builder.word(1))
            return base.at(((batch * panels + panel) * words.depth + done) * self.width)
        first = panel * self.width
        Packing(self.builder, self.kind, self.width).write(
            words.b.at(first * words.b_column + done * words.b_row), self.panel, words.b_column, words.b_row, depth, words.columns - first
        )
        return self.panel

    def _column(
        self, words: Words, start: tuple[Value, Pointer, Value], panel: Pointer, top: Value, rows: Value, left: Value, depth: Value
    ) -> None:
        """All tiles of the block over one panel."""
        builder = self.builder
        has_start, begin, begin_row = start
        columns = builder.minimum(words.columns - left, self.width)

        def multiply(height: int, first: Value, valid_rows: Value, valid_columns: Value | None) -> None:
            tile, row = self.tiles[height], top + first
            start_tile(tile, has_start, begin.at(row * begin_row + left), begin_row, valid_rows, valid_columns)
            items = self.packed.at(first * depth)
            tile.multiply(
                depth, lambda step: [items.at(step * height)[at] for at in range(height)],
                lambda step: [tile.kind.load(panel.at(step * self.width + at * tile.lanes)) for at in range(tile.vectors)],
                UNROLL if valid_columns is None else 1,
            )
            finish_tile(tile, words.c.at(row * words.c_row + left), words.c_row, valid_rows, valid_columns)

        def rest(height: int, first: Value, valid_rows: Value) -> None:
            if height == self.height:
                multiply(height, first, valid_rows, columns)
                return
            fits = (valid_rows == height) & (columns == self.width)
            with builder.when(fits):
                multiply(height, first, valid_rows, None)
            with builder.when(fits ^ 1):
                multiply(height, first, valid_rows, columns)

        whole = rows // self.height
        with builder.when(columns == self.width):
            with builder.loop(whole, vectorize=False) as number:
                self._prefetch(words, panel, top + (number + 1) * self.height, left, number)
                multiply(self.height, number * self.height, rows, None)
        # the last panel, and last rows that no tile fits, take a slower way
        done = builder.select(columns == self.width, whole * self.height, 0)
        with builder.loop((rows - done + (self.height - 1)) // self.height, vectorize=False) as number:
            first = done + number * self.height
            left_over = builder.minimum(rows - first, self.height)
            each_height(builder, self.isa, left_over, lambda height, valid: rest(height, first, valid))

    def _prefetch(self, words: Words, panel: Pointer, row: Value, left: Value, number: Value) -> None:
        """What is needed next: C's rows under this tile, and a piece of the panel after this one."""
        for at in range(self.height):
            self.kind.prefetch(words.c.at((row + at) * words.c_row + left), 1, write=True)
        if self.panels:
            line = 64 // SIZES[self.kind.dtype]
            following = panel.at(words.depth * self.width + number * (PREFETCH * line))
            for at in range(PREFETCH):
                self.kind.prefetch(following.at(at * line), 2)
