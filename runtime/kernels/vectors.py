"""Whole vectors in emitted kernels: loads, stores, broadcasts, fused multiply-adds, transposition in registers.

In: a builder (emitter.py) and a floating dtype. Out: LLVM values of type `<lanes x dtype>`, as their names. Kernels whose speed is
that of the machine's vectors (convolutions, pooling, normalization) say exactly which vectors they hold; the others write scalar
loops and leave vectors to LLVM.
"""
from __future__ import annotations

from collections.abc import Sequence

from .emitter import Builder, Pointer, Value, llvm_type
from .reduction import SIZES
from .tile import lanes


class Vectors:
    """Operations on vectors of one dtype, as wide as the machine's unless `count` is given; arithmetic is for floating ones."""

    def __init__(self, builder: Builder, dtype: str, count: int = 0) -> None:
        self.builder, self.dtype = builder, dtype
        self.lanes = count or lanes(dtype)
        self.type = f"<{self.lanes} x {llvm_type(dtype)}>"

    def load(self, source: Pointer) -> str:
        """The vector at a pointer, aligned to its items only."""
        return self.builder.text.let(f"load {self.type}, ptr {source.name}, align {SIZES[self.dtype]}")

    def store(self, vector: str, target: Pointer) -> None:
        """Write a vector."""
        self.builder.text.add(f"  store {self.type} {vector}, ptr {target.name}, align {SIZES[self.dtype]}")

    def broadcast(self, value: Value) -> str:
        """A vector whose items are all `value`."""
        text = self.builder.text
        first = text.let(f"insertelement {self.type} poison, {value.typed}, i64 0")
        return text.let(f"shufflevector {self.type} {first}, {self.type} poison, <{self.lanes} x i32> zeroinitializer")

    def constant(self, value: float) -> str:
        """A vector whose items are all the same constant."""
        return self.broadcast(self.builder.number(value, self.dtype))

    def multiply(self, a: str, b: str) -> str:
        """a * b."""
        return self.builder.text.let(f"fmul contract {self.type} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """a + b."""
        return self.builder.text.let(f"fadd contract {self.type} {a}, {b}")

    def divide(self, a: str, b: str) -> str:
        """a / b."""
        return self.builder.text.let(f"fdiv {self.type} {a}, {b}")

    def multiply_add(self, a: str, b: str, total: str) -> str:
        """a * b + total, in one rounding where the CPU can."""
        return self.add(total, self.multiply(a, b))

    def maximum(self, a: str, b: str) -> str:
        """The larger items; NaN where either is."""
        return self._call("maximum", a, b)

    def minimum(self, a: str, b: str) -> str:
        """The smaller items; NaN where either is."""
        return self._call("minimum", a, b)

    def is_larger_or_nan(self, a: str, b: str) -> str:
        """A mask: where a > b, or a is NaN."""
        text = self.builder.text
        larger, nan = text.let(f"fcmp ogt {self.type} {a}, {b}"), text.let(f"fcmp uno {self.type} {a}, {a}")
        return text.let(f"or <{self.lanes} x i1> {larger}, {nan}")

    def select(self, mask: str, yes: str, no: str) -> str:
        """The items of `yes` where the mask holds, else of `no`."""
        return self.builder.text.let(f"select <{self.lanes} x i1> {mask}, {self.type} {yes}, {self.type} {no}")

    # Places: integers beside the items, 32 bits each while they are in registers

    def places(self, count: int) -> list[VectorVariable]:
        """Vectors of places that change in loops."""
        return [VectorVariable(self, f"<{self.lanes} x i32>") for _ in range(count)]

    def all_places(self, place: Value) -> str:
        """A vector of one place."""
        text, kind = self.builder.text, f"<{self.lanes} x i32>"
        first = text.let(f"insertelement {kind} poison, i32 {text.let(f'trunc i64 {place.name} to i32')}, i64 0")
        return text.let(f"shufflevector {kind} {first}, {kind} poison, <{self.lanes} x i32> zeroinitializer")

    def select_places(self, mask: str, yes: str, no: str) -> str:
        """As `select`, for places."""
        return self.builder.text.let(f"select <{self.lanes} x i1> {mask}, <{self.lanes} x i32> {yes}, <{self.lanes} x i32> {no}")

    def store_places(self, places: str, target: Pointer) -> None:
        """Write places as int64."""
        wide = self.builder.text.let(f"sext <{self.lanes} x i32> {places} to <{self.lanes} x i64>")
        self.builder.text.add(f"  store <{self.lanes} x i64> {wide}, ptr {target.name}, align 8")

    def variables(self, count: int) -> list[VectorVariable]:
        """Vectors that change in loops and that LLVM keeps in registers."""
        return [VectorVariable(self) for _ in range(count)]

    def transposed(self, rows: Sequence[str]) -> list[str]:
        """The columns of a square of `lanes` vectors."""
        current = list(rows)
        distance = self.lanes // 2
        while distance:
            taken = [(at & ~distance) + (self.lanes if at & distance else 0) for at in range(self.lanes)]
            for at in range(self.lanes):
                if not at & distance:
                    above, below = current[at], current[at + distance]
                    current[at] = self._shuffle(above, below, taken)
                    current[at + distance] = self._shuffle(above, below, [place + distance for place in taken])
            distance //= 2
        return current

    def _shuffle(self, a: str, b: str, places: Sequence[int]) -> str:
        mask = ", ".join(f"i32 {place}" for place in places)
        return self.builder.text.let(f"shufflevector {self.type} {a}, {self.type} {b}, <{len(places)} x i32> <{mask}>")

    def _call(self, name: str, a: str, b: str) -> str:
        symbol = f"llvm.{name}.v{self.lanes}{'f32' if self.dtype == 'float32' else 'f64'}"
        self.builder.declare(symbol, f"declare {self.type} @{symbol}({self.type}, {self.type})")
        return self.builder.text.let(f"call {self.type} @{symbol}({self.type} {a}, {self.type} {b})")


class VectorVariable:
    """A vector that changes: `variable.value` reads, `variable.value = name` writes."""

    __slots__ = ("_builder", "_slot", "_type")

    def __init__(self, vectors: Vectors, kind: str = "") -> None:
        self._builder = vectors.builder
        self._type = kind or vectors.type
        self._slot = vectors.builder.slot(self._type)

    @property
    def value(self) -> str:
        return self._builder.text.let(f"load {self._type}, ptr {self._slot}")

    @value.setter
    def value(self, new: str) -> None:
        self._builder.text.add(f"  store {self._type} {new}, ptr {self._slot}")
