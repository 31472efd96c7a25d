"""Copies between memory orders: blocks of whole cache lines, transposed in registers, so that both sides are read and written once.

In: the size of an item and the dimensions of a copy whose source steps by one item in one dimension and whose target steps by
one in another. Out: a kernel and its words, or None where a plain loop does as well. Items are only moved, so the dtype is
of no interest.

The words: addresses of source and target; size of the source's dense dimension ("across"), its step in the target; size of
the target's dense dimension ("along"), its step in the source; strips per plane; the outer dimensions as in `plan`. A kernel's
item is a strip: up to _STRIP items across, all along.
"""
from __future__ import annotations

from collections.abc import Sequence

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.vectors import Vectors
from ..running.engine import Kernel

_LANES = {1: 16, 2: 8, 4: 8, 8: 4}
_CARRIERS = {1: "uint8", 2: "int16", 4: "float32", 8: "float64"}
"""What moves items of a size: shuffles keep all bits of a NaN."""
_LINE = 64
_STRIP = 64
_OUTER = 3

Dims = Sequence[tuple[int, tuple[int, int]]]
"""(size, (step of the source, step of the target)), outermost first."""


def transposing_plan(itemsize: int, dims: Dims) -> tuple[Kernel, int, list[int]] | None:
    """The kernel of a copy, how many items it has, and its words after the two addresses."""
    across = next((at for at, (_, steps) in enumerate(dims) if steps[0] == 1), None)
    along = next((at for at, (_, steps) in enumerate(dims) if steps[1] == 1), None)
    lanes = _LANES.get(itemsize)
    if lanes is None or across is None or along is None or across == along or len(dims) > _OUTER + 2:
        return None
    # a source that is repeated along the target is no transposition
    if dims[across][0] < lanes or dims[along][0] < lanes or dims[along][1][0] == 0:
        return None
    outer = [dim for at, dim in enumerate(dims) if at not in (across, along)]
    outer = [(1, (0, 0))] * (_OUTER - len(outer)) + outer
    strips = -(-dims[across][0] // _STRIP)
    words = [dims[across][0], dims[across][1][1], dims[along][0], dims[along][1][0], strips]
    items = strips
    for size, steps in outer:
        words += [size, *steps]
        items *= size
    return emitted_kernel(f"transpose_{itemsize}", lambda builder, _: _write(builder, itemsize), itemsize), items, words


def _write(builder: Builder, itemsize: int) -> None:
    dtype, lanes = _CARRIERS[itemsize], _LANES[itemsize]
    vectors = Vectors(builder, dtype, lanes)
    source, target = builder.pointer(dtype, builder.word(0)), builder.pointer(dtype, builder.word(1))
    across, target_step, along, source_step, strips = (builder.word(at) for at in range(2, 7))
    per_line = _LINE // itemsize
    with builder.loop(builder.stop - builder.start, vectorize=False) as at:
        item = builder.start + at
        rest = item // strips
        strip = (item % strips) * _STRIP
        from_, to = source, target
        for dim in reversed(range(_OUTER)):
            size, source_outer, target_outer = (builder.word(7 + 3 * dim + part) for part in range(3))
            place = rest % size
            rest = rest // size
            from_, to = from_.at(place * source_outer), to.at(place * target_outer)
        width = _smaller(builder, across - strip, _STRIP)
        with builder.loop((along + (per_line - 1)) // per_line, vectorize=False) as block:
            first = block * per_line
            length = _smaller(builder, along - first, per_line)
            with builder.loop((width + (lanes - 1)) // lanes, vectorize=False) as column:
                # the last tiles overlap those before them: what they write again is the same
                x = _smaller(builder, strip + column * lanes, across - lanes)
                with builder.loop((length + (lanes - 1)) // lanes, vectorize=False) as row:
                    y = _smaller(builder, first + row * lanes, along - lanes)
                    _move(vectors, from_.at(y * source_step + x), source_step, to.at(x * target_step + y), target_step)


def _move(vectors: Vectors, source: Pointer, source_step: Value, target: Pointer, target_step: Value) -> None:
    rows = [vectors.load(source.at(source_step * at)) for at in range(vectors.lanes)]
    for at, column in enumerate(vectors.transposed(rows)):
        vectors.store(column, target.at(target_step * at))


def _smaller(builder: Builder, a: Value, b: Value | int) -> Value:
    return builder.select(a < b, a, b)
