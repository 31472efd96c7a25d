"""Functions of one number that LLVM can vectorize: branch-free polynomials, one per dtype.

In a compiled body `math.exp(x)` is the function of this file where VECTORIZED has one for the compute dtype, else libm's.
Special values are those of IEEE: exp(-inf) is 0, log(0) is -inf, NaN stays NaN. Errors are a few units in the last place,
tested over the whole range against float64. A zero of the wrong kind never appears, results below the normal range are
rounded gradually.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .primitives import (
    float32_bits,
    float32_from_bits,
    float64_from_bits,
    fused_multiply_add,
    round_half_even,
    typed,
)

_f = np.float32
_i = np.int32
_d = np.float64
_q = np.int64


@typed
def exp_float32(x: Any) -> Any:
    """e**x. Cody-Waite reduction to |r| <= ln(2)/2, a polynomial of degree 6, two steps of scaling for both ends."""
    bounded = min(max(x, _f(-104.0)), _f(89.0))
    n = round_half_even(bounded * _f(1.4426950408889634))
    r = fused_multiply_add(n, _f(-0.693145751953125), bounded)
    r = fused_multiply_add(n, _f(-1.428606765330187e-06), r)
    p = fused_multiply_add(_f(1.9875691500e-4), r, _f(1.3981999507e-3))
    p = fused_multiply_add(p, r, _f(8.3334519073e-3))
    p = fused_multiply_add(p, r, _f(4.1665795894e-2))
    p = fused_multiply_add(p, r, _f(1.6666665459e-1))
    p = fused_multiply_add(p, r, _f(5.0000001201e-1))
    p = fused_multiply_add(p * r, r, r) + _f(1)
    # 2**n as a product of two powers: neither 2**128 nor a subnormal power is a normal float32
    whole = _i(n)
    half = whole >> _i(1)
    scaled = p * float32_from_bits((half + _i(127)) << _i(23)) * float32_from_bits((whole - half + _i(127)) << _i(23))
    return scaled if x == x else x


@typed
def exp_float64(x: Any) -> Any:
    """e**x, as `exp_float32` with a polynomial of degree 13."""
    bounded = min(max(x, _d(-746.0)), _d(710.0))
    n = round_half_even(bounded * _d(1.4426950408889634074))
    r = fused_multiply_add(n, _d(-0.693147180369123816490), bounded)
    r = fused_multiply_add(n, _d(-1.90821492927058770002e-10), r)
    p = fused_multiply_add(_d(1.6059043836821613e-10), r, _d(2.08767569878681e-09))
    p = fused_multiply_add(p, r, _d(2.505210838544172e-08))
    p = fused_multiply_add(p, r, _d(2.755731922398589e-07))
    p = fused_multiply_add(p, r, _d(2.7557319223985893e-06))
    p = fused_multiply_add(p, r, _d(2.48015873015873e-05))
    p = fused_multiply_add(p, r, _d(1.984126984126984e-04))
    p = fused_multiply_add(p, r, _d(1.388888888888889e-03))
    p = fused_multiply_add(p, r, _d(8.333333333333333e-03))
    p = fused_multiply_add(p, r, _d(4.1666666666666664e-02))
    p = fused_multiply_add(p, r, _d(1.6666666666666666e-01))
    p = fused_multiply_add(p, r, _d(0.5))
    p = fused_multiply_add(p * r, r, r) + _d(1)
    whole = _q(n)
    half = whole >> _q(1)
    scaled = p * float64_from_bits((half + _q(1023)) << _q(52)) * float64_from_bits((whole - half + _q(1023)) << _q(52))
    return scaled if x == x else x


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
def log_float32(x: Any) -> Any:
    """The natural logarithm: x = 2**e * m with m in [sqrt(1/2), sqrt(2)), then Cephes' polynomial in m - 1."""
    small = x < _f(1.1754943508222875e-38)
    scaled = x * _f(8388608.0) if small else x
    bits = float32_bits(scaled)
    shifted = _i(bits - _i(0x3F3504F3))
    exponent = _f(_i(shifted >> _i(23))) - (_f(23) if small else _f(0))
    m = float32_from_bits(_i(_i(shifted & _i(0x007FFFFF)) + _i(0x3F3504F3))) - _f(1)
    square = m * m
    p = fused_multiply_add(_f(7.0376836292e-2), m, _f(-1.1514610310e-1))
    p = fused_multiply_add(p, m, _f(1.1676998740e-1))
    p = fused_multiply_add(p, m, _f(-1.2420140846e-1))
    p = fused_multiply_add(p, m, _f(1.4249322787e-1))
    p = fused_multiply_add(p, m, _f(-1.6668057665e-1))
    p = fused_multiply_add(p, m, _f(2.0000714765e-1))
    p = fused_multiply_add(p, m, _f(-2.4999993993e-1))
    p = fused_multiply_add(p, m, _f(3.3333331174e-1))
    tail = fused_multiply_add(exponent, _f(-2.12194440e-4), p * m * square)
    tail = fused_multiply_add(square, _f(-0.5), tail)
    result = fused_multiply_add(exponent, _f(0.693359375), m + tail)
    # x - x is NaN for infinity and NaN, and log keeps both
    result = x if not x < _f(np.inf) else result
    negative = _f(-np.inf) if x == _f(0) else _f(np.nan)
    return negative if x <= _f(0) else result


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


@typed
def erf_float32(x: Any) -> Any:
    """The error function: x plus a polynomial below 0.92, elsewhere 1 - e**polynomial."""
    size = abs(x)
    square = x * x
    far = fused_multiply_add(_f(-1.72853470e-5), size, _f(3.83197126e-4))
    low = fused_multiply_add(_f(-3.88396438e-3), size, _f(2.42546219e-2))
    far = fused_multiply_add(far, square, low)
    far = fused_multiply_add(far, size, _f(-1.06777877e-1))
    far = fused_multiply_add(far, size, _f(-6.34846687e-1))
    far = fused_multiply_add(far, size, _f(-1.28717512e-1))
    far = _f(1) - exp_float32(max(fused_multiply_add(far, size, -size), _f(-104.0)))
    far = -far if x < _f(0) else far
    near = fused_multiply_add(_f(-5.96761703e-4), square, _f(4.99119423e-3))
    near = fused_multiply_add(near, square, _f(-2.67681349e-2))
    near = fused_multiply_add(near, square, _f(1.12819925e-1))
    near = fused_multiply_add(near, square, _f(-3.76125336e-1))
    near = fused_multiply_add(near, square, _f(1.28379166e-1))
    near = fused_multiply_add(near, x, x)
    # beyond 4 the result is 1 to the last bit, and the polynomial is not meant for it
    far = (_f(1) if x > _f(0) else _f(-1)) if size > _f(4) else far
    result = near if size < _f(0.921875) else far
    return result if x == x else x


VECTORIZED: dict[tuple[str, str], Callable[..., Any]] = {
    ("exp", "float32"): exp_float32,
    ("exp", "float64"): exp_float64,
    ("expm1", "float32"): expm1_float32,
    ("log", "float32"): log_float32,
    ("tanh", "float32"): tanh_float32,
    ("erf", "float32"): erf_float32,
}
"""(name in `math`, compute dtype) -> what a body's call of it becomes."""
