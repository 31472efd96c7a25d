"""Bessel functions of orders 0 and 1, modified ones, the spherical one of order 0, and Airy's, in float64.

Polynomials in special_polynomials.py; beyond 8 Bessel's functions are waves with slowly changing size and phase.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiling.primitives import typed
from .special_functions import in_float64
from .special_polynomials import (
    airy_f,
    airy_far,
    airy_g,
    airy_near,
    i0e_far,
    i0e_near,
    i1e_far,
    i1e_near,
    j0_near,
    j1_near,
    k0_near,
    k0e_far,
    k1_near,
    k1e_far,
    p0,
    p1,
    q0,
    q1,
    y0_near,
    y1_near,
)


@typed
def i0e_float64(x: Any) -> Any:
    """e**-|x| I0(x)."""
    size = abs(x)
    if size <= 8.0:
        return i0e_near(size * 0.25 - 1.0)
    return i0e_far(16.0 / size - 1.0) / math.sqrt(size)


@typed
def i1e_float64(x: Any) -> Any:
    """e**-|x| I1(x)."""
    size = abs(x)
    if size <= 8.0:
        return x * i1e_near(size * 0.25 - 1.0)
    return math.copysign(i1e_far(16.0 / size - 1.0) / math.sqrt(size), x)


@typed
def i0_float64(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0; NaN at infinity, as PyTorch's."""
    return i0e_float64(x) * math.exp(abs(x))


@typed
def i1_float64(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 1; NaN at infinity, as PyTorch's."""
    return i1e_float64(x) * math.exp(abs(x))


@typed
def scaled_k0_float64(x: Any) -> Any:
    """e**x K0(x): infinite at 0, NaN below."""
    if not x > 0.0:
        return np.inf if x == 0.0 else np.nan
    if x <= 2.0:
        return (k0_near(x * x * 0.5 - 1.0) - math.log(0.5 * x) * i0_float64(x)) * math.exp(x)
    return k0e_far(4.0 / x - 1.0) / math.sqrt(x)


@typed
def scaled_k1_float64(x: Any) -> Any:
    """e**x K1(x): infinite at 0, NaN below."""
    if not x > 0.0:
        return np.inf if x == 0.0 else np.nan
    if x <= 2.0:
        return (k1_near(x * x * 0.5 - 1.0) / x + math.log(0.5 * x) * i1_float64(x)) * math.exp(x)
    return k1e_far(4.0 / x - 1.0) / math.sqrt(x)


@in_float64
def k0(x: Any) -> Any:
    """The modified Bessel function of the second kind and order 0."""
    return scaled_k0_float64(x) * math.exp(-x)


@in_float64
def k1(x: Any) -> Any:
    """The modified Bessel function of the second kind and order 1."""
    return scaled_k1_float64(x) * math.exp(-x)


i0, i0e, i1, i1e = in_float64(i0_float64), in_float64(i0e_float64), in_float64(i1_float64), in_float64(i1e_float64)
scaled_k0, scaled_k1 = in_float64(scaled_k0_float64), in_float64(scaled_k1_float64)


@typed
def j0_float64(x: Any) -> Any:
    """The Bessel function of the first kind and order 0."""
    size = abs(x)
    if size <= 8.0:
        return j0_near(x * x * 0.03125 - 1.0)
    z = 128.0 / (x * x) - 1.0
    angle = size - 0.7853981633974483
    return 0.7978845608028654 / math.sqrt(size) * (p0(z) * math.cos(angle) - 8.0 / size * q0(z) * math.sin(angle))


@typed
def j1_float64(x: Any) -> Any:
    """The Bessel function of the first kind and order 1."""
    size = abs(x)
    if size <= 8.0:
        return x * j1_near(x * x * 0.03125 - 1.0)
    z = 128.0 / (x * x) - 1.0
    angle = size - 2.356194490192345
    return math.copysign(0.7978845608028654, x) / math.sqrt(size) * (p1(z) * math.cos(angle) - 8.0 / size * q1(z) * math.sin(angle))


j0, j1 = in_float64(j0_float64), in_float64(j1_float64)


@in_float64
def y0(x: Any) -> Any:
    """The Bessel function of the second kind and order 0: minus infinity at 0, NaN below."""
    if not x > 0.0:
        return -np.inf if x == 0.0 else np.nan
    if x <= 8.0:
        return y0_near(x * x * 0.03125 - 1.0) + 0.6366197723675814 * math.log(x) * j0_float64(x)
    z = 128.0 / (x * x) - 1.0
    angle = x - 0.7853981633974483
    return 0.7978845608028654 / math.sqrt(x) * (p0(z) * math.sin(angle) + 8.0 / x * q0(z) * math.cos(angle))


@in_float64
def y1(x: Any) -> Any:
    """The Bessel function of the second kind and order 1: minus infinity at 0, NaN below."""
    if not x > 0.0:
        return -np.inf if x == 0.0 else np.nan
    if x <= 8.0:
        return x * y1_near(x * x * 0.03125 - 1.0) + 0.6366197723675814 * (math.log(x) * j1_float64(x) - 1.0 / x)
    z = 128.0 / (x * x) - 1.0
    angle = x - 2.356194490192345
    return 0.7978845608028654 / math.sqrt(x) * (p1(z) * math.sin(angle) + 8.0 / x * q1(z) * math.cos(angle))


@in_float64
def spherical_j0(x: Any) -> Any:
    """sin(x) / x."""
    if abs(x) == np.inf:
        return 0.0
    if abs(x) < 1e-8:
        return 1.0
    return math.sin(x) / x


@in_float64
def airy_ai(x: Any) -> Any:
    """Airy's function; NaN at both infinities."""
    if abs(x) == np.inf:
        return np.nan
    if x > 103.892:
        return 0.0
    size = abs(x)
    zeta = 0.6666666666666666 * size * math.sqrt(size)
    if x > 2.0:
        return 0.28209479177387814 * math.exp(-zeta) * airy_far(3.7712 / zeta - 1.0) / math.sqrt(math.sqrt(size))
    if x >= -6.0:
        return airy_near((x + 2.0) * 0.25)
    ratio = 9.79 / zeta
    z = 2.0 * ratio * ratio - 1.0
    wave = math.sin(zeta + 0.7853981633974483) * airy_f(z) - math.cos(zeta + 0.7853981633974483) * airy_g(z) / zeta
    return 0.5641895835477563 * wave / math.sqrt(math.sqrt(size))
