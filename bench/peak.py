"""The yardsticks of a machine: fused multiply-adds in registers alone, the same with loads between them, and reading memory.

A fused multiply-add in registers is one instruction in two that a core could begin; the tile of a matrix product needs two loads for three
of them. Where another machine runs on the same core (a hyperthread of a neighbour, which this one cannot see), it takes every other turn
at beginning instructions: then the first yardstick shows nothing of it, and no product can reach the first, only the second.
"""

from __future__ import annotations

import ctypes
import functools
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rushlight.runtime.kernels.compiling import isa
from rushlight.runtime.kernels.compiling.compiler import emitted_kernel
from rushlight.runtime.kernels.compiling.emitter import Builder
from rushlight.runtime.kernels.compiling.functions import Functions
from rushlight.runtime.kernels.compiling.vectors import Vectors
from rushlight.runtime.kernels.running.engine import Kernel
from rushlight.runtime.kernels.running.launch import launch

Call = Callable[[], object]
QUIET = 0.97
"""How much of the first yardstick the second reaches in a quiet turn."""
SUMS = 12
"""Independent sums: more than the latency of an instruction times how many start at once."""
TURNS = 200_000
"""Of the loop in one call: a core needs some ten microseconds before it begins two vectors a cycle."""
STEPS = 4
LOADS = 8
"""For each SUMS multiply-adds: what a tile of 6 rows and 2 vectors needs."""
LINES = 16


@functools.cache
def multiply_add_kernel(dtype: str, loads: int = 0) -> Kernel:
    """STEPS * SUMS fused multiply-adds per item, on registers; word 0 is where the sums go at the end.

    With `loads`, so many numbers are read from the first cache for each SUMS of them.
    """

    def write(builder: Builder, functions: Functions) -> None:
        vectors = Vectors(builder, dtype)
        place = builder.pointer(dtype, builder.word(0))
        factor = vectors.load(place)
        sums = vectors.variables(SUMS)
        for at, variable in enumerate(sums):
            variable.value = vectors.load(place.at((at + 1) * vectors.lanes))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            numbers = place.at(number % LINES * (STEPS * loads))
            for step in range(STEPS):
                for at, variable in enumerate(sums):
                    one = vectors.broadcast(numbers[step * loads + at]) if at < loads else factor
                    variable.value = vectors.multiply_add(variable.value, one, factor)
        for at, variable in enumerate(sums):
            vectors.store(variable.value, place.at((at + 1) * vectors.lanes))

    return emitted_kernel(f"bench_multiply_add_{dtype}_{loads}", write, dtype, loads)


@functools.cache
def reading_kernel() -> Kernel:
    """Adds float32 items of word 0, 32 vectors per item; sums go to word 1."""

    def write(builder: Builder, functions: Functions) -> None:
        vectors = Vectors(builder, "float32")
        source, target = builder.pointer("float32", builder.word(0)), builder.pointer("float32", builder.word(1))
        sums = vectors.variables(8)
        for variable in sums:
            variable.value = "zeroinitializer"
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            line = source.at((builder.start + number) * (32 * vectors.lanes))
            for at in range(32):
                variable = sums[at % 8]
                variable.value = vectors.add(variable.value, vectors.load(line.at(at * vectors.lanes)))
        for at, variable in enumerate(sums):
            vectors.store(variable.value, target.at(at * vectors.lanes))

    return emitted_kernel("bench_reading", write)


def peak(dtype: str, loads: int = 0, threads: int = 1) -> tuple[Call, float]:
    """A call of two milliseconds for each thread, and its floating-point operations."""
    lanes = isa.current().vector_bytes // np.dtype(dtype).itemsize
    items = np.full(max(lanes * (SUMS + 1), LINES * STEPS * loads), 0.5, dtype)
    kernel = multiply_add_kernel(dtype, loads)

    def call() -> object:
        return launch(kernel, (items.ctypes.data,), TURNS * threads, work=TURNS * threads * STEPS * SUMS // 4), items

    return call, 2.0 * lanes * SUMS * STEPS * TURNS * threads


def reading(nbytes: int) -> tuple[Call, float]:
    """A call that reads about `nbytes`, and how many it reads exactly."""
    line = 32 * isa.current().vector_bytes
    source, sums = np.ones(nbytes // line * line // 4, np.float32), np.zeros(8 * 16, np.float32)
    words = (ctypes.c_int64 * 2)(source.ctypes.data, sums.ctypes.data)
    kernel = reading_kernel()

    def call() -> object:
        return kernel(ctypes.addressof(words), 0, nbytes // line), source, sums

    return call, float(nbytes // line * line)


def seconds(call: Call) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Shares:
    """Medians over all turns, and for each call what it does as a share of what its yardstick does."""

    all: list[float]
    quiet: list[float]
    """Of the turns in which a neighbour on the same core held back the second yardstick by at most 3 %; NaN where there were none."""
    rate: float
    """Of the yardstick, in its units per second."""
    loaded: float
    """The second yardstick as a share of the first."""


def shares(
    calls: list[Call], amount: float, yardstick: tuple[Call, float], budget: float, repeat: int = 1,
    second: tuple[Call, float] | None = None,
) -> Shares:
    """Each call does `amount` units; a turn of it lies between two turns of the yardsticks.

    Each turn is `repeat` calls: where operands fit into a cache, all contenders then find them there.
    """
    once, unit = yardstick
    loaded, loaded_unit = second or yardstick

    def measure() -> None:
        for _ in range(repeat):
            once()

    def measure_both() -> tuple[float, float]:
        # the second takes turns with the first on both sides of a call
        alone, beside = seconds(measure), seconds(loaded)
        return repeat * unit / alone, loaded_unit / beside / (repeat * unit / alone) if second else 1.0

    found: list[list[tuple[float, bool]]] = [[] for _ in calls]
    rates: list[float] = []
    held: list[float] = []
    for call in (measure, loaded, *calls):
        call()
    end = time.perf_counter() + budget
    count = max(1, int(repeat * unit / amount))
    while time.perf_counter() < end or len(found[0]) < 5:
        for at, call in enumerate(calls):
            before = measure_both()
            # operands lie where the call before leaves them, as in a network, not where the yardsticks did
            call()
            start = time.perf_counter()
            for _ in range(count):
                call()
            taken = (time.perf_counter() - start) / count
            after = measure_both()
            rate = 2 / (1 / before[0] + 1 / after[0])
            rates.append(rate)
            held += before[1], after[1]
            found[at].append((amount / taken / rate, min(before[1], after[1]) > QUIET))
    quiet = [[share for share, is_quiet in one if is_quiet] or [math.nan] for one in found]
    medians = [statistics.median(share for share, _ in one) for one in found]
    return Shares(medians, [statistics.median(one) for one in quiet], statistics.median(rates), statistics.median(held))
