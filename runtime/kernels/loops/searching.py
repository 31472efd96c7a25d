"""Kernels that look values up in sorted sequences, and that count values in bins.

Words of `search_kernel`:  sequence, values, out, sorter (or 0), length of a sequence, values per sequence, items from one
sequence to the next (0: one for all). Items are values; everything is contiguous.

Words of `histogram_kernel`:  values, weights (or 0), counts, bins, lowest, highest, edges (or 0), number of
values, 1 if the edges do not lie evenly. The two bounds are numbers of the dtype in words. The kernel has one item.
"""
from __future__ import annotations

from functools import cache

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value, Variable
from ..compiling.functions import Functions
from ..running.engine import Kernel

LEFT, RIGHT, MEMBER = "left", "right", "member"


@cache
def search_kernel(dtype: str, result: str, which: str) -> Kernel:
    """LEFT, RIGHT: where each value goes in its sequence, before or behind equal items. MEMBER: whether it is there (bool)."""

    def write(builder: Builder, functions: Functions) -> None:
        sequences, values = (builder.pointer(dtype, builder.word(at)) for at in range(2))
        out = builder.pointer(result, builder.word(2))
        sorters = builder.pointer("int64", builder.word(3))
        length, each, step = (builder.word(at) for at in range(4, 7))
        zero = builder.number(0, "int64")
        low, size = builder.variable(zero), builder.variable(zero)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            item = builder.start + number
            first = (item // each) * step
            sequence, sorter = sequences.at(first), sorters.at(first)
            value = values[item]

            def goes_behind(place: Value, value: Value = value) -> Value:
                # written so that NaN goes behind everything, as PyTorch compares
                found = sequence[place]
                return (found > value if which == RIGHT else found >= value) ^ 1

            low.value, size.value = zero, length
            with builder.loop_while(lambda: size.value > 0):
                half = size.value // 2
                middle = low.value + half
                place = builder.variable(middle)
                with builder.when(builder.word(3) != 0):
                    # the positions were checked before: another thread may have changed them
                    place.value = builder.maximum(builder.minimum(sorter[middle], length - 1), 0)
                behind = goes_behind(place.value)
                low.value = builder.select(behind, middle + 1, low.value)
                size.value = builder.select(behind, size.value - half - 1, half)
            if which == MEMBER:
                out[item] = 0
                with builder.when(low.value < length):
                    out[item] = (sequence[low.value] == value).to("bool")
            else:
                out[item] = low.value.to(result)

    return emitted_kernel(f"search_{which}_{dtype}", write, dtype, result, which)


@cache
def histogram_kernel(dtype: str) -> Kernel:
    """Count values (or add their weights) in bins of equal width over [lowest, highest], or between given edges."""

    def write(builder: Builder, functions: Functions) -> None:
        values, weights, counts = (builder.pointer(dtype, builder.word(at)) for at in range(3))
        bins = builder.word(3)
        lowest, highest = (builder.pointer(dtype, builder.words.at(at).address)[0] for at in (4, 5))
        edges = builder.pointer(dtype, builder.word(6))
        place, end = builder.variable(builder.number(0, "int64")), builder.variable(builder.number(0, "int64"))
        one = builder.variable(builder.number(1, dtype))
        known = (builder.word(8) != 0) | (highest - lowest < float("inf"))
        with builder.loop(builder.word(7), vectorize=False) as at:
            value = values[at]
            with builder.when((value >= lowest) & (value <= highest)):
                with builder.when(builder.word(1) != 0):
                    one.value = weights[at]
                with builder.when(builder.word(8) == 0):
                    place.value = ((value - lowest) * bins.to(dtype) / (highest - lowest)).to("int64")
                with builder.when((builder.word(6) != 0) & (builder.word(8) == 0)):
                    # the width may be rounded, so the neighbouring edges decide
                    end.value = builder.minimum(place.value + 2, bins + 1)
                    place.value = builder.maximum(place.value - 1, 0)
                    _advance(builder, place, end, edges, value)
                with builder.when(builder.word(8) != 0):
                    place.value, end.value = builder.number(0, "int64"), bins + 1
                    _advance(builder, place, end, edges, value)
                # a range so wide that its width is infinite has no bins
                with builder.when(known):
                    place.value = builder.maximum(builder.minimum(place.value, bins - 1), 0)
                    counts[place.value] = counts[place.value] + one.value

    return emitted_kernel(f"histogram_{dtype}", write, dtype)


def _advance(builder: Builder, place: Variable, end: Variable, edges: Pointer, value: Value) -> None:
    """`place` becomes the last of place..end-1 whose edge is not above the value (place - 1 if none is)."""
    size = builder.variable(end.value - place.value)
    with builder.loop_while(lambda: size.value > 0):
        half = size.value // 2
        middle = place.value + half
        behind = (edges[middle] > value) ^ 1
        place.value = builder.select(behind, middle + 1, place.value)
        size.value = builder.select(behind, size.value - half - 1, half)
    place.value = place.value - 1
