"""Two-dimensional convolution, NCHW, with stride, padding, dilation and groups; float32 and float64.

`plan_convolution` is the way in: a plan for one set of sizes, kept, with `pack` for the weights and `run`. Nothing is
unfolded: each image is copied once into a padded scratch image whose columns are sorted by their place within the stride,
so that for every tap of the kernel neighbouring outputs read neighbouring items. A tile of output channels x vectors of
output columns then walks a table of tap offsets, which holds dilation and stride. A matrix product has the same tile.

Scratch image of one group: [channel][padded row][phase = column % stride][position = column // stride].
"""
from __future__ import annotations

import functools
from array import array
from dataclasses import dataclass

from ..dtype import DType
from ..storage import Storage
from .compiler import emitted_kernel
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions
from .launch import launch
from .tile import Tile, lanes, vector_bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one convolution; pairs are (height, width)."""

    batch: int
    channels: int
    image: tuple[int, int]
    out_channels: int
    window: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int

    @property
    def out_image(self) -> tuple[int, int]:
        """Height and width of the output; not positive where the window does not fit."""
        height, width = (
            (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1
            for size, padding, dilation, window, stride in zip(
                self.image, self.padding, self.dilation, self.window, self.stride, strict=True
            )
        )
        return height, width


class ConvolutionPlan:
    """How to run one convolution: kernels, tap offsets, and the words after the addresses."""

    def __init__(self, dtype: DType, sizes: Sizes) -> None:
        self.dtype, self.sizes = dtype, sizes
        self._group_out = sizes.out_channels // sizes.groups
        self._height = tile_height(self._group_out)
        self._tiles = -(-self._group_out // self._height)
        self._taps, tail, scratch = _geometry(dtype, sizes)
        self._kernel = convolution_kernel(dtype, self._height)
        self._pack = weights_kernel(dtype, self._height)
        self._scratch_bytes = scratch * dtype.itemsize
        self._words = (
            self._taps.buffer_info()[0], len(self._taps), sizes.channels // sizes.groups, self._group_out, sizes.groups,
            *sizes.image, *sizes.out_image, *sizes.stride, *sizes.padding, *tail,
        )

    def pack(self, weight: int) -> Storage:
        """The weights at an address (contiguous: out channel, channel of the group, height, width) as tiles."""
        depth = len(self._taps)
        tiles = self._tiles * self.sizes.groups
        packed = Storage.allocate(max(tiles * self._height * depth * self.dtype.itemsize, 1))
        launch(self._pack, (weight, packed.address, self._group_out, depth, self._tiles), tiles)
        return packed

    def run(self, source: int, packed: Storage, bias: int, target: int) -> None:
        """Convolve the images at `source` into `target`, both contiguous; `bias` is an address, or 0 for none."""
        scratch = Storage.allocate(max(self._scratch_bytes, 1))
        words = (source, packed.address, bias, target, scratch.address, *self._words)
        launch(self._kernel, words, self.sizes.batch * self.sizes.groups)


@functools.lru_cache(maxsize=1024)
def plan_convolution(dtype: DType, sizes: Sizes) -> ConvolutionPlan:
    """The plan for these sizes; the caller has checked that groups divide the channels and that the window fits."""
    return ConvolutionPlan(dtype, sizes)


def tile_height(channels: int) -> int:
    """The tile's height that wastes least on this many output channels."""
    if vector_bytes() == 64 and channels > 6:
        return min((14, 8), key=lambda height: -(-channels // height) * height)
    for height in (6, 4):
        if channels % height == 0:
            return height
    return channels if channels < 4 else 6


def _geometry(dtype: DType, sizes: Sizes) -> tuple[array[int], tuple[int, ...], int]:
    """Tap offsets; scratch rows, phases and row length; items of the scratch image."""
    out_height, out_width = sizes.out_image
    width = lanes(dtype.name)
    stride_x = sizes.stride[1]
    columns = [x * sizes.dilation[1] for x in range(sizes.window[1])]
    rows = (out_height - 1) * sizes.stride[0] + (sizes.window[0] - 1) * sizes.dilation[0] + 1
    phases = max(column % stride_x for column in columns) + 1
    length = -(-out_width // width) * width + columns[-1] // stride_x
    channels = sizes.channels // sizes.groups
    taps = array("q", (
        ((channel * rows + y * sizes.dilation[0]) * phases + column % stride_x) * length + column // stride_x
        for channel in range(channels) for y in range(sizes.window[0]) for column in columns
    ))
    return taps, (rows, phases, length), channels * rows * phases * length


# Kernels


@functools.cache
def weights_kernel(dtype: DType, height: int) -> Kernel:
    """Weights as tiles: tile t holds, for each tap, `height` output channels side by side; missing channels are zeros.

    Words: 0 weights, 1 tiles, 2 output channels of a group, 3 taps, 4 tiles of a group. Items are tiles.
    """

    def write(builder: Builder, functions: Functions) -> None:
        channels, taps, tiles = (builder.word(at) for at in range(2, 5))
        source, target = builder.pointer(dtype.name, builder.word(0)), builder.pointer(dtype.name, builder.word(1))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            tile = builder.start + number
            group = tile // tiles
            first = (tile - group * tiles) * height
            items = target.at(tile * taps * height)
            for row in range(height):
                channel = first + row
                with builder.when(channel < channels):
                    weights = source.at((group * channels + channel) * taps)
                    with builder.loop(taps, vectorize=False) as tap:
                        items[tap * height + row] = weights[tap]
                with builder.when(channel >= channels):
                    with builder.loop(taps, vectorize=False) as tap:
                        items[tap * height + row] = 0.0

    return emitted_kernel(f"convolution_weights_{height}_{dtype.name}", write, dtype.name, height)


@functools.cache
def convolution_kernel(dtype: DType, height: int) -> Kernel:
    """The convolution of whole images; items are (image, group).

    Words: 0 input, 1 weights as tiles, 2 bias (0: none), 3 output, 4 scratch image, 5 tap offsets, 6 taps, 7 channels of a
    group, 8 output channels of a group, 9 groups, 10 H, 11 W, 12 OH, 13 OW, 14 stride of rows, 15 stride of columns,
    16 padding of rows, 17 padding of columns, 18 scratch rows, 19 phases, 20 length of a scratch row.
    """

    def write(builder: Builder, functions: Functions) -> None:
        _Convolution(builder, dtype.name, height).write()

    return emitted_kernel(f"convolution_{height}_{dtype.name}", write, dtype.name, height)


class _Convolution:
    """The loops of `convolution_kernel`: pad, then tiles of output channels by blocks of output columns."""

    def __init__(self, builder: Builder, dtype: str, height: int) -> None:
        self.builder, self.dtype = builder, dtype
        self.tile = Tile(builder, dtype, height)
        self.scratch = builder.pointer(dtype, builder.word(4))
        self.offsets, self.taps = builder.pointer("int64", builder.word(5)), builder.word(6)
        self.channels, self.out_channels, self.groups = (builder.word(at) for at in range(7, 10))
        self.height, self.width, self.out_height, self.out_width = (builder.word(at) for at in range(10, 14))
        self.stride_y, self.stride_x, self.padding_y, self.padding_x = (builder.word(at) for at in range(14, 18))
        self.rows, self.phases, self.length = (builder.word(at) for at in range(18, 21))

    def write(self) -> None:
        builder = self.builder
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            source = builder.pointer(self.dtype, builder.word(0)).at(item * self.channels * self.height * self.width)
            self._pad(source)
            group = item % self.groups
            target = builder.pointer(self.dtype, builder.word(3)).at(item * self.out_channels * self.out_height * self.out_width)
            self._tiles(group, target)

    def _pad(self, source: Pointer) -> None:
        """The scratch image: zeros around the image, columns sorted by phase."""
        builder = self.builder
        row_items = self.phases * self.length
        with builder.loop(self.channels, vectorize=False) as channel:
            with builder.loop(self.rows, vectorize=False) as row:
                target = self.scratch.at((channel * self.rows + row) * row_items)
                y = row - self.padding_y
                inside = (y >= 0) & (y < self.height)
                with builder.when(inside == 0):
                    self._zeros(target, row_items)
                with builder.when(inside):
                    items = source.at((channel * self.height + y) * self.width)
                    with builder.loop(self.phases, vectorize=False) as phase:
                        self._pad_row(items, target.at(phase * self.length), phase)

    def _pad_row(self, source: Pointer, target: Pointer, phase: Value) -> None:
        builder = self.builder
        before = self.padding_x - phase
        first = builder.maximum(before + self.stride_x - 1, 0) // self.stride_x
        last = builder.minimum(builder.maximum(self.width + before + self.stride_x - 1, 0) // self.stride_x, self.length)
        first = builder.minimum(first, last)
        self._zeros(target, first)
        items, places = source.at(first * self.stride_x - before).independent(), target.at(first).independent()
        with builder.when(self.stride_x == 1):
            with builder.loop(last - first, independent=True) as at:
                places[at] = items[at]
        with builder.when(self.stride_x != 1):
            with builder.loop(last - first, independent=True) as at:
                places[at] = items[at * self.stride_x]
        self._zeros(target.at(last), self.length - last)

    def _zeros(self, target: Pointer, count: Value) -> None:
        with self.builder.loop(count, independent=True) as at:
            target.independent()[at] = 0.0

    def _tiles(self, group: Value, target: Pointer) -> None:
        builder, tile = self.builder, self.tile
        per_row = (self.out_width + (tile.lanes - 1)) // tile.lanes
        blocks = self.out_height * per_row
        tiles = (self.out_channels + (tile.rows - 1)) // tile.rows
        weights = builder.pointer(self.dtype, builder.word(1))
        with builder.loop(tiles, vectorize=False) as number:
            first = number * tile.rows
            packed = weights.at((group * tiles + number) * self.taps * tile.rows)
            valid_rows = builder.minimum(self.out_channels - first, tile.rows)
            with builder.loop((blocks + (tile.vectors - 1)) // tile.vectors, vectorize=False) as turn:
                places = [self._block(builder.minimum(turn * tile.vectors + at, blocks - 1), per_row) for at in range(tile.vectors)]
                self._start(group, first, valid_rows)
                tile.multiply(self.taps, packed, lambda tap: self._columns(tap, places))
                self._finish(target.at(first * self.out_height * self.out_width), valid_rows, blocks - turn * tile.vectors, places)

    def _block(self, block: Value, per_row: Value) -> tuple[Value, Value]:
        """Row and first column of one vector of outputs."""
        row = block // per_row
        return row, (block - row * per_row) * self.tile.lanes

    def _columns(self, tap: Value, places: list[tuple[Value, Value]]) -> list[Pointer]:
        offset = self.offsets[tap]
        row_items = self.stride_y * self.phases * self.length
        return [self.scratch.at(row * row_items + column).at(offset) for row, column in places]

    def _start(self, group: Value, first: Value, valid_rows: Value) -> None:
        """The tile starts as the bias of its channels, or as zeros."""
        builder, tile = self.builder, self.tile
        tile.clear()
        with builder.when(builder.word(2) != 0):
            bias = builder.pointer(self.dtype, builder.word(2)).at(group * self.out_channels + first)
            for row in range(tile.rows):
                # rows beyond the last channel repeat it: they are not stored
                tile.fill(row, bias[builder.minimum(valid_rows - 1, row)])

    def _finish(self, target: Pointer, valid_rows: Value, blocks_left: Value, places: list[tuple[Value, Value]]) -> None:
        builder, tile = self.builder, self.tile
        plane = self.out_height * self.out_width
        whole = (valid_rows == tile.rows) & (blocks_left >= tile.vectors)
        for _, column in places:
            whole = whole & (column + tile.lanes <= self.out_width)
        with builder.when(whole):
            for at, (row, column) in enumerate(places):
                first = target.at(row * self.out_width + column)
                for channel in range(tile.rows):
                    tile.store(channel, at, first.at(plane * channel))
        with builder.when(whole == 0):
            edge = tile.spill()
            for at, (row, column) in enumerate(places):
                with builder.when(blocks_left > at):
                    first = target.at(row * self.out_width + column)
                    count = builder.minimum(self.out_width - column, tile.lanes)
                    with builder.loop(valid_rows, vectorize=False) as channel:
                        items = edge.at((channel * tile.vectors + at) * tile.lanes)
                        with builder.loop(count, vectorize=False) as lane:
                            first[plane * channel + lane] = items[lane]
