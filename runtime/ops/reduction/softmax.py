"""Softmax and its logarithm along one dimension."""
from __future__ import annotations

import math
from typing import Any

from ...dtype import DType, as_dtype
from ...kernels.layers.softmax import softmax_kernel
from ...kernels.running.engine import Kernel
from ...kernels.running.launch import launch
from ...layout import Layout, wrap_dim
from ...storage import Storage
from ...tensor import Tensor, new_like
from ..launching import require_floating
from ..plans import Plans
from ..shape.copying import contiguous, converted
from ..short_calls import Short, remembered
from ..table import composite, kernel

_plans = Plans[tuple[Any, ...], tuple[Kernel, int, int, int, int]]()


def _plan(layout: Layout, dim: int, dtype: DType, log: bool) -> tuple[Kernel, int, int, int, int]:
    """Kernel, size of the dim, inner size, items, work."""
    require_floating("log_softmax_lastdim_kernel_impl" if log else "softmax_kernel_impl", dtype, halves=True)
    shape = layout.shape
    at = wrap_dim(dim, len(shape))
    size = shape[at] if shape else 1
    inner = math.prod(shape[at + 1 :])
    kernel = softmax_kernel(dtype, log, columns=inner != 1)
    # about a nanosecond an item
    return kernel, size, inner, layout.numel // size if size else 0, layout.numel


_short = Plans[tuple[Any, ...], Short]()


def _softmax(self: Tensor, dim: int, dtype: DType | int | None, log: bool) -> Tensor:
    layout = self.layout
    short = _short.get((layout.form, self.dtype, dim, dtype, log))
    if short is not None:
        storage = Storage.allocate(short[2])
        short[0](short[1], storage.address, self.memory.address, layout.offset)
        return Tensor(storage, short[3], short[4])
    return _softmax_anew(self, dim, dtype, log)


def _softmax_anew(self: Tensor, dim: int, dtype: DType | int | None, log: bool) -> Tensor:
    wanted = as_dtype(dtype)
    source = contiguous(self if wanted is None else converted(self, wanted))
    layout = source.layout
    key = (layout.form, source.dtype, dim, log)
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _plan(layout, dim, source.dtype, log)
    kernel, size, inner, items, work = plan
    target = Layout.contiguous(layout.shape)
    out = new_like(target, source.dtype)
    launch(kernel, (source.memory.address + layout.offset * source.dtype.itemsize, out.memory.address, size, inner), items, work=work)
    if source is self:
        short = remembered(kernel, items, work, [self.dtype], (size, inner), target, self.dtype)
        if short is not None:
            _short[self.layout.form, self.dtype, dim, dtype, log] = short
    return out


@kernel(
    "softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
    "special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
)
def softmax(self: Tensor, dim: int, dtype: DType | int | None = None) -> Tensor:
    """exp(self) divided by its sum along `dim`, shifted by the largest item; converted to `dtype` first if given."""
    return _softmax(self, dim, dtype, False)


@kernel(
    "log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
    "special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
)
def log_softmax(self: Tensor, dim: int, dtype: DType | int | None = None) -> Tensor:
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


@composite("_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor")
def softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: DType | int) -> Tensor:
    """The gradient of a softmax from its result and the gradient of that."""
    product: Any = grad_output * output
    return contiguous(converted(product - output * product.sum([dim], True), _given(input_dtype)))


@composite("_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor")
def log_softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: DType | int) -> Tensor:
    """The gradient of a log_softmax from its result and the gradient of that."""
    gradient: Any = grad_output
    return contiguous(converted(gradient - output.exp() * gradient.sum([dim], True), _given(input_dtype)))


def _given(dtype: DType | int) -> DType:
    found = as_dtype(dtype)
    assert found is not None
    return found


@composite("_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
def safe_softmax(self: Tensor, dim: int, dtype: DType | int | None) -> Tensor:
    """softmax, and 0 where every item along `dim` is -inf."""
    masked: Any = (self == -math.inf).all(dim, True)
    return softmax(self, dim, dtype).masked_fill(masked, 0.0)
