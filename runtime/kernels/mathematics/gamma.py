"""The gamma function's logarithm and its slope: lgamma, digamma, worked out in float64 for both dtypes.

From 8 on Stirling's series; below it the argument is moved into [1, 2], where a polynomial (polynomials.py) times the
distances from the roots keeps small results exact; negative arguments by reflection.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling.primitives import ceil, fused_multiply_add, round_half_even, seldom, typed
from .logarithm import log_float64, log_middle_float64, log_normal_float64
from .polynomials import cos, digamma, digamma_root, lgamma, lgamma_middle, sin, stirling, stirling_middle

_f = np.float32
_d = np.float64


@typed
def _sine_of_turns(x: Any) -> Any:
    """sin(pi x) for x from 0 to 1/2."""
    small = min(x, 0.5 - x) * 3.141592653589793
    square = small * small
    sine = fused_multiply_add(sin(square) * square, small, small)
    cosine = fused_multiply_add(cos(square) * square, square, 1.0 - 0.5 * square)
    return sine if x <= 0.25 else cosine


@typed
def _steps(x: Any) -> Any:
    """How many times 1 is to be taken from x to reach the numbers up to 2; at most 6."""
    return min(max(ceil(x) - 2.0, 0.0), 6.0)


@typed
def _product(size: Any, steps: Any) -> Any:
    """(size - 1) (size - 2) ... (size - steps)."""
    product = size - 1.0 if steps > 0.0 else 1.0
    product = product * (size - 2.0) if steps > 1.0 else product
    product = product * (size - 3.0) if steps > 2.0 else product
    product = product * (size - 4.0) if steps > 3.0 else product
    product = product * (size - 5.0) if steps > 4.0 else product
    return product * (size - 6.0) if steps > 5.0 else product


@typed
def _positive_lgamma(size: Any) -> Any:
    """log(gamma(size)) for normal numbers."""
    steps = _steps(size)
    place = size - steps
    under = size < 1.0
    # places as distances from 1 and 2, which stay exact near both
    from_one = size if under else place - 1.0
    from_two = size - 1.0 if under else place - 2.0
    large = size >= 8.0
    logarithm = log_normal_float64(size if under or large else _product(size, steps))
    near = from_one * from_two * lgamma(from_one - 0.5) + (-logarithm if under else logarithm)
    inverse = 1.0 / size
    far = (size - 0.5) * (logarithm - 1.0) + (0.4189385332046728 + inverse * stirling(inverse * inverse))
    return far if large else near


@seldom(2.2250738585072014e-308, 1e300)
@typed
def _far_lgamma(x: Any) -> Any:
    """For negative numbers, for 0, the smallest and the largest, and NaN."""
    size = abs(x)
    if not size < 1e300:
        # below zero these are all whole numbers
        return np.inf if x < 0.0 else size * (log_float64(size) - 1.0)
    value = _positive_lgamma(size) if size > 1e-300 else -log_float64(size)
    if x > 0.0 or size == 0.0:
        return value
    turn = abs(size - round_half_even(size))
    return log_float64(3.141592653589793 / (size * _sine_of_turns(turn))) - value if turn > 0.0 else np.inf


@typed
def lgamma_float64(x: Any) -> Any:
    """log(|gamma(x)|)."""
    return _far_lgamma(x, _positive_lgamma(x))


@seldom(1.1754943508222875e-38, 3.4028234663852886e38)
@typed
def _far_lgamma_float32(x: Any) -> Any:
    return _f(lgamma_float64(_d(x)))


@typed
def lgamma_float32(x: Any) -> Any:
    """log(|gamma(x)|), as `_positive_lgamma` with shorter polynomials."""
    size = _d(x)
    steps = _steps(size)
    place = size - steps
    under = size < 1.0
    from_one = size if under else place - 1.0
    from_two = size - 1.0 if under else place - 2.0
    large = size >= 8.0
    logarithm = log_middle_float64(size if under or large else _product(size, steps))
    near = from_one * from_two * lgamma_middle(from_one - 0.5) + (-logarithm if under else logarithm)
    inverse = 1.0 / size
    far = (size - 0.5) * (logarithm - 1.0) + (0.4189385332046728 + inverse * stirling_middle(inverse * inverse))
    return _far_lgamma_float32(x, _f(far if large else near))


@typed
def _positive_digamma(start: Any) -> Any:
    """The slope of log(gamma(start)) above 0."""
    steps = _steps(start)
    place = start - steps
    # the sum of 1 / (start - k) as one quotient
    above, below = (1.0, start - 1.0) if steps > 0.0 else (0.0, 1.0)
    above = above * (start - 2.0) + below if steps > 1.0 else above
    below = below * (start - 2.0) if steps > 1.0 else below
    above = above * (start - 3.0) + below if steps > 2.0 else above
    below = below * (start - 3.0) if steps > 2.0 else below
    above = above * (start - 4.0) + below if steps > 3.0 else above
    below = below * (start - 4.0) if steps > 3.0 else below
    above = above * (start - 5.0) + below if steps > 4.0 else above
    below = below * (start - 5.0) if steps > 4.0 else below
    above = above * (start - 6.0) + below if steps > 5.0 else above
    below = below * (start - 6.0) if steps > 5.0 else below
    under = start < 1.0
    place = place + 1.0 if under else place
    above = -1.0 if under else above
    below = start if under else below
    from_root = (place - 1.4616321449683622) - 9.549995429965697e-17
    near = from_root * digamma_root(place - 1.5) + above / below
    inverse = 1.0 / start
    square = inverse * inverse
    far = log_normal_float64(start) - 0.5 * inverse - square * digamma(square)
    return far if start >= 8.0 else near


@seldom(1e-300, 1.7976931348623157e308)
@typed
def _far_digamma(x: Any) -> Any:
    """At and below 0 by reflection, close above 0, at infinity, and NaN."""
    if x == 0.0:
        return -1.0 / x
    if not x < np.inf:
        return x
    if x > 0.0:
        return _positive_digamma(x)
    value = _positive_digamma(1.0 - x) if x > -np.inf else np.nan
    rest = x - round_half_even(x)
    turn = abs(rest)
    cotangent = _sine_of_turns(0.5 - turn) / _sine_of_turns(turn)
    return value - 3.141592653589793 * (-cotangent if rest < 0.0 else cotangent) if turn > 0.0 else np.nan


@typed
def digamma_float64(x: Any) -> Any:
    """The slope of log(gamma(x)): poles are NaN, that at 0 is infinite."""
    return _far_digamma(x, _positive_digamma(x))


@typed
def digamma_float32(x: Any) -> Any:
    """The slope of log(gamma(x))."""
    return _f(digamma_float64(_d(x)))
