"""Operators of libraries that detection and graph networks in archives call: torchvision's nms and roi_align, torch_scatter's reductions.

In: boxes (N, 4): left, top, right, bottom; images (N, C, H, W); rows and the places they go to. Out: what those libraries' operators give.
They exist for archives only: PyTorch itself has them where the library is loaded.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from ...dtype import float32, int64
from ...tensor import Tensor
from ..host import integers, wrapped
from ..table import host

Array = np.ndarray[Any, Any]


def boxes_of(name: str, boxes: Tensor, columns: int) -> Array:
    """Boxes as float32 rows of so many numbers."""
    if boxes.ndim != 2 or boxes.layout.shape[1] != columns:
        raise RuntimeError(f"{name}: boxes should be a 2d tensor with {columns} columns, got {list(boxes.shape)}")
    return boxes.detach().to(float32).numpy()


@host("torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
def nms(dets: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The indices of the boxes, best first, that overlap no better one by more than the threshold."""
    boxes = boxes_of("nms", dets, 4)
    if scores.ndim != 1 or scores.layout.shape[0] != len(boxes):
        raise RuntimeError(f"nms: boxes and scores should have same number of elements in dimension 0, got {list(scores.shape)}")
    order = np.argsort(-scores.detach().to(float32).numpy(), kind="stable")
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    alive = np.ones(len(boxes), bool)
    kept: list[int] = []
    for place, at in enumerate(order.tolist()):
        if not alive[at]:
            continue
        kept.append(at)
        rest = order[place + 1 :]
        low, high = np.maximum(boxes[at, :2], boxes[rest, :2]), np.minimum(boxes[at, 2:], boxes[rest, 2:])
        sides = np.maximum(high - low, 0)
        shared = sides[:, 0] * sides[:, 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            alive[rest[shared / (areas[at] + areas[rest] - shared) > iou_threshold]] = False
    return integers(kept)


@host(
    "torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, int sampling_ratio, "
    "bool aligned) -> Tensor"
)
def roi_align(
    input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int, sampling_ratio: int, aligned: bool
) -> Tensor:
    """Averages of bilinear samples in the cells of regions (image, left, top, right, bottom). Source: arXiv:1703.06870."""
    if input.ndim != 4 or pooled_height < 1 or pooled_width < 1:
        raise RuntimeError(f"roi_align: expected images (N, C, H, W) and sizes above 0, got {list(input.shape)}")
    images, regions = input.detach().to(float32).numpy(), boxes_of("roi_align", rois, 5)
    if len(regions) and not (0 <= regions[:, 0].min() and regions[:, 0].max() < len(images)):
        raise IndexError(f"roi_align: a region is of image {int(regions[:, 0].max())}, but there are {len(images)}")
    if not np.isfinite(regions).all():
        raise RuntimeError("roi_align: the sizes of regions must be finite")
    result = np.zeros((len(regions), images.shape[1], pooled_height, pooled_width), np.float32)
    offset = 0.5 if aligned else 0.0
    for at, region in enumerate(regions):
        left, top, right, bottom = region[1:] * np.float32(spatial_scale) - np.float32(offset)
        height, width = (bottom - top, right - left) if aligned else (max(bottom - top, 1.0), max(right - left, 1.0))
        ys = _samples(float(top), float(height), pooled_height, sampling_ratio)
        xs = _samples(float(left), float(width), pooled_width, sampling_ratio)
        if not (ys.size and xs.size):
            continue
        samples = _bilinear(images[int(region[0])], ys.ravel(), xs.ravel())
        cells = samples.reshape(len(samples), pooled_height, ys.shape[1], pooled_width, xs.shape[1])
        result[at] = cells.mean((2, 4))
    return wrapped(result).to(input.dtype)


_MOST_SAMPLES = 1 << 14
"""In one direction of a cell: a region of that many pixels a cell is no region of an image."""


def _samples(start: float, length: float, cells: int, ratio: int) -> Array:
    """The places of the samples in each cell (cells, samples)."""
    cell = length / cells
    count = ratio if ratio > 0 else int(np.ceil(cell))
    if count > _MOST_SAMPLES:
        raise RuntimeError(f"roi_align: a cell would have {count} samples in one direction; at most {_MOST_SAMPLES} are taken")
    return (start + np.arange(cells)[:, None] * cell + (np.arange(max(count, 0)) + 0.5) * (cell / max(count, 1))).astype(np.float32)


def _bilinear(image: Array, ys: Array, xs: Array) -> Array:
    """The image (C, H, W) at all pairs of places; 0 a pixel or more outside."""
    (low_y, high_y, part_y, in_y), (low_x, high_x, part_x, in_x) = _between(ys, image.shape[1]), _between(xs, image.shape[2])
    rows = image[:, low_y] * (1 - part_y)[:, None] + image[:, high_y] * part_y[:, None]
    found = rows[:, :, low_x] * (1 - part_x) + rows[:, :, high_x] * part_x
    return found * (in_y[:, None] & in_x)


def _between(places: Array, size: int) -> tuple[Array, Array, Array, Array]:
    inside = (places >= -1) & (places <= size)
    clipped = np.clip(places, 0, size - 1)
    low = np.minimum(clipped.astype(np.int64), size - 1)
    return low, np.minimum(low + 1, size - 1), clipped - low, inside


def bilinear_items(image: Array, ys: Array, xs: Array) -> Array:
    """The image (C, H, W) at places, each with a row and a column; what lies outside of it counts as 0."""
    height, width = image.shape[1:]
    ys, xs = (np.nan_to_num(places, nan=-2.0).clip(-2, size + 1) for places, size in ((ys, height), (xs, width)))
    rows, columns = np.floor(ys).astype(np.int64), np.floor(xs).astype(np.int64)
    part_y, part_x = (ys - rows).astype(np.float32), (xs - columns).astype(np.float32)
    result = np.zeros((len(image), len(ys)), np.float32)
    for y, weight_y in ((rows, 1 - part_y), (rows + 1, part_y)):
        for x, weight_x in ((columns, 1 - part_x), (columns + 1, part_x)):
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            items = image[:, y.clip(0, height - 1), x.clip(0, width - 1)]
            result += np.where(inside, items * (weight_y * weight_x), np.float32(0))
    return result


def _scatter(
    name: str, src: Tensor, index: Tensor, dim: int, dim_size: int | None, reduce: Any, start: Any
) -> tuple[Array, Array, Array, int]:
    """Source and index with the dimension first, and the result of a reduction at each place."""
    if not -src.ndim <= dim < src.ndim or index.dtype is not int64:
        raise RuntimeError(f"torch_scatter::{name}: dim {dim} of a tensor {list(src.shape)} with places of {index.dtype}")
    dim %= src.ndim
    places = index.numpy()
    if places.ndim == 1 and src.ndim > 1:
        places = places.reshape([-1 if at == dim else 1 for at in range(src.ndim)])
    places = np.broadcast_to(places, src.layout.shape)
    size = dim_size if dim_size is not None else int(places.max()) + 1 if places.size else 0
    if places.size and not 0 <= places.min() <= places.max() < size:
        raise RuntimeError(f"torch_scatter::{name}: a place is outside of 0 to {size - 1}")
    items, places = np.moveaxis(src.detach().numpy(), dim, 0), np.moveaxis(places, dim, 0)
    result = np.full((size, *items.shape[1:]), start, items.dtype)
    reduce.at(result, (places, *_axes(items.shape)[1:]), items)
    return items, places, result, dim


def _axes(shape: tuple[int, ...]) -> list[Array]:
    """For each dimension, the index of every item along it."""
    ranges = [np.arange(size).reshape([-1 if at == dim else 1 for at in range(len(shape))]) for dim, size in enumerate(shape)]
    return [np.broadcast_to(one, shape) for one in ranges]


def _add_extremum(name: str, reduce: Any, largest: bool) -> None:
    @host(f"torch_scatter::{name}(Tensor src, Tensor index, int dim, Tensor? optional_out, int? dim_size) -> (Tensor, Tensor)")
    def run(src: Tensor, index: Tensor, dim: int, optional_out: Tensor | None, dim_size: int | None) -> tuple[Tensor, Tensor]:
        if optional_out is not None:
            raise RuntimeError(f"torch_scatter::{name}: a tensor for the result is not supported")
        info = np.finfo(src.dtype.name) if src.dtype.is_floating_point else np.iinfo(src.dtype.name)
        start = info.min if largest else info.max
        items, places, result, at = _scatter(name, src, index, dim, dim_size, reduce, start)
        axes = _axes(items.shape)
        winners = np.full(result.shape, len(items), np.int64)
        hit = items == result[(places, *axes[1:])]
        np.minimum.at(winners, (places[hit], *(axis[hit] for axis in axes[1:])), axes[0][hit])
        result[winners == len(items)] = 0
        return wrapped(np.ascontiguousarray(np.moveaxis(result, 0, at))), wrapped(np.ascontiguousarray(np.moveaxis(winners, 0, at)))

    del run


_add_extremum("scatter_max", np.maximum, True)
_add_extremum("scatter_min", np.minimum, False)


@host("torch_scatter::scatter_mul(Tensor src, Tensor index, int dim, Tensor? optional_out, int? dim_size) -> Tensor")
def scatter_mul(src: Tensor, index: Tensor, dim: int, optional_out: Tensor | None, dim_size: int | None) -> Tensor:
    """Products of the items that go to each place."""
    if optional_out is not None:
        raise RuntimeError("torch_scatter::scatter_mul: a tensor for the result is not supported")
    _, _, result, at = _scatter("scatter_mul", src, index, dim, dim_size, np.multiply, 1)
    return wrapped(np.ascontiguousarray(np.moveaxis(result, 0, at)))
