"""Pooling kernels over planes: maximum, average and adaptive average of 2-d windows, NCHW.

Items are planes (batch x channel). Input planes are contiguous, and so are the output's.

Words of `max_pool2d`:  out, in, indices (0: not wanted), H, W, OH, OW, KH, KW, SH, SW, PH, PW, DH, DW
Words of `avg_pool2d`:  out, in, 0, H, W, OH, OW, KH, KW, SH, SW, PH, PW, count_include_pad, divisor (0: the window's size)
Words of `adaptive_avg_pool2d`:  out, in, 0, H, W, OH, OW
"""
from __future__ import annotations

from functools import cache
from typing import Any

from ..dtype import DType
from .compiler import function_kernel
from .engine import Kernel
from .primitives import POINTERS, accumulate, int64_pointer

_LOWEST = {"uint8": 0, "int32": -(1 << 31), "int64": -(1 << 63)}


@cache
def max_pool2d_kernel(dtype: DType) -> Kernel:
    """The largest item of each window, NaN above all, and its place in the plane; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    lowest = item_type(dtype)(_LOWEST.get(dtype.name, float("-inf")))

    def max_pool2d(words: Any, start: int, stop: int) -> int:
        height, width, out_height, out_width = words[3], words[4], words[5], words[6]
        for item in range(stop - start):
            plane = start + item
            source = pointer(words[1] + plane * height * width * itemsize)
            out = pointer(words[0] + plane * out_height * out_width * itemsize)
            indices = int64_pointer(words[2] + plane * out_height * out_width * 8)
            for y in range(out_height):
                top = y * words[9] - words[11]
                bottom = min(top + (words[7] - 1) * words[13] + 1, height)
                while top < 0:
                    top += words[13]
                for x in range(out_width):
                    left = x * words[10] - words[12]
                    right = min(left + (words[8] - 1) * words[14] + 1, width)
                    while left < 0:
                        left += words[14]
                    largest = lowest
                    at = top * width + left
                    row = top
                    while row < bottom:
                        column = left
                        while column < right:
                            value = source[row * width + column]
                            if value > largest or value != value:
                                largest = value
                                at = row * width + column
                            column += words[14]
                        row += words[13]
                    out[y * out_width + x] = largest
                    if words[2] != 0:
                        indices[y * out_width + x] = at
        return 0

    return function_kernel(f"max_pool2d_{dtype.name}", max_pool2d, dtype.name)


@cache
def avg_pool2d_kernel(dtype: DType) -> Kernel:
    """The mean of each window; padding counts as zeros, in the divisor too if asked; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    scalar = item_type(dtype)

    def avg_pool2d(words: Any, start: int, stop: int) -> int:
        height, width, out_height, out_width = words[3], words[4], words[5], words[6]
        for item in range(stop - start):
            plane = start + item
            source = pointer(words[1] + plane * height * width * itemsize)
            out = pointer(words[0] + plane * out_height * out_width * itemsize)
            for y in range(out_height):
                top = y * words[9] - words[11]
                bottom = min(top + words[7], height + words[11])
                for x in range(out_width):
                    left = x * words[10] - words[12]
                    right = min(left + words[8], width + words[12])
                    divisor = words[14]
                    if divisor == 0 and words[13] != 0:
                        divisor = (bottom - top) * (right - left)
                    first_row, last_row = max(top, 0), min(bottom, height)
                    first_column, last_column = max(left, 0), min(right, width)
                    if divisor == 0:
                        divisor = (last_row - first_row) * (last_column - first_column)
                    total = scalar(0)
                    for row in range(last_row - first_row):
                        for column in range(last_column - first_column):
                            total += source[(first_row + row) * width + first_column + column]
                    out[y * out_width + x] = total / scalar(divisor)
        return 0

    return function_kernel(f"avg_pool2d_{dtype.name}", avg_pool2d, dtype.name)


@cache
def adaptive_avg_pool2d_kernel(dtype: DType) -> Kernel:
    """The mean of each of OH x OW windows that cover the plane evenly; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    scalar = item_type(dtype)

    def adaptive_avg_pool2d(words: Any, start: int, stop: int) -> int:
        height, width, out_height, out_width = words[3], words[4], words[5], words[6]
        for item in range(stop - start):
            plane = start + item
            source = pointer(words[1] + plane * height * width * itemsize)
            out = pointer(words[0] + plane * out_height * out_width * itemsize)
            for y in range(out_height):
                top, bottom = y * height // out_height, -(-(y + 1) * height // out_height)
                for x in range(out_width):
                    left, right = x * width // out_width, -(-(x + 1) * width // out_width)
                    total = scalar(0)
                    for row in range(bottom - top):
                        for column in range(right - left):
                            total = accumulate(total, source[(top + row) * width + left + column])
                    out[y * out_width + x] = total / scalar(right - left) / scalar(bottom - top)
        return 0

    return function_kernel(f"adaptive_avg_pool2d_{dtype.name}", adaptive_avg_pool2d, dtype.name)


def item_type(dtype: DType) -> Any:
    """The NumPy scalar type of a computing dtype: what a kernel calls to make an item of it."""
    assert dtype.numpy is not None
    return dtype.numpy.type
