"""Convolutions of eight-bit numbers, for the rows of quantized networks.

In: images of uint8 or int8, weights of int8, zero points and scales. Out: exact sums, or images of eight bits again. `PackedWeight` holds
what is made of the weights once; kernels/layers/convolution_int8.py has the arithmetic.

    weight = PackedWeight(weight_int8, zero_points, groups)                 # once
    out = weight.convolve(x, x_zero_point, stride, padding, dilation, Requantization(factors, addends, out_zero_point))
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...dtype import DType, float32, int32
from ...formats import channels_last, channels_last_3d, format_strides
from ...kernels.layers.convolution_int8 import Int8ConvolutionPlan, plan_int8_convolution, requantize_kernel
from ...kernels.running.launch import launch
from ...layout import Layout
from ...storage import Storage
from ...tensor import Tensor, new_like
from ..launching import address_or_zero
from ..shape.copying import contiguous, converted
from .convolution_checks import by, check_settings, check_shapes
from .convolving import sizes_of, strides_of


@dataclass(frozen=True, slots=True)
class Requantization:
    """How sums become eight bits: round((sum + addend) * factor) + zero point between `lowest` and `highest`, in float32."""

    factors: Tensor
    """float32, one for each output channel: scale of the input * scale of the weight / scale of the output."""
    addends: Tensor | None
    """float32, one for each output channel: bias / (scale of the input * scale of the weight)."""
    zero_point: int
    lowest: int | None = None
    """The dtype's own bounds unless given; the zero point for a ReLU."""
    highest: int | None = None


class PackedWeight:
    """int8 weights (O, C / groups, 1 to 3 sizes), transposed ones (C, O / groups, ...), and what kernels make of them.

    `zero_points` has one item, or one for each output channel. Who changes the weight afterwards makes a new one.
    """

    def __init__(self, weight: Tensor, zero_points: Sequence[int], groups: int, *, transposed: bool = False) -> None:
        self.weight, self.zero_points, self.groups, self.transposed = weight, list(zero_points), groups, transposed
        self._packed: dict[object, Storage] = {}

    def convolve(
        self, input: Tensor, zero_point: int, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
        requantization: Requantization | None, output_padding: Sequence[int] = (),
    ) -> Tensor:
        """The convolution of images (N, C, ...), in the dtype of the input and channels last; the border counts as `zero_point`.

        Without a requantization the result is the sums of (x - zero point) * (w - zero point), in int32. Errors are those of
        the convolutions of floating-point numbers.
        """
        if input.dtype.name not in ("uint8", "int8") or self.weight.dtype.name != "int8":
            raise RuntimeError(
                f"convolution: expected uint8 or int8 input and int8 weight, got {input.dtype.name} and {self.weight.dtype.name}"
            )
        dims = input.ndim - 2
        added = (list(output_padding) or [0] * dims) if self.transposed else None
        check_settings(stride, padding, dilation, self.groups, added)
        check_shapes(input, self.weight, None, stride, padding, dilation, self.groups, added)
        sizes = sizes_of(input, self.weight, stride, padding, dilation, self.groups, added)
        shape = (sizes.batch, sizes.out_channels, *sizes.out_image[3 - dims :])
        if sizes.batch and min(sizes.out_image) < 1:
            raise RuntimeError(
                f"Given input size per channel: ({by(input.layout.shape[2:])}). Calculated output size per channel: ({by(shape[2:])}). "
                "Output size is too small"
            )
        plan = plan_int8_convolution(input.dtype, sizes, strides_of(input.layout))
        layout = _channels_last(shape)
        sums = new_like(layout, plan.sums)
        if layout.numel:
            plan.run(input.address, zero_point, self._ready(plan), sums.address)
        if requantization is None:
            return converted(sums, int32)
        out = new_like(layout, input.dtype)
        if layout.numel:
            _requantize(sums, out, requantization)
        return out

    def _ready(self, plan: Int8ConvolutionPlan) -> Storage:
        found = self._packed.get(plan.packing)
        if found is None:
            array = contiguous(self.weight).numpy()
            whole = array.reshape(*array.shape[:2], *[1] * (5 - array.ndim), *array.shape[2:])
            found = self._packed[plan.packing] = plan.pack(whole, self.zero_points)
        return found


def _channels_last(shape: tuple[int, ...]) -> Layout:
    """Without gaps, channels innermost."""
    if len(shape) == 3:
        return Layout.of(shape, (shape[1] * shape[2], 1, shape[1]), 0)
    return Layout.of(shape, format_strides(shape, channels_last if len(shape) == 4 else channels_last_3d), 0)


def _requantize(sums: Tensor, out: Tensor, how: Requantization) -> None:
    channels = out.layout.shape[1]
    least, most = _bounds(out.dtype)
    factors, addends = (None if one is None else contiguous(converted(one, float32)) for one in (how.factors, how.addends))
    for name, given in (("factors", factors), ("addends", addends)):
        if given is not None and given.layout.numel != channels:
            raise RuntimeError(f"requantization: expected {channels} {name}, one for each output channel, got {given.layout.numel}")
    words = (
        out.address, sums.address, address_or_zero(factors), address_or_zero(addends), how.zero_point,
        least if how.lowest is None else max(how.lowest, least), most if how.highest is None else min(how.highest, most), channels,
    )
    launch(requantize_kernel(sums.dtype, out.dtype), words, out.layout.numel // channels, work=out.layout.numel)


def _bounds(dtype: DType) -> tuple[int, int]:
    limits = np.iinfo(dtype.name)
    return int(limits.min), int(limits.max)
