"""`python -m bench.reductions`: sums, extrema, statistics, softmax, normalization and scans against PyTorch, one thread each."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import rushlight as rl

from .networks import Contender
from .paired import measure

Call = Callable[[Any, Any], Any]

CASES: list[tuple[str, tuple[int, ...], Call]] = [
    *((f"sum of {count:,}", (count,), lambda library, x: library.sum(x)) for count in (1_000, 100_000, 1_000_000, 10_000_000)),
    *(
        (f"sum over dim {dim} of {shape}", shape, lambda library, x, dim=dim: library.sum(x, dim))
        for shape, dim in (
            ((1000, 1000), 0), ((1000, 1000), 1), ((100_000, 100), 0), ((100_000, 100), 1), ((1_000_000, 3), 0), ((1_000_000, 3), 1),
            ((100, 100, 100), 1), ((100, 1000, 10), 1), ((100, 1000, 10), (0, 2)),
        )
    ),
    *(
        (f"{name} over dim {dim} of (1000, 1000)", (1000, 1000), lambda library, x, name=name, dim=dim: getattr(library, name)(x, dim))
        for name in ("amax", "argmax", "prod", "var", "logsumexp")
        for dim in (0, 1)
    ),
    *(
        (f"{name} over dim {dim} of (128, 768)", (128, 768), lambda library, x, name=name, dim=dim: getattr(library, name)(x, dim))
        for name in ("softmax", "log_softmax", "cumsum")
        for dim in (0, 1)
    ),
    ("layer_norm of (128, 768)", (128, 768), lambda library, x: library.layer_norm(x, (768,))),
    ("rms_norm of (128, 768)", (128, 768), lambda library, x: library.rms_norm(x, (768,))),
]


def contenders(shape: tuple[int, ...], call: Call) -> list[Contender]:
    """Both libraries on the same items."""
    items = np.random.default_rng(0).random(shape, np.float32) - 0.4
    own, other = rl.from_numpy(items), torch.from_numpy(items)
    return [
        Contender("rushlight", lambda: call(rl, own), lambda: np.asarray(call(rl, own).numpy())),
        Contender("torch eager", lambda: call(torch, other), lambda: call(torch, other).numpy()),
    ]


def main() -> None:
    """Print one line per case: both times, and PyTorch's as a multiple of rushlight's."""
    parser = argparse.ArgumentParser(prog="python -m bench.reductions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=21, help="turns per row (default: 21)")
    parser.add_argument("--only", default="", help="cases whose title holds this text")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rl.set_num_threads(1)
    print("| | rushlight, us | torch eager, us | ratio |\n|---|---|---|---|")
    for title, shape, call in CASES:
        if options.only in title:
            row = measure(title, contenders(shape, call), options.rounds)
            own, other = (row.seconds[name] * 1e6 for name in ("rushlight", "torch eager"))
            print(f"| {title} | {own:.1f} | {other:.1f} | {row.ratios['torch eager']:.2f} |")


if __name__ == "__main__":
    main()
