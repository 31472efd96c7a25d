"""Operators of torchvision that archives call: pooling over regions, deformable convolution, overlaps of turned boxes.

In: images (N, C, H, W), regions (image, left, top, right, bottom), boxes (x, y, width, height, angle in degrees). Out: what torchvision's
operators give. nms and roi_align are in detection.py.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from ...dtype import float32
from ...tensor import Tensor
from ..host import wrapped
from ..table import host
from .detection import bilinear_items, boxes_of

Array = np.ndarray[Any, Any]


@host(
    "torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width) -> (Tensor, Tensor)"
)
def roi_pool(input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int) -> tuple[Tensor, Tensor]:
    """The greatest item in each cell of regions, and where in its plane it is. Source: arXiv:1504.08083."""
    if input.ndim != 4 or pooled_height < 1 or pooled_width < 1:
        raise RuntimeError(f"roi_pool: expected images (N, C, H, W) and sizes above 0, got {list(input.shape)}")
    images, regions = input.detach().to(float32).numpy(), boxes_of("roi_pool", rois, 5)
    if not np.isfinite(regions).all() or (len(regions) and not 0 <= regions[:, 0].min() <= regions[:, 0].max() < len(images)):
        raise RuntimeError(f"roi_pool: a region is of no image; there are {len(images)}")
    _, channels, height, width = images.shape
    result = np.zeros((len(regions), channels, pooled_height, pooled_width), np.float32)
    places = np.full(result.shape, -1, np.int32)
    for at, region in enumerate(regions):
        left, top, right, bottom = (int(value) for value in np.floor(region[1:] * np.float32(spatial_scale) + 0.5))
        rows = _cells(top, max(bottom - top + 1, 1), pooled_height, height)
        columns = _cells(left, max(right - left + 1, 1), pooled_width, width)
        for row, (low, high) in enumerate(rows):
            for column, (first, last) in enumerate(columns):
                if low >= high or first >= last:
                    continue
                cell = images[int(region[0]), :, low:high, first:last].reshape(channels, -1)
                best = cell.argmax(1)
                result[at, :, row, column] = cell[np.arange(channels), best]
                places[at, :, row, column] = (low + best // (last - first)) * width + first + best % (last - first)
    return wrapped(result).to(input.dtype), wrapped(places)


def _cells(start: int, length: int, cells: int, size: int) -> list[tuple[int, int]]:
    """First item, and the one behind the last, of each cell of a region, inside of the image."""
    step = np.float32(length) / np.float32(cells)
    lows = np.floor(np.arange(cells, dtype=np.float32) * step).astype(np.int64) + start
    highs = np.ceil(np.arange(1, cells + 1, dtype=np.float32) * step).astype(np.int64) + start
    return list(zip(np.clip(lows, 0, size).tolist(), np.clip(highs, 0, size).tolist(), strict=True))


@host(
    "torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, "
    "SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor"
)
def deform_conv2d(
    input: Tensor, weight: Tensor, offset: Tensor, mask: Tensor, bias: Tensor, stride_h: int, stride_w: int, pad_h: int, pad_w: int,
    dilation_h: int, dilation_w: int, groups: int, offset_groups: int, use_mask: bool,
) -> Tensor:  # fmt: skip
    """A convolution whose taps are moved by `offset` (N, 2 * offset_groups * taps, H, W) and weighed by `mask`.

    Source: arXiv:1811.11168.
    """
    if min(stride_h, stride_w, dilation_h, dilation_w, groups, offset_groups) < 1 or input.ndim != 4 or weight.ndim != 4:
        shapes = f"input {list(input.shape)} and weight {list(weight.shape)}"
        raise RuntimeError(f"deform_conv2d: {shapes} must have 4 dimensions, and steps and groups be above 0")
    count, channels, height, width = input.shape
    features, _, kernel_h, kernel_w = weight.shape
    taps = kernel_h * kernel_w
    out_h = (height + 2 * pad_h - dilation_h * (kernel_h - 1) - 1) // stride_h + 1
    out_w = (width + 2 * pad_w - dilation_w * (kernel_w - 1) - 1) // stride_w + 1
    wanted = (count, 2 * offset_groups * taps, out_h, out_w)
    if tuple(offset.shape) != wanted or channels % offset_groups or channels % groups or features % groups:
        raise RuntimeError(f"deform_conv2d: offset has shape {list(offset.shape)}, expected {list(wanted)} for {channels} channels")
    if weight.shape[1] * groups != channels or (use_mask and tuple(mask.shape) != (count, offset_groups * taps, out_h, out_w)):
        raise RuntimeError(f"deform_conv2d: weight {list(weight.shape)} or mask {list(mask.shape)} fits no input {list(input.shape)}")
    images = input.detach().to(float32).numpy()
    moved = offset.detach().to(float32).numpy().reshape(count, offset_groups, taps, 2, out_h, out_w)
    kernels = weight.detach().to(float32).numpy().reshape(groups, features // groups, -1)
    tap_y, tap_x = np.divmod(np.arange(taps), kernel_w)
    ys = (np.arange(out_h) * stride_h - pad_h)[None, :, None] + (tap_y * dilation_h)[:, None, None]
    xs = (np.arange(out_w) * stride_w - pad_w)[None, None, :] + (tap_x * dilation_w)[:, None, None]
    result = np.empty((count, features, out_h, out_w), np.float32)
    for at in range(count):
        columns = np.empty((channels, taps, out_h * out_w), np.float32)
        for group in range(offset_groups):
            part = slice(group * channels // offset_groups, (group + 1) * channels // offset_groups)
            places = (ys + moved[at, group, :, 0]).ravel(), (xs + moved[at, group, :, 1]).ravel()
            columns[part] = bilinear_items(images[at, part], *places).reshape(-1, taps, out_h * out_w)
            if use_mask:
                weights = mask.detach().to(float32).numpy()[at].reshape(offset_groups, taps, -1)[group]
                columns[part] *= weights
        result[at] = (kernels @ columns.reshape(groups, -1, out_h * out_w)).reshape(features, out_h, out_w)
    result += bias.detach().to(float32).numpy()[:, None, None]
    return wrapped(result).to(input.dtype)


@host("torchvision::box_iou_rotated(Tensor boxes1, Tensor boxes2) -> Tensor")
def box_iou_rotated(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """How much boxes (x, y, width, height, degrees) of two lists have in common, over what they cover together."""
    first, second = boxes_of("box_iou_rotated", boxes1, 5), boxes_of("box_iou_rotated", boxes2, 5)
    result = np.zeros((len(first), len(second)), np.float32)
    corners = [_corners(box) for box in second]
    for row, box in enumerate(first):
        polygon, area = _corners(box), float(box[2] * box[3])
        for column, other in enumerate(second):
            shared = _area(_cut(polygon, corners[column]))
            together = area + float(other[2] * other[3]) - shared
            result[row, column] = shared / together if together > 0 else 0
    return wrapped(result)


def _corners(box: Array) -> list[tuple[float, float]]:
    """The corners of a turned box, counterclockwise."""
    x, y, width, height, degrees = (float(value) for value in box)
    cosine, sine = np.cos(np.radians(degrees)) / 2, np.sin(np.radians(degrees)) / 2
    along, across = (width * cosine, -width * sine), (height * sine, height * cosine)
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [(x + one * along[0] + two * across[0], y + one * along[1] + two * across[1]) for one, two in signs]


def _cut(polygon: list[tuple[float, float]], convex: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What of a polygon lies inside of a convex one, whose corners go counterclockwise. Source: Sutherland and Hodgman 1974."""
    for (x0, y0), (x1, y1) in zip(convex, [*convex[1:], convex[0]], strict=True):
        sides = [(x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) for x, y in polygon]
        kept: list[tuple[float, float]] = []
        for place, ((x, y), side) in enumerate(zip(polygon, sides, strict=True)):
            (before_x, before_y), before = polygon[place - 1], sides[place - 1]
            if (side >= 0) != (before >= 0):
                part = before / (before - side)
                kept.append((before_x + part * (x - before_x), before_y + part * (y - before_y)))
            if side >= 0:
                kept.append((x, y))
        polygon = kept
    return polygon


def _area(polygon: list[tuple[float, float]]) -> float:
    return sum(polygon[place - 1][0] * y - x * polygon[place - 1][1] for place, (x, y) in enumerate(polygon)) / 2
