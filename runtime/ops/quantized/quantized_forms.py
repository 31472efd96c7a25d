"""What rows of the table do with quantized tensors, where that is not what they do with numbers: on the integers, or by way of float32.

In: the key of a row. Out: `FORMS`, from keys to functions with the row's arguments. `calling.py` and `pointwise_call.py` ask it when an
operand is quantized. Rows that only look at shapes need nothing: views share the storage, and the storage knows its quantizer.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ... import dtype as dtypes
from ...quantization import INTEGERS, LIMITS, integers_of, per_tensor, quantized, quantizer_of, scale_of
from ...tensor import Tensor
from ..table import required

Form = Callable[..., Any]


def _run(key: str) -> Form:
    return required(key).callable()


def _on_integers(key: str) -> Form:
    """Rows that choose or move items: they do so with the integers."""

    def form(self: Tensor, *rest: Any) -> Tensor:
        return quantized(_run(key)(integers_of(self), *rest), self.dtype, quantizer_of(self))

    return form


def _by_numbers(key: str) -> Form:
    """Rows that compute: with the numbers, rounded to the integers of the same scale."""

    def form(self: Tensor, *rest: Any) -> Tensor:
        from .quantizing import dequantized, quantize_with

        return quantize_with(_run(key)(dequantized(self), *rest), *scale_of(self), self.dtype)

    return form


def _into_range(key: str, low: float, high: float) -> Form:
    """Rows whose results lie between two bounds: the scale is what 256 integers need for them."""

    def form(self: Tensor, *rest: Any) -> Tensor:
        from .quantizing import dequantized, quantize_with

        span = high - low
        if self.dtype is dtypes.qint32:
            scale, point = span / (1 << 32), 0
        else:
            scale = span / 256
            point = LIMITS[self.dtype][0] - round(low / scale)
        return quantize_with(_run(key)(dequantized(self), *rest), scale, point, self.dtype)

    return form


def _bounded(self: Tensor, low: float | None = None, high: float | None = None) -> Tensor:
    """The integers between those of two numbers."""
    bounds = (None if low is None else _integer(self, low), None if high is None else _integer(self, high))
    return quantized(_run("aten::clamp")(integers_of(self), *bounds), self.dtype, quantizer_of(self))


def _in_place(form: Form) -> Form:
    """The form that writes its result into its first argument."""

    def run(self: Tensor, *rest: Any) -> Tensor:
        result = form(self, *rest)
        _run("aten::copy_")(integers_of(self), integers_of(result), False)
        return self

    return run


def _joined(key: str) -> Form:
    """Rows that put several tensors together: those of other scales are quantized anew by the first one's."""

    def form(tensors: Sequence[Tensor], *rest: Any) -> Tensor:
        from .quantizing import dequantized, quantize_with

        first = tensors[0]
        scale, point = scale_of(first)
        same = [one if scale_of(one) == (scale, point) else quantize_with(dequantized(one), scale, point, first.dtype) for one in tensors]
        return quantized(_run(key)([integers_of(one) for one in same], *rest), first.dtype, quantizer_of(first))

    return form


def _integer(self: Tensor, number: float) -> int:
    """The integer that stands for a number in a tensor."""
    scale, point = scale_of(self)
    low, high = LIMITS[self.dtype]
    return max(low, min(high, round(number / scale) + point))


def _padded(self: Tensor, pad: Sequence[int], value: float = 0) -> Tensor:
    integers = _run("aten::constant_pad_nd")(integers_of(self), pad, _integer(self, value))
    return quantized(integers, self.dtype, quantizer_of(self))


def _masked(self: Tensor, mask: Tensor, value: float) -> Tensor:
    integers = _run("aten::masked_fill.Scalar")(integers_of(self), mask, _integer(self, value))
    return quantized(integers, self.dtype, quantizer_of(self))


def _filled(self: Tensor, value: float) -> Tensor:
    _run("aten::fill_.Scalar")(integers_of(self), _integer(self, value))
    return self


def _with_positions(key: str) -> Form:
    """Rows that choose items and say where they were."""

    def form(self: Tensor, *rest: Any) -> Any:
        values, positions = found = _run(key)(integers_of(self), *rest)
        return type(found)(quantized(values, self.dtype, quantizer_of(self)), positions)

    return form


def _compared(key: str) -> Form:
    """Comparisons: those of the numbers."""

    def form(self: Tensor, other: Any) -> Tensor:
        from .quantizing import dequantized

        return _run(key)(dequantized(self), dequantized(other) if isinstance(other, Tensor) else other)

    return form


def _copied(self: Tensor, source: Tensor, non_blocking: bool = False) -> Tensor:
    from .quantizing import quantize_with

    if source.dtype.is_quantized:
        if source.dtype is not self.dtype:
            raise RuntimeError(f"copy_: a tensor of {source.dtype} cannot be copied into one of {self.dtype}")
        self.memory.quantizer = quantizer_of(source)
        made = source
    else:
        made = quantize_with(source.to(dtypes.float32), *scale_of(self), self.dtype)
    _run("aten::copy_")(integers_of(self), integers_of(made), non_blocking)
    return self


def _equal(self: Tensor, other: Tensor) -> bool:
    if self.dtype is not other.dtype or scale_of(self) != scale_of(other):
        return False
    return bool(_run("aten::equal")(integers_of(self), integers_of(other)))


def _average(key: str) -> Form:
    """Averages of windows: those of the integers, rounded as they are with their zero point."""

    def form(self: Tensor, *rest: Any) -> Tensor:
        scale, point = scale_of(self)
        numbers = integers_of(self).to(dtypes.float32).sub_(float(point))
        low, high = LIMITS[self.dtype]
        means = _run(key)(numbers, *rest).add_(float(point)).round_().clamp_(low, high)
        return quantized(means.to(INTEGERS[self.dtype]), self.dtype, per_tensor(scale, point, self.dtype))

    return form


def _forms() -> dict[str, Form]:
    found: dict[str, Form] = {
        "aten::relu": partial(_bounded, low=0.0),
        "aten::relu6": partial(_bounded, low=0.0, high=6.0),
        "aten::hardtanh": _bounded,
        "aten::clamp": _bounded,
        "aten::clamp_min": _bounded,
        "aten::constant_pad_nd": _padded,
        "aten::equal": _equal,
        "aten::masked_fill.Scalar": _masked,
        "aten::masked_fill_.Scalar": _in_place(_masked),
        "aten::fill_.Scalar": _filled,
        "aten::sigmoid": _into_range("aten::sigmoid", 0.0, 1.0),
        "aten::hardsigmoid": _into_range("aten::hardsigmoid", 0.0, 1.0),
        "aten::tanh": _into_range("aten::tanh", -1.0, 1.0),
    }
    for name in ("leaky_relu", "elu", "threshold", "std", "std.dim", "std.correction"):
        found[f"aten::{name}"] = _by_numbers(f"aten::{name}")
    for name in ("sort", "sort.stable", "topk", "max.dim", "min.dim"):
        found[f"aten::{name}"] = _with_positions(f"aten::{name}")
    for name in (
        "avg_pool2d", "avg_pool1d", "avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "mean.dim", "mean",
        "upsample_bilinear2d", "upsample_bilinear2d.vec",
    ):  # fmt: skip
        found[f"aten::{name}"] = _average(f"aten::{name}")
    for name in (
        "max_pool1d", "max_pool2d", "max_pool3d", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d",
        "upsample_nearest1d.vec", "upsample_nearest2d.vec", "upsample_nearest3d.vec", "index_select", "flip", "pixel_shuffle",
        "pixel_unshuffle", "channel_shuffle", "reflection_pad1d", "reflection_pad2d", "replication_pad2d", "index.Tensor", "max", "min",
        "amax", "amin",
    ):  # fmt: skip
        found[f"aten::{name}"] = _on_integers(f"aten::{name}")
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        for kind in ("Tensor", "Scalar"):
            found[f"aten::{name}.{kind}"] = _compared(f"aten::{name}.{kind}")
    for name in ("cat", "stack"):
        found[f"aten::{name}"] = _joined(f"aten::{name}")
    for name in ("relu", "relu6", "hardtanh", "clamp", "leaky_relu", "sigmoid", "tanh"):
        found[f"aten::{name}_"] = _in_place(found[f"aten::{name}"])
    found["aten::copy_"] = _copied
    return found


FORMS = _forms()


def with_form(key: str, run: Form) -> Form:
    """`run`, or, for rows with a form of their own for quantized tensors, what asks first whether there are any."""
    form = FORMS.get(key)
    if form is None:
        return run

    def choose(first: Any, *rest: Any) -> Any:
        if first.__class__ is Tensor:
            return form(first, *rest) if first.dtype.is_quantized else run(first, *rest)
        operand = first if isinstance(first, Tensor) else first[0] if first else None
        return form(first, *rest) if operand is not None and operand.dtype.is_quantized else run(first, *rest)

    return choose
