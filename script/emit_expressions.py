"""Expressions: every kind of tree goes to the method that emits it.

In: an expression and, where the program says it, the type that is wanted. Out: a compile-time thing, or a value. Next:
`emit_statements.py`.
"""

from __future__ import annotations

from ..runtime.typesystem import ANY, STR, TupleType, Type
from . import syntax
from .emit_calls import CallEmitter
from .ir import Value
from .source import ScriptError, Span
from .syntax import Expression
from .values import BuiltinFunction, MagicMethod, Operand, SimpleValue, SugaredValue, simple

# operator -> magic method of classes, operator of the table
_BINARY = {
    "+": ("__add__", "aten::add"),
    "-": ("__sub__", "aten::sub"),
    "*": ("__mul__", "aten::mul"),
    "/": ("__truediv__", "aten::div"),
    "%": ("__mod__", "aten::remainder"),
    "**": ("__pow__", "aten::pow"),
    "&": ("__and__", "aten::__and__"),
    "|": ("__or__", "aten::__or__"),
    "^": ("__xor__", "aten::__xor__"),
    "<<": ("__lshift__", "aten::__lshift__"),
    ">>": ("__rshift__", "aten::__rshift__"),
    "==": ("__eq__", "aten::eq"),
    "!=": ("__ne__", "aten::ne"),
    "<": ("__lt__", "aten::lt"),
    "<=": ("__le__", "aten::le"),
    ">": ("__gt__", "aten::gt"),
    ">=": ("__ge__", "aten::ge"),
    "in": ("__contains__", "aten::__contains__"),
}
_PLAIN_BINARY = {"//": "aten::floordiv", "@": "aten::matmul"}
_UNARY = {"-": ("__neg__", "aten::neg"), "~": ("__invert__", "aten::bitwise_not")}


class ExpressionEmitter(CallEmitter):
    """Expressions."""

    def expression(self, tree: Expression, hint: Type | None = None) -> Value:
        value = self.sugared(tree, 1, hint).as_value(self, tree.span)
        # nothing else is turned into Any by itself: `x: Any = 1 if c else "a"`
        if hint is ANY and value.type is not ANY:
            return self.unchecked_cast(value, ANY)
        return value

    def sugared(self, tree: Expression, binders: int = 1, hint: Type | None = None) -> SugaredValue:
        match tree:
            case syntax.Name(name):
                return self.environment.lookup(name, tree.span)
            case syntax.Attribute(owner, name):
                return self.sugared(owner).attr(self, tree.span, name)
            case syntax.Call():
                return self.call(tree, binders, hint)
            case syntax.Subscript():
                return self.subscript(tree, hint)
            case _:
                return SimpleValue(self._value(tree, hint))

    def _value(self, tree: Expression, hint: Type | None) -> Value:
        match tree:
            case syntax.Constant():
                return self._constant(tree)
            case syntax.Binary(operator, left, right):
                return self._binary(tree, operator, left, right)
            case syntax.Compare((left, right), (operator,)) if operator in _BINARY:
                return self._magic(tree, operator, left, right)
            case syntax.Compare((left, right), ("not in",)):
                return self.operator("aten::__not__", [self._magic(tree, "in", left, right)], tree.span)
            case syntax.Compare() | syntax.Boolean() | syntax.Unary("not"):
                return self.condition(tree).value
            case syntax.Unary(operator, operand):
                return self._unary(tree, operator, operand)
            case syntax.Conditional():
                return self.conditional(tree, hint)
            case syntax.TupleLiteral():
                return self.tuple_literal(tree, hint)
            case syntax.ListLiteral():
                return self.list_literal(tree, hint)
            case syntax.DictLiteral():
                return self.dict_literal(tree, hint)
            case syntax.ListComprehension():
                return self.list_comprehension(tree, hint)
            case syntax.DictComprehension():
                return self.dict_comprehension(tree, hint)
            case syntax.FormatString(template, arguments):
                text = Operand(self.constant(template, tree.span), tree.span, "self")
                return self.call_operator(tree.span, "aten::format", self.operands(arguments), (), text)
            case syntax.Starred():
                raise ScriptError("Unexpected starred expansion. File a bug report", tree.span)
            case _:
                raise ScriptError("Cannot emit expr for: this slice", tree.span)

    def _constant(self, tree: syntax.Constant) -> Value:
        value = tree.value
        if isinstance(value, bool | str | None):
            return self.constant(value, tree.span)
        if isinstance(value, int | float | complex):
            return self._number(value, tree.span)
        raise ScriptError("Cannot emit expr for: ...", tree.span)

    def _number(self, value: float | complex, span: Span) -> Value:
        """A number; in Python source a sign is an operator, which is applied at once, where it stands."""
        if self.resolver.signs_are_operators and not isinstance(value, complex) and (value < 0 or str(value)[0] == "-"):
            self.literal(-value, span)
            return self.constant(value, span)
        return self.literal(value, span)

    # operators

    def _binary(self, tree: Expression, operator: str, left: Expression, right: Expression) -> Value:
        if operator in _PLAIN_BINARY:
            return self.call_operator(tree.span, _PLAIN_BINARY[operator], self.operands((left, right)))
        if operator == "%":
            first = self.expression(left)
            if first.type is STR:
                return self.insert("aten::percentFormat", [first, self.expression(right)], STR, tree.span)
            return self._combine(tree, operator, [Operand(first, left.span), Operand(self.expression(right), right.span)])
        return self._magic(tree, operator, left, right)

    def _magic(self, tree: Expression, operator: str, left: Expression, right: Expression) -> Value:
        operands = self.operands((left, right))
        # `a in b` asks b
        return self._combine(tree, operator, operands[::-1] if operator == "in" else operands)

    def _combine(self, tree: Expression, operator: str, operands: list[Operand]) -> Value:
        first, second = operands
        if operator == "+" and isinstance(first.type, TupleType) and isinstance(second.type, TupleType):
            return self.pack_tuple([*self.unpack_tuple(first.value), *self.unpack_tuple(second.value)])
        method, name = _BINARY[operator]
        result = simple(MagicMethod(method, BuiltinFunction(name)).call(self, tree.span, operands))
        assert result is not None
        return result

    def _unary(self, tree: Expression, operator: str, operand: Expression) -> Value:
        method, name = _UNARY[operator]
        value = self.expression(operand)
        known = self.constant_of(value)
        if operator == "-" and isinstance(known, int | float | complex) and not isinstance(known, bool):
            return self.constant(-known, tree.span)
        result = simple(MagicMethod(method, BuiltinFunction(name)).call(self, tree.span, [Operand(value, operand.span)]))
        assert result is not None
        return result
