"""Rows about what floating-point numbers are made of: signs, fractions, exponents, neighbours, NaN and infinity."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType
from ...kernels.compiling.primitives import maximum, minimum, round_half_even, truncate
from ...promotion import get_default_dtype, result_dtype
from ...return_types import MantissaExponent
from ...tensor import Tensor
from ...type_info import finfo
from ..dtype_rules import compare, floats_only, promote, promote_float, type_name
from ..host import bits, decoded, encode
from ..shape.copying import clone, converted
from ..table import composite, host, pointwise, required
from .complex_numbers import view_as_complex, view_as_real

# Tests


def _never(a: Any) -> Any:
    return a != a


def _always(a: Any) -> Any:
    return a == a


def _is_infinite_complex(a: Any, a_imag: Any) -> Any:
    return (abs(a) == math.inf) | (abs(a_imag) == math.inf)


def _is_finite_complex(a: Any, a_imag: Any) -> Any:
    return (a - a == 0.0) & (a_imag - a_imag == 0.0)


def _is_real(a: Any, a_imag: Any) -> Any:
    return a_imag == 0.0


@pointwise("isinf(Tensor self) -> Tensor", dtype=compare, integral=_never, complex=_is_infinite_complex)
def isinf(a: Any) -> Any:
    """Whether the item is infinite; of a complex number, whether a part is."""
    return abs(a) == math.inf


@pointwise("isfinite(Tensor self) -> Tensor", dtype=compare, integral=_always, complex=_is_finite_complex)
def isfinite(a: Any) -> Any:
    """Whether the item is neither infinite nor NaN."""
    return a - a == 0.0


@pointwise("isreal(Tensor self) -> Tensor", dtype=compare, integral=_always, complex=_is_real)
def isreal(a: Any) -> Any:
    """Whether the imaginary part is 0; real numbers have none."""
    return (a == a) | (a != a)


def _real_only(message: str) -> Any:
    def rule(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
        if common.is_complex:
            raise RuntimeError(message)
        return common, dtypes.bool_

    return rule


@pointwise("isneginf(Tensor self) -> Tensor", dtype=_real_only("isneginf does not support complex inputs."), integral=_never)
def isneginf(a: Any) -> Any:
    """Whether the item is minus infinity."""
    return a == -math.inf


@pointwise("isposinf(Tensor self) -> Tensor", dtype=_real_only("isposinf does not support complex inputs."), integral=_never)
def isposinf(a: Any) -> Any:
    """Whether the item is infinity."""
    return a == math.inf


def _is_negative(a: Any) -> Any:
    return a < 0


@pointwise("signbit(Tensor self) -> Tensor", dtype=_real_only("signbit is not implemented for complex tensors."), integral=_is_negative)
def signbit(a: Any) -> Any:
    """Whether the item has a minus sign; -0.0 has one."""
    return math.copysign(1.0, a) < 0.0


@composite(
    "isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> Tensor"
)
def isclose(self: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool) -> Tensor:
    """Whether |self - other| <= atol + rtol * |other|; NaN beside NaN counts if `equal_nan`. RuntimeError for two dtypes."""
    if self.dtype is not other.dtype:
        raise RuntimeError(f"{type_name(self.dtype)} did not match {type_name(other.dtype)}")
    if rtol < 0:
        raise RuntimeError(f"rtol must be greater than or equal to zero, but got {rtol}")
    if atol < 0:
        raise RuntimeError(f"atol must be greater than or equal to zero, but got {atol}")
    close = self == other
    inexact = self.dtype.is_floating_point or self.dtype.is_complex
    if equal_nan and inexact:
        close = close | (self.isnan() & other.isnan())
    if rtol == 0 and atol == 0:
        return close
    if not inexact:
        self, other = converted(self, get_default_dtype()), converted(other, get_default_dtype())
    apart = (self - other).abs()
    return close | (apart.isfinite() & (apart <= (other * rtol).abs() + atol))


@composite("positive(Tensor(a) self) -> Tensor(a)")
def positive(self: Tensor) -> Tensor:
    """self; RuntimeError for bool."""
    if self.dtype is dtypes.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return self


# Parts of numbers


@pointwise("frac(Tensor self) -> Tensor", dtype=floats_only("frac_cpu"))
def frac(a: Any) -> Any:
    """What follows the point, with the sign of self."""
    return a - truncate(a)


@pointwise(
    "copysign.Tensor(Tensor self, Tensor other) -> Tensor", "copysign.Scalar(Tensor self, Scalar other) -> Tensor", dtype=promote_float
)
def copysign(a: Any, b: Any) -> Any:
    """The size of self with the sign of other."""
    return math.copysign(a, b)


def _heaviside_dtype(common: DType, operands: Sequence[DType]) -> tuple[DType, DType]:
    if any(dtype.is_complex for dtype in operands):
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if operands[0] is not operands[-1]:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return common, common


@pointwise("heaviside(Tensor self, Tensor values) -> Tensor", dtype=_heaviside_dtype)
def heaviside(a: Any, b: Any) -> Any:
    """0 below zero, 1 above, and the item of `values` at zero."""
    return b if a == 0 else (1 if a > 0 else 0)


@composite("ldexp.Tensor(Tensor self, Tensor other) -> Tensor")
def ldexp(self: Tensor, other: Tensor) -> Tensor:
    """self * 2**other."""
    return self * required("aten::pow.Scalar")(2.0, other)


@host("frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)")
def frexp(self: Tensor) -> MantissaExponent:
    """A fraction from 0.5 to 1 and a power of two, whose product is self."""
    if not self.dtype.is_floating_point:
        raise RuntimeError(f"torch.frexp() only supports floating-point dtypes, but got {type_name(self.dtype)}")
    fractions, exponents = np.frexp(decoded(self))
    mantissa = clone(self)
    encode(mantissa, fractions)
    exponent = converted(mantissa, dtypes.int32)
    bits(exponent)[...] = np.where(np.isfinite(fractions), exponents, 0)
    return MantissaExponent(mantissa, exponent)


@host("nextafter(Tensor self, Tensor other) -> Tensor")
def nextafter(self: Tensor, other: Tensor) -> Tensor:
    """The number beside self in the direction of other."""
    operands = (self, other)
    dtype = result_dtype([x.dtype for x in operands if x.ndim], [x.dtype for x in operands if not x.ndim], [])
    if dtype not in (dtypes.float16, dtypes.float32, dtypes.float64, dtypes.bfloat16):
        raise NotImplementedError(f'"nextafter_cpu" not implemented for \'{type_name(dtype)}\'')
    result = required("aten::add.Tensor")(converted(self, dtype), converted(other, dtype), 1)
    start, goal = decoded(converted(self, dtype)), decoded(converted(other, dtype))
    if dtype is not dtypes.bfloat16:
        bits(result)[...] = np.nextafter(start, goal)
        return result
    # the upper half of a float32: its neighbours are whole steps of the half word
    words = (np.broadcast_arrays(start, goal)[0].astype(np.float32).view(np.uint32) >> 16).astype(np.int32)
    away = (np.abs(goal) > np.abs(start)) & (np.signbit(goal) == np.signbit(start))
    stepped = words + np.where(away, 1, -1)
    from_zero = np.where(np.signbit(goal), 0x8001, 1)
    stepped = np.where(start == 0, from_zero, stepped)
    stepped = np.where(start == goal, np.broadcast_arrays(goal.astype(np.float32).view(np.uint32) >> 16, start)[0], stepped)
    stepped = np.where(np.isnan(start) | np.isnan(goal), 0x7FC0, stepped)
    bits(result)[...] = stepped.astype(np.uint16).view(np.int16)
    return result


@pointwise(
    "rushlight::nan_to_num(Tensor self, Scalar nan, Scalar posinf, Scalar neginf) -> Tensor",
    dtype=promote, parameters=("nan", "posinf", "neginf"),
)
def _nan_to_num(a: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    """self with other numbers in place of NaN, infinity and minus infinity."""
    if a != a:
        return nan
    return posinf if a == math.inf else (neginf if a == -math.inf else a)


@composite("nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor")
def nan_to_num(self: Tensor, nan: float | None, posinf: float | None, neginf: float | None) -> Tensor:
    """self with 0 in place of NaN and the dtype's ends in place of infinities, or the numbers that are given."""
    if self.dtype.is_complex:
        return view_as_complex(nan_to_num(view_as_real(clone(self)), nan, posinf, neginf))
    if not self.dtype.is_floating_point:
        return clone(self)
    limits = finfo(self.dtype)
    high = limits.max if posinf is None else posinf
    low = limits.min if neginf is None else neginf
    return required("rushlight::nan_to_num")(self, 0.0 if nan is None else nan, high, low)


@pointwise(
    "rushlight::round_up_to(Tensor self, Scalar factor) -> Tensor", dtype=floats_only("round_cpu"), parameters=("factor",)
)
def _round_decimals(a: Any, factor: Any) -> Any:
    """Rounded to whole parts of 1 / factor."""
    return round_half_even(a * factor) / factor


@pointwise(
    "rushlight::round_to_tens(Tensor self, Scalar factor) -> Tensor", dtype=floats_only("round_cpu"), parameters=("factor",)
)
def _round_tens(a: Any, factor: Any) -> Any:
    """Rounded to whole multiples of factor."""
    return round_half_even(a / factor) * factor


@composite("round.decimals(Tensor self, *, int decimals) -> Tensor", "special_round(Tensor self, *, int decimals=0) -> Tensor")
def round_decimals(self: Tensor, decimals: int) -> Tensor:
    """Rounded to so many decimals; to tens, hundreds, ... for negative numbers of them."""
    if decimals == 0:
        return required("aten::round")(self)
    # Python's powers fail where those of C are infinite
    power = 10.0 ** abs(decimals) if abs(decimals) <= 308 else math.inf
    return required("rushlight::round_up_to" if decimals > 0 else "rushlight::round_to_tens")(self, power)


# Choosing, powers, units


@pointwise("fmax(Tensor self, Tensor other) -> Tensor", dtype=promote)
def fmax(a: Any, b: Any) -> Any:
    """The larger of both; the other one beside a NaN."""
    return b if a != a else (a if b != b else maximum(a, b))


@pointwise("fmin(Tensor self, Tensor other) -> Tensor", dtype=promote)
def fmin(a: Any, b: Any) -> Any:
    """The smaller of both; the other one beside a NaN."""
    return b if a != a else (a if b != b else minimum(a, b))


def _wide(value: Any, *others: Any) -> Any:
    """A tensor in the dtype that `float_power` computes in; numbers as they are."""
    if not isinstance(value, Tensor):
        return value
    is_complex = any(isinstance(x, complex) or (isinstance(x, Tensor) and x.dtype.is_complex) for x in (value, *others))
    return converted(value, dtypes.complex128 if is_complex else dtypes.float64)


@composite(
    "float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor",
    "float_power.Scalar(Scalar self, Tensor exponent) -> Tensor",
    "float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
)
def float_power(self: Any, exponent: Any) -> Tensor:
    """self to the power of exponent, in float64 or complex128."""
    overload = "Tensor_Tensor" if isinstance(self, Tensor) and isinstance(exponent, Tensor) else "Tensor_Scalar"
    overload = overload if isinstance(self, Tensor) else "Scalar"
    return required(f"aten::pow.{overload}")(_wide(self, exponent), _wide(exponent, self))


@pointwise("rad2deg(Tensor self) -> Tensor", dtype=promote_float)
def rad2deg(a: Any) -> Any:
    """Radians as degrees."""
    return a * 57.295779513082320876798154814105170


@pointwise("deg2rad(Tensor self) -> Tensor", dtype=promote_float)
def deg2rad(a: Any) -> Any:
    """Degrees as radians."""
    return a * 0.017453292519943295769236907684886
