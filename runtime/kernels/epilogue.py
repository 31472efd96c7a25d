"""What an item of a product or a convolution passes through before it is stored: scalar functions, and the rounding of its dtype.

In: an `Epilogue`, the scalar functions as steps of pointwise.py. Out: `Finish`, which writes them into an emitted kernel. A kernel with
an epilogue has the bits of the kernel without it followed by a pointwise kernel of the same steps: values are cast at the edges of
every step, and the item itself is first rounded to the dtype that the steps say.
"""
from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..dtype import DType
from .contraction import DECLARATIONS
from .emitter import Builder, Pointer, Scalar, Value
from .functions import Functions
from .pointwise import Step, identity
from .pointwise_steps import Given, emitted_step, write_step


@dataclass(frozen=True, slots=True)
class Epilogue:
    """Steps over numbered values: 0 the item as it was summed, then the addend's item if there is one, the numbers, the results.

    The last value is stored, as the dtype of the output. Numbers are words of the kernel, so one kernel serves all their values.
    """

    steps: tuple[Step, ...] = ()
    numbers: tuple[DType, ...] = ()
    addend: bool = False
    """Whether the kernel's bias is an operand of the steps, rather than what sums start from."""

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells it from others in a kernel's key."""
        steps = tuple(
            (step.body, step.operands, step.computes, step.main, tuple(dtype.name for dtype in step.results)) for step in self.steps
        )
        return steps, tuple(dtype.name for dtype in self.numbers), self.addend


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


class Finish:
    """Writes an epilogue: sums of dtype `sums` into items of dtype `out`; the numbers' words begin at `first_number`."""

    def __init__(self, builder: Builder, functions: Functions, epilogue: Epilogue, sums: str, out: str, first_number: int) -> None:
        self.builder, self.epilogue, self.sums, self.out = builder, epilogue, sums, out
        self._steps = [emitted_step(step, functions.texts) for step in epilogue.steps]
        self._numbers = [
            (dtype.name, builder.pointer(dtype.name, builder.words.at(first_number + at).address)[0].name)
            for at, dtype in enumerate(epilogue.numbers)
        ]
        if self._steps:
            for symbol, declaration in DECLARATIONS.items():
                builder.declare(symbol, declaration)

    @property
    def is_plain(self) -> bool:
        """Whether sums are stored as they are."""
        return not self._steps and self.sums == self.out

    def store(self, totals: Pointer, target: Pointer, addend: Pointer | None, count: Value | int) -> None:
        """`count` sums that lie side by side into the output, beside them the addend's items, where the epilogue has one."""
        totals, target = totals.independent(), target.independent()
        with self.builder.loop(count, independent=True) as at:
            beside = [] if addend is None or not self.epilogue.addend else [addend.independent()[at]]
            target[at] = self.value(totals[at], *beside)

    def value(self, total: Value, *addend: Value) -> Value:
        """What is stored for one sum, in the dtype that items of the output have in a register."""
        builder = self.builder
        values = [(one.dtype, one.name) for one in (total, *addend)] + self._numbers
        for step in self._steps:
            def call(arguments: Given, symbol: str = step.scalar, results: tuple[str, ...] = step.results) -> list[str]:
                scalar = Scalar(symbol, [dtype for dtype, _ in arguments], results)
                return [one.name for one in builder.call(scalar, *(Value(builder, *argument) for argument in arguments))]

            values += write_step(builder, step, [values[operand] for operand in step.operands], call)
        return Value(builder, *values[-1])
