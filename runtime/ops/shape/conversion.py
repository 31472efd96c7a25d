"""Conversions: to another dtype, device or memory format. A tensor that is already right is answered itself, not copied."""
from __future__ import annotations

from collections.abc import Callable

from ...device import CPU, META, Device
from ...dtype import DType, as_dtype, bfloat16, by_name, float16, float32
from ...formats import (
    MemoryFormat,
    as_memory_format,
    contiguous_format,
    format_strides,
    is_in_format,
    preserve_format,
    suggested_format,
)
from ...layout import Layout, broadcast_shapes, require_strided
from ...no_data import NoData, placed, without_data
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..elementwise import dense_layout
from ..table import composite
from .copying import clone, converted, copy_into, laid_out


def converted_to(tensor: Tensor, dtype: DType, memory_format: MemoryFormat | None = None, *, copy: bool = False) -> Tensor:
    """`tensor` in this dtype and format; itself if it is already (and no copy is asked for)."""
    if memory_format is None or memory_format is preserve_format:
        return converted(tensor, dtype, copy=copy)
    if tensor.dtype is dtype and not copy and is_in_format(tensor.layout, memory_format):
        return tensor
    shape = tensor.layout.shape
    return laid_out(tensor, Layout.of(shape, format_strides(shape, memory_format)), dtype)


def goes(tensor: Tensor, device: Device | str | None) -> bool:
    """Whether `tensor` is not on `device` yet; RuntimeError if it cannot go there, NoData if it has none to take along."""
    if device is None or placed(device) is tensor.device:
        return False
    if tensor.is_meta:
        raise NoData
    return True


def moved(tensor: Tensor, device: Device | str | None, dtype: object, memory_format: object, copy: bool) -> Tensor:
    """`Tensor.to`: `tensor` on a device, in a dtype and format; itself if it is already (and no copy is asked for)."""
    if not tensor.is_meta and (device is None or Device(device) is not META):
        return _to(tensor, device, dtype, memory_format, copy)
    with without_data():
        return _to(tensor, device, dtype, memory_format, copy)


def _to(tensor: Tensor, device: Device | str | None, dtype: object, memory_format: object, copy: bool) -> Tensor:
    return as_wanted(tensor, as_dtype(dtype) or tensor.dtype, as_memory_format(memory_format), copy=goes(tensor, device) or copy)


def as_wanted(tensor: Tensor, dtype: DType, memory_format: MemoryFormat | None, *, copy: bool) -> Tensor:
    """`converted_to` as `to` does it: a tensor whose strides suggest the format already is not copied for it."""
    if tensor.dtype is dtype and not copy and memory_format is not None and suggested_format(tensor.layout) is memory_format:
        return tensor
    return converted_to(tensor, dtype, memory_format, copy=copy)


@composite("contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)")
def contiguous_row(self: Tensor, memory_format: object = 0) -> Tensor:
    """The tensor itself if its items lie without gaps in the format, else a copy that does."""
    if memory_format == 0 and self.layout.is_contiguous:
        return self
    wanted = as_memory_format(memory_format) or contiguous_format
    if wanted is preserve_format:
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return converted_to(self, self.dtype, wanted)


@composite("clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor")
def clone_row(self: Tensor, memory_format: object = None) -> Tensor:
    """A copy, in the same memory order unless a format is given."""
    return clone(self) if memory_format is None else converted_to(self, self.dtype, as_memory_format(memory_format), copy=True)


@composite(
    "to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)"
)
def to_dtype(self: Tensor, dtype: object, non_blocking: bool = False, copy: bool = False, memory_format: object = None) -> Tensor:
    """The tensor in another dtype."""
    del non_blocking
    return as_wanted(self, as_dtype(dtype) or self.dtype, as_memory_format(memory_format), copy=copy)


@composite(
    "to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, "
    "MemoryFormat? memory_format=None) -> Tensor(a)"
)
def to_device(
    self: Tensor, device: Device | str, dtype: object, non_blocking: bool = False, copy: bool = False, memory_format: object = None
) -> Tensor:
    """The tensor on another device, in another dtype."""
    return to_dtype(self, dtype, non_blocking, goes(self, device) or copy, memory_format)


@composite(
    "to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, "
    "bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)"
)
def to_dtype_layout(
    self: Tensor, dtype: object = None, layout: object = None, device: Device | str | None = None, pin_memory: bool | None = None,
    non_blocking: bool = False, copy: bool = False, memory_format: object = None,
) -> Tensor:
    """The tensor with whatever of dtype, layout and device is given."""
    del pin_memory
    require_strided(layout)
    return to_dtype(self, dtype, non_blocking, goes(self, device) or copy, memory_format)


@composite(
    "to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)"
)
def to_other(self: Tensor, other: Tensor, non_blocking: bool = False, copy: bool = False, memory_format: object = None) -> Tensor:
    """The tensor in the dtype and on the device of another."""
    return to_dtype(self, other.dtype, non_blocking, goes(self, other.device) or copy, memory_format)


@composite(
    "to.prim_Device(Tensor(a) self, Device? device, int? dtype=None, bool non_blocking=False, bool copy=False) -> Tensor(b|a)"
)
def to_prim_device(
    self: Tensor, device: Device | str | None, dtype: object = None, non_blocking: bool = False, copy: bool = False
) -> Tensor:
    """The tensor on another device, and in another dtype if one is given."""
    return to_dtype(self, dtype, non_blocking, goes(self, device) or copy)


@composite("to.prim_dtype(Tensor(a) self, int? dtype=None, bool non_blocking=False, bool copy=False) -> Tensor(b|a)")
def to_prim_dtype(self: Tensor, dtype: object = None, non_blocking: bool = False, copy: bool = False) -> Tensor:
    """The tensor in another dtype, if one is given."""
    return to_dtype(self, dtype, non_blocking, copy)


@composite("to.prim_other(Tensor(a) self, bool non_blocking=False, bool copy=False) -> Tensor(b|a)")
def to_prim_other(self: Tensor, non_blocking: bool = False, copy: bool = False) -> Tensor:
    """The tensor, or a copy of it."""
    return to_dtype(self, None, non_blocking, copy)


@composite(
    "_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, "
    "bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor"
)
def to_copy(
    self: Tensor, dtype: object = None, layout: object = None, device: Device | str | None = None, pin_memory: bool | None = None,
    non_blocking: bool = False, memory_format: object = None,
) -> Tensor:
    """A converted copy."""
    return to_dtype_layout(self, dtype, layout, device, pin_memory, non_blocking, True, memory_format)


@composite("cpu(Tensor(a) self) -> Tensor(b|a)")
def cpu(self: Tensor) -> Tensor:
    """The tensor itself; NotImplementedError if it has no data."""
    goes(self, CPU)
    return self


@composite("cuda(Tensor(a) self) -> Tensor(b|a)")
def cuda(self: Tensor) -> Tensor:
    """RuntimeError: tensors live on the CPU here."""
    placed("cuda")
    return self


@composite(
    "_autocast_to_reduced_precision(Tensor(a) self, bool cuda_enabled, bool cpu_enabled, ScalarType cuda_dtype, ScalarType cpu_dtype) "
    "-> Tensor(a)"
)
def autocast_to_reduced_precision(self: Tensor, cuda_enabled: bool, cpu_enabled: bool, cuda_dtype: object, cpu_dtype: object) -> Tensor:
    """A tensor of float32 in the low precision of blocks of autocast on the CPU; others as they are."""
    del cuda_enabled, cuda_dtype
    return to_dtype(self, cpu_dtype) if cpu_enabled and self.dtype is float32 else self


@composite("_autocast_to_full_precision(Tensor(a) self, bool cuda_enabled, bool cpu_enabled) -> Tensor(a)")
def autocast_to_full_precision(self: Tensor, cuda_enabled: bool, cpu_enabled: bool) -> Tensor:
    """A tensor of float16 or bfloat16 in float32, in blocks of autocast on the CPU; others as they are."""
    del cuda_enabled
    return to_dtype(self, float32) if cpu_enabled and self.dtype in (float16, bfloat16) else self


@composite("type_as(Tensor self, Tensor other) -> Tensor")
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor in the dtype of another."""
    return converted(self, other.dtype)


def _copy_in_place(self: Tensor, source: Tensor) -> Tensor:
    if self.layout.shape != source.layout.shape:
        # PyTorch names the sizes that differ first, and only then the target's shape
        broadcast_shapes([self.layout.shape, source.layout.shape])
    return copy_into(self, source)


@composite("copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)")
def copy_in_place(self: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """The items of `src`, broadcast and converted, written into the tensor."""
    del non_blocking
    return _copy_in_place(self, src)


@composite("copy_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)")
def copy_tensor_in_place(self: Tensor, other: Tensor) -> Tensor:
    """The items of `other` written into the tensor."""
    return _copy_in_place(self, other)


@composite("copy_.float(Tensor(a!) self, float other) -> Tensor(a!)", "copy_.int(Tensor(a!) self, int other) -> Tensor(a!)")
def copy_number_in_place(self: Tensor, other: float) -> Tensor:
    """A number written into every item."""
    from ..creation.factories import fill_number

    return fill_number(self, other)


def _cast(dtype: DType) -> Callable[..., Tensor]:
    def cast(self: Tensor, non_blocking: bool = False) -> Tensor:
        del non_blocking
        return converted(self, dtype)

    cast.__doc__ = f"The tensor in {dtype.name}."
    return cast


for _name in ("uint8", "int8", "float64", "float32", "float16", "int32", "int64", "int16"):
    _dtype = by_name(_name)
    composite(f"_cast_{type_name(_dtype)}(Tensor self, bool non_blocking=False) -> Tensor")(_cast(_dtype))


@composite("resolve_conj(Tensor(a) self) -> Tensor(a)", "resolve_neg(Tensor(a) self) -> Tensor(a)")
def resolve(self: Tensor) -> Tensor:
    """The tensor itself: conjugation and negation are never pending here."""
    return self


@composite("lift(Tensor self) -> Tensor")
def lift(self: Tensor) -> Tensor:
    """The tensor itself."""
    return self


def like_layout(tensor: Tensor, memory_format: object) -> Layout:
    """The layout of a fresh tensor with the shape of `tensor`: its memory order if none is given, else the format's."""
    wanted = as_memory_format(memory_format)
    if wanted is None or wanted is preserve_format:
        return dense_layout(tensor.layout.shape, [tensor.layout])
    return Layout.of(tensor.layout.shape, format_strides(tensor.layout.shape, wanted))


