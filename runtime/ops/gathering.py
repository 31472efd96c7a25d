"""Reading at positions along one dimension: index_select, embedding, gather, take_along_dim, take."""
from __future__ import annotations

from .. import dtype as dtypes
from ..layout import Layout, broadcast_shapes, wrap_dim
from ..tensor import Tensor, new_empty
from .copying import clone, contiguous
from .dtype_rules import type_name
from .positions import POSITIONS, Position, one_dimension, outside, position_at, read_items, replaced
from .table import kernel


def vector_of_positions(name: str, self: Tensor, dim: int, index: Tensor) -> tuple[int, Tensor]:
    """The wrapped dimension, and the vector of positions that an index of at most one dimension is."""
    if len(index.layout.shape) > 1:
        raise IndexError(f"{name}: Index is supposed to be a vector")
    if index.dtype not in POSITIONS:
        raise RuntimeError(f"{name}: Expected dtype int32 or int64 for index")
    return wrap_dim(dim, len(self.layout.shape)), one_dimension(index)


@kernel("index_select(Tensor self, int dim, Tensor index) -> Tensor")
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
    size, step = self.layout.shape[dim], self.layout.strides[dim]
    result = new_empty(replaced(self.layout.shape, dim, count), self.dtype)
    if not result.layout.numel:
        if outside(index, 0, size) is not None:
            raise IndexError("index out of range in self")
        return result
    position = Position(index, replaced((0,) * len(self.layout.shape), dim, index.layout.strides[0]), size, 0, step)
    strides = result.layout.strides, replaced(self.layout.strides, dim, 0)
    if read_items(result.layout.shape, result, self, strides, [position]) is not None:
        raise IndexError("index out of range in self")
    return result


@kernel("embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor")
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
    size, width = weight.layout.shape
    shape = (*indices.layout.shape, width)
    result = new_empty(shape, weight.dtype)
    if not result.layout.numel:
        failed = outside(indices, 0, size) is not None
    else:
        none = (0,) * (len(shape) - 1)
        position = Position(indices, (*indices.layout.strides, 0), size, 0, weight.layout.strides[0])
        failed = read_items(shape, result, weight, (result.layout.strides, (*none, weight.layout.strides[1])), [position]) is not None
    if failed:
        raise IndexError("index out of range in self")
    return result


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


@kernel("gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor")
def gather(self: Tensor, dim: int, index: Tensor, sparse_grad: bool = False) -> Tensor:
    """The items at the positions of `index` along `dim`, and at the item's own place in the other dimensions."""
    del sparse_grad
    dim = check_gather("gather", self, dim, index)
    result = new_empty(index.layout.shape, self.dtype)
    if not index.layout.numel:
        return result
    source, index = one_dimension(self), one_dimension(index)
    shape, strides = index.layout.shape, source.layout.strides
    for at, (size, limit) in enumerate(zip(shape, source.layout.shape)):
        if at != dim and size > limit:
            raise RuntimeError(
                f"Size does not match at dimension {at} expected index {list(shape)} to be no larger than self "
                f"{list(source.layout.shape)} apart from dimension {dim}"
            )
    position = Position(index, index.layout.strides, source.layout.shape[dim], 0, strides[dim])
    failed = read_items(shape, result, source, (one_dimension(result).layout.strides, replaced(strides, dim, 0)), [position])
    if failed is not None:
        raise RuntimeError(out_of_bounds(position_at(position, shape, failed), dim, position.size))
    return result


def _flattened(tensor: Tensor) -> Tensor:
    tensor = contiguous(tensor)
    return Tensor(tensor.storage, Layout.contiguous((tensor.layout.numel,), tensor.layout.offset), tensor.dtype)


@kernel("take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor")
def take_along_dim(self: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """`gather` whose other dimensions are broadcast; over the flattened tensor if no dimension is given."""
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {type_name(indices.dtype)}")
    if dim is None:
        self, indices, dim = _flattened(self), _flattened(indices), 0
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
    if not result.layout.numel:
        return result
    position = Position(indices, wanted.strides, shape[dim], -shape[dim], source.strides[dim])
    strides = one_dimension(result).layout.strides, replaced(source.strides, dim, 0)
    if read_items(wanted.shape, result, self, strides, [position]) is not None:
        # PyTorch takes any position modulo the size
        wrapped = indices.remainder(shape[dim])
        inside = position._replace(tensor=wrapped, strides=one_dimension(wrapped).layout.broadcast_to(wanted.shape).strides)
        read_items(wanted.shape, result, self, strides, [inside])
    return result


def check_take(name: str, index: Tensor) -> None:
    """PyTorch takes int64 positions alone here."""
    if index.dtype is not dtypes.int64:
        raise RuntimeError(f"{name}(): Expected a long tensor for index, but got {type_name(index.dtype)}")


def take_out_of_range(position: int, numel: int) -> IndexError:
    """What PyTorch raises for a position outside a flattened tensor."""
    return IndexError(f"out of range: tried to access index {position} on a tensor of {numel} elements.")


@kernel("take(Tensor self, Tensor index) -> Tensor")
def take(self: Tensor, index: Tensor) -> Tensor:
    """The items at positions counted over the whole tensor in row-major order."""
    check_take("take", index)
    numel = self.layout.numel
    if numel == 0 and index.layout.numel:
        raise IndexError("take(): tried to take from an empty tensor")
    result = new_empty(index.layout.shape, self.dtype)
    if not index.layout.numel:
        return result
    shape = index.layout.shape
    position = Position(index, index.layout.strides, numel, -numel, 1)
    failed = read_items(shape, result, contiguous(self), (result.layout.strides, (0,) * len(shape)), [position])
    if failed is not None:
        raise take_out_of_range(position_at(position, shape, failed), numel)
    return result
