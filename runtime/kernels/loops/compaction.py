"""Kernels that go through a mask and do something for each true item: nonzero, masked_select, masked_scatter.

The mask is a contiguous run of bools. It is cut into blocks of BLOCK items, which are the kernels' items: `count_kernel`
counts each block, the caller adds the counts up, and the other kernels begin each block where the counts say.

Words of `count_kernel`:      mask, counts, number of mask items
Words of `compact_kernel`:    mask, firsts, number of mask items, source, target, rank, then for `coordinates` the sizes
`firsts[b]` is how many items are true before block b, and the last of them how many there are. A mask that another thread
changes after it was counted leads no kernel out of its block: what is true beyond the count is left out.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Value
from ..compiling.functions import Functions
from ..running.engine import Kernel
from .indexing import CARRIERS

BLOCK = 1 << 15

SELECT, SCATTER, COORDINATES = "select", "scatter", "coordinates"


@cache
def count_kernel() -> Kernel:
    """counts[block] = how many items of the block are true."""

    def write(builder: Builder, functions: Functions) -> None:
        mask, counts, total = builder.pointer("uint8", builder.word(0)), builder.pointer("int64", builder.word(1)), builder.word(2)
        zero = builder.number(0, "int64")
        found = builder.variable(zero)
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            block = builder.start + number
            items = mask.at(block * BLOCK)
            found.value = 0
            with builder.loop(builder.minimum(total - block * BLOCK, BLOCK)) as at:
                found.value = found.value + (items[at] != 0).to("int64")
            counts[block] = found.value

    return emitted_kernel("count_true", write)


@cache
def compact_kernel(what: str, itemsize: int) -> Kernel:
    """SELECT: target[n] = source[i] for the n-th true item i. SCATTER: target[i] = source[n]. COORDINATES: target[n] = those of i."""

    def write(builder: Builder, functions: Functions) -> None:
        mask, firsts, total = builder.pointer("uint8", builder.word(0)), builder.pointer("int64", builder.word(1)), builder.word(2)
        nowhere = builder.scratch("int64", 1)
        place, end = builder.variable(builder.number(0, "int64")), builder.variable(builder.number(0, "int64"))
        use = _coordinates(builder) if what == COORDINATES else _moved(builder, what, itemsize, nowhere.address)

        def visit(item: Value) -> None:
            chosen = (mask[item] != 0) & (place.value < end.value)
            use(item, place.value, chosen)
            place.value = place.value + chosen.to("int64")

        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            block = builder.start + number
            first = block * BLOCK
            count = builder.minimum(total - first, BLOCK)
            place.value = firsts[block]
            end.value = firsts[block + 1]
            words = builder.pointer("int64", builder.word(0) + first)
            with builder.loop(count // 8, vectorize=False) as group:
                # most masks are mostly false
                with builder.when(words[group] != 0):
                    with builder.loop(8, vectorize=False) as at:
                        visit(first + group * 8 + at)
            with builder.loop(count % 8, vectorize=False) as at:
                visit(first + count - count % 8 + at)

    return emitted_kernel(f"compact_{what}", write, what, itemsize)


def _moved(builder: Builder, what: str, itemsize: int, nowhere: Value) -> Callable[[Value, Value, Value], None]:
    """Moves one item, without a branch: what is not chosen is written nowhere."""
    dtype = CARRIERS[itemsize]
    source, target = builder.word(3), builder.word(4)

    def use(item: Value, place: Value, chosen: Value) -> None:
        if what == SELECT:
            goal = builder.select(chosen, target + place * itemsize, nowhere)
            builder.pointer(dtype, goal)[0] = builder.pointer(dtype, source)[item]
        else:
            with builder.when(chosen):
                builder.pointer(dtype, target)[item] = builder.pointer(dtype, source)[place]

    return use


def _coordinates(builder: Builder) -> Callable[[Value, Value, Value], None]:
    """Writes the coordinates of one item, one column of `firsts[-1]` items per dimension (word 3 holds their length)."""
    length, target, rank = builder.word(3), builder.pointer("int64", builder.word(4)), builder.word(5)
    sizes = builder.words.at(6)
    rest = builder.variable(builder.number(0, "int64"))

    def use(item: Value, place: Value, chosen: Value) -> None:
        with builder.when(chosen):
            rest.value = item
            with builder.loop(rank - 1, vectorize=False) as passed:
                dim = rank - 1 - passed
                size = sizes[dim]
                target[dim * length + place] = rest.value % size
                rest.value = rest.value // size
            target[place] = rest.value

    return use
