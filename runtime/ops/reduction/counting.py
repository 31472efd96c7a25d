"""Counting: one_hot, bincount, histc and histogram."""
from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ... import dtype as dtypes
from ...kernels.loops.indexing import ADD
from ...kernels.loops.searching import histogram_kernel
from ...kernels.running.launch import launch
from ...layout import wrap_dim
from ...no_data import require_data
from ...storage import require_memory
from ...tensor import Tensor, new_empty, number_of
from ..creation.factories import FLOAT_LIMIT, fill_number
from ..host import bits, decoded, wrapped
from ..positions import Position, unsupported, write_items
from ..shape.copying import contiguous, converted
from ..table import host, kernel


@host("one_hot(Tensor self, int num_classes=-1) -> Tensor")
def one_hot(self: Tensor, num_classes: int = -1) -> Tensor:
    """A 1 at each class number along a new last dimension; as many classes as the largest number needs if -1."""
    if self.dtype is not dtypes.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if num_classes == -1:
        require_data("one_hot without num_classes", self)
    classes = bits(self)
    if not classes.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if classes.size and classes.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    count = int(classes.max()) + 1 if num_classes == -1 else num_classes
    if num_classes != -1 and num_classes < 1:
        raise RuntimeError("num_classes should be positive")
    if classes.size and classes.max() >= count and not self.is_meta:
        raise RuntimeError("Class values must be smaller than num_classes.")
    require_memory(8 * classes.size * count)
    return wrapped((classes[..., None] == np.arange(count)).astype(np.int64))


@kernel("bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor")
def bincount(self: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 on occurs in a vector of integers, or the sum of its weights."""
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if self.dtype.is_floating_point or self.dtype.is_complex or self.dtype is dtypes.bool_:
        raise unsupported("bincount_cpu", self.dtype)
    if len(self.layout.shape) == 1 and not self.layout.numel:
        return fill_number(new_empty((minlength,), dtypes.int64), 0)
    if len(self.layout.shape) != 1 or self.min().item() < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.layout.shape != self.layout.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    size = max(self.max().item() + 1, minlength)
    dtype = dtypes.int64 if weights is None else dtypes.float32 if weights.dtype is dtypes.float32 else dtypes.float64
    result = fill_number(new_empty((size,), dtype), 0)
    index = converted(self, dtypes.int64)
    added = converted(weights, dtype) if weights is not None else fill_number(new_empty((1,), dtype), 1)
    steps = added.layout.strides if weights is not None else (0,)
    position = Position(index.layout.strides, size, 0, 1, dtypes.int64)
    write_items(index.layout.shape, result, added, ((0,), steps), [position], (index,), ADD)
    return result


# Histograms


class Histogram(NamedTuple):
    """What `histogram` gives: the count (or density) of each bin, and the edges between bins."""

    hist: Tensor
    bin_edges: Tensor


def _word(value: float, name: str) -> int:
    """A bound as a word; RuntimeError for one beyond float32."""
    if name == "float32" and abs(value) > FLOAT_LIMIT:
        raise RuntimeError("value cannot be converted to type float without overflow")
    return struct.unpack("<q", struct.pack("<f4x" if name == "float32" else "<d", value))[0]


def _count(values: Tensor, weights: Tensor | None, bins: int, low: float, high: float, edges: Tensor | None, uneven: bool) -> Tensor:
    result = fill_number(new_empty((bins,), values.dtype), 0)
    values = contiguous(values)
    weights = None if weights is None else contiguous(weights)
    edges = None if edges is None else contiguous(edges)
    name = values.dtype.name
    words = (
        values.address, weights.address if weights is not None else 0, result.address, bins, _word(low, name), _word(high, name),
        edges.address if edges is not None else 0, values.layout.numel, int(uneven),
    )
    launch(histogram_kernel(name), words, 1)
    return result


def _bounds(name: str, self: Tensor, low: float, high: float, half: float) -> tuple[float, float]:
    """The range to count in: that of the items where both ends are the same, `half` to both sides where these are all one."""
    if low == high:
        low, high = (number_of(self.min()), number_of(self.max())) if self.layout.numel else (0.0, 1.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        which = "dimension 0's range" if name == "torch.histogramdd" else "range of"
        raise RuntimeError(f"{name}: {which} [{low:g}, {high:g}] is not finite")
    if low == high:
        low, high = low - half, high + half
    return low, high


@kernel("histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor")
def histc(self: Tensor, bins: int = 100, min: Any = 0, max: Any = 0) -> Tensor:
    """How many items fall into each of `bins` bins of equal width over [min, max]; over the items' range if both are the same."""
    halves = self.dtype in (dtypes.float16, dtypes.bfloat16)
    if not halves and self.dtype not in (dtypes.float32, dtypes.float64):
        raise unsupported("histogram_cpu", self.dtype)
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")
    low, high = _bounds("torch.histc", self, float(min), float(max), 1.0)
    if halves:
        inside: Any = (self >= low) & (self <= high)
        # every step is rounded to the dtype, as in PyTorch
        places = ((self - low) * bins / (high - low))[inside].to(dtypes.int64).clamp_max(bins - 1)
        return converted(bincount(places, None, bins), self.dtype)
    return _count(self, None, bins, low, high, None, False)


@host("hash_tensor(Tensor self, int[1] dim=[], *, bool keepdim=False, int mode=0) -> Tensor")
def hash_tensor(self: Tensor, dim: Sequence[int] = (), keepdim: bool = False, mode: int = 0) -> Tensor:
    """The exclusive or of the items' bits along `dim` (all of them if empty): floating-point items as float64, others as int64."""
    if mode != 0:
        raise RuntimeError(f"hash_tensor: unknown mode {mode}; only 0 exists")
    if self.dtype.is_complex:
        raise unsupported("hash_tensor", self.dtype)
    if not self.layout.numel and not dim:
        raise RuntimeError(
            "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )
    if self.ndim and any(not self.layout.shape[at] for at in dim):
        raise IndexError(f"hash_tensor: Expected reduction dim {dim[0]} to have non-zero size.")
    dims = tuple(wrap_dim(at, self.ndim) for at in dim) if dim else tuple(range(self.ndim))
    items = decoded(self)
    carrier = np.float64 if self.dtype.is_floating_point else np.int64
    words = np.array(items, carrier, order="C").view(np.uint64)
    return wrapped(np.asarray(np.bitwise_xor.reduce(words, dims, keepdims=keepdim) if self.ndim else words, np.uint64))


def _finished(hist: Tensor, edges: Tensor, density: bool) -> Histogram:
    return Histogram(hist / (hist.sum() * (edges[1:] - edges[:-1])) if density else hist, edges)


def _check_histogram(self: Tensor, weight: Tensor | None) -> None:
    if self.dtype not in (dtypes.float32, dtypes.float64):
        raise unsupported("histogramdd", self.dtype)
    if weight is None:
        return
    if weight.layout.shape != self.layout.shape:
        raise RuntimeError(
            "torch.histogramdd(): if weight tensor is provided it should have the same shape as the input tensor excluding its "
            "innermost dimension"
        )
    if weight.dtype is not self.dtype:
        raise RuntimeError("torch.histogramdd(): if weight tensor is provided, input tensor and weight tensor should have the same dtype")


@kernel(
    "histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False) -> "
    "(Tensor hist, Tensor bin_edges)"
)
def histogram(
    self: Tensor, bins: int = 100, range: Sequence[float] | None = None, weight: Tensor | None = None, density: bool = False
) -> Histogram:
    """The items (or their weights) in each of `bins` bins of equal width, and the edges of the bins."""
    _check_histogram(self, weight)
    if bins <= 0:
        raise RuntimeError(f"torch.histogramdd(): bins must be > 0, but got {bins} for dimension 0")
    low, high = (range[0], range[1]) if range is not None else (0.0, 0.0)
    if range is not None and low > high:
        raise RuntimeError(f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension 0")
    low, high = _bounds("torch.histogramdd", self, low, high, 0.5)
    from ..creation.ranges import linspace

    edges = linspace(low, high, bins + 1, self.dtype)
    return _finished(_count(self, weight, bins, low, high, edges, False), edges, density)


@kernel(
    "histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)"
)
def histogram_edges(self: Tensor, bins: Tensor, weight: Tensor | None = None, density: bool = False) -> Histogram:
    """The items (or their weights) between each two of the given ascending edges."""
    _check_histogram(self, weight)
    if len(bins.layout.shape) != 1 or not bins.layout.numel:
        raise RuntimeError("torch.histogramdd(): bins tensor should have one dimension, and at least one element")
    if bins.dtype is not self.dtype:
        raise RuntimeError("torch.histogramdd(): input tensor and bins tensors should have the same dtype")
    if bins.layout.numel == 1:
        raise RuntimeError("torch.histogram(): bins must be > 0, but got 0 for dimension 0")
    edges = bins.clone()
    hist = _count(self, weight, bins.layout.numel - 1, edges[0].item(), edges[-1].item(), edges, True)
    return _finished(hist, edges, density)
