"""Layers that apply one function everywhere, and softmax."""
from __future__ import annotations

import warnings

from ... import aten
from ...device import Device
from ...dtype import DType
from ...tensor import Tensor
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter
from .multihead_attention import MultiheadAttention as MultiheadAttention
from .utils import empty


def _arguments(text: str, inplace: bool) -> str:
    """The arguments of a constructor as repr shows them: `inplace` is told where it is True."""
    return ", ".join(part for part in (text, "inplace=True" if inplace else "") if part)


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
        return _arguments("", self.inplace)


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


class Threshold(Module):
    """`input` where it is above `threshold`, `value` elsewhere."""

    __constants__ = ["threshold", "value", "inplace"]
    threshold: float
    value: float
    inplace: bool

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with small items replaced."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments(f"threshold={self.threshold}, value={self.value}", self.inplace)


class RReLU(Module):
    """leaky_relu with a slope drawn evenly from [lower, upper) in training, their mean in eval."""

    __constants__ = ["lower", "upper", "inplace"]
    lower: float
    upper: float
    inplace: bool

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with negative items scaled."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments(f"lower={self.lower}, upper={self.upper}", self.inplace)


class Hardtanh(Module):
    """`input` between `min_val` and `max_val`."""

    __constants__ = ["min_val", "max_val", "inplace"]
    min_val: float
    max_val: float
    inplace: bool

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        if min_value is not None:
            warnings.warn("keyword argument `min_value` is deprecated and renamed to `min_val`", FutureWarning, stacklevel=2)
            min_val = min_value
        if max_value is not None:
            warnings.warn("keyword argument `max_value` is deprecated and renamed to `max_val`", FutureWarning, stacklevel=2)
            max_val = max_value
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")

    def forward(self, input: Tensor) -> Tensor:
        """The input, cut off."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments(f"min_val={self.min_val}, max_val={self.max_val}", self.inplace)


class ReLU6(Hardtanh):
    """`input` between 0 and 6."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments("", self.inplace)


class Hardsigmoid(Module):
    """0 below -3, 1 above 3, input / 6 + 1 / 2 between."""

    __constants__ = ["inplace"]
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The hard sigmoid of each item."""
        return F.hardsigmoid(input, self.inplace)


class SiLU(Module):
    """input * sigmoid(input)."""

    __constants__ = ["inplace"]
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The SiLU of each item."""
        return F.silu(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments("", self.inplace)


class Mish(Module):
    """input * tanh(softplus(input))."""

    __constants__ = ["inplace"]
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The Mish of each item."""
        return F.mish(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments("", self.inplace)


class Hardswish(Module):
    """input * relu6(input + 3) / 6."""

    __constants__ = ["inplace"]
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The hard swish of each item."""
        return F.hardswish(input, self.inplace)


class ELU(Module):
    """`input` where positive, alpha * (exp(input) - 1) elsewhere."""

    __constants__ = ["alpha", "inplace"]
    alpha: float
    inplace: bool

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The ELU of each item."""
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments(f"alpha={self.alpha}", self.inplace)


class CELU(Module):
    """`input` where positive, alpha * (exp(input / alpha) - 1) elsewhere."""

    __constants__ = ["alpha", "inplace"]
    alpha: float
    inplace: bool

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The CELU of each item."""
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments(f"alpha={self.alpha}", self.inplace)


class SELU(Module):
    """The scaled ELU whose results keep mean 0 and variance 1."""

    __constants__ = ["inplace"]
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The SELU of each item."""
        return F.selu(input, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments("", self.inplace)


class GLU(Module):
    """The first half along `dim` times the sigmoid of the second."""

    __constants__ = ["dim"]
    dim: int

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Half as many items along `dim`."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"dim={self.dim}"


class Hardshrink(Module):
    """`input` outside of [-lambd, lambd], 0 inside."""

    __constants__ = ["lambd"]
    lambd: float

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """The input with small items set to 0."""
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"{self.lambd}"


class LeakyReLU(Module):
    """`input` where positive, negative_slope * input elsewhere."""

    __constants__ = ["inplace", "negative_slope"]
    inplace: bool
    negative_slope: float

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """The input with negative items scaled."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return _arguments(f"negative_slope={self.negative_slope}", self.inplace)


class LogSigmoid(Module):
    """log(sigmoid(input))."""

    def forward(self, input: Tensor) -> Tensor:
        """Values below 0."""
        return F.logsigmoid(input)


class Softplus(Module):
    """log(1 + exp(beta * input)) / beta, and `input` itself where beta * input is above `threshold`."""

    __constants__ = ["beta", "threshold"]
    beta: float
    threshold: float

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Positive values."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softshrink(Module):
    """`input` moved towards 0 by `lambd`, 0 inside of [-lambd, lambd]."""

    __constants__ = ["lambd"]
    lambd: float

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """The input, shrunk."""
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return str(self.lambd)


class PReLU(Module):
    """`input` where positive, weight * input elsewhere; one weight, or one per channel."""

    __constants__ = ["num_parameters"]
    num_parameters: int

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Device | str | None = None, dtype: DType | None = None
    ) -> None:
        self.num_parameters = num_parameters
        super().__init__()
        self.init = init
        self.weight = Parameter(empty((num_parameters,), device, dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new first values."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """The input with negative items scaled."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"num_parameters={self.num_parameters}"


class Softsign(Module):
    """input / (1 + |input|)."""

    def forward(self, input: Tensor) -> Tensor:
        """Values between -1 and 1."""
        return F.softsign(input)


class Tanhshrink(Module):
    """input - tanh(input)."""

    def forward(self, input: Tensor) -> Tensor:
        """The input without its hyperbolic tangent."""
        return F.tanhshrink(input)


class Softmin(Module):
    """softmax of -input along `dim`."""

    __constants__ = ["dim"]
    dim: int | None

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Values from 0 to 1 that sum to 1 along `dim`."""
        return F.softmin(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"dim={self.dim}"


class Softmax2d(Module):
    """softmax over the channels of (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        """Values from 0 to 1 that sum to 1 over the channels."""
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3, _stacklevel=5)
