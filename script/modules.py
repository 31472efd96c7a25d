"""Scripting modules: an object of the module's type, its submodules, and the methods that are compiled.

In: an `rl.nn.Module`. Out: a `RecursiveScriptModule`. `forward`, exported methods and properties are compiled, and what they reach.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, cast

from ..runtime.nn.module import Module
from ..runtime.typesystem import InterfaceType, Type
from .boundary import CastError, caster
from .function import Function
from .hook_signatures import check_free, check_hook, check_names, check_pre_hook
from .live_modules import Attribute, LiveModule, forget, live_module
from .marks import Mark, is_left_to_python, mark_of
from .module import RecursiveScriptModule
from .object import Object
from .overloads import method_overloads
from .script_methods import SCRIPTED
from .source import ScriptError

MethodNames = Callable[[Module], list[str]]


def methods_to_compile(module: Module) -> list[str]:
    """`forward`, unless it is left to Python or not defined, then exported methods by name."""
    names: list[str] = []
    forward = getattr(module, "forward", None)
    defined = getattr(forward, "__func__", None) is not Module.forward
    if forward is not None and defined and not is_left_to_python(forward):
        names.append("forward")
    unused = _unused_properties(module)
    for name in dir(module):
        if name in unused or name in names or isinstance(getattr(type(module), name, None), property):
            continue
        if mark_of(getattr(module, name, None)) is Mark.EXPORT:
            names.append(name)
    return names


def script_module(module: Module, names: MethodNames = methods_to_compile) -> RecursiveScriptModule:
    """The scripted form of a module; tensors are shared with it, other attributes are copied."""
    module = module.__dict__.get(SCRIPTED, module)
    if isinstance(module, RecursiveScriptModule):
        return module
    _check_initialized(module)
    return _create(module, live_module(module), names)


def script_definitions(module: Module, names: list[str], definitions: list[tuple[str, dict[str, object]]]) -> RecursiveScriptModule:
    """The scripted form of a module with the methods called `names` and those given as text, each with the names it sees."""
    _check_initialized(module)
    live = live_module(module, shared=not definitions)
    if definitions:
        from .text_functions import define_methods

        for source, seen in definitions:
            define_methods(live.type, live, source, seen)
    return _create(module, live, lambda found: names if found is module else methods_to_compile(found))


def prepared(module: Module, known: dict[int, Module] | None = None) -> Module:
    """What `__prepare_scriptable__` gives in place of a module or of its submodules, where they have it; submodules are put in place."""
    known = {} if known is None else known
    if id(module) in known:
        return known[id(module)]
    prepare = getattr(module, "__prepare_scriptable__", None)
    made: Module = module if prepare is None or isinstance(module, RecursiveScriptModule) else prepare()
    known[id(module)] = made
    if not isinstance(made, RecursiveScriptModule):
        # a module whose `__init__` was not called has none; that is reported later
        for name, child in made.__dict__.get("_modules", {}).items():
            replacement = None if child is None else prepared(child, known)
            if replacement is not child:
                made._modules[name] = replacement
    return made


def _check_initialized(module: Module) -> None:
    if "_parameters" not in module.__dict__:
        raise RuntimeError(f"'{type(module).__name__}' has not been initialized, did you forget to call 'super()'?")


def _create(module: Module, live: LiveModule, names: MethodNames) -> RecursiveScriptModule:
    wanted = names(module)
    made = Object(live.type)
    submodules: dict[str, RecursiveScriptModule] = {}
    for name, attribute in live.type.attributes.items():
        if name not in module._modules or module._modules[name] is None:
            value = getattr(module, name)
            value = value.value if isinstance(value, Attribute) else value
            made.slots[name] = value if attribute.is_parameter or attribute.is_buffer else _cast(name, value, attribute.type)
    for name, child in module._modules.items():
        if child is not None and name in live.type.attributes:
            submodules[name] = _create_child(child, live.submodules.get(name), names)
            made.slots[name] = submodules[name]._c
    scripted = RecursiveScriptModule(made)
    scripted.adopt(module, live, submodules)
    _compile(module, live, wanted)
    scripted.find_hooks()
    return scripted


def _cast(name: str, value: object, kind: Type) -> object:
    try:
        return caster(kind)(value)
    except CastError as error:
        raise RuntimeError(f"Could not cast attribute '{name}' to type {kind.annotation()}: {error}") from None


def _create_child(child: Module, live: LiveModule | InterfaceType | None, names: MethodNames) -> RecursiveScriptModule:
    child = child.__dict__.get(SCRIPTED, child)
    if isinstance(child, RecursiveScriptModule):
        return child
    if isinstance(live, InterfaceType):
        offered = list(live.methods)
        return script_module(child, lambda module: offered)
    assert live is not None
    return _create(child, live, names)


def _compile(module: Module, live: LiveModule, wanted: list[str]) -> None:
    """Compile the methods of a type, once."""
    if live.is_compiled:
        # an interface may want others of its methods than the module that the type was first compiled for
        wanted = [name for name in wanted if name not in live.type.methods and name not in live.overloaded]
        for name in wanted:
            live.add_method(getattr(type(module), name, None) or getattr(module, name), name).compile()
        return
    live.is_compiled = True
    try:
        _define_methods(module, live, wanted)
    except (ScriptError, RuntimeError):
        forget(live)
        raise


def _define_methods(module: Module, live: LiveModule, wanted: list[str]) -> None:
    unused = _unused_properties(module)
    defined: list[Function] = []
    for name, found in _properties(type(module)).items():
        if name not in unused:
            live.add_property(name, found)
            defined.extend(cast("Function", part) for part in live.type.properties[name] if part is not None)
    for name in dir(type(module)):
        method = getattr(type(module), name, None)
        declared = method_overloads(method) if isinstance(method, FunctionType) else []
        if declared:
            defined.extend(live.add_overloads(name, cast("Callable[..., Any]", method), declared))
    wanted = [name for name in wanted if name not in live.overloaded]
    defined.extend(live.add_method(getattr(type(module), name, None) or getattr(module, name), name) for name in wanted)
    for function in defined:
        function.compile()
    _define_hooks(module, live)
    from .text_functions import define_methods

    if live.kind in ("list", "dict") and "__len__" not in live.type.methods:
        define_methods(live.type, live, f"def __len__(self):\n   return {len(module._modules)}\n", {})
    if live.kind == "dict" and "__contains__" not in live.type.methods:
        keys = list(module._modules)
        body = f"key in {keys!r}" if keys else "False"
        define_methods(live.type, live, f"def __contains__(self, key: str):\n   return {body}\n", {})


def _define_hooks(module: Module, live: LiveModule) -> None:
    kind = live.type
    hooks, pre_hooks = live.hooks
    check_names(type(module).__name__, hooks, pre_hooks)
    for hook in hooks:
        kind.forward_hooks.append(_hook(live, hook))
    for hook in pre_hooks:
        kind.forward_pre_hooks.append(_hook(live, hook))
    if "forward" not in kind.methods:
        return
    result = kind.methods["forward"].schema.returns[0].type
    for hook in kind.forward_hooks:
        check_hook(kind, hook, result)
        result = hook.schema.returns[0].type
    for hook in kind.forward_pre_hooks:
        check_pre_hook(kind, hook)


def _hook(live: LiveModule, hook: Callable[..., Any]) -> Function:
    """A hook as a function of the module; one function however often it was registered."""
    for known in (*live.type.forward_hooks, *live.type.forward_pre_hooks):
        if known.name == hook.__name__:
            return cast("Function", known)
    check_free(live.type, hook.__name__)
    made = live.method_function(hook, hook.__name__)
    made.compile()
    return made


def _properties(kind: type) -> dict[str, property]:
    """Properties of a class of modules, by name."""
    found = {name: getattr(kind, name, None) for name in dir(kind)}
    own = vars(RecursiveScriptModule)
    return {name: value for name, value in found.items() if isinstance(value, property) and not isinstance(own.get(name), property)}


def export_opnames(m: RecursiveScriptModule) -> list[str]:
    """The operators that a scripted module's methods use, with what they call: names with overloads, sorted."""
    found: set[str] = set()
    owners = [cast("RecursiveScriptModule", module)._c for module in m.modules()]
    for method in [method for owner in owners for method in owner.type.methods.values()]:
        found |= {node.key for node in cast("Function", method).inlined_graph.walk() if node.op is not None}
    return sorted(found)


def _unused_properties(module: Module) -> set[str]:
    names = set(cast("list[str]", getattr(module, "__jit_unused_properties__", [])))
    names |= set(cast("list[str]", getattr(module, "__jit_ignored_attributes__", [])))
    for name, found in _properties(type(module)).items():
        if found.fget is not None and is_left_to_python(found.fget):
            names.add(name)
    return names


def python_methods(module: Module) -> dict[str, Any]:
    """Methods that the scripted module keeps in Python."""
    found: dict[str, Any] = {}
    for name in dir(type(module)):
        method = getattr(module, name, None) if not isinstance(getattr(type(module), name, None), property) else None
        if isinstance(method, MethodType) and is_left_to_python(method):
            found[name] = method.__func__
    return found
