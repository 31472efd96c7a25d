"""The largest errors of the vectorized mathematics, in units in the last place, written into docs/accuracy.md.

    python bench/ulp.py            every float32 for functions of one argument (hours)
    python bench/ulp.py 1001       every 1001st of them
    python bench/ulp.py 1001 exp   one function, printed only

float32 is judged by float64 functions of NumPy and SciPy, float64 by mpmath over random numbers of all sizes.
"""
from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from scipy import special

from rushlight.runtime.dtype import BY_NAME
from rushlight.runtime.kernels.mathematics import VECTORIZED, digamma, erfinv
from rushlight.runtime.kernels.pointwise import CONTIGUOUS, pointwise_kernel
from rushlight.runtime.ops.table import lookup

Array = np.ndarray[Any, Any]
CHUNK = 1 << 20
_EXACT = {"sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "logit": lambda x: mpmath.log(x / (1 - x)), "rsqrt": lambda x: 1 / mpmath.sqrt(x)}


def row_body(key: str) -> Callable[..., Any]:
    """The scalar function of a row."""
    row = lookup(key)
    assert row is not None
    return row.body


ORACLES: dict[str, tuple[Callable[..., Any], Callable[..., Array], Callable[..., Any]]] = {
    # body, float64 oracle, mpmath oracle
    "exp": (lambda x: math.exp(x), np.exp, mpmath.exp),
    "exp2": (lambda x: math.exp2(x), np.exp2, lambda x: mpmath.power(2, x)),
    "expm1": (lambda x: math.expm1(x), np.expm1, mpmath.expm1),
    "log": (lambda x: math.log(x), np.log, mpmath.log),
    "log2": (lambda x: math.log2(x), np.log2, lambda x: mpmath.log(x, 2)),
    "log10": (lambda x: math.log10(x), np.log10, mpmath.log10),
    "log1p": (lambda x: math.log1p(x), np.log1p, mpmath.log1p),
    "sin": (lambda x: math.sin(x), np.sin, mpmath.sin),
    "cos": (lambda x: math.cos(x), np.cos, mpmath.cos),
    "tan": (lambda x: math.tan(x), np.tan, mpmath.tan),
    "asin": (lambda x: math.asin(x), np.arcsin, mpmath.asin),
    "acos": (lambda x: math.acos(x), np.arccos, mpmath.acos),
    "atan": (lambda x: math.atan(x), np.arctan, mpmath.atan),
    "sinh": (lambda x: math.sinh(x), np.sinh, mpmath.sinh),
    "cosh": (lambda x: math.cosh(x), np.cosh, mpmath.cosh),
    "tanh": (lambda x: math.tanh(x), np.tanh, mpmath.tanh),
    "cbrt": (lambda x: math.cbrt(x), np.cbrt, lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))),
    "erf": (lambda x: math.erf(x), special.erf, mpmath.erf),
    "erfc": (lambda x: math.erfc(x), special.erfc, mpmath.erfc),
    "erfinv": (lambda x: erfinv(x), special.erfinv, mpmath.erfinv),
    "lgamma": (lambda x: math.lgamma(x), special.gammaln, lambda x: mpmath.re(mpmath.loggamma(x))),
    "digamma": (lambda x: digamma(x), special.digamma, mpmath.digamma),
    "sigmoid": (row_body("aten::sigmoid"), special.expit, _EXACT["sigmoid"]),
    "logit": (row_body("rushlight::logit"), special.logit, _EXACT["logit"]),
    "rsqrt": (row_body("aten::rsqrt"), lambda x: 1 / np.sqrt(x), _EXACT["rsqrt"]),
    "atan2": (lambda x, y: math.atan2(x, y), np.arctan2, mpmath.atan2),
    "pow": (lambda x, y: math.pow(x, y), np.power, mpmath.power),
}


def runner(name: str, dtype: str, arguments: int) -> Callable[..., Array]:
    """The function as a kernel over contiguous arrays."""
    kind = BY_NAME[dtype]
    kernel = pointwise_kernel(ORACLES[name][0], (kind,) * arguments, kind, (kind,), 0, (CONTIGUOUS,) * (arguments + 1))

    def run(*inputs: Array) -> Array:
        out = np.empty_like(inputs[0])
        words = np.array([one.ctypes.data for one in (*inputs, out)], np.int64)
        assert kernel(words.ctypes.data, 0, out.size) == 0
        return out

    return run


def errors(got: Array, want: Array) -> Array:
    """Units in the last place between results and wider exact values; infinite where one of them is special and they differ."""
    with np.errstate(all="ignore"):
        rounded = want.astype(got.dtype)
        unit = np.spacing(np.minimum(np.abs(rounded), np.finfo(got.dtype).max)).astype(want.dtype)
        error = np.abs(got.astype(want.dtype) - want) / unit
    same = (got == rounded) & ((got != 0) | (np.signbit(got) == np.signbit(rounded)) | ~np.isfinite(want))
    special_values = ~np.isfinite(got) | ~np.isfinite(rounded) | np.isnan(error)
    error = np.where(special_values, np.inf, error)
    wrong_zero = (got == 0) & (rounded == 0) & (np.signbit(got) != np.signbit(rounded))
    error = np.where(wrong_zero, np.inf, error)
    return np.where((same & ~wrong_zero & ~np.isfinite(error)) | (np.isnan(got) & np.isnan(rounded)), 0, error)


def worst_float32(name: str, step: int) -> tuple[float, tuple[float, ...]]:
    """The largest error over every `step`th float32 (of two arguments: over random pairs of all sizes), and where."""
    pairs = name in ("atan2", "pow")
    run, oracle = runner(name, "float32", 2 if pairs else 1), ORACLES[name][1]
    worst, where = 0.0, (0.0,)
    rng = np.random.default_rng(0)
    for start in range(0, 1 << 32, step * CHUNK):
        bits = np.arange(start, min(start + step * CHUNK, 1 << 32), step).astype(np.uint32)
        inputs = (bits.view(np.float32),)
        if pairs:
            other = rng.integers(0, 1 << 32, bits.size).astype(np.uint32).view(np.float32)
            if name == "pow":
                with np.errstate(all="ignore"):
                    useful = rng.uniform(-90, 90, bits.size) / np.log(np.abs(inputs[0].astype("f8")))
                other = np.where(rng.random(bits.size) < 0.5, useful, other)
            inputs = (inputs[0], other.astype("f4"))
        got = run(*inputs)
        with np.errstate(all="ignore"):
            want = oracle(*(one.astype(np.float64) for one in inputs))
        error = errors(got, want)
        at = int(np.argmax(error))
        if error[at] > worst:
            worst, where = float(error[at]), tuple(float(one[at]) for one in inputs)
    return worst, where


def samples(name: str, count: int, rng: np.random.Generator) -> Array:
    """float64 arguments of all sizes where the function is neither constant nor infinite."""
    parts = [rng.standard_normal(count), np.exp(rng.uniform(-700, 700, count)) * rng.choice([-1, 1], count), rng.uniform(-20, 20, count)]
    if name in ("exp", "exp2", "expm1", "sinh", "cosh"):
        parts[1] = rng.uniform(-700, 700, count)
    if name.startswith("log"):
        parts[0] = 1 + np.exp(rng.uniform(-36, 0, count)) * rng.choice([-0.5, 1], count)
    if name in ("asin", "acos", "erfinv", "logit"):
        parts = [rng.uniform(-1, 1, count), 1 - np.exp(rng.uniform(-36, 0, count)), np.exp(rng.uniform(-600, 0, count))]
    if name in ("erfc", "lgamma", "digamma"):
        parts = [rng.uniform(0, 26, count), np.exp(rng.uniform(-20, 2, count)), rng.uniform(0, 3, count)]
    return np.concatenate(parts)


def worst_float64(name: str, count: int = 700) -> tuple[float, tuple[float, ...]]:
    """The largest error over random float64 numbers, and where."""
    rng = np.random.default_rng(1)
    inputs = (samples(name, count, rng),)
    if name in ("atan2", "pow"):
        x = np.abs(inputs[0]) if name == "pow" else inputs[0]
        other = rng.permutation(inputs[0])
        inputs = (x, rng.uniform(-700, 700, x.size) / np.log(x) if name == "pow" else other)
    got = runner(name, "float64", len(inputs))(*inputs)
    worst, where = 0.0, (0.0,)
    mpmath.mp.prec = 1200 if name in ("sin", "cos", "tan") else 200
    for at, values in enumerate(zip(*inputs)):
        try:
            want = ORACLES[name][2](*(mpmath.mpf(float(one)) for one in values))
        except (ValueError, ZeroDivisionError):
            continue
        if isinstance(want, mpmath.mpc) or not mpmath.isfinite(want):
            continue
        unit = float(np.spacing(abs(float(want)))) if abs(float(want)) < 1.7e308 else np.inf
        error = abs(float((mpmath.mpf(float(got[at])) - want) / unit)) if np.isfinite(got[at]) else np.inf
        if error > worst:
            worst, where = error, tuple(float(one) for one in values)
    return worst, where


def main() -> None:
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    names = sys.argv[2:] or list(ORACLES)
    lines: list[str] = []
    for name in names:
        single, double = worst_float32(name, step), worst_float64(name)
        wide = (name, "float64") in VECTORIZED or name in ("erfinv", "digamma", "sigmoid", "logit", "rsqrt")
        print(f"{name:8} {single[0]:8.3f} at {single[1]}   {double[0]:8.3f} at {double[1]}", flush=True)
        lines.append(f"| {name} | {single[0]:.2f} | {double[0]:.2f}{'' if wide else ' (libm)'} |")
    if not sys.argv[2:]:
        every = "every float32" if step == 1 else f"every {step}th float32"
        Path("docs/accuracy.md").write_text(HEAD.format(every=every) + "\n".join(lines) + "\n")


HEAD = """# Accuracy of the mathematical functions

The largest error in units in the last place, written by `python bench/ulp.py`. Functions of one argument in float32: {every}
against float64 functions of NumPy and SciPy, special values and signs of zeros included; of two arguments: as many random
pairs. float64: 2,100 random numbers of all sizes against mpmath. "libm": not vectorized, the C library answers.

| function | float32 | float64 |
|---|---|---|
"""

if __name__ == "__main__":
    main()
