"""Arithmetic and functions of complex numbers, as scalar functions over real and imaginary parts.

In: the parts of each operand, two arguments apiece. Out: the parts of the result as a tuple, or one real number or truth value.
The bodies of complex rows (`loops/pointwise.py` says how they are called). Where PyTorch's formula gives other values at infinities
than C's functions do, it is PyTorch's: its vectors of complex numbers (aten/src/ATen/cpu/vec) are the model.
"""
from __future__ import annotations

import math
from typing import Any

Parts = tuple[Any, Any]
"""Real and imaginary part."""


# Arithmetic


def add(a: Any, a_imag: Any, b: Any, b_imag: Any, alpha: Any, alpha_imag: Any) -> Parts:
    """a + alpha * b."""
    return a + (b * alpha - b_imag * alpha_imag), a_imag + (b * alpha_imag + b_imag * alpha)


def sub(a: Any, a_imag: Any, b: Any, b_imag: Any, alpha: Any, alpha_imag: Any) -> Parts:
    """a - alpha * b."""
    return a - (b * alpha - b_imag * alpha_imag), a_imag - (b * alpha_imag + b_imag * alpha)


def rsub(a: Any, a_imag: Any, b: Any, b_imag: Any, alpha: Any, alpha_imag: Any) -> Parts:
    """b - alpha * a."""
    return b - (a * alpha - a_imag * alpha_imag), b_imag - (a * alpha_imag + a_imag * alpha)


def mul(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Parts:
    """The product."""
    return a * b - a_imag * b_imag, a * b_imag + a_imag * b


def div(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Parts:
    """The quotient (R. L. Smith, Algorithm 116, 1962): the smaller part of b over the larger is taken first, so no square overflows."""
    flat = abs(b) >= abs(b_imag)
    large, small = (b, b_imag) if flat else (b_imag, b)
    zero = large == 0.0 and small == 0.0
    slope = small / large
    scale = 1.0 / (large + small * slope)
    real = (a + a_imag * slope if flat else a * slope + a_imag) * scale
    imaginary = (a_imag - a * slope if flat else a_imag * slope - a) * scale
    return a / abs(b) if zero else real, a_imag / abs(b_imag) if zero else imaginary


def neg(a: Any, a_imag: Any) -> Parts:
    """-a."""
    return -a, -a_imag


def conj(a: Any, a_imag: Any) -> Parts:
    """The same real part, the opposite imaginary part."""
    return a, -a_imag


def reciprocal(a: Any, a_imag: Any) -> Parts:
    """1 / a."""
    return div(1.0, 0.0, a, a_imag)


def eq(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Any:
    """Whether both parts are equal."""
    return (a == b) & (a_imag == b_imag)


def ne(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Any:
    """Whether a part differs."""
    return (a != b) | (a_imag != b_imag)


def isnan(a: Any, a_imag: Any) -> Any:
    """Whether a part is not a number."""
    return (a != a) | (a_imag != a_imag)


def logical_not(a: Any, a_imag: Any) -> Any:
    """Whether both parts are zero."""
    return (a == 0.0) & (a_imag == 0.0)


def logical_and(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Any:
    """Whether neither is zero."""
    return ((a != 0.0) | (a_imag != 0.0)) & ((b != 0.0) | (b_imag != 0.0))


def logical_or(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Any:
    """Whether one is not zero."""
    return ((a != 0.0) | (a_imag != 0.0)) | ((b != 0.0) | (b_imag != 0.0))


def logical_xor(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Any:
    """Whether exactly one is not zero."""
    return ((a != 0.0) | (a_imag != 0.0)) ^ ((b != 0.0) | (b_imag != 0.0))


# Size and angle


def absolute(a: Any, a_imag: Any) -> Any:
    """The distance from zero."""
    return math.hypot(a, a_imag)


def angle(a: Any, a_imag: Any) -> Any:
    """The angle in radians."""
    return math.atan2(a_imag, a)


def sgn(a: Any, a_imag: Any) -> Parts:
    """a over its distance from zero; 0 at zero."""
    size = math.hypot(a, a_imag)
    return (a * 0.0, a_imag * 0.0) if size == 0.0 else (a / size, a_imag / size)


# Exponentials and logarithms


def exp(a: Any, a_imag: Any) -> Parts:
    """e to the power of a; where the angle is lost, a size of 0 or infinity is not."""
    size = math.exp(a)
    real, imaginary = size * math.cos(a_imag), size * math.sin(a_imag)
    lost = math.isinf(a) and not math.isfinite(a_imag)
    real = size if lost else real
    return real, a_imag if a_imag == 0.0 else (size if lost and a < 0.0 else imaginary)


def expm1(a: Any, a_imag: Any) -> Parts:
    """exp(a) - 1, exact near zero."""
    size = math.expm1(a)
    half = math.sin(0.5 * a_imag)
    return size * math.cos(a_imag) - 2.0 * half * half, (size + 1.0) * math.sin(a_imag)


def log(a: Any, a_imag: Any) -> Parts:
    """The natural logarithm with an angle of at most pi."""
    return math.log(math.hypot(a, a_imag)), math.atan2(a_imag, a)


def log2(a: Any, a_imag: Any) -> Parts:
    """The logarithm to base 2."""
    return math.log2(math.hypot(a, a_imag)), math.atan2(a_imag, a) / 0.6931471805599453


def log10(a: Any, a_imag: Any) -> Parts:
    """The logarithm to base 10."""
    return math.log10(math.hypot(a, a_imag)), math.atan2(a_imag, a) / 2.302585092994046


def sqrt(a: Any, a_imag: Any) -> Parts:
    """The square root with a real part that is not negative (W. Kahan, Branch cuts for complex elementary functions, 1987)."""
    size = math.hypot(a, a_imag)
    # the sum of equal signs, halved first: no part of it cancels or overflows
    root = math.sqrt(0.5 * abs(a) + 0.5 * size)
    other = abs(a_imag) / (2.0 * root) if root > 0.0 else root
    real, imaginary = (root, other) if a >= 0.0 else (other, root)
    endless = math.isinf(a_imag)
    return size if endless else real, a_imag if endless else math.copysign(imaginary, a_imag)


def rsqrt(a: Any, a_imag: Any) -> Parts:
    """1 / the square root."""
    real, imaginary = sqrt(a, a_imag)
    return reciprocal(real, imaginary)


def power(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Parts:
    """a to the power of b: exp(b * log(a))."""
    length, turn = log(a, a_imag)
    return exp(b * length - b_imag * turn, b * turn + b_imag * length)


def sigmoid(a: Any, a_imag: Any) -> Parts:
    """1 / (1 + exp(-a))."""
    real, imaginary = exp(-a, -a_imag)
    return reciprocal(1.0 + real, imaginary)


# Trigonometry


def sinh(a: Any, a_imag: Any) -> Parts:
    """The hyperbolic sine."""
    real, imaginary = math.sinh(a) * math.cos(a_imag), math.cosh(a) * math.sin(a_imag)
    lost = math.isinf(a) and not math.isfinite(a_imag)
    real = abs(a) if lost else real
    return a if a == 0.0 else real, a_imag if a_imag == 0.0 else imaginary


def cosh(a: Any, a_imag: Any) -> Parts:
    """The hyperbolic cosine."""
    real, imaginary = math.cosh(a) * math.cos(a_imag), math.sinh(a) * math.sin(a_imag)
    lost = math.isinf(a) and not math.isfinite(a_imag)
    nothing = math.copysign(0.0, a) * math.copysign(1.0, a_imag)
    return abs(a) if lost else real, nothing if a == 0.0 or a_imag == 0.0 else imaginary


def tanh(a: Any, a_imag: Any) -> Parts:
    """The hyperbolic tangent (Kahan's, as above): what could overflow is divided by first."""
    slope = math.tan(a_imag)
    rise = math.sinh(a)
    beta = 1.0 + slope * slope
    below = 1.0 + beta * rise * rise
    far = abs(a) > 20.0 and (math.isinf(a) or math.isfinite(a_imag))
    real = math.copysign(1.0, a) if far else beta * math.sqrt(1.0 + rise * rise) * rise / below
    imaginary = math.copysign(0.0, math.sin(a_imag) * math.cos(a_imag)) if far else slope / below
    return a if a == 0.0 else real, a_imag if a_imag == 0.0 else imaginary


def sin(a: Any, a_imag: Any) -> Parts:
    """The sine: -i * sinh(i * a)."""
    real, imaginary = sinh(-a_imag, a)
    return imaginary, -real


def cos(a: Any, a_imag: Any) -> Parts:
    """The cosine: cosh(i * a)."""
    return cosh(-a_imag, a)


def tan(a: Any, a_imag: Any) -> Parts:
    """The tangent: -i * tanh(i * a)."""
    real, imaginary = tanh(-a_imag, a)
    return imaginary, -real


# Inverse functions (Kahan's, as above)


def asin(a: Any, a_imag: Any) -> Parts:
    """The number whose sine is a."""
    below, below_imag = sqrt(1.0 - a, -a_imag)
    above, above_imag = sqrt(1.0 + a, a_imag)
    return math.atan2(a, below * above - below_imag * above_imag), math.asinh(below * above_imag - below_imag * above)


def acos(a: Any, a_imag: Any) -> Parts:
    """The number whose cosine is a."""
    below, below_imag = sqrt(1.0 - a, -a_imag)
    above, above_imag = sqrt(1.0 + a, a_imag)
    return 2.0 * math.atan2(below, above), math.asinh(above * below_imag - above_imag * below)


def acosh(a: Any, a_imag: Any) -> Parts:
    """The number whose hyperbolic cosine is a."""
    below, below_imag = sqrt(a - 1.0, a_imag)
    above, above_imag = sqrt(a + 1.0, a_imag)
    return math.asinh(below * above + below_imag * above_imag), 2.0 * math.atan2(below_imag, above)


def asinh(a: Any, a_imag: Any) -> Parts:
    """The number whose hyperbolic sine is a: i * asin(-i * a)."""
    real, imaginary = asin(a_imag, -a)
    return -imaginary, real


def atanh(a: Any, a_imag: Any) -> Parts:
    """The number whose hyperbolic tangent is a."""
    # the nearer of the two poles: 4 * |a| over its distance is positive, and log1p exact
    size = abs(a)
    apart = (1.0 - size) * (1.0 - size) + a_imag * a_imag
    return math.copysign(0.25 * math.log1p(4.0 * size / apart), a), 0.5 * math.atan2(2.0 * a_imag, (1.0 - a) * (1.0 + a) - a_imag * a_imag)


def atan(a: Any, a_imag: Any) -> Parts:
    """The number whose tangent is a: -i * atanh(i * a)."""
    real, imaginary = atanh(-a_imag, a)
    return imaginary, -real


def log1p(a: Any, a_imag: Any) -> Parts:
    """log(1 + a), exact near zero."""
    return 0.5 * math.log1p(a * (2.0 + a) + a_imag * a_imag), math.atan2(a_imag, 1.0 + a)


def logaddexp(a: Any, a_imag: Any, b: Any, b_imag: Any) -> Parts:
    """log(exp(a) + exp(b)), shifted by the one with the larger real part; both parts NaN where either of both is no number."""
    below = a < b
    low, low_imag = (a, a_imag) if below else (b, b_imag)
    high, high_imag = (b, b_imag) if below else (a, a_imag)
    real, imaginary = exp(low - high, low_imag - high_imag)
    gone = low < high and math.isinf(low - high)
    real, imaginary = log1p(0.0 if gone else real, 0.0 if gone else imaginary)
    real, imaginary = real + high, imaginary + high_imag
    poison = a + a_imag + b + b_imag
    if math.isnan(a) or math.isnan(a_imag) or math.isnan(b) or math.isnan(b_imag):
        return poison, poison
    if low != high or math.isfinite(high):
        return real, imaginary
    if high < 0.0:
        return low, low_imag
    one, one_imag = exp(a, a_imag)
    other, other_imag = exp(b, b_imag)
    return log(one + other, one_imag + other_imag)


def exp2(a: Any, a_imag: Any) -> Parts:
    """2 to the power of a."""
    return exp(a * 0.6931471805599453, a_imag * 0.6931471805599453)


def silu(a: Any, a_imag: Any) -> Parts:
    """a * sigmoid(a)."""
    real, imaginary = exp(-a, -a_imag)
    return div(a, a_imag, 1.0 + real, imaginary)


def sinc(a: Any, a_imag: Any) -> Parts:
    """sin(pi * a) / (pi * a); 1 at 0."""
    turned, turned_imag = a * 3.141592653589793, a_imag * 3.141592653589793
    real, imaginary = sin(turned, turned_imag)
    real, imaginary = div(real, imaginary, turned, turned_imag)
    zero = a == 0.0 and a_imag == 0.0
    return 1.0 if zero else real, 0.0 if zero else imaginary


# Mixtures of three numbers


def addcmul(a: Any, a_imag: Any, b: Any, b_imag: Any, c: Any, c_imag: Any, value: Any, value_imag: Any) -> Parts:
    """a + value * b * c."""
    real, imaginary = mul(value, value_imag, b, b_imag)
    real, imaginary = mul(real, imaginary, c, c_imag)
    return a + real, a_imag + imaginary


def addcdiv(a: Any, a_imag: Any, b: Any, b_imag: Any, c: Any, c_imag: Any, value: Any, value_imag: Any) -> Parts:
    """a + value * b / c."""
    real, imaginary = mul(value, value_imag, b, b_imag)
    real, imaginary = div(real, imaginary, c, c_imag)
    return a + real, a_imag + imaginary


def lerp(a: Any, a_imag: Any, b: Any, b_imag: Any, weight: Any, weight_imag: Any) -> Parts:
    """a + weight * (b - a), from the nearer end."""
    apart, apart_imag = b - a, b_imag - a_imag
    real, imaginary = mul(weight, weight_imag, apart, apart_imag)
    back, back_imag = mul(weight - 1.0, weight_imag, apart, apart_imag)
    near = math.hypot(weight, weight_imag) < 0.5
    return a + real if near else b + back, a_imag + imaginary if near else b_imag + back_imag
