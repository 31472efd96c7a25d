"""The scalar functions that an emitted kernel calls: traced where they are arithmetic, else compiled by numba."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .conversions import register
from .emitter import Builder, Scalar, Value
from .tracing import trace


class Functions:
    """The scalar functions of one kernel, and the LLVM modules that define those which were compiled."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def get(self, function: Callable[..., Any], arguments: Sequence[str], compute: str, result: str) -> Callable[..., Value]:
        """`f(builder, *values) -> value` of dtype `result`; literals of `function` are of dtype `compute`."""
        registers = [register(one) for one in arguments]
        traced = trace(function, registers)
        if traced is not None:
            write = traced[0]
            return lambda builder, *values: write(builder, *_as(registers, values)).to(result)
        from .lowering import lower_scalar

        lowered = lower_scalar(function, registers, register(compute))
        self.texts += [text for text in lowered.texts if text not in self.texts]
        scalar = Scalar(lowered.symbol, registers, (str(lowered.result),))

        def call(builder: Builder, *values: Value) -> Value:
            return builder.call(scalar, *_as(registers, values))[0].to(result)

        return call


def _as(registers: Sequence[str], values: Sequence[Value]) -> list[Value]:
    return [value.to(dtype) for value, dtype in zip(values, registers, strict=True)]
