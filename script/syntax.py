"""The syntax tree that both readers produce: `python_reader.py` from live Python, `parser.py` from the text of an archive.

Every node is frozen and ends with its `span`. Spans take no part in comparison or printing (node.py), so equal programs give
equal trees wherever they were written. Unions at the end of each group name the closed sets: `Expression`, `Statement`,
`Definition`. Next: the emitter, which turns a tree into a typed graph.
"""

from __future__ import annotations

from types import EllipsisType
from typing import Literal

from .node import Node
from .source import Source, Span

BinaryOperator = Literal["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
UnaryOperator = Literal["-", "not", "~"]
CompareOperator = Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]
BooleanOperator = Literal["and", "or"]


class Name(Node):
    """`x`"""

    identifier: str
    span: Span


class Constant(Node):
    """A number, a string, `True`, `False`, `None` or `...`; compare `repr`s to tell `1` from `True`."""

    value: int | float | complex | bool | str | None | EllipsisType
    span: Span


class Starred(Node):
    """`*x`, as an argument, an element or an assignment target."""

    value: Expression
    span: Span


class Keyword(Node):
    """`name=value` in a call."""

    name: str
    value: Expression
    span: Span


class Call(Node):
    """`function(arguments, keywords)`; arguments may be `Starred`, and a generator argument is a `ListComprehension`."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    span: Span


class Attribute(Node):
    """`value.name`"""

    value: Expression
    name: str
    span: Span


class Slice(Node):
    """`lower:upper:step` inside a subscript; parts that were left out are None."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None
    span: Span


class Subscript(Node):
    """`value[indices]`; `x[a, b]` has two indices, `x[()]` has one, an empty `TupleLiteral`."""

    value: Expression
    indices: tuple[Expression, ...]
    span: Span


class Unary(Node):
    """`-x`, `not x`, `~x`"""

    operator: UnaryOperator
    operand: Expression
    span: Span


class Binary(Node):
    """`left operator right`, arithmetic and bits."""

    operator: BinaryOperator
    left: Expression
    right: Expression
    span: Span


class Boolean(Node):
    """`left and right`, `left or right`"""

    operator: BooleanOperator
    left: Expression
    right: Expression
    span: Span


class Compare(Node):
    """`a < b <= c`: one operand more than operators; a chain means `a < b and b <= c`."""

    operands: tuple[Expression, ...]
    operators: tuple[CompareOperator, ...]
    span: Span


class Conditional(Node):
    """`body if condition else orelse`"""

    condition: Expression
    body: Expression
    orelse: Expression
    span: Span


class TupleLiteral(Node):
    """`(a, b)`, also as an assignment target."""

    elements: tuple[Expression, ...]
    span: Span


class ListLiteral(Node):
    """`[a, b]`"""

    elements: tuple[Expression, ...]
    span: Span


class DictLiteral(Node):
    """`{key: value}`"""

    keys: tuple[Expression, ...]
    values: tuple[Expression, ...]
    span: Span


class ListComprehension(Node):
    """`[element for target in iterable]`, and a generator written directly in a call."""

    element: Expression
    target: Expression
    iterable: Expression
    span: Span


class DictComprehension(Node):
    """`{key: value for target in iterable}`"""

    key: Expression
    value: Expression
    target: Expression
    iterable: Expression
    span: Span


class FormatString(Node):
    """`f"a {x}"`: a template with `{}` for each argument, in order."""

    template: str
    arguments: tuple[Expression, ...]
    span: Span


Expression = (
    Name
    | Constant
    | Starred
    | Call
    | Attribute
    | Slice
    | Subscript
    | Unary
    | Binary
    | Boolean
    | Compare
    | Conditional
    | TupleLiteral
    | ListLiteral
    | DictLiteral
    | ListComprehension
    | DictComprehension
    | FormatString
)


class Assign(Node):
    """`a = b = value`, `a: annotation = value`; a target is a name, attribute, subscript, or tuple of these, with at most one `Starred`.

    `value` is None for a bare annotation `a: int`, which only class bodies have. A type comment becomes `annotation`.
    """

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None
    span: Span


class AugmentedAssign(Node):
    """`target operator= value`"""

    target: Expression
    operator: BinaryOperator
    value: Expression
    span: Span


class If(Node):
    """`if condition: body else: orelse`; `elif` is an `If` alone in `orelse`."""

    condition: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    span: Span


class While(Node):
    """`while condition: body`"""

    condition: Expression
    body: tuple[Statement, ...]
    span: Span


class For(Node):
    """`for target in iterable: body`"""

    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    span: Span


class WithItem(Node):
    """`context as target`; target None where there is no `as`."""

    context: Expression
    target: Expression | None
    span: Span


class With(Node):
    """`with items: body`"""

    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    span: Span


class Return(Node):
    """`return value`; value None for a bare `return`."""

    value: Expression | None
    span: Span


class Raise(Node):
    """`raise exception`"""

    exception: Expression
    span: Span


class Assert(Node):
    """`assert condition, message`"""

    condition: Expression
    message: Expression | None
    span: Span


class Pass(Node):
    """`pass`"""

    span: Span


class Break(Node):
    """`break`"""

    span: Span


class Continue(Node):
    """`continue`"""

    span: Span


class Delete(Node):
    """`del targets`: names, list items, dictionary keys."""

    targets: tuple[Expression, ...]
    span: Span


class ExpressionStatement(Node):
    """An expression whose value is not used."""

    value: Expression
    span: Span


class Parameter(Node):
    """One parameter of a function: `name: annotation = default`."""

    name: str
    annotation: Expression | None
    default: Expression | None
    keyword_only: bool
    span: Span


class FunctionDef(Node):
    """`def name(parameters) -> returns: body`, at the top, in a class, or nested (bodies of `fork` in archives).

    `span` covers the head, `def` up to the colon. A type comment becomes the annotations it stands for. Docstrings are left out of `body`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: Expression | None
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    span: Span


Statement = (
    Assign
    | AugmentedAssign
    | If
    | While
    | For
    | With
    | Return
    | Raise
    | Assert
    | Pass
    | Break
    | Continue
    | Delete
    | ExpressionStatement
    | FunctionDef
)


class AttributeDeclaration(Node):
    """`name : annotation` in a class body, or `__annotations__["name"] = annotation` for names that are no identifiers."""

    name: str
    annotation: Expression
    span: Span


class ConstantDeclaration(Node):
    """`name : Final[annotation] = value`; annotation None for a bare `Final`. Members of an enumeration (`R = 1`) are these too."""

    name: str
    annotation: Expression | None
    value: Expression
    span: Span


class ClassDef(Node):
    """`class name(bases)`: a module, a plain class, a named tuple, an enumeration or an interface, as `bases` say.

    The four name lists are what the archive's `__parameters__`, `__buffers__`, `__forward_pre_hooks__` and `__forward_hooks__` hold.
    """

    name: str
    bases: tuple[Expression, ...]
    parameters: tuple[str, ...]
    buffers: tuple[str, ...]
    forward_pre_hooks: tuple[str, ...]
    forward_hooks: tuple[str, ...]
    attributes: tuple[AttributeDeclaration, ...]
    constants: tuple[ConstantDeclaration, ...]
    methods: tuple[FunctionDef, ...]
    decorators: tuple[Expression, ...]
    span: Span


Definition = ClassDef | FunctionDef


class File(Node):
    """The definitions of one source file, in order."""

    definitions: tuple[Definition, ...]
    source: Source
