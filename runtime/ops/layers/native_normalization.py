"""The operators below batch norm and group norm: the result, and the mean and scale that gradients would need.

Compiled and traced programs call them where written ones call `batch_norm` and `group_norm`. The names of CUDA's libraries, which
programs frozen on a GPU contain, mean the same.
"""
from __future__ import annotations

from typing import Any

from ... import dtype as dtypes
from ...dtype import DType
from ...tensor import Tensor, new_empty
from ..shape.copying import converted
from ..table import composite, required
from .group_normalization import group_norm
from .normalization import batch_norm

_Three = tuple[Tensor, Tensor, Tensor]
_Four = tuple[Tensor, Tensor, Tensor, Tensor]


def _statistics_dtype(input: Tensor, *parameters: Tensor | None) -> DType:
    """float32 where 16-bit items meet parameters of float32; otherwise the dtype of the items."""
    if input.dtype.itemsize == 2 and any(one is not None and one.dtype is dtypes.float32 for one in parameters):
        return dtypes.float32
    return input.dtype


def _moments(input: Tensor, dims: list[int], eps: float, dtype: DType) -> tuple[Tensor, Tensor]:
    """The mean over `dims` and 1 / sqrt(variance + eps)."""
    numbers: Any = converted(input, dtypes.float32) if input.dtype.itemsize == 2 else input
    variance: Any = required("aten::var.correction")(numbers, dims, 0, False)
    return converted(numbers.mean(dims), dtype), converted((variance + eps).rsqrt(), dtype)


def _native(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    momentum: float, eps: float,
) -> _Three:
    out = batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, False)
    dtype = _statistics_dtype(input, weight, bias, running_mean, running_var)
    if not training:
        return out, new_empty((0,), dtype), new_empty((0,), dtype)
    return out, *_moments(input, [at for at in range(input.ndim) if at != 1], eps, dtype)


_OPERANDS = "Tensor input, Tensor? weight, Tensor? bias, "


@composite(
    f"native_batch_norm({_OPERANDS}Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) "
    "-> (Tensor, Tensor, Tensor)",
    f"_native_batch_norm_legit({_OPERANDS}Tensor(a!) running_mean, Tensor(b!) running_var, bool training, float momentum, float eps) "
    "-> (Tensor, Tensor, Tensor)",
)
def native_batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    momentum: float, eps: float,
) -> _Three:
    """batch_norm, and in training the mean and 1 / sqrt(variance + eps) of each channel; without training these have no items."""
    return _native(input, weight, bias, running_mean, running_var, training, momentum, eps)


@composite(
    "miopen_batch_norm(Tensor input, Tensor weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, "
    "float exponential_average_factor, float epsilon) -> (Tensor, Tensor, Tensor)",
)
def miopen_batch_norm(
    input: Tensor, weight: Tensor, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    exponential_average_factor: float, epsilon: float,
) -> _Three:
    """As native_batch_norm."""
    return _native(input, weight, bias, running_mean, running_var, training, exponential_average_factor, epsilon)


@composite(
    f"_native_batch_norm_legit.no_stats({_OPERANDS}bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)"
)
def native_batch_norm_of_batch(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, training: bool, momentum: float, eps: float
) -> _Three:
    """As native_batch_norm, where there are no running statistics."""
    return _native(input, weight, bias, None, None, training, momentum, eps)


@composite(
    f"_native_batch_norm_legit_no_training({_OPERANDS}Tensor running_mean, Tensor running_var, float momentum, float eps) "
    "-> (Tensor, Tensor, Tensor)"
)
def native_batch_norm_no_training(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor, running_var: Tensor, momentum: float, eps: float
) -> _Three:
    """As native_batch_norm, by the running statistics."""
    return _native(input, weight, bias, running_mean, running_var, False, momentum, eps)


@composite(
    f"_native_batch_norm_legit_functional({_OPERANDS}Tensor running_mean, Tensor running_var, bool training, float momentum, float eps) "
    "-> (Tensor, Tensor, Tensor, Tensor running_mean_out, Tensor running_var_out)"
)
def native_batch_norm_functional(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor, running_var: Tensor, training: bool, momentum: float,
    eps: float,
) -> tuple[Tensor, ...]:
    """As native_batch_norm, with the moved running statistics as results."""
    mean, variance = running_mean.clone(), running_var.clone()
    return *_native(input, weight, bias, mean, variance, training, momentum, eps), mean, variance


def _reserve() -> Tensor:
    return new_empty((0,), dtypes.uint8)


@composite(
    f"_batch_norm_with_update({_OPERANDS}Tensor(a!) running_mean, Tensor(b!) running_var, float momentum, float eps) "
    "-> (Tensor, Tensor, Tensor, Tensor)"
)
def batch_norm_with_update(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor, running_var: Tensor, momentum: float, eps: float
) -> _Four:
    """As native_batch_norm in training, and memory that gradients would need: none."""
    return *_native(input, weight, bias, running_mean, running_var, True, momentum, eps), _reserve()


@composite(
    f"_batch_norm_no_update({_OPERANDS}Tensor? running_mean, Tensor? running_var, float momentum, float eps) "
    "-> (Tensor, Tensor, Tensor, Tensor)"
)
def batch_norm_no_update(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, momentum: float,
    eps: float,
) -> _Four:
    """As native_batch_norm without training, and memory that gradients would need: none."""
    return *_native(input, weight, bias, running_mean, running_var, False, momentum, eps), _reserve()


@composite(
    "cudnn_batch_norm(Tensor input, Tensor weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, "
    "float exponential_average_factor, float epsilon) -> (Tensor, Tensor, Tensor, Tensor)"
)
def cudnn_batch_norm(
    input: Tensor, weight: Tensor, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    exponential_average_factor: float, epsilon: float,
) -> _Four:
    """As native_batch_norm, and memory that gradients would need: none."""
    return *_native(input, weight, bias, running_mean, running_var, training, exponential_average_factor, epsilon), _reserve()


@composite(
    f"_batch_norm_impl_index({_OPERANDS}Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, "
    "bool cudnn_enabled) -> (Tensor, Tensor, Tensor, Tensor, int)"
)
def batch_norm_impl_index(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: bool,
    momentum: float, eps: float, cudnn_enabled: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, int]:
    """As native_batch_norm, memory that gradients would need, and the number of the library that ran: 0 for none."""
    del cudnn_enabled
    return *_native(input, weight, bias, running_mean, running_var, training, momentum, eps), _reserve(), 0


@composite(
    f"native_group_norm({_OPERANDS}SymInt N, SymInt C, SymInt HxW, int group, float eps) -> (Tensor, Tensor, Tensor)"
)
def native_group_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int, group: int, eps: float
) -> _Three:
    """group_norm of an input of N * C * HxW items, and the mean and 1 / sqrt(variance + eps) of each group of each image."""
    out = group_norm(input, group, weight, bias, eps, False)
    grouped = input.reshape([N, group, C // group * HxW])
    return out, *_moments(grouped, [2], eps, _statistics_dtype(input, weight, bias))
