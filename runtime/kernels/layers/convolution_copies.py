"""Copies that a convolution needs before it runs: images with a border, weights in panels.

In: images of any strides, weights of any strides. Out: images whose channels lie side by side inside a border of zeros (or with items
cut off where the border is negative); weights as panels of output channels, a row per step of the depth.
"""
from __future__ import annotations

import functools

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import Vectors
from ..matrix.packing import Packing
from ..running.engine import Kernel


@functools.cache
def border_kernel(dtype: DType, isa: Isa) -> Kernel:
    """Images with a border, channels innermost.

    Words: 0 images, 1 target (contiguous: n, z, y, x, channel), 2 channels; sizes of an image: 3 x, 4 y, 5 z; items to the next: 6 x,
    7 y, 8 z, 9 n, 10 channel; sizes with border: 11 x, 12 y, 13 z; border before: 14 x, 15 y, 16 z. Items are target rows (n, z, y).
    """

    def write(builder: Builder, functions: Functions) -> None:
        _Border(builder, dtype.name, isa).write()

    return emitted_kernel(f"convolution_border_{dtype.name}", write, dtype.name, isa.name, processor=target(isa))


class _Border:
    """The loops of `border_kernel`."""

    def __init__(self, builder: Builder, dtype: str, isa: Isa) -> None:
        self.builder, self.dtype, self.vectors = builder, dtype, Vectors(builder, dtype, isa=isa)
        self.channels = builder.word(2)
        self.step, self.channel_step = builder.word(6), builder.word(10)

    def write(self) -> None:
        builder = self.builder
        width, height, depth, wide, high, deep = map(builder.word, (3, 4, 5, 11, 12, 13))
        before_x, before_y, before_z = map(builder.word, (14, 15, 16))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            plane = item // high
            image = plane // deep
            y, z = item - plane * high - before_y, plane - image * deep - before_z
            target = builder.pointer(self.dtype, builder.word(1)).at(item * wide * self.channels)
            inside = (y >= 0) & (y < height) & (z >= 0) & (z < depth)
            first = builder.select(inside, builder.minimum(builder.maximum(before_x, 0), wide), wide)
            last = builder.maximum(builder.minimum(width + before_x, wide), first)
            self._zeros(target, first * self.channels)
            source = builder.pointer(self.dtype, builder.word(0)).at(
                image * builder.word(9) + z * builder.word(8) + y * builder.word(7) + (first - before_x) * self.step
            )
            self._row(source, target.at(first * self.channels), last - first)
            self._zeros(target.at(last * self.channels), (wide - last) * self.channels)

    def _zeros(self, target: Pointer, count: Value) -> None:
        with self.builder.loop(count, independent=True) as at:
            target.independent()[at] = 0.0

    def _row(self, source: Pointer, target: Pointer, count: Value) -> None:
        """`count` pixels, by the strides of the source: all items in order, channels in order, planes, anything."""
        builder = self.builder
        side_by_side = (self.channel_step == 1) | (self.channels == 1)
        dense = side_by_side & (self.step == self.channels)
        planes = (self.step == 1) & (dense == 0)
        with builder.when(dense):
            with builder.loop(count * self.channels, independent=True) as at:
                target.independent()[at] = source.independent()[at]
        with builder.when(planes):
            self._planes(source, target, count)
        with builder.when((dense == 0) & (planes == 0)):
            with builder.loop(count, vectorize=False) as at:
                self._pixels(source.at(at * self.step), target.at(at * self.channels))

    def _pixels(self, source: Pointer, target: Pointer) -> None:
        builder = self.builder
        with builder.when(self.channel_step == 1):
            with builder.loop(self.channels, independent=True) as channel:
                target.independent()[channel] = source.independent()[channel]
        with builder.when(self.channel_step != 1):
            with builder.loop(self.channels, vectorize=False) as channel:
                target[channel] = source[channel * self.channel_step]

    def _planes(self, source: Pointer, target: Pointer, count: Value) -> None:
        """Squares of channels x pixels turned over; what is left, item by item."""
        builder, vectors = self.builder, self.vectors
        lanes = vectors.lanes
        whole_pixels, whole_channels = count // lanes * lanes, self.channels // lanes * lanes
        with builder.loop(self.channels // lanes, vectorize=False) as part:
            channel = part * lanes
            with builder.loop(count // lanes, vectorize=False) as number:
                items = source.at(channel * self.channel_step + number * lanes)
                columns = vectors.transposed([vectors.load(items.at(self.channel_step * at)) for at in range(lanes)])
                places = target.at(number * lanes * self.channels + channel)
                for at, column in enumerate(columns):
                    vectors.store(column, places.at(self.channels * at))
        with builder.loop(whole_channels, vectorize=False) as channel:
            self._rest(source, target, whole_pixels, count, channel)
        with builder.loop(self.channels - whole_channels, vectorize=False) as rest:
            self._rest(source, target, builder.number(0, "int64"), count, whole_channels + rest)

    def _rest(self, source: Pointer, target: Pointer, first: Value, count: Value, channel: Value) -> None:
        with self.builder.loop(count - first, vectorize=False) as at:
            target[(first + at) * self.channels + channel] = source[channel * self.channel_step + first + at]


@functools.cache
def panels_kernel(dtype: DType, width_in_vectors: int, isa: Isa) -> Kernel:
    """Weights in panels: panel p holds, for every step of the depth, a row of output channels side by side; missing ones are anything.

    The weights of one output channel are lines: stretches of evenly spaced items. Words: 0 weights, 1 panels, 2 address of the lines'
    offsets (int64, in items), 3 lines, 4 items of a line, 5 items from one to the next, 6 from one output channel to the next, 7 from
    one group to the next, 8 output channels of a group, 9 panels of a group, 10 address of the rows that the items of all lines go to
    (int64), 11 whether the last panel of a group ends with the last channel, so that it overlaps the one before. Items are panels.
    """

    def write(builder: Builder, functions: Functions) -> None:
        _Panels(builder, dtype.name, width_in_vectors, isa).write()

    name = f"convolution_panels_{width_in_vectors}_{dtype.name}"
    return emitted_kernel(name, write, dtype.name, width_in_vectors, isa.name, processor=target(isa))


class _Panels:
    """The loops of `panels_kernel`."""

    def __init__(self, builder: Builder, dtype: str, width_in_vectors: int, isa: Isa) -> None:
        self.builder, self.dtype = builder, dtype
        self.vectors = Vectors(builder, dtype, isa=isa)
        self.width = width_in_vectors * self.vectors.lanes
        self.lines, self.length, self.step, self.channel_step = map(builder.word, (3, 4, 5, 6))

    def write(self) -> None:
        builder = self.builder
        offsets, rows = builder.pointer("int64", builder.word(2)), builder.pointer("int64", builder.word(10))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            panel = builder.start + number
            group = panel // builder.word(9)
            first = (panel - group * builder.word(9)) * self.width
            overlapping = builder.minimum(first, builder.maximum(builder.word(8) - self.width, 0))
            first = builder.select(builder.word(11) != 0, overlapping, first)
            weights = builder.pointer(self.dtype, builder.word(0)).at(group * builder.word(7) + first * self.channel_step)
            target = builder.pointer(self.dtype, builder.word(1)).at(panel * self.lines * self.length * self.width)
            valid = builder.word(8) - first
            with builder.loop(self.lines, vectorize=False) as line:
                packing = Packing(builder, self.vectors, self.width, rows.at(line * self.length))
                packing.write(weights.at(offsets[line]), target, self.channel_step, self.step, self.length, valid)
