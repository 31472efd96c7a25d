"""The error function and its kin: erf, erfc, erfinv, gelu in float32 and float64.

erf in float32 has polynomials of its own; all others are in polynomials.py.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiling.primitives import float32_bits, float32_from_bits, fused_multiply_add, seldom, typed
from .exponential import exp_normal_float32, exp_normal_float64, exp_scaled_float32, exp_scaled_float64
from .logarithm import log_normal_float32, log_normal_float64
from .polynomials import (
    erf,
    erfc_power,
    erfcx,
    erfcx_single,
    erfinv_center,
    erfinv_center_short,
    erfinv_end,
    erfinv_end_short,
    erfinv_middle,
    exp2_short,
    gelu_short,
)

_f = np.float32
_i = np.int32


@typed
def _near_erf_float32(x: Any, square: Any) -> Any:
    high = fused_multiply_add(_f(-5.96761703e-4), square, _f(4.99119423e-3))
    middle = fused_multiply_add(_f(-2.67681349e-2), square, _f(1.12819925e-1))
    low = fused_multiply_add(_f(-3.76125336e-1), square, _f(1.28379166e-1))
    fourth = square * square
    return fused_multiply_add(fused_multiply_add(fused_multiply_add(high, fourth, middle), fourth, low), x, x)


@typed
def erf_float32(x: Any) -> Any:
    """The error function: x plus a polynomial below 0.92, elsewhere 1 - e**polynomial."""
    # beyond 4 the result is 1 to the last bit; written so that NaN stays
    size = _f(4) if abs(x) > _f(4) else abs(x)
    square = size * size
    far = fused_multiply_add(_f(-1.72853470e-5), size, _f(3.83197126e-4))
    low = fused_multiply_add(_f(-3.88396438e-3), size, _f(2.42546219e-2))
    far = fused_multiply_add(far, square, low)
    far = fused_multiply_add(far, size, _f(-1.06777877e-1))
    far = fused_multiply_add(far, size, _f(-6.34846687e-1))
    far = fused_multiply_add(far, size, _f(-1.28717512e-1))
    far = _f(1) - exp_normal_float32(fused_multiply_add(far, size, -size))
    near = _near_erf_float32(size, square)
    result = math.copysign(near if size < _f(0.921875) else far, x)
    return result if x == x else x


@typed
def erfc_float32(x: Any) -> Any:
    """1 - erf(x) without cancellation: e**-x**2, with the square as a sum of two numbers, times a polynomial."""
    # beyond 10.1 the result is 0; written so that NaN stays
    size = _f(10.1) if abs(x) > _f(10.1) else abs(x)
    square = size * size
    low = fused_multiply_add(size, size, -square)
    quotient = erfcx_single((size - _f(2)) / (size + _f(2))) / fused_multiply_add(_f(2), size, _f(1))
    quotient = fused_multiply_add(-quotient, low, quotient)
    tail = exp_scaled_float32(-square, _i(24)) * quotient * _f(5.960464477539063e-08)
    tail = _f(2) - tail if x < _f(0) else tail
    return _f(1) - _near_erf_float32(x, square) if size < _f(0.5) else tail


@seldom(-9.0, math.inf)
@typed
def _far_gelu_float32(x: Any) -> Any:
    return x * (_f(0.5) * erfc_float32(x * _f(-0.7071067811865476)))


@typed
def gelu_float32(x: Any) -> Any:
    """x times the normal distribution function at x, which is 2**polynomial(|x|) below 0 and one less that above."""
    size = abs(x)
    power = gelu_short(_f(9) if size > _f(9) else size)
    shifted = power + _f(12582912.0)
    r = power - (shifted - _f(12582912.0))
    p = fused_multiply_add(exp2_short(r), r, _f(1))
    tail = float32_from_bits(_i(float32_bits(p) + _i(float32_bits(shifted) << _i(23))))
    # by the sign's bit, which costs nothing
    return _far_gelu_float32(x, x * (tail if float32_bits(x) < _i(0) else _f(1) - tail))


@typed
def gelu_float64(x: Any) -> Any:
    """x times the normal distribution function at x."""
    return x * 0.5 * erfc_float64(x * -0.7071067811865476)


@typed
def _far_erfc(size: Any) -> Any:
    """1 - erf(size) from 1/2 to 28, as `erfc_float32`; the square is taken as a sum of two numbers."""
    square = size * size
    low = fused_multiply_add(size, size, -square)
    quotient = erfcx((size - 3.0) / (size + 3.0)) / (1.0 + 2.0 * size)
    power = exp_scaled_float64(-square, 0.0)
    return quotient * (power - power * low)


@typed
def erfc_float64(x: Any) -> Any:
    """1 - erf(x) without cancellation."""
    size = min(abs(x), 28.0)
    tail = _far_erfc(size)
    tail = 2.0 - tail if x < 0.0 else tail
    near = 1.0 - fused_multiply_add(erf(x * x), x, x)
    result = near if size < 0.5 else tail
    return result if x == x else x


@typed
def erf_float64(x: Any) -> Any:
    """The error function: a polynomial below 1, elsewhere 1 - e**polynomial."""
    # beyond 5.93 the result is 1 to the last bit; written so that NaN stays
    size = 5.93 if abs(x) > 5.93 else abs(x)
    far = 1.0 - exp_normal_float64(erfc_power(size - 1.0))
    near = fused_multiply_add(erf(size * size), size, size)
    return x if x != x else math.copysign(near if size < 1.0 else far, x)


@typed
def erfinv_float64(x: Any) -> Any:
    """The number whose erf is x: x times a polynomial in w = -log(1 - x**2) or in its root."""
    w = -log_normal_float64(fused_multiply_add(-x, x, 1.0))
    return _far_erfinv_float64(x, x * erfinv_center(w - 3.0))


@seldom(-0.9987, 0.9987)
@typed
def _far_erfinv_float64(x: Any) -> Any:
    size = abs(x)
    if not size < 1.0:
        return x * np.inf if size == 1.0 else np.nan
    w = -log_normal_float64(fused_multiply_add(-x, x, 1.0))
    root = math.sqrt(w)
    return x * (erfinv_end(root - 5.0) if w > 16.0 else (erfinv_middle(root - 3.25) if w > 6.0 else erfinv_center(w - 3.0)))


@typed
def erfinv_float32(x: Any) -> Any:
    """The number whose erf is x: x times a polynomial in w = -log(1 - x**2) or in its root."""
    w = -log_normal_float32(fused_multiply_add(-x, x, _f(1)))
    center = w < _f(5)
    z = w - _f(2.5) if center else math.sqrt(w) - _f(3)
    factor = erfinv_center_short(z) if center else erfinv_end_short(z)
    return _far_erfinv_float32(x, x * factor)


@seldom(-0.99999994, 0.99999994)
@typed
def _far_erfinv_float32(x: Any) -> Any:
    return x * _f(np.inf) if abs(x) == _f(1) else _f(np.nan)
