"""Sorting kernels: sort, topk, the k-th item, mode, and the distinct items of a row.

Kernel items are blocks of rows, each with scratch memory of its own. Words of all but `unique_kernel`:
    source, values, indices (int64), scratch, scratch bytes per block, rows per block, number of rows, length of a row, k,
    the steps along a row of source, values and indices, then the walk (walking.py) of these three over the rows.
The scratch of a block holds two buffers of as many records as a row has (sort_keys.py).
"""
from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value, Variable
from ..compiling.functions import Functions
from ..running.engine import Kernel
from .sort_keys import INSERTION, Keys, Records, counters_for, record_bytes
from .walking import Walk

if TYPE_CHECKING:
    from collections.abc import Generator

TOPK_BLOCK = 32
"""Items of a row that are compared with the k-th best so far together."""
KTH, MEDIAN, NANMEDIAN = "kth", "median", "nanmedian"
_SELECT_DIGITS = 2048


class _Row:
    """One row of a kernel: its items, its results, and its two buffers."""

    def __init__(self, rows: _Rows, places: list[Value], first: Pointer, second: Pointer) -> None:
        keys = rows.keys
        self.builder, self.keys, self.records = rows.builder, keys, rows.records
        self.source = rows.source.at(places[0])
        self.values, self.indices = rows.values.at(places[1]), rows.indices.at(places[2])
        self.steps, self.length, self.k = rows.steps, rows.length, rows.k
        self.first, self.second = first, second

    def item(self, at: Value) -> Value:
        return self.source[at * self.steps[0]]

    def load(self) -> None:
        """Records of the whole row into the first buffer."""
        with self.builder.loop(self.length) as at:
            self.records.store(self.first, at, self.keys.key(self.item(at)), at)

    def write(self, to: Value, records: Pointer, at: Value) -> None:
        """Result number `to` from a record."""
        key, place = self.records.key(records, at).to(self.keys.carrier), self.records.place(records, at)
        self.values[to * self.steps[1]] = self.keys.item(key, self.source, place * self.steps[0])
        self.indices[to * self.steps[2]] = place


class _Rows:
    """The words of a sorting kernel, and the loop over its rows."""

    def __init__(self, builder: Builder, dtype: str, descending: bool) -> None:
        self.builder = builder
        self.keys = keys = Keys(builder, dtype, descending)
        self.records = Records(keys, counters_for(builder, keys))
        self.source, self.values = (builder.pointer(keys.carrier, builder.word(at)) for at in range(2))
        self.indices = builder.pointer("int64", builder.word(2))
        self.length, self.k = builder.word(7), builder.word(8)
        self.walk = Walk(builder, 3, 12)
        self.steps = [builder.word(9 + at) for at in range(3)]

    @contextmanager
    def each(self) -> Generator[_Row]:
        """The block, for every row."""
        builder = self.builder
        with builder.loop(builder.stop - builder.start, vectorize=False) as number:
            block = builder.start + number
            first = builder.word(3) + block * builder.word(4)
            second = first + self.length * (self.records.words * 8)
            begin = block * builder.word(5)
            end = builder.minimum(begin + builder.word(5), builder.word(6))
            with self.walk.rows(begin, end) as (_, places):
                yield _Row(self, places, builder.pointer("int64", first), builder.pointer("int64", second))


def _kernel(name: str, dtype: str, descending: bool, body: Callable[[_Row], None], *identity: object) -> Kernel:
    def write(builder: Builder, functions: Functions) -> None:
        with _Rows(builder, dtype, descending).each() as row:
            body(row)

    return emitted_kernel(f"{name}_{dtype}", write, name, dtype, descending, *identity)


@cache
def sort_kernel(dtype: str, descending: bool) -> Kernel:
    """The first k items of each row in stable order, and their places; k is the whole length for sort."""

    def body(row: _Row) -> None:
        row.load()
        found = row.records.sort(row.first, row.second, row.length)
        with row.builder.loop(row.k, vectorize=False) as at:
            row.write(at, found, at)

    return _kernel("sort", dtype, descending, body)


@cache
def topk_kernel(dtype: str, descending: bool) -> Kernel:
    """The first k items of each row in stable order, and their places, for k much less than the length.

    Items not before the k-th best so far are passed over; the others are collected, and cut back to k when the buffer, which
    has room for the whole row, holds 2 k + 24 records.
    """

    def body(row: _Row) -> None:
        builder, records, keys = row.builder, row.records, row.keys
        zero = builder.number(0, "int64")
        count, some = builder.variable(zero), builder.variable(builder.number(0, keys.carrier))
        worst = builder.variable(builder.number(-1, keys.carrier))
        full = row.k * 2 + 24

        def cut() -> None:
            found = records.sort(row.first, row.second, count.value)
            with builder.when(found.address != row.first.address):
                with builder.loop(row.k * records.words) as at:
                    row.first[at] = found[at]
            count.value = row.k
            worst.value = records.key(row.first, row.k - 1).to(keys.carrier)

        with builder.loop((row.length + (TOPK_BLOCK - 1)) // TOPK_BLOCK, vectorize=False) as block:
            first = block * TOPK_BLOCK
            size = builder.minimum(row.length - first, TOPK_BLOCK)
            # until k items are there, every item counts, those with the last of all keys too
            some.value = builder.select(count.value < row.k, builder.number(1, keys.carrier), 0)
            bound = worst.value
            with builder.loop(size) as at:
                better = keys.key(row.item(first + at)).below(bound)
                some.value = some.value | builder.select(better, builder.number(1, keys.carrier), 0)
            with builder.when(some.value != 0):
                with builder.loop(size, vectorize=False) as at:
                    key = keys.key(row.item(first + at))
                    records.store(row.first, count.value, key, first + at)
                    taken = key.below(bound) | (count.value < row.k) | (bound == -1)
                    count.value = count.value + builder.select(taken, builder.number(1, "int64"), 0)
                with builder.when(count.value > full):
                    cut()
        found = records.sort(row.first, row.second, count.value)
        with builder.loop(row.k, vectorize=False) as at:
            row.write(at, found, at)

    return _kernel("topk", dtype, descending, body)


@cache
def select_kernel(dtype: str, which: str) -> Kernel:
    """The k-th smallest item of each row (counted from 0) and a place of it.

    MEDIAN: the lower median, NaN if there is one; NANMEDIAN: that of the items that are not NaN, NaN if all are.
    """

    def body(row: _Row) -> None:
        builder, keys = row.builder, row.keys
        row.load()
        wanted = builder.variable(row.k)
        if which != KTH:
            wanted.value = (row.length - 1) // 2
            if keys.floating:
                _skip_nan(row, wanted, which)
        _select(row, wanted)

    return _kernel(which, dtype, False, body)


def _skip_nan(row: _Row, wanted: Variable, which: str) -> None:
    builder, keys = row.builder, row.keys
    count = builder.variable(builder.number(0, "int64"))
    with builder.loop(row.length) as at:
        nan = keys.is_nan(row.records.key(row.first, at).to(keys.carrier))
        count.value = count.value + builder.select(nan, builder.number(1, "int64"), 0)
    numbers = row.length - count.value
    last = row.length - 1
    if which == MEDIAN:
        wanted.value = builder.select(count.value > 0, last, wanted.value)
    else:
        wanted.value = builder.select(numbers > 0, (numbers - 1) // 2, last)


def _select(row: _Row, wanted: Variable) -> None:
    """The wanted record of the first buffer, which is narrowed down to it, becomes the row's result."""
    count = _narrow(row, wanted)
    row.write(row.builder.number(0, "int64"), row.first, row.builder.select(count.value <= INSERTION, wanted.value, 0))


def _narrow(row: _Row, wanted: Variable) -> Variable:
    """Narrow the records of the first buffer down, digit by digit from the top, to those that may be the wanted one; their number.

    `wanted` counts among them afterwards. They are few and in order, or all have one key.
    """
    builder, records, keys = row.builder, row.records, row.keys
    counters = builder.scratch("int64", _SELECT_DIGITS)
    zero = builder.number(0, "int64")
    count, total, chosen, kept = (builder.variable(zero) for _ in range(4))
    count.value = row.length
    first_bit = 0 if records.pairs else 32
    shift = keys.bits
    while shift > 0:
        width = min(11, shift)
        shift -= width
        with builder.when(count.value > INSERTION):
            with builder.loop(1 << width) as at:
                counters[at] = 0
            mask = (1 << width) - 1

            def digit(at: Value, shift: int = shift, mask: int = mask) -> Value:
                return (row.first[at * records.words] >> (first_bit + shift)) & mask

            with builder.loop(count.value, vectorize=False) as at:
                slot = digit(at)
                counters[slot] = counters[slot] + 1
            total.value, chosen.value = zero, zero
            with builder.loop_while(lambda: total.value + counters[chosen.value] <= wanted.value):
                total.value = total.value + counters[chosen.value]
                chosen.value = chosen.value + 1
            wanted.value = wanted.value - total.value
            kept.value = 0
            with builder.loop(count.value, vectorize=False) as at:
                same = digit(at) == chosen.value
                records.copy(row.first, kept.value, row.first, at)
                kept.value = kept.value + builder.select(same, builder.number(1, "int64"), 0)
            count.value = kept.value
    with builder.when(count.value <= INSERTION):
        records.insert(row.first, count.value)
    return count


@cache
def part_kernel(dtype: str, descending: bool) -> Kernel:
    """The first k items of each row in order, and their places, for k a good part of the length: the k-th is found, then all before it."""

    def body(row: _Row) -> None:
        builder, records, keys = row.builder, row.records, row.keys
        zero = builder.number(0, "int64")
        row.load()
        wanted = builder.variable(row.k - 1)
        count = _narrow(row, wanted)
        last = records.key(row.first, builder.select(count.value <= INSERTION, wanted.value, 0)).to(keys.carrier)
        # how many of those equal to the k-th belong to the result
        before, room = builder.variable(zero), builder.variable(zero)
        with builder.loop(row.length) as at:
            before.value = before.value + builder.select(keys.key(row.item(at)).below(last), builder.number(1, "int64"), 0)
        room.value, count.value = row.k - before.value, zero
        with builder.loop(row.length, vectorize=False) as at:
            key = keys.key(row.item(at))
            equal = key == last
            taken = builder.select(equal & (room.value > 0), builder.number(1, "int64"), 0)
            room.value = room.value - taken
            # the place behind the last record is written too, which the buffer has room for
            records.store(row.first, count.value, key, at)
            count.value = count.value + taken + builder.select(key.below(last), builder.number(1, "int64"), 0)
        found = records.sort(row.first, row.second, row.k)
        with builder.loop(row.k, vectorize=False) as at:
            row.write(at, found, at)

    return _kernel("part", dtype, descending, body)


@cache
def mode_kernel(dtype: str) -> Kernel:
    """The item that each row holds most often, the smallest of several, and its last place."""

    def body(row: _Row) -> None:
        builder, records = row.builder, row.records
        row.load()
        found = records.sort(row.first, row.second, row.length)
        zero = builder.number(0, "int64")
        run, best, last = (builder.variable(zero) for _ in range(3))
        with builder.loop(row.length, vectorize=False) as at:
            before = builder.maximum(at - 1, 0)
            same = (records.key(found, at) == records.key(found, before)) & (at > 0)
            run.value = builder.select(same, run.value + 1, 1)
            more = run.value > best.value
            best.value = builder.select(more, run.value, best.value)
            last.value = builder.select(more, at, last.value)
        row.write(zero, found, last.value)

    return _kernel("mode", dtype, False, body)


@cache
def unique_kernel(dtype: str, ordered: bool) -> Kernel:
    """The distinct items of a contiguous run, in ascending order or (not `ordered`) one for each run of equal items.

    Words: source, values, inverse (or 0), counts (or 0), number of distinct items (written), scratch, number of items. NaNs are
    all different.
    """

    def write(builder: Builder, functions: Functions) -> None:
        keys = Keys(builder, dtype, False)
        records = Records(keys, counters_for(builder, keys))
        source, values = (builder.pointer(keys.carrier, builder.word(at)) for at in range(2))
        inverse, counts, result = (builder.pointer("int64", builder.word(at)) for at in range(2, 5))
        length = builder.word(6)
        first = builder.pointer("int64", builder.word(5))
        with builder.loop(length) as at:
            records.store(first, at, keys.key(source[at]), at)
        second = builder.pointer("int64", builder.word(5) + length * (records.words * 8))
        found = records.sort(first, second, length) if ordered else first
        rank, begin = builder.variable(builder.number(-1, "int64")), builder.variable(builder.number(0, "int64"))
        with builder.loop(length, vectorize=False) as at:
            key, place = records.key(found, at).to(keys.carrier), records.place(found, at)
            before = records.key(found, builder.maximum(at - 1, 0)).to(keys.carrier)
            new = (key != before) | (at == 0)
            if keys.floating:
                new = new | keys.is_nan(key)
            with builder.when(new):
                with builder.when((rank.value >= 0) & (builder.word(3) != 0)):
                    counts[rank.value] = at - begin.value
                rank.value = rank.value + 1
                begin.value = at
                values[rank.value] = keys.item(key, source, place)
            with builder.when(builder.word(2) != 0):
                inverse[place] = rank.value
        with builder.when((rank.value >= 0) & (builder.word(3) != 0)):
            counts[rank.value] = length - begin.value
        result[0] = rank.value + 1

    return emitted_kernel(f"unique_{dtype}", write, dtype, ordered)


def scratch_bytes(itemsize: int, length: int) -> int:
    """Bytes of scratch memory that one block of rows needs."""
    return 2 * length * record_bytes(itemsize)
