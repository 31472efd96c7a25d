"""Normalization kernels: batch norm over planes, statistics of a channel, layer norm over rows.

Words of `batch_norm`:  out, in, mean, variance, weight (0: ones), bias (0: zeros), address of epsilon (float64), channels, plane
    Items are planes (batch x channel) of `plane` contiguous items.
Words of `batch_statistics`:  mean, variance, in, channels, plane, batch
    Items are channels; the variance is the biased one.
Words of `layer_norm`:  out, in, weight (0: ones), bias (0: zeros), address of epsilon (float64), row
    Items are rows of `row` contiguous items.
"""
from __future__ import annotations

import math
from functools import cache
from typing import Any

from ..dtype import DType
from .compiler import function_kernel
from .engine import Kernel
from .pooling import item_type
from .primitives import POINTERS, accumulate, float64_pointer


@cache
def batch_norm_kernel(dtype: DType) -> Kernel:
    """(in - mean) / sqrt(variance + epsilon) * weight + bias for each channel; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    scalar = item_type(dtype)

    def batch_norm(words: Any, start: int, stop: int) -> int:
        channels, plane = words[7], words[8]
        epsilon = scalar(float64_pointer(words[6])[0])
        for item in range(stop - start):
            channel = (start + item) % channels
            scale = scalar(1) / scalar(math.sqrt(pointer(words[3])[channel] + epsilon))
            if words[4] != 0:
                scale = scale * pointer(words[4])[channel]
            shift = -pointer(words[2])[channel] * scale
            if words[5] != 0:
                shift = shift + pointer(words[5])[channel]
            source = pointer(words[1] + (start + item) * plane * itemsize)
            out = pointer(words[0] + (start + item) * plane * itemsize)
            for at in range(plane):
                out[at] = source[at] * scale + shift
        return 0

    return function_kernel(f"batch_norm_{dtype.name}", batch_norm, dtype.name)


@cache
def batch_statistics_kernel(dtype: DType) -> Kernel:
    """Mean and biased variance of each channel, in two passes; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    scalar = item_type(dtype)

    def batch_statistics(words: Any, start: int, stop: int) -> int:
        channels, plane, batch = words[3], words[4], words[5]
        for item in range(stop - start):
            channel = start + item
            total = 0.0
            for image in range(batch):
                source = pointer(words[2] + (image * channels + channel) * plane * itemsize)
                part = scalar(0)
                for at in range(plane):
                    part = accumulate(part, source[at])
                total += part
            mean = scalar(total / (plane * batch))
            squares = 0.0
            for image in range(batch):
                source = pointer(words[2] + (image * channels + channel) * plane * itemsize)
                part = scalar(0)
                for at in range(plane):
                    part = accumulate(part, (source[at] - mean) * (source[at] - mean))
                squares += part
            pointer(words[0])[channel] = mean
            pointer(words[1])[channel] = scalar(squares / (plane * batch))
        return 0

    return function_kernel(f"batch_statistics_{dtype.name}", batch_statistics, dtype.name)


@cache
def layer_norm_kernel(dtype: DType) -> Kernel:
    """(in - mean) / sqrt(variance + epsilon) * weight + bias for each row; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    scalar = item_type(dtype)

    def layer_norm(words: Any, start: int, stop: int) -> int:
        row = words[5]
        epsilon = scalar(float64_pointer(words[4])[0])
        for item in range(stop - start):
            source = pointer(words[1] + (start + item) * row * itemsize)
            out = pointer(words[0] + (start + item) * row * itemsize)
            total = scalar(0)
            for at in range(row):
                total = accumulate(total, source[at])
            mean = total / scalar(row)
            squares = scalar(0)
            for at in range(row):
                squares = accumulate(squares, (source[at] - mean) * (source[at] - mean))
            scale = scalar(1) / scalar(math.sqrt(squares / scalar(row) + epsilon))
            for at in range(row):
                out[at] = (source[at] - mean) * scale
            if words[2] != 0:
                weight = pointer(words[2])
                for at in range(row):
                    out[at] = out[at] * weight[at]
            if words[3] != 0:
                bias = pointer(words[3])
                for at in range(row):
                    out[at] = out[at] + bias[at]
        return 0

    return function_kernel(f"layer_norm_{dtype.name}", layer_norm, dtype.name)
