"""Pointwise kernels for CUDA: a scalar function, once per item, over operands of any strides. The twin of kernels/loops/pointwise.py.

A kernel's arguments: the output array, a tuple of the input arrays, the number of items, the sizes (outermost first), and for
each operand (inputs, then the output) its strides in items; a stride of 0 broadcasts. Threads walk the items by the size of
the grid, so any number of blocks is right.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from numba import types

from ..dtype import DType
from .kernel import INDEX, CudaKernel, array_of
from .scalars import cast, cuda, device, exact, scalar

BLOCK = 256
MAX_INPUTS = 8


@functools.cache
def pointwise_kernel(
    body: Callable[..., Any], inputs: tuple[DType, ...], compute: DType | tuple[DType, ...], output: DType, rank: int
) -> CudaKernel:
    """The kernel of `body` for `rank` dimensions (at least 1); arguments are cast to `compute`, one for all or one for each."""
    if not 1 <= len(inputs) <= MAX_INPUTS:
        raise ValueError(f"cuda pointwise kernel: {len(inputs)} inputs; 1 to {MAX_INPUTS} are possible")
    computes = compute if isinstance(compute, tuple) else (compute,) * len(inputs)
    literals = next((one.name for one in computes if one.name != "bool"), "bool")
    place = offset(rank)
    loads = [_load(at, one.name, to.name, place) for at, (one, to) in enumerate(zip(inputs, computes))]
    value = _call(scalar(body, literals), loads)
    store = _store(literals, output.name)
    last = len(inputs)

    def loop(out: Any, arrays: Any, items: int, sizes: Any, strides: Any) -> None:
        item = cuda.grid(1)
        step = cuda.gridsize(1)
        while item < items:
            out[place(item, sizes, strides[last])] = store(value(arrays, item, sizes, strides))
            item += step

    shape = types.UniTuple(INDEX, rank)
    signature = (
        array_of(output), types.Tuple([array_of(one) for one in inputs]), INDEX, shape, types.UniTuple(shape, len(inputs) + 1),
    )
    name = f"{body.__name__}_{'_'.join(one.name for one in (*inputs, output))}_{rank}"
    return CudaKernel(name, loop, signature, (BLOCK,))


@functools.cache
def offset(rank: int) -> Any:
    """The device function that says where item number `item`, in row-major order, lies in `rank` dims."""

    def strided(item: int, sizes: Any, strides: Any) -> int:
        total = 0
        for back in range(rank - 1):
            dim = rank - 1 - back
            total += (item % sizes[dim]) * strides[dim]
            item //= sizes[dim]
        return total + item * strides[0]

    return device(strided)


def _load(at: int, dtype: str, compute: str, place: Any) -> Any:
    """The device function that reads operand `at` of an item in the compute dtype."""
    convert = cast(dtype, compute)
    return device(lambda arrays, item, sizes, strides: convert(arrays[at][place(item, sizes, strides[at])]))


def _store(computed: str, output: str) -> Any:
    """The device function that makes an output item of a result: first of the compute dtype, then of the output's."""
    if output == "bool":
        return device(lambda x: x != 0)
    edge, convert = exact(computed), cast(computed, output)
    return device(lambda x: convert(edge(x)))


def _call(body: Any, loads: Sequence[Any]) -> Any:
    """The device function that calls `body` with what `loads` read: device code knows no argument lists of any length."""
    missing: tuple[Any, ...] = (None,) * (MAX_INPUTS - len(loads))
    a, b, c, d, e, f, g, h = (*loads, *missing)
    calls: tuple[Callable[..., Any], ...] = (
        lambda x, i, n, s: body(a(x, i, n, s)),
        lambda x, i, n, s: body(a(x, i, n, s), b(x, i, n, s)),
        lambda x, i, n, s: body(a(x, i, n, s), b(x, i, n, s), c(x, i, n, s)),
        lambda x, i, n, s: body(a(x, i, n, s), b(x, i, n, s), c(x, i, n, s), d(x, i, n, s)),
        lambda x, i, n, s: body(a(x, i, n, s), b(x, i, n, s), c(x, i, n, s), d(x, i, n, s), e(x, i, n, s)),
        lambda x, i, n, s: body(a(x, i, n, s), b(x, i, n, s), c(x, i, n, s), d(x, i, n, s), e(x, i, n, s), f(x, i, n, s)),
        lambda x, i, n, s: body(
            a(x, i, n, s), b(x, i, n, s), c(x, i, n, s), d(x, i, n, s), e(x, i, n, s), f(x, i, n, s), g(x, i, n, s)
        ),
        lambda x, i, n, s: body(
            a(x, i, n, s), b(x, i, n, s), c(x, i, n, s), d(x, i, n, s), e(x, i, n, s), f(x, i, n, s), g(x, i, n, s), h(x, i, n, s)
        ),
    )
    return device(calls[len(loads) - 1])
