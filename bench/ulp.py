"""The largest errors of the vectorized mathematics, in units in the last place, written into docs/accuracy.md.

    nice -n 19 python -m bench.ulp state.json             every float32 for functions of one argument (about an hour)
    nice -n 19 python -m bench.ulp state.json 1 exp log   every float32, of two functions
    nice -n 19 python -m bench.ulp state.json 1001        every 1001st of them

What is done is kept in the state file: started again, it goes on where it stopped. A function is done anew when its code has
changed. float32 is judged by float64 functions of PyTorch, for they are fast, which a sample of each block compares with
NumPy's and SciPy's; float64 by mpmath over random numbers of all sizes.
"""
from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numba
import numpy as np
import torch
from scipy import special

from rushlight.runtime.dtype import BY_NAME
from rushlight.runtime.kernels.compiling.compiler import absorb
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel
from rushlight.runtime.kernels.mathematics.functions import VECTORIZED, digamma, erfinv
from rushlight.runtime.ops.table import lookup

Array = np.ndarray[Any, Any]
CHUNK = 1 << 15
BLOCKS = 64
"""A function's inputs are done in so many pieces."""
_EXACT: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "logit": lambda x: mpmath.log(x / (1 - x)),
    "rsqrt": lambda x: 1 / mpmath.sqrt(x),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, "gelu_tanh": lambda x: x / (1 + mpmath.exp(-2 * _inner(x))),
    "softplus": lambda x: x if x > 20 else mpmath.log1p(mpmath.exp(x)),
}


def _inner(x: Any) -> Any:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


def row_body(key: str) -> Callable[..., Any]:
    """The scalar function of a row."""
    row = lookup(key)
    assert row is not None
    return row.body


gelu, softplus = row_body("aten::gelu"), row_body("aten::softplus")
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
    "erfinv": (lambda x: erfinv(x), lambda x: np.where(x == 0, x, special.erfinv(x)), mpmath.erfinv),
    # SciPy has -inf at -inf, where C and PyTorch have inf
    "lgamma": (
        lambda x: math.lgamma(x), lambda x: np.where(np.isneginf(x), np.inf, special.gammaln(x)), lambda x: mpmath.re(mpmath.loggamma(x)),
    ),
    "digamma": (lambda x: digamma(x), special.digamma, mpmath.digamma),
    "sigmoid": (row_body("aten::sigmoid"), special.expit, _EXACT["sigmoid"]),
    "logit": (row_body("rushlight::logit"), special.logit, _EXACT["logit"]),
    "sqrt": (lambda x: math.sqrt(x), np.sqrt, mpmath.sqrt),
    "rsqrt": (row_body("aten::rsqrt"), lambda x: 1 / np.sqrt(x), _EXACT["rsqrt"]),
    "gelu": (gelu("none"), lambda x: x * special.ndtr(x), _EXACT["gelu"]),
    "gelu_tanh": (gelu("tanh"), lambda x: x * special.expit(2 * _inner(x)), _EXACT["gelu_tanh"]),
    "softplus": (lambda x: softplus(x, 1, 20), lambda x: np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20)))), _EXACT["softplus"]),
    "asinh": (lambda x: math.asinh(x), np.arcsinh, mpmath.asinh),
    "acosh": (lambda x: math.acosh(x), np.arccosh, mpmath.acosh),
    "atanh": (lambda x: math.atanh(x), np.arctanh, mpmath.atanh),
    "atan2": (lambda x, y: math.atan2(x, y), np.arctan2, mpmath.atan2),
    "hypot": (lambda x, y: math.hypot(x, y), np.hypot, mpmath.hypot),
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


UNITS = np.ldexp(1.0, np.maximum(np.arange(256), 1) - 150)
"""The unit in the last place of a float32, by its exponent's bits."""


@numba.njit
def worst_of(got: Any, rounded: Any, want: Any, units: Any) -> tuple[int, float]:
    """Where float32 results differ most from wider ones, and by how many units in the last place.

    Infinitely where one of them is special or a zero has the other sign.
    """
    worst, where = 0.0, 0
    mine_bits, bits = got.view(np.int32), rounded.view(np.int32)
    for at in range(got.size):
        exponent, mine = (bits[at] >> 23) & 255, (mine_bits[at] >> 23) & 255
        if exponent == 255 or mine == 255:
            if mine_bits[at] == bits[at] or (got[at] != got[at] and rounded[at] != rounded[at]):
                continue
            return at, np.inf
        error = abs(np.float64(got[at]) - want[at]) / units[exponent]
        if error > worst:
            worst, where = error, at
        if got[at] == 0 and rounded[at] == 0 and mine_bits[at] != bits[at]:
            return at, np.inf
    return where, worst


@numba.njit
def exceeds(got: Any, mine: Any, rounded: Any, bits: Any, powers: Any, want: Any, limit: float) -> bool:
    """Whether `worst_of` would find more than `limit`: without branches, so that it is several times faster."""
    found, unit = 0, limit * 2.0**-23
    for at in range(got.size):
        over = abs(np.float64(got[at]) - want[at]) > unit * max(np.float64(powers[at]), 2.0**-126)
        special = (mine[at] & 0x7F800000) == 0x7F800000 or powers[at] == np.inf
        zeros = got[at] == 0 and rounded[at] == 0
        nan = got[at] != got[at] and rounded[at] != rounded[at]
        found |= over | ((mine[at] != bits[at]) & (special | zeros) & (not nan))
    return found != 0


def fast_oracle(name: str) -> Callable[..., Array]:
    """PyTorch's float64 function where it is as good as the oracle, else that."""
    function = None if name in ("gelu", "gelu_tanh", "cbrt", "erfinv", "lgamma", "digamma", "logit") else getattr(torch, name, None)
    if name == "softplus":
        function = torch.nn.functional.softplus
    if function is None:
        return ORACLES[name][1]
    return lambda *arrays: function(*map(torch.from_numpy, arrays)).numpy()


_BEYOND: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("exp", "expm1", "sinh", "cosh", "tanh", "sigmoid", "erf", "erfc"), (-200.0, 200.0)), "exp2": (-300.0, 300.0),
    "gelu": (-50.0, math.inf), "softplus": (-200.0, math.inf),
}
"""Beyond these a float32 result is what it is at them, so oracles are not asked, which take long where they overflow."""
_DOMAINS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("log", "log2", "log10", "sqrt", "rsqrt"), (0.0, math.inf)), "log1p": (-1.0, math.inf), "acosh": (1.0, math.inf),
    **dict.fromkeys(("asin", "acos", "atanh", "erfinv"), (-1.0, 1.0)), "logit": (0.0, 1.0),
}
"""Outside of these a function is NaN."""


def wanted(name: str, oracle: Callable[..., Array], wide: tuple[Array, ...]) -> Array:
    """What `oracle` gives, asked only where the answer is not known without it."""
    x = wide[0]
    if name not in _BEYOND and name not in _DOMAINS or not np.isfinite(x).all():
        return oracle(*wide)
    if name in _BEYOND:
        return oracle(np.clip(x, *_BEYOND[name]))
    low, high = _DOMAINS[name]
    return np.full(x.shape, math.nan) if (x > high).all() or (x < low).all() else oracle(x)


def check_oracle(name: str, inputs: tuple[Array, ...], want: Array) -> None:
    """Stop where the fast oracle differs from NumPy's or SciPy's function, as far as float32 could tell."""
    reference = ORACLES[name][1](*inputs)
    near = np.abs(want - reference) <= 1e-11 * np.abs(reference) + 1e-60
    near |= (np.abs(want) > 1e39) & (want * reference > 0)
    if not (near | (want == reference) | (np.isnan(want) & np.isnan(reference))).all():
        at = int(np.argmin(near | (want == reference) | (np.isnan(want) & np.isnan(reference))))
        raise RuntimeError(f"{name}: the oracles differ at {[one[at] for one in inputs]}: {want[at]} and {reference[at]}")


def worst_float32(name: str, step: int, block: int) -> tuple[float, tuple[float, ...]]:
    """The largest error over every `step`th float32 of a block (of two arguments: over random pairs of all sizes), and where."""
    pairs = name in ("atan2", "hypot", "pow")
    run, oracle = runner(name, "float32", 2 if pairs else 1), fast_oracle(name)
    worst, where = 0.0, (0.0,)
    rng = np.random.default_rng(block)
    size = (1 << 32) // BLOCKS
    for start in range(block * size, (block + 1) * size, step * CHUNK):
        bits = np.arange(start, min(start + step * CHUNK, (block + 1) * size), step).astype(np.uint32)
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
            wide = tuple(one.astype(np.float64) for one in inputs)
            want = wanted(name, oracle, wide)
            if not start >> 15 & 0x1FF:
                check_oracle(name, wide, want)
            rounded = want.astype(np.float32)
        bits = rounded.view(np.int32)
        if not exceeds(got, got.view(np.int32), rounded, bits, (bits & 0x7F800000).view(np.float32), want, worst):
            continue
        at, error = worst_of(got, rounded, want, UNITS)
        if error > worst:
            worst, where = error, tuple(float(one[at]) for one in inputs)
    return worst, where


def samples(name: str, count: int, rng: np.random.Generator) -> Array:
    """float64 arguments of all sizes where the function is neither constant nor infinite."""
    parts = [rng.standard_normal(count), np.exp(rng.uniform(-700, 700, count)) * rng.choice([-1, 1], count), rng.uniform(-20, 20, count)]
    if name in ("exp", "exp2", "expm1", "sinh", "cosh"):
        parts[1] = rng.uniform(-700, 700, count)
    if name.startswith("log"):
        parts[0] = 1 + np.exp(rng.uniform(-36, 0, count)) * rng.choice([-0.5, 1], count)
    if name in ("asin", "acos", "atanh", "erfinv", "logit"):
        parts = [rng.uniform(-1, 1, count), 1 - np.exp(rng.uniform(-36, 0, count)), np.exp(rng.uniform(-600, 0, count))]
    if name == "gelu":
        parts = [rng.uniform(-30, 30, count), rng.standard_normal(count), -np.exp(rng.uniform(-20, 3, count))]
    if name == "acosh":
        parts = [1 + np.abs(part) for part in parts]
    if name in ("erfc", "lgamma", "digamma"):
        parts = [rng.uniform(0, 26, count), np.exp(rng.uniform(-20, 2, count)), rng.uniform(0, 3, count)]
    return np.concatenate(parts)


def worst_float64(name: str, count: int = 700) -> tuple[float, tuple[float, ...]]:
    """The largest error over random float64 numbers, and where."""
    rng = np.random.default_rng(1)
    inputs = (samples(name, count, rng),)
    if name in ("atan2", "hypot", "pow"):
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


def key(name: str, dtype: str) -> str:
    """Changes with the function's code."""
    digest = hashlib.blake2b(digest_size=16)
    absorb(digest.update, (VECTORIZED.get((name, dtype), ORACLES[name][0]), dtype), {})
    return digest.hexdigest()


class State:
    """What is done, in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}

    def entry(self, name: str, dtype: str, step: int) -> dict[str, Any]:
        """{blocks done, worst, where} of one function."""
        wanted, label = [key(name, dtype), step], f"{name} {dtype}"
        if label not in self.entries or self.entries[label]["key"] != wanted:
            self.entries[label] = {"key": wanted, "blocks": 0, "worst": -1.0, "where": [0.0]}
        return self.entries[label]

    def save(self) -> None:
        """Write the file, whole or not at all."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.entries, indent=1))
        fresh.replace(self.path)


def finish(state: State, name: str, step: int) -> str:
    """Do what is left of a function; its line of the table."""
    single, double = state.entry(name, "float32", step), state.entry(name, "float64", 0)
    while single["blocks"] < BLOCKS:
        worst, where = worst_float32(name, step, single["blocks"])
        single["blocks"] += 1
        if worst > single["worst"]:
            single["worst"], single["where"] = worst, where
        state.save()
    if not double["blocks"]:
        double["worst"], double["where"] = worst_float64(name)
        double["blocks"] = 1
        state.save()
    places = [", ".join(f"{one:.9g}" for one in entry["where"]) for entry in (single, double)]
    return f"| {name} | {single['worst']:.2f} | {places[0]} | {double['worst']:.2f} | {places[1]} |"


def main() -> None:
    torch.set_num_threads(1)
    state = State(Path(sys.argv[1]))
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    lines: list[str] = []
    for name in sys.argv[3:] or list(ORACLES):
        lines.append(finish(state, name, step))
        print(lines[-1], flush=True)
    if sys.argv[3:]:
        return
    path = Path("docs/accuracy.md")
    before, _, rest = path.read_text().partition(HEAD)
    _, _, after = rest.partition("\n\n")
    path.write_text(before + HEAD + "\n".join(lines) + "\n\n" + after)


HEAD = """| function | float32 | at | float64 | at |
|---|---|---|---|---|
"""

if __name__ == "__main__":
    main()
