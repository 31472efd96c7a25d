"""e**x and its kin: exp, exp2, expm1, sigmoid, sinh, cosh, tanh in float32 and float64.

Polynomials: Cephes' for exp in float32 (expf.c), the others are in polynomials.py.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling.primitives import (
    float32_bits,
    float32_from_bits,
    float64_bits,
    float64_from_bits,
    fused_multiply_add,
    round_half_even,
    seldom,
    typed,
)
from .polynomials import exp, exp2, exp2_short, sinh, sinh_short

_f = np.float32
_i = np.int32

# float32


@typed
def _power_float32(x: Any) -> Any:
    """(p, t) with e**x = (1 + p) * 2**n, where n is t - 12582912, in whose last bits it stands; |x| < 2**20, or NaN."""
    shifted = fused_multiply_add(x, _f(1.4426950408889634), _f(12582912.0))
    n = shifted - _f(12582912.0)
    r = fused_multiply_add(n, _f(-0.693145751953125), x)
    r = fused_multiply_add(n, _f(-1.428606765330187e-06), r)
    # Estrin's rule: as many operations as Horner's, which wait for each other half as long
    square = r * r
    high = fused_multiply_add(_f(1.9875691500e-4), r, _f(1.3981999507e-3))
    middle = fused_multiply_add(_f(8.3334519073e-3), r, _f(4.1665795894e-2))
    low = fused_multiply_add(_f(1.6666665459e-1), r, _f(5.0000001201e-1))
    p = fused_multiply_add(fused_multiply_add(high, square, middle), square, low)
    return fused_multiply_add(p, square, r), shifted


@typed
def exp_scaled_float32(x: Any, shift: Any) -> Any:
    """e**x * 2**shift. Cody-Waite reduction to |r| <= ln(2)/2, a polynomial of degree 7, two steps of scaling for both ends."""
    # written so that NaN stays
    bounded = _f(-104.0) if x < _f(-104.0) else x
    bounded = _f(90.0) if bounded > _f(90.0) else bounded
    p, shifted = _power_float32(bounded)
    # 2**n as a product of two powers: neither 2**128 nor a subnormal power is a normal float32
    whole = _i(float32_bits(shifted) + _i(shift - _i(0x4B400000)))
    half = whole >> _i(1)
    return (_f(1) + p) * float32_from_bits((half + _i(127)) << _i(23)) * float32_from_bits((whole - half + _i(127)) << _i(23))


@typed
def exp_float32(x: Any) -> Any:
    """e**x."""
    return exp_scaled_float32(x, _i(0))


@typed
def exp_normal_float32(x: Any) -> Any:
    """e**x for x from -87 to 88."""
    p, shifted = _power_float32(x)
    return float32_from_bits(_i(float32_bits(_f(1) + p) + _i(float32_bits(shifted) << _i(23))))


@seldom(-16.0, 87.0)
@typed
def _far_sigmoid_float32(x: Any) -> Any:
    # below -16 the 1 in 1 + e**-x would be rounded away
    power = exp_float32(x)
    return _f(1) if x > _f(0) else fused_multiply_add(-power, power, power)


@typed
def sigmoid_float32(x: Any) -> Any:
    """1 / (1 + e**-x)."""
    p, shifted = _power_float32(-x)
    power = float32_from_bits(_i(_i(float32_bits(shifted) + _i(127)) << _i(23)))
    # 1 + e**-x with one rounding less
    return _far_sigmoid_float32(x, _f(1) / fused_multiply_add(p, power, _f(1) + power))


@seldom(-126.0, 127.5)
@typed
def _far_exp2_float32(x: Any) -> Any:
    bounded = min(max(x, _f(-151.0)), _f(129.0))
    n = round_half_even(bounded)
    r = bounded - n
    whole = _i(n)
    half = whole >> _i(1)
    p = fused_multiply_add(exp2_short(r), r, _f(1))
    scaled = p * float32_from_bits((half + _i(127)) << _i(23)) * float32_from_bits((whole - half + _i(127)) << _i(23))
    return scaled if x == x else x


@typed
def exp2_float32(x: Any) -> Any:
    """2**x: the whole part moves the exponent."""
    shifted = x + _f(12582912.0)
    r = x - (shifted - _f(12582912.0))
    p = fused_multiply_add(exp2_short(r), r, _f(1))
    return _far_exp2_float32(x, float32_from_bits(_i(float32_bits(p) + _i(float32_bits(shifted) << _i(23)))))


@typed
def expm1_float32(x: Any) -> Any:
    """e**x - 1 without cancellation near 0: the polynomial of exp, with 2**n - 1 added to it as one exact number."""
    bounded = min(max(x, _f(-30.0)), _f(89.0))
    n = round_half_even(bounded * _f(1.4426950408889634))
    r = fused_multiply_add(n, _f(-0.693145751953125), bounded)
    r = fused_multiply_add(n, _f(-1.428606765330187e-06), r)
    p = fused_multiply_add(_f(1.9875691500e-4), r, _f(1.3981999507e-3))
    p = fused_multiply_add(p, r, _f(8.3334519073e-3))
    p = fused_multiply_add(p, r, _f(4.1665795894e-2))
    p = fused_multiply_add(p, r, _f(1.6666665459e-1))
    p = fused_multiply_add(p, r, _f(5.0000001201e-1))
    p = fused_multiply_add(p * r, r, r)
    # 2**128 is no float32, so half of it is used and the result doubled
    power = float32_from_bits((_i(n) + _i(126)) << _i(23))
    result = fused_multiply_add(p, power, power - _f(0.5)) * _f(2)
    return result if x < _f(0) or x > _f(0) else x


@typed
def sinh_float32(x: Any) -> Any:
    """The hyperbolic sine: an odd polynomial below 1, elsewhere half of e**|x| - e**-|x|."""
    size = abs(x)
    square = x * x
    near = fused_multiply_add(sinh_short(square) * square, x, x) if size > _f(0) else x
    half = exp_scaled_float32(size, _i(-1))
    far = half - _f(0.25) / half
    far = -far if x < _f(0) else far
    return near if size < _f(1) else far


@typed
def cosh_float32(x: Any) -> Any:
    """The hyperbolic cosine: half of e**|x| + e**-|x|."""
    half = exp_scaled_float32(abs(x), _i(-1))
    return half + _f(0.25) / half


@typed
def tanh_float32(x: Any) -> Any:
    """The hyperbolic tangent: an odd polynomial near 0, elsewhere 1 - 2 / (e**(2|x|) + 1)."""
    size = abs(x)
    square = x * x
    p = fused_multiply_add(_f(-5.70498872745e-3), square, _f(2.06390887954e-2))
    p = fused_multiply_add(p, square, _f(-5.37397155531e-2))
    p = fused_multiply_add(p, square, _f(1.33314422036e-1))
    p = fused_multiply_add(p, square, _f(-3.33332819422e-1))
    near = fused_multiply_add(p * square, x, x) if size > _f(0) else x
    far = _f(1) - _f(2) / (exp_float32(size + size) + _f(1))
    far = -far if x < _f(0) else far
    return near if size < _f(0.625) else far


# float64


@typed
def power_of_two(n: Any) -> Any:
    """2**n for a whole n from -1022 to 1023, by its bits; AVX2 has no conversion of float64 to int64, so an addition does it."""
    return float64_from_bits((float64_bits(n + 6755399441055744.0) + 1023) << 52)


@typed
def _exp_rest(r: Any) -> Any:
    """e**r - 1 for |r| <= ln(2) / 2."""
    return fused_multiply_add(fused_multiply_add(exp(r), r, 0.5) * r, r, r)


@typed
def exp_scaled_float64(x: Any, shift: Any) -> Any:
    """e**x * 2**shift for every x, as `exp_scaled_float32`."""
    bounded = min(max(x, -746.0), 711.0)
    n = round_half_even(bounded * 1.4426950408889634074)
    r = fused_multiply_add(n, -0.693147180369123816490, bounded)
    r = fused_multiply_add(n, -1.90821492927058770002e-10, r)
    whole = n + shift
    half = round_half_even(whole * 0.5)
    scaled = (_exp_rest(r) + 1.0) * power_of_two(half) * power_of_two(whole - half)
    return scaled if x == x else x


@typed
def exp_normal_float64(x: Any) -> Any:
    """e**x for x from -708 to 709."""
    shifted = fused_multiply_add(x, 1.4426950408889634074, 6755399441055744.0)
    n = shifted - 6755399441055744.0
    r = fused_multiply_add(n, -0.693147180369123816490, x)
    r = fused_multiply_add(n, -1.90821492927058770002e-10, r)
    return float64_from_bits(float64_bits(_exp_rest(r) + 1.0) + (float64_bits(shifted) << 52))


@seldom(-708.0, 709.0)
@typed
def _far_exp_float64(x: Any) -> Any:
    return exp_scaled_float64(x, 0.0)


@typed
def exp_float64(x: Any) -> Any:
    """e**x."""
    return _far_exp_float64(x, exp_normal_float64(x))


@seldom(-36.0, 700.0)
@typed
def _far_sigmoid_float64(x: Any) -> Any:
    power = exp_scaled_float64(-abs(x), 0.0)
    return (1.0 if x >= 0.0 else power) / (1.0 + power)


@typed
def sigmoid_float64(x: Any) -> Any:
    """1 / (1 + e**-x)."""
    return _far_sigmoid_float64(x, 1.0 / (1.0 + exp_normal_float64(-x)))


@seldom(-1022.0, 1023.0)
@typed
def _far_exp2_float64(x: Any) -> Any:
    bounded = min(max(x, -1076.0), 1025.0)
    n = round_half_even(bounded)
    half = round_half_even(n * 0.5)
    r = bounded - n
    scaled = fused_multiply_add(exp2(r), r, 1.0) * power_of_two(half) * power_of_two(n - half)
    return scaled if x == x else x


@typed
def exp2_float64(x: Any) -> Any:
    """2**x: the whole part moves the exponent."""
    shifted = x + 6755399441055744.0
    r = x - (shifted - 6755399441055744.0)
    p = fused_multiply_add(exp2(r), r, 1.0)
    return _far_exp2_float64(x, float64_from_bits(float64_bits(p) + (float64_bits(shifted) << 52)))


@typed
def expm1_float64(x: Any) -> Any:
    """e**x - 1 without cancellation near 0, as `expm1_float32`."""
    bounded = min(max(x, -60.0), 710.0)
    n = round_half_even(bounded * 1.4426950408889634074)
    r = fused_multiply_add(n, -0.693147180369123816490, bounded)
    r = fused_multiply_add(n, -1.90821492927058770002e-10, r)
    power = power_of_two(n - 1.0)
    result = fused_multiply_add(_exp_rest(r), power, power - 0.5) * 2.0
    return result if x < 0.0 or x > 0.0 else x


@typed
def sinh_float64(x: Any) -> Any:
    """The hyperbolic sine, as `sinh_float32`."""
    size = abs(x)
    square = x * x
    near = fused_multiply_add(sinh(square) * square, x, x) if size > 0.0 else x
    half = exp_scaled_float64(size, -1.0)
    far = half - 0.25 / half
    far = -far if x < 0.0 else far
    return near if size < 1.0 else far


@typed
def cosh_float64(x: Any) -> Any:
    """The hyperbolic cosine, as `cosh_float32`."""
    half = exp_scaled_float64(abs(x), -1.0)
    return half + 0.25 / half


@typed
def tanh_float64(x: Any) -> Any:
    """The hyperbolic tangent: t / (t + 2) with t = e**(2|x|) - 1, from 1 on 1 - 2 / (t + 2)."""
    size = abs(x)
    t = expm1_float64(min(size, 30.0) * 2.0)
    near = t / (t + 2.0)
    far = 1.0 - 2.0 / (t + 2.0)
    result = near if size < 1.0 else far
    result = -result if x < 0.0 else result
    return result if x < 0.0 or x > 0.0 else x
