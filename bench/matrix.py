"""`python -m bench.matrix`: matrix products against what the machine can do, and against PyTorch.

Every call is timed between two calls of its yardstick (peak.py), in turns with its rivals; figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

import rushlight as rl
from rushlight.runtime.dtype import by_name
from rushlight.runtime.kernels import isa
from rushlight.runtime.kernels.matrix import Panels, Sizes, Strides, plain, plan_packed

from .peak import peak, reading, seconds

PACKED = ((128, 768, 768), (128, 3072, 768), (128, 768, 3072), *((size, size, size) for size in (256, 512, 1024, 2048)))
"""Rows, columns, depth."""
SQUARES = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048)
VECTORS = ((256, 256), (768, 3072), (4096, 4096), (8192, 8192))
"""Columns, depth of a product of one row."""

Call = Callable[[], object]


def shares(calls: list[Call], amount: float, yardstick: tuple[Call, float], budget: float) -> tuple[list[float], float]:
    """Per call: `amount` per second as a share of the yardstick's rate; and that rate."""
    measure, unit = yardstick
    found: list[list[float]] = [[] for _ in calls]
    rates: list[float] = []
    for call in (measure, *calls):
        call()
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(found[0]) < 5:
        for at, call in enumerate(calls):
            count = max(1, int(unit / amount))
            before = seconds(measure)
            start = time.perf_counter()
            for _ in range(count):
                call()
            taken = (time.perf_counter() - start) / count
            rate = 2 * unit / (before + seconds(measure))
            rates.append(rate)
            found[at].append(amount / taken / rate)
    return [statistics.median(one) for one in found], statistics.median(rates)


def packed_rows(dtype: str, budget: float) -> None:
    """GEMM with B packed ahead against the peak."""
    print(f"\n| {dtype}, B packed: rows x columns x depth | peak GFLOP/s | rushlight | torch.mm |\n|---|---|---|---|")
    rng = np.random.default_rng(0)
    for rows, columns, depth in PACKED:
        a, b = (rng.standard_normal(shape).astype(dtype) for shape in ((rows, depth), (depth, columns)))
        c, sizes = np.zeros((rows, columns), dtype), Sizes(rows, columns, depth)
        panels = Panels(dtype, Strides(columns, 1), sizes).pack(b.ctypes.data)
        plan = plan_packed(plain(by_name(dtype)), sizes, Strides(depth, 1), Strides(columns, 1))
        left, right = torch.from_numpy(a), torch.from_numpy(b)

        def own(plan=plan, addresses=(a.ctypes.data, panels.address, c.ctypes.data)) -> None:
            plan.run(*addresses)

        def rival(left=left, right=right) -> object:
            return torch.mm(left, right)

        own()
        np.testing.assert_allclose(c, a @ b, rtol=0, atol=1e-3)
        share, rate = shares([own, rival], 2.0 * rows * columns * depth, peak(dtype), budget)
        print(f"| {rows} x {columns} x {depth} | {rate / 1e9:.0f} | {share[0]:.0%} | {share[1]:.0%} |", flush=True)


def vector_rows(budget: float) -> None:
    """Products of one row against the bandwidth of reading."""
    print("\n| one row, float32: columns x depth | read GB/s | x @ W | x @ W.T | torch x @ W | torch x @ W.T |\n|---|---|---|---|---|---|")
    for columns, depth in VECTORS:
        x, w = np.ones((1, depth), np.float32), np.ones((depth, columns), np.float32)
        wide = np.ones((columns, depth), np.float32)
        calls: list[Call] = []
        for library in (rl, torch):
            one, two, three = (library.from_numpy(array) for array in (x, w, wide))
            calls += [lambda one=one, two=two, mm=library.mm: mm(one, two), lambda one=one, three=three, mm=library.mm: mm(one, three.t())]
        amount = 4.0 * columns * depth
        share, rate = shares(calls, amount, reading(max(int(amount), 1 << 16)), budget)
        print(f"| {columns} x {depth} | {rate / 1e9:.1f} | {' | '.join(f'{one:.2f}' for one in share)} |", flush=True)


def square_rows(budget: float) -> None:
    """rl.mm against torch.mm."""
    print("\n| mm, float32, n x n | rushlight us | torch us | torch / rushlight |\n|---|---|---|---|")
    rng = np.random.default_rng(0)
    for size in SQUARES:
        a, b = (rng.standard_normal((size, size)).astype("f4") for _ in range(2))
        pairs = [(library.from_numpy(a), library.from_numpy(b)) for library in (rl, torch)]
        calls: list[Call] = [lambda: rl.mm(*pairs[0]), lambda: torch.mm(*pairs[1])]
        for call in calls:
            call()
        count = max(1, int(2e-3 / max(min(seconds(calls[0]) for _ in range(3)), 1e-6)))
        times: list[list[float]] = [[], []]
        end = time.perf_counter() + budget
        while time.perf_counter() < end or len(times[0]) < 5:
            for at, call in enumerate(calls):
                start = time.perf_counter()
                for _ in range(count):
                    call()
                times[at].append((time.perf_counter() - start) / count)
        own, other = (statistics.median(one) for one in times)
        ratio = statistics.median(two / one for one, two in zip(*times, strict=True))
        print(f"| {size} | {own * 1e6:.1f} | {other * 1e6:.1f} | {ratio:.2f} |", flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.matrix", description=__doc__)
    parser.add_argument("--budget", type=float, default=1.0, help="seconds per row (default: 1)")
    parser.add_argument("--isa", choices=[one.name for one in isa.ALL], default=isa.host().name, help="instruction set of the packed rows")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rl.set_num_threads(1)
    with isa.forced(next(one for one in isa.ALL if one.name == options.isa)):
        for dtype in ("float32", "float64"):
            packed_rows(dtype, options.budget)
    vector_rows(options.budget)
    square_rows(options.budget)


if __name__ == "__main__":
    main()
