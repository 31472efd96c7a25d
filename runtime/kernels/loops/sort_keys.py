"""Items as keys that unsigned integers order, and rows of (key, place) records sorted by them: what sorting kernels share.

A key has the item's width. Ascending order of keys is PyTorch's order of items: NaN above all, -0.0 equal to 0.0; descending
order inverts every bit. A record is one 64-bit word, key above and place below, for items of up to 32 bits, so that records
compare as a whole; of 64-bit items it is two words. Sorting is stable. Places count from 0 and fit 32 bits.
"""
from __future__ import annotations

from ..compiling.emitter import Builder, Pointer, Value

INSERTION = 12
"""Rows of up to so many records are sorted by insertion."""
RANKING = 128
"""Rows of up to so many one-word records are sorted by counting, for each, how many are less: vectors do it without a branch."""
_GROUP = 16
_DIGITS = 256

_CARRIER = {
    "bool": "uint8", "uint8": "uint8", "int8": "uint8", "int16": "int16", "uint16": "int16", "float16": "int16", "bfloat16": "int16",
    "int32": "int32", "uint32": "int32", "float32": "int32", "int64": "int64", "uint64": "int64", "float64": "int64",
}
_BITS = {"uint8": 8, "int16": 16, "int32": 32, "int64": 64}
_INFINITY = {"float16": 0x7C00, "bfloat16": 0x7F80, "float32": 0x7F800000, "float64": 0x7FF0000000000000}

SORTABLE = frozenset(_CARRIER)
"""The dtypes that have an order."""


def record_bytes(itemsize: int) -> int:
    """Bytes of one record of items of this size."""
    return 16 if itemsize == 8 else 8


class Keys:
    """How items of one dtype become keys and come back."""

    def __init__(self, builder: Builder, dtype: str, descending: bool) -> None:
        self.builder, self.dtype, self.descending = builder, dtype, descending
        self.carrier = _CARRIER[dtype]
        self.bits = _BITS[self.carrier]
        self.floating = dtype in _INFINITY
        self.sign = -(1 << (self.bits - 1))

    def key(self, item: Value) -> Value:
        """The key of an item, both in the carrier."""
        builder = self.builder
        if self.floating:
            magnitude = item & ((1 << (self.bits - 1)) - 1)
            inverted = item ^ (item.shift_signed(self.bits - 1) | self.sign)
            key = builder.select(magnitude == 0, builder.number(self.sign, self.carrier), inverted)
            key = builder.select(magnitude > _INFINITY[self.dtype], builder.number(-1, self.carrier), key)
        elif self.dtype.startswith("int"):
            key = item ^ self.sign
        else:
            key = item
        return key ^ -1 if self.descending else key

    def item(self, key: Value, source: Pointer, place: Value) -> Value:
        """The item whose key this is; from its place in the row where several items share the key."""
        if self.descending:
            key = key ^ -1
        if not self.floating:
            return key ^ self.sign if self.dtype.startswith("int") else key
        builder = self.builder
        found = builder.variable(key ^ ((key ^ -1).shift_signed(self.bits - 1) | self.sign))
        with builder.when((key == self.sign) | (key == -1)):
            found.value = source[place]
        return found.value

    def is_nan(self, key: Value) -> Value:
        """Whether it is the key of NaN."""
        return key == (0 if self.descending else -1)

    def wide(self, key: Value) -> Value:
        """The key as a nonnegative int64 (64-bit keys as they are)."""
        wide = key.to("int64")
        return wide if self.bits in (8, 64) else wide & ((1 << self.bits) - 1)


class Records:
    """Records of one row, in one of two buffers of memory."""

    def __init__(self, keys: Keys, counters: Pointer) -> None:
        self.keys, self.builder, self.counters = keys, keys.builder, counters
        self.pairs = keys.bits == 64
        self.words = 2 if self.pairs else 1

    def store(self, records: Pointer, at: Value, key: Value, place: Value) -> None:
        """Record number `at` from a key in the carrier and a place."""
        if self.pairs:
            records[at * 2] = key
            records[at * 2 + 1] = place
        else:
            records[at] = (self.keys.wide(key) << 32) | place

    def key(self, records: Pointer, at: Value) -> Value:
        """The key of record number `at`, as an int64."""
        return records[at * 2] if self.pairs else records[at] >> 32

    def place(self, records: Pointer, at: Value) -> Value:
        """The place of record number `at`."""
        return records[at * 2 + 1] if self.pairs else records[at] & 0xFFFFFFFF

    def copy(self, target: Pointer, to: Value, source: Pointer, at: Value) -> None:
        """Record `to` of `target` becomes record `at` of `source`."""
        for word in range(self.words):
            target[to * self.words + word] = source[at * self.words + word]

    def sort(self, records: Pointer, spare: Pointer, count: Value) -> Pointer:
        """Sort `count` records, with as many spare ones; where they are afterwards."""
        builder = self.builder
        found = builder.variable(records.address)
        with builder.when(count <= INSERTION):
            self.insert(records, count)
        if not self.pairs:
            with builder.when((count > INSERTION) & (count <= RANKING)):
                found.value = self._by_ranks(records, count)
        with builder.when(count > (INSERTION if self.pairs else RANKING)):
            found.value = self._by_digits(records, spare, count)
        return builder.pointer("int64", found.value)

    def insert(self, records: Pointer, count: Value) -> None:
        """Sort a few records in place."""
        builder = self.builder
        zero = builder.number(0, "int64")
        at, moving = builder.variable(zero), builder.variable(zero)
        with builder.loop(count, vectorize=False) as number:
            words = [records[number * self.words + word] for word in range(self.words)]
            at.value = number
            moving.value = builder.select(number > 0, builder.number(1, "int64"), 0)
            with builder.loop_while(lambda: moving.value == 1):
                here = at.value
                before = here - 1
                less = words[0].below(records[before * self.words])
                with builder.when(less):
                    self.copy(records, here, records, before)
                    at.value = before
                moving.value = builder.select(less & (before > 0), builder.number(1, "int64"), 0)
            for word, value in enumerate(words):
                records[at.value * self.words + word] = value

    def _by_ranks(self, records: Pointer, count: Value) -> Value:
        """Sort a few one-word records, which all differ; into memory on the stack."""
        builder = self.builder
        padded, ordered = builder.scratch("int64", RANKING), builder.scratch("int64", RANKING)
        lowest = -(1 << 63)
        groups = (count + (_GROUP - 1)) // _GROUP
        with builder.loop(groups * _GROUP) as at:
            padded[at] = -1 ^ lowest
        with builder.loop(count) as at:
            # signed comparisons are one instruction, so the top bit is turned over
            padded[at] = records[at] ^ lowest
        rank = builder.variable(builder.number(0, "int64"))
        with builder.loop(count, vectorize=False) as number:
            own = padded[number]
            rank.value = 0
            with builder.loop(groups * _GROUP) as at:
                rank.value = rank.value + builder.select(padded[at] < own, builder.number(1, "int64"), 0)
            ordered[rank.value] = own ^ lowest
        return ordered.address

    def _by_digits(self, records: Pointer, spare: Pointer, count: Value) -> Value:
        """Sort by the digits of the keys, the last first; digits that all records share are passed over."""
        builder, counters = self.builder, self.counters
        digits = self.keys.bits // 8
        first_bit = 0 if self.pairs else 32
        zero = builder.number(0, "int64")
        with builder.loop(_DIGITS * digits) as at:
            counters[at] = 0
        with builder.loop(count, vectorize=False) as at:
            word = records[at * self.words]
            for digit in range(digits):
                slot = ((word >> (first_bit + 8 * digit)) & 255) + _DIGITS * digit
                counters[slot] = counters[slot] + 1
        source, target = builder.variable(records.address), builder.variable(spare.address)
        total = builder.variable(zero)
        with builder.loop(digits, vectorize=False) as digit:
            shift = digit * 8 + first_bit
            here = counters.at(digit * _DIGITS)
            old, new = builder.pointer("int64", source.value), builder.pointer("int64", target.value)
            with builder.when(here[(old[0] >> shift) & 255] != count):
                total.value = 0
                with builder.loop(_DIGITS, vectorize=False) as at:
                    number = here[at]
                    here[at] = total.value
                    total.value = total.value + number
                with builder.loop(count, vectorize=False) as at:
                    word = old[at * self.words]
                    slot = (word >> shift) & 255
                    place = here[slot]
                    here[slot] = place + 1
                    new[place * self.words] = word
                    if self.pairs:
                        new[place * 2 + 1] = old[at * 2 + 1]
                before = source.value
                source.value = target.value
                target.value = before
        return source.value


def counters_for(builder: Builder, keys: Keys) -> Pointer:
    """Stack memory for the digits of one row."""
    return builder.scratch("int64", _DIGITS * max(keys.bits // 8, 1))
