"""Writing at positions along one dimension: scatter and its reductions, index_add, index_copy, index_fill, index_reduce, put.

Every row checks its positions before it writes, so that an error leaves the tensor as it was. Rows that write in place are
rows of their own here: a copy of the whole tensor would cost more than what they write.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dtype import DType
from ...kernels.loops.indexing import ADD, ASSIGN, MAXIMUM, MINIMUM, MULTIPLY
from ...layout import Layout, wrap_dim
from ...tensor import Tensor, new_empty, number_of
from ..creation.factories import fill_number, stored_number
from ..dtype_rules import type_name
from ..host import wrapped
from ..overlap import check_writable, distinct_input, warn_if_expanded
from ..positions import Position, begin_write, one_dimension, outside, replaced, write_items
from ..shape.copying import clone, contiguous, copy_into, laid_out
from ..shape.views import without
from ..table import Sharing, kernel
from .gathering import check_gather, check_take, out_of_bounds, take_out_of_range, vector_of_positions

Operand = Tensor | int | float | bool | complex


def _row_major(source: Tensor) -> Tensor:
    """A copy in row-major order."""
    return laid_out(source, Layout.contiguous(source.layout.shape))


def _as_item(value: Operand, dtype: DType) -> Tensor:
    """A number as a tensor of one item, others as they are."""
    if isinstance(value, Tensor):
        return value
    if dtype.numpy is not None:
        return wrapped(np.array([stored_number(value, dtype)], dtype.numpy), dtype)
    return fill_number(new_empty((1,), dtype), value)


def _require_numbers(name: str, dtype: DType, mode: str) -> None:
    if mode != ASSIGN and not dtype.computes and not (mode == ADD and dtype.is_complex):
        raise NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')


# Scatter


def _scatter(self: Tensor, dim: int, index: Tensor, source: Operand, mode: str, name: str) -> Tensor:
    """Write the items of `source` to the positions of `index` along `dim` of `self`, or combine them with what is there."""
    dim = check_gather(name, self, dim, index)
    if isinstance(source, Tensor) and source.dtype is not self.dtype:
        raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
    if not index.layout.numel:
        return self
    check_writable(self)
    target, index = one_dimension(self), one_dimension(distinct_input(index, self))
    values = one_dimension(distinct_input(_as_item(source, self.dtype), self))
    shape, size = index.layout.shape, target.layout.shape[dim]
    _check_shapes(shape, target.layout.shape, values.layout.shape if isinstance(source, Tensor) else None, dim)
    wrong = outside(index, 0, size)
    if wrong is not None:
        raise RuntimeError(out_of_bounds(wrong, dim, size))
    _require_numbers(name, self.dtype, mode)
    steps = values.layout.strides if isinstance(source, Tensor) else (0,) * len(shape)
    position = Position(index.layout.strides, size, 0, target.layout.strides[dim], index.dtype)
    write_items(shape, target, values, (replaced(target.layout.strides, dim, 0), steps), [position], (index,), mode)
    begin_write(self)
    return self


def _check_shapes(shape: tuple[int, ...], target: tuple[int, ...], source: tuple[int, ...] | None, dim: int) -> None:
    inside = all(at == dim or size <= target[at] for at, size in enumerate(shape))
    if source is None:
        if not inside:
            raise RuntimeError(f"Expected index {list(shape)} to be no larger than self {list(target)} apart from dimension {dim}")
        return
    if len(source) != len(shape):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    if not inside or any(size > limit for size, limit in zip(shape, source)):
        raise RuntimeError(
            f"Expected index {list(shape)} to be no larger than self {list(target)} apart from dimension {dim} and to be no larger "
            f"size than src {list(source)}"
        )


def _add_or_multiply(reduce: str) -> str:
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    return ADD if reduce == "add" else MULTIPLY


@kernel("scatter_.src(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!)",
        "scatter_.value(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!)")
def scatter_in_place(self: Tensor, dim: int, index: Tensor, source: Operand) -> Tensor:
    """Items written to the positions of `index` along `dim`; the last one stays where several meet."""
    return _scatter(self, dim, index, source, ASSIGN, "scatter")


@kernel("scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
        "scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", out=Sharing.SAME)
def scatter(self: Tensor, dim: int, index: Tensor, source: Operand) -> Tensor:
    """The tensor with items written to the positions of `index` along `dim`."""
    return _scatter(_row_major(self), dim, index, source, ASSIGN, "scatter")


@kernel("scatter_.reduce(Tensor(a!) self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor(a!)",
        "scatter_.value_reduce(Tensor(a!) self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor(a!)")
def scatter_combine_in_place(self: Tensor, dim: int, index: Tensor, source: Operand, reduce: str) -> Tensor:
    """Items added to ("add") or multiplied onto ("multiply") the positions of `index` along `dim`."""
    return _scatter(self, dim, index, source, _add_or_multiply(reduce), "scatter")


@kernel("scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor",
        "scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor", out=Sharing.SAME)
def scatter_combine(self: Tensor, dim: int, index: Tensor, source: Operand, reduce: str) -> Tensor:
    """The tensor with items added to ("add") or multiplied onto ("multiply") the positions of `index` along `dim`."""
    return _scatter(_row_major(self), dim, index, source, _add_or_multiply(reduce), "scatter")


@kernel("scatter_add_(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!)")
def scatter_add_in_place(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """The items of `src` added at the positions of `index` along `dim`."""
    return _scatter(self, dim, index, src, ADD, "scatter_add")


@kernel("scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", out=Sharing.SAME)
def scatter_add(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """The tensor with the items of `src` added at the positions of `index` along `dim`."""
    return _scatter(_row_major(self), dim, index, src, ADD, "scatter_add")


_MODES = {"sum": ADD, "mean": ADD, "prod": MULTIPLY, "amax": MAXIMUM, "amin": MINIMUM}


def _neutral(reduce: str, dtype: DType) -> Any:
    """What a reduction starts from."""
    if reduce in ("sum", "mean"):
        return 0
    if reduce == "prod":
        return 1
    if dtype.name == "bool":
        return reduce == "amin"
    if dtype.is_floating_point:
        return float("-inf" if reduce == "amax" else "inf")
    limits = np.iinfo(dtype.numpy)
    return int(limits.min if reduce == "amax" else limits.max)


def _reduce_with(write: Callable[[Tensor, Operand, str], Tensor], self: Tensor, source: Tensor, reduce: str, include_self: bool) -> Tensor:
    """Reduce `source` into `self` by `write(target, source, mode)`, which writes at the positions of an index."""
    if not include_self:
        write(self, _neutral(reduce, self.dtype), ASSIGN)
    write(self, source, _MODES[reduce])
    if reduce == "mean":
        counts = fill_number(new_empty(self.layout.shape, self.dtype), 1 if include_self else 0)
        write(counts, 1, ADD)
        if not include_self:
            counts = counts.clamp_min(1)
        if self.dtype.is_floating_point:
            self.div_(counts)
        else:
            self.div_(counts, rounding_mode="floor")
    return self


def _scatter_reduce(self: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool) -> Tensor:
    if reduce not in _MODES:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    # every check of the shapes and positions happens in the first write
    check_gather("scatter_reduce", self, dim, index)
    if src.dtype is not self.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if index.layout.numel:
        _check_shapes(
            one_dimension(index).layout.shape, one_dimension(self).layout.shape, one_dimension(src).layout.shape,
            wrap_dim(dim, len(self.layout.shape)),
        )
    index, src = distinct_input(index, self), distinct_input(src, self)
    return _reduce_with(lambda target, source, mode: _scatter(target, dim, index, source, mode, "scatter"), self, src, reduce, include_self)


@kernel(
    "scatter_reduce_.two(Tensor(a!) self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor(a!)"
)
def scatter_reduce_in_place(self: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool = True) -> Tensor:
    """The sum, prod, mean, amax or amin of the items that `index` sends to each position, with the item there or without."""
    return _scatter_reduce(self, dim, index, src, reduce, include_self)


@kernel(
    "scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor", out=Sharing.SAME
)
def scatter_reduce(self: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool = True) -> Tensor:
    """The sum, prod, mean, amax or amin of the items that `index` sends to each position, with the item there or without."""
    return _scatter_reduce(_row_major(self), dim, index, src, reduce, include_self)


# Slices along one dimension


def _write_slices(self: Tensor, dim: int, index: Tensor, source: Operand, mode: str, low: int) -> Tensor:
    """Write the slices of `source` (or a number) to checked positions along `dim` of `self`, which may be written."""
    target = one_dimension(self)
    shape = replaced(target.layout.shape, dim, index.layout.numel)
    if 0 not in shape:
        index = distinct_input(index, target)
        values = distinct_input(one_dimension(_as_item(source, self.dtype)), target)
        steps = values.layout.strides if isinstance(source, Tensor) else (0,) * len(shape)
        strides = target.layout.strides
        moves = replaced((0,) * len(shape), dim, index.layout.strides[0])
        position = Position(moves, target.layout.shape[dim], low, strides[dim], index.dtype)
        write_items(shape, target, values, (replaced(strides, dim, 0), steps), [position], (index,), mode)
    begin_write(self)
    return self


def _size(self: Tensor, dim: int) -> int:
    return (self.layout.shape or (1,))[dim]


def _check_source(name: str, self: Tensor, dim: int, index: Tensor, source: Tensor) -> None:
    if source.dtype is not self.dtype:
        raise RuntimeError(f"{name}: self and source must have the same scalar type")
    if len(source.layout.shape) > 1 and dim >= len(source.layout.shape):
        raise RuntimeError(f"{name}: Indexing dim {dim} is out of bounds of the source tensor with shape {list(source.layout.shape)}")
    if _size(source, min(dim, max(len(source.layout.shape) - 1, 0))) != index.layout.numel:
        raise RuntimeError(f"{name}: Number of indices should be equal to source.size(dim)")
    if without(self.layout, [dim]).shape != without(source.layout, [dim]).shape:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {list(self.layout.shape)} source.shape = {list(source.layout.shape)}"
        )


def _index_add(self: Tensor, dim: int, index: Tensor, source: Tensor, alpha: Any) -> Tensor:
    dim, index = vector_of_positions("index_add_()", self, dim, index)
    _check_source("index_add_()", self, dim, index, source)
    wrong = outside(index, 0, _size(self, dim))
    if wrong is not None:
        # PyTorch takes the way of scatter_add where there are rows and int64 positions
        if len(self.layout.shape) > 1 and index.dtype.name == "int64":
            raise RuntimeError(out_of_bounds(wrong, dim, _size(self, dim)))
        raise IndexError("index out of range in self")
    _require_numbers("index_add_", self.dtype, ADD)
    check_writable(self)
    scaled = source if alpha == 1 else (source * stored_number(alpha, self.dtype)).to(self.dtype)
    return _write_slices(self, dim, index, scaled, ADD, 0)


@kernel("index_add_(Tensor(a!) self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor(a!)")
def index_add_in_place(self: Tensor, dim: int, index: Tensor, source: Tensor, alpha: Any = 1) -> Tensor:
    """The slices of `source`, times `alpha`, added at the positions of a vector along `dim`."""
    return _index_add(self, dim, index, source, alpha)


@kernel("index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor", out=Sharing.SAME)
def index_add(self: Tensor, dim: int, index: Tensor, source: Tensor, alpha: Any = 1) -> Tensor:
    """The tensor with the slices of `source`, times `alpha`, added at the positions of a vector along `dim`."""
    return _index_add(laid_out(self, Layout.contiguous(self.layout.shape)), dim, index, source, alpha)


def _index_copy(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    dim = wrap_dim(dim, len(self.layout.shape))
    check_take("index_copy_", index)
    dim, index = vector_of_positions("index_copy_()", self, dim, index)
    if source.dtype is not self.dtype:
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {type_name(self.dtype)} and (source) "
            f"{type_name(source.dtype)}"
        )
    rank = len(source.layout.shape)
    if rank == 0 and index.layout.numel != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {index.layout.numel})")
    if rank and self.layout.shape and rank != len(self.layout.shape):
        raise IndexError(
            f"index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality "
            f"({rank}), destination dimensionality ({len(self.layout.shape)})"
        )
    length = _size(source, dim)
    if without(self.layout, [dim]).shape != without(source.layout, [dim]).shape:
        raise RuntimeError(
            f"index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{list(without(self.layout, [dim]).shape)} at dimension {dim} and source slice shape: "
            f"{list(without(source.layout, [dim]).shape)} at dimension 0."
        )
    if length != index.layout.numel:
        raise IndexError(f"index_copy_(): Number of indices ({index.layout.numel}) should be equal to source.size(dim) ({length})")
    wrong = outside(index, 0, _size(self, dim))
    if wrong is not None:
        raise IndexError(f"index_copy_(): index {wrong} is out of bounds for dimension {dim} with size {_size(self, dim)}")
    check_writable(self)
    return _write_slices(self, dim, index, source, ASSIGN, 0)


@kernel("index_copy_(Tensor(a!) self, int dim, Tensor index, Tensor source) -> Tensor(a!)")
def index_copy_in_place(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """The slices of `source` written to the positions of a vector along `dim`."""
    return _index_copy(self, dim, index, source)


@kernel("index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", out=Sharing.SAME)
def index_copy(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """The tensor with the slices of `source` written to the positions of a vector along `dim`."""
    return _index_copy(laid_out(self, Layout.contiguous(self.layout.shape)), dim, index, source)


def _index_fill(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        if value.layout.shape:
            raise RuntimeError(
                f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.layout.shape)} dimension(s)."
            )
        value = number_of(value)
    if index.dtype.name != "int64":
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    dim, index = vector_of_positions("index_fill_()", self, dim, index)
    size = _size(self, dim)
    wrong = outside(index, -size, size)
    if wrong is not None:
        raise IndexError(out_of_bounds(wrong, dim, size))
    warn_if_expanded("index_fill_", self)
    return _write_slices(self, dim, index, value, ASSIGN, -size)


@kernel("index_fill_.int_Scalar(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!)",
        "index_fill_.int_Tensor(Tensor(a!) self, int dim, Tensor index, Tensor value) -> Tensor(a!)")
def index_fill_in_place(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A number written to the slices at the positions of a vector along `dim`."""
    return _index_fill(self, dim, index, value)


@kernel("index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
        "index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor")
def index_fill(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """The tensor with a number in the slices at the positions of a vector along `dim`."""
    return _index_fill(clone(self), dim, index, value)


def _index_reduce(self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool) -> Tensor:
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    dim, index = vector_of_positions("index_reduce_()", self, dim, index)
    _check_source("index_reduce_()", self, dim, index, source)
    if outside(index, 0, _size(self, dim)) is not None:
        raise IndexError("index out of range in self")
    check_writable(self)
    index, source = distinct_input(index, self), distinct_input(source, self)

    def write(target: Tensor, values: Operand, mode: str) -> Tensor:
        return _write_slices(target, dim, index, values, mode, 0)

    return _reduce_with(write, self, source, reduce, include_self)


@kernel(
    "index_reduce_(Tensor(a!) self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor(a!)"
)
def index_reduce_in_place(self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool = True) -> Tensor:
    """The prod, mean, amax or amin of the slices that a vector sends to each position of `dim`."""
    return _index_reduce(self, dim, index, source, reduce, include_self)


@kernel("index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor")
def index_reduce(self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool = True) -> Tensor:
    """The prod, mean, amax or amin of the slices that a vector sends to each position of `dim`."""
    return _index_reduce(laid_out(self, Layout.contiguous(self.layout.shape)), dim, index, source, reduce, include_self)


# Positions over the whole tensor


def _put(self: Tensor, index: Tensor, source: Tensor, accumulate: bool) -> Tensor:
    check_take("put_", index)
    if source.dtype is not self.dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {type_name(self.dtype)} and "
            f"source.dtype = {type_name(source.dtype)}"
        )
    count, numel = index.layout.numel, self.layout.numel
    if source.layout.numel != count:
        raise IndexError(
            f"put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.layout.numel}, index.numel() = {count}"
        )
    if numel == 0 and count:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    if not count:
        return self
    check_writable(self)
    wrong = outside(index, -numel, numel)
    if wrong is not None:
        raise take_out_of_range(wrong, numel)
    mode = ADD if accumulate else ASSIGN
    _require_numbers("put_", self.dtype, mode)
    target, index, values = contiguous(self), contiguous(distinct_input(index, self)), contiguous(distinct_input(source, self))
    write_items((count,), target, values, ((0,), (1,)), [Position((1,), numel, -numel, 1, index.dtype)], (index,), mode)
    if target is not self:
        return copy_into(self, target)
    begin_write(self)
    return self


@kernel("put_(Tensor(a!) self, Tensor index, Tensor source, bool accumulate=False) -> Tensor(a!)")
def put_in_place(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """Items written to (or added at) positions counted over the whole tensor in row-major order."""
    return _put(self, index, source, accumulate)


@kernel("put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor")
def put(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """The tensor with items written to (or added at) positions counted over the whole tensor in row-major order."""
    return _put(clone(self), index, source, accumulate)
