"""The script type of a live module: what its attributes are, and which instances share a type.

In: an `rl.nn.Module`. Out: a `LiveModule`: a `ClassType` with its attributes and constants, and what the compiler asks about the Python
class behind it. Instances whose attributes, constants and submodules have equal types share one. Next: `modules.py` makes the objects and
compiles.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast, get_origin
from weakref import WeakKeyDictionary

from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.nn.module import Module
from ..runtime.ops.packet import Packet
from ..runtime.typesystem import NONE, ClassType, InterfaceType, Property, Type
from .function import NOWHERE, Function
from .inference import InferenceError, infer_type
from .marks import is_left_to_python
from .module_values import ModuleInfo, ModuleValue
from .python_resolver import PythonResolver
from .qualified_names import NAMES, qualified_name
from .recursive import SCOPE, define_method, ignored_value, plain_function
from .source import ScriptError, Span
from .values import BuiltinFunction, FunctionValue, MethodValue, SugaredValue

if TYPE_CHECKING:
    from .emitter import Emitter
    from .ir import Value

# what `Module.__init__` keeps for itself
_IGNORED = frozenset(
    (
        "_version _parameters _buffers _non_persistent_buffers_set _backward_hooks _backward_pre_hooks _forward_hooks "
        "_forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs _forward_hooks_always_called _state_dict_hooks "
        "_state_dict_pre_hooks _load_state_dict_pre_hooks _load_state_dict_post_hooks _modules _initializing dump_patches"
    ).split()
)
_CONSTANT_TYPES = (bool, float, int, str, type(None), Device, DType)
_KINDS = {
    "ModuleDict": "dict",
    "ModuleList": "list",
    "Sequential": "list",
    "ParameterList": "parameter list",
    "ParameterDict": "parameter dict",
}


class Attribute:
    """A value with a type for an attribute of a module: `self.names = rl.jit.Attribute([], list[str])`."""

    def __init__(self, value: Any, type: Any) -> None:
        self.value = value
        self.type = type


@dataclass(eq=False)
class LiveModule:
    """A module's script type, and what is known about its Python class."""

    python_class: type[Module]
    type: ClassType
    kind: str = ""
    functions: dict[str, Function] = field(default_factory=dict[str, Function])
    builtins: dict[str, str] = field(default_factory=dict[str, str])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    submodules: dict[str, LiveModule | InterfaceType] = field(default_factory=dict[str, "LiveModule | InterfaceType"])
    ignored: frozenset[str] = frozenset()
    hooks: tuple[tuple[Callable[..., Any], ...], ...] = ((), ())
    overloaded: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    is_compiled: bool = False

    def equals(self, other: LiveModule) -> bool:
        """Whether two modules can share a type."""
        return (
            self.python_class is other.python_class
            and list(self.type.attributes.items()) == list(other.type.attributes.items())
            and _same_constants(self.type.constants, other.type.constants)
            and self.functions == other.functions
            and self.builtins == other.builtins
            and self.submodules == other.submodules
            and self.ignored == other.ignored
            and self.hooks == other.hooks
        )

    # what the compiler asks: see `module_values.ModuleInfo`

    def submodule(self, name: str) -> ModuleInfo | None:
        """The same about a submodule; None where it is known by its interface only."""
        found = self.submodules.get(name)
        return found if isinstance(found, LiveModule) else None

    def overloads(self, name: str) -> tuple[str, ...]:
        """Methods that stand for an overloaded one."""
        return self.overloaded.get(name, ())

    def member(self, name: str, owner: Value, emitter: Emitter, span: Span) -> SugaredValue | None:
        """Functions kept as attributes, and methods of the Python class, which are compiled from here on."""
        if name in self.functions:
            return FunctionValue(self.functions[name])
        if name in self.builtins:
            return BuiltinFunction(self.builtins[name])
        static = inspect.getattr_static(self.python_class, name, None)
        if isinstance(static, staticmethod):
            return SCOPE.value(cast("Any", static).__func__, emitter, span)
        method = getattr(self.python_class, name, None)
        if not isinstance(method, FunctionType):
            return None
        if is_left_to_python(method):
            return ignored_value(method, owner)
        self.add_method(method, name)
        return MethodValue(owner, (name,))

    def why_missing(self, name: str) -> str:
        """Why the live module's attribute has no type."""
        if name in self.failed:
            return self.failed[name]
        return "attribute was ignored during compilation" if name in self.ignored else ""

    # methods

    def add_method(self, method: Callable[..., Any], name: str) -> Function:
        """A method of the type, compiled when it is first wanted."""
        function = self.method_function(method, name)
        self.type.methods[name] = function
        return function

    def method_function(self, method: Callable[..., Any], name: str) -> Function:
        """A function of the module and more, which is not a method yet."""
        plain = plain_function(method)
        return Function(
            f"{self.type.qualified_name}.{name}",
            lambda target: define_method(target, plain, self.type, self.sugar, {}),
            call_name=f"{self.type.name}.{name}",
        )

    def sugar(self, value: Value) -> SugaredValue:
        """What `self` stands for in a method."""
        return ModuleValue(value, self)

    def add_overloads(self, name: str, method: Callable[..., Any], declared: list[Callable[..., Any]]) -> list[Function]:
        """An overloaded method: one method of the type for each declared signature, `name__0` and so on."""
        plain = plain_function(method)
        made: list[Function] = []
        for number, signature in enumerate(declared):
            function = Function(
                f"{self.type.qualified_name}.{name}__{number}",
                lambda target, signature=signature: define_method(target, plain, self.type, self.sugar, {}, signature),
                call_name=f"{self.type.name}.{name}",
            )
            self.type.methods[function.name] = function
            made.append(function)
        self.overloaded[name] = tuple(function.name for function in made)
        return made

    def add_property(self, name: str, found: property) -> None:
        """The getter and setter of a property, as methods."""
        assert found.fget is not None
        getter = self.add_method(found.fget, f"__{name}_getter")
        setter = self.add_method(found.fset, f"__{name}_setter") if found.fset is not None else None
        self.type.properties[name] = Property(getter, setter)


def _same_constants(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    return list(first.items()) == list(second.items()) and all(type(first[name]) is type(second[name]) for name in first)


# the types that exist, by Python class

_known: WeakKeyDictionary[type[Module], list[LiveModule]] = WeakKeyDictionary()


def live_module(module: Module, *, shared: bool = True) -> LiveModule:
    """The type of a module: one that an equal module has, or a new one, which is not `shared` where it gains methods of its own."""
    made = _infer(module)
    known = _known.setdefault(type(module), [])
    for found in known:
        if shared and found.equals(made):
            return found
    made.type.rename(NAMES.claim(made.type.qualified_name))
    if shared:
        known.append(made)
    return made


def is_known(kind: type) -> bool:
    """Whether modules of a class have types."""
    return bool(_known.get(kind))


def forget(made: LiveModule) -> None:
    """Drop a type whose methods do not compile, so that nobody shares it."""
    known = _known.get(made.python_class, [])
    if made in known:
        known.remove(made)


def annotations_of(module: Module) -> dict[str, object]:
    """Annotations of the attributes: those of the nearest class that has any, as PyTorch looks them up."""
    for kind in type(module).__mro__:
        found = vars(kind).get("__annotations__")
        if found:
            return dict(found)
    return {}


class _Inference:
    """Fills a `LiveModule` from one instance."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.annotations = annotations_of(module)
        ignored = frozenset(cast("list[str]", getattr(module, "__jit_ignored_attributes__", [])))
        self.made = LiveModule(type(module), ClassType(qualified_name(type(module)), is_module=True), _kind(module), ignored=ignored)
        self.added: set[str] = set()

    def type_of(self, name: str, value: object) -> Type:
        """The type that an annotation gives an attribute, or its value."""
        annotation = self.annotations.get(name)
        if annotation is not None and name != "forward":
            return self.annotated(annotation)
        if isinstance(value, Attribute):
            return self.annotated(value.type)
        return infer_type(value, _special_type)

    def annotated(self, annotation: object) -> Type:
        """The type that an annotation stands for, in the modules that define the class and its bases."""
        names: dict[str, object] = {}
        for kind in reversed(type(self.module).__mro__):
            module = sys.modules.get(kind.__module__)
            names |= vars(module) if module is not None else {}
        return PythonResolver(names, SCOPE.class_type, SCOPE.value).annotations.of_object(annotation)

    def members(self) -> None:
        """Parameters, buffers, then everything in the instance's dictionary."""
        for name, parameter in self.module._parameters.items():
            self.tensor(name, parameter, is_parameter=True)
        for name, buffer in self.module._buffers.items():
            self.tensor(name, buffer, is_parameter=False)
        submodules = self.submodules()
        self.constants()
        for name, value in self.module.__dict__.items():
            if name not in _IGNORED and not name.startswith("__") and name not in self.made.ignored and name not in self.added:
                self.attribute(name, value)
        for name, kind in submodules.items():
            self.made.type.add_attribute(name, kind)

    def tensor(self, name: str, value: object, *, is_parameter: bool) -> None:
        """One parameter or buffer."""
        if name in self.made.ignored:
            return
        kind = self.type_of(name, value)
        self.made.type.add_attribute(name, kind, is_parameter, not is_parameter)
        self.added.add(name)

    def submodules(self) -> dict[str, Type]:
        """Types of the submodules; those that are None are plain attributes."""
        found: dict[str, Type] = {}
        for name, module in self.module._modules.items():
            if name in self.made.ignored:
                continue
            if module is None:
                self.made.type.add_attribute(name, self.type_of(name, None) if name in self.annotations else NONE)
                continue
            annotation = self.annotations.get(name)
            interface = self.annotated(annotation) if annotation is not None and _is_interface(annotation) else None
            if isinstance(interface, InterfaceType):
                self.made.submodules[name] = interface
                found[name] = interface
            else:
                sub = live_type(module)
                if isinstance(sub, LiveModule):
                    self.made.submodules[name] = sub
                found[name] = sub.type if isinstance(sub, LiveModule) else sub
            self.added.add(name)
        return found

    def constants(self) -> None:
        """What `__constants__` and `Final` name."""
        names = dict.fromkeys(cast("list[str]", getattr(self.module, "__constants__", ())))
        names |= dict.fromkeys(name for name, annotation in self.annotations.items() if _is_final(annotation))
        for name in sorted(names):
            if name in self.added:
                self._warn(name, f"but it is a non-constant {self._sort(name)}. Consider removing it.")
            elif not hasattr(self.module, name):
                self._warn(name, "but was not actually set in __init__. Consider removing it.")
            else:
                self.made.type.constants[name] = valid_constant(name, getattr(self.module, name), type(self.module).__name__)
                self.added.add(name)

    def _sort(self, name: str) -> str:
        if name in self.module._modules:
            return "submodule"
        return "buffer" if name in self.module._buffers else "parameter"

    def _warn(self, name: str, reason: str) -> None:
        warnings.warn(f"'{name}' was found in ScriptModule constants, {reason}", stacklevel=2)

    def attribute(self, name: str, value: object) -> None:
        """One entry of the instance's dictionary."""
        if isinstance(value, FunctionType):
            self._function(name, value)
            return
        function = getattr(value, "_function", value)
        if isinstance(function, Function):
            self.made.functions[name] = function
            return
        if isinstance(value, Packet):
            self.made.builtins[name] = value.name
            return
        try:
            kind = self.type_of(name, value)
        except (InferenceError, ScriptError) as error:
            self._fail(name, value, error)
        else:
            self.made.type.add_attribute(name, kind)

    def _function(self, name: str, value: FunctionType) -> None:
        try:
            compiled = SCOPE.compiled(value)
            compiled.compile()
        except ScriptError as error:
            self.made.failed[name] = (
                "(This function exists as an attribute on the Python module, but we failed to compile it to a TorchScript function. "
                f"\nThe error stack is reproduced here:\n{error})"
            )
        else:
            self.made.functions[name] = compiled

    def _fail(self, name: str, value: object, error: Exception) -> None:
        inferred = "" if name in self.annotations else "Its type was inferred; try adding a type annotation for the attribute."
        reason = error.diagnostic.message if isinstance(error, ScriptError) else str(error)
        self.made.failed[name] = (
            f"(This attribute exists on the Python module, but we failed to convert Python type: '{type(value).__name__}' "
            f"to a TorchScript type. {reason}. {inferred})"
        )


def _infer(module: Module) -> LiveModule:
    inference = _Inference(module)
    inference.members()
    hooks = tuple(module._forward_hooks.values()), tuple(module._forward_pre_hooks.values())
    inference.made.hooks = cast("tuple[tuple[Callable[..., Any], ...], ...]", hooks)
    return inference.made


def live_type(module: Module) -> LiveModule | ClassType:
    """The type of a submodule, which may be scripted already."""
    scripted = getattr(module, "_c", None)
    if scripted is None:
        return live_module(module)
    known: LiveModule | None = module.__dict__.get("_live_module")
    return known if known is not None else scripted.type


def valid_constant(name: str, value: object, owner: str) -> object:
    """A constant as TorchScript keeps it: lists become tuples. `TypeError` for what cannot be one."""
    if isinstance(value, _CONSTANT_TYPES):
        return value.code if isinstance(value, DType) else value
    if isinstance(value, tuple | list):
        return tuple(valid_constant(name, item, owner) for item in cast("tuple[object, ...]", value))
    listed = ", ".join(kind.__name__ for kind in _CONSTANT_TYPES)
    raise TypeError(
        textwrap.dedent(f"""
        '{type(value).__name__}' object in attribute '{owner}.{name}' is not a valid constant.
        Valid constants are:
        1. a nn.ModuleList
        2. a value of type {{{listed}}}
        3. a list or tuple of (2)
        """)
    )


def _kind(module: Module) -> str:
    for kind in type(module).__mro__:
        if kind.__name__ in _KINDS and kind.__module__.startswith("rushlight."):
            return _KINDS[kind.__name__]
    return ""


def _special_type(value: object) -> Type | None:
    from enum import Enum

    from .python_classes import object_type

    if isinstance(value, Enum):
        return SCOPE.enum_type(type(value), NOWHERE)
    return object_type(value)


def _is_final(annotation: object) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("Final", "typing.Final", "torch.jit.Final", "rl.jit.Final"))
    from typing import Final

    return annotation is Final or get_origin(annotation) is Final


def _is_interface(annotation: object) -> bool:
    return isinstance(annotation, str) or hasattr(annotation, "__torch_script_interface__")
