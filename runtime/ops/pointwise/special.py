"""Rows of one-argument functions beyond everyday arithmetic: powers of 2, inverse and hyperbolic functions, error and gamma."""
from __future__ import annotations

import math
from typing import Any

from ...kernels.mathematics import complex_functions
from ...kernels.mathematics.functions import digamma, erfinv
from ...kernels.mathematics.functions import logit as log_odds
from ...tensor import Tensor
from ..dtype_rules import promote_float
from ..table import composite, pointwise, required


@pointwise("exp2(Tensor self) -> Tensor", "special_exp2(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.exp2)
def exp2_row(a: Any) -> Any:
    """2 to the power of self."""
    return math.exp2(a)


@pointwise("asin(Tensor self) -> Tensor", "arcsin(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.asin)
def asin_row(a: Any) -> Any:
    """The angle in radians whose sine is self; NaN beyond 1."""
    return math.asin(a)


@pointwise("acos(Tensor self) -> Tensor", "arccos(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.acos)
def acos_row(a: Any) -> Any:
    """The angle in radians whose cosine is self; NaN beyond 1."""
    return math.acos(a)


@pointwise("atan(Tensor self) -> Tensor", "arctan(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.atan)
def atan_row(a: Any) -> Any:
    """The angle in radians whose tangent is self."""
    return math.atan(a)


@pointwise("arctan2(Tensor self, Tensor other) -> Tensor", dtype=promote_float)
def arctan2_row(a: Any, b: Any) -> Any:
    """The angle of the point (other, self)."""
    return math.atan2(a, b)


@pointwise("sinh(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.sinh)
def sinh_row(a: Any) -> Any:
    """The hyperbolic sine."""
    return math.sinh(a)


@pointwise("cosh(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.cosh)
def cosh_row(a: Any) -> Any:
    """The hyperbolic cosine."""
    return math.cosh(a)


@pointwise("asinh(Tensor self) -> Tensor", "arcsinh(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.asinh)
def asinh_row(a: Any) -> Any:
    """The number whose hyperbolic sine is self."""
    return math.asinh(a)


@pointwise("acosh(Tensor self) -> Tensor", "arccosh(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.acosh)
def acosh_row(a: Any) -> Any:
    """The number whose hyperbolic cosine is self; NaN below 1."""
    return math.acosh(a)


@pointwise("atanh(Tensor self) -> Tensor", "arctanh(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.atanh)
def atanh_row(a: Any) -> Any:
    """The number whose hyperbolic tangent is self; NaN beyond 1."""
    return math.atanh(a)


@pointwise("erfc(Tensor self) -> Tensor", "special_erfc(Tensor self) -> Tensor", dtype=promote_float)
def erfc_row(a: Any) -> Any:
    """1 - erf(self), exact where that is small."""
    return math.erfc(a)


@pointwise("erfinv(Tensor self) -> Tensor", "special_erfinv(Tensor self) -> Tensor", dtype=promote_float)
def erfinv_row(a: Any) -> Any:
    """The number whose erf is self; NaN beyond 1."""
    return erfinv(a)


@pointwise("lgamma(Tensor self) -> Tensor", "special_gammaln(Tensor self) -> Tensor", dtype=promote_float)
def lgamma_row(a: Any) -> Any:
    """The logarithm of the size of gamma(self)."""
    return math.lgamma(a)


@pointwise(
    "digamma(Tensor self) -> Tensor",
    "special_digamma(Tensor self) -> Tensor",
    "special_psi(Tensor self) -> Tensor",
    dtype=promote_float,
)
def digamma_row(a: Any) -> Any:
    """The slope of lgamma."""
    return digamma(a)


@pointwise("rushlight::logit(Tensor self) -> Tensor", dtype=promote_float)
def _logit(a: Any) -> Any:
    """The number whose sigmoid is self."""
    return log_odds(a)


@composite("logit(Tensor self, float? eps=None) -> Tensor", "special_logit(Tensor self, float? eps=None) -> Tensor")
def logit(self: Tensor, eps: float | None) -> Tensor:
    """The number whose sigmoid is self, brought between eps and 1 - eps first where eps is given; without it NaN outside 0 to 1."""
    row = required("rushlight::logit")
    if eps is None:
        return row(self)
    return row(self.to(promote_float(self.dtype, ())[0]).clamp(eps, 1 - eps))
