"""Normalization rows over groups of channels: group norm, instance norm."""
from __future__ import annotations

import math
from collections.abc import Sequence

from ..formats import contiguous_format, is_in_format, suggested_format
from ..kernels.group_normalization import (
    BLOCK,
    VECTORS,
    block_moments_kernel,
    group_norm_kernel,
    group_scale_kernel,
    scale_pixels_kernel,
)
from ..kernels.isa import current
from ..kernels.launch import launch
from ..layout import Layout, wrap_dim
from ..storage import Storage
from ..tensor import Tensor, new_empty, new_like
from .conversion import converted_to
from .copying import contiguous, converted, copy_into
from .launching import address_or_zero, require_floating, widened
from .normalization import batch_norm, double
from .table import composite, kernel


@kernel(
    "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, "
    "bool cudnn_enabled=True) -> Tensor"
)
@widened
def group_norm(input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None, eps: float, cudnn_enabled: bool) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias, where mean and variance are those of each group of channels (dimension 1).

    Source: arXiv:1803.08494.
    """
    del cudnn_enabled
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
        return _by_pixels(input, num_groups, given)
    source = contiguous(input)
    out = new_empty(shape, source.dtype)
    words = (out.address, source.address, *given, group, plane, num_groups)
    if out.layout.numel:
        launch(group_norm_kernel(source.dtype), words, shape[0] * num_groups, work=source.layout.numel)
    return out if memory_format is contiguous_format else converted_to(out, out.dtype, memory_format)


def _by_pixels(input: Tensor, groups: int, given: tuple[int, ...]) -> Tensor:
    """Group norm of images whose channels lie side by side; `given` are the addresses of weight, bias and epsilon."""
    dtype, isa = input.dtype, current()
    batch, channels, *sizes = input.layout.shape
    pixels = math.prod(sizes)
    blocks = -(-pixels // BLOCK)
    width = isa.vector_bytes // dtype.itemsize * VECTORS
    width = width if channels >= width else width // VECTORS
    parts = -(-channels // width)
    moments, factors = (Storage.allocate(2 * batch * count * channels * dtype.itemsize) for count in (blocks, 1))
    means, squares = moments.address, moments.address + moments.nbytes // 2
    scale, shift = factors.address, factors.address + factors.nbytes // 2
    out = new_like(Layout.of(input.layout.shape, input.layout.strides, 0), dtype)
    work = input.layout.numel // 3
    words = (means, squares, input.address, channels, pixels, blocks, parts)
    launch(block_moments_kernel(dtype, isa), words, batch * blocks * parts, work=work)
    words = (scale, shift, means, squares, *given, channels, channels // groups, groups, pixels, blocks)
    launch(group_scale_kernel(dtype), words, batch * groups, work=batch * blocks * channels)
    launch(scale_pixels_kernel(dtype), (out.address, input.address, scale, shift, channels, pixels), batch * pixels, work=work)
    return out


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
