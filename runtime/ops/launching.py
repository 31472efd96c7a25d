"""What rows that call kernels check and prepare: dtypes, optional operands, pairs of sizes."""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..dtype import DType, float32
from ..tensor import Tensor


def require_floating(name: str, dtype: DType, *, halves: bool = False) -> None:
    """NotImplementedError for dtypes that a kernel of floating-point arithmetic does not take: all but float32 and float64.

    With `halves` the kernel reads and rounds float16 and bfloat16 too.
    """
    if not (dtype.is_floating_point and dtype.computes and (halves or dtype.opmath is dtype)):
        from .dtype_rules import type_name

        raise NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')


def widened(body: Callable[..., Any]) -> Callable[..., Any]:
    """A row's body that takes float16 and bfloat16 too: it computes on float32 copies, and its float32 results are rounded back."""

    @functools.wraps(body)
    def run(self: Tensor, *args: Any) -> Any:
        dtype = self.dtype
        if not (dtype.is_floating_point and dtype.itemsize == 2):
            return body(self, *args)
        from .shape.copying import converted

        wide = [converted(one, float32) if isinstance(one, Tensor) and one.dtype is dtype else one for one in args]
        found = body(converted(self, float32), *wide)
        if isinstance(found, Tensor):
            return converted(found, dtype)
        return tuple(converted(one, dtype) if one.dtype is float32 else one for one in found)

    return run


def address_or_zero(tensor: Tensor | None) -> int:
    """The address of an optional tensor's items, 0 where there is none."""
    return 0 if tensor is None else tensor.address


def pair(values: Sequence[int] | int, name: str) -> tuple[int, int]:
    """The two sizes that one or two ints stand for; RuntimeError for any other number of them."""
    if isinstance(values, int):
        return values, values
    if len(values) == 1:
        return values[0], values[0]
    if len(values) != 2:
        raise RuntimeError(f"{name} must either be a single int, or a tuple of two ints; got {list(values)}")
    return values[0], values[1]
