"""What the names in a torch.save file stand for: the list of functions and classes that a pickle may use, and nothing else.

In: a module and a name from the file. Out: a `Known`, or a value such as a dtype. No name is imported or looked up anywhere
but in this table, in the classes of `rushlight.nn`, and in what the caller allowed. saved_plain.py has the part that is plain
data of Python and NumPy; saved_tensors.py makes tensors.
"""

from __future__ import annotations

import importlib
import inspect
import os
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from ..runtime import layout
from ..runtime.device import Device
from ..runtime.dtype import BY_NAME
from ..runtime.nn import modules as module_package
from ..runtime.nn.module import Module
from ..runtime.nn.parallel import DataParallel
from ..runtime.nn.parameter import Parameter
from ..runtime.storages import TypedStorage
from ..runtime.tensor import Size, Tensor
from . import saved_tensors
from .errors import ArchiveError, UnlistedError, shown
from .inert import DimRange, InertName, InertObject, OtherDType, QuantizationScheme
from .key_hashing import KeyClock
from .saved_library import LIBRARY, OWNER, build_library, function_of, functions, named_results
from .saved_numpy import NUMPY, SCALAR_CLASSES, build_numpy
from .saved_plain import PLAIN, build_plain
from .saved_storages import BUDGET_CONSTANT, SavedStorage, Storages, storage_class
from .script_pickle import arguments_of
from .trust import AS_DATA
from .unpickler import MAX_ODD_KEYS, has_chosen_hash, is_plain_key

Arguments = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A function or class that files may refer to: what calling it gives, and what NEWOBJ makes of it."""

    name: str
    call: Callable[[Arguments], object] | None = None
    make: Callable[[Arguments], object] | None = None
    copies: bool = True
    """Whether a call may copy what it is given."""
    is_trusted: bool = False
    """Whether it is the caller's."""

    def __repr__(self) -> str:
        return f"<{self.name}, named by a file>"


class SavedBuilder:
    """The builder of torch.save pickles. `allowed` has the objects that the caller trusts, by `module.name`."""

    def __init__(self, storages: Storages, allowed: Mapping[str, Any]) -> None:
        self.storages = storages
        self.allowed = allowed
        self.has_unlisted = False
        """Whether the file is refused: the rest of it is read to name everything, and code of the caller's is not run any more."""
        self._trusted_classes = {value for value in allowed.values() if isinstance(value, type)}

    def find_global(self, module: str, name: str) -> object:
        """What a listed name stands for; UnlistedError that says how to allow the others."""
        module, name = PYTHON_2.get((module, name), (PYTHON_2_MODULES.get(module, module), name))
        full_name = f"{module}.{name}"
        if full_name in self.allowed:
            value = self.allowed[full_name]
            return InertName(module, name) if value is AS_DATA or self.has_unlisted else _trusted(full_name, value)
        found = table().get(full_name)
        if found is not None:
            return found
        if module in ("torch", "torch.storage", "torch.cuda"):
            storage = storage_class(name)
            if storage is not None:
                return storage
        if full_name in functions():
            return functions()[full_name]
        if module.startswith("torch.nn."):
            kind = module_classes().get(full_name)
            if kind is not None:
                return _module_class(full_name, kind)
        if module == "torch.return_types" and (named := named_results(name)) is not None:
            return Known(full_name, call=named)
        if any(known.startswith(f"{full_name}.") for known in self.allowed):
            # a class that an allowed one lies in: protocols below 4 name both
            return InertName(module, name)
        self.has_unlisted = True
        raise UnlistedError((full_name,))

    def call(self, function: object, argument: object) -> object:
        """REDUCE: the result of a listed function."""
        if function is RECONSTRUCTOR:
            return self._reconstruct(argument)
        if function is GETATTR:
            return self._attribute(argument)
        if isinstance(function, InertName | InertObject):
            return self._keep(function, argument, is_new=False)
        if not isinstance(function, Known) or function.call is None:
            raise ArchiveError(f"{_describe(function)} is called")
        if not isinstance(argument, tuple):
            raise ArchiveError(f"{function.name} is called with a {type(argument).__name__}, not with a tuple")
        if function.is_trusted and self.has_unlisted:
            return self._keep(function, cast("object", argument), is_new=False)
        arguments = cast("Arguments", argument)
        if function.name in KEEPING and any(isinstance(one, InertName | InertObject) for one in arguments[:2]):
            return self._keep(function, arguments, is_new=False)
        if function.copies:
            self.storages.budget.spend(OBJECT_COST + _cost(arguments, function.name in HASHING))
        return _guarded(function.name, function.call, arguments)

    def _keep(self, maker: InertName | InertObject | Known, argument: object, *, is_new: bool) -> InertObject:
        """An object that is kept as data."""
        if not isinstance(argument, tuple):
            raise ArchiveError(f"{maker!r} is called with a {type(argument).__name__}, not with a tuple")
        self.storages.budget.spend(OBJECT_COST)
        return InertObject(maker, cast("Arguments", argument), is_new)

    def _attribute(self, argument: object) -> object:
        """How protocols below 4 name what lies in a class: functions of torch, and what the caller allowed by its whole name."""
        parts = cast("Arguments", argument) if isinstance(argument, tuple) else ()
        found = function_of(parts)
        if found is not None:
            return found
        if len(parts) == 2 and isinstance(parts[1], str):
            owner, name = parts
            if isinstance(owner, InertName) and owner is not OWNER:
                return self.find_global(owner.module, f"{owner.name}.{name}")
            if isinstance(owner, Known) and owner.is_trusted:
                module, _, outer = owner.name.rpartition(".")
                return self.find_global(module, f"{outer}.{name}")
        self.has_unlisted = True
        raise UnlistedError((GETATTR.name,))

    def _reconstruct(self, argument: object) -> object:
        """How protocols 0 and 1 make objects: (class, the built-in class it derives from, that one's value)."""
        kind, base, state = arguments_of("copyreg._reconstructor", argument, ("class", "base", "state"), 3)
        if isinstance(base, Known) and base.name == "builtins.object" and state is None:
            return self.make(kind, ())
        return self.make(kind, (state,))

    def make(self, kind: object, argument: object) -> object:
        """NEWOBJ: an empty object of a listed class."""
        if isinstance(kind, InertName | InertObject):
            return self._keep(kind, argument, is_new=True)
        if not isinstance(kind, Known) or not isinstance(argument, tuple):
            raise ArchiveError(f"an object is made of {_describe(kind)}")
        if kind.is_trusted and self.has_unlisted:
            return self._keep(kind, cast("object", argument), is_new=True)
        arguments = cast("Arguments", argument)
        if kind.make is not None:
            self.storages.budget.spend(MODULE_COST if kind.name.startswith("torch.nn.") else 0)
            return _guarded(kind.name, kind.make, arguments)
        return self.call(kind, arguments)

    def build(self, instance: object, state: object) -> object:
        """BUILD: the object with its state."""
        if isinstance(instance, InertObject):
            instance.state = state
            return instance
        self.storages.budget.spend(_cost(cast("Arguments", state) if isinstance(state, tuple) else (state,), False))
        if type(instance) in self._trusted_classes:
            if self.has_unlisted:
                return instance
            build = _build_trusted
        elif isinstance(instance, Module):
            build = _build_module
            members = cast("dict[object, object]", state) if isinstance(state, dict) else {}
            self.storages.budget.spend(_cost((*members.values(),), False))
        elif isinstance(instance, Tensor):
            build = saved_tensors.with_attributes
        else:
            build = _build_object
        return _guarded(f"the state of a {type(instance).__name__}", build, cast("object", instance), cast("object", state))

    def load_persistent(self, identifier: object) -> object:
        """BINPERSID: a storage."""
        return self.storages.find(identifier)


HASHING = frozenset(("builtins.set", "builtins.frozenset"))
ITEM_COST, VALUE_COST, OBJECT_COST, MODULE_COST = 8, 64, 256, 4096
"""Bytes for an item of a list, for a value that is looked at by itself, for an object, and for a module."""
ODD_KEY_COST = BUDGET_CONSTANT // MAX_ODD_KEYS


def _cost(values: Iterable[object], is_hashing: bool) -> int:
    """Bytes that a copy of these values takes, apart from what they contain; few of their items may have chosen hashes."""
    cost = 0
    for value in values:
        cost += VALUE_COST
        if isinstance(value, str | bytes | bytearray):
            cost += len(value)
        elif isinstance(value, tuple | list | dict | set | frozenset):
            items = cast("Collection[object]", value)
            cost += (VALUE_COST if is_hashing or isinstance(value, dict) else ITEM_COST) * len(items)
            cost += ODD_KEY_COST * sum(map(has_chosen_hash, items)) if is_hashing else 0
    return cost


def _guarded(name: str, function: Callable[..., object], *values: object) -> object:
    """What a function makes of values of the file; whatever it objects to is the file's fault."""
    try:
        return function(*values)
    except (ArchiveError, MemoryError):
        raise
    except Exception as error:
        raise ArchiveError(f"{name}: {error}") from error


PYTHON_2_MODULES = {"__builtin__": "builtins", "copy_reg": "copyreg", "torch.tensor": "torch._tensor"}
PYTHON_2 = {
    ("__builtin__", "long"): ("builtins", "int"),
    ("__builtin__", "unicode"): ("builtins", "str"),
    ("__builtin__", "xrange"): ("builtins", "range"),
}
"""Names of Python 2, which pickles of protocol 2 and below use."""


def _describe(value: object) -> str:
    return value.name if isinstance(value, Known) else f"a {type(value).__name__}"


# Objects of the caller's classes


def _trusted(name: str, value: Any) -> object:
    if not callable(value):
        return value
    if not isinstance(value, type):
        return Known(name, call=lambda arguments: value(*arguments), is_trusted=True)
    kind: Any = value
    return Known(name, call=lambda arguments: kind(*arguments), make=lambda arguments: kind.__new__(kind, *arguments), is_trusted=True)


def _build_trusted(instance: Any, state: object) -> object:
    """An object of a class that the caller allowed, with its state, by its own `__setstate__` if it has one."""
    if hasattr(instance, "__setstate__"):
        instance.__setstate__(state)
        return instance
    pair: Arguments = cast("Arguments", state) if type(state) is tuple else (state,)
    members, slots = arguments_of("BUILD", pair, ("members", "slots"), 1)
    if isinstance(members, dict) and members:
        cast("dict[str, object]", vars(instance)).update(cast("dict[str, object]", members))
    if not isinstance(members, dict | None) or not isinstance(slots, dict | None):
        raise ArchiveError(f"the state of a {type(instance).__name__} must be a dict of members, or a pair of that and one of slots")
    for name, item in cast("dict[str, object]", slots or {}).items():
        setattr(instance, name, item)
    return instance


# Modules


@cache
def module_classes() -> dict[str, type[Module]]:
    """The classes of `rushlight.nn` under the names that PyTorch gives them."""
    folder = os.path.dirname(os.path.abspath(module_package.__file__ or ""))
    found: dict[str, type[Module]] = {}
    for file in sorted(os.listdir(folder)):
        if file.endswith(".py") and file != "__init__.py":
            module = importlib.import_module(f"{module_package.__name__}.{file.removesuffix('.py')}")
            for name, value in vars(module).items():
                if isinstance(value, type) and issubclass(value, Module) and value.__module__ == module.__name__:
                    found[f"torch.nn.modules.{file.removesuffix('.py')}.{name}"] = value
    found["torch.nn.parallel.data_parallel.DataParallel"] = found["torch.nn.parallel.DataParallel"] = DataParallel
    return found


def _module_class(name: str, kind: type[Module]) -> Known:
    def make(arguments: Arguments) -> object:
        if arguments:
            raise ArchiveError(f"{name} is made with arguments")
        made = kind.__new__(kind)
        Module.__init__(made)
        return made

    return Known(name, make=make)


def _build_object(instance: object, state: object) -> object:
    """An object that is neither a module nor a tensor, with its state."""
    for build in (build_numpy, build_library):
        built = build(instance, state)
        if built is not None:
            return built
    return build_plain(instance, state)


OVERLOADS = "__overloads__"
"""A dict that PyTorch 1.2 and 1.3 put into each module; nothing reads it."""
KINDS_OF_MEMBERS = {"_modules": Module | InertObject | None, "_parameters": Parameter | None, "_buffers": Tensor | None}


def _build_module(instance: Module, state: object) -> object:
    """A module with the members that the file gives it."""
    members = cast("dict[object, object]", state) if isinstance(state, dict) else {}
    known = vars(instance)
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in members):
        raise ArchiveError(f"the members of a {type(instance).__name__} must be a dict with names")
    for name, value in cast("dict[str, object]", members).items():
        if isinstance(known.get(name), dict) and not isinstance(value, dict) and name.startswith("_"):
            raise ArchiveError(f"member {name} of a {type(instance).__name__} must be a dict, but it is a {type(value).__name__}")
        if name in KINDS_OF_MEMBERS:
            for key, one in cast("dict[object, object]", value).items():
                if not isinstance(key, str) or not isinstance(one, KINDS_OF_MEMBERS[name]):
                    raise ArchiveError(f"{shown(key)} in {name} of a {type(instance).__name__} is a {type(one).__name__}")
        hidden: object = inspect.getattr_static(type(instance), name, None)
        if (name.startswith("__") and name != OVERLOADS) or callable(hidden) or hasattr(hidden, "__get__"):
            raise ArchiveError(f"member {name} of a {type(instance).__name__} would hide a method")
    instance.__setstate__(cast("dict[str, Any]", members))
    return instance


# The list


def _size(arguments: Arguments) -> object:
    (sizes,) = arguments_of("torch.Size", arguments, ("sizes",), 1)
    items = cast("Arguments | list[object]", sizes) if isinstance(sizes, tuple | list) else (None,)
    if not all(type(item) is int for item in items):
        raise ArchiveError("torch.Size takes a tuple of ints")
    return Size(cast("tuple[int, ...]", tuple(items)))


def _device(arguments: Arguments) -> object:
    kind, index = arguments_of("torch.device", arguments, ("type", "index"), 1)
    if not isinstance(kind, str) or not (index is None or type(index) is int):
        raise ArchiveError("torch.device takes a type and an index")
    return Device(kind, index)


def _layout(arguments: Arguments) -> object:
    (name,) = arguments_of("_get_layout", arguments, ("name",), 1)
    for code in range(8):
        kind = layout.layout_kind(code)
        if repr(kind) == name:
            return kind
    raise ArchiveError(f"{shown(name)} is no layout")


def _ordered_dict(arguments: Arguments) -> object:
    (pairs,) = arguments_of("OrderedDict", arguments, ("pairs",), 0)
    made: OrderedDict[object, object] = OrderedDict()
    if not isinstance(pairs, list | None):
        raise ArchiveError("OrderedDict takes pairs of a name and a value")
    for piece in KeyClock().pieces(cast("list[object]", pairs or [])):
        _add_pairs(made, piece)
    return made


def _add_pairs(made: OrderedDict[object, object], pairs: list[object]) -> None:
    for pair in pairs:
        key, value = arguments_of("OrderedDict", tuple(cast("Arguments", pair)) if isinstance(pair, list) else pair, ("key", "value"), 2)
        if not is_plain_key(key) or has_chosen_hash(key):
            raise ArchiveError("OrderedDict takes pairs of a name and a value")
        made[key] = value


def _counter(arguments: Arguments) -> object:
    (counts,) = arguments_of("Counter", arguments, ("counts",), 0)
    if not isinstance(counts, dict | None):
        raise ArchiveError("Counter takes a dict")
    return Counter(cast("dict[object, int]", counts or {}))


def _storage_from_type(arguments: Arguments) -> object:
    (storage,) = arguments_of("TypedStorage", arguments, ("storage",), 1)
    if not isinstance(storage, SavedStorage):
        raise ArchiveError("a storage is made of something that is no storage of the file")
    return TypedStorage(storage.storage, storage.dtype)


def _dim_range(arguments: Arguments) -> object:
    if arguments:
        raise ArchiveError("_DimRange is made with arguments")
    return DimRange()


RECONSTRUCTOR, GETATTR = Known("copyreg._reconstructor"), Known("builtins.getattr")


@cache
def table() -> dict[str, object]:
    """`module.name` -> a `Known`, or the value itself."""
    tensors = {
        "_rebuild_tensor": saved_tensors.rebuild_tensor,
        "_rebuild_tensor_v2": saved_tensors.rebuild_tensor_v2,
        "_rebuild_tensor_v3": saved_tensors.rebuild_tensor_v3,
        "_rebuild_parameter": saved_tensors.rebuild_parameter,
        "_rebuild_parameter_with_state": saved_tensors.rebuild_parameter_with_state,
        "_rebuild_meta_tensor_no_storage": saved_tensors.rebuild_meta_tensor,
        "_rebuild_qtensor": saved_tensors.rebuild_quantized,
        "_rebuild_sparse_tensor": saved_tensors.rebuild_sparse,
        "_rebuild_nested_tensor": saved_tensors.rebuild_nested,
        "_rebuild_device_tensor_from_numpy": saved_tensors.rebuild_device_tensor,
        "_rebuild_device_tensor_from_cpu_tensor": saved_tensors.rebuild_device_tensor,
    }
    functions: dict[str, Callable[[Arguments], object]] = {
        "torch._tensor._rebuild_from_type_v2": saved_tensors.rebuild_from_type,
        "torch.nested._internal.nested_tensor._rebuild_njt": saved_tensors.rebuild_jagged,
        "torch.Size": _size,
        "torch.device": _device,
        "torch.serialization._get_layout": _layout,
        "torch.storage.TypedStorage": _storage_from_type,
        "collections.OrderedDict": _ordered_dict,
        "collections.Counter": _counter,
    }
    return {
        **{
            f"torch._utils.{name}": Known(f"torch._utils.{name}", call=function, copies=name in COPYING)
            for name, function in tensors.items()
        },
        **{name: Known(name, call=function) for name, function in functions.items()},
        **{name: Known(name, call=plain.call, make=plain.make) for name, plain in (PLAIN | NUMPY | LIBRARY).items()},
        **{name: Known(name) for name in CLASSES},
        **{name: InertName(*name.rsplit(".", 1)) for name in NAMES},
        RECONSTRUCTOR.name: RECONSTRUCTOR,
        GETATTR.name: GETATTR,
        **SCALAR_CLASSES,
        "torch._C._VariableFunctionsClass": OWNER,
        **{f"torch.{name}": dtype for name, dtype in BY_NAME.items()},
        **{f"torch.{name}": QuantizationScheme(name) for name in SCHEMES},
        **{f"torch.{name}": OtherDType(name) for name in OTHER_DTYPES},
        "torch._dynamo.decorators._DimRange": Known("torch._dynamo.decorators._DimRange", make=_dim_range),
        "builtins.Ellipsis": ...,
        "builtins.NotImplemented": NotImplemented,
    }


SCHEMES = (
    "per_tensor_affine", "per_channel_affine", "per_channel_affine_float_qparams", "per_tensor_symmetric", "per_channel_symmetric",
)
OTHER_DTYPES = (
    "quint2x4", "bits8", "bits16", "bits1x8", "bits2x4", "bits4x2", "float4_e2m1fn_x2",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in range(1, 8)),
)
NAMES = ("functools.partial", "torch._utils._rebuild_wrapper_subclass")
"""What is always kept as data."""
KEEPING = frozenset((
    "torch._tensor._rebuild_from_type_v2", "collections.defaultdict", "numpy.dtype", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
))
"""What is kept as data when it is called with something that is."""
COPYING = ("_rebuild_parameter_with_state", "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor")
"""Functions that copy more than a few numbers of what they are given."""
_ITEMS = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
CLASSES = (
    "torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter", "torch.nn.Parameter", "torch.nn.parameter.Buffer",
    "torch.nn.Buffer", "builtins.object", "torch.nested._internal.nested_tensor.NestedTensor",
    *(f"{module}.{items}Tensor" for module in ("torch", "torch.cuda", "torch.sparse", "torch.cuda.sparse") for items in _ITEMS),
)
"""Classes that are arguments of functions above, and those that tensors had in the oldest files."""
