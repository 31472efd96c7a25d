"""Transposed copies for CUDA, through tiles in shared memory so that both sides are read and written in whole lines.

Copies between other layouts are pointwise kernels of the identity (pointwise.py).
"""
from __future__ import annotations

import functools
from typing import Any

from ..dtype import DType
from .kernel import INDEX, CudaKernel, array_of
from .scalars import cast, cuda, numba_type

TILE = 32
ROWS = 8
"""Rows of threads in a block: each thread moves TILE / ROWS items."""


def grid_of(rows: int, columns: int, tile: int = TILE) -> tuple[int, int]:
    """The blocks that cover a source of this size."""
    return -(-columns // tile), -(-rows // tile)


@functools.cache
def transpose_kernel(input: DType, output: DType, tile: int = TILE, thread_rows: int = ROWS) -> CudaKernel:
    """out[column, row] = source[row, column], converted; a grid of `grid_of(rows, columns)`.

    Arguments: output array, source array (both contiguous), rows and columns of the source.
    """
    convert = cast(input.name, output.name)
    kind = numba_type(input.name)
    # one more column than needed, so that a column's items lie in different banks
    width = tile + 1

    def loop(out: Any, source: Any, rows: int, columns: int) -> None:
        block = cuda.shared.array((tile, width), kind)
        x, y = cuda.threadIdx.x, cuda.threadIdx.y
        column = cuda.blockIdx.x * tile + x
        step = 0
        while step < tile:
            row = cuda.blockIdx.y * tile + y + step
            if row < rows and column < columns:
                block[y + step, x] = source[row * columns + column]
            step += thread_rows
        cuda.syncthreads()
        row = cuda.blockIdx.y * tile + x
        step = 0
        while step < tile:
            column = cuda.blockIdx.x * tile + y + step
            if row < rows and column < columns:
                out[column * rows + row] = convert(block[x, y + step])
            step += thread_rows

    return CudaKernel(f"transpose_{input.name}_{output.name}", loop, (array_of(output), array_of(input), INDEX, INDEX), (tile, thread_rows))
