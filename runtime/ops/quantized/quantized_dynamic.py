"""Layers that take and give float32 and compute in eight bits: convolutions, and linear layers of other forms; settings of packed weights.

In: float32 tensors and the `Packed` weights of ../packed.py. Out: float32. The input is quantized by its own range, as FBGEMM does it; a
convolution's result is rounded to the scale of its input, as in PyTorch.
"""
from __future__ import annotations

from typing import Any

from ...dtype import float16, float32, quint8
from ...packed import Convolution2dParameters, Convolution3dParameters, ConvolutionParameters, LinearParameters
from ...tensor import Tensor
from ..linalg.matrix import linear
from ..table import composite
from .quantized_layers import linear_of_scale, run_convolution
from .quantizing import choose_qparams_per_tensor, dequantized, quantize_with

_LINEAR = LinearParameters.class_name
_CONV2D, _CONV3D = Convolution2dParameters.class_name, Convolution3dParameters.class_name


def _add_convolution(name: str, kind: str, *, flat: bool = False) -> None:
    full = f"quantized::{name}_dynamic"

    @composite(f"{full}(Tensor qx, {kind} packed_weight, bool reduce_range=False) -> Tensor")
    def run(input: Tensor, weight: ConvolutionParameters, reduce_range: bool = False) -> Tensor:
        if input.dtype is not float32:
            raise RuntimeError(f"{full}: expected an input of float32, got {input.dtype}")
        scale, point = choose_qparams_per_tensor(input, reduce_range)
        integers = quantize_with(input, scale, point, quint8)
        return dequantized(run_convolution(full, integers, weight, scale, point, flat=flat))

    run.__doc__ = f"`quantized::{name}` of an input that is quantized by its own range."


def _add_setting(name: str, kind: str, setting: str, result: str) -> None:
    @composite(f"quantized::{name}_{setting}({kind} packed_weights) -> {result}")
    def run(weight: ConvolutionParameters) -> Any:
        found = getattr(weight, setting)()
        return int(found) if result == "int" else found

    run.__doc__ = f"The {setting.replace('_', ' ')} of packed weights."


for _name, _kind in (("conv2d", _CONV2D), ("conv3d", _CONV3D)):
    for _form in (_name, _name.replace("conv", "conv_transpose")):
        _add_convolution(_form, _kind)
        for _setting in ("stride", "padding", "output_padding", "dilation"):
            _add_setting(_form, _kind, _setting, "int[]")
        for _setting in ("groups", "transpose"):
            _add_setting(_form, _kind, _setting, "int")
_add_convolution("conv1d", _CONV2D, flat=True)
_add_convolution("conv_transpose1d", _CONV2D, flat=True)


@composite(
    f"quantized::linear_with_input_q_dq_qweight_dq_output_fp32(Tensor X, float X_scale, int X_zero_point, {_LINEAR} W_prepack) -> Tensor Y"
)
def linear_with_input_q_dq_qweight_dq_output_fp32(input: Tensor, scale: float, zero_point: int, weight: LinearParameters) -> Tensor:
    """A linear layer whose input is quantized with a scale that is given."""
    return linear_of_scale(input, weight, scale, zero_point, 255)


@composite(
    f"quantized::linear_with_input_q_dq_qweight_dq_relu_output_fp32(Tensor X, float X_scale, int X_zero_point, {_LINEAR} W_prepack) "
    "-> Tensor Y"
)
def linear_with_input_q_dq_qweight_dq_relu_output_fp32(
    input: Tensor, scale: float, zero_point: int, weight: LinearParameters
) -> Tensor:
    """The same, with negative results 0."""
    return linear_of_scale(input, weight, scale, zero_point, 255).relu_()


@composite("quantized::linear_dynamic_fp16_unpacked_weight(Tensor X, Tensor weight, Tensor? bias) -> Tensor Y")
def linear_dynamic_fp16_unpacked_weight(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """A linear layer whose weights are rounded to float16."""
    return linear(input, weight.to(float16).to(float32), bias)
