"""Functions and methods given as text, in TorchScript's own dialect: `CompilationUnit("def f(x): ...")`, `module.define(...)`.

In: text, and the Python names that it may use. Out: compiled `Function`s. The text is read as that of archives is (`statements.py`); names
mean what they mean in Python functions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from . import syntax
from .compiler import SelfParameter, compile_function
from .function import Function
from .module import ScriptFunction
from .python_resolver import PythonResolver
from .recursive import SCOPE
from .source import ScriptError, Source
from .statements import parse_file
from .values import FunctionValue, SimpleValue

if TYPE_CHECKING:
    from ..runtime.typesystem import ClassType
    from .emitter import Emitter
    from .live_modules import LiveModule
    from .source import Span
    from .values import SugaredValue


_FIRST_LINE = re.compile(r"^([ \t]*)[^\s#]", re.MULTILINE)


class TextResolver(PythonResolver):
    """Names of Python, below those of the functions that the text itself defines."""

    def __init__(self, names: dict[str, object], functions: dict[str, Function]) -> None:
        super().__init__(names, SCOPE.class_type, SCOPE.value)
        self.functions = functions

    def value(self, name: str, emitter: Emitter, span: Span) -> SugaredValue | None:
        found = self.functions.get(name)
        return super().value(name, emitter, span) if found is None else FunctionValue(found)


class _Asked(dict[str, object]):
    """Names that a function knows, which gives None for all others."""

    def __init__(self, ask: Callable[[str], object]) -> None:
        super().__init__()
        self.ask = ask

    def __contains__(self, name: object) -> bool:
        return self.ask(cast("str", name)) is not None

    def __getitem__(self, name: str) -> object:
        return self.ask(name)


def caller_names(depth: int) -> dict[str, object]:
    """Globals and locals of the function `depth` calls above the one that asks."""
    frame = sys._getframe(depth + 1)
    return {**frame.f_globals, **frame.f_locals}


def compile_functions(source: str, names: dict[str, object]) -> dict[str, Function]:
    """Compile the functions of a text; they see each other and `names`. Raises `ScriptError`."""
    made: dict[str, Function] = {}
    resolver = TextResolver(names, made)
    for tree in _trees(source):
        if tree.name in made:
            raise RuntimeError(f"method '{tree.name}' already defined.")
        made[tree.name] = _function(tree.name, tree.name, tree, resolver, None)
    for function in made.values():
        function.compile()
    return made


def define_methods(kind: ClassType, live: LiveModule | None, source: str, names: dict[str, object]) -> None:
    """Compile the methods of a text into a type; they see `names`. The type stays as it was where one cannot be compiled."""
    resolver = TextResolver(names, {})
    owner = SelfParameter(kind, live.sugar if live is not None else SimpleValue)
    before = dict(kind.methods)
    made: list[Function] = []
    for tree in _trees(source):
        function = _function(f"{kind.qualified_name}.{tree.name}", f"{kind.name}.{tree.name}", tree, resolver, owner)
        kind.methods[tree.name] = function
        made.append(function)
    try:
        for function in made:
            function.compile()
    except BaseException:
        kind.methods.clear()
        kind.methods.update(before)
        raise


def _trees(source: str) -> list[syntax.FunctionDef]:
    """The functions of a text, which may be indented: its first line says how far."""
    found: list[syntax.FunctionDef] = []
    first = _FIRST_LINE.search(source)
    for definition in parse_file(Source(source, "<string>"), indentation=len(first[1]) if first is not None else 0).definitions:
        if not isinstance(definition, syntax.FunctionDef):
            raise ScriptError("expected def but found 'class' here", definition.span)
        found.append(definition)
    return found


def _function(name: str, call_name: str, tree: syntax.FunctionDef, resolver: TextResolver, owner: SelfParameter | None) -> Function:
    def define(target: Function) -> None:
        compile_function(target, tree, resolver, owner=owner, defaults=_defaults(tree, resolver))

    return Function(name, define, call_name=call_name, definition=tree)


def _defaults(tree: syntax.FunctionDef, resolver: TextResolver) -> dict[str, object]:
    """The values of the defaults, which are expressions: each is compiled as the result of a function without parameters."""
    found: dict[str, object] = {}
    for parameter in tree.parameters:
        if parameter.default is None:
            continue
        body = (syntax.Return(parameter.default, parameter.default.span),)
        function = Function("defaults")
        compile_function(function, syntax.FunctionDef("defaults", (), parameter.annotation, body, (), parameter.span), resolver)
        found[parameter.name] = function()
    return found


class CompilationUnit:
    """Functions compiled from text, as attributes: `CompilationUnit("def f(x): return x + 1").f(tensor)`."""

    def __init__(self, lang: str | None = None, _frames_up: int = 0) -> None:
        self._functions: dict[str, ScriptFunction] = {}
        if lang is not None:
            self.define(lang, _frames_up=_frames_up + 1)

    def define(self, lang: str, rcb: Callable[[str], object] | None = None, _frames_up: int = 0) -> None:
        """Compile further functions; the text sees what the caller sees, or what `rcb` gives for a name. Raises `ScriptError`."""
        names = caller_names(_frames_up + 1) if rcb is None else _Asked(rcb)
        made = compile_functions(lang, names)
        for name, function in made.items():
            if name in self._functions:
                raise RuntimeError(f"method '{name}' already defined.")
            self._functions[name] = ScriptFunction(function)

    def find_function(self, name: str) -> ScriptFunction | None:
        """The function of that name, or None."""
        return self._functions.get(name)

    def get_functions(self) -> list[ScriptFunction]:
        """All functions, in the order of their definition."""
        return list(self._functions.values())

    def __getattr__(self, attr: str) -> Any:
        found = self.__dict__.get("_functions", {}).get(attr)
        if found is None:
            raise AttributeError(f"'CompilationUnit' has no attribute '{attr}'")
        return found
