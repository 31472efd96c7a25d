"""Tensors as compiled programs print them: `"{}".format(x)` in a script shows other text than `print(x)` in Python.

In: a tensor. Out: the text of libtorch's stream operator: every item, no commas, the type and the sizes at the end. The odd places of
line breaks and indents are PyTorch's. Python's form of tensors is in ../printing.py.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...dtype import float64
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..shape.conversion import converted_to

LINE = 80


@dataclass(frozen=True, slots=True)
class _Format:
    """How the items of one matrix or vector are written: divided by `scale`, `width` wide."""

    scale: float
    width: int
    number: Callable[[float], str]

    def item(self, value: float) -> str:
        """One item, right-aligned."""
        return self.number(value / self.scale).rjust(self.width)


def script_text(tensor: Tensor) -> str:
    """The text; the items of complex tensors are shown without their imaginary parts, as PyTorch shows them."""
    numbers = converted_to(tensor.detach(), float64).numpy() if not tensor.is_complex() else tensor.real.to(float64).numpy()
    shape = tensor.layout.shape
    sizes = f"[ CPU{type_name(tensor.dtype)}Type{{{','.join(map(str, shape))}}} ]"
    if not shape:
        return f"{_plain(float(numbers))}\n{sizes}"
    if not tensor.layout.numel:
        return sizes
    if len(shape) == 1:
        form = _format(numbers)
        return "".join([_scale_line(form.scale), *(f"{form.item(value)}\n" for value in numbers.tolist()), sizes])
    if len(shape) == 2:
        return _matrix(numbers, 0) + sizes
    parts: list[str] = []
    # the first dimension turns fastest
    for index in itertools.product(*(range(size) for size in reversed(shape[:-2]))):
        place = index[::-1]
        parts.append(f"({','.join(str(at + 1) for at in place)},.,.) = \n{_matrix(numbers[place], 1)}")
    return "\n".join(parts) + sizes


def _plain(value: float) -> str:
    """A number with as many digits as tell it from others."""
    return repr(value).removesuffix(".0")


def _fixed(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else str(value)


def _scientific(value: float) -> str:
    return f"{value:.4e}" if math.isfinite(value) else str(value)


def _format(numbers: np.ndarray[Any, Any]) -> _Format:
    """The form for all items: whole numbers as they are, a wide range of sizes with exponents, others with four digits."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    low, high = (_digits(float(finite.min())), _digits(float(finite.max()))) if finite.size else (1, 1)
    if bool((finite == np.ceil(finite)).all()):
        return _Format(1.0, 11, _scientific) if high > 9 else _Format(1.0, high + 1, _plain)
    if high - low > 4:
        return _Format(1.0, 12 if abs(high) > 99 or abs(low) > 99 else 11, _scientific)
    if high > 5 or high < 0:
        return _Format(math.pow(10, high - 1), 7, _fixed)
    return _Format(1.0, high + 6 if high else 7, _fixed)


def _digits(value: float) -> int:
    """Digits before the point."""
    return math.floor(math.log10(value)) + 1 if value else 1


def _scale_line(scale: float) -> str:
    return "" if scale == 1 else f"{_plain(scale)} *\n"


def _matrix(numbers: np.ndarray[Any, Any], indent: int) -> str:
    """The rows of a matrix, in groups of as many columns as fit into a line."""
    form = _format(numbers)
    columns = numbers.shape[1]
    fitting = (LINE - indent) // (form.width + 1)
    margin = " " * indent
    following = margin if form.scale == 1 else f"{margin} "
    parts: list[str] = []
    for first in range(0, columns, fitting):
        last = min(first + fitting, columns)
        if fitting < columns:
            parts += ["\n" if first else "", f"Columns {first + 1} to {last}{margin}"]
        if form.scale != 1:
            parts.append(_scale_line(form.scale) + margin)
        lines = [" ".join(map(form.item, row)) for row in numbers[:, first:last].tolist()]
        parts.append(f"\n{following}".join(lines) + "\n")
    return "".join(parts)
