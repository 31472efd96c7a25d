"""Reads live Python functions and classes into the tree of `syntax.py`.

In: a function or class whose source file can be read. Out: a `FunctionDef` or `ClassDef` with spans that point into the user's file. Python
that TorchScript does not have raises `UnsupportedNodeError` or `NotSupportedError` at its place. Next: `python_expressions.py`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar, cast

from . import syntax
from .parser import parse_expression, parse_signature
from .python_expressions import BINARY_OPERATORS, ExpressionReader
from .source import FrontendError, NotSupportedError, ScriptError, Source, Span, UnsupportedNodeError
from .statements import with_types, without_docstring
from .syntax import Expression, Statement

_T = TypeVar("_T")

_INDENTED = "if True:\n"
_VARIABLE_ARGUMENTS = "compiled functions can't take a variable number of arguments or use keyword-only arguments with defaults"

# What to call a statement that TorchScript lacks, and what to write instead
_UNSUPPORTED: dict[str, tuple[str, str]] = {
    "Try": ("try blocks", "test for the error beforehand, or move the block into a function marked @torch.jit.ignore"),
    "TryStar": ("try blocks", "test for the error beforehand, or move the block into a function marked @torch.jit.ignore"),
    "FunctionDef": ("function definitions inside of functions", "define the function at the top of the module and call it"),
    "AsyncFunctionDef": ("async function definitions", "use torch.jit.fork"),
    "AsyncFor": ("async for loops", "use a plain for loop"),
    "AsyncWith": ("async with statements", "use a plain with statement"),
    "ClassDef": ("class definitions inside of functions", "define the class at the top of the module"),
    "Global": ("global variables", "pass the value as an argument"),
    "Nonlocal": ("nonlocal variables", "pass the value as an argument"),
    "Import": ("import statements", "import at the top of the module"),
    "ImportFrom": ("import statements", "import at the top of the module"),
    "Match": ("match statements", "use if and elif"),
}


def read_function(function: Callable[..., object]) -> syntax.FunctionDef:
    """The definition of a Python function or method. Raises `FrontendError` for Python that TorchScript lacks, or unreadable source."""
    reader, node = _function_node(function)
    try:
        return reader.function(node)
    except RecursionError:
        raise NotSupportedError(
            f"{node.name}: an expression or block is nested too deeply; use local variables", reader.head(node)
        ) from None


def read_signature(function: Callable[..., object], *, named_only: bool = False) -> syntax.FunctionDef:
    """As `read_function`, but with an empty body: for functions that are called from Python only and may hold any Python. `*args` and
    `**kwargs` are refused, or left out where only the `named_only` parameters count."""
    reader, node = _function_node(function)
    if named_only:
        node.args.vararg = node.args.kwarg = None
    return reader.function(node, with_body=False)


def read_text(text: str, name: str) -> syntax.FunctionDef:
    """The definition of a function whose text is at hand."""
    source = Source(text, f"<{name}>", 1)
    node = _parsed(text, name, source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return _Reader(source, 1).function(node)


def read_class(class_: type) -> syntax.ClassDef:
    """The definition of a Python class: annotated attributes, and methods in source order, decorators recorded."""
    reader, node = _definition(class_)
    if not isinstance(node, ast.ClassDef):
        raise NotSupportedError(f"{class_.__name__} is no class statement in its source file", reader.source.span(0, 0))
    return reader.class_definition(node)


def _function_node(function: Callable[..., object]) -> tuple[_Reader, ast.FunctionDef]:
    reader, node = _definition(function)
    if isinstance(node, ast.FunctionDef):
        return reader, node
    for part in ast.walk(node):
        if isinstance(part, ast.Lambda):
            reader.expression(part)
    reader.statement(node)
    name = getattr(function, "__name__", repr(function))
    reader.unsupported(f"callables like {name}", "define a function with def, in a file")


def _definition(thing: Any) -> tuple[_Reader, ast.stmt]:
    """A reader of the source of a function or class, and its syntax node."""
    name = getattr(thing, "__name__", repr(thing))
    try:
        lines, first_line = inspect.getsourcelines(thing)
        filename = inspect.getsourcefile(thing)
    except (OSError, TypeError):
        raise NotSupportedError(f"cannot read the source of {name}; TorchScript needs it: define {name} in a file") from None
    text = "".join(lines)
    source = Source(text, filename, max(first_line, 1))
    # inside of a class or function the text is indented: behind an `if` it parses as it stands, and columns are the file's
    indented = text[:1] in (" ", "\t")
    tree = _parsed((_INDENTED if indented else "") + text, name, source)
    body = cast("ast.If", tree.body[0]).body if indented else tree.body
    return _Reader(source, 2 if indented else 1), body[0]


def _parsed(text: str, name: str, source: Source) -> ast.Module:
    try:
        return ast.parse(text, type_comments=True)
    except SyntaxError:
        # a comment that begins with `type:` in an odd place
        try:
            return ast.parse(text)
        except SyntaxError as error:
            raise NotSupportedError(
                f"cannot read the source of {name}: {error.msg}; define it with def, in a file", source.span(0, 0)
            ) from None


class _Reader(ExpressionReader):
    """Turns syntax nodes of Python into ours."""

    def class_definition(self, node: ast.ClassDef) -> syntax.ClassDef:
        """A class with what its body declares; lines that declare nothing are left to Python."""
        attributes: list[syntax.AttributeDeclaration] = []
        constants: list[syntax.ConstantDeclaration] = []
        methods: list[syntax.FunctionDef] = []
        for line in node.body:
            match line:
                case ast.FunctionDef():
                    methods.append(self.function(line))
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                    self._declaration(name, self.expression(annotation), value, line, attributes, constants)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    constant = self.lenient(value)
                    constants.append(syntax.ConstantDeclaration(name, None, constant, self.span(line)))
                case _:
                    pass
        span = self.span(node)
        head = self.source.span(span.start, self.span(node.body[0]).start)
        bases = tuple(self.lenient(base) for base in node.bases)
        decorators = self._decorators(node.decorator_list)
        return syntax.ClassDef(
            node.name, bases, (), (), (), (), tuple(attributes), tuple(constants), tuple(methods), decorators, self._trimmed(head)
        )

    def _declaration(
        self,
        name: str,
        annotation: Expression,
        value: ast.expr | None,
        line: ast.stmt,
        attributes: list[syntax.AttributeDeclaration],
        constants: list[syntax.ConstantDeclaration],
    ) -> None:
        final = _final(annotation)
        if final is None or value is None:
            attributes.append(syntax.AttributeDeclaration(name, annotation, self.span(line)))
        else:
            constants.append(syntax.ConstantDeclaration(name, final[0], self.lenient(value), self.span(line)))

    def function(self, node: ast.FunctionDef, with_body: bool = True) -> syntax.FunctionDef:
        """A function with its type comments applied."""
        parameters = self._parameters(node.args)
        returns = self.expression(node.returns) if node.returns is not None else None
        if node.type_comment is not None:
            place = self._comment_span(node.type_comment, self.head(node).end)
            types, returns = self._commented(lambda source: parse_signature(source), node.type_comment, place)
            parameters = with_types(parameters, types, place)
        body = without_docstring(self.block(node.body)) if with_body else ()
        return syntax.FunctionDef(node.name, parameters, returns, body, self._decorators(node.decorator_list), self.head(node))

    def head(self, node: ast.FunctionDef) -> Span:
        """`def` up to what stands before the colon."""
        start = self.span(node).start
        return self._trimmed(self.source.span(start, max(start + 1, self._body_start(node))))

    def _body_start(self, node: ast.FunctionDef) -> int:
        last: list[int] = [self.span(argument).end for argument in ast.walk(node.args) if isinstance(argument, (ast.arg, ast.expr))]
        if node.returns is not None:
            last.append(self.span(node.returns).end)
        start = max(last, default=self.span(node).start + len("def ") + len(node.name))
        colon = self.source.text.find(":", start)
        return colon if colon >= 0 else start

    def _trimmed(self, span: Span) -> Span:
        text = span.text.rstrip().removesuffix(":")
        return self.source.span(span.start, span.start + len(text))

    def _decorators(self, nodes: list[ast.expr]) -> tuple[Expression, ...]:
        return tuple(self.lenient(node) for node in nodes)

    def lenient(self, node: ast.expr) -> Expression:
        """The expression, or `...` where only Python can say what it is."""
        try:
            return self.expression(node)
        except FrontendError:
            return syntax.Constant(..., self.span(node))

    def _parameters(self, arguments: ast.arguments) -> tuple[syntax.Parameter, ...]:
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                raise NotSupportedError(f"{_VARIABLE_ARGUMENTS}; name every argument", self.span(extra))
        for default in arguments.kw_defaults:
            if default is not None:
                raise NotSupportedError(f"{_VARIABLE_ARGUMENTS}; leave out the default or the star", self.span(default))
        for parameter in arguments.posonlyargs:
            raise NotSupportedError("positional-only parameters are not supported; leave out the slash", self.span(parameter))
        positional = arguments.args
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults.extend(arguments.defaults)
        parameters = [self._parameter(node, default, False) for node, default in zip(positional, defaults, strict=True)]
        parameters.extend(self._parameter(node, None, True) for node in arguments.kwonlyargs)
        return tuple(parameters)

    def _parameter(self, node: ast.arg, default: ast.expr | None, keyword_only: bool) -> syntax.Parameter:
        span = self.span(node)
        annotation = self.expression(node.annotation) if node.annotation is not None else None
        if node.type_comment is not None:
            annotation = self._type_comment(node.type_comment, span.end)
        value = self.lenient(default) if default is not None else None
        return syntax.Parameter(self.checked_name(node.arg, span), annotation, value, keyword_only, span)

    def _comment_span(self, comment: str, after: int) -> Span:
        start = self.source.text.find(comment, after)
        return self.source.span(start, start + len(comment)) if start >= 0 else self.source.span(after, after)

    def _type_comment(self, comment: str, after: int) -> Expression:
        return self._commented(lambda source: parse_expression(source), comment, self._comment_span(comment, after))

    def _commented(self, parse: Callable[[Source], _T], comment: str, place: Span) -> _T:
        """What a type comment says; its parts have spans of their own small source."""
        try:
            return parse(Source(comment.partition(" #")[0], self.source.filename, place.line))
        except ScriptError as error:
            raise NotSupportedError(f"type comment {comment!r} is no type: {error.diagnostic.message}", place) from None

    def block(self, nodes: Sequence[ast.stmt]) -> tuple[Statement, ...]:
        """Statements, in order."""
        return tuple(self.statement(node) for node in nodes)

    def statement(self, node: ast.stmt) -> Statement:
        """One statement. Raises `UnsupportedNodeError` for those that TorchScript lacks."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None or type(node).__name__ in _UNSUPPORTED:
            what, instead = _UNSUPPORTED.get(type(node).__name__, (f"{type(node).__name__} statements", "write it another way"))
            raise UnsupportedNodeError(f"{what} aren't supported; {instead}", self.keyword_span(node))
        return cast("Statement", method(node))

    def _assign(self, node: ast.Assign) -> Statement:
        value = self.expression(node.value)
        targets = tuple(self.target(target) for target in node.targets)
        annotation = None
        if node.type_comment is not None:
            annotation = self._type_comment(node.type_comment, self.span(node).end)
        return syntax.Assign(targets, value, annotation, self.span(node))

    def _annassign(self, node: ast.AnnAssign) -> Statement:
        if node.value is None:
            raise UnsupportedNodeError("annotations without a value aren't supported; assign a value", self.span(node))
        annotation = self.expression(node.annotation)
        return syntax.Assign((self.target(node.target),), self.expression(node.value), annotation, self.span(node))

    def _augassign(self, node: ast.AugAssign) -> Statement:
        operator = BINARY_OPERATORS[type(node.op)]
        if operator in ("//", "@"):
            name = ast.unparse(node.target)
            raise NotSupportedError(
                f"unsupported kind of augmented assignment: {operator}=; write {name} = {name} {operator} ...", self.span(node)
            )
        return syntax.AugmentedAssign(self.target(node.target), operator, self.expression(node.value), self.span(node))

    def _expr(self, node: ast.Expr) -> Statement:
        return syntax.ExpressionStatement(self.expression(node.value), self.span(node))

    def _return(self, node: ast.Return) -> Statement:
        return syntax.Return(self.expression(node.value) if node.value is not None else None, self.span(node))

    def _raise(self, node: ast.Raise) -> Statement:
        if node.exc is None:
            raise NotSupportedError("raise needs an exception; write raise RuntimeError(...)", self.span(node))
        return syntax.Raise(self.expression(node.exc), self.span(node))

    def _assert(self, node: ast.Assert) -> Statement:
        message = self.expression(node.msg) if node.msg is not None else None
        return syntax.Assert(self.expression(node.test), message, self.span(node))

    def _pass(self, node: ast.Pass) -> Statement:
        return syntax.Pass(self.span(node))

    def _break(self, node: ast.Break) -> Statement:
        return syntax.Break(self.span(node))

    def _continue(self, node: ast.Continue) -> Statement:
        return syntax.Continue(self.span(node))

    def _delete(self, node: ast.Delete) -> Statement:
        return syntax.Delete(tuple(self.expression(target) for target in node.targets), self.span(node))

    def _if(self, node: ast.If) -> Statement:
        return syntax.If(self.expression(node.test), self.block(node.body), self.block(node.orelse), self.keyword_span(node))

    def _while(self, node: ast.While) -> Statement:
        if node.orelse:
            self._no_else(node, "while")
        return syntax.While(self.expression(node.test), self.block(node.body), self.keyword_span(node))

    def _for(self, node: ast.For) -> Statement:
        if node.orelse:
            self._no_else(node, "for")
        target = self.target(node.target)
        return syntax.For(target, self.expression(node.iter), self.block(node.body), self.keyword_span(node))

    def _no_else(self, node: ast.stmt, kind: str) -> NoReturn:
        raise NotSupportedError(f"else branches of {kind} loops aren't supported; set a variable before break", self.keyword_span(node))

    def _with(self, node: ast.With) -> Statement:
        items = tuple(self._with_item(item) for item in node.items)
        return syntax.With(items, self.block(node.body), self.keyword_span(node))

    def _with_item(self, item: ast.withitem) -> syntax.WithItem:
        context = self.expression(item.context_expr)
        target = self.target(item.optional_vars) if item.optional_vars is not None else None
        span = context.span if target is None else context.span.to(target.span)
        return syntax.WithItem(context, target, span)


def _final(annotation: Expression) -> tuple[Expression | None] | None:
    """The type inside of `Final[...]`, None inside for a bare `Final`; None for other annotations."""
    match annotation:
        case syntax.Subscript(syntax.Name("Final") | syntax.Attribute(_, "Final"), (inner,)):
            return (inner,)
        case syntax.Name("Final") | syntax.Attribute(_, "Final"):
            return (None,)
        case _:
            return None
