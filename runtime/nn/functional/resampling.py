"""Padding and resampling of `torch.nn.functional`; the package says how these files are written."""
from __future__ import annotations

from ... import aten
from ...tensor import Tensor


def pad(input: Tensor, pad: list[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """`input` extended by `pad` items before and after each of its last dimensions, the last first."""
    return aten.pad(input, pad, mode, value)
