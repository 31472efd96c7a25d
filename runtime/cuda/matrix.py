"""Matrix products for CUDA: tiles of both operands in shared memory, a small tile of the result in each thread's registers.

C = epilogue(A @ B, bias): A is rows x depth, B depth x columns, both with any strides; C is contiguous; `bias` has a value for
each column. The epilogue is a scalar function of the table's kind, applied before a result is first written.
"""
from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numba import types

from ..dtype import DType
from .kernel import INDEX, CudaKernel, array_of
from .scalars import cuda, exact, numba_type, scalar


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a product is divided: `threads` x `threads` threads in a block, `items` x `items` results for each, `depth` steps at once."""

    threads: int = 16
    items: int = 4
    depth: int = 16

    @property
    def side(self) -> int:
        """Rows, and columns, of a block's part of the result."""
        return self.threads * self.items

    def grid(self, rows: int, columns: int) -> tuple[int, int]:
        """The blocks that cover a result of this size."""
        return -(-columns // self.side), -(-rows // self.side)


def plus(value: Any, bias: Any) -> Any:
    """The epilogue of a linear layer."""
    return value + bias


@functools.cache
def gemm_kernel(dtype: DType, epilogue: Callable[[Any, Any], Any] = plus, tiling: Tiling = Tiling()) -> CudaKernel:
    """C = epilogue(A @ B, bias); a grid of `tiling.grid(rows, columns)`.

    Arguments: C, A, B, bias (one array item for each column), rows, columns, depth, (row, column) strides of A, and of B.
    """
    assert dtype.numpy is not None and dtype.is_floating_point, f"cuda gemm: {dtype} is no floating type with registers of its own"
    kind, zero = numba_type(dtype.name), dtype.numpy.type(0)
    finish, edge = scalar(epilogue, dtype.name), exact(dtype.name)
    threads, items, deep, side = tiling.threads, tiling.items, tiling.depth, tiling.side
    shape_a, shape_b = (deep, side + 1), (deep, side)
    workers = threads * threads

    def loop(
        c: Any, a: Any, b: Any, bias: Any, rows: int, columns: int, depth: int, a_strides: Any, b_strides: Any
    ) -> None:
        tile_a = cuda.shared.array(shape_a, kind)
        tile_b = cuda.shared.array(shape_b, kind)
        totals = cuda.local.array((items, items), kind)
        left = cuda.local.array(items, kind)
        x, y = cuda.threadIdx.x, cuda.threadIdx.y
        top, first = cuda.blockIdx.y * side, cuda.blockIdx.x * side
        for i in range(items):
            for j in range(items):
                totals[i, j] = zero
        start = 0
        while start < depth:
            worker = y * threads + x
            while worker < side * deep:
                row, step = top + worker // deep, start + worker % deep
                inside = row < rows and step < depth
                tile_a[worker % deep, worker // deep] = a[row * a_strides[0] + step * a_strides[1]] if inside else zero
                column, step = first + worker % side, start + worker // side
                inside = column < columns and step < depth
                tile_b[worker // side, worker % side] = b[step * b_strides[0] + column * b_strides[1]] if inside else zero
                worker += workers
            cuda.syncthreads()
            for step in range(deep):
                for i in range(items):
                    left[i] = tile_a[step, y + i * threads]
                for j in range(items):
                    right = tile_b[step, x + j * threads]
                    for i in range(items):
                        totals[i, j] += left[i] * right
            cuda.syncthreads()
            start += deep
        for i in range(items):
            row = top + y + i * threads
            for j in range(items):
                column = first + x + j * threads
                if row < rows and column < columns:
                    c[row * columns + column] = edge(finish(totals[i, j], bias[column]))

    array, pair = array_of(dtype), types.UniTuple(INDEX, 2)
    signature = (array, array, array, array, INDEX, INDEX, INDEX, pair, pair)
    return CudaKernel(f"gemm_{dtype.name}_{epilogue.__name__}", loop, signature, (threads, threads))
