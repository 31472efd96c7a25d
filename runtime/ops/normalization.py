"""Batch norm."""
from __future__ import annotations

from functools import lru_cache

from ..dtype import bfloat16, float16, float32
from ..formats import contiguous_format, format_strides, is_in_format, suggested_format
from ..kernels.group_normalization import batch_scale_kernel, scale_pixels_kernel
from ..kernels.launch import launch
from ..kernels.normalization import batch_norm_kernel, batch_statistics_kernel
from ..layout import Layout
from ..storage import Storage
from ..tensor import Tensor, new_empty, new_like
from .conversion import converted_to
from .copying import contiguous, converted, copy_into
from .launching import address_or_zero, require_floating
from .table import kernel


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
    if input.dtype in (float16, bfloat16):
        numbers = converted(input, float32)
        result = batch_norm(numbers, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)
        return converted(result, input.dtype)
    require_floating("batch_norm", input.dtype)
    shape = input.layout.shape
    if len(shape) < 2:
        raise RuntimeError(f"batch_norm: expected input with at least 2 dimensions, got shape {list(shape)}")
    channels = shape[1]
    if not training and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when training=False")
    memory_format = contiguous_format if input.layout.is_contiguous else suggested_format(input.layout)
    pixels = memory_format is not contiguous_format and is_in_format(input.layout, memory_format)
    source = input if pixels and not training else contiguous(input)
    batch = shape[0]
    plane = source.layout.numel // (batch * channels) if source.layout.numel else 0
    if training:
        mean, variance = _statistics(source, channels, plane, batch)
        if source.layout.numel:
            _update(running_mean, mean, momentum, 1.0)
            _update(running_var, variance, momentum, batch * plane / max(batch * plane - 1, 1))
    else:
        mean = _channel_tensor("running_mean", running_mean, source, channels)
        variance = _channel_tensor("running_var", running_var, source, channels)
    weight = _channel_tensor("weight", weight, source, channels)
    bias = _channel_tensor("bias", bias, source, channels)
    epsilon = double(eps)
    given = (address_or_zero(mean), address_or_zero(variance), address_or_zero(weight), address_or_zero(bias), epsilon.address, channels)
    if memory_format is not contiguous_format and source.layout.numel:
        images = input if pixels else converted_to(input, input.dtype, memory_format)
        return _scale_pixels(images, Layout.of(shape, format_strides(shape, memory_format), 0), given)
    out = new_empty(shape, source.dtype)
    words = (out.address, source.address, *given, plane)
    launch(batch_norm_kernel(source.dtype), words, batch * channels, work=source.layout.numel // 2)
    return out


def _scale_pixels(images: Tensor, layout: Layout, given: tuple[int, ...]) -> Tensor:
    """Batch norm of images whose channels lie side by side; `given` are the words of `batch_scale_kernel` from the mean on."""
    channels = layout.shape[1]
    factors = Storage.allocate(2 * channels * 8)
    scale, shift = factors.address, factors.address + channels * 8
    launch(batch_scale_kernel(images.dtype), (scale, shift, *given), channels)
    out = new_like(layout, images.dtype)
    words = (out.address, images.address, scale, shift, channels)
    launch(scale_pixels_kernel(images.dtype), words, layout.numel // channels, work=layout.numel // 2)
    return out


@lru_cache(maxsize=64)
def double(value: float) -> Tensor:
    """A float64 number in memory, for kernels that read it there."""
    from ..dtype import float64

    number = new_empty((), float64)
    number.numpy()[...] = value
    return number


def _statistics(source: Tensor, channels: int, plane: int, batch: int) -> tuple[Tensor, Tensor]:
    mean, variance = new_empty((channels,), source.dtype), new_empty((channels,), source.dtype)
    words = (mean.address, variance.address, source.address, channels, plane, batch)
    launch(batch_statistics_kernel(source.dtype), words, channels, work=source.layout.numel)
    return mean, variance


def _update(running: Tensor | None, batch: Tensor, momentum: float, correction: float) -> None:
    """running = (1 - momentum) * running + momentum * correction * batch."""
    if running is not None:
        copy_into(running, running * (1 - momentum) + batch * (momentum * correction))
