"""A CUDA kernel: a Python function over device arrays, its signature, and how it is launched or compiled ahead of time.

In: the function that a loop maker closed over its scalar functions. Out: `CudaKernel`. Launching needs a GPU, or numba's
simulator (NUMBA_ENABLE_CUDASIM=1 before numba is imported); `ptx` needs neither.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types

from ..dtype import DType
from .scalars import cuda, numba_type

INDEX = types.int64
"""Sizes, strides and counts in kernels."""


def array_of(dtype: DType) -> Any:
    """The type of a flat device array of `dtype` items."""
    return types.Array(numba_type(dtype.name), 1, "C")


class CudaKernel:
    """A kernel for arguments of one signature."""

    def __init__(self, name: str, function: Callable[..., None], signature: tuple[Any, ...], block: tuple[int, ...]) -> None:
        self.name = name
        self.function = function
        self.signature = signature
        self.block = block
        """Threads per block, by dimension: what the function was written for."""
        self._launcher: Any = None

    def launch(self, grid: tuple[int, ...] | int, *arguments: Any) -> None:
        """Run over `grid` blocks; arrays are device arrays, or NumPy arrays, which are copied there and back."""
        if self._launcher is None:
            self._launcher = cuda.jit(self.function)
        self._launcher[grid, self.block](*arguments)

    def ptx(self, capability: tuple[int, int]) -> str:
        """The kernel as PTX text for a compute capability such as (8, 0)."""
        return cuda.compile_ptx(self.function, self.signature, cc=capability)[0]

    def __repr__(self) -> str:
        return f"<CudaKernel {self.name}>"
