"""Rows that give images another size: nearest, linear, cubic and their anti-aliased forms, over one to three dimensions.

For each dimension a table says which items of the input an output item takes, and with which weights (`_taps`), in the dtype and
order of operations in which PyTorch computes them; kernels/layers/resampling.py sums. Sizes come from `output_size` or from factors.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType
from ...formats import channels_last, channels_last_3d, contiguous_format, format_strides, suggested_format
from ...kernels.layers.resampling import COLUMNS, Resampling, resampling_kernel
from ...kernels.running.launch import launch
from ...layout import Layout
from ...tensor import Tensor, new_like
from ..dtype_rules import type_name
from ..host import Array, bits, wrapped
from ..plans import Plans
from ..shape.conversion import converted_to
from ..table import kernel

_NAMES = {1: "L", 2: "HW", 3: "DHW"}
_CARRIERS = {1: dtypes.uint8, 2: dtypes.int16, 4: dtypes.int32, 8: dtypes.int64}
Table = tuple[Array, Array]
"""Positions (taps, size) and weights (taps, size)."""


# Tables


def _scale(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]]) -> Any:
    """How far apart the centres of output items are in the input."""
    if align:
        return real(size - 1) / real(out - 1) if out > 1 else real(0)
    if given is not None and given > 0:
        return real(1.0 / given)
    return real(size) / real(out)


def _nearest(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]], exact: bool = False) -> Table:
    del align
    # PyTorch computes these positions in float32 whatever the dtype
    scale = np.float32(1.0 / given) if given is not None and given > 0 else np.float32(size) / np.float32(out)
    at = np.arange(out, dtype=np.float32)
    places = np.floor((at + np.float32(0.5 if exact else 0)) * scale).astype(np.int64)
    return np.minimum(places, size - 1)[None], np.ones((1, out), real)


def _nearest_exact(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]]) -> Table:
    return _nearest(size, out, align, given, real, True)


def _centres(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]]) -> Array:
    scale = _scale(size, out, align, given, real)
    at = np.arange(out, dtype=real)
    return scale * at if align else scale * (at + real(0.5)) - real(0.5)


def _linear(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]]) -> Table:
    if size == out:
        same = np.arange(size)
        return np.stack([same, same]), np.stack([np.ones(size, real), np.zeros(size, real)])
    centres = np.maximum(_centres(size, out, align, given, real), real(0))
    first = np.minimum(centres.astype(np.int64), size - 1)
    second = first + (first < size - 1)
    after = np.clip(centres - first.astype(real), real(0), real(1)).astype(real)
    return np.stack([first, second]), np.stack([real(1) - after, after])


def _cubic(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]]) -> Table:
    centres = _centres(size, out, align, given, real)
    first = np.minimum(np.floor(centres).astype(np.int64), size - 1)
    after = np.clip(centres - first.astype(real), real(0), real(1)).astype(real)
    places = np.clip(first + np.arange(-1, 3)[:, None], 0, size - 1)
    factor = real(-0.75)

    def near(x: Array) -> Array:
        return ((factor + 2) * x - (factor + 3)) * x * x + 1

    def far(x: Array) -> Array:
        return ((factor * x - 5 * factor) * x + 8 * factor) * x - 4 * factor

    weights = [far(after + 1), near(after), near(1 - after), far((1 - after) + 1)]
    return places, np.stack(weights).astype(real)


def _triangle(x: Array) -> Array:
    return np.maximum(1 - np.abs(x), 0)


def _bicubic(x: Array) -> Array:
    distance, factor = np.abs(x), -0.5
    near = ((factor + 2) * distance - (factor + 3)) * distance * distance + 1
    far = ((distance - 5) * distance + 8) * distance * factor - 4 * factor
    return np.where(distance < 1, near, np.where(distance < 2, far, 0))


def _lanczos(x: Array) -> Array:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


def _antialiased(size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]], weigh: Any, reach: int) -> Table:
    scale = _scale(size, out, align, given, real)
    support = real(reach * 0.5) * scale if scale >= 1 else real(reach * 0.5)
    inverse = real(1) / scale if scale >= 1 else real(1)
    half = real(0.5)
    centres = scale * (np.arange(out, dtype=real) + half)
    first = np.maximum((centres - support + half).astype(np.int64), 0)
    count = np.minimum((centres + support + half).astype(np.int64), size) - first
    count = np.maximum(np.minimum(count, math.ceil(support) * 2 + 1), 0)
    taps = np.arange(max(int(count.max(initial=1)), 1))[:, None]
    weights = weigh(((taps + first).astype(real) - centres + half) * inverse).astype(real)
    weights = np.where(taps < count, weights, real(0))
    total = weights.sum(0, dtype=real)
    weights = np.where(total != 0, weights / np.where(total != 0, total, real(1)), weights)
    return np.minimum(first + np.minimum(taps, np.maximum(count - 1, 0)), size - 1), weights.astype(real)


_TABLES: dict[str, Callable[..., Table]] = {
    "nearest": _nearest, "nearest-exact": _nearest_exact, "linear": _linear, "cubic": _cubic,
    "linear-aa": partial(_antialiased, weigh=_triangle, reach=2), "cubic-aa": partial(_antialiased, weigh=_bicubic, reach=4),
    "lanczos-aa": partial(_antialiased, weigh=_lanczos, reach=6),
}


@lru_cache(maxsize=256)
def _table(mode: str, size: int, out: int, align: bool, given: float | None, real: type[np.floating[Any]]) -> Table:
    """The taps of a dimension as the kernel reads them: positions in int32, weights in the dtype that is computed in."""
    positions, weights = _TABLES[mode](size, out, align, given, real)
    return np.ascontiguousarray(positions, np.int32), np.ascontiguousarray(weights, real)


@lru_cache(maxsize=2)
def _one(real: type[np.floating[Any]]) -> Table:
    """The table of a dimension that images do not have."""
    return np.zeros((1, 1), np.int32), np.ones((1, 1), real)


# Running


def _sizes(self: Tensor, output_size: Sequence[int] | None, factors: Sequence[float] | None, dims: int) -> list[int]:
    if output_size is not None:
        if factors is not None:
            raise RuntimeError("Must specify exactly one of output_size and scale_factors")
        if len(output_size) != dims:
            raise RuntimeError(f"It is expected output_size equals to {dims}, but got size {len(output_size)}")
        return list(output_size)
    if factors is None:
        raise RuntimeError("Must specify exactly one of output_size and scale_factors")
    return [int(size * factor) for size, factor in zip(self.layout.shape[2:], factors, strict=True)]


def _check(name: str, self: Tensor, sizes: Sequence[int], is_copy: bool) -> None:
    dims = len(sizes)
    shape = self.layout.shape
    if len(shape) != dims + 2:
        raise RuntimeError(f"It is expected input_size equals to {dims + 2}, but got size {len(shape)}")
    if min(*shape[2:], 1) <= 0 or min(sizes) <= 0:
        letters = _NAMES[dims]
        given = ", ".join(f"{letter}: {size}" for letter, size in zip(letters, shape[2:]))
        made = ", ".join(f"{letter}: {size}" for letter, size in zip(letters, sizes))
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input ({given}) output ({made})")
    if 0 in shape[1:]:
        raise RuntimeError(f"Non-empty {dims + 2}D data tensor expected but got a tensor with sizes {list(shape)}")
    computes = self.dtype.is_floating_point or self.dtype is dtypes.uint8
    if name.endswith("_aa") and self.dtype not in (dtypes.float32, dtypes.float64):
        raise NotImplementedError(f'"compute_index_ranges_weights" not implemented for \'{type_name(self.dtype)}\'')
    if not computes or not self.dtype.computes or (not is_copy and self.dtype is dtypes.uint8):
        raise NotImplementedError(f'"{name}" not implemented for \'{type_name(self.dtype)}\'')


def resample(
    name: str, self: Tensor, sizes: Sequence[int], mode: str, align: bool = False, scales: Sequence[float | None] | None = None
) -> Tensor:
    """`self` (N, C, ...) with the given sizes of its last dimensions; `scales` are the factors that the caller named, or None."""
    is_copy = mode.startswith("nearest")
    if self.dtype is dtypes.uint8 and not is_copy:
        if len(sizes) == 2 and min(*sizes, *self.layout.shape) > 0 and self.ndim == 4:
            return _resample_bytes(self, sizes, mode, align, scales or (None, None))
        wide: Tensor = resample(name, self.to(dtypes.float32), sizes, mode, align, scales)
        return wide.round().clamp(0, 255).to(dtypes.uint8)
    key = (name, self.layout.form, self.dtype, tuple(sizes), align, None if scales is None else tuple(scales))
    plan = _plans.get(key)
    if plan is None:
        _check(name, self, sizes, is_copy)
        plan = _plans[key] = _Plan(self, sizes, mode, align, scales, is_copy)
    return plan.run(self)


def _resample_bytes(self: Tensor, sizes: Sequence[int], mode: str, align: bool, scales: Sequence[float | None]) -> Tensor:
    """Bytes as PyTorch resamples them: by whole weights of 16 bits, over the columns and then over the rows, rounded after each."""
    items = bits(self)
    for dim in (3, 2):
        size, out = self.layout.shape[dim], sizes[dim - 2]
        if size != out:
            items = _weigh_bytes(items, dim, *_TABLES[mode](size, out, align, scales[dim - 2], np.float64))
    if suggested_format(self.layout) is not channels_last:
        return wrapped(np.array(items, order="C"))
    pixels = wrapped(np.array(items.transpose(0, 2, 3, 1), order="C"))
    return Tensor(pixels.memory, Layout.of(items.shape, format_strides(items.shape, channels_last), 0), self.dtype)


def _weigh_bytes(items: Array, dim: int, positions: Array, weights: Array) -> Array:
    taps, out = positions.shape
    first = positions.min(0)
    # positions beyond an edge are the edge's, whose weights are one
    joined = np.zeros((taps, out))
    np.add.at(joined, (positions - first, np.arange(int(out))), weights)
    precision = 0
    while precision < 22 and int(0.5 + joined.max() * (1 << (precision + 1))) < 1 << 15:
        precision += 1
    whole = np.trunc(joined * (1 << precision) + np.where(joined < 0, -0.5, 0.5)).astype(np.int32)
    shape = [out if at == dim else 1 for at in range(items.ndim)]
    total: Any = np.int32(1 << (precision - 1))
    for tap in range(taps):
        at = np.minimum(first + tap, items.shape[dim] - 1)
        total = total + np.take(items, at, dim).astype(np.int32) * whole[tap].reshape(shape)
    return np.clip(total >> precision, 0, 255).astype(np.uint8)


class _Plan:
    """How images of one layout become images of another size: all but the two addresses."""

    def __init__(
        self, images: Tensor, sizes: Sequence[int], mode: str, align: bool, scales: Sequence[float | None] | None, is_copy: bool
    ) -> None:
        dims, shape = len(sizes), images.layout.shape
        memory_format = suggested_format(images.layout)
        if memory_format is not {2: channels_last, 3: channels_last_3d}.get(dims):
            memory_format = contiguous_format
        pixels = memory_format is not contiguous_format
        self.memory_format = memory_format
        self.fits = converted_to(images, images.dtype, memory_format) is images
        made = (*shape[:2], *sizes)
        self.layout = Layout.of(made, format_strides(made, memory_format), 0)
        if not self.layout.numel:
            return
        real = np.float64 if images.dtype is dtypes.float64 else np.float32
        given = scales or [None] * dims
        # the tables are kept, as the kernel knows their addresses alone
        self.tables = [_one(real)] * (3 - dims)
        self.tables += [_table(mode, size, to, align, scale, real) for size, to, scale in zip(shape[2:], sizes, given)]
        places, weights = zip(*self.tables)
        taps = [len(positions) for positions in places]
        from_sizes, to_sizes = ((*[1] * (3 - dims), *lengths) for lengths in (shape[2:], sizes))
        last = shape[1] if pixels else _part(places[2])
        addresses = (*(one.ctypes.data for one in places), *(one.ctypes.data for one in weights))
        self.words = (*addresses, *taps, *from_sizes, *to_sizes, last)
        self.items = made[0] * to_sizes[0] * to_sizes[1] * (1 if pixels else made[1])
        self.work = self.layout.numel * (1 if is_copy else taps[2]) // 2
        fixed = taps[2] if taps[2] in (1, 2, 4) else 0
        rows = taps[1] if pixels and fixed and not is_copy and taps[0] == from_sizes[0] == 1 and taps[1] in (2, 4) else 0
        dtype: DType = _CARRIERS[images.dtype.itemsize] if is_copy else images.dtype
        self.kernel = resampling_kernel(dtype, Resampling(fixed, pixels, is_copy, rows))

    def run(self, images: Tensor) -> Tensor:
        """The resized images."""
        source = images if self.fits else converted_to(images, images.dtype, self.memory_format)
        out = new_like(self.layout, images.dtype)
        if self.layout.numel:
            launch(self.kernel, (out.address, source.address, *self.words), self.items, work=self.work)
        return out


_plans = Plans[tuple[Any, ...], _Plan]()


def _part(positions: Array) -> int:
    """How many columns of the output may be made together: what they reach fits the kernel's memory."""
    width: int = positions.shape[1]
    step = width
    while step > 1:
        begins = np.array(range(0, width, step), np.int64)
        ends = np.minimum(begins + step, width) - 1
        if (positions[-1][ends] - positions[0][begins]).max() < COLUMNS:
            break
        step = (step + 1) // 2
    return step


# Rows


def _add_rows(name: str, dims: int, mode: str, *, aligns: bool) -> None:
    """The row of a mode with sizes, and the one with sizes or factors (`.vec`)."""
    letters = ("",) if dims == 1 else tuple(f"_{letter}" for letter in ("d", "h", "w")[-dims:])
    scales = ", ".join(f"float? scales{letter}=None" for letter in letters)
    align = ", bool align_corners" if aligns else ""

    @kernel(f"{name}(Tensor self, SymInt[{dims}] output_size{align}, {scales}) -> Tensor")
    def sized(self: Tensor, output_size: Sequence[int], *rest: Any) -> Tensor:
        corners, given = (rest[0], rest[1:]) if aligns else (False, rest)
        return resample(name, self, _sizes(self, output_size, None, dims), mode, corners, given)

    @kernel(f"{name}.vec(Tensor input, SymInt[]? output_size{align}, float[]? scale_factors) -> Tensor")
    def by_factors(input: Tensor, output_size: Sequence[int] | None, *rest: Any) -> Tensor:
        corners, factors = rest if aligns else (False, *rest)
        return resample(name, input, _sizes(input, output_size, factors, dims), mode, corners, factors)

    del sized, by_factors


for _dims in (1, 2, 3):
    _add_rows(f"upsample_nearest{_dims}d", _dims, "nearest", aligns=False)
    _add_rows(f"_upsample_nearest_exact{_dims}d", _dims, "nearest-exact", aligns=False)
for _name, _dims, _mode in (
    ("upsample_linear1d", 1, "linear"), ("upsample_bilinear2d", 2, "linear"), ("upsample_trilinear3d", 3, "linear"),
    ("upsample_bicubic2d", 2, "cubic"), ("_upsample_bilinear2d_aa", 2, "linear-aa"), ("_upsample_bicubic2d_aa", 2, "cubic-aa"),
    ("_upsample_lanczos2d_aa", 2, "lanczos-aa"),
):
    _add_rows(_name, _dims, _mode, aligns=True)
