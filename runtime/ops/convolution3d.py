"""Convolution over volumes on the plan for images: depth is unfolded, height and width are not.

For each output depth the taps along depth become channels: images (OD, C * KD, H, W) and weights (O, C / groups * KD, KH, KW),
whose order in memory is the weights' own. One volume of the batch is unfolded at a time.
"""
from __future__ import annotations

from collections.abc import Sequence

from ..kernels.convolution import Sizes, plan_convolution
from ..layout import Layout
from ..tensor import Tensor, new_empty
from .copying import contiguous, copy_into
from .launching import address_or_zero


def convolve_volumes(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    """The convolution of volumes (N, C, D, H, W) with weights (O, C / groups, KD, KH, KW); the caller has checked that they fit."""
    batch, channels, depth, height, width = input.layout.shape
    outputs, own_channels, window_depth, *window = weight.layout.shape
    out_depth = (depth + 2 * padding[0] - dilation[0] * (window_depth - 1) - 1) // stride[0] + 1
    sizes = Sizes(
        out_depth, own_channels * groups * window_depth, (height, width), outputs, (window[0], window[1]), (stride[1], stride[2]),
        (padding[1], padding[2]), (dilation[1], dilation[2]), groups,
    )
    plan = plan_convolution(input.dtype, sizes)
    result = new_empty((batch, outputs, out_depth, *sizes.out_image), input.dtype)
    if not result.layout.numel:
        return result
    weights, flat_bias = contiguous(weight), None if bias is None else contiguous(bias)
    packed = plan.pack(weights.address)
    images = new_empty((out_depth, channels, window_depth, height, width), input.dtype)
    planes = new_empty((out_depth, outputs, *sizes.out_image), input.dtype)
    padded = _padded_depth(input, padding[0])
    for number in range(batch):
        copy_into(images, _unfolded(padded.select(0, number), out_depth, window_depth, stride[0], dilation[0]))
        plan.run(images.address, packed, address_or_zero(flat_bias), planes.address)
        copy_into(result.select(0, number), planes.transpose(0, 1))
    return result


def _padded_depth(input: Tensor, padding: int) -> Tensor:
    """The volumes with `padding` planes of zeros before and behind."""
    if not padding:
        return input
    batch, channels, depth, height, width = input.layout.shape
    wide = new_empty((batch, channels, depth + 2 * padding, height, width), input.dtype).zero_()
    copy_into(wide.narrow(2, padding, depth), input)
    return wide


def _unfolded(volume: Tensor, out_depth: int, window: int, stride: int, dilation: int) -> Tensor:
    """A view (OD, C, KD, H, W) of a volume (C, D, H, W): the depths that each output depth reads."""
    channels, _, height, width = volume.layout.shape
    by_channel, by_depth, by_row, by_column = volume.layout.strides
    layout = Layout.of(
        (out_depth, channels, window, height, width), (by_depth * stride, by_channel, by_depth * dilation, by_row, by_column),
        volume.layout.offset,
    )
    return Tensor(volume.storage, layout, volume.dtype)
