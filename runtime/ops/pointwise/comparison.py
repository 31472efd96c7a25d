"""Comparisons, logic and bits; results are bool, or of the operands' dtype for bitwise rows."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...dtype import DType, bool_
from ...kernels.mathematics import complex_functions
from ...tensor import Tensor
from ..dtype_rules import compare, type_name
from ..table import composite, pointwise, required


@pointwise(
    "eq.Tensor(Tensor self, Tensor other) -> Tensor",
    "eq.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=compare,
    complex=complex_functions.eq,
)
def eq(a: Any, b: Any) -> Any:
    """Whether both are equal."""
    return a == b


@pointwise(
    "ne.Tensor(Tensor self, Tensor other) -> Tensor",
    "ne.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=compare,
    complex=complex_functions.ne,
)
def ne(a: Any, b: Any) -> Any:
    """Whether both differ."""
    return a != b


@pointwise("lt.Tensor(Tensor self, Tensor other) -> Tensor", "lt.Scalar(Tensor self, Scalar other) -> Tensor", dtype=compare)
def lt(a: Any, b: Any) -> Any:
    """Whether self is less."""
    return a < b


@pointwise("le.Tensor(Tensor self, Tensor other) -> Tensor", "le.Scalar(Tensor self, Scalar other) -> Tensor", dtype=compare)
def le(a: Any, b: Any) -> Any:
    """Whether self is less or equal."""
    return a <= b


@pointwise("gt.Tensor(Tensor self, Tensor other) -> Tensor", "gt.Scalar(Tensor self, Scalar other) -> Tensor", dtype=compare)
def gt(a: Any, b: Any) -> Any:
    """Whether self is greater."""
    return a > b


@pointwise("ge.Tensor(Tensor self, Tensor other) -> Tensor", "ge.Scalar(Tensor self, Scalar other) -> Tensor", dtype=compare)
def ge(a: Any, b: Any) -> Any:
    """Whether self is greater or equal."""
    return a >= b


@pointwise("logical_and(Tensor self, Tensor other) -> Tensor", dtype=compare, complex=complex_functions.logical_and)
def logical_and(a: Any, b: Any) -> Any:
    """Whether both are not zero."""
    return (a != 0) & (b != 0)


@pointwise("logical_or(Tensor self, Tensor other) -> Tensor", dtype=compare, complex=complex_functions.logical_or)
def logical_or(a: Any, b: Any) -> Any:
    """Whether one of them is not zero."""
    return (a != 0) | (b != 0)


@pointwise("logical_xor(Tensor self, Tensor other) -> Tensor", dtype=compare, complex=complex_functions.logical_xor)
def logical_xor(a: Any, b: Any) -> Any:
    """Whether exactly one is not zero."""
    return (a != 0) != (b != 0)


@pointwise("logical_not(Tensor self) -> Tensor", dtype=compare, complex=complex_functions.logical_not)
def logical_not(a: Any) -> Any:
    """Whether the item is zero."""
    return a == 0


def _bits(name: str, *, takes_bool: bool = True) -> Any:
    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        if common.is_floating_point or common.is_complex or (common.name == "bool" and not takes_bool):
            raise NotImplementedError(f'"{name}" not implemented for \'{type_name(common)}\'')
        return common, common

    return rule


@pointwise(
    "bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor",
    "bitwise_and.Scalar(Tensor self, Scalar other) -> Tensor",
    "__and__.Tensor(Tensor self, Tensor other) -> Tensor",
    "__and__.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=_bits("bitwise_and_cpu"),
)
def bitwise_and(a: Any, b: Any) -> Any:
    """The bits that both have."""
    return a & b


@pointwise(
    "bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor",
    "bitwise_or.Scalar(Tensor self, Scalar other) -> Tensor",
    "__or__.Tensor(Tensor self, Tensor other) -> Tensor",
    "__or__.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=_bits("bitwise_or_cpu"),
)
def bitwise_or(a: Any, b: Any) -> Any:
    """The bits that one of them has."""
    return a | b


@pointwise(
    "bitwise_xor.Tensor(Tensor self, Tensor other) -> Tensor",
    "bitwise_xor.Scalar(Tensor self, Scalar other) -> Tensor",
    "__xor__.Tensor(Tensor self, Tensor other) -> Tensor",
    "__xor__.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=_bits("bitwise_xor_cpu"),
)
def bitwise_xor(a: Any, b: Any) -> Any:
    """The bits that exactly one has."""
    return a ^ b


@pointwise("rushlight::bitwise_not(Tensor self) -> Tensor", dtype=_bits("bitwise_not_cpu"))
def bitwise_not_integer(a: Any) -> Any:
    """Every bit turned."""
    return ~a


@composite("bitwise_not(Tensor self) -> Tensor")
def bitwise_not(self: Tensor) -> Tensor:
    """Every bit turned; for bool, the other truth value."""
    if self.dtype is bool_:
        return self.logical_not()
    return required("rushlight::bitwise_not")(self)


@pointwise(
    "bitwise_left_shift.Tensor(Tensor self, Tensor other) -> Tensor",
    "bitwise_left_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor",
    "bitwise_left_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor",
    "__lshift__.Tensor(Tensor self, Tensor other) -> Tensor",
    "__lshift__.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=_bits("lshift_cpu", takes_bool=False),
)
def bitwise_left_shift(a: Any, b: Any) -> Any:
    """The bits moved left by `other` places; 0 for a negative number of places and for all of them."""
    return 0 if b < 0 or b > 63 else a << b


def _bitwise_in_place(sign: str, name: str) -> None:
    """The rows of `self &= other`, as traces have them."""
    for kind in ("Tensor", "Scalar"):

        @composite(f"__i{sign}__.{kind}(Tensor(a!) self, {kind} other) -> Tensor(a!)")
        def run(self: Tensor, other: Any) -> Tensor:
            return getattr(self, name)(other)

        run.__doc__ = f"`{name}`, as Python writes it."


for _sign in ("and", "or", "xor"):
    _bitwise_in_place(_sign, f"bitwise_{_sign}_")


@composite("__ilshift__.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)")
def left_shift_in_place(self: Tensor, other: Any) -> Tensor:
    """The bits moved left, in place."""
    return self.bitwise_left_shift_(other)


@composite("__ilshift__.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)")
def left_shift_in_place_by(self: Tensor, other: Any) -> Tensor:
    """The bits moved left by one number of places, in place."""
    return self.bitwise_left_shift_(other)


@composite("__irshift__.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)")
def right_shift_in_place(self: Tensor, other: Any) -> Tensor:
    """The bits moved right, in place."""
    return self.bitwise_right_shift_(other)


@composite("__irshift__.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)")
def right_shift_in_place_by(self: Tensor, other: Any) -> Tensor:
    """The bits moved right by one number of places, in place."""
    return self.bitwise_right_shift_(other)


@pointwise(
    "bitwise_right_shift.Tensor(Tensor self, Tensor other) -> Tensor",
    "bitwise_right_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor",
    "bitwise_right_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor",
    "__rshift__.Tensor(Tensor self, Tensor other) -> Tensor",
    "__rshift__.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=_bits("rshift_cpu", takes_bool=False),
)
def bitwise_right_shift(a: Any, b: Any) -> Any:
    """The bits moved right by `other` places, the sign coming in; a negative number of places is all of them."""
    return a >> 63 if b < 0 or b > 63 else a >> b
