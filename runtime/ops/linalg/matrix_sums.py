"""Matrix products with an addend: beta * self + alpha * (a @ b). With beta 0 the addend is not read, so its NaN do not spread."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...dtype import DType, int64
from ...kernels.loops.pointwise import Step
from ...kernels.matrix.epilogue import PLAIN, Epilogue, activation
from ...tensor import Tensor
from ..creation.factories import stored_number
from ..dtype_rules import type_name
from ..fast_calls import OTHER, TENSOR
from ..shape.copying import contiguous, converted
from ..table import composite, kernel, required
from .matrix import c_name, check_bmm, check_mm, out_mismatch, require_out_dtype, require_products
from .matrix_plans import Plan, ShortProducts, planned


def _scale(value: Any, dtype: DType) -> Any:
    """alpha or beta, which are cut to integers beside integer matrices; RuntimeError for one beyond what is computed in."""
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError(f"value cannot be converted to type {c_name(dtype.opmath)} without overflow")
        value = value.real
    return stored_number(value, int64 if dtype.is_integral else dtype.opmath)


def scaled(total: Any, alpha: Any) -> Any:
    """A product times alpha."""
    return total * alpha


def scaled_sum(total: Any, addend: Any, beta: Any, alpha: Any) -> Any:
    """An item of the addend and one of the product, each times its factor."""
    return beta * addend + alpha * total


def _scaling(dtype: DType, beta: Any, alpha: Any) -> tuple[Epilogue, tuple[Any, ...]]:
    """The epilogue of a product with these factors, and its numbers."""
    compute = dtype.opmath
    if beta == 0:
        return (PLAIN, ()) if alpha == 1 else (Epilogue((Step(scaled, (0, 1), compute, (compute,)),), (compute,)), (alpha,))
    if beta == alpha == 1:
        return PLAIN, ()
    return Epilogue((Step(scaled_sum, (0, 1, 2, 3), compute, (compute,)),), (compute,) * 2, addend=True), (beta, alpha)


def _combined(addend: Tensor, a: Tensor, b: Tensor, beta: Any, alpha: Any, out: DType | None = None) -> tuple[Plan, Tensor | None]:
    """The plan for beta * addend + alpha * (a @ b), matrices or batches that fit, and the addend as it takes it."""
    dtype = a.dtype
    epilogue, numbers = _scaling(dtype, _scale(beta, dtype), _scale(alpha, dtype))
    if beta == 0:
        # not read, but its size is looked at
        addend.expand([*a.layout.shape[:-1], b.layout.shape[-1]])
        return planned(a, b, None, out, epilogue, numbers), None
    wide = addend.expand([*a.layout.shape[:-1], b.layout.shape[-1]])
    if wide.layout.strides[-1] != 1 and wide.layout.shape[-1] != 1:
        wide = contiguous(wide)
    return planned(a, b, wide, out, epilogue, numbers), wide


def _complex_sum(addend: Tensor, a: Tensor, b: Tensor, beta: Any, alpha: Any) -> Tensor:
    """As `_combined`, of complex tensors."""
    product = planned(a, b).run(a, b)
    product = product if alpha == 1 else product * alpha
    wide = addend.expand(list(product.layout.shape))
    if beta == 0:
        return product
    return (wide if beta == 1 else wide * beta) + product


def _require_dtype(addend: Tensor, mat2: Tensor) -> None:
    if addend.dtype is not mat2.dtype:
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {type_name(addend.dtype)} and {type_name(mat2.dtype)}")


_addmm, _baddbmm, _addmv = (ShortProducts(3 * TENSOR + 2 * OTHER) for _ in range(3))


def _sum(
    short: ShortProducts, arguments: tuple[Tensor, Tensor, Tensor, Any, Any], addend: Tensor, a: Tensor, b: Tensor, shape: Sequence[int]
) -> Tensor:
    """beta * addend + alpha * (a @ b) in a shape, where the arguments of a function come to this, and remembered for them."""
    beta, alpha = arguments[3:]
    if a.dtype.is_complex:
        return _complex_sum(addend, a, b, beta, alpha).view(shape)
    plan, wide = _combined(addend, a, b, beta, alpha)
    if wide is not None:
        short.remember(plan, arguments, "+ab", (a, b, wide), shape)
    return plan.run(a, b, wide).view(shape)


def _general_addmm(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (mat1 @ mat2) for matrices; `self` is broadcast to the product."""
    _require_dtype(self, mat2)
    check_mm(mat1, mat2)
    shape = [mat1.layout.shape[0], mat2.layout.shape[1]]
    return _sum(_addmm, (self, mat1, mat2, beta, alpha), self, mat1, mat2, shape)


addmm = kernel("addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", same_out=out_mismatch)(
    _addmm.before(_general_addmm, (1, 1))
)


@kernel(
    "addmm.dtype(Tensor self, Tensor mat1, Tensor mat2, ScalarType out_dtype, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
    same_out=out_mismatch,
)
def addmm_dtype(self: Tensor, mat1: Tensor, mat2: Tensor, out_dtype: DType, beta: Any, alpha: Any) -> Tensor:
    """As `addmm`, with float32 results of float16 or bfloat16 matrices, if wanted; `self` has the dtype of either."""
    check_mm(mat1, mat2)
    require_out_dtype(mat1.dtype, out_dtype)
    if self.dtype is not out_dtype:
        _require_dtype(self, mat2)
    plan, wide = _combined(self, mat1, mat2, beta, alpha, out_dtype)
    return plan.run(mat1, mat2, wide)


@kernel("_addmm_activation(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1, bool use_gelu=False) -> Tensor")
def addmm_activation(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Any, alpha: Any, use_gelu: bool) -> Tensor:
    """The relu, or the gelu, of `addmm`."""
    body = required("aten::gelu").body("none") if use_gelu else required("aten::relu").body
    if beta != 1 or alpha != 1 or not self.dtype.is_floating_point:
        total = addmm(self, mat1, mat2, beta, alpha)
        return total.gelu() if use_gelu else total.relu()
    _require_dtype(self, mat2)
    check_mm(mat1, mat2)
    wide = self.expand([mat1.layout.shape[0], mat2.layout.shape[1]])
    if wide.layout.strides[-1] != 1:
        wide = contiguous(wide)
    return planned(mat1, mat2, wide, epilogue=activation(body, self.dtype)).run(mat1, mat2, wide)


def _general_addmv(self: Tensor, mat: Tensor, vec: Tensor, beta: Any, alpha: Any) -> Tensor:
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
    return _sum(_addmv, (self, mat, vec, beta, alpha), column, mat, vec.unsqueeze(1), [rows])


addmv = kernel("addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor", same_out=out_mismatch)(
    _addmv.before(_general_addmv, (1, 1))
)


def _general_baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * self + alpha * (batch1 @ batch2) for batches of matrices; `self` is broadcast to the products."""
    if not self.dtype is batch1.dtype is batch2.dtype:
        names = f"input {c_name(self.dtype)}, batch1: {c_name(batch1.dtype)}, batch2: {c_name(batch2.dtype)}"
        raise RuntimeError(f"Input dtypes must be the same, got: {names}")
    check_bmm(batch1, batch2)
    shape = [*batch1.layout.shape[:2], batch2.layout.shape[2]]
    return _sum(_baddbmm, (self, batch1, batch2, beta, alpha), self, batch1, batch2, shape)


_BADDBMM = "baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor"
baddbmm = kernel(_BADDBMM, same_out=out_mismatch)(_baddbmm.before(_general_baddbmm, (1, 1)))


@kernel(
    "baddbmm.dtype(Tensor self, Tensor batch1, Tensor batch2, ScalarType out_dtype, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
    same_out=out_mismatch,
)
def baddbmm_dtype(self: Tensor, batch1: Tensor, batch2: Tensor, out_dtype: DType, beta: Any, alpha: Any) -> Tensor:
    """As `baddbmm`, with float32 results of float16 or bfloat16 matrices, if wanted; `self` has the dtype of either."""
    check_bmm(batch1, batch2)
    require_out_dtype(batch1.dtype, out_dtype)
    if self.dtype is not out_dtype:
        _require_dtype(self, batch2)
    plan, wide = _combined(self, batch1, batch2, beta, alpha, out_dtype)
    return plan.run(batch1, batch2, wide)


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
