"""The LLVM text of pointwise kernels: rows of the innermost dimension, and a loop over each that LLVM vectorizes.

In: what `pointwise.pointwise_kernel` was asked for, with the scalar function compiled or traced. Out: one module. The words
are described in pointwise.py.
"""
from __future__ import annotations

from collections.abc import Sequence

from ...dtype import BY_NAME
from ..compiling.contraction import DECLARATIONS
from ..compiling.emitter import Builder
from ..compiling.isa import host
from ..compiling.llvm_text import CHECK, STORAGE, Text, call_scalar, declare_scalar, result_type
from ..compiling.pointwise_steps import EmittedStep, write_step
from .pointwise import BROADCAST, CONTIGUOUS, STRIDED


class PointwiseLoop:
    """The LLVM text of one kernel: rows of the innermost dimension, and a loop over each that LLVM vectorizes."""

    def __init__(
        self, symbol: str, inputs: Sequence[str], steps: Sequence[EmittedStep], outputs: Sequence[int], rank: int, classes: Sequence[int]
    ) -> None:
        """`outputs` are the numbers of the values that are stored."""
        self.symbol, self.rank, self.classes = symbol, rank, classes
        self.inputs, self.steps, self.outputs = inputs, steps, outputs
        self.builder = Builder(symbol)
        self.tiled = STRIDED in classes and any(step.scalar for step in steps)
        """Whether items that lie apart are gathered before the functions see them, because LLVM takes such one by one."""
        values = [*inputs, *(target for step in steps for target in step.targets)]
        self.operands = (*inputs, *(values[at] for at in outputs))

    def text(self) -> str:
        """The whole module."""
        text = self.builder.text
        scalars = {step.scalar: step for step in self.steps if step.scalar}
        if scalars:
            text.add(CHECK)
        for scalar, step in scalars.items():
            text.add(declare_scalar(scalar, step.registers))
        text.add(f"define i64 @{self.symbol}(ptr noalias %words, i64 %start, i64 %stop) {{")
        text.label("entry")
        # a slot for each call: slots become registers, and one that held different types would not
        for at, step in enumerate(self.steps):
            if step.scalar:
                text.add(f"  %result{at} = alloca {result_type(step.results)}")
        if scalars:
            text.add("  %exception = alloca ptr")
        for at in self._apart():
            text.add(f"  %buffer{at} = alloca [{_TILE} x {STORAGE[self.operands[at]]}], align 64")
        pointers = [text.let(f"inttoptr i64 {self._word(text, at)} to ptr") for at in range(len(self.operands))]
        if self.rank == 0:
            self._flat(text, pointers)
        else:
            self._rows(text, pointers)
        text.label("done")
        text.add("  ret i64 0")
        text.add("}")
        for declaration in {**DECLARATIONS, **self.builder.declared}.values():
            text.add(declaration)
        # each item is by itself, so no load waits for a store of another: in-place calls vectorize too
        text.add('!1 = !{!"llvm.loop.parallel_accesses", !2}\n!2 = distinct !{}')
        width = self._width()
        text.add(f"!0 = distinct !{{!0, !1{', !3' if width else ''}}}")
        if width:
            text.add(f'!3 = !{{!"llvm.loop.vectorize.width", i32 {width}}}')
        if self.tiled:
            text.add(f'!4 = !{{!"llvm.loop.unroll.count", i32 {_UNROLLED}}}\n!5 = !{{!"llvm.loop.vectorize.enable", i1 false}}')
        for at in self._apart():
            text.add(f"!{_COPIES + at} = distinct !{{!{_COPIES + at}, !4, !5}}")
        return str(text)

    def _width(self) -> int:
        """How many items to take at once, 0 for as many as LLVM likes.

        Two vectors of float32 go through a mathematical function side by side: their chains of operations overlap where the
        processor would not look ahead so far. In float64, whose functions are longer, registers are too few.
        """
        functions = any(step.scalar and step.compute == "float32" for step in self.steps)
        wide = any(BY_NAME[dtype].itemsize > 4 for step in self.steps for dtype in (*step.registers, *step.results))
        # functions that are wanted seldom have no variant for more than 16
        return min(host().vector_bytes // 2, 16) if functions and not wide else 0

    def _word(self, text: Text, at: int) -> str:
        place = text.let(f"getelementptr i64, ptr %words, i64 {at}")
        return text.let(f"load i64, ptr {place}")

    def _flat(self, text: Text, pointers: list[str]) -> None:
        text.add("  %some = icmp slt i64 %start, %stop")
        text.add("  br i1 %some, label %row, label %done")
        text.label("row")
        count = text.let("sub i64 %stop, %start")
        moved = [
            pointer if self.classes[at] == BROADCAST else text.let(f"getelementptr {STORAGE[self.operands[at]]}, ptr {pointer}, i64 %start")
            for at, pointer in enumerate(pointers)
        ]
        self._inner(text, "row", moved, ["1"] * len(moved), count, "done")

    def _rows(self, text: Text, pointers: list[str]) -> None:
        """Blocks: decode `start` into coordinates; per row, point every operand at its first item; then step the coordinates."""
        rank, operands = self.rank, len(self.operands)
        sizes = [self._word(text, operands + dim) for dim in range(rank)]
        strides = [[self._word(text, operands + rank * (1 + at) + dim) for dim in range(rank)] for at in range(operands)]
        text.add("  %some = icmp slt i64 %start, %stop")
        text.add("  br i1 %some, label %decode, label %done")
        text.label("decode")
        text.add("  %nonzero = icmp ne i64 %start, 0")
        text.add("  br i1 %nonzero, label %divide, label %begin")
        text.label("divide")
        rest, first = "%start", [""] * rank
        for dim in reversed(range(1, rank)):
            first[dim] = text.let(f"urem i64 {rest}, {sizes[dim]}")
            rest = text.let(f"udiv i64 {rest}, {sizes[dim]}")
        first[0] = rest
        text.add("  br label %begin")
        text.label("begin")
        for dim in range(rank):
            text.add(f"  %first{dim} = phi i64 [0, %decode], [{first[dim]}, %divide]")
        text.add("  %all = sub i64 %stop, %start")
        text.add("  br label %row")
        text.label("row")
        for dim in range(rank):
            text.add(f"  %at{dim} = phi i64 [%first{dim}, %begin], [%next{dim}, %step]")
        text.add("  %left = phi i64 [%all, %begin], [%rest, %step]")
        room = text.let(f"sub i64 {sizes[rank - 1]}, %at{rank - 1}")
        short = text.let(f"icmp slt i64 {room}, %left")
        count = text.let(f"select i1 {short}, i64 {room}, i64 %left")
        moved = [self._move(text, at, pointer, strides[at]) for at, pointer in enumerate(pointers)]
        self._inner(text, "row", moved, [operand[rank - 1] for operand in strides], count, "step")
        text.label("step")
        text.add(f"  %rest = sub i64 %left, {count}")
        carry = "1"
        text.add(f"  %next{rank - 1} = add i64 0, 0")
        for dim in reversed(range(rank - 1)):
            raised = text.let(f"add i64 %at{dim}, {carry}")
            over = text.let(f"icmp eq i64 {raised}, {sizes[dim]}")
            text.add(f"  %next{dim} = select i1 {over}, i64 0, i64 {raised}")
            carry = text.let(f"zext i1 {over} to i64")
        text.add("  %again = icmp sgt i64 %rest, 0")
        text.add("  br i1 %again, label %row, label %done")

    def _move(self, text: Text, at: int, pointer: str, strides: list[str]) -> str:
        kind = STORAGE[self.operands[at]]
        for dim, stride in enumerate(strides):
            if dim == self.rank - 1 and self.classes[at] == BROADCAST:
                continue
            steps = f"%at{dim}"
            if dim < self.rank - 1 or self.classes[at] == STRIDED:
                steps = text.let(f"mul i64 %at{dim}, {stride}")
            pointer = text.let(f"getelementptr {kind}, ptr {pointer}, i64 {steps}")
        return pointer

    def _apart(self) -> list[int]:
        """The operands that go through a buffer."""
        return [at for at, kind in enumerate(self.classes) if kind == STRIDED] if self.tiled else []

    def _inner(self, text: Text, before: str, pointers: list[str], strides: list[str], count: str, after: str) -> None:
        """One row, from 0 to `count` (at least 1)."""
        if not self.tiled:
            self._loop(text, before, pointers, strides, self.classes, count, after)
            return
        text.add("  br label %tile")
        text.label("tile")
        text.add(f"  %from = phi i64 [0, %{before}], [%reached, %tiled]")
        left = text.let(f"sub i64 {count}, %from")
        short = text.let(f"icmp slt i64 {left}, {_TILE}")
        taken = text.let(f"select i1 {short}, i64 {left}, i64 {_TILE}")
        moved = [
            self._item(text, at, pointer, strides[at], self.classes, "%from") for at, pointer in enumerate(pointers)
        ]
        near = [f"%buffer{at}" if at in self._apart() else pointer for at, pointer in enumerate(moved)]
        for at in self._apart():
            if at < len(self.inputs):
                self._copy(text, at, (moved[at], strides[at]), (near[at], "1"), taken)
        classes = [CONTIGUOUS if kind == STRIDED else kind for kind in self.classes]
        self._loop(text, text.block, near, ["1"] * len(near), classes, taken, "stored")
        text.label("stored")
        for at in self._apart():
            if at >= len(self.inputs):
                self._copy(text, at, (near[at], "1"), (moved[at], strides[at]), taken)
        text.add("  br label %tiled")
        text.label("tiled")
        text.add(f"  %reached = add i64 %from, {taken}")
        text.add(f"  %further = icmp slt i64 %reached, {count}")
        text.add(f"  br i1 %further, label %tile, label %{after}")

    def _copy(self, text: Text, at: int, source: tuple[str, str], target: tuple[str, str], count: str) -> None:
        """Items of operand `at` from a pointer with a stride to another."""
        kind, before = STORAGE[self.operands[at]], text.block
        text.add(f"  br label %copy{at}")
        text.label(f"copy{at}")
        text.add(f"  %c{at} = phi i64 [0, %{before}], [%d{at}, %copy{at}]")
        places = [
            text.let(f"getelementptr {kind}, ptr {pointer}, i64 {text.let(f'mul nsw i64 %c{at}, {stride}')}")
            for pointer, stride in (source, target)
        ]
        text.add(f"  store {kind} {text.let(f'load {kind}, ptr {places[0]}')}, ptr {places[1]}")
        text.add(f"  %d{at} = add nuw nsw i64 %c{at}, 1")
        text.add(f"  %left{at} = icmp slt i64 %d{at}, {count}")
        text.add(f"  br i1 %left{at}, label %copy{at}, label %copied{at}, !llvm.loop !{_COPIES + at}")
        text.label(f"copied{at}")

    def _loop(
        self, text: Text, before: str, pointers: list[str], strides: list[str], classes: Sequence[int], count: str, after: str
    ) -> None:
        fixed = {
            at: self._load(text, at, pointers[at], "") for at in range(len(self.inputs)) if classes[at] == BROADCAST
        }
        text.add("  br label %loop")
        text.label("loop")
        text.add(f"  %i = phi i64 [0, %{before}], [%j, %loop]")
        group = ", !llvm.access.group !2"
        values = [
            (dtype, fixed[at] if at in fixed else self._load(text, at, self._item(text, at, pointers[at], strides[at], classes), group))
            for at, dtype in enumerate(self.inputs)
        ]
        for at, step in enumerate(self.steps):
            def call(arguments: Sequence[tuple[str, str]], step: EmittedStep = step, slot: str = f"%result{at}") -> list[str]:
                return call_scalar(text, step.scalar, arguments, step.results, slot)

            values += write_step(self.builder, step, [values[operand] for operand in step.operands], call)
        for at, number in enumerate(self.outputs, len(self.inputs)):
            dtype, value = values[number]
            text.add(f"  store {STORAGE[dtype]} {value}, ptr {self._item(text, at, pointers[at], strides[at], classes)}{group}")
        text.add("  %j = add nuw nsw i64 %i, 1")
        text.add(f"  %more = icmp slt i64 %j, {count}")
        text.add(f"  br i1 %more, label %loop, label %{after}, !llvm.loop !0")

    def _load(self, text: Text, at: int, pointer: str, group: str) -> str:
        return text.let(f"load {STORAGE[self.inputs[at]]}, ptr {pointer}{group}")

    def _item(self, text: Text, at: int, pointer: str, stride: str, classes: Sequence[int], number: str = "%i") -> str:
        if classes[at] == BROADCAST:
            return pointer
        steps = number if classes[at] == CONTIGUOUS else text.let(f"mul nsw i64 {number}, {stride}")
        return text.let(f"getelementptr {STORAGE[self.operands[at]]}, ptr {pointer}, i64 {steps}")


_TILE = 256
"""Items of a buffer."""
_UNROLLED = 8
"""Items that a copying loop takes at once."""
_COPIES = 6
"""The first number of the metadata of copying loops."""
