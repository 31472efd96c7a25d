"""What an item of a product or a convolution passes through before it is stored: scalar functions, and the rounding of its dtype.

In: an `Epilogue`, the scalar functions as steps of loops/pointwise.py. Out: `Finish`, which writes them into an emitted kernel. A kernel
with an epilogue has the bits of the kernel without it followed by a pointwise kernel of the same steps: values are cast at the edges of
every step, and the item itself is first rounded to the dtype that the steps say.
"""
from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...dtype import DType, by_name
from ..compiling.contraction import DECLARATIONS
from ..compiling.emitter import Builder, Pointer, Scalar, Value
from ..compiling.functions import Functions
from ..compiling.pointwise_steps import EmittedStep, Given, emitted_step, write_step
from ..compiling.vectors import Vectors, VectorVariable
from ..loops.pointwise import Step, identity


@dataclass(frozen=True, slots=True)
class Epilogue:
    """Steps over numbered values: 0 the item as it was summed, then the addend's item if there is one, the numbers, the results.

    The last value is stored, as the dtype of the output. Numbers are words of the kernel, so one kernel serves all their values.
    """

    steps: tuple[Step, ...] = ()
    numbers: tuple[DType, ...] = ()
    addend: bool = False
    """Whether the kernel's bias is an operand of the steps, rather than what sums start from."""
    lowest: float | None = None
    highest: float | None = None
    """Bounds that the sum is held between before the steps, NaN aside: relu, relu6 and hardtanh, without leaving registers."""

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells it from others in a kernel's key."""
        steps = tuple(
            (step.body, step.operands, step.computes, step.main, tuple(dtype.name for dtype in step.results)) for step in self.steps
        )
        # rounding is a step too
        return identity, steps, tuple(dtype.name for dtype in self.numbers), self.addend, self.lowest, self.highest

    @property
    def has_bounds(self) -> bool:
        """Whether there are bounds."""
        return self.lowest is not None or self.highest is not None


PLAIN = Epilogue()


def activation(body: Callable[..., Any], dtype: DType) -> Epilogue:
    """The epilogue of a function of one item, such as relu, after items of `dtype`."""
    return Epilogue((Step(identity, (0,), dtype, (dtype,)), Step(body, (1,), dtype, (dtype,))))


def number_words(epilogue: Epilogue, values: Sequence[float]) -> tuple[int, ...]:
    """The words of an epilogue's numbers: their bits."""
    formats = {"float32": "fi", "float64": "dq"}
    found: list[int] = []
    for dtype, value in zip(epilogue.numbers, values, strict=True):
        number, whole = formats.get(dtype.name, "qq")
        found.append(struct.unpack(f"<{whole}", struct.pack(f"<{number}", value))[0])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of items in a kernel, and how many items they are apart."""

    items: Pointer
    stride: Value | int

    def row(self, number: Value) -> Pointer:
        """The beginning of a row."""
        return self.items.at(number * self.stride).independent()


class Finish:
    """Writes an epilogue: sums into items of dtype `out`; the addend is of dtype `addend`, numbers begin at word `first_number`.

    What is more than a store is a function of its own: inlined, its constants would take registers from the sums.
    """

    def __init__(
        self, builder: Builder, functions: Functions, epilogue: Epilogue, sums: str, out: str, addend: str, first_number: int
    ) -> None:
        self._builder, self._epilogue, self._dtypes = builder, epilogue, (sums, out, addend)
        self._numbers = builder.words.at(first_number)
        steps = epilogue.steps or ((Step(identity, (0,), by_name(sums), (by_name(out),)),) if sums != out else ())
        self.is_plain = not steps and not epilogue.has_bounds
        """Whether sums are stored as they are."""
        self._vectors: Pointer | None = None
        if not self.is_plain:
            self._arguments = builder.scratch("int64", _ARGUMENTS)
            functions.texts.append(self._function([emitted_step(step, functions.texts) for step in steps]))
            builder.declare(_SYMBOL, f"declare i64 @{_SYMBOL}(ptr, i64, i64)")

    def store(self, totals: Block, target: Block, addend: Block, rows: Value | int, columns: Value | int) -> None:
        """Rows of sums into the output, beside them the addend's items, where the epilogue has one."""
        if self.is_plain:
            with self._builder.loop(rows, vectorize=False) as row:
                source, place = totals.row(row), target.row(row)
                with self._builder.loop(columns, independent=True) as at:
                    place[at] = source[at]
            return
        words = [one for block in (totals, target, addend) for one in (block.items.address, block.stride)]
        for at, word in enumerate((*words, columns, self._numbers.address)):
            self._arguments[at] = word
        last = self._builder.number(rows, "int64")
        self._builder.text.let(f"call i64 @{_SYMBOL}(ptr {self._arguments.name}, i64 0, {last.typed})")

    def apply(self, kind: Vectors, variables: Sequence[VectorVariable]) -> None:
        """Sums in registers through the epilogue, where sums and output are of one dtype and there is no addend."""
        for variable in variables:
            if self._epilogue.lowest is not None:
                variable.value = kind.maximum(variable.value, kind.constant(self._epilogue.lowest))
            if self._epilogue.highest is not None:
                variable.value = kind.minimum(variable.value, kind.constant(self._epilogue.highest))
        if not self._epilogue.steps:
            return
        if self._vectors is None:
            self._vectors = self._builder.scratch(kind.dtype, _MOST_VECTORS * kind.lanes)
        items, places = self._vectors, [self._vectors.at(at * kind.lanes) for at in range(len(variables))]
        for variable, place in zip(variables, places, strict=True):
            kind.store(variable.value, place)
        self.store(Block(items, 0), Block(items, 0), Block(items, 0), 1, len(variables) * kind.lanes)
        for variable, place in zip(variables, places, strict=True):
            variable.value = kind.load(place)

    def _function(self, steps: Sequence[EmittedStep]) -> str:
        """The module of the function: its words are those that `store` passes, its items rows."""
        builder = Builder(_SYMBOL)
        for symbol, declaration in DECLARATIONS.items():
            builder.declare(symbol, declaration)
        totals, target, addend = (
            Block(builder.pointer(dtype, builder.word(2 * at)), builder.word(2 * at + 1)) for at, dtype in enumerate(self._dtypes)
        )
        numbers = [
            (dtype.name, builder.pointer(dtype.name, builder.word(7) + 8 * at)[0].name) for at, dtype in enumerate(self._epilogue.numbers)
        ]
        with builder.loop(builder.stop, vectorize=False) as row:
            source, place, beside = totals.row(row), target.row(row), addend.row(row)
            # a vector in each turn: rows of tiles are short
            with builder.loop(builder.word(6), independent=True, interleave=1) as at:
                items = [source[at], beside[at]] if self._epilogue.addend else [source[at]]
                items[0] = self._bounded(builder, items[0])
                place[at] = _through(builder, steps, [(item.dtype, item.name) for item in items] + numbers)
        return builder.finish("noinline")

    def _bounded(self, builder: Builder, item: Value) -> Value:
        lowest, highest = self._epilogue.lowest, self._epilogue.highest
        item = item if lowest is None else builder.maximum(item, lowest)
        return item if highest is None else builder.minimum(item, highest)


_SYMBOL, _ARGUMENTS = "epilogue", 8
_MOST_VECTORS = 64


def _through(builder: Builder, steps: Sequence[EmittedStep], values: list[tuple[str, str]]) -> Value:
    """The last value that the steps make."""
    for step in steps:
        def call(arguments: Given, symbol: str = step.scalar, results: tuple[str, ...] = step.results) -> list[str]:
            scalar = Scalar(symbol, [dtype for dtype, _ in arguments], results)
            return [one.name for one in builder.call(scalar, *(Value(builder, *argument) for argument in arguments))]

        values = [*values, *write_step(builder, step, [values[operand] for operand in step.operands], call)]
    return Value(builder, *values[-1])
