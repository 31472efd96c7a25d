"""Reductions: sums, products, extrema, truth, over all items or over some dimensions."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from ... import dtype as dtypes
from ...dtype import DType, as_dtype
from ...kernels.loops.extremum import extremum_kernel
from ...kernels.loops.reduction import Reduction
from ...kernels.loops.reduction_functions import ALL, ANY, MAX, MEAN, MIN, NONZERO, PROD, SUM
from ...kernels.running.launch import launch
from ...layout import Layout, wrap_dim
from ...return_types import MinMax, ValuesIndices
from ...storage import Storage
from ...tensor import Tensor
from ..dtype_rules import other_out, type_name
from ..plans import Plans
from ..shape.copying import converted
from ..short_calls import Short, remembered
from ..table import reduction
from .complex_reductions import product, reduced_by_parts
from .reduction_plans import Formula, Plan, by_columns, make_plan, reduced_shape, split_dims, words_of

DTypes = Callable[[DType, DType | None], tuple[DType, DType]]
"""(dtype of the input, given dtype) -> (the dtype to reduce in, the dtype of the result)."""


def reduced_dims(rank: int, dims: Sequence[int] | int | None) -> tuple[int, ...]:
    """The dimensions that a reduction runs over: all of them for None and for no dims; RuntimeError for one named twice."""
    if isinstance(dims, int):
        dims = (dims,)
    if rank > 64:
        raise RuntimeError("only tensors with up to 64 dims are supported")
    if not dims:
        return tuple(range(rank))
    wrapped = tuple(wrap_dim(dim, rank) for dim in dims)
    for dim in wrapped:
        if wrapped.count(dim) > 1:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return wrapped if rank else ()


def reducing(reduction: Reduction, dtypes: DTypes) -> Callable[..., Tensor]:
    """A reduction made ready to call: `reduce(source, dims, keepdim=False, dtype=None, parameter=0.0)`, None and no dims: all.

    Where `dtypes` says complex numbers, the parts are reduced by themselves, but for products. Plans are kept by layout; what is
    small is run the short way of short_calls.py.
    """
    plans, short = Plans[tuple[Any, ...], Plan](), Plans[tuple[Any, ...], Short]()
    find, allocate = short.get, Storage.allocate

    def reduce(
        source: Tensor, dims: Sequence[int] | int | None, keepdim: bool = False, dtype: DType | int | None = None, parameter: float = 0.0
    ) -> Tensor:
        if dims.__class__ is list:
            dims = tuple(cast("list[int]", dims))
        layout = source.layout
        key = (layout.form, source.dtype, dims, keepdim, dtype, parameter)
        found = find(key)
        if found is not None:
            direct, frame, nbytes, target, output, _ = found
            storage = allocate(nbytes)
            direct(frame, storage.address, source.memory.address, layout.offset)
            return Tensor(storage, target, output)
        plan = plans.get(key)
        if plan is None:
            compute, output = dtypes(source.dtype, as_dtype(dtype))
            if compute.is_complex:
                numbers, over = converted(source, compute), reduced_dims(len(layout.shape), dims)
                return product(numbers, over, keepdim) if reduction is PROD else reduced_by_parts(reduce, numbers, over, keepdim)
            if not source.dtype.computes:
                return reduce(converted(source, compute), dims, keepdim, output, parameter)
            formula = Formula(reduction, source.dtype, compute.opmath, output, parameter)
            plan = plans[key] = make_plan(layout, reduced_dims(len(layout.shape), dims), keepdim, formula)
            remember(key, plan)
        return plan.run(source)

    def remember(key: tuple[Any, ...], plan: Plan) -> None:
        step = plan.single
        found = None if step is None else remembered(
            step.kernel, step.items, step.work, [key[1]], step.words[2:], plan.layout, plan.dtype
        )
        if found is not None:
            short[key] = found

    return reduce


class _ExtremumPlan:
    """Values and places of one layout."""

    __slots__ = ("items", "kernel", "layout", "nbytes", "short", "words", "work")

    def __init__(self, source: Tensor, dims: tuple[int, ...], keepdim: bool, largest: bool) -> None:
        kept, reduced = split_dims(source.layout, dims, ordered=True)
        columns, unit = by_columns(kept, reduced)
        self.kernel = extremum_kernel(largest, source.dtype, columns=columns, unit=unit)
        self.words = words_of(kept, reduced)[3:]
        self.layout = Layout.contiguous(reduced_shape(source.layout.shape, dims, keepdim))
        self.items = self.layout.numel
        self.nbytes = self.items * source.dtype.itemsize
        self.work = source.layout.numel
        self.short = remembered(
            self.kernel, self.items, self.work, (source.dtype, source.dtype), self.words, self.layout, dtypes.int64
        )


_extremum_plans = Plans[tuple[Any, ...], _ExtremumPlan]()


def _extremum(source: Tensor, dim: int | None, keepdim: bool, *, largest: bool, values: bool) -> tuple[Tensor | None, Tensor]:
    """The extreme items of `source` along `dim` (if wanted) and their places, NaN before all."""
    key = (source.layout.form, source.dtype, dim, keepdim, largest)
    plan = _extremum_plans.get(key)
    if plan is None:
        dims = reduced_dims(len(source.layout.shape), dim)
        plan = _extremum_plans[key] = _ExtremumPlan(source, dims, keepdim, largest)
    indices = Tensor(Storage.allocate(plan.items * 8), plan.layout, dtypes.int64)
    out = Tensor(Storage.allocate(plan.nbytes), plan.layout, source.dtype) if values else None
    address = 0 if out is None else out.memory.address
    if plan.short is None:
        launch(plan.kernel, (source.address, address, indices.memory.address, *plan.words), plan.items, work=plan.work)
    else:
        plan.short[0](plan.short[1], indices.memory.address, source.memory.address, source.layout.offset, address, 0)
    return out, indices


def _require_computing(name: str, dtype: DType) -> None:
    if not dtype.computes:
        raise NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')


def _require_adding(name: str, dtype: DType) -> None:
    if dtype not in (dtypes.complex64, dtypes.complex128):
        _require_computing(name, dtype)


def _total_dtypes(name: str) -> DTypes:
    """A sum's or product's: the given dtype, int64 for whole numbers, else the input's own."""

    def rule(input: DType, given: DType | None) -> tuple[DType, DType]:
        wanted = given or (input if input.is_floating_point or input.is_complex else dtypes.int64)
        _require_adding(name, wanted)
        return wanted, wanted

    return rule


def _mean_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    wanted = given or input
    if not (wanted.is_floating_point or wanted.is_complex):
        where = "Input dtype" if given is None else "Optional dtype"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {where} must be either a floating point or complex dtype. Got: {type_name(wanted)}"
        )
    _require_adding("mean_cpu", wanted)
    return wanted, wanted


def _truth_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    # uint8 was PyTorch's bool once, and any/all still answer in it
    return dtypes.bool_, dtypes.uint8 if input is dtypes.uint8 else dtypes.bool_


def _own_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    return input, input


_sum, _prod, _mean = reducing(SUM, _total_dtypes("sum_cpu")), reducing(PROD, _total_dtypes("prod_cpu")), reducing(MEAN, _mean_dtypes)
_any, _all = reducing(ANY, _truth_dtypes), reducing(ALL, _truth_dtypes)
_largest, _smallest = reducing(MAX, _own_dtypes), reducing(MIN, _own_dtypes)
_nonzero = reducing(NONZERO, lambda input, given: (dtypes.int64, dtypes.int64))


@reduction("sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def sum_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool = False, dtype: DType | int | None = None) -> Tensor:
    """The sum over `dim`, pairwise in blocks; integers and bool are summed in int64."""
    return _sum(self, dim, keepdim, dtype)


@reduction("sum(Tensor self, *, ScalarType? dtype=None) -> Tensor")
def sum_all(self: Tensor, dtype: DType | int | None = None) -> Tensor:
    """The sum of all items."""
    return _sum(self, None, False, dtype)


@reduction("mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def mean_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool = False, dtype: DType | int | None = None) -> Tensor:
    """The mean over `dim`; RuntimeError for integers, whose mean is no integer."""
    return _mean(self, dim, keepdim, dtype)


@reduction("mean(Tensor self, *, ScalarType? dtype=None) -> Tensor")
def mean_all(self: Tensor, dtype: DType | int | None = None) -> Tensor:
    """The mean of all items."""
    return _mean(self, None, False, dtype)


@reduction("prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def prod_dim(self: Tensor, dim: int, keepdim: bool = False, dtype: DType | int | None = None) -> Tensor:
    """The product over `dim`; integers and bool are multiplied in int64."""
    return _prod(self, dim, keepdim, dtype)


@reduction("prod(Tensor self, *, ScalarType? dtype=None) -> Tensor")
def prod_all(self: Tensor, dtype: DType | int | None = None) -> Tensor:
    """The product of all items."""
    return _prod(self, None, False, dtype)


@reduction("count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor")
def count_nonzero_dims(self: Tensor, dim: Sequence[int]) -> Tensor:
    """How many items over `dim` are not 0; int64."""
    return _nonzero(self != 0 if self.dtype.is_complex else self, dim)


@reduction("count_nonzero(Tensor self, int? dim=None) -> Tensor")
def count_nonzero(self: Tensor, dim: int | None) -> Tensor:
    """How many items, of all or along `dim`, are not 0; int64."""
    return count_nonzero_dims(self, [] if dim is None else [dim])


@reduction("any(Tensor self) -> Tensor")
def any_all(self: Tensor) -> Tensor:
    """Whether some item is not zero."""
    return _any(self, None)


@reduction("any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor")
def any_dim(self: Tensor, dim: int, keepdim: bool = False) -> Tensor:
    """Whether some item along `dim` is not zero."""
    return _any(self, dim, keepdim)


@reduction("all(Tensor self) -> Tensor")
def all_all(self: Tensor) -> Tensor:
    """Whether no item is zero."""
    return _all(self, None)


@reduction("all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor")
def all_dim(self: Tensor, dim: int, keepdim: bool = False) -> Tensor:
    """Whether no item along `dim` is zero."""
    return _all(self, dim, keepdim)


def _truth_over(self: Tensor, dims: Sequence[int] | None, keepdim: bool, truth: Callable[..., Tensor]) -> Tensor:
    # an empty list, unlike None, names no dimension: every item answers for itself
    if dims is not None and not dims:
        answers: Tensor = self != 0
        return converted(answers, dtypes.uint8) if self.dtype is dtypes.uint8 else answers
    return truth(self, dims, keepdim)


@reduction("any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor")
def any_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool) -> Tensor:
    """Whether some item over `dim` is not zero."""
    return _truth_over(self, dim, keepdim, _any)


@reduction("all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor")
def all_dims(self: Tensor, dim: Sequence[int] | None, keepdim: bool) -> Tensor:
    """Whether no item over `dim` is zero."""
    return _truth_over(self, dim, keepdim, _all)


def require_items(name: str, self: Tensor, dims: tuple[int, ...] | None) -> None:
    """Extrema of no items are refused, each case in PyTorch's words."""
    shape = self.layout.shape
    if dims is None and self.layout.numel == 0:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )
    for dim in dims or ():
        if shape and shape[dim] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def _extreme_values(name: str, self: Tensor, dims: Sequence[int] | int | None, keepdim: bool, extreme: Callable[..., Tensor]) -> Tensor:
    if not self.dtype.computes:
        _require_computing(f"{name}_cpu", self.dtype)
    if self.layout.numel == 0:
        chosen = None if dims is None or dims == [] else reduced_dims(len(self.layout.shape), dims)
        require_items(name, self, chosen)
    return extreme(self, dims, keepdim)


@reduction("amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor")
def amax(self: Tensor, dim: Sequence[int] = (), keepdim: bool = False) -> Tensor:
    """The largest item over `dim`; NaN if one is."""
    return _extreme_values("amax", self, dim, keepdim, _largest)


@reduction("amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor")
def amin(self: Tensor, dim: Sequence[int] = (), keepdim: bool = False) -> Tensor:
    """The smallest item over `dim`; NaN if one is."""
    return _extreme_values("amin", self, dim, keepdim, _smallest)


@reduction("max(Tensor self) -> Tensor")
def max_all(self: Tensor) -> Tensor:
    """The largest item; NaN if one is."""
    return _extreme_values("max", self, None, False, _largest)


@reduction("min(Tensor self) -> Tensor")
def min_all(self: Tensor) -> Tensor:
    """The smallest item; NaN if one is."""
    return _extreme_values("min", self, None, False, _smallest)


@reduction("aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", same_out=other_out)
def aminmax(self: Tensor, dim: int | None, keepdim: bool) -> MinMax:
    """The smallest and the largest item, of all or along `dim`; NaN if one is."""
    smallest = _extreme_values("aminmax", self, dim, keepdim, _smallest)
    return MinMax(smallest, _largest(self, dim, keepdim))


def _with_indices(name: str, self: Tensor, dim: int, keepdim: bool, largest: bool) -> ValuesIndices:
    _require_computing(name, self.dtype)
    require_items(name, self, (wrap_dim(dim, len(self.layout.shape)),))
    values, indices = _extremum(self, dim, keepdim, largest=largest, values=True)
    assert values is not None
    return ValuesIndices(values, indices)


@reduction("max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
def max_dim(self: Tensor, dim: int, keepdim: bool = False) -> ValuesIndices:
    """The largest items along `dim` and the places of the first of them; NaN counts as largest."""
    return _with_indices("max", self, dim, keepdim, True)


@reduction("min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
def min_dim(self: Tensor, dim: int, keepdim: bool = False) -> ValuesIndices:
    """The smallest items along `dim` and the places of the first of them; NaN counts as smallest."""
    return _with_indices("min", self, dim, keepdim, False)


def _place(name: str, self: Tensor, dim: int | None, keepdim: bool, largest: bool) -> Tensor:
    if self.dtype is dtypes.bool_ or not self.dtype.computes:
        raise NotImplementedError(f'"{name}_cpu" not implemented for \'{type_name(self.dtype)}\'')
    require_items(name, self, None if dim is None else (wrap_dim(dim, len(self.layout.shape)),))
    return _extremum(self, dim, keepdim, largest=largest, values=False)[1]


@reduction("argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor")
def argmax(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The place of the first largest item, in the flattened tensor or along `dim`; int64."""
    return _place("argmax", self, dim, keepdim, True)


@reduction("argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor")
def argmin(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The place of the first smallest item, in the flattened tensor or along `dim`; int64."""
    return _place("argmin", self, dim, keepdim, False)
