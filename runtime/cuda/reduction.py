"""Reductions for CUDA from kernels/loops/reduction_functions.py: blocks of fixed size, then one block per output that joins them.

A reduction is two kernels, so that neither order of items nor result depends on the size of the grid. `Partials` are flat, of
the compute dtype, `chunk_count(count)` for each output. Rows whose items are compared with a centre, or that have a parameter,
are not made here.
"""
from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numba import types

from ..dtype import DType
from ..kernels.loops.reduction import Reduction
from .kernel import INDEX, CudaKernel, array_of
from .pointwise import offset
from .scalars import cast, cuda, device, exact, numba_type, scalar

BLOCK = 256
ITEMS = 16
"""Items of a chunk for each thread."""


def chunk_count(count: int, block: int = BLOCK) -> int:
    """How many partial results stand for `count` items of one output; at least one."""
    return max(-(-count // (block * ITEMS)), 1)


@functools.cache
def partial_kernel(reduction: Reduction, input: DType, compute: DType, kept: int, reduced: int, block: int = BLOCK) -> CudaKernel:
    """Partial results; a grid of outputs * chunks blocks.

    Arguments: partials, source array, chunks for each output, items for each output, kept sizes and strides, reduced sizes
    and strides (tuples of `kept` and `reduced` integers, at least one each).
    """
    assert reduction.centre is None and not reduction.truth, f"{reduction.name} has no CUDA kernel"
    identity = _typed(reduction.identity(compute.name), compute)
    count_as = scalar(reduction.element, compute.name)
    convert, edge = cast(input.name, compute.name), exact(compute.name)
    combine = scalar(reduction.combine, compute.name)
    tree = _tree(reduction, compute, block)
    output_place, item_place = offset(kept), offset(reduced)
    kind = numba_type(compute.name)

    def loop(
        partials: Any, source: Any, chunks: int, count: int, sizes: Any, strides: Any, reduced_sizes: Any, reduced_strides: Any
    ) -> None:
        totals = cuda.shared.array(block, kind)
        thread = cuda.threadIdx.x
        output = cuda.blockIdx.x // chunks
        first = (cuda.blockIdx.x - output * chunks) * (block * ITEMS)
        base = output_place(output, sizes, strides)
        stop = min(first + block * ITEMS, count)
        total = identity
        item = first + thread
        while item < stop:
            value = convert(source[base + item_place(item, reduced_sizes, reduced_strides)])
            total = edge(combine(total, edge(count_as(value, identity, identity))))
            item += block
        totals[thread] = total
        cuda.syncthreads()
        tree(totals, thread)
        if thread == 0:
            partials[cuda.blockIdx.x] = totals[0]

    outer, inner = types.UniTuple(INDEX, kept), types.UniTuple(INDEX, reduced)
    signature = (array_of(compute), array_of(input), INDEX, INDEX, outer, outer, inner, inner)
    return CudaKernel(f"{reduction.name}_partial_{input.name}_{compute.name}_{kept}_{reduced}", loop, signature, (block,))


@functools.cache
def join_kernel(reduction: Reduction, compute: DType, output: DType, block: int = BLOCK) -> CudaKernel:
    """Results from partial results; a grid of as many blocks as outputs.

    Arguments: output array, partials, chunks for each output, items for each output.
    """
    identity = _typed(reduction.identity(compute.name), compute)
    join, finish = scalar(reduction.join, compute.name), scalar(reduction.finish, compute.name)
    edge, convert, as_compute = exact(compute.name), cast(compute.name, output.name), cast("int64", compute.name)
    tree = _tree(reduction, compute, block)
    kind, whole = numba_type(compute.name), np.int64

    def loop(out: Any, partials: Any, chunks: int, count: int) -> None:
        totals = cuda.shared.array(block, kind)
        thread = cuda.threadIdx.x
        base = cuda.blockIdx.x * chunks
        total = identity
        chunk = thread
        while chunk < chunks:
            total = edge(join(total, partials[base + chunk]))
            chunk += block
        totals[thread] = total
        cuda.syncthreads()
        tree(totals, thread)
        if thread == 0:
            out[cuda.blockIdx.x] = convert(edge(finish(totals[0], as_compute(whole(count)), identity, identity)))

    signature = (array_of(output), array_of(compute), INDEX, INDEX)
    return CudaKernel(f"{reduction.name}_join_{compute.name}_{output.name}", loop, signature, (block,))


def _typed(value: Any, dtype: DType) -> Any:
    assert dtype.numpy is not None, f"{dtype} has no NumPy type"
    return dtype.numpy.type(value)


def _tree(reduction: Reduction, compute: DType, block: int) -> Any:
    """The device function that joins the totals of a block's threads pairwise into the first; `block` is a power of two."""
    join, edge = scalar(reduction.join, compute.name), exact(compute.name)

    def tree(totals: Any, thread: int) -> None:
        width = block // 2
        while width > 0:
            if thread < width:
                totals[thread] = edge(join(totals[thread], totals[thread + width]))
            cuda.syncthreads()
            width //= 2

    return device(tree)
