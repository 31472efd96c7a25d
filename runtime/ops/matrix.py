"""Matrix products: mm, bmm, linear, matmul and products of vectors. Products with an addend are in matrix_sums.py.

Every product is planned once per combination of layouts and dtypes (`planned`); after that a call allocates the result and runs.
Small products are remembered a second time, under the arguments of the function that was called (`ShortProducts`).
"""
from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from ..dtype import DType, by_name, int32
from ..kernels.conversions import loaded
from ..kernels.direct import direct
from ..kernels.matrix import Product, Sizes, Strides, TurnedProduct, plan_product
from ..kernels.matrix_int8 import multiply_int8
from ..layout import Layout, broadcast_shapes
from ..tensor import Tensor, new_empty, new_like
from .copying import contiguous, converted
from .dtype_rules import type_name
from .fast_calls import TENSOR, fresh, key_maker
from .host import bits, wrapped
from .plans import Plans
from .table import composite, kernel

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


class Plan:
    """A product of matrices, or of batches of them, of given layouts and one dtype."""

    __slots__ = ("dtype", "layout", "product", "sums")

    def __init__(self, a: Layout, b: Layout, dtype: DType, bias: Layout | None) -> None:
        shape = (*a.shape[:-1], b.shape[-1])
        self.dtype, self.layout = dtype, Layout.contiguous(shape)
        self.sums = by_name(loaded(dtype.name))
        """The dtype of the sums, and of a bias."""
        self.product: Product | TurnedProduct | None = None
        if not dtype.is_complex:
            sizes = Sizes(shape[-2], shape[-1], a.shape[-1], shape[0] if len(shape) == 3 else 1)
            addend = None if bias is None else _strides(bias)
            self.product = plan_product(dtype, sizes, _strides(a), _strides(b), _strides(self.layout), addend)

    def run(self, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
        """a @ b + bias, in the dtype of the sums."""
        if self.dtype.is_complex:
            product = wrapped(bits(a) @ bits(b))
            return product if bias is None else wrapped(bits(product) + bits(bias))
        out = new_like(self.layout, self.sums)
        if self.product is not None:
            self.product.run(a.address, b.address, out.address, 0 if bias is None else bias.address)
        return out

    def short(self, operands: str, shape: tuple[int, ...]) -> tuple[Any, ...] | None:
        """The plan of a short way (fast_calls.py) to the product in this shape, with the operands of `Product.frame`."""
        if self.product is None or self.sums is not self.dtype:
            return None
        frame = self.product.frame(self.dtype.itemsize, operands)
        if frame is None:
            return None
        return direct(), frame.address, self.layout.numel * self.dtype.itemsize, Layout.contiguous(shape), self.dtype, frame


def _strides(layout: Layout) -> Strides:
    strides = layout.strides
    return Strides(strides[-2], strides[-1], strides[0] if len(strides) == 3 else 0)


_plans = Plans[tuple[Layout, Layout, DType, Layout | None], Plan]()


def planned(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Plan:
    """The plan for two matrices, or two batches, of one dtype whose sizes fit; the bias has the product's shape, contiguous rows."""
    key = (a.layout.form, b.layout.form, a.dtype, None if bias is None else bias.layout.form)
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = Plan(a.layout, b.layout, a.dtype, None if bias is None else bias.layout)
    return plan


def product_of(a: Tensor, b: Tensor) -> Tensor:
    """a @ b for matrices, or batches of them, of one dtype whose sizes fit."""
    return converted(planned(a, b).run(a, b), a.dtype)


class ShortProducts:
    """Small products by the arguments of a function: the letters of its parameters as in fast_calls.py."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._key = pattern, key_maker(pattern)
        self._plans = Plans[tuple[Any, ...], tuple[Any, ...]]()

    def remember(self, plan: Plan, arguments: tuple[Any, ...], operands: str, shape: tuple[int, ...]) -> None:
        """`plan` is what these arguments come to; their tensors are the `operands` of `Product.frame`."""
        short = plan.short(operands, shape)
        if short is not None:
            self._plans[self._key(*arguments)] = short

    def before(self, general: Callable[..., Tensor], defaults: tuple[Any, ...] = ()) -> Callable[..., Tensor]:
        """The function that tries the short way and then the general one."""
        return functools.update_wrapper(fresh(self._pattern, defaults, self._plans, general), general)


_mm, _bmm, _matmul, _linear, _linear_bias = (ShortProducts(TENSOR * count) for count in (2, 2, 2, 2, 3))


_matrices = Plans[tuple[Layout, Layout, DType, DType], Plan]()
"""The plans of `mm`, whose arguments have passed its checks."""


def _general_mm(self: Tensor, mat2: Tensor) -> Tensor:
    """The product of matrices (n, k) and (k, m)."""
    dtype = self.dtype
    key = (self.layout.form, mat2.layout.form, dtype, mat2.dtype)
    plan = _matrices.get(key)
    if plan is None:
        check_mm(self, mat2)
        plan = _matrices[key] = planned(self, mat2)
        _mm.remember(plan, (self, mat2), "ab", plan.layout.shape)
    out = plan.run(self, mat2)
    return out if plan.sums is dtype else converted(out, dtype)


mm = kernel("mm(Tensor self, Tensor mat2) -> Tensor")(_mm.before(_general_mm))


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
    _bmm.remember(plan, (self, mat2), "ab", plan.layout.shape)
    return converted(plan.run(self, mat2), self.dtype)


bmm = kernel("bmm(Tensor self, Tensor mat2) -> Tensor")(_bmm.before(_general_bmm))


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


@kernel("_int_mm(Tensor self, Tensor mat2) -> Tensor")
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
    multiply_int8(self.dtype, sizes, _strides(self.layout), _strides(mat2.layout), self.address, mat2.address, out.address)
    return out


@kernel("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor")
def linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """input @ weight.T + bias over the last dimension of `input`; weight is (out, in), or (in,) for a single output."""
    return _short_linear(input, weight) if bias is None else _short_linear_bias(input, weight, bias)


def _general_linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
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
    if bias is None or input.dtype.is_complex or bias.layout.shape != (features,):
        plan = planned(left, right)
        if bias is None and left.storage is input.storage:
            _linear.remember(plan, (input, weight), "ab", tuple(result))
        product = converted(plan.run(left, right), input.dtype).reshape(result)
        return product if bias is None else product + bias
    vector = contiguous(converted(bias, by_name(loaded(bias.dtype.name))))
    wide = Tensor(vector.storage, Layout.of((rows, features), (0, 1), vector.layout.offset), vector.dtype)
    plan = planned(left, right, wide)
    if left.storage is input.storage and vector.storage is bias.storage:
        _linear_bias.remember(plan, (input, weight, bias), "ab+", tuple(result))
    out = converted(plan.run(left, right, wide), input.dtype)
    return out if len(shape) == 2 else out.reshape(result)


_short_linear, _short_linear_bias = _linear.before(_general_linear), _linear_bias.before(_general_linear)


def _turned(matrix: Tensor) -> Tensor:
    layout = matrix.layout
    return Tensor(matrix.storage, Layout.of(layout.shape[::-1], layout.strides[::-1], layout.offset), matrix.dtype)


def _batched(self: Tensor, other: Tensor) -> Tensor:
    """matmul of tensors with at least two dimensions each, one of them with more."""
    if other.ndim == 2 and self.ndim > 2:
        rows = self.layout.shape[:-1]
        product = mm(self.reshape([math.prod(rows), self.layout.shape[-1]]), other)
        return product.reshape([*rows, other.layout.shape[-1]])
    batch = broadcast_shapes([self.layout.shape[:-2], other.layout.shape[:-2]])
    count = math.prod(batch)
    left = self.expand([*batch, *self.layout.shape[-2:]]).reshape([count, *self.layout.shape[-2:]])
    right = other.expand([*batch, *other.layout.shape[-2:]]).reshape([count, *other.layout.shape[-2:]])
    return bmm(left, right).reshape([*batch, self.layout.shape[-2], other.layout.shape[-1]])


def _general_matmul(self: Tensor, other: Tensor) -> Tensor:
    """The matrix product; vectors are rows on the left and columns on the right, leading dimensions broadcast."""
    if self.ndim == 0 or other.ndim == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {self.ndim}D and {other.ndim}D")
    if self.ndim == 1 and other.ndim == 1:
        return dot(self, other)
    if self.ndim == 1:
        return matmul(self.unsqueeze(0), other).squeeze(-2)
    if other.ndim == 1:
        return mv(self, other) if self.ndim == 2 else matmul(self, other.unsqueeze(1)).squeeze(-1)
    if self.ndim == other.ndim == 2:
        out = mm(self, other)
        _matmul.remember(planned(self, other), (self, other), "ab", out.layout.shape)
        return out
    return _batched(self, other)


matmul = composite("matmul(Tensor self, Tensor other) -> Tensor")(_matmul.before(_general_matmul))


@composite("mv(Tensor self, Tensor vec) -> Tensor")
def mv(self: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix (n, k) and a vector (k,)."""
    if self.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {self.ndim}, {vec.ndim}")
    if self.layout.shape[1] != vec.layout.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({self.layout.shape[0]}), mat ({_size_text(self)}), vec ({vec.layout.shape[0]})")
    if self.dtype is not vec.dtype:
        names = f"{type_name(vec.dtype)}, {type_name(self.dtype)}, and {type_name(vec.dtype)}"
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names}")
    require_products("addmv_impl_cpu", self.dtype)
    return product_of(self, vec.unsqueeze(1)).squeeze(1)


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
    require_products("dot", self.dtype)
    return product_of(self.unsqueeze(0), tensor.unsqueeze(1)).reshape([])


@composite("vdot(Tensor self, Tensor other) -> Tensor")
def vdot(self: Tensor, other: Tensor) -> Tensor:
    """As `dot`, with the complex conjugate of `self`."""
    if self.dtype.is_complex and self.ndim == 1:
        self = wrapped(bits(self).conj())
    return dot(self, other)
