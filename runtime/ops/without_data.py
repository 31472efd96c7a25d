"""An operator called on tensors of which one has no data: what PyTorch refuses then, and what the results are."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..meta_storage import emptied, tensors_among
from ..no_data import NoData, without_data
from ..tensor import Tensor
from .table import Kind, Op

_ONE_DEVICE = ("aten::cat", "aten::stack", "aten::where")


def run_without_data(op: Op, call: Callable[..., Any], values: Sequence[Any]) -> Any:
    """What `call`, the function behind `op`, answers on tensors without data: tensors without data, and views as they are.

    NoData where items would go to a tensor that has data, and where tensors on two devices meet item by item: if a row called
    this operator, its own packet catches that and calls the row here.
    """
    given = [*tensors_among(values)]
    for argument, value in zip(op.schema.args, values):
        if argument.alias is not None and argument.alias.writes and isinstance(value, Tensor) and not value.is_meta:
            raise NoData
    meets = op.kind is Kind.POINTWISE or op.name in _ONE_DEVICE
    if meets and any(not tensor.is_meta and tensor.layout.shape for tensor in given):
        raise NoData("Tensor on device cpu is not on the expected device meta!")
    with without_data():
        return emptied(call(*values), given)
