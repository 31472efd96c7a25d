"""Reductions: many items to one, over any dims of a strided input.

In: what a reduction does with two items (`Reduction`: four scalar functions) and how the input lies (`form`). Out: a
`Kernel` whose items are the outputs in row-major order of the kept dims; the output is contiguous.

A new reduction is a row like those at the end of this file. Floating sums are taken in blocks of 1,024 whose items add in
any order (`accumulate`), and blocks are joined pairwise, so errors grow with the logarithm of the count and results do not
depend on how the outputs are split.

Words:
    0 input address, 1 output address, 2 kept rank K, 3 reduced rank R (at least 1), 4 count of reduced items,
    then K kept sizes, K kept strides, R reduced sizes, R reduced strides: outermost first, strides in items.
A reduction over no dims has R = 1, size 1. Dims that run on from each other should be merged first (`layout.merge`).

Forms: INNER, the last reduced stride is 1. COLUMNS, the last kept stride is 1 and K is at least 1: whole runs of outputs
are reduced together. STRIDED, anything. INNER and COLUMNS are fast, STRIDED is right for all.
"""
from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtype import DType
from .compiler import function_kernel
from .engine import Kernel
from .primitives import (
    POINTERS,
    SCRATCH,
    SCRATCHES,
    accumulate,
    accumulate_product,
    advance,
    int64_pointer,
    maximum,
    minimum,
    typed,
)

INNER, COLUMNS, STRIDED = "inner", "columns", "strided"
BLOCK = 1024
"""Items that are combined in a row before blocks are joined pairwise."""
ROWS = 128
"""Rows of COLUMNS that are combined before they join the totals."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a reduction computes, as scalar functions of the compute dtype."""

    name: str
    identity: Callable[[str], Any]
    """The result for no items, by the name of the compute dtype."""
    combine: Callable[[Any, Any], Any]
    """(total, item) -> total, within a block; may be reordered if it is `accumulate`."""
    join: Callable[[Any, Any], Any]
    """(total, total) -> total, between blocks."""
    element: Callable[[Any], Any]
    """What an item counts as."""
    finish: Callable[[Any, Any], Any]
    """(total, count) -> result."""


def reduction_form(kept_strides: tuple[int, ...], reduced_strides: tuple[int, ...]) -> str:
    """The fastest form for an input with these strides."""
    if reduced_strides[-1] == 1:
        return INNER
    return COLUMNS if kept_strides and kept_strides[-1] == 1 else STRIDED


@functools.cache
def reduction_kernel(reduction: Reduction, input: DType, compute: DType, output: DType, form: str) -> Kernel:
    """The kernel of `reduction`: items are converted to `compute`, the result to `output`. See the words above."""
    make = _make_columns if form == COLUMNS else _make_rows
    kernel = make(reduction, input.name, compute.name, output.name, form == INNER)
    return function_kernel(f"{reduction.name}_{input.name}_{output.name}_{form}", kernel, compute.name)


_CASTS: dict[str, Any] = {
    # kernels see bool as bytes 0 and 1
    "float32": np.float32, "float64": np.float64, "int64": np.int64, "int32": np.int32, "uint8": np.uint8, "bool": np.uint8,
}


SIZES = {name: np.dtype(kind).itemsize for name, kind in _CASTS.items()}


@typed
def _truth(x: Any) -> Any:
    return np.uint8(x != 0)


def cast_to(dtype: str) -> Any:
    """What converts a number to `dtype` inside a kernel."""
    return _truth if dtype == "bool" else _CASTS[dtype]


@typed
def offset_of(index: int, rank: int, sizes: Any, strides: Any) -> Any:
    """Where item number `index` lies in dims of these sizes and strides."""
    offset = 0
    for back in range(rank - 1):
        dim = rank - 1 - back
        rest = index // sizes[dim]
        offset += (index - rest * sizes[dim]) * strides[dim]
        index = rest
    return offset + index * strides[0] if rank > 0 else offset


def _make_rows(reduction: Reduction, input: str, compute: str, output: str, contiguous: bool) -> Callable[..., int]:
    """One output after the other: runs along the last reduced dim, cut into blocks."""
    pointer, out_pointer, scratch = POINTERS[input], POINTERS[output], SCRATCHES[compute]
    cast, cast_out, itemsize = cast_to(compute), cast_to(output), SIZES[input]
    combine, join, element, finish = reduction.combine, reduction.join, reduction.element, reduction.finish
    identity = _CASTS[compute](reduction.identity(compute))

    @typed
    def block(items: Any, stride: int, count: int) -> Any:
        total = identity
        if contiguous:
            for at in range(count):
                total = combine(total, element(cast(items[at])))
        else:
            for at in range(count):
                total = combine(total, element(cast(items[at * stride])))
        return total

    def rows(words: Any, start: int, stop: int) -> int:
        kept, reduced, count = words[2], words[3], words[4]
        sizes, strides = advance(words, 5), advance(words, 5 + kept)
        reduced_sizes, reduced_strides = advance(words, 5 + 2 * kept), advance(words, 5 + 2 * kept + reduced)
        run, stride = reduced_sizes[reduced - 1], reduced_strides[reduced - 1]
        runs = count // max(run, 1)
        results = advance(out_pointer(words[1]), start)
        partial = scratch()
        for item in range(stop - start):
            base = offset_of(start + item, kept, sizes, strides)
            filled = 0
            for outer in range(runs):
                begin = base + offset_of(outer, reduced - 1, reduced_sizes, reduced_strides)
                for done in range(0, run, BLOCK):
                    items = pointer(words[0] + (begin + done * stride) * itemsize)
                    total = block(items, stride, min(run - done, BLOCK))
                    # a binary counter: equal bits of the number of blocks join equal amounts
                    level = 0
                    while (filled >> level) & 1:
                        total = join(partial[level], total)
                        level += 1
                    partial[level] = total
                    filled += 1
            total = identity
            level = 0
            while filled >> level:
                if (filled >> level) & 1:
                    total = join(partial[level], total)
                level += 1
            results[item] = cast_out(finish(total, cast(count)))
        return 0

    return rows


def _make_columns(reduction: Reduction, input: str, compute: str, output: str, contiguous: bool) -> Callable[..., int]:
    """Neighbouring outputs together: the totals of up to SCRATCH columns, row after row of the input."""
    pointer, out_pointer, scratch = POINTERS[input], POINTERS[output], SCRATCHES[compute]
    cast, cast_out, itemsize = cast_to(compute), cast_to(output), SIZES[input]
    combine, join, element, finish = reduction.combine, reduction.join, reduction.element, reduction.finish
    identity = _CASTS[compute](reduction.identity(compute))

    def columns(words: Any, start: int, stop: int) -> int:
        kept, reduced, count = words[2], words[3], words[4]
        sizes, strides = advance(words, 5), advance(words, 5 + kept)
        reduced_sizes, reduced_strides = advance(words, 5 + 2 * kept), advance(words, 5 + 2 * kept + reduced)
        run, stride = reduced_sizes[reduced - 1], reduced_strides[reduced - 1]
        runs = count // max(run, 1)
        inner = sizes[kept - 1]
        totals, partial = scratch(), scratch()
        item = start
        while item < stop:
            outer_item = item // inner
            column = item - outer_item * inner
            width = min(min(SCRATCH, inner - column), stop - item)
            base = offset_of(outer_item, kept - 1, sizes, strides) + column
            for at in range(width):
                totals[at] = identity
            for outer in range(runs):
                begin = base + offset_of(outer, reduced - 1, reduced_sizes, reduced_strides)
                for done in range(0, run, ROWS):
                    for at in range(width):
                        partial[at] = identity
                    for row in range(min(run - done, ROWS)):
                        items = pointer(words[0] + (begin + (done + row) * stride) * itemsize)
                        for at in range(width):
                            partial[at] = combine(partial[at], element(cast(items[at])))
                    for at in range(width):
                        totals[at] = join(totals[at], partial[at])
            results = advance(out_pointer(words[1]), item)
            for at in range(width):
                results[at] = cast_out(finish(totals[at], cast(count)))
            item += width
        return 0

    return columns


@functools.cache
def extremum_kernel(largest: bool, dtype: DType, form: str) -> Kernel:
    """The kernel of max/min along dims with the place of the first best item; NaN is best of all.

    Words as above, and after them the address of the places (int64; their number counts reduced items in row-major order),
    or 0; the output address may be 0 too. Forms INNER and STRIDED. At least one item is reduced.
    """
    name = f"{'max' if largest else 'min'}_with_index_{dtype.name}_{form}"
    return function_kernel(name, _make_extremum(largest, dtype.name, form == INNER), dtype.name)


def _make_extremum(largest: bool, dtype: str, contiguous: bool) -> Callable[..., int]:
    pointer, itemsize = POINTERS[dtype], SIZES[dtype]
    better = maximum if largest else minimum
    identity = _CASTS[dtype](lowest(dtype) if largest else highest(dtype))

    @typed
    def best_of(items: Any, stride: int, count: int) -> Any:
        best = identity
        if contiguous:
            for at in range(count):
                best = better(best, items[at])
        else:
            for at in range(count):
                best = better(best, items[at * stride])
        return best

    def kernel(words: Any, start: int, stop: int) -> int:
        kept, reduced, count = words[2], words[3], words[4]
        sizes, strides = advance(words, 5), advance(words, 5 + kept)
        reduced_sizes, reduced_strides = advance(words, 5 + 2 * kept), advance(words, 5 + 2 * kept + reduced)
        places = int64_pointer(words[5 + 2 * kept + 2 * reduced])
        run, stride = reduced_sizes[reduced - 1], reduced_strides[reduced - 1]
        runs = count // max(run, 1)
        values = pointer(words[1])
        for item in range(start, stop):
            base = offset_of(item, kept, sizes, strides)
            best = identity
            for outer in range(runs):
                begin = base + offset_of(outer, reduced - 1, reduced_sizes, reduced_strides)
                best = better(best, best_of(pointer(words[0] + begin * itemsize), stride, run))
            if words[1] != 0:
                values[item] = best
            if words[5 + 2 * kept + 2 * reduced] == 0:
                continue
            place = -1
            outer = 0
            while place < 0 and outer < runs:
                begin = base + offset_of(outer, reduced - 1, reduced_sizes, reduced_strides)
                items = pointer(words[0] + begin * itemsize)
                for at in range(run):
                    value = items[at * stride]
                    if value == best or value != value:
                        place = outer * run + at
                        break
                outer += 1
            places[item] = place
        return 0

    return kernel


def lowest(dtype: str) -> Any:
    """What no item of `dtype` is below."""
    if dtype == "bool":
        return False
    return -np.inf if dtype.startswith("float") else np.iinfo(dtype).min


def highest(dtype: str) -> Any:
    """What no item of `dtype` is above."""
    if dtype == "bool":
        return True
    return np.inf if dtype.startswith("float") else np.iinfo(dtype).max


# Rows


def _zero(dtype: str) -> Any:
    return 0


def _one(dtype: str) -> Any:
    return 1


def _item(x: Any) -> Any:
    return x


def _total(total: Any, count: Any) -> Any:
    return total


def _mean(total: Any, count: Any) -> Any:
    return total / count


SUM = Reduction("sum", _zero, accumulate, accumulate, _item, _total)
MEAN = Reduction("mean", _zero, accumulate, accumulate, _item, _mean)
PROD = Reduction("prod", _one, accumulate_product, accumulate_product, _item, _total)
MAX = Reduction("max", lowest, maximum, maximum, _item, _total)
MIN = Reduction("min", highest, minimum, minimum, _item, _total)
ANY = Reduction("any", _zero, maximum, maximum, _item, _total)
ALL = Reduction("all", _one, minimum, minimum, _item, _total)
