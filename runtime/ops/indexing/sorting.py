"""Order: sort, topk, the k-th item, medians, the most frequent item. Kernels of kernels/loops/sorting.py do the work.

NaN counts as larger than every number. Where items are equal, `sort` keeps their order, and the place that the others give is
that of one of them.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...dtype import DType, int64, uint8
from ...kernels.loops.sort_keys import SORTABLE
from ...kernels.loops.sorting import (
    KTH,
    MEDIAN,
    NANMEDIAN,
    mode_kernel,
    part_kernel,
    scratch_bytes,
    select_kernel,
    sort_kernel,
    topk_kernel,
)
from ...kernels.loops.walking import row_words
from ...kernels.running.engine import Kernel
from ...layout import Layout, wrap_dim
from ...return_types import ValuesIndices
from ...tensor import Tensor, new_empty, new_like
from ..creation.factories import fill_number
from ..elementwise import dense_layout
from ..plans import Plans
from ..positions import one_dimension, replaced, unsupported
from ..prepared import Prepared
from ..shape.copying import clone, contiguous
from ..shape.views import without
from ..table import Sharing, composite, kernel

_BLOCKS = 16
_SCRATCH = 1 << 25
"""Bytes of scratch memory beyond which rows share it, so that fewer threads work."""


class _Plan:
    """What one sorting call does for one combination of layouts: the results' layout and the call that fills them."""

    __slots__ = ("_call", "_scratch", "layout")

    def __init__(
        self, kernel: Kernel, source: Layout, itemsize: int, dim: int, result: Layout, k: int, nanoseconds: float, shown: Layout
    ) -> None:
        """`source` and `result` have one dimension at least and differ in the size of `dim` alone; `shown` is what callers get.

        `nanoseconds` estimates one item of a row.
        """
        self.layout = shown
        length = source.shape[dim]
        layouts = source, result, result
        rows, walk = row_words(without(source, [dim]).shape, [without(layout, [dim]).strides for layout in layouts])
        size = scratch_bytes(itemsize, length)
        blocks = max(min(rows, _BLOCKS, _SCRATCH // size), 1)
        each = -(-rows // blocks)
        blocks = -(-rows // each)
        self._scratch = blocks * size
        words = (size, each, rows, length, k, *(layout.strides[dim] for layout in layouts), *walk)
        self._call = Prepared(kernel, 4, words, blocks, int(rows * length * nanoseconds))

    def run(self, source: Tensor) -> ValuesIndices:
        """The values and places of the rows of `source`."""
        values, indices = new_like(self.layout, source.dtype), new_like(self.layout, int64)
        scratch = new_empty((self._scratch,), uint8)
        self._call.run(source.address, values.address, indices.address, scratch.address)
        return ValuesIndices(values, indices)


_plans = Plans[tuple[Any, ...], _Plan]()


def _lifted(layout: Layout) -> Layout:
    """A 0-dim layout as one of one item."""
    return layout if layout.shape else Layout.of((1,), (1,), layout.offset)


def require_order(name: str, dtype: DType, *, takes_bool: bool = True) -> None:
    """NotImplementedError for dtypes that an operator does not put in order."""
    if dtype.name not in SORTABLE or (dtype.name == "bool" and not takes_bool):
        raise unsupported(name, dtype)


def _sorted(self: Tensor, dim: int, descending: bool) -> ValuesIndices:
    if self.dtype.is_complex:
        raise RuntimeError("Sort currently does not support complex dtypes on CPU")
    require_order("sort_stable", self.dtype)
    key = ("sort", self.layout.form, self.dtype, dim, descending)
    plan = _plans.get(key)
    if plan is None:
        at = wrap_dim(dim, len(self.layout.shape))
        layout = dense_layout(self.layout.shape, [self.layout])
        if not self.layout.numel:
            return ValuesIndices(new_like(layout, self.dtype), new_like(layout, int64))
        source = _lifted(self.layout)
        maker = sort_kernel(self.dtype.name, descending)
        plan = _plans[key] = _Plan(maker, source, self.dtype.itemsize, at, _lifted(layout), source.shape[at], 10.0, layout)
    return plan.run(self)


@kernel("sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", out=Sharing.SAME)
def sort(self: Tensor, dim: int = -1, descending: bool = False) -> ValuesIndices:
    """The items along `dim` in order, equal ones in the order they had, and where each came from."""
    return _sorted(self, dim, descending)


@kernel("sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", out=Sharing.SAME)
def sort_stable(self: Tensor, stable: bool | None, dim: int = -1, descending: bool = False) -> ValuesIndices:
    """The items along `dim` in order, equal ones in the order they had, and where each came from."""
    del stable
    return _sorted(self, dim, descending)


@composite("argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor")
def argsort(self: Tensor, dim: int = -1, descending: bool = False) -> Tensor:
    """The places of the items along `dim` in their order."""
    return _sorted(self, dim, descending).indices


@composite("argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor")
def argsort_stable(self: Tensor, stable: bool, dim: int = -1, descending: bool = False) -> Tensor:
    """The places of the items along `dim` in their order, equal ones in the order they had."""
    del stable
    return _sorted(self, dim, descending).indices


@composite("msort(Tensor self) -> Tensor")
def msort(self: Tensor) -> Tensor:
    """The tensor sorted along its first dimension."""
    return _sorted(self, 0, False).values


@kernel("topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)", out=Sharing.SAME)
def topk(self: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> ValuesIndices:
    """The k largest (or smallest) items along `dim`, in order, and their places."""
    del sorted
    dim = wrap_dim(dim, len(self.layout.shape))
    source = one_dimension(self)
    length = source.layout.shape[dim]
    if not 0 <= k <= length:
        raise RuntimeError("selected index k out of range")
    if self.dtype.is_complex:
        raise RuntimeError("topk(): does not support complex dtypes on CPU")
    shape = replaced(self.layout.shape, dim, k) if self.layout.shape else ((1,) if k == 0 else ())
    shape = (0,) if not self.layout.shape and k == 0 else shape
    require_order("topk_cpu", self.dtype, takes_bool=False)
    key = ("topk", self.layout.form, self.dtype, dim, k, largest)
    plan = _plans.get(key)
    if plan is None:
        layout = Layout.contiguous(shape)
        if not layout.numel:
            return ValuesIndices(new_like(layout, self.dtype), new_like(layout, int64))
        maker = sort_kernel if length < 256 or k * 2 > length else topk_kernel if k * 64 <= length else part_kernel
        plan = _plans[key] = _Plan(
            maker(self.dtype.name, largest), source.layout, self.dtype.itemsize, dim, _lifted(layout), k, 3.0, layout
        )
    return plan.run(self)


def _one_per_row(
    name: str, kernel: Callable[[str], Any], self: Tensor, dim: int, keepdim: bool, k: int = 0, *, takes_bool: bool = False
) -> ValuesIndices:
    """One item per row of `dim` and its place, by a kernel made for the dtype."""
    require_order(name, self.dtype, takes_bool=takes_bool)
    key = (name, self.layout.form, self.dtype, dim, keepdim, k)
    plan = _plans.get(key)
    if plan is None:
        source = _lifted(self.layout)
        result = Layout.contiguous(replaced(source.shape, dim, 1))
        layout = result if keepdim and self.layout.shape else Layout.contiguous(without(self.layout, [dim]).shape)
        if not layout.numel:
            return ValuesIndices(new_like(layout, self.dtype), new_like(layout, int64))
        plan = _plans[key] = _Plan(kernel(self.dtype.name), source, self.dtype.itemsize, dim, result, k, 5.0, layout)
    return plan.run(self)


def _require_items(name: str, self: Tensor, dim: int) -> None:
    if self.layout.shape and self.layout.shape[dim] == 0:
        raise IndexError(f"{name}: Expected reduction dim {dim} to have non-zero size.")


@kernel("kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", out=Sharing.NONE)
def kthvalue(self: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> ValuesIndices:
    """The k-th smallest item along `dim`, counted from 1, and a place of it."""
    dim = wrap_dim(dim, len(self.layout.shape))
    _require_items("kthvalue()", self, dim)
    length = one_dimension(self).layout.shape[dim]
    if not 1 <= k <= length:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    return _one_per_row("kthvalue_cpu", lambda dtype: select_kernel(dtype, KTH), self, dim, keepdim, k - 1)


def _median_along(name: str, which: str, self: Tensor, dim: int, keepdim: bool) -> ValuesIndices:
    dim = wrap_dim(dim, len(self.layout.shape))
    _require_items(name, self, dim)
    return _one_per_row(which, lambda dtype: select_kernel(dtype, which), self, dim, keepdim)


def _median(which: str, self: Tensor) -> Tensor:
    if not self.layout.numel:
        require_order("median_cpu", self.dtype, takes_bool=False)
        nothing = float("nan") if self.dtype.is_floating_point else 0 if self.dtype is uint8 else -(1 << (8 * self.dtype.itemsize - 1))
        return fill_number(new_empty((), self.dtype), nothing)
    flat = contiguous(self)
    items = Tensor(flat.memory, Layout.contiguous((flat.layout.numel,), flat.layout.offset), flat.dtype)
    return _one_per_row(which, lambda dtype: select_kernel(dtype, which), items, 0, False).values


@kernel("median(Tensor self) -> Tensor")
def median(self: Tensor) -> Tensor:
    """The lower median of all items; NaN if there is one."""
    return _median(MEDIAN, self)


@kernel("median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
def median_dim(self: Tensor, dim: int, keepdim: bool = False) -> ValuesIndices:
    """The lower median along `dim` and a place of it; NaN if there is one."""
    return _median_along("median()", MEDIAN, self, dim, keepdim)


@kernel("nanmedian(Tensor self) -> Tensor")
def nanmedian(self: Tensor) -> Tensor:
    """The lower median of all items that are not NaN."""
    return _median(NANMEDIAN, self)


@kernel("nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
def nanmedian_dim(self: Tensor, dim: int, keepdim: bool = False) -> ValuesIndices:
    """The lower median along `dim` of the items that are not NaN, and a place of it."""
    return _median_along("nanmedian()", NANMEDIAN, self, dim, keepdim)


@kernel("mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
def mode(self: Tensor, dim: int = -1, keepdim: bool = False) -> ValuesIndices:
    """The most frequent item along `dim`, the smallest of several, and a place of it."""
    dim = wrap_dim(dim, len(self.layout.shape))
    if not self.layout.shape:
        return ValuesIndices(clone(self), fill_number(new_empty((), int64), 0))
    _require_items("mode()", self, dim)
    return _one_per_row("mode", mode_kernel, self, dim, keepdim, takes_bool=True)
