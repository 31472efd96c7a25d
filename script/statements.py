"""Files, classes, functions and statements of the text that archives hold.

In: a `Source`, usually one `code/*.py` record. Out: a `syntax.File`. Blocks are kept on an explicit stack, so their depth costs no Python
stack. Next: `annotations.py` for the types, then the emitter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from . import syntax
from .parser import DEFAULT_LIMITS, ExpressionParser, Limits, parse_signature
from .source import ScriptError, Source, Span
from .syntax import BinaryOperator, Expression, Statement

_AUGMENTED: dict[str, BinaryOperator] = {
    "+=": "+",
    "-=": "-",
    "*=": "*",
    "/=": "/",
    "%=": "%",
    "**=": "**",
    "&=": "&",
    "|=": "|",
    "^=": "^",
    "<<=": "<<",
    ">>=": ">>",
}
NAME_LISTS = ("__parameters__", "__buffers__", "__forward_pre_hooks__", "__forward_hooks__")


@dataclass(slots=True)
class _Block:
    """A compound statement whose lines are being read; `chained` marks an `elif`, which ends together with the `if` above it."""

    kind: str
    start: int
    head: Span
    condition: Expression | None = None
    target: Expression | None = None
    items: tuple[syntax.WithItem, ...] = ()
    function: syntax.FunctionDef | None = None
    chained: bool = False
    body: list[Statement] = field(default_factory=list[Statement])
    orelse: list[Statement] | None = None


def parse_file(source: Source, limits: Limits = DEFAULT_LIMITS, indentation: int = 0) -> syntax.File:
    """The definitions in the text of one archive record, each of them indented as far as `indentation` says; lines of old archives that
    say nothing are skipped. Raises `ScriptError`."""
    parser = StatementParser(source, limits, indentation=indentation)
    definitions: list[syntax.Definition] = []
    lexer = parser.lexer
    while lexer.kind != "end":
        if lexer.kind == "def":
            definitions.append(parser.function())
        elif lexer.kind == "class":
            definitions.append(parser.class_definition())
        elif lexer.kind == "import" or lexer.text == "op_version_set":
            while lexer.kind not in ("newline", "end"):
                lexer.advance()
            parser.expect("newline")
        else:
            raise lexer.error(f"expected def or class but found '{lexer.describe()}' here")
    return syntax.File(tuple(definitions), source)


def parse_line(source: Source, begin: int, stop: int) -> Statement:
    """The statement on the line from `begin` up to `stop`, which is behind its line feed. Raises `ScriptError`."""
    parser = StatementParser(source, begin=begin, stop=stop)
    statement = parser.line()
    parser.expect("end")
    return statement


def parse_definition(source: Source, begin: int, stop: int, indentation: int) -> syntax.FunctionDef:
    """The function on the lines from `begin`, where its `def` is, up to `stop`. Raises `ScriptError`."""
    parser = StatementParser(source, begin=begin, stop=stop, indentation=indentation)
    function = parser.function()
    parser.expect("end")
    return function


def parse_function(source: Source, limits: Limits = DEFAULT_LIMITS) -> syntax.FunctionDef:
    """The one function that a text holds. Raises `ScriptError` when there is anything else."""
    match parse_file(source, limits).definitions:
        case (syntax.FunctionDef() as function,):
            return function
        case definitions:
            raise ScriptError(f"expected one function but found {len(definitions)} definitions", source.span(0, 0))


class StatementParser(ExpressionParser):
    """Reads statements and definitions from the current token on."""

    __slots__ = ()

    def function(self) -> syntax.FunctionDef:
        """A `def` with its body."""
        statement = self._compound()
        assert isinstance(statement, syntax.FunctionDef)
        return statement

    def _compound(self) -> Statement:
        """The compound statement at the current token, with everything inside it."""
        stack = [self._open()]
        while True:
            block = stack[-1]
            if block.kind == "line":
                assert block.function is not None
                return block.function
            if self.lexer.kind == "dedent":
                self.lexer.advance()
                if self._continues(block, stack):
                    continue
                statement = self._close(stack)
                if not stack:
                    return statement
                _lines(stack[-1]).append(statement)
            elif self.lexer.kind in ("if", "while", "for", "with", "def"):
                if len(stack) >= self.limits.block_depth:
                    raise self.lexer.error(f"blocks are nested more than {self.limits.block_depth} levels deep")
                opened = self._open()
                if opened.kind == "line":
                    assert opened.function is not None
                    _lines(block).append(opened.function)
                else:
                    stack.append(opened)
            else:
                _lines(block).append(self.line())

    def _continues(self, block: _Block, stack: list[_Block]) -> bool:
        """After the body of an `if`: open its `else`, or an `elif` inside it."""
        if block.kind != "if" or block.orelse is not None:
            return False
        if self.lexer.kind == "else":
            self.lexer.advance()
            block.orelse = []
            self._indent()
            return True
        if self.lexer.kind == "elif":
            if len(stack) >= self.limits.block_depth:
                raise self.lexer.error(f"blocks are nested more than {self.limits.block_depth} levels deep")
            block.orelse = []
            opened = self._open()
            opened.chained = True
            stack.append(opened)
            return True
        return False

    def _close(self, stack: list[_Block]) -> Statement:
        """The statement of the innermost block, or of the `if` whose last `elif` it is."""
        block = stack.pop()
        statement = _statement(block)
        while block.chained:
            block = stack.pop()
            assert block.orelse is not None
            block.orelse.append(statement)
            statement = _statement(block)
        return statement

    def _open(self) -> _Block:
        """Read the head of a compound statement up to the first line of its body."""
        self.count()
        lexer = self.lexer
        start = lexer.start
        kind = lexer.kind
        lexer.advance()
        if kind == "def":
            return self._open_function(start)
        condition: Expression | None = None
        target: Expression | None = None
        items: tuple[syntax.WithItem, ...] = ()
        match kind:
            case "for":
                target = checked_target(self.target())
                self.expect("in")
                condition = self.expression_or_tuple()
            case "with":
                items = self._with_items()
            case _:
                condition = self.expression()
        head = lexer.since(start)
        self._indent()
        return _Block("if" if kind == "elif" else kind, start, head, condition, target, items)

    def _with_items(self) -> tuple[syntax.WithItem, ...]:
        items: list[syntax.WithItem] = []
        while True:
            start = self.lexer.start
            context = self.expression()
            target = checked_target(self.expression(4)) if self.skip("as") else None
            items.append(syntax.WithItem(context, target, self.lexer.since(start)))
            if not self.skip(","):
                return tuple(items)

    def _open_function(self, start: int) -> _Block:
        lexer = self.lexer
        name = self.expect("name")
        parameters = self._parameters()
        returns = self.expression() if self.skip("->") else None
        head = lexer.since(start)
        self.expect(":")
        if lexer.kind != "newline":
            body = (self.line(),)
            function = syntax.FunctionDef(name, parameters, returns, body, (), head)
            return _Block("line", start, head, function=function)
        comment = lexer.signature_comment()
        if comment is not None:
            types, returns = parse_signature(lexer.source, *comment)
            parameters = with_types(parameters, types, lexer.source.span(*comment))
        lexer.advance()
        self.expect("indent")
        function = syntax.FunctionDef(name, parameters, returns, (), (), head)
        return _Block("def", start, head, function=function)

    def _parameters(self) -> tuple[syntax.Parameter, ...]:
        lexer = self.lexer
        self.expect("(")
        parameters: list[syntax.Parameter] = []
        keyword_only = False
        while lexer.kind != ")":
            start = lexer.start
            if lexer.kind == "*" and not keyword_only:
                lexer.advance()
                keyword_only = True
            else:
                name = self.expect("name")
                annotation = self.expression() if self.skip(":") else None
                default = self.expression() if self.skip("=") else None
                parameters.append(syntax.Parameter(name, annotation, default, keyword_only, lexer.since(start)))
            if not self.skip(","):
                break
        self.expect(")")
        return tuple(parameters)

    def _indent(self) -> None:
        self.expect(":")
        self.expect("newline")
        self.expect("indent")

    def line(self) -> Statement:
        """A simple statement, with the end of its line."""
        self.count()
        lexer = self.lexer
        start = lexer.start
        statement = self._simple(lexer.kind, start)
        self.expect("newline")
        return statement

    def _simple(self, kind: str, start: int) -> Statement:
        lexer = self.lexer
        if kind in ("return", "raise", "assert", "pass", "break", "continue", "del"):
            lexer.advance()
        match kind:
            case "return":
                value = None if lexer.kind == "newline" else self.expression_or_tuple()
                return syntax.Return(value, lexer.since(start))
            case "raise":
                exception = self.expression()
                return syntax.Raise(exception, lexer.since(start))
            case "assert":
                condition = self.expression()
                message = self.expression() if self.skip(",") else None
                return syntax.Assert(condition, message, lexer.since(start))
            case "del":
                targets = self.expression_or_tuple()
                elements = targets.elements if isinstance(targets, syntax.TupleLiteral) else (targets,)
                return syntax.Delete(elements, lexer.since(start))
            case "pass":
                return syntax.Pass(lexer.since(start))
            case "break":
                return syntax.Break(lexer.since(start))
            case "continue":
                return syntax.Continue(lexer.since(start))
            case _:
                return self._assignment(start)

    def _assignment(self, start: int) -> Statement:
        lexer = self.lexer
        first = self.expression_or_tuple()
        operator = _AUGMENTED.get(lexer.kind)
        if operator is not None:
            lexer.advance()
            value = self.expression_or_tuple()
            return syntax.AugmentedAssign(checked_target(first), operator, value, lexer.since(start))
        if self.skip(":"):
            annotation = self.expression()
            value = self.expression_or_tuple() if self.skip("=") else None
            return syntax.Assign((checked_target(first),), value, annotation, lexer.since(start))
        if lexer.kind != "=":
            return syntax.ExpressionStatement(first, lexer.since(start))
        targets: list[Expression] = []
        value = first
        while self.skip("="):
            targets.append(checked_target(value))
            value = self.expression_or_tuple()
        return syntax.Assign(tuple(targets), value, None, lexer.since(start))

    def class_definition(self) -> syntax.ClassDef:
        """A `class` with its body."""
        lexer = self.lexer
        start = lexer.start
        self.expect("class")
        name = self.expect("name")
        bases: list[Expression] = []
        if self.skip("("):
            while lexer.kind != ")":
                bases.append(self.expression())
                if not self.skip(","):
                    break
            self.expect(")")
        span = lexer.since(start)
        self._indent()
        members = Members()
        while lexer.kind != "dedent":
            if lexer.kind == "def":
                members.methods.append(self.function())
            else:
                members.add(self.line())
        lexer.advance()
        return members.definition(name, tuple(bases), span)


class Members:
    """What the lines of a class body declare."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, ...]] = {}
        self.attributes: list[syntax.AttributeDeclaration] = []
        self.constants: list[syntax.ConstantDeclaration] = []
        self.methods: list[syntax.FunctionDef] = []

    def add(self, statement: Statement) -> None:
        """Take one line that is no method. Raises `ScriptError` for lines that declare nothing."""
        match statement:
            case syntax.Assign((syntax.Name(name),), None, annotation) if annotation is not None:
                self.attributes.append(syntax.AttributeDeclaration(name, annotation, statement.span))
            case syntax.Assign((syntax.Name(name),), value, annotation) if name in NAME_LISTS and annotation is None:
                self.names[name] = _strings(value, statement.span)
            case syntax.Assign((syntax.Name("__annotations__"),), syntax.ListLiteral(()) | syntax.DictLiteral(()), None) | syntax.Pass():
                pass
            case syntax.Assign(
                (syntax.Subscript(syntax.Name("__annotations__"), (syntax.Constant(str() as name),)),), syntax_type, None
            ) if syntax_type is not None:
                self.attributes.append(syntax.AttributeDeclaration(name, syntax_type, statement.span))
            case syntax.Assign((syntax.Name(name),), value, annotation) if value is not None:
                self.constants.append(syntax.ConstantDeclaration(name, _final(annotation), value, statement.span))
            case syntax.ExpressionStatement(syntax.Constant(str())):
                pass
            case _:
                raise ScriptError("a class body holds declarations and methods only", statement.span)

    def definition(self, name: str, bases: tuple[Expression, ...], span: Span) -> syntax.ClassDef:
        """The class, once all lines are read."""
        return syntax.ClassDef(
            name,
            bases,
            self.names.get("__parameters__", ()),
            self.names.get("__buffers__", ()),
            self.names.get("__forward_pre_hooks__", ()),
            self.names.get("__forward_hooks__", ()),
            tuple(self.attributes),
            tuple(self.constants),
            tuple(self.methods),
            (),
            span,
        )


def _strings(value: Expression | None, span: Span) -> tuple[str, ...]:
    names: list[str] = []
    for element in value.elements if isinstance(value, syntax.ListLiteral) else (value,):
        if not isinstance(element, syntax.Constant) or not isinstance(element.value, str):
            raise ScriptError("expected a list of names", span)
        names.append(element.value)
    return tuple(names)


def _final(annotation: Expression | None) -> Expression | None:
    match annotation:
        case syntax.Subscript(syntax.Name("Final"), (inner,)):
            return inner
        case syntax.Name("Final"):
            return None
        case _:
            return annotation


def _lines(block: _Block) -> list[Statement]:
    return block.body if block.orelse is None else block.orelse


def _statement(block: _Block) -> Statement:
    """The finished statement of a block."""
    body = tuple(block.body)
    match block.kind:
        case "if":
            return syntax.If(cast("Expression", block.condition), body, tuple(block.orelse or ()), block.head)
        case "while":
            return syntax.While(cast("Expression", block.condition), body, block.head)
        case "for":
            return syntax.For(cast("Expression", block.target), cast("Expression", block.condition), body, block.head)
        case "with":
            return syntax.With(block.items, body, block.head)
        case _:
            function = block.function
            assert function is not None
            return syntax.FunctionDef(
                function.name, function.parameters, function.returns, without_docstring(body), function.decorators, function.span
            )


def without_docstring(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """A function's body less the string it begins with."""
    match body:
        case (syntax.ExpressionStatement(syntax.Constant(str())), *rest):
            return tuple(rest)
        case _:
            return body


def with_types(parameters: tuple[syntax.Parameter, ...], types: tuple[Expression, ...] | None, span: Span) -> tuple[syntax.Parameter, ...]:
    """Parameters with the types of a type comment, which may leave out the first one (`self`).

    Raises `ScriptError` when the count differs.
    """
    if types is None:
        return parameters
    missing = len(parameters) - len(types)
    if missing not in (0, 1) or (missing and (parameters[0].annotation is not None or parameters[0].name not in ("self", "cls"))):
        counts = f"({len(types)}) did not match the number of function parameters ({len(parameters)})"
        raise ScriptError(f"Number of type annotations {counts}", span)
    typed = [
        syntax.Parameter(parameter.name, annotation, parameter.default, parameter.keyword_only, parameter.span)
        for parameter, annotation in zip(parameters[missing:], types, strict=True)
    ]
    return (*parameters[:missing], *typed)


def checked_target(target: Expression) -> Expression:
    """The expression, if it may stand left of `=`. Raises `ScriptError` if not."""
    pending = [target]
    while pending:
        part = pending.pop()
        match part:
            case syntax.Name() | syntax.Attribute() | syntax.Subscript():
                pass
            case syntax.TupleLiteral(elements):
                if sum(isinstance(element, syntax.Starred) for element in elements) > 1:
                    raise ScriptError("only one starred expression is allowed on the left-hand side of an assignment", part.span)
                pending.extend(elements)
            case syntax.Starred(value):
                pending.append(value)
            case _:
                raise ScriptError("unexpected expression on left-hand side of assignment", part.span)
    return target
