"""Tensors as NumPy arrays and back, for rows that NumPy computes well."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtype as dtypes
from ..dtype import DType
from ..layout import Layout
from ..storage import Storage
from ..tensor import Tensor

_CARRIERS = {1: dtypes.uint8, 2: dtypes.int16, 4: dtypes.int32, 8: dtypes.int64}

Array = np.ndarray[Any, Any]


def bits(tensor: Tensor) -> Array:
    """An array over the memory of `tensor`; where NumPy lacks the dtype, an integer array with the same bits."""
    if tensor.dtype.numpy is not None:
        return tensor._array()
    return Tensor(tensor.storage, tensor.layout, _CARRIERS[tensor.dtype.itemsize])._array()


def wrapped(array: Array, dtype: DType | None = None) -> Tensor:
    """A contiguous tensor over the memory of `array`, which nobody else may use; its dtype, or one with the same bits."""
    array = np.ascontiguousarray(array) if array.ndim else np.array(array)
    found = dtype or dtypes.from_numpy(array.dtype)
    return Tensor(Storage.wrap(array), Layout.contiguous(array.shape), found)


def integers(values: Sequence[int]) -> Tensor:
    """An int64 vector."""
    return wrapped(np.array(values, np.int64))


def decoded(tensor: Tensor) -> Array:
    """The items as an array of a type NumPy has: bfloat16 as float32, formats of eight bits as float16 or plain bits."""
    array = bits(tensor)
    if tensor.dtype is dtypes.bfloat16:
        return (array.astype(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if tensor.dtype is dtypes.float8_e5m2:
        return (array.astype(np.uint16) << 8).view(np.float16)
    if tensor.dtype is dtypes.complex32:
        return np.ascontiguousarray(array).view(np.float16).reshape(*array.shape, 2).astype(np.float32).view(np.complex64)[..., 0]
    return array
