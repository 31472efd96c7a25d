"""Reductions: sums, products, extrema, truth, over all items or over some dimensions."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import dtype as dtypes
from ..dtype import DType, as_dtype
from ..kernels.engine import Kernel
from ..kernels.launch import launch
from ..kernels.reduction import (
    ALL,
    ANY,
    INNER,
    MAX,
    MEAN,
    MIN,
    PROD,
    STRIDED,
    SUM,
    Reduction,
    extremum_kernel,
    reduction_form,
    reduction_kernel,
)
from ..layout import Layout, merge, wrap_dim
from ..promotion import get_default_dtype
from ..return_types import ValuesIndices
from ..tensor import Tensor, new_empty
from .copying import converted
from .dtype_rules import type_name
from .plans import Plans
from .table import composite, reduction, required


class _Plan:
    """What one reduction of one layout does: the shape of its result, its kernel, and the words after the addresses."""

    __slots__ = ("kernel", "numel", "shape", "words")

    def __init__(self, shape: tuple[int, ...], kernel: Kernel, words: tuple[int, ...]) -> None:
        self.shape = shape
        self.kernel = kernel
        self.words = words
        self.numel = math.prod(shape)


_plans = Plans[tuple[Any, ...], _Plan]()


def reduced_dims(rank: int, dims: Sequence[int] | int | None) -> tuple[int, ...]:
    """The dimensions that a reduction runs over: all of them for None and for no dims; RuntimeError for one named twice."""
    if isinstance(dims, int):
        dims = (dims,)
    if not dims:
        return tuple(range(rank))
    wrapped = tuple(wrap_dim(dim, rank) for dim in dims)
    for dim in wrapped:
        if wrapped.count(dim) > 1:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return wrapped if rank else ()


def reduced_shape(shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    """The shape without the reduced dimensions, or with size 1 for each."""
    if keepdim:
        return tuple(1 if dim in dims else size for dim, size in enumerate(shape))
    return tuple(size for dim, size in enumerate(shape) if dim not in dims)


def _split(layout: Layout, dims: tuple[int, ...], *, ordered: bool) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(size, stride) of the kept and of the reduced dimensions, merged; reduced ones by stride unless their order matters."""
    kept = [dim for dim in range(len(layout.shape)) if dim not in dims]
    reduced = sorted(dims) if ordered else sorted(dims, key=lambda dim: -layout.strides[dim])
    parts: list[list[tuple[int, int]]] = []
    for chosen in (kept, reduced):
        merged = merge([layout.shape[dim] for dim in chosen], [[layout.strides[dim] for dim in chosen]])
        parts.append([(size, stride) for size, (stride,) in merged])
    return parts[0], parts[1] or [(1, 1)]


def _words(kept: list[tuple[int, int]], reduced: list[tuple[int, int]]) -> tuple[int, ...]:
    count = math.prod(size for size, _ in reduced)
    sizes = [*(size for size, _ in kept), *(stride for _, stride in kept)]
    return (len(kept), len(reduced), count, *sizes, *(size for size, _ in reduced), *(stride for _, stride in reduced))


def reduce(
    source: Tensor, dims: Sequence[int] | int | None, keepdim: bool, reduction: Reduction, compute: DType, output: DType
) -> Tensor:
    """`source` reduced over `dims`; items are converted to `compute` as they are read."""
    if not source.dtype.computes:
        source = converted(source, compute)
    compute = compute.opmath
    wrapped = reduced_dims(len(source.layout.shape), dims)
    key = (source.layout.form, source.dtype, wrapped, keepdim, reduction.name, compute, output)
    plan = _plans.get(key)
    if plan is None:
        kept, reduced = _split(source.layout, wrapped, ordered=False)
        form = reduction_form(tuple(stride for _, stride in kept), tuple(stride for _, stride in reduced))
        shape = reduced_shape(source.layout.shape, wrapped, keepdim)
        made = reduction_kernel(reduction, source.dtype, compute, output, form)
        plan = _plans[key] = _Plan(shape, made, _words(kept, reduced))
    out = new_empty(plan.shape, output)
    # half a nanosecond for each item of the input
    launch(plan.kernel, (source.address, out.address, *plan.words), plan.numel, work=source.layout.numel // 2)
    return out


def _extremum(
    source: Tensor, dims: Sequence[int] | int | None, keepdim: bool, *, largest: bool, values: bool
) -> tuple[Tensor | None, Tensor]:
    """The extreme items of `source` along `dims` (if wanted) and their places, NaN before all."""
    wrapped = reduced_dims(len(source.layout.shape), dims)
    kept, reduced = _split(source.layout, wrapped, ordered=True)
    shape = reduced_shape(source.layout.shape, wrapped, keepdim)
    indices = new_empty(shape, dtypes.int64)
    out = new_empty(shape, source.dtype) if values else None
    made = extremum_kernel(largest, source.dtype, INNER if reduced[-1][1] == 1 else STRIDED)
    words = (source.address, 0 if out is None else out.address, *_words(kept, reduced), indices.address)
    launch(made, words, indices.layout.numel, work=source.layout.numel)
    return out, indices


def _require_computing(name: str, dtype: DType) -> None:
    if not dtype.computes:
        raise NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')


def _sum_dtype(source: Tensor, dtype: DType | int | None) -> DType:
    """The dtype a sum or product is taken in: the given one, int64 for whole numbers, else the input's own."""
    given = as_dtype(dtype)
    if given is not None:
        return given
    return source.dtype if source.dtype.is_floating_point else dtypes.int64


@reduction("sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def sum_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool, dtype: DType | int | None) -> Tensor:
    """The sum over `dim`, pairwise in blocks; integers and bool are summed in int64."""
    wanted = _sum_dtype(self, dtype)
    _require_computing("sum_cpu", wanted)
    return reduce(self, dim, keepdim, SUM, wanted, wanted)


@reduction("sum(Tensor self, *, ScalarType? dtype=None) -> Tensor")
def sum_all(self: Tensor, dtype: DType | int | None) -> Tensor:
    """The sum of all items."""
    return sum_dims(self, None, False, dtype)


@reduction("mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def mean_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool, dtype: DType | int | None) -> Tensor:
    """The mean over `dim`; RuntimeError for integers, whose mean is no integer."""
    wanted = as_dtype(dtype) or self.dtype
    if not wanted.is_floating_point:
        where = "Input dtype" if dtype is None else "Optional dtype"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {where} must be either a floating point or complex dtype. Got: {type_name(wanted)}"
        )
    _require_computing("mean_cpu", wanted)
    return reduce(self, dim, keepdim, MEAN, wanted, wanted)


@reduction("mean(Tensor self, *, ScalarType? dtype=None) -> Tensor")
def mean_all(self: Tensor, dtype: DType | int | None) -> Tensor:
    """The mean of all items."""
    return mean_dims(self, None, False, dtype)


@reduction("prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def prod_dim(self: Tensor, dim: int, keepdim: bool, dtype: DType | int | None) -> Tensor:
    """The product over `dim`; integers and bool are multiplied in int64."""
    wanted = _sum_dtype(self, dtype)
    return reduce(self, dim, keepdim, PROD, wanted, wanted)


@reduction("prod(Tensor self, *, ScalarType? dtype=None) -> Tensor")
def prod_all(self: Tensor, dtype: DType | int | None) -> Tensor:
    """The product of all items."""
    wanted = _sum_dtype(self, dtype)
    return reduce(self, None, False, PROD, wanted, wanted)


def _truth(self: Tensor, dims: Sequence[int] | int | None, keepdim: bool, reduction: Reduction) -> Tensor:
    # uint8 was PyTorch's bool once, and any/all still answer in it
    output = dtypes.uint8 if self.dtype is dtypes.uint8 else dtypes.bool_
    return reduce(self, dims, keepdim, reduction, dtypes.bool_, output)


@reduction("any(Tensor self) -> Tensor")
def any_all(self: Tensor) -> Tensor:
    """Whether some item is not zero."""
    return _truth(self, None, False, ANY)


@reduction("any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor")
def any_dim(self: Tensor, dim: int, keepdim: bool) -> Tensor:
    """Whether some item along `dim` is not zero."""
    return _truth(self, dim, keepdim, ANY)


@reduction("all(Tensor self) -> Tensor")
def all_all(self: Tensor) -> Tensor:
    """Whether no item is zero."""
    return _truth(self, None, False, ALL)


@reduction("all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor")
def all_dim(self: Tensor, dim: int, keepdim: bool) -> Tensor:
    """Whether no item along `dim` is zero."""
    return _truth(self, dim, keepdim, ALL)


def _truth_over(self: Tensor, dims: Sequence[int] | None, keepdim: bool, reduction: Reduction) -> Tensor:
    # an empty list, unlike None, names no dimension: every item answers for itself
    if dims is not None and not dims:
        truth: Tensor = self != 0
        return converted(truth, dtypes.uint8) if self.dtype is dtypes.uint8 else truth
    return _truth(self, dims, keepdim, reduction)


@reduction("any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor")
def any_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool) -> Tensor:
    """Whether some item over `dim` is not zero."""
    return _truth_over(self, dim, keepdim, ANY)


@reduction("all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor")
def all_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool) -> Tensor:
    """Whether no item over `dim` is zero."""
    return _truth_over(self, dim, keepdim, ALL)


def _require_items(name: str, self: Tensor, dims: tuple[int, ...] | None) -> None:
    """Extrema of no items are refused, each case in PyTorch's words."""
    shape = self.layout.shape
    if dims is None and self.layout.numel == 0:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )
    for dim in dims or ():
        if shape and shape[dim] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def _extreme_values(name: str, self: Tensor, dims: Sequence[int] | int | None, keepdim: bool, reduction: Reduction) -> Tensor:
    _require_computing(f"{name}_cpu", self.dtype)
    chosen = None if dims is None or dims == [] else reduced_dims(len(self.layout.shape), dims)
    _require_items(name, self, chosen)
    return reduce(self, dims, keepdim, reduction, self.dtype, self.dtype)


@reduction("amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor")
def amax(self: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    """The largest item over `dim`; NaN if one is."""
    return _extreme_values("amax", self, dim, keepdim, MAX)


@reduction("amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor")
def amin(self: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    """The smallest item over `dim`; NaN if one is."""
    return _extreme_values("amin", self, dim, keepdim, MIN)


@reduction("max(Tensor self) -> Tensor")
def max_all(self: Tensor) -> Tensor:
    """The largest item; NaN if one is."""
    return _extreme_values("max", self, None, False, MAX)


@reduction("min(Tensor self) -> Tensor")
def min_all(self: Tensor) -> Tensor:
    """The smallest item; NaN if one is."""
    return _extreme_values("min", self, None, False, MIN)


def _with_indices(name: str, self: Tensor, dim: int, keepdim: bool, largest: bool) -> ValuesIndices:
    _require_computing(name, self.dtype)
    _require_items(name, self, (wrap_dim(dim, len(self.layout.shape)),))
    values, indices = _extremum(self, dim, keepdim, largest=largest, values=True)
    assert values is not None
    return ValuesIndices(values, indices)


@reduction("max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
def max_dim(self: Tensor, dim: int, keepdim: bool) -> ValuesIndices:
    """The largest items along `dim` and the places of the first of them; NaN counts as largest."""
    return _with_indices("max", self, dim, keepdim, True)


@reduction("min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
def min_dim(self: Tensor, dim: int, keepdim: bool) -> ValuesIndices:
    """The smallest items along `dim` and the places of the first of them; NaN counts as smallest."""
    return _with_indices("min", self, dim, keepdim, False)


def _place(name: str, self: Tensor, dim: int | None, keepdim: bool, largest: bool) -> Tensor:
    if self.dtype is dtypes.bool_ or not self.dtype.computes:
        raise NotImplementedError(f'"{name}_cpu" not implemented for \'{type_name(self.dtype)}\'')
    _require_items(name, self, None if dim is None else (wrap_dim(dim, len(self.layout.shape)),))
    return _extremum(self, dim, keepdim, largest=largest, values=False)[1]


@reduction("argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor")
def argmax(self: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """The place of the first largest item, in the flattened tensor or along `dim`; int64."""
    return _place("argmax", self, dim, keepdim, True)


@reduction("argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor")
def argmin(self: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """The place of the first smallest item, in the flattened tensor or along `dim`; int64."""
    return _place("argmin", self, dim, keepdim, False)


@composite("var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor")
def var_correction(self: Tensor, dim: Sequence[int] | None, correction: Any, keepdim: bool) -> Tensor:
    """The variance over `dim`, in two passes; the divisor is the count less `correction` (1 if None)."""
    if not self.dtype.is_floating_point:
        raise RuntimeError("std and var only support floating point and complex dtypes")
    dims = reduced_dims(len(self.layout.shape), dim)
    count = math.prod(self.layout.shape[at] for at in dims) if self.layout.shape else 1
    centred = self - mean_dims(self, dims, True, None)
    squares = sum_dims(centred * centred, dims, keepdim, None)
    return squares / max(count - (1 if correction is None else correction), 0)


@composite("var(Tensor self, bool unbiased=True) -> Tensor")
def var_all(self: Tensor, unbiased: bool) -> Tensor:
    """The variance of all items."""
    return var_correction(self, None, int(unbiased), False)


@composite("var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor")
def var_dim(self: Tensor, dim: Sequence[int] | None, unbiased: bool, keepdim: bool) -> Tensor:
    """The variance over `dim`."""
    return var_correction(self, dim, int(unbiased), keepdim)


@composite("std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor")
def std_correction(self: Tensor, dim: Sequence[int] | None, correction: Any, keepdim: bool) -> Tensor:
    """The square root of the variance over `dim`."""
    return var_correction(self, dim, correction, keepdim).sqrt()


@composite("std(Tensor self, bool unbiased=True) -> Tensor")
def std_all(self: Tensor, unbiased: bool) -> Tensor:
    """The square root of the variance of all items."""
    return var_all(self, unbiased).sqrt()


@composite("std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor")
def std_dim(self: Tensor, dim: Sequence[int] | None, unbiased: bool, keepdim: bool) -> Tensor:
    """The square root of the variance over `dim`."""
    return var_dim(self, dim, unbiased, keepdim).sqrt()


@composite("norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor")
def norm_dim(self: Tensor, p: Any, dim: Sequence[int], keepdim: bool) -> Tensor:
    """The p-norm over `dim`, 2 if p is None: the p-th root of the sum of |x|**p; inf and -inf are the extremes of |x|."""
    if not self.dtype.is_floating_point:
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {type_name(self.dtype)}")
    power = 2 if p is None else p
    if power in (math.inf, -math.inf):
        return (amax if power > 0 else amin)(self.abs(), dim, keepdim)
    if power == 0:
        return sum_dims((self != 0).to(self.dtype), dim, keepdim, None)
    if power == 1:
        return sum_dims(self.abs(), dim, keepdim, None)
    if power == 2:
        return sum_dims(self * self, dim, keepdim, None).sqrt()
    return sum_dims(self.abs() ** power, dim, keepdim, None) ** (1 / power)


@composite("norm.Scalar(Tensor self, Scalar p=2) -> Tensor")
def norm_all(self: Tensor, p: Any) -> Tensor:
    """The p-norm of all items."""
    return norm_dim(self, p, [], False)


@composite("logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor")
def logsumexp(self: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    """log(sum(exp(self))) over `dim`, shifted by the largest item so that nothing overflows."""
    if not self.dtype.is_floating_point:
        self = converted(self, get_default_dtype())
    largest = amax(self, dim, True)
    # infinite maxima would turn their own differences into NaN
    shift = required("aten::where.ScalarSelf")(largest.abs() == math.inf, 0.0, largest)
    total = sum_dims((self - shift).exp(), dim, True, None).log() + shift
    dims = reduced_dims(len(self.layout.shape), dim)
    return total.reshape(list(reduced_shape(self.layout.shape, dims, keepdim)))
