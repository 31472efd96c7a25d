"""Pooling kernels over planes: maximum, average and adaptive average of 2-d windows, NCHW.

Items are planes (batch x channel). Input planes are contiguous, and so are the output's.

Words of `max_pool2d`:  out, in, indices (0: not wanted), H, W, OH, OW, KH, KW, SH, SW, PH, PW, DH, DW
Words of `avg_pool2d`:  out, in, 0, H, W, OH, OW, KH, KW, SH, SW, PH, PW, count_include_pad, divisor (0: the window's size)
Words of `adaptive_avg_pool2d`:  out, in, 0, H, W, OH, OW

Where no indices are wanted, a row of outputs is made together: for every tap of the window one loop over the columns that it
reaches, which vectorizes.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..dtype import DType
from .compiler import emitted_kernel
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions
from .reduction import COLUMN_COUNT, SIZES, lowest

Use = Callable[[Value, Value, Pointer, Value], None]


class _Windows:
    """One plane's sizes, read from the words, and the loops over its windows."""

    def __init__(self, builder: Builder, dtype: str, item: Value) -> None:
        self.builder, self.dtype = builder, dtype
        self.height, self.width, self.out_height, self.out_width = (builder.word(at) for at in range(3, 7))
        offset = item * self.height * self.width * SIZES[dtype]
        self.source = builder.pointer(dtype, builder.word(1) + offset)
        self.out_items = item * self.out_height * self.out_width
        self.out = builder.pointer(dtype, builder.word(0)).at(self.out_items)

    def taps(self, y: Value, first: Value, count: Value, dilation: tuple[Value, Value], use: Use) -> None:
        """For every tap of the windows of row `y`: `use(place, columns, items, step)` where it lies inside the plane.

        `place` is the first output column, counted from `first`, that the tap reaches, `columns` how many it reaches of
        `count`, and output column `place + i` reads `items[i * step]`.
        """
        builder = self.builder
        window_height, window_width, stride_y, stride_x, padding_y, padding_x = (builder.word(at) for at in range(7, 13))
        with builder.loop(window_height, vectorize=False) as tap_row:
            row = y * stride_y - padding_y + tap_row * dilation[0]
            with builder.when((row >= 0) & (row < self.height)):
                with builder.loop(window_width, vectorize=False) as tap:
                    shift = tap * dilation[1] - padding_x
                    low = (builder.maximum(0 - shift, 0) + stride_x - 1) // stride_x
                    high = (builder.maximum(self.width - shift, 0) + stride_x - 1) // stride_x
                    low = builder.maximum(low, first)
                    columns = builder.maximum(builder.minimum(high, first + count) - low, 0)
                    items = self.source.at(row * self.width + low * stride_x + shift)
                    for step in (1, 2):
                        with builder.when(stride_x == step):
                            use(low - first, columns, items, builder.number(step, "int64"))
                    with builder.when(stride_x > 2):
                        use(low - first, columns, items, stride_x)


@cache
def max_pool2d_kernel(dtype: DType) -> Kernel:
    """The largest item of each window, NaN above all, and its place in the plane; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        totals = builder.scratch(dtype.name, COLUMN_COUNT)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            windows = _Windows(builder, dtype.name, builder.start + number)
            with builder.when(builder.word(2) == 0):
                _largest(windows, totals)
            with builder.when(builder.word(2) != 0):
                _largest_with_places(windows)

    return emitted_kernel(f"max_pool2d_{dtype.name}", write, dtype.name)


def _rows(windows: _Windows, body: Callable[[Value, Value, Value], None]) -> None:
    """`body(y, first, count)` for every row of outputs, in parts of at most COLUMN_COUNT columns."""
    builder = windows.builder
    with builder.loop(windows.out_height, vectorize=False) as y:
        with builder.loop((windows.out_width + (COLUMN_COUNT - 1)) // COLUMN_COUNT, vectorize=False) as part:
            first = part * COLUMN_COUNT
            body(y, first, builder.minimum(windows.out_width - first, COLUMN_COUNT))


def _largest(windows: _Windows, totals: Pointer) -> None:
    builder = windows.builder

    def row(y: Value, first: Value, count: Value) -> None:
        with builder.loop(count) as at:
            totals[at] = lowest(windows.dtype)

        def use(place: Value, columns: Value, items: Pointer, step: Value) -> None:
            with builder.loop(columns) as at:
                totals[place + at] = builder.maximum(totals[place + at], items[at * step])

        windows.taps(y, first, count, (builder.word(13), builder.word(14)), use)
        target = windows.out.at(y * windows.out_width + first)
        with builder.loop(count) as at:
            target[at] = totals[at]

    _rows(windows, row)


def _largest_with_places(windows: _Windows) -> None:
    builder = windows.builder
    window_height, window_width, stride_y, stride_x, padding_y, padding_x, gap_y, gap_x = (builder.word(at) for at in range(7, 15))
    indices = builder.pointer("int64", builder.word(2)).at(windows.out_items)
    zero = builder.number(0, "int64")
    largest, place = builder.variable(builder.number(lowest(windows.dtype), windows.dtype)), builder.variable(zero)
    with builder.loop(windows.out_height, vectorize=False) as y:
        top = y * stride_y - padding_y
        # the first row and column of the window that lie in the plane
        above = (builder.maximum(0 - top, 0) + gap_y - 1) // gap_y
        with builder.loop(windows.out_width, vectorize=False) as x:
            left = x * stride_x - padding_x
            before = (builder.maximum(0 - left, 0) + gap_x - 1) // gap_x
            largest.value = lowest(windows.dtype)
            place.value = (top + above * gap_y) * windows.width + left + before * gap_x
            with builder.loop(window_height, vectorize=False) as tap_row:
                row = top + tap_row * gap_y
                with builder.when((row >= 0) & (row < windows.height)):
                    with builder.loop(window_width, vectorize=False) as tap:
                        column = left + tap * gap_x
                        with builder.when((column >= 0) & (column < windows.width)):
                            value = windows.source[row * windows.width + column]
                            with builder.when((value > largest.value) | (value != value)):
                                largest.value = value
                                place.value = row * windows.width + column
            windows.out[y * windows.out_width + x] = largest.value
            indices[y * windows.out_width + x] = place.value


@cache
def avg_pool2d_kernel(dtype: DType) -> Kernel:
    """The mean of each window; padding counts as zeros, in the divisor too if asked; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        totals = builder.scratch(dtype.name, COLUMN_COUNT)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            _averages(_Windows(builder, dtype.name, builder.start + number), totals)

    return emitted_kernel(f"avg_pool2d_{dtype.name}", write, dtype.name)


def _averages(windows: _Windows, totals: Pointer) -> None:
    builder = windows.builder
    one = builder.number(1, "int64")

    def row(y: Value, first: Value, count: Value) -> None:
        with builder.loop(count) as at:
            totals[at] = 0

        def use(place: Value, columns: Value, items: Pointer, step: Value) -> None:
            with builder.loop(columns) as at:
                totals[place + at] = totals[place + at] + items[at * step]

        windows.taps(y, first, count, (one, one), use)
        target = windows.out.at(y * windows.out_width + first)
        with builder.loop(count) as at:
            divisor = _divisor(windows, y, first + at).to(windows.dtype)
            if not windows.dtype.startswith("float"):
                divisor = builder.select(divisor == 0, 1, divisor)
            target[at] = totals[at] / divisor

    _rows(windows, row)


def _divisor(windows: _Windows, y: Value, x: Value) -> Value:
    """How many items the mean of one window is over."""
    builder = windows.builder
    window_height, window_width, stride_y, stride_x, padding_y, padding_x = (builder.word(at) for at in range(7, 13))
    top, left = y * stride_y - padding_y, x * stride_x - padding_x
    bottom = builder.minimum(top + window_height, windows.height + padding_y)
    right = builder.minimum(left + window_width, windows.width + padding_x)
    whole = (bottom - top) * (right - left)
    rows = builder.minimum(bottom, windows.height) - builder.maximum(top, 0)
    inside = rows * (builder.minimum(right, windows.width) - builder.maximum(left, 0))
    counted = builder.select(builder.word(13) != 0, whole, inside)
    return builder.select(builder.word(14) != 0, builder.word(14), counted)


@cache
def adaptive_avg_pool2d_kernel(dtype: DType) -> Kernel:
    """The mean of each of OH x OW windows that cover the plane evenly; see the module for the words."""

    def write(builder: Builder, functions: Functions) -> None:
        total = builder.variable(builder.number(0.0, dtype.name))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            windows = _Windows(builder, dtype.name, builder.start + number)
            with builder.loop(windows.out_height, vectorize=False) as y:
                top, bottom = _span(y, windows.height, windows.out_height)
                with builder.loop(windows.out_width, vectorize=False) as x:
                    left, right = _span(x, windows.width, windows.out_width)
                    total.value = 0.0
                    with builder.loop(bottom - top, vectorize=False) as row:
                        items = windows.source.at((top + row) * windows.width + left)
                        with builder.loop(right - left) as at:
                            total.value = builder.accumulate(total.value, items[at])
                    mean = total.value / (right - left).to(dtype.name) / (bottom - top).to(dtype.name)
                    windows.out[y * windows.out_width + x] = mean

    return emitted_kernel(f"adaptive_avg_pool2d_{dtype.name}", write, dtype.name)


def _span(at: Value, size: Value, count: Value) -> tuple[Value, Value]:
    """First and one past the last item of window `at` of `count` that cover `size` items."""
    return at * size // count, ((at + 1) * size + count - 1) // count
