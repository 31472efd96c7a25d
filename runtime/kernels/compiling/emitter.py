"""Kernels written as Python that emits LLVM text: loops, branches and typed memory, without numba.

In: a function that is given a `Builder` and describes one kernel with it. Out: the text of a module that defines the kernel.
Emission takes about a millisecond, where numba needs hundreds for a kernel of loops. Numbers are `Value`s with Python's
operators; what changes in a loop is a `Variable`, which LLVM turns into a register.

    builder = Builder("fill")
    target, value = builder.pointer("float32", builder.word(0)), builder.word(1).to("float32")
    with builder.loop(builder.stop - builder.start) as i:
        target[builder.start + i] = value
    text = builder.finish()

Integers are 64 bits (dtype "int64"), conditions have dtype "i1"; bool and uint8 items are bytes. Items of float16 and bfloat16
are float32 once they are read, and rounded when they are written (half to even, NaN stays NaN). Floating operations may be
contracted (a * b + c in one rounding) and nothing else; `accumulate` alone may be reassociated.
"""
from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Union

from .conversions import convert, is_unsigned, loaded
from .llvm_text import CHECK, STORAGE, Text, call_scalar, declare_scalar, result_type

Number = Union["Value", int, float]
_FLOATS = ("float32", "float64")
_MAX_ALIGNMENT = 64


class Value:
    """A number in a register: its dtype (or "i1") and its LLVM name or constant."""

    __slots__ = ("builder", "dtype", "name")

    def __init__(self, builder: Builder, dtype: str, name: str) -> None:
        self.builder, self.dtype, self.name = builder, dtype, name

    @property
    def typed(self) -> str:
        """`type name`, as an operand."""
        return f"{llvm_type(self.dtype)} {self.name}"

    def to(self, dtype: str) -> Value:
        """Converted as PyTorch converts."""
        if self.dtype == "i1":
            return Value(self.builder, "bool", self.builder.text.let(f"zext i1 {self.name} to i8")).to(dtype)
        return Value(self.builder, dtype, convert(self.builder.text, self.name, self.dtype, dtype))

    def _binary(self, other: Number, whole: str, floating: str) -> Value:
        right = self.builder.number(other, self.dtype)
        assert right.dtype == self.dtype, f"{self.dtype} beside {right.dtype}"
        operation = f"{floating} contract" if self.dtype in _FLOATS else whole
        return type(self)(self.builder, self.dtype, self.builder.text.let(f"{operation} {self.typed}, {right.name}"))

    def _compare(self, other: Number, whole: str, floating: str) -> Value:
        right = self.builder.number(other, self.dtype)
        if is_unsigned(self.dtype):
            whole = whole.replace("s", "u")
        operation = f"fcmp {floating}" if self.dtype in _FLOATS else f"icmp {whole}"
        return type(self)(self.builder, "i1", self.builder.text.let(f"{operation} {self.typed}, {right.name}"))

    def __add__(self, other: Number) -> Value:
        return self._binary(other, "add", "fadd")

    def __radd__(self, other: int | float) -> Value:
        return self.builder.number(other, self.dtype) + self

    def __sub__(self, other: Number) -> Value:
        return self._binary(other, "sub", "fsub")

    def __rsub__(self, other: int | float) -> Value:
        return self.builder.number(other, self.dtype) - self

    def __mul__(self, other: Number) -> Value:
        return self._binary(other, "mul", "fmul")

    def __rmul__(self, other: int | float) -> Value:
        return self.builder.number(other, self.dtype) * self

    def __truediv__(self, other: Number) -> Value:
        """Quotient, of integers toward zero; an integer divisor of 0 ends the process."""
        return self._binary(other, "udiv" if is_unsigned(self.dtype) else "sdiv", "fdiv")

    def __rtruediv__(self, other: int | float) -> Value:
        return self.builder.number(other, self.dtype) / self

    def __floordiv__(self, other: Number) -> Value:
        """Quotient of sizes: both operands are nonnegative."""
        return self._binary(other, "udiv", "")

    def __mod__(self, other: Number) -> Value:
        """Remainder of sizes: both operands are nonnegative."""
        return self._binary(other, "urem", "")

    def __and__(self, other: Number) -> Value:
        return self._binary(other, "and", "")

    def __or__(self, other: Number) -> Value:
        return self._binary(other, "or", "")

    def __xor__(self, other: Number) -> Value:
        return self._binary(other, "xor", "")

    def __lshift__(self, other: Number) -> Value:
        return self._binary(other, "shl", "")

    def __rshift__(self, other: Number) -> Value:
        return self._binary(other, "lshr", "")

    def shift_signed(self, other: Number) -> Value:
        """Shifted right, the sign coming in from the left."""
        return self._binary(other, "ashr", "")

    def below(self, other: Number) -> Value:
        """Whether this is less, both read as unsigned integers."""
        right = self.builder.number(other, self.dtype)
        return Value(self.builder, "i1", self.builder.text.let(f"icmp ult {self.typed}, {right.name}"))

    def __lt__(self, other: Number) -> Value:
        return self._compare(other, "slt", "olt")

    def __le__(self, other: Number) -> Value:
        return self._compare(other, "sle", "ole")

    def __gt__(self, other: Number) -> Value:
        return self._compare(other, "sgt", "ogt")

    def __ge__(self, other: Number) -> Value:
        return self._compare(other, "sge", "oge")

    def __eq__(self, other: Number) -> Value:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._compare(other, "eq", "oeq")

    def __ne__(self, other: Number) -> Value:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._compare(other, "ne", "une")

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __bool__(self) -> bool:
        raise TypeError("a value of the kernel being written is not known yet; use Builder.when or Builder.select")


class Variable:
    """A number that changes: `variable.value` reads, `variable.value = x` writes."""

    __slots__ = ("_slot", "builder", "dtype")

    def __init__(self, builder: Builder, dtype: str, slot: str) -> None:
        self.builder, self.dtype, self._slot = builder, dtype, slot

    @property
    def value(self) -> Value:
        return Value(self.builder, self.dtype, self.builder.text.let(f"load {llvm_type(self.dtype)}, ptr {self._slot}"))

    @value.setter
    def value(self, new: Number) -> None:
        value = self.builder.number(new, self.dtype)
        assert value.dtype == self.dtype, f"a variable of {self.dtype} set to {value.dtype}"
        self.builder.text.add(f"  store {value.typed}, ptr {self._slot}")


class Pointer:
    """Items of one dtype in memory: `p[i]` reads, `p[i] = x` writes."""

    __slots__ = ("builder", "dtype", "group", "name")

    def __init__(self, builder: Builder, dtype: str, name: str, group: str = "") -> None:
        self.builder, self.dtype, self.name, self.group = builder, dtype, name, group

    def at(self, by: Number) -> Pointer:
        """The pointer to item `by`."""
        return Pointer(self.builder, self.dtype, self._place(by), self.group)

    @property
    def address(self) -> Value:
        """Where the items begin, as an int64."""
        return Value(self.builder, "int64", self.builder.text.let(f"ptrtoint ptr {self.name} to i64"))

    def independent(self) -> Pointer:
        """The same items, declared independent between iterations of the loops marked `independent`."""
        return Pointer(self.builder, self.dtype, self.name, ", !llvm.access.group !0")

    def _place(self, by: Number) -> str:
        steps = self.builder.number(by, "int64")
        if steps.name == "0":
            return self.name
        return self.builder.text.let(f"getelementptr {llvm_type(self.dtype)}, ptr {self.name}, {steps.typed}")

    def __getitem__(self, at: Number) -> Value:
        place = self._place(at)
        item = Value(self.builder, self.dtype, self.builder.text.let(f"load {llvm_type(self.dtype)}, ptr {place}{self.group}"))
        return item.to(loaded(self.dtype))

    def __setitem__(self, at: Number, new: Number) -> None:
        value = self.builder.number(new, loaded(self.dtype))
        assert value.dtype in (self.dtype, loaded(self.dtype)), f"{value.dtype} stored as {self.dtype}"
        value = value.to(self.dtype)
        self.builder.text.add(f"  store {value.typed}, ptr {self._place(at)}{self.group}")


class Scalar:
    """A compiled scalar function: called with values of its argument dtypes."""

    def __init__(self, symbol: str, arguments: Sequence[str], results: Sequence[str]) -> None:
        self.symbol, self.arguments, self.results = symbol, arguments, results


class Builder:
    """The kernel being written: `words`, `start` and `stop` are its parameters."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.text = Text()
        self._entry: list[str] = []
        self._labels = 0
        self._declared: dict[str, str] = {}
        self._loops: list[str] = []
        self._slots: tuple[int, str] | None = None
        self._results: set[str] = set()
        self.words = Pointer(self, "int64", "%words")
        self.start, self.stop = Value(self, "int64", "%start"), Value(self, "int64", "%stop")

    # Numbers

    def number(self, value: Number, dtype: str) -> Value:
        """A constant of `dtype`, or the value itself."""
        if isinstance(value, Value):
            return value
        if dtype in _FLOATS:
            exact = struct.unpack("<f", struct.pack("<f", value))[0] if dtype == "float32" else float(value)
            return Value(self, dtype, f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}")
        return Value(self, dtype, str(int(value)))

    def word(self, at: Number) -> Value:
        """Word number `at`."""
        return self.words[at]

    def pointer(self, dtype: str, address: Value) -> Pointer:
        """Items of `dtype` at an address."""
        return Pointer(self, dtype, self.text.let(f"inttoptr i64 {address.name} to ptr"))

    def select(self, condition: Value, yes: Number, no: Number) -> Value:
        """`yes` where the condition holds, else `no`; one of them is a Value."""
        dtype = yes.dtype if isinstance(yes, Value) else no.dtype if isinstance(no, Value) else "int64"
        left, right = self.number(yes, dtype), self.number(no, dtype)
        return Value(self, dtype, self.text.let(f"select i1 {condition.name}, {left.typed}, {right.typed}"))

    def variable(self, initial: Value) -> Variable:
        """A variable that starts as `initial`."""
        variable = Variable(self, initial.dtype, self.slot(llvm_type(initial.dtype)))
        variable.value = initial
        return variable

    def slot(self, llvm: str, align: int = 0) -> str:
        """Memory on the stack for one LLVM type, reserved once."""
        name = f"%s{len(self._entry)}"
        self._entry.append(f"  {name} = alloca {llvm}{f', align {align}' if align else ''}")
        return name

    def scratch(self, dtype: str, items: int) -> Pointer:
        """Items on the stack, not set."""
        return Pointer(self, dtype, self.slot(f"[{items} x {llvm_type(dtype)}]", _MAX_ALIGNMENT))

    # Functions

    def intrinsic(self, name: str, *values: Value) -> Value:
        """`llvm.name` of values of one dtype."""
        kind = llvm_type(values[0].dtype)
        symbol = f"llvm.{name}.{ {'float': 'f32', 'double': 'f64'}.get(kind, kind) }"
        self.declare(symbol, f"declare {kind} @{symbol}({', '.join([kind] * len(values))})")
        return Value(self, values[0].dtype, self.text.let(f"call {kind} @{symbol}({', '.join(one.typed for one in values)})"))

    @property
    def declared(self) -> dict[str, str]:
        """What `finish` declares before the kernel, by symbol."""
        return self._declared

    def declare(self, symbol: str, declaration: str) -> None:
        """Declare a function, once."""
        self._declared[symbol] = declaration

    def accumulate(self, total: Value, value: Value) -> Value:
        """total + value, in any order with other accumulations."""
        if total.dtype not in _FLOATS:
            return total + value
        return Value(self, total.dtype, self.text.let(f"fadd reassoc contract {total.typed}, {value.name}"))

    def accumulate_product(self, total: Value, value: Value) -> Value:
        """total * value, in any order with other accumulations."""
        if total.dtype not in _FLOATS:
            return total * value
        return Value(self, total.dtype, self.text.let(f"fmul reassoc {total.typed}, {value.name}"))

    def maximum(self, a: Value, b: Number) -> Value:
        """The larger; NaN if either is."""
        return self.intrinsic(_extremum("max", a.dtype), a, self.number(b, a.dtype))

    def minimum(self, a: Value, b: Number) -> Value:
        """The smaller; NaN if either is."""
        return self.intrinsic(_extremum("min", a.dtype), a, self.number(b, a.dtype))

    def larger(self, a: Value, b: Number) -> Value:
        """As maximum, but of two zeros either: three instructions in place of five."""
        return self._either_zero("max", a, self.number(b, a.dtype))

    def smaller(self, a: Value, b: Number) -> Value:
        """As minimum, but of two zeros either."""
        return self._either_zero("min", a, self.number(b, a.dtype))

    def _either_zero(self, which: str, a: Value, b: Value) -> Value:
        if a.dtype not in _FLOATS:
            return self.intrinsic(_extremum(which, a.dtype), a, b)
        kind = llvm_type(a.dtype)
        symbol = f"llvm.{which}imum.{'f32' if kind == 'float' else 'f64'}"
        self.declare(symbol, f"declare {kind} @{symbol}({kind}, {kind})")
        return Value(self, a.dtype, self.text.let(f"call nsz {kind} @{symbol}({a.typed}, {b.typed})"))

    def prefetch(self, place: Pointer, cache: int, *, write: bool = False) -> None:
        """Fetch the line at a place, which need not exist, into the cache of this level."""
        self.declare("llvm.prefetch.p0", "declare void @llvm.prefetch.p0(ptr, i32 immarg, i32 immarg, i32 immarg)")
        self.text.add(f"  call void @llvm.prefetch.p0(ptr {place.name}, i32 {int(write)}, i32 {4 - cache}, i32 1)")

    def square_root(self, a: Value) -> Value:
        """The square root."""
        return self.intrinsic("sqrt", a)

    def leading_zeros(self, a: Value) -> Value:
        """How many of the 64 bits of an integer are 0 before its first 1."""
        self.declare("llvm.ctlz.i64", "declare i64 @llvm.ctlz.i64(i64, i1)")
        return Value(self, "int64", self.text.let(f"call i64 @llvm.ctlz.i64({a.typed}, i1 false)"))

    def call(self, function: Scalar, *arguments: Value) -> tuple[Value, ...]:
        """The results of a compiled scalar function."""
        self.declare(function.symbol, declare_scalar(function.symbol, function.arguments))
        self._results.add(result_type(function.results))
        given = [(one.dtype, one.name) for one in arguments]
        names = call_scalar(self.text, function.symbol, given, function.results)
        return tuple(Value(self, dtype, name) for dtype, name in zip(function.results, names, strict=True))

    def call_kernel(self, address: Value, words: Pointer, start: Number, stop: Number) -> Value:
        """Run the kernel at an address; its status."""
        function = self.text.let(f"inttoptr i64 {address.name} to ptr")
        first, last = self.number(start, "int64"), self.number(stop, "int64")
        return Value(self, "int64", self.text.let(f"call i64 {function}(ptr {words.name}, {first.typed}, {last.typed})"))

    def call_c(self, symbol: str, result: str, *arguments: Value) -> Value:
        """Call a C function of the engine's list; its result's dtype is `result`, "" for none."""
        given = ", ".join(one.typed for one in arguments)
        kinds = ", ".join(llvm_type(one.dtype) for one in arguments)
        kind = llvm_type(result) if result else "void"
        self.declare(symbol, f"declare {kind} @{symbol}({kinds})")
        if not result:
            self.text.add(f"  call void @{symbol}({given})")
            return self.number(0, "int64")
        return Value(self, result, self.text.let(f"call {kind} @{symbol}({given})"))

    def stack_words(self, count: Value) -> Pointer:
        """Words on the stack, as many as is known only when the kernel runs; not to be reserved in a loop."""
        return Pointer(self, "int64", self.text.let(f"alloca i64, {count.typed}"))

    def copy_bytes(self, target: Pointer, source: Pointer, count: Value) -> None:
        """Copy `count` bytes between places that do not overlap."""
        symbol = "llvm.memcpy.p0.p0.i64"
        self.declare(symbol, f"declare void @{symbol}(ptr, ptr, i64, i1)")
        self.text.add(f"  call void @{symbol}(ptr {target.name}, ptr {source.name}, {count.typed}, i1 false)")

    # Control

    @contextmanager
    def loop(
        self, count: Number, *, independent: bool = False, vectorize: bool = True, interleave: int = 0
    ) -> Generator[Value]:
        """The block, for 0..count-1; `independent` promises that iterations do not touch each other's items.

        `interleave`, if given, is how many vectors a turn takes: sums in so many registers do not wait for each other.
        """
        total = self.number(count, "int64")
        head, body, last, after = self._names("head", "body", "last", "after")
        before = self._branch(head)
        self._label(head)
        index = f"%{head}_i"
        self.text.add(f"  {index} = phi i64 [0, %{before}], [{index}_next, %{last}]")
        more = self.text.let(f"icmp slt i64 {index}, {total.name}")
        self.text.add(f"  br i1 {more}, label %{body}, label %{after}")
        self._label(body)
        yield Value(self, "int64", index)
        self._branch(last)
        self._label(last)
        self.text.add(f"  {index}_next = add nuw nsw i64 {index}, 1")
        self.text.add(f"  br label %{head}{self._metadata(independent, vectorize, interleave)}")
        self._label(after)

    @contextmanager
    def loop_while(self, condition: Callable[[], Value]) -> Generator[None]:
        """The block, as long as the condition holds before it."""
        head, body, after = self._names("head", "body", "after")
        self._branch(head)
        self._label(head)
        self.text.add(f"  br i1 {condition().name}, label %{body}, label %{after}")
        self._label(body)
        yield
        self.text.add(f"  br label %{head}{self._metadata(False, False)}")
        self._label(after)

    @contextmanager
    def when(self, condition: Value) -> Generator[None]:
        """The block, if the condition holds."""
        body, after = self._names("then", "after")
        self.text.add(f"  br i1 {condition.name}, label %{body}, label %{after}")
        self._label(body)
        yield
        self._branch(after)
        self._label(after)

    def return_status(self, status: Number) -> None:
        """Leave the kernel; what follows in this block is not reached."""
        self.text.add(f"  ret {self.number(status, 'int64').typed}")
        (unreached,) = self._names("unreached")
        self._label(unreached)

    def finish(self, attribute: str = "") -> str:
        """The module; the kernel returns 0 at its end. `attribute` is one of LLVM's for functions."""
        self.text.add("  ret i64 0")
        head = [CHECK] if self._results else []
        head += [*self._declared.values(), f"define i64 @{self.symbol}(ptr noalias %words, i64 %start, i64 %stop) {attribute} {{", "entry:"]
        if self._results:
            head += [f"  %result = alloca {max(self._results, key=len)}, align 16", "  %exception = alloca ptr"]
        metadata = [
            "!0 = distinct !{}", '!1 = !{!"llvm.loop.parallel_accesses", !0}', '!2 = !{!"llvm.loop.vectorize.enable", i1 false}',
            *self._loops,
        ]
        return "\n".join([*head, *self._entry, "  br label %begin", "begin:", str(self.text), "}", *metadata])

    def _names(self, *names: str) -> tuple[str, ...]:
        self._labels += 1
        return tuple(f"{name}{self._labels}" for name in names)

    def _branch(self, target: str) -> str:
        self.text.add(f"  br label %{target}")
        return self.text.block

    def _label(self, name: str) -> None:
        self.text.label(name)

    def _metadata(self, independent: bool, vectorize: bool, interleave: int = 0) -> str:
        promises = ", !1" * independent + ", !2" * (not vectorize)
        if interleave:
            promises += f', !{len(self._loops) + 3}'
            self._loops.append(f'!{len(self._loops) + 3} = !{{!"llvm.loop.interleave.count", i32 {interleave}}}')
        if not promises:
            return ""
        number = len(self._loops) + 3
        self._loops.append(f"!{number} = distinct !{{!{number}{promises}}}")
        return f", !llvm.loop !{number}"


def llvm_type(dtype: str) -> str:
    """The LLVM type of a dtype, or of a condition."""
    return "i1" if dtype == "i1" else STORAGE[dtype]


def _extremum(which: str, dtype: str) -> str:
    if dtype in _FLOATS:
        return f"{which}imum"
    return f"{'u' if is_unsigned(dtype) else 's'}{which}"
