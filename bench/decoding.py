"""Attention decoding with a growing cache of keys and values as one program: every length, no return to Python.

In: a row of query, key and value for each step. Out: the attended values of each step. Each step allocates caches one row longer,
copies the old ones, and frees them; sizes and addresses are one region of numbers. tests/runtime/test_decoding.py compares it with NumPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rushlight.runtime.executor import acquire, release, run
from rushlight.runtime.kernels.compiling.compiler import emitted_kernel
from rushlight.runtime.kernels.compiling.emitter import Builder
from rushlight.runtime.kernels.compiling.functions import Functions
from rushlight.runtime.kernels.compiling.scalar_region import parse_region, region_kernel
from rushlight.runtime.kernels.running.engine import Kernel
from rushlight.runtime.program import Program, parse

WIDTH = 64

SIZES = """
region (int64, int64, int64, int64, int64, int64)
0: %6 = 768 int64                    # inputs: 0 step, 1 rows, 2 results, 3 steps, 4 old keys, 5 old values
1: %7 = multiply(%0, %6) int64
2: %8 = add(%1, %7) int64            # this step's query
3: %9 = 256 int64
4: %10 = add(%8, %9) int64           # its key
5: %11 = add(%10, %9) int64          # its value
6: %12 = multiply(%0, %9) int64      # bytes of an old cache
7: %13 = add(%2, %12) int64          # where its result goes
8: %14 = 1 int64
9: %15 = add(%0, %14) int64          # the next step, and this cache's rows
10: %16 = multiply(%15, %9) int64    # bytes of a new cache
11: %17 = 4 int64
12: %18 = multiply(%15, %17) int64   # bytes of the scores
13: %19 = less(%15, %3) bool
"""

DECODE = """
program 31 words, 0 bytes
%2 = {width}                # 0 rows, 1 results, 5 keys, 6 values, 7 scores; register r of the region is word 11 + r
%3 = 1
%4 = {steps}
%5 starts at 0
%6 starts at 0
%10 starts at 0
%26 starts at 0
%8 = &10
0: {sizes}(%8, %26, %0, %1, %4, %5, %6) items %3
1: %5 = allocate %27
2: {append}(%5, %15, %21, %11, %2) items %26
3: %6 = allocate %27
4: {append}(%6, %16, %22, %11, %2) items %26
5: %7 = allocate %29
6: {scores}(%7, %19, %5, %2) items %26
7: {softmax}(%7, %26) items %3
8: {mix}(%24, %7, %6, %26, %2) items %3
9: free %7, %29
10: jump 13 unless %11
11: free %15, %23
12: free %16, %23
13: jump 0 if %30
14: free %5, %27
15: free %6, %27
"""


def _add(a: Any, b: Any) -> Any:
    return a + b


def _multiply(a: Any, b: Any) -> Any:
    return a * b


def _less(a: Any, b: Any) -> Any:
    return a < b


def _exp(a: Any) -> Any:
    return math.exp(a)


def _write_append(builder: Builder, functions: Functions) -> None:
    """Rows of the new cache: the old ones, and behind them the new one. Words: new cache, old cache, new row, old rows, width."""
    target, old, new = (builder.pointer("float32", builder.word(at)) for at in range(3))
    width = builder.word(4)
    with builder.loop(builder.stop - builder.start, vectorize=False) as number:
        row = builder.start + number
        address = builder.select(row < builder.word(3), builder.word(1) + row * width * 4, builder.word(2))
        source, place = builder.pointer("float32", address).independent(), target.at(row * width).independent()
        with builder.loop(width, independent=True) as at:
            place[at] = source[at]


def _write_scores(builder: Builder, functions: Functions) -> None:
    """Each key times the query, divided by the root of the width. Words: scores, query, keys, width."""
    scores, query, keys = (builder.pointer("float32", builder.word(at)) for at in range(3))
    width = builder.word(3)
    total = builder.variable(builder.number(0.0, "float32"))
    with builder.loop(builder.stop - builder.start, vectorize=False) as number:
        row = builder.start + number
        key = keys.at(row * width)
        total.value = 0.0
        with builder.loop(width) as at:
            total.value = builder.accumulate(total.value, query[at] * key[at])
        scores[row] = total.value * 0.125


def _write_softmax(builder: Builder, functions: Functions) -> None:
    """The softmax of one row, in its place. Words: row, size."""
    row, size = builder.pointer("float32", builder.word(0)), builder.word(1)
    exp = functions.get(_exp, ("float32",), "float32", "float32")
    top = builder.variable(builder.number(-math.inf, "float32"))
    total = builder.variable(builder.number(0.0, "float32"))
    with builder.loop(size) as at:
        top.value = builder.maximum(top.value, row[at])
    largest = top.value
    with builder.loop(size) as at:
        item = exp(builder, row[at] - largest)
        row[at] = item
        total.value = builder.accumulate(total.value, item)
    scale = 1.0 / total.value
    with builder.loop(size) as at:
        row[at] = row[at] * scale


def _write_mix(builder: Builder, functions: Functions) -> None:
    """The sum of values by their weights. Words: result, weights, values, rows, width."""
    target, weights, values = (builder.pointer("float32", builder.word(at)) for at in range(3))
    rows, width = builder.word(3), builder.word(4)
    with builder.loop(width) as at:
        target[at] = 0.0
    with builder.loop(rows, vectorize=False) as row:
        weight, value = weights[row], values.at(row * width).independent()
        place = target.independent()
        with builder.loop(width, independent=True) as at:
            place[at] = place[at] + weight * value[at]


def _write_nothing(builder: Builder, functions: Functions) -> None:
    """What is left of a program whose kernels do nothing is its overhead."""


def decoding_program(steps: int, *, idle: bool = False) -> Program:
    """The program for this many steps; words 0 and 1 are the addresses of rows (steps, 3, WIDTH) and results (steps, WIDTH), float32.

    With `idle` its kernels do nothing.
    """
    region = region_kernel(parse_region(SIZES, {"add": _add, "multiply": _multiply, "less": _less}))
    nothing = emitted_kernel("nothing", _write_nothing)
    kernels: dict[str, Kernel] = {
        "append": emitted_kernel("append", _write_append), "scores": emitted_kernel("scores", _write_scores),
        "softmax": emitted_kernel("softmax_in_place", _write_softmax, _exp), "mix": emitted_kernel("mix", _write_mix),
    }
    used = {name: nothing if idle else kernel for name, kernel in kernels.items()}
    symbols = {name: kernel.symbol for name, kernel in used.items()}
    text = DECODE.format(width=WIDTH, steps=steps, sizes=region.symbol, **symbols)
    return parse(text, {kernel.symbol: kernel for kernel in (*used.values(), region)})


def decode(program: Program, rows: np.ndarray[Any, Any], results: np.ndarray[Any, Any]) -> None:
    """Run the program once."""
    frame = acquire(program)
    frame.words[0], frame.words[1] = rows.ctypes.data, results.ctypes.data
    run(frame)
    release(frame)
