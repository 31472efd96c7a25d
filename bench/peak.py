"""The yardsticks of a machine: fused multiply-adds in registers alone, and reading memory and doing nothing else with it."""

from __future__ import annotations

import ctypes
import functools
import time
from collections.abc import Callable

import numpy as np

from rushlight.runtime.kernels.compiling import isa
from rushlight.runtime.kernels.compiling.compiler import emitted_kernel
from rushlight.runtime.kernels.compiling.emitter import Builder
from rushlight.runtime.kernels.compiling.functions import Functions
from rushlight.runtime.kernels.compiling.vectors import Vectors
from rushlight.runtime.kernels.running.engine import Kernel

SUMS = 12
"""Independent sums: more than the latency of an instruction times how many start at once."""
TURNS = 50_000
STEPS = 4


@functools.cache
def multiply_add_kernel(dtype: str) -> Kernel:
    """STEPS * SUMS fused multiply-adds per item, on registers; word 0 is where the sums go at the end."""

    def write(builder: Builder, functions: Functions) -> None:
        vectors = Vectors(builder, dtype)
        place = builder.pointer(dtype, builder.word(0))
        factor = vectors.load(place)
        sums = vectors.variables(SUMS)
        for at, variable in enumerate(sums):
            variable.value = vectors.load(place.at((at + 1) * vectors.lanes))
        with builder.loop(builder.stop - builder.start, vectorize=False):
            for _ in range(STEPS):
                for variable in sums:
                    variable.value = vectors.multiply_add(variable.value, factor, factor)
        for at, variable in enumerate(sums):
            vectors.store(variable.value, place.at((at + 1) * vectors.lanes))

    return emitted_kernel(f"bench_multiply_add_{dtype}", write, dtype)


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


def peak(dtype: str) -> tuple[Callable[[], object], float]:
    """A call of some hundred microseconds, and its floating-point operations."""
    lanes = isa.current().vector_bytes // np.dtype(dtype).itemsize
    items = np.full(lanes * (SUMS + 1), 0.5, dtype)
    words = (ctypes.c_int64 * 1)(items.ctypes.data)
    kernel = multiply_add_kernel(dtype)

    def call() -> object:
        return kernel(ctypes.addressof(words), 0, TURNS), items

    return call, 2.0 * lanes * SUMS * STEPS * TURNS


def reading(nbytes: int) -> tuple[Callable[[], object], float]:
    """A call that reads about `nbytes`, and how many it reads exactly."""
    line = 32 * isa.current().vector_bytes
    source, sums = np.ones(nbytes // line * line // 4, np.float32), np.zeros(8 * 16, np.float32)
    words = (ctypes.c_int64 * 2)(source.ctypes.data, sums.ctypes.data)
    kernel = reading_kernel()

    def call() -> object:
        return kernel(ctypes.addressof(words), 0, nbytes // line), source, sums

    return call, float(nbytes // line * line)


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
