"""Writes runtime/kernels/mathematics/polynomials.py: the polynomials of the vectorized mathematics, made with mpmath.

    python tests/golden/make_polynomials.py

Those of ROWS are the interpolants at Chebyshev points, those of LEVELLED have the smallest largest error, weighted where the
row says so (Remez' exchange); worked out with 60 digits and then rounded. The largest error over a dense grid, before rounding,
stands in the docstring. Needs mpmath, which nothing else does.
"""
from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mpf

mpmath.mp.dps = 60
TARGET = Path(__file__).parents[2] / "runtime" / "kernels" / "mathematics" / "polynomials.py"
Function = Callable[[Any], Any]


def odd(function: Function) -> Function:
    """(f(x) / x - 1) / x**2 of an odd function with slope 1, as a function of z = x**2."""

    def rest(z: Any) -> Any:
        if abs(z) < mpf(10) ** -12:
            return mpmath.diff(lambda x: function(x), 0, 3) / 6
        x = mpmath.sqrt(z)
        return (function(x) / x - 1) / z

    return rest


def log_rest(z: Any) -> Any:
    if abs(z) < mpf(10) ** -12:
        return mpf(2) / 3 + z * 2 / 5
    s = mpmath.sqrt(z)
    return (2 * mpmath.atanh(s) / s - 2) / z


def log_rest_after_cube(z: Any) -> Any:
    return mpf(2) / 5 + mpf(2) / 7 * z if abs(z) < mpf(10) ** -12 else (log_rest(z) - mpf(2) / 3) / z


def cos_rest(z: Any) -> Any:
    if abs(z) < mpf(10) ** -12:
        return mpf(1) / 24 - z / 720
    return (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2


def erfcx_at(scale: int) -> Function:
    def at(t: Any) -> Any:
        x = scale * (1 + t) / (1 - t)
        return mpmath.erfc(x) * mpmath.exp(x * x) * (1 + 2 * x)

    return at


def erf_rest(z: Any) -> Any:
    if abs(z) < mpf(10) ** -30:
        return 2 / mpmath.sqrt(mpmath.pi) - 1
    x = mpmath.sqrt(z)
    return mpmath.erf(x) / x - 1


def erfinv_of(w: Any) -> Any:
    """erfinv(x) / x with w = -log(1 - x**2)."""
    if w < mpf(10) ** -25:
        return mpmath.sqrt(mpmath.pi) / 2
    x = mpmath.sqrt(-mpmath.expm1(-w))
    # 1 - x without cancellation, then Newton on erfc
    rest = mpmath.exp(-w) / (1 + x)
    y = mpmath.sqrt(w) if w > 1 else mpmath.erfinv(x)
    for _ in range(60 if w > 1 else 0):
        step = (mpmath.erfc(y) - rest) * mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(y * y)
        y += step
        if abs(step) < mpf(10) ** -50:
            break
    return y / x


def lgamma_rest(x: Any) -> Any:
    """log(gamma(x)) / ((x - 1) (x - 2))."""
    for root in (1, 2):
        if abs(x - root) < mpf(10) ** -20:
            x = root + mpf(10) ** -20
    return mpmath.loggamma(x) / ((x - 1) * (x - 2))


def stirling_rest(z: Any) -> Any:
    """What Stirling's formula leaves of log(gamma(x)), times x, with z = 1 / x**2."""
    if abs(z) < mpf(10) ** -12:
        return mpf(1) / 12 - z / 360
    x = 1 / mpmath.sqrt(z)
    return x * (mpmath.loggamma(x) - (x - 0.5) * mpmath.log(x) + x - mpmath.log(2 * mpmath.pi) / 2)


def digamma_rest(z: Any) -> Any:
    """(log(x) - 1/(2x) - digamma(x)) x**2 with z = 1 / x**2."""
    if abs(z) < mpf(10) ** -12:
        return mpf(1) / 12 - z / 120
    x = 1 / mpmath.sqrt(z)
    return (mpmath.log(x) - 1 / (2 * x) - mpmath.digamma(x)) * x * x


def digamma_near_root(x: Any) -> Any:
    """digamma(x) / (x - its positive root)."""
    root = mpmath.findroot(mpmath.digamma, mpf("1.4616321449683623"))
    if abs(x - root) < mpf(10) ** -25:
        return mpmath.psi(1, root)
    return mpmath.digamma(x) / (x - root)


SMALL_LOG = (3 - 2 * mpmath.sqrt(2)) ** 2 * mpf("1.001")
QUARTER = (mpmath.pi / 4) ** 2 * mpf("1.0001")
ROWS: list[tuple[str, str, Function, Any, Any, int, Any]] = [
    # name, what it approximates, function, from, to, degree, the point that is 0
    ("log", "(log((1 + s) / (1 - s)) / s - 2) / z with z = s**2", log_rest, 0, SMALL_LOG, 6, 0),
    ("log_wide", "as `log`", log_rest, 0, mpf("0.0402"), 7, 0),
    ("log_tail", "((log((1 + s) / (1 - s)) / s - 2) / z - 2/3) / z with z = s**2", log_rest_after_cube, 0, SMALL_LOG, 6, 0),
    ("sin", "(sin(x) / x - 1) / z with z = x**2", odd(mpmath.sin), 0, QUARTER, 6, 0),
    ("cos", "(cos(x) - 1 + z / 2) / z**2 with z = x**2", cos_rest, 0, QUARTER, 5, 0),
    ("sin_short", "as `sin`, for float32", odd(mpmath.sin), 0, QUARTER, 3, 0),
    ("cos_short", "as `cos`, for float32", cos_rest, 0, QUARTER, 2, 0),
    ("asin", "(asin(x) / x - 1) / z with z = x**2", odd(mpmath.asin), 0, mpf("0.25"), 12, 0),
    ("asin_short", "as `asin`, for float32", odd(mpmath.asin), 0, mpf("0.25"), 5, 0),
    ("atan", "(atan(x) / x - 1) / z with z = x**2", odd(mpmath.atan), 0, mpf("0.25"), 13, 0),
    ("atan_short", "as `atan`, for float32", odd(mpmath.atan), 0, mpf("0.25"), 6, 0),
    ("sinh", "(sinh(x) / x - 1) / z with z = x**2", odd(mpmath.sinh), 0, mpf(1), 7, 0),
    ("sinh_short", "as `sinh`, for float32", odd(mpmath.sinh), 0, mpf(1), 3, 0),
    ("erf", "erf(x) / x - 1 with z = x**2", erf_rest, 0, mpf(1), 11, 0),
    ("erfcx", "erfc(x) exp(x**2) (1 + 2x) with z = (x - 3) / (x + 3)", erfcx_at(3), mpf(-1), mpf("0.81"), 25, 0),
    ("erfinv_center", "erfinv(x) / x with z = w - 3, w = -log(1 - x**2)", erfinv_of, 0, 6, 22, 3),
    ("erfinv_middle", "erfinv(x) / x with z = sqrt(w) - 3.25", lambda s: erfinv_of(s * s), mpmath.sqrt(6), 4, 18, mpf("3.25")),
    ("erfinv_end", "erfinv(x) / x with z = sqrt(w) - 5", lambda s: erfinv_of(s * s), 4, mpf("6.2"), 18, 5),
    ("lgamma", "log(gamma(x)) / ((x - 1) (x - 2)) with z = x - 1.5", lgamma_rest, 1, 2, 20, mpf("1.5")),
    ("stirling", "x (log(gamma(x)) - (x - 1/2) log(x) + x - log(2 pi) / 2) with z = 1 / x**2", stirling_rest, 0, mpf(1) / 64, 7, 0),
    ("digamma", "(log(x) - 1 / 2x - digamma(x)) x**2 with z = 1 / x**2", digamma_rest, 0, mpf(1) / 64, 7, 0),
    ("digamma_root", "digamma(x) / (x - root) with z = x - 1.5", digamma_near_root, 1, 2, 22, mpf("1.5")),
]


def exp2_rest(z: Any) -> Any:
    return (mpmath.power(2, z) - 1) / z if abs(z) > mpf(10) ** -12 else mpmath.log(2)


def exp_rest(z: Any) -> Any:
    return (mpmath.exp(z) - 1 - z - z * z / 2) / z**3 if abs(z) > mpf(10) ** -10 else mpf(1) / 6 + z / 24


def tail_bits(x: Any) -> Any:
    """The logarithm to base 2 of the part of the normal distribution beyond x."""
    return mpmath.log(mpmath.erfc(x / mpmath.sqrt(2)) / 2, 2)


def even(z: Any) -> Any:
    return mpf(1)


HALF_LOG = mpmath.log(2) / 2 * mpf("1.001")
LEVELLED: list[tuple[str, str, Function, Any, Any, int, Function]] = [
    # name, what it approximates, function of z, from, to, degree, weight
    ("exp2_short", "(2**z - 1) / z, for float32", exp2_rest, mpf("-0.5"), mpf("0.5"), 5, even),
    ("exp2", "(2**z - 1) / z", exp2_rest, mpf("-0.5"), mpf("0.5"), 11, even),
    ("exp2_middle", "as `exp2`, for float32 in float64", exp2_rest, mpf("-0.5"), mpf("0.5"), 6, even),
    ("exp", "(e**z - 1 - z - z**2 / 2) / z**3", exp_rest, -HALF_LOG, HALF_LOG, 9, even),
    ("atanh_short", "(atanh(x) / x - 1) / z with z = x**2, for float32", odd(mpmath.atanh), 0, mpf("0.25"), 5, lambda z: z + mpf("1e-3")),
    ("log_short", "as `log`, for float32 in float64", log_rest, 0, SMALL_LOG, 3, lambda z: z + mpf("1e-4")),
    (
        "gelu_short", "log2(erfc(z / sqrt(2)) / 2), weighted by exp(-z**2 / 4) or 2e-4, for float32",
        tail_bits, 0, mpf("9"), 11, lambda z: max(mpmath.exp(-z * z / 4), mpf("2e-4")),
    ),
    (
        "erfc_power", "log(erfc(z + 1)), weighted by erfc(z + 1)",
        lambda z: mpmath.log(mpmath.erfc(z + 1)), 0, mpf("4.93"), 17, lambda z: mpmath.erfc(z + 1),
    ),
    ("lgamma_middle", "as `lgamma`, for float32 in float64", lambda z: lgamma_rest(z + mpf("1.5")), mpf("-0.5"), mpf("0.5"), 10, even),
    ("stirling_middle", "as `stirling`, for float32 in float64", stirling_rest, 0, mpf(1) / 64, 3, even),
    ("erfcx_single", "as `erfcx`, for float32, with z = (x - 2) / (x + 2)", erfcx_at(2), mpf(-1), mpf("0.68"), 9, even),
    (
        "erfinv_center_short", "erfinv(x) / x with z = w - 2.5, w = -log(1 - x**2), for float32",
        lambda z: erfinv_of(z + mpf("2.5")), mpf("-2.5"), mpf("2.5"), 9, even,
    ),
    (
        "erfinv_end_short", "erfinv(x) / x with z = sqrt(w) - 3, for float32",
        lambda z: erfinv_of((z + 3) ** 2), mpmath.sqrt(5) - 3, mpmath.sqrt(mpf("16.7")) - 3, 9, even,
    ),
]


def levelled(function: Function, low: Any, high: Any, degree: int, weight: Function) -> tuple[list[Any], Any]:
    """Coefficients, lowest first, whose largest weighted error is as small as may be, and that error."""
    low, high, count = mpf(low), mpf(high), degree + 2
    grid = [(low + high) / 2 + (high - low) / 2 * mpmath.cos(mpmath.pi * (600 - k) / 600) for k in range(601)]
    exact, weights = [function(place) for place in grid], [weight(place) for place in grid]
    chosen = [round(600 * k / (count - 1)) for k in range(count)]
    coefficients: list[Any] = []
    errors: list[Any] = []
    for _ in range(12):
        rows = [[grid[k] ** power for power in range(degree + 1)] + [(-1) ** at / weights[k]] for at, k in enumerate(chosen)]
        solved = mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix([exact[k] for k in chosen]))
        coefficients = [solved[power] for power in range(degree + 1)]
        errors = [weights[k] * (exact[k] - mpmath.polyval(coefficients[::-1], grid[k])) for k in range(601)]
        extremes: list[int] = []
        for k in range(601):
            if not extremes or (errors[k] > 0) != (errors[extremes[-1]] > 0):
                extremes.append(k)
            elif abs(errors[k]) > abs(errors[extremes[-1]]):
                extremes[-1] = k
        while len(extremes) > count:
            extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
        if len(extremes) < count:
            break
        chosen = extremes
    return coefficients, max(abs(error) for error in errors)


def beyond(start: int, function: Function) -> Function:
    """Of z = 2 start / x - 1, for x from `start` to infinity."""
    return lambda z: function(2 * mpf(start) / (z + 1)) if z > mpf(-1) + mpf(10) ** -6 else beyond(start, function)(mpf(-1) + mpf(10) ** -5)


def near_zero(x: Any) -> Any:
    return max(x, mpf(10) ** -12)


def bessel_waves(order: int, x: Any) -> tuple[Any, Any]:
    """(P, Q x / 8) with J = sqrt(2 / (pi x)) (P cos(a) - Q sin(a)), Y with (P sin(a) + Q cos(a)); a = x - (order / 2 + 1/4) pi."""
    angle = x - (2 * order + 1) * mpmath.pi / 4
    first, second = mpmath.besselj(order, x), mpmath.bessely(order, x)
    size = mpmath.sqrt(mpmath.pi * x / 2)
    cosine, sine = mpmath.cos(angle), mpmath.sin(angle)
    return size * (first * cosine + second * sine), size * (second * cosine - first * sine) * x / 8


def squared(top: int, function: Function) -> Function:
    """Of z = 2 (x / top)**2 - 1, for x up to `top`."""
    return lambda z: function(near_zero(top * mpmath.sqrt((z + 1) / 2)))


def inverse_squared(function: Function) -> Function:
    """Of z = 2 (8 / x)**2 - 1, for x from 8 to infinity."""
    return lambda z: function(8 / mpmath.sqrt(max((z + 1) / 2, mpf(10) ** -6)))


def airy_waves(x: Any) -> tuple[Any, Any]:
    """(F, G zeta) with Ai(-x) = (sin(zeta + pi / 4) F - cos(zeta + pi / 4) G) / (sqrt(pi) x**(1/4)), zeta = 2/3 x**1.5."""
    zeta = 2 * x * mpmath.sqrt(x) / 3
    size = mpmath.sqrt(mpmath.pi) * mpmath.root(x, 4)
    sine, cosine = mpmath.sin(zeta + mpmath.pi / 4), mpmath.cos(zeta + mpmath.pi / 4)
    first, second = mpmath.airyai(-x) * size, mpmath.airybi(-x) * size
    return first * sine + second * cosine, (second * sine - first * cosine) * zeta


def airy_place(z: Any) -> Any:
    """x of z = 2 (9.79 / zeta)**2 - 1."""
    return mpmath.root(1.5 * mpf("9.79") / mpmath.sqrt(max((z + 1) / 2, mpf(10) ** -6)), 3) ** 2


def scaled_i1(x: Any) -> Any:
    """e**-x I1(x) / x."""
    return mpmath.exp(-x) * mpmath.besseli(1, x) / x


def scaled_airy(t: Any) -> Any:
    """Ai(x) 2 sqrt(pi) x**(1/4) e**zeta with t = 1 / zeta, zeta = 2/3 x**1.5."""
    zeta = 1 / max(t, mpf(10) ** -4)
    x = mpmath.root(1.5 * zeta, 3) ** 2
    return mpmath.airyai(x) * 2 * mpmath.sqrt(mpmath.pi) * mpmath.root(x, 4) * mpmath.exp(zeta)


log, pi = mpmath.log, mpmath.pi
BESSEL_TARGET = TARGET.with_name("special_polynomials.py")
BESSEL: list[tuple[str, str, Function, int]] = [
    # name, what it approximates, function of z from -1 to 1, degree
    ("i0e_near", "e**-x I0(x) with z = x / 4 - 1", lambda z: mpmath.exp(-4 * (z + 1)) * mpmath.besseli(0, 4 * (z + 1)), 24),
    (
        "i0e_far", "sqrt(x) e**-x I0(x) with z = 16 / x - 1",
        beyond(8, lambda x: mpmath.sqrt(x) * mpmath.exp(-x) * mpmath.besseli(0, x)), 20,
    ),
    (
        "i1e_near", "e**-x I1(x) / x with z = x / 4 - 1",
        lambda z: scaled_i1(near_zero(4 * (z + 1))), 24,
    ),
    (
        "i1e_far", "sqrt(x) e**-x I1(x) with z = 16 / x - 1",
        beyond(8, lambda x: mpmath.sqrt(x) * mpmath.exp(-x) * mpmath.besseli(1, x)), 20,
    ),
    (
        "k0_near", "K0(x) + log(x / 2) I0(x) with z = x**2 / 2 - 1",
        squared(2, lambda x: mpmath.besselk(0, x) + log(x / 2) * mpmath.besseli(0, x)), 9,
    ),
    ("k0e_far", "sqrt(x) e**x K0(x) with z = 4 / x - 1", beyond(2, lambda x: mpmath.sqrt(x) * mpmath.exp(x) * mpmath.besselk(0, x)), 22),
    (
        "k1_near", "x (K1(x) - log(x / 2) I1(x)) with z = x**2 / 2 - 1",
        squared(2, lambda x: x * (mpmath.besselk(1, x) - log(x / 2) * mpmath.besseli(1, x))), 9,
    ),
    ("k1e_far", "sqrt(x) e**x K1(x) with z = 4 / x - 1", beyond(2, lambda x: mpmath.sqrt(x) * mpmath.exp(x) * mpmath.besselk(1, x)), 22),
    ("j0_near", "J0(x) with z = x**2 / 32 - 1", squared(8, lambda x: mpmath.besselj(0, x)), 17),
    ("j1_near", "J1(x) / x with z = x**2 / 32 - 1", squared(8, lambda x: mpmath.besselj(1, x) / x), 17),
    (
        "y0_near", "Y0(x) - 2 / pi log(x) J0(x) with z = x**2 / 32 - 1",
        squared(8, lambda x: mpmath.bessely(0, x) - 2 / pi * log(x) * mpmath.besselj(0, x)), 17,
    ),
    (
        "y1_near", "(Y1(x) - 2 / pi (log(x) J1(x) - 1 / x)) / x with z = x**2 / 32 - 1",
        squared(8, lambda x: (mpmath.bessely(1, x) - 2 / pi * (log(x) * mpmath.besselj(1, x) - 1 / x)) / x), 17,
    ),
    ("p0", "P of J0 and Y0 with z = 128 / x**2 - 1", inverse_squared(lambda x: bessel_waves(0, x)[0]), 11),
    ("q0", "Q x / 8 of J0 and Y0 with z = 128 / x**2 - 1", inverse_squared(lambda x: bessel_waves(0, x)[1]), 11),
    ("p1", "P of J1 and Y1 with z = 128 / x**2 - 1", inverse_squared(lambda x: bessel_waves(1, x)[0]), 11),
    ("q1", "Q x / 8 of J1 and Y1 with z = 128 / x**2 - 1", inverse_squared(lambda x: bessel_waves(1, x)[1]), 11),
    ("airy_near", "Ai(x) with z = (x + 2) / 4, x from -6 to 2", lambda z: mpmath.airyai(4 * z - 2), 28),
    (
        "airy_far", "Ai(x) 2 sqrt(pi) x**(1/4) e**zeta with z = 2 * 1.8856 / zeta - 1, zeta = 2/3 x**1.5",
        lambda z: scaled_airy((z + 1) / (2 * mpf("1.8856"))), 22,
    ),
    (
        "airy_f", "F of Ai(-x) with z = 2 (9.79 / zeta)**2 - 1",
        lambda z: airy_waves(airy_place(z))[0], 9,
    ),
    (
        "airy_g", "G zeta of Ai(-x) with z = 2 (9.79 / zeta)**2 - 1",
        lambda z: airy_waves(airy_place(z))[1], 9,
    ),
]


def interpolant(function: Function, low: Any, high: Any, degree: int, origin: Any) -> tuple[list[Any], Any]:
    """Coefficients in z = x - origin, lowest first, and the largest error on a grid."""
    low, high, origin = mpf(low), mpf(high), mpf(origin)
    count = degree + 1
    nodes = [mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    places = [(low + high) / 2 + (high - low) / 2 * node for node in nodes]
    table = [function(place) for place in places]
    # Newton's divided differences, then the product form multiplied out
    for step in range(1, count):
        for at in range(count - 1, step - 1, -1):
            table[at] = (table[at] - table[at - 1]) / (places[at] - places[at - step])
    coefficients = [table[-1]]
    for at in range(count - 2, -1, -1):
        root = places[at] - origin
        shifted = [mpf(0), *coefficients]
        coefficients = [a - root * b for a, b in zip(shifted, [*coefficients, mpf(0)])]
        coefficients[0] += table[at]
    worst = mpf(0)
    for k in range(201):
        place = low + (high - low) * k / 200
        value = mpmath.polyval(coefficients[::-1], place - origin)
        worst = max(worst, abs(value - function(place)))
    return coefficients, worst


def rounded(value: Any) -> float:
    """The float32 nearest to a number."""
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


GROUPED = ("gelu_short",)
"""Polynomials on which everything after them waits, in functions that are bound by such waiting."""


def in_turn(numbers: list[str]) -> list[str]:
    """Horner's rule: the fewest operations, each of which waits for the one before."""
    lines = [f"    p = fused_multiply_add({numbers[-1]}, z, {numbers[-2]})"]
    lines += [f"    p = fused_multiply_add(p, z, {value})" for value in numbers[-3:0:-1]]
    return [*lines, f"    return fused_multiply_add(p, z, {numbers[0]})"]


def in_groups(numbers: list[str]) -> list[str]:
    """Estrin's rule for groups of four, Horner's for the groups: two operations more, and less than half of the waiting."""
    lines = ["    square = z * z", "    fourth = square * square"]
    groups = [numbers[at : at + 4] for at in range(0, len(numbers), 4)]
    for at, group in enumerate(groups):
        pairs = (group[one : one + 2] for one in (0, 2) if one < len(group))
        names = [f"fused_multiply_add({pair[1]}, z, {pair[0]})" if len(pair) == 2 else pair[0] for pair in pairs]
        lines.append(f"    p{at} = {names[0]}")
        if len(names) > 1:
            lines.append(f"    p{at} = fused_multiply_add({names[1]}, square, p{at})")
    result = f"p{len(groups) - 1}"
    for at in reversed(range(len(groups) - 1)):
        lines.append(f"    {'p' if at else 'return'}{' =' if at else ''} fused_multiply_add({result}, fourth, p{at})")
        result = "p"
    return lines


def written(name: str, meaning: str, coefficients: list[Any], worst: Any, low: Any, high: Any) -> str:
    """One function, for both dtypes: the constructor `number` is that of z."""
    short = name.endswith(("_short", "_single")) and not name.startswith(("sin_", "cos_", "log_"))
    wrap = (lambda value: f"_f({rounded(value)!r})") if short else (lambda value: repr(float(value)))
    numbers = [wrap(value) for value in coefficients]
    lines = in_groups(numbers) if name in GROUPED else in_turn(numbers)
    bits = mpmath.nstr(mpmath.log(worst, 2), 3)
    return "\n".join([
        "@typed",
        f"def {name}(z: Any) -> Any:",
        f'    """{meaning};',
        f'    from {mpmath.nstr(mpf(low), 5)} to {mpmath.nstr(mpf(high), 5)}, within 2**{bits}."""',
        *lines,
    ])


HEAD = '''"""Polynomials of the vectorized mathematics; made by tests/golden/make_polynomials.py, not by hand."""
from __future__ import annotations

from typing import Any

import numpy as np

from .primitives import fused_multiply_add, typed

_f = np.float32


'''


def main() -> None:
    made: list[str] = []
    for name, meaning, function, low, high, degree, origin in ROWS:
        coefficients, worst = interpolant(function, low, high, degree, origin)
        print(f"{name:15} degree {degree:2}: 2**{mpmath.nstr(mpmath.log(worst, 2), 4)}")
        made.append(written(name, meaning, coefficients, worst, low, high))
    for name, meaning, function, low, high, degree, weight in LEVELLED:
        coefficients, worst = levelled(function, low, high, degree, weight)
        print(f"{name:15} degree {degree:2}: 2**{mpmath.nstr(mpmath.log(worst, 2), 4)}")
        made.append(written(name, meaning, coefficients, worst, low, high))
    TARGET.write_text(HEAD + "\n\n\n".join(made) + "\n")
    special: list[str] = []
    for name, meaning, function, degree in BESSEL:
        coefficients, worst = interpolant(function, -1, 1, degree, 0)
        print(f"{name:15} degree {degree:2}: 2**{mpmath.nstr(mpmath.log(worst, 2), 4)}")
        special.append(written(name, meaning, coefficients, worst, -1, 1))
    head = HEAD.replace("vectorized mathematics", "Bessel and Airy functions").replace("import numpy as np\n\n", "")
    head = head.replace("_f = np.float32\n\n\n", "\n")
    BESSEL_TARGET.write_text(head + "\n\n\n".join(special) + "\n")


if __name__ == "__main__":
    main()
