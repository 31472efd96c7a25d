"""The register tile at the heart of matrix products and convolutions: rows x vectors accumulators, updated by outer products.

In: vectors of a dtype (compiling/vectors.py), the tile's height and width. Out: LLVM text for: clear or start from memory, steps along the
depth, results into memory. Row values are broadcast, column values are whole vectors, so every step is rows * vectors fused
multiply-adds on registers.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence

from ..compiling.emitter import Pointer, Value
from ..compiling.vectors import Vectors

UNROLL = 4
"""Steps along the depth in one turn of the loop."""


class Tile:
    """Accumulators of `rows` x `vectors` vectors, as variables that LLVM keeps in registers."""

    def __init__(self, kind: Vectors, rows: int, vectors: int) -> None:
        self.builder, self.kind, self.rows, self.vectors = kind.builder, kind, rows, vectors
        self.lanes = kind.lanes
        self.width = vectors * self.lanes
        self.sums = [self.kind.variables(vectors) for _ in range(rows)]

    def clear(self) -> None:
        """All zeros."""
        for row in self.sums:
            for variable in row:
                variable.value = "zeroinitializer"

    def load(self, row: int, column: int, source: Pointer, mask: str = "") -> None:
        """One accumulator starts as the vector in memory."""
        self.sums[row][column].value = self.kind.load(source, mask)

    def store(self, row: int, column: int, target: Pointer, mask: str = "") -> None:
        """Write one accumulator to memory."""
        self.kind.store(self.sums[row][column].value, target, mask)

    def multiply(
        self, depth: Value, factors: Callable[[Value], Sequence[Value]], columns: Callable[[Value], Sequence[str]], unroll: int = UNROLL
    ) -> None:
        """Add `depth` outer products of `factors(step)`, a number for each row, and `columns(step)`, a vector for each column."""
        whole = depth // unroll
        with self.builder.loop(whole, vectorize=False) as turn:
            for step in range(unroll):
                self._step(factors(turn * unroll + step), columns(turn * unroll + step))
        if unroll > 1:
            with self.builder.loop(depth - whole * unroll, vectorize=False) as rest:
                self._step(factors(whole * unroll + rest), columns(whole * unroll + rest))

    def _step(self, factors: Sequence[Value], vectors: Sequence[str]) -> None:
        for row, factor in zip(self.sums, factors, strict=True):
            wide = self.kind.broadcast(factor)
            for variable, vector in zip(row, vectors, strict=True):
                variable.value = self.kind.multiply_add(wide, vector, variable.value)
