"""Rarely used functions of mathematics: scalar functions that are plain loops and series, worked out in float64.

Each takes and gives numbers of the compute dtype. docs/accuracy.md has no rows for them: they are as exact as PyTorch's. The
Bessel functions are in special_bessel.py, the orthogonal polynomials in special_orthogonal.py.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..compiling.primitives import floor, implemented, typed
from .error import erfinv_float64
from .polynomials import erfcx as scaled_erfcx

Function = Callable[..., Any]


def in_float64(function: Function) -> Function:
    """A function of float64 numbers, which float32 numbers use too."""

    def one(x: Any) -> Any:
        return np.float32(function(np.float64(x)))

    def two(x: Any, y: Any) -> Any:
        return np.float32(function(np.float64(x), np.float64(y)))

    def specification(*arguments: Any) -> Any:
        return function(*arguments)

    # functions of `math` that it calls are those of float64
    function.__dict__["_compute"] = "float64"
    single = one if function.__code__.co_argcount == 1 else two
    single.__qualname__ = f"{function.__qualname__}_float32"
    specification.__name__, specification.__qualname__, specification.__doc__ = function.__name__, function.__qualname__, function.__doc__
    return implemented(float32=typed(single), float64=typed(function))(specification)


@typed
def erfcx_float64(x: Any) -> Any:
    """e**(x**2) erfc(x)."""
    if x != x:
        return x
    if x < 0.0:
        square = x * x
        return np.inf if x < -26.7 else 2.0 * math.exp(square) - erfcx_float64_positive(-x)
    return erfcx_float64_positive(x)


@typed
def erfcx_float64_positive(x: Any) -> Any:
    """e**(x**2) erfc(x) for x >= 0: a polynomial, from 28 on the asymptotic series."""
    if x > 28.0:
        inverse = 1.0 / x
        square = inverse * inverse
        return inverse * 0.5641895835477563 * (1.0 - square * (0.5 - square * (0.75 - square * (1.875 - square * 6.5625))))
    return scaled_erfcx((x - 3.0) / (x + 3.0)) / (1.0 + 2.0 * x)


erfcx = in_float64(erfcx_float64)


@in_float64
def ndtr(x: Any) -> Any:
    """The normal distribution function."""
    return 0.5 * math.erfc(x * -0.7071067811865476)


@in_float64
def log_ndtr(x: Any) -> Any:
    """The logarithm of the normal distribution function."""
    t = x * 0.7071067811865476
    if x < -1.0:
        return math.log(erfcx_float64(-t) * 0.5) - t * t
    return math.log1p(-0.5 * math.erfc(t))


@in_float64
def ndtri(p: Any) -> Any:
    """The number at which the normal distribution function is p; in the tails by Newton's method on its logarithm."""
    if p <= 0.0 or p >= 1.0 or p != p:
        return -np.inf if p == 0.0 else (np.inf if p == 1.0 else np.nan)
    if p > 0.001:
        return 1.4142135623730951 * erfinv_float64(2.0 * p - 1.0)
    wanted = math.log(p)
    y = math.sqrt(-2.0 * wanted)
    for _ in range(6):
        scaled = erfcx_float64_positive(y * 0.7071067811865476)
        y = y + (math.log(0.5 * scaled) - 0.5 * y * y - wanted) * scaled * 1.2533141373155003
    return -y


@typed
def _trigamma(x: Any, sine: Any) -> Any:
    """Moved up by 6, then the asymptotic series; reflected below 1/2, where `sine` is the one of pi x."""
    sign, total = 1.0, 0.0
    if x < 0.5:
        sign, total = -1.0, -9.869604401089358 / (sine * sine)
        x = 1.0 - x
    for _ in range(12):
        total += 1.0 / (x * x)
        x += 1.0
    square = 1.0 / (x * x)
    rest = square * (0.16666666666666666 - square * (0.03333333333333333 - square * (0.023809523809523808 - square * 0.03333333333333333)))
    return sign * (total + (1.0 + 1.0 / (2.0 * x) + rest) / x)


@typed
def _trigamma_float64(x: Any) -> Any:
    return _trigamma(x, math.sin(3.141592653589793 * x))


@typed
def _trigamma_float32(x: Any) -> Any:
    # the sine of pi at integers is rounding alone, and PyTorch's is the one of float32
    return np.float32(_trigamma(np.float64(x), np.float64(math.sin(np.float32(3.1415927410125732) * x))))


@implemented(float32=_trigamma_float32, float64=_trigamma_float64)
def trigamma(x: Any) -> Any:
    """The second derivative of log(gamma(x))."""
    return _trigamma_float64(x)


_ZETA = (
    12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.8924375803183791606e9, 7.47242496e10, -2.950130727918164224e12,
    1.1646782814350067249e14, -4.5979787224074726105e15, 1.8152105401943546773e17, -7.1661652561756670113e18,
)
"""(2k)! / B(2k)."""


@typed
def zeta_float64(s: Any, q: Any) -> Any:
    """The sum of 1 / (q + k)**s over k >= 0 (Hurwitz), by the Euler-Maclaurin formula as in Cephes (zeta.c)."""
    if s == 1.0:
        return np.inf
    if s < 1.0:
        return np.nan
    if q <= 0.0:
        if q == floor(q):
            return np.inf
        if s != floor(s):
            return np.nan
    if s != s or q != q:
        return np.nan
    total = math.pow(q, -s)
    place, term, step = q, 0.0, 0
    while step < 9 or place <= 9.0:
        step += 1
        place += 1.0
        term = math.pow(place, -s)
        total += term
        if abs(term) < 1.1102230246251565e-16 * abs(total):
            return total
    total += term * place / (s - 1.0) - 0.5 * term
    factor, k = 1.0, 0.0
    for divisor in _ZETA:
        factor *= s + k
        term = term / place
        change = factor * term / divisor
        total += change
        if abs(change) < 1.1102230246251565e-16 * abs(total):
            return total
        k += 1.0
        factor *= s + k
        term = term / place
        k += 1.0
    return total


zeta = in_float64(zeta_float64)


@in_float64
def polygamma_of_order(n: Any, x: Any) -> Any:
    """Derivative number n + 1 of log(gamma(x)), for n >= 2, without its sign: n! zeta(n + 1, x)."""
    return math.exp(math.lgamma(n + 1.0)) * zeta_float64(n + 1.0, x)


# Incomplete gamma functions (Abramowitz and Stegun 6.5.29 and 6.5.31)


@typed
def _gamma_factor(a: Any, x: Any) -> Any:
    """x**a * exp(-x) / gamma(a)."""
    return math.exp(a * math.log(x) - x - math.lgamma(a))


@typed
def _gamma_series(a: Any, x: Any) -> Any:
    term = 1.0 / a
    total = term
    place = a
    for _ in range(2000):
        place += 1.0
        term *= x / place
        total += term
        if term < total * 1e-17:
            break
    return total * _gamma_factor(a, x)


@typed
def _gamma_fraction(a: Any, x: Any) -> Any:
    """The continued fraction by Lentz's method."""
    tiny = 1e-300
    b = x + 1.0 - a
    c = 1.0 / tiny
    d = 1.0 / b
    result = d
    for at in range(1, 2000):
        step = -at * (at - a)
        b += 2.0
        d = step * d + b
        d = tiny if abs(d) < tiny else d
        c = b + step / c
        c = tiny if abs(c) < tiny else c
        d = 1.0 / d
        change = d * c
        result *= change
        if abs(change - 1.0) < 1e-16:
            break
    return result * _gamma_factor(a, x)


def _gamma_edge(a: Any, x: Any) -> Any:
    """igamma where neither series nor fraction is asked; -1 everywhere else."""
    if x < 0.0 or a < 0.0:
        return math.nan
    if a == 0.0:
        return 1.0 if x > 0.0 else math.nan
    if x == 0.0:
        return 0.0
    if a == math.inf:
        return math.nan if x == math.inf else 0.0
    if x == math.inf:
        return 1.0
    if a != a or x != x:
        return math.nan
    return -1.0


@in_float64
def igamma(a: Any, x: Any) -> Any:
    """The part of gamma(a) that lies below x, over gamma(a); NaN for negative arguments."""
    edge = _gamma_edge(a, x)
    if edge >= 0.0 or edge != edge:
        return edge
    return 1.0 - _gamma_fraction(a, x) if x > 1.0 and x > a else _gamma_series(a, x)


@in_float64
def igammac(a: Any, x: Any) -> Any:
    """1 - igamma(a, x), exact where that is small."""
    edge = _gamma_edge(a, x)
    if edge >= 0.0 or edge != edge:
        return 1.0 - edge
    return _gamma_fraction(a, x) if x > 1.0 and x > a else 1.0 - _gamma_series(a, x)
