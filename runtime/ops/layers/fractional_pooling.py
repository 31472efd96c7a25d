"""Maximum pooling over windows at random, evenly spread places: with NumPy, since networks hardly use it.

Source: Graham, arXiv:1412.6071; where windows begin is PyTorch's `generate_intervals`, in the dtype of the samples.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dtype import DType, float32
from ...tensor import Tensor
from ..host import Array, bits, wrapped
from ..launching import require_floating
from ..shape.copying import converted
from ..table import host

_WORDS = {2: ("height", "width"), 3: ("time", "height", "width")}


def _starts(sample: Array, size: int, count: int, window: int) -> Array:
    """Where the windows of one dimension begin."""
    starts = np.full(count, size - window, np.int64)
    if count > 1:
        alpha = sample.dtype.type(size - window) / sample.dtype.type(count - 1)
        places = (np.arange(count - 1).astype(sample.dtype) + sample) * alpha
        starts[:-1] = places.astype(np.int64) - int(sample * alpha)
    return starts


def _check(self: Tensor, kernel_size: Sequence[int], output_size: Sequence[int], samples: Tensor, dims: int) -> None:
    """PyTorch's checks in its order; RuntimeError where the operands do not fit."""
    name, shape = f"fractional_max_pool{dims}d", self.layout.shape
    for label, values in (("kernel_size", kernel_size), ("output_size", output_size)):
        if len(values) != dims:
            number = "" if dims == 2 else "three "
            raise RuntimeError(f"{name}: {label} must either be a single Int or tuple of {number}Ints")
    said = name if dims == 2 else f"{name}_out"
    if len(shape) not in (dims + 1, dims + 2):
        raise RuntimeError(f"{said}(): Expected {dims + 1}D or {dims + 2}D tensor, but got: {list(shape)}")
    for dim in range(len(shape) - dims - 1, len(shape)):
        if not shape[dim]:
            raise RuntimeError(
                f"{said}(): Expected input to have non-zero size for non-batch dimensions, but got{list(shape)} "
                f"with dimension {dim} being empty."
            )
    for size, count, window, word in zip(shape[-dims:], output_size, kernel_size, _WORDS[dims]):
        if count + window - 1 > size:
            raise RuntimeError(f"{said}(): pool {word} {window} too large relative to input {word} {size}")
    require_floating(f"{name}_out_frame", self.dtype, halves=True)
    if samples.dtype is not self.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    if samples.ndim != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {samples.ndim}")
    batch = shape[0] if len(shape) == dims + 2 else 1
    if samples.layout.shape[0] < batch:
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if samples.layout.shape[1] != shape[-dims - 1]:
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if samples.layout.shape[2] != dims:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {dims}; got {samples.layout.shape[2]}.")


def _pool(
    self: Tensor, kernel_size: Sequence[int], output_size: Sequence[int], random_samples: Tensor, dims: int
) -> tuple[Tensor, Tensor]:
    _check(self, kernel_size, output_size, random_samples, dims)
    compute: DType = self.dtype if self.dtype.opmath is self.dtype else float32
    items, samples = bits(converted(self, compute)), bits(converted(random_samples, compute))
    leading, sizes = self.layout.shape[:-dims], self.layout.shape[-dims:]
    planes, flat = items.reshape(-1, *sizes), samples.reshape(-1, dims)
    # PyTorch takes the first sample of two for the width, and of three for the depth
    order = (1, 0) if dims == 2 else (0, 1, 2)
    values, places = np.empty((len(planes), *output_size), items.dtype), np.empty((len(planes), *output_size), np.int64)
    for number, plane in enumerate(planes):
        starts = [_starts(flat[number, at], *given) for at, given in zip(order, zip(sizes, output_size, kernel_size))]
        values[number], places[number] = _largest(plane, starts, kernel_size)
    made = wrapped(values.reshape(*leading, *output_size))
    return converted(made, self.dtype), wrapped(places.reshape(*leading, *output_size))


def _largest(plane: Array, starts: Sequence[Array], window: Sequence[int]) -> tuple[Any, Any]:
    """The largest item of each window and its place: the first of equal ones, the last NaN; -1 if nothing is above -inf."""
    dims = len(starts)
    places = np.zeros([1] * (2 * dims), np.int64)
    for dim, (start, size) in enumerate(zip(starts, window)):
        shape = [1] * (2 * dims)
        shape[dim], shape[dims + dim] = len(start), size
        places = places + (start[:, None] + np.arange(size)).reshape(shape) * math.prod(plane.shape[dim + 1 :])
    places = places.reshape(*map(len, starts), -1)
    items = plane.reshape(-1)[places]
    missing = np.isnan(items)
    last: Array = items.shape[-1] - 1 - np.asarray(np.argmax(missing[..., ::-1], -1))
    chosen = np.where(missing.any(-1), last, np.asarray(np.argmax(items, -1)))[..., None]
    values, found = np.take_along_axis(items, chosen, -1)[..., 0], np.take_along_axis(places, chosen, -1)[..., 0]
    return values, np.where(values == -np.inf, -1, found)


@host("fractional_max_pool2d(Tensor self, int[2] kernel_size, int[2] output_size, Tensor random_samples) -> (Tensor, Tensor)")
def fractional_max_pool2d(
    self: Tensor, kernel_size: Sequence[int], output_size: Sequence[int], random_samples: Tensor
) -> tuple[Tensor, Tensor]:
    """The largest item of each of `output_size` windows and its place in the flattened plane; the windows of plane (n, c) are spread by
    the two numbers `random_samples[n, c]` in [0, 1), for width and height."""
    return _pool(self, kernel_size, output_size, random_samples, 2)


@host("fractional_max_pool3d(Tensor self, int[3] kernel_size, int[3] output_size, Tensor random_samples) -> (Tensor, Tensor)")
def fractional_max_pool3d(
    self: Tensor, kernel_size: Sequence[int], output_size: Sequence[int], random_samples: Tensor
) -> tuple[Tensor, Tensor]:
    """As fractional_max_pool2d over volumes; the three numbers are for depth, height and width."""
    return _pool(self, kernel_size, output_size, random_samples, 3)
