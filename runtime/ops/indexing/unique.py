"""The distinct items of a tensor, or the distinct slices along a dimension, with their places and counts."""
from __future__ import annotations

import numpy as np

from ... import dtype as dtypes
from ...kernels.loops.sorting import scratch_bytes, unique_kernel
from ...kernels.running.launch import launch
from ...layout import Layout, wrap_dim
from ...tensor import Tensor, new_empty
from ..host import Array, bits, decoded, wrapped
from ..shape.copying import contiguous
from ..table import host, kernel
from .gathering import index_select
from .sorting import require_order

_Three = tuple[Tensor, Tensor, Tensor]


def _empty() -> Tensor:
    return new_empty((0,), dtypes.int64)


def _distinct(name: str, self: Tensor, ordered: bool, want_inverse: bool, want_counts: bool) -> _Three:
    require_order(name, self.dtype)
    count = self.layout.numel
    values, inverse, counts = new_empty((count,), self.dtype), _empty(), _empty()
    if want_inverse:
        inverse = new_empty(self.layout.shape, dtypes.int64)
    if want_counts:
        counts = new_empty((count,), dtypes.int64)
    if not count:
        return values, inverse, counts
    source, found = contiguous(self), new_empty((1,), dtypes.int64)
    scratch = new_empty((scratch_bytes(self.dtype.itemsize, count),), dtypes.uint8)
    words = (
        source.address, values.address, inverse.address if want_inverse else 0, counts.address if want_counts else 0, found.address,
        scratch.address, count,
    )
    launch(unique_kernel(self.dtype.name, ordered), words, 1)
    shape = (int(found.item()),)
    return _cut(values, shape), inverse, _cut(counts, shape) if want_counts else counts


def _cut(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The first items, in memory of their own size where much would be wasted."""
    part = Tensor(tensor.memory, Layout.contiguous(shape), tensor.dtype)
    if shape[0] * 2 >= tensor.layout.numel:
        return part
    result = new_empty(shape, tensor.dtype)
    bits(result)[...] = bits(part)
    return result


@kernel("_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)")
def unique2(self: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False) -> _Three:
    """The distinct items in ascending order; for each item the place of its like; how often each occurs."""
    del sorted
    return _distinct("unique", self, True, return_inverse, return_counts)


@kernel("_unique(Tensor self, bool sorted=True, bool return_inverse=False) -> (Tensor, Tensor)")
def unique(self: Tensor, sorted: bool = True, return_inverse: bool = False) -> tuple[Tensor, Tensor]:
    """The distinct items in ascending order; for each item the place of its like."""
    del sorted
    return _distinct("unique", self, True, return_inverse, False)[:2]


# Slices along a dimension


def _rows(self: Tensor, dim: int) -> Array:
    """One row per slice along `dim`, its items as a NumPy array."""
    array = np.moveaxis(decoded(self), dim, 0)
    return np.ascontiguousarray(array).reshape(array.shape[0], -1)


def _distinct_slices(self: Tensor, dim: int, ordered: bool, want_inverse: bool, want_counts: bool) -> _Three:
    shape = self.layout.shape
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, len(shape))
    if not self.layout.numel:
        if shape[dim]:
            raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
        return new_empty(shape, self.dtype), _empty(), _empty()
    rows = _rows(self, dim)
    order = np.lexsort(rows.T[::-1]) if ordered else np.arange(len(rows))
    placed = rows[order]
    first = np.concatenate([[True], (placed[1:] != placed[:-1]).any(1)])
    ranks = np.empty(len(rows), np.int64)
    ranks[order] = np.cumsum(first) - 1
    counts = np.diff(np.append(np.flatnonzero(first), len(rows)))
    # PyTorch puts the slices together along the first dimension and moves it back
    slices = index_select(self.movedim(dim, 0), 0, wrapped(np.ascontiguousarray(order[first]).astype(np.int64)))
    lengths = wrapped(counts.astype(np.int64)) if want_counts else _empty()
    return slices.movedim(0, dim), wrapped(ranks) if want_inverse else _empty(), lengths


@host(
    "unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)"
)
def unique_dim(self: Tensor, dim: int, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False) -> _Three:
    """The distinct slices along `dim` in ascending order; for each slice the place of its like; how often each occurs."""
    del sorted
    return _distinct_slices(self, dim, True, return_inverse, return_counts)


@host(
    "unique_dim_consecutive(Tensor self, int dim, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)"
)
def unique_dim_consecutive(self: Tensor, dim: int, return_inverse: bool = False, return_counts: bool = False) -> _Three:
    """One slice along `dim` for each run of equal ones; for each slice the place of its run; how long each run is."""
    return _distinct_slices(self, dim, False, return_inverse, return_counts)


@kernel(
    "unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (Tensor, Tensor, Tensor)"
)
def unique_consecutive(
    self: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> _Three:
    """One item for each run of equal ones (of the flattened tensor, or slices of `dim`); for each the place of its run; their lengths."""
    if dim is not None and (len(self.layout.shape) != 1 or wrap_dim(dim, 1)):
        return unique_dim_consecutive(self, dim, return_inverse, return_counts)
    return _distinct("unique_consecutive", self, False, return_inverse, return_counts)
