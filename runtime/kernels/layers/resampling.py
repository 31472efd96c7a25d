"""Resampling: each item of the output is a weighed sum of items of the input, by tables per dimension, over up to three dimensions.

In: images in one of both memory orders, and for each dimension a table of positions and weights: the taps of each output position.
Out: images in the same order. With planes (N, C, Z, Y, X) the rows that an output row needs are summed first, over the columns that
it reaches, and that row is resampled in turn; with pixels (N, Z, Y, X, C) the channels lie side by side in vectors.

Words: 0 output, 1 images; tables of z, y, x: 2-4 positions (int32, tap after tap), 5-7 weights (taps alike), 8-10 number of taps;
11-13 sizes of the input, 14-16 of the output; 17 channels (pixels) or columns of the output in a part (planes).
Items are output rows (image, channel, z, y), with pixels (image, z, y).
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel

ITEM_BYTES = {"uint8": 1, "int16": 2, "int32": 4, "int64": 8}
COLUMNS = 4096
"""Columns of the input that a part of an output row may reach."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """What a kernel is compiled for: taps along the last dimension (0: a number that the words say), and the memory order.

    With `copies` there is one tap of weight 1 in each dimension, and items are copied as they are. With `rows` pixels take so many
    taps along y and one along z, which are summed without intermediate results.
    """

    taps: int
    pixels: bool
    copies: bool = False
    rows: int = 0


@cache
def resampling_kernel(dtype: DType, plan: Resampling) -> Kernel:
    """The kernel; see the module for its words and items."""

    def write(builder: Builder, functions: Functions) -> None:
        (_Pixels if plan.pixels else _Planes)(builder, dtype.name, plan).write()

    name = f"resample_{plan.taps}{'_pixels' * plan.pixels}{'_copies' * plan.copies}{plan.rows or ''}_{dtype.name}"
    return emitted_kernel(name, write, dtype.name, plan.taps, plan.pixels, plan.copies, plan.rows)


class _Resampler:
    """Words and tables."""

    def __init__(self, builder: Builder, dtype: str, plan: Resampling) -> None:
        self.builder, self.plan = builder, plan
        self.compute = loaded(dtype)
        self.out, self.images = builder.pointer(dtype, builder.word(0)), builder.pointer(dtype, builder.word(1))
        self.positions = [builder.pointer("int32", builder.word(2 + dim)) for dim in range(3)]
        self.weights = [builder.pointer(self.compute, builder.word(5 + dim)) for dim in range(3)]
        self.taps = [builder.word(8 + dim) for dim in range(3)]
        self.sizes = [builder.word(11 + dim) for dim in range(3)]
        self.out_sizes = [builder.word(14 + dim) for dim in range(3)]

    def tap(self, dim: int, number: Value, at: Value) -> tuple[Value, Value]:
        """Position and weight of a tap of output position `at`."""
        place = number * self.out_sizes[dim] + at
        return self.positions[dim][place].to("int64"), self.weights[dim][place]

    def place(self, item: Value) -> tuple[Value, Value, Value]:
        """(image or plane, z, y) of an item."""
        depth, height, _ = self.out_sizes
        plane = item // height
        image = plane // depth
        return image, plane - image * depth, item - plane * height


class _Planes(_Resampler):
    """A row of outputs from the sum of the input's rows."""

    def write(self) -> None:
        builder = self.builder
        # a part of a row, summed over the other dimensions
        row = builder.scratch(self.compute, 1 if self.plan.copies else COLUMNS)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            plane, z, y = self.place(item)
            source = self.images.at(plane * (self.sizes[0] * self.sizes[1] * self.sizes[2]))
            out = self.out.at(item * self.out_sizes[2])
            if self.plan.copies:
                self._copy(source, out, z, y)
            else:
                self._parts(row, source, out, z, y)

    def _parts(self, row: Pointer, source: Pointer, out: Pointer, z: Value, y: Value) -> None:
        builder = self.builder
        width, step = self.out_sizes[2], builder.word(17)
        with builder.loop((width + step - 1) // step, vectorize=False) as part:
            first = part * step
            count = builder.minimum(width - first, step)
            left = self.positions[2][first].to("int64")
            last_tap = (self.taps[2] - 1) * width
            reach = self.positions[2][last_tap + first + count - 1].to("int64") - left + 1
            self._sum_rows(row, source.at(left), reach, z, y)
            self._resample(row, out.at(first), first, count, left)

    def _copy(self, source: Pointer, out: Pointer, z: Value, y: Value) -> None:
        zero = self.builder.number(0, "int64")
        row_z, row_y = self.tap(0, zero, z)[0], self.tap(1, zero, y)[0]
        row = source.at((row_z * self.sizes[1] + row_y) * self.sizes[2]).independent()
        target, columns = out.independent(), self.positions[2].independent()
        with self.builder.loop(self.out_sizes[2], independent=True) as at:
            target[at] = row[columns[at].to("int64")]

    def _sum_rows(self, row: Pointer, source: Pointer, reach: Value, z: Value, y: Value) -> None:
        """The sum over the taps of z and y, for the columns that are needed."""
        builder = self.builder
        target = row.independent()
        with builder.loop(self.taps[0], vectorize=False) as tap_z:
            place_z, weight_z = self.tap(0, tap_z, z)
            with builder.loop(self.taps[1], vectorize=False) as tap_y:
                place_y, weight_y = self.tap(1, tap_y, y)
                weight = weight_z * weight_y
                items = source.at((place_z * self.sizes[1] + place_y) * self.sizes[2]).independent()
                begins = (tap_z + tap_y) == 0
                with builder.when(begins), builder.loop(reach, independent=True) as at:
                    target[at] = items[at] * weight
                with builder.when((tap_z + tap_y) != 0), builder.loop(reach, independent=True) as at:
                    target[at] = target[at] + items[at] * weight

    def _resample(self, row: Pointer, out: Pointer, first: Value, count: Value, left: Value) -> None:
        """Outputs from the summed row."""
        builder = self.builder
        items, target = row.independent(), out.independent()
        positions, weights = self.positions[2].at(first).independent(), self.weights[2].at(first).independent()
        width = self.out_sizes[2]
        if self.plan.taps:
            with builder.loop(count, independent=True) as at:
                total: Value | None = None
                for tap in range(self.plan.taps):
                    place = width * tap + at
                    term = items[positions[place].to("int64") - left] * weights[place]
                    total = term if total is None else total + term
                assert total is not None
                target[at] = total
            return
        found = builder.variable(builder.number(0.0, self.compute))
        with builder.loop(count, vectorize=False) as at:
            found.value = 0.0
            with builder.loop(self.taps[2], vectorize=False) as tap:
                place = tap * width + at
                found.value = found.value + items[positions[place].to("int64") - left] * weights[place]
            target[at] = found.value


class _Pixels(_Resampler):
    """All channels of one output pixel."""

    def write(self) -> None:
        builder = self.builder
        channels, width = builder.word(17), self.out_sizes[2]
        totals = builder.scratch(self.compute, COLUMNS)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image, z, y = self.place(item)
            source = self.images.at(image * (self.sizes[0] * self.sizes[1] * self.sizes[2]) * channels)
            with builder.loop(width, vectorize=False) as x:
                out = self.out.at((item * width + x) * channels)
                with builder.loop((channels + COLUMNS - 1) // COLUMNS, vectorize=False) as part:
                    first = part * COLUMNS
                    count = builder.minimum(channels - first, COLUMNS)
                    self._pixel(totals, source.at(first), out.at(first), count, (z, y, x), channels)

    def _pixel(
        self, totals: Pointer, source: Pointer, out: Pointer, count: Value, at: tuple[Value, Value, Value], channels: Value
    ) -> None:
        builder = self.builder
        target = out.independent()
        if self.plan.copies:
            zero = builder.number(0, "int64")
            z, y, x = (self.tap(dim, zero, at[dim])[0] for dim in range(3))
            builder.copy_bytes(out, source.at(((z * self.sizes[1] + y) * self.sizes[2] + x) * channels), count * ITEM_BYTES[out.dtype])
            return
        if self.plan.rows:
            self._direct(source, target, count, at, channels)
            return
        sums = totals.independent()
        with builder.loop(self.taps[0], vectorize=False) as tap_z:
            z, weight_z = self.tap(0, tap_z, at[0])
            with builder.loop(self.taps[1], vectorize=False) as tap_y:
                y, weight_y = self.tap(1, tap_y, at[1])
                row = source.at((z * self.sizes[1] + y) * self.sizes[2] * channels)
                self._row(row, sums, count, weight_z * weight_y, (tap_z + tap_y) == 0, at[2], channels)
        with builder.loop(count, independent=True) as channel:
            target[channel] = sums[channel]

    def _direct(self, source: Pointer, target: Pointer, count: Value, at: tuple[Value, Value, Value], channels: Value) -> None:
        """The sum over few taps of two dimensions, each item of the output written once."""
        builder = self.builder
        across = [self.tap(2, builder.number(tap, "int64"), at[2]) for tap in range(self.plan.taps)]
        pixels: list[tuple[Pointer, Value]] = []
        for tap in range(self.plan.rows):
            place, weight = self.tap(1, builder.number(tap, "int64"), at[1])
            row = source.at(place * self.sizes[2] * channels)
            pixels += [(row.at(column * channels).independent(), weight * factor) for column, factor in across]
        with builder.loop(count, independent=True) as channel:
            total: Value | None = None
            for items, factor in pixels:
                term = items[channel] * factor
                total = term if total is None else total + term
            assert total is not None
            target[channel] = total

    def _row(
        self, row: Pointer, sums: Pointer, count: Value, weight: Value, begins: Value, x: Value, channels: Value
    ) -> None:
        """What one row of the input adds to the sums; the first of all sets them."""
        builder = self.builder
        taps = self.plan.taps
        if not taps:
            with builder.when(begins), builder.loop(count, independent=True) as channel:
                sums[channel] = builder.number(0.0, self.compute)
            with builder.loop(self.taps[2], vectorize=False) as tap:
                place, weight_x = self.tap(2, tap, x)
                items = row.at(place * channels).independent()
                factor = weight * weight_x
                with builder.loop(count, independent=True) as channel:
                    sums[channel] = sums[channel] + items[channel] * factor
            return
        known = [self.tap(2, builder.number(tap, "int64"), x) for tap in range(taps)]
        pixels = [(row.at(place * channels).independent(), weight * weight_x) for place, weight_x in known]
        with builder.loop(count, independent=True) as channel:
            total = builder.select(begins, builder.number(0.0, self.compute), sums[channel])
            for items, factor in pixels:
                total = total + items[channel] * factor
            sums[channel] = total
