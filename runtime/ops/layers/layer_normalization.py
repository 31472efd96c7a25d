"""Normalization rows over the last dimensions: layer norm, RMS norm."""
from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

from ...kernels.layers.row_normalization import row_norm_kernel
from ...kernels.running.launch import launch
from ...storage import Storage
from ...tensor import Tensor, new_empty
from ..dtype_rules import real_dtype
from ..launching import require_floating
from ..plans import Plans
from ..reduction.statistics import var_mean_dim
from ..shape.copying import contiguous, converted
from ..short_calls import Short, remembered
from ..table import composite, kernel

_EPSILONS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
"""What RMS norm adds where it is not told: the distance from 1 to the next number of the dtype."""


_short = Plans[tuple[Any, ...], Short]()


def _normalized(
    input: Tensor, normalized: tuple[int, ...], weight: Tensor | None, bias: Tensor | None, eps: float, *, centred: bool
) -> Tensor:
    layout = input.layout
    scales, shifts = None if weight is None else weight.layout, None if bias is None else bias.layout
    key = (
        layout.form, input.dtype, normalized, eps, centred, None if weight is None or scales is None else (scales.form, weight.dtype),
        None if bias is None or shifts is None else (shifts.form, bias.dtype),
    )
    short = _short.get(key)
    if short is None:
        return _normalized_anew(input, normalized, weight, bias, eps, centred, key)
    direct, frame, nbytes, target, dtype, _ = short
    storage = Storage.allocate(nbytes)
    if weight is not None and scales is not None and bias is not None and shifts is not None:
        direct(
            frame, storage.address, input.memory.address, layout.offset, weight.memory.address, scales.offset,
            bias.memory.address, shifts.offset,
        )
        return Tensor(storage, target, dtype)
    operands: list[int] = []
    for one in (input, weight, bias):
        if one is not None:
            operands += one.memory.address, one.layout.offset
    direct(frame, storage.address, *operands)
    return Tensor(storage, target, dtype)


def _normalized_anew(
    input: Tensor, normalized: tuple[int, ...], weight: Tensor | None, bias: Tensor | None, eps: float, centred: bool, key: Any
) -> Tensor:
    require_floating("LayerNormKernelImpl" if centred else "rms_norm", input.dtype, halves=True)
    shape = input.layout.shape
    if not normalized or shape[len(shape) - len(normalized) :] != normalized:
        raise RuntimeError(
            f"Given normalized_shape={list(normalized)}, expected input with shape [*{''.join(f', {n}' for n in normalized)}], "
            f"but got input of size{list(shape)}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor.layout.shape != normalized:
            raise RuntimeError(f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                               f"{list(tensor.layout.shape)} and normalized_shape = {list(normalized)}")
    source = contiguous(input)
    row = math.prod(normalized)
    operands = [source, *(contiguous(converted(one, source.dtype)) for one in (weight, bias) if one is not None)]
    out = new_empty(shape, source.dtype)
    bits = ctypes.c_int64.from_buffer(ctypes.c_double(eps)).value
    made = row_norm_kernel(source.dtype, centred=centred, weight=weight is not None, bias=bias is not None)
    items, work = source.layout.numel // row if row else 0, source.layout.numel // 2
    launch(made, (*(one.address for one in operands), out.address, bits, row), items, work=work)
    if all(one is given for one, given in zip(operands, (one for one in (input, weight, bias) if one is not None))):
        short = remembered(made, items, work, [source.dtype] * len(operands), (bits, row), out.layout, source.dtype)
        if short is not None:
            _short[key] = short
    return out


@kernel(
    "layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, "
    "bool cudnn_enable=True) -> Tensor"
)
def layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-05, cudnn_enable: bool = True,
) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias over the last dimensions, which `normalized_shape` names."""
    del cudnn_enable
    return _normalized(input, tuple(normalized_shape), weight, bias, eps, centred=True)


@composite(
    "native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)"
)
def native_layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """layer_norm, the means, and one over the deviations (with `eps`), over dims of size 1 that `input` can be compared with."""
    result = layer_norm(input, normalized_shape, weight, bias, eps)
    rank = len(input.layout.shape)
    variance, mean = var_mean_dim(input, range(rank - len(normalized_shape), rank), False, True)
    deviation: Any = (variance + eps).rsqrt()
    return result, mean, deviation


@kernel("rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor")
def rms_norm(input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """input / sqrt(mean of squares + eps) * weight over the last dimensions; `eps` is the dtype's own if None."""
    if input.dtype.is_complex:
        return _complex_rms_norm(input, normalized_shape, weight, eps)
    epsilon = _EPSILONS.get(input.dtype.name, 0.0) if eps is None else eps
    return _normalized(input, tuple(normalized_shape), weight, None, epsilon, centred=False)


def _complex_rms_norm(input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, eps: float | None) -> Tensor:
    """By PyTorch's formula, whose squares are those of complex numbers."""
    epsilon = _EPSILONS[real_dtype(input.dtype).name] if eps is None else eps
    items: Any = input
    mean = (items * items).mean([*range(input.ndim - len(normalized_shape), input.ndim)], True)
    result = items * (mean + epsilon).rsqrt()
    return result if weight is None else result * weight
