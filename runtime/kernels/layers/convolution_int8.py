"""Convolution of int8 or uint8 images with int8 weights: exact sums, and their way back to eight bits.

In: images of any strides, weights, their zero points. Out: `Int8ConvolutionPlan.run` gives the sums of (x - zero point) * (w - zero point)
in int32, `requantize_kernel` makes int8 or uint8 of them. Two neighbouring channels of an image are one 32-bit item, two numbers of
16 bits that one instruction multiplies and adds, and the border is written in the same pass; then the tiles of convolution_kernel.py do
the rest. Depthwise convolutions go through float32, which holds their sums exactly. ops/layers/convolving_int8.py is how rows use this.
"""
from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dtype import DType, float32, int32
from ...storage import Storage
from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..compiling.isa import Isa, current
from ..matrix.epilogue import PLAIN
from ..running.engine import Kernel
from ..running.launch import launch
from .convolution import ConvolutionPlan, borders
from .convolution_sizes import Layouts, Sizes, Strides, channels_last_strides
from .depthwise_plan import DepthwisePlan, depthwise_columns

Array = np.ndarray[Any, Any]
_EXACT_TAPS = 256
"""Products of two numbers below 256 whose sum a float32 holds exactly."""


class Int8ConvolutionPlan:
    """How to run one convolution of eight-bit images; `sizes` are those of the images and the weights as they are."""

    def __init__(self, dtype: DType, sizes: Sizes, source: Strides, isa: Isa) -> None:
        self.dtype, self.sizes, self._isa = dtype, sizes, isa
        self._outputs = channels_last_strides(sizes.out_channels, sizes.out_image)
        self._inner = self._depthwise() or self._pairs()
        self.sums: DType = self._inner.dtype
        """The dtype of the sums: int32, or float32 with whole numbers."""
        self.packing = self._inner.packing
        """Plans whose `packing` is equal make the same of a weight."""
        before, after = self._inner.before, self._inner.after
        padded = [low + size + high for low, size, high in zip(before, sizes.image, after, strict=True)]
        groups = sizes.groups if self.sums is int32 else 1
        items = self._inner.sizes.channels
        strides = channels_last_strides(items, (padded[0], padded[1], padded[2]))
        self._bytes = sizes.batch * strides.image * 4
        self._origin = 4 * (before[0] * strides.z + before[1] * strides.y + before[2] * strides.x)
        self._rows = sizes.batch * padded[0] * padded[1]
        self._words = (
            groups, sizes.channels // groups, items // groups, *reversed(sizes.image), source.x, source.y, source.z, source.image,
            source.channel, *reversed(padded), *reversed(before),
        )

    def _depthwise(self) -> DepthwisePlan | None:
        sizes = self.sizes
        taps = sizes.window[0] * sizes.window[1] * sizes.window[2]
        if sizes.groups != sizes.channels or taps > _EXACT_TAPS:
            return None
        layouts = Layouts(channels_last_strides(sizes.channels, sizes.image), self._outputs, _weight_strides(sizes))
        columns = depthwise_columns(float32, sizes, layouts, self._isa)
        return None if columns is None else DepthwisePlan(float32, sizes, layouts, columns, PLAIN, self._isa)

    def _pairs(self) -> ConvolutionPlan:
        sizes = self.sizes
        channels = -(-sizes.channels // sizes.groups // 2) * sizes.groups
        inner = Sizes(
            sizes.batch, channels, sizes.image, sizes.out_channels, sizes.window, sizes.stride, sizes.padding, sizes.dilation, sizes.groups,
            sizes.transposed, sizes.output_padding,
        )
        before, after = borders(inner)
        depth, height, width = (low + size + high for low, size, high in zip(before, sizes.image, after, strict=True))
        source = channels_last_strides(channels, (depth, height, width))
        return ConvolutionPlan(int32, inner, Layouts(source, self._outputs, _weight_strides(inner), bordered=True), PLAIN, self._isa)

    def pack(self, weight: Array, zero_points: Sequence[int]) -> Storage:
        """int8 weights (O, C / groups, z, y, x), transposed ones (C, O / groups, z, y, x), as the kernels read them.

        There is one zero point, or one for each output channel.
        """
        sizes = self.sizes
        points = np.broadcast_to(np.array(zero_points, np.int16), sizes.out_channels)
        if sizes.transposed:
            grouped = weight.reshape(sizes.groups, -1, *weight.shape[1:])
            shifted = grouped - points.reshape(sizes.groups, 1, -1, 1, 1, 1)
        else:
            shifted = (weight - points[:, None, None, None, None])[None]
        if self.sums is not int32:
            ready = shifted.reshape(weight.shape).astype(np.float32)
        else:
            # along the input channels: the second dimension of a group if transposed, else the third
            dim = 1 if sizes.transposed else 2
            even, odd = (np.take(shifted, range(first, shifted.shape[dim], 2), dim).astype(np.int32) for first in (0, 1))
            wider = [(0, even.shape[at] - odd.shape[at]) for at in range(odd.ndim)]
            ready = (even & 0xFFFF) | (np.pad(odd, wider) << 16)
        ready = np.ascontiguousarray(ready)
        return self._inner.pack(ready.ctypes.data)

    def run(self, source: int, zero_point: int, packed: Storage, target: int) -> None:
        """The sums of the images at `source` into `target`: (N, O, ...) of `sums`, channels last, without gaps."""
        scratch = Storage.allocate(max(self._bytes, 1))
        words = (source, scratch.address, *self._words, zero_point)
        launch(widened_kernel(self.dtype, self.sums is int32), words, self._rows, work=self._bytes // 16)
        self._inner.run(scratch.address + self._origin, packed, 0, target)


def _weight_strides(sizes: Sizes) -> Strides:
    """Of weights without gaps."""
    depth, height, width = sizes.window
    inner = sizes.out_channels // sizes.groups if sizes.transposed else sizes.channels // sizes.groups
    return Strides(inner * depth * height * width, depth * height * width, height * width, width, 1)


def plan_int8_convolution(dtype: DType, sizes: Sizes, source: Strides) -> Int8ConvolutionPlan:
    """The plan for images of int8 or uint8 with these strides; the caller has checked the sizes."""
    return _plan(dtype, sizes, source, current())


_plan = functools.lru_cache(maxsize=1024)(Int8ConvolutionPlan)


@functools.cache
def widened_kernel(dtype: DType, pairs: bool) -> Kernel:
    """Images less their zero point inside a border of zeros, channels innermost: pairs of channels as two int16 in an int32, or float32.

    A group's last pair lacks its second channel if their number is odd. Words: 0 images, 1 target (contiguous: n, z, y, x, item),
    2 groups, 3 channels of a group, 4 items of a group in the target; sizes of an image: 5 x, 6 y, 7 z; items to the next: 8 x, 9 y,
    10 z, 11 n, 12 channel; sizes with border: 13 x, 14 y, 15 z; border before: 16 x, 17 y, 18 z; 19 zero point. Items are target
    rows (n, z, y).
    """

    def write(builder: Builder, functions: Functions) -> None:
        _Widened(builder, dtype.name, pairs).write()

    return emitted_kernel(f"widened_{'pairs' if pairs else 'floats'}_{dtype.name}", write, dtype.name, pairs)


class _Widened:
    """The loops of `widened_kernel`."""

    def __init__(self, builder: Builder, dtype: str, pairs: bool) -> None:
        self.builder, self.dtype, self.pairs = builder, dtype, pairs
        self.groups, self.group_channels, self.group_items = (builder.word(at) for at in (2, 3, 4))
        self.step, self.channel_step = builder.word(8), builder.word(12)
        self.zero = builder.word(19).to("int32")

    def write(self) -> None:
        builder = self.builder
        width, height, depth, wide, high, deep = map(builder.word, (5, 6, 7, 13, 14, 15))
        before_x, before_y, before_z = map(builder.word, (16, 17, 18))
        items = self.groups * self.group_items
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            row = builder.start + number
            plane = row // high
            image = plane // deep
            y, z = row - plane * high - before_y, plane - image * deep - before_z
            target = builder.pointer("int32" if self.pairs else "float32", builder.word(1)).at(row * wide * items).independent()
            inside = (y >= 0) & (y < height) & (z >= 0) & (z < depth)
            first = builder.select(inside, builder.minimum(builder.maximum(before_x, 0), wide), wide)
            last = builder.maximum(builder.minimum(width + before_x, wide), first)
            for begin, end in ((builder.number(0, "int64"), first), (last, wide)):
                with builder.loop((end - begin) * items, independent=True) as at:
                    target[begin * items + at] = 0
            source = builder.pointer(self.dtype, builder.word(0)).at(
                image * builder.word(11) + z * builder.word(10) + y * builder.word(9) + (first - before_x) * self.step
            ).independent()
            with builder.loop(self.groups, vectorize=False) as group:
                channels = source.at(group * self.group_channels * self.channel_step)
                places = target.at(first * items + group * self.group_items)
                with builder.when(self.channel_step == 1):
                    with builder.loop(last - first, vectorize=False) as x:
                        self._pixel(channels.at(x * self.step), places.at(x * items))
                for known in (True, False):
                    step = builder.number(1, "int64") if known else self.step
                    with builder.when((self.channel_step != 1) & ((self.step == 1) if known else (self.step != 1))):
                        self._planes(channels, places, last - first, step, items)

    def _pixel(self, source: Pointer, target: Pointer) -> None:
        """A pixel whose channels lie side by side."""
        one = self.builder.number(1, "int64")
        whole = self._whole()
        with self.builder.loop(whole, independent=True) as at:
            target[at] = self._item(source.at(at * 2 if self.pairs else at), one)
        with self.builder.loop(self.group_items - whole, vectorize=False) as at:
            target[whole + at] = self._single(source[(whole + at) * 2])

    def _planes(self, source: Pointer, target: Pointer, count: Value, step: Value, items: Value) -> None:
        """A row of pixels, channel by channel."""
        builder = self.builder
        whole, far = self._whole(), self.channel_step * (2 if self.pairs else 1)
        with builder.loop(whole, vectorize=False) as item:
            with builder.loop(count, independent=True) as x:
                target[x * items + item] = self._item(source.at(item * far + x * step), self.channel_step)
        with builder.loop(self.group_items - whole, vectorize=False) as rest:
            with builder.loop(count, independent=True) as x:
                target[x * items + whole + rest] = self._single(source[(whole + rest) * far + x * step])

    def _whole(self) -> Value:
        """How many items of a group's pixel have all their channels."""
        return self.group_channels // 2 if self.pairs else self.group_channels

    def _item(self, source: Pointer, beside: Value) -> Value:
        if not self.pairs:
            return self._shifted(source[0]).to("float32")
        return self._single(source[0]) | (self._shifted(source[beside]) << 16)

    def _single(self, value: Value) -> Value:
        return self._shifted(value) & 0xFFFF if self.pairs else self._shifted(value).to("float32")

    def _shifted(self, value: Value) -> Value:
        return value.to("int32") - self.zero


@functools.cache
def requantize_kernel(sums: DType, dtype: DType) -> Kernel:
    """round((sum + addend) * factor) + zero point, between two bounds, for rows of channels; halves are rounded to even.

    It is the arithmetic of FBGEMM (`requantizeOutputProcessingAvx2`): in float32, the addend is the bias in units of the sums.
    Words: 0 out, 1 sums (int32 or float32), 2 factors (float32, a channel each), 3 addends (float32; 0: none), 4 zero point, 5 lowest,
    6 highest, 7 channels. Items are pixels of `channels` contiguous items.
    """

    def write(builder: Builder, functions: Functions) -> None:
        channels = builder.word(7)
        factors, addends = (builder.pointer("float32", builder.word(at)).independent() for at in (2, 3))
        zero, lowest, highest = (builder.word(at).to("float32") for at in (4, 5, 6))
        first = builder.start * channels
        source, out = builder.pointer(sums.name, builder.word(1)).at(first), builder.pointer(dtype.name, builder.word(0)).at(first)
        with builder.loop(builder.stop - builder.start, vectorize=False) as pixel:
            items, target = source.at(pixel * channels).independent(), out.at(pixel * channels).independent()
            for added in (True, False):
                with builder.when((builder.word(3) != 0) if added else (builder.word(3) == 0)):
                    with builder.loop(channels, independent=True) as at:
                        total = items[at].to("float32")
                        if added:
                            total = total + addends[at]
                        scaled = builder.intrinsic("roundeven", total * factors[at]) + zero
                        target[at] = builder.minimum(builder.maximum(scaled, lowest), highest).to("int32").to(dtype.name)

    return emitted_kernel(f"requantize_{sums.name}_{dtype.name}", write, sums.name, dtype.name)
