"""Tensors from Python data: numbers and nested sequences of numbers, NumPy arrays and scalars, one-item tensors.

`tensor_from` is behind `rl.tensor` and behind the rows that TorchScript programs call.
"""
from __future__ import annotations

import ctypes
import warnings
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, cast

import numpy as np

from ... import dtype as dtypes
from ...device import CPU, Device
from ...dtype import DType, as_dtype
from ...layout import Layout
from ...no_data import is_without_data, placed
from ...promotion import number_dtype, promote_types
from ...tensor import Tensor, from_numpy, new_empty
from ..elementwise import checked_integer
from ..host import wrapped
from ..shape.copying import clone, converted
from ..table import host
from .factories import FLOAT_LIMIT, stored_number


def tensor_from(data: Any, dtype: DType | None = None, device: Device | str | None = None, requires_grad: bool = False) -> Tensor:
    """A fresh tensor with the items of `data`; the dtype they have in common if none is given.

    TypeError, ValueError or RuntimeError for data that is no number and no regular nesting of sequences of numbers.
    """
    placed(device)
    dtype = as_dtype(dtype)
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            stacklevel=3,
        )
        result = converted(data, dtype or data.dtype, copy=True)
    elif isinstance(data, np.ndarray):
        array = cast("np.ndarray[Any, Any]", data)
        result = converted(clone(from_numpy(array)), dtype or dtypes.from_numpy(array.dtype))
    else:
        result = _from_sequence(data, dtype)
    return _requiring(result) if requires_grad else result


def _requiring(result: Tensor) -> Tensor:
    if not (result.dtype.is_floating_point or result.dtype.is_complex):
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    result.requires_grad = True
    return result


def _from_sequence(data: Any, dtype: DType | None) -> Tensor:
    if isinstance(data, str | bytes):
        raise _no_data(data)
    plain = _plain(data, dtype)
    if plain is not None:
        return plain
    shape, items = _flattened(data)
    wanted = dtype or _common_dtype(items)
    if wanted.numpy is None:
        return converted(_stored(shape, items, dtypes.float32), wanted)
    return _stored(shape, items, wanted)


_PLAIN: dict[tuple[type, DType], Any] = {
    (float, dtypes.float32): ctypes.c_float, (float, dtypes.float64): ctypes.c_double, (int, dtypes.int64): ctypes.c_int64,
    (bool, dtypes.bool_): ctypes.c_bool,
}
"""What stores a list of numbers of one Python type; a float that float32 has no room for becomes infinite, as it should."""


def _plain(data: Any, dtype: DType | None) -> Tensor | None:
    """A number, or a list of numbers of one type, in the dtype that they have by themselves; None for all else."""
    if is_without_data():
        # Python's numbers are known there too, which fresh memory would not hold
        return None
    items: list[Any] = data if data.__class__ is list else [data]
    kinds = set(map(type, items))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind is not float and kind is not int and kind is not bool:
        return None
    wanted = dtype or number_dtype(kind())
    carrier = _PLAIN.get((kind, wanted))
    if carrier is None or kind is int and not -(1 << 63) <= min(items) <= max(items) < 1 << 63:
        return None
    return stored_items(items, wanted, carrier, (len(items),) if data.__class__ is list else ())


def stored_items(items: Sequence[Any], dtype: DType, carrier: Any, shape: tuple[int, ...]) -> Tensor:
    """A fresh tensor with these numbers, which are stored as `carrier`, a type of ctypes."""
    result = new_empty(shape, dtype)
    (carrier * len(items)).from_address(result.memory.address)[:] = items
    return result


def _is_sequence(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _flattened(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape that the first items say, and all items; ValueError or TypeError where the nesting is not regular."""
    if not _is_sequence(data):
        return (), [data]
    shape: list[int] = []
    level: list[Any] = [data]
    while level and _is_sequence(level[0]):
        size = len(level[0])
        if not size:
            # nothing is stored, so PyTorch does not look at what follows
            return (*shape, 0), []
        for item in level:
            if isinstance(item, str | bytes):
                raise _no_data(item)
            if not _is_sequence(item):
                raise TypeError("not a sequence")
            if len(item) != size:
                raise ValueError(f"expected sequence of length {size} at dim {len(shape)} (got {len(item)})")
        shape.append(size)
        level = list(chain.from_iterable(cast("list[Iterable[Any]]", level)))
    for at, item in enumerate(level):
        if isinstance(item, str | bytes):
            raise _no_data(item) if at or isinstance(item, bytes) else ValueError("too many dimensions 'str'")
        if _is_sequence(item):
            raise TypeError(f"'{type(item).__name__}' object cannot be interpreted as an integer")
    return tuple(shape), level


def _no_data(item: str | bytes) -> TypeError:
    return TypeError(f"new(): invalid data type '{type(item).__name__}'")


def _common_dtype(items: list[Any]) -> DType:
    if not items:
        return number_dtype(0.0)
    common: DType | None = None
    # a million floats are one type: asking once per type is enough, except for items that carry a dtype
    plain = {int: 0, float: 0.0, bool: False, complex: 0j}
    kinds = set(map(type, items))
    found = [number_dtype(plain[kind]) for kind in kinds if kind in plain]
    if not kinds <= plain.keys():
        found += [_item_dtype(item) for item in items if type(item) not in plain]
    for dtype in found:
        common = dtype if common is None else promote_types(common, dtype)
    assert common is not None
    return common


def _item_dtype(item: Any) -> DType:
    if isinstance(item, Tensor):
        return item.dtype
    if isinstance(item, np.generic | np.ndarray):
        return dtypes.from_numpy(cast("np.generic", item).dtype)
    if isinstance(item, bool | int | float | complex):
        return number_dtype(item)
    raise RuntimeError(f"Could not infer dtype of {type(item).__name__}")


def _number(item: Any, dtype: DType) -> Any:
    if isinstance(item, Tensor):
        if item.layout.numel != 1:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise TypeError("only integer tensors of a single element can be converted to an index")
            raise ValueError("only one element tensors can be converted to Python scalars")
        return item.item()
    return cast("Any", item).item() if isinstance(item, np.generic | np.ndarray) else item


def _stored(shape: tuple[int, ...], items: list[Any], dtype: DType) -> Tensor:
    assert dtype.numpy is not None
    numbers = [_number(item, dtype) for item in items]
    for number in numbers:
        if not isinstance(number, int | float | complex):
            raise TypeError(f"must be a number, not {type(number).__name__}")
        if isinstance(number, complex) and not dtype.is_complex:
            raise TypeError("must be real number, not complex")
    # a float32 tensor holds what does not fit as infinity
    with np.errstate(over="ignore"):
        if dtype.is_floating_point or dtype.is_complex:
            array = np.array(numbers, dtype.numpy)
        else:
            array = np.array([_whole(number, dtype) for number in numbers], dtype.numpy)
    return Tensor(wrapped(array.reshape(-1)).memory, Layout.contiguous(shape), dtype)


def _whole(number: Any, dtype: DType) -> int:
    if dtype is dtypes.int64 and isinstance(number, int) and not -(1 << 63) <= number < 1 << 63:
        raise ValueError(f"Overflow when unpacking long long: {number} does not fit int64")
    try:
        value = checked_integer(number, dtype)
    except (ValueError, OverflowError):
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow: {number}") from None
    return value + (1 << 8 * dtype.itemsize) if value < 0 and not dtype.is_signed else value


_TENSOR = "*, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor"


@host(
    f"tensor(t[] data, {_TENSOR}", f"tensor.bool(bool t, {_TENSOR}", f"tensor.int(int t, {_TENSOR}", f"tensor.float(float t, {_TENSOR}",
    f"tensor.complex(complex t, {_TENSOR}",
)
def tensor(data: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with the items of a number or of nested lists."""
    result = _from_program(data, as_dtype(dtype), device)
    return _requiring(result) if requires_grad else result


def _one_number(data: Any, dtype: DType | None) -> Tensor | None:
    """A number in its own dtype, or an int in float32: what loops store item by item. None for all else, and for one that does not fit."""
    kind = data.__class__
    if kind is float:
        # a NaN or infinite number is no matter of speed
        if not -FLOAT_LIMIT <= data <= FLOAT_LIMIT or number_dtype(data) is not dtypes.float32 or dtype not in (None, dtypes.float32):
            return None
        wanted, carrier = dtypes.float32, ctypes.c_float
    elif kind is int and dtype is dtypes.float32:
        # float64, through which ctypes goes, holds these as they are
        if not -(1 << 53) <= data <= 1 << 53:
            return None
        wanted, carrier = dtypes.float32, ctypes.c_float
    elif kind is int and (dtype is None or dtype is dtypes.int64):
        if not -(1 << 63) <= data < 1 << 63:
            return None
        wanted, carrier = dtypes.int64, ctypes.c_int64
    else:
        return None
    result = new_empty((), wanted)
    carrier.from_address(result.memory.address).value = data
    return result


def _from_program(data: Any, dtype: DType | None, device: Any) -> Tensor:
    """As TorchScript makes tensors: in the dtype of the data, which a single number must fit into, and only then in the one asked for."""
    if is_without_data():
        # a conversion there has no numbers to read
        return tensor_from(data, dtype, device)
    if device is None or device is CPU:
        made = _one_number(data, dtype)
        if made is not None:
            return made
    if not isinstance(data, list):
        stored_number(data, number_dtype(data))
    made = tensor_from(data, None, device)
    return made if dtype is None else converted(made, dtype)


_AS_TENSOR = "*, ScalarType? dtype=None, Device? device=None) -> Tensor"


@host(
    f"as_tensor.list(t[] data, {_AS_TENSOR}", f"as_tensor.bool(bool t, {_AS_TENSOR}", f"as_tensor.int(int t, {_AS_TENSOR}",
    f"as_tensor.float(float t, {_AS_TENSOR}", f"as_tensor.complex(complex t, {_AS_TENSOR}",
)
def as_tensor_data(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor with the items of a number or of nested lists."""
    return _from_program(data, as_dtype(dtype), device)


@host("as_tensor(Tensor(a) data, *, ScalarType? dtype=None, Device? device=None) -> Tensor(b|a)")
def as_tensor(data: Tensor, dtype: Any = None, device: Any = None) -> Tensor:
    """The tensor itself, or a copy of it in another dtype."""
    placed(device)
    return converted(data, as_dtype(dtype) or data.dtype)
