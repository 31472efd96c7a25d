"""Matrix products without packing: small matrices by register tiles, and few rows of A at the speed of memory.

    direct: tiles read A and B where they lie; for matrices that fit the first caches, where B's rows are contiguous.
    dots:   items of C as dot products; A's rows and B's columns are contiguous: x @ weight.T.
    sums:   rows of C as sums of B's rows, which are contiguous: x @ weight.

All take the words of matrix_words.py, and work on all matrices of a batch. Items are tiles of C's rows (direct)
or blocks of C's columns (dots, sums).
"""
from __future__ import annotations

import functools

from .compiler import build, emitted_recipe
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .epilogue import Block, Finish
from .functions import Functions
from .isa import Isa, target
from .matrix_words import Types, Words, clear_or_load, each_height, finish_tile
from .tile import UNROLL, Tile
from .vectors import Vectors

DOTS = 16
"""Columns of an item of `dots_kernel`."""
SUMS = 2048
"""Columns of an item of `sums_kernel`."""
SUM_ROWS = 4
"""The most rows of A that `sums_kernel` takes."""
_UNROLL_APART = 2
"""Steps of one turn of a tile's loop where an epilogue follows: of more, LLVM fetches factors ahead and has no registers for them."""
_BESIDE = 4
"""Columns or rows of B that are read side by side: their sums do not wait for each other."""


@functools.cache
def direct_kernel(types: Types, isa: Isa) -> Kernel:
    """C = epilogue(A @ B + bias) where B's rows are contiguous; items are tiles of `isa.heights[0]` rows."""

    def write(builder: Builder, functions: Functions) -> None:
        kind, finish = Vectors(builder, types.sums, isa=isa), types.finish(builder, functions)
        tiles = {height: Tile(kind, height, isa.vectors) for height in isa.heights}
        height = isa.heights[0]
        sums = builder.scratch(types.sums, height * isa.vectors * kind.lanes)
        per_matrix = (builder.word(5) + (height - 1)) // height
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            batch = item // per_matrix
            words = Words(builder, types, batch)
            top = (item - batch * per_matrix) * height
            valid = builder.minimum(words.rows - top, height)
            each_height(builder, isa, valid, lambda one, rows: _direct_row(words, tiles[one], finish, sums, top, rows))

    return build(emitted_recipe(f"matrix_direct_{types.items}", write, *types.identity, isa.name, processor=target(isa)))


def _direct_row(words: Words, tile: Tile, finish: Finish, sums: Pointer, top: Value, valid_rows: Value) -> None:
    """A row of tiles: whole ones, where the tile has its full height, then the rest with masks."""
    builder = tile.builder
    starts = [words.a.at((top + builder.minimum(valid_rows - 1, row)) * words.a_row) for row in range(tile.rows)]

    def multiply(left: Value, valid_columns: Value | None) -> None:
        masks = [""] * tile.vectors
        if valid_columns is not None:
            masks = [tile.kind.mask(valid_columns - at * tile.lanes) for at in range(tile.vectors)]
        bias = words.bias.at(top * words.bias_row + left)
        clear_or_load(tile, words.has_start, bias, words.bias_row, valid_rows, valid_columns)
        items = words.b.at(left)
        tile.multiply(
            words.depth, lambda step: [start[step * words.a_column] for start in starts],
            lambda step: [tile.kind.load(items.at(step * words.b_row + at * tile.lanes), mask) for at, mask in enumerate(masks)],
            1 if valid_columns is not None else UNROLL if finish.is_plain else _UNROLL_APART,
        )
        finish_tile(tile, words, finish, sums, top, left, valid_rows, valid_columns)

    whole = builder.select(valid_rows == tile.rows, words.columns // tile.width, 0)
    with builder.loop(whole, vectorize=False) as number:
        multiply(number * tile.width, None)
    done = whole * tile.width
    rest = words.columns - done
    with builder.loop((rest + (tile.width - 1)) // tile.width, vectorize=False) as number:
        left = done + number * tile.width
        multiply(left, builder.minimum(words.columns - left, tile.width))


@functools.cache
def dots_kernel(types: Types, isa: Isa) -> Kernel:
    """C = epilogue(A @ B + bias) where A's rows and B's columns are contiguous; items are blocks of DOTS columns."""

    def write(builder: Builder, functions: Functions) -> None:
        dots, finish = _Dots(builder, types.sums, isa), types.finish(builder, functions)
        per_matrix = (builder.word(6) + (DOTS - 1)) // DOTS
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            batch = item // per_matrix
            words = Words(builder, types, batch)
            first = (item - batch * per_matrix) * DOTS
            valid = builder.minimum(words.columns - first, DOTS)
            with builder.loop(words.rows, vectorize=False) as row:
                with builder.loop((valid + (_BESIDE - 1)) // _BESIDE, vectorize=False) as group:
                    dots.write(words, row, first + group * _BESIDE, dots.totals.at(group * _BESIDE))
                bias = words.bias.at(row * words.bias_row + first)
                with builder.when(words.has_start):
                    with builder.loop(valid, independent=True) as at:
                        dots.totals.independent()[at] = dots.totals.independent()[at] + bias.independent()[at]
                target = Block(words.c.at(row * words.c_row + first), 0)
                finish.store(Block(dots.totals, 0), target, Block(bias, 0), 1, valid)

    return build(emitted_recipe(f"matrix_dots_{types.items}", write, *types.identity, isa.name, processor=target(isa)))


class _Dots:
    """A row of A times some columns of B: two vectors of sums for each."""

    def __init__(self, builder: Builder, dtype: str, isa: Isa) -> None:
        self.builder, self.kind = builder, Vectors(builder, dtype, isa=isa)
        self.sums = [self.kind.variables(2) for _ in range(_BESIDE)]
        self.totals = builder.scratch(dtype, DOTS)

    def write(self, words: Words, row: Value, column: Value, totals: Pointer) -> None:
        """`_BESIDE` columns; those behind the last one repeat it."""
        builder, kind, lanes = self.builder, self.kind, self.kind.lanes
        left = words.a.at(row * words.a_row)
        right = [words.b.at(builder.minimum(column + at, words.columns - 1) * words.b_column) for at in range(_BESIDE)]
        for pair in self.sums:
            for variable in pair:
                variable.value = "zeroinitializer"
        whole = words.depth // (2 * lanes)
        with builder.loop(whole, vectorize=False) as turn:
            for half in range(2):
                self._add(left, right, turn * (2 * lanes) + half * lanes, half, "")
        done = whole * (2 * lanes)
        with builder.loop((words.depth - done + (lanes - 1)) // lanes, vectorize=False) as turn:
            place = done + turn * lanes
            self._add(left, right, place, 0, kind.mask(words.depth - place))
        for at, pair in enumerate(self.sums):
            totals[at] = kind.total(kind.add(pair[0].value, pair[1].value))

    def _add(self, left: Pointer, right: list[Pointer], place: Value, half: int, mask: str) -> None:
        vector = self.kind.load(left.at(place), mask)
        for pair, column in zip(self.sums, right, strict=True):
            pair[half].value = self.kind.multiply_add(vector, self.kind.load(column.at(place), mask), pair[half].value)


@functools.cache
def sums_kernel(types: Types, isa: Isa) -> Kernel:
    """C = epilogue(A @ B + bias) where B's rows are contiguous and A has at most SUM_ROWS rows; items are blocks of SUMS columns."""

    def write(builder: Builder, functions: Functions) -> None:
        totals, finish = builder.scratch(types.sums, SUM_ROWS * SUMS).independent(), types.finish(builder, functions)
        per_matrix = (builder.word(6) + (SUMS - 1)) // SUMS
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            batch = item // per_matrix
            words = Words(builder, types, batch)
            first = (item - batch * per_matrix) * SUMS
            width = builder.minimum(words.columns - first, SUMS)
            _start_sums(builder, words, totals, first, width)
            whole = words.depth // _BESIDE
            with builder.loop(whole, vectorize=False) as turn:
                _add_rows(builder, words, totals, turn * _BESIDE, _BESIDE, first, width)
            with builder.loop(words.depth - whole * _BESIDE, vectorize=False) as rest:
                _add_rows(builder, words, totals, whole * _BESIDE + rest, 1, first, width)
            target, addend = Block(words.c.at(first), words.c_row), Block(words.bias.at(first), words.bias_row)
            finish.store(Block(totals, SUMS), target, addend, words.rows, width)

    return build(emitted_recipe(f"matrix_sums_{types.items}", write, *types.identity, isa.name, processor=target(isa)))


def _start_sums(builder: Builder, words: Words, totals: Pointer, first: Value, width: Value) -> None:
    with builder.loop(words.rows, vectorize=False) as row:
        line = totals.at(row * SUMS)
        with builder.when(words.has_start ^ 1):
            with builder.loop(width, independent=True) as at:
                line[at] = 0.0
        with builder.when(words.has_start):
            bias = words.bias.at(row * words.bias_row + first).independent()
            with builder.loop(width, independent=True) as at:
                line[at] = bias[at]


def _add_rows(builder: Builder, words: Words, totals: Pointer, step: Value, count: int, first: Value, width: Value) -> None:
    """The products of `count` rows of B from `step` on, for all rows of A."""
    rows = [words.b.at((step + at) * words.b_row + first).independent() for at in range(count)]
    with builder.loop(words.rows, vectorize=False) as row:
        items, line = words.a.at(row * words.a_row + step * words.a_column), totals.at(row * SUMS)
        factors = [items[words.a_column * at] for at in range(count)]
        with builder.loop(width, independent=True) as at:
            total = line[at]
            for factor, source in zip(factors, rows, strict=True):
                total = total + factor * source[at]
            line[at] = total
