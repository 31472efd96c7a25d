"""Singular values of matrices that are nearly of low rank, by random projections, and principal components.

Algorithms 4.4 and 5.1 of N. Halko, P. G. Martinsson, J. A. Tropp, arXiv:0909.4061.
"""
from __future__ import annotations

from typing import Any

from .dtype import float16, float32, float64
from .meta_storage import also_without_data
from .tensor import Tensor

_Three = tuple[Tensor, Tensor, Tensor]


def _row(key: str) -> Any:
    from .ops.table import required

    return required(f"aten::{key}")


def _basis(A: Any, q: int, niter: int, M: Any) -> Any:
    """q orthonormal columns whose span nearly holds the columns of A - M."""
    dtype = A.dtype if A.dtype.is_complex or A.dtype in (float16, float32, float64) else float32

    def reached(one: Any, mean: Any, vectors: Any) -> Any:
        product = one.matmul(vectors)
        product = product if mean is None else product - mean.matmul(vectors)
        return _row("linalg_qr")(product, "reduced")[0]

    columns = reached(A, M, _row("randn")([A.shape[-1], q], dtype, None, None, None))
    for _ in range(niter):
        columns = reached(A, M, reached(A.mH, None if M is None else M.mH, columns))
    return columns


@also_without_data
def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None) -> _Three:
    """U, S and V with A - M nearly U diag(S) V^H: the q greatest singular values after `niter` steps, by random numbers."""
    wide = A.shape[-2] < A.shape[-1]
    mean: Any = None if M is None else M.broadcast_to(A.shape)
    matrix: Any = A.mH if wide else A
    mean = mean.mH if wide and mean is not None else mean
    columns = _basis(matrix, 6 if q is None else q, 2 if niter is None else niter, mean)
    inner = columns.mH.matmul(matrix)
    inner = inner if mean is None else inner - columns.mH.matmul(mean)
    left, values, right = _row("linalg_svd")(inner, False, None)
    left, right = columns.matmul(left), right.mH
    return (right, values, left) if wide else (left, values, right)


@also_without_data
def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> _Three:
    """`svd_lowrank` of A less the means of its columns, unless these are known to be 0: the last result holds the components."""
    rows, columns = A.shape[-2:]
    count = min(6, rows, columns) if q is None else q
    if not 0 <= count <= min(rows, columns):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(rows, columns)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    matrix: Any = A
    return svd_lowrank(matrix - matrix.mean([-2], True) if center else matrix, count, niter)
