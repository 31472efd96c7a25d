"""Arithmetic of quantized tensors with a scale of its own for the result: sums, products, activations, normalizations, pooling.

In: quantized tensors. Out: quantized tensors with the scale and zero point that the caller gives. Sums are computed in float32 and rounded
once; products multiply the integers.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from ... import dtype as dtypes
from ...quantization import INTEGERS, LIMITS, integers_of, per_tensor, quantized, scale_of
from ...tensor import Tensor
from ..table import composite, required
from .quantizing import dequantized, quantize_with


def _run(key: str, *args: Any) -> Any:
    return required(key).callable()(*args)


def _sum(qa: Tensor, qb: Tensor, scale: float, point: int, relu: bool) -> Tensor:
    total = cast("Any", dequantized(qa)).add(dequantized(qb))
    return quantize_with(total.relu_() if relu else total, scale, point, qa.dtype)


@composite("quantized::add(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc")
def quantized_add(qa: Tensor, qb: Tensor, scale: float, zero_point: int) -> Tensor:
    """The sum."""
    return _sum(qa, qb, scale, zero_point, False)


@composite("quantized::add_relu(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc")
def quantized_add_relu(qa: Tensor, qb: Tensor, scale: float, zero_point: int) -> Tensor:
    """The sum, negative ones 0."""
    return _sum(qa, qb, scale, zero_point, True)


def _product(qa: Tensor, qb: Tensor, scale: float, point: int, relu: bool) -> Tensor:
    (first, first_point), (second, second_point) = scale_of(qa), scale_of(qb)
    whole = (integers_of(one).to(dtypes.float32).sub_(float(zero)) for one, zero in ((qa, first_point), (qb, second_point)))
    factor = float(np.float32(np.float32(first) * np.float32(second)) * np.float32(1 / np.float32(scale)))
    low, high = LIMITS[qa.dtype]
    rounded = next(whole).mul(next(whole)).mul_(factor).round_().add_(float(point))
    made = rounded.clamp_(float(point if relu else low), float(high)).to(INTEGERS[qa.dtype])
    return quantized(made, qa.dtype, per_tensor(scale, point, qa.dtype))


@composite("quantized::mul(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc")
def quantized_mul(qa: Tensor, qb: Tensor, scale: float, zero_point: int) -> Tensor:
    """The product."""
    return _product(qa, qb, scale, zero_point, False)


@composite("quantized::mul_relu(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc")
def quantized_mul_relu(qa: Tensor, qb: Tensor, scale: float, zero_point: int) -> Tensor:
    """The product, negative ones 0."""
    return _product(qa, qb, scale, zero_point, True)


def _plus(qa: Tensor, number: float) -> Tensor:
    """A number more: another zero point, unless that leaves the dtype."""
    scale, point = scale_of(qa)
    low, high = LIMITS[qa.dtype]
    steps = round(number / scale)
    moved = point - steps
    if low <= moved <= high:
        return quantized(_run("aten::clone", integers_of(qa), None), qa.dtype, per_tensor(scale, moved, qa.dtype))
    wider = (high - moved if moved < low else moved - low) / (high - low) * scale
    return quantize_with(dequantized(qa) + steps * scale, wider, low if moved < low else high, qa.dtype)


@composite("quantized::add.Scalar(Tensor qa, Scalar b) -> Tensor qc", "quantized::add_scalar(Tensor qa, Scalar b) -> Tensor qc")
def quantized_add_scalar(qa: Tensor, b: float) -> Tensor:
    """A number more."""
    return _plus(qa, float(b))


@composite(
    "quantized::add_relu.Scalar(Tensor qa, Scalar b) -> Tensor qc", "quantized::add_scalar_relu(Tensor qa, Scalar b) -> Tensor qc"
)
def quantized_add_scalar_relu(qa: Tensor, b: float) -> Tensor:
    """A number more, negative results 0."""
    return cast("Any", _plus(qa, float(b))).relu()


def _times(qa: Tensor, number: float) -> Tensor:
    """A multiple: another scale; a negative one turns the integers round."""
    scale, point = scale_of(qa)
    low, high = LIMITS[qa.dtype]
    integers = integers_of(qa)
    if number == 0:
        return quantized(_run("aten::zeros_like", integers, None, None, None, None, None), qa.dtype, per_tensor(1.0, 0, qa.dtype))
    if number > 0:
        return quantized(_run("aten::clone", integers, None), qa.dtype, per_tensor(scale * number, point, qa.dtype))
    turned = integers.to(dtypes.int32).neg().add(low + high).to(INTEGERS[qa.dtype])
    return quantized(turned, qa.dtype, per_tensor(scale * -number, low + high - point, qa.dtype))


@composite("quantized::mul.Scalar(Tensor qa, Scalar b) -> Tensor qc", "quantized::mul_scalar(Tensor qa, Scalar b) -> Tensor qc")
def quantized_mul_scalar(qa: Tensor, b: float) -> Tensor:
    """A multiple."""
    return _times(qa, float(b))


@composite(
    "quantized::mul_relu.Scalar(Tensor qa, Scalar b) -> Tensor qc", "quantized::mul_scalar_relu(Tensor qa, Scalar b) -> Tensor qc"
)
def quantized_mul_scalar_relu(qa: Tensor, b: float) -> Tensor:
    """A multiple, negative results 0."""
    return cast("Any", _times(qa, float(b))).relu()


@composite("quantized::matmul(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor qc")
def quantized_matmul(qa: Tensor, qb: Tensor, scale: float, zero_point: int) -> Tensor:
    """The product of matrices."""
    return quantize_with(cast("Any", dequantized(qa)).matmul(dequantized(qb)), scale, zero_point, qa.dtype)


@composite("quantized::relu6(Tensor qx, bool inplace=False) -> Tensor")
def quantized_relu6(qx: Tensor, inplace: bool = False) -> Tensor:
    """Cut to 0 and 6."""
    return _run("aten::relu6_" if inplace else "aten::relu6", qx)


@composite("quantized::clamp(Tensor qx, Scalar? min=None, Scalar? max=None) -> Tensor qy")
def quantized_clamp(qx: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Cut to two numbers."""
    return _run("aten::clamp", qx, min, max)


@composite("quantized::threshold(Tensor qx, Scalar threshold, Scalar value) -> Tensor qy")
def quantized_threshold(qx: Tensor, threshold: float, value: float) -> Tensor:
    """Numbers up to the threshold replaced, with the scale of the input."""
    return quantize_with(_run("aten::threshold", dequantized(qx), threshold, value), *scale_of(qx), qx.dtype)


@composite("quantized::sigmoid(Tensor qx, float output_scale, int output_zero_point) -> Tensor")
def quantized_sigmoid(qx: Tensor, scale: float, point: int) -> Tensor:
    """The logistic function."""
    return quantize_with(_run("aten::sigmoid", dequantized(qx)), scale, point, qx.dtype)


@composite("quantized::hardswish(Tensor input, float output_scale, int output_zero_point) -> Tensor")
def quantized_hardswish(input: Tensor, scale: float, point: int) -> Tensor:
    """x * relu6(x + 3) / 6."""
    return quantize_with(_run("aten::hardswish", dequantized(input)), scale, point, input.dtype)


@composite("quantized::softmax(Tensor qx, int dim, float output_scale, int output_zero_point) -> Tensor")
def quantized_softmax(qx: Tensor, dim: int, scale: float, point: int) -> Tensor:
    """Shares of the exponentials."""
    return quantize_with(_run("aten::softmax.int", dequantized(qx), dim, None), scale, point, qx.dtype)


@composite("quantized::prelu(Tensor qx, Tensor weight, float output_scale, int output_zero_point) -> Tensor")
def quantized_prelu(qx: Tensor, weight: Tensor, scale: float, point: int) -> Tensor:
    """Negative numbers times a weight."""
    return quantize_with(_run("aten::prelu", dequantized(qx), dequantized(weight)), scale, point, qx.dtype)


@composite(
    "quantized::dropout(Tensor self, float output_scale, int output_zero_point, Scalar p=0.5, bool training=False) -> Tensor", random=True
)
def quantized_dropout(self: Tensor, scale: float, point: int, p: float = 0.5, training: bool = False) -> Tensor:
    """Some numbers 0, in training."""
    return quantize_with(_run("aten::dropout", dequantized(self), p, training), scale, point, self.dtype)


@composite("quantized::leaky_relu(Tensor qx, Scalar negative_slope, bool inplace, float output_scale, int output_zero_point) -> Tensor")
def quantized_leaky_relu(qx: Tensor, slope: float, inplace: bool, scale: float, point: int) -> Tensor:
    """Negative numbers made smaller."""
    del inplace
    return quantize_with(_run("aten::leaky_relu", dequantized(qx), slope), scale, point, qx.dtype)


@composite(
    "quantized::elu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor"
)
def quantized_elu(self: Tensor, output_scale: float, point: int, alpha: float = 1, scale: float = 1, input_scale: float = 1) -> Tensor:
    """Negative numbers on an exponential curve."""
    return quantize_with(_run("aten::elu", dequantized(self), alpha, scale, input_scale), output_scale, point, self.dtype)


@composite("quantized::celu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1) -> Tensor")
def quantized_celu(self: Tensor, output_scale: float, point: int, alpha: float = 1) -> Tensor:
    """Negative numbers on a scaled exponential curve."""
    return quantize_with(_run("aten::elu", dequantized(self), alpha, 1.0, 1.0 / alpha), output_scale, point, self.dtype)


@composite(
    "quantized::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps, float output_scale, "
    "int output_zero_point) -> Tensor"
)
def quantized_layer_norm(
    input: Tensor, shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float, scale: float, point: int
) -> Tensor:
    """Normalized over the last dimensions."""
    return quantize_with(_run("aten::layer_norm", dequantized(input), shape, weight, bias, eps, False), scale, point, input.dtype)


@composite(
    "quantized::group_norm(Tensor input, int num_groups, Tensor? weight, Tensor? bias, float eps, float output_scale, "
    "int output_zero_point) -> Tensor"
)
def quantized_group_norm(
    input: Tensor, groups: int, weight: Tensor | None, bias: Tensor | None, eps: float, scale: float, point: int
) -> Tensor:
    """Normalized over groups of channels."""
    return quantize_with(_run("aten::group_norm", dequantized(input), groups, weight, bias, eps, False), scale, point, input.dtype)


@composite(
    "quantized::instance_norm(Tensor input, Tensor? weight, Tensor? bias, float eps, float output_scale, int output_zero_point) -> Tensor"
)
def quantized_instance_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, scale: float, point: int
) -> Tensor:
    """Normalized over each channel of each image."""
    result = _run("aten::instance_norm", dequantized(input), weight, bias, None, None, True, 0.0, eps, False)
    return quantize_with(result, scale, point, input.dtype)


def _add_batch_norm(name: str, relu: bool) -> None:
    @composite(
        f"quantized::{name}(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, float output_scale, "
        "int output_zero_point) -> Tensor"
    )
    def run(
        qx: Tensor, weight: Tensor | None, bias: Tensor | None, mean: Tensor, var: Tensor, eps: float, scale: float, point: int
    ) -> Tensor:
        result = _run("aten::batch_norm", dequantized(qx), weight, bias, mean, var, False, 0.0, eps, False)
        return quantize_with(result.relu_() if relu else result, scale, point, qx.dtype)

    del run


for _name in ("batch_norm", "batch_norm1d", "batch_norm2d", "batch_norm3d"):
    _add_batch_norm(_name, False)
    _add_batch_norm(f"{_name}_relu", True)
