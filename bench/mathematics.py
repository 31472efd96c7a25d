"""`python -m bench.mathematics`: the mathematical functions against PyTorch's, one thread each, as a markdown table.

float32 and float64, at 1,000 and 100,000 items; a ratio above 1 says that rushlight is faster. Arguments are random numbers
of everyday sizes, the same for both. The errors of the functions: bench/ulp.py.
"""
from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import rushlight as rl

from .ops import measure
from .paired import Row

Array = np.ndarray[Any, Any]
Random = Callable[[np.random.Generator, int], Array]
SIZES = (1_000, 100_000)
DTYPES = ("float32", "float64")


def normal(rng: np.random.Generator, size: int) -> Array:
    """Three times the normal distribution."""
    return 3 * rng.standard_normal(size)


def positive(rng: np.random.Generator, size: int) -> Array:
    """From 0.001 to 1000."""
    return np.exp(rng.uniform(-7, 7, size))


def below_one(rng: np.random.Generator, size: int) -> Array:
    """From -1 to 1."""
    return rng.uniform(-1, 1, size)


def probability(rng: np.random.Generator, size: int) -> Array:
    """From 0 to 1."""
    return rng.uniform(0, 1, size)


def above_one(rng: np.random.Generator, size: int) -> Array:
    """From 1 to 20."""
    return rng.uniform(1, 20, size)


FUNCTIONS: dict[str, tuple[Random, ...]] = {
    **dict.fromkeys("exp exp2 expm1 sin cos tan atan sinh cosh tanh sigmoid erf erfc asinh".split(), (normal,)),
    **dict.fromkeys("log log2 log10 log1p sqrt rsqrt lgamma digamma".split(), (positive,)),
    **dict.fromkeys("asin acos erfinv atanh".split(), (below_one,)),
    "acosh": (above_one,),
    "logit": (probability,),
    "atan2": (normal, normal),
    "pow": (positive, normal),
    **dict.fromkeys(("gelu", "gelu tanh", "silu", "softplus", "elu"), (normal,)),
}


def call(name: str, own: bool, inputs: list[Any]) -> Callable[[], object]:
    """One library's function on its own arguments; PyTorch has its activation functions elsewhere."""
    name, _, approximate = name.partition(" ")
    function = getattr(rl, name) if own else getattr(torch, name, None) or getattr(torch.nn.functional, name)
    return (lambda: function(*inputs, approximate=approximate)) if approximate else lambda: function(*inputs)


def row(name: str, dtype: str, size: int, rounds: int, step: int = 1) -> Row:
    """One function at one size, on every item or on every `step`th of larger arrays."""
    rng = np.random.default_rng(0)
    arrays = [random(rng, size * step).astype(dtype)[::step] for random in FUNCTIONS[name]]
    own, rival = call(name, True, [*map(rl.from_numpy, arrays)]), call(name, False, [*map(torch.from_numpy, arrays)])
    return measure(f"{name} {dtype} {size}", own, rival, rounds)


def main() -> None:
    """Print one line per function: nanoseconds per item of both, and PyTorch's time as a multiple of rushlight's."""
    parser = argparse.ArgumentParser(prog="python -m bench.mathematics", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="turns per row (default: 11)")
    parser.add_argument("--only", default="", help="these functions, separated by commas")
    parser.add_argument("--step", type=int, default=1, help="take every n-th item of larger arrays (default: 1)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rl.set_num_threads(1)
    heads = [f"{dtype}, {size:,}" for dtype in DTYPES for size in SIZES]
    print(f"| ns per item: rushlight, PyTorch, ratio | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}")
    ratios: list[float] = []
    for name in options.only.split(",") if options.only else FUNCTIONS:
        cells: list[str] = []
        for dtype in DTYPES:
            for size in SIZES:
                measured = row(name, dtype, size, options.rounds, options.step)
                mine, theirs = (1e9 * measured.seconds[one] / size for one in ("rushlight", "torch"))
                cells.append(f"{mine:.2f}, {theirs:.2f}, {measured.ratios['torch']:.2f}")
                ratios.append(measured.ratios["torch"])
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\n{len(ratios)} figures, median ratio {statistics.median(ratios):.2f}, {sum(one < 1.5 for one in ratios)} below 1.5")


if __name__ == "__main__":
    main()
