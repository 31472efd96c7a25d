"""Results with named parts, as PyTorch returns them from operators of several results."""
from __future__ import annotations

from typing import NamedTuple

from .tensor import Tensor


class ValuesIndices(NamedTuple):
    """What `max(x, dim)`, `min(x, dim)` and their like give: the items and their places along the dimension."""

    values: Tensor
    indices: Tensor


class MinMax(NamedTuple):
    """What `aminmax` gives."""

    min: Tensor
    max: Tensor
