"""Calls, above all those whose arguments are not evaluated in the usual way: `range`, `zip`, `isinstance`, `annotate`, `getattr`, `fork`.

In: the tree of a call. Out: what it gives. Next: `emit_expressions.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..runtime.typesystem import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NONE,
    STR,
    TENSOR,
    DictType,
    FutureType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
    is_subtype,
)
from . import syntax
from .emit_indexing import IndexingEmitter
from .ir import Value
from .source import ScriptError, Span
from .special_values import ClosureValue, IterableTree, LegacyTensorConstructor, RangeValue, SliceValue
from .syntax import Expression
from .values import ClassValue, Operand, SimpleValue, SpecialForm, SugaredValue, simple

INT64_MAX = (1 << 63) - 1


class CallEmitter(IndexingEmitter):
    """Calls."""

    def call(self, tree: syntax.Call, binders: int, hint: Type | None) -> SugaredValue:
        """`function(arguments, keywords)`"""
        callee = self.sugared(tree.function)
        if isinstance(callee, SpecialForm):
            return self._special(callee, tree, hint)
        arguments = self.operands(tree.arguments)
        return callee.call(self, tree.function.span, arguments, self._keywords(tree), binders)

    def _keywords(self, tree: syntax.Call) -> list[Operand]:
        return [Operand(self.expression(keyword.value), keyword.span, keyword.name) for keyword in tree.keywords]

    def _special(self, form: SpecialForm, tree: syntax.Call, hint: Type | None) -> SugaredValue:
        match form.form:
            case "annotate":
                return SimpleValue(self._annotate(tree))
            case "unchecked_cast":
                return SimpleValue(self._unchecked_cast(tree))
            case "uninitialized":
                (kind,) = self._exactly(tree, "uninitialized", 1)
                return SimpleValue(self.insert("prim::Uninitialized", [], self.type_of(kind), tree.span))
            case "getattr":
                return self._getattr(tree)
            case "isinstance":
                return SimpleValue(self.isinstance_of(*self._exactly(tree, "isinstance", 2)).value)
            case "hasattr":
                return SimpleValue(self.hasattr_of(*self._exactly(tree, "hasattr", 2)).value)
            case "tuple":
                (argument,) = self._exactly(tree, "tuple", 1)
                entries = self.sugared(argument).as_tuple(self, tree.span)
                return SimpleValue(self.pack_tuple([entry.as_value(self, tree.span) for entry in entries]))
            case "range":
                return RangeValue(self, tree.span, self.elements(tree.arguments))
            case "enumerate":
                return self._enumerate(tree)
            case "zip":
                return self._zip(tree)
            case "list":
                return SimpleValue(self._list(tree, hint))
            case "dict":
                return SimpleValue(self._dict(tree, hint))
            case "slice":
                return self._slice_object(tree)
            case "tolist":
                return SimpleValue(self._tolist(form, tree, hint))
            case "index":
                return SimpleValue(self._getitem(form, tree))
            case "CreateObject":
                return SimpleValue(self._create_object(tree))
            case "LegacyTensorConstructor":
                assert isinstance(form, LegacyTensorConstructor)
                return SimpleValue(self._legacy_tensor(form, tree))
            case "fork":
                return SimpleValue(self._fork(tree))
            case _:
                raise AssertionError(f"unknown special form {form.form}")

    def _exactly(self, tree: syntax.Call, name: str, count: int) -> tuple[Expression, ...]:
        if len(tree.arguments) != count:
            raise ScriptError(f"{name} expected exactly {count} arguments but found {len(tree.arguments)}", tree.span)
        if tree.keywords:
            raise ScriptError(f"{name} takes no keyword arguments", tree.span)
        return tree.arguments

    # types

    def _annotate(self, tree: syntax.Call) -> Value:
        annotation, argument = self._exactly(tree, "annotate", 2)
        kind = self.type_of(annotation)
        value = self.convert(tree.span, kind, self.expression(argument, kind), implicit=True)
        if not is_subtype(value.type, kind):
            raise ScriptError(f"expected an expression of type {kind.annotation()} but found {value.type.annotation()}\n", tree.span)
        holds_none = isinstance(kind, OptionalType) or isinstance(kind, UnionType) and is_subtype(NONE, kind)
        if holds_none and value.type is NONE:
            # a None that remembers what it might have been
            return self.constant(None, None, kind)
        return value

    def _unchecked_cast(self, tree: syntax.Call) -> Value:
        annotation, argument = self._exactly(tree, "unchecked_cast", 2)
        kind = self.type_of(annotation)
        value = self.expression(argument)
        if value.node.kind == "prim::unchecked_cast" and value.type == kind:
            return value
        return self.unchecked_cast(value, kind)

    # objects

    def _getattr(self, tree: syntax.Call) -> SugaredValue:
        if not 2 <= len(tree.arguments) <= 3:
            raise ScriptError(f"getattr expected to have number of arguments between 2 and 3 but found {len(tree.arguments)}", tree.span)
        if tree.keywords:
            raise ScriptError("getattr takes no keyword arguments", tree.span)
        owner = self.sugared(tree.arguments[0])
        name = tree.arguments[1]
        if not isinstance(name, syntax.Constant) or not isinstance(name.value, str):
            raise ScriptError("getattr's second argument must be a string literal", tree.span)
        if len(tree.arguments) == 2 or owner.has_attr(self, tree.span, name.value):
            return owner.attr(self, tree.span, name.value)
        return self.sugared(tree.arguments[2])

    def _create_object(self, tree: syntax.Call) -> Value:
        if len(tree.arguments) != 1:
            raise ScriptError("Only one argument to __new__ allowed", tree.span)
        found = self.sugared(tree.arguments[0])
        if not isinstance(found, ClassValue):
            raise ScriptError(f"Expected class value as argument to __new__, got {found.kind} instead", tree.span)
        return self.insert("prim::CreateObject", [], found.type, tree.span)

    # iteration

    def _enumerate(self, tree: syntax.Call) -> SugaredValue:
        count = len(tree.arguments) + len(tree.keywords)
        if not tree.arguments:
            raise ScriptError("enumerate expected at least 1 arguments, got 0", tree.span)
        start: Value | None = None
        if len(tree.arguments) == 2:
            start = self.sugared(tree.arguments[1]).as_value(self, tree.span)
        if count > 2:
            raise ScriptError(f"enumerate expected at most 2 arguments, got {count}", tree.span)
        if tree.keywords:
            keyword = tree.keywords[0]
            if keyword.name != "start":
                raise ScriptError(f"enumerate expected kwarg name 'start', got '{keyword.name}'", tree.span)
            start = self.sugared(keyword.value).as_value(self, tree.span)
        bounds = ([] if start is None else [start]) + [self.literal(INT64_MAX, tree.span)]
        iterable = self.sugared(tree.arguments[0]).iter(self, tree.span)
        result = IterableTree()
        result.add(tree.span, RangeValue(self, tree.span, bounds, iterable.static_length()))
        result.add(tree.span, iterable)
        return result

    def _zip(self, tree: syntax.Call) -> SugaredValue:
        if not tree.arguments:
            raise ScriptError("zip expected at least 1 arguments, got 0", tree.span)
        result = IterableTree()
        for argument in tree.arguments:
            result.add(tree.span, self.sugared(argument).iter(self, tree.span))
        return result

    def _list(self, tree: syntax.Call, hint: Type | None) -> Value:
        if not tree.arguments:
            kind = hint if hint is not None else ListType(TENSOR)
            if not isinstance(kind, ListType):
                raise ScriptError(f"Expected list type annotation for list(), found {kind.annotation()}", tree.span)
            return self.make_list(kind.element, [])
        (argument,) = self._exactly(tree, "list", 1)
        if isinstance(argument, syntax.ListComprehension):
            return self.list_comprehension(argument, hint)
        found = self.sugared(argument)
        value = simple(found)
        if value is not None and (isinstance(value.type, ListType) or value.type is STR):
            return self.operator("aten::list", [value], tree.span)
        iterable, element = self.temporary("$_iter"), self.temporary("$_elem")
        self.environment.assign(tree.span, iterable, found, None)
        item = syntax.Name(element, tree.span)
        return self.list_comprehension(syntax.ListComprehension(item, item, syntax.Name(iterable, tree.span), tree.span), hint)

    def _dict(self, tree: syntax.Call, hint: Type | None) -> Value:
        if isinstance(hint, OptionalType):
            hint = hint.element
        arguments = tree.arguments
        if len(arguments) > 1:
            raise ScriptError(f"dict expected exactly 1 arguments but found {len(arguments)}", tree.span)
        if arguments and _is_empty_display(arguments[0]):
            arguments = ()
        if not arguments and not tree.keywords:
            return self.dict_literal(syntax.DictLiteral((), (), tree.span), hint)
        if arguments and not isinstance(arguments[0], syntax.ListLiteral):
            return self._dict_of(tree, arguments[0], hint)
        # keywords and pairs that are written out become one list of pairs
        pairs = arguments[0].elements if arguments and isinstance(arguments[0], syntax.ListLiteral) else ()
        keywords = (syntax.TupleLiteral((syntax.Constant(keyword.name, tree.span), keyword.value), tree.span) for keyword in tree.keywords)
        entries = syntax.ListLiteral((*pairs, *keywords), tree.span)
        return self._dict_of_pairs(tree.span, self.sugared(entries), hint)

    def _dict_of(self, tree: syntax.Call, argument: Expression, hint: Type | None) -> Value:
        if isinstance(argument, syntax.DictComprehension):
            result = self.dict_comprehension(argument, hint)
        else:
            found = self.sugared(argument, 1, hint if isinstance(argument, syntax.DictLiteral) else None)
            value = simple(found)
            if value is not None and isinstance(value.type, DictType):
                result = self.operator("aten::dict", [value], tree.span)
            else:
                result = self._dict_of_pairs(tree.span, found, hint)
        for keyword in tree.keywords:
            key = self.constant(keyword.name, keyword.span)
            operands = [Operand(part, keyword.span) for part in (result, key, self.expression(keyword.value))]
            self.call_operator(keyword.span, "aten::_set_item", operands)
        return result

    def _dict_of_pairs(self, span: Span, pairs: SugaredValue, hint: Type | None) -> Value:
        iterable, key, value = (self.temporary(prefix) for prefix in ("$_iter", "$_key", "$_value"))
        self.environment.assign(span, iterable, pairs, None)
        names = syntax.Name(key, span), syntax.Name(value, span)
        target = syntax.TupleLiteral(names, span)
        return self.dict_comprehension(syntax.DictComprehension(*names, target, syntax.Name(iterable, span), span), hint)

    # indices

    def _slice_object(self, tree: syntax.Call) -> SugaredValue:
        if tree.keywords:
            raise ScriptError("Slice does not accept any keyword arguments", tree.span)
        given = self.elements(tree.arguments)
        if not 1 <= len(given) <= 3:
            raise ScriptError(f"slice accepts exactly 1, 2 or 3 arguments, got: {len(given)}", tree.span)
        parts: list[Value | None] = [None, *given] if len(given) == 1 else list(given)
        parts += [None] * (3 - len(parts))
        values = [
            self.constant(default, tree.span) if part is None or part.type is NONE else part
            for part, default in zip(parts, (0, INT64_MAX, 1), strict=True)
        ]
        return SliceValue(values[0], values[1], values[2])

    def _getitem(self, form: SpecialForm, tree: syntax.Call) -> Value:
        assert form.owner is not None
        owner = form.owner.as_value(self, tree.span)
        if len(tree.arguments) != 1:
            raise ScriptError(f"__getitem__ expected exactly 1 arguments, got {len(tree.arguments)}", tree.span)
        index = self.sugared(tree.arguments[0]).as_value(self, tree.span)
        return self.index_by(tree.span, owner, self.unpack_tuple(index) if isinstance(index.type, TupleType) else [index])

    def _tolist(self, form: SpecialForm, tree: syntax.Call, hint: Type | None) -> Value:
        assert form.owner is not None
        owner = form.owner.as_value(self, tree.span)
        if hint is None:
            raise ScriptError("Expected type hint for result of tolist()", tree.span)
        depth, element = 0, hint
        while isinstance(element, ListType):
            depth, element = depth + 1, element.element
        code = _TOLIST_CODES.get(element)
        if code is None:
            supported = "supported element types for tolist: int, float, complex, bool"
            raise ScriptError(f"{element.annotation()} is not one of the {supported}", tree.span)
        dim, kind = self.constant(depth), self.constant(code)
        return self.insert("prim::tolist", [owner, dim, kind], hint, tree.span)

    def _legacy_tensor(self, form: LegacyTensorConstructor, tree: syntax.Call) -> Value:
        values = self.elements(tree.arguments)
        keywords = self._keywords(tree)
        if any(keyword.name != "device" for keyword in keywords) or len(keywords) > 1:
            raise ScriptError(
                "Legacy Tensor Constructor only supports two schemas in TorchScript: \n'new(IntArrayRef size, *, Device? device=None)',\n"
                f"'new(PyObject* data, *, Device? device=None)\n'Got kwarg {keywords[0].name}",
                tree.span,
            )
        dtype = Operand(self.constant(form.dtype), tree.span, "dtype")
        if values and not all(value.type is INT for value in values):
            if len(values) > 1:
                raise ScriptError("Legacy Tensor Constructor got multiple positional arguments that were not all integers", tree.span)
            return self.call_operator(None, "aten::tensor", [Operand(values[0])], [dtype])
        sizes = Operand(self.make_list(INT, values))
        return self.call_operator(None, "aten::empty" if values else "aten::tensor", [sizes], [dtype])

    # concurrency

    def _fork(self, tree: syntax.Call) -> Value:
        """A call that may run beside the caller: `prim::forkClosure`, which a pass turns into `prim::fork`."""
        if not tree.arguments:
            raise ScriptError("Expected at least one argument to fork()", tree.span)
        callee = self.sugared(tree.arguments[0])
        arguments = self.operands(tree.arguments[1:])
        keywords = self._keywords(tree)
        made = self.node("prim::forkClosure", (), (), tree.span)
        if isinstance(callee, ClosureValue):
            closure = callee.as_value(self, tree.span)
        else:
            with self.graph.insert_point(made):
                closure = self._closure_of(tree.span, callee, arguments, keywords)
        made.add_input(closure)
        return made.add_output(FutureType(closure.node.blocks[0].outputs[0].type))

    def _closure_of(self, span: Span, callee: SugaredValue, arguments: Sequence[Operand], keywords: Sequence[Operand]) -> Value:
        closure = self.insert("prim::Closure", [], NONE)
        block = closure.node.add_block()
        with self.frame(block):
            result = callee.call(self, span, arguments, keywords).as_value(self, span)
        block.add_output(result)
        return closure


_TOLIST_CODES: dict[Type, int] = {INT: 0, FLOAT: 1, BOOL: 2, COMPLEX: 3}


def _is_empty_display(tree: Expression) -> bool:
    return isinstance(tree, syntax.DictLiteral) and not tree.keys or isinstance(tree, syntax.ListLiteral) and not tree.elements
