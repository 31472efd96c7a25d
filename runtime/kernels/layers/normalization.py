"""Normalization kernels: batch norm over planes, statistics of a channel. Layer norm is in row_normalization.py.

Words of `batch_norm`:  out, in, mean, variance, weight (0: ones), bias (0: zeros), address of epsilon (float64), channels, plane
    Items are planes (batch x channel) of `plane` contiguous items.
Words of `batch_statistics`:  mean, variance, in, channels, plane, batch
    Items are channels; the variance is the biased one.
"""
from __future__ import annotations

from functools import cache

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value, Variable
from ..compiling.functions import Functions
from ..running.engine import Kernel


def optional_item(builder: Builder, dtype: str, address: Value, at: Value, otherwise: float) -> Value:
    """Item `at` of the vector at an address, or a constant where the address is 0; 16-bit floats as float32."""
    found = builder.variable(builder.number(otherwise, loaded(dtype)))
    found.value = otherwise
    with builder.when(address != 0):
        found.value = builder.pointer(dtype, address)[at]
    return found.value


def _sum(builder: Builder, total: Variable, items: Pointer, count: Value) -> None:
    with builder.loop(count) as at:
        total.value = builder.accumulate(total.value, items[at])


def _sum_squares(builder: Builder, total: Variable, items: Pointer, mean: Value, count: Value) -> None:
    with builder.loop(count) as at:
        difference = items[at] - mean
        total.value = builder.accumulate(total.value, difference * difference)


@cache
def batch_norm_kernel(dtype: DType) -> Kernel:
    """(in - mean) / sqrt(variance + epsilon) * weight + bias for each channel; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name = dtype.name
        channels, plane = builder.word(7), builder.word(8)
        epsilon = builder.pointer("float64", builder.word(6))[0].to(name)
        means, variances = builder.pointer(name, builder.word(2)), builder.pointer(name, builder.word(3))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            channel = item % channels
            scale = 1.0 / builder.square_root(variances[channel] + epsilon)
            scale = scale * optional_item(builder, name, builder.word(4), channel, 1.0)
            shift = optional_item(builder, name, builder.word(5), channel, 0.0) - means[channel] * scale
            source = builder.pointer(name, builder.word(1)).at(item * plane).independent()
            out = builder.pointer(name, builder.word(0)).at(item * plane).independent()
            with builder.loop(plane, independent=True) as at:
                out[at] = source[at] * scale + shift

    return emitted_kernel(f"batch_norm_{dtype.name}", write, dtype.name)


@cache
def batch_statistics_kernel(dtype: DType) -> Kernel:
    """Mean and biased variance of each channel, in two passes; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        name = dtype.name
        channels, plane, batch = builder.word(3), builder.word(4), builder.word(5)
        count = (plane * batch).to("float64")
        total, part = builder.variable(builder.number(0.0, "float64")), builder.variable(builder.number(0.0, name))
        source = builder.pointer(name, builder.word(2))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            channel = builder.start + number
            total.value = 0.0
            with builder.loop(batch, vectorize=False) as image:
                part.value = 0.0
                _sum(builder, part, source.at((image * channels + channel) * plane), plane)
                total.value = total.value + part.value.to("float64")
            mean = (total.value / count).to(name)
            total.value = 0.0
            with builder.loop(batch, vectorize=False) as image:
                part.value = 0.0
                _sum_squares(builder, part, source.at((image * channels + channel) * plane), mean, plane)
                total.value = total.value + part.value.to("float64")
            builder.pointer(name, builder.word(0))[channel] = mean
            builder.pointer(name, builder.word(1))[channel] = (total.value / count).to(name)

    return emitted_kernel(f"batch_statistics_{dtype.name}", write, dtype.name)
