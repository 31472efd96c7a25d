"""Convolution over one to three dimensions, plain and transposed, any stride, padding, dilation and groups: how one is run.

In: sizes and strides. Out: a plan, kept, with `pack` for the weights and `run`. `plan_convolution` is the way in. A plan holds the
kernels' words: where the taps of the window lie in the image, how the depth is cut into runs, how pixels are cut into blocks. The
kernels are in convolution_kernel.py (tiles), convolution_copies.py (borders and panels) and depthwise.py.

All images have three dimensions (z, y, x); those of one item cost nothing. A transposed convolution is one plain convolution of stride 1
for every place within the stride (a phase), each with the taps that reach its outputs.
"""
from __future__ import annotations

import functools
import itertools
import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...dtype import DType
from ...storage import Storage
from ..compiling.isa import Isa, current
from ..matrix.epilogue import PLAIN, Epilogue, number_words
from ..running.launch import LONG, launch
from .convolution_copies import border_kernel, panels_kernel
from .convolution_kernel import BLOCK, Shape, convolution_kernel
from .convolution_sizes import Layouts, Sizes, Strides, Triple, channels_last_strides
from .depthwise_plan import DepthwisePlan, depthwise_columns

_CACHE_ITEMS = 256 * 256
"""Items of a block's part of the image: with the weights of a panel they stay in the second cache."""
_RUN_ITEMS = 256
"""Steps of the depth between two visits of a pixel: their weights stay in the first cache."""
_MOST_PARTS = 9
_LEAST_PIXELS = 6
"""Outputs of the smallest part, over all images, when outputs are sorted by their taps."""
_WORTH = 0.9
"""The share of the taps that must not be exceeded then."""
_PART_WORK = 5000
"""Nanoseconds that each part must save."""
_SHARED_BYTES = 1 << 16
"""Borders from this size on are copied by all threads."""


@dataclass(frozen=True, slots=True)
class _Phase:
    """The outputs at one place within the stride of a transposed convolution; all outputs of a plain one."""

    first: tuple[int, ...]
    grid: Triple
    taps: tuple[tuple[int, tuple[int, ...]], ...]
    """(number of the tap in the window, step from an output's pixel to the tap's pixel)."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one launch of the kernel needs beside the operands' addresses."""

    words: tuple[int, ...]
    items: int
    work: int
    target: int
    """Items from the output's first to this phase's first."""
    weights: int
    """Bytes into the packed weights."""


class ConvolutionPlan:
    """How to run one convolution: kernels, words, and the copies before it."""

    def __init__(
        self, dtype: DType, sizes: Sizes, layouts: Layouts, epilogue: Epilogue, isa: Isa, numbers: tuple[float, ...] = ()
    ) -> None:
        self._numbers = number_words(epilogue, numbers)
        self.dtype, self.sizes, self.layouts, self._isa = dtype, sizes, layouts, isa
        phases = _phases(sizes)
        self.before, self.after = borders(sizes)
        """The border of zeros around an image: (z, y, x) before and after it; negative where items are never read."""
        self._group_in, self._group_out = sizes.channels // sizes.groups, sizes.out_channels // sizes.groups
        self._shape = tile_shape(dtype, self._group_out, isa)
        self._width = self._shape.vectors * isa.vector_bytes // dtype.itemsize
        self._panels = -(-self._group_out // self._width)
        self._kernel = convolution_kernel(dtype, self._shape, epilogue, isa)
        self._keep: list[object] = []
        self._source = self._copy_strides()
        self._scratch_bytes, self._origin = 0, 0
        # pixels a multiple of 4 KiB apart compete for the same lines of the first cache, which leaves less for the weights
        far = self._source.x * (1 if sizes.transposed else sizes.stride[2]) * dtype.itemsize
        self._run_items = _RUN_ITEMS // 2 if far % 4096 == 0 else _RUN_ITEMS
        if self._source is not layouts.source:
            self._border_words = self._plan_border()
        self._parts: list[_Part] = []
        self._packs: list[tuple[tuple[int, ...], int]] = []
        shared = tuple(number for number, _ in _plain_phase(sizes).taps) if len(phases) > 1 and not sizes.transposed else None
        orders = [order for phase in phases for order in self._plan_phase(phase, shared)]
        self.packing: object = (
            dtype, layouts.weight, sizes.window, sizes.channels, sizes.out_channels, sizes.groups, sizes.transposed, self._shape, isa,
            *orders,
        )
        """Plans whose `packing` is equal make the same of a weight."""

    def pack(self, weight: int) -> Storage:
        """The weights at an address as panels."""
        packed = Storage.allocate(max(self._packed_bytes, 1))
        kernel = panels_kernel(self.dtype, self._shape.vectors, self._isa)
        panels = self.sizes.groups * self._panels
        for words, start in self._packs:
            launch(kernel, (weight, packed.address + start, *words), panels, work=words[1] * words[2] * panels * 16)
        return packed

    def run(self, source: int, packed: Storage, bias: int, target: int, residual: int = 0) -> None:
        """Convolve the images at `source` into `target`; `bias` and `residual` are addresses, or 0 for none.

        The residual lies as the output does and is added before the epilogue; it is not the output itself.
        """
        scratch = None
        if self._scratch_bytes:
            scratch = Storage.allocate(self._scratch_bytes)
            rows = self.sizes.batch * self._padded[0] * self._padded[1]
            words = (source, scratch.address, *self._border_words)
            launch(border_kernel(self.dtype, self._isa), words, rows, work=self._border_work)
            source = scratch.address + self._origin
        for part in self._parts:
            move = part.target * self.dtype.itemsize
            words = (source, packed.address + part.weights, bias, target + move, residual and residual + move, *part.words, *self._numbers)
            launch(self._kernel, words, part.items, work=part.work)

    @property
    def _border_work(self) -> int:
        """Nanoseconds; before a long convolution, for which threads are woken anyway, enough that they share this too."""
        work = self._scratch_bytes // 8
        long = sum(part.work for part in self._parts) > 4 * LONG and self._scratch_bytes > _SHARED_BYTES
        return max(work, 2 * LONG) if long else work

    @property
    def _packed_bytes(self) -> int:
        if not self._parts:
            return 0
        last, _ = self._packs[-1]
        return self._parts[-1].weights + self._panel_bytes(last[1] * last[2])

    def _panel_bytes(self, depth: int) -> int:
        return depth * self.sizes.groups * self._panels * self._width * self.dtype.itemsize

    def _copy_strides(self) -> Strides:
        """The strides that the kernel sees: the source's own if its channels lie side by side and no border is missing."""
        source = self.layouts.source
        whole = self.layouts.bordered or all(size <= 0 for size in (*self.before, *self.after))
        if whole and (source.channel == 1 or self._group_in == 1):
            return source
        self._padded = tuple(before + size + after for before, size, after in zip(self.before, self.sizes.image, self.after, strict=True))
        depth, height, width = self._padded
        return channels_last_strides(self.sizes.channels, (depth, height, width))

    def _plan_border(self) -> tuple[int, ...]:
        sizes, source, copy = self.sizes, self.layouts.source, self._source
        self._scratch_bytes = max(sizes.batch * copy.image * self.dtype.itemsize, 1)
        steps = self.before[0] * copy.z + self.before[1] * copy.y + self.before[2] * copy.x
        self._origin = steps * self.dtype.itemsize
        return (
            sizes.channels, *reversed(sizes.image), source.x, source.y, source.z, source.image, source.channel, *reversed(self._padded),
            *reversed(self.before),
        )

    def _plan_phase(self, phase: _Phase, shared: tuple[int, ...] | None) -> list[tuple[int, ...]]:
        """Add a part; the taps in the order of their weights where they are packed for it, or for the first that shares them."""
        sizes, strides, target = self.sizes, self._source, self.layouts.target
        step = (1, 1, 1) if sizes.transposed else sizes.stride
        spread = sizes.stride if sizes.transposed else (1, 1, 1)
        placed = sorted((z * strides.z + y * strides.y + x * strides.x, number) for number, (z, y, x) in phase.taps)
        order = shared or tuple(number for _, number in placed)
        rows = [order.index(number) * self._group_in for _, number in placed]
        runs, rows, length = self._runs([offset for offset, _ in placed], rows)
        table = array("q", [*runs, *rows, 0])
        pixels = sizes.batch * phase.grid[0] * phase.grid[1] * phase.grid[2]
        if not pixels:
            return []
        # blocks of equal size, so that the last one is not a small rest
        block = min(BLOCK, max(BLOCK // 4, _CACHE_ITEMS // max(self._group_in, 1)))
        block = -(-pixels // -(-pixels // block))
        steps_in = [stride * steps for stride, steps in zip((strides.x, strides.y, strides.z), reversed(step))]
        steps_out = [stride * steps for stride, steps in zip((target.x, target.y, target.z), reversed(spread))]
        words = (
            table.buffer_info()[0], len(runs), max(self._run_items // max(length, 1), 1), length, pixels, block, sizes.groups,
            self._group_in * strides.channel, self._group_out, *reversed(phase.grid), *steps_in, strides.image, *steps_out, target.image,
            target.channel, len(order) * self._group_in,
        )
        first = phase.first[0] * target.z + phase.first[1] * target.y + phase.first[2] * target.x
        start = 0 if shared else self._packed_bytes
        items = -(-pixels // block) * sizes.groups * self._panels
        depth = len(placed) * self._group_in
        self._keep.append(table)
        self._parts.append(_Part(words, items, pixels * sizes.out_channels * (depth + 4) // 40, first, start))
        if shared and self._packs:
            return []
        self._packs.append((self._plan_panels(order), start))
        return [order]

    def _runs(self, offsets: Sequence[int], rows: Sequence[int]) -> tuple[list[int], list[int], int]:
        """(offsets of runs in the image, their rows in a panel, their length): taps that adjoin are joined, long runs are cut evenly."""
        channels = self._group_in
        length = channels
        runs = [*zip(offsets, rows, strict=True)]
        if self._source.x == channels and len(runs) > 1:
            row = next((at for at in range(1, len(runs)) if runs[at] != _moved(runs[at - 1], channels)), len(runs))
            starts = runs[::row]
            if [_moved(start, at * channels) for start in starts for at in range(row)] == runs:
                runs, length = starts, row * channels
        if length > self._run_items:
            cut = next((size for size in range(self._run_items, 63, -1) if length % size == 0), length)
            runs = [_moved(start, at) for start in runs for at in range(0, length, cut)]
            length = cut
        return [offset for offset, _ in runs], [row for _, row in runs], length

    def _plan_panels(self, taps: Sequence[int]) -> tuple[int, ...]:
        """The words of `panels_kernel` after the addresses, for these taps of the window in this order."""
        sizes, weight, channels = self.sizes, self.layouts.weight, self._group_in
        out_step, in_step = (weight.channel, weight.image) if sizes.transposed else (weight.image, weight.channel)
        group_step = (channels if sizes.transposed else self._group_out) * weight.image
        window = sizes.window
        every = [(z * weight.z + y * weight.y + x * weight.x)
                 for z, y, x in itertools.product(range(window[0]), range(window[1]), range(window[2]))]
        offsets, step = [every[tap] for tap in taps], in_step
        length = channels
        rows = np.arange(len(taps) * channels, dtype=np.int64)
        if in_step == len(taps) and offsets == list(range(len(taps))):
            # all weights of an output channel adjoin: one line, channel by channel, tap by tap
            rows = np.ascontiguousarray(rows.reshape(len(taps), channels).T).reshape(-1)
            offsets, length, step = [0], len(rows), 1
        table = array("q", offsets)
        self._keep += [table, rows]
        return (
            table.buffer_info()[0], len(offsets), length, step, out_step, group_step, self._group_out, self._panels, rows.ctypes.data,
            0,
        )


def plan_convolution(
    dtype: DType, sizes: Sizes, layouts: Layouts, epilogue: Epilogue = PLAIN, numbers: tuple[float, ...] = ()
) -> ConvolutionPlan | DepthwisePlan:
    """The plan for these sizes and strides; the caller has checked that groups divide the channels and that the window fits.

    The epilogue gives the dtype that it takes, and has no addend: `run` takes a residual. `numbers` are the epilogue's.
    """
    return _plan(dtype, sizes, layouts, epilogue, current(), numbers)


@functools.lru_cache(maxsize=1024)
def _plan(
    dtype: DType, sizes: Sizes, layouts: Layouts, epilogue: Epilogue, isa: Isa, numbers: tuple[float, ...]
) -> ConvolutionPlan | DepthwisePlan:
    columns = depthwise_columns(dtype, sizes, layouts, isa)
    if columns is not None:
        return DepthwisePlan(dtype, sizes, layouts, columns, epilogue, isa, numbers)
    return ConvolutionPlan(dtype, sizes, layouts, epilogue, isa, numbers)


def tile_shape(dtype: DType, channels: int, isa: Isa) -> Shape:
    """The tile that wastes least on this many output channels of a group; of equals, the one that comes first."""
    width = isa.vector_bytes // dtype.itemsize
    shapes = (Shape(6, 4), Shape(8, 2), Shape(8, 1)) if isa.vector_bytes == 64 else (Shape(6, 2), Shape(4, 3), Shape(8, 1))
    return min(shapes, key=lambda shape: -(-channels // (shape.vectors * width)) * shape.vectors * (1.15 if shape.vectors == 1 else 1))


def _moved(run: tuple[int, int], by: int) -> tuple[int, int]:
    return run[0] + by, run[1] + by


def _phases(sizes: Sizes) -> list[_Phase]:
    if sizes.transposed:
        return _transposed_phases(sizes)
    return _inner_phases(sizes) or [_plain_phase(sizes)]


def _inner_phases(sizes: Sizes) -> list[_Phase]:
    """Outputs by the taps of their windows that lie in the image, where many small images make that worth it: no border, no zeros.

    Nothing where there is no border, where the parts would be too small for whole tiles, or where little would be saved; nor where windows
    lie wholly in the border, which may be endless where the image is not.
    """
    if any(pad > (window - 1) * gap for window, pad, gap in zip(sizes.window, sizes.padding, sizes.dilation, strict=True)):
        return []
    parts = [
        _segments(*of_dim) for of_dim in
        zip(sizes.image, sizes.out_image, sizes.window, sizes.stride, sizes.padding, sizes.dilation, strict=True)
    ]
    taken = [sum(count * len(taps) for _, count, taps in segments) for segments in parts]
    whole = [size * window for size, window in zip(sizes.out_image, sizes.window, strict=True)]
    count = math.prod(map(len, parts))
    saved = (math.prod(whole) - math.prod(taken)) * sizes.batch * sizes.out_channels * (sizes.channels // sizes.groups) // 40
    if not 1 < count <= _MOST_PARTS or math.prod(taken) > _WORTH * math.prod(whole) or saved < count * _PART_WORK:
        return []
    if sizes.batch * math.prod(min(count for _, count, _ in segments) for segments in parts) < _LEAST_PIXELS:
        return []
    phases: list[_Phase] = []
    for segments in itertools.product(*parts):
        taps: list[tuple[int, tuple[int, ...]]] = []
        for tap in itertools.product(*(kept for _, _, kept in segments)):
            number = (tap[0] * sizes.window[1] + tap[1]) * sizes.window[2] + tap[2]
            taps.append((number, tuple(
                first * step - pad + at * gap for (first, _, _), step, pad, at, gap in
                zip(segments, sizes.stride, sizes.padding, tap, sizes.dilation, strict=True)
            )))
        depth, height, width = (count for _, count, _ in segments)
        phases.append(_Phase(tuple(first for first, _, _ in segments), (depth, height, width), tuple(taps)))
    return phases


def _segments(size: int, out: int, window: int, step: int, pad: int, gap: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """(first output, how many, their taps inside the image) along one dimension."""
    inside = [tuple(at for at in range(window) if 0 <= place * step - pad + at * gap < size) for place in range(max(out, 0))]
    segments: list[tuple[int, int, tuple[int, ...]]] = []
    for taps, places in itertools.groupby(range(len(inside)), lambda place: inside[place]):
        listed = [*places]
        segments.append((listed[0], len(listed), taps))
    return segments


def _plain_phase(sizes: Sizes) -> _Phase:
    places = itertools.product(*(
        [at * gap - pad for at in range(size)] for size, gap, pad in zip(sizes.window, sizes.dilation, sizes.padding, strict=True)
    ))
    return _Phase((0, 0, 0), sizes.out_image, tuple(enumerate(places)))


def _transposed_phases(sizes: Sizes) -> list[_Phase]:
    """Output `i * stride + phase` reads input `i + (phase + padding - tap * dilation) / stride` for every tap where that is whole."""
    phases: list[_Phase] = []
    numbers = list(itertools.product(*map(range, sizes.window)))
    # a step beyond the output leaves its later phases without places
    for first in itertools.product(*(range(max(min(step, size), 1)) for step, size in zip(sizes.stride, sizes.out_image, strict=True))):
        taps: list[tuple[int, tuple[int, ...]]] = []
        for number, tap in enumerate(numbers):
            moves = [at + pad - place * gap for at, pad, place, gap in zip(first, sizes.padding, tap, sizes.dilation, strict=True)]
            if all(move % step == 0 for move, step in zip(moves, sizes.stride, strict=True)):
                taps.append((number, tuple(move // step for move, step in zip(moves, sizes.stride, strict=True))))
        depth, height, width = (
            max(-(-(size - at) // step), 0) for size, at, step in zip(sizes.out_image, first, sizes.stride, strict=True)
        )
        phases.append(_Phase(first, (depth, height, width), tuple(taps)))
    return phases


def borders(sizes: Sizes) -> tuple[Triple, Triple]:
    """What the taps of all outputs reach before and after the image, per dimension (z, y, x)."""
    phases = _phases(sizes)
    step = (1, 1, 1) if sizes.transposed else sizes.stride
    before, after = [0, 0, 0], [0, 0, 0]
    for dim in range(3):
        used = [(place[dim], phase.grid[dim]) for phase in phases for _, place in phase.taps if min(phase.grid) > 0]
        if used:
            before[dim] = max(-place for place, _ in used)
            after[dim] = max(place + (count - 1) * step[dim] + 1 - sizes.image[dim] for place, count in used)
        before[dim], after[dim] = max(before[dim], 0), max(after[dim], 0)
    return (before[0], before[1], before[2]), (after[0], after[1], after[2])
