"""Names of live Python code: the globals and closure of the function being compiled.

In: the function (or class) that a tree was read from. Out: a `Resolver`. What the objects it finds mean is in `python_values.py`.
"""

from __future__ import annotations

import builtins
import typing
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, cast

from ..runtime.typesystem import ListType, TupleType, Type, optional
from . import syntax
from .annotations import PythonAnnotations
from .qualified_names import qualified_name
from .source import Span

if TYPE_CHECKING:
    from .emitter import Emitter
    from .syntax import Expression
    from .values import SugaredValue

_SIZES = {f"BroadcastingList{size}": size for size in range(1, 7)}
_field_defaults: dict[str, dict[str, object]] = {}


def names_of(function: Callable[..., Any]) -> dict[str, object]:
    """The globals of a function, below what it closes over."""
    while isinstance(function, MethodType):
        function = function.__func__
    plain = cast("FunctionType", getattr(function, "__wrapped__", function) if not isinstance(function, FunctionType) else function)
    found = dict(plain.__globals__)
    for name, cell in zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            # a name of the enclosing function that has no value yet
            continue
    return found


class PythonResolver:
    """Finds names as the Python function would."""

    signs_are_operators = True

    def __init__(self, names: dict[str, object], class_type: Callable[[type], Type | None], to_value: Callable[..., SugaredValue]) -> None:
        self.names = names
        self.annotations = PythonAnnotations(self.lookup, qualified_name, class_type)
        self._to_value = to_value

    def lookup(self, name: str) -> object:
        """The object that `name` stands for; `NameError` where it stands for nothing."""
        for place in (self.names, vars(typing), vars(builtins)):
            if name in place:
                return place[name]
        raise NameError(name)

    def value(self, name: str, emitter: Emitter, span: Span) -> SugaredValue | None:
        try:
            found = self.lookup(name)
        except NameError:
            return None
        # `from math import inf`: other numbers of Python are no constants
        is_constant = name == "inf" and isinstance(found, float)
        return self._to_value(found, emitter, span, is_constant=is_constant)

    def type(self, name: str, span: Span) -> Type | None:
        try:
            found = self.lookup(name)
        except NameError:
            return None
        if not isinstance(found, type) or tuple not in found.__mro__ or found is tuple:
            return None
        kind = self.annotations.of_object(found, span)
        if isinstance(kind, TupleType) and kind.name is not None:
            _field_defaults[kind.name] = getattr(found, "_field_defaults", {})
        return kind

    def annotation(self, tree: Expression) -> tuple[Type, int | None]:
        match tree:
            case syntax.Subscript(syntax.Name(name), (element,)) if name in _SIZES:
                return ListType(self.annotations.of_expression(element)), _SIZES[name]
            case syntax.Subscript(syntax.Name("Optional"), (inner,)) if self._size(inner) is not None:
                kind, size = self.annotation(inner)
                return optional(kind), size
            case syntax.Binary("|", left, syntax.Constant(None)) if self._size(left) is not None:
                kind, size = self.annotation(left)
                return optional(kind), size
            case _:
                return self.annotations.of_expression(tree), None

    def _size(self, tree: Expression) -> int | None:
        match tree:
            case syntax.Subscript(syntax.Name(name), _):
                return _SIZES.get(name)
            case _:
                return None

    def field_defaults(self, kind: TupleType) -> dict[str, object]:
        return _field_defaults.get(kind.name or "", {})
