"""Memory formats: the words PyTorch has for the order of a tensor's items in memory.

They are a small closed set of named values that TorchScript writes as integers. What each means for strides is
said here; `ops/shape/conversion.py` makes tensors in it.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .layout import Layout, contiguous_strides


class MemoryFormat:
    """An order of the items in memory; `repr` is PyTorch's spelling."""

    __slots__ = ("code", "name")

    def __init__(self, name: str, code: int) -> None:
        self.name = name
        self.code = code
        """The integer that stands for the format in TorchScript programs."""

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_memory_format, (self.code,)


contiguous_format = MemoryFormat("contiguous_format", 0)
preserve_format = MemoryFormat("preserve_format", 1)
channels_last = MemoryFormat("channels_last", 2)
channels_last_3d = MemoryFormat("channels_last_3d", 3)
_FORMATS = (contiguous_format, preserve_format, channels_last, channels_last_3d)


def as_memory_format(value: object) -> MemoryFormat | None:
    """The format that a `memory_format` argument stands for: a `MemoryFormat`, its code, or None; TypeError otherwise."""
    if value is None or isinstance(value, MemoryFormat):
        return value
    if isinstance(value, int) and 0 <= value < len(_FORMATS):
        return _FORMATS[value]
    raise TypeError(f"memory_format must be a torch.memory_format, but got {type(value).__name__} ({value})")


_ORDERS = {2: (0, 2, 3, 1), 3: (0, 2, 3, 4, 1)}
"""Code of a channels-last format -> its dimensions from the outermost to the innermost in memory."""


def format_strides(shape: Sequence[int], memory_format: MemoryFormat) -> tuple[int, ...]:
    """The strides of a tensor without gaps in this format; RuntimeError if the format needs another number of dimensions."""
    order = _ORDERS.get(memory_format.code)
    if order is None:
        return contiguous_strides(shape)
    if len(shape) != len(order):
        raise RuntimeError(f"required rank {len(order)} tensor to use {memory_format.name} format")
    strides = [0] * len(shape)
    step = 1
    # unlike in row-major order, a size of 0 makes the strides outside it 0: PyTorch's strides
    for dim in reversed(order):
        strides[dim] = step
        step *= shape[dim]
    return tuple(strides)


def is_in_format(layout: Layout, memory_format: MemoryFormat) -> bool:
    """Whether the items lie without gaps in this format; dimensions of one item do not count."""
    order = _ORDERS.get(memory_format.code)
    if order is None:
        return layout.is_contiguous
    if len(layout.shape) != len(order):
        return False
    wanted = 1
    for dim in reversed(order):
        if layout.shape[dim] == 1:
            continue
        if layout.strides[dim] != wanted:
            return False
        wanted *= layout.shape[dim]
    return True


def suggested_format(layout: Layout) -> MemoryFormat:
    """The format that results take over from an operand: channels-last if its strides say so, else contiguous."""
    for memory_format in (channels_last, channels_last_3d):
        order = _ORDERS[memory_format.code]
        if len(layout.shape) == len(order) and _strides_follow(layout, order):
            return memory_format
    return contiguous_format


def _strides_follow(layout: Layout, order: Sequence[int]) -> bool:
    """Whether the strides grow in this order; unlike `is_in_format` gaps are allowed and (n, 1, 1, 1) is ambiguous, so no."""
    if layout.strides[1] == 0 or 0 in layout.shape:
        return False
    least = 0
    for dim in reversed(order):
        stride = layout.strides[dim]
        if stride < least or (dim == 0 and least == layout.strides[1]):
            return False
        least = stride * layout.shape[dim]
    return True
