"""Reading at positions along one dimension: index_select, embedding, gather, take_along_dim, take."""
from __future__ import annotations

from typing import Any

from ... import dtype as dtypes
from ...layout import Layout, broadcast_shapes, wrap_dim
from ...tensor import Tensor, new_beside, new_empty, new_like
from ..dtype_rules import other_out, type_name
from ..plans import Plans
from ..positions import POSITIONS, Position, Read, one_dimension, outside, replaced
from ..shape.copying import clone, contiguous
from ..table import Sharing, kernel


def vector_of_positions(name: str, self: Tensor, dim: int, index: Tensor) -> tuple[int, Tensor]:
    """The wrapped dimension, and the vector of positions that an index of at most one dimension is."""
    if len(index.layout.shape) > 1:
        raise IndexError(f"{name}: Index is supposed to be a vector")
    if index.dtype not in POSITIONS:
        raise RuntimeError(f"{name}: Expected dtype int32 or int64 for index")
    return wrap_dim(dim, len(self.layout.shape)), one_dimension(index)


@kernel("index_select(Tensor self, int dim, Tensor index) -> Tensor", out=Sharing.NONE)
def index_select(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of `dim` at the positions of a vector."""
    dim, index = vector_of_positions("index_select()", self, dim, index)
    count = index.layout.numel
    if not self.layout.shape:
        if outside(index, 0, 1) is not None:
            raise IndexError("index out of range in self")
        if count != 1:
            raise IndexError(f"index_select(): Index to scalar can have only 1 value, got {count} value(s)")
        return clone(self)
    key = (self.layout.form, self.dtype.itemsize, dim, index.layout.form, index.dtype)
    plan = _selects.get(key)
    if plan is None:
        plan = _selects[key] = _plan_select(self, dim, index)
    result = new_like(plan.layout, self.dtype)
    if plan.run(self, (index,), result) is not None or (not result.layout.numel and outside(index, 0, self.layout.shape[dim]) is not None):
        raise IndexError("index out of range in self")
    return result


_selects = Plans[tuple[Any, ...], Read]()
_embeddings = Plans[tuple[Any, ...], Read]()
_gathers = Plans[tuple[Any, ...], tuple[int, Read]]()


def _plan_select(self: Tensor, dim: int, index: Tensor) -> Read:
    layout = Layout.contiguous(replaced(self.layout.shape, dim, index.layout.numel))
    strides = replaced((0,) * len(self.layout.shape), dim, index.layout.strides[0])
    position = Position(strides, self.layout.shape[dim], 0, self.layout.strides[dim], index.dtype)
    return Read(layout, self.dtype.itemsize, layout.shape, layout.strides, replaced(self.layout.strides, dim, 0), [position])


@kernel("embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor")
def embedding(weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """The row of `weight` for each index; the rows are the last dimension."""
    del padding_idx, scale_grad_by_freq, sparse
    key = (weight.layout.form, weight.dtype.itemsize, indices.layout.form, indices.dtype)
    plan = _embeddings.get(key)
    if plan is None:
        plan = _embeddings[key] = _plan_embedding(weight, indices)
    result = new_like(plan.layout, weight.dtype)
    if plan.run(weight, (indices,), result) is not None or (
        not result.layout.numel and outside(indices, 0, weight.layout.shape[0]) is not None
    ):
        raise IndexError("index out of range in self")
    return result


def _plan_embedding(weight: Tensor, indices: Tensor) -> Read:
    if len(weight.layout.shape) != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.dtype not in POSITIONS:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{type_name(indices.dtype)}Tensor instead (while checking arguments for embedding)"
        )
    size, width = weight.layout.shape
    row_step, step = weight.layout.strides
    layout = Layout.contiguous((*indices.layout.shape, width))
    none = (0,) * len(indices.layout.shape)
    position = Position((*indices.layout.strides, 0), size, 0, row_step, indices.dtype)
    return Read(layout, weight.dtype.itemsize, layout.shape, layout.strides, (*none, step), [position])


def check_gather(name: str, self: Tensor, dim: int, index: Tensor) -> int:
    """The wrapped dimension; RuntimeError where the index does not go with `self`."""
    dim = wrap_dim(dim, len(self.layout.shape))
    if not index.layout.numel:
        return dim
    if index.dtype not in POSITIONS:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if len(self.layout.shape or (1,)) != len(index.layout.shape or (1,)):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    return dim


def out_of_bounds(position: int, dim: int, size: int) -> str:
    """PyTorch's message for a position that gather and scatter do not take."""
    return f"index {position} is out of bounds for dimension {dim} with size {size}"


@kernel("gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", out=Sharing.NONE, same_out=other_out)
def gather(self: Tensor, dim: int, index: Tensor, sparse_grad: bool = False) -> Tensor:
    """The items at the positions of `index` along `dim`, and at the item's own place in the other dimensions."""
    del sparse_grad
    key = (self.layout.form, self.dtype.itemsize, dim, index.layout.form, index.dtype)
    found = _gathers.get(key)
    if found is None:
        found = _gathers[key] = _plan_gather(self, dim, index)
    wrapped, plan = found
    result = new_like(plan.layout, self.dtype)
    failed = plan.run(self, (index,), result)
    if failed is not None:
        raise RuntimeError(out_of_bounds(plan.position(0, index, failed), wrapped, plan.positions[0].size))
    return result


def _plan_gather(self: Tensor, dim: int, index: Tensor) -> tuple[int, Read]:
    dim = check_gather("gather", self, dim, index)
    layout = Layout.contiguous(index.layout.shape)
    if not index.layout.numel:
        return dim, Read(layout, self.dtype.itemsize, layout.shape, layout.strides, layout.strides, [])
    source, places = one_dimension(self).layout, one_dimension(index).layout
    shape = places.shape
    for at, (size, limit) in enumerate(zip(shape, source.shape)):
        if at != dim and size > limit:
            raise RuntimeError(
                f"Size does not match at dimension {at} expected index {list(shape)} to be no larger than self "
                f"{list(source.shape)} apart from dimension {dim}"
            )
    position = Position(places.strides, source.shape[dim], 0, source.strides[dim], index.dtype)
    target = layout.strides or (1,)
    return dim, Read(layout, self.dtype.itemsize, shape, target, replaced(source.strides, dim, 0), [position])


@kernel("take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor")
def take_along_dim(self: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """`gather` whose other dimensions are broadcast; over the flattened tensor if no dimension is given."""
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {type_name(indices.dtype)}")
    if dim is None:
        # as views: PyTorch copies neither
        self, indices, dim = self.view([-1]), indices.view([-1]), 0
    rank = len(self.layout.shape)
    if rank != len(indices.layout.shape):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{rank} dimensions for input, and {len(indices.layout.shape)} dimensions for indices"
        )
    dim = wrap_dim(dim, rank)
    shape = self.layout.shape or (1,)
    sizes = tuple(1 if at == dim else size for at, size in enumerate(shape))
    common = broadcast_shapes([sizes, replaced(indices.layout.shape or (1,), dim, 1)])
    source = one_dimension(self).layout.broadcast_to(replaced(common, dim, shape[dim]))
    places = one_dimension(indices).layout
    wanted = places.broadcast_to(replaced(common, dim, places.shape[dim]))
    result = new_empty(wanted.shape if rank else (), self.dtype)
    position = Position(wanted.strides, shape[dim], -shape[dim], source.strides[dim], dtypes.int64)
    target = one_dimension(result).layout.strides
    plan = Read(result.layout, self.dtype.itemsize, wanted.shape, target, replaced(source.strides, dim, 0), [position])
    if plan.run(self, (indices,), result) is not None:
        # PyTorch takes any position modulo the size
        inside = indices.remainder(shape[dim])
        strides = one_dimension(inside).layout.broadcast_to(wanted.shape).strides
        plan = Read(
            result.layout, self.dtype.itemsize, wanted.shape, target, replaced(source.strides, dim, 0), [position._replace(strides=strides)]
        )
        plan.run(self, (inside,), result)
    return result


def check_take(name: str, index: Tensor) -> None:
    """PyTorch takes int64 positions alone here."""
    if index.dtype is not dtypes.int64:
        raise RuntimeError(f"{name}(): Expected a long tensor for index, but got {type_name(index.dtype)}")


def take_out_of_range(position: int, numel: int) -> IndexError:
    """What PyTorch raises for a position outside a flattened tensor."""
    return IndexError(f"out of range: tried to access index {position} on a tensor of {numel} elements.")


@kernel("take(Tensor self, Tensor index) -> Tensor", out=Sharing.NONE)
def take(self: Tensor, index: Tensor) -> Tensor:
    """The items at positions counted over the whole tensor in row-major order."""
    check_take("take", index)
    numel = self.layout.numel
    if numel == 0 and index.layout.numel:
        raise IndexError("take(): tried to take from an empty tensor")
    result = new_beside(self, index.layout.shape)
    shape = index.layout.shape
    position = Position(index.layout.strides, numel, -numel, 1, index.dtype)
    plan = Read(result.layout, self.dtype.itemsize, shape, result.layout.strides, (0,) * len(shape), [position])
    failed = plan.run(contiguous(self), (index,), result)
    if failed is not None:
        raise take_out_of_range(plan.position(0, index, failed), numel)
    return result
