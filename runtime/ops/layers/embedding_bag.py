"""Bags of embeddings: sums, means and maxima of rows of a matrix that lists of indices choose."""
from __future__ import annotations

import numpy as np

from ... import dtype as dtypes
from ...kernels.layers.embedding_bag import MAX, SUM, embedding_bag_kernel
from ...kernels.running.launch import launch
from ...tensor import Tensor, new_empty
from ..creation.factories import fill_number
from ..dtype_rules import type_name
from ..host import Array, bits, wrapped
from ..positions import POSITIONS, outside, unsupported
from ..shape.copying import contiguous, converted
from ..table import kernel

_Four = tuple[Tensor, Tensor, Tensor, Tensor]


def _check(weight: Tensor, indices: Tensor, offsets: Tensor, scales: Tensor | None, mode: int) -> None:
    for name, tensor in (("indices", indices), ("offsets", offsets)):
        if len(tensor.layout.shape) != 1:
            raise RuntimeError(f"embedding_bag: {name} has to be a 1D Tensor, but got Tensor of dimension {len(tensor.layout.shape)}")
        if tensor.dtype not in POSITIONS:
            raise RuntimeError(
                f"Expected tensor for argument #1 '{name}' to have one of the following scalar types: Long, Int; but got "
                f"torch.{type_name(tensor.dtype)}Tensor instead (while checking arguments for embedding_bag)"
            )
    if len(weight.layout.shape) != 2:
        raise RuntimeError(f"weight has to be a 2D Tensor, but got Tensor of dimension {len(weight.layout.shape)}")
    if not weight.dtype.is_floating_point or not weight.dtype.computes:
        raise unsupported("embedding_bag", weight.dtype)
    if scales is None:
        return
    if mode != SUM:
        raise RuntimeError("embedding_bag: per_sample_weights only supported with mode='sum'")
    if scales.dtype is not weight.dtype:
        raise RuntimeError(
            f"expected weight and per_sample_weights to have the same dtype, but got {weight.dtype} and {scales.dtype}"
        )
    if scales.layout.shape != indices.layout.shape:
        raise RuntimeError("embedding_bag: per_sample_weights must have the same shape as indices")


def _ends(indices: Tensor, offsets: Tensor, include_last_offset: bool) -> Array:
    """Where each bag begins and the last one ends; RuntimeError for offsets that are no such places."""
    count = indices.layout.numel
    starts = bits(offsets).astype(np.int64)
    if include_last_offset and not starts.size:
        raise RuntimeError("include_last_offset: number of offset should be at least 1")
    if starts.size:
        if starts[0] != 0:
            raise RuntimeError(
                "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got "
                f"{starts[0]}"
            )
        if starts[-1] > count:
            raise RuntimeError(
                f"offsets[-1] can not be greater than input's length {count} but got offsets[-1] of {starts[-1]}"
            )
    ends = starts if include_last_offset else np.append(starts, count)
    if (np.diff(ends) < 0).any():
        raise RuntimeError(f"embedding_bag: offsets must not decrease, but got {starts.tolist()}")
    return ends


def _bags(weight: Tensor, indices: Tensor, offsets: Tensor, mode: int, scales: Tensor | None, include_last: bool, padding: int) -> _Four:
    _check(weight, indices, offsets, scales, mode)
    size, width = weight.layout.shape
    wrong = outside(indices, 0, size)
    if wrong is not None:
        at = int(np.flatnonzero(bits(indices) == wrong)[0])
        raise RuntimeError(f"Index {at} of input takes value {wrong} which is not in the valid range [0, {size})")
    ends = _ends(indices, offsets, include_last)
    bags = len(ends) - 1
    out = new_empty((bags, width), weight.dtype)
    places = fill_number(new_empty((bags, width), dtypes.int64), 0) if mode == MAX else None
    source = contiguous(indices)
    factors = None if scales is None else contiguous(scales)
    words = (
        out.address, weight.address, source.address, ends.ctypes.data, factors.address if factors is not None else 0,
        places.address if places is not None else 0, width, *weight.layout.strides, padding if padding >= 0 else -1, size,
    )
    maker = embedding_bag_kernel(weight.dtype.name, source.dtype.name, mode)
    if launch(maker, words, bags, work=source.layout.numel * (width + 20) // 4):
        raise RuntimeError("embedding_bag: indices were changed while they were used; let no other thread write to them")
    return out, *_bookkeeping(source, ends, mode, places, padding)


def _bookkeeping(indices: Tensor, ends: Array, mode: int, places: Tensor | None, padding: int) -> tuple[Tensor, Tensor, Tensor]:
    """The bag of each index, how many indices each bag counts, and the places of the maxima, as PyTorch gives them."""
    dtype = indices.dtype
    bags = len(ends) - 1
    if mode == SUM:
        nothing = np.zeros(bags, np.int64)
        return new_empty((0,), dtype), converted(wrapped(nothing), dtype), converted(wrapped(nothing.copy()), dtype)
    bag_of = np.repeat(np.arange(bags), np.diff(ends))
    counted = bits(indices)[: len(bag_of)] != padding
    sizes = np.bincount(bag_of[counted], minlength=bags) if len(bag_of) else np.zeros(bags, np.int64)
    largest = wrapped(sizes.astype(np.int64)) if places is None else places
    bag_numbers, counts = wrapped(bag_of.astype(np.int64)), wrapped(sizes.astype(np.int64))
    return converted(bag_numbers, dtype), converted(counts, dtype), converted(largest, dtype)


@kernel(
    "embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, "
    "Tensor? per_sample_weights=None, bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)"
)
def embedding_bag(
    weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool = False, mode: int = 0, sparse: bool = False,
    per_sample_weights: Tensor | None = None, include_last_offset: bool = False,
) -> _Four:
    """The sum (mode 0), mean (1) or maximum (2) of the rows of each bag, and what their gradients would need."""
    del scale_grad_by_freq, sparse
    return _bags(weight, indices, offsets, mode, per_sample_weights, include_last_offset, -1)


@kernel(
    "embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, int mode, bool sparse, "
    "Tensor? per_sample_weights, bool include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)"
)
def embedding_bag_padding(
    weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool, mode: int, sparse: bool,
    per_sample_weights: Tensor | None, include_last_offset: bool, padding_idx: int | None,
) -> _Four:
    """As `embedding_bag`; indices that equal `padding_idx` do not count."""
    del scale_grad_by_freq, sparse
    size = weight.layout.shape[0] if weight.layout.shape else 0
    if padding_idx is not None and not -size <= padding_idx < size:
        raise RuntimeError(f"padding_idx must be within the number of embeddings, -{size} through {size - 1}, but got {padding_idx}")
    padding = -1 if padding_idx is None else padding_idx % size
    return _bags(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding)


@kernel(*(
    f"{name}(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, "
    "Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)"
    for name in ("_embedding_bag", "_embedding_bag_forward_only")
))
def embedding_bag_row(
    weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool = False, mode: int = 0, sparse: bool = False,
    per_sample_weights: Tensor | None = None, include_last_offset: bool = False, padding_idx: int = -1,
) -> _Four:
    """As `embedding_bag`; indices that equal `padding_idx` do not count."""
    del scale_grad_by_freq, sparse
    return _bags(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding_idx)
