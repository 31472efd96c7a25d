"""Layers that apply one function everywhere, and softmax."""
from __future__ import annotations

from ... import aten
from ...tensor import Tensor
from .. import functional as F
from ..module import Module


class ReLU(Module):
    """max(input, 0), in the input's own memory if `inplace`."""

    __constants__ = ["inplace"]
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with negative values replaced by 0."""
        return F.relu(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor that are not their defaults."""
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """1 / (1 + exp(-input))."""

    def forward(self, input: Tensor) -> Tensor:
        """The sigmoid of each item."""
        return aten.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Tensor) -> Tensor:
        """The hyperbolic tangent of each item."""
        return aten.tanh(input)


class GELU(Module):
    """input * Phi(input), Phi being the normal distribution; with `approximate="tanh"` by the usual approximation."""

    __constants__ = ["approximate"]
    approximate: str

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """The GELU of each item."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"approximate={self.approximate!r}"


class Softmax(Module):
    """exp(input) / sum(exp(input)) along `dim`."""

    __constants__ = ["dim"]
    dim: int | None

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Values from 0 to 1 that sum to 1 along `dim`."""
        return F.softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """The logarithm of softmax along `dim`."""

    __constants__ = ["dim"]
    dim: int | None

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Values below 0 whose exponentials sum to 1 along `dim`."""
        return F.log_softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"dim={self.dim}"
