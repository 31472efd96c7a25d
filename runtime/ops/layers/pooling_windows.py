"""Running a pooling over one to three dimensions: from checked windows to kernel words, the memory format of the result included.

In: an input with or without a batch dimension, and windows that were checked. Out: the pooled tensor, and places if wanted. The rows
are in pooling1d.py, pooling.py and pooling3d.py; the kernels in kernels/layers/pooling.py.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...dtype import int64
from ...formats import channels_last, channels_last_3d, contiguous_format, format_strides, suggested_format
from ...kernels.compiling.isa import current
from ...kernels.layers.plane_means import GROUP, pixel_means_kernel, plane_means_kernel
from ...kernels.layers.pooling import Pooling, pooling_kernel
from ...kernels.running.engine import Kernel
from ...kernels.running.launch import launch
from ...layout import Layout
from ...tensor import Tensor, new_beside, new_like
from ..plans import Plans
from ..reduction.reductions import mean_dims

_FAR = 1 << 24
"""Taps that may find nothing between windows without a common item."""
_FORMATS = {2: channels_last, 3: channels_last_3d}


@dataclass(frozen=True, slots=True)
class Windows:
    """Strided windows, a number per dimension each; of adaptive ones only the output's size is said."""

    size: Sequence[int]
    stride: Sequence[int]
    padding: Sequence[int]
    dilation: Sequence[int]


def pool(
    input: Tensor, out_sizes: Sequence[int], windows: Windows | None, *, mean: bool, places: bool = False, keeps_format: bool = True,
    counts_padding: bool = True, divisor: int = 0,
) -> tuple[Tensor, Tensor | None]:
    """The largest items or means of the windows over the last dimensions, as many as there are output sizes; and places, if wanted.

    `windows` is None for adaptive windows. `keeps_format` says whether a channels-last input gives a channels-last result.
    """
    dims = len(out_sizes)
    if mean and windows is None and max(out_sizes) == 1 and min(out_sizes) == 1 and input.layout.numel:
        return _global_mean(input, dims, keeps_format), None
    return PooledLayout(
        input, out_sizes, windows, mean=mean, places=places, keeps_format=keeps_format, counts_padding=counts_padding, divisor=divisor
    ).run(input)


class PooledLayout:
    """How inputs of one layout and dtype are pooled: keep it, and run it on others. The arguments are those of `pool`."""

    __slots__ = ("_items", "_kernel", "_layout", "_places", "_words", "_work")

    def __init__(
        self, input: Tensor, out_sizes: Sequence[int], windows: Windows | None, *, mean: bool, places: bool = False,
        keeps_format: bool = True, counts_padding: bool = True, divisor: int = 0,
    ) -> None:
        self._layout, self._places = _out_layout(input, out_sizes, keeps_format), places
        if not self._layout.numel:
            return
        dims = len(out_sizes)
        batch, channels, sizes, strides = _volumes(input.layout, dims)
        _, _, wide_out, out_strides = _volumes(self._layout, dims)
        # many channels of pixels side by side vectorize better than rows of outputs
        last = channels > 1 and out_strides[1] == 1 and strides[1] == 1
        self._kernel = pooling_kernel(input.dtype, Pooling(mean, places, windows is None, last))
        if windows is None:
            given, taps, window = [0] * 12, (0, 0), [-(-size // out_size) for size, out_size in zip(sizes, wide_out, strict=True)]
        else:
            # a window of one item has no gaps, and kernels add to those of others
            gaps = [gap if size > 1 else 1 for size, gap in zip(windows.size, windows.dilation, strict=True)]
            parts = ((windows.size, 1), (windows.stride, 1), (windows.padding, 0), (gaps, 1))
            given = [value for values, neutral in parts for value in (*[neutral] * (3 - dims), *values)]
            stride, padding, gap = given[5::3]
            taps, window = _taps(windows.size[-1], stride, padding, gap, sizes[2], wide_out[2]), windows.size
            divisor = divisor or _common_divisor(windows, sizes[3 - dims :], out_sizes, counts_padding)
        self._words = (channels, *sizes, *wide_out, *given, *strides, *out_strides, int(counts_padding), divisor, *taps)
        self._items = batch * (wide_out[0] * wide_out[1] if last else channels)
        self._work = self._layout.numel * math.prod(window) // 4

    def run(self, input: Tensor) -> tuple[Tensor, Tensor | None]:
        """The pooled input, and places if wanted."""
        layout = self._layout
        if not layout.numel:
            nothing = new_beside(input, layout.shape)
            return nothing, new_beside(input, layout.shape, int64) if self._places else None
        out = new_like(layout, input.dtype)
        chosen = new_like(layout, int64) if self._places else None
        words = (out.address, input.address, 0 if chosen is None else chosen.address, *self._words)
        launch(self._kernel, words, self._items, work=self._work)
        return out, chosen


def _out_layout(input: Tensor, out_sizes: Sequence[int], keeps_format: bool) -> Layout:
    """Channels last if the input is and the operator keeps that, else contiguous."""
    dims = len(out_sizes)
    shape = (*input.layout.shape[: input.ndim - dims], *out_sizes)
    memory_format = suggested_format(input.layout) if keeps_format and input.ndim == dims + 2 else contiguous_format
    if memory_format is not _FORMATS.get(dims):
        memory_format = contiguous_format
    return Layout.of(shape, format_strides(shape, memory_format), 0)


def _global_mean(input: Tensor, dims: int, keeps_format: bool) -> Tensor:
    """The mean of each channel of each image."""
    key = (input.layout.form, input.dtype, dims, keeps_format, current())
    known = _global_means.get(key)
    if known is None:
        known = _global_means[key] = _GlobalMean(input, dims, keeps_format)
    return known.run(input)


class _GlobalMean:
    """How the means of images of one layout are computed: by planes, by pixels, or as any other reduction."""

    def __init__(self, input: Tensor, dims: int, keeps_format: bool) -> None:
        self.dims, self.layout = dims, _out_layout(input, [1] * dims, keeps_format)
        batch, channels, sizes, strides = _volumes(input.layout, dims)
        pixels = math.prod(sizes)
        # pixels are evenly spaced: each dimension steps over all of the next ones
        spaced = all(size == 1 or strides[2 + at] == strides[4] * math.prod(sizes[at + 1 :]) for at, size in enumerate(sizes[:2]))
        isa = current()
        lanes = isa.vector_bytes // input.dtype.itemsize
        self.kernel: Kernel | None = None
        self.work = input.layout.numel // 4
        if input.layout.is_contiguous:
            self.kernel, self.items, self.words = plane_means_kernel(input.dtype, isa), batch * channels, (pixels,)
        elif strides[1] == 1 and channels >= lanes and spaced:
            width = lanes * GROUP if channels >= lanes * GROUP else lanes
            parts = -(-channels // width)
            self.kernel, self.items = pixel_means_kernel(input.dtype, isa), batch * parts
            self.words = (pixels, channels, strides[0], strides[4], parts)

    def run(self, input: Tensor) -> Tensor:
        """The means of an input with the plan's layout."""
        if self.kernel is None:
            averaged = mean_dims(input, range(-self.dims, 0), True, None)
            return Tensor(averaged.memory, self.layout, input.dtype)
        out = new_like(self.layout, input.dtype)
        launch(self.kernel, (out.address, input.address, *self.words), self.items, work=self.work)
        return out


_global_means = Plans[tuple[Any, ...], _GlobalMean]()


def _volumes(layout: Layout, dims: int) -> tuple[int, int, list[int], list[int]]:
    """(batch, channels, three sizes, five strides) of images over `dims` dimensions."""
    missing, added = dims + 2 - len(layout.shape), 3 - dims
    batch, channels = (*[1] * missing, *layout.shape[:-dims])
    leading = [*[0] * missing, *layout.strides[:-dims]]
    sizes = [*[1] * added, *layout.shape[len(layout.shape) - dims :]]
    return batch, channels, sizes, [*leading, *[0] * added, *layout.strides[len(layout.strides) - dims :]]


def _taps(window: int, stride: int, padding: int, gap: int, size: int, out_size: int) -> tuple[int, int]:
    """(number, distance before the image) of the taps that any window finds in the image along a dimension, from the first to the last.

    RuntimeError for windows larger than any image and so far apart that millions of taps between them find nothing.
    """
    first = max(-(((out_size - 1) * stride - padding) // gap), 0)
    number = max(min(window, -(-(size + padding) // gap)) - first, 0)
    if number > size + _FAR and stride > size:
        raise RuntimeError(f"pooling: windows of {window} items, {stride} apart, are too large for an image of {size}")
    return number, padding - first * gap


def _common_divisor(windows: Windows, sizes: Sequence[int], out_sizes: Sequence[int], counts_padding: bool) -> int:
    """What all windows are divided by, 0 if they differ: some reach over an edge that does not count."""
    for size, out_size, window, stride, pad in zip(sizes, out_sizes, windows.size, windows.stride, windows.padding, strict=True):
        if (pad and not counts_padding) or (out_size - 1) * stride + window > size + 2 * pad:
            return 0
    items = math.prod(windows.size)
    # what does not fit a word is left to the kernel
    return items if items < 1 << 63 else 0
