"""Layers that put a border around their input."""
# The annotations below are what TorchScript reads, where a tuple stands for a list and a check refines a type further than for Python.
# pyright: reportArgumentType=false, reportIncompatibleVariableOverride=false
from __future__ import annotations

from collections.abc import Sequence

from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .utils import pair, quadruple, sextuple


class _CircularPadNd(Module):
    """What the layers below share: the input goes round."""

    __constants__ = ["padding"]
    padding: Sequence[int]

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError

    def forward(self, input: Tensor) -> Tensor:
        """The input with a border."""
        self._check_input_dim(input)
        return F.pad(input, self.padding, "circular")

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.padding}"


class CircularPad1d(_CircularPadNd):
    """The last dimension goes round."""

    padding: tuple[int, int]

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__()
        self.padding = pair(padding)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 2 and input.dim() != 3:
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")


class CircularPad2d(_CircularPadNd):
    """The last two dimensions go round."""

    padding: tuple[int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__()
        self.padding = quadruple(padding)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 3 and input.dim() != 4:
            raise ValueError(f"expected 3D or 4D input (got {input.dim()}D input)")


class CircularPad3d(_CircularPadNd):
    """The last three dimensions go round."""

    padding: tuple[int, int, int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        self.padding = sextuple(padding)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 4 and input.dim() != 5:
            raise ValueError(f"expected 4D or 5D input (got {input.dim()}D input)")


class _ConstantPadNd(Module):
    """What the layers below share: a border of `value`."""

    __constants__ = ["padding", "value"]
    value: float
    padding: Sequence[int]

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """The input with a border."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """A border of `value` around the last dimension."""

    padding: tuple[int, int]

    def __init__(self, padding: int | tuple[int, int], value: float) -> None:
        super().__init__(value)
        self.padding = pair(padding)


class ConstantPad2d(_ConstantPadNd):
    """A border of `value` around the last two dimensions."""

    __constants__ = ["padding", "value"]
    padding: tuple[int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int], value: float) -> None:
        super().__init__(value)
        self.padding = quadruple(padding)


class ConstantPad3d(_ConstantPadNd):
    """A border of `value` around the last three dimensions."""

    padding: tuple[int, int, int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int, int, int], value: float) -> None:
        super().__init__(value)
        self.padding = sextuple(padding)


class _ReflectionPadNd(Module):
    """What the layers below share: the border mirrors the input, its edge excluded."""

    __constants__ = ["padding"]
    padding: Sequence[int]

    def forward(self, input: Tensor) -> Tensor:
        """The input with a border."""
        return F.pad(input, self.padding, "reflect")

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.padding}"


class ReflectionPad1d(_ReflectionPadNd):
    """A mirrored border around the last dimension."""

    padding: tuple[int, int]

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__()
        self.padding = pair(padding)


class ReflectionPad2d(_ReflectionPadNd):
    """A mirrored border around the last two dimensions."""

    padding: tuple[int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__()
        self.padding = quadruple(padding)


class ReflectionPad3d(_ReflectionPadNd):
    """A mirrored border around the last three dimensions."""

    padding: tuple[int, int, int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        self.padding = sextuple(padding)


class _ReplicationPadNd(Module):
    """What the layers below share: the border repeats the edge."""

    __constants__ = ["padding"]
    padding: Sequence[int]

    def forward(self, input: Tensor) -> Tensor:
        """The input with a border."""
        return F.pad(input, self.padding, "replicate")

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.padding}"


class ReplicationPad1d(_ReplicationPadNd):
    """The edge repeated around the last dimension."""

    padding: tuple[int, int]

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__()
        self.padding = pair(padding)


class ReplicationPad2d(_ReplicationPadNd):
    """The edge repeated around the last two dimensions."""

    padding: tuple[int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__()
        self.padding = quadruple(padding)


class ReplicationPad3d(_ReplicationPadNd):
    """The edge repeated around the last three dimensions."""

    padding: tuple[int, int, int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        self.padding = sextuple(padding)


class ZeroPad1d(ConstantPad1d):
    """A border of zeros around the last dimension."""

    padding: tuple[int, int]

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """A border of zeros around the last two dimensions."""

    padding: tuple[int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    """A border of zeros around the last three dimensions."""

    padding: tuple[int, int, int, int, int, int]

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.padding}"
