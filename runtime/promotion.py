"""Type promotion: the dtype an operator computes in, by PyTorch's rules.

Operands fall into three classes: tensors with dimensions, zero-dim tensors, and Python numbers. A lower class changes the
result only if its kind (bool < integer < floating < complex) is higher than that of every class above it; within a class
the usual lattice of dtypes decides. Source: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.dtype
"""
from __future__ import annotations

from collections.abc import Callable

from . import dtype as dtypes
from .dtype import DType

_default = dtypes.float32


def get_default_dtype() -> DType:
    """The floating-point dtype of results that nothing else decides; float32 at start."""
    return _default


def set_default_dtype(dtype: DType) -> None:
    """Set the dtype that `get_default_dtype` returns; TypeError if it is not floating-point."""
    global _default
    if not dtype.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, but got {dtype}")
    _default = dtype
    for forget in _followers:
        forget()


_followers: list[Callable[[], None]] = []


def follow_default_dtype(forget: Callable[[], None]) -> None:
    """Call `forget` whenever the default dtype is set: for those who keep what they decided under it."""
    _followers.append(forget)


_ORDER = (dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64)
_FLOATS = (dtypes.float16, dtypes.float32, dtypes.float64)


def _kind(dtype: DType) -> int:
    if dtype.is_complex:
        return 3
    if dtype.is_floating_point:
        return 2
    return 0 if dtype is dtypes.bool_ else 1


def promote_types(a: DType, b: DType) -> DType:
    """The smallest dtype that PyTorch's lattice puts above both."""
    if a is b:
        return a
    kind_a, kind_b = _kind(a), _kind(b)
    if kind_a != kind_b:
        high, low = (a, b) if kind_a > kind_b else (b, a)
        if high.is_complex and low is dtypes.float64:
            return dtypes.complex128
        return high
    if kind_a == 1:
        return _promote_integers(a, b)
    if kind_a == 2:
        return _promote_floats(a, b)
    return dtypes.complex128 if dtypes.complex128 in (a, b) else dtypes.complex64


def _promote_integers(a: DType, b: DType) -> DType:
    if dtypes.uint8 in (a, b):
        other = b if a is dtypes.uint8 else a
        return dtypes.int16 if other is dtypes.int8 else other
    if a not in _ORDER or b not in _ORDER:
        raise RuntimeError(f"Promotion for uint16, uint32, uint64 types is not supported, attempted to promote {a} and {b}")
    return max(a, b, key=_ORDER.index)


def _promote_floats(a: DType, b: DType) -> DType:
    if a in _FLOATS and b in _FLOATS:
        return max(a, b, key=_FLOATS.index)
    wide = [dtype for dtype in (a, b) if dtype in (dtypes.float32, dtypes.float64)]
    if wide:
        return wide[0]
    if {a, b} == {dtypes.float16, dtypes.bfloat16}:
        return dtypes.float32
    raise RuntimeError(f"Promotion for Float8 Types is not supported, attempted to promote {a} and {b}")


def number_dtype(value: object) -> DType:
    """The dtype a Python number has where it meets tensors: bool, int64, the default dtype, or its complex twin."""
    if isinstance(value, bool):
        return dtypes.bool_
    if isinstance(value, int):
        return dtypes.int64
    if isinstance(value, complex):
        return dtypes.complex128 if _default is dtypes.float64 else dtypes.complex64
    return _default


def result_dtype(dimensioned: list[DType], zero_dim: list[DType], numbers: list[DType]) -> DType:
    """The common dtype of operands in three classes; at least one list is not empty."""
    classes = [dtypes_of_class for dtypes_of_class in (dimensioned, zero_dim, numbers) if dtypes_of_class]
    if not classes:
        raise ValueError("result_type: at least one tensor or number is needed")
    result = _common(classes[0])
    for lower in classes[1:]:
        common = _common(lower)
        if _kind(common) > _kind(result):
            result = promote_types(result, common)
    return result


def _common(dtypes_of_class: list[DType]) -> DType:
    common = dtypes_of_class[0]
    for dtype in dtypes_of_class[1:]:
        common = promote_types(common, dtype)
    return common
