"""Reading and writing at positions that tensors hold: `index`, `index_put_`, and the positions of items that are not 0.

NumPy moves the items; every position is checked before, so that errors are PyTorch's and nothing outside is touched.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from .. import dtype as dtypes
from ..layout import Layout, broadcast_shapes
from ..tensor import Tensor
from .copying import clone
from .dtype_rules import type_name
from .host import Array, bits, wrapped
from .overlap import check_writable
from .splitting import unbind
from .table import host
from .views import expanded

Place = Array | slice
MASKS = (dtypes.bool_, dtypes.uint8)
POSITIONS = (dtypes.int64, dtypes.int32)


def _check_bounds(positions: Array, size: int, dim: int) -> None:
    if size == 0:
        raise IndexError(f"index {int(positions.flat[0])} is out of bounds for dimension {dim} with size 0")
    low, high = int(positions.min()), int(positions.max())
    if low < -size or high >= size:
        raise IndexError(f"index {low if low < -size else high} is out of bounds for dimension {dim} with size {size}")


def _mask_positions(mask: Tensor, shape: tuple[int, ...], dim: int) -> list[Array]:
    array = bits(mask)
    for at, (size, wanted) in enumerate(zip(array.shape, shape[dim : dim + array.ndim])):
        if size != wanted:
            raise IndexError(
                f"The shape of the mask {list(array.shape)} at index {at} does not match the shape of the indexed tensor "
                f"{list(shape)} at index {dim + at}"
            )
    return list(array.nonzero())


def places(shape: tuple[int, ...], indices: Sequence[Tensor | None]) -> tuple[Place, ...]:
    """What NumPy takes for `indices`: whole slices for None, checked positions for integers, and for a mask one set of
    positions per dimension that it covers. IndexError where they do not fit `shape` or each other.
    """
    covered = sum(len(index.layout.shape) if index is not None and index.dtype in MASKS else 1 for index in indices)
    if covered > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {covered})")
    if not indices:
        raise IndexError("at least one index must be provided")
    found: list[Place] = []
    for index in indices:
        dim = len(found)
        if index is None:
            found.append(slice(None))
        elif index.dtype in MASKS:
            found += _mask_positions(index, shape, dim)
        elif index.dtype in POSITIONS:
            found.append(bits(index))
        else:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    common = _common_shape([place for place in found if isinstance(place, np.ndarray)])
    if 0 in common:
        # nothing is read, and PyTorch does not look at the positions then
        return tuple(place if isinstance(place, slice) else np.zeros(common, np.int64) for place in found)
    empty = any(size == 0 for size, place in zip(shape, (*found, *[slice(None)] * len(shape))) if isinstance(place, slice))
    for dim, place in enumerate(found):
        if isinstance(place, slice):
            continue
        if empty and shape[dim]:
            found[dim] = np.zeros_like(place)
        else:
            _check_bounds(place, shape[dim], dim)
    return tuple(found)


def _common_shape(sets: list[Array]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(positions.shape for positions in sets))
    except ValueError:
        shapes = ", ".join(str(list(positions.shape)) for positions in sets)
        raise IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}") from None


@host("index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", "index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor")
def index(self: Tensor, indices: Sequence[Tensor | None]) -> Tensor:
    """The items at the positions that integer tensors and masks give; None takes a whole dimension.

    Indexed dimensions become the dimensions of the index tensors: in place if they are neighbours, in front otherwise.
    """
    return wrapped(np.array(bits(self)[places(self.layout.shape, indices)]), self.dtype)


def put(self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False) -> Tensor:
    """Write `values` (broadcast) at the positions; where a position comes twice the last stays, or all are added."""
    check_writable(self)
    if values.dtype is not self.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {type_name(self.dtype)} for the destination and "
            f"{type_name(values.dtype)} for the source."
        )
    array = bits(self)
    where = places(self.layout.shape, indices)
    target = np.broadcast_to(np.False_, array.shape)[where].shape
    source = bits(values)
    while source.ndim > len(target) and source.shape[0] == 1:
        source = source[0]
    try:
        source = np.broadcast_to(source, target)
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.layout.shape)} cannot be broadcast to indexing result of shape "
            f"{list(target)}"
        ) from None
    if accumulate:
        np.add.at(array, cast("Any", where), source)
    else:
        array[where] = source
    self.storage.version += 1
    return self


@host(
    "index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)",
    "index_put_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)",
    "_index_put_impl_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False, bool unsafe=False) -> Tensor(a!)",
)
def index_put_in_place(
    self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False, unsafe: bool = False
) -> Tensor:
    """`values` written at the positions that the indices give, or added to what is there."""
    del unsafe
    return put(self, indices, values, accumulate)


@host(
    "index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
    "index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor",
)
def index_put(self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `values` written at the positions that the indices give, or added to what is there."""
    return put(clone(self), indices, values, accumulate)


@host("nonzero(Tensor self) -> Tensor", "argwhere(Tensor self) -> Tensor")
def nonzero(self: Tensor) -> Tensor:
    """The positions of the items that are not 0, one row each, in row-major order."""
    found = np.array(np.atleast_1d(bits(self)).nonzero(), np.int64)
    if not self.layout.shape:
        return wrapped(np.empty((found.shape[1], 0), np.int64))
    columns = wrapped(found)
    # PyTorch lays the result out by columns
    return Tensor(columns.storage, Layout.of(found.shape[::-1], (1, found.shape[1])), columns.dtype)


@host("nonzero_numpy(Tensor self) -> Tensor[]", "where(Tensor condition) -> Tensor[]")
def nonzero_numpy(self: Tensor) -> list[Tensor]:
    """The positions of the items that are not 0, one vector per dimension."""
    found = wrapped(np.array(np.atleast_1d(bits(self)).nonzero(), np.int64))
    return [Tensor(found.storage, row, found.dtype) for row in unbind(found.layout)]


@host("count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor")
def count_nonzero_dims(self: Tensor, dim: Sequence[int]) -> Tensor:
    """How many items along the dimensions are not 0."""
    from .views import distinct_dims

    axes = tuple(distinct_dims(dim, len(self.layout.shape))) if self.layout.shape else ()
    return wrapped(np.asarray(np.count_nonzero(bits(self), axis=axes or None), np.int64))


@host("count_nonzero(Tensor self, int? dim=None) -> Tensor")
def count_nonzero(self: Tensor, dim: int | None = None) -> Tensor:
    """How many items are not 0, along one dimension or in all."""
    return count_nonzero_dims(self, [] if dim is None else [dim])


@host("masked_select(Tensor self, Tensor mask) -> Tensor")
def masked_select(self: Tensor, mask: Tensor) -> Tensor:
    """The items where the mask is true, as a vector; both are broadcast."""
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes([self.layout.shape, mask.layout.shape])
    source, chosen = (_broadcast(tensor, shape) for tensor in (self, mask))
    return wrapped(np.atleast_1d(source[chosen]), self.dtype)


def _broadcast(tensor: Tensor, shape: tuple[int, ...]) -> Any:
    return bits(Tensor(tensor.storage, expanded(tensor.layout, shape), tensor.dtype))


@host("take(Tensor self, Tensor index) -> Tensor")
def take(self: Tensor, index: Tensor) -> Tensor:
    """The items at positions counted over the whole tensor in row-major order."""
    if index.dtype is not dtypes.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {type_name(index.dtype)}")
    positions = bits(index)
    numel = self.layout.numel
    if positions.size and (numel == 0 or positions.min() < -numel or positions.max() >= numel):
        outside = positions[(positions < -numel) | (positions >= numel)].flat[0]
        raise IndexError(f"out of range: tried to access index {int(outside)} on a tensor of {numel} elements.")
    return wrapped(np.asarray(bits(self).reshape(-1)[positions]), self.dtype)


def first_items(layout: Layout, dim: int, shape: tuple[int, ...]) -> Layout:
    """The layout cut to `shape` in every dimension but `dim`."""
    cut = tuple(size if at == dim else limit for at, (size, limit) in enumerate(zip(layout.shape, shape)))
    return Layout.of(cut, layout.strides, layout.offset)
