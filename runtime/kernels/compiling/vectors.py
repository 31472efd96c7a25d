"""Whole vectors in emitted kernels: loads, stores, masks, broadcasts, fused multiply-adds, transposition in registers.

In: a builder (emitter.py), the dtype of the lanes and an instruction set (isa.py). Out: LLVM values of type `<lanes x dtype>`, as
their names. Kernels whose speed is that of the machine's vectors (products, convolutions, pooling, normalization) say exactly which
vectors they hold; the others write scalar loops and leave vectors to LLVM. Items in memory may be of another dtype than the lanes:
loads convert float16 and bfloat16 to float32, and narrow integers to wider ones.
"""
from __future__ import annotations

from collections.abc import Sequence

from ...dtype import ALL
from .conversions import convert, has_half_instructions, is_unsigned
from .emitter import Builder, Pointer, Value, llvm_type
from .isa import Isa, current

SIZES = {dtype.name: dtype.itemsize for dtype in ALL}
"""Bytes per item."""


class Vectors:
    """Operations on vectors of one dtype, as wide as the registers of an instruction set unless `count` is given."""

    def __init__(self, builder: Builder, dtype: str, count: int = 0, *, isa: Isa | None = None) -> None:
        self.builder, self.dtype = builder, dtype
        self.lanes = count or (isa or current()).vector_bytes // SIZES[dtype]
        self.item = llvm_type(dtype)
        self.type = f"<{self.lanes} x {self.item}>"
        self.floating = dtype.startswith("float")

    def load(self, source: Pointer, mask: str = "") -> str:
        """Items from memory; zeros where the mask is off, whose items are not read."""
        text = self.builder.text
        if source.dtype == self.dtype:
            return self._load(self.item, source, mask, SIZES[self.dtype])
        if source.dtype == "float16" and not has_half_instructions():
            return self._load_each(source, mask)
        if source.dtype == "float16":
            return text.let(f"fpext <{self.lanes} x half> {self._load('half', source, mask, 2)} to {self.type}")
        if source.dtype == "bfloat16":
            wide = text.let(f"zext <{self.lanes} x i16> {self._load('i16', source, mask, 2)} to <{self.lanes} x i32>")
            high = text.let(f"shl <{self.lanes} x i32> {wide}, splat (i32 16)")
            return text.let(f"bitcast <{self.lanes} x i32> {high} to {self.type}")
        narrow = llvm_type(source.dtype)
        extension = "zext" if is_unsigned(source.dtype) else "sext"
        return text.let(f"{extension} <{self.lanes} x {narrow}> {self._load(narrow, source, mask, SIZES[source.dtype])} to {self.type}")

    def _load_each(self, source: Pointer, mask: str) -> str:
        text, vector, narrow = self.builder.text, "poison", self._load("i16", source, mask, 2)
        for lane in range(self.lanes):
            item = text.let(f"extractelement <{self.lanes} x i16> {narrow}, i64 {lane}")
            item = convert(text, item, source.dtype, self.dtype)
            vector = text.let(f"insertelement {self.type} {vector}, {self.item} {item}, i64 {lane}")
        return vector

    def _load(self, item: str, source: Pointer, mask: str, align: int) -> str:
        text, vector = self.builder.text, f"<{self.lanes} x {item}>"
        if not mask:
            return text.let(f"load {vector}, ptr {source.name}, align {align}")
        symbol, flags = f"llvm.masked.load.v{self.lanes}{_SUFFIX[item]}.p0", f"<{self.lanes} x i1>"
        self.builder.declare(symbol, f"declare {vector} @{symbol}(ptr, i32 immarg, {flags}, {vector})")
        return text.let(f"call {vector} @{symbol}(ptr {source.name}, i32 {align}, {flags} {mask}, {vector} zeroinitializer)")

    def store(self, value: str, target: Pointer, mask: str = "") -> None:
        """Items to memory; those whose mask is off are left alone. `target` has the dtype of the lanes."""
        text, align = self.builder.text, SIZES[self.dtype]
        if not mask:
            text.add(f"  store {self.type} {value}, ptr {target.name}, align {align}")
            return
        symbol, flags = f"llvm.masked.store.v{self.lanes}{_SUFFIX[self.item]}.p0", f"<{self.lanes} x i1>"
        self.builder.declare(symbol, f"declare void @{symbol}({self.type}, ptr, i32 immarg, {flags})")
        text.add(f"  call void @{symbol}({self.type} {value}, ptr {target.name}, i32 {align}, {flags} {mask})")

    def mask(self, count: Value) -> str:
        """On for the first `count` lanes; a count beyond them is none or all."""
        text, lanes = self.builder.text, self.lanes
        near = self.builder.maximum(self.builder.minimum(count, lanes), 0)
        narrow = text.let(f"trunc i64 {near.name} to i32")
        first = text.let(f"insertelement <{lanes} x i32> poison, i32 {narrow}, i64 0")
        every = text.let(f"shufflevector <{lanes} x i32> {first}, <{lanes} x i32> poison, <{lanes} x i32> zeroinitializer")
        numbers = ", ".join(f"i32 {lane}" for lane in range(lanes))
        return text.let(f"icmp sgt <{lanes} x i32> {every}, <{numbers}>")

    def first_lanes(self, count: int) -> str:
        """The mask of the first `count` lanes, known now."""
        return "<" + ", ".join(f"i1 {'true' if lane < count else 'false'}" for lane in range(self.lanes)) + ">"

    def broadcast(self, value: Value) -> str:
        """One number in all lanes."""
        text = self.builder.text
        first = text.let(f"insertelement {self.type} poison, {self.item} {value.name}, i64 0")
        return text.let(f"shufflevector {self.type} {first}, {self.type} poison, <{self.lanes} x i32> zeroinitializer")

    def constant(self, value: float) -> str:
        """A vector whose items are all the same constant."""
        return self.broadcast(self.builder.number(value, self.dtype))

    def multiply(self, a: str, b: str) -> str:
        """a * b."""
        return self.builder.text.let(f"{'fmul contract' if self.floating else 'mul'} {self.type} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """a + b."""
        return self.builder.text.let(f"{'fadd contract' if self.floating else 'add'} {self.type} {a}, {b}")

    def divide(self, a: str, b: str) -> str:
        """a / b."""
        return self.builder.text.let(f"fdiv {self.type} {a}, {b}")

    def multiply_add(self, a: str, b: str, total: str) -> str:
        """a * b + total, of floating dtypes in one rounding where the CPU can."""
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

    def total(self, vector: str) -> Value:
        """The sum of the lanes, halves first."""
        text, lanes = self.builder.text, self.lanes
        while lanes > 1:
            half, kind = lanes // 2, f"<{lanes} x {self.item}>"
            low, high = (
                text.let(f"shufflevector {kind} {vector}, {kind} poison, <{half} x i32> <{', '.join(f'i32 {one}' for one in places)}>")
                for places in (range(half), range(half, lanes))
            )
            vector = text.let(f"{'fadd' if self.floating else 'add'} <{half} x {self.item}> {low}, {high}")
            lanes = half
        return Value(self.builder, self.dtype, text.let(f"extractelement <1 x {self.item}> {vector}, i64 0"))

    def store_totals(self, vectors: Sequence[str], target: Pointer) -> None:
        """Write the sum of the lanes of each vector, side by side; a power of two of them."""
        text, together = self.builder.text, 1
        sums = list(vectors)
        while len(sums) > 1 and together < self.lanes:
            # neighbours of two vectors are added at once, and lie in one vector then
            sums = [self.add(*self._exchange(one, other, together)) for one, other in zip(sums[::2], sums[1::2])]
            together *= 2
        for number, vector in enumerate(sums):
            lanes = self.lanes
            while lanes > together:
                half, kind = lanes // 2, f"<{lanes} x {self.item}>"
                low, high = (
                    text.let(f"shufflevector {kind} {vector}, {kind} poison, <{half} x i32> <{', '.join(f'i32 {one}' for one in places)}>")
                    for places in (range(half), range(half, lanes))
                )
                vector = text.let(f"{'fadd' if self.floating else 'add'} <{half} x {self.item}> {low}, {high}")
                lanes = half
            place = target.at(number * together)
            text.add(f"  store <{together} x {self.item}> {vector}, ptr {place.name}, align {SIZES[self.dtype]}")

    def transposed(self, rows: Sequence[str]) -> list[str]:
        """The columns of a square of `lanes` rows, of which the last may be missing: their lanes are anything."""
        lanes = self.lanes
        square = [*rows, *["poison"] * (lanes - len(rows))]
        step = lanes // 2
        while step:
            for at in range(lanes):
                if not at & step:
                    square[at], square[at + step] = self._exchange(square[at], square[at + step], step)
            step //= 2
        return square

    def _exchange(self, a: str, b: str, step: int) -> tuple[str, str]:
        """Swap the lanes of `a` whose number has the bit `step` with the lanes of `b` that lack it."""
        if a == b == "poison":
            return a, b
        numbers = range(self.lanes)
        low = [lane if not lane & step else self.lanes + lane - step for lane in numbers]
        high = [lane + step if not lane & step else self.lanes + lane for lane in numbers]
        first, second = (
            self.builder.text.let(
                f"shufflevector {self.type} {a}, {self.type} {b}, <{self.lanes} x i32> <{', '.join(f'i32 {one}' for one in places)}>"
            )
            for places in (low, high)
        )
        return first, second

    def _call(self, name: str, a: str, b: str) -> str:
        symbol = f"llvm.{name}.v{self.lanes}{_SUFFIX[self.item]}"
        self.builder.declare(symbol, f"declare {self.type} @{symbol}({self.type}, {self.type})")
        return self.builder.text.let(f"call {self.type} @{symbol}({self.type} {a}, {self.type} {b})")


class PairVectors(Vectors):
    """Vectors of int32 whose items, as factors, are two numbers of 16 bits: a product is the sum of two products."""

    def multiply(self, a: str, b: str) -> str:
        """a * b; LLVM makes one instruction of it where there is one."""
        text, twice = self.builder.text, 2 * self.lanes
        halves = [text.let(f"bitcast {self.type} {one} to <{twice} x i16>") for one in (a, b)]
        wide = [text.let(f"sext <{twice} x i16> {one} to <{twice} x i32>") for one in halves]
        product = text.let(f"mul <{twice} x i32> {wide[0]}, {wide[1]}")
        even, odd = (
            text.let(
                f"shufflevector <{twice} x i32> {product}, <{twice} x i32> poison, "
                f"<{self.lanes} x i32> <{', '.join(f'i32 {lane}' for lane in range(first, twice, 2))}>"
            )
            for first in (0, 1)
        )
        return text.let(f"add {self.type} {even}, {odd}")


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


_SUFFIX = {"float": "f32", "double": "f64", "half": "f16", "i8": "i8", "i16": "i16", "i32": "i32", "i64": "i64"}
