"""Normalization of contiguous rows by their own statistics: layer norm, RMS norm.

In: the dtype, whether the mean is taken off, which of weight and bias there are. Out: a `Kernel` whose items are rows. Sums are
taken in blocks; halves are computed in float32 and rounded once.

Words: in, weight and bias if there are, out, bits of epsilon (float64), items of a row.
"""
from __future__ import annotations

from functools import cache

from ..dtype import DType
from .compiler import emitted_kernel
from .conversions import loaded
from .emitter import Builder, Pointer, Value
from .engine import Kernel
from .functions import Functions

_BLOCK = 4096


@cache
def row_norm_kernel(dtype: DType, *, centred: bool, weight: bool, bias: bool) -> Kernel:
    """(in - mean) / sqrt(mean of squares + epsilon) * weight + bias; `centred` takes the mean off. See the module for the words."""
    name = dtype.name
    compute = loaded(name)

    def write(builder: Builder, functions: Functions) -> None:
        at_out = 1 + weight + bias
        row = builder.word(at_out + 2)
        epsilon = Pointer(builder, "float64", builder.words.name)[at_out + 1].to(compute)
        weights = builder.pointer(name, builder.word(1)).independent() if weight else None
        biases = builder.pointer(name, builder.word(1 + weight)).independent() if bias else None
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            offset = (builder.start + number) * row
            source = builder.pointer(name, builder.word(0)).at(offset).independent()
            out = builder.pointer(name, builder.word(at_out)).at(offset).independent()
            mean = _total(builder, source, row, None, False) / row.to(compute) if centred else None
            squares = _total(builder, source, row, mean, True)
            scale = 1.0 / builder.square_root(squares / row.to(compute) + epsilon)
            with builder.loop(row, independent=True) as at:
                value = source[at] if mean is None else source[at] - mean
                out[at] = _weighted(value * scale, weights, biases, at)

    kind = f"{'layer' if centred else 'rms'}_norm{'_weight' * weight}{'_bias' * bias}_{name}"
    return emitted_kernel(kind, write, kind)


def _weighted(value: Value, weights: Pointer | None, biases: Pointer | None, at: Value) -> Value:
    value = value if weights is None else value * weights[at]
    return value if biases is None else value + biases[at]


def _total(builder: Builder, items: Pointer, count: Value, mean: Value | None, square: bool) -> Value:
    """The sum of the items of a row, or of their squares, around `mean` if there is one."""
    compute = loaded(items.dtype)
    total, part = (builder.variable(builder.number(0.0, compute)) for _ in range(2))
    total.value = 0.0
    with builder.loop((count + (_BLOCK - 1)) // _BLOCK, vectorize=False) as block:
        part.value = 0.0
        first = block * _BLOCK
        with builder.loop(builder.minimum(count - first, _BLOCK), interleave=8) as at:
            value = items[first + at]
            value = value if mean is None else value - mean
            part.value = builder.accumulate(part.value, value * value if square else value)
        total.value = total.value + part.value
    return total.value
