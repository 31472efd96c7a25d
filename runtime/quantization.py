"""Quantized tensors: integers in memory, and how they stand for numbers: number = (integer - zero point) * scale.

In: tensors of integers, scales and zero points. Out: tensors of dtype qint8, quint8 or qint32, whose storage knows the `Quantizer`, so that
every view knows it too. The arithmetic is in ops/quantized/quantizing.py (from numbers and back), ops/quantized/quantized_layers.py and
ops/quantized/quantized_arithmetic.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from . import dtype as dtypes
from .dtype import DType
from .storage import Storage
from .tensor import Tensor

INTEGERS = {dtypes.qint8: dtypes.int8, dtypes.quint8: dtypes.uint8, dtypes.qint32: dtypes.int32, dtypes.quint4x2: dtypes.uint8}
"""What the items of a quantized dtype are in memory."""
LIMITS = {dtypes.qint8: (-128, 127), dtypes.quint8: (0, 255), dtypes.qint32: (-(1 << 31), (1 << 31) - 1), dtypes.quint4x2: (0, 15)}


@dataclass(frozen=True, slots=True, eq=False)
class Quantizer:
    """One scale and zero point for all items, or, with `axis`, vectors of them for the indices of a dimension.

    The vectors are float64 and int64, or both float32: then the zero points are numbers, and number = integer * scale - zero point * scale.
    """

    scale: float
    zero_point: int
    scales: Tensor | None = None
    zero_points: Tensor | None = None
    axis: int | None = None

    @property
    def scheme(self) -> str:
        """`per_tensor_affine`, `per_channel_affine` or `per_channel_affine_float_qparams`."""
        if self.zero_points is None:
            return "per_tensor_affine"
        return "per_channel_affine_float_qparams" if self.zero_points.dtype.is_floating_point else "per_channel_affine"


def _not_quantized(dtype: DType) -> RuntimeError:
    return RuntimeError(f"expected a quantized tensor, but got one of {dtype}")


def per_tensor(scale: float, zero_point: int, dtype: DType) -> Quantizer:
    """A quantizer for tensors of `dtype`; RuntimeError for a scale or zero point that PyTorch refuses."""
    if dtype not in LIMITS:
        raise _not_quantized(dtype)
    low, high = LIMITS[dtype]
    if not math.isfinite(scale):
        raise RuntimeError(f"quantize_tensor: the scale must be finite, got {scale}")
    if not low <= zero_point <= high:
        where = "below lower" if zero_point < low else "above upper"
        raise RuntimeError(f"quantize_tensor_per_tensor_affine zero_point {zero_point} is {where} bound.")
    return Quantizer(scale, zero_point)


def per_channel(scales: Tensor, zero_points: Tensor, axis: int) -> Quantizer:
    """A quantizer with a scale and a zero point for each index of dimension `axis`."""
    if scales.ndim != 1 or zero_points.shape != scales.shape:
        shapes = f"{list(scales.shape)} and {list(zero_points.shape)}"
        raise RuntimeError(f"quantizer: scales and zero points must be vectors of one length, got {shapes}")
    kinds = (dtypes.float32, dtypes.float32) if zero_points.dtype.is_floating_point else (dtypes.float64, dtypes.int64)
    return Quantizer(math.nan, 0, scales.to(kinds[0]), zero_points.to(kinds[1]), axis)


def unpacked_halves(packed: Storage) -> Storage:
    """Two items for each byte, the low half first: `quint4x2` in memory, of what it is in files."""
    made = Storage.allocate(2 * packed.nbytes)
    made.array[0::2], made.array[1::2] = packed.array & 15, packed.array >> 4
    return made


def packed_halves(items: Storage) -> Storage:
    """A byte for every two items: `quint4x2` in files."""
    made = Storage.allocate((items.nbytes + 1) // 2)
    made.array[:] = items.array[0::2]
    made.array[: items.nbytes // 2] |= items.array[1::2] << 4
    return made


def quantizer_of(tensor: Tensor) -> Quantizer:
    """The quantizer of a quantized tensor; RuntimeError for other tensors."""
    found = getattr(tensor.memory, "quantizer", None)
    if not tensor.dtype.is_quantized or found is None:
        raise _not_quantized(tensor.dtype)
    return found


def scale_of(tensor: Tensor) -> tuple[float, int]:
    """Scale and zero point of a tensor that has one of each."""
    quantizer = quantizer_of(tensor)
    if quantizer.axis is not None:
        raise RuntimeError("Expected quantizer->qscheme() == kPerTensorAffine to be true, but got false.")
    return quantizer.scale, quantizer.zero_point


def integers_of(tensor: Tensor) -> Tensor:
    """The integers of a quantized tensor, over the same memory; RuntimeError for other tensors."""
    if tensor.dtype not in INTEGERS:
        raise _not_quantized(tensor.dtype)
    return Tensor(tensor.memory, tensor.layout, INTEGERS[tensor.dtype])


def quantized(integers: Tensor, dtype: DType, quantizer: Quantizer) -> Tensor:
    """A quantized tensor over the memory of its integers, which nobody else may use."""
    assert integers.dtype is INTEGERS[dtype], f"{integers.dtype} for {dtype}"
    integers.memory.quantizer = quantizer
    return Tensor(integers.memory, integers.layout, dtype)


def set_quantizer(storage: Storage, quantizer: Quantizer) -> None:
    """Let a storage know how its integers stand for numbers; RuntimeError if it knows otherwise already."""
    known: Quantizer | None = getattr(storage, "quantizer", None)
    if known is not None and _facts(known) != _facts(quantizer):
        raise RuntimeError("the same integers are quantized in two ways")
    storage.quantizer = quantizer


def _facts(quantizer: Quantizer) -> tuple[object, ...]:
    if quantizer.scales is None or quantizer.zero_points is None:
        return quantizer.scale, quantizer.zero_point
    return quantizer.axis, quantizer.scales.tolist(), quantizer.zero_points.tolist()
