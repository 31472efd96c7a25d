"""What may be written: read-only memory, several items in one place, inputs that a write would change under way."""
from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, cast

from ..tensor import Tensor
from .table import Sharing


def check_not_read_only(target: Tensor) -> None:
    """RuntimeError if the memory is read-only."""
    if not target.memory.writable:
        raise RuntimeError("the tensor's memory is read-only; write to a copy made with clone()")


def check_writable(target: Tensor) -> None:
    """RuntimeError if the memory is read-only or several items of `target` share one place."""
    check_not_read_only(target)
    if _is_expanded(target):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


def warn_if_expanded(name: str, target: Tensor) -> bool:
    """RuntimeError if the memory is read-only; whether several items share one place, about which the row `name` only warns."""
    check_not_read_only(target)
    if not _is_expanded(target):
        return False
    written = "tensor[indices] = tensor" if name == "index_put_" else "tensor[mask] = scalar"
    warnings.warn(
        f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before performing this operation. "
        f"This also applies to advanced indexing e.g. {written}", stacklevel=3,
    )
    return True


def _is_expanded(target: Tensor) -> bool:
    layout = target.layout
    return layout.numel > 1 and any(stride == 0 and size > 1 for size, stride in zip(layout.shape, layout.strides))


def input_for_write(source: Tensor, target: Tensor) -> Tensor:
    """`source`, or a copy of it if writing `target` item by item would change items of it not yet read.

    RuntimeError for two runs of one storage's memory without gaps that meet other than item by item, which PyTorch refuses.
    """
    if _same_places(source, target):
        return source
    return distinct_input(source, target)


def input_apart(source: Tensor, target: Tensor) -> Tensor:
    """`source`, or a copy of it if the two reach into each other's memory: for writes in an order of their own."""
    if not _meet(source, target):
        return source
    from .shape.copying import clone

    return clone(source)


def distinct_input(source: Tensor, target: Tensor) -> Tensor:
    """As `input_apart`, but RuntimeError for two runs of one storage's memory without gaps that meet, which PyTorch refuses.

    A tensor of positions that a write changed under way would lead it anywhere.
    """
    check_distinct(source, target)
    return input_apart(source, target)


def check_distinct(source: Tensor, target: Tensor) -> None:
    """RuntimeError for two runs of one storage's memory without gaps that meet."""
    if source.memory is not target.memory or not _meet(source, target):
        return
    if all(x.layout.extent - x.layout.offset == x.layout.numel for x in (source, target)):
        raise RuntimeError(
            "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


def check_out(sharing: Sharing, inputs: Sequence[Any], out: Tensor) -> None:
    """RuntimeError where PyTorch refuses an `out` that shares memory with an input; `inputs` are all arguments of the call."""
    if sharing is Sharing.ANY:
        return
    for each in inputs:
        if isinstance(each, list | tuple):
            check_out(sharing, cast("Sequence[Any]", each), out)
        elif isinstance(each, Tensor) and not (sharing is Sharing.SAME and _same_places(each, out)):
            check_distinct(each, out)


def _same_places(source: Tensor, target: Tensor) -> bool:
    """Whether each item lies where the same one of the other lies."""
    if source.memory is target.memory and source.layout is target.layout and source.dtype is target.dtype:
        return True
    if source.layout.shape != target.layout.shape or source.layout.strides != target.layout.strides:
        return False
    return source.device is target.device and source.dtype.itemsize == target.dtype.itemsize and _first(source) == _first(target)


def _meet(a: Tensor, b: Tensor) -> bool:
    """Whether a byte of one lies between the first and the last of the other."""
    one, other = a.memory, b.memory
    if one is not other:
        if a.is_meta or b.is_meta:
            return False
        # tensors lie inside their storages, and those of two tensors seldom touch
        if one.address + one.nbytes <= other.address or other.address + other.nbytes <= one.address:
            return False
    first, last = _bytes(a)
    begin, end = _bytes(b)
    return first < end and begin < last


def _bytes(tensor: Tensor) -> tuple[int, int]:
    """The address of the first byte that a tensor reaches and that behind its last; storages made by users may share memory."""
    layout = tensor.layout
    first = _first(tensor)
    return first, first + (layout.extent - layout.offset) * tensor.dtype.itemsize if layout.numel else first


def _first(tensor: Tensor) -> int:
    """The address of the first item; its place in the storage, for one without memory."""
    return tensor.layout.offset * tensor.dtype.itemsize if tensor.is_meta else tensor.address
