"""Choosing items by a mask or along one dimension: where, masked_fill, index_select, gather, scatter, embedding."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtype as dtypes
from ..dtype import DType
from ..layout import Layout, broadcast_shapes
from ..tensor import Tensor, new_like
from ..type_info import result_type
from .copying import converted
from .dtype_rules import type_name
from .elementwise import Launch, dense_layout, prepare
from .factories import stored_number
from .host import bits, wrapped
from .indexing import MASKS
from .plans import Plans
from .table import composite, host, kernel

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
    launch.run(operands, result.storage.address)
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
    return _choose(mask, stored_number(value, self.dtype), self, self.dtype)


@composite("masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor")
def masked_fill_tensor(self: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    """The tensor with the only item of `value` wherever the mask is true."""
    if value.layout.shape:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.layout.shape)} dimension(s)."
        )
    return masked_fill(self, mask, value.item())


@host("one_hot(Tensor self, int num_classes=-1) -> Tensor")
def one_hot(self: Tensor, num_classes: int = -1) -> Tensor:
    """A 1 at each class number along a new last dimension; as many classes as the largest number needs if -1."""
    if self.dtype is not dtypes.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    classes = bits(self)
    if not classes.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if classes.size and classes.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    count = int(classes.max()) + 1 if num_classes == -1 else num_classes
    if num_classes != -1 and num_classes < 1:
        raise RuntimeError("num_classes should be positive")
    if classes.size and classes.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrapped((classes[..., None] == np.arange(count)).astype(np.int64))


@host("isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin(elements: Tensor, test_elements: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each item is among the test elements."""
    del assume_unique
    return wrapped(np.asarray(np.isin(bits(elements), bits(test_elements), invert=invert)))


@host("isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor")
def isin_number(elements: Tensor, test_element: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each item is the number."""
    del assume_unique
    return wrapped(np.asarray((bits(elements) == test_element) ^ invert))


@host(
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, "
    "Tensor? sorter=None) -> Tensor"
)
def searchsorted(sorted_sequence: Tensor, self: Tensor, out_int32: bool = False, right: bool = False, side: str | None = None,
                 sorter: Tensor | None = None) -> Tensor:
    """Where each item has to go into a sorted sequence (the last dimension) to keep it sorted."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    to_right = right or side == "right"
    sequence, values = bits(sorted_sequence), bits(self)
    if sorter is not None:
        sequence = np.take_along_axis(sequence, bits(sorter), -1)
    rank = "right" if to_right else "left"
    wanted = np.int32 if out_int32 else np.int64
    if sequence.ndim == 1:
        return wrapped(np.asarray(np.searchsorted(sequence, values, rank)).astype(wanted))
    if sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input "
            f"value tensor must match, but we got boundaries tensor {list(sequence.shape)} and input value tensor {list(values.shape)}"
        )
    result = np.empty(values.shape, wanted)
    for row in np.ndindex(*sequence.shape[:-1]):
        result[row] = np.searchsorted(sequence[row], values[row], rank)
    return wrapped(result)


@host("bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor")
def bucketize(self: Tensor, boundaries: Tensor, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket between sorted boundaries that each item falls into."""
    if len(boundaries.layout.shape) != 1:
        raise RuntimeError(f"bucketize: boundaries tensor must be 1 dimension, but got dim({len(boundaries.layout.shape)})")
    return searchsorted(boundaries, self, out_int32, right)
