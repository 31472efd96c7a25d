"""Matrices for LAPACK: checks in PyTorch's words, arrays in and column-major tensors out, and what NumPy does not offer.

`runtime/ops/linalg/decompositions.py` and `solving.py` are the rows.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType
from ...layout import Layout
from ...tensor import Tensor, new_like
from ..dtype_rules import type_name
from ..host import Array, bits, wrapped


class LinAlgError(RuntimeError):
    """A matrix that an algorithm cannot work with: singular, not positive-definite, or without convergence."""


LinAlgError.__module__ = "torch.linalg"


def check_dtype(name: str, tensor: Tensor, *, tensor_name: str = "A") -> None:
    """RuntimeError unless LAPACK has routines for the dtype."""
    dtype = tensor.dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {type_name(dtype)}")
    if dtype not in (dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128):
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {type_name(dtype)}")


def check_matrix(name: str, tensor: Tensor, *, tensor_name: str = "A") -> None:
    """RuntimeError below two dimensions and for dtypes without routines."""
    if tensor.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {tensor_name} must have at least 2 dimensions.")
    check_dtype(name, tensor, tensor_name=tensor_name)


def check_square(name: str, tensor: Tensor, *, tensor_name: str = "A") -> None:
    """`check_matrix`, and RuntimeError for matrices that are not square."""
    check_matrix(name, tensor, tensor_name=tensor_name)
    rows, columns = tensor.layout.shape[-2:]
    if rows != columns:
        raise RuntimeError(f"{name}: {tensor_name} must be batches of square matrices, but they are {rows} by {columns} matrices")


def check_singular_values(array: Array) -> None:
    """LinAlgError for items that are not finite: singular values are sought without end."""
    if not np.isfinite(array).all():
        raise LinAlgError("linalg.svd: The algorithm failed to converge because the input matrix contained non-finite values.")


def check_eigenvalues(array: Array) -> None:
    """LinAlgError for items of Hermitian matrices that are not finite."""
    if not np.isfinite(array).all():
        raise LinAlgError(
            "linalg.eigh: The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated "
            "eigenvalues (error code: 1)."
        )


def column_major(values: Array, dtype: DType | None = None) -> Tensor:
    """A tensor whose matrices have their columns side by side in memory."""
    shape = tuple(values.shape)
    found = dtype or dtypes.from_numpy(values.dtype)
    *batch, rows, columns = shape
    strides = list(Layout.contiguous((*batch, columns, rows)).strides)
    result = new_like(Layout.of(shape, (*strides[:-2], strides[-1], strides[-2])), found)
    bits(result)[...] = values
    return result


def plain(values: Any, like: Array | None = None) -> Tensor:
    """A tensor in row-major order."""
    return wrapped(np.array(values) if like is None else np.array(values, like.dtype))


def empty(like: Tensor, shape: Sequence[int] = (0,), dtype: DType | None = None) -> Tensor:
    """A tensor without items."""
    return new_like(Layout.contiguous(shape), dtype or like.dtype)


def real_part(array: Array) -> Array:
    """The items in the dtype of their real parts."""
    return array.real if np.iscomplexobj(array) else array


def each_matrix(array: Array, work: Callable[[Array], Array | None]) -> tuple[Array, Array]:
    """`work` for every matrix of a batch: the results, and for each whether it succeeded (a result of None says no)."""
    batch = array.shape[:-2]
    results = np.zeros(array.shape, array.dtype)
    failed = np.zeros(batch, np.int32)
    for at in np.ndindex(*batch):
        found = work(array[at])
        if found is None:
            failed[at] = 1
        else:
            results[at] = found
    return results, failed


def failing_batch(info: Array) -> tuple[str, int]:
    """How PyTorch's messages name the first matrix that failed, and its code; `info` has one that is not 0."""
    if info.ndim == 0:
        return "", int(info)
    at = int(np.flatnonzero(info)[0])
    return f"(Batch element {at}): ", int(info.reshape(-1)[at])


def lu_factor(array: Array) -> tuple[Array, Array, Array]:
    """Factors L and U in one array, the rows exchanged at each step (counted from 1), and the first zero pivot (0 for none)."""
    found = np.array(array)
    rows, columns = found.shape[-2:]
    steps = min(rows, columns)
    batch = found.shape[:-2]
    pivots = np.zeros((*batch, steps), np.int32)
    info = np.zeros(batch, np.int32)
    flat = found.reshape(math.prod(batch), rows, columns)
    flat_pivots = pivots.reshape(math.prod(batch), steps)
    flat_info = info.reshape(-1)
    every = np.arange(flat.shape[0])
    with np.errstate(all="ignore"):
        for step in range(steps):
            chosen = step + np.argmax(_size(flat[:, step:, step]), axis=1)
            flat_pivots[:, step] = chosen + 1
            upper = flat[every, step].copy()
            flat[every, step] = flat[every, chosen]
            flat[every, chosen] = upper
            head = flat[:, step, step]
            flat_info[(head == 0) & (flat_info == 0)] = step + 1
            below = np.where(head[:, None] == 0, 0, flat[:, step + 1 :, step] / np.where(head == 0, 1, head)[:, None])
            flat[:, step + 1 :, step] = below
            flat[:, step + 1 :, step + 1 :] -= below[:, :, None] * flat[:, step, None, step + 1 :]
    return flat.reshape(found.shape), flat_pivots.reshape(pivots.shape), flat_info.reshape(info.shape)


def _size(values: Array) -> Array:
    # LAPACK chooses pivots of complex matrices by the sum of the parts' sizes
    return np.abs(values.real) + np.abs(values.imag) if np.iscomplexobj(values) else np.abs(values)


def permutation(pivots: Array, rows: int) -> Array:
    """Which row of the matrix each row of its factors is, from the exchanges made at each step."""
    batch = pivots.shape[:-1]
    order = np.broadcast_to(np.arange(rows), (*batch, rows)).copy()
    for at in np.ndindex(*batch):
        one = order[at]
        for step, other in enumerate(pivots[at]):
            one[[step, other - 1]] = one[[other - 1, step]]
    return order


def substituted(matrix: Array, right: Array, *, upper: bool, unit: bool) -> Array:
    """The solution of a triangular system, row by row; the other triangle is not read."""
    size = matrix.shape[-1]
    batch = np.broadcast_shapes(matrix.shape[:-2], right.shape[:-2])
    found = np.broadcast_to(right, (*batch, *right.shape[-2:])).astype(np.result_type(matrix, right))
    with np.errstate(all="ignore"):
        for row in range(size - 1, -1, -1) if upper else range(size):
            known = slice(row + 1, size) if upper else slice(0, row)
            rest = found[..., row, :] - (matrix[..., row, None, known] @ found[..., known, :])[..., 0, :]
            found[..., row, :] = rest if unit else rest / matrix[..., row, row, None]
    return found


def householder(vectors: Array, scales: Array, columns: int) -> Array:
    """The first columns of the product of reflections I - scale * v v^H, whose vectors lie below the diagonal."""
    rows, count = vectors.shape[-2], scales.shape[-1]
    batch = vectors.shape[:-2]
    result = np.broadcast_to(np.eye(rows, columns, dtype=vectors.dtype), (*batch, rows, columns)).copy()
    for step in range(count - 1, -1, -1):
        result = reflected(result, vectors, scales, step)
    return result


def reflected(target: Array, vectors: Array, scales: Array, step: int, *, conjugate: bool = False) -> Array:
    """`target` after reflection number `step`."""
    vector = vectors[..., :, step].copy()
    vector[..., :step] = 0
    vector[..., step] = 1
    scale = scales[..., step, None, None]
    projection = np.conj(vector)[..., None, :] @ target
    return target - (np.conj(scale) if conjugate else scale) * vector[..., :, None] * projection


def adjoint(array: Array) -> Array:
    """The conjugate transpose of each matrix."""
    return np.conj(np.swapaxes(array, -1, -2))
