"""The register tile at the heart of matrix products and convolutions: rows x vectors accumulators, updated by outer products.

In: a builder (emitter.py), a floating dtype, the tile's height and width. Out: LLVM text for: clear, one step along the depth,
results into memory. Row values are broadcast from packed memory, column values are whole vectors, so every step is
rows * vectors fused multiply-adds on registers.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from .emitter import Builder, Pointer, Value, llvm_type
from .engine import initialize
from .reduction import SIZES

UNROLL = 4
"""Steps along the depth in one turn of the loop."""


@functools.cache
def vector_bytes() -> int:
    """The width of this CPU's vectors."""
    features = initialize().get_host_cpu_features()
    if features.get("avx512f"):
        return 64
    return 32 if features.get("avx2") else 16


def lanes(dtype: str) -> int:
    """Items of `dtype` in one vector."""
    return vector_bytes() // SIZES[dtype]


def tile_rows() -> int:
    """The height of the largest tile: with two vectors of width it leaves room for the operands in the registers."""
    return 14 if vector_bytes() == 64 else 6


VECTORS = 2
"""The width of a tile, in vectors."""


class Tile:
    """Accumulators of `rows` x `vectors` vectors, as variables that LLVM keeps in registers."""

    def __init__(self, builder: Builder, dtype: str, rows: int, vectors: int = VECTORS) -> None:
        self.builder, self.dtype, self.rows, self.vectors = builder, dtype, rows, vectors
        self.lanes = lanes(dtype)
        self.vector = f"<{self.lanes} x {llvm_type(dtype)}>"
        self._slots = [[builder.slot(self.vector) for _ in range(vectors)] for _ in range(rows)]
        self._edge = builder.scratch(dtype, rows * vectors * self.lanes)

    def clear(self) -> None:
        """All zeros."""
        for row in self._slots:
            for slot in row:
                self.builder.text.add(f"  store {self.vector} zeroinitializer, ptr {slot}")

    def fill(self, row: int, value: Value) -> None:
        """All items of one row are `value`."""
        vector = self._broadcast(value.name)
        for slot in self._slots[row]:
            self.builder.text.add(f"  store {self.vector} {vector}, ptr {slot}")

    def multiply(self, depth: Value, packed: Pointer, columns: Callable[[Value], Sequence[Pointer]]) -> None:
        """Add `depth` outer products: `packed` has `rows` items per step, `columns(step)` points at a vector for each column."""
        whole = depth // UNROLL
        with self.builder.loop(whole, vectorize=False) as turn:
            for step in range(UNROLL):
                self._step(turn * UNROLL + step, packed, columns)
        with self.builder.loop(depth - whole * UNROLL, vectorize=False) as rest:
            self._step(whole * UNROLL + rest, packed, columns)

    def _step(self, step: Value, packed: Pointer, columns: Callable[[Value], Sequence[Pointer]]) -> None:
        text = self.builder.text
        vectors = [text.let(f"load {self.vector}, ptr {column.name}, align {SIZES[self.dtype]}") for column in columns(step)]
        items = packed.at(step * self.rows)
        for row in range(self.rows):
            factor = self._broadcast(items[row].name)
            for column, vector in enumerate(vectors):
                slot = self._slots[row][column]
                product = text.let(f"fmul contract {self.vector} {factor}, {vector}")
                total = text.let(f"fadd contract {self.vector} {text.let(f'load {self.vector}, ptr {slot}')}, {product}")
                text.add(f"  store {self.vector} {total}, ptr {slot}")

    def add_to(self, row: int, column: int, target: Pointer) -> None:
        """Add one accumulator to a vector in memory."""
        text, align = self.builder.text, SIZES[self.dtype]
        old = text.let(f"load {self.vector}, ptr {target.name}, align {align}")
        mine = text.let(f"load {self.vector}, ptr {self._slots[row][column]}")
        text.add(f"  store {self.vector} {text.let(f'fadd {self.vector} {old}, {mine}')}, ptr {target.name}, align {align}")

    def store(self, row: int, column: int, target: Pointer) -> None:
        """Write one accumulator to memory."""
        mine = self.builder.text.let(f"load {self.vector}, ptr {self._slots[row][column]}")
        self.builder.text.add(f"  store {self.vector} {mine}, ptr {target.name}, align {SIZES[self.dtype]}")

    def spill(self) -> Pointer:
        """All accumulators in memory, row after row: for tiles of which only a part is wanted."""
        for row in range(self.rows):
            for column in range(self.vectors):
                self.store(row, column, self._edge.at((row * self.vectors + column) * self.lanes))
        return self._edge

    def _broadcast(self, name: str) -> str:
        text, item = self.builder.text, llvm_type(self.dtype)
        first = text.let(f"insertelement {self.vector} poison, {item} {name}, i64 0")
        return text.let(f"shufflevector {self.vector} {first}, {self.vector} poison, <{self.lanes} x i32> zeroinitializer")
