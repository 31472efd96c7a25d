"""Matrix products without packing: small matrices by register tiles, and few rows of A at the speed of memory.

    direct: tiles read A and B where they lie; for matrices that fit the first caches, where B's rows are contiguous.
    dots:   items of C as dot products; A's rows and B's columns are contiguous: x @ weight.T.
    sums:   rows of C as sums of B's rows, which are contiguous: x @ weight.

All take the words of words.py, and work on all matrices of a batch. Items are tiles of C's rows (direct)
or blocks of C's columns (dots, sums).
"""
from __future__ import annotations

import functools

from ..compiling.compiler import build, emitted_recipe
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import SIZES, Vectors
from ..running.engine import Kernel
from .epilogue import Block, Finish
from .tile import UNROLL, Tile
from .words import Types, Words, clear_or_load, each_height, finish_tile

DOTS = 16
"""Columns of an item of `dots_kernel`."""
SUMS = 2048
"""Columns of an item of `sums_kernel`."""
DOT_ROWS = 48
"""The most rows of A that `dots_kernel` takes."""
SUM_ROWS = 4
"""The most rows of A that `sums_kernel` takes."""
_UNROLL_APART = 2
"""Steps of one turn of a tile's loop where an epilogue follows: of more, LLVM fetches factors ahead and has no registers for them."""
_BESIDE = 4
"""Columns or rows of B that are read side by side: their sums do not wait for each other."""
_VECTORS_BESIDE = 4
"""Vectors of a row of sums that meet those rows at once."""
_FAR = 1 << 20, 1 << 23
"""Between so many items of B, rows or columns are fetched while those before them are read: from the third cache that is a fifth faster,
from nearer ones and from memory slower."""
_ROWS_BESIDE = 3
"""Rows of A that meet those columns at once: 12 sums, and a register for each row and for a column."""


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
    """C = epilogue(A @ B + bias) where A's rows and B's columns are contiguous, at most DOT_ROWS rows; items are blocks of DOTS
    columns."""

    def write(builder: Builder, functions: Functions) -> None:
        finish, totals = types.finish(builder, functions), builder.scratch(types.sums, DOT_ROWS * DOTS)
        dots = [_Dots(builder, types.sums, rows, isa) for rows in range(1, _ROWS_BESIDE + 1)]
        per_matrix = (builder.word(6) + (DOTS - 1)) // DOTS
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            batch = item // per_matrix
            words = Words(builder, types, batch)
            first = (item - batch * per_matrix) * DOTS
            valid = builder.minimum(words.columns - first, DOTS)
            whole = words.rows // _ROWS_BESIDE
            rest = words.rows - whole * _ROWS_BESIDE
            groups = (valid + (_BESIDE - 1)) // _BESIDE
            # a row alone has a loop with nothing else in it
            with builder.loop(builder.select(words.rows == 1, groups, 0), vectorize=False) as group:
                dots[0].write(words, builder.number(0, "int64"), first + group * _BESIDE, totals.at(group * _BESIDE))
            # columns stay in the first cache while all rows meet them
            with builder.loop(builder.select(words.rows == 1, 0, groups), vectorize=False) as group:
                column, place = first + group * _BESIDE, totals.at(group * _BESIDE)
                with builder.loop(whole, vectorize=False) as turn:
                    dots[-1].write(words, turn * _ROWS_BESIDE, column, place.at(turn * (_ROWS_BESIDE * DOTS)))
                for rows, few in enumerate(dots[:-1], 1):
                    with builder.when(rest == rows):
                        few.write(words, whole * _ROWS_BESIDE, column, place.at(whole * (_ROWS_BESIDE * DOTS)))
            bias = words.bias.at(first)
            with builder.when(words.has_start):
                with builder.loop(words.rows, vectorize=False) as row:
                    line, start = totals.at(row * DOTS).independent(), bias.at(row * words.bias_row).independent()
                    with builder.loop(valid, independent=True, interleave=1) as at:
                        line[at] = line[at] + start[at]
            finish.store(Block(totals, DOTS), Block(words.c.at(first), words.c_row), Block(bias, words.bias_row), words.rows, valid)

    return build(emitted_recipe(f"matrix_dots_{types.items}", write, *types.identity, isa.name, processor=target(isa)))


class _Dots:
    """Some rows of A times _BESIDE columns of B, vectors along the depth: a sum for each pair, two where there is one row alone."""

    def __init__(self, builder: Builder, dtype: str, rows: int, isa: Isa) -> None:
        self.builder, self.kind, self.halves = builder, Vectors(builder, dtype, isa=isa), 2 if rows == 1 else 1
        self.sums = [[self.kind.variables(self.halves) for _ in range(_BESIDE)] for _ in range(rows)]

    def write(self, words: Words, row: Value, column: Value, totals: Pointer) -> None:
        """The totals, DOTS from one row to the next; columns behind the last one repeat it."""
        builder, kind, lanes = self.builder, self.kind, self.kind.lanes
        left = [words.a.at((row + at) * words.a_row) for at in range(len(self.sums))]
        right = [words.b.at(builder.minimum(column + at, words.columns - 1) * words.b_column) for at in range(_BESIDE)]
        for line in self.sums:
            for variable in (one for pair in line for one in pair):
                variable.value = "zeroinitializer"
        step = self.halves * lanes
        whole = words.depth // step
        # a row alone goes at the speed of memory: the next columns, or four lines ahead in each
        ahead = builder.select(_is_far(words), words.b_column * _BESIDE, builder.number(4 * step, "int64"))
        with builder.loop(whole, vectorize=False) as turn:
            if self.halves > 1:
                for items in right:
                    builder.prefetch(items.at(ahead + turn * step), 1)
            for half in range(self.halves):
                self._add(left, right, turn * step + half * lanes, half, "")
        done = whole * step
        with builder.loop((words.depth - done + (lanes - 1)) // lanes, vectorize=False) as turn:
            place = done + turn * lanes
            self._add(left, right, place, 0, kind.mask(words.depth - place))
        for number, line in enumerate(self.sums):
            vectors = [pair[0].value if self.halves == 1 else kind.add(pair[0].value, pair[1].value) for pair in line]
            kind.store_totals(vectors, totals.at(number * DOTS))

    def _add(self, left: list[Pointer], right: list[Pointer], place: Value, half: int, mask: str) -> None:
        rows = [self.kind.load(row.at(place), mask) for row in left]
        for at, column in enumerate(right):
            vector = self.kind.load(column.at(place), mask)
            for row, line in zip(rows, self.sums, strict=True):
                line[at][half].value = self.kind.multiply_add(row, vector, line[at][half].value)


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
            rows = _Rows(builder, types.sums, isa, totals)
            whole = words.depth // _BESIDE
            with builder.loop(whole, vectorize=False) as turn:
                rows.add(words, turn * _BESIDE, _BESIDE, first, width)
            with builder.loop(words.depth - whole * _BESIDE, vectorize=False) as rest:
                rows.add(words, whole * _BESIDE + rest, 1, first, width)
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


def _is_far(words: Words) -> Value:
    items = words.columns * words.depth
    return (items > _FAR[0]) & (items < _FAR[1])


class _Rows:
    """Rows of B times numbers of A, added to the rows of sums in `totals`."""

    def __init__(self, builder: Builder, dtype: str, isa: Isa, totals: Pointer) -> None:
        self.builder, self.kind, self.totals = builder, Vectors(builder, dtype, isa=isa), totals

    def add(self, words: Words, step: Value, count: int, first: Value, width: Value) -> None:
        """The products of `count` rows of B from `step` on, for all rows of A."""
        builder, turn = self.builder, _VECTORS_BESIDE * self.kind.lanes
        rows = [words.b.at((step + at) * words.b_row + first) for at in range(count)]
        whole = width // turn
        far = _is_far(words)
        with builder.loop(words.rows, vectorize=False) as row:
            items, line = words.a.at(row * words.a_row + step * words.a_column), self.totals.at(row * SUMS)
            factors = [self.kind.broadcast(items[words.a_column * at].to(self.kind.dtype)) for at in range(count)]
            with builder.loop(builder.select(far, whole, 0), vectorize=False) as number:
                for source in rows:
                    for at in range(0, turn, 64 // SIZES[source.dtype]):
                        self.builder.prefetch(source.at(words.b_row * count + number * turn + at), 2)
                self._turn(factors, rows, line, number * turn)
            with builder.loop(builder.select(far, 0, whole), vectorize=False) as number:
                self._turn(factors, rows, line, number * turn)
            done = whole * turn
            with builder.loop((width - done + (self.kind.lanes - 1)) // self.kind.lanes, vectorize=False) as number:
                place = done + number * self.kind.lanes
                self._vectors(factors, rows, line, place, [self.kind.mask(width - place)])

    def _turn(self, factors: list[str], rows: list[Pointer], line: Pointer, place: Value) -> None:
        self._vectors(factors, rows, line, place, [""] * _VECTORS_BESIDE)

    def _vectors(self, factors: list[str], rows: list[Pointer], line: Pointer, place: Value, masks: list[str]) -> None:
        kind, lanes = self.kind, self.kind.lanes
        # sums have room for whole vectors: masks would cost more than the sums
        vectors = [kind.load(line.at(place + at * lanes)) for at in range(len(masks))]
        for factor, source in zip(factors, rows, strict=True):
            for at, mask in enumerate(masks):
                vectors[at] = kind.multiply_add(factor, kind.load(source.at(place + at * lanes), mask), vectors[at])
        for at, vector in enumerate(vectors):
            kind.store(vector, line.at(place + at * lanes))
