"""Embedding tables whose rows end in their own scale and least number: made from float32, read back, and summed.

In and out: tables of uint8. A row of eight bits is its integers, then a float32 scale and a float32 least number; one of four or two bits
is its integers, the first in the lowest bits of a byte, then both numbers in float16. A number is integer * scale + least number.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import numpy as np

from ...dtype import float32, int64, uint8
from ...tensor import Tensor, from_numpy
from ..shape.copying import contiguous
from ..table import composite, host, required
from .quantized_embeddings import BAG, sums_of_bags

Numbers = np.ndarray[Any, Any]


def _byte_rows(numbers: Numbers) -> Numbers:
    """Rows of float32 with eight bits for each number."""
    least = numbers.min(1, keepdims=True, initial=np.inf) if numbers.shape[1] else np.zeros((len(numbers), 1), np.float32)
    ranges = numbers.max(1, keepdims=True, initial=-np.inf) - least if numbers.shape[1] else np.zeros_like(least)
    inverse = np.float32(255) / (ranges + np.float32(1e-8))
    integers = np.rint((numbers - least) * inverse).astype(np.uint8)
    return np.concatenate([integers, _bytes(ranges / np.float32(255)), _bytes(least)], 1)


def _nibble_rows(bits: int, numbers: Numbers) -> Numbers:
    """Rows of float32 with four or two bits for each number."""
    highest = (1 << bits) - 1
    least = numbers.min(1, keepdims=True).astype(np.float16)
    ranges = numbers.max(1, keepdims=True) - least.astype(np.float32)
    scale = np.where(ranges == 0, np.float32(1), ranges / np.float32(highest)).astype(np.float16)
    inverse = np.float32(1) / np.where(scale == 0, np.float16(1), scale).astype(np.float32)
    unusable = np.isinf(inverse) | (scale == 0)
    scale = np.where(unusable, np.float16(1), scale)
    inverse = np.where(unusable, np.float32(1), inverse)
    integers = np.clip(np.rint((numbers - least.astype(np.float32)) * inverse), 0, highest).astype(np.uint8)
    each = 8 // bits
    padded = np.pad(integers, ((0, 0), (0, -integers.shape[1] % each))).reshape(len(integers), -1, each)
    packed = np.bitwise_or.reduce(padded << (np.arange(each, dtype=np.uint8) * bits), axis=2).astype(np.uint8)
    return np.concatenate([packed, _bytes(scale), _bytes(least)], 1)


def _bytes(numbers: Numbers) -> Numbers:
    return np.ascontiguousarray(numbers).view(np.uint8).reshape(len(numbers), numbers.dtype.itemsize)


def _matrix(weight: Tensor) -> Numbers:
    if weight.ndim != 2:
        raise RuntimeError(f"embedding_bag_prepack: expected a table with 2 dims, but it has {weight.ndim}")
    return contiguous(weight).numpy()


@host("quantized::embedding_bag_byte_prepack(Tensor weight) -> Tensor")
def embedding_bag_byte_prepack(weight: Tensor) -> Tensor:
    """A table of eight bits; dimensions before the last are kept."""
    if not weight.ndim:
        raise RuntimeError("embedding_bag_byte_prepack: expected a table with at least 1 dim, but it has 0")
    numbers = contiguous(weight.to(float32)).numpy()
    packed = _byte_rows(numbers.reshape(-1, numbers.shape[-1]))
    return from_numpy(packed.reshape(*numbers.shape[:-1], packed.shape[1]))


def _numbers(name: str, bits: int, packed: Tensor) -> Tensor:
    """The numbers of a matrix of rows, in float32."""
    width = packed.layout.shape[-1] - (8 if bits == 8 else 4)
    if packed.dtype is not uint8 or packed.ndim != 2 or width < 0:
        raise RuntimeError(f"{name}: expected a table of uint8 with 2 dims, got {packed.dtype} of shape {list(packed.shape)}")
    rows = contiguous(packed).numpy()
    kind = np.dtype(np.float32 if bits == 8 else np.float16)
    ends = np.ascontiguousarray(rows[:, width:]).view(kind).astype(np.float32)
    each = 8 // bits
    integers = (rows[:, :width, None] >> (np.arange(each, dtype=np.uint8) * bits)) & ((1 << bits) - 1)
    return from_numpy(integers.reshape(len(rows), width * each).astype(np.float32) * ends[:, :1] + ends[:, 1:])


@host("quantized::embedding_bag_byte_unpack(Tensor weight) -> Tensor")
def embedding_bag_byte_unpack(weight: Tensor) -> Tensor:
    """The numbers of a table of eight bits."""
    flat = weight.reshape([-1, weight.layout.shape[-1]])
    numbers = _numbers("embedding_bag_byte_unpack", 8, flat)
    return numbers.reshape([*weight.shape[:-1], numbers.shape[-1]])


def _optimized(name: str) -> NoReturn:
    raise NotImplementedError(f"{name}: optimized_qparams=True is not supported; it searches for the bounds of each row")


def _add_few_bits(bits: int) -> None:
    name = f"embedding_bag_{bits}bit"

    @host(f"quantized::{name}_prepack(Tensor weight, bool optimized_qparams=False, int nbins=200, float ratio=0.16) -> Tensor")
    def prepack(weight: Tensor, optimized_qparams: bool = False, nbins: int = 200, ratio: float = 0.16) -> Tensor:
        del nbins, ratio
        if optimized_qparams:
            _optimized(f"{name}_prepack")
        return from_numpy(_nibble_rows(bits, _matrix(weight).astype(np.float32)))

    @host(f"quantized::{name}_unpack(Tensor weight) -> Tensor")
    def unpack(weight: Tensor) -> Tensor:
        return _numbers(f"{name}_unpack", bits, weight)

    prepack.__doc__ = f"A table of {bits} bits."
    unpack.__doc__ = f"The numbers of a table of {bits} bits."


def _rows_at(name: str, bits: int, weight: Tensor, positions: Tensor) -> Tensor:
    return _numbers(name, bits, required("aten::index_select").callable()(weight, 0, positions.to(int64)))


def _add_bags(kind: str, bits: int) -> None:
    name = f"embedding_bag_{kind}_rowwise_offsets"

    @composite(f"quantized::{name}(Tensor weight, {BAG}) -> Tensor")
    def run(
        weight: Tensor, indices: Tensor, offsets: Tensor | None, scale_grad_by_freq: bool, mode: int, pruned_weights: bool,
        per_sample_weights: Tensor | None, compressed_indices_mapping: Tensor | None, include_last_offset: bool,
    ) -> Tensor:  # fmt: skip
        rows_at: Callable[[Tensor], Tensor] = partial(_rows_at, name, bits, weight)
        return sums_of_bags(
            name, rows_at, indices, offsets, pruned_weights, per_sample_weights, compressed_indices_mapping, include_last_offset
        )

    run.__doc__ = f"Sums of rows of a table of {bits} bits."


_add_bags("byte", 8)
for _bits in (4, 2):
    _add_few_bits(_bits)
    _add_bags(f"{_bits}bit", _bits)
