"""`tensor[index]` and `tensor[index] = value`: from what Python programs write to views and index operators.

Integers, slices, None and Ellipsis make a view; tensors, masks and lists of numbers among them are kept for one call of
`index` or `index_put_` on that view.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from . import dtype as dtypes
from .dtype import DType
from .layout import Layout
from .no_data import NoData, is_without_data, without_data
from .ops.creation.factories import fill_number, stored_number
from .ops.creation.from_data import tensor_from
from .ops.dtype_rules import type_name
from .ops.host import integers, wrapped
from .ops.indexing.indexing import MASKS, index, masked_select, put
from .ops.plans import Plans
from .ops.shape.copying import converted, copy_into
from .ops.shape.views import expanded, slice_tensor, unsqueeze
from .tensor import Tensor, from_numpy


def get_item(self: Tensor, item: Any) -> Tensor:
    """The part of a tensor that `item` means: a view where it needs no tensor, else a copy; IndexError where it does not fit."""
    if item.__class__ is int:
        return Tensor(self.memory, _select(self.layout, 0, item, 0), self.dtype)
    try:
        if item.__class__ is Tensor and item.dtype is dtypes.bool_ and item.layout.shape == self.layout.shape:
            return masked_select(self, item)
        if item.__class__ is Tensor and item.dtype is dtypes.int64 and item.layout.shape and self.layout.shape:
            return index(self, [item])
        key = _view_key(self.layout, item)
        known = _views.get(key)
        if known is not None:
            return Tensor(self.memory, known, self.dtype)
        view, pending = _resolve(self, item)
        if pending:
            return index(view, pending)
    except NoData:
        if is_without_data():
            raise
        with without_data():
            return get_item(self, item)
    if key is not None:
        _views[key] = view.layout
    return view


_views = Plans[tuple[Any, ...] | None, Layout]()
_END = (int, type(None))


def _view_key(layout: Layout, item: Any) -> tuple[Any, ...] | None:
    """What the view of a plain index is kept under; None where an index item is not plain."""
    key: list[Any] = [layout]
    for part in cast("tuple[Any, ...]", item) if item.__class__ is tuple else (item,):
        kind = part.__class__
        if kind is int or part is None or part is ...:
            key.append(part)
        elif kind is slice and part.start.__class__ in _END and part.stop.__class__ in _END and part.step.__class__ in _END:
            key.append((part.start, part.stop, part.step))
        else:
            return None
    return tuple(key)


def set_item(self: Tensor, item: Any, value: Any) -> None:
    """Write a number or a tensor, broadcast, into the part that `item` means; TypeError for other values."""
    if isinstance(value, np.generic):
        value = cast("Any", value).item()
    if not isinstance(value, Tensor | int | float | complex):
        raise TypeError(f"can't assign a {type(value).__name__} to a torch.{type_name(self.dtype)}Tensor")
    if self.is_meta:
        with without_data():
            _write(self, item, value)
    else:
        _write(self, item, value)


def _write(self: Tensor, item: Any, value: Any) -> None:
    key = _view_key(self.layout, item)
    layout = _views.get(key)
    if layout is None:
        view, pending = _resolve(self, item)
        if pending:
            put(view, pending, value if isinstance(value, Tensor) else _number_tensor(value, self.dtype))
            return
        layout = view.layout
        if key is not None:
            _views[key] = layout
    view = Tensor(self.memory, layout, self.dtype)
    if not isinstance(value, Tensor):
        if self.dtype not in _HALVES or abs(value) <= _HALF_LIMIT:
            fill_number(view, value)
            return
        value = _number_tensor(value, self.dtype)
    if value.layout.shape == layout.shape:
        copy_into(view, value)
    else:
        shape = value.layout.shape
        while len(shape) > len(layout.shape) and shape[0] == 1:
            shape = shape[1:]
        trimmed = Layout.of(shape, value.layout.strides[len(value.layout.shape) - len(shape) :], value.layout.offset)
        copy_into(view, Tensor(value.memory, expanded(trimmed, layout.shape), value.dtype))


_HALVES = (dtypes.float16, dtypes.bfloat16)
_HALF_LIMIT = 65504.0


def _number_tensor(value: Any, dtype: DType) -> Tensor:
    """A number as a tensor; what is too large for the formats of 16 bits becomes infinite, as where tensors are converted."""
    if dtype.numpy is not None and dtype is not dtypes.float16:
        return wrapped(np.array(stored_number(value, dtype), dtype.numpy), dtype)
    carrier = dtypes.complex128 if dtype.is_complex else dtypes.float64
    return converted(wrapped(np.array(stored_number(value, dtype if dtype.is_complex else carrier), carrier.numpy), carrier), dtype)


def _select(layout: Layout, dim: int, position: int, named: int) -> Layout:
    """One slice of `dim`, with the errors of indexing (those of `select` differ); they call the dimension `named`."""
    shape, strides = layout.shape, layout.strides
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor "
            "to a number"
        )
    size = shape[dim]
    if not -size <= position < size:
        raise IndexError(f"index {position} is out of bounds for dimension {named} with size {size}")
    if position < 0:
        position += size
    return Layout.of(shape[:dim] + shape[dim + 1 :], strides[:dim] + strides[dim + 1 :], layout.offset + position * strides[dim])


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)


def _items(item: Any) -> tuple[Any, ...]:
    """The index of each dimension; a list that holds more than numbers means a tuple, as in old NumPy."""
    if isinstance(item, tuple):
        return (*cast("tuple[Any, ...]", item),)
    if type(item) is list:
        parts = cast("list[Any]", item)
        if len(parts) < 32 and any(part is None or part is ... or isinstance(part, Tensor | slice) or _is_sequence(part) for part in parts):
            return tuple(parts)
    return (cast("Any", item),)


def _as_index(item: Any) -> Any:
    """Sequences and arrays as tensors, what stands for an int as an int, other index items as they are."""
    kind = cast("type[Any]", type(item))
    if item is None or item is ... or issubclass(kind, bool | int | slice | Tensor):
        return item
    if issubclass(kind, np.bool_):
        return bool(item)
    if issubclass(kind, np.ndarray):
        return from_numpy(np.array(item))
    if hasattr(item, "__index__"):
        return item.__index__()
    if isinstance(item, str):
        raise TypeError("new(): invalid data type 'str'")
    if _is_sequence(item):
        found = tensor_from(item) if len(item) else integers([])
        # in sequences PyTorch takes floating point numbers for positions, without their fractions; in tensors it does not
        return converted(found, dtypes.int64) if found.dtype.is_floating_point else found
    raise IndexError(
        f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {type(item).__name__})"
    )


def _covered(item: Any) -> int:
    """How many dimensions an index item uses up."""
    if item is None or item is ... or isinstance(item, bool):
        return 0
    return len(item.layout.shape) if isinstance(item, Tensor) and item.dtype in MASKS else 1


def _resolve(self: Tensor, item: Any) -> tuple[Tensor, list[Tensor | None]]:
    """The view that the plain items make, and what tensors index of it: one entry per dimension or mask, None for all."""
    items = [_as_index(part) for part in _items(item)]
    covered = sum(map(_covered, items))
    rank = len(self.layout.shape)
    if covered > rank:
        if rank == 0 and len(items) == 1 and isinstance(items[0], int):
            _select(self.layout, 0, items[0], 0)
        if rank == 0 and len(items) == 1 and isinstance(items[0], slice):
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    layout = self.layout
    dim = 0
    used = 0
    pending: dict[int, Tensor] = {}
    for part in items:
        if isinstance(part, bool):
            layout = unsqueeze(layout, dim)
            pending[dim] = integers([0] if part else [])
            dim += 1
        elif isinstance(part, int):
            layout = _select(layout, dim, part, used)
        elif isinstance(part, slice):
            layout = _sliced(layout, dim, cast("slice[Any, Any, Any]", part))
            dim += 1
        elif part is ...:
            dim += rank - covered
        elif part is None:
            layout = unsqueeze(layout, dim)
            dim += 1
        elif part.layout.shape or not (part.dtype.is_integral or part.dtype is dtypes.bool_):
            pending[dim] = part
            dim += _covered(part)
        elif part.dtype in MASKS:
            layout = unsqueeze(layout, dim)
            pending[dim] = integers([0] if part.item() else [])
            dim += 1
        else:
            layout = _select(layout, dim, part.item(), used)
        used += rank - covered if part is ... else _covered(part)
    return Tensor(self.memory, layout, self.dtype), _entries(pending)


def _sliced(layout: Layout, dim: int, item: slice[Any, Any, Any]) -> Layout:
    bounds: list[Any] = [item.start, item.stop, item.step]
    for at, bound in enumerate(bounds):
        if bound is not None and type(bound) is not int:
            if not hasattr(bound, "__index__"):
                raise TypeError("slice indices must be integers or None or have an __index__ method")
            bounds[at] = bound.__index__()
    start, end, step = bounds
    if step is not None and step <= 0:
        raise ValueError("step must be greater than zero")
    return slice_tensor(layout, dim, start, end, 1 if step is None else step)


def _entries(pending: dict[int, Tensor]) -> list[Tensor | None]:
    entries: list[Tensor | None] = []
    dim = 0
    for place in sorted(pending):
        entries += [None] * (place - dim)
        tensor = pending[place]
        entries.append(tensor)
        dim = place + (len(tensor.layout.shape) if tensor.dtype in MASKS else 1)
    return entries
