"""Layers that leave items out in training."""
from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from ..module import Module


class _DropoutNd(Module):
    """Arguments and text of all of them."""

    __constants__ = ["p", "inplace"]
    p: float
    inplace: bool

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """In training, zeros each item with probability `p` and scales the others by 1 / (1 - p); nothing in eval."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or what was left of it."""
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """In training, zeros whole channels of (N, C, L)."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or what was left of it."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """In training, zeros whole channels of (N, C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or what was left of it."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """In training, zeros whole channels of (N, C, D, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or what was left of it."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """In training, dropout that keeps the mean and variance of what SELU gives."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or what was left of it."""
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """AlphaDropout of whole channels."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or what was left of it."""
        return F.feature_alpha_dropout(input, self.p, self.training)
