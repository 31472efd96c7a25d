"""Choosing items by a mask: where, masked_fill."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType
from ...layout import Layout, broadcast_shapes
from ...tensor import Tensor, new_like, number_of
from ...type_info import result_type
from ..creation.factories import stored_number
from ..dtype_rules import type_name
from ..elementwise import Launch, dense_layout, prepare
from ..host import bits
from ..indexing.indexing import MASKS
from ..plans import Plans
from ..shape.copying import contiguous, converted
from ..table import composite, kernel

Operand = Tensor | int | float | bool | complex


def chosen(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`: the scalar function of a choice."""
    return a if condition else b


_plans = Plans[tuple[Any, ...], tuple[Launch, Layout]]()


def _choose(condition: Tensor, a: Any, b: Any, dtype: DType) -> Tensor:
    """`a` where the mask `condition` holds, else `b`, both converted to `dtype`, all broadcast."""
    operands = (condition, *(converted(value, dtype) if isinstance(value, Tensor) else value for value in (a, b)))
    key = (dtype, *[value.layout.form if isinstance(value, Tensor) else None for value in operands])
    plan = _plans.get(key)
    if plan is None:
        layouts = [value.layout for value in operands if isinstance(value, Tensor)]
        layout = dense_layout(broadcast_shapes([each.shape for each in layouts]), layouts)
        if not dtype.computes:
            return _choose_on_host(operands, new_like(layout, dtype))
        inputs = [(value.layout, value.dtype) if isinstance(value, Tensor) else (None, dtype) for value in operands]
        plan = _plans[key] = prepare(chosen, dtype, inputs, layout, dtype), layout
    launch, layout = plan
    result = new_like(layout, dtype)
    launch.run(operands, result.memory.address)
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
    if condition.dtype not in MASKS:
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {type_name(condition.dtype)}")
    return _choose(converted(condition, dtypes.bool_), self, other, result_type(self, other))


def _check_mask(mask: Tensor) -> None:
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.name}")


@kernel("masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor")
def masked_fill(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """The tensor with `value` wherever the mask is true."""
    _check_mask(mask)
    return contiguous(_choose(mask, stored_number(value, self.dtype), self, self.dtype))


@composite("masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor")
def masked_fill_tensor(self: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    """The tensor with the only item of `value` wherever the mask is true."""
    if value.layout.shape:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.layout.shape)} dimension(s)."
        )
    return masked_fill(self, mask, number_of(value))
