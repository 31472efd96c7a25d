"""Quantized linear layers and convolutions: exact sums of integers, and back to eight bits.

In: quantized tensors (or float32 for the dynamic ones) and the `Packed` weights of ../packed.py. The arithmetic is FBGEMM's:
round((sum + bias / unit) * (unit / output scale)) + output zero point in float32, where unit = input scale * weight scale.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ... import dtype as dtypes
from ...dtype import float32
from ...packed import Convolution2dParameters, Convolution3dParameters, ConvolutionParameters, LinearParameters
from ...quantization import integers_of, per_tensor, quantized, quantizer_of, scale_of
from ...tensor import Tensor
from ..layers.convolving_int8 import Requantization
from ..linalg.matrix import linear
from ..shape.copying import contiguous
from ..shape.joining import cat
from ..table import composite
from .quantizing import chosen_scale, dequantized, limits_of_numbers, quantize_with, to_dynamic_integers

_LINEAR = LinearParameters.class_name
_CONV2D, _CONV3D = Convolution2dParameters.class_name, Convolution3dParameters.class_name


def _weight_scales(weight: Tensor) -> Tensor:
    """The scale of each output channel of a weight, in float32."""
    from ...factories import tensor

    quantizer = quantizer_of(weight)
    return tensor([quantizer.scale], dtype=float32) if quantizer.scales is None else quantizer.scales.to(float32)


def _requantization(
    input_scale: float, weight: Tensor, bias: Tensor | None, scale: float, point: int, channels: int, relu: bool
) -> Requantization:
    unit = (_weight_scales(weight) * input_scale).expand([channels])
    addends = None if bias is None else bias.detach().to(float32) / unit
    return Requantization(unit / scale, addends, point, point if relu else None)


def _eight_bits(name: str, tensor: Tensor) -> None:
    if tensor.dtype not in (dtypes.quint8, dtypes.qint8):
        raise RuntimeError(f"{name}: expected an input of quint8 or qint8, got {tensor.dtype}")


def _image(rows: Tensor) -> Tensor:
    """A matrix (rows, features) as an image (1, features, rows) over the same memory."""
    return rows.transpose(0, 1).unsqueeze(0)


def _linear(name: str, input: Tensor, weight: LinearParameters, scale: float, point: int, relu: bool = False) -> Tensor:
    _eight_bits(name, input)
    features, outputs = weight.weight.shape[1], weight.weight.shape[0]
    if not input.ndim or input.shape[-1] != features:
        raise RuntimeError(f"{name}: expected inputs of {features} features, got {list(input.shape)}")
    input_scale, input_point = scale_of(input)
    rows = contiguous(integers_of(input)).reshape([-1, features])
    how = _requantization(input_scale, weight.weight, weight.bias(), scale, point, outputs, relu)
    result = weight.convolution().convolve(_image(rows), input_point, [1], [0], [1], how)
    made = result.squeeze(0).transpose(0, 1).reshape([*input.shape[:-1], outputs])
    return quantized(made, input.dtype, per_tensor(scale, point, input.dtype))


@composite(f"quantized::linear(Tensor X, {_LINEAR} W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor Y")
def quantized_linear(input: Tensor, weight: LinearParameters, scale: float, zero_point: int) -> Tensor:
    """A linear layer of quantized numbers."""
    return _linear("quantized::linear", input, weight, scale, zero_point)


@composite(f"quantized::linear_relu(Tensor X, {_LINEAR} W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor Y")
def quantized_linear_relu(input: Tensor, weight: LinearParameters, scale: float, zero_point: int) -> Tensor:
    """A linear layer whose negative results are 0."""
    return _linear("quantized::linear_relu", input, weight, scale, zero_point, relu=True)


@composite(
    f"quantized::linear_leaky_relu(Tensor X, {_LINEAR} W_prepack, float Y_scale_i, int Y_zero_point_i, float negative_slope) -> Tensor Y"
)
def quantized_linear_leaky_relu(input: Tensor, weight: LinearParameters, scale: float, zero_point: int, slope: float) -> Tensor:
    """A linear layer whose negative results are made smaller."""
    numbers = linear(dequantized(input), dequantized(weight.weight), weight.bias()).leaky_relu(slope)
    return quantize_with(numbers, scale, zero_point, input.dtype)


def dynamic_linear(input: Tensor, weight: LinearParameters, reduce_range: bool) -> Tensor:
    """A linear layer of float32 that quantizes its input by its own range, and gives float32."""
    if input.dtype is not float32:
        raise RuntimeError(f"quantized::linear_dynamic: expected an input of float32, got {input.dtype}")
    highest = 127 if reduce_range else 255
    scale, point = chosen_scale(*limits_of_numbers(input), 0, highest)
    return linear_of_scale(input, weight, scale, point, highest)


def linear_of_scale(input: Tensor, weight: LinearParameters, scale: float, point: int, highest: int) -> Tensor:
    """A linear layer of float32 whose input becomes integers from 0 to `highest`; it gives float32."""
    features, outputs = weight.weight.shape[1], weight.weight.shape[0]
    if not input.ndim or input.shape[-1] != features:
        raise RuntimeError(f"quantized::linear_dynamic: expected inputs of {features} features, got {list(input.shape)}")
    rows = to_dynamic_integers(contiguous(input).reshape([-1, features]), scale, point, 0, highest).to(dtypes.uint8)
    sums = weight.convolution().convolve(_image(rows), point, [1], [0], [1], None)
    numbers = sums.squeeze(0).transpose(0, 1).to(float32) * (_weight_scales(weight.weight) * scale)
    bias = weight.bias()
    if bias is not None:
        numbers = numbers + bias.detach()
    return numbers.reshape([*input.shape[:-1], outputs])


def half_linear(input: Tensor, weight: LinearParameters) -> Tensor:
    """A linear layer whose weights are float16, computed in float32."""
    return linear(input, weight.weight, weight.bias())


def any_linear(input: Tensor, weight: LinearParameters, reduce_range: bool) -> Tensor:
    """The dynamic layer that the kind of the weight asks for."""
    return half_linear(input, weight) if weight.half else dynamic_linear(input, weight, reduce_range)


@composite(f"quantized::linear_dynamic(Tensor X, {_LINEAR} W_prepack, bool reduce_range=False) -> Tensor Y")
def quantized_linear_dynamic(input: Tensor, weight: LinearParameters, reduce_range: bool = False) -> Tensor:
    """A linear layer that quantizes its input by its own range."""
    return dynamic_linear(input, weight, reduce_range)


@composite(f"quantized::linear_relu_dynamic(Tensor X, {_LINEAR} W_prepack, bool reduce_range=False) -> Tensor Y")
def quantized_linear_relu_dynamic(input: Tensor, weight: LinearParameters, reduce_range: bool = False) -> Tensor:
    """The same, with negative results 0."""
    return cast("Any", dynamic_linear(input, weight, reduce_range)).relu_()


@composite(f"quantized::linear_dynamic_fp16(Tensor X, {_LINEAR} W_prepack) -> Tensor Y")
def quantized_linear_dynamic_fp16(input: Tensor, weight: LinearParameters) -> Tensor:
    """A linear layer whose weights are float16."""
    return half_linear(input, weight)


@composite(f"quantized::linear_relu_dynamic_fp16(Tensor X, {_LINEAR} W_prepack) -> Tensor Y")
def quantized_linear_relu_dynamic_fp16(input: Tensor, weight: LinearParameters) -> Tensor:
    """The same, with negative results 0."""
    return half_linear(input, weight).relu_()


@composite(f"quantized::linear_prepack(Tensor W, Tensor? B=None) -> {_LINEAR} W_prepack")
def linear_prepack(weight: Tensor, bias: Tensor | None = None) -> LinearParameters:
    """A weight of qint8 and a bias, made ready."""
    return LinearParameters(weight, bias)


@composite(f"quantized::linear_prepack_fp16(Tensor W, Tensor? B=None) -> {_LINEAR} W_prepack")
def linear_prepack_fp16(weight: Tensor, bias: Tensor | None = None) -> LinearParameters:
    """A weight that is rounded to float16, and a bias, made ready."""
    return LinearParameters(weight, bias, half=True)


@composite(
    f"quantized::linear_unpack({_LINEAR} W_prepack) -> (Tensor W_origin, Tensor? B_origin)",
    f"quantized::linear_unpack_fp16({_LINEAR} W_prepack) -> (Tensor W_origin, Tensor? B_origin)",
)
def linear_unpack(weight: LinearParameters) -> tuple[Tensor, Tensor | None]:
    """Weight and bias."""
    return weight.unpack()


# Convolutions


def run_convolution(
    name: str, input: Tensor, weight: ConvolutionParameters, scale: float, point: int, *, relu: bool = False, flat: bool = False
) -> Tensor:
    """A convolution of quantized numbers; `flat` ones have one dim in a weight of two."""
    _eight_bits(name, input)
    input_scale, input_point = scale_of(input)
    images = integers_of(input)
    channels = weight.weight.shape[1] * weight.groups() if weight.transpose() else weight.weight.shape[0]
    how = _requantization(input_scale, weight.weight, weight.bias(), scale, point, channels, relu)
    settings = (weight.stride(), weight.padding(), weight.dilation())
    result = weight.convolution().convolve(
        images.unsqueeze(2) if flat else images, input_point, *settings, how, weight.output_padding() if weight.transpose() else (),
    )  # fmt: skip
    made = result.squeeze(2) if flat else result
    return quantized(made, input.dtype, per_tensor(scale, point, input.dtype))


def _add_convolution(name: str, kind: str, *, flat: bool = False) -> None:
    """The row of one convolution and that with a ReLU."""
    ending = "" if flat or "transpose" in name else ".new"
    for relu in (False, True):
        full = f"quantized::{name}{'_relu' if relu else ''}"
        if relu and "transpose" in name:
            continue

        @composite(f"{full}{ending}(Tensor qx, {kind} packed_weight, float output_scale, int output_zero_point) -> Tensor")
        def run(
            input: Tensor, weight: ConvolutionParameters, scale: float, point: int, full: str = full, relu: bool = relu
        ) -> Tensor:
            return run_convolution(full, input, weight, scale, point, relu=relu, flat=flat)

        if ending:
            # archives of PyTorch 1.3 to 1.5 repeat the settings
            @composite(
                f"{full}(Tensor qx, {kind} weight, int[] stride, int[] padding, int[] dilation, int groups, float output_scale, "
                "int output_zero_point) -> Tensor"
            )
            def run_old(
                input: Tensor, weight: ConvolutionParameters, stride: object, padding: object, dilation: object, groups: object,
                scale: float, point: int, full: str = full, relu: bool = relu,
            ) -> Tensor:
                return run_convolution(full, input, weight, scale, point, relu=relu)

            del run_old
        del run


_add_convolution("conv1d", _CONV2D, flat=True)
_add_convolution("conv2d", _CONV2D)
_add_convolution("conv3d", _CONV3D)
_add_convolution("conv_transpose1d", _CONV2D, flat=True)
_add_convolution("conv_transpose2d", _CONV2D)
_add_convolution("conv_transpose3d", _CONV3D)


def _pair(sizes: Sequence[int], first: int) -> list[int]:
    """The settings of one dim as those of two."""
    return [first, *sizes]


@composite(
    f"quantized::conv1d_prepack(Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> {_CONV2D}"
)
def conv1d_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], dilation: list[int], groups: int
) -> ConvolutionParameters:
    """The weight of a convolution in one dim, made ready."""
    return Convolution2dParameters(weight.unsqueeze(2), bias, _pair(stride, 1), _pair(padding, 0), _pair(dilation, 1), groups)


@composite(
    f"quantized::conv2d_prepack(Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> {_CONV2D}",
    f"quantized::conv_prepack(Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> {_CONV2D}",
)
def conv2d_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], dilation: list[int], groups: int
) -> ConvolutionParameters:
    """The weight of a convolution in two dims, made ready."""
    return Convolution2dParameters(weight, bias, stride, padding, dilation, groups)


@composite(
    f"quantized::conv3d_prepack(Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> {_CONV3D}"
)
def conv3d_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], dilation: list[int], groups: int
) -> ConvolutionParameters:
    """The weight of a convolution in three dims, made ready."""
    return Convolution3dParameters(weight, bias, stride, padding, dilation, groups)


_TRANSPOSED = "Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] output_padding, int[] dilation, int groups"


@composite(f"quantized::conv_transpose1d_prepack({_TRANSPOSED}) -> {_CONV2D}")
def conv_transpose1d_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], output_padding: list[int], dilation: list[int], groups: int
) -> ConvolutionParameters:
    """The weight of a transposed convolution in one dim, made ready."""
    settings = (_pair(stride, 1), _pair(padding, 0), _pair(dilation, 1), groups)
    return Convolution2dParameters(weight.unsqueeze(2), bias, *settings, output_padding=_pair(output_padding, 0), transpose=True)


@composite(f"quantized::conv_transpose2d_prepack({_TRANSPOSED}) -> {_CONV2D}")
def conv_transpose2d_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], output_padding: list[int], dilation: list[int], groups: int
) -> ConvolutionParameters:
    """The weight of a transposed convolution in two dims, made ready."""
    return Convolution2dParameters(weight, bias, stride, padding, dilation, groups, output_padding=output_padding, transpose=True)


@composite(f"quantized::conv_transpose3d_prepack({_TRANSPOSED}) -> {_CONV3D}")
def conv_transpose3d_prepack(
    weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], output_padding: list[int], dilation: list[int], groups: int
) -> ConvolutionParameters:
    """The weight of a transposed convolution in three dims, made ready."""
    return Convolution3dParameters(weight, bias, stride, padding, dilation, groups, output_padding=output_padding, transpose=True)


@composite(
    f"quantized::conv2d_unpack({_CONV2D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
    f"quantized::conv_unpack({_CONV2D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
    f"quantized::conv3d_unpack({_CONV3D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
    f"quantized::conv_transpose2d_unpack({_CONV2D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
    f"quantized::conv_transpose3d_unpack({_CONV3D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
)
def conv_unpack(weight: ConvolutionParameters) -> tuple[Tensor, Tensor | None]:
    """Weight and bias."""
    return weight.unpack()


@composite(
    f"quantized::conv1d_unpack({_CONV2D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
    f"quantized::conv_transpose1d_unpack({_CONV2D} packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)",
)
def conv1d_unpack(weight: ConvolutionParameters) -> tuple[Tensor, Tensor | None]:
    """Weight and bias of a convolution in one dim."""
    return weight.weight.squeeze(2), weight.bias()


@composite("quantized::cat(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor")
def quantized_cat(tensors: Sequence[Tensor], dim: int, scale: float | None, zero_point: int | None) -> Tensor:
    """Tensors behind each other, quantized anew; scale and zero point are the first one's unless given."""
    first_scale, first_point = scale_of(tensors[0])
    scale, zero_point = first_scale if scale is None else scale, first_point if zero_point is None else zero_point
    return quantize_with(cat([dequantized(one) for one in tensors], dim), scale, zero_point, tensors[0].dtype, divides=True)


@composite("quantized::cat_relu(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor")
def quantized_cat_relu(tensors: Sequence[Tensor], dim: int, scale: float | None, zero_point: int | None) -> Tensor:
    """The same, with negative numbers 0."""
    return quantized_cat(tensors, dim, scale, zero_point).relu()
