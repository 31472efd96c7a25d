"""Reading and writing at positions that compiled programs know to be inside: the checked operators, and forms with masks."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...tensor import Tensor
from ..positions import POSITIONS
from ..table import composite, required
from .indexing import index as read
from .indexing import index_put_in_place as write


@composite(
    "_unsafe_index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
    "_unsafe_index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor",
)
def unsafe_index(self: Tensor, indices: Sequence[Tensor | None]) -> Tensor:
    """As index."""
    return read(self, indices)


@composite(
    "_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
    "_unsafe_index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor",
    "_index_put_impl(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False, bool unsafe=False) -> Tensor",
)
def unsafe_index_put(
    self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False, unsafe: bool = False
) -> Tensor:
    """As index_put."""
    return write(self.clone(), indices, values, accumulate, unsafe)


def _held(self: Tensor, indices: Sequence[Tensor | None]) -> list[Tensor | None]:
    """The positions, those outside moved to the nearest ones."""
    held: list[Tensor | None] = []
    for at, one in enumerate(indices):
        if one is not None and one.dtype not in POSITIONS:
            raise RuntimeError(f"_unsafe_masked_index found unexpected index type {one.dtype}")
        size = self.layout.shape[at] if at < self.ndim else 1
        held.append(one if one is None else one.clamp(-size, size - 1))
    return held


@composite("_unsafe_masked_index(Tensor self, Tensor mask, Tensor?[] indices, Scalar fill) -> Tensor")
def unsafe_masked_index(self: Tensor, mask: Tensor, indices: Sequence[Tensor | None], fill: Any) -> Tensor:
    """The items at the positions, and `fill` where the mask is false: there positions may lie outside."""
    if self.layout.numel:
        return read(self, _held(self, indices)).masked_fill(mask.logical_not(), fill)
    # one item stands in each indexed dimension, so that there is something to read
    shape = [1 if not size and at < len(indices) and indices[at] is not None else size for at, size in enumerate(self.layout.shape)]
    items = self.new_full(shape, fill)
    return read(items, _held(items, indices))


@composite("_unsafe_masked_index_put_accumulate(Tensor self, Tensor mask, Tensor?[] indices, Tensor values) -> Tensor")
def unsafe_masked_index_put_accumulate(self: Tensor, mask: Tensor, indices: Sequence[Tensor | None], values: Tensor) -> Tensor:
    """The values added at the positions where the mask is true; elsewhere positions may lie outside."""
    if not self.layout.numel:
        return self.clone()
    added = required("aten::masked_fill.Scalar")(values, mask.logical_not(), 0)
    return write(self.clone(), _held(self, indices), added, True)
