"""Windows of images as rows of a matrix, so that a convolution is one matrix product.

Items are output rows, counted over all images: item i is row i % OH of image i // OH. For each of its OW pixels the kernel
writes one row of the matrix: the window's items by channel, window row and window column, zeros where it hangs over an edge.

Words: matrix, address of the first channel, channels, stride of an image, stride of a channel, H, W, OH, OW, KH, KW, SH, SW, PH, PW,
DH, DW, first item (whose windows come first in the matrix). Strides in items; a channel's plane is contiguous.
"""
from __future__ import annotations

from functools import cache
from typing import Any

from ..dtype import DType
from .compiler import function_kernel
from .engine import Kernel
from .pooling import item_type
from .primitives import POINTERS


@cache
def windows_kernel(dtype: DType) -> Kernel:
    """The kernel that lays windows out as rows; see the module for the words."""
    pointer = POINTERS[dtype.name]
    itemsize = dtype.itemsize
    zero = item_type(dtype)(0)

    def windows(words: Any, start: int, stop: int) -> int:
        channels, height, width, out_height, out_width = words[2], words[5], words[6], words[7], words[8]
        window_height, window_width, dilation = words[9], words[10], words[16]
        depth = channels * window_height * window_width
        for item in range(stop - start):
            image = (start + item) // out_height
            top = ((start + item) - image * out_height) * words[11] - words[13]
            rows = pointer(words[0] + (start + item - words[17]) * out_width * depth * itemsize)
            for channel in range(channels):
                plane = pointer(words[1] + (image * words[3] + channel * words[4]) * itemsize)
                for window_row in range(window_height):
                    y = top + window_row * words[15]
                    at = (channel * window_height + window_row) * window_width
                    inside = y >= 0 and y < height
                    for x in range(out_width):
                        left = x * words[12] - words[14]
                        for window_column in range(window_width):
                            column = left + window_column * dilation
                            value = zero
                            if inside and column >= 0 and column < width:
                                value = plane[y * width + column]
                            rows[x * depth + at + window_column] = value
        return 0

    return function_kernel(f"windows_{dtype.name}", windows, dtype.name)
