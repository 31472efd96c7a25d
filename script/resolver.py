"""How names that a function does not define itself are found: one interface, two implementations.

`python_resolver.py` looks at live Python objects, `importer.py` at the definitions of an archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..runtime.typesystem import TupleType, Type
    from .emitter import Emitter
    from .source import Span
    from .syntax import Expression
    from .values import SugaredValue


class Resolver(Protocol):
    """Names from outside of the function being compiled."""

    signs_are_operators: bool
    """Whether `-1` is an operator on 1, as in Python, or a number, as in the text of archives."""

    def value(self, name: str, emitter: Emitter, span: Span) -> SugaredValue | None:
        """What `name` stands for in an expression, or None."""
        ...

    def type(self, name: str, span: Span) -> Type | None:
        """The type that `name`, which may be dotted, stands for, or None."""
        ...

    def annotation(self, tree: Expression) -> tuple[Type, int | None]:
        """The type that an annotation stands for, and the length of a list that one number may stand for."""
        ...

    def field_defaults(self, kind: TupleType) -> dict[str, object]:
        """Defaults of a class of named tuples, by field."""
        ...
