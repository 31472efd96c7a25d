"""The syntax tree that both readers produce: `python_reader.py` from live Python, `parser.py` from the text of an archive.

Every node is frozen and ends with its `span`. Spans take no part in comparison or printing, so equal programs give equal trees wherever
they were written. Unions at the end of each group name the closed sets: `Expression`, `Statement`, `Definition`. Next: the emitter, which
turns a tree into a typed graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import EllipsisType
from typing import Literal

from .source import Source, Span

BinaryOperator = Literal["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
UnaryOperator = Literal["-", "not", "~"]
CompareOperator = Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]
BooleanOperator = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class Name:
    """`x`"""

    identifier: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a string, `True`, `False`, `None` or `...`; compare `repr`s to tell `1` from `True`."""

    value: int | float | complex | bool | str | None | EllipsisType
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Starred:
    """`*x`, as an argument, an element or an assignment target."""

    value: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Keyword:
    """`name=value` in a call."""

    name: str
    value: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments, keywords)`; arguments may be `Starred`, and a generator argument is a `ListComprehension`."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`value.name`"""

    value: Expression
    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Slice:
    """`lower:upper:step` inside a subscript; parts that were left out are None."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Subscript:
    """`value[indices]`; `x[a, b]` has two indices, `x[()]` has one, an empty `TupleLiteral`."""

    value: Expression
    indices: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `not x`, `~x`"""

    operator: UnaryOperator
    operand: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`, arithmetic and bits."""

    operator: BinaryOperator
    left: Expression
    right: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Boolean:
    """`left and right`, `left or right`"""

    operator: BooleanOperator
    left: Expression
    right: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b <= c`: one operand more than operators; a chain means `a < b and b <= c`."""

    operands: tuple[Expression, ...]
    operators: tuple[CompareOperator, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`body if condition else orelse`"""

    condition: Expression
    body: Expression
    orelse: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TupleLiteral:
    """`(a, b)`, also as an assignment target."""

    elements: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`"""

    elements: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DictLiteral:
    """`{key: value}`"""

    keys: tuple[Expression, ...]
    values: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListComprehension:
    """`[element for target in iterable]`, and a generator written directly in a call."""

    element: Expression
    target: Expression
    iterable: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DictComprehension:
    """`{key: value for target in iterable}`"""

    key: Expression
    value: Expression
    target: Expression
    iterable: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FormatString:
    """`f"a {x}"`: a template with `{}` for each argument, in order."""

    template: str
    arguments: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


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


@dataclass(frozen=True, slots=True)
class Assign:
    """`a = b = value`, `a: annotation = value`; a target is a name, attribute, subscript, or tuple of these, with at most one `Starred`.

    `value` is None for a bare annotation `a: int`, which only class bodies have. A type comment becomes `annotation`.
    """

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AugmentedAssign:
    """`target operator= value`"""

    target: Expression
    operator: BinaryOperator
    value: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class If:
    """`if condition: body else: orelse`; `elif` is an `If` alone in `orelse`."""

    condition: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class While:
    """`while condition: body`"""

    condition: Expression
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class For:
    """`for target in iterable: body`"""

    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WithItem:
    """`context as target`; target None where there is no `as`."""

    context: Expression
    target: Expression | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class With:
    """`with items: body`"""

    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """`return value`; value None for a bare `return`."""

    value: Expression | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Raise:
    """`raise exception`"""

    exception: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assert:
    """`assert condition, message`"""

    condition: Expression
    message: Expression | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pass:
    """`pass`"""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Break:
    """`break`"""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Continue:
    """`continue`"""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Delete:
    """`del targets`: names, list items, dictionary keys."""

    targets: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpressionStatement:
    """An expression whose value is not used."""

    value: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function: `name: annotation = default`."""

    name: str
    annotation: Expression | None
    default: Expression | None
    keyword_only: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FunctionDef:
    """`def name(parameters) -> returns: body`, at the top, in a class, or nested (bodies of `fork` in archives).

    `span` covers the head, `def` up to the colon. A type comment becomes the annotations it stands for. Docstrings are left out of `body`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: Expression | None
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


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


@dataclass(frozen=True, slots=True)
class AttributeDeclaration:
    """`name : annotation` in a class body, or `__annotations__["name"] = annotation` for names that are no identifiers."""

    name: str
    annotation: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ConstantDeclaration:
    """`name : Final[annotation] = value`; annotation None for a bare `Final`. Members of an enumeration (`R = 1`) are these too."""

    name: str
    annotation: Expression | None
    value: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ClassDef:
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
    span: Span = field(compare=False, repr=False)


Definition = ClassDef | FunctionDef


@dataclass(frozen=True, slots=True)
class File:
    """The definitions of one source file, in order."""

    definitions: tuple[Definition, ...]
    source: Source = field(compare=False, repr=False)
