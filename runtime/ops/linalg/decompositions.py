"""Matrices as products of simpler ones: Cholesky, QR, LU, singular values, eigenvalues. LAPACK through NumPy."""
from __future__ import annotations

from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...return_types import AFactor, CholeskyInfo, EigenSystem, LuFactors, LuFactorsInfo, LuParts, QrFactors, SvdFactors, SvdOld
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..host import Array, bits
from ..table import composite, host
from .lapack import (
    LinAlgError,
    adjoint,
    check_dtype,
    check_eigenvalues,
    check_matrix,
    check_singular_values,
    check_square,
    column_major,
    each_matrix,
    empty,
    failing_batch,
    householder,
    lu_factor,
    permutation,
    plain,
    real_part,
    reflected,
)

# Cholesky


def _cholesky(array: Array) -> Array | None:
    try:
        found = np.linalg.cholesky(array)
    except np.linalg.LinAlgError:
        return None
    return found


def _cholesky_info(array: Array) -> int:
    """Which leading minor is the first that is not positive."""
    for size in range(1, array.shape[-1] + 1):
        if _cholesky(array[:size, :size]) is None:
            return size
    return 0


@host("linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)")
def cholesky_ex(self: Tensor, upper: bool, check_errors: bool) -> CholeskyInfo:
    """L with L @ L^H = self (or its adjoint if `upper`), and the order of the first minor that is not positive, 0 for none."""
    check_square("linalg.cholesky", self)
    array = bits(self)
    lower = adjoint(np.triu(array)) if upper else np.tril(array)
    found, failed = each_matrix(lower, _cholesky)
    info = np.zeros(failed.shape, np.int32)
    for at in np.ndindex(*failed.shape):
        if failed[at]:
            info[at] = _cholesky_info(lower[at])
            found[at] = lower[at]
    if check_errors and info.any():
        batch, code = failing_batch(info)
        raise LinAlgError(
            f"linalg.cholesky: {batch}The factorization could not be completed because the input is not positive-definite "
            f"(the leading minor of order {code} is not positive-definite)."
        )
    return CholeskyInfo(column_major(adjoint(found) if upper else found), plain(info))


@composite("linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor")
def cholesky(self: Tensor, upper: bool) -> Tensor:
    """L with L @ L^H = self; LinAlgError where self is not positive-definite."""
    return cholesky_ex(self, upper, True).L


@composite("cholesky(Tensor self, bool upper=False) -> Tensor")
def old_cholesky(self: Tensor, upper: bool) -> Tensor:
    """`linalg_cholesky` under its older name."""
    if self.layout.numel == 0 and self.ndim >= 2 and self.layout.shape[-1] == self.layout.shape[-2]:
        return column_major(np.zeros(self.layout.shape, bits(self).dtype))
    return cholesky_ex(self, upper, True).L


# QR


def _packed_qr(array: Array) -> tuple[Array, Array]:
    """R above the diagonal, the vectors of the reflections below it, and their scales."""
    rows, columns = array.shape[-2:]
    if not array.size:
        return np.array(array), np.zeros((*array.shape[:-2], min(rows, columns)), array.dtype)
    packed, scales = np.linalg.qr(array, "raw")
    return np.swapaxes(packed, -1, -2), scales


@host("geqrf(Tensor self) -> (Tensor a, Tensor tau)")
def geqrf(self: Tensor) -> AFactor:
    """LAPACK's own form of a QR decomposition: R above the diagonal, reflections below it, and their scales."""
    check_matrix("torch.geqrf", self, tensor_name="input")
    packed, scales = _packed_qr(bits(self))
    return AFactor(column_major(packed), plain(scales))


@host('linalg_qr(Tensor A, str mode="reduced") -> (Tensor Q, Tensor R)')
def qr(A: Tensor, mode: str) -> QrFactors:
    """Q with orthonormal columns and R upper triangular with Q @ R = A; no Q in mode "r", all of it in mode "complete"."""
    check_matrix("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    packed, scales = _packed_qr(bits(A))
    rows, columns = packed.shape[-2:]
    small = min(rows, columns)
    height = rows if mode == "complete" else small
    upper = np.triu(packed[..., :height, :])
    if mode == "r":
        return QrFactors(empty(A), column_major(upper))
    return QrFactors(column_major(householder(packed, scales, rows if mode == "complete" else small)), column_major(upper))


@composite("qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)")
def old_qr(self: Tensor, some: bool) -> QrFactors:
    """`linalg_qr` under its older name."""
    return qr(self, "reduced" if some else "complete")


@host("linalg_householder_product(Tensor input, Tensor tau) -> Tensor", "orgqr(Tensor self, Tensor input2) -> Tensor")
def householder_product(input: Tensor, tau: Tensor) -> Tensor:
    """The first columns of the product of the reflections that `geqrf` gives."""
    name = "torch.linalg.householder_product"
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    rows, columns = input.layout.shape[-2:]
    if rows < columns:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if columns < tau.layout.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if input.ndim - tau.ndim != 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and input.ndim "
            f"is equal to {input.ndim}"
        )
    if input.layout.shape[:-2] != tau.layout.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(tau.layout.shape[:-1])}"
        )
    if input.dtype is not tau.dtype:
        raise RuntimeError(f"{name}: tau dtype {type_name(tau.dtype)} does not match input dtype {type_name(input.dtype)}")
    check_dtype(name, input)
    return column_major(householder(bits(input), bits(tau), columns))


@host("ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor")
def ormqr(self: Tensor, input2: Tensor, input3: Tensor, left: bool, transpose: bool) -> Tensor:
    """input3 times the product of the reflections of `geqrf`, from the left or the right, or times its adjoint."""
    if self.ndim < 2:
        raise RuntimeError("torch.ormqr: input must have at least 2 dimensions.")
    if input3.ndim < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    side = -2 if left else -1
    if input3.layout.shape[side] < input2.layout.shape[-1]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be greater than or equal to tau.shape[-1]")
    if input3.layout.shape[side] != self.layout.shape[-2]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if self.ndim - input2.ndim != 1 or self.ndim != input3.ndim:
        raise RuntimeError(
            f"torch.ormqr: Expected tau to have one dimension less than input, but got tau.ndim equal to {input2.ndim} and "
            f"input.ndim is equal to {self.ndim}, other.ndim {input3.ndim}"
        )
    if self.layout.shape[:-2] != input2.layout.shape[:-1] or self.layout.shape[:-2] != input3.layout.shape[:-2]:
        raise RuntimeError("torch.ormqr: Expected batch dimensions of tau and other to be equal to input.shape[:-2]")
    if not self.dtype is input2.dtype is input3.dtype:
        raise RuntimeError(
            f"torch.ormqr: Expected input, tau and other to have the same dtype, but got {type_name(self.dtype)}, "
            f"{type_name(input2.dtype)} and {type_name(input3.dtype)}"
        )
    check_dtype("torch.ormqr", self)
    vectors, scales, target = bits(self), bits(input2), bits(input3)
    # from the right: the adjoint of the adjoint's product from the left
    forward = transpose == left
    target = target if left else adjoint(target)
    count = scales.shape[-1]
    for step in range(count) if forward else range(count - 1, -1, -1):
        target = reflected(target, vectors, scales, step, conjugate=forward)
    return column_major(target if left else adjoint(target))


# LU


@host("linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)")
def lu_factor_ex(A: Tensor, pivot: bool, check_errors: bool, name: str = "linalg.lu_factor_ex") -> LuFactorsInfo:
    """L and U in one matrix, the rows exchanged at each step, and the place of the first zero on U's diagonal."""
    if A.ndim < 2:
        raise RuntimeError(f"torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: {list(A.layout.shape)} instead")
    check_dtype(name, A)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    factors, pivots, info = lu_factor(bits(A))
    if check_errors and info.any():
        batch, code = failing_batch(info)
        raise RuntimeError(
            f"torch.linalg.lu_factor_ex: {batch}U[{code},{code}] is zero and using it on lu_solve would result in a division by zero. "
            f"If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            f"linalg.lu_factor_ex(A, pivot)"
        )
    return LuFactorsInfo(column_major(factors), plain(pivots), plain(info))


@composite("_lu_with_info(Tensor self, bool pivot=True, bool check_errors=True) -> (Tensor LU, Tensor pivots, Tensor info)")
def lu_with_info(self: Tensor, pivot: bool, check_errors: bool) -> LuFactorsInfo:
    """`linalg_lu_factor_ex` as `torch.lu` calls it."""
    return lu_factor_ex(self, pivot, check_errors)


@composite("linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)")
def lu_factor_row(A: Tensor, pivot: bool) -> LuFactors:
    """`linalg_lu_factor_ex` without its third result; RuntimeError for a zero on U's diagonal."""
    found = lu_factor_ex(A, pivot, True)
    return LuFactors(found.LU, found.pivots)


@host(
    "lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)"
)
def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool, unpack_pivots: bool) -> LuParts:
    """P, L and U with P @ L @ U the matrix that was factored."""
    if LU_data.ndim < 2:
        raise RuntimeError(
            f"torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {list(LU_data.layout.shape)} instead"
        )
    if unpack_pivots and LU_pivots.dtype is not dtypes.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\n"
            "Note: this function is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    data = bits(LU_data)
    rows, columns = data.shape[-2:]
    small = min(rows, columns)
    order, lower, upper = empty(LU_data), empty(LU_data), empty(LU_data)
    if unpack_pivots:
        matrix = np.swapaxes(np.eye(rows, dtype=data.dtype)[permutation(bits(LU_pivots), rows)], -1, -2)
        order = plain(np.ascontiguousarray(matrix))
    if unpack_data:
        lower = plain(np.tril(data[..., :small], -1) + np.eye(rows, small, dtype=data.dtype))
        upper = plain(np.triu(data[..., :small, :]))
    return LuParts(order, lower, upper)


@composite("linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)")
def lu(A: Tensor, pivot: bool) -> LuParts:
    """P, L and U with P @ L @ U = A."""
    found = lu_factor_ex(A, pivot, False)
    return lu_unpack(found.LU, found.pivots, True, True)


# Singular values


def _check_driver(name: str, driver: str | None) -> None:
    if driver is not None:
        raise RuntimeError(f"{name}: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.")


@host(
    "_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)"
)
def svd_parts(A: Tensor, full_matrices: bool, compute_uv: bool, driver: str | None) -> SvdFactors:
    """U, S and Vh with U @ diag(S) @ Vh = A; without U and Vh if not `compute_uv`."""
    check_matrix("linalg.svd", A)
    _check_driver("linalg.svd", driver)
    array = bits(A)
    check_singular_values(array)
    if not compute_uv:
        return SvdFactors(empty(A), plain(np.linalg.svd(array, compute_uv=False)), empty(A))
    left, values, right = np.linalg.svd(array, full_matrices)
    return SvdFactors(column_major(left), plain(values), column_major(right))


@composite("linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)")
def svd(A: Tensor, full_matrices: bool, driver: str | None) -> SvdFactors:
    """U, S and Vh with U @ diag(S) @ Vh = A, S in descending order."""
    return svd_parts(A, full_matrices, True, driver)


@composite("linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor")
def svdvals(A: Tensor, driver: str | None) -> Tensor:
    """The singular values in descending order."""
    return svd_parts(A, False, False, driver).S


@composite("svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)")
def old_svd(self: Tensor, some: bool, compute_uv: bool) -> SvdOld:
    """U, S and V with U @ diag(S) @ V^H = self; zeros for U and V if not `compute_uv`."""
    if self.ndim < 2:
        raise RuntimeError("linalg.svd: input should have at least 2 dimensions, but has {} dimensions instead")
    if compute_uv:
        found = svd_parts(self, not some, True, None)
        return SvdOld(found.U, found.S, found.Vh.mH)
    values = svd_parts(self, False, False, None).S
    rows, columns = self.layout.shape[-2:]
    batch = list(self.layout.shape[:-2])
    return SvdOld(self.new_zeros([*batch, rows, rows]), values, self.new_zeros([*batch, columns, columns]).mT)


# Eigenvalues


def _check_half(uplo: str) -> str:
    if uplo.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")
    return uplo.upper()


@host('_linalg_eigh(Tensor A, str UPLO="L", bool compute_v=True) -> (Tensor eigenvalues, Tensor eigenvectors)')
def eigh_parts(A: Tensor, UPLO: str, compute_v: bool) -> EigenSystem:
    """Eigenvalues in ascending order and eigenvectors of Hermitian matrices, of which one triangle is read."""
    check_square("linalg.eigh", A)
    half: Any = _check_half(UPLO)
    array = bits(A)
    check_eigenvalues(array)
    if not compute_v:
        return EigenSystem(plain(np.linalg.eigvalsh(array, half)), empty(A))
    values, vectors = np.linalg.eigh(array, half)
    return EigenSystem(plain(values), column_major(vectors))


@composite('linalg_eigh(Tensor self, str UPLO="L") -> (Tensor eigenvalues, Tensor eigenvectors)')
def eigh(self: Tensor, UPLO: str) -> EigenSystem:
    """Eigenvalues in ascending order and eigenvectors of Hermitian matrices."""
    return eigh_parts(self, UPLO, True)


@composite('linalg_eigvalsh(Tensor self, str UPLO="L") -> Tensor')
def eigvalsh(self: Tensor, UPLO: str) -> Tensor:
    """The eigenvalues of Hermitian matrices in ascending order."""
    return eigh_parts(self, UPLO, False).eigenvalues


def _complex(array: Array) -> Array:
    return array.astype(np.complex64 if real_part(array).dtype == np.float32 else np.complex128)


def _check_finite(name: str, array: Array) -> None:
    if array.size and not np.isfinite(array).all():
        raise RuntimeError(f"{name}: input tensor should not contain infs or NaNs.")


@host("linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)")
def eig(self: Tensor) -> EigenSystem:
    """Eigenvalues and eigenvectors of square matrices, complex."""
    check_square("linalg.eig", self)
    array = bits(self)
    _check_finite("torch.linalg.eig", array)
    values, vectors = np.linalg.eig(array) if array.size else (np.zeros(array.shape[:-1], array.dtype), array)
    return EigenSystem(plain(_complex(values)), column_major(_complex(vectors)))


@host("linalg_eigvals(Tensor self) -> Tensor", "_linalg_eigvals(Tensor self) -> Tensor")
def eigvals(self: Tensor) -> Tensor:
    """The eigenvalues of square matrices, complex."""
    check_square("linalg.eigvals", self)
    array = bits(self)
    _check_finite("torch.linalg.eigvals", array)
    return plain(_complex(np.linalg.eigvals(array) if array.size else np.zeros(array.shape[:-1], array.dtype)))
