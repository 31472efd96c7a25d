"""Tensors as text, exactly as PyTorch prints them.

In: a tensor and the options of `set_printoptions`. Out: `tensor([...], dtype=...)`. All items share one format, chosen from
all of them: whole numbers print as `1.`, a wide range of sizes as `1.0000e+00`, everything else with four digits.
"""
from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from . import dtype as dtypes
from .promotion import get_default_dtype
from .tensor import Tensor

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class PrintOptions:
    """What `set_printoptions` sets."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_options = PrintOptions()
_PROFILES: dict[str, tuple[int, float, int, int]] = {
    "default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, math.inf, 3, 80),
}


def set_printoptions(
    precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None, linewidth: int | None = None,
    profile: str | None = None, sci_mode: bool | None = None,
) -> None:
    """Set how tensors print: digits, the number of items from which on the middle is left out, how many items then stay at
    each end, the width of a line; "default", "short" or "full" for all of them; and whether numbers are scientific
    (None: decided from the items).
    """
    if profile in _PROFILES:
        _options.precision, _options.threshold, _options.edgeitems, _options.linewidth = _PROFILES[profile]
    _options.precision = _options.precision if precision is None else precision
    _options.threshold = _options.threshold if threshold is None else threshold
    _options.edgeitems = _options.edgeitems if edgeitems is None else edgeitems
    _options.linewidth = _options.linewidth if linewidth is None else linewidth
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options, by the names of `set_printoptions`' arguments."""
    return asdict(_options)


@contextmanager
def printoptions(**kwargs: Any) -> Generator[None]:
    """`with printoptions(precision=2):` sets options and puts the former ones back."""
    former = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**former)


class _Format:
    """The common format of items: their width, and whether they are whole or scientific."""

    def __init__(self, items: Array) -> None:
        self.floating = items.dtype.kind == "f"
        self.whole = True
        self.scientific = False
        self.width = 1
        values = items.reshape(-1)
        if not self.floating:
            self.width = max([1, *map(len, map(str, values.tolist()))])
            return
        values = values[np.isfinite(values) & (values != 0)]
        if not values.size:
            return
        sizes = np.abs(values).astype(np.float64)
        largest, smallest = float(sizes.max()), float(sizes.min())
        self.whole = bool((values == np.ceil(values)).all())
        if _options.sci_mode is not None:
            self.scientific = _options.sci_mode
        else:
            # the quotient may overflow to infinity, which is larger than 1000 too
            self.scientific = largest > 1000.0 * smallest or largest > 1e8 or smallest < 1e-4
        pattern = self.pattern()
        self.width = max(len(format(value, pattern)) for value in values.tolist())
        if self.whole and not self.scientific:
            self.width += 1

    def pattern(self) -> str:
        """The format specification of one item."""
        if self.scientific:
            return f".{_options.precision}e"
        return ".0f" if self.whole else f".{_options.precision}f"

    def text(self, value: Any) -> str:
        """One item, filled to the common width."""
        if not self.floating:
            return str(value).rjust(self.width)
        text = format(value, self.pattern())
        if self.whole and not self.scientific and math.isfinite(value):
            text += "."
        return text.rjust(self.width)


class _ComplexFormat:
    """Real and imaginary parts, each with a common format."""

    def __init__(self, items: Array) -> None:
        self.real = _Format(items.real)
        self.imaginary = _Format(items.imag)
        self.width = self.real.width + self.imaginary.width + 1

    def text(self, value: complex) -> str:
        """One item: `1.+2.j`."""
        imaginary = (self.imaginary.text(value.imag) + "j").lstrip()
        sign = "" if imaginary[0] in "+-" else "+"
        return self.real.text(value.real) + sign + imaginary


def _edges(array: Array) -> Array:
    """The items that stay when the middle of every dimension is left out."""
    count = _options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * count:
            kept = [*range(count), *range(size - count, size)]
            array = array.take(kept, axis)
    return array


def _vector_text(array: Array, indent: int, shorten: bool, style: _Format | _ComplexFormat) -> str:
    per_line = max(1, (_options.linewidth - indent) // (style.width + 2))
    count = _options.edgeitems
    if shorten and not count:
        items = ["..."]
    elif shorten and len(array) > 2 * count:
        items = [*map(style.text, array[:count].tolist()), " ...", *map(style.text, array[-count:].tolist())]
    else:
        items = [*map(style.text, array.tolist())]
    lines = [", ".join(items[at : at + per_line]) for at in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _nested_text(array: Array, indent: int, shorten: bool, style: _Format | _ComplexFormat) -> str:
    if array.ndim == 0:
        return style.text(array.item())
    if array.ndim == 1:
        return _vector_text(array, indent, shorten, style)
    count, size = _options.edgeitems, len(array)
    middle_left_out = shorten and size > 2 * count
    rows = [*range(count), *range(size - count, size)] if middle_left_out else range(size)
    parts = [_nested_text(array[row], indent + 1, shorten, style) for row in rows]
    if middle_left_out:
        parts.insert(count, "...")
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def _items_text(array: Array, indent: int) -> str:
    if not array.size:
        return "[]"
    shorten = array.size > _options.threshold
    sample = _edges(array) if shorten else array
    style = _ComplexFormat(sample) if array.dtype.kind == "c" else _Format(sample)
    return _nested_text(array, indent, shorten, style)


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """The suffixes behind the items, on a line of their own where they do not fit."""
    parts = [text]
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > _options.linewidth:
            parts.append(",\n" + " " * indent + suffix)
            column = indent + len(suffix)
        else:
            parts.append(", " + suffix)
            column += len(suffix) + 2
    return "".join(parts) + ")"


def _quantized_text(tensor: Tensor, prefix: str) -> str:
    """The numbers of a quantized tensor, and how its integers stand for them."""
    from .ops.quantized.quantizing import dequantized
    from .quantization import quantizer_of

    quantizer = quantizer_of(tensor)
    suffixes = [f"size={tuple(tensor.layout.shape)}", f"dtype={tensor.dtype}", f"quantization_scheme=torch.{quantizer.scheme}"]
    if quantizer.scales is None or quantizer.zero_points is None:
        suffixes += [f"scale={quantizer.scale}", f"zero_point={quantizer.zero_point}"]
    else:
        scales, zero_points = tensor_text(quantizer.scales), tensor_text(quantizer.zero_points)
        suffixes += [f"scale={scales}", f"zero_point={zero_points}", f"axis={quantizer.axis}"]
    return _with_suffixes(prefix + _items_text(dequantized(tensor).numpy(), len(prefix)), suffixes, len(prefix))


def tensor_text(tensor: Tensor) -> str:
    """The text of a tensor; classes that others derive from `Tensor` print under their own name."""
    from .ops.host import decoded

    name = type(tensor).__name__
    prefix = "tensor(" if name in ("Tensor", "Parameter", "Buffer") else f"{name}("
    default = get_default_dtype()
    suffixes: list[str] = []
    if tensor.is_meta:
        suffixes += ["device='meta'", f"size={tuple(tensor.layout.shape)}"]
        if tensor.dtype is not default:
            suffixes.append(f"dtype={tensor.dtype}")
        if tensor.requires_grad:
            suffixes.append("requires_grad=True")
        return _with_suffixes(f"{prefix}...", suffixes, len(prefix))
    if tensor.is_quantized:
        return _quantized_text(tensor, prefix)
    empty = not tensor.layout.numel
    if (empty and len(tensor.layout.shape) != 1) or (not empty and not _options.edgeitems):
        suffixes.append(f"size={tuple(tensor.layout.shape)}")
    # an empty tensor has no items to tell its dtype by
    complex_default = dtypes.complex128 if default is dtypes.float64 else dtypes.complex64
    obvious = (default,) if empty else (default, complex_default, dtypes.int64, dtypes.bool_)
    if tensor.dtype not in obvious:
        suffixes.append(f"dtype={tensor.dtype}")
    if tensor.requires_grad:
        suffixes.append("requires_grad=True")
    return _with_suffixes(prefix + _items_text(decoded(tensor), len(prefix)), suffixes, len(prefix))
