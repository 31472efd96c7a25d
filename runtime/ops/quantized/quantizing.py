"""From numbers to quantized tensors and back: rows of quantize_per_tensor and its kin, the parts of a quantized tensor, fake quantization.

Rounding is that of FBGEMM: the number times the reciprocal of the scale, in float32, to the nearest integer, halves to even.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType, as_dtype
from ...layout import Layout
from ...quantization import (
    INTEGERS,
    LIMITS,
    Quantizer,
    integers_of,
    packed_halves,
    per_channel,
    per_tensor,
    quantized,
    quantizer_of,
    scale_of,
)
from ...tensor import Tensor
from ..shape.copying import clone, contiguous
from ..table import composite


def to_integers(
    numbers: Tensor, scale: float, zero_point: int, dtype: DType, low: int, high: int, *, divides: bool = False
) -> Tensor:
    """round(number / scale) + zero point between two bounds, in the memory order of `numbers`.

    Some operators of PyTorch divide by the scale where others multiply by its reciprocal.
    """
    if divides:
        rounded = cast("Any", numbers).div(float(np.float32(scale))).round_()
    else:
        rounded = cast("Any", numbers).mul(_reciprocal(scale)).round_()
    return rounded.add_(float(zero_point)).clamp_(float(low), float(high)).to(dtype)


def to_dynamic_integers(numbers: Tensor, scale: float, zero_point: int, lowest: int, highest: int) -> Tensor:
    """round(number / scale + zero point) between two bounds, in float32: FBGEMM's dynamic layers round the sum, the others the product."""
    from ...factories import tensor

    point = cast("Any", tensor(float(zero_point), dtype=dtypes.float32))
    return point.add(numbers, alpha=_reciprocal(scale)).round_().clamp_(float(lowest), float(highest))


def _reciprocal(scale: float) -> float:
    with np.errstate(divide="ignore"):
        return float(np.float32(1) / np.float32(scale))


def from_integers(integers: Tensor, scale: float, zero_point: int) -> Tensor:
    """(integer - zero point) * scale, in float32."""
    return integers.to(dtypes.float32).sub_(float(zero_point)).mul_(scale)


def _along(values: Tensor, rank: int, axis: int) -> Tensor:
    """A vector as a tensor that broadcasts along a dimension."""
    return values.reshape([-1 if dim == axis else 1 for dim in range(rank)])


def _quantized_dtype(dtype: object) -> DType:
    found = as_dtype(dtype)
    if found not in INTEGERS:
        raise RuntimeError(f"quantize: expected a quantized dtype (qint8, quint8 or qint32), got {found}")
    return found


def _require_float(name: str, tensor: Tensor) -> None:
    if tensor.dtype is not dtypes.float32:
        raise RuntimeError(f"{name} expects a Float Tensor, but got one of {tensor.dtype}")


def quantize_with(numbers: Tensor, scale: float, zero_point: int, dtype: DType, *, divides: bool = False) -> Tensor:
    """`numbers` quantized with one scale and zero point."""
    quantizer = per_tensor(scale, zero_point, dtype)
    return quantized(to_integers(numbers, scale, zero_point, INTEGERS[dtype], *LIMITS[dtype], divides=divides), dtype, quantizer)


@composite("quantize_per_tensor(Tensor self, float scale, int zero_point, ScalarType dtype) -> Tensor")
def quantize_per_tensor(self: Tensor, scale: float, zero_point: int, dtype: object) -> Tensor:
    """The tensor as integers with one scale and zero point."""
    _require_float("Quantize", self)
    return quantize_with(self, scale, zero_point, _quantized_dtype(dtype))


@composite("quantize_per_tensor.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, ScalarType dtype) -> Tensor")
def quantize_per_tensor_by_tensors(self: Tensor, scale: Tensor, zero_point: Tensor, dtype: object) -> Tensor:
    """As with numbers."""
    return quantize_per_tensor(self, float(scale.item()), int(zero_point.item()), dtype)


@composite("quantize_per_tensor.tensors(Tensor[] tensors, Tensor scales, Tensor zero_points, ScalarType dtype) -> Tensor[]")
def quantize_each(tensors: Sequence[Tensor], scales: Tensor, zero_points: Tensor, dtype: object) -> list[Tensor]:
    """Several tensors, each with its own scale and zero point."""
    pairs = zip(tensors, scales.tolist(), zero_points.tolist(), strict=True)
    return [quantize_per_tensor(one, scale, int(zero_point), dtype) for one, scale, zero_point in pairs]


@composite("quantize_per_channel(Tensor self, Tensor scales, Tensor zero_points, int axis, ScalarType dtype) -> Tensor")
def quantize_per_channel(self: Tensor, scales: Tensor, zero_points: Tensor, axis: int, dtype: object) -> Tensor:
    """The tensor as integers with a scale and a zero point for each index of a dimension."""
    _require_float("Quantize", self)
    kind = _quantized_dtype(dtype)
    quantizer = per_channel(scales, zero_points, axis)
    by_numbers = zero_points.dtype.is_floating_point
    if kind is dtypes.quint4x2 and not by_numbers:
        raise RuntimeError("quantize_per_channel: zero points of a tensor of quint4x2 must be floating point")
    assert quantizer.scales is not None and quantizer.zero_points is not None
    if not 0 <= axis < self.ndim or quantizer.scales.layout.numel != self.layout.shape[axis]:
        raise RuntimeError(f"quantize_per_channel: expected one scale for each index of dimension {axis} of a tensor {list(self.shape)}")
    inverse = _along(quantizer.scales.to(dtypes.float32).reciprocal(), self.ndim, axis)
    points = _along(quantizer.zero_points.to(dtypes.float32), self.ndim, axis)
    low, high = LIMITS[kind]
    scaled = self * inverse
    rounded = (scaled.add_(points).round_() if by_numbers else scaled.round_().add_(points)).clamp_(float(low), float(high))
    return quantized(rounded.to(INTEGERS[kind]), kind, quantizer)


def limits_of_numbers(numbers: Tensor) -> tuple[float, float]:
    """The least and the largest number; 0 and 0 of no numbers."""
    if not numbers.layout.numel:
        return 0.0, 0.0
    return float(cast("Any", numbers).min().item()), float(cast("Any", numbers).max().item())


def chosen_scale(low: float, high: float, lowest: int, highest: int, *, symmetric: bool = False) -> tuple[float, int]:
    """Scale and zero point for numbers from `low` to `high` as integers from `lowest` to `highest`, as FBGEMM chooses them.

    `symmetric` bounds of both signs are as far from 0, and 0 is in the middle of the integers.
    """
    centred = symmetric and low < 0 < high
    if centred:
        half = (highest - lowest) // 2
        widest = max(abs(low / (half + 1)), abs(high / half))
        low, high = float(np.float32(-widest * (half + 1))), float(np.float32(widest * half))
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / (highest - lowest)
    with np.errstate(over="ignore", divide="ignore"):
        if np.float32(scale) == 0 or np.isinf(np.float32(1) / np.float32(scale)):
            scale = 0.1
    smallest = float(np.float32(6.1e-5))
    if scale < smallest:
        if low == 0:
            high = smallest * (highest - lowest)
        elif high == 0:
            low = -smallest * (highest - lowest)
        else:
            low, high = low * smallest / scale, high * smallest / scale
        scale = smallest
    from_low, from_high = lowest - low / scale, highest - high / scale
    nearer = abs(lowest) + abs(low / scale) < abs(highest) + abs(high / scale)
    point = (lowest + highest) / 2 if centred else from_low if nearer else from_high
    return scale, lowest if point < lowest else highest if point > highest else round(point)


@composite("quantize_per_tensor_dynamic(Tensor self, ScalarType dtype, bool reduce_range) -> Tensor")
def quantize_per_tensor_dynamic(self: Tensor, dtype: object, reduce_range: bool) -> Tensor:
    """Quantized with the scale that the tensor's own range asks for."""
    kind = _quantized_dtype(dtype)
    low, high = (-128, 127) if kind is dtypes.qint8 else (0, 255)
    if reduce_range:
        low, high = low // 2, high // 2
    scale, zero_point = chosen_scale(*limits_of_numbers(self), low, high)
    return quantize_per_tensor(self, scale, zero_point, kind)


@composite("_choose_qparams_per_tensor(Tensor self, bool reduce_range=False) -> (float, int)")
def choose_qparams_per_tensor(self: Tensor, reduce_range: bool = False) -> tuple[float, int]:
    """The scale and zero point that a tensor's range asks for, for uint8."""
    return chosen_scale(*limits_of_numbers(self), 0, 127 if reduce_range else 255)


def dequantized(self: Tensor) -> Tensor:
    """The numbers that a quantized tensor stands for; other tensors in float32."""
    if not self.dtype.is_quantized:
        return self.to(dtypes.float32)
    quantizer = quantizer_of(self)
    integers = integers_of(self)
    if quantizer.axis is None:
        return from_integers(integers, quantizer.scale, quantizer.zero_point)
    assert quantizer.scales is not None and quantizer.zero_points is not None
    points = _along(quantizer.zero_points.to(dtypes.float32), self.ndim, quantizer.axis)
    return (integers.to(dtypes.float32) - points) * _along(quantizer.scales.to(dtypes.float32), self.ndim, quantizer.axis)


@composite("dequantize.self(Tensor self) -> Tensor")
def dequantize(self: Tensor) -> Tensor:
    """The numbers, in float32."""
    return dequantized(self)


@composite("dequantize.tensor(Tensor qtensor) -> Tensor")
def dequantize_tensor(qtensor: Tensor) -> Tensor:
    """The numbers, in float32."""
    return dequantized(qtensor)


@composite("dequantize.tensors(Tensor[] tensors) -> Tensor[]", "dequantize.list(Tensor[] qtensors) -> Tensor[]")
def dequantize_tensors(tensors: Sequence[Tensor]) -> list[Tensor]:
    """The numbers of each tensor, in float32."""
    return [dequantized(one) for one in tensors]


@composite("dequantize.any(Any tensors) -> Any")
def dequantize_any(tensors: Any) -> Any:
    """The numbers of every tensor in a tuple, list or dict; other values as they are."""
    if isinstance(tensors, Tensor):
        return dequantized(tensors) if tensors.dtype.is_quantized else tensors
    if isinstance(tensors, list | tuple):
        return type(cast("list[Any]", tensors))(dequantize_any(one) for one in cast("list[Any]", tensors))
    if isinstance(tensors, dict):
        return {key: dequantize_any(one) for key, one in cast("dict[Any, Any]", tensors).items()}
    return tensors


@composite("int_repr(Tensor self) -> Tensor")
def int_repr(self: Tensor) -> Tensor:
    """The integers, as a tensor of their own; those of four bits lie two in a byte, in a vector."""
    if self.dtype is dtypes.quint4x2:
        memory = packed_halves(clone(integers_of(self)).memory)
        return Tensor(memory, Layout.contiguous(((self.layout.numel + 1) // 2,)), dtypes.uint8)
    return clone(integers_of(self))


@composite("q_scale(Tensor self) -> float")
def q_scale(self: Tensor) -> float:
    """The scale."""
    return scale_of(self)[0]


@composite("q_zero_point(Tensor self) -> int")
def q_zero_point(self: Tensor) -> int:
    """The integer that stands for 0."""
    return scale_of(self)[1]


def _channels(self: Tensor) -> Quantizer:
    quantizer = quantizer_of(self)
    if quantizer.axis is None:
        raise RuntimeError("Expected quantizer->qscheme() == kPerChannelAffine to be true, but got false.")
    return quantizer


@composite("q_per_channel_scales(Tensor self) -> Tensor")
def q_per_channel_scales(self: Tensor) -> Tensor:
    """The scales of a tensor that has one for each channel."""
    return cast("Tensor", _channels(self).scales)


@composite("q_per_channel_zero_points(Tensor self) -> Tensor")
def q_per_channel_zero_points(self: Tensor) -> Tensor:
    """The zero points of a tensor that has one for each channel."""
    return cast("Tensor", _channels(self).zero_points)


@composite("q_per_channel_axis(Tensor self) -> int")
def q_per_channel_axis(self: Tensor) -> int:
    """The dimension whose indices have scales of their own."""
    return cast("int", _channels(self).axis)


@composite("qscheme(Tensor self) -> QScheme")
def qscheme(self: Tensor) -> int:
    """The code of the scheme: 0 for one scale, 1 for one in each channel, 4 where the zero points are floating point too."""
    return SCHEMES[quantizer_of(self).scheme]


@composite("_make_per_tensor_quantized_tensor(Tensor self, float scale, int zero_point) -> Tensor")
def make_per_tensor_quantized_tensor(self: Tensor, scale: float, zero_point: int) -> Tensor:
    """Integers as a quantized tensor."""
    dtype = _dtype_over(self)
    return quantized(clone(self), dtype, per_tensor(scale, zero_point, dtype))


@composite("_make_per_channel_quantized_tensor(Tensor self, Tensor scale, Tensor zero_point, int axis) -> Tensor")
def make_per_channel_quantized_tensor(self: Tensor, scale: Tensor, zero_point: Tensor, axis: int) -> Tensor:
    """Integers as a quantized tensor with a scale for each channel."""
    return quantized(clone(self), _dtype_over(self), per_channel(scale, zero_point, axis))


SCHEMES = {"per_tensor_affine": 0, "per_channel_affine": 1, "per_channel_affine_float_qparams": 4}


def _dtype_over(integers: Tensor) -> DType:
    for dtype, plain in INTEGERS.items():
        if plain is integers.dtype:
            return dtype
    raise RuntimeError(f"expected a tensor of int8, uint8 or int32, got {integers.dtype}")


# Fake quantization: what quantizing and going back would give


def _fake(numbers: Tensor, scale: Any, zero_point: Any, low: int, high: int) -> Tensor:
    inverse = scale.reciprocal() if isinstance(scale, Tensor) else float(np.float32(1) / np.float32(scale))
    rounded = (numbers * inverse + zero_point).round().clamp(low, high)
    return (rounded - zero_point) * scale


@composite("fake_quantize_per_tensor_affine(Tensor self, float scale, int zero_point, int quant_min, int quant_max) -> Tensor")
def fake_quantize_per_tensor_affine(self: Tensor, scale: float, zero_point: int, quant_min: int, quant_max: int) -> Tensor:
    """The numbers rounded to those that the integers from `quant_min` to `quant_max` stand for."""
    _check_range(quant_min, zero_point, quant_max)
    return _fake(self, scale, float(zero_point), quant_min, quant_max)


@composite(
    "fake_quantize_per_tensor_affine.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, int quant_min, int quant_max) -> Tensor"
)
def fake_quantize_by_tensors(self: Tensor, scale: Tensor, zero_point: Tensor, quant_min: int, quant_max: int) -> Tensor:
    """As with numbers."""
    return _fake(self, float(scale.item()), float(int(zero_point.item())), quant_min, quant_max)


@composite(
    "fake_quantize_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int axis, int quant_min, int quant_max) -> Tensor"
)
def fake_quantize_per_channel_affine(
    self: Tensor, scale: Tensor, zero_point: Tensor, axis: int, quant_min: int, quant_max: int
) -> Tensor:
    """The same with a scale and zero point for each index of a dimension."""
    points = _along(zero_point.to(dtypes.float32), self.ndim, axis)
    return _fake(self, _along(scale, self.ndim, axis), points, quant_min, quant_max)


def _check_range(low: int, zero_point: int, high: int) -> None:
    if low > high:
        raise RuntimeError("`quant_min` should be less than or \n        equal to `quant_max`.")
    if not low <= zero_point <= high:
        raise RuntimeError("`zero_point` must be between `quant_min` and `quant_max`.")


def plain(tensor: Tensor) -> Tensor:
    """The integers of a quantized tensor without gaps."""
    return contiguous(integers_of(tensor))
