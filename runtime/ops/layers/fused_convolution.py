"""A convolution and what follows it, in one pass over the result: a sum with a tensor, and bounds.

The row is no operator of PyTorch's: rl.jit.optimize_for_inference puts it in the place of several. Its results have the bits of the
operators that it replaces.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ...tensor import Tensor
from ..table import composite
from .convolution import convolution
from .convolving import convolve


@composite(
    "rushlight::convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups, "
    "Tensor? residual, Scalar? low, Scalar? high) -> Tensor"
)
def fused_convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    residual: Tensor | None = None, low: float | None = None, high: float | None = None,
) -> Tensor:
    """The convolution over as many dimensions as the weight has beyond two, plus `residual`, held between `low` and `high`."""
    dims = weight.ndim - 2
    fits = input.ndim == weight.ndim and len(stride) == len(padding) == len(dilation) == dims and input.dtype.name in ("float32", "float64")
    if residual is not None:
        fits = fits and residual.dtype is input.dtype and _has_result_shape(residual, input, weight, stride, padding, dilation)
    if fits:
        return convolve(input, weight, bias, stride, padding, dilation, groups, None, residual, (low, high))
    result: Any = convolution(input, weight, bias, stride, padding, dilation, False, [0] * dims, groups)
    if residual is not None:
        result = result + residual
    return result if low is None and high is None else cast("Tensor", result.clamp_(low, high))


def _has_result_shape(
    residual: Tensor, input: Tensor, weight: Tensor, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int]
) -> bool:
    """Whether the residual is as large as the result: others are broadcast."""
    image, window = input.layout.shape[2:], weight.layout.shape[2:]
    places = [
        (size + 2 * pad - gap * (reach - 1) - 1) // step + 1 if step > 0 else 0
        for size, reach, step, pad, gap in zip(image, window, stride, padding, dilation)
    ]
    return residual.layout.shape == (input.layout.shape[0], weight.layout.shape[0], *places)
