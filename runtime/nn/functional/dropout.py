"""Functions of `torch.nn.functional` that leave items out in training; the package says how these files are written."""
from __future__ import annotations

from ... import aten
from ...tensor import Tensor


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training: zero with probability `p`, the rest scaled by 1 / (1 - p); otherwise `input` as it is."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return aten.dropout_(input, p, training) if inplace else aten.dropout(input, p, training)
