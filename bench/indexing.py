"""`python -m bench.indexing`: reading and writing at positions, masks, sorting and choosing, against PyTorch, as a markdown table.

One thread unless asked for more, 1,000 to 1,000,000 items; a minute on an idle machine. Bounds, where memory is not: reading at
random positions costs a miss of the cache level that holds the source per item; sorting by counting moves each record once per byte
of its key that differs; choosing k of n reads every item once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import rushlight as rl

from .__main__ import machine
from .networks import Contender
from .paired import Row, measure

Case = tuple[str, list[np.ndarray], Callable[[Any, list[Any]], Any]]


def position_cases(size: int, rng: np.random.Generator) -> Iterator[Case]:
    """Rows of reading and writing at positions."""
    x, positions = rng.standard_normal(size).astype(np.float32), rng.integers(0, size, size)
    mask = rng.random(size) < 0.5
    yield "gather", [x, positions], lambda m, t: m.gather(t[0], 0, t[1])
    yield "x[index]", [x, positions], lambda m, t: t[0][t[1]]
    yield "index_select", [x, positions], lambda m, t: m.index_select(t[0], 0, t[1])
    yield "take", [x, positions], lambda m, t: m.take(t[0], t[1])
    yield "scatter", [x, positions], lambda m, t: m.scatter(t[0], 0, t[1], 1.0)
    yield "scatter_add", [x, positions % 64], lambda m, t: m.scatter_add(t[0], 0, t[1], t[0])
    yield "index_put, accumulate", [x, positions], lambda m, t: m.index_put(t[0], [t[1]], t[0], True)
    yield "masked_select", [x, mask], lambda m, t: m.masked_select(t[0], t[1])
    yield "nonzero", [mask], lambda m, t: m.nonzero(t[0])
    yield "bincount", [positions], lambda m, t: m.bincount(t[0])
    yield "searchsorted in 1,000", [np.sort(x[:1000]), x], lambda m, t: m.searchsorted(t[0], t[1])


def order_cases(size: int, rng: np.random.Generator) -> Iterator[Case]:
    """Rows of sorting and choosing."""
    x, whole = rng.standard_normal(size).astype(np.float32), rng.integers(0, 1 << 62, size)
    yield "sort, float32", [x], lambda m, t: m.sort(t[0])[0]
    yield "sort, int64", [whole], lambda m, t: m.sort(t[0])[0]
    yield "sort, int64 below 1,000", [whole % 1000], lambda m, t: m.sort(t[0])[0]
    yield "topk, k=10", [x], lambda m, t: m.topk(t[0], 10)[0]
    yield "topk, k=n/20", [x], lambda m, t: m.topk(t[0], size // 20)[0]
    yield "kthvalue", [x], lambda m, t: m.kthvalue(t[0], size // 3)[0]
    yield "median", [x], lambda m, t: m.median(t[0])
    yield "unique, 1,000 values", [whole % 1000], lambda m, t: m.unique(t[0])


def matrix_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Rows over matrices: embeddings, many short rows."""
    table, tokens = rng.standard_normal((30_000, 768)).astype(np.float32), rng.integers(0, 30_000, 128)
    short, wide = rng.standard_normal((1000, 50)).astype(np.float32), rng.standard_normal((128, 1000)).astype(np.float32)
    yield "embedding, 128 rows of 768", [table, tokens], lambda m, t: m.embedding(t[0], t[1])
    sums, rows, added = np.zeros((3000, 8), np.float32), rng.integers(0, 3000, 10_000), np.ones((10_000, 8), np.float32)
    yield "index_add, 10,000 rows of 8", [sums, rows, added], lambda m, t: m.index_add(t[0], 0, t[1], t[2])
    yield "sort, 1000 rows of 50", [short], lambda m, t: m.sort(t[0])[0]
    yield "topk 5, 128 rows of 1000", [wide], lambda m, t: m.topk(t[0], 5)[0]
    yield "median, 128 rows of 1000", [wide], lambda m, t: m.median(t[0], 1)[0]


def contenders(case: Case) -> list[Contender]:
    """Both libraries on one case."""
    _, arrays, call = case
    mine, theirs = [rl.from_numpy(array) for array in arrays], [torch.from_numpy(array) for array in arrays]
    return [
        Contender("rushlight", lambda: call(rl, mine), lambda: call(rl, mine).numpy().astype(np.float64)),
        Contender("torch", lambda: call(torch, theirs), lambda: call(torch, theirs).numpy().astype(np.float64)),
    ]


def line(row: Row) -> str:
    """One row of the table."""
    own, other = (f"{row.seconds[name] * 1e6:.1f} us" for name in ("rushlight", "torch"))
    return f"| {row.title} | {own} | {other} | {row.ratios['torch']:.2f} |"


def main() -> int:
    """Run all rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.indexing", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of both (default: 1)")
    parser.add_argument("--rounds", type=int, default=15, help="turns per row (default: 15)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    rng = np.random.default_rng(0)
    cases: list[Case] = []
    for size in (1000, 100_000, 1_000_000):
        for title, arrays, call in (*position_cases(size, rng), *order_cases(size, rng)):
            cases.append((f"{title}, {size:,} items", arrays, call))
    cases += matrix_cases(rng)
    lines = ["| | rushlight | torch | torch's time / rushlight's |", "|---|---|---|---|"]
    for case in cases:
        lines.append(line(measure(case[0], contenders(case), options.rounds)))
        print(f"measured: {case[0]}", file=sys.stderr)
    print("\n".join([machine(options.threads), "", *lines]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
