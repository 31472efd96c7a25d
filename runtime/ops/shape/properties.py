"""What a tensor says about itself: sizes, dtype, device, and its items as Python values.

TorchScript programs ask through these rows; a dtype, a layout kind or a memory format is an integer code there.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...device import Device
from ...dtype import as_dtype
from ...formats import as_memory_format, contiguous_format, is_in_format
from ...layout import wrap_dim
from ...no_data import require_data
from ...tensor import Tensor
from ...type_info import can_cast, promote_types, result_type
from ..host import decoded, integers
from ..table import builtin

Number = int | float | bool | complex


@builtin("size(Tensor self) -> int[]", "sym_size(Tensor self) -> SymInt[]")
def size(self: Tensor) -> list[int]:
    """The size of each dimension."""
    return list(self.layout.shape)


@builtin("size.int(Tensor self, int dim) -> int", "sym_size.int(Tensor self, int dim) -> SymInt")
def size_int(self: Tensor, dim: int) -> int:
    """The size of one dimension."""
    if not self.layout.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return self.layout.shape[wrap_dim(dim, len(self.layout.shape))]


@builtin("stride(Tensor self) -> int[]", "sym_stride(Tensor self) -> SymInt[]")
def stride(self: Tensor) -> list[int]:
    """The strides in items."""
    return list(self.layout.strides)


@builtin("stride.int(Tensor self, int dim) -> int", "sym_stride.int(Tensor self, int dim) -> SymInt")
def stride_int(self: Tensor, dim: int) -> int:
    """The stride of one dimension."""
    if not self.layout.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return self.layout.strides[wrap_dim(dim, len(self.layout.strides))]


@builtin("dim(Tensor self) -> int")
def dim(self: Tensor) -> int:
    """The number of dimensions."""
    return len(self.layout.shape)


@builtin("numel(Tensor self) -> int", "sym_numel(Tensor self) -> SymInt")
def numel(self: Tensor) -> int:
    """The number of items."""
    return self.layout.numel


@builtin("len.Tensor(Tensor t) -> int")
def length(t: Tensor) -> int:
    """The size of the first dimension."""
    if not t.layout.shape:
        raise RuntimeError("len() of a 0-d tensor")
    return t.layout.shape[0]


@builtin("storage_offset(Tensor self) -> int")
def storage_offset(self: Tensor) -> int:
    """The place of the first item in the storage, in items."""
    return self.layout.offset


@builtin("element_size(Tensor self) -> int", "prim::itemsize(Tensor a) -> int")
def element_size(self: Tensor) -> int:
    """Bytes per item."""
    return self.dtype.itemsize


@builtin("prim::nbytes(Tensor a) -> int")
def nbytes(a: Tensor) -> int:
    """Bytes of all items."""
    return a.nbytes


@builtin("_version(Tensor self) -> int")
def version(self: Tensor) -> int:
    """How often the memory was written."""
    return self.memory.version


@builtin("is_contiguous(Tensor self) -> bool")
def is_contiguous(self: Tensor) -> bool:
    """Whether the items lie in row-major order without gaps."""
    return self.layout.is_contiguous


@builtin("is_contiguous.memory_format(Tensor self, MemoryFormat memory_format) -> bool")
def is_contiguous_in(self: Tensor, memory_format: object) -> bool:
    """Whether the items lie without gaps in the format."""
    return is_in_format(self.layout, as_memory_format(memory_format) or contiguous_format)


@builtin("is_floating_point(Tensor self) -> bool")
def is_floating_point(self: Tensor) -> bool:
    """Whether the dtype is a real floating-point one."""
    return self.dtype.is_floating_point


@builtin("is_complex(Tensor self) -> bool")
def is_complex(self: Tensor) -> bool:
    """Whether the dtype is complex."""
    return self.dtype.is_complex


@builtin("is_signed(Tensor self) -> bool")
def is_signed(self: Tensor) -> bool:
    """Whether the dtype has negative numbers."""
    return self.dtype.is_signed


@builtin("is_same_size(Tensor self, Tensor other) -> bool")
def is_same_size(self: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape."""
    return self.layout.shape == other.layout.shape


@builtin("is_set_to(Tensor self, Tensor tensor) -> bool")
def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether two tensors are the same view of the same memory."""
    return self.memory is tensor.memory and self.layout is tensor.layout


@builtin("is_conj(Tensor self) -> bool", "is_neg(Tensor self) -> bool", "is_inference(Tensor self) -> bool",
         "is_pinned(Tensor self, Device? device=None) -> bool")
def never(self: Tensor, device: Device | None = None) -> bool:
    """False: nothing here is in that state."""
    del self, device
    return False


@builtin("is_leaf(Tensor self) -> bool")
def is_leaf(self: Tensor) -> bool:
    """True: nothing is recorded, so every tensor is a leaf."""
    del self
    return True


@builtin("get_device(Tensor self) -> int")
def get_device(self: Tensor) -> int:
    """-1, the number of the CPU."""
    del self
    return -1


def _constant(value: bool) -> Callable[[Tensor], bool]:
    def answer(a: Tensor) -> bool:
        del a
        return value

    answer.__doc__ = f"{value} for every tensor that can be made here."
    return answer


@builtin("prim::is_cpu(Tensor a) -> bool")
def is_cpu(a: Tensor) -> bool:
    """Whether the memory is the CPU's."""
    return a.is_cpu


@builtin("prim::is_meta(Tensor a) -> bool")
def is_meta(a: Tensor) -> bool:
    """Whether the tensor has no data."""
    return a.is_meta


@builtin("prim::is_quantized(Tensor a) -> bool")
def is_quantized(a: Tensor) -> bool:
    """Whether the items are integers that stand for numbers by a scale and a zero point."""
    return a.is_quantized


builtin(*(f"prim::is_{kind}(Tensor a) -> bool" for kind in (
    "cuda", "ipu", "maia", "mkldnn", "mps", "mtia", "nested", "sparse", "sparse_csr", "vulkan", "xla", "xpu",
)))(_constant(False))


@builtin("prim::device(Tensor a) -> Device")
def device(a: Tensor) -> Device:
    """Where the memory is."""
    return a.device


@builtin("prim::type(Device self) -> str")
def device_type(self: Device) -> str:
    """The kind of device, "cpu"."""
    return self.type


@builtin("prim::index(Device self) -> int?")
def device_index(self: Device) -> int | None:
    """The device's number, if it has one."""
    return self.index


@builtin("device(str a) -> Device")
def device_of(a: str) -> Device:
    """The device with this name."""
    return Device(a)


@builtin("device.with_index(str type, int index) -> Device")
def device_with_index(type: str, index: int) -> Device:
    """The device of this kind and number."""
    return Device(type, index)


@builtin("prim::dtype(Tensor a) -> int")
def dtype(a: Tensor) -> int:
    """The integer code of the dtype."""
    return a.dtype.code


@builtin("prim::layout(Tensor a) -> Layout")
def layout(a: Tensor) -> int:
    """The integer code of `strided`."""
    del a
    return 0


@builtin("prim::requires_grad(Tensor a) -> bool")
def requires_grad(a: Tensor) -> bool:
    """Whether the tensor is marked as requiring gradients."""
    return a.requires_grad


@builtin("requires_grad_(Tensor(a!) self, bool requires_grad=True) -> Tensor(a!)")
def requires_grad_in_place(self: Tensor, requires_grad: bool = True) -> Tensor:
    """The tensor, marked; nothing is recorded."""
    return self.requires_grad_(requires_grad)


@builtin("prim::grad(Tensor a) -> Tensor(*)")
def grad(a: Tensor) -> Tensor | None:
    """The gradient that was assigned, if any."""
    return a.grad


@builtin("prim::name(Tensor a) -> str?")
def name(a: Tensor) -> None:
    """None: tensors have no names."""
    del a


@builtin("_shape_as_tensor(Tensor self) -> Tensor")
def shape_as_tensor(self: Tensor) -> Tensor:
    """The sizes as an int64 vector."""
    return integers(self.layout.shape)


# Items as Python values


@builtin("item(Tensor self) -> Scalar", "_local_scalar_dense(Tensor self) -> Scalar")
def item(self: Tensor) -> Number:
    """The only item."""
    return self.item()


@builtin("Int.Tensor(Tensor a) -> int")
def to_int(a: Tensor) -> int:
    """The only item, as an int."""
    return int(a.item())


@builtin("Float.Tensor(Tensor a) -> float")
def to_float(a: Tensor) -> float:
    """The only item, as a float."""
    return float(a.item())


@builtin("Bool.Tensor(Tensor a) -> bool", "is_nonzero(Tensor self) -> bool")
def to_bool(a: Tensor) -> bool:
    """Whether the only item is not 0."""
    return bool(a)


def _implicit(tensor: Tensor) -> Any:
    if tensor.layout.shape:
        raise RuntimeError("Cannot input a tensor of dimension other than 0 as a scalar argument")
    return tensor.item()


@builtin("ComplexImplicit(Tensor a) -> complex")
def complex_implicit(a: Tensor) -> complex:
    """The item of a 0-dim tensor, where a program passes it for a complex number."""
    return complex(_implicit(a))


@builtin("IntImplicit(Tensor a) -> int")
def int_implicit(a: Tensor) -> int:
    """The item of a 0-dim integer tensor, where a program passes it for an int."""
    value = _implicit(a)
    if not a.dtype.is_integral:
        raise RuntimeError(f"Cannot input a tensor of type {_type_name(a)} as an integral argument")
    return int(value)


@builtin("FloatImplicit(Tensor a) -> float")
def float_implicit(a: Tensor) -> float:
    """The item of a 0-dim tensor, where a program passes it for a float."""
    return float(_implicit(a))


@builtin("ScalarImplicit(Tensor a) -> Scalar")
def scalar_implicit(a: Tensor) -> Number:
    """The item of a 0-dim tensor, where a program passes it for a number."""
    return _implicit(a)


def _type_name(tensor: Tensor) -> str:
    from ..dtype_rules import type_name

    return type_name(tensor.dtype)


# Comparisons of whole tensors, and of dtypes


@builtin("equal(Tensor self, Tensor other) -> bool")
def equal(self: Tensor, other: Tensor) -> bool:
    """Whether shapes and all items are equal; nan is not."""
    require_data("aten::equal", self, other)
    if self.layout.shape != other.layout.shape:
        return False
    if self.dtype is other.dtype and self.dtype.computes:
        return bool(self.eq(other).all())
    return bool(np.array_equal(decoded(self), decoded(other)))


@builtin("allclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> bool")
def allclose(self: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether |self - other| <= atol + rtol * |other| everywhere."""
    if self.dtype is not other.dtype:
        raise RuntimeError(f"{_type_name(self)} did not match {_type_name(other)}")
    if rtol < 0:
        raise RuntimeError(f"rtol must be greater than or equal to zero, but got {rtol}")
    if atol < 0:
        raise RuntimeError(f"atol must be greater than or equal to zero, but got {atol}")
    require_data("aten::allclose", self, other)
    return bool(np.allclose(decoded(self), decoded(other), rtol, atol, equal_nan))


@builtin("can_cast(ScalarType from_, ScalarType to) -> bool")
def can_cast_row(from_: object, to: object) -> bool:
    """Whether results of one dtype may be stored in the other."""
    source, target = as_dtype(from_), as_dtype(to)
    assert source is not None and target is not None
    return can_cast(source, target)


@builtin("promote_types(ScalarType type1, ScalarType type2) -> ScalarType")
def promote_types_row(type1: object, type2: object) -> int:
    """The code of the smallest dtype above both."""
    first, second = as_dtype(type1), as_dtype(type2)
    assert first is not None and second is not None
    return promote_types(first, second).code


@builtin("result_type.Tensor(Tensor tensor, Tensor other) -> ScalarType", "result_type.Scalar(Tensor tensor, Scalar other) -> ScalarType",
         "result_type.Scalar_Tensor(Scalar scalar, Tensor tensor) -> ScalarType",
         "result_type.Scalar_Scalar(Scalar scalar1, Scalar scalar2) -> ScalarType")
def result_type_row(a: Tensor | Number, b: Tensor | Number) -> int:
    """The code of the dtype that arithmetic on the two gives."""
    return result_type(a, b).code
