"""`python -m bench.ops`: every pointwise row and reduction of the operator table against PyTorch, then copies, then the cost of a call.

In: nothing but the table: a row that PyTorch has too is called with random float32 tensors and its schema's defaults. Out: markdown
tables of medians over interleaved rounds; a ratio above 1 says that rushlight is faster. Takes some minutes; kernels that the
store lacks are compiled first. `--only add` keeps the rows whose name has "add" in it, `--large` adds memory-bound rows at 1e7.

ops_slow.txt names the rows that may stay below 0.7, with reasons; rows below it that it lacks are printed at the end, and make the exit
status 1 with `--check`.
"""
from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

import rushlight as rl
from rushlight.runtime import typesystem as types
from rushlight.runtime.ops.packet import packet
from rushlight.runtime.ops.table import Kind, Op, rows
from rushlight.runtime.tensor import Tensor, from_numpy

from .paired import Row, summary, time_calls

Call = Callable[[], object]
BURST_SECONDS = 0.001
LEAST = 0.7
"""The ratio below which a row needs a reason."""
SLOW = Path(__file__).with_name("ops_slow.txt")
MEMORY_BOUND = ("add.Tensor", "mul.Tensor", "neg", "relu", "abs", "lt.Tensor", "maximum", "add.Scalar", "where.self", "sum", "clone")


def measure(title: str, own: Call, rival: Call, rounds: int) -> Row:
    """Both in turns, in bursts of a millisecond."""
    for _ in range(3):
        own(), rival()
    count = max(1, round(BURST_SECONDS / max(time_calls(own, 2), time_calls(rival, 2), 1e-8)))
    samples: dict[str, list[float]] = {"rushlight": [], "torch": []}
    for _ in range(rounds):
        samples["rushlight"].append(time_calls(own, count))
        samples["torch"].append(time_calls(rival, count))
    return summary(title, samples)


def reasons() -> dict[str, str]:
    """Why rows may be slower than PyTorch: "name items" -> the reason, from lines `name items: reason` below the heading."""
    lines = [line for line in SLOW.read_text().splitlines()[1:] if line]
    return {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}


def unexplained(size: int, measured: list[Row]) -> list[str]:
    """The rows below `LEAST` for which the list has no reason."""
    known = reasons()
    return [
        f"{row.title} {size}: {row.ratios['torch']:.2f}"
        for row in measured if row.ratios["torch"] < LEAST and f"{row.title} {size}" not in known
    ]


def table(title: str, measured: list[Row], size: int = 0) -> str:
    """The rows as markdown, the worst first, and how many lose; reasons for rows of `size` items that the list explains."""
    measured = sorted(measured, key=lambda row: row.ratios["torch"])
    lines = [f"### {title}", "", "| | rushlight us | torch us | ratio | |", "|---|---|---|---|---|"]
    known = reasons()
    for row in measured:
        own, rival = (1e6 * row.seconds[name] for name in ("rushlight", "torch"))
        why = known.get(f"{row.title} {size}", "") if row.ratios["torch"] < LEAST else ""
        lines.append(f"| {row.title} | {own:.2f} | {rival:.2f} | {row.ratios['torch']:.2f} | {why} |")
    ratios = [row.ratios["torch"] for row in measured]
    if ratios:
        lines.append(f"\n{len(ratios)} rows, median ratio {statistics.median(ratios):.2f}, {sum(one < 1 for one in ratios)} below 1")
    return "\n".join(lines) + "\n"


def torch_overload(op: Op) -> Any:
    """PyTorch's operator of the same schema, or None."""
    name, _, overload = op.key.removeprefix("aten::").partition(".")
    return getattr(getattr(torch.ops.aten, name, None), overload or "default", None)


def public(library: Any, op: Op) -> Any:
    """What users call: the function of the operator's name, or None."""
    name = op.name.removeprefix("aten::")
    for space, called in ((library, name), (library.special, name.removeprefix("special_")), (library.nn.functional, name)):
        if hasattr(space, called):
            return getattr(space, called)
    return None


def sample(op: Op, shape: tuple[int, ...], *, whole: bool) -> dict[str, Any]:
    """The arguments without a default: arrays of floats inside every function's domain or of `whole` numbers; the last dimension."""
    rng = np.random.default_rng(0)
    values: dict[str, Any] = {}
    for argument in op.schema.args:
        if argument.has_default:
            continue
        if argument.type == types.TENSOR:
            array = rng.integers(1, 9, shape) if whole else rng.random(shape, dtype=np.float32) * 0.8 + 0.1
            values[argument.name] = array > 0.5 if argument.name in ("condition", "mask") else array + (op.name == "aten::acosh")
        elif argument.name == "dtype":
            values[argument.name] = "float32"
        elif argument.name in ("dim", "dims"):
            values[argument.name] = [-1] if isinstance(argument.type, types.ListType) else -1
        else:
            values[argument.name] = 2 if whole or argument.type == types.INT else 1.5
    return values


def bound(library: Any, op: Op, function: Any, values: dict[str, Any]) -> Call:
    """The call of a library's function with its tensors and dtypes in place of arrays and names."""
    own = {
        name: library.from_numpy(value) if isinstance(value, np.ndarray) else getattr(library, value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    keywords = {argument.name: own.pop(argument.name) for argument in op.schema.args if argument.keyword_only and argument.name in own}
    positional = [*own.values()]
    return (lambda: function(*positional, **keywords)) if keywords else lambda: function(*positional)


def pair(op: Op, shape: tuple[int, ...]) -> tuple[Call, Call] | None:
    """The same call here and in PyTorch, as users write it where both have a function of the name; None where none takes the sample."""
    row = packet(op.name)
    for whole in (False, True):
        values = sample(op, shape, whole=whole)
        for mine, theirs in ((public(rl, op), public(torch, op)), (row, torch_overload(op))):
            if mine is None or theirs is None:
                continue
            calls = bound(rl, op, mine, values), bound(torch, op, theirs, values)
            try:
                calls[0](), calls[1]()
            except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
                continue
            return calls
    return None


def table_rows(only: str, part: str) -> list[Op]:
    """Pointwise rows and reductions of PyTorch's own namespace without what derives from them, or the i-th of n parts of them."""
    number, count = map(int, part.split("/"))
    kinds = (Kind.POINTWISE, Kind.REDUCTION)
    written = [op for op in rows() if op.base is None and op.key.startswith("aten::") and op.kind in kinds and only in op.key]
    return written[number::count]


def op_rows(size: int, only: str, part: str, rounds: int) -> list[Row]:
    """One row per operator, on matrices of `size` items."""
    shape = (size // 100, 100)
    measured: list[Row] = []
    for op in table_rows(only, part):
        calls = pair(op, shape)
        if calls is not None:
            measured.append(measure(op.key.removeprefix("aten::"), *calls, rounds))
    return measured


def large_rows(rounds: int) -> list[Row]:
    """Rows that memory bounds, at ten million items."""
    measured: list[Row] = []
    for op in rows():
        if op.key.removeprefix("aten::") in MEMORY_BOUND and (calls := pair(op, (10_000_000,))) is not None:
            measured.append(measure(f"{op.key.removeprefix('aten::')} 1e7", *calls, rounds))
    return measured


COPIES: dict[str, tuple[tuple[int, ...], Callable[[Any], Any]]] = {
    "x.t().contiguous(), 500": ((500, 500), lambda x: x.t().contiguous()),
    "x.t().contiguous(), 2048": ((2048, 2048), lambda x: x.t().contiguous()),
    "NCHW to NHWC": ((8, 64, 56, 56), lambda x: x.permute(0, 2, 3, 1).contiguous()),
    "NHWC to NCHW": ((8, 56, 56, 64), lambda x: x.permute(0, 3, 1, 2).contiguous()),
    "heads: permute(0, 2, 1, 3)": ((8, 128, 12, 64), lambda x: x.permute(0, 2, 1, 3).contiguous()),
    "image: HWC to CHW": ((224, 224, 3), lambda x: x.permute(2, 0, 1).contiguous()),
    "image: CHW to HWC": ((3, 224, 224), lambda x: x.permute(1, 2, 0).contiguous()),
    "expanded rows": ((1, 1000), lambda x: x.expand(1000, 1000).contiguous()),
    "expanded columns": ((1000, 1), lambda x: x.expand(1000, 1000).contiguous()),
    "every second column": ((1000, 2000), lambda x: x[:, ::2].contiguous()),
    "every second row": ((2000, 1000), lambda x: x[::2].contiguous()),
    "part of the columns": ((1000, 1000), lambda x: x[:, 10:900].contiguous()),
    "clone, 1e5": ((100_000,), lambda x: x.clone()),
    "x + x.t(), 1000": ((1000, 1000), lambda x: x + x.t()),
    "x + row, 1000": ((1000, 1000), lambda x: x + x[0]),
    "x + column, 1000": ((1000, 1000), lambda x: x + x[:, :1]),
}
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "add(x, x)": lambda library, x: library.add(x, x),
    "x + x": lambda library, x: x + x,
    "x + 2.0": lambda library, x: x + 2.0,
    "x.mul_(1.0)": lambda library, x: x.mul_(1.0),
    "add(x, x, alpha=2)": lambda library, x: library.add(x, x, alpha=2),
    "add(x, x, out=x)": lambda library, x: library.add(x, x, out=x),
    "relu(x)": lambda library, x: library.relu(x),
    "x < x": lambda library, x: x < x,
    "x.reshape(16)": lambda library, x: x.reshape(16),
    "x.view(2, 8)": lambda library, x: x.view(2, 8),
    "x.permute(1, 0)": lambda library, x: x.permute(1, 0),
    "x.expand(2, 4, 4)": lambda library, x: x.expand(2, 4, 4),
    "x.transpose(0, 1)": lambda library, x: x.transpose(0, 1),
    "x[0]": lambda library, x: x[0],
    "x[:, 1]": lambda library, x: x[:, 1],
    "x.sum()": lambda library, x: x.sum(),
    "x.sum(dim=1)": lambda library, x: x.sum(dim=1),
    "x.max()": lambda library, x: x.max(),
    "softmax(x, -1)": lambda library, x: library.softmax(x, -1),
    "x @ x": lambda library, x: x @ x,
    "cat([x, x])": lambda library, x: library.cat([x, x]),
    "x.clone()": lambda library, x: x.clone(),
    "x[0].copy_(x[1])": lambda library, x: x[0].copy_(x[1]),
    "x[0] = 1.0": lambda library, x: x.__setitem__(0, 1.0),
    "x[:2] = x[2:]": lambda library, x: x.__setitem__(slice(0, 2), x[2:]),
    "where(x > 0, x, 0.0)": lambda library, x: library.where(x > 0, x, 0.0),
    "x.masked_fill(x > 0, -inf)": lambda library, x: x.masked_fill(x > 0, -math.inf),
    "(x > 0) * x": lambda library, x: (x > 0) * x,
    "triu(x)": lambda library, x: library.triu(x),
    "equal(x, x)": lambda library, x: library.equal(x, x),
    "pad(x, (1, 1))": lambda library, x: library.nn.functional.pad(x, (1, 1)),
    "roll(x, 1, 0)": lambda library, x: library.roll(x, 1, 0),
    "x.numpy()": lambda library, x: x.numpy(),
    "from_numpy(array)": lambda library, x: library.from_numpy(_ARRAY),
    "zeros(4)": lambda library, x: library.zeros(4),
    "x.new_zeros(4)": lambda library, x: x.new_zeros(4),
}
_ARRAY = np.ones(4, np.float32)


def copy_rows(rounds: int) -> list[Row]:
    """Copies between layouts."""
    measured: list[Row] = []
    for title, (shape, run) in COPIES.items():
        array = np.random.default_rng(0).random(shape, dtype=np.float32)
        mine, theirs = from_numpy(array), torch.from_numpy(array)
        measured.append(measure(title, lambda: run(mine), lambda: run(theirs), rounds))
    return measured


def call_rows(rounds: int) -> list[Row]:
    """Calls on 4 by 4 items: what a call costs before it computes."""
    mine, theirs = rl.ones(4, 4), torch.ones(4, 4)
    assert isinstance(mine, Tensor)
    return [measure(title, lambda: run(rl, mine), lambda: run(torch, theirs), rounds) for title, run in CALLS.items()]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.ops", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of both (default: 1)")
    parser.add_argument("--rounds", type=int, default=9, help="turns per row (default: 9)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 100_000], help="items of the operands (default: 1000 100000)")
    parser.add_argument("--only", default="", help="rows of the table whose name has this in it")
    parser.add_argument("--part", default="0/1", help="`i/n`: the i-th of n equal parts of the rows, for machines that others use too")
    parser.add_argument("--large", action="store_true", help="memory-bound rows at 1e7 items too")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a row without a reason is below 0.7")
    parser.add_argument("--tables", nargs="*", default=["ops", "copies", "calls"], choices=["ops", "copies", "calls"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    began = time.perf_counter()
    slow: list[str] = []
    with torch.inference_mode():
        if "ops" in options.tables:
            for size in options.sizes:
                measured = op_rows(size, options.only, options.part, options.rounds)
                print(table(f"Rows at {size} items", measured, size), flush=True)
                slow += unexplained(size, measured)
        if options.large:
            print(table("Memory-bound rows", large_rows(options.rounds)), flush=True)
        if "copies" in options.tables:
            print(table("Copies", copy_rows(options.rounds)), flush=True)
        if "calls" in options.tables:
            print(table("Calls", call_rows(5 * options.rounds)), flush=True)
    if slow:
        print("Below 0.7 without a reason in bench/ops_slow.txt:", *slow, sep="\n    ", end="\n\n")
    print(f"{time.perf_counter() - began:.0f} s, {options.threads} thread(s), torch {torch.__version__}", file=sys.stderr)
    return 1 if slow and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
