"""Script classes and interfaces from live Python classes.

In: a class marked with `script` (or used by a program, which marks it) or `interface`. Out: a `ClassType` whose methods are compiled, or an
`InterfaceType`; and objects of script classes made from Python instances.
"""

from __future__ import annotations

import inspect
from enum import Enum
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from ..runtime.nn.module import Module
from ..runtime.schema import Argument, OpSchema
from ..runtime.tensor import Tensor
from ..runtime.typesystem import ClassType, InterfaceType, Property, Type
from .boundary import Wrappers, caster
from .function import Function
from .marks import is_left_to_python
from .object import Object
from .qualified_names import NAMES, qualified_name
from .source import ScriptError
from .values import SimpleValue

if TYPE_CHECKING:
    from collections.abc import Callable

_classes: WeakKeyDictionary[type, ClassType | InterfaceType] = WeakKeyDictionary()
_REFUSED = (Module, tuple, list, dict, BaseException, Enum, Tensor)


def class_type(kind: type) -> Type | None:
    """The script class or interface of a live class; classes that can be compiled become script classes when they are named."""
    found = _classes.get(kind)
    if found is not None:
        return found
    if not _can_compile(kind):
        return None
    return script_class(kind)


def _can_compile(kind: type[Any]) -> bool:
    if issubclass(kind, _REFUSED) or is_left_to_python(kind) or kind.__module__ in ("builtins", "typing"):
        return False
    routines = [getattr(kind, name) for name in vars(kind) if inspect.isroutine(getattr(kind, name, None))]
    return bool(routines) and all(hasattr(routine, "__code__") for routine in routines)


def script_class(kind: type) -> ClassType:
    """Compile a class: `__init__` first, which declares the attributes, then the other methods."""
    found = _classes.get(kind)
    if isinstance(found, ClassType):
        return found
    if len(kind.mro()) > 2:
        raise ScriptError("TorchScript classes does not support inheritance yet. Please directly inherit from 'object'.")
    made = ClassType(NAMES.claim(qualified_name(kind)))
    _classes[kind] = made
    try:
        _define(kind, made)
    except ScriptError:
        del _classes[kind]
        raise
    return made


def _define(kind: type, made: ClassType) -> None:
    from .recursive import define_method

    def method(function: Callable[..., Any], name: str) -> Function:
        return Function(
            f"{made.qualified_name}.{name}",
            lambda target: define_method(target, function, made, SimpleValue, {kind.__name__: kind}),
            call_name=f"{made.name}.{name}",
        )

    functions: list[Function] = []
    for name, member in vars(kind).items():
        if isinstance(member, FunctionType) and not is_left_to_python(member):
            made.methods[name] = method(member, name)
            functions.append(cast("Function", made.methods[name]))
        elif isinstance(member, staticmethod):
            from .recursive import SCOPE

            made.static_methods[name] = SCOPE.compiled(member.__func__)
        elif isinstance(member, property) and member.fget is not None and not is_left_to_python(member.fget):
            getter = method(member.fget, f"__{name}_getter")
            setter = method(member.fset, f"__{name}_setter") if member.fset is not None else None
            made.properties[name] = Property(getter, setter)
            for part in (getter, setter):
                if part is not None:
                    made.methods[part.name] = part
                    functions.append(part)
    # __init__ decides which attributes there are
    functions.sort(key=lambda function: function.name != "__init__")
    for function in functions:
        function.compile()


def interface(kind: type) -> type:
    """Declare a class as an interface: what modules assigned to an attribute, or arguments, must offer."""
    from .python_reader import read_class
    from .recursive import SCOPE

    made = InterfaceType(NAMES.claim(qualified_name(kind)), is_module=issubclass(kind, Module))
    _classes[kind] = made
    tree = read_class(kind)
    for definition in tree.methods:
        function = getattr(kind, definition.name)
        resolver = SCOPE.resolver(function)
        if definition.returns is None:
            raise ScriptError("interface declarations must have a return type annotated.", definition.span)
        arguments = [Argument(definition.parameters[0].name, made)]
        for parameter in definition.parameters[1:]:
            if parameter.annotation is None:
                raise ScriptError("interface declarations must have types annotated for all parameters", parameter.span)
            arguments.append(Argument(parameter.name, resolver.annotation(parameter.annotation)[0], None, False, parameter.keyword_only))
        result = Argument("", resolver.annotation(definition.returns)[0])
        made.methods[definition.name] = OpSchema("", definition.name, "", tuple(arguments), (result,))
    kind.__torch_script_interface__ = made
    return kind


def object_type(value: object) -> Type | None:
    """The script class of a Python object, None where its class is none."""
    found = Wrappers.unwrap(value)
    if found is not None:
        return found.type
    return None


def object_of(value: object) -> Object | None:
    """A Python instance of a script class as a compiled object: its attributes are copied."""
    kind = _classes.get(type(value)) if not isinstance(value, type) else None
    if not isinstance(kind, ClassType):
        return None
    slots = {name: caster(attribute.type)(getattr(value, name)) for name, attribute in kind.attributes.items() if hasattr(value, name)}
    return Object(kind, slots)
