"""Reductions and scans of complex numbers, by way of those of their parts.

Sums, means and running sums are those of the parts, which lie in a last dimension of two over the same memory. Products have no
such form: they are made pairwise, by products of whole tensors. Rows that use this: reductions.py, statistics.py, scans.py.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...dtype import DType
from ...layout import Layout, wrap_dim
from ...tensor import Tensor, new_empty
from ..creation.factories import fill_number
from ..dtype_rules import real_dtype
from ..shape.copying import clone


def parts(self: Tensor) -> Tensor:
    """The memory of a complex tensor as its parts, in a dimension of two more."""
    layout = self.layout
    strides = (*(2 * stride for stride in layout.strides), 1)
    return Tensor(self.memory, Layout.of((*layout.shape, 2), strides, 2 * layout.offset), real_dtype(self.dtype))


def joined(pairs: Tensor, dtype: DType) -> Tensor:
    """Contiguous pairs along the last dimension as complex numbers of `dtype`, over the same memory."""
    return Tensor(pairs.memory, Layout.contiguous(pairs.layout.shape[:-1]), dtype)


def reduced_by_parts(reduce: Callable[..., Tensor], source: Tensor, dims: tuple[int, ...], keepdim: bool) -> Tensor:
    """A reduction of the parts, which adds; `dims` are those of `source`, from 0 on."""
    if not dims:
        return clone(source)
    return joined(reduce(parts(source), dims, keepdim), source.dtype)


def product(source: Tensor, dims: tuple[int, ...], keepdim: bool) -> Tensor:
    """The product over `dims`, pairwise."""
    shape = source.layout.shape
    kept = [dim for dim in range(len(shape)) if dim not in dims]
    line: Any = source.permute([*dims, *kept]).reshape([-1 if source.layout.numel else _count(shape, dims), *(shape[dim] for dim in kept)])
    result = [1 if dim in dims else size for dim, size in enumerate(shape)] if keepdim else [shape[dim] for dim in kept]
    if not line.layout.shape[0]:
        return fill_number(new_empty(tuple(result), source.dtype), 1)
    while (size := line.layout.shape[0]) > 1:
        half = size // 2
        pairs = line[:half] * line[half : 2 * half]
        if size % 2:
            pairs[0] *= line[-1]
        line = pairs
    return clone(line.reshape(result))


def _count(shape: Sequence[int], dims: Sequence[int]) -> int:
    count = 1
    for dim in dims:
        count *= shape[dim]
    return count


def running_sum(scan: Callable[[Tensor, int], Tensor], source: Tensor, dim: int) -> Tensor:
    """The sums of the items up to each along `dim`; `scan(tensor, dim)` sums real ones."""
    rank = len(source.layout.shape)
    if not rank:
        wrap_dim(dim, rank)
        return clone(source)
    return joined(scan(parts(source), wrap_dim(dim, rank)), source.dtype)


def running_product(source: Tensor, dim: int) -> Tensor:
    """The products of the items up to each along `dim`: those of 2, then of 4, 8, ... items, until none is missing."""
    rank = len(source.layout.shape)
    dim = wrap_dim(dim, rank)
    result: Any = source.clone()
    if not rank:
        return result
    size, step = source.layout.shape[dim], 1
    while step < size:
        before = result.narrow(dim, 0, size - step).clone()
        result.narrow(dim, step, size - step).mul_(before)
        step *= 2
    return result.contiguous()


def log_of_summed_exponentials(self: Tensor, dims: Sequence[int], keepdim: bool) -> Tensor:
    """log(sum(exp(self))), shifted by the largest real part."""
    real: Any = parts(self).select(-1, 0)
    largest: Any = real.amax(dims, True)
    # an infinite shift would make NaN of what equals it
    largest = largest.masked_fill(largest.abs() == float("inf"), 0)
    total: Any = (self - largest).exp().sum(dims, True).log() + largest
    return total if keepdim else total.squeeze([*dims] or [*range(len(self.layout.shape))])
