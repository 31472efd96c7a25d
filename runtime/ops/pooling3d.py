"""Pooling rows over volumes (N, C, D, H, W) or (C, D, H, W).

A window of a volume is a window of planes by a range of depths, and so are maximum and mean over it: the 2-d rows pool
height and width of every plane first, then depth, with height and width as one dimension.
"""
from __future__ import annotations

from collections.abc import Sequence

from ..kernels.reduction import lowest
from ..tensor import Tensor, new_empty
from .joining import cat
from .launching import require_floating
from .pooling import adaptive_avg_pool2d, avg_pool2d, max_pool2d, max_pool2d_with_indices
from .table import composite

Triple = tuple[int, int, int]


def _triple(values: Sequence[int] | int, name: str) -> Triple:
    listed = [values] if isinstance(values, int) else list(values)
    if len(listed) not in (1, 3):
        raise RuntimeError(f"{name} must either be a single int, or a tuple of three ints; got {listed}")
    depth, height, width = listed * 3 if len(listed) == 1 else listed
    return depth, height, width


def _planes(name: str, tensor: Tensor) -> Tensor:
    """A volume as planes: (N * C, D, H, W)."""
    shape = tensor.layout.shape
    if len(shape) not in (4, 5) or any(size == 0 for size in shape[-4:]):
        raise RuntimeError(
            f"{name}: expected 4D or 5D (batch mode) tensor with optional 0 dim batch size for input, but got: {list(shape)}"
        )
    return tensor.reshape([tensor.layout.numel // (shape[-3] * shape[-2] * shape[-1]), *shape[-3:]])


def _lines(planes: Tensor) -> Tensor:
    """Pooled planes with height and width as one dimension: (N * C, 1, D, OH * OW)."""
    count, depth, height, width = planes.layout.shape
    return planes.reshape([count, 1, depth, height * width])


def _volume(pooled: Tensor, like: Tensor, planes: Tensor) -> Tensor:
    """(N * C, 1, OD, OH * OW) as the volumes of `like`, with height and width of `planes`."""
    return pooled.reshape([*like.layout.shape[:-3], pooled.layout.shape[2], *planes.layout.shape[2:]])


def _windows(
    name: str, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int]
) -> tuple[list[list[int]], list[list[int]]]:
    """Kernel size, stride and padding of the planes and of the depths; the stride is the kernel size unless given."""
    windows = _triple(kernel_size, f"{name}: kernel_size")
    strides = _triple(stride, f"{name}: stride") if stride else windows
    paddings = _triple(padding, f"{name}: padding")
    planes = [list(windows[1:]), list(strides[1:]), list(paddings[1:])]
    return planes, [[windows[0], 1], [strides[0], 1], [paddings[0], 0]]


@composite(
    "max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor"
)
def max_pool3d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> Tensor:
    """The largest item of each window; padding counts as minus infinity."""
    over_planes, over_depths = _windows("max_pool3d", kernel_size, stride, padding)
    gaps = _triple(dilation, "max_pool3d: dilation")
    planes = max_pool2d(_planes("max_pool3d", self), *over_planes, list(gaps[1:]), ceil_mode)
    return _volume(max_pool2d(_lines(planes), *over_depths, [gaps[0], 1], ceil_mode), self, planes)


@composite(
    "max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, "
    "bool ceil_mode=False) -> (Tensor, Tensor)"
)
def max_pool3d_with_indices(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> tuple[Tensor, Tensor]:
    """The largest item of each window, and its place in the flattened volume (int64)."""
    over_planes, over_depths = _windows("max_pool3d", kernel_size, stride, padding)
    gaps = _triple(dilation, "max_pool3d: dilation")
    planes, places = max_pool2d_with_indices(_planes("max_pool3d", self), *over_planes, list(gaps[1:]), ceil_mode)
    pooled, chosen = max_pool2d_with_indices(_lines(planes), *over_depths, [gaps[0], 1], ceil_mode)
    count, depth, *pooled_plane = planes.layout.shape
    area = pooled_plane[0] * pooled_plane[1]
    # a window that lies in the padding reads no depth: its place is that of a plane without items behind the last one
    empty = new_empty((1, 1, *self.layout.shape[-2:]), self.dtype).fill_(lowest(self.dtype.name))
    _, behind = max_pool2d_with_indices(empty, *over_planes, list(gaps[1:]), ceil_mode)
    places = cat([places.reshape([count, depth * area]), behind.reshape([1, area]).expand([count, area])], 1)
    # `chosen` is a depth and a place among the pooled items of that depth, which have their own places in the plane
    flat = chosen.reshape([count, chosen.layout.shape[2] * area])
    depths = flat.div(area, rounding_mode="floor")
    inside = places.gather(1, flat - (depths - depths.clamp_max(depth)) * area)
    indices = (depths * (self.layout.shape[-2] * self.layout.shape[-1]) + inside).reshape(list(chosen.layout.shape))
    return _volume(pooled, self, planes), _volume(indices, self, planes)


@composite(
    "avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, "
    "bool count_include_pad=True, int? divisor_override=None) -> Tensor"
)
def avg_pool3d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool, count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    # the mean of integer means is not the integer mean
    require_floating("avg_pool3d_out_frame", self.dtype)
    over_planes, over_depths = _windows("avg_pool3d", kernel_size, stride, padding)
    windows = [over_depths[0][0], *over_planes[0]]
    if any(size < window for size, window in zip(self.layout.shape[-3:], windows)):
        raise RuntimeError(f"avg_pool3d: input volume {list(self.layout.shape[-3:])} is smaller than kernel size {windows}")
    first = None if divisor_override is None else 1
    planes = avg_pool2d(_planes("avg_pool3d", self), *over_planes, ceil_mode, count_include_pad, first)
    return _volume(avg_pool2d(_lines(planes), *over_depths, ceil_mode, count_include_pad, divisor_override), self, planes)


@composite("adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor")
def adaptive_avg_pool3d(self: Tensor, output_size: Sequence[int]) -> Tensor:
    """The mean of each of `output_size` windows that cover the volume evenly."""
    if len(output_size) != 3:
        raise RuntimeError(f"adaptive_avg_pool3d: output_size must be three ints; got {list(output_size)}")
    if 0 in output_size and min(output_size) >= 0:
        return new_empty((*self.layout.shape[:-3], *output_size), self.dtype)
    planes = adaptive_avg_pool2d(_planes("adaptive_avg_pool3d", self), output_size[1:])
    lines = _lines(planes)
    return _volume(adaptive_avg_pool2d(lines, [output_size[0], lines.layout.shape[3]]), self, planes)
