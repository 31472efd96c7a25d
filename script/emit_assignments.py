"""Assignments: to names, attributes, items, and several of these at once; augmented ones.

In: the trees of targets and values. Out: stores, `prim::SetAttr`, `aten::_set_item`, `aten::copy_`, `aten::index_put_`. Next:
`emit_statements.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..runtime.typesystem import (
    ANY_TUPLE,
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NUMBER,
    TENSOR,
    ClassType,
    DictType,
    ListType,
    Type,
    is_subtype,
    optional,
)
from . import syntax
from .emit_expressions import ExpressionEmitter
from .ir import Value
from .source import ScriptError, Span
from .syntax import Expression
from .values import BuiltinFunction, MagicMethod, MethodValue, Operand, SugaredValue

# operator -> operators of the table: for tensors and lists, for others
_AUGMENTED = {
    "+": ("aten::add_", "aten::add"),
    "-": ("aten::sub_", "aten::sub"),
    "*": ("aten::mul_", "aten::mul"),
    "/": ("aten::div_", "aten::div"),
    "%": ("aten::fmod_", "aten::fmod"),
    "|": ("aten::bitwise_or", "aten::__or__"),
    "&": ("aten::bitwise_and", "aten::__and__"),
    "^": ("aten::bitwise_xor", "aten::__xor__"),
    "<<": ("aten::__ilshift__", "aten::__lshift__"),
    ">>": ("aten::__irshift__", "aten::__rshift__"),
    "**": ("aten::pow", "aten::pow"),
}
_AUGMENTED_METHODS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "%": "mod"}
_NUMBERS = (NUMBER, INT, BOOL, FLOAT, COMPLEX)
_OPTIONAL_TENSOR = optional(TENSOR)


class AssignmentEmitter(ExpressionEmitter):
    """Assignments."""

    def assign(self, tree: syntax.Assign) -> None:
        """`a = b = value`"""
        if tree.value is None:
            raise ScriptError("For an assignment, expected an expression on the right-hand side", tree.span)
        if len(tree.targets) == 1:
            self._assign_one(tree.span, tree.targets[0], tree.value, tree.annotation)
            return
        # the value is emitted once, then assigned from left to right
        name = self.temporary("$tmp_assign_")
        self.environment.assign(tree.value.span, name, self.sugared(tree.value), None)
        for target in tree.targets:
            self._assign_one(tree.span, target, syntax.Name(name, tree.value.span), None)

    def _assign_one(self, span: Span, target: Expression, value: Expression, annotation: Expression | None) -> None:
        match target:
            case syntax.Name(name):
                kind = self.type_of(annotation) if annotation is not None else None
                self.environment.assign(target.span, name, self.sugared(value, 1, kind), kind)
            case syntax.TupleLiteral():
                starred = _check_targets(target.elements, target.span)
                binders = len(target.elements) - starred
                self._unpack(target, self.sugared(value, binders), value.span, binders, starred)
            case syntax.Attribute(owner, name):
                kind = self.type_of(annotation) if annotation is not None else None
                holder = self.sugared(owner)
                result = self.sugared(value, 1, kind).as_value(self, value.span)
                holder.set_attr(self, span, name, result)
            case syntax.Subscript():
                self._set_item(span, target, Operand(self.expression(value), value.span))
            case _:
                raise ScriptError("unexpected expression on left-hand side of assignment", target.span)

    def assign_values(self, targets: Sequence[Expression], values: list[SugaredValue], span: Span, binders: int = 1) -> None:
        """Give each target its value; `*x` takes as many as are left over."""
        place = 0
        for target in targets:
            match target:
                case syntax.Name(name):
                    self.environment.assign(target.span, name, values[place], None)
                case syntax.Subscript():
                    self._set_item(span, target, Operand(values[place].as_value(self, span), span))
                case syntax.Attribute(owner, name):
                    holder = self.sugared(owner)
                    holder.set_attr(self, span, name, values[place].as_value(self, span))
                case syntax.TupleLiteral(elements):
                    starred = _check_targets(elements, target.span)
                    self._unpack(target, values[place], span, len(elements) - starred, starred)
                case syntax.Starred(syntax.Name(name) as variable):
                    count = len(values) - binders
                    packed = [value.as_value(self, target.span) for value in values[place : place + count]]
                    self.environment.set_value(variable.span, name, self.pack_tuple(packed))
                    place += count - 1
                case syntax.Starred():
                    raise ScriptError("Cannot pack a tuple into a non-variable", target.span)
                case _:
                    raise ScriptError("unexpected expression on the left-hand side", target.span)
            place += 1

    def _unpack(self, target: syntax.TupleLiteral, value: SugaredValue, span: Span, binders: int, starred: int) -> None:
        values = value.as_tuple(self, span, None if starred else binders)
        if len(values) < binders:
            least = "at least " if starred else ""
            raise ScriptError(f"need {least}{binders} values to unpack but found only {len(values)}", target.span)
        if len(values) > binders and not starred:
            raise ScriptError(f"too many values to unpack: need {binders} but found {len(values)}", target.span)
        self.assign_values(target.elements, values, span, binders)

    # items

    def _set_item(self, span: Span, target: syntax.Subscript, value: Operand) -> None:
        """`target[index] = value`"""
        owner = self.expression(target.value)
        if is_subtype(owner.type, TENSOR):
            self._set_tensor_item(span, target, owner, value)
            return
        if len(target.indices) != 1 or isinstance(target.indices[0], syntax.Slice):
            raise ScriptError("Sliced expression not yet supported for subscripted assignment. File a bug if you want this", target.span)
        if is_subtype(owner.type, ANY_TUPLE):
            raise ScriptError(f"{owner.type.annotation()} does not support subscripted assignment", target.span)
        index = Operand(self.expression(target.indices[0]), target.indices[0].span, "idx")
        operands = [Operand(owner, target.value.span, "self"), index, value]
        MagicMethod("__setitem__", BuiltinFunction("aten::_set_item")).call(self, span, operands)

    def _set_tensor_item(self, span: Span, target: syntax.Subscript, owner: Value, value: Operand) -> None:
        sliced, tensors = self.basic_indexing(target.span, owner, target.indices)
        source = self._tensor_like(value, sliced)
        if not tensors:
            self.operator("aten::copy_", [sliced, source], span)
            return
        indices = self.make_list(_OPTIONAL_TENSOR, tensors)
        self.operator("aten::index_put_", [sliced, indices, source], span)

    def _tensor_like(self, value: Operand, like: Value) -> Value:
        """Numbers become tensors of the dtype and device of what they are stored into."""
        if value.type not in _NUMBERS:
            return value.value
        dtype = Operand(self.operator("prim::dtype", [like], None), None, "dtype")
        device = Operand(self.operator("prim::device", [like], None), None, "device")
        return self.call_operator(None, "aten::tensor", [value], [dtype, device])

    # augmented assignment

    def augmented_assign(self, tree: syntax.AugmentedAssign) -> None:
        """`target operator= value`"""
        match tree.target:
            case syntax.Name(name):
                result = self._augmented(tree, self.expression(tree.target))
                self.environment.set_value(tree.target.span, name, result)
            case syntax.Attribute(owner, name):
                holder = self.sugared(owner)
                value = holder.attr(self, tree.target.span, name).as_value(self, tree.target.span)
                holder.set_attr(self, tree.span, name, self._augmented(tree, value))
            case syntax.Subscript():
                self._augmented_item(tree, tree.target)
            case _:
                raise ScriptError("unexpected expression on left-hand side of augmented assignment", tree.target.span)

    def _operator_name(self, tree: syntax.AugmentedAssign, kind: Type) -> str:
        names = _AUGMENTED.get(tree.operator)
        if names is None:
            raise ScriptError(f"Unknown augmented assignment: {tree.operator}=", tree.span)
        return names[0] if is_subtype(kind, TENSOR) or isinstance(kind, ListType) else names[1]

    def _augmented(self, tree: syntax.AugmentedAssign, value: Value) -> Value:
        kind = value.type
        if not isinstance(kind, ClassType):
            operands = [Operand(value, tree.target.span), Operand(self.expression(tree.value), tree.value.span)]
            return self.call_operator(tree.span, self._operator_name(tree, kind), operands)
        stem = _AUGMENTED_METHODS.get(tree.operator)
        if stem is None:
            raise ScriptError(f"Unknown augmented assignment: {tree.operator}=", tree.span)
        other = Operand(self.expression(tree.value), tree.value.span)
        for method in (f"__i{stem}__", f"__{stem}__"):
            if method in kind.methods:
                return MethodValue(value, (method,)).call(self, tree.span, [other]).as_value(self, tree.span)
        raise ScriptError(
            f"Cannot emit inplace op on {kind.annotation()} since it does not define an __i{stem}__ or __{stem}__ method", tree.span
        )

    def _augmented_item(self, tree: syntax.AugmentedAssign, target: syntax.Subscript) -> None:
        owner = self.expression(target.value)
        if not is_subtype(owner.type, TENSOR):
            self._augmented_container_item(tree, target, owner)
            return
        sliced, tensors = self.basic_indexing(target.span, owner, target.indices)
        other = Operand(self.expression(tree.value), tree.value.span)
        name = self._operator_name(tree, owner.type)
        if not tensors:
            self.call_operator(tree.span, name, [other], (), Operand(sliced, target.span, "self"))
            return
        indices = self.make_list(_OPTIONAL_TENSOR, tensors)
        chosen = self.operator("aten::index", [sliced, indices], tree.span)
        changed = self.call_operator(tree.span, name, [other], (), Operand(chosen, tree.span, "self"))
        self.operator("aten::index_put_", [sliced, indices, changed], tree.span)

    def _augmented_container_item(self, tree: syntax.AugmentedAssign, target: syntax.Subscript, owner: Value) -> None:
        kind = owner.type
        if len(target.indices) != 1:
            raise ScriptError(
                f"Sliced expression not yet supported for {kind.annotation()} augmented assignment. File a bug if you want this",
                target.span,
            )
        if isinstance(kind, ListType):
            element = kind.element
        elif isinstance(kind, DictType):
            element = kind.value
        else:
            raise ScriptError(f"{kind.annotation()} does not support augmented assignment.", target.span)
        index = self.expression(target.indices[0])
        other = self.expression(tree.value)
        item = self.operator("aten::__getitem__", [owner, index], tree.span)
        changed = self.operator(self._operator_name(tree, element), [item, other], tree.span)
        self.operator("aten::_set_item", [owner, index, changed], tree.span)


def _check_targets(targets: Sequence[Expression], span: Span) -> int:
    """How many of the targets are starred: none or one, and not alone."""
    starred = 0
    for target in targets:
        if isinstance(target, syntax.Starred):
            starred += 1
        elif not isinstance(target, syntax.Name | syntax.Subscript | syntax.TupleLiteral | syntax.Attribute):
            raise ScriptError("lhs of assignment must be a variable, subscript, or starred expression", target.span)
    if starred > 1:
        raise ScriptError("Only one starred expression is allowed on the lhs", span)
    if starred and len(targets) == 1:
        raise ScriptError("A Starred expression may only appear on the lhs within the presence of another non-starred expression", span)
    return starred
