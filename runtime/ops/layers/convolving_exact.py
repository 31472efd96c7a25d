"""Convolutions of integers and complex numbers: products of matrices over every window, which lie beside each other as columns.

In: what convolving.py checked. Out: contiguous results. Transposed ones are convolutions of images spread apart with turned weights.
"""
from __future__ import annotations

import math
from collections.abc import Sequence

from ...layout import Layout
from ...tensor import Tensor
from ..shape.copying import contiguous, copy_into
from ..table import required


def convolve_exactly(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> Tensor:
    """`convolving.convolve` for dtypes that its kernels do not have."""
    dims = input.ndim - 2
    stride, padding, dilation = ([*given] for given in (stride, padding, dilation))
    window = weight.layout.shape[2:]
    ends = padding
    if output_padding is not None:
        input = _spread(input, stride)
        borders = [step * (size - 1) - border for step, size, border in zip(dilation, window, padding)]
        padding, ends = borders, [border + more for border, more in zip(borders, output_padding)]
        weight, stride = _turned(weight, groups), [1] * dims
    pads = [pad for pair in reversed([*zip(padding, ends)]) for pad in pair]
    image = contiguous(required("aten::constant_pad_nd")(input, pads, 0) if any(pads) else input)
    batch, channels, *sizes = image.layout.shape
    outputs = weight.layout.shape[0]
    out = [(size - step * (part - 1) - 1) // move + 1 for size, step, part, move in zip(sizes, dilation, window, stride)]
    columns = _columns(image, groups, window, out, stride, dilation)
    rows = weight.reshape([groups, outputs // groups, channels // groups * math.prod(window)])
    result: Tensor = required("aten::matmul")(rows, columns).reshape([batch, outputs, *out])
    return result if bias is None else result + bias.reshape([outputs, *[1] * dims])


def _columns(
    image: Tensor, groups: int, window: Sequence[int], out: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Tensor:
    """(N, groups, channels and places in the window, windows)."""
    batch, channels, *_ = image.layout.shape
    first, second, *steps = image.layout.strides
    each = channels // groups
    layout = Layout.of(
        (batch, groups, each, *window, *out),
        (
            first, second * each, second, *(step * apart for step, apart in zip(steps, dilation)),
            *(step * move for step, move in zip(steps, stride)),
        ),
        image.layout.offset,
    )
    return Tensor(image.memory, layout, image.dtype).reshape([batch, groups, each * math.prod(window), math.prod(out)])


def _spread(input: Tensor, stride: Sequence[int]) -> Tensor:
    """The images with zeros between their items, `stride` - 1 along each dimension."""
    if max(stride) == 1:
        return input
    batch, channels, *sizes = input.layout.shape
    wide = input.new_zeros([batch, channels, *((size - 1) * step + 1 for size, step in zip(sizes, stride))])
    layout = wide.layout
    places = Layout.of(input.layout.shape, (*layout.strides[:2], *(gap * step for gap, step in zip(layout.strides[2:], stride))))
    copy_into(Tensor(wide.memory, places, wide.dtype), input)
    return wide


def _turned(weight: Tensor, groups: int) -> Tensor:
    """Weights (C, O / groups, ...) of a transposed convolution as (O, C / groups, ...), back to front."""
    channels, outputs, *window = weight.layout.shape
    parts = weight.reshape([groups, channels // groups, outputs, *window]).transpose(1, 2)
    return parts.reshape([groups * outputs, channels // groups, *window]).flip([*range(2, 2 + len(window))])
