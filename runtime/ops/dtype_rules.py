"""Dtype rules of pointwise rows: from the operands' common dtype to the dtype computed in and the dtype of the result."""
from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import dtype as dtypes
from ..dtype import DType
from ..promotion import get_default_dtype

DTypeRule = Callable[[DType, Sequence[DType]], tuple[DType, DType]]
"""(common dtype, operands' dtypes) -> (compute dtype, result dtype); an exception where the operator does not take them."""


def promote(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
    """Computed and returned in the common dtype."""
    return common, common


def promote_float(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
    """Integers and bool become the default floating dtype first."""
    if not (common.is_floating_point or common.is_complex):
        common = get_default_dtype()
    return common, common


def compare(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
    """Computed in the common dtype, answered in bool."""
    return common, dtypes.bool_


def floats_only(name: str) -> DTypeRule:
    """As `promote`, for operators that PyTorch implements for floating dtypes alone."""

    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        if not common.is_floating_point:
            raise NotImplementedError(f'"{name}" not implemented for \'{type_name(common)}\'')
        return common, common

    return rule


def inexact(name: str) -> DTypeRule:
    """As `promote`, for operators that PyTorch implements for floating and complex dtypes."""
    floating = floats_only(name)

    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        return (common, common) if common.is_complex else floating(common, operands)

    return rule


def no_bool(message: str) -> DTypeRule:
    """As `promote`, for arithmetic that PyTorch refuses on bool operands with `message`."""

    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        if dtypes.bool_ in operands:
            raise RuntimeError(message)
        return common, common

    return rule


def whole_or_float(name: str) -> DTypeRule:
    """As `promote`, for operators that PyTorch implements for all real dtypes but bool."""

    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        if common is dtypes.bool_:
            raise NotImplementedError(f'"{name}" not implemented for \'Bool\'')
        return common, common

    return rule


def distance(name: str) -> DTypeRule:
    """As `whole_or_float`; complex numbers give real ones."""
    real = whole_or_float(name)

    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        return (common, real_dtype(common)) if common.is_complex else real(common, operands)

    return rule


def real_dtype(dtype: DType) -> DType:
    """The dtype of the parts of a complex dtype; others are their own."""
    return {"complex32": dtypes.float16, "complex64": dtypes.float32, "complex128": dtypes.float64}.get(dtype.name, dtype)


_NAMES = {
    "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int", "int64": "Long", "float16": "Half",
    "float32": "Float", "float64": "Double", "complex64": "ComplexFloat", "complex128": "ComplexDouble", "bool": "Bool",
    "bfloat16": "BFloat16", "complex32": "ComplexHalf", "uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64",
}


def other_out(result: DType, out: DType) -> str:
    """What operators that convert no result say about an `out` of another dtype."""
    return f"Expected out tensor to have dtype {result.name}, but got {out.name} instead"


def type_name(dtype: DType) -> str:
    """The name PyTorch's messages give a dtype: `Float` for float32, `Long` for int64."""
    return _NAMES.get(dtype.name, dtype.name)


def named_type(text: str) -> DType:
    """The dtype of a legacy type string: float32 for "torch.FloatTensor"; ValueError for other text."""
    for name, spelled in _NAMES.items():
        if text == f"torch.{spelled}Tensor":
            return dtypes.BY_NAME[name]
    raise ValueError(f"invalid type: '{text}'")
