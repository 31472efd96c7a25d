"""Parameters seen together: as one vector, with bounded gradients, without first values, in another memory format.

Nothing is recorded here, so `grad` is what somebody put there (a file, or another library); the functions that bound gradients
work on those and find none elsewhere.
"""
from __future__ import annotations

import inspect
import types
import warnings
from collections.abc import Iterable
from typing import Any, TypeVar

from ... import aten
from ...factories import tensor
from ...formats import MemoryFormat
from ...names import typename
from ...tensor import Tensor
from ..module import Module
from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d

T = TypeVar("T", bound=Module)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All items of all parameters in one dimension."""
    return aten.cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let the parameters show the parts of `vec`, in order; they share its memory."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.data = vec[start:stop].view_as(parameter).data
        start = stop


def _listed(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [parameter.grad for parameter in _listed(parameters) if parameter.grad is not None]


def get_total_norm(
    tensors: Tensor | Iterable[Tensor], norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all tensors together, as if they were one vector; zero for none."""
    del foreach
    order = float(norm_type)
    norms = [aten.linalg_vector_norm(one, order) for one in _listed(tensors)]
    if not norms:
        return tensor(0.0)
    total = aten.linalg_vector_norm(aten.stack(norms), order)
    if error_if_nonfinite and not bool(aten.isfinite(total)):
        raise RuntimeError(
            f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped. To disable "
            "this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the gradients that are there so that their norm, known to be `total_norm`, is at most `max_norm`."""
    del foreach
    factor = aten.clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
    for gradient in _gradients(parameters):
        gradient.mul_(factor)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients that are there to a norm of at most `max_norm`; returns the norm they had (zero without gradients)."""
    listed = _listed(parameters)
    if isinstance(parameters, types.GeneratorType) and not listed:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2)
    total = get_total_norm(_gradients(listed), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(listed, max_norm, total, foreach)
    return total


def clip_grad_norm(
    parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The former name of clip_grad_norm_."""
    message = "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`."
    warnings.warn(message, FutureWarning, stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Bound every item of the gradients that are there by `clip_value` on both sides."""
    del foreach
    bound = float(clip_value)
    for gradient in _gradients(parameters):
        gradient.clamp_(min=-bound, max=bound)


def skip_init(module_cls: type[T], *args: Any, **kwargs: Any) -> T:
    """A module whose parameters have memory and no first values; RuntimeError if its class takes no `device`."""
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    return module_cls(*args, **{**kwargs, "device": "meta"}).to_empty(device=device)


def _convert(module: T, kinds: tuple[type[Module], ...], memory_format: MemoryFormat) -> T:
    for part in module.modules():
        if isinstance(part, kinds):
            weight: Any = part.weight
            weight.data = weight.detach().clone(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module: T, memory_format: MemoryFormat) -> T:
    """Lay out the weights of all 2-d convolutions below `module` (itself included) in `memory_format`."""
    return _convert(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module: T, memory_format: MemoryFormat) -> T:
    """Lay out the weights of all 3-d convolutions below `module` (itself included) in `memory_format`."""
    return _convert(module, (Conv3d, ConvTranspose3d), memory_format)
