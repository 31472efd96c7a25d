"""Arguments that may be one number or one per dimension, as layers take them."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...device import META, Device, on_default_device
from ...dtype import DType, as_dtype
from ...no_data import placed, without_data
from ...promotion import get_default_dtype
from ...tensor import Tensor, new_empty

IntOrSingle = int | tuple[int]
"""What layers over lines accept where they need a length."""
IntOrPair = int | tuple[int, int]
"""What layers over images accept where they need a height and a width."""
IntOrTriple = int | tuple[int, int, int]
"""What layers over volumes accept where they need a depth, a height and a width."""


def pair(value: Any) -> tuple[Any, Any]:
    """(height, width) from one number for both, or from two."""
    if isinstance(value, Iterable):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportReturnType, reportUnknownArgumentType]
    return (value, value)


def single(value: Any) -> tuple[Any]:
    """The one size, from a number or from a tuple of one."""
    if isinstance(value, Iterable):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportReturnType, reportUnknownArgumentType]
    return (value,)


def triple(value: Any) -> tuple[Any, Any, Any]:
    """(depth, height, width) from one number for all, or from three."""
    if isinstance(value, Iterable):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportReturnType, reportUnknownArgumentType]
    return (value, value, value)


def quadruple(value: Any) -> tuple[Any, Any, Any, Any]:
    """Four sizes, from a number for all or from four."""
    if isinstance(value, Iterable):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportReturnType, reportUnknownArgumentType]
    return (value, value, value, value)


def sextuple(value: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
    """Six sizes, from a number for all or from six."""
    if isinstance(value, Iterable):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportReturnType, reportUnknownArgumentType]
    return (value, value, value, value, value, value)


def reverse_repeat(values: tuple[int, ...], times: int) -> list[int]:
    """The values from the last to the first, each `times` times: `(1, 2)` twice is `[2, 2, 1, 1]`, the order that padding takes."""
    return [value for value in reversed(values) for _ in range(times)]


def _ntuple(count: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:  # pyright: ignore[reportUnusedFunction]
    """The function that spreads one value over `count`, and takes several as they are."""

    def parse(value: Any) -> tuple[Any, ...]:
        given: Any = value
        return tuple(given) if isinstance(value, Iterable) else (given,) * count

    parse.__name__ = name
    return parse


# under the names by which programs import them from PyTorch
_single = single
_pair = pair
_triple = triple
_quadruple = quadruple


def empty(shape: int | tuple[int, ...], device: Device | str | None, dtype: DType | None) -> Tensor:
    """Uninitialised memory for a parameter; in the default dtype unless said otherwise."""
    sizes = (shape,) if isinstance(shape, int) else shape
    place = on_default_device(device)
    if place is META:
        with without_data():
            return new_empty(sizes, as_dtype(dtype) or get_default_dtype())
    placed(place)
    return new_empty(sizes, as_dtype(dtype) or get_default_dtype())
