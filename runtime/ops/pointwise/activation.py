"""Activation functions."""
from __future__ import annotations

import math
from typing import Any

from ...dtype import uint8
from ...kernels.compiling.primitives import maximum, minimum
from ...kernels.mathematics import complex_functions
from ...kernels.mathematics.functions import gelu as normal_gelu
from ...kernels.mathematics.functions import sigmoid as logistic
from ...kernels.mathematics.functions import softplus as smooth_relu
from ...tensor import Tensor
from ..dtype_rules import floats_only, inexact, no_bool, promote_float, whole_or_float
from ..shape.copying import contiguous
from ..table import composite, pointwise, required


@pointwise("relu(Tensor self) -> Tensor", dtype=no_bool("Boolean inputs not supported for relu"))
def relu(a: Any) -> Any:
    """self where positive, else zero; NaN stays NaN."""
    return maximum(a, 0)


@pointwise("relu6(Tensor self) -> Tensor", dtype=no_bool("Boolean inputs not supported for relu6"))
def relu6(a: Any) -> Any:
    """self between 0 and 6."""
    return minimum(maximum(a, 0), 6)


@pointwise("sigmoid(Tensor self) -> Tensor", "special_expit(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.sigmoid)
def sigmoid(a: Any) -> Any:
    """1 / (1 + exp(-self))."""
    return logistic(a)


@pointwise("tanh(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.tanh)
def tanh(a: Any) -> Any:
    """The hyperbolic tangent."""
    return math.tanh(a)


def _gelu_exact(a: Any) -> Any:
    return normal_gelu(a)


def _gelu_tanh(a: Any) -> Any:
    # (1 + tanh(y)) / 2 is 1 / (1 + e**(-2 * y)), which does not cancel
    return a / (1.0 + math.exp(-1.5957691216057308 * (a + 0.044715 * a * a * a)))


@pointwise('gelu(Tensor self, *, str approximate="none") -> Tensor', dtype=floats_only("GeluKernelImpl"), choose="approximate")
def gelu(approximate: str) -> Any:
    """self times the normal distribution function at self, exact or by its tanh approximation (arXiv:1606.08415)."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate argument must be either none or tanh; got {approximate}")
    return _gelu_exact if approximate == "none" else _gelu_tanh


@pointwise("silu(Tensor self) -> Tensor", dtype=inexact("silu_cpu"), complex=complex_functions.silu)
def silu(a: Any) -> Any:
    """self * sigmoid(self)."""
    return a * logistic(a)


@pointwise(
    "leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor",
    dtype=floats_only("leaky_relu_cpu"),
    parameters=("negative_slope",),
)
def leaky_relu(a: Any, negative_slope: Any) -> Any:
    """self where positive, else negative_slope * self."""
    return a if a > 0 else a * negative_slope


@pointwise(
    "elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor",
    dtype=floats_only("elu_cpu"),
    parameters=("alpha", "scale", "input_scale"),
)
def elu(a: Any, alpha: Any, scale: Any, input_scale: Any) -> Any:
    """scale * self where positive, else scale * alpha * (exp(input_scale * self) - 1)."""
    return a * scale if a > 0 else math.expm1(a * input_scale) * (alpha * scale)


@pointwise(
    "rushlight::hardtanh(Tensor self, Scalar min_val, Scalar max_val) -> Tensor",
    dtype=no_bool("Bool inputs not supported for hardtanh"),
    parameters=("min_val", "max_val"),
)
def _hardtanh(a: Any, min_val: Any, max_val: Any) -> Any:
    """self between both bounds."""
    return minimum(maximum(a, min_val), max_val)


@composite("hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor")
def hardtanh(self: Tensor, min_val: Any, max_val: Any) -> Tensor:
    """self between both bounds."""
    _check_limits(self, min_val, max_val)
    return required("rushlight::hardtanh")(self, min_val, max_val)


@composite("hardtanh_(Tensor(a!) self, Scalar min_val=-1, Scalar max_val=1) -> Tensor(a!)")
def hardtanh_(self: Tensor, min_val: Any, max_val: Any) -> Tensor:
    """As `hardtanh`, in the memory of `self`."""
    _check_limits(self, min_val, max_val)
    return required("rushlight::hardtanh_")(self, min_val, max_val)


def _check_limits(self: Tensor, min_val: Any, max_val: Any) -> None:
    if self.dtype is uint8 and (min_val < 0 or max_val < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")


@pointwise("hardsigmoid(Tensor self) -> Tensor", dtype=floats_only("hardsigmoid_cpu"))
def hardsigmoid(a: Any) -> Any:
    """relu6(self + 3) / 6."""
    return minimum(maximum(a + 3.0, 0.0), 6.0) / 6.0


@pointwise("hardswish(Tensor self) -> Tensor", dtype=floats_only("hardswish_cpu"))
def hardswish(a: Any) -> Any:
    """self * relu6(self + 3) / 6."""
    return a * minimum(maximum(a + 3.0, 0.0), 6.0) / 6.0


@pointwise(
    "softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor",
    dtype=floats_only("softplus_cpu"),
    parameters=("beta", "threshold"),
)
def softplus(a: Any, beta: Any, threshold: Any) -> Any:
    """log(1 + exp(beta * self)) / beta, and self itself where beta * self is above the threshold."""
    return a if a * beta > threshold else smooth_relu(a * beta) / beta


@pointwise(
    "threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor",
    dtype=whole_or_float("threshold_cpu"),
    parameters=("threshold", "value"),
)
def threshold(a: Any, limit: Any, value: Any) -> Any:
    """self where above the threshold, else value; NaN stays NaN."""
    return value if a <= limit else a


@pointwise("mish(Tensor self) -> Tensor", dtype=floats_only("mish_cpu"))
def mish(a: Any) -> Any:
    """self * tanh(softplus(self)). Source: arXiv:1908.08681."""
    return a * math.tanh(smooth_relu(a))


@pointwise("hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", dtype=floats_only("hardshrink_cpu"), parameters=("lambd",))
def hardshrink(a: Any, lambd: Any) -> Any:
    """self outside of [-lambd, lambd], else zero; NaN stays NaN."""
    return a * 0 if a >= -lambd and a <= lambd else a


@pointwise("rushlight::softshrink(Tensor self, Scalar lambd) -> Tensor", dtype=floats_only("softshrink_cpu"), parameters=("lambd",))
def _softshrink(a: Any, lambd: Any) -> Any:
    """self moved towards zero by lambd; NaN stays NaN."""
    return a - lambd if a > lambd else (a + lambd if a < -lambd else a * 0)


@composite("softshrink(Tensor self, Scalar lambd=0.5) -> Tensor")
def softshrink(self: Tensor, lambd: Any) -> Tensor:
    """self moved towards zero by lambd, zero where it is nearer."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    return required("rushlight::softshrink")(self, lambd)


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@composite("selu(Tensor self) -> Tensor")
def selu(self: Tensor) -> Tensor:
    """The scaled elu that keeps mean 0 and variance 1. Source: arXiv:1706.02515."""
    return required("aten::elu")(self, _SELU_ALPHA, _SELU_SCALE, 1)


@composite("celu(Tensor self, Scalar alpha=1.) -> Tensor")
def celu(self: Tensor, alpha: Any) -> Tensor:
    """self where positive, else alpha * (exp(self / alpha) - 1). Source: arXiv:1704.07483."""
    if alpha == 0:
        raise ZeroDivisionError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return required("aten::elu")(self, alpha, 1.0, 1.0 / alpha)


@pointwise("rushlight::log_sigmoid_items(Tensor self) -> Tensor", dtype=floats_only("log_sigmoid_cpu"))
def _log_sigmoid_items(a: Any) -> Any:
    return -smooth_relu(-a)


@composite("log_sigmoid(Tensor self) -> Tensor")
def log_sigmoid(self: Tensor) -> Tensor:
    """log(sigmoid(self)), without the overflow of the two in turn; contiguous whatever self is, as PyTorch's."""
    return required("rushlight::log_sigmoid_items")(contiguous(self))


@pointwise("_prelu_kernel(Tensor self, Tensor weight) -> Tensor", dtype=floats_only("prelu_cpu"))
def prelu_items(a: Any, weight: Any) -> Any:
    """self where positive, else weight * self."""
    return a if a > 0 else weight * a


@composite("prelu(Tensor self, Tensor weight) -> Tensor")
def prelu(self: Tensor, weight: Tensor) -> Tensor:
    """self where positive, else weight * self; one weight, or one for each channel (dimension 1)."""
    if self.dtype is not weight.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {self.dtype} and {weight.dtype}")
    count, rank = weight.layout.numel, self.ndim
    if weight.ndim > 1 or (count != 1 and rank < 1):
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
            if weight.ndim > 1 else "Not allow zero-dim input tensor."
        )
    channels = self.layout.shape[1] if rank > 1 else 1
    if count != 1 and count != channels:
        raise RuntimeError(
            f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {count} and channel size = {channels}."
        )
    if weight.ndim == 1:
        shape = [1] * rank
        if rank > 1:
            shape[1] = count
        weight = weight.reshape(shape)
    return required("aten::_prelu_kernel")(self, weight)


@pointwise("rushlight::gated(Tensor self, Tensor gate) -> Tensor", dtype=floats_only("glu_cpu"))
def _gated(a: Any, gate: Any) -> Any:
    """self times the sigmoid of a gate."""
    return a * logistic(gate)


@composite("glu(Tensor self, int dim=-1) -> Tensor")
def glu(self: Tensor, dim: int) -> Tensor:
    """The first half along dim times the sigmoid of the second. Source: arXiv:1612.08083."""
    if self.ndim == 0:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    size = self.size(dim)
    if size % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim % self.ndim} is size {size}")
    return required("rushlight::gated")(self.narrow(dim, 0, size // 2), self.narrow(dim, size // 2, size // 2))
