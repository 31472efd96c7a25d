"""Choosing among the overloads of a call, with TorchScript's implicit conversions.

In: candidate schemas in PyTorch's order, positional and keyword arguments. Out: a `Match` whose inputs are in the order of the schema,
with defaults and conversions inserted into the graph; or PyTorch's list of candidates and reasons. Two passes: without implicit
conversions, then with them. A candidate is first checked on types alone; nodes are inserted for the one that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..runtime.schema import Argument, OpSchema
from ..runtime.type_matching import bind_variables, has_variables, substitute
from ..runtime.typesystem import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    ListType,
    OptionalType,
    TupleType,
    Type,
    VarType,
    is_subtype,
)
from .source import ScriptError, Span
from .values import Operand

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value

# Overloads that cannot be told from others by types alone (a dtype is an int), so PyTorch never chooses them here.
_NEVER_CHOSEN = frozenset(("aten::view.dtype", "aten::max.unary_out", "aten::min.unary_out"))

_EMPTY_LIST_HINT = (
    "Empty lists default to List[Tensor]. Add a variable annotation to the assignment to create an empty list "
    "of another type (torch.jit.annotate(List[T, []]) where T is the type of elements in the list for Python 2)\n"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A call that fits: the inputs of its node and the types of its results."""

    schema: OpSchema
    inputs: list[Value]
    results: list[Type]


@dataclass(slots=True)
class _Planned:
    """How one input comes about: from an operand, a default, or several operands made a list."""

    argument: Argument
    target: Type
    source: Operand | None = None
    repeat: int | None = None
    gathered: list[tuple[Operand, Type]] | None = None


class _Mismatch(Exception):
    """A candidate does not fit; the text is PyTorch's reason."""


def unwrap_optional(kind: Type) -> Type:
    """`T` of `Optional[T]`, other types as they are."""
    return kind.element if isinstance(kind, OptionalType) else kind


def convertible_to_list(kind: Type, target: Type) -> bool:
    """Whether a value of type `kind`, possibly a tuple, can stand where the list type `target` is wanted."""
    if not isinstance(target, ListType):
        return False
    if is_subtype(kind, target):
        return True
    return isinstance(kind, TupleType) and all(is_subtype(element, target.element) for element in kind.elements)


def is_empty_literal(value: Value) -> bool:
    """An unannotated `[]`, which takes the list type that its use wants."""
    return value.node.kind == "prim::EmptyListLiteral"


_FROM_TENSOR: dict[Type, str] = {
    FLOAT: "aten::FloatImplicit",
    COMPLEX: "aten::ComplexImplicit",
    INT: "aten::IntImplicit",
    NUMBER: "aten::ScalarImplicit",
}
_FROM_NUMBER: dict[Type, str] = {FLOAT: "aten::Float", COMPLEX: "aten::Complex", INT: "aten::Int"}
_FROM_BOOL: dict[Type, tuple[str, Type]] = {FLOAT: ("aten::Float", FLOAT), INT: ("aten::Int", INT), NUMBER: ("aten::Int", INT)}


def _implicit(kind: Type, target: Type) -> tuple[str, Type] | None:
    """The operator that turns `kind` into `target` without being written, and its result."""
    if is_subtype(kind, TENSOR):
        return (_FROM_TENSOR[target], target) if target in _FROM_TENSOR else None
    if kind is NUMBER:
        return (_FROM_NUMBER[target], target) if target in _FROM_NUMBER else None
    if kind is BOOL:
        return _FROM_BOOL.get(target)
    if is_subtype(kind, STR) and target is DEVICE:
        return "aten::device", DEVICE
    return None


def converted_type(kind: Type, target: Type, *, implicit: bool, empty_literal: bool = False) -> Type:
    """The type that `convert` would give a value of type `kind`."""
    if isinstance(target, OptionalType) and not isinstance(kind, OptionalType) and kind is not NONE:
        return converted_type(kind, target.element, implicit=implicit, empty_literal=empty_literal)
    if empty_literal and isinstance(target, ListType):
        return target
    if isinstance(kind, TupleType):
        plain = unwrap_optional(target)
        if convertible_to_list(kind, plain):
            return plain
        if isinstance(target, TupleType) and not is_subtype(kind, target) and len(kind.elements) == len(target.elements):
            pairs = zip(kind.elements, target.elements, strict=True)
            return TupleType(converted_type(element, wanted, implicit=implicit) for element, wanted in pairs)
    found = _implicit(kind, target) if implicit else None
    return found[1] if found is not None else kind


def convert(emitter: Emitter, span: Span | None, target: Type, value: Value, *, implicit: bool) -> Value:
    """Turn `value` into `target` as far as TorchScript does that unasked; the caller checks the resulting type."""
    if isinstance(target, OptionalType) and not isinstance(value.type, OptionalType) and value.type is not NONE:
        return convert(emitter, span, target.element, value, implicit=implicit)
    if is_empty_literal(value) and isinstance(target, ListType):
        return emitter.make_list(target.element, [])
    if isinstance(value.type, TupleType):
        value = _convert_tuple(emitter, span, target, value, implicit=implicit)
    found = _implicit(value.type, target) if implicit else None
    return emitter.operator(found[0], [value], span) if found is not None else value


def _convert_tuple(emitter: Emitter, span: Span | None, target: Type, value: Value, *, implicit: bool) -> Value:
    kind = value.type
    assert isinstance(kind, TupleType)
    plain = unwrap_optional(target)
    if convertible_to_list(kind, plain):
        assert isinstance(plain, ListType)
        return emitter.make_list(plain.element, emitter.unpack_tuple(value))
    if not isinstance(target, TupleType) or is_subtype(kind, target) or len(kind.elements) != len(target.elements):
        return value
    parts = zip(emitter.unpack_tuple(value), target.elements, strict=True)
    return emitter.pack_tuple([convert(emitter, span, wanted, part, implicit=implicit) for part, wanted in parts])


class _Attempt:
    """One candidate against one set of arguments."""

    def __init__(
        self, schema: OpSchema, arguments: Sequence[Operand], keywords: Sequence[Operand], bound: Operand | None, *, implicit: bool
    ) -> None:
        self.schema = schema
        self.arguments = arguments
        self.keywords = keywords
        self.bound = bound
        self.implicit = implicit
        self.bindings: dict[str, Type] = {}
        self.planned: list[_Planned] = []
        self.taken = 0
        self.used_keywords: set[int] = set()

    def plan(self) -> None:
        """Fill `planned`; raise `_Mismatch` with the reason."""
        for index, argument in enumerate(self.schema.args):
            self._plan_argument(index, argument)
        if self.bound is not None:
            raise _Mismatch("Provided self argument not used in schema.\n")
        if self.taken < len(self.arguments) and not self.schema.is_vararg:
            raise _Mismatch(f"Expected at most {self.taken} arguments but found {len(self.arguments)} positional arguments.\n")
        for index, keyword in enumerate(self.keywords):
            if index not in self.used_keywords:
                known = any(argument.name == keyword.name for argument in self.schema.args)
                raise _Mismatch(f"Keyword argument {keyword.name} {'specified twice' if known else 'unknown'}.\n")

    def _plan_argument(self, index: int, argument: Argument) -> None:
        if argument.name == "self" and self.bound is not None:
            self._plan_operand(argument, self.bound)
            self.bound = None
            return
        if not argument.keyword_only and self.taken < len(self.arguments):
            if self.implicit and self._gathers(index, argument) and self._plan_gathered(argument):
                return
            self.taken += 1
            self._plan_operand(argument, self.arguments[self.taken - 1])
            return
        position = self._keyword(argument.name)
        if position is not None:
            if position in self.used_keywords:
                raise _Mismatch(f"Argument {self.keywords[position].name} specified twice in schema, submit a bug report!\n")
            self.used_keywords.add(position)
            self._plan_operand(argument, self.keywords[position])
        elif argument.has_default:
            self.planned.append(_Planned(argument, argument.type))
        else:
            raise _Mismatch(f"Argument {argument.name} not provided.\n")

    def _keyword(self, name: str) -> int | None:
        for index, keyword in enumerate(self.keywords):
            # functions call `input` what operators call `self`
            if keyword.name == name or (name == "self" and keyword.name == "input" and self.schema.namespace == "aten"):
                return index
        return None

    def _gathers(self, index: int, argument: Argument) -> bool:
        """Whether the rest of the positional arguments may become this list: `zeros(2, 3)`."""
        is_last = index + 1 == len(self.schema.args) or self.schema.args[index + 1].keyword_only
        kind = argument.type
        return is_last and isinstance(kind, ListType) and argument.list_size is None and not isinstance(kind.element, VarType)

    def _plan_gathered(self, argument: Argument) -> bool:
        first = self.arguments[self.taken]
        wanted = argument.type
        assert isinstance(wanted, ListType)
        if isinstance(first.type, ListType) or convertible_to_list(first.type, wanted):
            return False
        element = Argument("<varargs>", wanted.element)
        gathered = [(operand, self._fit(element, operand, None)) for operand in self.arguments[self.taken :]]
        self.taken = len(self.arguments)
        self.planned.append(_Planned(argument, wanted, gathered=gathered))
        return True

    def _plan_operand(self, argument: Argument, operand: Operand) -> None:
        repeat = argument.list_size
        if repeat is not None:
            wanted = unwrap_optional(argument.type)
            single = operand.type in (INT, FLOAT) and isinstance(wanted, ListType) and wanted.element == operand.type
            repeat = repeat if single else None
        target = self._fit(argument, operand, repeat)
        self.planned.append(_Planned(argument, target, operand, repeat))

    def _fit(self, argument: Argument, operand: Operand, repeat: int | None) -> Type:
        """The concrete type that the argument takes for this operand."""
        kind = ListType(operand.type) if repeat is not None else operand.type
        target = argument.type
        if has_variables(target):
            reason = bind_variables(target, kind, self.bindings)
            if reason is not None:
                raise _Mismatch(
                    f"Could not match type {kind.annotation()} to {target.annotation()} in argument '{argument.name}': {reason}.\n"
                )
            concrete = substitute(target, self.bindings)
            if concrete is None:
                raise _Mismatch(f"Type variables in type {target.annotation()} could not be inferred from actual type {kind.annotation()}")
            target = concrete
        empty = repeat is None and is_empty_literal(operand.value)
        if not is_subtype(converted_type(kind, target, implicit=self.implicit, empty_literal=empty), target):
            raise _Mismatch(_type_mismatch(argument, kind))
        return target

    def commit(self, emitter: Emitter, span: Span) -> Match:
        """Insert defaults and conversions and give the inputs."""
        inputs = [self._input(emitter, span, planned) for planned in self.planned]
        if self.schema.is_vararg:
            inputs.extend(operand.value for operand in self.arguments[self.taken :])
        results: list[Type] = []
        for result in self.schema.returns:
            kind = substitute(result.type, self.bindings)
            assert kind is not None, f"{self.schema}: a result type has a type variable that no argument has"
            results.append(kind)
        return Match(self.schema, inputs, results)

    def _input(self, emitter: Emitter, span: Span, planned: _Planned) -> Value:
        if planned.gathered is not None:
            kind = planned.argument.type
            assert isinstance(kind, ListType)
            items = [convert(emitter, span, target, operand.value, implicit=True) for operand, target in planned.gathered]
            return emitter.make_list(kind.element, items)
        if planned.source is None:
            return emitter.default(planned.argument, spread=not self.schema.namespace)
        value = planned.source.value
        if planned.repeat is not None:
            value = emitter.make_list(value.type, [value] * planned.repeat)
        return convert(emitter, span, planned.target, value, implicit=self.implicit)


def _type_mismatch(argument: Argument, kind: Type) -> str:
    text = (
        f"Expected a value of type '{argument.type.annotation()}' for argument '{argument.name}' "
        f"but instead found type '{kind.annotation()}'.\n"
    )
    if isinstance(kind, ListType) and is_subtype(kind.element, TENSOR):
        text += _EMPTY_LIST_HINT
    return text


def match_schemas(
    emitter: Emitter,
    schemas: Sequence[OpSchema],
    span: Span,
    arguments: Sequence[Operand],
    keywords: Sequence[Operand] = (),
    bound: Operand | None = None,
) -> tuple[int, Match]:
    """The first schema that takes the arguments, by its index, and its match; a `ScriptError` lists all reasons where none does."""
    failures: list[str] = []
    # one candidate alone is tried with conversions at once
    for implicit in (True,) if len(schemas) == 1 else (False, True):
        failures.clear()
        for index, schema in enumerate(schemas):
            if schema.key in _NEVER_CHOSEN:
                continue
            attempt = _Attempt(schema, arguments, keywords, bound, implicit=implicit)
            try:
                attempt.plan()
            except _Mismatch as mismatch:
                failures.append(f"\n{schema}:\n{mismatch}")
            else:
                return index, attempt.commit(emitter, span)
    if len(schemas) == 1:
        raise ScriptError("".join(failures), span)
    reasons = "".join(f"  {line}" for line in "".join(failures).splitlines(keepends=True))
    raise ScriptError(f"Arguments for call are not valid.\nThe following variants are available:\n{reasons}\nThe original call is", span)
