"""Rows of rarely used functions: the normal distribution, derivatives of gamma, zeta, Bessel functions, orthogonal polynomials.

Most bodies are scalar functions of kernels/mathematics/special_functions.py and its neighbours as they stand.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...kernels.mathematics import complex_functions
from ...kernels.mathematics import special_bessel as bessel
from ...kernels.mathematics import special_functions as functions
from ...kernels.mathematics import special_orthogonal as orthogonal
from ...limits import step as count_steps
from ...tensor import Tensor
from ..dtype_rules import floats_only, inexact, promote_float
from ..pointwise_call import check_castable
from ..shape.copying import contiguous, copy_into
from ..table import composite, pointwise, required


def _three_ways(name: str, right: str, left: str, operands: tuple[str, str] = ("self", "other")) -> tuple[str, ...]:
    """The schemas of a row of two tensors, of a tensor and a number, and of a number and a tensor."""
    x, y = operands
    return (
        f"{name}(Tensor {x}, Tensor {y}) -> Tensor",
        f"{name}.{right}(Tensor {x}, Scalar {y}) -> Tensor",
        f"{name}.{left}(Scalar {x}, Tensor {y}) -> Tensor",
    )


ndtr = pointwise("special_ndtr(Tensor self) -> Tensor", dtype=promote_float)(functions.ndtr)
log_ndtr = pointwise("special_log_ndtr(Tensor self) -> Tensor", dtype=promote_float)(functions.log_ndtr)
ndtri = pointwise("special_ndtri(Tensor self) -> Tensor", dtype=promote_float)(functions.ndtri)
erfcx = pointwise("special_erfcx(Tensor self) -> Tensor", dtype=promote_float)(functions.erfcx)


@pointwise("special_entr(Tensor self) -> Tensor", dtype=promote_float)
def entr(a: Any) -> Any:
    """-self * log(self); minus infinity below 0."""
    if a != a:
        return a
    if a > 0:
        return -a * math.log(a)
    return 0.0 * a if a == 0 else -1e999


@pointwise(
    "xlogy.Tensor(Tensor self, Tensor other) -> Tensor",
    "xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor",
    "xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor",
    *_three_ways("special_xlogy", "other_scalar", "self_scalar"),
    dtype=promote_float,
)
def xlogy(a: Any, b: Any) -> Any:
    """self * log(other); 0 where self is 0 and other no NaN."""
    if b != b:
        return b
    return a * 0.0 if a == 0 else a * math.log(b)


@pointwise(*_three_ways("special_xlog1py", "other_scalar", "self_scalar"), dtype=promote_float)
def xlog1py(a: Any, b: Any) -> Any:
    """self * log(1 + other); 0 where self is 0 and other no NaN."""
    if b != b:
        return b
    return a * 0.0 if a == 0 else a * math.log1p(b)


@pointwise("sinc(Tensor self) -> Tensor", "special_sinc(Tensor self) -> Tensor", dtype=promote_float, complex=complex_functions.sinc)
def sinc(a: Any) -> Any:
    """sin(pi * self) / (pi * self); 1 at 0."""
    turned = a * 3.141592653589793
    return math.cos(a) if a == 0 else math.sin(turned) / turned


@pointwise("logaddexp(Tensor self, Tensor other) -> Tensor", dtype=inexact("logaddexp_cpu"), complex=complex_functions.logaddexp)
def logaddexp(a: Any, b: Any) -> Any:
    """log(exp(self) + exp(other))."""
    larger = a if a > b else b
    return a if abs(a) == np.inf and a == b else larger + math.log1p(math.exp(-abs(a - b)))


@pointwise("logaddexp2(Tensor self, Tensor other) -> Tensor", dtype=floats_only("logaddexp2_cpu"))
def logaddexp2(a: Any, b: Any) -> Any:
    """log2(2**self + 2**other)."""
    larger = a if a > b else b
    return a if abs(a) == np.inf and a == b else larger + math.log1p(math.exp2(-abs(a - b))) * 1.4426950408889634


igamma = pointwise(
    "igamma(Tensor self, Tensor other) -> Tensor", "special_gammainc(Tensor self, Tensor other) -> Tensor", dtype=floats_only("igamma_cpu")
)(functions.igamma)
igammac = pointwise(
    "igammac(Tensor self, Tensor other) -> Tensor", "special_gammaincc(Tensor self, Tensor other) -> Tensor",
    dtype=floats_only("igammac_cpu"),
)(functions.igammac)
zeta = pointwise(*_three_ways("special_zeta", "other_scalar", "self_scalar"), dtype=promote_float)(functions.zeta)
_trigamma = pointwise("rushlight::trigamma(Tensor self) -> Tensor", dtype=promote_float)(functions.trigamma)
_polygamma = pointwise("rushlight::polygamma(Scalar n, Tensor self) -> Tensor", dtype=promote_float)(functions.polygamma_of_order)


@composite("polygamma(int n, Tensor self) -> Tensor", "special_polygamma(int n, Tensor self) -> Tensor")
def polygamma(n: int, self: Tensor) -> Tensor:
    """Derivative number n of digamma; RuntimeError for a negative n."""
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n; got {n}")
    if n < 2:
        return required("rushlight::trigamma" if n else "aten::digamma")(self)
    result = required("rushlight::polygamma")(n, self)
    return result if n % 2 else -result


@composite("polygamma_(Tensor(a!) self, int n) -> Tensor(a!)")
def polygamma_in_place(self: Tensor, n: int) -> Tensor:
    """`polygamma`, written into the tensor; RuntimeError for integers, which cannot hold it."""
    result = polygamma(n, self)
    check_castable(result.dtype, self.dtype)
    return copy_into(self, result)


@composite("mvlgamma(Tensor self, int p) -> Tensor", "special_multigammaln(Tensor self, int p) -> Tensor")
def mvlgamma(self: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension p; RuntimeError for p below 1."""
    if p < 1:
        raise RuntimeError(f"mvlgamma: p has to be greater than or equal to 1; got {p}")
    lgamma = required("aten::lgamma")
    # a term for each dimension, each of them an operation
    count_steps(p)
    total = lgamma(self)
    for step in range(1, p):
        total = total + lgamma(self - step / 2)
    return contiguous(total + p * (p - 1) / 4 * math.log(math.pi))


def _of_degree(name: str) -> tuple[str, ...]:
    """The schemas of a polynomial of degree n at x."""
    return _three_ways(name, "n_scalar", "x_scalar", ("x", "n"))


chebyshev_t = pointwise(*_of_degree("special_chebyshev_polynomial_t"), dtype=promote_float)(orthogonal.chebyshev_t)
chebyshev_u = pointwise(*_of_degree("special_chebyshev_polynomial_u"), dtype=promote_float)(orthogonal.chebyshev_u)
chebyshev_v = pointwise(*_of_degree("special_chebyshev_polynomial_v"), dtype=promote_float)(orthogonal.chebyshev_v)
chebyshev_w = pointwise(*_of_degree("special_chebyshev_polynomial_w"), dtype=promote_float)(orthogonal.chebyshev_w)
shifted_chebyshev_t = pointwise(
    *_of_degree("special_shifted_chebyshev_polynomial_t"), dtype=promote_float
)(orthogonal.shifted_chebyshev_t)
shifted_chebyshev_u = pointwise(
    *_of_degree("special_shifted_chebyshev_polynomial_u"), dtype=promote_float
)(orthogonal.shifted_chebyshev_u)
shifted_chebyshev_v = pointwise(
    *_of_degree("special_shifted_chebyshev_polynomial_v"), dtype=promote_float
)(orthogonal.shifted_chebyshev_v)
shifted_chebyshev_w = pointwise(
    *_of_degree("special_shifted_chebyshev_polynomial_w"), dtype=promote_float
)(orthogonal.shifted_chebyshev_w)
hermite_h = pointwise(*_of_degree("special_hermite_polynomial_h"), dtype=promote_float)(orthogonal.hermite_h)
hermite_he = pointwise(*_of_degree("special_hermite_polynomial_he"), dtype=promote_float)(orthogonal.hermite_he)
laguerre_l = pointwise(*_of_degree("special_laguerre_polynomial_l"), dtype=promote_float)(orthogonal.laguerre_l)
legendre_p = pointwise(*_of_degree("special_legendre_polynomial_p"), dtype=promote_float)(orthogonal.legendre_p)
i0 = pointwise(
    "i0(Tensor self) -> Tensor", "special_i0(Tensor self) -> Tensor", "special_modified_bessel_i0(Tensor self) -> Tensor",
    dtype=promote_float,
)(bessel.i0)
i0e = pointwise("special_i0e(Tensor self) -> Tensor", dtype=promote_float)(bessel.i0e)
i1 = pointwise(
    "special_i1(Tensor self) -> Tensor", "special_modified_bessel_i1(Tensor self) -> Tensor", dtype=promote_float
)(bessel.i1)
i1e = pointwise("special_i1e(Tensor self) -> Tensor", dtype=promote_float)(bessel.i1e)
k0 = pointwise("special_modified_bessel_k0(Tensor self) -> Tensor", dtype=promote_float)(bessel.k0)
k1 = pointwise("special_modified_bessel_k1(Tensor self) -> Tensor", dtype=promote_float)(bessel.k1)
scaled_k0 = pointwise("special_scaled_modified_bessel_k0(Tensor x) -> Tensor", dtype=promote_float)(bessel.scaled_k0)
scaled_k1 = pointwise("special_scaled_modified_bessel_k1(Tensor x) -> Tensor", dtype=promote_float)(bessel.scaled_k1)
j0 = pointwise("special_bessel_j0(Tensor self) -> Tensor", dtype=promote_float)(bessel.j0)
j1 = pointwise("special_bessel_j1(Tensor self) -> Tensor", dtype=promote_float)(bessel.j1)
y0 = pointwise("special_bessel_y0(Tensor self) -> Tensor", dtype=promote_float)(bessel.y0)
y1 = pointwise("special_bessel_y1(Tensor self) -> Tensor", dtype=promote_float)(bessel.y1)
spherical_j0 = pointwise("special_spherical_bessel_j0(Tensor x) -> Tensor", dtype=promote_float)(bessel.spherical_j0)
airy_ai = pointwise("special_airy_ai(Tensor x) -> Tensor", dtype=promote_float)(bessel.airy_ai)
