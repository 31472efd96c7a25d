"""Operators of torch_scatter and torch_cluster that graph and point networks in archives call.

In: rows and the places or runs that they belong to; points (N, F), in examples whose first rows a vector gives. Out: what those
libraries' operators give. They exist for archives only: PyTorch itself has them where the library is loaded.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from ...distributions import uniform64
from ...dtype import float64, int64
from ...random import default_generator
from ...tensor import Tensor
from ..host import Array, decoded, wrapped
from ..shape.copying import converted
from ..table import host, required

_REDUCTIONS = ("sum", "mean", "min", "max")


def _refuse_out(name: str, out: Tensor | None) -> None:
    if out is not None:
        raise RuntimeError(f"{name}: a tensor for the result is not supported")


def _spread(name: str, src: Tensor, places: Array) -> Tensor:
    """Places of the first dimensions of `src`, repeated along its others."""
    if places.ndim > src.ndim or places.shape[-1:] != src.layout.shape[places.ndim - 1 : places.ndim]:
        raise RuntimeError(f"{name}: places of shape {list(places.shape)} for a tensor {list(src.shape)}")
    wide = places.reshape(*places.shape, *[1] * (src.ndim - places.ndim))
    return wrapped(np.broadcast_to(wide, src.layout.shape).astype(np.int64))


def _reduced(name: str, src: Tensor, places: Array, size: int, reduce: str) -> Any:
    """The items that go to each of `size` places along the last dimension of `places`; with `reduce` "min" or "max", also which ones."""
    dim = places.ndim - 1
    index = _spread(name, src, places)
    if reduce in ("min", "max"):
        return required(f"torch_scatter::scatter_{reduce}")(src, index, dim, None, size)
    if places.size and not 0 <= places.min() <= places.max() < size:
        raise RuntimeError(f"{name}: a place is outside of 0 to {size - 1}")
    shape = (*src.layout.shape[:dim], size, *src.layout.shape[dim + 1 :])
    total: Any = src.new_zeros(shape)
    total = total.scatter_add(dim, index, src)
    if reduce == "sum":
        return total
    count = src.new_zeros(shape).scatter_add(dim, index, src.new_ones(src.layout.shape)).clamp_min(1)
    return total / count if src.dtype.is_floating_point else required("aten::div.Tensor_mode")(total, count, "floor")


def _add_scatter(reduce: str) -> None:
    name = f"torch_scatter::scatter_{reduce}"

    @host(f"{name}(Tensor src, Tensor index, int dim, Tensor? optional_out, int? dim_size) -> Tensor")
    def run(src: Tensor, index: Tensor, dim: int, optional_out: Tensor | None, dim_size: int | None) -> Tensor:
        _refuse_out(name, optional_out)
        if not -src.ndim <= dim < src.ndim or index.dtype is not int64:
            raise RuntimeError(f"{name}: dim {dim} of a tensor {list(src.shape)} with places of {index.dtype}")
        places = decoded(index)
        if places.ndim == 1:
            places = places.reshape([-1 if at == dim % src.ndim else 1 for at in range(src.ndim)])
        size = dim_size if dim_size is not None else int(places.max()) + 1 if places.size else 0
        moved = np.moveaxis(np.broadcast_to(places, src.layout.shape), dim, -1)
        found: Tensor = _reduced(name, src.movedim(dim, -1), moved, size, reduce)
        return found.movedim(-1, dim).contiguous()

    del run


def _runs(name: str, ends: Tensor, size: int) -> Array:
    """The run that each of `size` items belongs to; one behind the last for those of none."""
    bounds = decoded(converted(ends, int64))
    count = bounds.shape[-1] - 1
    if bounds.ndim < 1 or count < 0 or (np.diff(bounds) < 0).any() or (bounds.size and (bounds.min() < 0 or bounds.max() > size)):
        raise RuntimeError(f"{name}: ends of runs must ascend from 0 to at most {size}")
    rows = [np.searchsorted(row, np.arange(size), "right") - 1 for row in bounds.reshape(-1, count + 1)]
    runs = np.stack(rows).reshape(*bounds.shape[:-1], size) if rows else np.zeros((*bounds.shape[:-1], size), np.int64)
    return np.where((runs < 0) | (runs >= count), count, runs)


def _add_segments(reduce: str) -> None:
    result = "(Tensor, Tensor)" if reduce in ("min", "max") else "Tensor"
    by_ends, by_places = f"torch_scatter::segment_{reduce}_csr", f"torch_scatter::segment_{reduce}_coo"

    @host(f"{by_ends}(Tensor src, Tensor indptr, Tensor? optional_out) -> {result}")
    def run_ends(src: Tensor, indptr: Tensor, optional_out: Tensor | None) -> Any:
        _refuse_out(by_ends, optional_out)
        dim = indptr.ndim - 1
        if not 0 <= dim < src.ndim:
            raise RuntimeError(f"{by_ends}: ends of shape {list(indptr.shape)} for a tensor {list(src.shape)}")
        count = indptr.layout.shape[-1] - 1
        found = _reduced(by_ends, src, _runs(by_ends, indptr, src.layout.shape[dim]), count + 1, reduce)
        several: tuple[Tensor, ...] = found if reduce in ("min", "max") else (found,)
        parts = [part.narrow(dim, 0, count).contiguous() for part in several]
        return tuple(parts) if len(parts) > 1 else parts[0]

    @host(f"{by_places}(Tensor src, Tensor index, Tensor? optional_out, int? dim_size) -> {result}")
    def run_places(src: Tensor, index: Tensor, optional_out: Tensor | None, dim_size: int | None) -> Any:
        _refuse_out(by_places, optional_out)
        places = decoded(converted(index, int64))
        size = dim_size if dim_size is not None else int(places.max()) + 1 if places.size else 0
        return _reduced(by_places, src, places, size, reduce)

    del run_ends, run_places


_add_scatter("sum")
_add_scatter("mean")
for _reduce in _REDUCTIONS:
    _add_segments(_reduce)


@host("torch_scatter::gather_csr(Tensor src, Tensor indptr, Tensor? optional_out) -> Tensor")
def gather_csr(src: Tensor, indptr: Tensor, optional_out: Tensor | None) -> Tensor:
    """Each item of a dimension repeated as often as its run is long; `indptr` is where runs end."""
    _refuse_out("torch_scatter::gather_csr", optional_out)
    ends = decoded(converted(indptr, int64))
    if ends.ndim != 1 or len(ends) != src.layout.shape[0] + 1 or (np.diff(ends) < 0).any():
        raise RuntimeError(f"torch_scatter::gather_csr: {list(indptr.shape)} ends of runs for a tensor {list(src.shape)}")
    return src.index_select(0, wrapped(np.repeat(np.arange(len(ends) - 1), np.diff(ends)).astype(np.int64)))


@host("torch_scatter::gather_coo(Tensor src, Tensor index, Tensor? optional_out) -> Tensor")
def gather_coo(src: Tensor, index: Tensor, optional_out: Tensor | None) -> Tensor:
    """The items of the first dimension at the given places."""
    _refuse_out("torch_scatter::gather_coo", optional_out)
    if index.ndim != 1:
        raise RuntimeError(f"torch_scatter::gather_coo: expected a vector of places, got {list(index.shape)}")
    return src.index_select(0, index)


# Neighbours of points


def _points(name: str, x: Tensor, y: Tensor) -> tuple[Array, Array]:
    if x.ndim != 2 or y.ndim != 2 or x.layout.shape[1] != y.layout.shape[1]:
        raise RuntimeError(f"{name}: expected points (N, F) and (M, F), got {list(x.shape)} and {list(y.shape)}")
    return decoded(converted(x, float64)), decoded(converted(y, float64))


def _examples(name: str, ptr: Tensor | None, count: int) -> list[tuple[int, int]]:
    """The first row of each example and the one behind its last."""
    ends = [0, count] if ptr is None else [int(one) for one in decoded(converted(ptr, int64)).ravel()]
    if any(not 0 <= first <= last <= count for first, last in zip(ends, ends[1:])):
        raise RuntimeError(f"{name}: ends of examples must ascend from 0 to at most {count}")
    return list(zip(ends, ends[1:]))


def _pairs(found: list[tuple[int, Array]]) -> Tensor:
    """(2, pairs): the point asked for above its neighbour."""
    askers = np.repeat(np.array([one for one, _ in found], np.int64), [len(near) for _, near in found])
    return wrapped(np.stack([askers, np.concatenate([near for _, near in found]) if found else askers]).astype(np.int64))


@host("torch_cluster::knn(Tensor x, Tensor y, Tensor? ptr_x, Tensor? ptr_y, int k, bool cosine, int num_workers) -> Tensor")
def knn(x: Tensor, y: Tensor, ptr_x: Tensor | None, ptr_y: Tensor | None, k: int, cosine: bool, num_workers: int) -> Tensor:
    """For each row of y, the k rows of x of the same example that are nearest to it, the nearest first."""
    del num_workers
    first, second = _points("torch_cluster::knn", x, y)
    if cosine:
        first, second = (one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-300) for one in (first, second))
    found: list[tuple[int, Array]] = []
    for (low, high), (start, stop) in zip(_examples("knn", ptr_x, len(first)), _examples("knn", ptr_y, len(second))):
        for at in range(start, stop):
            distances = ((first[low:high] - second[at]) ** 2).sum(1)
            found.append((at, low + np.argsort(distances, kind="stable")[: max(k, 0)]))
    return _pairs(found)


@host(
    "torch_cluster::radius(Tensor x, Tensor y, Tensor? ptr_x, Tensor? ptr_y, float r, int max_num_neighbors, int num_workers, "
    "bool ignore_same_index=False) -> Tensor"
)
def radius(
    x: Tensor, y: Tensor, ptr_x: Tensor | None, ptr_y: Tensor | None, r: float, max_num_neighbors: int, num_workers: int,
    ignore_same_index: bool = False,
) -> Tensor:
    """For each row of y, at most so many rows of x of the same example that are nearer to it than `r`, in their order."""
    del num_workers
    first, second = _points("torch_cluster::radius", x, y)
    found: list[tuple[int, Array]] = []
    for (low, high), (start, stop) in zip(_examples("radius", ptr_x, len(first)), _examples("radius", ptr_y, len(second))):
        for at in range(start, stop):
            near = low + np.flatnonzero(((first[low:high] - second[at]) ** 2).sum(1) < r * r)
            near = near[near != at] if ignore_same_index else near
            found.append((at, near[: max(max_num_neighbors, 0)]))
    return _pairs(found)


@host("torch_cluster::fps(Tensor src, Tensor ptr, Tensor ratio, bool random_start) -> Tensor", random=True)
def fps(src: Tensor, ptr: Tensor, ratio: Tensor, random_start: bool) -> Tensor:
    """A part of the points of each example, each the farthest from those before; it begins with the first point, or any.

    Source: arXiv:1706.02413.
    """
    points, _ = _points("torch_cluster::fps", src, src)
    examples = _examples("fps", ptr, len(points))
    shares = np.broadcast_to(decoded(converted(ratio, float64)).ravel(), len(examples))
    chosen: list[int] = []
    for (low, high), share in zip(examples, shares):
        part = points[low:high]
        count = min(max(int(np.ceil(len(part) * share)), 0), len(part))
        at = _any_of(len(part)) if random_start and count else 0
        distances = np.full(len(part), np.inf)
        for _ in range(count):
            chosen.append(low + at)
            distances = np.minimum(distances, ((part - part[at]) ** 2).sum(1))
            at = int(distances.argmax())
    return wrapped(np.array(chosen, np.int64))


def _any_of(count: int) -> int:
    source = default_generator()
    with source.lock:
        return int(uniform64(source, 1)[0] * count)
