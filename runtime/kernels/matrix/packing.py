"""Copies of matrix parts in the order in which tiles read them.

In: pointers and strides of A (rows x depth) or B (depth x columns), in items. Out: text that writes

    rows of a tile:  [step][row]     the items that one step along the depth broadcasts lie side by side
    a panel:         [step][column]  so do the vectors that it multiplies

Whole vectors are moved, transposed in registers where the depth is contiguous. What lies beyond the last row or column repeats
the last one or is zero: tiles compute with it and do not store it.
"""
from __future__ import annotations

from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.vectors import Vectors


class Packing:
    """Packs one operand: `size` neighbours (rows of A, columns of B) for each step along the depth.

    `order` says which step of the target a step of the source becomes; without it they are the same, and with it `size` is
    a multiple of the lanes.
    """

    def __init__(self, builder: Builder, kind: Vectors, size: int, order: Pointer | None = None) -> None:
        self.builder, self.kind, self.size, self._order = builder, kind, size, order

    def _step(self, target: Pointer, step: Value) -> Pointer:
        """Where the neighbours of a step go."""
        return target.at((step if self._order is None else self._order[step]) * self.size)

    def write(self, source: Pointer, target: Pointer, neighbour: Value, step: Value, depth: Value, valid: Value) -> None:
        """Pack `depth` steps of items `neighbour` and `step` apart; the first `valid` neighbours exist, at least one.

        Up to `lanes - 1` items behind the end of the target are overwritten.
        """
        builder = self.builder
        beside, along = neighbour == 1, step == 1
        with builder.when(beside):
            with builder.when(valid >= self.size):
                self._copy(source, target, step, depth, None)
            with builder.when(valid < self.size):
                self._copy(source, target, step, depth, valid)
        with builder.when(along & (beside ^ 1)):
            self._transpose(source, target, neighbour, depth, valid)
        with builder.when((along | beside) ^ 1):
            self.gather(source, target, neighbour, step, depth, valid)

    def gather(self, source: Pointer, target: Pointer, neighbour: Value, step: Value, depth: Value, valid: Value) -> None:
        """As `write`, item by item: less code where there is little to pack."""
        self._gather(source, target, neighbour, step, self.builder.number(0, "int64"), depth, valid)

    def _copy(self, source: Pointer, target: Pointer, step: Value, depth: Value, valid: Value | None) -> None:
        """Neighbours are contiguous: vectors are copied, the last one as far as it goes."""
        lanes, masks = self.kind.lanes, [""] * -(-self.size // self.kind.lanes)
        if valid is not None:
            masks = [self.kind.mask(valid - at * lanes) for at in range(len(masks))]
        elif self.size % lanes:
            masks[-1] = self.kind.first_lanes(self.size % lanes)
        with self.builder.loop(depth, vectorize=False) as number:
            items, place = source.at(number * step), self._step(target, number)
            for at, mask in enumerate(masks):
                self.kind.store(self.kind.load(items.at(at * lanes), mask), place.at(at * lanes))

    def _transpose(self, source: Pointer, target: Pointer, neighbour: Value, depth: Value, valid: Value) -> None:
        """Steps are contiguous: squares are transposed in registers, as many rows at once as a vector has lanes: rows often lie where
        they share a place in the first cache, which has room for eight."""
        builder, lanes = self.builder, self.kind.lanes
        if self.size % lanes:
            self._squares(source, target, neighbour, depth, [builder.minimum(valid - 1, row) for row in range(self.size)])
        else:
            with builder.loop(self.size // lanes, vectorize=False) as part:
                rows = [builder.minimum(valid - 1, part * lanes + row) for row in range(lanes)]
                self._squares(source, target.at(part * lanes), neighbour, depth, rows)
        one = builder.number(1, "int64")
        self._gather(source, target, neighbour, one, depth // lanes * lanes, depth, valid)

    def _squares(self, source: Pointer, target: Pointer, neighbour: Value, depth: Value, rows: list[Value]) -> None:
        """These rows side by side, as far as whole vectors go along the depth. Stores overlap, the later one is right."""
        lanes = self.kind.lanes
        starts = [source.at(row * neighbour) for row in rows]
        with self.builder.loop(depth // lanes, vectorize=False) as square:
            # the rows that are packed next: they lie too far apart for the processor to guess
            for start in starts:
                self.builder.prefetch(start.at(neighbour * len(rows) + square * lanes), 1)
            vectors = [self.kind.load(start.at(square * lanes)) for start in starts]
            columns = [self.kind.transposed(vectors[first : first + lanes]) for first in range(0, len(rows), lanes)]
            for step in range(lanes):
                place = self._step(target, square * lanes + step)
                for block, column in enumerate(columns):
                    self.kind.store(column[step], place.at(block * lanes))

    def _gather(self, source: Pointer, target: Pointer, neighbour: Value, step: Value, first: Value, depth: Value, valid: Value) -> None:
        """Item by item, from step `first` on."""
        builder = self.builder
        with builder.loop(depth - first, vectorize=False) as number:
            items, place = source.at((first + number) * step), self._step(target, first + number)
            with builder.loop(self.size, vectorize=False) as at:
                place[at] = items[builder.minimum(valid - 1, at) * neighbour].to(self.kind.dtype)
