"""Parser of the text that archives hold: a precedence parser for expressions, an explicit stack for blocks.

In: a `Source`. Out: the tree of `syntax.py`. Time and memory are linear in the text; `Limits` bounds length, depth and number of nodes, so
hostile text ends in a `ScriptError` with its place. Precedence is PyTorch's and differs from Python's: `and` and `or` share one level, `~`
binds as loosely as `not`, comparisons do not chain. Next: `statements.py`, which reads lines and blocks with what is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ..runtime.byte_text import joined_text
from . import syntax
from .lexer import Lexer, decode_number, decode_string
from .source import ScriptError, Source, Span
from .syntax import Expression

if TYPE_CHECKING:
    from .syntax import BinaryOperator, CompareOperator


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text may cost: characters, levels of expressions in one another, levels of blocks in one another, nodes of the tree."""

    characters: int = 1 << 26
    expression_depth: int = 80
    block_depth: int = 256
    nodes: int = 1 << 22


DEFAULT_LIMITS = Limits()

_UNARY: dict[str, int] = {"not": 3, "~": 3, "-": 10, "*": 10}
_BINARY: dict[str, int] = {
    "for": 1,
    "if": 1,
    "and": 2,
    "or": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"), 4),
    "|": 5,
    "^": 6,
    "&": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    **dict.fromkeys(("*", "/", "//", "%", "@"), 10),
    "**": 11,
}
_COMPARISON = 4
# assignment targets and the targets of `for` stop before `in`
_TARGET = 4


class ExpressionParser:
    """Reads expressions from a lexer; the statement parser builds on it."""

    __slots__ = ("_signed", "depth", "lexer", "limits", "nodes")

    def __init__(
        self, source: Source, limits: Limits = DEFAULT_LIMITS, begin: int = 0, stop: int | None = None, indentation: int = 0
    ) -> None:
        if len(source.text) > limits.characters:
            raise ScriptError(f"text has {len(source.text)} characters; at most {limits.characters} are read", source.span(0, 0))
        self.lexer = Lexer(source, begin, stop, indentation)
        self.limits = limits
        self.depth = 0
        self.nodes = 0
        self._signed = False

    def expect(self, kind: str) -> str:
        """Step over a token of this kind and return its text."""
        lexer = self.lexer
        if lexer.kind != kind:
            raise lexer.error(f"expected {kind} but found '{lexer.describe()}' here")
        text = lexer.text
        lexer.advance()
        return text

    def at(self, kind: str) -> bool:
        """Whether a token of this kind is next."""
        return self.lexer.kind == kind

    def skip(self, kind: str) -> bool:
        """Step over a token of this kind, if it is next."""
        if self.lexer.kind != kind:
            return False
        self.lexer.advance()
        return True

    def count(self) -> None:
        """Note one more node at the current depth."""
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise self.lexer.error(f"text has more than {self.limits.nodes} syntax nodes")
        self._check_depth()

    def _check_depth(self) -> None:
        if self.depth > self.limits.expression_depth:
            raise self.lexer.error(f"expression is nested more than {self.limits.expression_depth} levels deep; use local variables")

    def expression(self, level: int = 0) -> Expression:
        """An expression made of operators that bind more tightly than `level`."""
        lexer = self.lexer
        start = lexer.start
        outer = self.depth
        self.depth = outer + 1
        self._check_depth()
        operator = lexer.kind
        precedence = _UNARY.get(operator)
        if precedence is None:
            left = self.primary()
        else:
            lexer.advance()
            self._signed = operator == "-"
            left = self._unary(operator, self.expression(precedence), start)
        while True:
            operator = lexer.kind
            precedence = _BINARY.get(operator)
            if precedence is None or precedence <= level:
                break
            # each operator of a chain puts what is left of it one level deeper
            self.depth += 1
            self.count()
            lexer.advance()
            left = self._binary(operator, precedence, left, start)
        self.depth = outer
        return left

    def _unary(self, operator: str, operand: Expression, start: int) -> Expression:
        self.count()
        span = self.lexer.since(start)
        match operator:
            case "not" | "~":
                return syntax.Unary(operator, operand, span)
            case "*":
                return syntax.Starred(operand, span)
            case _:
                return negated(operand, span)

    def _binary(self, operator: str, precedence: int, left: Expression, start: int) -> Expression:
        if operator == "if":
            condition = self.expression()
            self.expect("else")
            orelse = self.expression()
            return syntax.Conditional(condition, left, orelse, self.lexer.since(start))
        if operator == "for":
            target = self.target()
            self.expect("in")
            iterable = self.expression()
            return syntax.ListComprehension(left, target, iterable, self.lexer.since(start))
        right = self.expression(precedence - 1 if operator == "**" else precedence)
        span = self.lexer.since(start)
        if operator in ("and", "or"):
            return syntax.Boolean(operator, left, right, span)
        if precedence == _COMPARISON:
            return syntax.Compare((left, right), (cast("CompareOperator", operator),), span)
        return syntax.Binary(cast("BinaryOperator", operator), left, right, span)

    def target(self) -> Expression:
        """What may stand left of `=` or after `for`: one or more targets; more make a tuple."""
        start = self.lexer.start
        first = self.expression(_TARGET)
        return self._tuple_after(first, start, _TARGET)

    def expression_or_tuple(self) -> Expression:
        """An expression, or several with commas between, which make a tuple."""
        start = self.lexer.start
        return self._tuple_after(self.expression(), start, 0)

    def _tuple_after(self, first: Expression, start: int, level: int) -> Expression:
        if not self.at(","):
            return first
        elements = [first]
        while self.skip(","):
            if self.lexer.kind in ("newline", "=", ")", ":", "in", "end"):
                break
            elements.append(self.expression(level))
        self.count()
        return syntax.TupleLiteral(tuple(elements), self.lexer.since(start))

    def primary(self) -> Expression:
        """A name, constant, literal or parenthesis, with the calls, attributes and subscripts that follow it."""
        self.count()
        lexer = self.lexer
        start = lexer.start
        result = self._atom()
        while True:
            kind = lexer.kind
            if kind == ".":
                lexer.advance()
                name = self._attribute_name()
                result = syntax.Attribute(result, name, lexer.since(start))
            elif kind == "(":
                result = self._call(result, start)
            elif kind == "[":
                result = self._subscript(result, start)
            else:
                return result
            self.depth += 1
            self.count()

    def _attribute_name(self) -> str:
        # a word of the language is a fine attribute of an object: nothing else can stand after a point
        lexer = self.lexer
        if lexer.kind != "name" and not lexer.text.isidentifier():
            raise lexer.error(f"expected a name after '.' but found '{lexer.describe()}' here")
        name = lexer.text
        lexer.advance()
        return name

    def _atom(self) -> Expression:
        lexer = self.lexer
        span = lexer.span()
        kind = lexer.kind
        if kind == "number":
            return self._number()
        self._signed = False
        match kind:
            case "name":
                name = lexer.text
                lexer.advance()
                return syntax.Name(name, span)
            case "string":
                return self._strings()
            case "True" | "False" | "None":
                lexer.advance()
                return syntax.Constant({"True": True, "False": False, "None": None}[kind], span)
            case "NoneType":
                lexer.advance()
                return syntax.Name("NoneType", span)
            case "..." | "Ellipsis":
                lexer.advance()
                return syntax.Constant(..., span)
            case "(":
                return self._parenthesis()
            case "[":
                return self._list()
            case "{":
                return self._dict()
            case _:
                raise lexer.error(f"expected an expression but found '{lexer.describe()}' here")

    def _number(self) -> Expression:
        lexer = self.lexer
        spelling = lexer.text
        span = lexer.span()
        lexer.advance()
        signed = self._signed and lexer.kind not in ("**", ".", "(", "[")
        self._signed = False
        return syntax.Constant(decode_number(spelling, signed, span), span)

    def _strings(self) -> Expression:
        lexer = self.lexer
        start = lexer.start
        parts: list[str] = []
        while lexer.kind == "string":
            parts.append(decode_string(lexer.text, lexer.span()))
            lexer.advance()
        return syntax.Constant(joined_text("".join(parts)), lexer.since(start))

    def _parenthesis(self) -> Expression:
        lexer = self.lexer
        start = lexer.start
        lexer.advance()
        if self.skip(")"):
            return syntax.TupleLiteral((), lexer.since(start))
        inner = self.expression_or_tuple()
        self.expect(")")
        return inner

    def _items(self, closing: str) -> list[Expression]:
        """Expressions up to `closing`, with commas between and perhaps after."""
        items: list[Expression] = []
        while self.lexer.kind != closing:
            items.append(self.expression())
            if not self.skip(","):
                break
        self.expect(closing)
        return items

    def _list(self) -> Expression:
        start = self.lexer.start
        self.lexer.advance()
        items = self._items("]")
        span = self.lexer.since(start)
        if len(items) == 1 and isinstance(items[0], syntax.ListComprehension):
            inner = items[0]
            return syntax.ListComprehension(inner.element, inner.target, inner.iterable, span)
        return syntax.ListLiteral(tuple(items), span)

    def _dict(self) -> Expression:
        start = self.lexer.start
        self.lexer.advance()
        keys: list[Expression] = []
        values: list[Expression] = []
        while self.lexer.kind != "}" or keys:
            keys.append(self.expression())
            self.expect(":")
            values.append(self.expression())
            if not self.skip(","):
                break
        self.expect("}")
        span = self.lexer.since(start)
        if len(values) == 1 and isinstance(values[0], syntax.ListComprehension):
            inner = values[0]
            return syntax.DictComprehension(keys[0], inner.element, inner.target, inner.iterable, span)
        return syntax.DictLiteral(tuple(keys), tuple(values), span)

    def _call(self, function: Expression, start: int) -> Expression:
        lexer = self.lexer
        lexer.advance()
        arguments: list[Expression] = []
        keywords: list[syntax.Keyword] = []
        while lexer.kind != ")":
            argument_start = lexer.start
            argument = self.expression()
            if lexer.kind == "=" and isinstance(argument, syntax.Name):
                lexer.advance()
                value = self.expression()
                keywords.append(syntax.Keyword(argument.identifier, value, lexer.since(argument_start)))
            elif keywords:
                raise ScriptError("positional argument follows keyword argument", argument.span)
            else:
                arguments.append(argument)
            if not self.skip(","):
                break
        self.expect(")")
        return syntax.Call(function, tuple(arguments), tuple(keywords), lexer.since(start))

    def _subscript(self, value: Expression, start: int) -> Expression:
        self.lexer.advance()
        indices: list[Expression] = []
        while self.lexer.kind != "]":
            indices.append(self._index())
            if not self.skip(","):
                break
        if not indices:
            raise self.lexer.error("expected an index but found ']' here")
        self.expect("]")
        return syntax.Subscript(value, tuple(indices), self.lexer.since(start))

    def _index(self) -> Expression:
        start = self.lexer.start
        first = None if self.lexer.kind == ":" else self.expression()
        if not self.at(":"):
            assert first is not None
            return first
        self.lexer.advance()
        second = None if self.lexer.kind in (":", ",", "]") else self.expression()
        third = None
        if self.skip(":") and self.lexer.kind not in (",", "]"):
            third = self.expression()
        self.count()
        return syntax.Slice(first, second, third, self.lexer.since(start))


def negated(operand: Expression, span: Span) -> Expression:
    """`-operand`; the sign of a number becomes part of the constant."""
    value = operand.value if isinstance(operand, syntax.Constant) else None
    if isinstance(value, complex):
        return syntax.Constant(complex(value.real, -value.imag), span)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return syntax.Constant(-value, span)
    return syntax.Unary("-", operand, span)


def parse_expression(source: Source, begin: int = 0, stop: int | None = None) -> Expression:
    """The expression, or tuple without parentheses, that a part of one line holds. Raises `ScriptError` when there is more or less."""
    parser = ExpressionParser(source, begin=begin, stop=len(source.text) if stop is None else stop)
    result = parser.expression_or_tuple()
    parser.expect("end")
    return result


def parse_signature(source: Source, begin: int = 0, stop: int | None = None) -> tuple[tuple[Expression, ...] | None, Expression | None]:
    """Parameter types and result type of a type comment's text, `(int, Tensor) -> int`; None for `(...)`, and for a result that it leaves
    out."""
    parser = ExpressionParser(source, begin=begin, stop=len(source.text) if stop is None else stop)
    parser.expect("(")
    types: list[Expression] = []
    while parser.lexer.kind != ")":
        types.append(parser.expression())
        if not parser.skip(","):
            break
    parser.expect(")")
    result = parser.expression_or_tuple() if parser.skip("->") else None
    parser.expect("end")
    if len(types) == 1 and isinstance(types[0], syntax.Constant) and types[0].value is ...:
        return None, result
    return tuple(types), result
