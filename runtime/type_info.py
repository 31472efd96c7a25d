"""Questions about dtypes, answered with dtypes: `finfo`, `iinfo`, `result_type`, `promote_types`, `can_cast`."""
from __future__ import annotations

import math

from .dtype import DType, as_dtype
from .promotion import get_default_dtype, number_dtype, promote_types, result_dtype
from .tensor import Tensor

__all__ = ["can_cast", "finfo", "iinfo", "promote_types", "result_type"]

_FLOATS = {
    "float64": (52, 11), "float32": (23, 8), "float16": (10, 5), "bfloat16": (7, 8), "float8_e5m2": (2, 5),
    "complex128": (52, 11), "complex64": (23, 8), "complex32": (10, 5),
}
"""Name -> bits of the fraction and of the exponent."""
_EIGHT_BITS = {
    # PyTorch gives float8_e5m2fnuz the eps of three bits
    "float8_e4m3fn": (3, 448.0, 2.0**-6), "float8_e4m3fnuz": (3, 240.0, 2.0**-7), "float8_e5m2fnuz": (3, 57344.0, 2.0**-15),
    "float8_e8m0fnu": (0, 2.0**127, 2.0**-127),
}
"""Formats that have no infinities: name -> bits of the fraction, the largest number, the smallest normal one."""
_PARTS = {"complex128": "float64", "complex64": "float32", "complex32": "float16"}


class finfo:
    """Limits of a floating-point dtype, the default one if none is given; TypeError for other dtypes."""

    def __init__(self, dtype: DType | None = None) -> None:
        found = as_dtype(dtype) or get_default_dtype()
        self.dtype = _PARTS.get(found.name, found.name)
        if found.name in _FLOATS:
            fraction, exponent = _FLOATS[found.name]
            highest = (1 << (exponent - 1)) - 1
            self.bits = fraction + exponent + 1
            self.max = math.ldexp(2.0 - 2.0**-fraction, highest)
            self.tiny = math.ldexp(1.0, 1 - highest)
        elif found.name in _EIGHT_BITS:
            fraction, self.max, self.tiny = _EIGHT_BITS[found.name]
            self.bits = 8
        else:
            raise TypeError(f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{found}'")
        self.smallest_normal = self.tiny
        self.eps = 2.0**-fraction
        # a format without a sign has no number below 0
        self.min = self.tiny if fraction == 0 else -self.max
        digits = int(fraction * math.log10(2))
        self.resolution = 10.0**-digits

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo:
    """Limits of an integer dtype; TypeError for other dtypes."""

    def __init__(self, dtype: DType) -> None:
        of = as_dtype(dtype)
        assert of is not None
        dtype = of
        if dtype.name == "bool":
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if not (dtype.is_integral or dtype.is_quantized):
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{dtype}'")
        self._of = dtype
        self.bits = 8 * dtype.itemsize
        self.min = -(1 << (self.bits - 1)) if dtype.is_signed else 0
        self.max = (1 << (self.bits - 1)) - 1 if dtype.is_signed else (1 << self.bits) - 1

    @property
    def dtype(self) -> str:
        """The dtype's name; NotImplementedError for quantized ones."""
        if self._of.is_quantized:
            raise NotImplementedError(f'"dtype" not implemented for {self._of}: it has bits, min and max here')
        return self._of.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def result_type(a: Tensor | complex, b: Tensor | complex) -> DType:
    """The dtype that arithmetic on two tensors or numbers gives."""
    classes: tuple[list[DType], list[DType], list[DType]] = ([], [], [])
    for value in (a, b):
        if isinstance(value, Tensor):
            classes[0 if value.layout.shape else 1].append(value.dtype)
        else:
            classes[2].append(number_dtype(value))
    return result_dtype(*classes)


def can_cast(from_: DType, to: DType) -> bool:
    """Whether results of one dtype may be stored in the other: not down the kinds complex > floating > integer > bool."""
    if from_.is_complex and not to.is_complex or from_.is_floating_point and to.is_integral:
        return False
    return to.name != "bool" or from_.name == "bool"
