"""Tensors made the old way: `Tensor(2, 3)`, `Tensor([1, 2])`, `FloatTensor(...)`, and classes that tell the dtypes apart.

Sizes give memory without values; a list or an array gives its items in the class's dtype. Programs older than `tensor` and
`empty` use these.
"""
from __future__ import annotations

from typing import Any

from . import dtype as dtypes
from .dtype import DType
from .factories import empty, tensor
from .promotion import get_default_dtype, set_default_dtype
from .tensor import Tensor


def made(dtype: DType | None, *args: Any, device: Any = None) -> Tensor:
    """The tensor that the arguments of a legacy constructor describe, of `dtype` (None: the default dtype)."""
    dtype = get_default_dtype() if dtype is None else dtype
    if device is not None and str(device) != "cpu":
        raise RuntimeError(f"legacy constructor expects device type: cpu but device type: {device} was passed")
    first = args[0] if args else ()
    if len(args) == 1 and isinstance(first, Tensor):
        if first.dtype is not dtype:
            raise TypeError(f"expected {dtype} (got {first.dtype}); use .to(dtype) to convert a tensor")
        return first.detach()
    if len(args) == 1 and not isinstance(first, int):
        if isinstance(first, float | complex | str):
            raise TypeError(f"new(): data must be a sequence (got {type(first).__name__})")
        return empty(first, dtype=dtype) if type(first).__name__ == "Size" else tensor(first, dtype=dtype)
    return empty(args, dtype=dtype)


class _TensorType(type):
    """The class of `FloatTensor` and its kin: calling one makes a plain tensor, which counts as its instance."""

    dtype: DType

    def __call__(cls, *args: Any, device: Any = None) -> Tensor:
        return made(cls.dtype, *args, device=device)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype


class ByteTensor(metaclass=_TensorType):
    """uint8."""

    dtype = dtypes.uint8


class CharTensor(metaclass=_TensorType):
    """int8."""

    dtype = dtypes.int8


class ShortTensor(metaclass=_TensorType):
    """int16."""

    dtype = dtypes.int16


class IntTensor(metaclass=_TensorType):
    """int32."""

    dtype = dtypes.int32


class LongTensor(metaclass=_TensorType):
    """int64."""

    dtype = dtypes.int64


class HalfTensor(metaclass=_TensorType):
    """float16."""

    dtype = dtypes.float16


class BFloat16Tensor(metaclass=_TensorType):
    """bfloat16."""

    dtype = dtypes.bfloat16


class FloatTensor(metaclass=_TensorType):
    """float32."""

    dtype = dtypes.float32


class DoubleTensor(metaclass=_TensorType):
    """float64."""

    dtype = dtypes.float64


class BoolTensor(metaclass=_TensorType):
    """bool."""

    dtype = dtypes.bool_


def set_default_tensor_type(t: Any) -> None:
    """Make the dtype of `FloatTensor` or its kin, or of the class that a string names, the default one; TypeError for whole numbers."""
    from .ops.dtype_rules import named_type

    dtype = named_type(t) if isinstance(t, str) else t.dtype
    if not dtype.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    set_default_dtype(dtype)
