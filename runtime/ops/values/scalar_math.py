"""The functions of Python's `math` module as TorchScript has them, on single numbers.

In: ints, floats and complexes. Out: floats (ints where the schema says so) by IEEE 754: a pole is infinite and a point outside the domain
NaN, where Python would raise.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..table import builtin
from .scalars import Number, div, wrap
from .texts import value_text


def _real(function: Callable[[float], float], everywhere: Callable[[Any], Any], a: float) -> float:
    """`function(a)`, and where that has no value what `everywhere` says."""
    try:
        return function(a)
    except (ValueError, OverflowError):
        with np.errstate(all="ignore"):
            return float(everywhere(float(a)))


def _whole(a: float, rounded: Callable[[float], int]) -> int:
    if not -9.3e18 < a < 9.3e18:
        raise RuntimeError(f"Cannot convert float {value_text(a)} to integer")
    return wrap(rounded(a))


def _complex(function: Callable[[Any], Any], a: complex) -> complex:
    with np.errstate(all="ignore"):
        return complex(function(np.complex128(a)))


def _gamma_of_pole(a: float) -> float:
    if a == 0:
        return math.copysign(math.inf, a)
    return math.nan if a < 0 else math.inf


def _infinity(a: float) -> float:
    del a
    return math.inf


@builtin("acos.int(int a) -> float", "acos.float(float a) -> float")
def acos_float(a: float) -> float:
    """Inverse cosine."""
    return _real(math.acos, np.arccos, a)


@builtin("acos.complex(complex a) -> complex")
def acos_complex(a: complex) -> complex:
    """Inverse cosine of a complex number."""
    return _complex(np.arccos, a)


@builtin("acos.Scalar(Scalar a) -> Scalar")
def acos_scalar(a: Number) -> Number:
    """Inverse cosine of any number."""
    return acos_complex(a) if isinstance(a, complex) else acos_float(a)


@builtin("acosh.int(int a) -> float", "acosh.float(float a) -> float")
def acosh_float(a: float) -> float:
    """Inverse hyperbolic cosine."""
    return _real(math.acosh, np.arccosh, a)


@builtin("acosh.complex(complex a) -> complex")
def acosh_complex(a: complex) -> complex:
    """Inverse hyperbolic cosine of a complex number."""
    return _complex(np.arccosh, a)


@builtin("acosh.Scalar(Scalar a) -> Scalar")
def acosh_scalar(a: Number) -> Number:
    """Inverse hyperbolic cosine of any number."""
    return acosh_complex(a) if isinstance(a, complex) else acosh_float(a)


@builtin("asin.int(int a) -> float", "asin.float(float a) -> float")
def asin_float(a: float) -> float:
    """Inverse sine."""
    return _real(math.asin, np.arcsin, a)


@builtin("asin.complex(complex a) -> complex")
def asin_complex(a: complex) -> complex:
    """Inverse sine of a complex number."""
    return _complex(np.arcsin, a)


@builtin("asin.Scalar(Scalar a) -> Scalar")
def asin_scalar(a: Number) -> Number:
    """Inverse sine of any number."""
    return asin_complex(a) if isinstance(a, complex) else asin_float(a)


@builtin("asinh.int(int a) -> float", "asinh.float(float a) -> float")
def asinh_float(a: float) -> float:
    """Inverse hyperbolic sine."""
    return _real(math.asinh, np.arcsinh, a)


@builtin("asinh.complex(complex a) -> complex")
def asinh_complex(a: complex) -> complex:
    """Inverse hyperbolic sine of a complex number."""
    return _complex(np.arcsinh, a)


@builtin("asinh.Scalar(Scalar a) -> Scalar")
def asinh_scalar(a: Number) -> Number:
    """Inverse hyperbolic sine of any number."""
    return asinh_complex(a) if isinstance(a, complex) else asinh_float(a)


@builtin("atan.int(int a) -> float", "atan.float(float a) -> float")
def atan_float(a: float) -> float:
    """Inverse tangent."""
    return _real(math.atan, np.arctan, a)


@builtin("atan.complex(complex a) -> complex")
def atan_complex(a: complex) -> complex:
    """Inverse tangent of a complex number."""
    return _complex(np.arctan, a)


@builtin("atan.Scalar(Scalar a) -> Scalar")
def atan_scalar(a: Number) -> Number:
    """Inverse tangent of any number."""
    return atan_complex(a) if isinstance(a, complex) else atan_float(a)


@builtin("atanh.int(int a) -> float", "atanh.float(float a) -> float")
def atanh_float(a: float) -> float:
    """Inverse hyperbolic tangent."""
    return _real(math.atanh, np.arctanh, a)


@builtin("atanh.complex(complex a) -> complex")
def atanh_complex(a: complex) -> complex:
    """Inverse hyperbolic tangent of a complex number."""
    return _complex(np.arctanh, a)


@builtin("atanh.Scalar(Scalar a) -> Scalar")
def atanh_scalar(a: Number) -> Number:
    """Inverse hyperbolic tangent of any number."""
    return atanh_complex(a) if isinstance(a, complex) else atanh_float(a)


@builtin("cos.int(int a) -> float", "cos.float(float a) -> float")
def cos_float(a: float) -> float:
    """Cosine."""
    return _real(math.cos, np.cos, a)


@builtin("cos.complex(complex a) -> complex")
def cos_complex(a: complex) -> complex:
    """Cosine of a complex number."""
    return _complex(np.cos, a)


@builtin("cos.Scalar(Scalar a) -> Scalar")
def cos_scalar(a: Number) -> Number:
    """Cosine of any number."""
    return cos_complex(a) if isinstance(a, complex) else cos_float(a)


@builtin("cosh.int(int a) -> float", "cosh.float(float a) -> float")
def cosh_float(a: float) -> float:
    """Hyperbolic cosine."""
    return _real(math.cosh, np.cosh, a)


@builtin("cosh.complex(complex a) -> complex")
def cosh_complex(a: complex) -> complex:
    """Hyperbolic cosine of a complex number."""
    return _complex(np.cosh, a)


@builtin("cosh.Scalar(Scalar a) -> Scalar")
def cosh_scalar(a: Number) -> Number:
    """Hyperbolic cosine of any number."""
    return cosh_complex(a) if isinstance(a, complex) else cosh_float(a)


@builtin("sin.int(int a) -> float", "sin.float(float a) -> float")
def sin_float(a: float) -> float:
    """Sine."""
    return _real(math.sin, np.sin, a)


@builtin("sin.complex(complex a) -> complex")
def sin_complex(a: complex) -> complex:
    """Sine of a complex number."""
    return _complex(np.sin, a)


@builtin("sin.Scalar(Scalar a) -> Scalar")
def sin_scalar(a: Number) -> Number:
    """Sine of any number."""
    return sin_complex(a) if isinstance(a, complex) else sin_float(a)


@builtin("sinh.int(int a) -> float", "sinh.float(float a) -> float")
def sinh_float(a: float) -> float:
    """Hyperbolic sine."""
    return _real(math.sinh, np.sinh, a)


@builtin("sinh.complex(complex a) -> complex")
def sinh_complex(a: complex) -> complex:
    """Hyperbolic sine of a complex number."""
    return _complex(np.sinh, a)


@builtin("sinh.Scalar(Scalar a) -> Scalar")
def sinh_scalar(a: Number) -> Number:
    """Hyperbolic sine of any number."""
    return sinh_complex(a) if isinstance(a, complex) else sinh_float(a)


@builtin("tan.int(int a) -> float", "tan.float(float a) -> float")
def tan_float(a: float) -> float:
    """Tangent."""
    return _real(math.tan, np.tan, a)


@builtin("tan.complex(complex a) -> complex")
def tan_complex(a: complex) -> complex:
    """Tangent of a complex number."""
    return _complex(np.tan, a)


@builtin("tan.Scalar(Scalar a) -> Scalar")
def tan_scalar(a: Number) -> Number:
    """Tangent of any number."""
    return tan_complex(a) if isinstance(a, complex) else tan_float(a)


@builtin("tanh.int(int a) -> float", "tanh.float(float a) -> float")
def tanh_float(a: float) -> float:
    """Hyperbolic tangent."""
    return _real(math.tanh, np.tanh, a)


@builtin("tanh.complex(complex a) -> complex")
def tanh_complex(a: complex) -> complex:
    """Hyperbolic tangent of a complex number."""
    return _complex(np.tanh, a)


@builtin("tanh.Scalar(Scalar a) -> Scalar")
def tanh_scalar(a: Number) -> Number:
    """Hyperbolic tangent of any number."""
    return tanh_complex(a) if isinstance(a, complex) else tanh_float(a)


@builtin("exp.int(int a) -> float", "exp.float(float a) -> float")
def exp_float(a: float) -> float:
    """Exponential."""
    return _real(math.exp, np.exp, a)


@builtin("exp.complex(complex a) -> complex")
def exp_complex(a: complex) -> complex:
    """Exponential of a complex number."""
    return _complex(np.exp, a)


@builtin("exp.Scalar(Scalar a) -> Scalar")
def exp_scalar(a: Number) -> Number:
    """Exponential of any number."""
    return exp_complex(a) if isinstance(a, complex) else exp_float(a)


@builtin("log.int(int a) -> float", "log.float(float a) -> float")
def log_float(a: float) -> float:
    """Natural logarithm."""
    return _real(math.log, np.log, a)


@builtin("log.complex(complex a) -> complex")
def log_complex(a: complex) -> complex:
    """Natural logarithm of a complex number."""
    return _complex(np.log, a)


@builtin("log.Scalar(Scalar a) -> Scalar")
def log_scalar(a: Number) -> Number:
    """Natural logarithm of any number."""
    return log_complex(a) if isinstance(a, complex) else log_float(a)


@builtin("log10.int(int a) -> float", "log10.float(float a) -> float")
def log10_float(a: float) -> float:
    """Logarithm to base 10."""
    return _real(math.log10, np.log10, a)


@builtin("log10.complex(complex a) -> complex")
def log10_complex(a: complex) -> complex:
    """Logarithm to base 10 of a complex number."""
    return _complex(np.log10, a)


@builtin("log10.Scalar(Scalar a) -> Scalar")
def log10_scalar(a: Number) -> Number:
    """Logarithm to base 10 of any number."""
    return log10_complex(a) if isinstance(a, complex) else log10_float(a)


@builtin("sqrt.int(int a) -> float", "sqrt.float(float a) -> float")
def sqrt_float(a: float) -> float:
    """Square root."""
    return _real(math.sqrt, np.sqrt, a)


@builtin("sqrt.complex(complex a) -> complex")
def sqrt_complex(a: complex) -> complex:
    """Square root of a complex number."""
    return _complex(np.sqrt, a)


@builtin("sqrt.Scalar(Scalar a) -> Scalar")
def sqrt_scalar(a: Number) -> Number:
    """Square root of any number."""
    return sqrt_complex(a) if isinstance(a, complex) else sqrt_float(a)


@builtin("erf.int(int a) -> float", "erf.float(float a) -> float", "erf.Scalar(Scalar a) -> Scalar")
def erf(a: float) -> float:
    """Error function."""
    return math.erf(a)


@builtin("erfc.int(int a) -> float", "erfc.float(float a) -> float", "erfc.Scalar(Scalar a) -> Scalar")
def erfc(a: float) -> float:
    """Complement of the error function."""
    return math.erfc(a)


@builtin("expm1.int(int a) -> float", "expm1.float(float a) -> float", "expm1.Scalar(Scalar a) -> Scalar")
def expm1(a: float) -> float:
    """Exponential minus one."""
    return _real(math.expm1, np.expm1, a)


@builtin("log1p.int(int a) -> float", "log1p.float(float a) -> float", "log1p.Scalar(Scalar a) -> Scalar")
def log1p(a: float) -> float:
    """Logarithm of one plus the number."""
    return _real(math.log1p, np.log1p, a)


@builtin("gamma.int(int a) -> float", "gamma.float(float a) -> float", "gamma.Scalar(Scalar a) -> Scalar")
def gamma(a: float) -> float:
    """Gamma function."""
    return _real(math.gamma, _gamma_of_pole, a)


@builtin("lgamma.int(int a) -> float", "lgamma.float(float a) -> float", "lgamma.Scalar(Scalar a) -> Scalar")
def lgamma(a: float) -> float:
    """Logarithm of the gamma function's absolute value."""
    return _real(math.lgamma, _infinity, a)


@builtin("degrees.int(int a) -> float", "degrees.float(float a) -> float", "degrees.Scalar(Scalar a) -> Scalar")
def degrees(a: float) -> float:
    """Radians to degrees."""
    return math.degrees(a)


@builtin("radians.int(int a) -> float", "radians.float(float a) -> float", "radians.Scalar(Scalar a) -> Scalar")
def radians(a: float) -> float:
    """Degrees to radians."""
    return math.radians(a)


@builtin("fabs.int(int a) -> float", "fabs.float(float a) -> float", "fabs.Scalar(Scalar a) -> Scalar")
def fabs(a: float) -> float:
    """The number without its sign, as a float."""
    return math.fabs(a)


@builtin(
    "log.int_int(int a, int b) -> float", "log.int_float(int a, float b) -> float", "log.float_int(float a, int b) -> float",
    "log.float_float(float a, float b) -> float",
)  # fmt: skip
def log_base(a: float, b: float) -> float:
    """Logarithm to a given base."""
    return div(log_float(a), log_float(b))


@builtin(
    "log.complex_complex(complex a, complex b) -> complex", "log.complex_int(complex a, int b) -> complex",
    "log.complex_float(complex a, float b) -> complex", "log.int_complex(int a, complex b) -> complex",
    "log.float_complex(float a, complex b) -> complex",
)  # fmt: skip
def log_base_complex(a: complex, b: complex) -> complex:
    """Logarithm of complex numbers to a given base."""
    with np.errstate(all="ignore"):
        return complex(np.log(np.complex128(a)) / np.log(np.complex128(b)))


@builtin("log.Scalar_Scalar(Scalar a, Scalar b) -> float")
def log_base_scalar(a: Any, b: Any) -> Number:
    """Logarithm of any number to a given base."""
    return log_base_complex(a, b) if isinstance(a, complex) or isinstance(b, complex) else log_base(a, b)


@builtin(
    "atan2.int(int a, int b) -> float", "atan2.float(float a, float b) -> float", "atan2.int_float(int a, float b) -> float",
    "atan2.float_int(float a, int b) -> float", "atan2.Scalar_Scalar(Scalar a, Scalar b) -> float",
)  # fmt: skip
def atan2(a: float, b: float) -> float:
    """The angle of the point (b, a)."""
    return math.atan2(a, b)


@builtin(
    "copysign.int(int a, int b) -> float", "copysign.float(float a, float b) -> float", "copysign.int_float(int a, float b) -> float",
    "copysign.float_int(float a, int b) -> float", "copysign(Scalar a, Scalar b) -> float",
)  # fmt: skip
def copysign(a: float, b: float) -> float:
    """The first number with the sign of the second."""
    return math.copysign(a, b)


@builtin(
    "angle.int(int a) -> float", "angle.float(float a) -> float", "angle.complex(complex a) -> float", "angle.Scalar(Scalar a) -> Scalar",
)  # fmt: skip
def angle(a: Any) -> float:
    """The angle of a complex number."""
    if isinstance(a, complex):
        return math.atan2(a.imag, a.real)
    return math.pi if a == a and math.copysign(1.0, a) < 0 else 0.0


@builtin(
    "polar.int(int a, int b) -> complex", "polar.float(float a, float b) -> complex", "polar.int_float(int a, float b) -> complex",
    "polar.float_int(float a, int b) -> complex", "polar.Scalar_Scalar(Scalar a, Scalar b) -> Scalar",
)  # fmt: skip
def polar(a: float, b: float) -> complex:
    """The complex number with this length and angle."""
    return complex(a * cos_float(b), a * sin_float(b))


@builtin("factorial.int(int a) -> int")
def factorial(a: int) -> int:
    """Product of the numbers up to `a`, wrapped to 64 bits."""
    if a < 0:
        raise RuntimeError("factorial() not defined for negative values")
    # From 66! on the product has 64 factors of two, so nothing is left of it.
    return wrap(math.factorial(a)) if a < 66 else 0


@builtin("gcd.int(int a, int b) -> int")
def gcd(a: int, b: int) -> int:
    """Greatest common divisor."""
    return wrap(math.gcd(a, b))


@builtin("frexp(float a) -> (float, int)")
def frexp(a: float) -> tuple[float, int]:
    """Mantissa and exponent."""
    return math.frexp(a)


@builtin("ldexp(float x, int i) -> float")
def ldexp(x: float, i: int) -> float:
    """`x * 2**i`."""
    try:
        return math.ldexp(x, i)
    except OverflowError:
        return math.copysign(math.inf, x)


@builtin("modf(float a) -> (float, float)")
def modf(a: float) -> tuple[float, float]:
    """Fraction and whole part."""
    return math.modf(a)


@builtin("floor.int(int a) -> int", "ceil.int(int a) -> int")
def whole_int(a: int) -> int:
    """An int is whole already."""
    return a


@builtin("floor.float(float a) -> int")
def floor_float(a: float) -> int:
    """Rounded down."""
    return _whole(a, math.floor)


@builtin("ceil.float(float a) -> int")
def ceil_float(a: float) -> int:
    """Rounded up."""
    return _whole(a, math.ceil)


@builtin("floor.Scalar(Scalar a) -> Scalar")
def floor_scalar(a: float) -> float:
    """Any real number rounded down."""
    return a if isinstance(a, int) else floor_float(a)


@builtin("ceil.Scalar(Scalar a) -> Scalar")
def ceil_scalar(a: float) -> float:
    """Any real number rounded up."""
    return a if isinstance(a, int) else ceil_float(a)


@builtin("round.int(int a) -> float", "round.float(float a) -> float", "round.Scalar(Scalar a) -> Scalar")
def round_number(a: float) -> float:
    """Rounded to the nearest whole number, halves to the even one, as a float."""
    return math.copysign(float(round(a)), a) if math.isfinite(a) else a


@builtin("isnan.float(float a) -> bool", "isnan.complex(complex a) -> bool")
def isnan(a: complex) -> bool:
    """Whether the number, or a part of it, is NaN."""
    return a != a


@builtin("isinf.float(float a) -> bool", "isinf.complex(complex a) -> bool")
def isinf(a: complex) -> bool:
    """Whether the number, or a part of it, is infinite."""
    return cmath.isinf(a)


@builtin("isfinite.float(float a) -> bool", "isfinite.complex(complex a) -> bool")
def isfinite(a: complex) -> bool:
    """Whether the number is neither infinite nor NaN."""
    return cmath.isfinite(a)
