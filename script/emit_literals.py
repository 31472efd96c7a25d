"""Tuples, lists, dictionaries and comprehensions.

In: their trees and, where the program says it, the type that is wanted. Out: values. A literal takes the wanted element type, otherwise the
common type of its elements (a union, with a warning, where there is no other). Next: `emit_indexing.py`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..runtime.typesystem import ANY, ANY_LIST, STR, TENSOR, DictType, ListType, OptionalType, TupleType, Type, UnionType, is_subtype
from . import syntax
from .emit_conditions import ConditionEmitter, unify_or_union
from .ir import Value
from .source import ScriptError, Span
from .syntax import Expression
from .values import Operand

C = TypeVar("C", ListType, DictType)


@dataclass(slots=True)
class _Wanted:
    """What a type hint says about a list or dictionary: one type, or several alternatives of a union."""

    kind: Type | None
    union: UnionType | OptionalType | None
    candidates: list[Type]


def _wanted(hint: Type | None, container: type[ListType] | type[DictType], span: Span) -> _Wanted:
    word = "List" if container is ListType else "Dict"
    if hint is None or hint is ANY:
        return _Wanted(None, None, [])
    if isinstance(hint, container) or (container is ListType and hint is ANY_LIST):
        return _Wanted(hint if isinstance(hint, container) else None, None, [])
    if isinstance(hint, UnionType):
        candidates: list[Type] = [member for member in hint.members if isinstance(member, container)]
        if not candidates:
            raise ScriptError(f"Expected an Union type annotation with an inner {word} type, but got {hint.annotation()}", span)
        return _Wanted(candidates[0], hint, []) if len(candidates) == 1 else _Wanted(None, hint, candidates)
    if isinstance(hint, OptionalType) and isinstance(hint.element, container):
        return _Wanted(hint.element, hint, [])
    raise ScriptError(f"Expected an annotation of type {word} but got {hint.annotation()}", span)


def _warn_mixed(container: str, kind: Type, span: Span) -> None:
    import warnings

    warnings.warn(
        f"{container} consists of heterogeneous types, which means that it has been typed as containing {kind.annotation()}. "
        f"To use any of the values in this {container}, it will be necessary to add an `assert isinstance` statement before first use "
        "to trigger type refinement.\n"
        f"{span.highlight()}",
        stacklevel=2,
    )


class LiteralEmitter(ConditionEmitter):
    """Displays of containers, and comprehensions."""

    @abstractmethod
    def loop_over(self, span: Span, target: Expression, iterable: Expression, body: Callable[[], None]) -> None:
        """A `for` loop whose body is emitted by `body`."""

    def elements(self, trees: Sequence[Expression]) -> list[Value]:
        """The values of several expressions; `*x` gives all elements of a tuple."""
        return [operand.value for operand in self.operands(trees)]

    def operands(self, trees: Sequence[Expression]) -> list[Operand]:
        """Positional arguments."""
        result: list[Operand] = []
        for tree in trees:
            if isinstance(tree, syntax.Starred):
                for entry in self.sugared(tree.value).as_tuple(self, tree.span):
                    result.append(Operand(entry.as_value(self, tree.span), tree.span))
            else:
                result.append(Operand(self.expression(tree), tree.span))
        return result

    def tuple_literal(self, tree: syntax.TupleLiteral, hint: Type | None) -> Value:
        """`(a, b)`"""
        if isinstance(hint, TupleType) and len(hint.elements) == len(tree.elements) and not _has_starred(tree.elements):
            pairs = zip(tree.elements, hint.elements, strict=True)
            return self.pack_tuple([self.expression(element, _element_hint(wanted)) for element, wanted in pairs])
        return self.pack_tuple(self.elements(tree.elements))

    def list_literal(self, tree: syntax.ListLiteral, hint: Type | None) -> Value:
        """`[a, b]`; an empty one without a hint takes the type that its use wants."""
        values = self.elements(tree.elements)
        if not values and hint is None:
            return self.insert("prim::EmptyListLiteral", [], ListType(TENSOR))
        wanted = _wanted(hint, ListType, tree.span)
        element = self._list_element(tree, values, wanted, hint)
        return self._as_union(self.make_list(element, values), wanted)

    def _list_element(self, tree: syntax.ListLiteral, values: list[Value], wanted: _Wanted, hint: Type | None) -> Type:
        known = wanted.kind.element if isinstance(wanted.kind, ListType) else None
        if not values:
            if wanted.candidates:
                assert hint is not None
                raise ScriptError(
                    f"Cannot assign an empty list to a variable annotated to be type {hint.annotation()} "
                    "because there are multiple possible List type candidates in the Union annotation",
                    tree.span,
                )
            return known or TENSOR
        common = values[0].type
        for value in values[1:]:
            common = unify_or_union(common, value.type, known)
        if wanted.candidates:
            return self._fitting_candidate(tree.span, wanted, common)
        if known is None:
            if isinstance(common, UnionType):
                _warn_mixed("List", common, tree.span)
            return common
        if not is_subtype(common, known):
            assert wanted.kind is not None
            raise ScriptError(
                f"List type annotation `{wanted.kind.annotation()}` did not match the types of the given list elements, "
                f"which were unified to {common.annotation()}",
                tree.span,
            )
        return known

    def _fitting_candidate(self, span: Span, wanted: _Wanted, common: Type) -> Type:
        lists = [candidate for candidate in wanted.candidates if isinstance(candidate, ListType)]
        elements = [candidate.element for candidate in lists if is_subtype(common, candidate.element)]
        if not elements:
            assert wanted.union is not None
            listed = " or ".join(candidate.annotation() for candidate in wanted.candidates)
            raise ScriptError(
                f"Union type annotation `{wanted.union.annotation()}` can hold {listed}, but none of those types match the types of "
                f"the given list elements, which were unified to {common.annotation()}",
                span,
            )
        result = elements[0]
        for element in elements[1:]:
            result = unify_or_union(result, element)
        return result

    def _as_union(self, value: Value, wanted: _Wanted) -> Value:
        return value if wanted.union is None else self.unchecked_cast(value, wanted.union)

    def dict_literal(self, tree: syntax.DictLiteral, hint: Type | None) -> Value:
        """`{key: value}`"""
        pairs = [(self.expression(key), self.expression(value)) for key, value in zip(tree.keys, tree.values, strict=True)]
        wanted = _wanted(hint, DictType, tree.span)
        kind = self._dict_type(tree, pairs, wanted)
        inputs = [value for pair in pairs for value in pair]
        return self._as_union(self.insert("prim::DictConstruct", inputs, kind), wanted)

    def _dict_type(self, tree: syntax.DictLiteral, pairs: list[tuple[Value, Value]], wanted: _Wanted) -> DictType:
        if not pairs:
            if wanted.candidates:
                assert wanted.union is not None
                raise ScriptError(
                    f"Cannot assign an empty dict to a variable annotated to be type {wanted.union.annotation()} "
                    "because there are multiple possible Dict type candidates in the Union annotation",
                    tree.span,
                )
            return wanted.kind if isinstance(wanted.kind, DictType) else DictType(STR, TENSOR)
        key, common = pairs[0][0].type, pairs[0][1].type
        for (other, value), place in zip(pairs[1:], tree.keys[1:], strict=True):
            if other.type != key:
                raise ScriptError(
                    f"Dict keys must contain only a single type. Expected: {key.annotation()} but found {other.type.annotation()} instead",
                    place.span,
                )
            common = unify_or_union(common, value.type)
        if wanted.candidates:
            dicts = [kind for kind in wanted.candidates if isinstance(kind, DictType)]
            fitting = [kind for kind in dicts if kind.key == key and is_subtype(common, kind.value)]
            if fitting:
                return fitting[0]
        if not isinstance(wanted.kind, DictType):
            if isinstance(common, UnionType):
                _warn_mixed("Dict", common, tree.span)
            return DictType(key, common)
        self._check_dict(tree.span, wanted.kind, key, common)
        return wanted.kind

    def _check_dict(self, span: Span, kind: DictType, key: Type, value: Type) -> None:
        if kind.key != key:
            raise ScriptError(
                f"Type annotation was inferred to be {kind.annotation()}"
                f"but the type of keys given by the dict literal is {key.annotation()}",
                span,
            )
        if not is_subtype(value, kind.value):
            raise ScriptError(
                f"Type annotation was inferred to be `{kind.annotation()}`, "
                f"but the type of values given by the dict literal is {value.annotation()}",
                span,
            )

    # comprehensions

    def list_comprehension(self, tree: syntax.ListComprehension, hint: Type | None) -> Value:
        """`[element for target in iterable]`, in a scope of its own."""
        result = self.insert("prim::ListConstruct", [], ListType(TENSOR))
        wanted = _wanted(hint, ListType, tree.span)
        if wanted.kind is not None:
            result.type = wanted.kind
        seen = False

        def body() -> None:
            nonlocal seen
            known = wanted.kind.element if isinstance(wanted.kind, ListType) else None
            value = self.expression(tree.element)
            assert isinstance(result.type, ListType)
            common = unify_or_union(result.type.element, value.type, known) if seen else value.type
            seen = True
            if wanted.candidates:
                common = self._fitting_candidate(tree.span, wanted, common)
            elif known is not None:
                if not is_subtype(common, known):
                    assert wanted.kind is not None
                    raise ScriptError(
                        f"List type annotation `{wanted.kind.annotation()}` did not match the types of the given list elements, "
                        f"which were unified to {common.annotation()}",
                        tree.span,
                    )
                common = known
            elif isinstance(common, UnionType):
                _warn_mixed("List", common, tree.span)
            result.type = ListType(common)
            value = value if value.type == common else self._widened(value, common)
            self.call_operator(tree.span, "aten::append", [Operand(value, tree.span)], (), Operand(result, tree.span, "self"))

        self._comprehension(tree.span, tree.target, tree.iterable, body)
        return self._as_union(result, wanted) if isinstance(wanted.union, UnionType) else result

    def _widened(self, value: Value, kind: Type) -> Value:
        """An element under the element type of its list."""
        if value.node.kind.startswith("prim::") and not value.has_uses:
            value.type = kind
            return value
        return self.unchecked_cast(value, kind)

    def dict_comprehension(self, tree: syntax.DictComprehension, hint: Type | None) -> Value:
        """`{key: value for target in iterable}`, in a scope of its own."""
        result = self.insert("prim::DictConstruct", [], DictType(STR, TENSOR))
        wanted = _wanted(hint, DictType, tree.span)
        if wanted.kind is not None:
            result.type = wanted.kind
        seen = False

        def body() -> None:
            nonlocal seen
            key, value = self.expression(tree.key), self.expression(tree.value)
            if isinstance(wanted.kind, DictType):
                self._check_dict(tree.span, wanted.kind, key.type, value.type)
            else:
                assert isinstance(result.type, DictType)
                if seen and result.type.key != key.type:
                    raise ScriptError(
                        "Dicts may only contain homogeneous keys. "
                        f"Expected dict comprehension to generate type {result.type.key.annotation()}, but got {key.type.annotation()}",
                        tree.span,
                    )
                common = unify_or_union(result.type.value, value.type) if seen else value.type
                result.type = DictType(key.type, common)
            seen = True
            operands = [Operand(part, tree.span) for part in (result, key, value)]
            self.call_operator(tree.span, "aten::_set_item", operands)

        self._comprehension(tree.span, tree.target, tree.iterable, body)
        return self._as_union(result, wanted)

    def _comprehension(self, span: Span, target: Expression, iterable: Expression, body: Callable[[], None]) -> None:
        scope = self.node("prim::ComprehensionScope", (), (), span)
        with self.frame(scope.add_block()):
            self.loop_over(span, target, iterable, body)


def _has_starred(trees: Sequence[Expression]) -> bool:
    return any(isinstance(tree, syntax.Starred) for tree in trees)


def _element_hint(kind: Type) -> Type | None:
    """Elements of a tuple take hints only where the element is a container that may be empty."""
    return kind if isinstance(kind, ListType | DictType) else None
