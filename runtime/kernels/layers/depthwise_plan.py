"""How a depthwise convolution of images is run; convolution.py makes plans of this kind where they fit.

In: sizes and strides. Out: a plan with the same `pack` and `run` as any other convolution's.
"""
from __future__ import annotations

from array import array

import numpy as np

from ...dtype import DType
from ...storage import Storage
from ..compiling.isa import Isa
from ..matrix.epilogue import Epilogue, number_words
from ..running.launch import launch
from .convolution_copies import border_kernel, panels_kernel
from .convolution_sizes import Layouts, Sizes, Strides, channels_last_strides
from .depthwise import Columns, channels_last_kernel, fits, planes_kernel

_LARGEST_WINDOW = 7
"""Columns of a window whose taps are written out in a kernel."""


def depthwise_columns(dtype: DType, sizes: Sizes, layouts: Layouts, isa: Isa) -> Columns | None:
    """What the kernel is compiled for along a row, or None if this is no convolution for it."""
    wanted = sizes.groups == sizes.channels == sizes.out_channels and not sizes.transposed
    if not wanted or sizes.image[0] != 1 or sizes.window[0] != 1 or sizes.padding[0] or sizes.window[2] > _LARGEST_WINDOW:
        return None
    columns = Columns(sizes.window[2], sizes.stride[2], sizes.dilation[2])
    width = isa.vector_bytes // dtype.itemsize
    if layouts.target.channel == 1 and sizes.channels >= width:
        return columns
    if layouts.source.x == 1 and layouts.target.x == 1 and fits(sizes.out_image[2], width, columns, sizes.window[1], sizes.dilation[1]):
        return columns
    return None


class DepthwisePlan:
    """How to run one depthwise convolution; `before` and `after` are the borders that a producer may leave out."""

    before = after = (0, 0, 0)

    def __init__(
        self, dtype: DType, sizes: Sizes, layouts: Layouts, columns: Columns, epilogue: Epilogue, isa: Isa, numbers: tuple[float, ...] = ()
    ) -> None:
        self.dtype, self.sizes, self.layouts, self._isa = dtype, sizes, layouts, isa
        self._lanes = isa.vector_bytes // dtype.itemsize
        self._planes = not (layouts.target.channel == 1 and sizes.channels >= self._lanes)
        self._kernel = (planes_kernel if self._planes else channels_last_kernel)(dtype, columns, epilogue, isa)
        source, target = layouts.source, layouts.target
        self._copied = not self._planes and source.channel != 1
        if self._copied:
            source = channels_last_strides(sizes.channels, sizes.image)
            self._copy_words = _copy_words(sizes, layouts.source)
        self._words = (
            sizes.channels, *sizes.image[1:], *sizes.out_image[1:], sizes.window[1], sizes.stride[1], sizes.dilation[1], *sizes.padding[1:],
            source.image, source.channel, source.y, source.x, target.image, target.channel, target.y, target.x,
            *number_words(epilogue, numbers),
        )
        self._items = sizes.batch * (sizes.channels if self._planes else sizes.out_image[1])
        taps = sizes.window[1] * sizes.window[2]
        self._taps = taps
        self.packing: object = (dtype, layouts.weight, sizes.window, sizes.channels, self._planes, self._lanes)
        """Plans whose `packing` is equal make the same of a weight."""
        self._work = sizes.batch * sizes.channels * sizes.out_image[1] * sizes.out_image[2] * (taps + 4) // 40
        self._offsets, self._rows = array("q", [0]), np.arange(taps, dtype=np.int64)
        if layouts.weight.y != sizes.window[2] * layouts.weight.x:
            weight = layouts.weight
            self._offsets = array("q", (y * weight.y + x * weight.x for y in range(sizes.window[1]) for x in range(sizes.window[2])))

    def pack(self, weight: int) -> Storage:
        """The weights at an address: for planes as they are in row-major order, else in panels of one vector of channels."""
        channels, strides = self.sizes.channels, self.layouts.weight
        width = 1 if self._planes else self._lanes
        packed = Storage.allocate(-(-channels // width) * width * self._taps * self.dtype.itemsize)
        if self._planes:
            words = (weight, packed.address, *_window_words(self.sizes, strides))
            launch(border_kernel(self.dtype, self._isa), words, channels * self.sizes.window[1])
            return packed
        panels = -(-channels // width)
        lines = len(self._offsets)
        words = (
            weight, packed.address, self._offsets.buffer_info()[0], lines, self._taps // lines, strides.x, strides.image, 0, channels,
            panels, self._rows.ctypes.data, 1,
        )
        launch(panels_kernel(self.dtype, 1, self._isa), words, panels)
        return packed

    def run(self, source: int, packed: Storage, bias: int, target: int, residual: int = 0) -> None:
        """Convolve the images at `source` into `target`; see `ConvolutionPlan.run`."""
        scratch = None
        if self._copied:
            sizes = self.sizes
            scratch = Storage.allocate(sizes.batch * sizes.channels * sizes.image[1] * sizes.image[2] * self.dtype.itemsize)
            words = (source, scratch.address, *self._copy_words)
            launch(border_kernel(self.dtype, self._isa), words, sizes.batch * sizes.image[1], work=self._work // 4)
            source = scratch.address
        launch(self._kernel, (source, packed.address, bias, target, residual, *self._words), self._items, work=self._work)


def _copy_words(sizes: Sizes, source: Strides) -> tuple[int, ...]:
    """The words of `border_kernel` after the addresses, without a border."""
    size = tuple(reversed(sizes.image))
    return (sizes.channels, *size, source.x, source.y, source.z, source.image, source.channel, *size, 0, 0, 0)


def _window_words(sizes: Sizes, weight: Strides) -> tuple[int, ...]:
    """The same for windows of weights, as images of one channel."""
    size = tuple(reversed(sizes.window))
    return (1, *size, weight.x, weight.y, 0, weight.image, 1, *size, 0, 0, 0)
