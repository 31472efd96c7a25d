"""Matrix products: mm, bmm, matmul and what is made of them."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..dtype import DType
from ..kernels.matrix import Operand, multiply
from ..layout import broadcast_shapes
from ..tensor import Tensor, new_empty
from .copying import contiguous
from .dtype_rules import type_name
from .table import composite, kernel


def _require_matrices(name: str, a: Tensor, b: Tensor) -> None:
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {_c_name(a.dtype)} != {_c_name(b.dtype)}; convert one of them with .to()"
        )
    if not a.dtype.computes or a.dtype.opmath is not a.dtype or a.dtype.name == "bool":
        raise NotImplementedError(f'"{name}_impl_cpu_" not implemented for \'{type_name(a.dtype)}\'')


def _c_name(dtype: DType) -> str:
    return {"float32": "float", "float64": "double", "int64": "long", "int32": "int", "uint8": "unsigned char"}.get(dtype.name, dtype.name)


def _size_text(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.layout.shape))


def multiply_into(out: Tensor, a: Tensor, b: Tensor) -> None:
    """out = a @ b for matrices, or batches of matrices, of one dtype; rows of `out` are contiguous."""
    batch = out.layout.shape[0] if out.ndim == 3 else 1
    rows, columns = out.layout.shape[-2:]
    multiply(out.dtype, _operand(a), _operand(b), _operand(out), None, rows, columns, a.layout.shape[-1], batch)


def _operand(tensor: Tensor) -> Operand:
    strides = tensor.layout.strides
    return Operand(tensor.address, strides[-2], strides[-1], strides[0] if len(strides) == 3 else 0)


@kernel("mm(Tensor self, Tensor mat2) -> Tensor")
def mm(self: Tensor, mat2: Tensor) -> Tensor:
    """The product of matrices (n, k) and (k, m)."""
    if self.ndim != 2 or mat2.ndim != 2:
        name, tensor = ("self", self) if self.ndim != 2 else ("mat2", mat2)
        raise RuntimeError(f"{name} must be a matrix; mm takes two 2-d tensors, got {tensor.ndim} dimensions")
    if self.layout.shape[1] != mat2.layout.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_size_text(self)} and {_size_text(mat2)})")
    _require_matrices("addmm", self, mat2)
    out = new_empty((self.layout.shape[0], mat2.layout.shape[1]), self.dtype)
    multiply_into(out, self, mat2)
    return out


@kernel("bmm(Tensor self, Tensor mat2) -> Tensor")
def bmm(self: Tensor, mat2: Tensor) -> Tensor:
    """The products of batches of matrices (b, n, k) and (b, k, m)."""
    if self.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if self.ndim != 3 else "batch2 must be a 3D tensor")
    batch, rows, depth = self.layout.shape
    if mat2.layout.shape[:2] != (batch, depth):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {depth}] "
            f"but got: [{mat2.layout.shape[0]}, {mat2.layout.shape[1]}]."
        )
    _require_matrices("baddbmm", self, mat2)
    out = new_empty((batch, rows, mat2.layout.shape[2]), self.dtype)
    multiply_into(out, self, mat2)
    return out


@kernel("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor")
def linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """input @ weight.T + bias over the last dimension of `input`; weight is (out, in), or (in,) for a single output."""
    if input.ndim == 0 or weight.ndim not in (1, 2):
        raise RuntimeError(f"linear: expected an input with dimensions and a weight of one or two, got {input.ndim} and {weight.ndim}")
    if weight.ndim == 1:
        product = matmul(input, weight)
        return product if bias is None else product + bias
    shape = input.layout.shape
    features, depth = weight.layout.shape
    rows = math.prod(shape[:-1])
    if shape[-1] != depth:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({rows}x{shape[-1]} and {depth}x{features})")
    _require_matrices("addmm", input, weight)
    out = new_empty((*shape[:-1], features), input.dtype)
    separate = bias is not None and (bias.layout.shape != (features,) or bias.dtype is not input.dtype)
    # copies that contiguous makes must live until the product is done
    source, vector = contiguous(input), None if bias is None or separate else contiguous(bias)
    row, column = weight.layout.strides
    multiply(
        input.dtype, Operand(source.address, depth, 1), Operand(weight.address, column, row), Operand(out.address, features, 1),
        None if vector is None else Operand(vector.address, 0, 1), rows, features, depth,
    )
    return out + bias if separate else out


def _batched(self: Tensor, other: Tensor) -> Tensor:
    """matmul of tensors with at least two dimensions each, one of them with more."""
    if other.ndim == 2 and self.ndim > 2:
        rows = list(self.layout.shape[:-1])
        product = mm(self.reshape([_count(rows), self.layout.shape[-1]]), other)
        return product.reshape([*rows, other.layout.shape[-1]])
    batch = list(broadcast_shapes([self.layout.shape[:-2], other.layout.shape[:-2]]))
    count = _count(batch)
    left = self.expand([*batch, *self.layout.shape[-2:]]).reshape([count, *self.layout.shape[-2:]])
    right = other.expand([*batch, *other.layout.shape[-2:]]).reshape([count, *other.layout.shape[-2:]])
    return bmm(left, right).reshape([*batch, self.layout.shape[-2], other.layout.shape[-1]])


def _count(sizes: Sequence[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


@composite("matmul(Tensor self, Tensor other) -> Tensor")
def matmul(self: Tensor, other: Tensor) -> Tensor:
    """The matrix product; vectors are rows on the left and columns on the right, leading dimensions broadcast."""
    if self.ndim == 0 or other.ndim == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {self.ndim}D and {other.ndim}D")
    if self.ndim == 1 and other.ndim == 1:
        return dot(self, other)
    if self.ndim == 1:
        return matmul(self.unsqueeze(0), other).squeeze(-2)
    if other.ndim == 1:
        return mv(self, other) if self.ndim == 2 else matmul(self, other.unsqueeze(1)).squeeze(-1)
    return mm(self, other) if self.ndim == other.ndim == 2 else _batched(self, other)


@composite("mv(Tensor self, Tensor vec) -> Tensor")
def mv(self: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix (n, k) and a vector (k,)."""
    if self.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {self.ndim}, {vec.ndim}")
    if self.layout.shape[1] != vec.layout.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({self.layout.shape[0]}), mat ({_size_text(self)}), vec ({vec.layout.shape[0]})")
    return mm(self, vec.unsqueeze(1)).squeeze(1)


@composite("dot(Tensor self, Tensor tensor) -> Tensor")
def dot(self: Tensor, tensor: Tensor) -> Tensor:
    """The sum of the products of two vectors' items."""
    if self.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {self.ndim}D and {tensor.ndim}D tensors")
    if self.layout.shape != tensor.layout.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{self.layout.shape[0]}] and src [{tensor.layout.shape[0]}] to have the same "
            f"number of elements, but got {self.layout.shape[0]} and {tensor.layout.shape[0]} elements respectively"
        )
    if self.dtype is not tensor.dtype:
        names = f"{type_name(self.dtype)} and {type_name(tensor.dtype)}"
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {names}")
    return mm(self.unsqueeze(0), tensor.unsqueeze(1)).reshape([])


def _add_scaled(addend: Tensor, product: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * addend + alpha * product; with beta 0 the addend is not read, so its NaN do not spread."""
    scaled = product if alpha == 1 else product * alpha
    if beta == 0:
        return scaled
    if tuple(broadcast_shapes([addend.layout.shape, product.layout.shape])) != product.layout.shape:
        raise RuntimeError(
            f"The expanded size of the tensor {list(product.layout.shape)} must match the existing size {list(addend.layout.shape)}"
        )
    return (addend if beta == 1 else addend * beta) + scaled


@composite("addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def addmm(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (mat1 @ mat2)."""
    return _add_scaled(self, mm(mat1, mat2), beta, alpha)


@composite("addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def addmv(self: Tensor, mat: Tensor, vec: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (mat @ vec)."""
    return _add_scaled(self, mv(mat, vec), beta, alpha)


@composite("baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (batch1 @ batch2)."""
    return _add_scaled(self, bmm(batch1, batch2), beta, alpha)
