"""The scripting interface: `script` and the words programs use with it.

In: Python functions, classes and modules. Out: `ScriptFunction`, `RecursiveScriptModule`, script classes. `api/jit.py` offers this as
`rushlight.jit`, together with saving and loading.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast
from weakref import WeakValueDictionary

from ..runtime import scripting
from ..runtime.nn.module import Module
from .live_modules import Attribute
from .marks import Mark, export, ignore, mark_of, unused
from .module import RecursiveScriptModule, ScriptFunction, ScriptModule
from .modules import script_module
from .python_classes import interface, script_class
from .recursive import SCOPE
from .source import ScriptError
from .values import FunctionValue, SpecialForm, SugaredValue

__all__ = [
    "Attribute", "Final", "RecursiveScriptModule", "ScriptFunction", "ScriptModule", "annotate", "export", "fork", "ignore", "interface",
    "is_scripting", "is_tracing", "isinstance_", "script", "unused", "wait",
]  # fmt: skip

T = TypeVar("T")
is_scripting = scripting.is_scripting
annotate = scripting.annotate
_scripted: WeakValueDictionary[int, ScriptFunction] = WeakValueDictionary()


def is_tracing() -> bool:
    """False: compiled code is made from source here."""
    return False


def script(obj: Any, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None) -> Any:
    """Compile a function, a module's methods, or a class.

    Functions become `ScriptFunction`s, modules `RecursiveScriptModule`s, classes stay what they are and may be used in compiled code.
    Raises `ScriptError` (a RuntimeError) with the place that cannot be compiled. `PYTORCH_JIT=0` in the environment leaves everything as
    it is.
    """
    del optimize, _frames_up, _rcb, example_inputs
    if os.environ.get("PYTORCH_JIT", "1") == "0":
        return obj
    if isinstance(obj, ScriptFunction | ScriptModule):
        return obj
    if isinstance(obj, Module):
        return script_module(obj)
    if isinstance(obj, type):
        return _script_class(obj)
    if callable(obj):
        return script_function(obj)
    raise RuntimeError(f"cannot script an object of type {type(obj).__name__}; script takes functions, modules and classes")


def _script_class(kind: type[Any]) -> type[Any]:
    if issubclass(kind, Module):
        raise RuntimeError(
            f"Type '{kind.__name__}' cannot be compiled since it inherits from nn.Module, consider passing an instance instead"
        )
    script_class(kind)
    return kind


def script_function(function: Callable[..., Any]) -> ScriptFunction:
    """Compile a function; the same object for the same function."""
    if mark_of(function) in (Mark.IGNORE, Mark.UNUSED):
        raise RuntimeError(f"{function} is marked to be left to Python and cannot be scripted")
    compiled = SCOPE.compiled(function)
    compiled.compile()
    found = _scripted.get(id(compiled))
    if found is None:
        found = _scripted[id(compiled)] = ScriptFunction(compiled, function)
    return found


def isinstance_(value: Any, target: Any) -> bool:
    """`rl.jit.isinstance`: like `isinstance`, but looks at what containers hold (`List[int]`)."""
    from .annotations import PythonAnnotations
    from .qualified_names import qualified_name
    from .running import matches_type

    def no_names(name: str) -> object:
        raise NameError(name)

    annotations = PythonAnnotations(no_names, qualified_name, SCOPE.class_type)
    targets = cast("tuple[Any, ...]", target if isinstance(target, tuple) else (target,))
    return any(matches_type(value, annotations.of_object(kind)) for kind in targets)


class Future:
    """The result of a `fork`, which has run already."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def wait(self) -> Any:
        """The result."""
        return self._value

    def value(self) -> Any:
        """The result."""
        return self._value

    def done(self) -> bool:
        """True."""
        return True


def fork(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
    """Call `func`; compiled code may run it beside the caller. `wait` gives the result."""
    return Future(func(*args, **kwargs))


def wait(future: Future) -> Any:
    """The result of a `fork`."""
    return future.wait()


_FORMS: dict[Any, str] = {isinstance_: "isinstance", fork: "fork"}


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
