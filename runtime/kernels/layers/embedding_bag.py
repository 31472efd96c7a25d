"""Bags of embeddings: the sum, mean or maximum of several rows of a matrix.

Words: out, weight, indices, ends, scales (or 0), places (or 0), width, weight's two strides, padding index, weight's rows. Kernel
items are bags: bag b has the indices ends[b]..ends[b + 1] - 1. `places` takes the index of each maximum. An index outside makes the
status its place + 1.
"""
from __future__ import annotations

from functools import cache

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel

SUM, MEAN, MAX = range(3)


@cache
def embedding_bag_kernel(dtype: str, index: str, mode: int) -> Kernel:
    """out[bag] = the rows of the bag's indices (times their scales), reduced; zeros for a bag without any."""

    def write(builder: Builder, functions: Functions) -> None:
        out, weight = (builder.pointer(dtype, builder.word(at)) for at in range(2))
        indices, ends = builder.pointer(index, builder.word(2)), builder.pointer("int64", builder.word(3))
        scales, places = builder.pointer(dtype, builder.word(4)), builder.pointer("int64", builder.word(5))
        width, row_step, step, padding, rows = (builder.word(at) for at in range(6, 11))
        count = builder.variable(builder.number(0, "int64"))
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            bag = builder.start + number
            target, chosen = out.at(bag * width), places.at(bag * width)
            with builder.loop(width) as at:
                target[at] = 0.0
            count.value = 0
            with builder.loop(ends[bag + 1] - ends[bag], vectorize=False) as member:
                item = ends[bag] + member
                row = indices[item].to("int64")
                with builder.when(row.below(rows) ^ 1):
                    builder.return_status(item + 1)
                with builder.when(row != padding):
                    source = weight.at(row * row_step)
                    if mode == MAX:
                        with builder.loop(width, vectorize=False) as at:
                            value = source[at * step]
                            with builder.when((count.value == 0) | (value > target[at])):
                                target[at] = value
                                with builder.when(builder.word(5) != 0):
                                    chosen[at] = row
                    else:
                        _add_row(builder, target, source, scales, item, width, step)
                    count.value = count.value + 1
            if mode == MEAN:
                with builder.when(count.value > 0):
                    with builder.loop(width) as at:
                        total = target[at]
                        target[at] = total / count.value.to(total.dtype)

    return emitted_kernel(f"embedding_bag_{mode}_{dtype}", write, dtype, index, mode)


def _add_row(builder: Builder, target: Pointer, source: Pointer, scales: Pointer, item: Value, width: Value, step: Value) -> None:
    scaled = builder.word(4) != 0
    for dense in (True, False):
        with builder.when((step == 1) ^ (not dense)):
            each = builder.number(1, "int64") if dense else step
            with builder.when(scaled):
                scale = scales[item]
                with builder.loop(width) as at:
                    target[at] = target[at] + source[at * each] * scale
            with builder.when(scaled ^ 1):
                with builder.loop(width) as at:
                    target[at] = target[at] + source[at * each]
