"""Pooling: the largest item or the mean of windows, over one to three dimensions, in both memory orders.

In: images of any strides. Out: images of any strides, and for maxima the places of the largest items in their image, if wanted.
Windows are strided (size, stride, padding, dilation) or adaptive (they cover the image evenly). The work is done for many outputs
together: with channels side by side for a pixel's channels, in planes for a row of outputs, tap by tap over the columns it reaches.

Words: 0 output, 1 images, 2 places (int64, laid out as the output); sizes: 3 channels, 4 depth, 5 height, 6 width, 7-9 the output's
depth, height, width; windows, each for z, y, x: 10-12 size, 13-15 stride, 16-18 padding, 19-21 dilation; items to the next in the
images: 22 image, 23 channel, 24-26 z, y, x; in the output: 27 image, 28 channel, 29-31 z, y, x; means: 32 whether padding counts in the
divisor, 33 divisor of all windows (0: each window's size); planes: 34 the taps along x that any
window finds in the image, from the first such to the last, 35 how far the first lies before the image in the first window.
Items are rows of outputs (n, z, y) with channels side by side, else planes (n, channel).
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, current, target
from ..compiling.vectors import Vectors
from ..loops.reduction import COLUMN_COUNT, lowest
from ..running.engine import Kernel

GROUP = 4
"""Vectors of channels whose windows are kept in registers together."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """What a kernel is compiled for."""

    mean: bool
    places: bool
    adaptive: bool
    channels_last: bool


@dataclass(frozen=True, slots=True)
class _Range:
    """The taps of one window along one dimension that lie in the image: first item, how many, step."""

    first: Value
    count: Value
    step: Value


def pooling_kernel(dtype: DType, pooling: Pooling) -> Kernel:
    """The kernel; see the module for its words and items."""
    return _kernel(dtype, pooling, current())


@cache
def _kernel(dtype: DType, pooling: Pooling, isa: Isa) -> Kernel:

    def write(builder: Builder, functions: Functions) -> None:
        (_ChannelsLast if pooling.channels_last else _Planes)(builder, dtype.name, pooling, isa).write()

    flags = (pooling.mean, pooling.places, pooling.adaptive, pooling.channels_last)
    name = f"{'mean' if pooling.mean else 'max'}_pool_{''.join(str(int(flag)) for flag in flags)}_{dtype.name}"
    return emitted_kernel(name, write, dtype.name, *flags, isa.name, processor=target(isa))


class _Pool:
    """Words, ranges of windows, and what happens to a tap and at the end of a window."""

    def __init__(self, builder: Builder, dtype: str, pooling: Pooling, isa: Isa) -> None:
        self.builder, self.dtype, self.pooling, self.isa = builder, dtype, pooling, isa
        self.compute = "float32" if dtype in ("float16", "bfloat16") else dtype
        self.totals = builder.scratch(self.compute, COLUMN_COUNT)
        self.chosen = builder.scratch("int64", COLUMN_COUNT)
        self.images, self.out = builder.pointer(dtype, builder.word(1)), builder.pointer(dtype, builder.word(0))
        self.places = builder.pointer("int64", builder.word(2))
        self.channels, *self.sizes = map(builder.word, range(3, 7))
        self.out_sizes = [builder.word(at) for at in range(7, 10)]
        self.windows, self.strides, self.paddings, self.dilations = (
            [builder.word(first + dim) for dim in range(3)] for first in (10, 13, 16, 19)
        )
        self.from_image, self.from_channel, *self.steps = map(builder.word, range(22, 27))
        self.to_image, self.to_channel, *self.out_steps = map(builder.word, range(27, 32))

    def range(self, dim: int, at: Value) -> _Range:
        """The taps of window `at` along a dimension."""
        builder = self.builder
        size = self.sizes[dim]
        if self.pooling.adaptive:
            first = at * size // self.out_sizes[dim]
            last = ((at + 1) * size + self.out_sizes[dim] - 1) // self.out_sizes[dim]
            return _Range(first, last - first, builder.number(1, "int64"))
        gap = self.dilations[dim]
        begin = at * self.strides[dim] - self.paddings[dim]
        skipped = (builder.maximum(0 - begin, 0) + gap - 1) // gap
        taken = builder.minimum((builder.maximum(size - begin, 0) + gap - 1) // gap, self.windows[dim])
        return _Range(begin + skipped * gap, builder.maximum(taken - skipped, 0), gap)

    def start(self, count: Value, place: Callable[[Value], Value]) -> None:
        """Nothing seen yet; `place` gives the place of an output's first tap."""
        with self.builder.loop(count, independent=True) as at:
            self.totals[at] = 0 if self.pooling.mean else lowest(self.compute)
            if self.pooling.places:
                self.chosen[at] = place(at)

    def tap(self, first: Value, count: Value, items: Pointer, step: Value, place: Value, place_step: Value) -> None:
        """One item for each of `count` outputs from `first` on."""
        builder = self.builder
        totals, chosen = self.totals.at(first).independent(), self.chosen.at(first).independent()
        source = items.independent()
        with builder.loop(count, independent=True) as at:
            value = source[at * step]
            if self.pooling.mean:
                totals[at] = totals[at] + value
            elif not self.pooling.places:
                totals[at] = builder.maximum(totals[at], value)
            else:
                # a later NaN takes over: PyTorch's rule
                larger = (value > totals[at]) | (value != value)
                totals[at] = builder.select(larger, value, totals[at])
                chosen[at] = builder.select(larger, place + at * place_step, chosen[at])

    def finish(self, count: Value, target: Value, step: Value, divisor: Callable[[Value], Value]) -> None:
        """Outputs into memory."""
        out, places = self.out.at(target).independent(), self.places.at(target).independent()
        totals, chosen = self.totals.independent(), self.chosen.independent()
        with self.builder.loop(count, independent=True) as at:
            out[at * step] = self.quotient(totals[at], divisor(at)) if self.pooling.mean else totals[at]
            if self.pooling.places:
                places[at * step] = chosen[at]

    def quotient(self, total: Value, divisor: Value) -> Value:
        """A mean; of integers whose window is empty, the sum."""
        by = divisor.to(self.compute)
        return total / (by if self.compute.startswith("float") else self.builder.select(by == 0, 1, by))

    def extent(self, dim: int, at: Value, found: _Range) -> Value:
        """How many taps of window `at` count along a dimension where padding counts, else how many lie in the image."""
        if self.pooling.adaptive:
            return found.count
        begin = at * self.strides[dim] - self.paddings[dim]
        whole = self.builder.minimum(begin + self.windows[dim], self.sizes[dim] + self.paddings[dim]) - begin
        return self.builder.select(self.builder.word(32) != 0, whole, found.count)

    def divisor(self, extents: list[Value]) -> Value:
        """What the sum of a window is divided by."""
        counted = extents[0] * extents[1] * extents[2]
        if self.pooling.adaptive:
            return counted
        return self.builder.select(self.builder.word(33) != 0, self.builder.word(33), counted)

    def parts(self, count: Value, body: Callable[[Value, Value], None]) -> None:
        """`body(first, count)` for parts of at most COLUMN_COUNT."""
        with self.builder.loop((count + (COLUMN_COUNT - 1)) // COLUMN_COUNT, vectorize=False) as part:
            first = part * COLUMN_COUNT
            body(first, self.builder.minimum(count - first, COLUMN_COUNT))


class _ChannelsLast(_Pool):
    """A pixel's channels together: every tap reaches all of them."""

    def write(self) -> None:
        builder = self.builder
        depth, height, width = self.out_sizes
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            plane = item // height
            y = item - plane * height
            image = plane // depth
            z = plane - image * depth
            planes, rows = self.range(0, z), self.range(1, y)
            source = self.images.at(image * self.from_image)
            target = image * self.to_image + z * self.out_steps[0] + y * self.out_steps[1]
            above = [self.extent(0, z, planes), self.extent(1, y, rows)]
            with builder.loop(width, vectorize=False) as x:
                columns = self.range(2, x)
                divisor = self.divisor([*above, self.extent(2, x, columns)])
                self._pixel(source, target + x * self.out_steps[2], (planes, rows, columns), divisor)

    def _pixel(self, source: Pointer, target: Value, ranges: tuple[_Range, _Range, _Range], divisor: Value) -> None:
        """All channels of one pixel; in registers where there are vectors of this dtype and a vector of channels."""
        builder = self.builder
        # windows of many items that are far apart: each is read whole, in order
        if self.dtype not in ("float32", "float64") or (self.pooling.adaptive and self.pooling.mean):
            self.parts(self.channels, lambda first, count: self._part(source.at(first), target + first, count, ranges, divisor))
            return
        vectors = Vectors(builder, self.dtype, isa=self.isa)
        width = vectors.lanes * GROUP
        with builder.when(self.channels < vectors.lanes):
            self._part(source, target, self.channels, ranges, divisor)
        with builder.when(self.channels >= vectors.lanes):
            groups = self.channels // width
            with builder.loop(groups, vectorize=False) as group:
                self._vectors(vectors, GROUP, source.at(group * width), target + group * width, ranges, divisor)
            rest = self.channels - groups * width
            with builder.loop((rest + (vectors.lanes - 1)) // vectors.lanes, vectorize=False) as at:
                # the last vector ends with the last channel
                first = builder.minimum(groups * width + at * vectors.lanes, self.channels - vectors.lanes)
                self._vectors(vectors, 1, source.at(first), target + first, ranges, divisor)

    def _taps(self, source: Pointer, ranges: tuple[_Range, _Range, _Range], use: Callable[[Pointer, Value], None]) -> None:
        """`use(items, place)` for every tap of a window."""
        builder = self.builder
        planes, rows, columns = ranges
        with builder.loop(planes.count, vectorize=False) as tap_z:
            z = planes.first + tap_z * planes.step
            with builder.loop(rows.count, vectorize=False) as tap_y:
                y = rows.first + tap_y * rows.step
                row = source.at(z * self.steps[0] + y * self.steps[1])
                with builder.loop(columns.count, vectorize=False) as tap_x:
                    x = columns.first + tap_x * columns.step
                    use(row.at(x * self.steps[2]), (z * self.sizes[1] + y) * self.sizes[2] + x)

    def _first_place(self, ranges: tuple[_Range, _Range, _Range]) -> Value:
        planes, rows, columns = (found.first for found in ranges)
        return (planes * self.sizes[1] + rows) * self.sizes[2] + columns

    def _vectors(
        self, vectors: Vectors, count: int, source: Pointer, target: Value, ranges: tuple[_Range, _Range, _Range], divisor: Value
    ) -> None:
        """Some vectors of channels."""
        totals = vectors.variables(count)
        chosen = vectors.places(count) if self.pooling.places else []
        for total in totals:
            total.value = vectors.constant(0 if self.pooling.mean else lowest(self.dtype))
        for place in chosen:
            place.value = vectors.all_places(self._first_place(ranges))

        def use(items: Pointer, place: Value) -> None:
            here = vectors.all_places(place) if self.pooling.places else ""
            for at, total in enumerate(totals):
                value = vectors.load(items.at(at * vectors.lanes))
                if self.pooling.mean:
                    total.value = vectors.add(total.value, value)
                elif not self.pooling.places:
                    total.value = vectors.maximum(total.value, value)
                else:
                    larger = vectors.is_larger_or_nan(value, total.value)
                    total.value = vectors.select(larger, value, total.value)
                    chosen[at].value = vectors.select_places(larger, here, chosen[at].value)

        self._taps(source, ranges, use)
        by = vectors.broadcast(divisor.to(self.dtype)) if self.pooling.mean else ""
        for at, total in enumerate(totals):
            result = vectors.divide(total.value, by) if self.pooling.mean else total.value
            vectors.store(result, self.out.at(target + at * vectors.lanes))
        for at, place in enumerate(chosen):
            vectors.store_places(place.value, self.places.at(target + at * vectors.lanes))

    def _part(self, source: Pointer, target: Value, count: Value, ranges: tuple[_Range, _Range, _Range], divisor: Value) -> None:
        """Channels in memory."""
        one, zero = self.builder.number(1, "int64"), self.builder.number(0, "int64")
        self.start(count, lambda at: self._first_place(ranges))
        self._taps(source, ranges, lambda items, place: self.tap(zero, count, items, one, place, zero))
        self.finish(count, target, one, lambda at: divisor)


class _Planes(_Pool):
    """A row of outputs together; adaptive windows, whose columns differ, one by one."""

    def write(self) -> None:
        builder = self.builder
        depth, height, width = self.out_sizes
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image = item // self.channels
            channel = item - image * self.channels
            source = self.images.at(image * self.from_image + channel * self.from_channel)
            target = image * self.to_image + channel * self.to_channel
            with builder.loop(depth, vectorize=False) as z:
                planes = self.range(0, z)
                with builder.loop(height, vectorize=False) as y:
                    rows = self.range(1, y)
                    above = [self.extent(0, z, planes), self.extent(1, y, rows)]
                    row = target + z * self.out_steps[0] + y * self.out_steps[1]
                    if self.pooling.adaptive:
                        with builder.loop(width, vectorize=False) as x:
                            self._window(source, row + x * self.out_steps[2], (planes, rows, self.range(2, x)))
                    else:
                        self.parts(width, lambda first, count, *, given=(planes, rows), above=above, row=row: (
                            self._row(source, row, first, count, given, above)
                        ))

    def _row(
        self, source: Pointer, row: Value, first: Value, count: Value, given: tuple[_Range, _Range], above: list[Value]
    ) -> None:
        """Outputs first..first + count - 1 of a row, tap by tap."""
        builder = self.builder
        planes, rows = given
        stride, before, gap = self.strides[2], builder.word(35), self.dilations[2]
        width = self.sizes[2]

        def first_place(at: Value) -> Value:
            return (planes.first * self.sizes[1] + rows.first) * width + self.range(2, first + at).first

        self.start(count, first_place)
        with builder.loop(planes.count, vectorize=False) as tap_z:
            z = planes.first + tap_z * planes.step
            with builder.loop(rows.count, vectorize=False) as tap_y:
                y = rows.first + tap_y * rows.step
                items = source.at(z * self.steps[0] + y * self.steps[1])
                with builder.loop(builder.word(34), vectorize=False) as tap:
                    shift = tap * gap - before
                    # the outputs that find this tap inside the image
                    low = builder.maximum((builder.maximum(0 - shift, 0) + stride - 1) // stride, first)
                    high = builder.minimum((builder.maximum(width - shift, 0) + stride - 1) // stride, first + count)
                    begin = low * stride + shift
                    place = (z * self.sizes[1] + y) * width + begin
                    columns = items.at(begin * self.steps[2])
                    step = stride * self.steps[2]
                    for known in (1, 2):
                        with builder.when(step == known):
                            self.tap(low - first, high - low, columns, builder.number(known, "int64"), place, stride)
                    # 0 where the image is expanded along its rows
                    with builder.when((step > 2) | (step == 0)):
                        self.tap(low - first, high - low, columns, step, place, stride)
        out_step = self.out_steps[2]
        target = row + first * out_step
        if not self.pooling.mean:
            self.finish(count, target, out_step, lambda at: at)
            return
        with builder.when(builder.word(33) != 0):
            self.finish(count, target, out_step, lambda at: builder.word(33))
        with builder.when(builder.word(33) == 0):
            self.finish(count, target, out_step, lambda at: self.divisor([*above, self.extent(2, first + at, self.range(2, first + at))]))

    def _window(self, source: Pointer, target: Value, ranges: tuple[_Range, _Range, _Range]) -> None:
        """One adaptive window."""
        builder = self.builder
        planes, rows, columns = ranges
        total = builder.variable(builder.number(0, self.compute))
        chosen = builder.variable(builder.number(0, "int64"))
        total.value = builder.number(0 if self.pooling.mean else lowest(self.compute), self.compute)
        chosen.value = (planes.first * self.sizes[1] + rows.first) * self.sizes[2] + columns.first
        with builder.loop(planes.count, vectorize=False) as tap_z:
            z = planes.first + tap_z
            with builder.loop(rows.count, vectorize=False) as tap_y:
                y = rows.first + tap_y
                items = source.at(z * self.steps[0] + y * self.steps[1] + columns.first * self.steps[2])
                place = (z * self.sizes[1] + y) * self.sizes[2] + columns.first
                with builder.loop(columns.count, vectorize=not self.pooling.places) as at:
                    value = items[at * self.steps[2]]
                    if self.pooling.mean:
                        total.value = builder.accumulate(total.value, value)
                    else:
                        larger = (value > total.value) | (value != value)
                        total.value = builder.select(larger, value, total.value)
                        chosen.value = builder.select(larger, place + at, chosen.value)
        if self.pooling.mean:
            counts = [found.count.to(self.compute) for found in reversed(ranges)]
            # one division after the other: PyTorch's rounding
            self.out[target] = total.value / counts[0] / counts[1] / counts[2]
        else:
            self.out[target] = total.value
        if self.pooling.places:
            self.places[target] = chosen.value
