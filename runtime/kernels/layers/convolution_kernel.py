"""The convolution kernel: tiles of pixels x output channels over images whose channels lie side by side.

In: an image with its border (halo), weights in panels of output channels, a table of runs. Out: pixels, channels side by side
(NHWC) or in planes (NCHW). Nothing is unfolded: a run is a stretch of the image that meets a stretch of the weights, one tap's
channels or, where the taps of a row adjoin, a whole row of the window. An output pixel is an offset into the image, a run another,
so stride, dilation, transposition, one, two and three dimensions are all the same kernel. convolution.py makes the words. Items of
int32 are pairs of 16-bit numbers (convolution_int8.py): a product is the sum of two, bias, sums and output are plain int32.

Words: 0 image, 1 weights in panels, 2 bias (0: none), 3 output, 4 residual (0: none), which lies as the output does;
5 address of the runs' offsets in the image (int64, in items), followed by their rows in a panel and one number more,
6 runs, 7 runs of a block, 8 items of a run; 9 pixels, 10 pixels of a block (at most BLOCK); 11 groups, 12 items from a group's channels
to the next in the image, 13 output channels of a group; 14 width, 15 height, 16 depth of the output; items from one pixel to the next
in the image: 17 along x, 18 y, 19 z, 20 n; in the output: 21 x, 22 y, 23 z, 24 n, 25 channel; 26 rows of a panel.
From 27 on the numbers of the epilogue, which follows the residual.

Items are (block of pixels, group, panel), the last fastest. The runs of a block stay in the first cache while they meet all pixels
of the block. Results do not depend on how items or pixels are divided.
"""
from __future__ import annotations

import functools
from dataclasses import dataclass

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import SIZES, PairVectors, Vectors, VectorVariable
from ..matrix.epilogue import Block, Epilogue, Finish
from ..matrix.tile import Tile
from ..running.engine import Kernel

NUMBERS = 27
"""The first word of the epilogue's numbers."""
UNROLL = 8
"""Steps of one turn of a tile's loop."""
BLOCK = 240
"""The most output pixels of one item: divisible by every height of a tile."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of the register tile: pixels x vectors of output channels."""

    height: int
    vectors: int


@functools.cache
def convolution_kernel(dtype: DType, shape: Shape, epilogue: Epilogue, isa: Isa) -> Kernel:
    """The kernel for one tile shape; see the module for its words and items."""

    def write(builder: Builder, functions: Functions) -> None:
        finish = Finish(builder, functions, epilogue, dtype.name, dtype.name, dtype.name, NUMBERS)
        _Convolution(builder, dtype.name, shape, finish, isa).write()

    name = f"convolution_{shape.height}x{shape.vectors}_{dtype.name}"
    identity = (dtype.name, shape.height, shape.vectors, *epilogue.identity, isa.name)
    return emitted_kernel(name, write, *identity, processor=target(isa))


class _Convolution:
    """The loops: items, blocks of runs, tiles, runs, steps."""

    def __init__(self, builder: Builder, dtype: str, shape: Shape, finish: Finish, isa: Isa) -> None:
        self.builder, self.dtype, self.shape, self.finish = builder, dtype, shape, finish
        self.vectors = (PairVectors if dtype == "int32" else Vectors)(builder, dtype, isa=isa)
        self.width = shape.vectors * self.vectors.lanes
        self.tiles = {height: Tile(self.vectors, height, shape.vectors) for height in (shape.height, shape.height - 1)}
        spare = shape.height
        self.sources, self.targets = builder.scratch("int64", BLOCK + spare), builder.scratch("int64", BLOCK + spare)
        self.sums, self.bias = builder.scratch(dtype, (BLOCK + spare) * self.width), builder.scratch(dtype, self.width)
        self.one = builder.scratch(dtype, 1)
        self.image, self.out = builder.pointer(dtype, builder.word(0)), builder.pointer(dtype, builder.word(3))
        self.offsets, self.runs, self.runs_of_block, self.run = builder.pointer("int64", builder.word(5)), *map(builder.word, (6, 7, 8))
        self.rows = self.offsets.at(self.runs)
        self.pixels, self.block, self.groups, self.group_items, self.group_out = map(builder.word, range(9, 14))
        self.channel_step = builder.word(25)
        self.line = 64 // SIZES[dtype]
        self.panels = (self.group_out + (self.width - 1)) // self.width

    def write(self) -> None:
        builder = self.builder
        known = builder.variable(builder.number(-1, "int64"))
        of_block = self.groups * self.panels
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            block = item // of_block
            panel = item - block * of_block
            group = panel // self.panels
            first = (panel - group * self.panels) * self.width
            count = builder.minimum(self.pixels - block * self.block, self.block)
            with builder.when(known.value != block):
                known.value = block
                self._places(block * self.block, count)
            valid = builder.minimum(self.group_out - first, self.width)
            channel = group * self.group_out + first
            self._start(channel, valid)
            direct = (valid == self.width) & (self.channel_step == 1)
            weights = builder.pointer(self.dtype, builder.word(1)).at(panel * (builder.word(26) * self.width))
            self._blocks(self.image.at(group * self.group_items), weights, count, channel, direct)
            with builder.when(direct == 0):
                self._copy_out(channel, valid, count)

    def _places(self, first: Value, count: Value) -> None:
        """The offsets of a block's pixels in the image and in the output; the last one is repeated for tiles that run over."""
        builder = self.builder
        width, height, depth = map(builder.word, (14, 15, 16))
        steps_in, steps_out = ([builder.word(at + dim) for dim in range(4)] for at in (17, 21))
        row = first // width
        plane = row // height
        image = plane // depth
        x, y, z, n = places = [builder.variable(value) for value in (
            first - row * width, row - plane * height, plane - image * depth, image,
        )]
        for variable, value in zip(places, (first - row * width, row - plane * height, plane - image * depth, image)):
            variable.value = value
        done = builder.variable(builder.number(0, "int64"))
        done.value = 0
        with builder.loop_while(lambda: done.value < count):
            # the pixels of one row are evenly spaced
            begin, length = done.value, builder.minimum(width - x.value, count - done.value)
            parts = [
                (table.at(begin), x.value * steps[0] + y.value * steps[1] + z.value * steps[2] + n.value * steps[3], steps[0])
                for table, steps in ((self.sources, steps_in), (self.targets, steps_out))
            ]
            with builder.loop(length, vectorize=False) as at:
                for part, place, step in parts:
                    part[at] = place + at * step
            done.value = begin + length
            x.value = 0
            y.value = y.value + 1
            for inner, outer, size in ((y, z, height), (z, n, depth)):
                with builder.when(inner.value == size):
                    inner.value = 0
                    outer.value = outer.value + 1
        for table in (self.sources, self.targets):
            with builder.loop(self.shape.height, vectorize=False) as at:
                table[count + at] = table[count - 1]

    def _start(self, channel: Value, valid: Value) -> None:
        """The panel's bias, zeros beyond the last channel."""
        builder = self.builder
        with builder.loop(self.width, vectorize=False) as at:
            self.bias[at] = 0.0
        with builder.when(builder.word(2) != 0):
            bias = builder.pointer(self.dtype, builder.word(2)).at(channel)
            with builder.loop(valid, vectorize=False) as at:
                self.bias[at] = bias[at]

    def _blocks(self, image: Pointer, weights: Pointer, count: Value, channel: Value, direct: Value) -> None:
        """All blocks of runs; between them the sums of the pixels lie in memory."""
        builder, height = self.builder, self.shape.height
        tiles = (count + (height - 1)) // height
        # tiles of two heights cover the pixels exactly, unless there are very few
        lower = builder.minimum(tiles * height - count, tiles)
        blocks = builder.maximum((self.runs + (self.runs_of_block - 1)) // self.runs_of_block, 1)
        with builder.loop(blocks, vectorize=False) as number:
            first_run = number * self.runs_of_block
            runs = builder.minimum(self.runs - first_run, self.runs_of_block)
            rows = self.rows.at(first_run)
            last = (number + 1 == blocks) & direct
            offsets = self.offsets.at(first_run)
            following = weights.at((rows[0] + runs * self.run) * self.width)
            lines = (runs * self.run * self.width + (tiles * self.line - 1)) // (tiles * self.line)
            with builder.loop(tiles - lower, vectorize=False) as tile:
                self._prefetch(following.at(tile * lines * self.line), lines)
                self._tile(height, tile * height, image, weights, (offsets, rows), runs, number == 0, last, channel)
            begin = (tiles - lower) * height
            with builder.loop(lower, vectorize=False) as tile:
                self._prefetch(following.at((tiles - lower + tile) * lines * self.line), lines)
                self._tile(height - 1, begin + tile * (height - 1), image, weights, (offsets, rows), runs, number == 0, last, channel)

    def _prefetch(self, weights: Pointer, lines: Value) -> None:
        """Bring a part of the next block's weights nearer, while the tiles of this one are computed."""
        with self.builder.loop(lines, vectorize=False) as line:
            self.builder.prefetch(weights.at(line * self.line), 2)

    def _tile(
        self, height: int, pixel: Value, image: Pointer, weights: Pointer, tables: tuple[Pointer, Pointer], runs: Value, first: Value,
        last: Value, channel: Value,
    ) -> None:
        builder, tile, lanes = self.builder, self.tiles[height], self.vectors.lanes
        sums = self.sums.at(pixel * self.width)
        grid = [(row, at) for row in range(height) for at in range(self.shape.vectors)]
        with builder.when(first):
            for row, at in grid:
                tile.load(row, at, self.bias.at(at * lanes))
        with builder.when(first == 0):
            for row, at in grid:
                tile.load(row, at, sums.at(row * self.width + at * lanes))
        pixels = [self.sources[pixel + row] for row in range(height)]
        with builder.loop(runs, vectorize=False) as number:
            start, panel = image.at(tables[0][number]), weights.at(tables[1][number] * self.width)
            self._run(tile, start, pixels, panel)
        with builder.when(last):
            self._finish([(tile.sums[row], self.targets[pixel + row] + channel) for row in range(height)])
        with builder.when(last == 0):
            for row, at in grid:
                tile.store(row, at, sums.at(row * self.width + at * lanes))

    def _run(self, tile: Tile, image: Pointer, pixels: list[Value], panel: Pointer) -> None:
        """The steps of one run: an item of every pixel times a row of the panel."""
        vectors = self.vectors
        tile.multiply(
            self.run, lambda step: [image.at(step)[pixel] for pixel in pixels],
            lambda step: [vectors.load(panel.at(step * self.width + at * vectors.lanes)) for at in range(self.shape.vectors)],
            UNROLL,
        )

    def _finish(self, rows: list[tuple[list[VectorVariable], Value]]) -> None:
        """Residual and epilogue of some pixels' channels, and into the output, each to its place."""
        builder, vectors = self.builder, self.vectors
        with builder.when(builder.word(4) != 0):
            for row, place in rows:
                residual = builder.pointer(self.dtype, builder.word(4)).at(place)
                for at, variable in enumerate(row):
                    variable.value = vectors.add(variable.value, vectors.load(residual.at(at * vectors.lanes)))
        self.finish.apply(vectors, [variable for row, _ in rows for variable in row])
        for row, place in rows:
            for at, variable in enumerate(row):
                vectors.store(variable.value, self.out.at(place + at * vectors.lanes))

    def _copy_out(self, channel: Value, valid: Value, count: Value) -> None:
        """Sums into an output that the tiles did not write: planes, or a panel that is not full."""
        builder, lanes = self.builder, self.vectors.lanes
        first = channel * self.channel_step
        with builder.loop(count // lanes, vectorize=False) as number:
            pixel = number * lanes
            place = self.targets[pixel]
            adjoin = (self.targets[pixel + (lanes - 1)] - place) == lanes - 1
            with builder.when(adjoin):
                self._copy_square(pixel, first + place, valid)
            with builder.when(adjoin == 0):
                self._copy_pixels(pixel, builder.number(lanes, "int64"), first, valid)
        rest = count % lanes
        self._copy_pixels(count - rest, rest, first, valid)

    def _copy_square(self, pixel: Value, place: Value, valid: Value) -> None:
        """Pixels that adjoin in the output, by squares of pixels x channels turned over."""
        builder, vectors = self.builder, self.vectors
        with builder.loop(self.shape.vectors, vectorize=False) as part:
            sums = self.sums.at(pixel * self.width + part * vectors.lanes)
            columns = vectors.transposed([vectors.load(sums.at(row * self.width)) for row in range(vectors.lanes)])
            variable = vectors.variables(1)
            for at, column in enumerate(columns):
                channel = part * vectors.lanes + at
                with builder.when(channel < valid):
                    variable[0].value = column
                    self._finish([(variable, place + channel * self.channel_step)])

    def _copy_pixels(self, pixel: Value, count: Value, first: Value, valid: Value) -> None:
        builder = self.builder
        number = builder.variable(builder.number(0.0, self.dtype))
        with builder.loop(count, vectorize=False) as at:
            sums, place = self.sums.at((pixel + at) * self.width), first + self.targets[pixel + at]
            with builder.loop(valid, vectorize=False) as channel:
                where = place + channel * self.channel_step
                number.value = sums[channel]
                with builder.when(builder.word(4) != 0):
                    number.value = number.value + builder.pointer(self.dtype, builder.word(4))[where]
                if self.finish.is_plain:
                    self.out[where] = number.value
                else:
                    self.one[0] = number.value
                    self.finish.store(Block(self.one, 0), Block(self.out.at(where), 0), Block(self.one, 0), 1, 1)
