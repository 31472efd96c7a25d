"""Functions of whole matrices: norms, powers, the exponential, conditions, and distances between sets of vectors."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType, as_dtype
from ...layout import broadcast_shapes, wrap_dim
from ...promotion import result_dtype
from ...tensor import Tensor, new_beside, number_of
from ..creation.factories import eye, zeros
from ..dtype_rules import real_dtype, type_name
from ..host import bits, wrapped
from ..shape.copying import clone, contiguous, converted
from ..table import composite, required
from .decompositions import svdvals
from .lapack import check_square
from .solving import inv, inv_ex


def _vector_norm(self: Tensor, order: Any, dim: Sequence[int] | None, keepdim: bool, dtype: Any = None) -> Tensor:
    return required("aten::linalg_vector_norm")(self, order, None if dim is None else list(dim), keepdim, dtype)


def _in_dtype(self: Tensor, dtype: Any) -> Tensor:
    found = as_dtype(dtype)
    return self if found is None else converted(self, found)


def _check_norm(self: Tensor, dim: Sequence[int], name: str = "linalg.matrix_norm") -> tuple[int, int]:
    """Both dims from the front; RuntimeError unless they are two different ones of a tensor of floating-point or complex items."""
    if self.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {type_name(self.dtype)}")
    if len(dim) != 2:
        raise RuntimeError(f"{name}: dim must be a 2-tuple. Got {', '.join(map(str, dim))}")
    first, second = (wrap_dim(one, self.ndim) for one in dim)
    if first == second:
        raise RuntimeError(f"{name}: dims must be different. Got ({dim[0]}, {dim[1]})")
    return first, second


def _last_two(self: Tensor, dims: tuple[int, int]) -> Tensor:
    rest = [dim for dim in range(self.ndim) if dim not in dims]
    return self.permute([*rest, *dims])


def _kept(found: Tensor, dims: tuple[int, int], keepdim: bool) -> Tensor:
    for dim in sorted(dims) if keepdim else ():
        found = found.unsqueeze(dim)
    return found


@composite("linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def matrix_norm(self: Tensor, ord: Any, dim: Sequence[int], keepdim: bool, dtype: Any) -> Tensor:
    """The norm of matrices of order 1, -1 (sums of columns), inf, -inf (sums of rows), 2 or -2 (singular values)."""
    dims = _check_norm(self, dim)
    size = abs(ord)
    if size not in (1, 2, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    self = _in_dtype(self, dtype)
    extremum = "amax" if ord > 0 else "amin"
    if size == 2:
        values = svdvals(_last_two(self, dims), None)
        return _kept(_extreme(values, extremum, -1, False), dims, keepdim)
    across, along = dims if size == 1 else dims[::-1]
    if along > across and not keepdim:
        along -= 1
    return _extreme(_vector_norm(self, 1, [across], keepdim), extremum, along, keepdim)


def _extreme(values: Tensor, extremum: str, dim: int, keepdim: bool) -> Tensor:
    """The largest or the smallest along `dim`; of no numbers, which are no less than 0, the largest is 0."""
    if extremum == "amax" and not values.layout.shape[dim]:
        return values.sum([dim], keepdim)
    return getattr(values, extremum)([dim], keepdim)


@composite(
    'linalg_matrix_norm.str_ord(Tensor self, str ord="fro", int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor'
)
def matrix_norm_named(self: Tensor, ord: str, dim: Sequence[int], keepdim: bool, dtype: Any) -> Tensor:
    """The Frobenius norm ("fro") of matrices, or the sum of their singular values ("nuc")."""
    dims = _check_norm(self, dim)
    if ord not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    self = _in_dtype(self, dtype)
    if ord == "fro":
        return _vector_norm(self, 2, dims, keepdim)
    return _kept(svdvals(_last_two(self, dims), None).sum([-1], False), dims, keepdim)


@composite("linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def norm(self: Tensor, ord: Any, dim: Sequence[int] | None, keepdim: bool, dtype: Any) -> Tensor:
    """The norm of vectors (one dim, or no order) or of matrices (two dims)."""
    if dim is not None and len(dim) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if dim is None and ord is not None and self.ndim not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {self.ndim}D.")
    if ord is not None and ((dim is not None and len(dim) == 2) or (dim is None and self.ndim == 2)):
        return matrix_norm(self, ord, [0, 1] if dim is None else dim, keepdim, dtype)
    return _vector_norm(self, 2 if ord is None else ord, dim, keepdim, dtype)


@composite("linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def norm_named(self: Tensor, ord: str, dim: Sequence[int] | None, keepdim: bool, dtype: Any) -> Tensor:
    """The Frobenius norm of matrices, or the sum of their singular values."""
    if dim is not None and len(dim) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if dim is None and self.ndim != 2:
        raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {self.ndim}D.")
    return matrix_norm_named(self, ord, [0, 1] if dim is None else dim, keepdim, dtype)


@composite("nuclear_norm(Tensor self, bool keepdim=False) -> Tensor")
def nuclear_norm(self: Tensor, keepdim: bool) -> Tensor:
    """The sum of the singular values of a matrix."""
    return matrix_norm_named(self, "nuc", [-2, -1], keepdim, None)


@composite("nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor")
def nuclear_norm_dim(self: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    """The sum of the singular values of matrices over two dims."""
    return matrix_norm_named(self, "nuc", dim, keepdim, None)


# Condition, powers, exponential


@composite("linalg_cond(Tensor self, Scalar? p=None) -> Tensor")
def cond(self: Tensor, p: Any) -> Tensor:
    """The norm of each matrix times that of its inverse; of order 2 if none is given."""
    if self.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor A must have at least 2 dimensions.")
    order = 2 if p is None else p
    if abs(order) not in (1, 2, math.inf):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {float(order)}")
    if abs(order) == 2:
        values = svdvals(self, None)
        if not values.layout.numel:
            return zeros(self.layout.shape[:-2], values.dtype)
        smallest, largest = values.select(-1, -1), values.select(-1, 0)
        return smallest / largest if order < 0 else largest / smallest
    check_square("linalg.cond", self)
    if not self.layout.numel:
        return zeros(self.layout.shape[:-2], real_dtype(self.dtype))
    return _with_inverse(self, matrix_norm, order)


def _with_inverse(self: Tensor, measure: Callable[..., Tensor], order: Any) -> Tensor:
    found = inv_ex(self, False)
    product = measure(self, order, [-2, -1], False, None) * measure(found.inverse, order, [-2, -1], False, None)
    return product.masked_fill(found.info != 0, math.inf) if not number_of((found.info == 0).all()) else product


@composite("linalg_cond.p_str(Tensor self, str p) -> Tensor")
def cond_named(self: Tensor, p: str) -> Tensor:
    """The condition by the norms "fro" or "nuc"."""
    if p not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    check_square("linalg.cond", self)
    if not self.layout.numel:
        return zeros(self.layout.shape[:-2], real_dtype(self.dtype))
    if p == "nuc":
        inverse = inv(self)
        return matrix_norm_named(self, p, [-2, -1], False, None) * matrix_norm_named(inverse, p, [-2, -1], False, None)
    return _with_inverse(self, matrix_norm_named, p)


@composite("linalg_matrix_power(Tensor self, int n) -> Tensor", "matrix_power(Tensor self, int n) -> Tensor")
def matrix_power(self: Tensor, n: int) -> Tensor:
    """Each square matrix times itself, n times over; its inverse for negative n."""
    _check_power(self)
    if n == 0:
        return contiguous(self.new_zeros(self.layout.shape) + eye(self.layout.shape[-1], self.dtype))
    if n < 0:
        return matrix_power(inv(self), -n)
    if n == 1:
        return clone(self)
    result: Tensor | None = None
    power = self
    while n:
        if n & 1:
            result = power if result is None else result.matmul(power)
        n >>= 1
        if n:
            power = power.matmul(power)
    assert result is not None
    return result


def _check_power(self: Tensor) -> None:
    if self.ndim < 2:
        raise RuntimeError("linalg.matrix_power: The input tensor A must have at least 2 dimensions.")
    rows, columns = self.layout.shape[-2:]
    if rows != columns:
        raise RuntimeError(f"linalg.matrix_power: A must be batches of square matrices, but they are {rows} by {columns} matrices")


_TERMS = 18
"""Terms of the series: for a matrix of norm up to 1/2 the rest is below the rounding of float64."""


@composite("linalg_matrix_exp(Tensor self) -> Tensor", "matrix_exp(Tensor self) -> Tensor")
def matrix_exp(self: Tensor) -> Tensor:
    """The exponential series of each square matrix: of the matrix over a power of two, then squared as often."""
    if self.dtype.is_floating_point and self.dtype.itemsize == 2:
        return converted(matrix_exp(converted(self, dtypes.float32)), self.dtype)
    check_square("linalg.matrix_exp", self)
    if not self.layout.numel or self.is_meta:
        return clone(self)
    sizes = bits(converted(matrix_norm(self, 1, [-2, -1], True, None), dtypes.float64))
    scaled = np.isfinite(sizes) & (sizes > 0)
    halvings = np.where(scaled, np.maximum(np.ceil(np.log2(np.where(scaled, sizes, 1.0))) + 1, 0), 0)
    small = contiguous(self * converted(wrapped(2.0**-halvings), self.dtype))
    identity = eye(self.layout.shape[-1], self.dtype)
    result = zeros(self.layout.shape, self.dtype) + identity
    for term in range(_TERMS, 0, -1):
        result = small.matmul(result) * (1 / term) + identity
    for done in range(int(halvings.max())):
        result = required("aten::where.self")(wrapped(halvings > done), result.matmul(result), result)
    return result


# Products and distances of vectors


@composite("linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor")
def vecdot(x: Tensor, y: Tensor, dim: int) -> Tensor:
    """The products of vectors along `dim`, the first conjugated."""
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise RuntimeError(f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {type_name(x.dtype)}")
    return (x.conj() * y).sum([dim], False)


def _common_dtype(*tensors: Tensor) -> DType:
    return result_dtype([one.dtype for one in tensors if one.ndim], [one.dtype for one in tensors if not one.ndim], [])


@composite("cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor")
def cdist(x1: Tensor, x2: Tensor, p: float, compute_mode: int | None) -> Tensor:
    """The distance of order p from every row of x1 (..., P, M) to every row of x2 (..., R, M): (..., P, R)."""
    if x1.ndim < 2:
        raise RuntimeError(f"cdist only supports at least 2D tensors, X1 got: {x1.ndim}D")
    if x2.ndim < 2:
        raise RuntimeError(f"cdist only supports at least 2D tensors, X2 got: {x2.ndim}D")
    if x1.layout.shape[-1] != x2.layout.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.layout.shape[-1]} X2: {x2.layout.shape[-1]}")
    for name, one in (("X1", x1), ("X2", x2)):
        if not one.dtype.is_floating_point:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {type_name(one.dtype)}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if compute_mode not in (None, 0, 1, 2):
        raise RuntimeError(f"possible modes: 0, 1, 2, but was: {compute_mode}")
    dtype = _common_dtype(x1, x2)
    x1, x2 = converted(x1, dtype), converted(x2, dtype)
    rows, others = x1.layout.shape[-2], x2.layout.shape[-2]
    batch = broadcast_shapes([x1.layout.shape[:-2], x2.layout.shape[:-2]])
    if not x1.layout.shape[-1]:
        return zeros((*batch, rows, others), dtype)
    if p == 2 and compute_mode != 2 and (compute_mode == 1 or rows > 25 or others > 25):
        return _by_products(x1, x2)
    return contiguous(_lengths(x1.unsqueeze(-2) - x2.unsqueeze(-3), p))


def _lengths(differences: Tensor, p: float) -> Tensor:
    """The norms of order p along the last dimension; of order 0 it counts what is not 0, and NaN stays."""
    apart = differences.abs()
    return apart.ceil().clamp_max(1).sum([-1]) if p == 0 else _vector_norm(apart, p, [-1], False)


def _by_products(x1: Tensor, x2: Tensor) -> Tensor:
    """Euclidean distances from squares: |a|^2 + |b|^2 - 2 a b."""
    first, second = (x1 * x1).sum([-1], True), (x2 * x2).sum([-1], True)
    squares = first + second.mT - x1.matmul(x2.mT) * 2
    return contiguous(squares.clamp_min(0).sqrt())


@composite("pdist(Tensor self, float p=2.) -> Tensor")
def pdist(self: Tensor, p: float) -> Tensor:
    """The distance of order p of every pair of rows."""
    if self.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {self.ndim}D")
    if self.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    rows = self.layout.shape[0]
    if rows < 2:
        return new_beside(self, (0,))
    first, second = required("aten::triu_indices")(rows, rows, 1, None, None, None, None).unbind(0)
    return _lengths(self.index_select(0, first) - self.index_select(0, second), p)


@composite("pairwise_distance(Tensor x1, Tensor x2, float p=2., float eps=9.9999999999999995e-07, bool keepdim=False) -> Tensor")
def pairwise_distance(x1: Tensor, x2: Tensor, p: float, eps: float, keepdim: bool) -> Tensor:
    """The norm of order p of x1 - x2 + eps over the last dim."""
    return required("aten::norm.ScalarOpt_dim")(x1 - x2 + eps, p, [max(x1.ndim, x2.ndim) - 1], keepdim)


@composite("cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor")
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int, eps: float) -> Tensor:
    """The cosine of the angle between vectors along `dim`; their lengths count as at least eps."""
    dtype = _common_dtype(x1, x2)
    if not dtype.is_floating_point:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {type_name(dtype)}")
    shape = list(broadcast_shapes([x1.layout.shape, x2.layout.shape]))
    first, second = converted(x1, dtype).expand(shape), converted(x2, dtype).expand(shape)
    first = first / _vector_norm(first, 2, [dim], True).clamp_min(eps)
    second = second / _vector_norm(second, 2, [dim], True).clamp_min(eps)
    return (first * second).sum([dim], False)


@composite("renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor")
def renorm(self: Tensor, p: Any, dim: int, maxnorm: Any) -> Tensor:
    """Each slice of `dim` made shorter where its norm of order p is above `maxnorm`."""
    if isinstance(p, complex) or p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if isinstance(maxnorm, complex):
        raise RuntimeError("renorm: maxnorm must be a real number")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    if self.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {self.ndim} dimensions")
    dim = wrap_dim(dim, self.ndim)
    sizes = _vector_norm(self, p, [one for one in range(self.ndim) if one != dim], True)
    # PyTorch's guard against a division by 0
    factor = required("aten::where.ScalarOther")(sizes > maxnorm, maxnorm / (sizes + 1e-7), 1)
    return contiguous(self * factor)
