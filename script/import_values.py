"""The words of an archive's code while it is compiled: `torch.add`, `ops.prim.dtype`, `CONSTANTS.c0`, `__torch__.a.M`, `fork`, `inf`.

In: an attribute of one of them. Out: an operator, a constant, or what the archive defines under the name. Next: `importer.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..runtime.typesystem import INT, EnumType, ListType, OptionalType, Type
from .object import EnumMember, Object
from .operators import candidates, written
from .source import ScriptError, Span
from .special_values import NoneResult
from .values import BuiltinFunction, Operand, SimpleValue, SugaredValue, is_none

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value

FORMS = frozenset(("annotate", "unchecked_cast", "uninitialized", "fork", "awaitable"))
CONSTANT_NAMES: dict[str, float | complex] = {
    "inf": math.inf,
    "nan": math.nan,
    "infj": complex(0.0, math.inf),
    "nanj": complex(0.0, math.nan),
}


def is_operator(name: str) -> bool:
    """Whether code may call the operator `name`, e.g. `aten::add`."""
    return name == "prim::RaiseException" or bool(candidates(name) or written(name))


class TorchValue(SugaredValue):
    """`torch`: its attributes are operators of the namespace `aten`."""

    kind = "torch"

    def __init__(self, stepless: frozenset[str] = frozenset()) -> None:
        self.stepless = stepless

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        if name == "autograd":
            return OperatorNamespace("aten")
        if name in self.stepless:
            return SteplessRange(f"aten::{name}")
        return BuiltinFunction(f"aten::{name}")


class HistoricTorchValue(TorchValue):
    """`torch` in archives of PyTorch 1.0 to 1.3, where some operators on lists had other names."""

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        return HistoricSelect() if name == "select" else super().attr(emitter, span, name)


class SteplessRange(BuiltinFunction):
    """`torch.linspace(start, end)`, which had 100 steps where none were given, or None."""

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        given = [operand for operand in (*arguments[2:3], *keywords) if operand.name in ("", "steps")]
        if not given:
            keywords = (*keywords, Operand(emitter.constant(100, span), span, "steps"))
        elif isinstance(given[0].type, OptionalType) or is_none(given[0].value):
            known = Operand(self._steps(emitter, span, given[0].value), span, given[0].name)
            arguments = [known if operand is given[0] else operand for operand in arguments]
            keywords = [known if operand is given[0] else operand for operand in keywords]
        return super().call(emitter, span, arguments, keywords, binders)

    def _steps(self, emitter: Emitter, span: Span, value: Value) -> Value:
        """The number of steps: 100 where the value is None."""
        if is_none(value):
            return emitter.constant(100, span)
        absent = emitter.operator("aten::__is__", [value, emitter.constant(None, span)], span)
        made = emitter.node("prim::If", [absent], (INT,), span)
        with emitter.graph.insert_point(made.add_block()):
            hundred = emitter.constant(100, span)
        made.blocks[0].add_output(hundred)
        with emitter.graph.insert_point(made.add_block()):
            steps = emitter.insert("prim::unchecked_cast", [value], INT, span)
        made.blocks[1].add_output(steps)
        return made.output


class HistoricSelect(BuiltinFunction):
    """`torch.select(values, index)`, which took an item of a list as well as a slice of a tensor."""

    def __init__(self) -> None:
        super().__init__("aten::select")

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if len(arguments) == 2 and isinstance(arguments[0].type, ListType):
            return BuiltinFunction("aten::__getitem__").call(emitter, span, arguments, keywords, binders)
        return super().call(emitter, span, arguments, keywords, binders)


class OperatorsValue(SugaredValue):
    """`ops`: its attributes are the namespaces of operators."""

    kind = "ops"

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        return OperatorNamespace(name)


class OperatorNamespace(SugaredValue):
    """`ops.prim` and its like."""

    kind = "operator namespace"

    def __init__(self, name: str) -> None:
        self.name = name

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        if self.name == "prim" and name == "RaiseException":
            return RaiseValue()
        return BuiltinFunction(f"{self.name}::{name}")


class RaiseValue(SugaredValue):
    """`ops.prim.RaiseException(message, class name)`: what follows in the block is still compiled, as it gives every name a value."""

    kind = "builtin"

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        if not 1 <= len(arguments) <= 2 or keywords:
            raise ScriptError("RaiseException takes a message and the name of a class", span)
        message, *name = [argument.value for argument in arguments]
        emitter.node("prim::RaiseException", [message, name[0] if name else emitter.constant(None)], (), span)
        return NoneResult()


class ConstantsValue(SugaredValue):
    """`CONSTANTS`: the table of values that have no spelling."""

    kind = "CONSTANTS"

    def __init__(self, values: Sequence[object]) -> None:
        self.values = values

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        return SimpleValue(self._constant(emitter, table_entry(self.values, name, span), span))

    def _constant(self, emitter: Emitter, value: object, span: Span) -> Value:
        kind: Type | None = value.type if isinstance(value, Object | EnumMember) else None
        try:
            return emitter.constant(value, span, kind)
        except (TypeError, ValueError) as error:
            raise ScriptError(f"an entry of the table of constants cannot be used here: {error}", span) from error


def table_entry(values: Sequence[object], name: str, span: Span) -> object:
    """The value that `CONSTANTS.name` stands for."""
    digits = name.removeprefix("c")
    if not name.startswith("c") or not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        raise ScriptError(f"CONSTANTS has no attribute '{name}'", span)
    index = int(digits)
    if index >= len(values):
        raise ScriptError(f"CONSTANTS.{name} is used, but the archive has {len(values)} constants", span)
    return values[index]


class QualifiedValue(SugaredValue):
    """A part of a qualified name that is no definition yet: `__torch__.torch.nn`."""

    kind = "qualified name"

    def __init__(self, name: str, find: Callable[[str, Span], SugaredValue | None]) -> None:
        self.name = name
        self.find = find

    def attr(self, emitter: Emitter, span: Span, name: str) -> SugaredValue:
        longer = f"{self.name}.{name}"
        return self.find(longer, span) or QualifiedValue(longer, self.find)

    def call(
        self, emitter: Emitter, span: Span, arguments: Sequence[Operand], keywords: Sequence[Operand] = (), binders: int = 1
    ) -> SugaredValue:
        raise ScriptError(f"undefined value {self.name}", span)


def member_of(kind: Type, name: str, span: Span) -> EnumMember:
    """A member of an enumeration by its name."""
    if not isinstance(kind, EnumType) or name not in dict(kind.members):
        raise ScriptError(f"{kind.annotation()} has no member '{name}'", span)
    return EnumMember.of(kind, name)
