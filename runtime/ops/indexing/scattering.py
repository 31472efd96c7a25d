"""Copies of a tensor in which one view is overwritten, and matrices made from their diagonals."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...layout import Layout, wrap_dim
from ...storage import Storage
from ...tensor import Tensor, new_empty
from ..creation.factories import fill_number
from ..shape.copying import clone, copy_into
from ..shape.views import diagonal, select, slice_tensor
from ..table import composite


def clone_in_place(self: Tensor) -> Tensor:
    """A copy with the strides of `self`, gaps between items included; in dense order where items share places."""
    layout = self.layout
    reach = 1
    for size, stride in sorted(zip(layout.shape, layout.strides), key=lambda pair: pair[1]):
        if size > 1 and stride < reach:
            return clone(self)
        reach = stride * size if size > 1 else reach
    storage = Storage.allocate((layout.extent - layout.offset) * self.dtype.itemsize)
    return copy_into(Tensor(storage, layout.form, self.dtype), self)


def clone_with_storage(self: Tensor) -> Tensor:
    """A copy at the same place of a copy of the whole storage; in dense order where items share places."""
    layout = self.layout
    if any(stride == 0 and size > 1 for size, stride in zip(layout.shape, layout.strides)):
        return clone(self)
    storage = Storage.allocate(self.memory.nbytes)
    storage.array[...] = self.memory.array
    return Tensor(storage, layout, self.dtype)


def _with_view(self: Tensor, src: Tensor, view: Callable[..., Layout], *args: Any) -> Tensor:
    """A copy of `self` whose view `view(layout, *args)` holds the items of `src`, which has the view's shape."""
    result = clone_in_place(self)
    place = Tensor(result.memory, view(result.layout, *args), result.dtype)
    if place.layout.shape != src.layout.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.layout.shape)}, "
            f"slice size = {list(place.layout.shape)}"
        )
    copy_into(place, src)
    return result


@composite("select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor")
def select_scatter(self: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy whose slice at `index` of `dim` is `src`."""
    return _with_view(self, src, select, dim, index)


@composite(
    "slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor"
)
def slice_scatter(self: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """A copy whose items `start:end:step` of `dim` are `src`."""
    return _with_view(self, src, slice_tensor, dim, start, end, step)


@composite("diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor")
def diagonal_scatter(self: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy whose diagonal is `src`."""
    return _with_view(self, src, diagonal, offset, dim1, dim2)


@composite("diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor")
def diag_embed(self: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices of zeros with the last dimension of `self` on a diagonal."""
    rank = len(self.layout.shape) + 1
    first, second = wrap_dim(dim1, rank), wrap_dim(dim2, rank)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = (self.layout.shape[-1] if self.layout.shape else 1) + abs(offset)
    rest = iter(self.layout.shape[:-1])
    result = fill_number(new_empty([size if dim in (first, second) else next(rest) for dim in range(rank)], self.dtype), 0)
    copy_into(Tensor(result.memory, diagonal(result.layout, offset, first, second), self.dtype), self)
    return result


@composite("diag(Tensor self, int diagonal=0) -> Tensor")
def diag(self: Tensor, offset: int = 0) -> Tensor:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix."""
    rank = len(self.layout.shape)
    if rank not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {rank}D")
    if rank == 1:
        return diag_embed(self, offset)
    return clone(Tensor(self.memory, diagonal(self.layout, offset, 0, 1), self.dtype))
