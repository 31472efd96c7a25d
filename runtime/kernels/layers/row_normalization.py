"""Normalization of contiguous rows by their own statistics: layer norm, RMS norm.

In: the dtype, whether the mean is taken off, which of weight and bias there are. Out: a `Kernel` whose items are rows. Sums are
taken in blocks; halves are computed in float32 and rounded once.

Words: in, weight and bias if there are, out, bits of epsilon (float64), items of a row.
"""
from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ...dtype import DType
from ..compiling.compiler import emitted_kernel
from ..compiling.conversions import loaded
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel

_BLOCK = 4096
_ROWS = 2
"""Rows that are worked on together: they wait for their statistics at once, and share what is read of weight and bias."""


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
        rows = builder.stop - builder.start
        with builder.loop((rows + (_ROWS - 1)) // _ROWS, vectorize=False) as group:
            # the last group takes the last row again where rows are missing
            numbers = [builder.start + builder.minimum(group * _ROWS + at, rows - 1) for at in range(_ROWS)]
            sources = [builder.pointer(name, builder.word(0)).at(number * row).independent() for number in numbers]
            outs = [builder.pointer(name, builder.word(at_out)).at(number * row).independent() for number in numbers]
            means = [total / row.to(compute) for total in _totals(builder, sources, row, None, False)] if centred else None
            squares = _totals(builder, sources, row, means, True)
            scales = [1.0 / builder.square_root(total / row.to(compute) + epsilon) for total in squares]
            with builder.loop(row, independent=True) as at:
                for which, (source, out) in enumerate(zip(sources, outs)):
                    value = source[at] if means is None else source[at] - means[which]
                    out[at] = _weighted(value * scales[which], weights, biases, at)

    kind = f"{'layer' if centred else 'rms'}_norm{'_weight' * weight}{'_bias' * bias}_{name}"
    return emitted_kernel(kind, write, kind)


def _weighted(value: Value, weights: Pointer | None, biases: Pointer | None, at: Value) -> Value:
    value = value if weights is None else value * weights[at]
    return value if biases is None else value + biases[at]


def _totals(builder: Builder, rows: Sequence[Pointer], count: Value, means: Sequence[Value] | None, square: bool) -> list[Value]:
    """The sums of the items of each row, or of their squares, around `means` if there are any."""
    compute = loaded(rows[0].dtype)
    totals, parts = ([builder.variable(builder.number(0.0, compute)) for _ in rows] for _ in range(2))
    for total in totals:
        total.value = 0.0
    with builder.loop((count + (_BLOCK - 1)) // _BLOCK, vectorize=False) as block:
        for part in parts:
            part.value = 0.0
        first = block * _BLOCK
        with builder.loop(builder.minimum(count - first, _BLOCK), interleave=8 // len(rows)) as at:
            for which, (items, part) in enumerate(zip(rows, parts)):
                value = items[first + at]
                value = value if means is None else value - means[which]
                part.value = builder.accumulate(part.value, value * value if square else value)
        for total, part in zip(totals, parts):
            total.value = total.value + part.value
    return [total.value for total in totals]
