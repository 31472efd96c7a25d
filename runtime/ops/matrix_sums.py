"""Matrix products with an addend: beta * self + alpha * (a @ b). With beta 0 the addend is not read, so its NaN do not spread."""
from __future__ import annotations

from typing import Any

from ..dtype import DType, by_name
from ..kernels.conversions import loaded
from ..tensor import Tensor
from .copying import contiguous, converted
from .dtype_rules import type_name
from .fast_calls import OTHER, TENSOR
from .matrix import ShortProducts, c_name, check_bmm, check_mm, planned, require_products
from .table import composite, kernel


def _scale(value: Any, dtype: DType) -> Any:
    """alpha or beta, which are cut to integers beside integer matrices."""
    return int(value) if dtype.is_integral else value


def _combined(addend: Tensor, a: Tensor, b: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * addend + alpha * (a @ b) for matrices or batches that fit, in the dtype that sums have."""
    dtype = a.dtype
    beta, alpha = _scale(beta, dtype), _scale(alpha, dtype)
    wide = addend.expand([*a.layout.shape[:-1], b.layout.shape[-1]])
    if beta == 0:
        product = planned(a, b).run(a, b)
        return product if alpha == 1 else product * alpha
    sums = by_name(loaded(dtype.name))
    if beta != 1:
        wide = converted(addend, sums).mul(beta).expand(list(wide.layout.shape))
    wide = converted(wide, sums)
    if alpha != 1:
        return wide + planned(a, b).run(a, b) * alpha
    if wide.layout.strides[-1] != 1 or dtype.is_complex:
        wide = contiguous(wide)
    return planned(a, b, wide).run(a, b, wide)


def _require_dtype(addend: Tensor, mat2: Tensor) -> None:
    if addend.dtype is not mat2.dtype:
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {type_name(addend.dtype)} and {type_name(mat2.dtype)}")


_addmm = ShortProducts(3 * TENSOR + 2 * OTHER)


def _general_addmm(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (mat1 @ mat2) for matrices; `self` is broadcast to the product."""
    _require_dtype(self, mat2)
    check_mm(mat1, mat2)
    out = converted(_combined(self, mat1, mat2, beta, alpha), self.dtype)
    wide = self.expand(list(out.layout.shape))
    if beta == 1 and alpha == 1 and wide.layout.strides[-1] == 1:
        _addmm.remember(planned(mat1, mat2, wide), (self, mat1, mat2, beta, alpha), "+ab", out.layout.shape)
    return out


addmm = kernel("addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")(
    _addmm.before(_general_addmm, (1, 1))
)


@kernel("_addmm_activation(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1, bool use_gelu=False) -> Tensor")
def addmm_activation(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Any, alpha: Any, use_gelu: bool) -> Tensor:
    """The relu, or the gelu, of `addmm`."""
    total = addmm(self, mat1, mat2, beta, alpha)
    return total.gelu() if use_gelu else total.relu()


@kernel("addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def addmv(self: Tensor, mat: Tensor, vec: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (mat @ vec) for a matrix (n, k) and a vector (k,); `self` is (n,) or one item."""
    if mat.ndim != 2 or vec.ndim != 1 or self.ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {self.ndim}, {mat.ndim}, {vec.ndim}")
    rows, columns = mat.layout.shape
    if vec.layout.shape[0] != columns or self.layout.numel not in (1, rows):
        raise RuntimeError(f"size mismatch, got input ({self.layout.numel}), mat ({rows}x{columns}), vec ({vec.layout.shape[0]})")
    if not self.dtype is mat.dtype is vec.dtype:
        names = f"{type_name(self.dtype)}, {type_name(mat.dtype)}, and {type_name(vec.dtype)}"
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names}")
    require_products("addmv_impl_cpu", mat.dtype)
    column = self.expand([rows]).unsqueeze(1)
    return converted(_combined(column, mat, vec.unsqueeze(1), beta, alpha), self.dtype).squeeze(1)


@kernel("baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (batch1 @ batch2) for batches of matrices; `self` is broadcast to the products."""
    if not self.dtype is batch1.dtype is batch2.dtype:
        names = f"input {c_name(self.dtype)}, batch1: {c_name(batch1.dtype)}, batch2: {c_name(batch2.dtype)}"
        raise RuntimeError(f"Input dtypes must be the same, got: {names}")
    check_bmm(batch1, batch2)
    return converted(_combined(self, batch1, batch2, beta, alpha), self.dtype)


@composite("addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def addbmm(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * the sum of the products of two batches of matrices, which is one product of a longer depth."""
    if batch1.ndim != 3 or batch2.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if batch1.ndim != 3 else "batch2 must be a 3D tensor")
    (batch, rows, depth), columns = batch1.layout.shape, batch2.layout.shape[2]
    if batch2.layout.shape[0] != batch:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {batch} and {batch2.layout.shape[0]}")
    if batch2.layout.shape[1] != depth:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({rows}x{depth} and {batch2.layout.shape[1]}x{columns})")
    left = batch1.permute([1, 0, 2]).reshape([rows, batch * depth])
    return addmm(self, left, batch2.reshape([batch * depth, columns]), beta, alpha)


@composite("addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
def addr(self: Tensor, vec1: Tensor, vec2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * the products of every item of `vec1` (n,) with every item of `vec2` (m,)."""
    for name, vector in (("vec1", vec1), ("vec2", vec2)):
        if vector.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {vector.ndim}-D")
    product = vec1.unsqueeze(1) * vec2
    wide = self.expand(list(product.layout.shape))
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        for name, value in (("beta", beta), ("alpha", alpha)):
            if isinstance(value, float):
                raise RuntimeError(f"For integral input tensors, argument {name} must not be a floating point number.")
    if self.dtype.name == "bool" and product.dtype.name == "bool":
        both = product if alpha else product.logical_and(False)
        return both.logical_or(wide) if beta else both
    product = product if alpha == 1 else product * alpha
    if beta == 0:
        return product if product.dtype is (product + self.new_zeros([])).dtype else converted(product, self.dtype)
    return (wide if beta == 1 else wide * beta) + product
