"""Linear layers and convolutions of mobile archives: weights in a context, results cut to bounds.

The contexts are those of ../packed.py; the operators are what PyTorch's mobile optimizer puts in place of layers and the activations behind
them, in float32.
"""
from __future__ import annotations

from typing import Any, cast

from ...packed import ConvolutionContext, LinearContext, TransposedConvolutionContext
from ...tensor import Tensor
from ..layers.convolution import conv2d, conv_transpose2d
from ..layers.fused_convolution import fused_convolution
from ..linalg.matrix import linear
from ..table import composite

_LINEAR, _CONV2D = LinearContext.class_name, ConvolutionContext.class_name
_TRANSPOSED = TransposedConvolutionContext.class_name


def _bounded(result: Tensor, low: float | None, high: float | None) -> Tensor:
    """The result, which nobody else has, cut to the bounds."""
    return result if low is None and high is None else cast("Any", result).clamp_(low, high)


@composite(f"prepacked::linear_clamp_run(Tensor X, {_LINEAR} W_prepack) -> Tensor Y")
def linear_clamp_run(input: Tensor, context: LinearContext) -> Tensor:
    """A linear layer, cut to bounds."""
    return _bounded(linear(input, context.weight, context.bias), context.low, context.high)


@composite(f"prepacked::conv2d_clamp_run(Tensor X, {_CONV2D} W_prepack) -> Tensor Y")
def conv2d_clamp_run(input: Tensor, context: ConvolutionContext) -> Tensor:
    """A convolution, cut to bounds."""
    settings = (context.stride, context.padding, context.dilation, context.groups)
    if input.ndim != 4:
        return _bounded(conv2d(input, context.weight, context.bias, *settings), context.low, context.high)
    return fused_convolution(input, context.weight, context.bias, *settings, None, context.low, context.high)


@composite(f"prepacked::conv2d_transpose_clamp_run(Tensor X, {_TRANSPOSED} W_prepack) -> Tensor Y")
def conv2d_transpose_clamp_run(input: Tensor, context: TransposedConvolutionContext) -> Tensor:
    """A transposed convolution, cut to bounds."""
    settings = (context.stride, context.padding, context.output_padding, context.groups, context.dilation)
    return _bounded(conv_transpose2d(input, context.weight, context.bias, *settings), context.low, context.high)


@composite("_add_relu.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor")
def add_relu(self: Tensor, other: Tensor, alpha: float = 1) -> Tensor:
    """The sum, negative ones 0: what the mobile optimizer makes of the two."""
    return cast("Any", self).add(other, alpha=alpha).relu_()


@composite("_add_relu.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor")
def add_relu_scalar(self: Tensor, other: float, alpha: float = 1) -> Tensor:
    """The sum with a number, negative ones 0."""
    return cast("Any", self).add(other, alpha=alpha).relu_()


@composite(
    f"prepacked::linear_clamp_prepack(Tensor W, Tensor? B=None, Scalar? output_min=None, Scalar? output_max=None) -> {_LINEAR}"
)
def linear_clamp_prepack(weight: Tensor, bias: Tensor | None, low: float | None, high: float | None) -> LinearContext:
    """The context of a linear layer."""
    return LinearContext(weight, bias, low, high)


@composite(
    "prepacked::conv2d_clamp_prepack(Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] dilation, int groups, "
    f"Scalar? output_min=None, Scalar? output_max=None) -> {_CONV2D}"
)
def conv2d_clamp_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], dilation: list[int], groups: int,
    low: float | None, high: float | None,
) -> ConvolutionContext:  # fmt: skip
    """The context of a convolution."""
    return ConvolutionContext(weight, bias, stride, padding, dilation, groups, low, high)


@composite(
    "prepacked::conv2d_transpose_clamp_prepack(Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] output_padding, "
    f"int[2] dilation, int groups, Scalar? output_min=None, Scalar? output_max=None) -> {_TRANSPOSED}"
)
def conv2d_transpose_clamp_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], output_padding: list[int], dilation: list[int],
    groups: int, low: float | None, high: float | None,
) -> TransposedConvolutionContext:  # fmt: skip
    """The context of a transposed convolution."""
    return TransposedConvolutionContext(weight, bias, stride, padding, output_padding, dilation, groups, low, high)
