"""The scripting interface: `script` and the words programs use with it.

In: Python functions, classes and modules. Out: `ScriptFunction`, `RecursiveScriptModule`, script classes. `api/jit.py` offers this as
`rushlight.jit`, together with saving and loading.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum
from types import FunctionType, MethodType
from typing import Any, Final, TypeVar, cast
from weakref import WeakValueDictionary

from ..runtime import scripting
from ..runtime.nn.module import Module
from .boundary import Wrappers
from .live_modules import Attribute
from .marks import Mark, export, ignore, mark_of, unused
from .module import RecursiveScriptModule, ScriptFunction, ScriptModule
from .modules import prepared, script_module
from .object import Object
from .overloads import function_overloads
from .python_classes import class_type, interface, object_of, script_class
from .qualified_names import qualified_name
from .recursive import SCOPE
from .script_methods import SCRIPTED
from .source import ScriptError
from .text_functions import caller_names
from .values import FunctionValue, SpecialForm, SugaredValue

__all__ = [
    "Attribute", "Final", "RecursiveScriptModule", "ScriptFunction", "ScriptModule", "annotate", "export", "ignore", "interface",
    "is_scripting", "isinstance_", "script", "unused",
]  # fmt: skip

T = TypeVar("T")
is_scripting = scripting.is_scripting
annotate = scripting.annotate
_scripted: WeakValueDictionary[int, ScriptFunction] = WeakValueDictionary()


def script(obj: Any, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None) -> Any:
    """Compile a function, a module's methods, or a class.

    Functions become `ScriptFunction`s, modules `RecursiveScriptModule`s, classes stay what they are and may be used in compiled code.
    Raises `ScriptError` (a RuntimeError) with the place that cannot be compiled. `PYTORCH_JIT=0` in the environment leaves everything as
    it is.
    """
    del optimize, _rcb, example_inputs
    if os.environ.get("PYTORCH_JIT", "1") == "0":
        return obj
    if isinstance(obj, ScriptFunction | ScriptModule):
        return obj.__dict__.get(SCRIPTED, obj)
    if isinstance(obj, Module):
        return script_module(prepared(obj))
    if isinstance(obj, type):
        return _script_class(obj, caller_names(1 + _frames_up))
    if isinstance(obj, FunctionType | MethodType):
        return script_function(obj)
    if isinstance(obj, list | dict):
        # PyTorch makes lists and dicts that compiled code shares; here they are copied when they are passed
        return cast("Any", obj)
    if class_type(type(cast("object", obj))) is not None:
        return Wrappers.wrap(cast("Object", object_of(obj)))
    if callable(obj):
        return script_function(obj)
    raise RuntimeError(f"cannot script an object of type {type(obj).__name__}; script takes functions, modules and classes")


def _script_class(kind: type[Any], names: dict[str, object]) -> type[Any]:
    if issubclass(kind, Module):
        raise RuntimeError(
            f"Type '{kind.__name__}' cannot be compiled since it inherits from nn.Module, consider passing an instance instead"
        )
    if issubclass(kind, Enum):
        # members of enumerations mean the same in compiled code
        return kind
    script_class(kind, names)
    return kind


def script_function(function: Callable[..., Any]) -> ScriptFunction:
    """Compile a function; the same object for the same function."""
    if mark_of(function) is Mark.UNUSED:
        raise RuntimeError(f"{function} is marked to be left to Python and cannot be scripted")
    if function_overloads(function):
        raise RuntimeError(
            f"Function {qualified_name(function)} cannot be directly compiled because it is overloaded. It must be used in a context of "
            "a function where its inputs can determine which overload to call."
        )
    compiled = SCOPE.compiled(function)
    compiled.compile()
    found = _scripted.get(id(compiled))
    if found is None:
        found = _scripted[id(compiled)] = ScriptFunction(compiled, function)
    return found


def isinstance_(value: Any, target: Any) -> bool:
    """`rl.jit.isinstance`: like `isinstance`, but looks at what containers hold (`List[int]`)."""
    from .annotations import PythonAnnotations
    from .running import matches_type

    def no_names(name: str) -> object:
        raise NameError(name)

    annotations = PythonAnnotations(no_names, qualified_name, SCOPE.class_type)
    targets = cast("tuple[Any, ...]", target if isinstance(target, tuple) else (target,))
    return any(matches_type(value, annotations.of_object(kind)) for kind in targets)


_FORMS: dict[Any, str] = {isinstance_: "isinstance", scripting.fork: "fork"}


def special_value(thing: object) -> SugaredValue | None:
    """What an object of this interface stands for in compiled code."""
    if isinstance(thing, ScriptFunction):
        return FunctionValue(thing._function)
    if isinstance(thing, RecursiveScriptModule):
        raise ScriptError("Cannot call a ScriptModule that is not a submodule of the caller")
    try:
        form = _FORMS.get(thing)
    except TypeError:
        # objects that have no hash are none of these
        return None
    return SpecialForm(form) if form is not None else None
