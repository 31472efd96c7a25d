"""Operators that archives of older and newer PyTorch call and programs written today do not: in and out as their schemas say.

They are other names for what other families do, checks, and operators on sizes. What rushlight has none of, gradients and nested tensors,
fails when a program comes to it: the programs that mention them mostly do not.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtype import int64
from ..layout import broadcast_shapes, wrap_dim
from ..tensor import Tensor
from .host import wrapped
from .shape.views import strided_layout
from .table import builtin, composite, host, required


def _interpolated(name: str, sizes: str, scales: str) -> None:
    @composite(
        f"__interpolate{name}(Tensor input, {sizes} size=None, {scales} scale_factor=None, str mode=\"nearest\", bool? align_corners=None, "
        "bool? recompute_scale_factor=None, bool antialias=False) -> Tensor"
    )
    def run(
        input: Tensor, size: Any, scale_factor: Any, mode: str, align_corners: bool | None, recompute: bool | None, antialias: bool
    ) -> Tensor:
        from ..nn.functional.resampling import interpolate

        return interpolate(input, size, scale_factor, mode, align_corners, recompute, antialias)

    del run


_interpolated("", "int?", "float?")
_interpolated(".scale_list", "int?", "float[]?")
_interpolated(".size_list", "int[]?", "float?")
_interpolated(".size_list_scale_list", "int[]?", "float[]?")


def _upsampled(name: str, sizes: str) -> None:
    @composite(
        f"__upsample{name}(Tensor input, {sizes} size=None, int? scale_factor=None, str mode=\"nearest\", "
        "bool? align_corners=None) -> Tensor"
    )
    def run(input: Tensor, size: Any, scale_factor: int | None, mode: str, align_corners: bool | None) -> Tensor:
        from ..nn.functional.resampling import interpolate

        return interpolate(input, size, None if scale_factor is None else float(scale_factor), mode, align_corners)

    del run


_upsampled("", "int?")
_upsampled(".size_list", "int[]?")


@builtin("_infer_size(int[] a, int[] b) -> int[]")
def infer_size(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """The shape that tensors of two shapes have together."""
    return list(broadcast_shapes([tuple(a), tuple(b)]))


@builtin("_size_if_not_equal(int[] self_size, int[] other_size) -> int[]?")
def size_if_not_equal(self_size: list[int], other_size: list[int]) -> list[int] | None:
    """The first, unless both are equal."""
    return None if self_size == other_size else list(self_size)


@host("_list_to_tensor(int[] self) -> Tensor")
def list_to_tensor(self: Sequence[int]) -> Tensor:
    """Integers as a tensor of int32."""
    return wrapped(np.array(self, np.int64).astype(np.int32))


@host("_tensor_to_list(Tensor self) -> int[]")
def tensor_to_list(self: Tensor) -> list[int]:
    """The items of a tensor of integers, as a list."""
    return [int(item) for item in self.to(int64).numpy().ravel()]


@composite("_reshape_from_tensor(Tensor self, Tensor shape) -> Tensor")
def reshape_from_tensor(self: Tensor, shape: Tensor) -> Tensor:
    """`self` in the shape that the items of another tensor are."""
    return required("aten::reshape")(self, tensor_to_list(shape))


@composite("_stack(Tensor[] tensors, int dim=0) -> Tensor")
def stack(tensors: Sequence[Tensor], dim: int) -> Tensor:
    """Tensors of one shape along a new dimension."""
    return required("aten::stack")(tensors, dim)


@composite("_reshape_alias(Tensor(a) self, SymInt[] size, SymInt[] stride) -> Tensor(a)")
def reshape_alias(self: Tensor, size: Sequence[int], stride: Sequence[int]) -> Tensor:
    """The same memory in another shape, whose strides are given; RuntimeError if it would reach outside the storage."""
    return Tensor(self.memory, strided_layout(self, size, stride, None), self.dtype)


@builtin("_assert_scalar(Scalar self, str assert_msg) -> ()")
def assert_scalar(self: Any, assert_msg: str) -> None:
    """Fail with the message unless the number is one that counts as true."""
    if not self:
        raise RuntimeError(assert_msg)


@host("_assert_async(Tensor self) -> ()", "_assert_async.msg(Tensor self, str assert_msg) -> ()")
def assert_async(self: Tensor, assert_msg: str = "Expected Tensor with single nonzero value, but got zero") -> None:
    """Fail with the message unless the one item of a tensor counts as true."""
    if not self.item():
        raise RuntimeError(assert_msg)


@builtin(
    "grad(Tensor[] outputs, Tensor[] inputs, Tensor?[]? grad_outputs=None, bool? retain_graph=None, bool create_graph=False, "
    "bool allow_unused=False) -> Tensor?[]"
)
def grad(outputs: Any, inputs: Any, grad_outputs: Any, retain_graph: Any, create_graph: bool, allow_unused: bool) -> list[Tensor | None]:
    """Gradients: there are none here."""
    raise RuntimeError("grad: rushlight records no gradients; a program that asks for them runs in PyTorch only")


@composite("_is_all_true(Tensor self) -> Tensor")
def is_all_true(self: Tensor) -> Tensor:
    """Whether every item of a bool tensor is true."""
    return self.all()


@composite("_is_any_true(Tensor self) -> Tensor")
def is_any_true(self: Tensor) -> Tensor:
    """Whether some item of a bool tensor is true."""
    return self.any()


@composite("linalg_matmul(Tensor self, Tensor other) -> Tensor")
def linalg_matmul(self: Tensor, other: Tensor) -> Tensor:
    """As matmul."""
    return self.matmul(other)


@composite("_dim_arange(Tensor like, int dim) -> Tensor")
def dim_arange(like: Tensor, dim: int) -> Tensor:
    """The numbers from 0 on, as many as `dim` has items."""
    return required("aten::arange")(like.layout.shape[wrap_dim(dim, like.ndim)], int64, None, None, None)


@builtin("_nested_tensor_from_mask_left_aligned(Tensor t, Tensor mask) -> bool")
def nested_from_left_aligned(t: Tensor, mask: Tensor) -> bool:
    """Whether a nested tensor can be made: never, so that encoders work on the padded tensor."""
    return False


@builtin("_nested_tensor_from_mask(Tensor t, Tensor mask, bool mask_check=True) -> Tensor")
def nested_from_mask(t: Tensor, mask: Tensor, mask_check: bool) -> Tensor:
    """A nested tensor: there are none here."""
    raise RuntimeError("_nested_tensor_from_mask: rushlight has no nested tensors; make the encoder with enable_nested_tensor=False")


@builtin("to_padded_tensor(Tensor self, float padding, SymInt[]? output_size=None) -> Tensor")
def to_padded_tensor(self: Tensor, padding: float, output_size: Sequence[int] | None) -> Tensor:
    """A nested tensor's items with padding around them; all tensors here are padded already."""
    raise RuntimeError("to_padded_tensor: the tensor is not nested")
