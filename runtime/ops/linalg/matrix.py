"""Matrix products: mm, bmm, linear, matmul and products of vectors. Products with an addend are in matrix_sums.py.

Every product is planned once per combination of layouts and dtypes (matrix_plans.py); after that a call allocates the result and
runs.
"""
from __future__ import annotations

import math
from typing import Any

from ...dtype import DType, int32
from ...kernels.compiling.isa import current
from ...kernels.matrix.int8 import multiply_int8
from ...kernels.matrix.products import Sizes, Strides
from ...layout import Layout, broadcast_shapes
from ...storage import keeps_derived
from ...tensor import Tensor, new_empty
from ..dtype_rules import type_name
from ..fast_calls import TENSOR
from ..host import bits, wrapped
from ..plans import Plans
from ..shape.copying import contiguous
from ..table import composite, kernel
from .matrix_plans import ShortProducts, WeightProduct, batched, planned, weight_product

_UNSUPPORTED = ("bool", "uint16", "uint32", "uint64")
"""Dtypes that compute, but of which PyTorch multiplies no matrices."""


def require_products(name: str, dtype: DType) -> None:
    """NotImplementedError for dtypes without matrix products; `name` is what PyTorch's message calls the function."""
    if dtype.name in _UNSUPPORTED or not (dtype.computes or dtype.name in ("complex64", "complex128")):
        raise NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')


def _require_matrices(a: Tensor, b: Tensor) -> None:
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {c_name(a.dtype)} != {c_name(b.dtype)}; convert one of them with .to()"
        )
    require_products("addmm_impl_cpu_", a.dtype)


def c_name(dtype: DType) -> str:
    """The name that some of PyTorch's messages give a dtype: `float` for float32."""
    return _C_NAMES.get(dtype.name, dtype.name)


_C_NAMES = {
    "float32": "float", "float64": "double", "int64": "long int", "int32": "int", "int16": "short int", "uint8": "unsigned char",
    "int8": "signed char", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>",
}


def _size_text(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.layout.shape))


_mm, _bmm, _matmul, _linear, _mv, _dot = (ShortProducts(TENSOR * 2) for _ in range(6))
_linear_bias = ShortProducts(TENSOR * 3)


def out_mismatch(result: DType, out: DType) -> str:
    """What products say about an `out` of another dtype."""
    return f"Expected out tensor to have dtype {c_name(result)}, but got {c_name(out)} instead; give one of that dtype"


def _general_mm(self: Tensor, mat2: Tensor) -> Tensor:
    """The product of matrices (n, k) and (k, m)."""
    check_mm(self, mat2)
    plan = planned(self, mat2)
    _mm.remember(plan, (self, mat2), "ab", (self, mat2), plan.layout.shape)
    return plan.run(self, mat2)


mm = kernel("mm(Tensor self, Tensor mat2) -> Tensor", same_out=out_mismatch)(_mm.before(_general_mm))


def require_out_dtype(dtype: DType, out: DType) -> None:
    """RuntimeError unless products of matrices of `dtype` can be had as `out`."""
    if out is not dtype and out is not dtype.opmath:
        raise RuntimeError(f"out_dtype must be the same as input dtype or fp32 for fp16/bf16 inputs, got {out} for {dtype}")


@kernel("mm.dtype(Tensor self, Tensor mat2, ScalarType out_dtype) -> Tensor", same_out=out_mismatch)
def mm_dtype(self: Tensor, mat2: Tensor, out_dtype: DType) -> Tensor:
    """As `mm`, with float32 results of float16 or bfloat16 matrices, if wanted: sums are not rounded."""
    check_mm(self, mat2)
    require_out_dtype(self.dtype, out_dtype)
    return planned(self, mat2, out=out_dtype).run(self, mat2)


def check_mm(self: Tensor, mat2: Tensor) -> None:
    """The errors of `mm`."""
    if self.ndim != 2 or mat2.ndim != 2:
        name, tensor = ("self", self) if self.ndim != 2 else ("mat2", mat2)
        raise RuntimeError(f"{name} must be a matrix; mm takes two 2-d tensors, got {tensor.ndim} dimensions")
    if self.layout.shape[1] != mat2.layout.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_size_text(self)} and {_size_text(mat2)})")
    _require_matrices(self, mat2)


def _general_bmm(self: Tensor, mat2: Tensor) -> Tensor:
    """The products of batches of matrices (b, n, k) and (b, k, m)."""
    check_bmm(self, mat2)
    plan = planned(self, mat2)
    _bmm.remember(plan, (self, mat2), "ab", (self, mat2), plan.layout.shape)
    return plan.run(self, mat2)


bmm = kernel("bmm(Tensor self, Tensor mat2) -> Tensor", same_out=out_mismatch)(_bmm.before(_general_bmm))


@kernel("bmm.dtype(Tensor self, Tensor mat2, ScalarType out_dtype) -> Tensor", same_out=out_mismatch)
def bmm_dtype(self: Tensor, mat2: Tensor, out_dtype: DType) -> Tensor:
    """As `bmm`, with float32 results of float16 or bfloat16 matrices, if wanted."""
    check_bmm(self, mat2)
    require_out_dtype(self.dtype, out_dtype)
    return planned(self, mat2, out=out_dtype).run(self, mat2)


def check_bmm(self: Tensor, mat2: Tensor) -> None:
    """The errors of `bmm`."""
    if self.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if self.ndim != 3 else "batch2 must be a 3D tensor")
    batch, _, depth = self.layout.shape
    if mat2.layout.shape[:2] != (batch, depth):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {depth}] "
            f"but got: [{mat2.layout.shape[0]}, {mat2.layout.shape[1]}]."
        )
    if self.dtype is not mat2.dtype:
        raise RuntimeError(f"expected scalar type {type_name(self.dtype)} but found {type_name(mat2.dtype)}; convert one with .to()")
    require_products("bmm", self.dtype)


def _int_out_mismatch(result: DType, out: DType) -> str:
    return f"int_mm_out_cpu: Expected result dtype to be of type kInt but got {c_name(out)}"


@kernel("_int_mm(Tensor self, Tensor mat2) -> Tensor", same_out=_int_out_mismatch)
def int_mm(self: Tensor, mat2: Tensor) -> Tensor:
    """The product of matrices of int8 (the left one may be uint8) in int32."""
    for name, tensor in (("self", self), ("mat2", mat2)):
        if tensor.ndim != 2:
            raise RuntimeError(f"Expected {name} to be of dimension 2 but got {tensor.ndim}")
    if self.layout.shape[1] != mat2.layout.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_size_text(self)} and {_size_text(mat2)})")
    if self.dtype.name not in ("int8", "uint8"):
        raise RuntimeError(f"int_mm_out_cpu: Expected self dtype to be int8 or uint8 but got {c_name(self.dtype)}")
    if mat2.dtype.name != "int8":
        raise RuntimeError(f"int_mm_out_cpu: Expected mat2 dtype to be int8 but got {c_name(mat2.dtype)}")
    out = new_empty((self.layout.shape[0], mat2.layout.shape[1]), int32)
    sizes = Sizes(self.layout.shape[0], mat2.layout.shape[1], self.layout.shape[1])
    multiply_int8(self.dtype, sizes, Strides(*self.layout.strides), Strides(*mat2.layout.strides), self.address, mat2.address, out.address)
    return out


@kernel("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", same_out=out_mismatch)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """input @ weight.T + bias over the last dimension of `input`; weight is (out, in), or (in,) for a single output."""
    return _short_linear(input, weight) if bias is None else _short_linear_bias(input, weight, bias)


_with_weights = Plans[tuple[Any, ...], WeightProduct]()
"""Layers whose weights are kept in panels."""


def _general_linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    added = None if bias is None else (bias.layout.form, bias.dtype)
    key = input.layout.form, weight.layout.form, input.dtype, weight.dtype, added, current()
    known = _with_weights.get(key)
    if known is not None and keeps_derived(weight.memory):
        return known.run(input, weight, bias)
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
    _require_matrices(input, weight)
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {type_name(bias.dtype)} and {type_name(weight.dtype)}")
    left, right, result = input.reshape([rows, depth]), _turned(weight), [*shape[:-1], features]
    if left.memory is input.memory and (bias is None or bias.layout.shape == (features,) and bias.layout.strides == (1,)):
        wide = None if bias is None else Tensor(bias.memory, Layout.of((rows, features), (0, 1), bias.layout.offset), bias.dtype)
        product = weight_product(left, right, wide, result)
        if product is not None:
            _with_weights[key] = product
            return product.run(left, right, wide)
    if bias is None or input.dtype.is_complex or bias.layout.shape != (features,):
        plan = planned(left, right)
        if bias is None:
            _linear.remember(plan, (input, weight), "ab", (left, right), result)
        product = plan.run(left, right).reshape(result)
        return product if bias is None else product + bias
    vector = contiguous(bias)
    wide = Tensor(vector.memory, Layout.of((rows, features), (0, 1), vector.layout.offset), vector.dtype)
    plan = planned(left, right, wide)
    _linear_bias.remember(plan, (input, weight, bias), "ab+", (left, right, wide), result)
    out = plan.run(left, right, wide)
    return out if len(shape) == 2 else out.reshape(result)


_short_linear, _short_linear_bias = _linear.before(_general_linear), _linear_bias.before(_general_linear)


def _turned(matrix: Tensor) -> Tensor:
    layout = matrix.layout
    return Tensor(matrix.memory, Layout.of(layout.shape[::-1], layout.strides[::-1], layout.offset), matrix.dtype)


def _batched(self: Tensor, other: Tensor) -> Tensor:
    """matmul of tensors with at least two dimensions each, one of them with more."""
    if self.layout.shape[-1] != other.layout.shape[-2] or self.dtype is not other.dtype:
        _refuse_batched(self, other)
    require_products("bmm", self.dtype)
    batch = broadcast_shapes([self.layout.shape[:-2], other.layout.shape[:-2]])
    shape = [*batch, self.layout.shape[-2], other.layout.shape[-1]]
    if self.dtype.is_complex:
        return wrapped(bits(self) @ bits(other))
    plan = batched(self, other, tuple(batch))
    if plan is not None:
        _matmul.remember(plan, (self, other), "ab", (self, other), shape)
        return plan.run(self, other)
    if other.ndim == 2:
        return mm(self.reshape([math.prod(shape[:-1]), self.layout.shape[-1]]), other).reshape(shape)
    count = math.prod(batch)
    left = self.expand([*batch, *self.layout.shape[-2:]]).reshape([count, *self.layout.shape[-2:]])
    right = other.expand([*batch, *other.layout.shape[-2:]]).reshape([count, *other.layout.shape[-2:]])
    return bmm(left, right).reshape(shape)


def _refuse_batched(self: Tensor, other: Tensor) -> None:
    """The errors of `mm` where that is what tensors come to, else those of `bmm`."""
    if other.ndim == 2:
        rows = self.layout.shape[:-1]
        check_mm(self.reshape([math.prod(rows), self.layout.shape[-1]]), other)
    count = math.prod(broadcast_shapes([self.layout.shape[:-2], other.layout.shape[:-2]]))
    check_bmm(*(
        Tensor(one.memory, Layout.of((count, *one.layout.shape[-2:]), (0, *one.layout.strides[-2:]), one.layout.offset), one.dtype)
        for one in (self, other)
    ))


def _general_matmul(self: Tensor, other: Tensor) -> Tensor:
    """The matrix product; vectors are rows on the left and columns on the right, leading dimensions broadcast."""
    if self.ndim == 0 or other.ndim == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {self.ndim}D and {other.ndim}D")
    if self.ndim == 1 and other.ndim == 1:
        return dot(self, other)
    if self.ndim <= 2 and other.ndim <= 2:
        return _of_matrices(self, other)
    if self.ndim == 1:
        return matmul(self.unsqueeze(0), other).squeeze(-2)
    if other.ndim == 1:
        return matmul(self, other.unsqueeze(1)).squeeze(-1)
    return _batched(self, other)


def _of_matrices(self: Tensor, other: Tensor) -> Tensor:
    """matmul of two matrices, or of a matrix and a vector."""
    if other.ndim == 1:
        check_mv(self, other)
    left, right = self.unsqueeze(0) if self.ndim == 1 else self, other.unsqueeze(1) if other.ndim == 1 else other
    check_mm(left, right)
    plan = planned(left, right)
    shape = [*self.layout.shape[:-1], *other.layout.shape[1:]]
    _matmul.remember(plan, (self, other), "ab", (left, right), shape)
    return plan.run(left, right).view(shape)


matmul = composite("matmul(Tensor self, Tensor other) -> Tensor", same_out=out_mismatch)(_matmul.before(_general_matmul))


def check_mv(self: Tensor, vec: Tensor) -> None:
    """The errors of `mv`."""
    if self.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {self.ndim}, {vec.ndim}")
    if self.layout.shape[1] != vec.layout.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({self.layout.shape[0]}), mat ({_size_text(self)}), vec ({vec.layout.shape[0]})")
    if self.dtype is not vec.dtype:
        names = f"{type_name(vec.dtype)}, {type_name(self.dtype)}, and {type_name(vec.dtype)}"
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names}")
    require_products("addmv_impl_cpu", self.dtype)


def _general_mv(self: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix (n, k) and a vector (k,)."""
    check_mv(self, vec)
    column = vec.unsqueeze(1)
    plan = planned(self, column)
    shape = [self.layout.shape[0]]
    _mv.remember(plan, (self, vec), "ab", (self, column), shape)
    return plan.run(self, column).view(shape)


def _mv_mismatch(result: DType, out: DType) -> str:
    return f"addmv input tensors must have the same dtype, but got {type_name(out)}, {type_name(result)}, and {type_name(result)}"


mv = composite("mv(Tensor self, Tensor vec) -> Tensor", same_out=_mv_mismatch)(_mv.before(_general_mv))


def _general_dot(self: Tensor, tensor: Tensor) -> Tensor:
    """The sum of the products of two vectors' items."""
    check_dot(self, tensor)
    row, column = self.unsqueeze(0), tensor.unsqueeze(1)
    plan = planned(row, column)
    _dot.remember(plan, (self, tensor), "ab", (row, column), [])
    return plan.run(row, column).view([])


def check_dot(self: Tensor, tensor: Tensor) -> None:
    """The errors of `dot`."""
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
    require_products("dot", self.dtype)


def _dot_mismatch(result: DType, out: DType) -> str:
    return f"result dtype {type_name(out)} does not match input dtype {type_name(result)}"


dot = composite("dot(Tensor self, Tensor tensor) -> Tensor", same_out=_dot_mismatch)(_dot.before(_general_dot))


@composite("vdot(Tensor self, Tensor other) -> Tensor", same_out=_dot_mismatch)
def vdot(self: Tensor, other: Tensor) -> Tensor:
    """As `dot`, with the complex conjugate of `self`."""
    if self.dtype.is_complex and self.ndim == 1:
        self = wrapped(bits(self).conj())
    return dot(self, other)
