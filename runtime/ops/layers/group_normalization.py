"""Normalization rows over groups of channels: group norm, instance norm."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...dtype import DType
from ...formats import contiguous_format, is_in_format, suggested_format
from ...kernels.compiling.isa import current
from ...kernels.layers.group_normalization import (
    BLOCK,
    VECTORS,
    block_moments_kernel,
    group_norm_kernel,
    group_scale_kernel,
    scale_pixels_kernel,
)
from ...kernels.running.launch import launch
from ...layout import Layout, wrap_dim
from ...storage import Storage
from ...tensor import Tensor, new_empty, new_like
from ..fast_calls import OTHER, TENSOR, fresh, key_maker
from ..launching import address_or_zero, require_floating, widened
from ..plans import Plans
from ..shape.conversion import converted_to
from ..shape.copying import contiguous, converted, copy_into
from ..short_calls import Short, remembered
from ..table import composite, kernel
from .normalization import batch_norm, double


@kernel(
    "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, "
    "bool cudnn_enabled=True) -> Tensor"
)
def group_norm(input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None, eps: float, cudnn_enabled: bool) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias, where mean and variance are those of each group of channels (dimension 1).

    Source: arXiv:1803.08494.
    """
    if weight is None or bias is None:
        return _general_group_norm(input, num_groups, weight, bias, eps, cudnn_enabled)
    return _short_group_norm(input, num_groups, weight, bias, eps, cudnn_enabled)


@widened
def _general_group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None, eps: float, cudnn_enabled: bool
) -> Tensor:
    shape = input.layout.shape
    _check(shape, num_groups, weight, bias)
    require_floating("GroupNormKernelImpl", input.dtype)
    group = shape[1] // num_groups
    plane = math.prod(shape[2:])
    parameters = [None if one is None else contiguous(converted(one, input.dtype)) for one in (weight, bias)]
    given = (*map(address_or_zero, parameters), double(eps).address)
    memory_format = suggested_format(input.layout)
    lanes = current().vector_bytes // input.dtype.itemsize
    if memory_format is not contiguous_format and shape[1] >= lanes and plane and is_in_format(input.layout, memory_format):
        key = (input.layout.form, input.dtype, num_groups, current())
        plan = _pixel_plans.get(key)
        if plan is None:
            plan = _pixel_plans[key] = _PixelPlan(input.layout, input.dtype, num_groups)
        return plan.run(input, given)
    source = contiguous(input)
    out = new_empty(shape, source.dtype)
    words = (out.address, source.address, *given, group, plane, num_groups)
    if out.layout.numel:
        launch(group_norm_kernel(source.dtype), words, shape[0] * num_groups, work=source.layout.numel)
    if source is input and memory_format is contiguous_format and weight is parameters[0] is not None and bias is parameters[1] is not None:
        epsilon, dtype = double(eps), source.dtype
        short = remembered(
            group_norm_kernel(dtype), shape[0] * num_groups, source.layout.numel, [dtype] * 3, (epsilon.address, *words[5:]), out.layout,
            dtype, (1, 2, 3, 0), epsilon,
        )
        if short is not None:
            _short[_key(input, num_groups, weight, bias, eps, cudnn_enabled)] = short
    return out if memory_format is contiguous_format else converted_to(out, out.dtype, memory_format)


_PATTERN = TENSOR + OTHER + 2 * TENSOR + 2 * OTHER
_key, _short = key_maker(_PATTERN), Plans[tuple[Any, ...], Short]()
_short_group_norm = fresh(_PATTERN, (), _short, _general_group_norm)


class _PixelPlan:
    """How images of one layout, whose channels lie side by side, are normalized: sums of blocks of pixels, factors, and all items."""

    __slots__ = ("_factors", "_items", "_kernels", "_layout", "_moments", "_words", "_works")

    def __init__(self, layout: Layout, dtype: DType, groups: int) -> None:
        isa = current()
        batch, channels, *sizes = layout.shape
        pixels = math.prod(sizes)
        blocks = -(-pixels // BLOCK)
        width = isa.vector_bytes // dtype.itemsize * VECTORS
        width = width if channels >= width else width // VECTORS
        parts = -(-channels // width)
        work = layout.numel // 3
        self._moments, self._factors = (2 * batch * count * channels * dtype.itemsize for count in (blocks, 1))
        self._layout = Layout.of(layout.shape, layout.strides, 0)
        self._kernels = block_moments_kernel(dtype, isa), group_scale_kernel(dtype), scale_pixels_kernel(dtype)
        self._words = (
            (channels, pixels, blocks, parts), (channels, channels // groups, groups, pixels, blocks), (channels, pixels)
        )
        self._items = batch * blocks * parts, batch * groups, batch * pixels
        self._works = work, batch * blocks * channels, work

    def run(self, input: Tensor, given: tuple[int, ...]) -> Tensor:
        """Group norm; `given` are the addresses of weight, bias and epsilon."""
        moments, factors = Storage.allocate(self._moments), Storage.allocate(self._factors)
        means, squares = moments.address, moments.address + self._moments // 2
        scale, shift = factors.address, factors.address + self._factors // 2
        out, source = new_like(self._layout, input.dtype), input.address
        addresses = (means, squares, source), (scale, shift, means, squares, *given), (out.address, source, scale, shift)
        for made, first, rest, items, work in zip(self._kernels, addresses, self._words, self._items, self._works):
            launch(made, (*first, *rest), items, work=work)
        return out


_pixel_plans = Plans[tuple[Any, ...], _PixelPlan]()


def _check(shape: Sequence[int], groups: int, weight: Tensor | None, bias: Tensor | None) -> None:
    channels = shape[wrap_dim(1, len(shape))]
    if groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {groups}")
    if channels % groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {list(shape)} and "
            f"num_groups={groups}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor.layout.shape != (channels,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape "
                f"{list(tensor.layout.shape)} and input of shape {list(shape)}"
            )


@composite(
    "instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, "
    "float momentum, float eps, bool cudnn_enabled) -> Tensor"
)
def instance_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    use_input_stats: bool, momentum: float, eps: float, cudnn_enabled: bool,
) -> Tensor:
    """As batch_norm, with mean and variance of each image; running ones move by their means over the images.

    Source: arXiv:1607.08022.
    """
    if not (use_input_stats or (running_mean is not None and running_var is not None)):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    shape = list(input.layout.shape)
    batch, channels = shape[:2]
    repeated = [
        None if one is None else contiguous(one.unsqueeze(0).expand([batch, channels])).reshape([batch * channels])
        for one in (weight, bias, running_mean, running_var)
    ]
    images = contiguous(input).reshape([1, batch * channels, *shape[2:]])
    result = batch_norm(images, *repeated, use_input_stats, momentum, eps, cudnn_enabled).reshape(shape)
    for running, moved in ((running_mean, repeated[2]), (running_var, repeated[3])):
        if running is not None and moved is not None and use_input_stats:
            copy_into(running, moved.reshape([batch, channels]).mean([0]))
    return result
