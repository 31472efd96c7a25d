"""Scans along one dimension: running sums, products, extrema with their places, logarithms of summed exponentials."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ... import dtype as dtypes
from ...dtype import DType, as_dtype
from ...kernels.loops.scan import Scan, extremum_scan_kernel, scan_kernel
from ...kernels.running.engine import Kernel
from ...kernels.running.launch import launch
from ...layout import Layout, merge, wrap_dim
from ...return_types import ValuesIndices
from ...tensor import Tensor, new_like
from ..dtype_rules import type_name
from ..plans import Plans
from ..shape.copying import clone, converted
from ..short_calls import Short, remembered
from ..table import Sharing, kernel, required
from .complex_reductions import running_product, running_sum

KernelChoice = Callable[[bool], Kernel]
"""Whether runs are taken together -> the kernel."""


def _zero(dtype: str) -> Any:
    return 0


def _one(dtype: str) -> Any:
    return 1


def _nothing(dtype: str) -> Any:
    return -math.inf


def _add(total: Any, item: Any) -> Any:
    return total + item


def _multiply(total: Any, item: Any) -> Any:
    return total * item


def _add_exponentials(total: Any, item: Any) -> Any:
    if total != total or item != item:
        return total + item
    larger, smaller = (total, item) if total > item else (item, total)
    # infinite and equal: their difference would be NaN
    return larger if larger == smaller and abs(larger) == math.inf else larger + math.log1p(math.exp(smaller - larger))


CUMSUM, CUMPROD = Scan("cumsum", _zero, _add), Scan("cumprod", _one, _multiply)
LOGCUMSUMEXP = Scan("logcumsumexp", _nothing, _add_exponentials)


class _Plan:
    """How one scan of one layout runs."""

    __slots__ = ("items", "kernel", "layout", "short", "words", "work")

    def __init__(self, layout: Layout, dim: int, choose: KernelChoice) -> None:
        self.layout = target = Layout.contiguous(layout.shape)
        kept = [at for at in range(len(layout.shape)) if at != dim]
        dims = merge([layout.shape[at] for at in kept], [[one.strides[at] for at in kept] for one in (layout, target)]) or [(1, (1, 1))]
        inner, steps = dims[-1]
        self.kernel = choose(steps == (1, 1) and inner > 1)
        size, source_step, target_step = (layout.shape[dim], layout.strides[dim], target.strides[dim]) if layout.shape else (1, 1, 1)
        self.words = (
            size, source_step, target_step, len(dims), *(size for size, _ in dims), *(steps[at] for at in range(2) for _, steps in dims),
        )
        self.items = layout.numel // size if size else 0
        self.work = layout.numel * 2
        self.short: Short | None = None


_plans = Plans[tuple[Any, ...], _Plan]()


def _planned(name: str, source: Tensor, dim: int, output: DType, choose: KernelChoice) -> _Plan:
    key = (name, source.layout.form, source.dtype, dim, output)
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _Plan(source.layout, wrap_dim(dim, len(source.layout.shape)), choose)
        plan.short = remembered(plan.kernel, plan.items, plan.work, (source.dtype, output), plan.words, plan.layout, dtypes.int64)
    return plan


def _run(plan: _Plan, source: Tensor, output: DType, places: Tensor | None = None) -> Tensor:
    out = new_like(plan.layout, output)
    to_places = 0 if places is None else places.address
    if plan.short is None:
        launch(plan.kernel, (source.address, out.address, to_places, *plan.words), plan.items, work=plan.work)
    else:
        plan.short[0](plan.short[1], to_places, source.memory.address, source.layout.offset, out.memory.address, 0)
    return out


def _scan(scan: Scan, self: Tensor, dim: int, output: DType) -> Tensor:
    if not output.computes or output is dtypes.bool_:
        raise NotImplementedError(f'"{scan.name}_out_cpu" not implemented for \'{type_name(output)}\'')
    source = self if self.dtype.computes else converted(self, output)

    def choose(columns: bool) -> Kernel:
        return scan_kernel(scan, source.dtype, output, columns=columns)

    return _run(_planned(scan.name, source, dim, output, choose), source, output)


def _total_dtype(self: Tensor, dtype: DType | int | None) -> DType:
    """As a sum's: the given dtype, int64 for whole numbers, else the input's own."""
    return as_dtype(dtype) or (self.dtype if self.dtype.is_floating_point or self.dtype.is_complex else dtypes.int64)


@kernel("cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", out=Sharing.SAME)
def cumsum(self: Tensor, dim: int, dtype: DType | int | None = None) -> Tensor:
    """The sums of the items up to each along `dim`; integers and bool are summed in int64."""
    wanted = _total_dtype(self, dtype)
    if wanted.is_complex:
        return running_sum(cumsum, converted(self, wanted), dim)
    return _scan(CUMSUM, self, dim, wanted)


@kernel("cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", out=Sharing.SAME)
def cumprod(self: Tensor, dim: int, dtype: DType | int | None = None) -> Tensor:
    """The products of the items up to each along `dim`; integers and bool are multiplied in int64."""
    wanted = _total_dtype(self, dtype)
    if wanted.is_complex:
        return running_product(converted(self, wanted), dim)
    return _scan(CUMPROD, self, dim, wanted)


@kernel("logcumsumexp(Tensor self, int dim) -> Tensor", out=Sharing.SAME)
def logcumsumexp(self: Tensor, dim: int) -> Tensor:
    """The logarithms of the sums of the exponentials of the items up to each along `dim`."""
    if self.dtype.is_complex:
        return _complex_logcumsumexp(self, dim)
    if not self.dtype.is_floating_point:
        raise NotImplementedError(f'"logcumsumexp_out_cpu" not implemented for \'{type_name(self.dtype)}\'')
    return _scan(LOGCUMSUMEXP, self, dim, self.dtype)


def _complex_logcumsumexp(self: Tensor, dim: int) -> Tensor:
    at = wrap_dim(dim, self.ndim)
    found: list[Tensor] = []
    for slice in self.unbind(at) if self.ndim else ():
        found.append(required("aten::logaddexp")(slice, found[-1]) if found else slice)
    return required("aten::stack")(found, at) if found else clone(self)


def _extremum(name: str, self: Tensor, dim: int, largest: bool) -> ValuesIndices:
    if not self.dtype.computes:
        raise NotImplementedError(f'"{name}_cpu" not implemented for \'{type_name(self.dtype)}\'')
    plan = _planned(name, self, dim, self.dtype, lambda columns: extremum_scan_kernel(largest, self.dtype, columns=columns))
    places = new_like(plan.layout, dtypes.int64)
    return ValuesIndices(_run(plan, self, self.dtype, places), places)


@kernel("cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)")
def cummax(self: Tensor, dim: int) -> ValuesIndices:
    """The largest of the items up to each along `dim`, and its place: of equal ones the last; NaN counts as largest."""
    return _extremum("cummax", self, dim, True)


@kernel("cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)")
def cummin(self: Tensor, dim: int) -> ValuesIndices:
    """The smallest of the items up to each along `dim`, and its place: of equal ones the last; NaN counts as smallest."""
    return _extremum("cummin", self, dim, False)
