"""Fresh tensors: rows that allocate and fill. What eager callers may write beyond the schemas is in ../factories.py.

Dtype arguments are a `DType`, TorchScript's integer code or None; device arguments a `Device`, its name or None.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from ctypes import memset
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...device import Device
from ...dtype import DType, as_dtype
from ...formats import as_memory_format, contiguous_format, format_strides
from ...kernels.loops.pointwise import identity
from ...kernels.running.direct import Frame, direct
from ...layout import Layout, require_strided
from ...no_data import NO_ADDRESS, placed
from ...promotion import follow_default_dtype, get_default_dtype, number_dtype
from ...storage import Storage, require_memory
from ...tensor import Tensor, new_empty, new_like, number_of
from ..elementwise import Launch, checked_integer, prepare
from ..host import bits, encode, wrapped
from ..overlap import check_not_read_only
from ..plans import Plans
from ..shape.conversion import like_layout
from ..table import composite, host

Number = int | float | bool | complex
_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
_LIKE = f"{_OPTIONS}, MemoryFormat? memory_format=None"


def check_options(layout: object, device: Device | str | None) -> None:
    """RuntimeError unless a strided tensor on a device that is here is asked for."""
    if layout is None and device is None:
        return
    require_strided(layout)
    placed(device)


def fresh(size: Sequence[int], dtype: DType, name: str, memory_format: object = None) -> Tensor:
    """An uninitialised tensor; RuntimeError for negative sizes."""
    if size and min(size) < 0:
        raise RuntimeError(f"{name}: Dimension size must be non-negative.")
    shape = tuple(size)
    if memory_format is None:
        return new_empty(shape, dtype)
    strides = format_strides(shape, as_memory_format(memory_format) or contiguous_format)
    return new_like(Layout.of(shape, strides), dtype)


def stored_number(value: Any, dtype: DType) -> Any:
    """`value` as an item of `dtype`; RuntimeError if it does not fit."""
    if dtype.is_complex:
        number = complex(value)
        return complex(_in_range(number.real, dtype), _in_range(number.imag, dtype))
    if dtype is dtypes.bool_:
        return int(bool(value))
    if isinstance(value, complex):
        raise RuntimeError("value cannot be converted to type float without overflow" if value.imag else f"complex value {value}")
    if not dtype.is_floating_point:
        if isinstance(value, float) and not math.isfinite(value):
            raise RuntimeError(f"value cannot be converted to type {dtype.name}_t without overflow")
        number = checked_integer(value, dtype)
        return number + (1 << 8 * dtype.itemsize) if number < 0 and not dtype.is_signed else number
    return _in_range(float(value), dtype)


def _in_range(number: float, dtype: DType) -> float:
    limit, name = _LIMITS.get(dtype, (math.inf, ""))
    if limit < abs(number) < math.inf:
        raise RuntimeError(f"value cannot be converted to type {name} without overflow")
    return number


FLOAT_LIMIT = float(np.finfo(np.float32).max)
"""The largest float32."""
_LIMITS = {
    dtypes.float16: (65504.0, "c10::Half"), dtypes.bfloat16: (float.fromhex("0x1.fep127"), "c10::BFloat16"),
    dtypes.float32: (FLOAT_LIMIT, "float"), dtypes.complex64: (FLOAT_LIMIT, "c10::complex<float>"),
    dtypes.complex32: (65504.0, "c10::complex<c10::Half>"),
}


def fill_number(tensor: Tensor, value: Number) -> Tensor:
    """Write `value` into every item; answers `tensor`. Items may share one place: all of them get the same number."""
    layout, dtype, storage = tensor.layout, tensor.dtype, tensor.memory
    short = _short.get((layout.form, dtype))
    if short is not None and storage.writable and value.__class__ is not complex and -FLOAT_LIMIT <= value <= FLOAT_LIMIT:  # pyright: ignore[reportOperatorIssue]
        if not short[0](short[1], storage.address + layout.offset * dtype.itemsize, value):
            storage.version += 1
            return tensor
    check_not_read_only(tensor)
    # of few items a kernel, once it is made, takes less time than the way to the C library
    if type(value) is int and value == 0 and layout.is_contiguous and (layout.numel > _FEW or not dtype.computes):
        address = tensor.address
        if address is not NO_ADDRESS:
            memset(address, 0, layout.numel * dtype.itemsize)
    elif dtype.computes:
        _fill(tensor, stored_number(value, dtype))
    elif dtype.numpy is None and (value != 0 or not dtype.is_quantized):
        encode(tensor, np.asarray(value))
    else:
        bits(tensor)[...] = stored_number(value, dtype)
    storage.version += 1
    return tensor


_FEW = 512
_launches = Plans[tuple[Layout, DType], Launch]()
_short = Plans[tuple[Layout, DType], tuple[Callable[..., int], int, Frame]]()
"""Small tensors that are filled: the built-in function that runs a frame, its address, the frame."""


def _fill(tensor: Tensor, item: Any) -> None:
    """Write an item that fits the dtype everywhere."""
    key = tensor.layout.form, tensor.dtype
    launch = _launches.get(key)
    if launch is None:
        number: list[tuple[Layout | None, DType]] = [(None, tensor.dtype)]
        launch = _launches[key] = prepare(identity, tensor.dtype, number, tensor.layout, tensor.dtype)
        frame = launch.frame(number)
        if frame is not None:
            _short[key] = direct(), frame.address, frame
    launch.run((item,), tensor.address)


_filled_before = Plans[tuple[Any, ...], tuple[Callable[..., int], int, int, Layout, DType, Frame]]()
"""Small tensors that were filled when they were made: what fills them, its frame's address, bytes, layout, dtype, the frame."""
follow_default_dtype(_filled_before.clear)


def _filled_again(key: tuple[Any, ...], value: Number) -> Tensor | None:
    """What `_filled` made before for the same key, with `value` everywhere; None where nothing is known or the number is unusual."""
    known = _filled_before.get(key)
    if known is None or value.__class__ is complex or not -FLOAT_LIMIT <= value <= FLOAT_LIMIT:  # pyright: ignore[reportOperatorIssue]
        return None
    run, frame, nbytes, layout, dtype, _ = known
    storage = Storage.allocate(nbytes)
    return None if run(frame, storage.address, value) else Tensor(storage, layout, dtype)


def _filled(key: tuple[Any, ...], result: Tensor, value: Number) -> Tensor:
    """A fresh tensor with `value` everywhere; what later calls with the same key want has the same layout and dtype."""
    fill_number(result, value)
    short = _short.get((result.layout.form, result.dtype))
    if short is not None and not result.is_meta:
        _filled_before[key] = short[0], short[1], result.layout.numel * result.dtype.itemsize, result.layout, result.dtype, short[2]
    return result


@host("fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)")
def fill_in_place(self: Tensor, value: Number) -> Tensor:
    """The number written into every item."""
    return fill_number(self, value)


@host("fill_.Tensor(Tensor(a!) self, Tensor value) -> Tensor(a!)")
def fill_tensor_in_place(self: Tensor, value: Tensor) -> Tensor:
    """The only item of `value` written into every item."""
    if value.layout.shape:
        raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {len(value.layout.shape)} dimensions.")
    return fill_number(self, number_of(value))


@host("fill.Scalar(Tensor self, Scalar value) -> Tensor")
def fill(self: Tensor, value: Number) -> Tensor:
    """A tensor like `self` with the number everywhere."""
    return fill_number(empty_like(self), value)


@host("fill.Tensor(Tensor self, Tensor value) -> Tensor")
def fill_tensor(self: Tensor, value: Tensor) -> Tensor:
    """A tensor like `self` with the only item of `value` everywhere."""
    return fill_tensor_in_place(empty_like(self), value)


@host("zero_(Tensor(a!) self) -> Tensor(a!)")
def zero_in_place(self: Tensor) -> Tensor:
    """0 written into every item."""
    return fill_number(self, 0)


@host("zero(Tensor self) -> Tensor")
def zero(self: Tensor) -> Tensor:
    """A tensor like `self` with 0 everywhere."""
    return fill_number(empty_like(self), 0)


@host(f"empty.memory_format(SymInt[] size, *, {_LIKE}) -> Tensor")
def empty(size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
          memory_format: Any = None) -> Tensor:
    """A tensor whose items are whatever the memory holds."""
    key = (*size, dtype, layout, device, memory_format)
    known = _empty_before.get(key)
    if known is None:
        check_options(layout, device)
        made = fresh(size, as_dtype(dtype) or get_default_dtype(), "empty", memory_format)
        if not made.is_meta:
            _empty_before[key] = made.nbytes, made.layout, made.dtype
        return made
    nbytes, wanted, found = known
    return Tensor(Storage.allocate(nbytes), wanted, found)


_empty_before = Plans[tuple[Any, ...], tuple[int, Layout, DType]]()
"""What calls of `empty` make: bytes, layout, dtype."""
follow_default_dtype(_empty_before.clear)


@host(f"empty_strided(SymInt[] size, SymInt[] stride, *, {_OPTIONS}) -> Tensor")
def empty_strided(size: Sequence[int], stride: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None,
                  pin_memory: Any = None) -> Tensor:
    """An uninitialised tensor with exactly these strides."""
    check_options(layout, device)
    if len(size) != len(stride):
        raise RuntimeError(f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})")
    if any(number < 0 for number in (*size, *stride)):
        raise RuntimeError(f"empty_strided: sizes {list(size)} and strides {list(stride)} must be non-negative")
    wanted = Layout.of(tuple(size), tuple(stride))
    items = fresh((wanted.extent,), as_dtype(dtype) or get_default_dtype(), "empty_strided")
    return Tensor(items.memory, wanted, items.dtype)


@host(f"empty_permuted(SymInt[] size, int[] physical_layout, *, {_OPTIONS}) -> Tensor")
def empty_permuted(size: Sequence[int], physical_layout: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None,
                   pin_memory: Any = None) -> Tensor:
    """An uninitialised tensor without gaps, whose dims lie in memory in the order of `physical_layout`, outermost first."""
    check_options(layout, device)
    if len(physical_layout) != len(size):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {len(size)} is not equal to "
            f"len(physical_layout) = {len(physical_layout)}"
        )
    for dim in physical_layout:
        if not 0 <= dim < len(size):
            raise RuntimeError(f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {dim} at index {dim})")
    if len(set(physical_layout)) != len(size):
        raise RuntimeError("Duplicate dim not allowed")
    items = fresh([size[dim] for dim in physical_layout], as_dtype(dtype) or get_default_dtype(), "empty_permuted")
    strides = [0] * len(size)
    for dim, stride in zip(physical_layout, items.layout.strides):
        strides[dim] = stride
    return Tensor(items.memory, Layout.of(tuple(size), tuple(strides)), items.dtype)


@host(f"full(SymInt[] size, Scalar fill_value, *, {_OPTIONS}) -> Tensor")
def full(size: Sequence[int], fill_value: Number, dtype: Any = None, layout: Any = None, device: Any = None,
         pin_memory: Any = None) -> Tensor:
    """A tensor with one number everywhere; its dtype follows from the number if none is given."""
    key = (*size, dtype, layout, device, fill_value.__class__)
    found = _filled_again(key, fill_value)
    if found is not None:
        return found
    check_options(layout, device)
    return _filled(key, fresh(size, as_dtype(dtype) or number_dtype(fill_value), "full"), fill_value)


@host(f"zeros(SymInt[] size, *, {_OPTIONS}) -> Tensor")
def zeros(size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """A tensor with 0 everywhere."""
    key = (*size, dtype, layout, device)
    found = _filled_again(key, 0)
    if found is not None:
        return found
    check_options(layout, device)
    return _filled(key, fresh(size, as_dtype(dtype) or get_default_dtype(), "zeros"), 0)


@host(f"ones(SymInt[] size, *, {_OPTIONS}) -> Tensor")
def ones(size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """A tensor with 1 everywhere."""
    key = (*size, dtype, layout, device)
    found = _filled_again(key, 1)
    if found is not None:
        return found
    check_options(layout, device)
    return _filled(key, fresh(size, as_dtype(dtype) or get_default_dtype(), "ones"), 1)


@host(f"empty_like(Tensor self, *, {_LIKE}) -> Tensor")
def empty_like(self: Tensor, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
               memory_format: Any = None) -> Tensor:
    """An uninitialised tensor with the shape, memory order and (if none is given) dtype of `self`."""
    check_options(layout, device or self.device)
    return new_like(like_layout(self, memory_format), as_dtype(dtype) or self.dtype)


@host(f"full_like(Tensor self, Scalar fill_value, *, {_LIKE}) -> Tensor")
def full_like(self: Tensor, fill_value: Number, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
              memory_format: Any = None) -> Tensor:
    """A tensor like `self` with one number everywhere."""
    key = (self.layout.form, self.dtype, self.device, dtype, layout, device, memory_format, fill_value.__class__)
    found = _filled_again(key, fill_value)
    return _filled(key, empty_like(self, dtype, layout, device, pin_memory, memory_format), fill_value) if found is None else found


@host(f"zeros_like(Tensor self, *, {_LIKE}) -> Tensor")
def zeros_like(self: Tensor, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
               memory_format: Any = None) -> Tensor:
    """A tensor like `self` with 0 everywhere."""
    key = (self.layout.form, self.dtype, self.device, dtype, layout, device, memory_format)
    found = _filled_again(key, 0)
    return _filled(key, empty_like(self, dtype, layout, device, pin_memory, memory_format), 0) if found is None else found


@host(f"ones_like(Tensor self, *, {_LIKE}) -> Tensor")
def ones_like(self: Tensor, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None,
              memory_format: Any = None) -> Tensor:
    """A tensor like `self` with 1 everywhere."""
    key = (self.layout.form, self.dtype, self.device, dtype, layout, device, memory_format)
    found = _filled_again(key, 1)
    return _filled(key, empty_like(self, dtype, layout, device, pin_memory, memory_format), 1) if found is None else found


@host(f"new_empty(Tensor self, SymInt[] size, *, {_OPTIONS}) -> Tensor")
def new_empty_row(self: Tensor, size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None,
                  pin_memory: Any = None) -> Tensor:
    """An uninitialised tensor of this size with the dtype of `self` if none is given."""
    return empty(size, as_dtype(dtype) or self.dtype, layout, device or self.device, pin_memory)


@host(f"new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, {_OPTIONS}) -> Tensor")
def new_empty_strided(self: Tensor, size: Sequence[int], stride: Sequence[int], dtype: Any = None, layout: Any = None,
                      device: Any = None, pin_memory: Any = None) -> Tensor:
    """`empty_strided` with the dtype of `self` if none is given."""
    return empty_strided(size, stride, as_dtype(dtype) or self.dtype, layout, device or self.device, pin_memory)


@host(f"new_full(Tensor self, SymInt[] size, Scalar fill_value, *, {_OPTIONS}) -> Tensor")
def new_full(self: Tensor, size: Sequence[int], fill_value: Number, dtype: Any = None, layout: Any = None, device: Any = None,
             pin_memory: Any = None) -> Tensor:
    """`full` with the dtype of `self` if none is given."""
    return full(size, fill_value, as_dtype(dtype) or self.dtype, layout, device or self.device, pin_memory)


@host(f"new_zeros(Tensor self, SymInt[] size, *, {_OPTIONS}) -> Tensor")
def new_zeros(self: Tensor, size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None,
              pin_memory: Any = None) -> Tensor:
    """`zeros` with the dtype of `self` if none is given."""
    return zeros(size, as_dtype(dtype) or self.dtype, layout, device or self.device, pin_memory)


@host(f"new_ones(Tensor self, SymInt[] size, *, {_OPTIONS}) -> Tensor")
def new_ones(self: Tensor, size: Sequence[int], dtype: Any = None, layout: Any = None, device: Any = None,
             pin_memory: Any = None) -> Tensor:
    """`ones` with the dtype of `self` if none is given."""
    return ones(size, as_dtype(dtype) or self.dtype, layout, device or self.device, pin_memory)


@host(f"scalar_tensor(Scalar s, *, {_OPTIONS}) -> Tensor")
def scalar_tensor(s: Number, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """A 0-dim tensor of the default dtype."""
    return full((), s, as_dtype(dtype) or get_default_dtype(), layout, device, pin_memory)


@composite("prim::NumToTensor.Scalar(Scalar a) -> Tensor", "prim::NumToTensor.bool(bool a) -> Tensor")
def number_to_tensor(a: Number) -> Tensor:
    """A 0-dim tensor of the number's own dtype: int64, float64, bool or complex128."""
    wide = {dtypes.float32: dtypes.float64, dtypes.complex64: dtypes.complex128}
    own = number_dtype(a)
    return full((), a, wide.get(own, own))


@host(f"eye(SymInt n, *, {_OPTIONS}) -> Tensor")
def eye(n: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The square matrix with ones on its diagonal."""
    return eye_rectangular(n, n, dtype, layout, device, pin_memory)


@host(f"eye.m(SymInt n, SymInt m, *, {_OPTIONS}) -> Tensor")
def eye_rectangular(n: int, m: int, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The (n, m) matrix with ones on its diagonal."""
    if n < 0:
        raise RuntimeError(f"n must be greater or equal to 0, got {n}")
    if m < 0:
        raise RuntimeError(f"m must be greater or equal to 0, got {m}")
    result = zeros((n, m), dtype, layout, device, pin_memory)
    diagonal = Layout.of((min(n, m),), (m + 1,))
    fill_number(Tensor(result.memory, diagonal, result.dtype), 1)
    return result


_INDICES = "int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None"


def _check_rectangle(row: int, col: int) -> None:
    for name, size in (("row", row), ("col", col)):
        if size < 0:
            raise RuntimeError(f"{name} must be non-negative, got{size}")
    # NumPy makes a mask of the rectangle first
    require_memory(row * col)


@host(f"tril_indices({_INDICES}) -> Tensor")
def tril_indices(row: int, col: int, offset: int = 0, dtype: Any = 4, layout: Any = None, device: Any = None,
                 pin_memory: Any = None) -> Tensor:
    """Row and column numbers of the items of a lower triangle."""
    check_options(layout, device)
    _check_rectangle(row, col)
    wanted = (as_dtype(dtype) or dtypes.int64).numpy
    return wrapped(np.array(np.tril_indices(row, min(max(offset, -row), col), col)).astype(wanted))


@host(f"triu_indices({_INDICES}) -> Tensor")
def triu_indices(row: int, col: int, offset: int = 0, dtype: Any = 4, layout: Any = None, device: Any = None,
                 pin_memory: Any = None) -> Tensor:
    """Row and column numbers of the items of an upper triangle."""
    check_options(layout, device)
    _check_rectangle(row, col)
    wanted = (as_dtype(dtype) or dtypes.int64).numpy
    return wrapped(np.array(np.triu_indices(row, min(max(offset, -row), col), col)).astype(wanted))
