"""Products summed over chosen dimensions: outer, inner, tensordot, einsum, kron, bilinear, and chains of matrices."""
from __future__ import annotations

import math
from collections.abc import Sequence

from ...tensor import Tensor
from ..table import composite
from .matrix import bmm, c_name, matmul, mm


@composite("outer(Tensor self, Tensor vec2) -> Tensor", "ger(Tensor self, Tensor vec2) -> Tensor")
def outer(self: Tensor, vec2: Tensor) -> Tensor:
    """The products of every item of `self` (n,) with every item of `vec2` (m,): (n, m)."""
    for name, vector in (("self", self), ("vec2", vec2)):
        if vector.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {vector.ndim}-D")
    return self.unsqueeze(1) * vec2


@composite("inner(Tensor self, Tensor other) -> Tensor")
def inner(self: Tensor, other: Tensor) -> Tensor:
    """The sums of products over both last dimensions; with a tensor of no dimensions, the product."""
    if self.ndim == 0 or other.ndim == 0:
        return self * other
    if self.layout.shape[-1] != other.layout.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(self.layout.shape)} and {list(other.layout.shape)}"
        )
    return tensordot(self, other, [-1], [-1])


@composite("tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor")
def tensordot(self: Tensor, other: Tensor, dims_self: Sequence[int], dims_other: Sequence[int]) -> Tensor:
    """The sums of products over pairs of dimensions; the others of `self` come first, then those of `other`."""
    if len(dims_self) != len(dims_other):
        raise RuntimeError(f"both dimension lists should have same length, got {len(dims_self)} and {len(dims_other)}")
    if self.dtype is not other.dtype:
        raise RuntimeError(f"both inputs should have same dtype, got {self.dtype} and {other.dtype}")
    left_dims, right_dims = _wrapped_dims(dims_self, self.ndim), _wrapped_dims(dims_other, other.ndim)
    left, right = self, other
    for one, two in zip(left_dims, right_dims, strict=True):
        sizes = left.layout.shape[one], right.layout.shape[two]
        if sizes[1] == 1 and sizes[0] != 1:
            left = left.sum([one], True, dtype=left.dtype)
        elif sizes[0] == 1 and sizes[1] != 1:
            right = right.sum([two], True, dtype=right.dtype)
        elif sizes[0] != sizes[1]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {sizes[0]} in dim {one} and "
                f"second has size {sizes[1]} in dim {two}"
            )
    kept_left = [dim for dim in range(left.ndim) if dim not in left_dims]
    kept_right = [dim for dim in range(right.ndim) if dim not in right_dims]
    left_shape, right_shape = ([tensor.layout.shape[dim] for dim in dims] for tensor, dims in ((left, kept_left), (right, kept_right)))
    depth = math.prod(left.layout.shape[dim] for dim in left_dims)
    rows = left.permute([*kept_left, *left_dims]).reshape([math.prod(left_shape), depth])
    columns = right.permute([*right_dims, *kept_right]).reshape([depth, math.prod(right_shape)])
    return mm(rows, columns).reshape([*left_shape, *right_shape])


def _wrapped_dims(dims: Sequence[int], ndim: int) -> list[int]:
    result: list[int] = []
    for dim in dims:
        if not -ndim <= dim < ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {dim})")
        if dim % ndim in result:
            raise RuntimeError(f"dim {dim % ndim} appears multiple times in the list of dims")
        result.append(dim % ndim)
    return result


@composite("kron(Tensor self, Tensor other) -> Tensor")
def kron(self: Tensor, other: Tensor) -> Tensor:
    """Every item of `self` times all of `other`, as blocks."""
    ndim = max(self.ndim, other.ndim)
    left = [1] * (ndim - self.ndim) + list(self.layout.shape)
    right = [1] * (ndim - other.ndim) + list(other.layout.shape)
    apart = self.reshape([size for one in left for size in (one, 1)]) * other.reshape([size for one in right for size in (1, one)])
    return apart.reshape([one * two for one, two in zip(left, right, strict=True)])


@composite("bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor")
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """input1 (..., I) @ weight (O, I, J) @ input2 (..., J) + bias (O,): (..., O)."""
    if not input1.dtype is input2.dtype is weight.dtype:
        names = f"input1: {c_name(input1.dtype)}, input2: {c_name(input2.dtype)}, weight: {c_name(weight.dtype)}"
        raise RuntimeError(f"All tensors must have the same dtype, got {names}")
    if input1.layout.shape[:-1] != input2.layout.shape[:-1]:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match, got {list(input1.layout.shape)} and {list(input2.layout.shape)}"
        )
    outputs, first, second = weight.layout.shape
    for name, tensor, size in (("input1", input1, first), ("input2", input2, second)):
        if tensor.layout.shape[-1] != size:
            raise RuntimeError(f"bilinear(): {name} size does not match weight size: got {tensor.layout.shape[-1]} but expected {size}")
    if bias is not None and bias.layout.shape[0] != outputs:
        raise RuntimeError(f"bilinear(): bias size does not match weight size: got {bias.layout.shape[0]} but expected {outputs}")
    batch = list(input1.layout.shape[:-1])
    count = math.prod(batch)
    half = mm(input1.reshape([count, first]), weight.permute([1, 0, 2]).reshape([first, outputs * second]))
    whole = bmm(half.reshape([count, outputs, second]), input2.reshape([count, second, 1])).reshape([*batch, outputs])
    return whole if bias is None else whole + bias


@composite("chain_matmul(Tensor[] matrices) -> Tensor")
def chain_matmul(matrices: Sequence[Tensor]) -> Tensor:
    """The product of all matrices, in the order that multiplies least."""
    for at, matrix in enumerate(matrices):
        if matrix.ndim != 2:
            raise RuntimeError(f"Tensor {at} is expected to be a matrix, but has {matrix.ndim} dimensions")
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    return matrices[0].clone() if len(matrices) == 1 else multi_dot(matrices)


@composite("linalg_multi_dot(Tensor[] tensors) -> Tensor")
def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of all matrices, in the order that multiplies least; the first and the last may be vectors."""
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    for at, tensor in enumerate(tensors):
        limits = (1, 2) if at in (0, len(tensors) - 1) else (2,)
        if tensor.ndim not in limits:
            raise RuntimeError(f"multi_dot(): tensor {at} must be {' or '.join(f'{one}D' for one in limits)} but got {tensor.ndim}D")
        if tensor.dtype is not tensors[0].dtype:
            names = f"tensor 0 is {tensors[0].dtype} and tensor {at} {tensor.dtype}"
            raise RuntimeError(f"multi_dot(): all tensors must have the same dtype but {names}")
    chain = [*tensors]
    first, last = chain[0].ndim == 1, chain[-1].ndim == 1
    if first:
        chain[0] = chain[0].unsqueeze(0)
    if last:
        chain[-1] = chain[-1].unsqueeze(1)
    for at in range(1, len(chain)):
        if chain[at - 1].layout.shape[1] != chain[at].layout.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {at - 1} and {at} with shapes {list(tensors[at - 1].layout.shape)} and "
                f"{list(tensors[at].layout.shape)} cannot be multiplied"
            )
    sizes = [*(matrix.layout.shape[0] for matrix in chain), chain[-1].layout.shape[1]]
    result = _multiply_chain(chain, _best_splits(sizes), 0, len(chain) - 1)
    if last:
        result = result.squeeze(1)
    return result.squeeze(0) if first else result


def _best_splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """(first, last) -> where to split that part of the chain; Cormen et al., Introduction to Algorithms, 15.2."""
    count = len(sizes) - 1
    costs = {(at, at): 0 for at in range(count)}
    splits: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            costs[first, last], splits[first, last] = min(
                (costs[first, at] + costs[at + 1, last] + sizes[first] * sizes[at + 1] * sizes[last + 1], at) for at in range(first, last)
            )
    return splits


def _multiply_chain(chain: Sequence[Tensor], splits: dict[tuple[int, int], int], first: int, last: int) -> Tensor:
    if first == last:
        return chain[first]
    at = splits[first, last]
    return matmul(_multiply_chain(chain, splits, first, at), _multiply_chain(chain, splits, at + 1, last))
