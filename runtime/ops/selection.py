"""Choosing items by a mask or along one dimension: where, masked_fill, index_select, gather, scatter, embedding."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtype as dtypes
from ..dtype import DType
from ..layout import Layout, broadcast_shapes, wrap_dim
from ..tensor import Tensor, new_empty, new_like
from ..type_info import result_type
from .copying import clone, converted, copy_into
from .dtype_rules import type_name
from .elementwise import Launch, dense_layout, prepare
from .factories import stored_number
from .host import Array, bits, wrapped
from .indexing import MASKS, POSITIONS, first_items
from .overlap import check_writable
from .plans import Plans
from .table import composite, host, kernel
from .views import without

Operand = Tensor | int | float | bool | complex


def chosen(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`: the scalar function of a choice."""
    return a if condition else b


_plans = Plans[tuple[Any, ...], tuple[Launch, Layout]]()


def _choose(condition: Tensor, a: Any, b: Any, dtype: DType) -> Tensor:
    """`a` where the mask `condition` holds, else `b`, both converted to `dtype`, all broadcast."""
    operands = (condition, *(converted(value, dtype) if isinstance(value, Tensor) else value for value in (a, b)))
    key = (dtype, *[value.layout.form if isinstance(value, Tensor) else None for value in operands])
    plan = _plans.get(key)
    if plan is None:
        layouts = [value.layout for value in operands if isinstance(value, Tensor)]
        layout = dense_layout(broadcast_shapes([each.shape for each in layouts]), layouts)
        if not dtype.computes:
            return _choose_on_host(operands, new_like(layout, dtype))
        inputs = [(value.layout, value.dtype) if isinstance(value, Tensor) else (None, dtype) for value in operands]
        plan = _plans[key] = prepare(chosen, dtype, inputs, layout, dtype), layout
    launch, layout = plan
    result = new_like(layout, dtype)
    launch.run(operands, result.storage.address)
    return result


def _choose_on_host(operands: Sequence[Any], result: Tensor) -> Tensor:
    if result.dtype.numpy is None:
        raise NotImplementedError(f"where: not implemented for {result.dtype}; convert to float32 first")
    mask, a, b = (bits(value) if isinstance(value, Tensor) else value for value in operands)
    bits(result)[...] = np.where(mask, a, b)
    return result


@kernel(
    "where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
    "where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor",
    "where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor",
    "where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor",
)
def where(condition: Tensor, self: Any, other: Any) -> Tensor:
    """The items of `self` where the condition holds, those of `other` elsewhere."""
    if condition.dtype not in MASKS:
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {type_name(condition.dtype)}")
    return _choose(converted(condition, dtypes.bool_), self, other, result_type(self, other))


def _check_mask(mask: Tensor) -> None:
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.name}")


@kernel("masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor")
def masked_fill(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """The tensor with `value` wherever the mask is true."""
    _check_mask(mask)
    return _choose(mask, stored_number(value, self.dtype), self, self.dtype)


@composite("masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor")
def masked_fill_tensor(self: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    """The tensor with the only item of `value` wherever the mask is true."""
    if value.layout.shape:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.layout.shape)} dimension(s)."
        )
    return masked_fill(self, mask, value.item())


@host("masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor")
def masked_scatter(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """The tensor with the items of `source`, in order, wherever the mask is true."""
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError("masked_scatter_ only supports boolean masks, but got mask with dtype " + mask.dtype.name)
    if source.dtype is not self.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got {type_name(self.dtype)} and {type_name(source.dtype)}"
        )
    shape = broadcast_shapes([self.layout.shape, mask.layout.shape])
    result = new_empty(shape, self.dtype)
    copy_into(result, self)
    where_true = np.broadcast_to(bits(mask), shape)
    count = int(where_true.sum())
    items = bits(source).reshape(-1)
    if len(items) < count:
        raise RuntimeError("masked_scatter: expected self and source to have enough elements: "
                           f"the mask is true {count} times, but source has {len(items)} elements")
    bits(result)[where_true] = items[:count]
    return result


# Along one dimension


def _positions_along(name: str, self: Tensor, dim: int, index: Tensor) -> tuple[int, Array]:
    """The wrapped dimension and the checked positions of a vector of indices."""
    if len(index.layout.shape) > 1:
        raise IndexError(f"{name}: Index is supposed to be a vector")
    if index.dtype not in POSITIONS:
        raise RuntimeError(f"{name}: Expected dtype int32 or int64 for index")
    return wrap_dim(dim, len(self.layout.shape)), bits(index).reshape(-1)


def _check_all(positions: Array, size: int, error: type[Exception], message: str) -> None:
    """Raise `error` if a position is outside [0, size); the message's `{}` is that position."""
    if positions.size and (int(positions.min()) < 0 or int(positions.max()) >= size):
        outside = positions[(positions < 0) | (positions >= size)].flat[0]
        raise error(message.format(int(outside)))


@host("index_select(Tensor self, int dim, Tensor index) -> Tensor")
def index_select(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of `dim` at the positions of a vector."""
    dim, positions = _positions_along("index_select()", self, dim, index)
    if not self.layout.shape:
        _check_all(positions, 1, IndexError, "index out of range in self")
        if positions.size != 1:
            raise IndexError(f"index_select(): Index to scalar can have only 1 value, got {positions.size} value(s)")
        return clone(self)
    _check_all(positions, self.layout.shape[dim], IndexError, "index out of range in self")
    return wrapped(bits(self).take(positions, dim), self.dtype)


@host("embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor")
def embedding(weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """The row of `weight` for each index; the rows are the last dimension."""
    del padding_idx, scale_grad_by_freq, sparse
    if len(weight.layout.shape) != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.dtype not in POSITIONS:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{type_name(indices.dtype)}Tensor instead (while checking arguments for embedding)"
        )
    positions = bits(indices)
    _check_all(positions, weight.layout.shape[0], IndexError, "index out of range in self")
    result = new_empty((*positions.shape, weight.layout.shape[1]), weight.dtype)
    if result.layout.numel:
        np.take(bits(weight), positions, 0, out=bits(result), mode="clip")
    return result


def _check_gather(name: str, self: Tensor, dim: int, index: Tensor) -> tuple[int, Array]:
    dim = wrap_dim(dim, len(self.layout.shape))
    if not index.layout.numel:
        return dim, bits(index)
    if index.dtype not in POSITIONS:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if len(self.layout.shape or (1,)) != len(index.layout.shape or (1,)):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    return dim, np.atleast_1d(bits(index))


def _check_inside(self: Tensor, dim: int, positions: Array) -> None:
    size = (self.layout.shape or (1,))[dim]
    _check_all(positions, size, RuntimeError, f"index {{}} is out of bounds for dimension {dim} with size {size}")


@host("gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor")
def gather(self: Tensor, dim: int, index: Tensor, sparse_grad: bool = False) -> Tensor:
    """The items at the positions of `index` along `dim`, and at the item's own place in the other dimensions."""
    del sparse_grad
    dim, positions = _check_gather("gather", self, dim, index)
    if not index.layout.numel:
        return new_empty(index.layout.shape, self.dtype)
    shape = self.layout.shape or (1,)
    if any(at != dim and size > shape[at] for at, size in enumerate(positions.shape)):
        raise RuntimeError(
            f"Size does not match at dimension {next(at for at, size in enumerate(positions.shape) if at != dim and size > shape[at])} "
            f"expected index {list(positions.shape)} to be no larger than self {list(shape)} apart from dimension {dim}"
        )
    _check_inside(self, dim, positions)
    source = bits(self) if self.layout.shape else np.atleast_1d(bits(self))
    source = source[tuple(slice(None) if at == dim else slice(size) for at, size in enumerate(positions.shape))]
    return wrapped(np.take_along_axis(source, positions, dim).reshape(index.layout.shape), self.dtype)


@host("take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor")
def take_along_dim(self: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """`gather` whose other dimensions are broadcast; over the flattened tensor if no dimension is given."""
    if dim is None:
        return gather(wrapped(bits(self).reshape(-1), self.dtype), 0, wrapped(bits(indices).reshape(-1)))
    rank = len(self.layout.shape)
    if rank != len(indices.layout.shape):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{rank} dimensions for input, and {len(indices.layout.shape)} dimensions for indices"
        )
    dim = wrap_dim(dim, rank)
    positions = bits(indices)
    if positions.size and positions.min() < 0:
        indices = wrapped(np.where(positions < 0, positions + self.layout.shape[dim], positions))
    sizes = [(1, 1) if at == dim else pair for at, pair in enumerate(zip(self.layout.shape, indices.layout.shape))]
    common = broadcast_shapes([tuple(size for size, _ in sizes), tuple(size for _, size in sizes)])
    target = tuple(self.layout.shape[at] if at == dim else size for at, size in enumerate(common))
    wanted = tuple(indices.layout.shape[at] if at == dim else size for at, size in enumerate(common))
    return gather(
        Tensor(self.storage, self.layout.broadcast_to(target), self.dtype), dim,
        Tensor(indices.storage, indices.layout.broadcast_to(wanted), indices.dtype),
    )


def _scattered(self: Tensor, dim: int, index: Tensor, source: Operand, reduce: str | None, name: str = "scatter") -> Tensor:
    """A copy of `self` with the items of `source` written to (or combined with) the positions along `dim`."""
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    dim, positions = _check_gather(name, self, dim, index)
    if isinstance(source, Tensor) and source.dtype is not self.dtype:
        raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
    result = clone(self)
    if not index.layout.numel:
        return result
    limits = [self.layout.shape or (1,)]
    if isinstance(source, Tensor):
        limits.append(source.layout.shape or (1,))
    _check_scatter_shape(positions.shape, limits, dim)
    _check_inside(self, dim, positions)
    places: list[Any] = list(np.ogrid[tuple(slice(size) for size in positions.shape)])
    places[dim] = positions
    target = np.atleast_1d(bits(result)) if self.layout.shape else bits(result).reshape(1)
    if isinstance(source, Tensor):
        values = np.atleast_1d(bits(Tensor(source.storage, first_items(source.layout, -1, index.layout.shape), source.dtype)))
    else:
        values = np.asarray(stored_number(source, self.dtype), target.dtype)
    if reduce is None:
        target[tuple(places)] = values
    else:
        (np.add if reduce == "add" else np.multiply).at(target, tuple(places), values)
    return result


def _check_scatter_shape(shape: tuple[int, ...], limits: Sequence[tuple[int, ...]], dim: int) -> None:
    inside = all(at == dim or size <= limits[0][at] for at, size in enumerate(shape))
    if len(limits) == 1:
        if not inside:
            raise RuntimeError(f"Expected index {list(shape)} to be no larger than self {list(limits[0])} apart from dimension {dim}")
        return
    if len(limits[1]) != len(shape):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    if not inside or any(size > limit for size, limit in zip(shape, limits[1])):
        raise RuntimeError(
            f"Expected index {list(shape)} to be no larger than self {list(limits[0])} apart from dimension {dim} and to be no larger "
            f"size than src {list(limits[1])}"
        )


@host("scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
      "scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor")
def scatter(self: Tensor, dim: int, index: Tensor, source: Operand) -> Tensor:
    """The tensor with items written to the positions of `index` along `dim`."""
    return _scattered(self, dim, index, source, None)


@host("scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor",
      "scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor")
def scatter_reduce(self: Tensor, dim: int, index: Tensor, source: Operand, reduce: str) -> Tensor:
    """The tensor with items added to ("add") or multiplied onto ("multiply") the positions of `index` along `dim`."""
    return _scattered(self, dim, index, source, reduce)


@host("scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor")
def scatter_add(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """The tensor with the items of `src` added at the positions of `index` along `dim`."""
    return _scattered(self, dim, index, src, "add", "scatter_add")


def _rows(self: Tensor, dim: int) -> Array:
    """The items of `self`, writable, with `dim` in front."""
    check_writable(self)
    return np.moveaxis(np.atleast_1d(bits(self)), dim, 0) if self.layout.shape else bits(self).reshape(1)


@host("index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor")
def index_add(self: Tensor, dim: int, index: Tensor, source: Tensor, alpha: Any = 1) -> Tensor:
    """The tensor with the slices of `source` added at the positions of a vector along `dim`."""
    dim, positions = _positions_along("index_add_()", self, dim, index)
    if source.dtype is not self.dtype:
        raise RuntimeError("index_add_(): self and source must have the same scalar type")
    if (source.layout.shape or (1,))[dim] != len(positions):
        raise RuntimeError("index_add_(): Number of indices should be equal to source.size(dim)")
    if without(self.layout, [dim]).shape != without(source.layout, [dim]).shape:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {list(self.layout.shape)} source.shape = {list(source.layout.shape)}"
        )
    _check_inside(self, dim, positions)
    result = clone(self)
    values = np.moveaxis(np.atleast_1d(bits(source)), dim, 0)
    np.add.at(_rows(result, dim), positions, values if alpha == 1 else (values * stored_number(alpha, self.dtype)).astype(values.dtype))
    return result


@host("index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor")
def index_copy(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """The tensor with the slices of `source` written to the positions of a vector along `dim`."""
    dim, positions = _positions_along("index_copy_()", self, dim, index)
    if source.dtype is not self.dtype:
        raise RuntimeError("index_copy_(): self and source expected to have the same dtype")
    length = (source.layout.shape or (1,))[dim]
    if length != len(positions):
        raise IndexError(f"index_copy_(): Number of indices ({len(positions)}) should be equal to source.size(dim) ({length})")
    size = (self.layout.shape or (1,))[dim]
    _check_all(positions, size, IndexError, "index_copy_(): index {} is out of bounds for dimension with size " + str(size))
    result = clone(self)
    _rows(result, dim)[positions] = np.moveaxis(np.atleast_1d(bits(source)), dim, 0)
    return result


@host("index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor")
def index_fill(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """The tensor with a number in the slices at the positions of a vector along `dim`."""
    dim, positions = _positions_along("index_fill_()", self, dim, index)
    size = (self.layout.shape or (1,))[dim]
    if positions.size and (positions.min() < -size or positions.max() >= size):
        outside = positions[(positions < -size) | (positions >= size)].flat[0]
        raise IndexError(f"index {int(outside)} is out of bounds for dimension {dim} with size {size}")
    result = clone(self)
    _rows(result, dim)[positions] = stored_number(value, self.dtype)
    return result


@host("index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor")
def index_fill_tensor(self: Tensor, dim: int, index: Tensor, value: Tensor) -> Tensor:
    """`index_fill` with the only item of a tensor."""
    if value.layout.shape:
        raise RuntimeError(f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.layout.shape)} "
                           "dimension(s).")
    return index_fill(self, dim, index, value.item())


@host("one_hot(Tensor self, int num_classes=-1) -> Tensor")
def one_hot(self: Tensor, num_classes: int = -1) -> Tensor:
    """A 1 at each class number along a new last dimension; as many classes as the largest number needs if -1."""
    if self.dtype is not dtypes.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    classes = bits(self)
    if not classes.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if classes.size and classes.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    count = int(classes.max()) + 1 if num_classes == -1 else num_classes
    if num_classes != -1 and num_classes < 1:
        raise RuntimeError("num_classes should be positive")
    if classes.size and classes.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrapped((classes[..., None] == np.arange(count)).astype(np.int64))


@host("isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin(elements: Tensor, test_elements: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each item is among the test elements."""
    del assume_unique
    return wrapped(np.asarray(np.isin(bits(elements), bits(test_elements), invert=invert)))


@host("isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin_number(elements: Tensor, test_element: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each item is the number."""
    del assume_unique
    return wrapped(np.asarray((bits(elements) == test_element) ^ invert))


@host(
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, "
    "Tensor? sorter=None) -> Tensor"
)
def searchsorted(sorted_sequence: Tensor, self: Tensor, out_int32: bool = False, right: bool = False, side: str | None = None,
                 sorter: Tensor | None = None) -> Tensor:
    """Where each item has to go into a sorted sequence (the last dimension) to keep it sorted."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    to_right = right or side == "right"
    sequence, values = bits(sorted_sequence), bits(self)
    if sorter is not None:
        sequence = np.take_along_axis(sequence, bits(sorter), -1)
    rank = "right" if to_right else "left"
    wanted = np.int32 if out_int32 else np.int64
    if sequence.ndim == 1:
        return wrapped(np.asarray(np.searchsorted(sequence, values, rank)).astype(wanted))
    if sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input "
            f"value tensor must match, but we got boundaries tensor {list(sequence.shape)} and input value tensor {list(values.shape)}"
        )
    result = np.empty(values.shape, wanted)
    for row in np.ndindex(*sequence.shape[:-1]):
        result[row] = np.searchsorted(sequence[row], values[row], rank)
    return wrapped(result)


@host("bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor")
def bucketize(self: Tensor, boundaries: Tensor, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket between sorted boundaries that each item falls into."""
    if len(boundaries.layout.shape) != 1:
        raise RuntimeError(f"bucketize: boundaries tensor must be 1 dimension, but got dim({len(boundaries.layout.shape)})")
    return searchsorted(boundaries, self, out_int32, right)
