"""`python -m bench.loops`: interpreted loops against torch.jit's interpreter and Python itself, as a markdown table.

One thread; a few seconds on an idle machine. The first row is 1,000 iterations of four operations on integers (time per operation: a
4,000th), the second 1,000 iterations of two operators on a tensor of 4 items (time per iteration: a 1,000th). The bound of the first is
Python: the generated source is a Python loop that checks each result for overflow.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import rushlight as rl

from .__main__ import machine
from .networks import Contender
from .paired import Row, measure


def integers(n: int) -> int:
    """Four operations an iteration."""
    a = 1
    b = 3
    for i in range(n):
        a = a + b
        b = b * 3
        a = a - i
        b = b % 1000
    return a + b


def tensors(x, n: int):
    """Two operators an iteration; what has no annotation is a tensor."""
    for _ in range(n):
        x = x + 1
        x = x.relu()
    return x


def row(title: str, mine: Callable[[], Any], others: dict[str, Callable[[], Any]], rounds: int) -> Row:
    """One row; results are compared as arrays."""
    calls = {"rushlight": mine, **others}
    found = [Contender(name, call, lambda call=call: np.asarray(call())) for name, call in calls.items()]
    return measure(title, found, rounds)


def main() -> int:
    """Run both rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.loops", description=__doc__)
    parser.add_argument("--rounds", type=int, default=101, help="turns per row (default: 101)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rl.set_num_threads(1)
    mine, theirs = rl.jit.script(integers), torch.jit.script(integers)
    rivals: dict[str, Callable[[], Any]] = {"torch.jit": lambda: theirs(1000), "Python": lambda: integers(1000)}
    rows = [(row("1,000 x 4 operations on integers", lambda: mine(1000), rivals, options.rounds), 4000)]
    loop, judge = rl.jit.script(tensors), torch.jit.script(tensors)
    x, y = rl.ones(4), torch.ones(4)
    with torch.inference_mode():
        rivals = {"torch.jit": lambda: judge(y, 1000), "torch": lambda: tensors(y, 1000)}
        rows.append((row("1,000 x two operators on 4 items", lambda: loop(x, 1000), rivals, options.rounds), 1000))
    print("| | each | time against rushlight's |\n|---|---|---|")
    for found, count in rows:
        ratios = ", ".join(f"{name} {ratio:.2f}" for name, ratio in found.ratios.items())
        print(f"| {found.title} | {found.seconds['rushlight'] / count * 1e9:.0f} ns | {ratios} |")
    print(f"\n{machine(1)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
