"""Depthwise convolution: every channel has its own window of weights, and nothing is summed over channels.

In: images whose channels (NHWC) or whose rows (NCHW) lie side by side. Out: images in the same order. Each order has its kernel: with
channels side by side, pixels x a vector of channels are summed in registers and windows that cross the border are done by themselves;
in planes, a band of rows is copied into a small padded image whose columns are sorted by their place within the stride, so that every
tap of neighbouring outputs reads neighbouring items. convolution.py decides which convolutions come here.

Words of both: 0 images, 1 weights, 2 bias (0: none), 3 output, 4 residual (0: none), 5 channels, 6 H, 7 W, 8 OH, 9 OW, 10 KH, 11 stride of
rows, 12 dilation of rows, 13 padding of rows, 14 padding of columns; items to the next in the images: 15 image, 16 channel, 17 row,
18 pixel; in the output: 19 image, 20 channel, 21 row, 22 pixel. From 23 on the numbers of the epilogue.
"""
from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import Vectors, VectorVariable
from ..matrix.epilogue import Epilogue, Finish
from ..running.engine import Kernel

NUMBERS = 23
"""The first word of the epilogue's numbers."""
PIXELS = 4
"""Pixels of a row that are summed together where channels lie side by side."""
ROWS = 4
"""Rows of a plane that are summed together."""
BAND_ITEMS = 8192
"""Items of the padded image: it stays in the first cache."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a kernel is compiled for, along a row."""

    window: int
    stride: int
    dilation: int

    @property
    def taps(self) -> list[int]:
        """The columns of the window."""
        return [at * self.dilation for at in range(self.window)]

    @property
    def phases(self) -> int:
        """How many places within the stride the taps fall on."""
        return max(tap % self.stride for tap in self.taps) + 1


class _Depthwise:
    """What both kernels read from the words, and the epilogue."""

    def __init__(self, builder: Builder, dtype: str, columns: Columns, epilogue: Finish, isa: Isa) -> None:
        self.builder, self.dtype, self.columns, self.epilogue = builder, dtype, columns, epilogue
        self.vectors = Vectors(builder, dtype, isa=isa)
        self.images, self.weights = builder.pointer(dtype, builder.word(0)), builder.pointer(dtype, builder.word(1))
        self.out = builder.pointer(dtype, builder.word(3))
        self.channels, self.height, self.width, self.out_height, self.out_width = map(builder.word, range(5, 10))
        self.window_rows, self.stride, self.dilation, self.padding_y, self.padding_x = map(builder.word, range(10, 15))
        self.from_image, self.from_channel, self.from_row, self.from_pixel = map(builder.word, range(15, 19))
        self.to_image, self.to_channel, self.to_row, self.to_pixel = map(builder.word, range(19, 23))

    def finish(self, totals: list[tuple[VectorVariable, Value]]) -> None:
        """Residual and epilogue of some vectors, and into the output, each to its place."""
        builder, vectors = self.builder, self.vectors
        with builder.when(builder.word(4) != 0):
            for total, place in totals:
                total.value = vectors.add(total.value, vectors.load(builder.pointer(self.dtype, builder.word(4)).at(place)))
        self.epilogue.apply(vectors, [total for total, _ in totals])
        for total, place in totals:
            vectors.store(total.value, self.out.at(place))


def _compiled(
    name: str, kind: Callable[[Builder, str, Columns, Finish, Isa], _ChannelsLast | _Planes], dtype: DType, columns: Columns,
    epilogue: Epilogue, isa: Isa,
) -> Kernel:
    def write(builder: Builder, functions: Functions) -> None:
        kind(builder, dtype.name, columns, Finish(builder, functions, epilogue, dtype.name, dtype.name, dtype.name, NUMBERS), isa).write()

    identity = (name, dtype.name, columns.window, columns.stride, columns.dilation, *epilogue.identity, isa.name)
    return emitted_kernel(f"{name}_{columns.window}_{dtype.name}", write, *identity, processor=target(isa))


@functools.cache
def channels_last_kernel(dtype: DType, columns: Columns, epilogue: Epilogue, isa: Isa) -> Kernel:
    """Channels side by side, at least a vector of them. The weights are panels as wide as a vector, the last one ending with the last
    channel. Items are rows of outputs (n, y)."""
    return _compiled("depthwise_channels_last", _ChannelsLast, dtype, columns, epilogue, isa)


@functools.cache
def planes_kernel(dtype: DType, columns: Columns, epilogue: Epilogue, isa: Isa) -> Kernel:
    """Rows side by side. The weights are (channel, row, column). Items are planes (n, channel)."""
    return _compiled("depthwise_planes", _Planes, dtype, columns, epilogue, isa)


class _ChannelsLast(_Depthwise):
    """Rows of outputs; along a row the left border, groups of pixels, single pixels and the right border."""

    def write(self) -> None:
        builder = self.builder
        reach = self.columns.taps[-1]
        stride = self.columns.stride
        totals = self.vectors.variables(PIXELS)
        first = builder.minimum((self.padding_x + (stride - 1)) // stride, self.out_width)
        last = builder.maximum(self.width + self.padding_x - reach + (stride - 1), 0) // stride
        last = builder.maximum(builder.minimum(last, self.out_width), first)
        groups = (last - first) // PIXELS
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image = item // self.out_height
            y = item - image * self.out_height
            top = y * self.stride - self.padding_y
            # the taps whose row lies in the image
            skipped = (builder.maximum(0 - top, 0) + self.dilation - 1) // self.dilation
            taken = (builder.maximum(self.height - top, 0) + self.dilation - 1) // self.dilation
            taken = builder.maximum(builder.minimum(taken, self.window_rows) - skipped, 0)
            source = self.images.at(image * self.from_image + (top + skipped * self.dilation) * self.from_row)
            target = image * self.to_image + y * self.to_row
            with builder.loop(first, vectorize=False) as x:
                self._pixels(totals[:1], source, target, x, skipped, taken, True)
            with builder.loop(groups, vectorize=False) as group:
                self._pixels(totals, source, target, first + group * PIXELS, skipped, taken, False)
            with builder.loop(last - first - groups * PIXELS, vectorize=False) as at:
                self._pixels(totals[:1], source, target, first + groups * PIXELS + at, skipped, taken, False)
            with builder.loop(self.out_width - last, vectorize=False) as at:
                self._pixels(totals[:1], source, target, last + at, skipped, taken, True)

    def _pixels(
        self, totals: list[VectorVariable], source: Pointer, target: Value, x: Value, skipped: Value, taken: Value, checked: bool
    ) -> None:
        """All channels of neighbouring pixels; `checked` tests for every tap whether its column lies in the image."""
        builder, vectors = self.builder, self.vectors
        lanes, window = vectors.lanes, self.columns.window
        left = x * self.columns.stride - self.padding_x
        with builder.loop((self.channels + (lanes - 1)) // lanes, vectorize=False) as part:
            channel = builder.minimum(part * lanes, self.channels - lanes)
            weights = self.weights.at((part * self.window_rows + skipped) * (window * lanes))
            for total in totals:
                total.value = vectors.constant(0.0)
            with builder.when(builder.word(2) != 0):
                bias = vectors.load(builder.pointer(self.dtype, builder.word(2)).at(channel))
                for total in totals:
                    total.value = bias
            items = source.at(left * self.from_pixel + channel)
            with builder.loop(taken, vectorize=False) as row:
                self._row(totals, items.at(row * (self.dilation * self.from_row)), weights.at(row * (window * lanes)), left, checked)
            self.finish([(total, target + (x + at) * self.to_pixel + channel) for at, total in enumerate(totals)])

    def _row(self, totals: list[VectorVariable], items: Pointer, weights: Pointer, left: Value, checked: bool) -> None:
        vectors = self.vectors
        if checked:
            for at, tap in enumerate(self.columns.taps):
                column = left + tap
                with self.builder.when((column >= 0) & (column < self.width)):
                    factor = vectors.load(weights.at(at * vectors.lanes))
                    totals[0].value = vectors.multiply_add(factor, vectors.load(items.at(self.from_pixel * tap)), totals[0].value)
            return
        factors = [vectors.load(weights.at(at * vectors.lanes)) for at in range(self.columns.window)]
        loaded: dict[int, str] = {}
        for at, total in enumerate(totals):
            for tap, factor in zip(self.columns.taps, factors, strict=True):
                column = at * self.columns.stride + tap
                if column not in loaded:
                    loaded[column] = vectors.load(items.at(self.from_pixel * column))
                total.value = vectors.multiply_add(factor, loaded[column], total.value)


class _Planes(_Depthwise):
    """Planes; bands of rows, each copied into the padded image first."""

    def __init__(self, builder: Builder, dtype: str, columns: Columns, epilogue: Finish, isa: Isa) -> None:
        super().__init__(builder, dtype, columns, epilogue, isa)
        self.band = builder.scratch(dtype, BAND_ITEMS)
        self.edge = builder.scratch(dtype, self.vectors.lanes)
        self.length = row_length(self.out_width, self.vectors.lanes, columns)
        self.row_items = self.length * columns.phases

    def write(self) -> None:
        builder = self.builder
        # rows of outputs whose input rows fit
        capacity = builder.number(BAND_ITEMS, "int64") // self.row_items
        rows = builder.minimum((capacity - (self.window_rows - 1) * self.dilation - 1) // self.stride + 1, self.out_height)
        bands = (self.out_height + rows - 1) // rows
        totals = self.vectors.variables(ROWS)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image = item // self.channels
            channel = item - image * self.channels
            source = self.images.at(image * self.from_image + channel * self.from_channel)
            target = image * self.to_image + channel * self.to_channel
            weights = self.weights.at(channel * self.window_rows * self.columns.window)
            start = builder.variable(builder.number(0.0, self.dtype))
            start.value = 0.0
            with builder.when(builder.word(2) != 0):
                start.value = builder.pointer(self.dtype, builder.word(2))[channel]
            initial = self.vectors.broadcast(start.value)
            with builder.loop(bands, vectorize=False) as band:
                first = band * rows
                count = builder.minimum(self.out_height - first, rows)
                self._fill(source, first, (count - 1) * self.stride + (self.window_rows - 1) * self.dilation + 1)
                with builder.loop((count + (ROWS - 1)) // ROWS, vectorize=False) as group:
                    places = [builder.minimum(group * ROWS + at, count - 1) for at in range(ROWS)]
                    self._rows(totals, weights, initial, places, target + first * self.to_row)

    def _fill(self, source: Pointer, first: Value, count: Value) -> None:
        """Input rows of a band into the padded image."""
        builder = self.builder
        with builder.loop(count, vectorize=False) as row:
            y = first * self.stride - self.padding_y + row
            target = self.band.at(row * self.row_items)
            inside = (y >= 0) & (y < self.height)
            with builder.when(inside == 0):
                self._zeros(target, self.row_items)
            with builder.when(inside):
                for phase in range(self.columns.phases):
                    self._fill_phase(source.at(y * self.from_row), target.at(self.length * phase), phase)

    def _fill_phase(self, source: Pointer, target: Pointer, phase: int) -> None:
        """Columns phase, phase + stride, ... of one padded row."""
        builder, stride = self.builder, self.columns.stride
        before = self.padding_x - phase
        first = builder.minimum(builder.maximum(before + (stride - 1), 0) // stride, self.length)
        last = builder.minimum(builder.maximum(self.width + before + (stride - 1), 0) // stride, self.length)
        last = builder.maximum(last, first)
        self._zeros(target, first)
        items, places = source.at(first * stride - before).independent(), target.at(first).independent()
        with builder.loop(last - first, independent=True) as at:
            places[at] = items[at * stride]
        self._zeros(target.at(last), self.length - last)

    def _zeros(self, target: Pointer, count: Value) -> None:
        with self.builder.loop(count, independent=True) as at:
            target.independent()[at] = 0.0

    def _rows(self, totals: list[VectorVariable], weights: Pointer, initial: str, places: list[Value], target: Value) -> None:
        """Some rows of outputs, a vector of columns at a time; the last vector ends with the last column."""
        builder, lanes = self.builder, self.vectors.lanes
        with builder.loop((self.out_width + (lanes - 1)) // lanes, vectorize=False) as part:
            x = builder.maximum(builder.minimum(part * lanes, self.out_width - lanes), 0)
            for total in totals:
                total.value = initial
            with builder.loop(self.window_rows, vectorize=False) as row:
                self._taps(totals, weights.at(row * self.columns.window), [
                    self.band.at((place * self.stride + row * self.dilation) * self.row_items + x) for place in places
                ])
            finished = [(total, target + place * self.to_row + x) for place, total in zip(places, totals, strict=True)]
            with builder.when(self.out_width >= lanes):
                self.finish(finished)
            with builder.when(self.out_width < lanes):
                for total, where in finished:
                    self._finish_part(total, where)

    def _taps(self, totals: list[VectorVariable], weights: Pointer, rows: list[Pointer]) -> None:
        vectors = self.vectors
        for at, tap in enumerate(self.columns.taps):
            factor = vectors.broadcast(weights[at])
            shift = self.length * (tap % self.columns.stride) + tap // self.columns.stride
            for total, row in zip(totals, rows, strict=True):
                total.value = vectors.multiply_add(factor, vectors.load(row.at(shift)), total.value)

    def _finish_part(self, total: VectorVariable, place: Value) -> None:
        """A row shorter than a vector."""
        builder, vectors = self.builder, self.vectors
        with builder.when(builder.word(4) != 0):
            residual = builder.pointer(self.dtype, builder.word(4)).at(place)
            with builder.loop(self.out_width, vectorize=False) as at:
                self.edge[at] = residual[at]
            total.value = vectors.add(total.value, vectors.load(self.edge))
        self.epilogue.apply(vectors, [total])
        vectors.store(total.value, self.edge)
        with builder.loop(self.out_width, vectorize=False) as at:
            self.out[place + at] = self.edge[at]


def row_length(out_width: Value, lanes: int, columns: Columns) -> Value:
    """Items of one phase of a padded row."""
    return out_width.builder.maximum(out_width, lanes) + columns.taps[-1] // columns.stride


def fits(out_width: int, lanes: int, columns: Columns, window_rows: int, dilation: int) -> bool:
    """Whether the rows of one window fit into the padded image of `planes_kernel`."""
    length = max(out_width, lanes) + columns.taps[-1] // columns.stride
    return length * columns.phases * ((window_rows - 1) * dilation + 1) <= BAND_ITEMS
