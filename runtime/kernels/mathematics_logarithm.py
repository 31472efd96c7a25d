"""Logarithms and powers: log, log2, log10, log1p, pow, cbrt in float32 and float64.

float32 uses Cephes' polynomial (logf.c), float64 the series of log((1 + s) / (1 - s)) in polynomials.py, arranged as in
fdlibm (e_log.c, e_log2.c). Both split x = 2**e * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
"""
from __future__ import annotations

from typing import Any

import numpy as np

from .mathematics_exponential import exp_scaled_float64, power_of_two
from .polynomials import log, log_tail
from .primitives import (
    float32_bits,
    float32_from_bits,
    float64_bits,
    float64_from_bits,
    floor,
    fused_multiply_add,
    round_half_even,
    typed,
)

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
    p = fused_multiply_add(_f(7.0376836292e-2), m, _f(-1.1514610310e-1))
    p = fused_multiply_add(p, m, _f(1.1676998740e-1))
    p = fused_multiply_add(p, m, _f(-1.2420140846e-1))
    p = fused_multiply_add(p, m, _f(1.4249322787e-1))
    p = fused_multiply_add(p, m, _f(-1.6668057665e-1))
    p = fused_multiply_add(p, m, _f(2.0000714765e-1))
    p = fused_multiply_add(p, m, _f(-2.4999993993e-1))
    p = fused_multiply_add(p, m, _f(3.3333331174e-1))
    return p


@typed
def _limits_float32(x: Any, result: Any) -> Any:
    """`result` where x is positive and finite, else what every logarithm gives."""
    result = x if not x < _f(np.inf) else result
    outside = _f(-np.inf) if x == _f(0) else _f(np.nan)
    return outside if x <= _f(0) else result


@typed
def log_float32(x: Any) -> Any:
    """The natural logarithm."""
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    exponent = _exponent_float32(scaled) - (_f(23) if small else _f(0))
    m = _fraction_float32(scaled)
    square = m * m
    tail = fused_multiply_add(exponent, _f(-2.12194440e-4), _tail_float32(m) * m * square)
    tail = fused_multiply_add(square, _f(-0.5), tail)
    return _limits_float32(x, fused_multiply_add(exponent, _f(0.693359375), m + tail))


@typed
def log2_float32(x: Any) -> Any:
    """The logarithm to base 2."""
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    exponent = _exponent_float32(scaled) - (_f(23) if small else _f(0))
    m = _fraction_float32(scaled)
    square = m * m
    tail = fused_multiply_add(square, _f(-0.5), _tail_float32(m) * m * square)
    low = fused_multiply_add(m, _f(1.925963033500011e-08), tail * _f(1.4426950216293335))
    return _limits_float32(x, exponent + fused_multiply_add(m, _f(1.4426950216293335), low))


@typed
def log10_float32(x: Any) -> Any:
    """The logarithm to base 10."""
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    exponent = _exponent_float32(scaled) - (_f(23) if small else _f(0))
    m = _fraction_float32(scaled)
    square = m * m
    tail = fused_multiply_add(square, _f(-0.5), _tail_float32(m) * m * square)
    low = fused_multiply_add(m, _f(-1.0103049952192578e-08), tail * _f(0.4342944920063019))
    low = fused_multiply_add(exponent, _f(4.605039066518657e-06), low)
    high = fused_multiply_add(m, _f(0.4342944920063019), low)
    return _limits_float32(x, fused_multiply_add(exponent, _f(0.301025390625), high))


@typed
def log1p_float32(x: Any) -> Any:
    """log(1 + x): what 1 + x lost in rounding is given back to the fraction."""
    sum_ = _f(1) + x
    lost = x - (sum_ - _f(1)) if x < _f(1) else _f(1) - (sum_ - x)
    exponent = _exponent_float32(sum_)
    m = fused_multiply_add(lost, float32_from_bits(_i(_f(127) - min(exponent, _f(126))) << _i(23)), _fraction_float32(sum_))
    square = m * m
    tail = fused_multiply_add(exponent, _f(-2.12194440e-4), _tail_float32(m) * m * square)
    tail = fused_multiply_add(square, _f(-0.5), tail)
    result = fused_multiply_add(exponent, _f(0.693359375), m + tail)
    result = result if x < _f(np.inf) else x
    result = x if x == _f(0) else result
    outside = _f(-np.inf) if x == _f(-1) else _f(np.nan)
    return outside if x <= _f(-1) else result


@typed
def pow_float32(x: Any, y: Any) -> Any:
    """x**y: e**(y log|x|) in float64, with IEEE's answers for whole and infinite exponents and for 0 and 1."""
    wide, exponent = _d(x), _d(y)
    size = exp_scaled_float64(exponent * log_float64(abs(wide)), 0.0)
    return _f(_signed_power(wide, exponent, size))


@typed
def cbrt_float32(x: Any) -> Any:
    """The cube root."""
    return _f(cbrt_float64(_d(x)))


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
def log_float64(x: Any) -> Any:
    """The natural logarithm."""
    small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if small else x
    exponent = _exponent_float64(scaled) - (54.0 if small else 0.0)
    f = _fraction_float64(scaled)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    low = fused_multiply_add(s, half + square * log(square), exponent * 1.9082149292705877e-10)
    return _limits_float64(x, fused_multiply_add(exponent, 0.6931471803691238, f - (half - low)))


@typed
def log2_float64(x: Any) -> Any:
    """The logarithm to base 2: log(1 + f) as a sum of two numbers, times log2(e) as a sum of two."""
    small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if small else x
    exponent = _exponent_float64(scaled) - (54.0 if small else 0.0)
    f = _fraction_float64(scaled)
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
    return _limits_float64(x, total + (lost + rest))


@typed
def log10_float64(x: Any) -> Any:
    """The logarithm to base 10, as `log2_float64`."""
    small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if small else x
    exponent = _exponent_float64(scaled) - (54.0 if small else 0.0)
    f = _fraction_float64(scaled)
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
    return _limits_float64(x, total + (lost + rest))


@typed
def log1p_float64(x: Any) -> Any:
    """log(1 + x), as `log1p_float32`."""
    sum_ = 1.0 + x
    lost = x - (sum_ - 1.0) if x < 1.0 else 1.0 - (sum_ - x)
    exponent = _exponent_float64(sum_)
    f = fused_multiply_add(lost, power_of_two(max(-exponent, -1022.0)), _fraction_float64(sum_))
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    low = fused_multiply_add(s, half + square * log(square), exponent * 1.9082149292705877e-10)
    result = fused_multiply_add(exponent, 0.6931471803691238, f - (half - low))
    result = result if x < np.inf else x
    result = x if x == 0.0 else result
    outside = -np.inf if x == -1.0 else np.nan
    return outside if x <= -1.0 else result


@typed
def _signed_power(x: Any, y: Any, size: Any) -> Any:
    """x**y where |x|**y is `size`, right wherever size is not for its special values."""
    half = y * 0.5
    whole = floor(y) == y
    odd = whole and floor(half) != half
    result = -size if odd and (x < 0.0 or (x == 0.0 and 1.0 / x < 0.0)) else size
    result = np.nan if x < 0.0 and not whole and x > -np.inf else result
    result = 1.0 if x == -1.0 and abs(y) == np.inf else result
    return 1.0 if y == 0.0 or x == 1.0 else result


@typed
def pow_float64(x: Any, y: Any) -> Any:
    """x**y: y log|x| as a sum of two numbers, to 65 bits, then e to its power."""
    size = abs(x)
    small = size < 2.2250738585072014e-308
    scaled = size * 18014398509481984.0 if small else size
    exponent = _exponent_float64(scaled) - (54.0 if small else 0.0)
    f = _fraction_float64(scaled)
    # s = f / (2 + f) = s + s_low
    below = 2.0 + f
    s = f / below
    s_low = (fused_multiply_add(-s, below, f) - s * ((2.0 - below) + f)) / below
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
    limited = min(max(product, -746.0), 710.0)
    rest = rest if abs(product) < 746.0 else 0.0
    n = round_half_even(limited * 1.4426950408889634074)
    r = fused_multiply_add(n, -0.693147180369123816490, limited)
    r = fused_multiply_add(n, -1.90821492927058770002e-10, r)
    power = exp_scaled_float64(r + rest, n)
    limits = exp_scaled_float64(y * _limits_float64(size, total), 0.0)
    usual = size > 0.0 and size < np.inf and abs(y) < np.inf
    return _signed_power(x, y, power if usual else limits)


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
