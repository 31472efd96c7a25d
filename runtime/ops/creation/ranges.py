"""Evenly spaced values: arange, range, linspace and logspace.

Values are computed in float64 (float32 results are rounded once), integers exactly.
"""
from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType, as_dtype
from ...no_data import is_without_data
from ...promotion import get_default_dtype
from ...storage import require_memory
from ...tensor import Tensor, number_of
from ..dtype_rules import type_name
from ..elementwise import checked_integer
from ..host import wrapped
from ..resizing import resize_output
from ..shape.copying import converted, copy_into
from ..table import host
from .factories import check_options
from .from_data import stored_items

Number = int | float | bool
_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"


_SHORT = 64
"""Items that are stored one by one sooner than NumPy is called."""


def arange_dtype(values: tuple[Number, ...], dtype: DType | None) -> DType:
    """int64 for whole numbers, the default dtype if one is a float, unless a dtype is given."""
    if dtype is None:
        return get_default_dtype() if any(isinstance(value, float) for value in values) else dtypes.int64
    if dtype is dtypes.bool_:
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    return dtype


def check_range(start: Number, end: Number, step: Number) -> None:
    """RuntimeError for a step of 0, one that leads away from `end`, or bounds without an end."""
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")


def _numbers(start: Number, step: Number, count: int, work: type[np.float64] | type[np.int64]) -> np.ndarray[Any, Any]:
    """start + i * step for i from 0 to count - 1; RuntimeError for whole numbers beyond int64."""
    require_memory(8 * count)
    if work is np.int64:
        start, step = checked_integer(start, dtypes.int64), checked_integer(step, dtypes.int64)
    return start + step * np.arange(count, dtype=work)


def _as_dtype(array: np.ndarray[Any, Any], dtype: DType) -> Tensor:
    if dtype.numpy is None:
        return converted(wrapped(array), dtype)
    return wrapped(array.astype(dtype.numpy, copy=False))


@host(f"arange.start_step(Scalar start, Scalar end, Scalar step=1, *, {_OPTIONS}) -> Tensor")
def arange_start_step(start: Number, end: Number, step: Number = 1, dtype: Any = None, layout: Any = None, device: Any = None,
                      pin_memory: Any = None) -> Tensor:
    """The values from `start` up to, not including, `end`, every `step`."""
    check_options(layout, device)
    if dtype is None and not is_without_data() and start.__class__ is int and end.__class__ is int and step.__class__ is int:
        numbers = range(int(start), int(end), int(step)) if step else range(0)
        if 0 < len(numbers) <= _SHORT and abs(numbers[0]) < 1 << 62 and abs(numbers[-1]) < 1 << 62:
            return stored_items(numbers, dtypes.int64, ctypes.c_int64, (len(numbers),))
    wanted = arange_dtype((start, end, step), as_dtype(dtype))
    if wanted.is_floating_point:
        check_range(start, end, step)
        count = math.ceil((end - start) / step)
        return _as_dtype(_numbers(float(start), float(step), count, np.float64), wanted)
    first, stride = int(start), int(step)
    if stride == 0:
        raise (ValueError if step else RuntimeError)("step must be nonzero")
    if wanted is dtypes.int64:
        start, end, step = first, int(end), stride
    check_range(start, end, step)
    # narrower dtypes count their items by the bounds as given, and only then cut them to whole numbers
    whole = all(isinstance(value, int) for value in (start, end, step))
    count = int(-(-(end - start) // step)) if whole else math.ceil((end - start) / step)
    return _as_dtype(_numbers(first, stride, count, np.int64), wanted)


@host("arange.start_out(Scalar start, Scalar end, Scalar step=1, *, Tensor(a!) out) -> Tensor(a!)")
def arange_out(start: Number, end: Number, step: Number, out: Tensor) -> Tensor:
    """`arange` in the dtype of `out`, written into it."""
    result = arange_start_step(start, end, step, out.dtype)
    resize_output(out, result.layout.shape)
    return copy_into(out, result)


@host(f"arange.start(Scalar start, Scalar end, *, {_OPTIONS}) -> Tensor")
def arange_start(start: Number, end: Number, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The values from `start` up to, not including, `end`, every 1."""
    return arange_start_step(start, end, 1, dtype, layout, device, pin_memory)


@host(f"arange(Scalar end, *, {_OPTIONS}) -> Tensor")
def arange(end: Number, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The values from 0 up to, not including, `end`, every 1."""
    return arange_start_step(0, end, 1, dtype, layout, device, pin_memory)


@host(f"range.step(Scalar start, Scalar end, Scalar step=1, *, {_OPTIONS}) -> Tensor")
def range_step(start: Number, end: Number, step: Number = 1, dtype: Any = None, layout: Any = None, device: Any = None,
               pin_memory: Any = None) -> Tensor:
    """The values from `start` through `end`, every `step`."""
    check_options(layout, device)
    check_range(start, end, step)
    count = math.floor((end - start) / step) + 1
    wanted = as_dtype(dtype) or get_default_dtype()
    if wanted.is_floating_point:
        return _as_dtype(_numbers(float(start), float(step), count, np.float64), wanted)
    return _as_dtype(_numbers(int(start), int(step), count, np.int64), wanted)


@host("range.out(Scalar start, Scalar end, Scalar step=1, *, Tensor(a!) out) -> Tensor(a!)")
def range_out(start: Number, end: Number, step: Number, out: Tensor) -> Tensor:
    """`range` in the dtype of `out`, written into it."""
    result = range_step(start, end, step, out.dtype)
    resize_output(out, result.layout.shape)
    return copy_into(out, result)


@host(f"range(Scalar start, Scalar end, *, {_OPTIONS}) -> Tensor")
def range_row(start: Number, end: Number, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The values from `start` through `end`, every 1."""
    return range_step(start, end, 1, dtype, layout, device, pin_memory)


def _spaced(start: Number, end: Number, steps: int, dtype: DType) -> np.ndarray[Any, Any]:
    """Values from `start` through `end`, counted from both ends so that they are symmetric."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if dtype is dtypes.bool_:
        raise NotImplementedError(f"\"linspace_cpu\" not implemented for '{type_name(dtype)}'")
    require_memory(8 * steps)
    # float32 results are computed in float32, as PyTorch does
    work = np.float32 if dtype is dtypes.float32 else np.float64
    if dtype.is_complex:
        work = np.complex64 if dtype is dtypes.complex64 else np.complex128
    elif not dtype.is_floating_point:
        start, end = int(start), int(end)
    if steps <= 1:
        return np.full(steps, start, work)
    first, last = work(start), work(end)
    step = (last - first) / work(steps - 1)
    indices = np.arange(steps)
    return np.where(indices < steps // 2, first + step * indices.astype(work), last - step * (steps - 1 - indices).astype(work))


def _bound(name: str, value: Number | Tensor) -> Number:
    if not isinstance(value, Tensor):
        return value
    if value.layout.shape:
        raise RuntimeError(
            f"{name} only supports 0-dimensional start and end tensors, but got a tensor with {len(value.layout.shape)} dimension(s)."
        )
    return number_of(value)


_KINDS = ((".Tensor_Tensor", "Tensor", "Tensor"), (".Tensor_Scalar", "Tensor", "Scalar"), (".Scalar_Tensor", "Scalar", "Tensor"),
          ("", "Scalar", "Scalar"))


@host(*(f"linspace{overload}({first} start, {last} end, int steps, *, {_OPTIONS}) -> Tensor" for overload, first, last in _KINDS))
def linspace(start: Number | Tensor, end: Number | Tensor, steps: int, dtype: Any = None, layout: Any = None, device: Any = None,
             pin_memory: Any = None) -> Tensor:
    """`steps` values evenly from `start` through `end`."""
    check_options(layout, device)
    wanted = as_dtype(dtype) or get_default_dtype()
    return _as_dtype(_spaced(_bound("linspace", start), _bound("linspace", end), steps, wanted), wanted)


@host(*(
    f"logspace{overload}({first} start, {last} end, int steps, float base=10., *, {_OPTIONS}) -> Tensor"
    for overload, first, last in _KINDS
))
def logspace(start: Number | Tensor, end: Number | Tensor, steps: int, base: float = 10.0, dtype: Any = None, layout: Any = None,
             device: Any = None, pin_memory: Any = None) -> Tensor:
    """`base` to the powers that `linspace` gives."""
    check_options(layout, device)
    wanted = as_dtype(dtype) or get_default_dtype()
    exponents = _spaced(_bound("logspace", start), _bound("logspace", end), steps, wanted)
    return _as_dtype(np.power(exponents.dtype.type(base), exponents), wanted)
