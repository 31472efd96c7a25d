"""Arithmetic rows: sums, products, quotients, powers, rounding, logarithms, trigonometry."""
from __future__ import annotations

import math
from typing import Any

from ...kernels.compiling.primitives import ceil, floor, maximum, minimum, rest_toward_zero, round_half_even, truncate
from ...kernels.loops.pointwise import identity
from ...kernels.mathematics import complex_functions
from ...tensor import Tensor, number_of
from ..dtype_rules import compare, distance, floats_only, no_bool, promote, promote_float, whole_or_float
from ..shape.copying import contiguous
from ..table import Sharing, composite, pointwise, required

_NO_SUB = no_bool(
    "Subtraction, the `-` operator, with a bool tensor is not supported. "
    "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
)
_NO_NEG = no_bool(
    "Negation, the `-` operator, on a bool tensor is not supported. "
    "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
)


@pointwise(
    "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    "add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    dtype=promote,
    parameters=("alpha",),
    complex=complex_functions.add,
)
def add(a: Any, b: Any, alpha: Any) -> Any:
    """self + alpha * other."""
    return a + alpha * b


@pointwise(
    "sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    "sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    dtype=_NO_SUB,
    parameters=("alpha",),
    complex=complex_functions.sub,
)
def sub(a: Any, b: Any, alpha: Any) -> Any:
    """self - alpha * other."""
    return a - alpha * b


@composite("rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor")
def rsub_tensor(self: Tensor, other: Tensor, alpha: Any = 1) -> Tensor:
    """other - alpha * self, in the memory order of that difference."""
    return required("aten::sub.Tensor")(other, self, alpha)


@pointwise(
    "rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    dtype=_NO_SUB,
    parameters=("alpha",),
    complex=complex_functions.rsub,
)
def rsub(a: Any, b: Any, alpha: Any) -> Any:
    """other - alpha * self."""
    return b - alpha * a


@pointwise(
    "mul.Tensor(Tensor self, Tensor other) -> Tensor", "mul.Scalar(Tensor self, Scalar other) -> Tensor", dtype=promote,
    exact_numbers=True,
    complex=complex_functions.mul,
)
def mul(a: Any, b: Any) -> Any:
    """self * other."""
    return a * b


@pointwise(
    "div.Tensor(Tensor self, Tensor other) -> Tensor", "div.Scalar(Tensor self, Scalar other) -> Tensor", dtype=promote_float,
    exact_numbers=True,
    complex=complex_functions.div,
)
def div(a: Any, b: Any) -> Any:
    """The true quotient."""
    return a / b


def _floor_divide_integer(a: Any, b: Any) -> Any:
    # the check for zero is made before the launch; a divisor that is 0 here never reaches a result
    if b == 0:
        return a
    # the smallest number has no opposite: it wraps, and a machine's division of it does anything
    return -a if b == -1 else a // b


def _trunc_divide_integer(a: Any, b: Any) -> Any:
    if b == 0:
        return a
    if b == -1:
        return -a
    quotient = a // b
    return quotient + 1 if quotient < 0 and quotient * b != a else quotient


@pointwise(
    "rushlight::floor_divide.Tensor(Tensor self, Tensor other) -> Tensor",
    "rushlight::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=promote,
    integral=_floor_divide_integer,
)
def _floor_divide(a: Any, b: Any) -> Any:
    """The quotient rounded down, exact where a plain division would round up first."""
    if b == 0.0:
        return a / b
    rest = rest_toward_zero(a, b)
    quotient = (a - rest) / b
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        quotient = quotient - 1.0
    if quotient == 0.0:
        return math.copysign(0.0, a / b)
    whole = floor(quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole


@pointwise(
    "rushlight::trunc_divide.Tensor(Tensor self, Tensor other) -> Tensor",
    "rushlight::trunc_divide.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=promote,
    integral=_trunc_divide_integer,
)
def _trunc_divide(a: Any, b: Any) -> Any:
    """The quotient rounded toward zero."""
    return truncate(a / b)


def _check_divisor(self: Tensor, other: Any) -> None:
    """RuntimeError for an integer division by zero, as PyTorch raises."""
    if self.dtype.is_floating_point or self.layout.numel == 0:
        return
    if isinstance(other, Tensor):
        zero = not other.dtype.is_floating_point and other.layout.numel and not number_of((other != 0).all())
    else:
        zero = not isinstance(other, float) and other == 0
    if zero:
        raise RuntimeError("ZeroDivisionError")


@composite(
    "floor_divide(Tensor self, Tensor other) -> Tensor", "floor_divide.Scalar(Tensor self, Scalar other) -> Tensor"
)
def floor_divide(self: Tensor, other: Any) -> Tensor:
    """The quotient rounded down; RuntimeError for an integer division by zero."""
    _check_divisor(self, other)
    return required(f"rushlight::floor_divide.{'Tensor' if isinstance(other, Tensor) else 'Scalar'}")(self, other)


@composite(
    "div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
    "div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
)
def div_mode(self: Tensor, other: Any, rounding_mode: str | None) -> Tensor:
    """The quotient: true (None), rounded down ("floor") or toward zero ("trunc")."""
    overload = "Tensor" if isinstance(other, Tensor) else "Scalar"
    if rounding_mode is None:
        return required(f"aten::div.{overload}")(self, other)
    if rounding_mode == "floor":
        return floor_divide(self, other)
    if rounding_mode != "trunc":
        raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    _check_divisor(self, other)
    if self.dtype.is_floating_point and self.dtype.itemsize == 2:
        # PyTorch rounds the quotient to the dtype first
        return required(f"aten::div.{overload}")(self, other).trunc()
    return required(f"rushlight::trunc_divide.{overload}")(self, other)


def _remainder_integer(a: Any, b: Any) -> Any:
    if b == 0:
        return a
    return a - _floor_divide_integer(a, b) * b


@pointwise(
    "rushlight::remainder.Tensor(Tensor self, Tensor other) -> Tensor",
    "rushlight::remainder.Scalar(Tensor self, Scalar other) -> Tensor",
    "rushlight::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor",
    dtype=promote,
    integral=_remainder_integer,
)
def _remainder(a: Any, b: Any) -> Any:
    """The rest of a division rounded down: it has the sign of the divisor."""
    rest = rest_toward_zero(a, b)
    return rest + b if rest != 0.0 and (b < 0.0) != (rest < 0.0) else rest


@composite(
    "remainder.Tensor(Tensor self, Tensor other) -> Tensor",
    "remainder.Scalar(Tensor self, Scalar other) -> Tensor",
    "remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor",
)
def remainder(self: Any, other: Any) -> Tensor:
    """The rest of a division rounded down, as Python's `%`; RuntimeError for an integer division by zero."""
    if not isinstance(self, Tensor):
        _check_divisor(other, other)
        return required("rushlight::remainder.Scalar_Tensor")(self, other)
    _check_divisor(self, other)
    return required(f"rushlight::remainder.{'Tensor' if isinstance(other, Tensor) else 'Scalar'}")(self, other)


def _fmod_integer(a: Any, b: Any) -> Any:
    return a - _trunc_divide_integer(a, b) * b if b != 0 else a


@pointwise(
    "rushlight::fmod.Tensor(Tensor self, Tensor other) -> Tensor",
    "rushlight::fmod.Scalar(Tensor self, Scalar other) -> Tensor",
    dtype=promote,
    integral=_fmod_integer,
)
def _fmod(a: Any, b: Any) -> Any:
    """The rest of a division rounded toward zero: it has the sign of the dividend."""
    return rest_toward_zero(a, b)


@composite("fmod.Tensor(Tensor self, Tensor other) -> Tensor", "fmod.Scalar(Tensor self, Scalar other) -> Tensor")
def fmod(self: Tensor, other: Any) -> Tensor:
    """The rest of a division rounded toward zero, as C's fmod; RuntimeError for an integer division by zero."""
    _check_divisor(self, other)
    return required(f"rushlight::fmod.{'Tensor' if isinstance(other, Tensor) else 'Scalar'}")(self, other)


def _power_integer(a: Any, b: Any) -> Any:
    if b < 0:
        if a == 1:
            return a
        return (a if b & 1 else -a) if a == -1 else a - a
    result = 1
    while b > 0:
        if b & 1:
            result = result * a
        a = a * a
        b = b >> 1
    return result


@pointwise(
    "pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor",
    "rushlight::pow.Scalar(Scalar self, Tensor exponent) -> Tensor",
    "rushlight::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
    dtype=whole_or_float("pow"),
    integral=_power_integer,
    complex=complex_functions.power,
)
def power(a: Any, b: Any) -> Any:
    """self to the power of exponent."""
    return math.pow(a, b)


@composite("pow.Scalar(Scalar self, Tensor exponent) -> Tensor")
def pow_of_number(self: Any, exponent: Tensor) -> Tensor:
    """A number to the power of each item; the result is in row-major order."""
    return contiguous(required("rushlight::pow.Scalar")(self, exponent))


@composite("pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor")
def pow_number(self: Tensor, exponent: Any) -> Tensor:
    """self to the power of a number; small whole powers are products, as in PyTorch."""
    floating = self.dtype.is_floating_point or self.dtype.is_complex
    if not floating and isinstance(exponent, int) and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if exponent == 2 and (floating or isinstance(exponent, int)) and self.dtype.name != "bool":
        return self * self
    if floating and exponent == 3:
        return self * self * self
    if floating and exponent == 0.5:
        return self.sqrt()
    if floating and exponent == -1:
        return self.reciprocal()
    return required("rushlight::pow.Tensor_Scalar")(self, exponent)


@pointwise("neg(Tensor self) -> Tensor", dtype=_NO_NEG, complex=complex_functions.neg)
def neg(a: Any) -> Any:
    """-self."""
    return -a


@composite("square(Tensor self) -> Tensor")
def square(self: Tensor) -> Tensor:
    """self * self."""
    return pow_number(self, 2)


@pointwise("abs(Tensor self) -> Tensor", dtype=distance("abs_cpu"), complex=complex_functions.absolute)
def absolute(a: Any) -> Any:
    """The distance from zero."""
    return abs(a)


@pointwise("sign(Tensor self) -> Tensor", dtype=promote)
def sign(a: Any) -> Any:
    """-1, 0 or 1; 0 for NaN."""
    return 1 if a > 0 else (-1 if a < 0 else 0)


@pointwise("reciprocal(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.reciprocal)
def reciprocal(a: Any) -> Any:
    """1 / self."""
    return 1.0 / a


@pointwise("sqrt(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.sqrt)
def sqrt(a: Any) -> Any:
    """The square root."""
    return math.sqrt(a)


@pointwise("rsqrt(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.rsqrt)
def rsqrt(a: Any) -> Any:
    """1 / the square root."""
    return 1.0 / math.sqrt(a)


@pointwise("floor(Tensor self) -> Tensor", dtype=whole_or_float("floor_vml_cpu"), integral=identity)
def floor_row(a: Any) -> Any:
    """Rounded down."""
    return floor(a)


@pointwise("ceil(Tensor self) -> Tensor", dtype=whole_or_float("ceil_vml_cpu"), integral=identity)
def ceil_row(a: Any) -> Any:
    """Rounded up."""
    return ceil(a)


@pointwise("trunc(Tensor self) -> Tensor", dtype=whole_or_float("trunc_vml_cpu"), integral=identity)
def trunc_row(a: Any) -> Any:
    """Rounded toward zero."""
    return truncate(a)


@pointwise("round(Tensor self) -> Tensor", dtype=whole_or_float("round_vml_cpu"), integral=identity)
def round_row(a: Any) -> Any:
    """Rounded to the nearest integer, halves to the even one."""
    return round_half_even(a)


@pointwise("exp(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.exp)
def exp(a: Any) -> Any:
    """e to the power of self."""
    return math.exp(a)


@pointwise(
    "expm1(Tensor self) -> Tensor", "special_expm1(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.expm1
)
def expm1(a: Any) -> Any:
    """exp(self) - 1, exact near zero."""
    return math.expm1(a)


@pointwise("log(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.log)
def log(a: Any) -> Any:
    """The natural logarithm."""
    return math.log(a)


@pointwise("log2(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.log2)
def log2(a: Any) -> Any:
    """The logarithm to base 2."""
    return math.log2(a)


@pointwise("log10(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.log10)
def log10(a: Any) -> Any:
    """The logarithm to base 10."""
    return math.log10(a)


@pointwise("log1p(Tensor self) -> Tensor", "special_log1p(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.log1p)
def log1p(a: Any) -> Any:
    """log(1 + self), exact near zero."""
    return math.log1p(a)


@pointwise("sin(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.sin)
def sin(a: Any) -> Any:
    """The sine of an angle in radians."""
    return math.sin(a)


@pointwise("cos(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.cos)
def cos(a: Any) -> Any:
    """The cosine of an angle in radians."""
    return math.cos(a)


@pointwise("tan(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.tan)
def tan(a: Any) -> Any:
    """The tangent of an angle in radians."""
    return math.tan(a)


@pointwise("erf(Tensor self) -> Tensor", "special_erf(Tensor self) -> Tensor", dtype=promote_float)
def erf(a: Any) -> Any:
    """The error function."""
    return math.erf(a)


@pointwise("atan2(Tensor self, Tensor other) -> Tensor", dtype=promote_float)
def atan2(a: Any, b: Any) -> Any:
    """The angle of the point (other, self)."""
    return math.atan2(a, b)


@pointwise("hypot(Tensor self, Tensor other) -> Tensor", dtype=floats_only("hypot_cpu"))
def hypot(a: Any, b: Any) -> Any:
    """The length of the vector (self, other)."""
    return math.hypot(a, b)


@pointwise("maximum(Tensor self, Tensor other) -> Tensor", "max.other(Tensor self, Tensor other) -> Tensor", dtype=promote)
def maximum_row(a: Any, b: Any) -> Any:
    """The larger of both; NaN if either is."""
    return maximum(a, b)


@pointwise("minimum(Tensor self, Tensor other) -> Tensor", "min.other(Tensor self, Tensor other) -> Tensor", dtype=promote)
def minimum_row(a: Any, b: Any) -> Any:
    """The smaller of both; NaN if either is."""
    return minimum(a, b)


@pointwise(
    "clamp_min(Tensor self, Scalar min) -> Tensor", "clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", dtype=promote
)
def clamp_min(a: Any, low: Any) -> Any:
    """self, but at least min."""
    return maximum(a, low)


@pointwise(
    "clamp_max(Tensor self, Scalar max) -> Tensor", "clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", dtype=promote
)
def clamp_max(a: Any, high: Any) -> Any:
    """self, but at most max."""
    return minimum(a, high)


@pointwise(
    "rushlight::clamp(Tensor self, Scalar min, Scalar max) -> Tensor",
    "rushlight::clamp.Tensor(Tensor self, Tensor min, Tensor max) -> Tensor",
    dtype=promote,
)
def _clamp(a: Any, low: Any, high: Any) -> Any:
    """self between both bounds; the upper one where they cross."""
    return minimum(maximum(a, low), high)


@composite(
    "clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
    "clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor",
    out=Sharing.SAME,
)
def clamp(self: Tensor, low: Any, high: Any) -> Tensor:
    """self between the bounds that are given."""
    return _clamped("", self, low, high)


@composite(
    "clamp_(Tensor(a!) self, Scalar? min=None, Scalar? max=None) -> Tensor(a!)",
    "clamp_.Tensor(Tensor(a!) self, Tensor? min=None, Tensor? max=None) -> Tensor(a!)",
)
def clamp_(self: Tensor, low: Any, high: Any) -> Tensor:
    """As `clamp`, in the memory of `self`."""
    return _clamped("_", self, low, high)


def _clamped(ending: str, self: Tensor, low: Any, high: Any) -> Tensor:
    overload = ".Tensor" if isinstance(low, Tensor) or isinstance(high, Tensor) else ""
    if low is None and high is None:
        raise ValueError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if high is None:
        return required(f"aten::clamp_min{ending}{overload}")(self, low)
    if low is None:
        return required(f"aten::clamp_max{ending}{overload}")(self, high)
    return required(f"rushlight::clamp{ending}{overload}")(self, low, high)


@pointwise(
    "addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", dtype=whole_or_float("addcmul_cpu_out"),
    complex=complex_functions.addcmul,
)
def addcmul(a: Any, b: Any, c: Any, value: Any) -> Any:
    """self + value * tensor1 * tensor2."""
    return a + value * b * c


@pointwise("isnan(Tensor self) -> Tensor", dtype=compare, complex=complex_functions.isnan)
def isnan(a: Any) -> Any:
    """Whether the item is not a number."""
    return a != a
