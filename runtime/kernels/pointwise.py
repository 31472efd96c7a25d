"""Pointwise kernels: a scalar function, once per item, over operands of any strides.

In: the scalar function (`body`) and for each operand its dtype and how its innermost dimension is walked. Out: a `Kernel`
whose items are the elements of the outputs in row-major order, so any range start..stop-1 may be run by itself.

Bodies. A body is a plain function of numbers with positional parameters. Arguments arrive in their compute dtype, and the
result is cast to the output's dtype. Literals are weak, as they are for NumPy scalars: where float32 computes, `0.5` and
`2` are float32. Integers widen inside a body (numba adds two uint8 as uint64) and are cut back to the compute dtype at its
end. A body whose floating result is not of the compute dtype is refused. Comparisons give bool. Parameters such as alpha
are operands with inner stride 0. mathematics.py has functions that vectorize; primitives.py has floor, maximum and others.

    def add(a, b, alpha): return a + alpha * b
    def relu(a): return 0 if a <= 0 else a              # NaN stays NaN: it is not <= 0
    def sigmoid(a): return 1 / (1 + exp(-a))            # exp from mathematics.py
    def gelu(a): return 0.5 * a * (1 + erf(a * 0.7071067811865476))
    def gelu_tanh(a): return 0.5 * a * (1 + tanh(0.7978845608028654 * (a + 0.044715 * a * a * a)))
    def eq(a, b): return a == b                         # outputs=(bool_,)
    def where(condition, a, b): return a if condition else b        # compute=(bool_, float32, float32)
    def clamp(a, low, high): return minimum(maximum(a, low), high)

Words, for n operands (inputs, then outputs) and rank r:
    n addresses; and if r > 0, r sizes (outermost first), then for each operand r strides in items.
Rank 0 means flat: every operand is contiguous (class 1) or one item for all (class 0), and there are no sizes or strides.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..dtype import DType
from .compiler import Recipe, build
from .engine import Kernel
from .llvm_text import CHECK, Text, call_scalar, convert, declare_scalar, result_type, storage

BROADCAST, CONTIGUOUS, STRIDED = 0, 1, 2
"""Stride classes of an operand's innermost dimension: 0, 1, or any (read from the words)."""

_known: dict[tuple[object, ...], Kernel] = {}


def pointwise_kernel(
    body: Callable[..., Any],
    inputs: tuple[DType, ...],
    compute: DType | tuple[DType, ...],
    outputs: tuple[DType, ...],
    rank: int,
    classes: tuple[int, ...],
) -> Kernel:
    """The kernel of `body` for these operands.

    `compute` is the dtype that arguments are cast to, one for all or one for each; literals take the first that is not bool.
    `classes` has a stride class for each input and then each output; in a flat kernel (rank 0) STRIDED is no class.
    Exact overlap of an output with an input (in-place) is allowed, partial overlap is not.
    TypeError if the body's result does not fit `compute`.
    """
    key = (body, inputs, compute, outputs, rank, classes)
    kernel = _known.get(key)
    if kernel is None:
        kernel = _known[key] = build(pointwise_recipe(body, inputs, compute, outputs, rank, classes))
    return kernel


def identity(a: Any) -> Any:
    """The body of a copy."""
    return a


def copy_kernel(source: DType, target: DType, rank: int, classes: tuple[int, int]) -> Kernel:
    """The kernel that copies and converts: operands are (source, target); see `pointwise_kernel`."""
    return pointwise_kernel(identity, (source,), source, (target,), rank, classes)


def pointwise_recipe(
    body: Callable[..., Any],
    inputs: tuple[DType, ...],
    compute: DType | tuple[DType, ...],
    outputs: tuple[DType, ...],
    rank: int,
    classes: tuple[int, ...],
) -> Recipe:
    """How `pointwise_kernel` makes its kernel."""
    if len(classes) != len(inputs) + len(outputs):
        raise ValueError(f"pointwise kernel: {len(classes)} stride classes for {len(inputs)} inputs and {len(outputs)} outputs")
    if rank == 0 and STRIDED in classes:
        raise ValueError("pointwise kernel: a flat kernel has no strides; use rank 1")
    computes = tuple(one.name for one in (compute if isinstance(compute, tuple) else (compute,) * max(len(inputs), 1)))
    input_names = tuple(one.name for one in inputs)
    output_names = tuple(one.name for one in outputs)
    name = f"{body.__name__}_{'_'.join(input_names + output_names)}_{rank}".replace("<lambda>", "lambda")

    def emit(symbol: str) -> Iterable[str]:
        if body is identity:
            return (_Loop(symbol, "", input_names, input_names, output_names, input_names, rank, classes).text(),)
        from .lowering import lower_scalar

        literals = next((one for one in computes if one != "bool"), "bool")
        lowered = lower_scalar(body, computes[: len(inputs)], literals)
        results = _results(body, lowered.result, literals, len(outputs))
        loop = _Loop(symbol, lowered.symbol, input_names, computes, output_names, results, rank, classes)
        return (loop.text(literals), *lowered.texts)

    return Recipe(name, ("pointwise", body, input_names, computes, output_names, rank, classes), emit)


def _results(body: Callable[..., Any], result: Any, compute: str, count: int) -> tuple[str, ...]:
    """The dtypes that numba inferred for a body's results, if they fit."""
    results = tuple(str(one) for one in result.types) if count > 1 and hasattr(result, "types") else (str(result),)
    if len(results) != count:
        raise TypeError(f"{body.__qualname__}: returns {len(results)} values, but {count} outputs are wanted")
    for one in results:
        whole = one.startswith(("int", "uint"))
        if one != compute and one != "bool" and not (whole and compute in ("int64", "int32", "uint8", "bool")):
            raise TypeError(f"{body.__qualname__}: returns {one} where {compute} computes; cast inside, or compute in {one}")
    return results


class _Loop:
    """The LLVM text of one kernel: rows of the innermost dimension, and a loop over each that LLVM vectorizes."""

    def __init__(
        self, symbol: str, scalar: str, inputs: Sequence[str], computes: Sequence[str], outputs: Sequence[str], results: Sequence[str],
        rank: int, classes: Sequence[int],
    ) -> None:
        self.symbol, self.scalar, self.rank, self.classes = symbol, scalar, rank, classes
        self.inputs, self.computes, self.outputs, self.results = inputs, computes, outputs, results
        self.operands = (*inputs, *outputs)

    def text(self, compute: str = "") -> str:
        """The whole module; `compute` is what integer results are cut back to."""
        text = Text()
        if self.scalar:
            text.add(CHECK)
            text.add(declare_scalar(self.scalar, self.computes[: len(self.inputs)]))
        text.add(f"define i64 @{self.symbol}(ptr noalias %words, i64 %start, i64 %stop) {{")
        text.label("entry")
        if self.scalar:
            text.add(f"  %result = alloca {result_type(self.results)}")
            text.add("  %exception = alloca ptr")
        pointers = [text.let(f"inttoptr i64 {self._word(text, at)} to ptr") for at in range(len(self.operands))]
        if self.rank == 0:
            self._flat(text, pointers, compute)
        else:
            self._rows(text, pointers, compute)
        text.label("done")
        text.add("  ret i64 0")
        text.add("}")
        # each item is by itself, so no load waits for a store of another: in-place calls vectorize too
        text.add('!0 = distinct !{!0, !1}\n!1 = !{!"llvm.loop.parallel_accesses", !2}\n!2 = distinct !{}')
        return str(text)

    def _word(self, text: Text, at: int) -> str:
        place = text.let(f"getelementptr i64, ptr %words, i64 {at}")
        return text.let(f"load i64, ptr {place}")

    def _flat(self, text: Text, pointers: list[str], compute: str) -> None:
        text.add("  %some = icmp slt i64 %start, %stop")
        text.add("  br i1 %some, label %row, label %done")
        text.label("row")
        count = text.let("sub i64 %stop, %start")
        moved = [
            pointer if self.classes[at] == BROADCAST else text.let(f"getelementptr {storage(self.operands[at])}, ptr {pointer}, i64 %start")
            for at, pointer in enumerate(pointers)
        ]
        self._inner(text, "row", moved, ["1"] * len(moved), count, "done", compute)

    def _rows(self, text: Text, pointers: list[str], compute: str) -> None:
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
        self._inner(text, "row", moved, [operand[rank - 1] for operand in strides], count, "step", compute)
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
        kind = storage(self.operands[at])
        for dim, stride in enumerate(strides):
            if dim == self.rank - 1 and self.classes[at] == BROADCAST:
                continue
            steps = f"%at{dim}"
            if dim < self.rank - 1 or self.classes[at] == STRIDED:
                steps = text.let(f"mul i64 %at{dim}, {stride}")
            pointer = text.let(f"getelementptr {kind}, ptr {pointer}, i64 {steps}")
        return pointer

    def _inner(self, text: Text, before: str, pointers: list[str], strides: list[str], count: str, after: str, compute: str) -> None:
        """The loop over one row, from 0 to `count` (at least 1)."""
        fixed = {
            at: self._load(text, at, pointers[at], "") for at in range(len(self.inputs)) if self.classes[at] == BROADCAST
        }
        text.add("  br label %loop")
        text.label("loop")
        text.add(f"  %i = phi i64 [0, %{before}], [%j, %loop]")
        group = ", !llvm.access.group !2"
        values = [
            fixed[at] if at in fixed else self._load(text, at, self._item(text, at, pointers[at], strides[at]), group)
            for at in range(len(self.inputs))
        ]
        results = [*zip(self.results, self._call(text, values), strict=True)]
        for at, target in enumerate(self.outputs):
            source, value = results[at]
            operand = len(self.inputs) + at
            if source != "bool" and compute and source != compute:
                source, value = compute, convert(text, value, source, compute)
            value = convert(text, value, source, target)
            place = self._item(text, operand, pointers[operand], strides[operand])
            text.add(f"  store {storage(target)} {value}, ptr {place}{group}")
        text.add("  %j = add nuw nsw i64 %i, 1")
        text.add(f"  %more = icmp slt i64 %j, {count}")
        text.add(f"  br i1 %more, label %loop, label %{after}, !llvm.loop !0")

    def _call(self, text: Text, values: list[str]) -> list[str]:
        if not self.scalar:
            return values
        return call_scalar(text, self.scalar, [*zip(self.computes, values, strict=False)], self.results)

    def _load(self, text: Text, at: int, pointer: str, group: str) -> str:
        value = text.let(f"load {storage(self.inputs[at])}, ptr {pointer}{group}")
        return convert(text, value, self.inputs[at], self.computes[at])

    def _item(self, text: Text, at: int, pointer: str, stride: str) -> str:
        if self.classes[at] == BROADCAST:
            return pointer
        steps = "%i" if self.classes[at] == CONTIGUOUS else text.let(f"mul nsw i64 %i, {stride}")
        return text.let(f"getelementptr {storage(self.operands[at])}, ptr {pointer}, i64 {steps}")
