"""Sampling images at positions: for a row of positions the taps are worked out once, then every channel is summed by them.

In: images (N, C, Z, Y, X) and positions (N, Z, Y, X, 2 or 3) from -1 to 1, x first. Out: (N, C, Z, Y, X) of the positions' sizes.
Flat images have one plane. Positions outside give zeros, the border's items, or reflected ones.

Words: 0 output, 1 images, 2 grid; 3 channels; 4-6 sizes of the images; 7 positions of an image, 8 the row's length; strides of the
images: 9 image, 10 channel, 11-13 z, y, x; of the output (contiguous) 14 items of a channel.
Items are parts of `COUNT` positions of one image.
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

COUNT = 64
"""Positions whose taps are kept together."""
_TOGETHER = {1: 4, 2: 4, 4: 4, 8: 4, 16: 1}
"""Channels that are summed in one go, by the number of taps."""
BILINEAR, NEAREST, BICUBIC = 0, 1, 2
ZEROS, BORDER, REFLECTION = 0, 1, 2
_BIG = 1.0e15


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a kernel is compiled for: dimensions of the images, and the operator's modes."""

    dims: int
    mode: int
    padding: int
    align: bool


@cache
def grid_sampling_kernel(dtype: DType, plan: Sampling) -> Kernel:
    """The kernel; see the module for its words and items."""

    def write(builder: Builder, functions: Functions) -> None:
        _Sampler(builder, dtype.name, plan).write()

    flags = (plan.dims, plan.mode, plan.padding, plan.align)
    return emitted_kernel(f"grid_sample_{''.join(str(int(flag)) for flag in flags)}_{dtype.name}", write, dtype.name, *flags)


class _Sampler:
    def __init__(self, builder: Builder, dtype: str, plan: Sampling) -> None:
        self.builder, self.plan = builder, plan
        self.compute = loaded(dtype)
        self.out, self.images, self.grid = (builder.pointer(dtype, builder.word(at)) for at in range(3))
        self.channels, self.positions = builder.word(3), builder.word(7)
        self.sizes = [builder.word(4 + dim) for dim in range(3)]
        self.from_image, self.from_channel = builder.word(9), builder.word(10)
        self.steps = [builder.word(11 + dim) for dim in range(3)]
        each = {BILINEAR: 2, NEAREST: 1, BICUBIC: 4}[plan.mode]
        self.each = each
        self.taps = each**plan.dims
        self.places = builder.scratch("int64", self.taps * COUNT)
        self.weights = builder.scratch(self.compute, self.taps * COUNT)

    def write(self) -> None:
        builder = self.builder
        parts = (self.positions + (COUNT - 1)) // COUNT
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image = item // parts
            first = (item - image * parts) * COUNT
            count = builder.minimum(self.positions - first, COUNT)
            grid = self.grid.at((image * self.positions + first) * self.plan.dims)
            with builder.loop(count, vectorize=False) as at:
                self._taps_of(grid.at(at * self.plan.dims), at)
            together = _TOGETHER[self.taps]
            groups = self.channels // together
            with builder.loop(groups, vectorize=False) as group:
                self._sum(image, group * together, together, first, count)
            with builder.loop(self.channels - groups * together, vectorize=False) as rest:
                self._sum(image, groups * together + rest, 1, first, count)

    def _sum(self, image: Value, channel: Value, together: int, first: Value, count: Value) -> None:
        """Some channels at all positions of the part: places and weights are read once for all of them."""
        builder = self.builder
        sources = [self.images.at(image * self.from_image + (channel + at) * self.from_channel) for at in range(together)]
        targets = [
            self.out.at((image * self.channels + channel + at) * self.positions + first).independent() for at in range(together)
        ]
        places, weights = self.places.independent(), self.weights.independent()
        zero = builder.number(0.0, self.compute)
        with builder.loop(count, vectorize=False) as at:
            totals: list[Value] = []
            for tap in range(self.taps):
                place, weight = places[at + tap * COUNT], weights[at + tap * COUNT]
                inside = builder.maximum(place, 0)
                # what lies outside counts as 0, infinite or not
                terms = [builder.select(place < 0, zero, source[inside]) * weight for source in sources]
                totals = [total + term for total, term in zip(totals, terms)] if totals else terms
            for target, total in zip(targets, totals):
                target[at] = total

    def _taps_of(self, position: Pointer, at: Value) -> None:
        """Places (-1: outside) and weights of one position."""
        dims = self.plan.dims
        known = [self._along(3 - dims + dim, position[dims - 1 - dim]) for dim in range(dims)]
        for tap in range(self.taps):
            number, place, weight, inside = tap, None, None, None
            for dim in reversed(range(dims)):
                number, which = divmod(number, self.each)
                index, factor = known[dim][which]
                size, step = self.sizes[3 - dims + dim], self.steps[3 - dims + dim]
                within = (index >= 0) & (index < size)
                term = index * step
                place = term if place is None else place + term
                weight = factor if weight is None else weight * factor
                inside = within if inside is None else inside & within
            assert place is not None and weight is not None and inside is not None
            self.places[at + tap * COUNT] = self.builder.select(inside, place, -1)
            self.weights[at + tap * COUNT] = weight

    def _along(self, dim: int, position: Value) -> list[tuple[Value, Value]]:
        """Index and weight of each tap of one dimension."""
        builder, plan = self.builder, self.plan
        size = self.sizes[dim]
        wide = size.to(self.compute)
        place = (position + 1.0) * 0.5 * (wide - 1.0) if plan.align else ((position + 1.0) * wide - 1.0) * 0.5
        if plan.mode == BICUBIC:
            floor = builder.intrinsic("floor", place)
            after = place - floor
            return [(self._index(floor + float(offset), size), weight) for offset, weight in zip(range(-1, 3), self._cubic(after))]
        place = self._padded(place, size)
        if plan.dims == 3:
            # in volumes PyTorch takes NaN for a place far outside, in images it spoils the weights
            place = builder.select(place == place, place, -100.0)
        if plan.mode == NEAREST:
            return [(builder.intrinsic("nearbyint", self._finite(place)).to("int64"), builder.number(1.0, self.compute))]
        floor = builder.intrinsic("floor", place)
        after = place - floor
        low = self._finite(floor).to("int64")
        return [(low, 1.0 - after), (low + 1, after)]

    def _index(self, place: Value, size: Value) -> Value:
        """The index of a bicubic tap, padded by itself."""
        return self._finite(self._padded(place, size)).to("int64")

    def _cubic(self, after: Value) -> list[Value]:
        """The weights of four items around a place; the factor is PyTorch's."""
        factor = -0.75

        def near(x: Value) -> Value:
            return ((factor + 2) * x - (factor + 3)) * x * x + 1.0

        def far(x: Value) -> Value:
            return ((factor * x - 5 * factor) * x + 8 * factor) * x - 4 * factor

        return [far(after + 1.0), near(after), near(1.0 - after), far(2.0 - after)]

    def _finite(self, place: Value) -> Value:
        """A place that an index can hold; NaN is outside where there is an outside."""
        limited = self.builder.minimum(self.builder.maximum(place, -_BIG), _BIG)
        return self.builder.select(place == place, limited, -1.0 if self.plan.padding == ZEROS else 0.0)

    def _padded(self, place: Value, size: Value) -> Value:
        """A place moved into the image, as the padding says."""
        if self.plan.padding == ZEROS:
            return place
        last = size.to(self.compute) - 1.0
        if self.plan.padding == REFLECTION:
            place = self._reflected(place, size)
        clipped = self.builder.minimum(self.builder.maximum(place, 0.0), last)
        # PyTorch's comparisons leave NaN at the last item of volumes, at the first of images
        return self.builder.select(place == place, clipped, last if self.plan.dims == 3 else 0.0)

    def _reflected(self, place: Value, size: Value) -> Value:
        """A place reflected at the first and last item's centre (aligned) or outer edge."""
        builder = self.builder
        low = builder.number(0.0 if self.plan.align else -0.5, self.compute)
        span = size.to(self.compute) - (1.0 if self.plan.align else 0.0)
        distance = builder.intrinsic("fabs", place - low)
        safe = builder.select(span > 0.0, span, 1.0)
        flips = builder.intrinsic("floor", distance / safe)
        extra = distance - flips * safe
        is_even = builder.intrinsic("floor", flips * 0.5) * 2.0 == flips
        found = builder.select(is_even, extra + low, span - extra + low)
        return builder.select(span > 0.0, found, 0.0)
