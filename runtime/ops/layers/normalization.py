"""Batch norm."""
from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...dtype import bfloat16, float16, float32
from ...formats import contiguous_format, format_strides, is_in_format, suggested_format
from ...kernels.layers.group_normalization import batch_norm_pixels_kernel
from ...kernels.layers.normalization import batch_norm_kernel, batch_statistics_kernel
from ...kernels.running.engine import Kernel
from ...kernels.running.launch import launch
from ...layout import Layout
from ...tensor import Tensor, new_empty, new_like
from ..fast_calls import OTHER, TENSOR, fresh, key_maker
from ..host import wrapped
from ..launching import address_or_zero, require_floating
from ..plans import Plans
from ..shape.conversion import converted_to
from ..shape.copying import clone, contiguous, converted, copy_into
from ..short_calls import Short, remembered
from ..table import kernel


def _channel_tensor(name: str, tensor: Tensor | None, like: Tensor, channels: int) -> Tensor | None:
    """An optional tensor of one item per channel, contiguous and in the input's dtype."""
    if tensor is None:
        return None
    if tensor.layout.numel != channels:
        raise RuntimeError(f"{name} should contain {channels} elements not {tensor.layout.numel}")
    return contiguous(converted(tensor, like.dtype))


@kernel(
    "batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, "
    "float eps, bool cudnn_enabled) -> Tensor"
)
def batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    momentum: float, eps: float, cudnn_enabled: bool,
) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias for each channel (dimension 1).

    Mean and variance are the running ones, or in training those of the batch, which then move the running ones by
    `momentum` (the variance unbiased). Source: arXiv:1502.03167.
    """
    if weight is None or bias is None or running_mean is None or running_var is None:
        return _general_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)
    return _short_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)


def _general_batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    momentum: float, eps: float, cudnn_enabled: bool,
) -> Tensor:
    if input.dtype in (float16, bfloat16):
        numbers = converted(input, float32)
        result = batch_norm(numbers, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)
        return converted(result, input.dtype)
    if not training:
        key = (input.layout.form, input.dtype, eps, *map(_form, (weight, bias, running_mean, running_var)))
        known = _plans.get(key)
        if known is None and _is_plain(input, weight, bias, running_mean, running_var):
            known = _plans[key] = _plan(input, eps)
            _remember(known, (input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled))
        if known is not None:
            return _run(known, input, running_mean, running_var, weight, bias)
    require_floating("batch_norm", input.dtype)
    shape = input.layout.shape
    if len(shape) < 2:
        if not input.layout.numel:
            return clone(input)
        raise RuntimeError(f"batch_norm: expected input with at least 2 dimensions, got shape {list(shape)}")
    channels = shape[1]
    if not training and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when training=False")
    batch = shape[0]
    source = contiguous(input)
    plane = source.layout.numel // (batch * channels) if source.layout.numel else 0
    if training:
        mean, variance = _statistics(source, channels, plane, batch)
        # nothing is learned from no items
        if batch * plane:
            _update(running_mean, mean, momentum, 1.0)
            _update(running_var, variance, momentum, batch * plane / max(batch * plane - 1, 1))
    else:
        mean = _channel_tensor("running_mean", running_mean, source, channels)
        variance = _channel_tensor("running_var", running_var, source, channels)
    weight = _channel_tensor("weight", weight, source, channels)
    bias = _channel_tensor("bias", bias, source, channels)
    memory_format = contiguous_format if input.layout.is_contiguous else suggested_format(input.layout)
    images = input if is_in_format(input.layout, memory_format) else converted_to(source, input.dtype, memory_format)
    return _run(_plan(images, eps), images, mean, variance, weight, bias)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How batch norm with known statistics is run on inputs of one layout."""

    kernel: Kernel
    layout: Layout
    epsilon: Tensor
    words: tuple[int, ...]
    """Those behind the addresses."""
    items: int


_plans = Plans[tuple[Any, ...], _Plan]()
_PATTERN = 5 * TENSOR + 4 * OTHER
_key, _short = key_maker(_PATTERN), Plans[tuple[Any, ...], Short]()
_short_batch_norm = fresh(_PATTERN, (), _short, _general_batch_norm)


def _remember(plan: _Plan, arguments: tuple[Any, ...]) -> None:
    """Small inputs begin without a question next time, where all tensors are given."""
    if None in arguments:
        return
    dtype, work = arguments[0].dtype, plan.layout.numel // 2
    words = (plan.epsilon.address, *plan.words)
    short = remembered(plan.kernel, plan.items, work, [dtype] * 5, words, plan.layout, dtype, (1, 4, 5, 2, 3, 0), plan.epsilon)
    if short is not None:
        _short[_key(*arguments)] = short


def _form(tensor: Tensor | None) -> Any:
    return None if tensor is None else (tensor.layout.form, tensor.dtype)


def _is_plain(input: Tensor, *parameters: Tensor | None) -> bool:
    """Whether nothing needs a check or a conversion: dense images, and statistics; every parameter contiguous and in their dtype."""
    shape, dtype = input.layout.shape, input.dtype
    if len(shape) < 2 or not (dtype.is_floating_point and dtype.computes and dtype.opmath is dtype) or None in parameters[2:]:
        return False
    if not is_in_format(input.layout, contiguous_format if input.layout.is_contiguous else suggested_format(input.layout)):
        return False
    plain = (shape[1],)
    return all(one is None or (one.layout.shape == plain and one.layout.is_contiguous and one.dtype is dtype) for one in parameters)


def _plan(images: Tensor, eps: float) -> _Plan:
    """The plan for dense images, contiguous or channels last."""
    shape, dtype = images.layout.shape, images.dtype
    channels, epsilon = shape[1], double(eps)
    if images.layout.is_contiguous:
        plane = math.prod(shape[2:])
        return _Plan(batch_norm_kernel(dtype), Layout.contiguous(shape), epsilon, (channels, plane), shape[0] * channels)
    layout = Layout.of(shape, format_strides(shape, suggested_format(images.layout)), 0)
    return _Plan(batch_norm_pixels_kernel(dtype), layout, epsilon, (channels,), layout.numel // max(channels, 1))


def _run(
    plan: _Plan, images: Tensor, mean: Tensor | None, variance: Tensor | None, weight: Tensor | None, bias: Tensor | None
) -> Tensor:
    out = new_like(plan.layout, images.dtype)
    numel = plan.layout.numel
    if numel:
        words = (out.address, images.address, *map(address_or_zero, (mean, variance, weight, bias, plan.epsilon)), *plan.words)
        launch(plan.kernel, words, plan.items, work=numel // 2)
    return out


@lru_cache(maxsize=64)
def double(value: float) -> Tensor:
    """A float64 number in memory, for kernels that read it there."""
    return wrapped(np.array(value, np.float64))


def _statistics(source: Tensor, channels: int, plane: int, batch: int) -> tuple[Tensor, Tensor]:
    mean, variance = new_empty((channels,), source.dtype), new_empty((channels,), source.dtype)
    words = (mean.address, variance.address, source.address, channels, plane, batch)
    launch(batch_statistics_kernel(source.dtype), words, channels, work=source.layout.numel)
    return mean, variance


def _update(running: Tensor | None, batch: Tensor, momentum: float, correction: float) -> None:
    """running = (1 - momentum) * running + momentum * correction * batch."""
    if running is not None:
        copy_into(running, running * (1 - momentum) + batch * (momentum * correction))
