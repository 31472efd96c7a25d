"""Results with named parts, as PyTorch returns them from operators of several results."""
from __future__ import annotations

from typing import NamedTuple

from .tensor import Tensor


class ValuesIndices(NamedTuple):
    """What `max(x, dim)`, `min(x, dim)` and their like give: the items and their places along the dimension."""

    values: Tensor
    indices: Tensor


class MinMax(NamedTuple):
    """What `aminmax` gives."""

    min: Tensor
    max: Tensor


class MantissaExponent(NamedTuple):
    """What `frexp` gives."""

    mantissa: Tensor
    exponent: Tensor


class CholeskyInfo(NamedTuple):
    """What `linalg_cholesky_ex` gives."""

    L: Tensor
    info: Tensor


class AFactor(NamedTuple):
    """What `geqrf` gives."""

    a: Tensor
    tau: Tensor


class QrFactors(NamedTuple):
    """What `linalg_qr` gives."""

    Q: Tensor
    R: Tensor


class LuFactors(NamedTuple):
    """What `linalg_lu_factor` gives."""

    LU: Tensor
    pivots: Tensor


class LuFactorsInfo(NamedTuple):
    """What `linalg_lu_factor_ex` gives."""

    LU: Tensor
    pivots: Tensor
    info: Tensor


class LuParts(NamedTuple):
    """What `linalg_lu` gives."""

    P: Tensor
    L: Tensor
    U: Tensor


class SvdFactors(NamedTuple):
    """What `linalg_svd` gives."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class SvdOld(NamedTuple):
    """What `svd` gives."""

    U: Tensor
    S: Tensor
    V: Tensor


class EigenSystem(NamedTuple):
    """What `linalg_eig` and `linalg_eigh` give."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class SignLog(NamedTuple):
    """What `linalg_slogdet` gives."""

    sign: Tensor
    logabsdet: Tensor


class SolutionInfo(NamedTuple):
    """What `linalg_solve_ex` gives."""

    result: Tensor
    info: Tensor


class InverseInfo(NamedTuple):
    """What `linalg_inv_ex` gives."""

    inverse: Tensor
    info: Tensor


class LeastSquares(NamedTuple):
    """What `linalg_lstsq` gives."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


class TriangularSolution(NamedTuple):
    """What `triangular_solve` gives."""

    solution: Tensor
    cloned_coefficient: Tensor
