"""Element types: what one item of a tensor is.

A `DType` is a named, interned value; there is one object per type, so types are compared with `is`. Every type that a
file can store exists here; arithmetic is defined for those whose `computes` is true. Promotion lives in promotion.py.
"""
from __future__ import annotations

import numpy as np


class DType:
    """The type of a tensor's items; `repr` is PyTorch's spelling, so that printed tensors read the same."""

    __slots__ = ("code", "computes", "is_complex", "is_floating_point", "is_quantized", "is_signed", "itemsize", "name", "numpy")

    def __init__(self, name: str, code: int, itemsize: int, numpy: str | None, *, computes: bool = False) -> None:
        self.name = name
        self.code = code
        """The integer that stands for the type in TorchScript programs and archives."""
        self.itemsize = itemsize
        """Bytes per item."""
        self.numpy = None if numpy is None else np.dtype(numpy)
        """The NumPy type with the same bits, or None where NumPy has none."""
        self.computes = computes
        self.is_complex = name.startswith("complex")
        self.is_floating_point = name.startswith(("float", "bfloat"))
        self.is_quantized = name.startswith(("qint", "quint"))
        self.is_signed = name.startswith(("float", "bfloat", "complex", "int", "qint")) and name != "float8_e8m0fnu"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return by_name, (self.name,)

    @property
    def opmath(self) -> DType:
        """The type that arithmetic on items happens in: float32 for the formats of 16 bits, else the type itself."""
        return float32 if self is float16 or self is bfloat16 else self

    @property
    def is_integral(self) -> bool:
        """Whole numbers, bool and quantized ones excluded."""
        return not (self.is_floating_point or self.is_complex or self.is_quantized or self.name == "bool")


uint8 = DType("uint8", 0, 1, "u1", computes=True)
int8 = DType("int8", 1, 1, "i1", computes=True)
int16 = DType("int16", 2, 2, "<i2", computes=True)
int32 = DType("int32", 3, 4, "<i4", computes=True)
int64 = DType("int64", 4, 8, "<i8", computes=True)
float16 = DType("float16", 5, 2, "<f2", computes=True)
float32 = DType("float32", 6, 4, "<f4", computes=True)
float64 = DType("float64", 7, 8, "<f8", computes=True)
complex32 = DType("complex32", 8, 4, None)
complex64 = DType("complex64", 9, 8, "<c8")
complex128 = DType("complex128", 10, 16, "<c16")
bool_ = DType("bool", 11, 1, "?", computes=True)
qint8 = DType("qint8", 12, 1, None)
quint8 = DType("quint8", 13, 1, None)
qint32 = DType("qint32", 14, 4, None)
bfloat16 = DType("bfloat16", 15, 2, None, computes=True)
quint4x2 = DType("quint4x2", 16, 1, None)
"""Two items of four bits lie in a byte of a file; in memory each has a byte."""
float8_e5m2 = DType("float8_e5m2", 23, 1, None)
float8_e4m3fn = DType("float8_e4m3fn", 24, 1, None)
float8_e5m2fnuz = DType("float8_e5m2fnuz", 25, 1, None)
float8_e4m3fnuz = DType("float8_e4m3fnuz", 26, 1, None)
uint16 = DType("uint16", 27, 2, "<u2", computes=True)
uint32 = DType("uint32", 28, 4, "<u4", computes=True)
uint64 = DType("uint64", 29, 8, "<u8", computes=True)
float8_e8m0fnu = DType("float8_e8m0fnu", 44, 1, None)

ALL = (
    uint8, int8, int16, int32, int64, float16, float32, float64, complex32, complex64, complex128, bool_, qint8, quint8,
    qint32, bfloat16, quint4x2, float8_e5m2, float8_e4m3fn, float8_e5m2fnuz, float8_e4m3fnuz, uint16, uint32, uint64, float8_e8m0fnu,
)
BY_NAME = {dtype.name: dtype for dtype in ALL}
BY_CODE = {dtype.code: dtype for dtype in ALL}
BY_NUMPY = {dtype.numpy: dtype for dtype in ALL if dtype.numpy is not None}
BY_TYPE: dict[object, DType] = {float: float64, int: int64, bool: bool_, complex: complex128}
"""What Python's own types stand for where a dtype is asked for."""


def by_name(name: str) -> DType:
    """The type called `name`, e.g. "float32"."""
    return BY_NAME[name]


def from_numpy(dtype: np.dtype[np.generic]) -> DType:
    """The type whose items have the bits of NumPy's `dtype`; TypeError where there is none."""
    found = BY_NUMPY.get(dtype)
    if found is None:
        supported = ", ".join(str(known) for known in BY_NUMPY)
        raise TypeError(f"can't convert np.ndarray of type {dtype}; the supported types are {supported}")
    return found


def as_dtype(value: object) -> DType | None:
    """The dtype that a dtype argument stands for: a `DType`, one of Python's types, its integer code in TorchScript programs, or None.

    TypeError for anything else.
    """
    if value is None or isinstance(value, DType):
        return value
    found = BY_CODE.get(value) if isinstance(value, int) else BY_TYPE.get(value) if isinstance(value, type) else None
    if found is None:
        raise TypeError(f"dtype must be a torch.dtype, but got {type(value).__name__} ({value})")
    return found
