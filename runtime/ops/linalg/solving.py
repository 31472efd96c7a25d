"""Equations with matrices: inverses, determinants, solutions and least squares. LAPACK through NumPy."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...layout import broadcast_shapes
from ...return_types import InverseInfo, LeastSquares, SignLog, SolutionInfo, TriangularSolution
from ...tensor import Tensor
from ..dtype_rules import real_dtype, type_name
from ..host import Array, bits
from ..table import composite, host, required
from .lapack import (
    LinAlgError,
    adjoint,
    check_dtype,
    check_eigenvalues,
    check_matrix,
    check_singular_values,
    check_square,
    column_major,
    empty,
    failing_batch,
    lu_factor,
    permutation,
    plain,
    real_part,
    substituted,
)

# Determinants


def _diagonal(array: Array) -> tuple[Array, Array]:
    """The diagonal of U, and -1 where an odd number of rows were exchanged, else 1."""
    factors, pivots, _ = lu_factor(array)
    exchanges: Array = np.subtract(pivots, range(1, pivots.shape[-1] + 1))
    odd = np.count_nonzero(exchanges, axis=-1) % 2
    return np.diagonal(factors, axis1=-2, axis2=-1), np.where(odd, -1, 1).astype(array.dtype)


def _determinants(array: Array) -> tuple[Array, Array]:
    """The sign and the logarithm of the size of each determinant."""
    diagonal, parity = _diagonal(array)
    with np.errstate(all="ignore"):
        sizes = np.abs(diagonal)
        signs = np.where(sizes == 0, 0, diagonal / np.where(sizes == 0, 1, sizes)) if array.shape[-1] else diagonal
        sign = np.prod(signs, -1, dtype=array.dtype) * parity
        return sign, np.sum(np.log(sizes), -1, dtype=sizes.dtype)


@host("linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)")
def slogdet(A: Tensor) -> SignLog:
    """The sign of each determinant and the logarithm of its size."""
    check_square("linalg.slogdet", A)
    sign, size = _determinants(bits(A))
    return SignLog(plain(sign), plain(size))


@composite("slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)")
def old_slogdet(self: Tensor) -> SignLog:
    """`linalg_slogdet` under its older name."""
    return slogdet(self)


@host("linalg_det(Tensor A) -> Tensor")
def linalg_det(A: Tensor) -> Tensor:
    """The determinant of each matrix."""
    check_square("linalg.det", A)
    diagonal, parity = _diagonal(bits(A))
    with np.errstate(all="ignore"):
        return plain(np.prod(diagonal, -1, dtype=diagonal.dtype) * parity)


@composite("det(Tensor self) -> Tensor")
def det(self: Tensor) -> Tensor:
    """`linalg_det` under its older name."""
    return linalg_det(self)


@composite("logdet(Tensor self) -> Tensor")
def logdet(self: Tensor) -> Tensor:
    """The logarithm of each determinant; NaN for negative ones."""
    check_square("logdet", self)
    found = slogdet(self)
    if self.dtype.is_complex:
        return found.sign.log() + found.logabsdet
    return required("aten::where.ScalarSelf")(found.sign == -1, math.nan, found.logabsdet)


# Inverses and systems


def _singular(name: str, info: Array, what: str) -> LinAlgError:
    batch, code = failing_batch(info)
    return LinAlgError(f"{name}: {batch}The {what} element {code} is zero, the inversion could not be completed because the input matrix "
                       "is singular.")


def _solved(matrix: Array, right: Array) -> tuple[Array, Array]:
    """The solution of matrix @ x = right, and for each matrix which pivot is zero (0 for none)."""
    factors, pivots, info = lu_factor(matrix)
    order = permutation(pivots, matrix.shape[-1])
    batch = np.broadcast_shapes(matrix.shape[:-2], right.shape[:-2])
    full_right = np.broadcast_to(right, (*batch, *right.shape[-2:]))
    full_order = np.broadcast_to(order, (*batch, order.shape[-1]))
    arranged = np.take_along_axis(full_right, full_order[..., None], -2)
    return substituted(factors, substituted(factors, arranged, upper=False, unit=True), upper=True, unit=False), info


@host("linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)")
def inv_ex(A: Tensor, check_errors: bool, name: str = "linalg.inv") -> InverseInfo:
    """The inverse of each matrix, and which pivot is zero where it is singular (0: it is not)."""
    check_square("linalg.inv", A)
    array = bits(A)
    found, info = _solved(array, np.eye(array.shape[-1], dtype=array.dtype))
    if check_errors and info.any():
        raise _singular(name, info, "diagonal")
    return InverseInfo(column_major(found), plain(info))


@composite("linalg_inv(Tensor A) -> Tensor")
def inv(A: Tensor) -> Tensor:
    """The inverse of each matrix; LinAlgError for singular ones."""
    return inv_ex(A, True).inverse


@composite("inverse(Tensor self) -> Tensor")
def inverse(self: Tensor) -> Tensor:
    """`linalg_inv` under its older name."""
    return inv_ex(self, True).inverse


def _is_vector(matrix: Tensor, right: Tensor) -> bool:
    """Whether the right side is a vector for each matrix: one of fewer dimensions whose shape is that of a row."""
    shape = matrix.layout.shape[:-1]
    return right.ndim == 1 or (right.ndim == matrix.ndim - 1 and right.layout.shape == shape)


@host("linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)")
def solve_ex(A: Tensor, B: Tensor, left: bool, check_errors: bool) -> SolutionInfo:
    """X with A @ X = B (X @ A = B if not `left`), and which pivot is zero where A is singular."""
    name = "linalg.solve"
    check_square(name, A)
    _check_same(name, A, B)
    vector = _is_vector(A, B)
    if vector and not left:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case linalg.solve is "
            "equivalent to B / A.squeeze(-1)"
        )
    right = B.unsqueeze(-1) if vector else B
    _check_fitting(name, A, right, left)
    matrix, target = bits(A), bits(right)
    found, info = _solved(matrix, target) if left else _solved(np.swapaxes(matrix, -1, -2), np.swapaxes(target, -1, -2))
    if check_errors and info.any():
        batch, _ = failing_batch(info)
        raise LinAlgError(f"torch.linalg.solve: {batch}The solver failed because the input matrix is singular.")
    if vector:
        return SolutionInfo(_vectors(found[..., 0]), plain(info))
    result = column_major(found)
    return SolutionInfo(result if left else result.mT, plain(info))


def _vectors(values: Array) -> Tensor:
    """Vectors, of which PyTorch keeps those of the last batch dimension side by side."""
    return plain(values) if values.ndim < 2 else column_major(values)


def _check_same(name: str, A: Tensor, B: Tensor) -> None:
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type {type_name(A.dtype)} and B of type "
            f"{type_name(B.dtype)} instead"
        )


def _check_fitting(name: str, A: Tensor, B: Tensor, left: bool) -> None:
    """RuntimeError unless the right side has as many rows (columns if not `left`) as A, in batches that broadcast."""
    if B.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor B must have at least 2 dimensions.")
    if A.layout.shape[-2 if left else -1] != B.layout.shape[-2 if left else -1]:
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({A.layout.shape[-2]}x{A.layout.shape[-1]} and {B.layout.shape[-2]}x{B.layout.shape[-1]})"
        )
    broadcast_shapes([A.layout.shape[:-2], B.layout.shape[:-2]])


@composite("linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor")
def solve(A: Tensor, B: Tensor, left: bool) -> Tensor:
    """X with A @ X = B, or X @ A = B; LinAlgError where A is singular."""
    return solve_ex(A, B, left, True).result


@host("linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor")
def solve_triangular(self: Tensor, B: Tensor, upper: bool, left: bool, unitriangular: bool) -> Tensor:
    """X with self @ X = B (X @ self = B if not `left`), of which one triangle is read; its diagonal counts as ones if `unitriangular`."""
    name = "linalg.solve_triangular"
    _check_same(name, self, B)
    check_square(name, self)
    _check_fitting(name, self, B, left)
    matrix, target = bits(self), bits(B)
    if left:
        return column_major(substituted(matrix, target, upper=upper, unit=unitriangular))
    found = substituted(np.swapaxes(matrix, -1, -2), np.swapaxes(target, -1, -2), upper=not upper, unit=unitriangular)
    return column_major(np.swapaxes(found, -1, -2))


@host(
    "triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False) "
    "-> (Tensor solution, Tensor cloned_coefficient)"
)
def triangular_solve(self: Tensor, A: Tensor, upper: bool, transpose: bool, unitriangular: bool) -> TriangularSolution:
    """X with A @ X = self, or A^T @ X = self, and a copy of A."""
    name = "triangular_solve"
    if self.ndim < 2:
        raise RuntimeError(f"torch.triangular_solve: Expected b to have at least 2 dimensions, but it has {self.ndim} dimensions instead")
    if A.ndim < 2:
        raise RuntimeError(f"torch.triangular_solve: Expected A to have at least 2 dimensions, but it has {A.ndim} dimensions instead")
    _check_same(name, A, self)
    check_square(name, A)
    _check_fitting(name, A, self, True)
    matrix = bits(A)
    turned = np.swapaxes(matrix, -1, -2) if transpose else matrix
    found = substituted(turned, bits(self), upper=upper != transpose, unit=unitriangular)
    batch = found.shape[:-2]
    return TriangularSolution(column_major(found), column_major(np.broadcast_to(matrix, (*batch, *matrix.shape[-2:]))))


@host("cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor")
def cholesky_solve(self: Tensor, input2: Tensor, upper: bool) -> Tensor:
    """X with A @ X = self, where input2 is the Cholesky factor of A."""
    if self.ndim < 2:
        raise RuntimeError(f"b should have at least 2 dimensions, but has {self.ndim} dimensions instead")
    if input2.ndim < 2:
        raise RuntimeError(f"u should have at least 2 dimensions, but has {input2.ndim} dimensions instead")
    check_square("cholesky_solve", input2)
    _check_same("cholesky_solve", input2, self)
    _check_fitting("cholesky_solve", input2, self, True)
    factor = bits(input2)
    lower = adjoint(factor) if upper else factor
    half = substituted(lower, bits(self), upper=False, unit=False)
    return column_major(substituted(adjoint(lower), half, upper=True, unit=False))


@host("cholesky_inverse(Tensor self, bool upper=False) -> Tensor")
def cholesky_inverse(self: Tensor, upper: bool) -> Tensor:
    """The inverse of the matrix whose Cholesky factor this is."""
    check_square("cholesky_inverse", self)
    factor = bits(self)
    lower = adjoint(factor) if upper else factor
    half = substituted(lower, np.eye(factor.shape[-1], dtype=factor.dtype), upper=False, unit=False)
    return column_major(substituted(adjoint(lower), half, upper=True, unit=False))


@host("linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor")
def linalg_lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, left: bool, adjoint: bool) -> Tensor:
    """X with A @ X = B for the matrix A that was factored; A^H if `adjoint`, from the right if not `left`."""
    name = "linalg.lu_solve"
    check_dtype(name, LU)
    if pivots.dtype is not dtypes.int32:
        raise RuntimeError(f"{name}: pivots should be a Tensor of scalar type torch.int32")
    check_square(name, LU, tensor_name="LU")
    _check_same(name, LU, B)
    _check_fitting(name, LU, B, left)
    if LU.layout.shape[-1] != pivots.layout.shape[-1]:
        raise RuntimeError(f"{name}: Number of pivots per batch should be same as the dimension of the matrix")
    if LU.layout.shape[:-2] != pivots.layout.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape {list(pivots.layout.shape)} instead"
        )
    found = _lu_solution(bits(LU), bits(pivots), bits(B) if left else np.conj(np.swapaxes(bits(B), -1, -2)), adjoint == left)
    return column_major(found) if left else plain(np.conj(np.swapaxes(found, -1, -2)))


def _lu_solution(factors: Array, pivots: Array, right: Array, turned: bool) -> Array:
    """The solution with the factored matrix, or with its conjugate transpose."""
    order = permutation(pivots, factors.shape[-1])
    batch = np.broadcast_shapes(factors.shape[:-2], right.shape[:-2])
    order = np.broadcast_to(order, (*batch, order.shape[-1]))[..., None]
    right = np.broadcast_to(right, (*batch, *right.shape[-2:]))
    if not turned:
        arranged = np.take_along_axis(right, order, -2)
        return substituted(factors, substituted(factors, arranged, upper=False, unit=True), upper=True, unit=False)
    factors = adjoint(factors)
    found = substituted(factors, substituted(factors, right, upper=False, unit=False), upper=True, unit=True)
    result = np.empty_like(found)
    np.put_along_axis(result, np.broadcast_to(order, found.shape), found, -2)
    return result


@composite("lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor")
def lu_solve(self: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """`linalg_lu_solve` under its older name."""
    return linalg_lu_solve(LU_data, LU_pivots, self, True, False)


# Least squares


@host(
    "linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) "
    "-> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)"
)
def lstsq(self: Tensor, b: Tensor, rcond: float | None, driver: str | None) -> LeastSquares:
    """X that makes |self @ X - b| least; of several, the shortest. Drivers differ in what else they give."""
    name = "torch.linalg.lstsq"
    if self.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if b.ndim < 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    check_dtype("linalg.lstsq", self)
    if self.dtype is not b.dtype:
        raise RuntimeError(f"{name}: Expected input and other to have the same dtype, but got input's dtype {type_name(self.dtype)} and "
                           f"other's dtype {type_name(b.dtype)}")
    if driver not in (None, "gels", "gelsd", "gelsy", "gelss"):
        raise RuntimeError(f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    driver = driver or "gelsy"
    if self.ndim - b.ndim not in (0, 1):
        raise RuntimeError(f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1")
    vector = self.ndim - b.ndim == 1
    right = b.unsqueeze(-1) if vector else b
    rows, columns = self.layout.shape[-2:]
    if rows != right.layout.shape[-2]:
        raise RuntimeError(f"{name}: input.size(-2) should match other.size(-2)")
    matrix, target = bits(self), bits(right)
    batch = np.broadcast_shapes(matrix.shape[:-2], target.shape[:-2])
    matrix = np.broadcast_to(matrix, (*batch, rows, columns))
    target = np.broadcast_to(target, (*batch, *target.shape[-2:]))
    epsilon = np.finfo(real_part(matrix).dtype).eps
    limit = epsilon * max(rows, columns) if rcond is None else rcond
    check_singular_values(matrix)
    values = np.linalg.svd(matrix, compute_uv=False) if matrix.size else np.zeros((*batch, min(rows, columns)), epsilon.dtype)
    ranks = (values > (limit if limit >= 0 else epsilon) * values[..., :1]).sum(-1) if values.shape[-1] else np.zeros(batch, np.int64)
    found = np.linalg.pinv(matrix, rcond=limit if driver != "gels" else None, hermitian=False) @ target if matrix.size else np.zeros(
        (*batch, columns, target.shape[-1]), matrix.dtype
    )
    solution = _in_rows(found.astype(matrix.dtype), max(rows, columns))
    residuals = empty(self, dtype=real_dtype(self.dtype))
    if rows > columns and driver != "gelsy" and (driver == "gels" or bool(np.all(ranks == columns))):
        residuals = plain((np.abs(matrix @ found - target) ** 2).sum(-2).astype(values.dtype))
    rank = plain(ranks.astype(np.int64)) if driver != "gels" else empty(self, dtype=dtypes.int64)
    if driver == "gels" and min(rows, columns) and not bool((values[..., -1] > 0).all()):
        raise LinAlgError(
            f"{name}: The least squares solution could not be computed because the input matrix does not have full rank (error code: "
            f"{min(rows, columns)})."
        )
    singular = plain(values) if driver in ("gelsd", "gelss") else empty(self, dtype=real_dtype(self.dtype))
    return LeastSquares(solution.squeeze(-1) if vector else solution, residuals, rank, singular)


def _in_rows(values: Array, height: int) -> Tensor:
    """Column-major matrices cut from ones of `height` rows."""
    *batch, rows, columns = values.shape
    whole = column_major(np.concatenate([values, np.zeros((*batch, height - rows, columns), values.dtype)], -2))
    return whole.narrow(-2, 0, rows)


# Pseudo-inverses


def _limits(self: Tensor, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """Both tolerances, each a number or an array; what is not given is 0, or follows from the dtype and the size."""
    default = np.finfo(real_part(bits(self)).dtype).eps * max(self.layout.shape[-2:])

    def read(value: Any) -> Any:
        return bits(value) if isinstance(value, Tensor) else value

    absolute, relative = read(atol), read(rtol)
    if relative is None:
        relative = default if absolute is None else np.where(np.asarray(absolute) > 0, 0.0, default)
    return 0.0 if absolute is None else absolute, relative


def _pinv(self: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Tensor:
    check_matrix("linalg.pinv", self)
    _check_tolerances("torch.linalg.pinv", atol, rtol)
    array = bits(self)
    rows, columns = array.shape[-2:]
    if not array.size:
        return plain(np.zeros((*array.shape[:-2], columns, rows), array.dtype))
    absolute, relative = _limits(self, atol, rtol)
    if hermitian:
        check_square("linalg.pinv", self)
        check_eigenvalues(array)
        values, vectors = np.linalg.eigh(array)
        sizes = np.abs(values)
        left, right = vectors, adjoint(vectors)
        largest = sizes.max(-1, keepdims=True)
    else:
        check_singular_values(array)
        left, values, right = np.linalg.svd(array, full_matrices=False)
        sizes, largest = values, values[..., :1]
    limit = np.maximum(np.asarray(absolute)[..., None], np.asarray(relative)[..., None] * largest)
    with np.errstate(all="ignore"):
        inverse = np.where(sizes > limit, 1 / np.where(sizes == 0, 1, values), 0).astype(values.dtype)
    return plain(((adjoint(right) * inverse[..., None, :]) @ adjoint(left)).astype(array.dtype))


def _check_tolerances(name: str, *tolerances: Any) -> None:
    for label, value in zip(("atol", "rtol"), tolerances):
        if isinstance(value, Tensor) and value.dtype.is_complex:
            raise RuntimeError(f"{name}: {label} tensor of complex type is not supported.")


@host("linalg_pinv.atol_rtol_tensor(Tensor self, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor")
@host("linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor")
def pinv(self: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Tensor:
    """The pseudo-inverse; singular values up to max(atol, rtol * the largest) count as 0."""
    return _pinv(self, atol, rtol, hermitian)


@host("linalg_pinv.rcond_tensor(Tensor self, Tensor rcond, bool hermitian=False) -> Tensor")
@host("linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor")
def pinv_rcond(self: Tensor, rcond: Any, hermitian: bool) -> Tensor:
    """The pseudo-inverse; singular values up to `rcond` times the largest count as 0."""
    return _pinv(self, 0.0, rcond, hermitian)


@composite("pinverse(Tensor self, float rcond=1.0000000000000001e-15) -> Tensor")
def pinverse(self: Tensor, rcond: float) -> Tensor:
    """`linalg_pinv` under its older name."""
    return pinv_rcond(self, rcond, False)


def _rank(self: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Tensor:
    check_matrix("linalg.matrix_rank", self)
    _check_tolerances("torch.linalg.matrix_rank", atol, rtol)
    array = bits(self)
    if not array.size:
        return plain(np.zeros(array.shape[:-2], np.int64))
    absolute, relative = _limits(self, atol, rtol)
    if hermitian:
        check_square("linalg.matrix_rank", self)
        check_eigenvalues(array)
        values = np.abs(np.linalg.eigvalsh(array))
    else:
        check_singular_values(array)
        values = np.linalg.svd(array, compute_uv=False)
    limit = np.maximum(np.asarray(absolute), np.asarray(relative) * values.max(-1))
    return plain((values > np.asarray(limit)[..., None]).sum(-1))


@host("linalg_matrix_rank.atol_rtol_tensor(Tensor input, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor")
@host("linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor")
def matrix_rank(self: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Tensor:
    """How many singular values are above max(atol, rtol * the largest)."""
    return _rank(self, atol, rtol, hermitian)


@host("linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> Tensor")
@host("linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor")
def matrix_rank_tol(self: Tensor, tol: Any, hermitian: bool) -> Tensor:
    """How many singular values are above `tol`."""
    return _rank(self, tol, 0.0, hermitian)


# Tensors as matrices


@composite("linalg_tensorinv(Tensor self, int ind=2) -> Tensor")
def tensorinv(self: Tensor, ind: int) -> Tensor:
    """The inverse of `self` as a map from its dims from `ind` on to those before."""
    if ind <= 0:
        raise RuntimeError("Expected a strictly positive integer for 'ind'")
    shape = list(self.layout.shape)
    first, last = shape[:ind], shape[ind:]
    if math.prod(first) != math.prod(last):
        raise RuntimeError(
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {math.prod(last)} != "
            f"{math.prod(first)}"
        )
    found = inv_ex(self.reshape([math.prod(last), math.prod(first)]), True)
    return found.inverse.reshape([*last, *first])


@composite("linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor")
def tensorsolve(self: Tensor, other: Tensor, dims: Sequence[int] | None) -> Tensor:
    """X with tensordot(self, X) = other; `dims` go to the end of self first."""
    if dims is not None:
        moved = [dim % self.ndim for dim in dims]
        self = self.permute([dim for dim in range(self.ndim) if dim not in moved] + moved)
    shape = list(self.layout.shape[other.ndim :])
    if other.layout.numel != math.prod(shape):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got "
            f"{math.prod(shape)} != {other.layout.numel}"
        )
    matrix = self.reshape([other.layout.numel, math.prod(shape)])
    return solve(matrix, other.flatten(), True).reshape(shape)
