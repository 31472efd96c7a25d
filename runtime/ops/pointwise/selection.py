"""Choosing items by a mask: where, masked_fill, and triangles of matrices."""
from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType
from ...kernels.running.direct import Frame, direct
from ...layout import Layout, broadcast_shapes
from ...promotion import follow_default_dtype
from ...storage import Storage
from ...tensor import Tensor, new_empty, new_like, number_of
from ...type_info import result_type
from ..creation.factories import FLOAT_LIMIT, stored_number
from ..dtype_rules import type_name
from ..elementwise import Launch, dense_layout, prepare
from ..host import bits, wrapped
from ..indexing.indexing import MASKS, put_anywhere
from ..overlap import warn_if_expanded
from ..plans import Plans
from ..shape.copying import contiguous, converted, copy_into
from ..shape.views import expanded
from ..table import composite, kernel

Operand = Tensor | int | float | bool | complex


def chosen(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`: the scalar function of a choice."""
    return a if condition else b


_Short = tuple[Callable[..., int], int, int, Layout, DType, Frame]
_plans = Plans[tuple[Any, ...], tuple[Launch, Layout]]()
_short = Plans[tuple[Any, ...], _Short]()
"""Small choices: the built-in function that runs a frame, its address, bytes, layout and dtype of the result, the frame."""
follow_default_dtype(_short.clear)


def _form(value: Operand) -> Any:
    """What of an operand a choice depends on."""
    return (value.layout.form, value.dtype) if isinstance(value, Tensor) else value.__class__


def _run_short(short: _Short, operands: Sequence[Any]) -> Tensor | None:
    """The result of a choice made before; None for a number that does not fit."""
    direct, frame, nbytes, layout, dtype, _ = short
    given: list[Any] = []
    for value in operands:
        if isinstance(value, Tensor):
            given += (value.memory.address, value.layout.offset)
        else:
            given.append(value)
    storage = Storage.allocate(nbytes)
    return None if direct(frame, storage.address, *given) else Tensor(storage, layout, dtype)


def _choose(condition: Tensor, a: Any, b: Any, dtype: DType, key: tuple[Any, ...] = ()) -> Tensor:
    """`a` where the mask `condition` holds, else `b`, both converted to `dtype`, all broadcast.

    What is learnt of operands that need no conversion is kept for `_run_short` under `key`, if one is given.
    """
    given = condition, a, b
    operands = (condition, *(converted(value, dtype) if isinstance(value, Tensor) else value for value in (a, b)))
    forms = (dtype, *[value.layout.form if isinstance(value, Tensor) else None for value in operands])
    plan = _plans.get(forms)
    inputs = [(value.layout, value.dtype) if isinstance(value, Tensor) else (None, dtype) for value in operands]
    if plan is None:
        layouts = [value.layout for value in operands if isinstance(value, Tensor)]
        layout = dense_layout(broadcast_shapes([each.shape for each in layouts]), layouts)
        if not dtype.computes:
            return _choose_on_host(operands, new_like(layout, dtype))
        plan = _plans[forms] = prepare(chosen, dtype, inputs, layout, dtype), layout
    launch, layout = plan
    result = new_like(layout, dtype)
    launch.run(operands, result.memory.address)
    frame = launch.frame(inputs) if key and all(one is other for one, other in zip(operands, given)) else None
    if frame is not None:
        _short[key] = direct(), frame.address, layout.numel * dtype.itemsize, layout, dtype, frame
    return result


def _choose_on_host(operands: Sequence[Any], result: Tensor) -> Tensor:
    if result.dtype.numpy is None:
        raise NotImplementedError(f"where: not implemented for {result.dtype}; convert to float32 first")
    mask, a, b = (bits(value) if isinstance(value, Tensor) else value for value in operands)
    bits(result)[...] = np.where(mask, a, b)
    return result


@kernel(
    "where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
    "where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor",
    "where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor",
    "where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor",
)
def where(condition: Tensor, self: Any, other: Any) -> Tensor:
    """The items of `self` where the condition holds, those of `other` elsewhere."""
    key = condition.layout.form, condition.dtype, _form(self), _form(other)
    short = _short.get(key)
    found = None if short is None else _run_short(short, (condition, self, other))
    if found is not None:
        return found
    if condition.dtype not in MASKS:
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {type_name(condition.dtype)}")
    mask = converted(condition, dtypes.bool_)
    return _choose(mask, self, other, result_type(self, other), key if mask is condition else ())


def _check_mask(mask: Tensor) -> None:
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.name}")


@kernel("masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor")
def masked_fill(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """The tensor with `value` wherever the mask is true."""
    key = "masked_fill", mask.layout.form, mask.dtype, value.__class__, self.layout.form, self.dtype
    short = _short.get(key)
    # numbers too large for float32 are refused
    found = None if short is None or FLOAT_LIMIT < abs(value) < math.inf else _run_short(short, (mask, value, self))
    if found is not None:
        return found
    _check_mask(mask)
    result = _choose(mask, stored_number(value, self.dtype), self, self.dtype, key)
    if not result.layout.is_contiguous:
        _short.pop(key, None)
    return contiguous(result)


@composite("masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor")
def masked_fill_tensor(self: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    """The tensor with the only item of `value` wherever the mask is true."""
    return masked_fill(self, mask, _only_item(value))


def _only_item(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    if value.layout.shape:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.layout.shape)} dimension(s)."
        )
    return number_of(value)


@kernel("masked_fill_.Scalar(Tensor(a!) self, Tensor mask, Scalar value) -> Tensor(a!)",
        "masked_fill_.Tensor(Tensor(a!) self, Tensor mask, Tensor value) -> Tensor(a!)")
def masked_fill_in_place(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`value` written wherever the mask is true; of items that share memory one is enough."""
    number = _only_item(value)
    if not warn_if_expanded("masked_fill_", self):
        return copy_into(self, masked_fill(self, mask, number))
    _check_mask(mask)
    chosen = Tensor(mask.memory, expanded(mask.layout, self.layout.shape), mask.dtype)
    return put_anywhere(self, [chosen], new_empty((), self.dtype).fill_(number))


@functools.lru_cache(64)
def _triangle(rows: int, columns: int, diagonal: int) -> Tensor:
    """A matrix that is true up to a diagonal."""
    return wrapped(np.tri(rows, columns, diagonal, dtype=np.bool_))


_KEPT_TRIANGLE = 1 << 18
"""Items of the largest mask that is kept."""


def _masked_matrix(name: str, tensor: Tensor, diagonal: int, *, lower: bool) -> Tensor:
    if len(tensor.layout.shape) < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    rows, columns = tensor.layout.shape[-2:]
    # beyond the corners nothing changes, so that there are few different masks
    last = max(min(diagonal if lower else diagonal - 1, columns), -rows)
    make = _triangle if rows * columns <= _KEPT_TRIANGLE else _triangle.__wrapped__
    inside, dtype = make(rows, columns, last), tensor.dtype
    if not dtype.computes:
        result, items = new_empty(tensor.layout.shape, dtype), bits(tensor)
        none = items.dtype.type(0)
        np.copyto(bits(result), np.where(bits(inside), items, none) if lower else np.where(bits(inside), none, items))
        return result
    source, zero = contiguous(tensor), False if dtype is dtypes.bool_ else 0
    return where(inside, source, zero) if lower else where(inside, zero, source)


@kernel("tril(Tensor self, SymInt diagonal=0) -> Tensor")
def tril(self: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of each matrix, zeros above."""
    return _masked_matrix("tril", self, diagonal, lower=True)


@kernel("triu(Tensor self, SymInt diagonal=0) -> Tensor")
def triu(self: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of each matrix, zeros below."""
    return _masked_matrix("triu", self, diagonal, lower=False)
