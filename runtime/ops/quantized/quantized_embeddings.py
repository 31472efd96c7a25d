"""Quantized embeddings: rows of a table of eight or four bits, or sums of them, in float32.

In: the `EmbeddingParameters` of ../packed.py and positions. Out: numbers, each an integer times its row's scale plus its row's addend.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ... import dtype as dtypes
from ...factories import arange
from ...packed import EmbeddingParameters
from ...quantization import integers_of
from ...tensor import Tensor
from ..table import composite, required

_TABLE = EmbeddingParameters.class_name
BAG = (
    "Tensor indices, Tensor? offsets=None, bool scale_grad_by_freq=False, int mode=0, bool pruned_weights=False, "
    "Tensor? per_sample_weights=None, Tensor? compressed_indices_mapping=None, bool include_last_offset=False"
)
"""The arguments of bags after the table."""


def _rows(weight: EmbeddingParameters, positions: Tensor) -> Tensor:
    """The rows at a vector of positions, in float32."""
    select = required("aten::index_select").callable()
    scales, added = (select(one, 0, positions).unsqueeze(1) for one in weight.factors())
    numbers = select(integers_of(weight.weight), 0, positions).to(dtypes.float32)
    return numbers.mul_(scales).add_(added)


@composite(f"quantized::embedding_byte({_TABLE} weight, Tensor indices, bool pruned_weights=False) -> Tensor")
def embedding_byte(weight: EmbeddingParameters, indices: Tensor, pruned_weights: bool = False) -> Tensor:
    """The rows of a table of eight bits at the positions."""
    rows = _rows(weight, indices.reshape([-1]))
    return rows.reshape([*indices.shape, rows.shape[1]])


@composite(f"quantized::embedding_4bit({_TABLE} weight, Tensor indices, bool pruned_weights=False) -> Tensor")
def embedding_4bit(weight: EmbeddingParameters, indices: Tensor, pruned_weights: bool = False) -> Tensor:
    """The rows of a table of four bits at the positions."""
    return embedding_byte(weight, indices, pruned_weights)


def sums_of_bags(
    name: str, rows_at: Callable[[Tensor], Tensor], indices: Tensor, offsets: Tensor | None, pruned: bool, factors: Tensor | None,
    mapping: Tensor | None, include_last_offset: bool,
) -> Tensor:  # fmt: skip
    """Sums of the rows that `rows_at` gives for positions.

    Of a pruned table, `mapping` says which of its rows a position means, less than 0 for none.
    """
    if indices.ndim == 2:
        if offsets is not None:
            raise RuntimeError(f"{name} operator: input is 2D, then offsets has to be None, as input is treated is a mini-batch.")
        offsets = arange(0, indices.layout.numel, indices.shape[1])
    elif offsets is None:
        raise RuntimeError(f"{name} expects offsets to be set for 1D indices.")
    positions = indices.reshape([-1]).to(dtypes.int64)
    kept = None
    if pruned and mapping is not None and (mapping.layout.numel > 1 or mapping.item() != 0):
        positions = required("aten::index_select").callable()(mapping, 0, positions).to(dtypes.int64)
        kept = (positions >= 0).to(dtypes.float32)
        positions = positions.clamp(0)
    rows = rows_at(positions)
    if kept is not None:
        rows = rows * kept.unsqueeze(1)
    sums = required("aten::embedding_bag").callable()
    order = arange(0, rows.shape[0])
    return sums(rows, order, offsets.to(dtypes.int64), False, 0, False, factors, include_last_offset)[0]


def _add_bag(name: str, bits: int) -> None:
    @composite(f"quantized::{name}({_TABLE} weight, {BAG}) -> Tensor")
    def run(
        weight: EmbeddingParameters, indices: Tensor, offsets: Tensor | None, scale_grad_by_freq: bool, mode: int, pruned_weights: bool,
        per_sample_weights: Tensor | None, compressed_indices_mapping: Tensor | None, include_last_offset: bool,
    ) -> Tensor:  # fmt: skip
        if weight.bit_rate() != bits:
            raise RuntimeError(f"{name}: expected a table of {bits} bits, got one of {weight.bit_rate()}")
        return sums_of_bags(
            name, partial(_rows, weight), indices, offsets, pruned_weights, per_sample_weights, compressed_indices_mapping,
            include_last_offset,
        )  # fmt: skip

    run.__doc__ = f"Sums of rows of a table of {bits} bits."


_add_bag("embedding_bag_byte", 8)
_add_bag("embedding_bag_4bit", 4)


@composite(f"quantized::embedding_bag_prepack(Tensor weight) -> {_TABLE} W_prepack")
def embedding_bag_prepack(weight: Tensor) -> EmbeddingParameters:
    """A table, made ready."""
    return EmbeddingParameters(weight)


@composite(f"quantized::embedding_bag_unpack({_TABLE} W_prepack) -> Tensor W_origin")
def embedding_bag_unpack(weight: EmbeddingParameters) -> Tensor:
    """The table."""
    return weight.weight
