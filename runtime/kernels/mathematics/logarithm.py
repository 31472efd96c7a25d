"""Logarithms and powers: log, log2, log10, log1p, logit, asinh, acosh, atanh, pow, cbrt in float32 and float64.

float32 uses Cephes' polynomial (logf.c), float64 the series of log((1 + s) / (1 - s)) in polynomials.py, arranged as in
fdlibm (e_log.c, e_log2.c). Both split x = 2**e * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiling.primitives import (
    float32_bits,
    float32_from_bits,
    float64_bits,
    float64_from_bits,
    floor,
    fused_multiply_add,
    round_half_even,
    seldom,
    typed,
)
from .exponential import exp_float32, exp_normal_float32, exp_normal_float64, exp_scaled_float64, power_of_two
from .polynomials import atanh_short, exp, exp2_middle, log, log_short, log_tail, log_wide

_f = np.float32
_i = np.int32
_d = np.float64

# float32


@typed
def _exponent_float32(x: Any) -> Any:
    return _f(_i(_i(float32_bits(x) - _i(0x3F3504F3)) >> _i(23)))


@typed
def _fraction_float32(x: Any) -> Any:
    shifted = _i(float32_bits(x) - _i(0x3F3504F3))
    return float32_from_bits(_i(_i(shifted & _i(0x007FFFFF)) + _i(0x3F3504F3))) - _f(1)


@typed
def _tail_float32(m: Any) -> Any:
    """(log(1 + m) - m + m**2 / 2) / m**3."""
    # Estrin's rule: its results are waited for, and Horner's would come 16 cycles later
    square = m * m
    low = fused_multiply_add(fused_multiply_add(_f(-1.6668057665e-1), m, _f(2.0000714765e-1)), square,
                             fused_multiply_add(_f(-2.4999993993e-1), m, _f(3.3333331174e-1)))
    high = fused_multiply_add(fused_multiply_add(_f(-1.1514610310e-1), m, _f(1.1676998740e-1)), square,
                              fused_multiply_add(_f(-1.2420140846e-1), m, _f(1.4249322787e-1)))
    fourth = square * square
    return fused_multiply_add(fused_multiply_add(_f(7.0376836292e-2), fourth, high), fourth, low)


@typed
def _limits_float32(x: Any, result: Any) -> Any:
    """`result` where x is positive and finite, else what every logarithm gives."""
    result = x if not x < _f(np.inf) else result
    outside = _f(-np.inf) if x == _f(0) else _f(np.nan)
    return outside if x <= _f(0) else result


@typed
def _log_float32(x: Any, offset: Any) -> Any:
    """The natural logarithm of a positive normal number over 2**offset."""
    exponent = _exponent_float32(x) - offset
    m = _fraction_float32(x)
    square = m * m
    tail = fused_multiply_add(exponent, _f(-2.12194440e-4), _tail_float32(m) * m * square)
    tail = fused_multiply_add(square, _f(-0.5), tail)
    return fused_multiply_add(exponent, _f(0.693359375), m + tail)


@seldom(1.1754943508222875e-38, 3.4028234663852886e38)
@typed
def _far_log_float32(x: Any) -> Any:
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    return _limits_float32(x, _log_float32(scaled, _f(23) if small else _f(0)))


@typed
def log_float32(x: Any) -> Any:
    """The natural logarithm."""
    return _far_log_float32(x, _log_float32(x, _f(0)))


@typed
def _log2_float32(x: Any, offset: Any) -> Any:
    """The logarithm to base 2 of a positive normal number over 2**offset."""
    exponent = _exponent_float32(x) - offset
    m = _fraction_float32(x)
    square = m * m
    tail = fused_multiply_add(square, _f(-0.5), _tail_float32(m) * m * square)
    low = fused_multiply_add(m, _f(1.925963033500011e-08), tail * _f(1.4426950216293335))
    return exponent + fused_multiply_add(m, _f(1.4426950216293335), low)


@seldom(1.1754943508222875e-38, 3.4028234663852886e38)
@typed
def _far_log2_float32(x: Any) -> Any:
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    return _limits_float32(x, _log2_float32(scaled, _f(23) if small else _f(0)))


@typed
def log2_float32(x: Any) -> Any:
    """The logarithm to base 2."""
    return _far_log2_float32(x, _log2_float32(x, _f(0)))


@typed
def _log10_float32(x: Any, offset: Any) -> Any:
    """The logarithm to base 10 of a positive normal number over 2**offset."""
    exponent = _exponent_float32(x) - offset
    m = _fraction_float32(x)
    square = m * m
    tail = fused_multiply_add(square, _f(-0.5), _tail_float32(m) * m * square)
    low = fused_multiply_add(m, _f(-1.0103049952192578e-08), tail * _f(0.4342944920063019))
    low = fused_multiply_add(exponent, _f(4.605039066518657e-06), low)
    high = fused_multiply_add(m, _f(0.4342944920063019), low)
    return fused_multiply_add(exponent, _f(0.301025390625), high)


@seldom(1.1754943508222875e-38, 3.4028234663852886e38)
@typed
def _far_log10_float32(x: Any) -> Any:
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    return _limits_float32(x, _log10_float32(scaled, _f(23) if small else _f(0)))


@typed
def log10_float32(x: Any) -> Any:
    """The logarithm to base 10."""
    return _far_log10_float32(x, _log10_float32(x, _f(0)))


@seldom(-0.99999994, 1e38)
@typed
def _far_log1p_float32(x: Any) -> Any:
    return _far_log_float32(_f(1) + x, _log_float32(_f(1) + x, _f(0)))


@typed
def log1p_float32(x: Any) -> Any:
    """log(1 + x): what 1 + x lost in rounding is given back to the fraction."""
    sum_ = _f(1) + x
    lost = x - (sum_ - _f(1)) if x < _f(1) else _f(1) - (sum_ - x)
    exponent = _exponent_float32(sum_)
    m = fused_multiply_add(lost, float32_from_bits(_i(_f(127) - exponent) << _i(23)), _fraction_float32(sum_))
    square = m * m
    tail = fused_multiply_add(exponent, _f(-2.12194440e-4), _tail_float32(m) * m * square)
    tail = fused_multiply_add(square, _f(-0.5), tail)
    result = fused_multiply_add(exponent, _f(0.693359375), m + tail)
    return _far_log1p_float32(x, x if x == _f(0) else result)


@seldom(1.1754943508222875e-38, 3.4028234663852886e38)
@typed
def _far_pow_float32(x: Any, y: Any) -> Any:
    wide, exponent = _d(x), _d(y)
    size = exp_scaled_float64(exponent * log_float64(abs(wide)), 0.0)
    return _f(_signed_power(wide, exponent, size))


@typed
def pow_float32(x: Any, y: Any) -> Any:
    """x**y: 2**(y log2(x)) in float64, to 36 bits; IEEE's answers for whole and infinite exponents and for 0 and 1."""
    wide = _d(x)
    f = _fraction_float64(wide)
    s = f / (2.0 + f)
    square = s * s
    logarithm = fused_multiply_add(log_short(square), square, 2.0) * s
    power = _d(y) * fused_multiply_add(logarithm, 1.4426950408889634, _exponent_float64(wide))
    # written so that NaN stays
    bounded = 1000.0 if power > 1000.0 else power
    bounded = -1000.0 if bounded < -1000.0 else bounded
    shifted = bounded + 6755399441055744.0
    r = bounded - (shifted - 6755399441055744.0)
    # a product, for a sum of bits would lose NaN
    result = _f(fused_multiply_add(exp2_middle(r), r, 1.0) * float64_from_bits((float64_bits(shifted) + 1023) << 52))
    return _far_pow_float32(x, y, _f(1) if x == _f(1) else result)


@typed
def cbrt_float32(x: Any) -> Any:
    """The cube root."""
    return _f(cbrt_float64(_d(x)))


@typed
def asinh_float32(x: Any) -> Any:
    """The number whose hyperbolic sine is x: log(|x| + sqrt(x**2 + 1)) in float64, near 0 by its series."""
    wide = _d(x)
    size = abs(wide)
    near = fused_multiply_add(size * size * size, -0.16666666666666666, size)
    result = near if size < 0.001 else log_float64(size + math.sqrt(fused_multiply_add(size, size, 1.0)))
    return math.copysign(_f(result), x)


@typed
def acosh_float32(x: Any) -> Any:
    """The number whose hyperbolic cosine is x: log(x + sqrt(x**2 - 1)) in float64; NaN below 1."""
    wide = _d(x)
    return _f(log_float64(wide + math.sqrt((wide - 1.0) * (wide + 1.0))) if wide >= 1.0 else np.nan)


@typed
def atanh_float32(x: Any) -> Any:
    """The number whose hyperbolic tangent is x: an odd polynomial up to 1/2, beyond it half of log((1 + x) / (1 - x))."""
    size = abs(x)
    square = x * x
    near = fused_multiply_add(atanh_short(square) * square, size, size)
    quotient = (_f(1) + size) / (_f(1) - size)
    far = _f(0.5) * log_float32(_f(3) if size < _f(0.5) else quotient)
    return math.copysign(near if size < _f(0.5) else far, x)


@typed
def log_normal_float32(x: Any) -> Any:
    """The natural logarithm of a positive normal number."""
    return _log_float32(x, _f(0))


@seldom(-87.0, 3.4028234663852886e38)
@typed
def _far_softplus_float32(x: Any) -> Any:
    return exp_float32(x) if x == x else x


@typed
def softplus_float32(x: Any) -> Any:
    """log(1 + e**x) = log(1 + t) + max(x, 0) with t = e**-|x| up to 1: log of t + 1, or of its half and log(2)."""
    t = exp_normal_float32(-_f(87) if abs(x) > _f(87) else -abs(x))
    high = t > _f(0.41421357)
    m = fused_multiply_add(_f(0.5), t, _f(-0.5)) if high else t
    square = m * m
    tail = fused_multiply_add(square, _f(-0.5), _tail_float32(m) * m * square)
    # log(2) comes last: added to x first, it would round at the size of a sum that is larger than the result
    result = ((x if x > _f(0) else _f(0)) + (m + tail)) + (_f(0.6931471805599453) if high else _f(0))
    return _far_softplus_float32(x, result)


@seldom(1e-37, 0.9999999)
@typed
def _far_logit_float32(x: Any) -> Any:
    return log_float32(x / (_f(1) - x))


@typed
def logit_float32(x: Any) -> Any:
    """log(x / (1 - x)); from 1/4 to 3/4 the inverse hyperbolic tangent of 2 x - 1, twice."""
    center = fused_multiply_add(_f(2), x, _f(-1))
    square = center * center
    near = _f(2) * fused_multiply_add(atanh_short(square) * square, center, center)
    far = _log_float32(x / (_f(1) - x), _f(0))
    return _far_logit_float32(x, near if square < _f(0.25) else far)


# float64


@typed
def _exponent_float64(x: Any) -> Any:
    # an int64 becomes a float64 by an addition, for AVX2 has no instruction for it
    return float64_from_bits(((float64_bits(x) - 0x3FE6A09E667F3BCD) >> 52) + 0x4338000000000000) - 6755399441055744.0


@typed
def _fraction_float64(x: Any) -> Any:
    return float64_from_bits(((float64_bits(x) - 0x3FE6A09E667F3BCD) & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD) - 1.0


@typed
def _limits_float64(x: Any, result: Any) -> Any:
    result = x if not x < np.inf else result
    outside = -np.inf if x == 0.0 else np.nan
    return outside if x <= 0.0 else result


@typed
def _log_float64(x: Any, offset: Any) -> Any:
    """The natural logarithm of a positive normal number over 2**offset."""
    exponent = _exponent_float64(x) - offset
    f = _fraction_float64(x)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    low = fused_multiply_add(s, half + square * log(square), exponent * 1.9082149292705877e-10)
    return fused_multiply_add(exponent, 0.6931471803691238, f - (half - low))


@seldom(2.2250738585072014e-308, 1.7976931348623157e308)
@typed
def _far_log_float64(x: Any) -> Any:
    small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if small else x
    return _limits_float64(x, _log_float64(scaled, 54.0 if small else 0.0))


@typed
def log_float64(x: Any) -> Any:
    """The natural logarithm."""
    return _far_log_float64(x, _log_float64(x, 0.0))


@typed
def log_normal_float64(x: Any) -> Any:
    """The natural logarithm of a positive normal number."""
    return _log_float64(x, 0.0)


@typed
def log_middle_float64(x: Any) -> Any:
    """The natural logarithm of a positive normal number, to 36 bits."""
    f = _fraction_float64(x)
    s = f / (2.0 + f)
    square = s * s
    return fused_multiply_add(_exponent_float64(x), 0.6931471805599453, fused_multiply_add(log_short(square), square, 2.0) * s)


@typed
def _log2_float64(x: Any, offset: Any) -> Any:
    """The logarithm to base 2 of a positive normal number over 2**offset; log(1 + f) and log2(e) as sums of two numbers."""
    exponent = _exponent_float64(x) - offset
    f = _fraction_float64(x)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    high = f - half
    low = fused_multiply_add(s, half + square * log(square), (f - high) - half)
    product = high * 1.4426950408889634
    rest = fused_multiply_add(high, 1.4426950408889634, -product)
    rest = fused_multiply_add(high, 2.0355273740931033e-17, rest)
    rest = fused_multiply_add(low, 1.4426950408889634, rest)
    total = exponent + product
    # of a sum, the part of the smaller addend that was lost; the exponent is 0 or larger than the product
    lost = product - (total - exponent) if exponent != 0.0 else total - product
    return total + (lost + rest)


@seldom(2.2250738585072014e-308, 1.7976931348623157e308)
@typed
def _far_log2_float64(x: Any) -> Any:
    small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if small else x
    return _limits_float64(x, _log2_float64(scaled, 54.0 if small else 0.0))


@typed
def log2_float64(x: Any) -> Any:
    """The logarithm to base 2."""
    return _far_log2_float64(x, _log2_float64(x, 0.0))


@typed
def _log10_float64(x: Any, offset: Any) -> Any:
    """The logarithm to base 10 of a positive normal number over 2**offset, as `_log2_float64`."""
    exponent = _exponent_float64(x) - offset
    f = _fraction_float64(x)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    high = f - half
    low = fused_multiply_add(s, half + square * log(square), (f - high) - half)
    product = high * 0.4342944819032518
    rest = fused_multiply_add(high, 0.4342944819032518, -product)
    rest = fused_multiply_add(high, 1.098319650216765e-17, rest)
    rest = fused_multiply_add(low, 0.4342944819032518, rest)
    rest = fused_multiply_add(exponent, 8.241712586023572e-13, rest)
    whole = exponent * 0.301029995663157
    total = whole + product
    lost = product - (total - whole) if exponent != 0.0 else total - product
    return total + (lost + rest)


@seldom(2.2250738585072014e-308, 1.7976931348623157e308)
@typed
def _far_log10_float64(x: Any) -> Any:
    small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if small else x
    return _limits_float64(x, _log10_float64(scaled, 54.0 if small else 0.0))


@typed
def log10_float64(x: Any) -> Any:
    """The logarithm to base 10."""
    return _far_log10_float64(x, _log10_float64(x, 0.0))


@seldom(-0.9999999999999999, 1e300)
@typed
def _far_log1p_float64(x: Any) -> Any:
    return _far_log_float64(1.0 + x, _log_float64(1.0 + x, 0.0))


@typed
def log1p_float64(x: Any) -> Any:
    """log(1 + x), as `log1p_float32`."""
    sum_ = 1.0 + x
    lost = x - (sum_ - 1.0) if x < 1.0 else 1.0 - (sum_ - x)
    exponent = _exponent_float64(sum_)
    f = fused_multiply_add(lost, power_of_two(-exponent), _fraction_float64(sum_))
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    low = fused_multiply_add(s, half + square * log(square), exponent * 1.9082149292705877e-10)
    result = fused_multiply_add(exponent, 0.6931471803691238, f - (half - low))
    return _far_log1p_float64(x, x if x == 0.0 else result)


@typed
def _signed_power(x: Any, y: Any, size: Any) -> Any:
    """x**y where |x|**y is `size`, right wherever size is not for its special values."""
    half = y * 0.5
    whole = floor(y) == y
    odd = whole and floor(half) != half
    result = -size if odd and math.copysign(1.0, x) < 0.0 else size
    result = np.nan if x < 0.0 and not whole and x > -np.inf else result
    result = 1.0 if x == -1.0 and abs(y) == np.inf else result
    return 1.0 if y == 0.0 or x == 1.0 else result


@seldom(2.2250738585072014e-308, 1.7976931348623157e308)
@typed
def _far_pow_float64(x: Any, y: Any) -> Any:
    size = abs(x)
    small = size < 2.2250738585072014e-308
    usual = _power_float64(size * 18014398509481984.0 if small else size, y, 54.0 if small else 0.0)
    limits = exp_scaled_float64(y * log_float64(size), 0.0)
    return _signed_power(x, y, usual if size > 0.0 and size < np.inf and abs(y) < np.inf else limits)


@typed
def _power_float64(x: Any, y: Any, offset: Any) -> Any:
    """(x / 2**offset)**y for a positive normal x: y log(x) as a sum of two numbers, to 65 bits, then e to its power."""
    exponent = _exponent_float64(x) - offset
    f = _fraction_float64(x)
    # s = f / (2 + f) = s + s_low
    below = 2.0 + f
    inverse = 1.0 / below
    s = f * inverse
    s_low = (fused_multiply_add(-s, below, f) - s * ((2.0 - below) + f)) * inverse
    # z = s**2 = z + z_low; cube = (2/3 + z * tail(z)) * z as a sum of two
    z = s * s
    z_low = fused_multiply_add(s, s, -z) + 2.0 * s * s_low
    slope = 0.6666666666666666 + z * log_tail(z)
    slope_low = (0.6666666666666666 - slope) + (z * log_tail(z) + 3.700743415417188e-17)
    cube = slope * z
    cube_low = fused_multiply_add(slope, z, -cube) + slope * z_low + slope_low * z
    factor = 2.0 + cube
    factor_low = (2.0 - factor) + cube + cube_low
    high = s * factor
    low = fused_multiply_add(s, factor, -high) + s * factor_low + s_low * factor
    # + exponent * log(2)
    whole = exponent * 0.6931471805592082
    total = whole + high
    lost = high - (total - whole) if exponent != 0.0 else total - high
    low = low + lost + exponent * 7.371002565167799e-13
    high = total + low
    low = low - (high - total)
    product = y * high
    rest = fused_multiply_add(y, high, -product) + y * low
    limited = 710.0 if product > 710.0 else product
    limited = -746.0 if limited < -746.0 else limited
    rest = rest if abs(product) < 746.0 else 0.0
    shifted = fused_multiply_add(limited, 1.4426950408889634074, 6755399441055744.0)
    n = shifted - 6755399441055744.0
    r = fused_multiply_add(n, -0.693147180369123816490, limited)
    r = fused_multiply_add(n, -1.90821492927058770002e-10, r) + rest
    half = fused_multiply_add(n, 0.5, 6755399441055744.0)
    more = n - (half - 6755399441055744.0) + 6755399441055744.0
    power = fused_multiply_add(fused_multiply_add(exp(r), r, 0.5) * r, r, r) + 1.0
    return power * float64_from_bits((float64_bits(half) + 1023) << 52) * float64_from_bits((float64_bits(more) + 1023) << 52)


@typed
def pow_float64(x: Any, y: Any) -> Any:
    """x**y, with IEEE's answers for whole and infinite exponents and for 0 and 1."""
    return _far_pow_float64(x, y, 1.0 if x == 1.0 else _power_float64(x, y, 0.0))


@typed
def cbrt_float64(x: Any) -> Any:
    """The cube root: a third of the exponent, then Halley's method, the last step with the exact cube."""
    size = abs(x)
    small = size < 2.2250738585072014e-308
    scaled = size * 18014398509481984.0 if small else size
    exponent = _exponent_float64(scaled)
    third = round_half_even(exponent * 0.3333333333333333)
    m = (_fraction_float64(scaled) + 1.0) * power_of_two(exponent - 3.0 * third)
    y = 0.65 + 0.29 * m
    y = y * (y * y * y + 2.0 * m) / (2.0 * y * y * y + m)
    y = y * (y * y * y + 2.0 * m) / (2.0 * y * y * y + m)
    square = y * y
    rest = fused_multiply_add(-square, y, m) - fused_multiply_add(y, y, -square) * y
    y = y + rest / (3.0 * square)
    result = y * power_of_two(third - (18.0 if small else 0.0))
    result = -result if x < 0.0 else result
    return result if size > 0.0 and size < np.inf else x


# float64: the logarithm's kin


@seldom(-1e150, 1e150)
@typed
def _far_asinh_float64(x: Any) -> Any:
    size = abs(x)
    return math.copysign(log_float64(size) + 0.6931471805599453, x) if x == x else x


@typed
def asinh_float64(x: Any) -> Any:
    """The number whose hyperbolic sine is x: log1p(|x| + x**2 / (1 + sqrt(x**2 + 1)))."""
    size = abs(x)
    square = size * size
    result = log1p_float64(size + square / (1.0 + math.sqrt(square + 1.0)))
    return _far_asinh_float64(x, math.copysign(result, x))


@seldom(1.0, 1e150)
@typed
def _far_acosh_float64(x: Any) -> Any:
    return log_float64(x) + 0.6931471805599453 if x > 1.0 else np.nan


@typed
def acosh_float64(x: Any) -> Any:
    """The number whose hyperbolic cosine is x: log1p(t + sqrt(2 t + t**2)) with t = x - 1; NaN below 1."""
    t = x - 1.0
    return _far_acosh_float64(x, log1p_float64(t + math.sqrt(fused_multiply_add(t, t, t + t))))


@typed
def atanh_float64(x: Any) -> Any:
    """The number whose hyperbolic tangent is x: half of log1p(2 |x| / (1 - |x|))."""
    size = abs(x)
    return math.copysign(0.5 * log1p_float64((size + size) / (1.0 - size)), x)


@seldom(-708.0, 1.7976931348623157e308)
@typed
def _far_softplus_float64(x: Any) -> Any:
    return exp_scaled_float64(x, 0.0) if x == x else x


@typed
def softplus_float64(x: Any) -> Any:
    """log(1 + e**x), as `softplus_float32`."""
    t = exp_normal_float64(-708.0 if abs(x) > 708.0 else -abs(x))
    high = t > 0.41421356237309503
    f = fused_multiply_add(0.5, t, -0.5) if high else t
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    rest = f - (half - s * (half + square * log(square)))
    return _far_softplus_float64(x, (x if x > 0.0 else 0.0) + ((0.6931471805599453 if high else 0.0) + rest))


@seldom(1e-300, 0.9999999999999999)
@typed
def _far_logit_float64(x: Any) -> Any:
    return log_float64(x / (1.0 - x))


@typed
def logit_float64(x: Any) -> Any:
    """log(x / (1 - x)): log(a / b) with b scaled to the size of a is the series of (a - b) / (a + b)."""
    rest = 1.0 - x
    # the quotient's exponent, rounded: the difference of the logarithms that the bits are, which errs by up to 0.09
    bits = (float64_bits(x) - float64_bits(rest) + 0x0008000000000000) >> 52
    exponent = float64_from_bits(bits + 0x4338000000000000) - 6755399441055744.0
    scaled = rest * float64_from_bits((bits + 1023) << 52)
    # close to 1/2 the two parts of the sum would cancel, and the series reaches as far as it must
    centre = fused_multiply_add(2.0, x, -1.0)
    middle = abs(centre) <= 0.2
    exponent = 0.0 if middle else exponent
    s = (centre if middle else x - scaled) / (1.0 if middle else x + scaled)
    square = s * s
    low = fused_multiply_add(s * square, log_wide(square), exponent * 1.9082149292705877e-10)
    return _far_logit_float64(x, fused_multiply_add(exponent, 0.6931471803691238, fused_multiply_add(2.0, s, low)))
