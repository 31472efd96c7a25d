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
    if not isinstance(dtype, DType) or not dtype.is_floating_point:  # pyright: ignore[reportUnnecessaryIsInstance]
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


_BAREBONES = (dtypes.uint16, dtypes.uint32, dtypes.uint64)
_COMPLEX = {dtypes.float16: dtypes.complex32, dtypes.float64: dtypes.complex128}


def promote_types(a: DType, b: DType) -> DType:
    """The smallest dtype that PyTorch's lattice puts above both; RuntimeError for pairs that it leaves out."""
    if a is b:
        return a
    names = f"attempted to promote {_type_name(a)} and {_type_name(b)}"
    if a.is_quantized or b.is_quantized:
        raise RuntimeError(f"promoteTypes with quantized numbers is not handled yet; {names}")
    if "float8" in a.name or "float8" in b.name:
        raise RuntimeError(f"Promotion for Float8 Types is not supported, {names}")
    if (a in _BAREBONES and not b.is_floating_point) or (b in _BAREBONES and not a.is_floating_point):
        raise RuntimeError(f"Promotion for uint16, uint32, uint64 types is not supported, {names}")
    kind_a, kind_b = _kind(a), _kind(b)
    if 3 in (kind_a, kind_b):
        return _promote_complex(a, b)
    if kind_a != kind_b:
        return a if kind_a > kind_b else b
    return _promote_integers(a, b) if kind_a == 1 else _promote_floats(a, b)


def _promote_complex(a: DType, b: DType) -> DType:
    """What holds both; integers and bool fit every complex dtype."""
    sizes = (dtypes.complex32, dtypes.complex64, dtypes.complex128)
    wanted = [x if x.is_complex else _complex_dtype(x) for x in (a, b) if x.is_complex or x.is_floating_point]
    return max(wanted, key=sizes.index)


def _complex_dtype(dtype: DType) -> DType:
    """The complex dtype with parts of a floating-point dtype; complex64 for bfloat16, whose range it has."""
    return _COMPLEX.get(dtype, dtypes.complex64)


def _type_name(dtype: DType) -> str:
    from .ops.dtype_rules import type_name

    return type_name(dtype)


def _promote_integers(a: DType, b: DType) -> DType:
    if dtypes.uint8 in (a, b):
        other = b if a is dtypes.uint8 else a
        return dtypes.int16 if other is dtypes.int8 else other
    return max(a, b, key=_ORDER.index)


def _promote_floats(a: DType, b: DType) -> DType:
    if a in _FLOATS and b in _FLOATS:
        return max(a, b, key=_FLOATS.index)
    # bfloat16 beside another
    return dtypes.float64 if dtypes.float64 in (a, b) else dtypes.float32


def number_dtype(value: object) -> DType:
    """The dtype a Python number has where it meets tensors: bool, int64, the default dtype, or its complex twin."""
    if isinstance(value, bool):
        return dtypes.bool_
    if isinstance(value, int):
        return dtypes.int64
    if isinstance(value, complex):
        if _default is dtypes.bfloat16:
            raise RuntimeError("invalid default scalar type for complex")
        return _complex_dtype(_default)
    return _default


def result_dtype(dimensioned: list[DType], zero_dim: list[DType], numbers: list[DType]) -> DType:
    """The common dtype of operands in three classes; at least one list is not empty."""
    classes = [dtypes_of_class for dtypes_of_class in (dimensioned, zero_dim, numbers) if dtypes_of_class]
    if not classes:
        raise ValueError("result_type: at least one tensor or number is needed")
    result = _common(classes[0])
    for lower in classes[1:]:
        result = _combined(result, _common(lower))
    return result


def _combined(higher: DType, lower: DType) -> DType:
    """The dtype of a class of operands beside a class that counts less: that gives its kind, not its size."""
    if higher.is_complex:
        return higher
    if higher.is_floating_point:
        return _complex_dtype(higher) if lower.is_complex else higher
    if lower.is_complex:
        return lower
    if higher is dtypes.bool_ or lower.is_floating_point:
        return promote_types(higher, lower)
    return higher


def _common(dtypes_of_class: list[DType]) -> DType:
    common = dtypes_of_class[0]
    for dtype in dtypes_of_class[1:]:
        common = promote_types(common, dtype)
    return common
