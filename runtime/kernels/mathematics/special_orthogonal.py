"""Orthogonal polynomials of degree n at x: Chebyshev's four kinds, Hermite's two, Laguerre's and Legendre's.

Degrees are floats, whose whole part counts; below 0, and where it is no integer of 64 bits, the polynomials are 0. Three-term
recurrences, and for high degrees inside (-1, 1) Chebyshev's trigonometric forms, as in PyTorch.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiling.primitives import truncate, typed
from .special_functions import in_float64


@typed
def _is_even(n: Any) -> Any:
    return truncate(n * 0.5) * 2.0 == n


@typed
def _chebyshev(first: Any, x: Any, n: Any) -> Any:
    """The polynomial of degree n >= 1 that follows 1 and `first` by p(k + 1) = 2 x p(k) - p(k - 1)."""
    before, last, k = 1.0, first, 1.0
    while k < n and last == last:
        before, last = last, (x + x) * last - before
        k += 1.0
    return last


@typed
def _chebyshev_t(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the first kind."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if n == 0.0:
        return 1.0
    if abs(x) == 1.0:
        return 1.0 if x > 0.0 or _is_even(n) else -1.0
    if n > 6.0 and abs(x) < 1.0:
        return math.cos(n * math.acos(x))
    return _chebyshev(x, x, n)


@typed
def _chebyshev_u(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the second kind."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if abs(x) == 1.0:
        return n + 1.0 if x > 0.0 or _is_even(n) else -(n + 1.0)
    if n > 8.0 and abs(x) < 1.0:
        angle = math.acos(x)
        sine = math.sin(angle)
        return math.sin((n + 1.0) * angle) / sine if sine != 0.0 else (n + 1.0) * math.cos((n + 1.0) * angle) / x
    return 1.0 if n == 0.0 else _chebyshev(x + x, x, n)


@typed
def _chebyshev_v(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the third kind."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if abs(x) == 1.0:
        return 1.0 if x > 0.0 else (n + n + 1.0 if _is_even(n) else -(n + n + 1.0))
    if n > 8.0 and abs(x) < 1.0:
        angle = math.acos(x)
        return math.cos((n + 0.5) * angle) / math.cos(angle * 0.5)
    return 1.0 if n == 0.0 else _chebyshev(x + x - 1.0, x, n)


@typed
def _chebyshev_w(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the fourth kind."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if abs(x) == 1.0:
        return n + n + 1.0 if x > 0.0 else (1.0 if _is_even(n) else -1.0)
    if n > 8.0 and abs(x) < 1.0:
        angle = math.acos(x)
        return math.sin((n + 0.5) * angle) / math.sin(angle * 0.5)
    return 1.0 if n == 0.0 else _chebyshev(x + x + 1.0, x, n)


chebyshev_t = in_float64(_chebyshev_t)
chebyshev_u = in_float64(_chebyshev_u)
chebyshev_v = in_float64(_chebyshev_v)
chebyshev_w = in_float64(_chebyshev_w)


@in_float64
def shifted_chebyshev_t(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the first kind at 2 x - 1."""
    return _chebyshev_t(x + x - 1.0, n)


@in_float64
def shifted_chebyshev_u(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the second kind at 2 x - 1."""
    return _chebyshev_u(x + x - 1.0, n)


@in_float64
def shifted_chebyshev_v(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the third kind at 2 x - 1."""
    return _chebyshev_v(x + x - 1.0, n)


@in_float64
def shifted_chebyshev_w(x: Any, n: Any) -> Any:
    """Chebyshev's polynomials of the fourth kind at 2 x - 1."""
    return _chebyshev_w(x + x - 1.0, n)


@typed
def _hermite(first: Any, slope: Any, step: Any, n: Any) -> Any:
    """The polynomial of degree n >= 1 that follows 1 and `first` by p(k + 1) = slope p(k) - step k p(k - 1)."""
    before, last, k = 1.0, first, 1.0
    while k < n and last == last:
        before, last = last, slope * last - step * k * before
        k += 1.0
    return last


@in_float64
def hermite_h(x: Any, n: Any) -> Any:
    """Hermite's polynomials as physicists use them; NaN above degree 512."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if n > 512.0:
        return np.nan
    return 1.0 if n == 0.0 else _hermite(x + x, x + x, 2.0, n)


@in_float64
def hermite_he(x: Any, n: Any) -> Any:
    """Hermite's polynomials as statisticians use them; NaN above degree 512."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if n > 512.0:
        return np.nan
    return 1.0 if n == 0.0 else _hermite(x, x, 1.0, n)


@in_float64
def laguerre_l(x: Any, n: Any) -> Any:
    """Laguerre's polynomials."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if n == 0.0 or x == 0.0:
        return 1.0
    before, last, k = 1.0, 1.0 - x, 1.0
    while k < n and last == last:
        before, last = last, ((k + k + (1.0 - x)) * last - k * before) / (k + 1.0)
        k += 1.0
    return last


@in_float64
def legendre_p(x: Any, n: Any) -> Any:
    """Legendre's polynomials."""
    n = truncate(n)
    if not 0.0 <= n < 9223372036854775808.0:
        return 0.0
    if n == 0.0:
        return 1.0
    if abs(x) == 1.0:
        return 1.0 if x > 0.0 or _is_even(n) else -1.0
    before, last, k = 1.0, x, 1.0
    while k < n and last == last:
        before, last = last, ((k + k + 1.0) * x * last - k * before) / (k + 1.0)
        k += 1.0
    return last
