"""The error function and its kin: erf, erfc, erfinv in float32 and float64.

erf in float32 has a polynomial of its own; all others are in polynomials.py.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from .mathematics_exponential import exp_float32, exp_float64
from .mathematics_logarithm import log_float64
from .polynomials import erf, erfcx, erfcx_short, erfinv_center, erfinv_end, erfinv_middle
from .primitives import fused_multiply_add, typed

_f = np.float32
_d = np.float64


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


@typed
def erfc_float32(x: Any) -> Any:
    """1 - erf(x) without cancellation: e**-x**2 times a polynomial, in float64."""
    wide = min(abs(_d(x)), 10.5)
    quotient = erfcx_short((wide - 2.0) / (wide + 2.0)) / (1.0 + 2.0 * wide)
    size = quotient * exp_float64(-wide * wide)
    result = _f(2.0 - size if x < _f(0) else size)
    return result if x == x else x


@typed
def _far_erfc(size: Any) -> Any:
    """1 - erf(size) from 1/2 to 28, as `erfc_float32`; the square is taken as a sum of two numbers."""
    square = size * size
    low = fused_multiply_add(size, size, -square)
    quotient = erfcx((size - 3.0) / (size + 3.0)) / (1.0 + 2.0 * size)
    power = exp_float64(-square)
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
    """The error function: a polynomial below 1, elsewhere 1 - erfc(x)."""
    size = abs(x)
    far = 1.0 - _far_erfc(min(size, 28.0))
    far = -far if x < 0.0 else far
    near = fused_multiply_add(erf(x * x), x, x)
    result = near if size < 1.0 else far
    return x if x == 0.0 or x != x else result


@typed
def erfinv_float64(x: Any) -> Any:
    """The number whose erf is x: x times a polynomial in w = -log(1 - x**2) or in its root."""
    w = -log_float64(fused_multiply_add(-x, x, 1.0))
    root = math.sqrt(w)
    factor = erfinv_center(w - 3.0)
    factor = erfinv_middle(root - 3.25) if w > 6.0 else factor
    factor = erfinv_end(root - 5.0) if w > 16.0 else factor
    result = x * factor
    result = x * np.inf if abs(x) == 1.0 else result
    return x if x == 0.0 else result


@typed
def erfinv_float32(x: Any) -> Any:
    """The number whose erf is x."""
    return _f(erfinv_float64(_d(x)))
