"""Types from annotations: written in a program's text, or as live Python objects.

In: an expression of `syntax.py`, or an object such as `Optional[List[int]]`, with functions that know the names and classes of the place.
Out: a `Type` of `runtime/typesystem.py`, or a `ScriptError` that says what to write instead.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.scripting import Future
from ..runtime.tensor import Tensor
from ..runtime.type_text import ANNOTATION_NAMES, WRAPPERS
from ..runtime.typesystem import (
    ANY,
    ANY_LIST,
    ANY_TUPLE,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    STR,
    TENSOR,
    DictType,
    EnumType,
    ListType,
    TupleType,
    Type,
    optional,
    union,
)
from . import syntax
from .parser import parse_expression
from .source import NotSupportedError, ScriptError, Source, Span
from .syntax import Expression

# A dotted name and the place that uses it -> its type, or None for an unknown name
TypeResolver = Callable[[str, Span], "Type | None"]
# A name of the Python program -> the object it stands for; raises `NameError`
ObjectResolver = Callable[[str], object]

_NAMES: dict[str, Type] = {
    **ANNOTATION_NAMES,
    "Parameter": TENSOR,
    "torch.device": DEVICE,
    "list": ANY_LIST,
    "tuple": ANY_TUPLE,
}
_KEY_TYPES = (INT, FLOAT, COMPLEX, BOOL, STR, TENSOR, DEVICE)
_BROADCASTING = {f"BroadcastingList{size}": size for size in range(1, 8)}
_SIZED = {f"_size_{size}_t": size for size in range(1, 8)}


def type_of(annotation: Expression, resolve: TypeResolver) -> Type:
    """The type an annotation in a program's text stands for. Raises `ScriptError` at the part that is no type."""
    return parameter_type(annotation, resolve)[0]


def parameter_type(annotation: Expression, resolve: TypeResolver) -> tuple[Type, int | None]:
    """The type of a parameter and, for `BroadcastingListN[int]`, the length that a single number is repeated to."""
    match annotation:
        case syntax.Constant(None):
            return NONE, None
        case syntax.Constant(str() as text):
            # a quoted name, as for a class that is defined further down
            return parameter_type(_quoted(text, annotation.span), resolve)
        case syntax.Name() | syntax.Attribute():
            return _named(annotation, resolve)
        case syntax.Binary("|", left, right):
            return _union([type_of(left, resolve), type_of(right, resolve)], annotation.span), None
        case syntax.Subscript(value, indices):
            return _constructed(value, indices, annotation.span, resolve)
        case _:
            raise ScriptError("this expression cannot be used as a type", annotation.span)


def dotted_name(expression: Expression) -> str | None:
    """`a.b.c` of a chain of attributes on a name; None for anything else."""
    parts: list[str] = []
    while isinstance(expression, syntax.Attribute):
        parts.append(expression.name)
        expression = expression.value
    if not isinstance(expression, syntax.Name):
        return None
    parts.append(expression.identifier)
    return ".".join(reversed(parts))


def _quoted(text: str, span: Span) -> Expression:
    try:
        return parse_expression(Source(text, span.source.filename, span.line))
    except ScriptError as error:
        raise ScriptError(f"annotation {text!r} is no type: {error.diagnostic.message}", span) from None


def _named(annotation: Expression, resolve: TypeResolver) -> tuple[Type, int | None]:
    name = dotted_name(annotation)
    if name is None:
        raise ScriptError("this expression cannot be used as a type", annotation.span)
    size = _SIZED.get(name)
    if size is not None:
        return ListType(INT), size
    found = _NAMES.get(name) or resolve(name, annotation.span)
    if found is None:
        raise ScriptError(f"unknown type name '{name}'", annotation.span)
    return found, None


def _constructed(value: Expression, indices: tuple[Expression, ...], span: Span, resolve: TypeResolver) -> tuple[Type, int | None]:
    name = dotted_name(value)
    name = name.removeprefix("typing.").removeprefix("torch.jit.").removeprefix("torch.futures.") if name is not None else None
    if name in ("Tuple", "tuple") and len(indices) == 1 and indices[0] == syntax.TupleLiteral((), span):
        return TupleType(()), None
    parts = [type_of(index, resolve) for index in indices]
    if name in _BROADCASTING:
        if parts not in ([INT], [FLOAT]):
            raise ScriptError("broadcastable lists are supported for int and float only", span)
        return ListType(parts[0]), _BROADCASTING[name]
    return _combined(name, parts, span), None


def _union(parts: list[Type], span: Span | None) -> Type:
    try:
        return union(parts)
    except ValueError as error:
        raise ScriptError(str(error), span) from None


def _combined(name: str | None, parts: list[Type], span: Span | None) -> Type:
    """The type constructor `name` applied to types."""
    match name:
        case "Optional":
            return optional(_only(parts, "Optional", span))
        case "List" | "list":
            return ListType(_only(parts, "List", span))
        case "Dict" | "dict":
            return _dict_type(parts, span)
        case "Tuple" | "tuple":
            return TupleType(tuple(parts))
        case "Union":
            return _union(parts, span)
        case "Final":
            return _only(parts, "Final", span)
        case "Future" | "Await" | "RRef":
            return WRAPPERS[name](_only(parts, name, span))
        case _:
            raise ScriptError(f"unknown type constructor {name}", span)


def _only(parts: list[Type], name: str, span: Span | None) -> Type:
    if len(parts) != 1:
        raise ScriptError(f"{name} takes exactly one element type but has {len(parts)}", span)
    return parts[0]


def _dict_type(parts: list[Type], span: Span | None) -> Type:
    if len(parts) != 2:
        raise ScriptError(f"Dict takes exactly 2 element types but has {len(parts)}", span)
    if parts[0] not in _KEY_TYPES:
        raise ScriptError(
            f"cannot create dict for key type '{parts[0]}', only int, float, complex, Tensor, device and string keys are supported", span
        )
    return DictType(parts[0], parts[1])


@dataclass(frozen=True, slots=True)
class PythonAnnotations:
    """Turns annotations of live Python code into types.

    `lookup` finds names of the program (for annotations that are text); `qualified_name` gives the name an enumeration or named tuple is
    saved under; `class_type` gives the type of any other class, or None if it has none.
    """

    lookup: ObjectResolver
    qualified_name: Callable[[type], str]
    class_type: Callable[[type], Type | None]

    def of_expression(self, annotation: Expression) -> Type:
        """The type of an annotation as the reader of Python source saw it."""
        match annotation:
            case syntax.Subscript(syntax.Name(name), (inner,)) if name in _BROADCASTING:
                return ListType(self.of_expression(inner))
            case syntax.Name("number" | "Device" | "Generator" | "Stream" as name):
                # words of TorchScript that type comments use and Python programs rarely define
                try:
                    return self.of_object(self.lookup(name), annotation.span)
                except NameError:
                    return _NAMES[name]
            case _:
                return self.of_object(evaluated(annotation, self.lookup), annotation.span)

    def of_object(self, annotation: object, span: Span | None = None) -> Type:
        """The type of an annotation object: a class, `typing` generic, `A | B`, None, or text. Raises `ScriptError`."""
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            source = Source(annotation, span.source.filename if span else None, span.line if span else 1)
            return self.of_expression(parse_expression(source))
        if isinstance(annotation, Type):
            return annotation
        if annotation is None:
            return NONE
        origin = typing.get_origin(annotation)
        if origin is not None:
            return self._generic(annotation, origin, span)
        if annotation is typing.Optional:
            raise _bare(annotation, span)
        found = _special_object(annotation)
        if found is None and isinstance(annotation, type):
            return self._class(annotation, span)
        if found is None:
            raise NotSupportedError(f"annotation {_spelled(annotation)} is no type of TorchScript", span)
        return found

    def _generic(self, annotation: object, origin: Any, span: Span | None) -> Type:
        arguments = typing.get_args(annotation)
        if annotation in _BARE_GENERICS:
            raise _bare(origin, span)
        if origin is typing.Annotated:
            return self.of_object(arguments[0], span)
        if ... in arguments:
            raise NotSupportedError(f"annotation {_spelled(annotation)} has no fixed length; write List[T] or name every element", span)
        if origin not in _GENERICS and getattr(origin, "__name__", "") not in WRAPPERS:
            raise NotSupportedError(f"annotation {_spelled(annotation)} is no type of TorchScript", span)
        if origin is tuple and arguments == ((),):
            arguments = ()
        parts = [self.of_object(argument, span) for argument in arguments]
        if origin in (typing.Union, types.UnionType):
            return _union(parts, span)
        return _combined("Final" if origin is typing.Final else origin.__name__, parts, span)

    def _class(self, annotation: type[Any], span: Span | None) -> Type:
        plain = _PLAIN_CLASSES.get(annotation)
        if plain is not None:
            return plain
        if annotation is dict:
            raise _bare(annotation, span)
        if Tensor in annotation.__mro__:
            return TENSOR
        if tuple in annotation.__mro__ and hasattr(annotation, "_fields"):
            return self._named_tuple(annotation, span)
        if issubclass(annotation, Enum):
            return self._enum(annotation, span)
        found = self.class_type(annotation)
        if found is None:
            raise NotSupportedError(f"annotation {_spelled(annotation)} is no type of TorchScript", span)
        return found

    def _enum(self, annotation: type[Enum], span: Span | None) -> Type:
        name = self.qualified_name(annotation)
        members = {member.name: member.value for member in annotation}
        value_types: set[type] = {type(value) for value in members.values()}
        if len(value_types) != 1:
            spelled = ", ".join(sorted(kind.__name__ for kind in value_types)) or "nothing"
            raise NotSupportedError(f"enumeration {annotation.__name__} has values of {spelled}; all must be of one type", span)
        return EnumType(name, self.of_object(value_types.pop(), span), members.items())

    def _named_tuple(self, annotation: type, span: Span | None) -> Type:
        name = self.qualified_name(annotation)
        fields: tuple[str, ...] = cast("Any", annotation)._fields
        # the class that has the fields may be a base of this one
        owner = next(kind for kind in annotation.__mro__ if "_fields" in vars(kind))
        written = owner.__annotations__
        elements = [self.of_object(written[field], span) if field in written else TENSOR for field in fields]
        return TupleType(elements, name, fields)


def _bare(container: Any, span: Span | None) -> NotSupportedError:
    name = "Optional" if container is typing.Optional else container.__name__.capitalize()
    if container is dict:
        return NotSupportedError("Attempted to use Dict without contained types. Please add contained type, e.g. Dict[int, int]", span)
    return NotSupportedError(f"Attempted to use {name} without a contained type. Please add a contained type, e.g. {name}[int]", span)


_GENERICS = (typing.Union, types.UnionType, list, dict, tuple, typing.Final)
_BARE_GENERICS: tuple[object, ...] = (typing.List, typing.Dict, typing.Tuple)  # noqa: UP006
_PLAIN_CLASSES: dict[type, Type] = {
    int: INT,
    float: FLOAT,
    bool: BOOL,
    complex: COMPLEX,
    str: STR,
    type(None): NONE,
    # what `isinstance` asks for; a parameter of such a type takes no list from Python
    list: ANY_LIST,
    tuple: ANY_TUPLE,
    Device: DEVICE,
    # element types are numbers inside the language
    DType: INT,
}


def _special_object(annotation: object) -> Type | None:
    """Types of annotation objects that are neither classes nor generics."""
    if annotation is Any:
        return ANY
    module = getattr(annotation, "__module__", "") or ""
    name = getattr(annotation, "__name__", "")
    # `rl.device` makes devices and is used as their type, as in PyTorch
    return DEVICE if name == "device" and module.startswith("rushlight.") else None


# what programs may say without importing it
_WORDS: dict[str, object] = {"Tensor": Tensor, "Future": Future, "NoneType": type(None)}


def _spelled(annotation: object) -> str:
    if isinstance(annotation, type):
        return annotation.__qualname__
    return repr(annotation).removeprefix("typing.")


def evaluated(expression: Expression, lookup: ObjectResolver) -> object:
    """The Python object that an annotation's text stands for; nothing but names, attributes, subscripts and `|` is followed."""
    match expression:
        case syntax.Constant(str() as text):
            return evaluated(_quoted(text, expression.span), lookup)
        case syntax.Constant(value):
            return value
        case syntax.Name(name):
            try:
                return lookup(name)
            except NameError:
                if name in _WORDS:
                    return _WORDS[name]
                raise ScriptError(f"unknown type name '{name}'", expression.span) from None
        case syntax.Attribute(value, name):
            owner = evaluated(value, lookup)
            if not hasattr(owner, name):
                raise ScriptError(f"annotation: {_spelled(owner)} has no attribute '{name}'", expression.span)
            return getattr(owner, name)
        case syntax.Binary("|", left, right):
            return _subscripted(typing.Union, (evaluated(left, lookup), evaluated(right, lookup)), expression.span)
        case syntax.TupleLiteral(elements) | syntax.ListLiteral(elements):
            return tuple(evaluated(element, lookup) for element in elements)
        case syntax.Subscript(value, indices):
            arguments = tuple(evaluated(index, lookup) for index in indices)
            return _subscripted(evaluated(value, lookup), arguments if len(arguments) != 1 else arguments[0], expression.span)
        case _:
            raise ScriptError("this expression cannot be used as a type", expression.span)


def _subscripted(generic: object, arguments: object, span: Span) -> object:
    try:
        return cast("Any", generic)[arguments]
    except TypeError as error:
        raise ScriptError(f"annotation: {error}", span) from None
