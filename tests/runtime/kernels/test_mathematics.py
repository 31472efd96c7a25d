"""The vectorized functions against wider arithmetic: all sizes, special values, units in the last place, no calls left.

float32 is judged by the float64 functions of `math`, float64 by NumPy's extended precision where that has the function.
bench/ulp.py judges every float32.
"""
from __future__ import annotations

import math
import platform
import re
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.dtype import BY_NAME
from rushlight.runtime.kernels.compiling.compiler import disassemble
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel, pointwise_recipe
from rushlight.runtime.kernels.mathematics.functions import VECTORIZED, digamma, erfinv, gelu, logit, sigmoid, softplus

Array = np.ndarray[Any, Any]
WIDE = np.longdouble
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan]


def each(function: Callable[..., float]) -> Callable[..., Array]:
    """A function of `math` over arrays, with IEEE's answers instead of exceptions."""

    def one(*values: float) -> float:
        try:
            return function(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return lambda *arrays: np.array([one(*map(float, values)) for values in zip(*arrays)], WIDE)


def exact_digamma(x: Array) -> Array:
    """Moved up by 20, then the asymptotic series; reflected below 0."""
    y = np.where(x < 0, 1 - x, x).astype(WIDE)
    total = np.zeros_like(y)
    for step in range(20):
        total -= 1 / (y + step)
    z = 1 / (y + 20) ** 2
    far = np.log(y + 20) - 0.5 / (y + 20)
    far -= z * (WIDE(1) / 12 - z * (WIDE(1) / 120 - z * (WIDE(1) / 252 - z * (WIDE(1) / 240 - z / 132))))
    pi = 4 * np.arctan(WIDE(1))
    turn = x - np.rint(x)
    total = np.where(x < 0, total - np.where(turn == 0, np.nan, pi / np.tan(pi * np.where(turn == 0, 1, turn))), total)
    return np.where(x == 0, np.copysign(np.inf, -x), total + far)


def exact_lgamma(x: Array) -> Array:
    """Stirling's series, small arguments moved up by 20; below zero and near the roots `math`, to 9 digits."""
    small = np.abs(x) < 100
    y = np.where(small, x + 20, x).astype(WIDE)
    z = 1 / (y * y)
    rest = (WIDE(1) / 12 - z * (WIDE(1) / 360 - z * (WIDE(1) / 1260 - z * (WIDE(1) / 1680 - z / 1188)))) / y
    value = (y - 0.5) * (np.log(y) - 1) + (np.log(8 * np.arctan(WIDE(1))) / 2 - 0.5 + rest)
    value -= np.where(small, sum(np.log(np.abs(x + step)) for step in range(20)), 0)
    whole = each(lambda x: math.inf if x <= 0 and x == math.floor(x) else math.lgamma(x))
    far = np.minimum(np.abs(x - 1), np.abs(x - 2)) > 0.1
    return np.where((x > 0) & (x < np.inf) & far, value, whole(x))


def exact_logit(x: Array) -> Array:
    """log(x / (1 - x)), close to 1/2 by the inverse hyperbolic tangent."""
    return np.where(np.abs(x - 0.5) < 0.25, 2 * np.arctanh(2 * x - 1), np.log(x / (1 - x)))


BODIES: dict[str, tuple[Callable[..., Any], Callable[..., Array], float, float]] = {
    # body, oracle, units in float32 and in float64
    "exp": (lambda x: math.exp(x), np.exp, 1.0, 1.0),
    "exp2": (lambda x: math.exp2(x), np.exp2, 1.0, 1.0),
    "expm1": (lambda x: math.expm1(x), np.expm1, 1.5, 1.8),
    "log": (lambda x: math.log(x), np.log, 1.0, 1.0),
    "log2": (lambda x: math.log2(x), np.log2, 1.0, 1.0),
    "log10": (lambda x: math.log10(x), np.log10, 1.0, 1.0),
    "log1p": (lambda x: math.log1p(x), np.log1p, 1.5, 1.5),
    "sin": (lambda x: math.sin(x), each(math.sin), 1.4, 1.3),
    "cos": (lambda x: math.cos(x), each(math.cos), 1.4, 1.3),
    "tan": (lambda x: math.tan(x), each(math.tan), 0.6, 1.6),
    "asin": (lambda x: math.asin(x), np.arcsin, 1.6, 1.6),
    "acos": (lambda x: math.acos(x), np.arccos, 1.2, 1.2),
    "atan": (lambda x: math.atan(x), np.arctan, 1.7, 1.7),
    "sinh": (lambda x: math.sinh(x), np.sinh, 1.6, 1.6),
    "cosh": (lambda x: math.cosh(x), np.cosh, 1.5, 1.5),
    "tanh": (lambda x: math.tanh(x), np.tanh, 1.5, 2.0),
    "asinh": (lambda x: math.asinh(x), np.arcsinh, 0.6, 2.0),
    "acosh": (lambda x: math.acosh(x), np.arccosh, 0.6, 2.0),
    "atanh": (lambda x: math.atanh(x), np.arctanh, 1.5, 2.0),
    "sigmoid": (lambda x: sigmoid(x), lambda x: 1 / (1 + np.exp(-x)), 1.8, 2.0),
    "logit": (lambda x: logit(x), exact_logit, 1.6, 2.0),
    "softplus": (lambda x: softplus(x), lambda x: np.logaddexp(WIDE(0), x), 2.0, 2.0),
    "cbrt": (lambda x: math.cbrt(x), np.cbrt, 0.6, 0.6),
    "erf": (lambda x: math.erf(x), each(math.erf), 1.2, 2.0),
    "erfc": (lambda x: math.erfc(x), each(math.erfc), 4.0, 6.0),
    "lgamma": (lambda x: math.lgamma(x), exact_lgamma, 0.6, 8.0),
    "digamma": (lambda x: digamma(x), exact_digamma, 0.6, 4.0),
}
PAIRS: dict[str, tuple[Callable[..., Any], Callable[..., Array], float, float]] = {
    "atan2": (lambda x, y: math.atan2(x, y), np.arctan2, 1.7, 1.7),
    "pow": (lambda x, y: math.pow(x, y), np.power, 0.6, 1.2),
    "hypot": (lambda x, y: math.hypot(x, y), np.hypot, 0.6, 1.9),
}
DTYPES = ("float32", "float64")


def run(body: Callable[..., Any], *inputs: Array) -> Array:
    """A body over contiguous arrays, as one kernel."""
    dtype = BY_NAME[inputs[0].dtype.name]
    out = np.zeros_like(inputs[0])
    kernel = pointwise_kernel(body, (dtype,) * len(inputs), dtype, (dtype,), 0, (CONTIGUOUS,) * (len(inputs) + 1))
    words = np.array([one.ctypes.data for one in (*inputs, out)], np.int64)
    assert kernel(words.ctypes.data, 0, out.size) == 0
    return out


def assert_close(got: Array, want: Array, limit: float, *inputs: Array) -> None:
    """Within `limit` units in the last place; special values and the signs of zeros as they are."""
    with np.errstate(all="ignore"):
        rounded = want.astype(got.dtype)
        error = np.abs(got.astype(WIDE) - want) / np.spacing(np.abs(rounded)).astype(WIDE)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    error = np.where(same, 0, np.where(np.isnan(error), np.inf, error))
    worst = int(np.argmax(error))
    at = [one[worst] for one in inputs]
    assert error[worst] <= limit, f"at {at}: {got[worst]} for {rounded[worst]}, {error[worst]} units in the last place"
    zeros = (got == 0) & (rounded == 0)
    assert np.array_equal(np.signbit(got[zeros]), np.signbit(rounded[zeros])), "signs of zeros"


def inputs(name: str) -> Array:
    rng = np.random.default_rng(0)
    limit = 88 if name == "float32" else 709
    parts = [
        rng.standard_normal(1000),
        rng.uniform(-1.2 * limit, 1.02 * limit, 1500),
        rng.uniform(-2, 2, 1000),
        np.exp(rng.uniform(-limit, limit, 1000)) * rng.choice([-1, 1], 1000),
        1 + np.exp(rng.uniform(-16, 0, 300)) * rng.choice([-1, 1], 300),
        np.array([np.finfo(name).tiny, np.finfo(name).smallest_subnormal * 3, np.finfo(name).max, 1.0, -1.0, 2.0, -2.0, 0.5]),
        np.array(SPECIAL),
    ]
    return np.concatenate(parts).astype(name)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BODIES)
def test_against_wider_arithmetic(name: str, dtype: str) -> None:
    body, oracle, *limits = BODIES[name]
    x = inputs(dtype)
    if dtype == "float64" and name in ("lgamma", "digamma"):
        # close to the roots below zero, and for the oracle above it, a small error of the argument is a large one of the result
        x = x[~(x < 0) | (x == -np.inf)]
        x = x[np.abs(x - 1.46) > 0.1] if name == "digamma" else x[np.minimum(np.abs(x - 1), np.abs(x - 2)) > 0.1]
    with np.errstate(all="ignore"):
        want = oracle(x.astype(WIDE))
    assert_close(run(body, x), want, limits[dtype == "float64"], x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PAIRS)
def test_pairs_against_wider_arithmetic(name: str, dtype: str) -> None:
    body, oracle, *limits = PAIRS[name]
    rng = np.random.default_rng(2)
    special = np.array([*SPECIAL, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, 2.0**60, np.finfo(dtype).tiny / 8], dtype)
    x = np.concatenate([np.repeat(special, special.size), inputs(dtype)])
    y = np.concatenate([np.tile(special, special.size), rng.permutation(inputs(dtype))])
    if name == "pow":
        base = np.exp(rng.uniform(-20, 20, 2000)).astype(dtype)
        power = (rng.uniform(-80, 80, 2000) / np.log(base)).astype(dtype)
        whole = np.rint(rng.uniform(-9, 9, 2000)).astype(dtype)
        x, y = np.concatenate([x, base, -base]), np.concatenate([y, power, whole])
    with np.errstate(all="ignore"):
        want = oracle(x.astype(WIDE), y.astype(WIDE))
    assert_close(run(body, x, y), want, limits[dtype == "float64"], x, y)


@pytest.mark.parametrize("dtype", DTYPES)
def test_erfinv_inverts_erf(dtype: str) -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(-1, 1, 2000), 1 - np.exp(rng.uniform(-15, -1, 500)), np.exp(rng.uniform(-80, 0, 500))]).astype(dtype)
    y = run(lambda x: erfinv(x), x)
    back = each(math.erf)(y)
    tail = 1 - x.astype(WIDE) - each(math.erfc)(y)
    difference = np.where(np.abs(x) > 0.5, np.where(x > 0, tail, 0), back - x.astype(WIDE))
    units = np.abs(difference * np.exp(y.astype(WIDE) ** 2) * np.sqrt(np.pi) / 2) / np.spacing(np.abs(y))
    assert units.max() < (2.6 if dtype == "float32" else 8), x[np.argmax(units)]
    ends = run(lambda x: erfinv(x), np.array([1, -1, 1.5, np.nan, 0.0, -0.0], dtype))
    assert list(ends[:2]) == [np.inf, -np.inf] and np.isnan(ends[2:4]).all() and list(np.signbit(ends[4:])) == [False, True]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ("sin", "cos", "tan"))
def test_angles_close_to_quarter_turns(name: str, dtype: str) -> None:
    """There the reduced angle is all that the reduction's last constants leave."""
    turns = np.arange(1, 30000) * (2 * np.arctan(WIDE(1)))
    x = turns.astype(dtype)
    x = np.concatenate([x, np.nextafter(x, np.array(np.inf, dtype))])
    assert_close(run(BODIES[name][0], x), getattr(np, name)(x.astype(WIDE)), 1.5, x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_gelu_in_both_tails(dtype: str) -> None:
    """There is no cancellation; in float32 the relative error grows down to -9, where e**(-x**2 / 2) makes results small."""
    x = np.concatenate([np.linspace(-12, 12, 4001), [np.inf, -np.inf, np.nan, 0.0, -0.0]]).astype(dtype)
    with np.errstate(invalid="ignore"):
        want = x * each(math.erfc)(x * -math.sqrt(0.5)) / 2
    got = run(lambda x: gelu(x), x)
    assert np.array_equal(np.isnan(got), np.isnan(want)) and np.array_equal(np.signbit(got[-2:]), [False, True])
    finite = np.isfinite(want)
    units = np.abs(got[finite] - want[finite]) / np.spacing(np.abs(want[finite].astype(dtype)))
    growing = (x[finite] < -2) & (x[finite] >= -9) & (dtype == "float32")
    assert units[~growing].max() < (12 if dtype == "float32" else 6) and units[growing].max(initial=0) < 3000


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ("sin", "exp2", "log", "tan"))
def test_seldom_wanted_values_among_usual_ones(name: str, dtype: str) -> None:
    """The path for far arguments gives each item what it gives it alone, whatever its neighbours are."""
    body = BODIES[name][0]
    rng = np.random.default_rng(5)
    for share in (0.02, 0.5, 1.0):
        x = np.where(rng.random(333) < share, rng.choice([1e30, -1e6, np.inf, -np.inf, np.nan, 0.0, 1e-40, -5.0], 333), rng.random(333))
        with np.errstate(over="ignore"):
            x = x.astype(dtype)
        alone = np.concatenate([run(body, x[at : at + 1]) for at in range(x.size)])
        assert np.array_equal(run(body, x).view(np.uint8), alone.view(np.uint8))


VECTORS = (
    "exp float32", "exp float64", "log float32", "log float64", "sin float32", "sin float64", "tan float64", "asin float64", "atan float32",
    "erfc float64", "lgamma float32", "cbrt float64", "logit float32", "asinh float64",
)


@pytest.mark.skipif(not shutil.which("objdump") or platform.machine() != "x86_64", reason="reads x86 assembly")
@pytest.mark.parametrize("label", VECTORS)
def test_machine_code_is_vectors(label: str) -> None:
    """Whole vectors all the way; the only calls left are for values that are wanted seldom."""
    name, dtype = label.split()
    kind = BY_NAME[dtype]
    code = disassemble(pointwise_recipe(BODIES[name][0], (kind,), kind, (kind,), 0, (CONTIGUOUS, CONTIGUOUS)))
    kernel = code[code.index("<kernel>:") :].partition("\n\n")[0]
    assert len(re.findall(rf"v?(?:mul|fn?m\w+)p{'s' if dtype == 'float32' and name not in ('tan', 'lgamma') else 'd'} .*%ymm", kernel)) >= 4
    assert "call" not in re.sub(r"<\w+_each>", "", code) or "seldom" in code


def test_every_function_is_tested() -> None:
    assert {name for name, _ in VECTORIZED} <= BODIES.keys() | PAIRS.keys()
