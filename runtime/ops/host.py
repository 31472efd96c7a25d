"""Tensors as NumPy arrays and back, for rows that NumPy computes well."""
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from .. import dtype as dtypes
from ..dtype import DType
from ..layout import Layout
from ..storage import Storage, require_memory
from ..tensor import Tensor

_CARRIERS = {1: dtypes.uint8, 2: dtypes.int16, 4: dtypes.int32, 8: dtypes.int64}

Array = np.ndarray[Any, Any]


def bits(tensor: Tensor) -> Array:
    """An array over the memory of `tensor`; where NumPy lacks the dtype, an integer array with the same bits."""
    nbytes = tensor.layout.numel * tensor.dtype.itemsize
    if nbytes > tensor.memory.nbytes:
        # whoever computes with an expanded tensor in NumPy takes memory for all of its items
        require_memory(nbytes)
    if tensor.dtype.numpy is not None:
        return tensor._array()
    return Tensor(tensor.memory, tensor.layout, _CARRIERS[tensor.dtype.itemsize])._array()


def wrapped(array: Array, dtype: DType | None = None) -> Tensor:
    """A contiguous tensor over the memory of `array`, which nobody else may use; its dtype, or one with the same bits."""
    array = np.ascontiguousarray(array) if array.ndim else np.array(array)
    found = dtype or dtypes.from_numpy(array.dtype)
    return Tensor(Storage.wrap(array, shared=False), Layout.contiguous(array.shape), found)


def integers(values: Sequence[int]) -> Tensor:
    """An int64 vector."""
    return wrapped(np.array(values, np.int64))


_EIGHT_BITS = {
    "float8_e5m2": (2, 15), "float8_e4m3fn": (3, 7), "float8_e5m2fnuz": (2, 16), "float8_e4m3fnuz": (3, 8), "float8_e8m0fnu": (0, 127),
}
"""Name -> bits of the fraction and bias of the exponent."""


@cache
def _eight_bit_values(name: str) -> Array:
    """What each of the 256 patterns of a format stands for, in float32."""
    fraction_bits, bias = _EIGHT_BITS[name]
    patterns = np.arange(256)
    sign = np.where(patterns & 0x80, -1.0, 1.0) if fraction_bits else np.ones(256)
    magnitude = patterns & 0x7F if fraction_bits else patterns
    fraction = magnitude & ((1 << fraction_bits) - 1)
    exponent = magnitude >> fraction_bits
    normal = (exponent > 0) | (fraction_bits == 0)
    significand = fraction / (1 << fraction_bits) + normal
    values = sign * np.ldexp(significand, np.where(normal, exponent, 1) - bias)
    if name == "float8_e5m2":
        values = np.where(exponent == 31, np.where(fraction, np.nan, sign * np.inf), values)
    elif name.endswith("fnuz"):
        values[0x80] = np.nan
    else:
        values[[0x7F, 0xFF] if fraction_bits else [0xFF]] = np.nan
    return values.astype(np.float32)


def decoded(tensor: Tensor) -> Array:
    """The items as an array of a type NumPy has: float32 (complex64) for floating-point formats that it lacks."""
    array = bits(tensor)
    if tensor.dtype is dtypes.bfloat16:
        return (array.astype(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if tensor.dtype.name in _EIGHT_BITS:
        return _eight_bit_values(tensor.dtype.name)[array]
    if tensor.dtype is dtypes.complex32:
        return np.ascontiguousarray(array).view(np.float16).reshape(*array.shape, 2).astype(np.float32).view(np.complex64)[..., 0]
    return array


def encode(target: Tensor, values: Array) -> None:
    """Write numbers into a tensor whose dtype may be one that NumPy lacks."""
    if values.dtype.kind == "c" and not target.dtype.is_complex:
        values = values.real
    if target.dtype.numpy is not None:
        # too large for float16 is infinite, as everywhere
        with np.errstate(over="ignore"):
            bits(target)[...] = values
    elif target.dtype is dtypes.bfloat16:
        bits(target)[...] = _brain_patterns(values)
    elif target.dtype.name in _EIGHT_BITS:
        bits(target)[...] = _eight_bit_patterns(target.dtype.name, values)
    elif target.dtype is dtypes.complex32:
        with np.errstate(over="ignore"):
            halves = np.stack([values.real, values.imag], -1).astype(np.float16)
        bits(target)[...] = halves.view(np.int32)[..., 0]
    else:
        raise NotImplementedError(f"copy_: cannot convert to {target.dtype}; use quantize_per_tensor")


def _brain_patterns(values: Array) -> Array:
    """Numbers as bits of bfloat16: the upper half of float32, rounded to nearest, ties to even; a NaN stays one."""
    words = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded = ((words + 0x7FFF + ((words >> 16) & 1)) >> 16).astype(np.uint16)
    return np.where(np.isnan(values), np.uint16(0x7FC0), rounded).view(np.int16)


def _eight_bit_patterns(name: str, values: Array) -> Array:
    """Numbers as bits of a format, rounded to nearest, ties to even; what becomes of too large ones is the format's affair."""
    with np.errstate(over="ignore"):
        numbers = np.asarray(values, np.float32)
    if name == "float8_e8m0fnu":
        return _exponent_patterns(numbers)
    table = _eight_bit_values(name)[:128].astype(np.float64)
    finite = table[np.isfinite(table)]
    # between two neighbours; the last one is where numbers become too large
    borders = np.append((finite[1:] + finite[:-1]) / 2, finite[-1] + (finite[-1] - finite[-2]) / 2)
    magnitude = np.abs(numbers.astype(np.float64))
    pattern = np.searchsorted(borders, magnitude)
    pattern += (pattern % 2 == 1) & (magnitude == borders[np.minimum(pattern, len(borders) - 1)])
    sign = np.signbit(numbers) * 0x80
    if name.endswith("fnuz"):
        # one zero, and one pattern for all that is no number
        found = np.where(pattern > 0, pattern + sign, 0)
        return np.where((pattern == len(finite)) | np.isnan(numbers), 0x80, found).astype(np.uint8)
    highest = 0x7E if name == "float8_e4m3fn" else 0x7C
    return (np.where(np.isnan(numbers), 0x7F, np.minimum(pattern, highest)) + sign).astype(np.uint8)


def _exponent_patterns(numbers: Array) -> Array:
    """The nearest powers of two as the exponents of float32, halves upward; signs are dropped, and 0xFF is what has none."""
    words = np.ascontiguousarray(numbers).view(np.uint32).reshape(numbers.shape)
    exponent, fraction = (words >> 23) & 0xFF, words & 0x7FFFFF
    upward = (fraction > 0x400000) | ((fraction == 0x400000) & (exponent > 0))
    return np.where(exponent == 0xFF, 0xFF, exponent + upward).astype(np.uint8)
