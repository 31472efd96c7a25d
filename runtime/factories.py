"""Functions that make tensors, as eager programs call them: `zeros(2, 3)`, `tensor([1, 2])`, `arange(5, requires_grad=True)`.

They add to the operators of ops/creation/factories.py what only Python callers write: `requires_grad`, `out`, and data of any kind.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from .device import META, Device, on_default_device
from .dtype import DType, as_dtype
from .scripting import TRACING
from .tensor import Tensor, from_numpy


def tensor(data: Any, *, dtype: DType | None = None, device: Device | str | None = None, requires_grad: bool = False,
           pin_memory: bool = False) -> Tensor:
    """A fresh tensor with the items of `data`: a number, nested sequences of numbers, an array or a tensor."""
    del pin_memory
    return _made(data, dtype, device, requires_grad, "torch.tensor")


def _made(data: Any, dtype: DType | None, device: Device | str | None, requires_grad: bool, name: str) -> Tensor:
    from .ops.creation.from_data import tensor_from

    place = on_default_device(device)
    made = tensor_from(data, dtype, None if place is META else place, requires_grad)
    if TRACING.made is not None:
        TRACING.made(made, data, name)
    return made if place is not META else made.to(META)


def as_tensor(data: Any, dtype: DType | None = None, device: Device | str | None = None) -> Tensor:
    """`data` as a tensor: a tensor is answered itself and an array shares its memory, where the dtype need not change."""
    place = on_default_device(device)
    if isinstance(data, np.ndarray):
        data = from_numpy(cast("np.ndarray[Any, Any]", data))
    if isinstance(data, Tensor):
        return data.to(device=device if data.is_meta else place, dtype=as_dtype(dtype) or data.dtype)
    return _made(data, dtype, place, False, "torch.as_tensor")


asarray = as_tensor


def is_tensor(obj: object) -> bool:
    """Whether `obj` is a tensor."""
    return isinstance(obj, Tensor)


def factory(name: str) -> Callable[..., Tensor]:
    """The eager form of the operator `name`."""
    call: Callable[..., Any] | None = None
    chooses = not (name.endswith("_like") or name.startswith("new_"))
    """Others go where the tensor is that they take."""

    def make(*args: Any, requires_grad: bool = False, pin_memory: bool | None = None, **kwargs: Any) -> Tensor:
        nonlocal call
        if call is None:
            from .ops.packet import packet

            call = packet(f"aten::{name}")
            assert call is not None, name
        if pin_memory:
            raise RuntimeError("pin_memory: memory is pinned for a GPU, and tensors live on the CPU here")
        if chooses:
            place = on_default_device(kwargs.get("device"))
            if place is not None:
                kwargs["device"] = place
        result = call(*args, **kwargs) if kwargs else call(*args)
        if requires_grad:
            if not (result.dtype.is_floating_point or result.dtype.is_complex):
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            result.requires_grad = True
        return result

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"The operator `aten::{name}` with `requires_grad`; sizes may be given one by one."
    return make


empty = factory("empty")
empty_like = factory("empty_like")
empty_permuted = factory("empty_permuted")
empty_strided = factory("empty_strided")
zeros = factory("zeros")
zeros_like = factory("zeros_like")
ones = factory("ones")
ones_like = factory("ones_like")
full = factory("full")
full_like = factory("full_like")
arange = factory("arange")
range = factory("range")
linspace = factory("linspace")
logspace = factory("logspace")
eye = factory("eye")
scalar_tensor = factory("scalar_tensor")
tril_indices = factory("tril_indices")
triu_indices = factory("triu_indices")
rand = factory("rand")
rand_like = factory("rand_like")
randn = factory("randn")
randn_like = factory("randn_like")
randint = factory("randint")
randint_like = factory("randint_like")
randperm = factory("randperm")
normal = factory("normal")


def frombuffer(buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A vector over the memory of `buffer`, which is shared; ValueError where it has too few bytes."""
    wanted = as_dtype(dtype)
    if wanted is None or wanted.numpy is None:
        raise TypeError(f"frombuffer: NumPy has no {dtype}; read int16 and use view(dtype)")
    result = from_numpy(np.frombuffer(buffer, wanted.numpy, count, offset))
    return result.requires_grad_() if requires_grad else result


def from_dlpack(source: Any) -> Tensor:
    """A tensor over the memory of another library's array, which has `__dlpack__`, or of a capsule that it gave.

    BufferError if it is no memory of the processor.
    """
    from .dlpack import tensor_of

    return tensor_of(source)


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule of the tensor's memory, for `from_dlpack` of another library."""
    return tensor.__dlpack__()
