"""Operators as the compiler sees them: candidates of the table in PyTorch's order, and the few that are written in TorchScript itself.

In: a qualified name (`aten::add`). Out: rows to match against, and `Written` operators, which are emitted as other operators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ..runtime.ops.packet import packet
from ..runtime.ops.table import Op
from ..runtime.schema import OpSchema, parse
from ..runtime.typesystem import BOOL
from .source import ScriptError, Span

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value

    _Body = Callable[[Emitter, Span | None, Sequence[Value]], Value]


@dataclass(frozen=True, slots=True)
class Written:
    """An operator that stands for a few others, wherever it is called."""

    schema: OpSchema
    body: _Body


@cache
def candidates(name: str) -> tuple[Op, ...]:
    """The rows called `name`, in the order in which PyTorch tries them."""
    found = packet(name)
    return found.overloads if found is not None else ()


def unknown(name: str, span: Span) -> ScriptError:
    """The error for a name that neither the table nor this module has."""
    return ScriptError(
        f"Unknown builtin op: {name}.\nCould not find any similar ops to {name}. "
        "This op may not exist or may not be currently supported in TorchScript.\n",
        span,
    )


def _swapped(name: str) -> _Body:
    return lambda emitter, span, inputs: emitter.operator(name, [inputs[1], inputs[0]], span)


def _subtract(emitter: Emitter, span: Span | None, inputs: Sequence[Value]) -> Value:
    return emitter.operator("aten::add", [emitter.operator("aten::neg", [inputs[1]], span), inputs[0]], span)


def _divide(emitter: Emitter, span: Span | None, inputs: Sequence[Value]) -> Value:
    return emitter.operator("aten::mul", [emitter.operator("aten::reciprocal", [inputs[1]], span), inputs[0]], span)


def _same(name: str) -> _Body:
    return lambda emitter, span, inputs: emitter.operator(name, inputs, span)


def _identity(emitter: Emitter, span: Span | None, inputs: Sequence[Value]) -> Value:
    return inputs[0]


def _assert_that(emitter: Emitter, span: Span | None, condition: Value, message: Value) -> None:
    """`assert condition, message` as a function of libtorch has it."""
    place = span if span is not None else emitter.function.place
    holds = condition if condition.type is BOOL else emitter.operator("aten::Bool", [condition], span)
    made = emitter.node("prim::If", [holds], (), span)
    made.add_block()
    with emitter.graph.insert_point(made.add_block()):
        text = emitter.operator("aten::add", [emitter.constant("AssertionError: ", place), message], span)
        emitter.node("prim::RaiseException", [text, emitter.constant(None)], (), span)


def _assert(emitter: Emitter, span: Span | None, inputs: Sequence[Value]) -> Value:
    _assert_that(emitter, span, inputs[0], inputs[1])
    return emitter.constant(None)


def _list_with_default(emitter: Emitter, span: Span | None, inputs: Sequence[Value]) -> Value:
    sizes, defaults = inputs
    lengths = [emitter.operator("aten::len", [value], span) for value in (defaults, sizes)]
    _assert_that(emitter, span, emitter.operator("aten::gt", lengths, span), emitter.constant("", span))
    return sizes


def _str_contains(emitter: Emitter, span: Span | None, inputs: Sequence[Value]) -> Value:
    text, wanted = inputs
    begin, end = emitter.constant(0, span), emitter.operator("aten::len", [text], span)
    place = emitter.operator("aten::find", [text, wanted, begin, end], span)
    return emitter.operator("aten::ne", [place, emitter.constant(-1, span)], span)


_REVERSED: dict[str, _Body] = {
    "mul": _swapped("aten::mul"),
    "add": _swapped("aten::add"),
    "ne": _swapped("aten::ne"),
    "eq": _swapped("aten::eq"),
    "sub": _subtract,
    "div": _divide,
}
_REVERSED_ORDER: dict[str, _Body] = {
    "lt": _swapped("aten::gt"),
    "le": _swapped("aten::ge"),
    "gt": _swapped("aten::lt"),
    "ge": _swapped("aten::le"),
}


@cache
def _table() -> dict[str, tuple[Written, ...]]:
    found: dict[str, list[Written]] = {}

    def add(text: str, body: _Body) -> None:
        schema = parse(text)
        found.setdefault(f"{schema.namespace or 'aten'}::{schema.name}", []).append(Written(schema, body))

    for scalar in ("float", "int", "complex"):
        for name, body in _REVERSED.items():
            add(f"{name}({scalar} a, Tensor b) -> Tensor", body)
        if scalar != "complex":
            for name, body in _REVERSED_ORDER.items():
                add(f"{name}({scalar} a, Tensor b) -> Tensor", body)
    for scalar in ("float", "int", "complex"):
        for size, word in enumerate(("single", "pair", "triple", "quadruple"), 1):
            add(f"_{word}({scalar}[{size}] x) -> {scalar}[]", _identity)
    for other in ("Tensor", "Scalar"):
        add(f"floordiv(Tensor self, {other} other) -> Tensor", _same("aten::floor_divide"))
    add("_assert(Tensor condition, str message) -> NoneType", _assert)
    add("_assert(bool condition, str message) -> NoneType", _assert)
    add("list_with_default(int[] out_size, int[] defaults) -> int[]", _list_with_default)
    add("__contains__(str self, str key) -> bool", _str_contains)
    add("prim::ndim(Tensor a) -> int", _same("aten::dim"))
    add("prim::T(Tensor a) -> Tensor", _same("aten::numpy_T"))
    add("prim::H(Tensor a) -> Tensor", _same("aten::matrix_H"))
    add("prim::shape(Tensor a) -> int[]", _same("aten::size"))
    return {name: tuple(rows) for name, rows in found.items()}


def written(name: str) -> tuple[Written, ...]:
    """The operators called `name` that stand for others."""
    return _table().get(name, ())


def exists(name: str) -> bool:
    """Whether compiled code can call the operator `name`."""
    return bool(candidates(name) or written(name))
