"""Scripted modules and functions as Python objects.

In: an `Object` of a module's type, or a `Function`. Out: `RecursiveScriptModule`, an `nn.Module` whose parameters, buffers and attributes
are the object's, and `ScriptFunction`. Saving and printing code are done by hooks that `serialize` sets, as it lies above this package.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

from ..runtime.nn.module import Module
from ..runtime.tensor import Tensor
from ..runtime.typesystem import ClassType, InterfaceType, Type, is_subtype
from .boundary import CastError, Wrappers, caster, export
from .function import BoundMethod, Function
from .object import Object
from .script_methods import SCRIPTED, add_definition, compile_after_init

if TYPE_CHECKING:
    from ..runtime.schema import OpSchema
    from .ir import Graph
    from .live_modules import LiveModule


@dataclass(slots=True)
class Hooks:
    """What the packages above provide: writing archives and printing programs."""

    save: Callable[..., None] | None = None
    code: Callable[[Function], tuple[str, list[object]]] | None = None


HOOKS = Hooks()


def set_archive_writer(writer: Callable[..., None]) -> None:
    """Provide `save(object, file, extra_files)`."""
    HOOKS.save = writer


def set_code_printer(printer: Callable[[Function], tuple[str, list[object]]]) -> None:
    """Provide `code(function)`: the text of a function and the constants it names."""
    HOOKS.code = printer


def print_code(function: Function) -> tuple[str, list[object]]:
    """A function as text, and the constants that the text names."""
    assert HOOKS.code is not None, "the code printer was not set"
    return HOOKS.code(function)


class _Slots(MutableMapping[str, Any]):
    """Parameters or buffers of an object, as `nn.Module` keeps them."""

    def __init__(self, owner: Object, *, parameters: bool) -> None:
        self.owner = owner
        self.parameters = parameters

    def _names(self) -> list[str]:
        attributes = self.owner.type.attributes
        return [name for name, found in attributes.items() if (found.is_parameter if self.parameters else found.is_buffer)]

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self.owner.slots[name]

    def __contains__(self, name: object) -> bool:
        found = self.owner.type.attributes.get(cast("str", name))
        return found is not None and (found.is_parameter if self.parameters else found.is_buffer) and name in self.owner.slots

    def __setitem__(self, name: str, value: Any) -> None:
        self.owner.set(name, value)

    def __delitem__(self, name: str) -> None:
        raise RuntimeError(f"cannot delete '{name}' of a ScriptModule")

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names() if name in self.owner.slots)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Submodules(MutableMapping[str, Any]):
    """Submodules of an object as scripted modules; they are made when they are first looked at."""

    def __init__(self, owner: Object) -> None:
        self.owner = owner

    def _holds(self, name: str) -> bool:
        found = self.owner.type.attributes.get(name)
        return found is not None and _is_module_type(found.type)

    def __getitem__(self, name: str) -> Any:
        if not self._holds(name):
            raise KeyError(name)
        return wrap_module(cast("Object", self.owner.slots[name]))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._holds(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, ScriptModule):
            value = value.__dict__.get(SCRIPTED, value)
        if not isinstance(value, RecursiveScriptModule):
            raise RuntimeError(
                "Cannot re-assign modules in a ScriptModule with non-scripted module, tried to replace existing module "
                f"'{name}': {self.owner.slots.get(name)}"
            )
        self.owner.set(name, _fitting(name, value._c, self.owner.type.attributes[name].type))

    def __delitem__(self, name: str) -> None:
        raise RuntimeError(f"cannot delete submodule '{name}' of a ScriptModule")

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.owner.type.attributes if self._holds(name) and name in self.owner.slots)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _fitting(name: str, module: Object, wanted: Type) -> Object:
    """A module that becomes the submodule `name` of type `wanted`. Raises RuntimeError where it offers less."""
    if is_subtype(module.type, wanted):
        return module
    given = module.type.annotation()
    if not isinstance(wanted, InterfaceType):
        raise RuntimeError(f"Expected a value of type '{wanted.annotation()}' for field '{name}', but found '{given}'")
    reason = f"Object {module!r} is not compatible with interface {wanted.annotation()}\n"
    for offered, schema in wanted.methods.items():
        method = module.type.methods.get(offered)
        if method is None:
            raise RuntimeError(f"{reason}Class '{given}' does not have method '{offered}' but '{wanted.annotation()}' does.")
        reason += f"Method on class '{given}' (1) and on interface '{wanted.annotation()}' (2)\n (1) {method.schema}\n (2) {schema}\n"
    raise RuntimeError(reason)


def _is_module_type(kind: Type) -> bool:
    return isinstance(kind, ClassType | InterfaceType) and kind.is_module


_wrapped: WeakValueDictionary[int, RecursiveScriptModule] = WeakValueDictionary()


class ScriptModule(Module):
    """Base of scripted modules, and of classes whose methods `script_method` marks: see `script_methods.py`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__name__ != "RecursiveScriptModule" or cls.__module__ != __name__:
            compile_after_init(cls)

    def __getattr__(self, name: str) -> Any:
        scripted = self.__dict__.get(SCRIPTED)
        return getattr(scripted, name) if scripted is not None else super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        scripted = self.__dict__.get(SCRIPTED)
        if scripted is not None:
            setattr(scripted, name, value)
        else:
            super().__setattr__(name, value)

    def define(self, src: str) -> None:
        """Compile methods given as text; they see the names of the caller."""
        from .text_functions import caller_names

        names = caller_names(1)
        scripted: RecursiveScriptModule | None = self.__dict__.get(SCRIPTED)
        if scripted is None:
            add_definition(self, src, names)
        else:
            scripted.define_with(src, names)


class RecursiveScriptModule(ScriptModule):
    """A module in TorchScript: made by `script`, `load` and `freeze`."""

    _c: Object

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # what derives from this class is compiled already
        super(ScriptModule, cls).__init_subclass__(**kwargs)

    def __init__(self, owner: Object) -> None:
        super().__init__()
        members = self.__dict__
        del members["training"]
        members["_is_full_backward_hook"] = None
        members["_c"] = owner
        members["_parameters"] = _Slots(owner, parameters=True)
        members["_buffers"] = _Slots(owner, parameters=False)
        members["_modules"] = _Submodules(owner)
        members["_live_module"] = None
        if "forward" in owner.type.methods:
            members["forward"] = self._method("forward")
        _wrapped[id(owner)] = self

    def adopt(self, module: Module, live: LiveModule, children: dict[str, RecursiveScriptModule]) -> None:
        """Remember the live module's type, and keep its Python methods."""
        from .modules import python_methods

        self.__dict__["_live_module"] = live
        # the wrappers of children stay as long as this one
        self.__dict__["_children"] = children
        for name, method in python_methods(module).items():
            self.__dict__[name] = method.__get__(self)
        self.__dict__["_non_persistent_buffers_set"] = set(module._non_persistent_buffers_set)

    def find_hooks(self) -> None:
        """Run compiled hooks around calls from Python, as calls from compiled code do."""
        kind = self._c.type
        for hooks, functions in ((self._forward_pre_hooks, kind.forward_pre_hooks), (self._forward_hooks, kind.forward_hooks)):
            for number, function in enumerate(functions):
                hooks[number] = cast("Function", function)
        if "forward" in kind.methods:
            self.__dict__["forward"] = self._method("forward")

    # attributes

    def _forward(self) -> ScriptMethod:
        if "forward" not in self._c.type.methods:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute 'forward'")
        return self._method("forward")

    def _method(self, name: str) -> ScriptMethod:
        return ScriptMethod(cast("Function", self._c.type.methods[name]), self._c)

    def __getattr__(self, name: str) -> Any:
        owner: Object | None = self.__dict__.get("_c")
        if owner is None:
            raise RuntimeError("ScriptModule has not been initialized, did you forget to call super's init?")
        if name in self._modules:
            return self._modules[name]
        if name in owner.slots:
            return export(owner.slots[name])
        if name in owner.type.methods:
            found = self.__dict__[name] = self._method(name)
            return found
        if name in owner.type.properties:
            return cast("Function", owner.type.properties[name].getter)(owner)
        if name in owner.type.constants and not name.startswith("_"):
            return owner.type.constants[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        owner: Object | None = self.__dict__.get("_c")
        if owner is None:
            super().__setattr__(name, value)
            return
        kind = owner.type
        if name in self._modules:
            self._modules[name] = value
        elif name in kind.attributes:
            try:
                owner.slots[name] = value if isinstance(value, Tensor) else caster(kind.attributes[name].type)(value)
            except CastError as error:
                wanted = kind.attributes[name].type.annotation()
                raise RuntimeError(f"Could not cast attribute '{name}' to type {wanted}: {error}") from None
        elif name in kind.properties and kind.properties[name].setter is not None:
            cast("Function", kind.properties[name].setter)(owner, value)
        elif name in kind.constants:
            raise AttributeError(f"Cannot mutate TorchScript constant value: '{name}'. Value: '{value}'")
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)

    # programs

    @property
    def graph(self) -> Graph:
        """The graph of `forward`."""
        if "forward" not in self._c.type.methods:
            raise RuntimeError("Method 'forward' is not defined.")
        return self._method("forward").graph

    @property
    def inlined_graph(self) -> Graph:
        """The graph of `forward` with the bodies of everything it calls."""
        return self._forward().inlined_graph

    @property
    def code(self) -> str:
        """`forward` as text."""
        return self._forward().code

    @property
    def code_with_constants(self) -> tuple[str, Any]:
        """`forward` as text, and the constants that the text names."""
        return self._forward().code_with_constants

    def graph_for(self, *args: Any, **kwargs: Any) -> Graph:
        """The graph that `forward` runs for these arguments."""
        return self._forward().graph_for(*args, **kwargs)

    @property
    def original_name(self) -> str:
        """Name of the class it was made from."""
        return self._c.type.name

    @property
    def qualified_name(self) -> str:
        """Full name of its type."""
        return self._c.type.qualified_name

    def extra_repr(self) -> str:
        """The class it was made from."""
        return f"original_name={self.original_name}"

    def define(self, src: str) -> None:
        """Compile methods given as text into the module's type; they see the names of the caller."""
        from .text_functions import caller_names

        self.define_with(src, caller_names(1))

    def define_with(self, source: str, names: dict[str, object]) -> None:
        """Compile methods given as text, which see `names`, into the module's type."""
        from .text_functions import define_methods

        define_methods(self._c.type, self.__dict__["_live_module"], source, names)

    # saving and copying

    def save(self, f: Any, **kwargs: Any) -> None:
        """Write the module to a TorchScript archive; see `rushlight.jit.save`."""
        assert HOOKS.save is not None, "the archive writer was not set"
        HOOKS.save(self._c, f, **kwargs)

    def save_to_buffer(self, **kwargs: Any) -> bytes:
        """The bytes of the archive."""
        import io

        buffer = io.BytesIO()
        self.save(buffer, **kwargs)
        return buffer.getvalue()

    def __copy__(self) -> RecursiveScriptModule:
        return wrap_module(Object(self._c.type, dict(self._c.slots)))

    def __deepcopy__(self, memo: dict[int, Any]) -> RecursiveScriptModule:
        return wrap_module(copy.deepcopy(self._c, memo))

    def __reduce_ex__(self, protocol: Any) -> Any:
        import pickle

        raise pickle.PickleError(
            "ScriptModules cannot be saved using torch.save. Mixed serialization of script and non-script modules is not supported. "
            "For purely script modules use my_script_module.save(<filename>) instead."
        )

    # containers

    def __len__(self) -> int:
        return self._magic("__len__")()

    def __contains__(self, key: Any) -> bool:
        return self._magic("__contains__")(key)

    def __iter__(self) -> Iterator[Any]:
        if "__len__" not in self._c.type.methods:
            return self._magic("__iter__")()
        return iter(self._modules.values())

    def __getitem__(self, index: Any) -> Any:
        if "__getitem__" in self._c.type.methods or "__len__" not in self._c.type.methods:
            return self._magic("__getitem__")(index)
        children = cast("_Submodules", self._modules)
        return children[index] if isinstance(index, str) else list(children.values())[index]

    def __bool__(self) -> bool:
        return True

    def _magic(self, name: str) -> Any:
        if name not in self._c.type.methods:
            raise NotImplementedError(f"'{self.original_name}' has no compiled method {name}")
        return self._method(name)


class ConstantMap:
    """The constants that a program's text names: `constants.c0`."""

    def __init__(self, constants: list[object]) -> None:
        self.const_mapping = {f"c{place}": value for place, value in enumerate(constants)}

    def __getattr__(self, name: str) -> Any:
        if name == "const_mapping" or name not in self.const_mapping:
            raise AttributeError(f"the program has no constant '{name}'")
        return self.const_mapping[name]

    def __repr__(self) -> str:
        return f"ConstantMap({self.const_mapping})"


class ScriptMethod(BoundMethod):
    """A compiled method of a scripted module."""

    @property
    def code(self) -> str:
        """The method as text."""
        return print_code(self.function)[0]

    @property
    def code_with_constants(self) -> tuple[str, Any]:
        """The method as text, and the constants that the text names, as `c0`, `c1`, ..."""
        text, constants = print_code(self.function)
        return text, ConstantMap(constants)

    @property
    def qualified_name(self) -> str:
        """Full name."""
        return self.function.qualified_name


class ScriptFunction:
    """A compiled function."""

    def __init__(self, function: Function, original: Callable[..., Any] | None = None) -> None:
        self._function = function
        if original is not None:
            self.__doc__ = original.__doc__
            self.__name__ = original.__name__
            self.__module__ = original.__module__

    @property
    def name(self) -> str:
        """Name."""
        return self._function.name

    @property
    def qualified_name(self) -> str:
        """Full name."""
        return self._function.qualified_name

    @property
    def schema(self) -> OpSchema:
        """Parameters and result."""
        return self._function.schema

    @property
    def graph(self) -> Graph:
        """The typed graph."""
        return self._function.graph

    @property
    def inlined_graph(self) -> Graph:
        """The graph with the bodies of everything it calls."""
        return self._function.inlined_graph

    @property
    def code(self) -> str:
        """The function as text."""
        return print_code(self._function)[0]

    @property
    def code_with_constants(self) -> tuple[str, Any]:
        """The function as text, and the constants that the text names, as `c0`, `c1`, ..."""
        text, constants = print_code(self._function)
        return text, ConstantMap(constants)

    def graph_for(self, *args: Any, **kwargs: Any) -> Graph:
        """The graph that a call with these arguments runs."""
        return self._function.graph_for(*args, **kwargs)

    def save(self, f: Any, _extra_files: dict[str, Any] | None = None) -> None:
        """Write the function to a TorchScript archive, as the `forward` of a module."""
        assert HOOKS.save is not None, "the archive writer was not set"
        HOOKS.save(self._function, f, _extra_files=_extra_files)

    def save_to_buffer(self, _extra_files: dict[str, Any] | None = None) -> bytes:
        """The bytes of the archive."""
        import io

        buffer = io.BytesIO()
        self.save(buffer, _extra_files)
        return buffer.getvalue()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<ScriptFunction {self.qualified_name}>"


class RecursiveScriptClass:
    """An object of a script class: attributes and methods are the compiled ones."""

    _c: Object

    def __init__(self, owner: Object) -> None:
        object.__setattr__(self, "_c", owner)

    def __getattr__(self, name: str) -> Any:
        owner: Object = self.__dict__["_c"]
        if name in owner.slots:
            return export(owner.slots[name])
        if name in owner.type.methods:
            return owner.method(name)
        if name in owner.type.properties:
            return cast("Function", owner.type.properties[name].getter)(owner)
        raise AttributeError(f"'{owner.type.annotation()}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        owner = self._c
        if name not in owner.type.attributes:
            raise AttributeError(f"'{owner.type.annotation()}' object has no attribute '{name}'")
        owner.slots[name] = caster(owner.type.attributes[name].type)(value)

    def __repr__(self) -> str:
        return f"<object of {self._c.type.annotation()}>"


_MAGIC_METHODS = (
    "__len__ __neg__ __mul__ __sub__ __add__ __pow__ __truediv__ __mod__ __ne__ __eq__ __lt__ __gt__ __le__ __ge__ __and__ __or__ __xor__ "
    "__getitem__ __setitem__ __call__ __int__ __float__ __bool__ __str__ __enter__ __exit__ __contains__"
).split()


def _forward(name: str) -> Callable[..., Any]:
    plain = getattr(object, name, None)

    def call(self: RecursiveScriptClass, *args: Any) -> Any:
        if name in self._c.type.methods:
            return self._c.method(name)(*args)
        if plain is not None:
            return plain(self, *args)
        if name == "__bool__":
            return True
        raise TypeError(f"'{self._c.type.annotation()}' object has no method {name}")

    call.__name__ = name
    return call


for _name in _MAGIC_METHODS:
    setattr(RecursiveScriptClass, _name, _forward(_name))
RecursiveScriptClass.__hash__ = object.__hash__


def wrap_module(owner: Object) -> RecursiveScriptModule:
    """The scripted module of an object: always the same while it is alive."""
    found = _wrapped.get(id(owner))
    if found is None:
        found = RecursiveScriptModule(owner)
        found.find_hooks()
    return found


def _wrap(value: Object) -> object:
    return wrap_module(value) if value.type.is_module else RecursiveScriptClass(value)


def _unwrap(value: object) -> Object | None:
    if isinstance(value, Object):
        return value
    if isinstance(value, RecursiveScriptModule | RecursiveScriptClass):
        return value._c
    from .python_classes import object_of

    return object_of(value)


Wrappers.wrap = staticmethod(_wrap)
Wrappers.unwrap = staticmethod(_unwrap)
