"""Conditions: what a branch may assume about types, branches decided at compile time, and `prim::If`.

In: conditions of `if`, `assert`, `and`, conditional expressions. Out: a `Condition` (a bool value, the types that variables have where it
holds and where it does not, and whether it is known), and the blocks of both branches. Next: `emit_literals.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..runtime.typesystem import (
    ANY,
    ANY_LIST,
    ANY_TUPLE,
    BOOL,
    NONE,
    NUMBER,
    STR,
    OptionalType,
    Type,
    UnionType,
    is_subtype,
    optional,
    unify,
    union,
    union_members,
)
from . import syntax
from .emitter import Emitter
from .environment import Environment
from .ir import Block, Value
from .source import ScriptError, Span
from .syntax import Expression, Statement
from .values import Operand, SpecialForm, is_none, simple

Refinements = dict[str, Type]


@dataclass(frozen=True, slots=True)
class Condition:
    """A bool value; the types that names have where it is true and where it is false; its value where that is known at compile time."""

    value: Value
    when_true: Refinements
    when_false: Refinements
    known: bool | None = None


def _both(first: Refinements, second: Refinements) -> Refinements:
    """All refinements of two conditions that both hold; a name refined in two ways is left alone."""
    result = dict(first)
    for name, kind in second.items():
        if result.setdefault(name, kind) != kind:
            del result[name]
    return result


def _either(first: Refinements, second: Refinements) -> Refinements:
    """What holds whichever of two conditions does."""
    return {name: kind for name, kind in first.items() if second.get(name) == kind}


def unify_or_union(first: Type, second: Type, hint: Type | None = None) -> Type:
    """The smallest common type; a union where there is no other."""
    return unify(first, second) or hint or union((first, second))


_STATIC_OPERATORS = {"aten::is_scripting": True, "aten::has_torch_function": False}


class ConditionEmitter(Emitter):
    """Conditions and the branches under them."""

    def condition(self, tree: Expression) -> Condition:
        """Emit an expression as a condition."""
        match tree:
            case syntax.Boolean(operator, left, right):
                return self._short_circuit(tree.span, left, lambda: self.condition(right), operator == "or")
            case syntax.Unary("not", operand):
                inner = self.condition(operand)
                value = self.operator("aten::__not__", [inner.value], tree.span)
                return Condition(value, inner.when_false, inner.when_true, None if inner.known is None else not inner.known)
            case syntax.Compare((left, right), ("is" | "is not" as operator,)):
                return self._identity(tree.span, left, right, operator)
            case syntax.Compare(operands, operators) if len(operators) > 1:
                return self._chain(tree.span, operands, operators)
            case syntax.Call(syntax.Name("isinstance")) if self._is_plain(tree, "isinstance"):
                return self.isinstance_of(tree.arguments[0], tree.arguments[1])
            case syntax.Call(syntax.Name("hasattr")) if self._is_plain(tree, "hasattr"):
                return self.hasattr_of(tree.arguments[0], tree.arguments[1])
            case syntax.Call(function):
                callee = self.sugared(function)
                if isinstance(callee, SpecialForm) and callee.form == "isinstance" and self._is_plain(tree, "isinstance"):
                    return self.isinstance_of(tree.arguments[0], tree.arguments[1])
            case _:
                pass
        value = self.as_bool(tree.span, self.expression(tree))
        known = _STATIC_OPERATORS.get(value.node.kind)
        if self.is_constant(value):
            known = bool(self.constant_of(value))
        return Condition(value, {}, {}, known)

    def _is_plain(self, tree: syntax.Call, name: str) -> bool:
        if len(tree.arguments) != 2:
            raise ScriptError(f"{name} expected exactly 2 arguments but found {len(tree.arguments)}", tree.span)
        if tree.keywords:
            raise ScriptError(f"{name} takes no keyword arguments", tree.span)
        return True

    def as_bool(self, span: Span, value: Value) -> Value:
        """`bool(value)`"""
        try:
            cast = self.environment.lookup("bool", span).call(self, span, [Operand(value, span)])
        except ScriptError:
            raise ScriptError(f"Could not cast value of type {value.type.annotation()} to bool", span) from None
        result = simple(cast)
        assert result is not None
        if not is_subtype(result.type, BOOL):
            raise ScriptError(f"expected a bool expression for condition but found {result.type.annotation()}", span)
        return result

    # comparisons

    def _identity(self, span: Span, left: Expression, right: Expression, operator: str) -> Condition:
        left_value, right_value = self.expression(left), self.expression(right)
        left_none, right_none = is_none(left_value), is_none(right_value)
        holds = operator == "is"
        if left_none is True and right_none is True:
            return Condition(self.constant(holds, span), {}, {}, holds)
        if left_none is not None and right_none is not None and left_none != right_none:
            return Condition(self.constant(not holds, span), {}, {}, not holds)
        if left_value.type is BOOL and right_value.type is BOOL:
            # truth values have no identity of their own
            return Condition(self.operator("aten::eq" if holds else "aten::ne", [left_value, right_value], span), {}, {})
        name = "aten::__is__" if holds else "aten::__isnot__"
        value = self.operator(name, [left_value, right_value], span)
        present = _present(left, left_value, right) if _is_none_literal(right) else _present(right, right_value, left)
        return Condition(value, {} if holds else present, present if holds else {})

    def _chain(self, span: Span, operands: tuple[Expression, ...], operators: tuple[syntax.CompareOperator, ...]) -> Condition:
        """`a < b < c < d` is `(a < b and b < c) and c < d`, with `b` and `c` written twice."""
        first: Expression | None = None
        for left, right, operator in zip(operands, operands[1:], operators):
            part = syntax.Compare((left, right), (operator,), left.span.to(right.span))
            first = part if first is None else syntax.Boolean("and", first, part, operands[0].span.to(right.span))
        assert isinstance(first, syntax.Boolean)
        return self._short_circuit(span, first.left, lambda: self.condition(first.right), False)

    def _short_circuit(self, span: Span, left: Expression, right: Callable[[], Condition], is_or: bool) -> Condition:
        first = self.condition(left)
        second: Condition | None = None

        def continued() -> Value:
            nonlocal second
            second = right()
            return second.value

        def decided() -> Value:
            return self.constant(is_or, span)

        value = self.choice(span, first, decided if is_or else continued, continued if is_or else decided)
        assert second is not None
        known: bool | None = None
        if is_or in (first.known, second.known):
            known = is_or
        elif first.known is not None and second.known is not None:
            known = not is_or
        if is_or:
            return Condition(value, _either(first.when_true, second.when_true), _both(first.when_false, second.when_false), known)
        return Condition(value, _both(first.when_true, second.when_true), _either(first.when_false, second.when_false), known)

    def hasattr_of(self, owner: Expression, name: Expression) -> Condition:
        """`hasattr(owner, name)`, which is always known."""
        found = self.sugared(owner)
        if not isinstance(name, syntax.Constant) or not isinstance(name.value, str):
            raise ScriptError("hasattr's second argument must be a string literal", name.span)
        known = found.has_attr(self, owner.span, name.value)
        return Condition(self.constant(known, owner.span), {}, {}, known)

    def isinstance_of(self, tree: Expression, classes: Expression) -> Condition:
        """`isinstance(tree, classes)`"""
        value = self.expression(tree)
        wanted = _sorted(_distinct(self._class_types(classes)))
        inside: list[Type] = []
        outside: list[Type] = []
        always = True
        for kind in _distinct([value.type]):
            if kind is ANY:
                inside.extend(wanted)
                outside.append(ANY)
                always = always and inside == [ANY]
                break
            found = _narrowest(kind, wanted)
            if found is None:
                outside.append(kind)
                always = False
            else:
                inside.append(found)
        name = tree.identifier if isinstance(tree, syntax.Name) else None
        when_true = {name: _unify_all(inside)} if name is not None and inside else {}
        when_false = {name: _unify_all(outside)} if name is not None and outside else {}
        if always or not inside:
            return Condition(self.constant(always, tree.span), when_true, when_false, always)
        result = self.insert("prim::isinstance", [value], BOOL, None, types=list(wanted))
        return Condition(result, when_true, when_false)

    def _class_types(self, tree: Expression) -> list[Type]:
        if isinstance(tree, syntax.TupleLiteral):
            return [kind for element in tree.elements for kind in self._class_types(element)]
        if isinstance(tree, syntax.Name) and tree.identifier in _ANY_CONTAINERS:
            return [_ANY_CONTAINERS[tree.identifier]]
        return [self.type_of(tree)]

    # branches

    def refine(self, span: Span, refinements: Refinements) -> None:
        """Give variables the types that a branch may assume."""
        for name, kind in refinements.items():
            value = self.environment.value(name, span)
            self.environment.set_value(span, name, self.unchecked_cast(value, kind))

    def unchecked_cast(self, value: Value, kind: Type) -> Value:
        """The same value under a type that the program has checked."""
        return self.insert("prim::unchecked_cast", [value], kind)

    def choice(self, span: Span, condition: Condition, when_true: Callable[[], Value], when_false: Callable[[], Value]) -> Value:
        """`prim::If` with one result; each branch is emitted in a block of its own."""
        made = self.node("prim::If", [condition.value], (), span)
        results: list[Value] = []
        for refinements, emit in ((condition.when_true, when_true), (condition.when_false, when_false)):
            block = made.add_block()
            with self.frame(block):
                self.refine(span, refinements)
                results.append(emit())
            block.add_output(results[-1])
        first, second = results[0].type, results[1].type
        unified = unify(first, second)
        if unified is None:
            raise ScriptError(
                f"if-expression's true branch has type {first.annotation()} but false branch has type {second.annotation()}", span
            )
        return made.add_output(unified)

    def conditional(self, tree: syntax.Conditional, hint: Type | None) -> Value:
        """`body if condition else orelse`"""
        condition = self.condition(tree.condition)
        if condition.known is not None:
            return self.expression(tree.body if condition.known else tree.orelse, hint)
        return self.choice(tree.span, condition, lambda: self.expression(tree.body, hint), lambda: self.expression(tree.orelse, hint))

    def branches(self, span: Span, condition: Condition, body: Sequence[Statement], orelse: Sequence[Statement]) -> None:
        """An `if` statement."""
        if condition.known is not None:
            self.refine(span, condition.when_true if condition.known else condition.when_false)
            self.statements(body if condition.known else orelse)
            return
        made = self.node("prim::If", [condition.value], (), span)
        blocks = made.add_block(), made.add_block()
        frames = (
            self._branch(blocks[0], span, body, condition.when_true),
            self._branch(blocks[1], span, orelse, condition.when_false),
        )
        exits = id(blocks[0]) in self.exits, id(blocks[1]) in self.exits
        if all(exits):
            self.exits.add(id(made.block))
        escaping: set[str] = set()
        for index, word in ((0, "false"), (1, "true")):
            escaping |= self._escaping(span, frames[index], blocks[1 - index], frames[1 - index], exits[1 - index], word)
        if not all(exits):
            for name in sorted(escaping):
                self._merge(span, name, blocks, frames, exits)

    def _branch(self, block: Block, span: Span, body: Sequence[Statement], refinements: Refinements) -> Environment:
        with self.frame(block) as environment:
            self.refine(body[0].span.to(body[-1].span) if body else span, refinements)
            self.statements(body)
        return environment

    def _escaping(self, span: Span, frame: Environment, other_block: Block, other: Environment, other_exits: bool, word: str) -> set[str]:
        """Variables assigned in one branch that have a value after the other one too."""
        found: set[str] = set()
        for name in list(frame.types):
            with self.graph.insert_point(other_block):
                if other.find(name) is not None or other_exits:
                    found.add(name)
                    continue
            error = ScriptError(f"{name} is not defined in the {word} branch", span)
            self.environment.note_error(name, lambda error=error: str(error))
        return found

    def _merge(
        self, span: Span, name: str, blocks: tuple[Block, Block], frames: tuple[Environment, Environment], exits: tuple[bool, bool]
    ) -> None:
        """The type of a variable after an `if`; a branch that leaves the function gives a value that is never looked at."""
        kinds: list[Type] = []
        for index in (0, 1):
            if not exits[index]:
                with self.graph.insert_point(blocks[index]):
                    kinds.append(frames[index].value(name, span).type)
        for index in (0, 1):
            if exits[index]:
                with self.graph.insert_point(blocks[index]):
                    frames[index].store(name, self.insert("prim::Uninitialized", (), kinds[0]), None)
        first, second = kinds[0], kinds[-1]
        before = self.environment.find(name)
        before_value = simple(before) if before is not None else None
        allow_union = before_value is not None and (isinstance(before_value.type, UnionType | OptionalType) or before_value.type is NUMBER)
        unified = unify(first, second) or (unify_or_union(first, second) if allow_union else None)
        if unified is not None:
            self.environment.types[name] = unified
            return
        error = ScriptError(
            f"Type mismatch: {name} is set to type {first.annotation()} in the true branch "
            f"and type {second.annotation()} in the false branch",
            span,
        )
        if before is not None:
            raise error
        self.environment.note_error(name, lambda: str(error))

    # errors raised by the program

    def emit_raise(self, span: Span, message: Value, qualified_name: Value | None) -> None:
        """`prim::RaiseException`, after which nothing of the block is emitted."""
        if not is_subtype(message.type, STR):
            message = self.operator("aten::str", [message], None)
        name = qualified_name if qualified_name is not None else self.constant(None)
        self.node("prim::RaiseException", [message, name], (), span)
        self.exits.add(id(self.block))


def _is_none_literal(tree: Expression) -> bool:
    return isinstance(tree, syntax.Constant) and tree.value is None


def _present(tree: Expression, value: Value, other: Expression) -> Refinements:
    """The type of a variable that is not None."""
    if not isinstance(tree, syntax.Name) or not _is_none_literal(other):
        return {}
    if isinstance(value.type, OptionalType):
        return {tree.identifier: value.type.element}
    if isinstance(value.type, UnionType):
        remaining = [member for member in value.type.members if member is not NONE]
        return {tree.identifier: union(remaining)} if remaining else {}
    return {}


def _distinct(kinds: Sequence[Type]) -> list[Type]:
    """The alternatives of unions and optionals, each once."""
    flat = [member for kind in kinds for member in (union_members(kind) if isinstance(kind, UnionType | OptionalType) else (kind,))]
    return list(dict.fromkeys(flat))


def _sorted(kinds: Sequence[Type]) -> list[Type]:
    """The types in the order in which a union of them has its members."""
    return sorted(kinds, key=lambda kind: (kind.order, str(kind))) if len(kinds) > 1 else list(kinds)


_ANY_CONTAINERS: dict[str, Type] = {"list": ANY_LIST, "tuple": ANY_TUPLE}
"""What `isinstance` takes though it is no annotation."""


def _narrowest(kind: Type, wanted: Sequence[Type]) -> Type | None:
    """The part of `kind` that one of the wanted types covers."""
    found: Type | None = None
    for candidate in wanted:
        if is_subtype(kind, candidate):
            found = kind
        elif is_subtype(candidate, kind):
            found = candidate if found is None else unify(found, candidate)
    return found


def _unify_all(kinds: Sequence[Type]) -> Type:
    result = kinds[0]
    for kind in kinds[1:]:
        result = optional(result) if kind is NONE else unify_or_union(result, kind)
    return result
