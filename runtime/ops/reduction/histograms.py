"""Histograms of points with several coordinates."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ... import dtype as dtypes
from ...storage import require_memory
from ...tensor import Tensor
from ..creation.ranges import linspace
from ..host import Array, decoded, wrapped
from ..positions import unsupported
from ..table import host, required


class HistogramDD(NamedTuple):
    """What `histogramdd` gives: the count (or density) of each cell, and the edges along each coordinate."""

    hist: Tensor
    bin_edges: list[Tensor]


def _check(self: Tensor, weight: Tensor | None, coordinates: int) -> None:
    if self.dtype not in (dtypes.float32, dtypes.float64):
        raise unsupported("histogramdd", self.dtype)
    if self.ndim < 2:
        raise RuntimeError(f"torch.histogramdd(): input tensor should have at least 2 dimensions, but got {self.ndim}")
    if self.layout.shape[-1] != coordinates:
        raise RuntimeError(
            f"torch.histogramdd(): expected {self.layout.shape[-1]} sequences of bin edges for a {self.layout.shape[-1]}-dimensional "
            f"histogram but got {coordinates}"
        )
    if weight is None:
        return
    if weight.layout.shape != self.layout.shape[:-1]:
        raise RuntimeError(
            "torch.histogramdd(): if weight tensor is provided it should have the same shape as the input tensor excluding its "
            "innermost dimension"
        )
    if weight.dtype is not self.dtype:
        raise RuntimeError("torch.histogramdd(): if weight tensor is provided, input tensor and weight tensor should have the same dtype")


def _even_edges(self: Tensor, bins: Sequence[int], range: Sequence[float] | None) -> list[Tensor]:
    """Edges of bins of equal width over the range of each coordinate, or that of the items."""
    if range is not None and len(range) != 2 * len(bins):
        raise RuntimeError(f"torch.histogramdd(): for a {len(bins)}-dimensional histogram range should have {2 * len(bins)} elements")
    points = decoded(self).reshape(-1, len(bins))
    edges: list[Tensor] = []
    for at, count in enumerate(bins):
        if count <= 0:
            raise RuntimeError(f"torch.histogramdd(): bins must be > 0, but got {count} for dimension {at}")
        low, high = (float(points[:, at].min()), float(points[:, at].max())) if len(points) else (0.0, 1.0)
        low, high = (low, high) if range is None else (range[2 * at], range[2 * at + 1])
        if not (math.isfinite(low) and math.isfinite(high)):
            raise RuntimeError(f"torch.histogramdd: dimension {at}'s range [{low:g}, {high:g}] is not finite")
        if low > high:
            raise RuntimeError(f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension {at}")
        spread = 0.5 if low == high else 0.0
        edges.append(linspace(low - spread, high + spread, count + 1, self.dtype))
    return edges


def _counted(self: Tensor, edges: Sequence[Tensor], weight: Tensor | None, density: bool) -> Tensor:
    """The points (or their weights) in each cell; those outside belong to none, those on the last edges to the last cells."""
    bounds = [decoded(one) for one in edges]
    points = decoded(self).reshape(-1, len(bounds))
    kept = np.ones(len(points), bool)
    places: list[Array] = []
    for at, bound in enumerate(bounds):
        values = points[:, at]
        kept &= (values >= bound[0]) & (values <= bound[-1])
        places.append(np.minimum(np.searchsorted(bound, values, "right") - 1, len(bound) - 2))
    added = np.ones(len(points), points.dtype) if weight is None else decoded(weight).reshape(-1)
    cells = [len(bound) - 1 for bound in bounds]
    require_memory(math.prod(cells) * points.itemsize)
    hist = np.zeros(cells, points.dtype)
    np.add.at(hist, tuple(place[kept] for place in places), added[kept])
    if density:
        hist = hist / hist.sum()
        for at, bound in enumerate(bounds):
            hist = hist / np.diff(bound).reshape([-1 if dim == at else 1 for dim in range(len(bounds))])
    return wrapped(hist.astype(points.dtype))


_REST = "float[]? range=None, Tensor? weight=None, bool density=False"


@host(
    f"histogramdd(Tensor self, int[] bins, {_REST}) -> (Tensor hist, Tensor[] bin_edges)",
    f"histogramdd.int_bins(Tensor self, int bins, {_REST}) -> (Tensor hist, Tensor[] bin_edges)",
)
def histogramdd(
    self: Tensor, bins: int | Sequence[int], range: Sequence[float] | None, weight: Tensor | None, density: bool
) -> HistogramDD:
    """The points (rows of the last dimension), or their weights, in each cell of a grid of bins of equal width, and the bins' edges."""
    if isinstance(bins, int):
        bins = [bins] * (self.layout.shape[-1] if self.ndim else 0)
    _check(self, weight, len(bins))
    edges = _even_edges(self, bins, range)
    return HistogramDD(_counted(self, edges, weight, density), edges)


@host(f"histogramdd.TensorList_bins(Tensor self, Tensor[] bins, {_REST}) -> (Tensor hist, Tensor[] bin_edges)")
def histogramdd_edges(
    self: Tensor, bins: Sequence[Tensor], range: Sequence[float] | None, weight: Tensor | None, density: bool
) -> HistogramDD:
    """The points (rows of the last dimension), or their weights, between the given ascending edges along each coordinate."""
    del range
    _check(self, weight, len(bins))
    for one in bins:
        if one.dtype is not self.dtype:
            raise RuntimeError("torch.histogramdd(): input tensor and bins tensors should have the same dtype")
        if one.ndim != 1 or one.layout.numel < 2:
            raise RuntimeError("torch.histogramdd(): bins tensor should have one dimension, and at least two elements")
    edges = [required("aten::clone")(one, None) for one in bins]
    return HistogramDD(_counted(self, edges, weight, density), edges)
