"""The packed matrix product: C = epilogue(A @ B + bias) by register tiles over packed parts of A and B.

`gemm_kernel` multiplies blocks of C, `panels_kernel` packs all of B ahead, for weights and for products of many rows. A block
walks the depth in parts: A's part is packed into the second cache, then each panel of B (packed ahead, or here) meets all
tiles of the block while it is in the first cache. An item of C is summed in an order that depends on the depth alone, so
results do not depend on how C is divided.
"""
from __future__ import annotations

import functools

from ..compiling.compiler import Recipe, build, emitted_recipe
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import SIZES, PairVectors, Vectors
from ..running.engine import Kernel
from .epilogue import Finish
from .packing import Packing
from .tile import Tile
from .words import Types, Words, clear_or_load, each_height, finish_tile, load_tile, store_tile

DEPTH = 384
"""The most steps of one part of the depth: two vectors of B for each fill three quarters of the first cache."""
UNROLL = 8
"""Steps of one turn of a whole tile's loop."""
PREFETCH = 16
"""Lines of the next panel that are fetched with each tile: 16 tiles fetch a panel."""
BLOCK_BYTES = 264 * 1024
"""The most of A that is packed at once: it stays in the second cache while panels pass."""
BLOCK_ROWS = 288
"""The most rows of A that are, however short they are: threads share blocks."""


def tile_size(dtype: str, isa: Isa) -> tuple[int, int]:
    """Rows and columns of the full tile."""
    return isa.heights[0], isa.vectors * isa.vector_bytes // SIZES[dtype]


def block_tiles(dtype: str, isa: Isa, depth: int) -> int:
    """The most tiles, one below the other, of a block of C."""
    height = isa.heights[0]
    return min(BLOCK_BYTES // (max(min(depth, DEPTH), 1) * height * SIZES[dtype]), BLOCK_ROWS // height)


@functools.cache
def panels_kernel(dtype: str, isa: Isa) -> Kernel:
    """B (depth x columns) copied into panels, one behind the other. Items are panels of all matrices of a batch.

    Words: 0 B, 1 panels, 2 columns, 3 depth, 4 matrices of an inner batch; strides: 5 row, 6 column, 7 batch, 8 outer batch.
    """

    def write(builder: Builder, functions: Functions) -> None:
        kind = Vectors(builder, loaded(dtype), isa=isa)
        width = isa.vectors * kind.lanes
        columns, depth, inner, row, column = (builder.word(at) for at in range(2, 7))
        source, panels = builder.pointer(dtype, builder.word(0)), builder.pointer(kind.dtype, builder.word(1))
        per_matrix = (columns + (width - 1)) // width
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            panel = builder.start + number
            batch = panel // per_matrix
            first = (panel - batch * per_matrix) * width
            outer = batch // inner
            begin = source.at(first * column + (batch - outer * inner) * builder.word(7) + outer * builder.word(8))
            Packing(builder, kind, width).write(begin, panels.at(panel * depth * width), column, row, depth, columns - first)

    return build(emitted_recipe(f"panels_{dtype}", write, dtype, isa.name, processor=target(isa)))


@functools.cache
def gemm_kernel(types: Types, panels: bool, isa: Isa, *, pairs: bool = False) -> Kernel:
    """C = epilogue(A @ B + bias); `panels` says that B was packed by `panels_kernel`.

    Items are blocks of C, over all matrices of a batch; words are those of words.py. With `pairs` the items of A and B
    are pairs of 16 bits (vectors.PairVectors), of dtype int32.
    """
    return build(gemm_recipe(types, panels, isa, pairs=pairs))


def gemm_recipe(types: Types, panels: bool, isa: Isa, *, pairs: bool = False) -> Recipe:
    """The recipe of `gemm_kernel`."""

    def write(builder: Builder, functions: Functions) -> None:
        kind = (PairVectors if pairs else Vectors)(builder, types.sums, isa=isa)
        _Gemm(builder, kind, types, panels, isa, types.finish(builder, functions)).write()

    name = f"gemm_{'pairs' if pairs else types.items}"
    return emitted_recipe(name, write, *types.identity, panels, isa.name, pairs, processor=target(isa))


class _Gemm:
    """The loops of `gemm_kernel`: blocks, parts of the depth, panels, tiles."""

    def __init__(self, builder: Builder, kind: Vectors, types: Types, panels: bool, isa: Isa, finish: Finish) -> None:
        self.builder, self.kind, self.types, self.panels, self.isa, self.finish = builder, kind, types, panels, isa, finish
        self.height, self.width = tile_size(self.kind.dtype, isa)
        self.tiles = {height: Tile(kind, height, isa.vectors) for height in isa.heights}
        self.packed = builder.scratch(self.kind.dtype, BLOCK_BYTES // SIZES[self.kind.dtype] + self.kind.lanes)
        self.panel = None if panels else builder.scratch(self.kind.dtype, DEPTH * self.width)
        self.sums = builder.scratch(self.kind.dtype, self.height * self.width)
        self.tiles_of_block, self.panels_of_block = builder.word(21), builder.word(22)

    def write(self) -> None:
        """Blocks beside each other in one range of items are one wider block: A is packed once for them."""
        builder = self.builder
        row_blocks = (builder.word(5) + (self.tiles_of_block * self.height - 1)) // (self.tiles_of_block * self.height)
        all_panels = (builder.word(6) + (self.width - 1)) // self.width
        column_blocks = (all_panels + (self.panels_of_block - 1)) // self.panels_of_block
        first = builder.start // column_blocks
        with builder.loop((builder.stop + (column_blocks - 1)) // column_blocks - first, vectorize=False) as number:
            row_block = first + number
            begin = builder.maximum(builder.start - row_block * column_blocks, 0)
            end = builder.minimum(builder.stop - row_block * column_blocks, column_blocks)
            batch = row_block // row_blocks
            words = Words(builder, self.types, batch)
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
            ends = part == 0, part == parts - 1
            with builder.loop(count, vectorize=False) as number:
                panel = first_panel + number
                items = self._panel(words, batch, all_panels, panel, done, depth)
                self._column(words, ends, items, top, rows, panel * self.width, depth)

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
        self, words: Words, ends: tuple[Value, Value], panel: Pointer, top: Value, rows: Value, left: Value, depth: Value
    ) -> None:
        """All tiles of the block over one panel; `ends`: whether this part of the depth is the first, and the last."""
        builder = self.builder
        columns = builder.minimum(words.columns - left, self.width)

        def multiply(height: int, first: Value, valid_rows: Value, valid_columns: Value | None) -> None:
            tile = self.tiles[height]
            self._start(tile, words, ends[0], top + first, left, valid_rows, valid_columns)
            items = self.packed.at(first * depth)
            tile.multiply(
                depth, lambda step: [items.at(step * height)[at] for at in range(height)],
                lambda step: [tile.kind.load(panel.at(step * self.width + at * tile.lanes)) for at in range(tile.vectors)],
                UNROLL if valid_columns is None else 1,
            )
            self._end(tile, words, ends[1], top + first, left, valid_rows, valid_columns)

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

    def _start(
        self, tile: Tile, words: Words, first: Value, row: Value, left: Value, valid_rows: Value, valid_columns: Value | None
    ) -> None:
        """The first part starts from the bias, or from zeros, the others from the sums so far."""
        builder = self.builder
        bias, so_far = words.bias.at(row * words.bias_row + left), words.parts.at(row * words.c_row + left)
        if bias.dtype == so_far.dtype:
            # one place to load from: less code
            pointer = Pointer(builder, bias.dtype, builder.text.let(f"select i1 {first.name}, ptr {bias.name}, ptr {so_far.name}"))
            stride = builder.select(first, words.bias_row, words.c_row)
            clear_or_load(tile, words.has_start | (first ^ 1), pointer, stride, valid_rows, valid_columns)
            return
        with builder.when(first):
            clear_or_load(tile, words.has_start, bias, words.bias_row, valid_rows, valid_columns)
        with builder.when(first ^ 1):
            load_tile(tile, so_far, words.c_row, valid_rows, valid_columns)

    def _end(
        self, tile: Tile, words: Words, last: Value, row: Value, left: Value, valid_rows: Value, valid_columns: Value | None
    ) -> None:
        """The last part goes through the epilogue, the others keep their sums."""
        if self.finish.is_plain:
            finish_tile(tile, words, self.finish, self.sums, row, left, valid_rows, valid_columns)
            return
        with self.builder.when(last):
            finish_tile(tile, words, self.finish, self.sums, row, left, valid_rows, valid_columns)
        with self.builder.when(last ^ 1):
            store_tile(tile, words.parts.at(row * words.c_row + left), words.c_row, valid_rows, valid_columns)

    def _prefetch(self, words: Words, panel: Pointer, row: Value, left: Value, number: Value) -> None:
        """What is needed next: C's rows under this tile, and a piece of the panel after this one."""
        for at in range(self.height):
            self.builder.prefetch(words.c.at((row + at) * words.c_row + left), 1, write=True)
        if self.panels:
            line = 64 // SIZES[self.kind.dtype]
            following = panel.at(words.depth * self.width + number * (PREFETCH * line))
            for at in range(PREFETCH):
                self.builder.prefetch(following.at(at * line), 2)
