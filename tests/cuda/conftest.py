"""What the CUDA tests share: the pointwise rows of the operator table, as kernels and arguments."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from rushlight.runtime import typesystem as types
from rushlight.runtime.dtype import DType, float32, int32
from rushlight.runtime.ops.table import Kind, Op, rows

# Long series and sums that cancel: the simulator runs them a thousand times slower, in arithmetic whose last digits differ.
LEFT_OUT = ("special_functions",)


@dataclass(frozen=True)
class Case:
    """A pointwise row in one dtype."""

    op: Op
    body: Callable[..., Any]
    operands: int
    input: DType
    compute: DType
    result: DType

    def __str__(self) -> str:
        return f"{self.op.key.partition('::')[2]}-{self.input.name}"


def pointwise_cases() -> list[Case]:
    """Every distinct body of the table's pointwise rows, in float32, or in int32 where that is what it takes."""
    cases: list[Case] = []
    seen: set[Callable[..., Any]] = set()
    for op in rows():
        if op.kind is not Kind.POINTWISE or op.base is not None or op.traits.choose is not None or op.body in seen:
            continue
        count = sum(argument.type in (types.TENSOR, types.NUMBER) for argument in op.schema.args)
        if op.body.__module__.rpartition(".")[2] in LEFT_OUT:
            continue
        rule = op.traits.dtype
        assert rule is not None
        for dtype in (float32, int32):
            try:
                compute, result = rule(dtype, [dtype] * count)
            except NotImplementedError:
                continue
            seen.add(op.body)
            cases.append(Case(op, op.body, count, dtype, compute, result))
            break
    return cases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `case` runs for every pointwise row."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", pointwise_cases(), ids=str)
