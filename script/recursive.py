"""Scripting live Python: functions, and everything they call.

In: Python functions. Out: `Function`s, one per Python function, compiled when they are first wanted. Classes are in `python_classes.py`,
modules in `modules.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..runtime.schema import Argument, OpSchema
from ..runtime.typesystem import TENSOR, ClassType, EnumType, Type
from .boundary import Wrappers
from .compiler import SelfParameter, compile_function
from .function import Function
from .marks import Mark, is_left_to_python, mark_of
from .overloads import function_overloads, overloaded_tree
from .python_reader import read_function, read_signature
from .python_resolver import PythonResolver, names_of
from .python_values import IgnoredFunctionValue, Scope
from .qualified_names import NAMES, qualified_name
from .source import NotSupportedError, Span
from .values import SugaredValue

if TYPE_CHECKING:
    from .ir import Value
    from .syntax import FunctionDef

_functions: WeakKeyDictionary[Callable[..., Any], Function] = WeakKeyDictionary()
_overloads: WeakKeyDictionary[Callable[..., Any], list[Function]] = WeakKeyDictionary()


def plain_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function behind a bound method."""
    found: Callable[..., Any] = getattr(function, "__func__", function)
    inside: Callable[..., Any] = getattr(found, "script_if_tracing", found)
    return inside


def live_defaults(function: Callable[..., Any], tree: FunctionDef) -> dict[str, object]:
    """The defaults of a Python function. Lists and the like are refused, as a call could change them."""
    found: dict[str, object] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            continue
        if type(parameter.default) in (list, dict, set):
            raise NotSupportedError(
                "Mutable default parameters are not supported because Python binds them to the function and they persist across function "
                "calls.\n As a workaround, make the default None and instantiate the default parameter within the body of the function. "
                f"Found {type(parameter.default)} on parameter {name}",
                tree.span,
            )
        found[name] = parameter.default
    return found


class PythonScope(Scope):
    """Live objects in compiled code."""

    def compiled(self, function: Callable[..., Any]) -> Function:
        plain = plain_function(function)
        found = _functions.get(plain)
        if found is None:
            made = Function(NAMES.claim(qualified_name(plain)), lambda target: _define(target, plain), call_name=plain.__name__)
            found = _functions[plain] = made
        return found

    def overloads(self, function: Callable[..., Any]) -> list[Function]:
        plain = plain_function(function)
        declared = function_overloads(plain)
        known = _overloads.get(plain)
        if known is None or len(known) != len(declared):
            known = _overloads[plain] = [_overload(plain, signature) for signature in declared]
        return known

    def ignored(self, function: Callable[..., Any]) -> IgnoredFunctionValue | None:
        if not is_left_to_python(function):
            return None
        return ignored_value(function, None)

    def class_type(self, kind: type) -> Type | None:
        from .python_classes import class_type

        return class_type(kind)

    def resolver(self, function: Callable[..., Any]) -> PythonResolver:
        return PythonResolver(names_of(function), self.class_type, self.value)

    def enum_type(self, kind: type[Enum], span: Span) -> EnumType:
        from .annotations import PythonAnnotations

        found = PythonAnnotations(_no_names, qualified_name, self.class_type).of_object(kind, span)
        assert isinstance(found, EnumType)
        Wrappers.enums[found.qualified_name] = kind
        return found

    def is_module_class(self, kind: type) -> bool:
        from .live_modules import is_known

        return is_known(kind)

    def special(self, thing: object) -> SugaredValue | None:
        from .jit import special_value

        return special_value(thing)


SCOPE = PythonScope()


def _no_names(name: str) -> object:
    raise NameError(name)


def _define(target: Function, function: Callable[..., Any]) -> None:
    tree = read_function(function)
    target.definition, target.place = tree, tree.span
    compile_function(target, tree, SCOPE.resolver(function), defaults=live_defaults(function, tree))


def _overload(definition: Callable[..., Any], declared: Callable[..., Any]) -> Function:
    """A function's definition under one of the signatures that were declared for it."""

    def define(target: Function) -> None:
        tree = overloaded_tree(definition, declared)
        target.definition, target.place = tree, tree.span
        compile_function(target, tree, SCOPE.resolver(definition), defaults=live_defaults(definition, tree), is_overload=True)

    return Function(NAMES.claim(qualified_name(definition)), define, call_name=definition.__name__)


def define_method(
    target: Function,
    function: Callable[..., Any],
    kind: ClassType,
    sugar: Callable[[Value], SugaredValue],
    names: dict[str, object],
    declared: Callable[..., Any] | None = None,
    tree: FunctionDef | None = None,
) -> None:
    """Compile a method of a module or class; `names` are seen besides the function's own; `declared` is the overload it stands for, and
    `tree` what is compiled instead of its source."""
    if tree is None:
        tree = read_function(function) if declared is None else overloaded_tree(function, declared)
    target.definition, target.place = tree, tree.span
    resolver = PythonResolver(names_of(function) | names, SCOPE.class_type, SCOPE.value)
    compile_function(target, tree, resolver, owner=SelfParameter(kind, sugar), defaults=live_defaults(function, tree))


def ignored_value(function: Callable[..., Any], owner: Value | None) -> IgnoredFunctionValue:
    """A function that is left to Python, with the schema that its annotations give."""
    plain = plain_function(function)
    tree = read_signature(plain)
    resolver = SCOPE.resolver(plain)
    parameters = list(tree.parameters)
    arguments: list[Argument] = []
    if owner is not None:
        arguments.append(Argument(parameters.pop(0).name, owner.type))
    defaults = live_defaults(plain, tree)
    for parameter in parameters:
        kind = TENSOR if parameter.annotation is None else resolver.annotation(parameter.annotation)[0]
        arguments.append(Argument(parameter.name, kind, defaults.get(parameter.name), parameter.name in defaults))
    returns = () if tree.returns is None else (Argument("", resolver.annotation(tree.returns)[0]),)
    schema = OpSchema("", plain.__name__, "", tuple(arguments), returns)
    return IgnoredFunctionValue(function, schema, owner, drop=mark_of(function) is Mark.UNUSED)
