"""`python -m bench.matrix`: matrix products against what the machine can do, and against PyTorch.

Every call is timed between two calls of its yardsticks (peak.py), in turns with its rivals; figures are medians over the rounds.

The bound: on registers alone the tile of 6 x 2 vectors reaches the peak, and with operands in the first cache it takes 6.0 cycles for
a step of 6, as do 4 x 3 and 3 x 4: AMD's Zen 3 begins six instructions a cycle, and a step is twenty. Beside a busy neighbour on the
same core it takes 6.5 to 7.0, and twelve multiply-adds with eight instructions that do nothing take 6.3 to 7.1: that is what
the column "with a tile's loads" shows, and no tile does better. What is left in quiet turns is the copy of A, as fast as
memory is copied: 3 to 6 % where a product has 256 columns, less for more.
What was tried around the tile and gained nothing: reading A where it lies (a tenth slower), packing A's tiles one by one as they are
first multiplied, no prefetch, not reading C, other shapes (4 x 3, 3 x 4, vectors of B as operands in memory), prefetching A, parts of
the depth beyond 384 steps, blocks of A beyond half of the second cache. Eight steps in a turn gained two percent.

Products of one row are bound by reading B: four rows or columns of it at once, each with sums of its own. A prepared product of
256 x 256 takes 4.4 microseconds, 0.85 of the yardstick, and calling it from Python another one.
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
from rushlight.runtime.kernels.compiling import isa
from rushlight.runtime.kernels.matrix.products import Panels, Sizes, Strides, plain, plan_packed, plan_product

from .peak import LOADS, Call, peak, reading, seconds, shares

PACKED = ((128, 768, 768), (128, 3072, 768), (128, 768, 3072), *((size, size, size) for size in (256, 512, 1024, 2048)))
"""Rows, columns, depth."""
SQUARES = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048)
VECTORS = ((256, 256), (768, 3072), (4096, 4096), (8192, 8192))
"""Columns, depth of a product of one row."""


def packed_rows(dtype: str, budget: float) -> None:
    """GEMM with B packed ahead against the peak."""
    title = f"{dtype}, B packed: rows x columns x depth"
    print(f"\n| {title} | peak GFLOP/s | with a tile's loads | rushlight | torch.mm | in quiet turns | torch |")
    print("|---|---|---|---|---|---|---|")
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
        found = shares([own, rival], 2.0 * rows * columns * depth, peak(dtype), budget, second=peak(dtype, LOADS))
        cells = " | ".join(f"{share:.0%}" for share in (found.loaded, *found.all, *found.quiet))
        print(f"| {rows} x {columns} x {depth} | {found.rate / 1e9:.0f} | {cells} |", flush=True)


def vector_rows(budget: float) -> None:
    """Products of one row against the bandwidth of reading: prepared products, and the functions that users call."""
    print("\n| one row, float32: columns x depth | read GB/s | prepared x @ W | x @ W.T | rl.mm x @ W | x @ W.T | torch x @ W | x @ W.T |")
    print("|---|---|---|---|---|---|---|---|")
    for columns, depth in VECTORS:
        x, w = np.ones((1, depth), np.float32), np.ones((depth, columns), np.float32)
        wide, out, sizes = np.ones((columns, depth), np.float32), np.zeros((1, columns), np.float32), Sizes(1, columns, depth)
        calls: list[Call] = []
        for right, steps in ((w, Strides(columns, 1)), (wide, Strides(1, depth))):
            plan = plan_product(plain(by_name("float32")), sizes, Strides(depth, 1), steps, Strides(columns, 1))
            assert plan is not None
            addresses = x.ctypes.data, right.ctypes.data, out.ctypes.data
            calls.append(lambda plan=plan, addresses=addresses: plan.run(*addresses))
        for library in (rl, torch):
            one, two, three = (library.from_numpy(array) for array in (x, w, wide))
            calls += [lambda one=one, two=two, mm=library.mm: mm(one, two), lambda one=one, three=three, mm=library.mm: mm(one, three.t())]
        amount = 4.0 * columns * depth
        found = shares(calls, amount, reading(max(int(amount), 1 << 16)), budget, max(1, int(6e7 / amount)))
        print(f"| {columns} x {depth} | {found.rate / 1e9:.1f} | {' | '.join(f'{one:.2f}' for one in found.all)} |", flush=True)


def median_times(calls: list[Call], budget: float) -> tuple[list[float], float]:
    """Seconds of two calls that take turns, and the second as a multiple of the first."""
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
    return [statistics.median(one) for one in times], statistics.median(two / one for one, two in zip(*times, strict=True))


LINEAR = ((1, 64, 10), (1, 256, 256), (1, 768, 768), (4, 256, 256), (8, 256, 256), (16, 256, 256), (32, 784, 128), (128, 768, 768))
"""Rows, depth, columns of layers."""
CALLS: tuple[tuple[str, tuple[tuple[int, ...], ...], Callable[..., object]], ...] = (
    ("addmm 128x768 @ 768x768", ((768,), (128, 768), (768, 768)), lambda library, c, a, b: library.addmm(c, a, b)),
    ("addmm beta 2, alpha 0.5, 4x16 @ 16x8", ((8,), (4, 16), (16, 8)), lambda library, *x: library.addmm(*x, beta=2, alpha=0.5)),
    ("bmm 12 heads 128x64 @ 64x128", ((12, 128, 64), (12, 64, 128)), lambda library, a, b: library.bmm(a, b)),
    ("bmm 12 heads 1x64 @ 64x128", ((12, 1, 64), (12, 64, 128)), lambda library, a, b: library.bmm(a, b)),
    ("bmm 100 16x16", ((100, 16, 16), (100, 16, 16)), lambda library, a, b: library.bmm(a, b)),
    ("baddbmm 12 heads 128x64", ((12, 128, 128), (12, 128, 64), (12, 64, 128)), lambda library, *x: library.baddbmm(*x)),
    ("matmul of heads beside each other", ((2, 128, 12, 64), (2, 128, 12, 64)), lambda library, a, b: library.matmul(
        a.transpose(1, 2), b.permute(0, 2, 3, 1)
    )),
    ("matmul weights @ heads beside each other", ((1, 12, 128, 128), (1, 128, 12, 64)), lambda library, a, b: library.matmul(
        a, b.transpose(1, 2)
    )),
    ("matmul 2x3x8x8 @ 3x8x8", ((2, 3, 8, 8), (3, 8, 8)), lambda library, a, b: library.matmul(a, b)),
    ("mv 256x256", ((256, 256), (256,)), lambda library, a, b: library.mv(a, b)),
    ("dot 256", ((256,), (256,)), lambda library, a, b: library.dot(a, b)),
)


def call_rows(budget: float) -> None:
    """Layers and products of networks, by the functions that users call."""
    print("\n| float32 | rushlight us | torch us | torch / rushlight |\n|---|---|---|---|")
    rng = np.random.default_rng(0)
    layers: list[tuple[str, tuple[tuple[int, ...], ...], Callable[..., object]]] = []
    for rows, depth, columns in LINEAR:
        shapes = ((rows, depth), (columns, depth), (columns,))
        layers.append((f"linear {rows}x{depth} -> {columns}", shapes, lambda library, *x: library.nn.functional.linear(*x)))
    for title, shapes, call in (*layers, *CALLS):
        arrays = [rng.standard_normal(shape).astype("f4") for shape in shapes]
        # as a model holds them: beside memory that NumPy shows, nothing packed is kept
        tensors = [[library.from_numpy(array).clone() for array in arrays] for library in (rl, torch)]
        calls: list[Call] = [
            lambda library=library, given=given, call=call: call(library, *given)
            for library, given in zip((rl, torch), tensors, strict=True)
        ]
        (own, other), ratio = median_times(calls, budget)
        print(f"| {title} | {own * 1e6:.1f} | {other * 1e6:.1f} | {ratio:.2f} |", flush=True)


INTEGERS = ((32, 64, 64), (32, 256, 64), (64, 256, 256))
"""Rows, depth, columns; torch takes a hundred milliseconds for larger ones."""


def integer_rows(budget: float) -> None:
    """Products of int8 matrices, and rl.mm of the same sizes in float32."""
    print("\n| int8: rows x depth x columns | rushlight us | torch us | torch / rushlight | float32 / int8 |\n|---|---|---|---|---|")
    rng = np.random.default_rng(0)
    for rows, depth, columns in INTEGERS:
        a, b = (rng.integers(-128, 128, shape).astype("i1") for shape in ((rows, depth), (depth, columns)))
        (left, right), pair = ([library.from_numpy(array) for array in (a, b)] for library in (rl, torch))
        floats = left.float(), right.float()
        np.testing.assert_array_equal(rl._int_mm(left, right).numpy(), a.astype("i4") @ b.astype("i4"))

        def own(left=left, right=right) -> object:
            return rl._int_mm(left, right)

        (taken, other), ratio = median_times([own, lambda pair=pair: torch._int_mm(*pair)], budget)
        _, of_floats = median_times([own, lambda floats=floats: rl.mm(*floats)], budget)
        print(f"| {rows} x {depth} x {columns} | {taken * 1e6:.1f} | {other * 1e6:.1f} | {ratio:.1f} | {of_floats:.2f} |", flush=True)


def square_rows(budget: float) -> None:
    """rl.mm against torch.mm."""
    print("\n| mm, float32, n x n | rushlight us | torch us | torch / rushlight |\n|---|---|---|---|")
    rng = np.random.default_rng(0)
    for size in SQUARES:
        a, b = (rng.standard_normal((size, size)).astype("f4") for _ in range(2))
        pairs = [(library.from_numpy(a), library.from_numpy(b)) for library in (rl, torch)]
        calls: list[Call] = [lambda: rl.mm(*pairs[0]), lambda: torch.mm(*pairs[1])]
        (own, other), ratio = median_times(calls, budget)
        print(f"| {size} | {own * 1e6:.1f} | {other * 1e6:.1f} | {ratio:.2f} |", flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.matrix", description=__doc__)
    parser.add_argument("--budget", type=float, default=1.0, help="seconds per row (default: 1)")
    parser.add_argument("--only", choices=("packed", "vectors", "squares", "calls", "integers"), help="one group of tables")
    parser.add_argument("--isa", choices=[one.name for one in isa.ALL], default=isa.host().name, help="instruction set of the packed rows")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    rl.set_num_threads(1)
    if options.only in (None, "packed"):
        with isa.forced(next(one for one in isa.ALL if one.name == options.isa)):
            for dtype in ("float32", "float64"):
                packed_rows(dtype, options.budget)
    for name, rows in (("vectors", vector_rows), ("squares", square_rows), ("calls", call_rows), ("integers", integer_rows)):
        if options.only in (None, name):
            rows(options.budget)


if __name__ == "__main__":
    main()
