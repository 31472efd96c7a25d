"""The older way to define scripted modules: a class derived from `ScriptModule` whose methods are decorated or given as text.

In: a class derived from `ScriptModule`. Out: its instances compile themselves when their `__init__` is done; from then on their members are
those of the scripted module.

    class Scale(rl.jit.ScriptModule):
        def __init__(self):
            super().__init__()
            self.factor = rl.nn.Parameter(rl.ones(3))

        @rl.jit.script_method
        def forward(self, x):
            return x * self.factor
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..runtime.nn.module import Module

if TYPE_CHECKING:
    from .module import RecursiveScriptModule

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "_is_script_method"
SCRIPTED = "_actual_script_module"
DEFINITIONS = "_script_definitions"


def script_method(fn: F) -> F:
    """Mark a method of a class derived from `ScriptModule` as one that is compiled when an instance was made."""
    vars(fn)[_MARK] = True
    return fn


def script_methods(kind: type) -> list[str]:
    """The marked methods of a class: those of its bases first, each class's by name."""
    names: dict[str, None] = {}
    for base in reversed(kind.__mro__):
        for name, value in sorted(vars(base).items()):
            if getattr(value, _MARK, False):
                names[name] = None
    return list(names)


def compile_after_init(kind: type[Module]) -> None:
    """Make the `__init__` of a class compile the instance at its end, unless it runs for a class derived from this one."""
    original = kind.__init__

    @functools.wraps(original)
    def init(self: Module, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if type(self) is kind and SCRIPTED not in self.__dict__:
            _compile(self)

    setattr(kind, "__init__", init)  # noqa: B010 - assigning to a method


def _compile(module: Module) -> None:
    from .modules import script_definitions

    definitions: list[tuple[str, dict[str, object]]] = module.__dict__.pop(DEFINITIONS, [])
    names = script_methods(type(module))
    scripted: RecursiveScriptModule = script_definitions(module, names, definitions)
    for name in (*module._parameters, *module._buffers, *module._modules, *scripted._c.type.attributes):
        module.__dict__.pop(name, None)
    members = module.__dict__
    for shadowed in ("_parameters", "_buffers", "_modules", "_c", "_live_module"):
        members[shadowed] = scripted.__dict__[shadowed]
    members[SCRIPTED] = scripted
    for name in scripted._c.type.methods:
        members[name] = getattr(scripted, name)


def add_definition(module: Module, source: str, names: dict[str, object]) -> None:
    """Remember a method given as text, for when the instance is compiled."""
    module.__dict__.setdefault(DEFINITIONS, []).append((source, names))
