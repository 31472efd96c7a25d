"""What may be written: read-only memory, several items in one place, inputs that a write would change under way."""
from __future__ import annotations

from ..tensor import Tensor


def check_not_read_only(target: Tensor) -> None:
    """RuntimeError if the memory is read-only."""
    if not target.storage.writable:
        raise RuntimeError("the tensor's memory is read-only; write to a copy made with clone()")


def check_writable(target: Tensor) -> None:
    """RuntimeError if the memory is read-only or several items of `target` share one place."""
    check_not_read_only(target)
    layout = target.layout
    if layout.numel > 1 and any(stride == 0 and size > 1 for size, stride in zip(layout.shape, layout.strides)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


def input_for_write(source: Tensor, target: Tensor) -> Tensor:
    """`source`, or a copy of it if writing `target` item by item would change items of it not yet read."""
    if source.storage is target.storage and source.layout is target.layout and source.dtype is target.dtype:
        return source
    first, last = _bytes(source)
    begin, end = _bytes(target)
    if last <= begin or end <= first:
        return source
    same_places = source.layout.shape == target.layout.shape and source.layout.strides == target.layout.strides and first == begin
    if same_places and source.dtype.itemsize == target.dtype.itemsize:
        return source
    from .copying import clone

    return clone(source)


def _bytes(tensor: Tensor) -> tuple[int, int]:
    """The address of the first byte that a tensor reaches and that behind its last; storages made by users may share memory."""
    layout = tensor.layout
    first = tensor.address
    return first, first + (layout.extent - layout.offset) * tensor.dtype.itemsize if layout.numel else first
