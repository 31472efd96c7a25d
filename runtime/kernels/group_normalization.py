"""Normalization kernels beside those over planes and rows: batch norm with channels side by side, group norm.

Words of `batch_scale`:  scale, shift, mean, variance, weight (0: ones), bias (0: zeros), address of epsilon (float64), channels
    Items are channels: scale = weight / sqrt(variance + epsilon), shift = bias - mean * scale, so that out = in * scale + shift.
Words of `scale_pixels`:  out, in, scale, shift, channels
    Items are pixels of `channels` contiguous items.
Words of `group_norm`:  out, in, weight (0: ones), bias (0: zeros), address of epsilon (float64), channels of a group, plane, groups
    Items are groups (batch x group) of contiguous planes.
"""
from __future__ import annotations

from functools import cache

from ..dtype import DType
from .compiler import emitted_kernel
from .conversions import loaded
from .emitter import Builder, Pointer, Value, Variable
from .engine import Kernel
from .functions import Functions
from .normalization import optional_item


@cache
def batch_scale_kernel(dtype: DType) -> Kernel:
    """Factor and summand of each channel; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name, compute = dtype.name, loaded(dtype.name)
        epsilon = builder.pointer("float64", builder.word(6))[0].to(compute)
        scales, shifts = builder.pointer(compute, builder.word(0)), builder.pointer(compute, builder.word(1))
        means, variances = builder.pointer(name, builder.word(2)), builder.pointer(name, builder.word(3))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            channel = builder.start + number
            scale = 1.0 / builder.square_root(variances[channel] + epsilon)
            scale = scale * optional_item(builder, name, builder.word(4), channel, 1.0)
            scales[channel] = scale
            shifts[channel] = optional_item(builder, name, builder.word(5), channel, 0.0) - means[channel] * scale

    return emitted_kernel(f"batch_scale_{dtype.name}", write, dtype.name)


@cache
def scale_pixels_kernel(dtype: DType) -> Kernel:
    """in * scale + shift, channels side by side; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        compute, channels = loaded(dtype.name), builder.word(4)
        scales, shifts = (builder.pointer(compute, builder.word(at)).independent() for at in (2, 3))
        out, source = (builder.pointer(dtype.name, builder.word(at)).at(builder.start * channels).independent() for at in (0, 1))
        with builder.loop(builder.stop - builder.start, vectorize=False) as pixel:
            items, target = source.at(pixel * channels), out.at(pixel * channels)
            with builder.loop(channels, independent=True) as channel:
                target[channel] = items[channel] * scales[channel] + shifts[channel]

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
