"""Normalization rows over groups of channels: group norm, instance norm."""
from __future__ import annotations

import math
from collections.abc import Sequence

from ..formats import contiguous_format, suggested_format
from ..kernels.group_normalization import group_norm_kernel
from ..kernels.launch import launch
from ..layout import wrap_dim
from ..tensor import Tensor, new_empty
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
    source = contiguous(input)
    out = new_empty(shape, source.dtype)
    group = shape[1] // num_groups
    plane = math.prod(shape[2:])
    parameters = [None if one is None else contiguous(converted(one, source.dtype)) for one in (weight, bias)]
    epsilon = double(eps)
    words = (out.address, source.address, *map(address_or_zero, parameters), epsilon.address, group, plane, num_groups)
    if out.layout.numel:
        launch(group_norm_kernel(source.dtype), words, shape[0] * num_groups, work=source.layout.numel)
    memory_format = suggested_format(input.layout)
    return out if memory_format is contiguous_format else converted_to(out, out.dtype, memory_format)


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
