"""Expressions of live Python as expressions of `syntax.py`; the base of the reader in `python_reader.py`.

In: nodes of `ast` whose columns are those of the user's file. Out: our nodes, or a `FrontendError` at the part that TorchScript lacks, with
what to write instead.
"""

from __future__ import annotations

import ast
from typing import NoReturn

from . import syntax
from .parser import negated
from .source import FrontendError, NotSupportedError, Source, Span, UnsupportedNodeError
from .syntax import BinaryOperator, CompareOperator, Expression, UnaryOperator

BINARY_OPERATORS: dict[type[ast.operator], BinaryOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
_COMPARE_OPERATORS: dict[type[ast.cmpop], CompareOperator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_UNARY_OPERATORS: dict[type[ast.unaryop], UnaryOperator] = {ast.USub: "-", ast.Not: "not", ast.Invert: "~"}
_UNSUPPORTED: dict[type[ast.expr], tuple[str, str]] = {
    ast.Lambda: ("lambda functions", "define a function with def"),
    ast.Set: ("set literals", "use a list or a dictionary"),
    ast.SetComp: ("set comprehensions", "use a list comprehension"),
    ast.NamedExpr: ("assignments inside of expressions (:=)", "assign on a line of their own"),
    ast.Yield: ("yield expressions", "return a list"),
    ast.YieldFrom: ("yield expressions", "return a list"),
    ast.Await: ("await expressions", "use torch.jit.wait"),
}
RESERVED_PREFIX = "__jit"


class ExpressionReader:
    """Knows where nodes are in `source`; `first_row` is the number that the parsed text gives to the source's first line."""

    def __init__(self, source: Source, first_row: int) -> None:
        self.source = source
        self.first_row = first_row
        self.ascii = source.text.isascii()

    def offset(self, row: int, column: int) -> int:
        """Offset into the source of a place that Python counts in rows and bytes of UTF-8."""
        starts = self.source.line_starts()
        index = row - self.first_row
        if index >= len(starts):
            return len(self.source.text)
        start = starts[index]
        if self.ascii:
            return start + column
        stop = starts[index + 1] if index + 1 < len(starts) else len(self.source.text)
        return start + len(self.source.text[start:stop].encode("utf-8")[:column].decode("utf-8", "ignore"))

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> Span:
        """Where a node is."""
        start = self.offset(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return self.source.span(start, start)
        return self.source.span(start, self.offset(node.end_lineno, node.end_col_offset))

    def keyword_span(self, node: ast.stmt) -> Span:
        """The word that a statement begins with."""
        start = self.offset(node.lineno, node.col_offset)
        end = start
        while end < len(self.source.text) and self.source.text[end].isalpha():
            end += 1
        return self.source.span(start, end)

    def unsupported(self, what: str, instead: str, span: Span | None = None) -> NoReturn:
        """Say that TorchScript has no such thing."""
        raise UnsupportedNodeError(f"{what} aren't supported; {instead}", span or self.source.span(0, 0))

    def checked_name(self, name: str, span: Span) -> str:
        """The name, unless the compiler keeps it for itself."""
        if name.startswith(RESERVED_PREFIX):
            raise NotSupportedError(f"names of variables can't start with {RESERVED_PREFIX}, but {name} does; rename it", span)
        return name

    def expression(self, node: ast.expr) -> Expression:
        """One expression. Raises `FrontendError` for what TorchScript lacks."""
        span = self.span(node)
        match node:
            case ast.Name(id="Ellipsis"):
                return syntax.Constant(..., span)
            case ast.Name(id=name):
                return syntax.Name(self.checked_name(name, span), span)
            case ast.Constant(value=value):
                return self._constant(value, span)
            case ast.Attribute(value=value, attr=name):
                return syntax.Attribute(self.expression(value), name, span)
            case ast.Call():
                return self._call(node, span)
            case ast.Subscript(value=value, slice=index):
                return syntax.Subscript(self.expression(value), self._indices(index), span)
            case ast.Starred(value=value):
                return syntax.Starred(self.expression(value), span)
            case ast.Tuple(elts=elements):
                return syntax.TupleLiteral(self._all(elements), span)
            case ast.List(elts=elements):
                return syntax.ListLiteral(self._all(elements), span)
            case ast.Dict():
                return self._dict(node, span)
            case ast.Slice():
                raise NotSupportedError("slices aren't supported outside of a subscript; use slice(a, b)", span)
            case _:
                return self._operation(node, span)

    def _operation(self, node: ast.expr, span: Span) -> Expression:
        match node:
            case ast.BinOp(left=left, op=operator, right=right):
                return syntax.Binary(BINARY_OPERATORS[type(operator)], self.expression(left), self.expression(right), span)
            case ast.UnaryOp():
                return self._unary(node, span)
            case ast.BoolOp():
                return self._boolean(node)
            case ast.Compare(left=left, ops=operators, comparators=others):
                names: tuple[CompareOperator, ...] = tuple(_COMPARE_OPERATORS[type(operator)] for operator in operators)
                return syntax.Compare((self.expression(left), *self._all(others)), names, span)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return syntax.Conditional(self.expression(test), self.expression(body), self.expression(orelse), span)
            case ast.ListComp(elt=element, generators=generators) | ast.GeneratorExp(elt=element, generators=generators):
                target, iterable = self._generator(generators, span)
                return syntax.ListComprehension(self.expression(element), target, iterable, span)
            case ast.DictComp(key=key, value=value, generators=generators):
                target, iterable = self._generator(generators, span)
                return syntax.DictComprehension(self.expression(key), self.expression(value), target, iterable, span)
            case ast.JoinedStr(values=values):
                return self._format_string(values, span)
            case _:
                what, instead = _UNSUPPORTED.get(type(node), (f"{type(node).__name__} expressions", "write it another way"))
                self.unsupported(what, instead, span)

    def target(self, node: ast.expr) -> Expression:
        """What stands left of `=`; a list of targets is a tuple of them."""
        if isinstance(node, (ast.Tuple, ast.List)):
            span = self.span(node)
            if sum(isinstance(element, ast.Starred) for element in node.elts) > 1:
                raise NotSupportedError("only one starred expression is allowed on the left-hand side of an assignment", span)
            return syntax.TupleLiteral(tuple(self.target(element) for element in node.elts), span)
        return self.expression(node)

    def _all(self, nodes: list[ast.expr]) -> tuple[Expression, ...]:
        return tuple(self.expression(node) for node in nodes)

    def _constant(self, value: object, span: Span) -> Expression:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 63:
            raise FrontendError(f"integral constant out of range (must fit in a signed 64 bit integer): {value}", span)
        if value is None or value is ... or isinstance(value, (bool, int, float, complex, str)):
            return syntax.Constant(value, span)
        self.unsupported(f"constants of type {type(value).__name__}", "use a str or a list of int", span)

    def _unary(self, node: ast.UnaryOp, span: Span) -> Expression:
        operator = _UNARY_OPERATORS.get(type(node.op))
        if operator is None:
            self.unsupported("unary plus signs", "leave out the +", span)
        if operator == "-" and isinstance(node.operand, ast.Constant) and node.operand.value == 1 << 63:
            return syntax.Constant(-(1 << 63), span)
        operand = self.expression(node.operand)
        return negated(operand, span) if operator == "-" else syntax.Unary(operator, operand, span)

    def _boolean(self, node: ast.BoolOp) -> Expression:
        first, *others = self._all(node.values)
        result = first
        for other in others:
            result = syntax.Boolean("and" if isinstance(node.op, ast.And) else "or", result, other, first.span.to(other.span))
        return result

    def _call(self, node: ast.Call, span: Span) -> Expression:
        function = self.expression(node.func)
        arguments = self._all(node.args)
        keywords: list[syntax.Keyword] = []
        for keyword in node.keywords:
            place = self.span(keyword)
            if keyword.arg is None:
                raise NotSupportedError("keyword-arg expansion is not supported; write every argument as name=value", place)
            keywords.append(syntax.Keyword(keyword.arg, self.expression(keyword.value), place))
        return syntax.Call(function, arguments, tuple(keywords), span)

    def _indices(self, index: ast.expr) -> tuple[Expression, ...]:
        # the empty tuple stays one index: `Tuple[()]`
        parts = index.elts if isinstance(index, ast.Tuple) and index.elts else [index]
        return tuple(self._index(part) for part in parts)

    def _index(self, node: ast.expr) -> Expression:
        if not isinstance(node, ast.Slice):
            return self.expression(node)
        lower, upper, step = (self.expression(part) if part is not None else None for part in (node.lower, node.upper, node.step))
        return syntax.Slice(lower, upper, step, self.span(node))

    def _dict(self, node: ast.Dict, span: Span) -> Expression:
        keys: list[Expression] = []
        for key in node.keys:
            if key is None:
                raise NotSupportedError("dictionary expansion (**) is not supported; use update()", span)
            keys.append(self.expression(key))
        return syntax.DictLiteral(tuple(keys), self._all(node.values), span)

    def _generator(self, generators: list[ast.comprehension], span: Span) -> tuple[Expression, Expression]:
        if len(generators) != 1:
            raise NotSupportedError("only a single generator is supported in comprehensions; use nested for loops", span)
        generator = generators[0]
        if generator.ifs:
            raise NotSupportedError("comprehension ifs are not supported yet; use a for loop", self.span(generator.ifs[0]))
        if generator.is_async:
            self.unsupported("async comprehensions", "use a for loop", span)
        return self.target(generator.target), self.expression(generator.iter)

    def _format_string(self, values: list[ast.expr], span: Span) -> Expression:
        template: list[str] = []
        arguments: list[Expression] = []
        for value in values:
            match value:
                case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
                    arguments.append(self.expression(inner))
                    template.append("{}")
                case ast.FormattedValue(format_spec=None):
                    raise NotSupportedError("conversions such as !r in f-strings aren't supported; convert the value beforehand", span)
                case ast.FormattedValue():
                    raise NotSupportedError("format specifications in f-strings aren't supported; write {x} alone", span)
                case ast.Constant(value=str() as text):
                    template.append(text)
                case _:
                    self.unsupported("nested f-strings", "format the inner text beforehand", span)
        return syntax.FormatString("".join(template), tuple(arguments), span)
