"""Normalization kernels beside those over planes and rows: batch norm with channels side by side, group norm.

Words of `batch_norm_pixels`:  out, in, mean, variance, weight (0: ones), bias (0: zeros), address of epsilon (float64), channels
    Items are pixels of `channels` contiguous items.
Group norm with channels side by side takes three kernels, which know the values of each of `groups` groups of channels from the moments of
blocks of BLOCK pixels: means, and sums of squared distances, added up by Chan's formula in float64 (Chan, Golub, LeVeque 1983).
Words of `block_moments`:  means, squares (image, block, channel), in, channels, pixels of an image, blocks, parts of the channels
    Items are (image, block, part); a part is VECTORS vectors, or one if there are fewer, and the last one ends with the last channel.
Words of `group_scale`:  scale, shift (image, channel), means, squares, weight (0: ones), bias (0: zeros), address of epsilon (float64),
    channels, channels of a group, groups, pixels, blocks
    Items are (image, group): out = in * scale + shift.
Words of `scale_pixels`:  out, in, scale, shift, channels, pixels of an image
    Items are pixels.
Words of `group_norm`:  out, in, weight (0: ones), bias (0: zeros), address of epsilon (float64), channels of a group, plane, groups
    Items are groups (batch x group) of contiguous planes.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value, Variable
from ..compiling.functions import Functions
from ..compiling.isa import Isa, target
from ..compiling.vectors import Vectors
from ..running.engine import Kernel
from .normalization import optional_item

CHANNELS = 512
"""Channels whose factors are kept together."""
BLOCK = 64
"""Pixels whose sums are taken in one go."""
VECTORS = 4
"""Vectors of channels that are summed side by side."""


@cache
def batch_norm_pixels_kernel(dtype: DType) -> Kernel:
    """Batch norm with channels side by side; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name = dtype.name
        scales, shifts = (builder.scratch(name, CHANNELS).independent() for _ in range(2))
        means, variances = (builder.pointer(name, builder.word(at)).independent() for at in (2, 3))
        epsilon, channels = builder.pointer("float64", builder.word(6))[0].to(name), builder.word(7)
        out, source = (builder.pointer(name, builder.word(at)).at(builder.start * channels).independent() for at in (0, 1))
        with builder.loop((channels + (CHANNELS - 1)) // CHANNELS, vectorize=False) as block:
            first = block * CHANNELS
            count = builder.minimum(channels - first, CHANNELS)
            with builder.loop(count, independent=True) as at:
                scales[at] = 1.0 / builder.square_root(variances[first + at] + epsilon)
            with builder.when(builder.word(4) != 0):
                weights = builder.pointer(name, builder.word(4)).at(first).independent()
                with builder.loop(count, independent=True) as at:
                    scales[at] = scales[at] * weights[at]
            with builder.loop(count, independent=True) as at:
                shifts[at] = 0.0 - means[first + at] * scales[at]
            with builder.when(builder.word(5) != 0):
                biases = builder.pointer(name, builder.word(5)).at(first).independent()
                with builder.loop(count, independent=True) as at:
                    shifts[at] = biases[at] - means[first + at] * scales[at]
            with builder.loop(builder.stop - builder.start, vectorize=False) as pixel:
                items, target = source.at(pixel * channels + first), out.at(pixel * channels + first)
                with builder.loop(count, independent=True) as at:
                    target[at] = items[at] * scales[at] + shifts[at]

    return emitted_kernel(f"batch_norm_pixels_{dtype.name}", write, dtype.name)


@cache
def block_moments_kernel(dtype: DType, isa: Isa) -> Kernel:
    """Mean and sum of squared distances from it of every channel in a block of pixels; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        vectors = Vectors(builder, dtype.name, isa=isa)
        channels, pixels, blocks, parts = (builder.word(at) for at in range(3, 7))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            row = item // parts
            image = row // blocks
            begin = (row - image * blocks) * BLOCK
            count = builder.minimum(pixels - begin, BLOCK)
            for wide in (True, False):
                group = VECTORS if wide else 1
                fits = channels >= VECTORS * vectors.lanes
                with builder.when(fits if wide else fits == 0):
                    first = builder.minimum((item - row * parts) * (group * vectors.lanes), channels - group * vectors.lanes)
                    items = builder.pointer(dtype.name, builder.word(2)).at((image * pixels + begin) * channels + first)
                    places = [builder.pointer(dtype.name, builder.word(at)).at(row * channels + first) for at in (0, 1)]
                    _moments(vectors, items, places, count, channels, group)

    return emitted_kernel(f"block_moments_{dtype.name}", write, dtype.name, isa.name, processor=target(isa))


def _moments(vectors: Vectors, items: Pointer, places: list[Pointer], count: Value, step: Value, group: int) -> None:
    """The moments of `group` vectors of channels over `count` pixels that are `step` items apart, in two passes."""
    builder = vectors.builder
    totals = vectors.variables(group)
    for total in totals:
        total.value = vectors.constant(0.0)
    with builder.loop(count, vectorize=False) as pixel:
        for at, total in enumerate(totals):
            total.value = vectors.add(total.value, vectors.load(items.at(pixel * step + at * vectors.lanes)))
    by = vectors.broadcast(count.to(vectors.dtype))
    means = [vectors.divide(total.value, by) for total in totals]
    minus = vectors.constant(-1.0)
    for total in totals:
        total.value = vectors.constant(0.0)
    with builder.loop(count, vectorize=False) as pixel:
        for at, total in enumerate(totals):
            distance = vectors.multiply_add(means[at], minus, vectors.load(items.at(pixel * step + at * vectors.lanes)))
            total.value = vectors.multiply_add(distance, distance, total.value)
    for at, total in enumerate(totals):
        vectors.store(means[at], places[0].at(at * vectors.lanes))
        vectors.store(total.value, places[1].at(at * vectors.lanes))


@cache
def group_scale_kernel(dtype: DType) -> Kernel:
    """Factor and summand of each channel of each image from the moments of its blocks; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name = dtype.name
        epsilon = builder.pointer("float64", builder.word(6))[0].to("float64")
        channels, group, groups, pixels, blocks = (builder.word(at) for at in range(7, 12))
        total = builder.variable(builder.number(0.0, "float64"))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            image = item // groups
            first = (item - image * groups) * group
            means, squares = (builder.pointer(name, builder.word(at)).at(image * blocks * channels + first) for at in (2, 3))
            count = (group * pixels).to("float64")

            def over_blocks(add: Callable[[Value, Value], None], blocks: Value = blocks) -> None:
                total.value = 0.0
                with builder.loop(blocks, vectorize=False) as block:
                    length = builder.minimum(pixels - block * BLOCK, BLOCK).to("float64")
                    with builder.loop(group) as at:
                        add(block * channels + at, length)

            def add_mean(at: Value, length: Value, means: Pointer = means) -> None:
                total.value = builder.accumulate(total.value, means[at].to("float64") * length)

            over_blocks(add_mean)
            mean = total.value / count

            def add_square(at: Value, length: Value, means: Pointer = means, squares: Pointer = squares, mean: Value = mean) -> None:
                distance = means[at].to("float64") - mean
                total.value = builder.accumulate(total.value, squares[at].to("float64") + distance * distance * length)

            over_blocks(add_square)
            factor = (1.0 / builder.square_root(total.value / count + epsilon)).to(name)
            scales, shifts = (builder.pointer(name, builder.word(at)).at(image * channels + first) for at in (0, 1))
            with builder.loop(group, vectorize=False) as at:
                scale = factor * optional_item(builder, name, builder.word(4), first + at, 1.0)
                scales[at] = scale
                shifts[at] = optional_item(builder, name, builder.word(5), first + at, 0.0) - mean.to(name) * scale

    return emitted_kernel(f"group_scale_{dtype.name}", write, dtype.name)


@cache
def scale_pixels_kernel(dtype: DType) -> Kernel:
    """in * scale + shift, channels side by side; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name, channels, pixels = dtype.name, builder.word(4), builder.word(5)
        scales, shifts = (builder.pointer(name, builder.word(at)).independent() for at in (2, 3))
        out, source = (builder.pointer(name, builder.word(at)).at(builder.start * channels).independent() for at in (0, 1))
        with builder.loop(builder.stop - builder.start, vectorize=False) as pixel:
            items, target = source.at(pixel * channels), out.at(pixel * channels)
            first = (builder.start + pixel) // pixels * channels
            scale, shift = scales.at(first), shifts.at(first)
            with builder.loop(channels, independent=True) as channel:
                target[channel] = items[channel] * scale[channel] + shift[channel]

    return emitted_kernel(f"scale_pixels_{dtype.name}", write, dtype.name)


@cache
def group_norm_kernel(dtype: DType) -> Kernel:
    """(in - mean) / sqrt(variance + epsilon) * weight + bias over the planes of a group; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name, compute = dtype.name, loaded(dtype.name)
        channels, plane, groups = (builder.word(at) for at in range(5, 8))
        epsilon = builder.pointer("float64", builder.word(4))[0].to("float64")
        total, part = builder.variable(builder.number(0.0, "float64")), builder.variable(builder.number(0.0, compute))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            first = (item % groups) * channels
            source = builder.pointer(name, builder.word(1)).at(item * channels * plane).independent()
            out = builder.pointer(name, builder.word(0)).at(item * channels * plane).independent()
            count = (channels * plane).to("float64")
            _sum_planes(builder, total, part, source, channels, plane, None)
            mean = (total.value / count).to(compute)
            _sum_planes(builder, total, part, source, channels, plane, mean)
            factor = (1.0 / builder.square_root(total.value / count + epsilon)).to(compute)
            with builder.loop(channels, vectorize=False) as channel:
                scale = factor * optional_item(builder, name, builder.word(2), first + channel, 1.0)
                shift = optional_item(builder, name, builder.word(3), first + channel, 0.0) - mean * scale
                items, target = source.at(channel * plane), out.at(channel * plane)
                with builder.loop(plane, independent=True) as at:
                    target[at] = items[at] * scale + shift

    return emitted_kernel(f"group_norm_{dtype.name}", write, dtype.name)


def _sum_planes(
    builder: Builder, total: Variable, part: Variable, items: Pointer, channels: Value, plane: Value, mean: Value | None
) -> None:
    """The sum of all items, or of the squares of their distances from the mean; planes are summed in the dtype, then in float64."""
    total.value = builder.number(0.0, "float64")
    with builder.loop(channels, vectorize=False) as channel:
        part.value = builder.number(0.0, part.dtype)
        row = items.at(channel * plane)
        with builder.loop(plane) as at:
            value = row[at]
            if mean is not None:
                value = (value - mean) * (value - mean)
            part.value = builder.accumulate(part.value, value)
        total.value = total.value + part.value.to("float64")
