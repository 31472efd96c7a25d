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
from . import syntax
from .boundary import CastError, Wrappers, caster
from .dataclass_methods import is_written, written_method
from .function import Function
from .marks import Mark, is_left_to_python, mark_of
from .object import Object
from .python_reader import read_class, read_function, read_signature
from .python_resolver import names_of
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


def script_class(kind: type, names: dict[str, object] | None = None) -> ClassType:
    """Compile a class: `__init__` first, which declares the attributes, then the other methods.

    `names` are what the place sees where `script` is called with the class: annotations of the methods may use them, bases are refused, and
    what `dataclasses` wrote is compiled. Without them the class was met in a program, which sees what its own body defines.
    """
    found = _classes.get(kind)
    if isinstance(found, ClassType):
        return found
    if names is not None and len(kind.mro()) > 2:
        raise ScriptError("TorchScript classes does not support inheritance yet. Please directly inherit from 'object'.")
    made = ClassType(NAMES.claim(qualified_name(kind)))
    _classes[kind] = made
    try:
        _define(kind, made, names)
    except Exception:
        del _classes[kind]
        raise
    return made


def _define(kind: type, made: ClassType, names: dict[str, object] | None) -> None:
    from .recursive import define_method

    seen = {**(names or {}), **_annotation_names(kind)}
    made.class_variables.update(name for name, value in vars(kind).items() if not name.startswith("__") and not _is_compiled(value))

    def method(function: Callable[..., Any], name: str, is_class_method: bool = False) -> Function:
        def define(target: Function) -> None:
            tree, further = _method_tree(kind, function, is_class_method, names is not None)
            define_method(target, function, made, SimpleValue, {**seen, **names_of(function), kind.__name__: kind, **further}, tree=tree)

        return Function(f"{made.qualified_name}.{name}", define, call_name=f"{made.name}.{name}")

    functions: list[Function] = []
    for name, member in vars(kind).items():
        is_class_method = isinstance(member, classmethod)
        function: object = cast("Any", member).__func__ if is_class_method else member
        if isinstance(function, FunctionType) and mark_of(function) is not Mark.IGNORE:
            made.methods[name] = method(function, name, is_class_method)
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


def _is_compiled(member: object) -> bool:
    return isinstance(member, FunctionType | staticmethod | classmethod | property)


def _method_tree(
    kind: type, function: FunctionType, is_class_method: bool, is_scripted: bool
) -> tuple[syntax.FunctionDef | None, dict[str, object]]:
    """What is compiled for a method instead of its source, and the names that this uses: None where it is the source."""
    if mark_of(function) is Mark.UNUSED:
        return _unused(read_signature(function, named_only=True)), {"Any": Any}
    if is_scripted and is_written(kind, function):
        return written_method(kind, function)
    if not is_class_method:
        return None, {}
    # the class is called by its first parameter, which is the object
    tree = read_function(function)
    first = tree.parameters[0]
    alias = syntax.Assign((syntax.Name(first.name, first.span),), syntax.Name(kind.__name__, first.span), None, first.span)
    return syntax.FunctionDef(tree.name, tree.parameters, tree.returns, (alias, *tree.body), tree.decorators, tree.span), {}


def _unused(tree: syntax.FunctionDef) -> syntax.FunctionDef:
    """A method that takes anything and raises."""
    span = tree.span
    parameters = tuple(
        syntax.Parameter(one.name, syntax.Name("Any", one.span) if place else None, one.default, one.keyword_only, one.span)
        for place, one in enumerate(tree.parameters)
    )
    error = syntax.Call(syntax.Name("RuntimeError", span), (syntax.Constant("Cannot call @unused methods", span),), (), span)
    return syntax.FunctionDef(tree.name, parameters, tree.returns, (syntax.Raise(error, span),), tree.decorators, span)


def _annotation_names(kind: type) -> dict[str, object]:
    """Names that annotations of a class's methods consist of, with the objects they stood for: those need not be in any closure."""
    found: dict[str, object] = {}
    for function in vars(kind).values():
        if not isinstance(function, FunctionType) or is_written(kind, function) or not function.__annotations__:
            continue
        tree = read_signature(function, named_only=True)
        written = {parameter.name: parameter.annotation for parameter in tree.parameters} | {"return": tree.returns}
        for name, annotation in function.__annotations__.items():
            spelled = written.get(name)
            if isinstance(spelled, syntax.Name) and not isinstance(annotation, str):
                found[spelled.identifier] = annotation
    return found


def interface(kind: type[Any]) -> type[Any]:
    """Declare a class as an interface: what modules assigned to an attribute, or arguments, must offer."""
    from .recursive import SCOPE

    is_module = Module in kind.mro() and len(kind.mro()) == len(Module.mro()) + 1
    if not is_module and len(kind.mro()) > 2:
        raise RuntimeError("TorchScript interface does not support inheritance yet. Please directly inherit from 'object' or 'nn.Module'.")
    made = InterfaceType(NAMES.claim(qualified_name(kind)), is_module=is_module)
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
    """The script class of a Python object, None where its class is none; a class that can be compiled becomes one."""
    found = Wrappers.unwrap(value)
    if found is not None:
        return found.type
    kind = class_type(type(value))
    return kind if isinstance(kind, ClassType) else None


def object_of(value: object) -> Object | None:
    """A Python instance of a script class as a compiled object: its attributes are copied."""
    kind = _classes.get(type(value)) if not isinstance(value, type) else None
    if not isinstance(kind, ClassType):
        return None
    return Object(kind, {name: _cast(name, attribute.type, value) for name, attribute in kind.attributes.items() if hasattr(value, name)})


def _cast(name: str, kind: Type, owner: object) -> object:
    try:
        return caster(kind)(getattr(owner, name))
    except CastError as error:
        raise CastError(f"Could not cast attribute '{name}' to type {kind.annotation()}: {error}") from None
