"""Softmax and its logarithm along one dimension."""
from __future__ import annotations

import math

from ..dtype import DType, as_dtype
from ..kernels.launch import launch
from ..kernels.softmax import softmax_kernel
from ..layout import wrap_dim
from ..tensor import Tensor, new_empty
from .copying import contiguous, converted
from .launching import require_floating
from .table import kernel


def _softmax(self: Tensor, dim: int, dtype: DType | int | None, log: bool) -> Tensor:
    source = converted(self, as_dtype(dtype) or self.dtype)
    name = "log_softmax_lastdim_kernel_impl" if log else "softmax_kernel_impl"
    require_floating(name, source.dtype)
    source = contiguous(source)
    shape = source.layout.shape
    at = wrap_dim(dim, len(shape))
    out = new_empty(shape, source.dtype)
    if out.layout.numel == 0:
        return out
    size = shape[at] if shape else 1
    inner = math.prod(shape[at + 1 :])
    numel = out.layout.numel
    launch(softmax_kernel(source.dtype, log), (source.address, out.address, size, inner), numel // size, work=numel)
    return out


@kernel("softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
def softmax(self: Tensor, dim: int, dtype: DType | int | None) -> Tensor:
    """exp(self) divided by its sum along `dim`, shifted by the largest item; converted to `dtype` first if given."""
    return _softmax(self, dim, dtype, False)


@kernel("log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
def log_softmax(self: Tensor, dim: int, dtype: DType | int | None) -> Tensor:
    """The logarithm of the softmax, taken without computing it."""
    return _softmax(self, dim, dtype, True)


@kernel("_softmax(Tensor self, int dim, bool half_to_float) -> Tensor")
def _softmax_row(self: Tensor, dim: int, half_to_float: bool) -> Tensor:
    """As softmax."""
    del half_to_float
    return _softmax(self, dim, None, False)


@kernel("_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor")
def _log_softmax_row(self: Tensor, dim: int, half_to_float: bool) -> Tensor:
    """As log_softmax."""
    del half_to_float
    return _softmax(self, dim, None, True)
