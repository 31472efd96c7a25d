"""Functions of one or two numbers that LLVM can vectorize: branch-free, one per dtype.

In a compiled body `math.exp(x)` is the function that VECTORIZED has for the compute dtype, else libm's; what `math` lacks
(`erfinv`, `digamma`) is called by its name here. Special values are those of IEEE 754, results below the normal range are
rounded gradually. docs/accuracy.md has the largest errors. The functions themselves: exponential.py,
logarithm.py, trigonometric.py, error.py, gamma.py; polynomials.py.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..compiling.primitives import implemented
from . import error, exponential, gamma, logarithm, trigonometric

_NAMES = {
    exponential: "exp exp2 expm1 sinh cosh tanh",
    logarithm: "log log2 log10 log1p asinh acosh atanh pow cbrt",
    trigonometric: "sin cos tan asin acos atan atan2 hypot",
    error: "erf erfc",
    gamma: "lgamma",
}
VECTORIZED: dict[tuple[str, str], Callable[..., Any]] = {
    (name, dtype): getattr(module, f"{name}_{dtype}")
    for module, names in _NAMES.items()
    for name in names.split()
    for dtype in ("float32", "float64")
    if hasattr(module, f"{name}_{dtype}")
}
"""(name in `math`, compute dtype) -> what a body's call of it becomes."""


@implemented(float32=exponential.sigmoid_float32, float64=exponential.sigmoid_float64)
def sigmoid(x: Any) -> Any:
    """1 / (1 + e**-x)."""
    return exponential.sigmoid_float64(x)


@implemented(float32=logarithm.logit_float32, float64=logarithm.logit_float64)
def logit(x: Any) -> Any:
    """log(x / (1 - x))."""
    return logarithm.logit_float64(x)


@implemented(float32=logarithm.softplus_float32, float64=logarithm.softplus_float64)
def softplus(x: Any) -> Any:
    """log(1 + e**x)."""
    return logarithm.softplus_float64(x)


@implemented(float32=error.erfinv_float32, float64=error.erfinv_float64)
def erfinv(x: Any) -> Any:
    """The number whose erf is x."""
    return error.erfinv_float64(x)


@implemented(float32=error.gelu_float32, float64=error.gelu_float64)
def gelu(x: Any) -> Any:
    """x times the normal distribution function at x."""
    return error.gelu_float64(x)


@implemented(float32=gamma.digamma_float32, float64=gamma.digamma_float64)
def digamma(x: Any) -> Any:
    """The slope of log(gamma(x))."""
    return gamma.digamma_float64(x)
