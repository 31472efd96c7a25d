"""A program of ten rows, from nothing: what a fresh process does in the warm start rows of engine_room.py."""

from __future__ import annotations

import sys

import numpy as np

from rushlight.runtime.dtype import float32
from rushlight.runtime.executor import acquire, run
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel
from rushlight.runtime.program import KernelRow, Program


def double(a: float) -> float:
    """Twice `a`."""
    return a + a


kernel = pointwise_kernel(double, (float32,), float32, (float32,), 0, (CONTIGUOUS, CONTIGUOUS))
program = Program(12, tuple(KernelRow(kernel, (at, at + 1), 11) for at in range(10)), constants=((11, 1000),))
x = np.arange(1000, dtype=np.float32)
buffers = [x, *(np.empty_like(x) for _ in range(10))]
frame = acquire(program)
for at, buffer in enumerate(buffers):
    frame.words[at] = buffer.ctypes.data
run(frame)
assert (buffers[-1] == 1024 * x).all()
print("with a compiler" if {"numba", "llvmlite.binding"} & set(sys.modules) else "without a compiler")
