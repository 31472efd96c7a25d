"""Small steps of running a program that generated code and constant folding share: tuples, type tests, casts.

In: Python values as graphs see them. Out: what `prim::TupleConstruct`, `prim::isinstance` and their like mean.
"""

from __future__ import annotations

import warnings
from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from ..runtime.byte_text import shown_text
from ..runtime.device import Device
from ..runtime.dtype import bool_, int64
from ..runtime.limits import LOCAL
from ..runtime.ops.dtype_rules import type_name
from ..runtime.ops.values.texts import value_text
from ..runtime.packed import Packed
from ..runtime.tensor import Tensor
from ..runtime.typesystem import (
    ANY,
    ANY_CLASS,
    ANY_ENUM,
    ANY_LIST,
    ANY_TUPLE,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    ClassType,
    CustomClassType,
    DictType,
    EnumType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
    is_subtype,
)
from .object import EnumMember, Object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .ir import Node


@lru_cache(maxsize=256)
def named_tuple_class(type_: TupleType) -> Callable[..., tuple[object, ...]]:
    """The Python class for values of a named tuple type; one per type."""
    assert type_.fields is not None
    name = (type_.name or "NamedTuple").rpartition(".")[2]
    made = namedtuple(name, type_.fields, rename=True)  # pyright: ignore[reportUntypedNamedTuple]
    return cast("Callable[..., tuple[object, ...]]", made)


def make_tuple(type_: TupleType, elements: Iterable[object]) -> tuple[object, ...]:
    """A tuple of the type: a named one gets its class."""
    if type_.fields is None:
        return tuple(elements)
    return named_tuple_class(type_)(*elements)


_EXACT: dict[Type, type | tuple[type, ...]] = {
    INT: int, FLOAT: float, COMPLEX: complex, BOOL: bool, STR: str, NONE: type(None), TENSOR: Tensor, DEVICE: Device,
    ANY_LIST: list, ANY_TUPLE: tuple, ANY_ENUM: EnumMember, ANY_CLASS: Object,
}  # fmt: skip


def matches_type(value: object, type_: object) -> bool:
    """True if the value is of the type; elements of containers count."""
    if type_ is ANY:
        return True
    exact = _EXACT.get(cast("Type", type_))
    if exact is not None:
        return isinstance(value, exact) and not (type_ is INT and isinstance(value, bool))
    if type_ is NUMBER:
        return isinstance(value, (int, float, complex)) and not isinstance(value, bool)
    if isinstance(type_, OptionalType):
        return value is None or matches_type(value, type_.element)
    if isinstance(type_, UnionType):
        return any(matches_type(value, member) for member in type_.members)
    if isinstance(type_, EnumType):
        return isinstance(value, EnumMember) and value.type == type_
    if isinstance(type_, CustomClassType):
        return isinstance(value, Packed) and value.class_name == type_.qualified_name
    if isinstance(type_, (ClassType, InterfaceType)):
        return isinstance(value, Object) and is_subtype(value.type, type_)
    return _matches_container(value, type_)


def _matches_container(value: object, type_: object) -> bool:
    if isinstance(type_, ListType):
        return isinstance(value, list) and all(matches_type(item, type_.element) for item in cast("list[object]", value))
    if isinstance(type_, DictType):
        if not isinstance(value, dict):
            return False
        items = cast("dict[object, object]", value).items()
        return all(matches_type(key, type_.key) and matches_type(item, type_.value) for key, item in items)
    if isinstance(type_, TupleType):
        if not isinstance(value, tuple) or len(cast("tuple[object, ...]", value)) != len(type_.elements):
            return False
        return all(map(cast("Callable[[object, object], bool]", matches_type), cast("tuple[object, ...]", value), type_.elements))
    raise TypeError(f"isinstance: values of type {type_} cannot be told from others")


def is_any_type(value: object, types: Iterable[object]) -> bool:
    """`prim::isinstance`: True if the value is of one of the types."""
    return any(matches_type(value, type_) for type_ in types)


def unpack_list(values: list[object], count: int) -> list[object]:
    """`prim::ListUnpack`: the elements, which must be `count`."""
    if len(values) != count:
        raise RuntimeError(f"Expected {count} elements in a list but found {len(values)}")
    return values


def call_method(name: str, owner: Object | Packed, *arguments: object) -> object:
    """Call a method that is only known when the program runs: that of an interface, or of a class that libtorch implements."""
    if isinstance(owner, Packed):
        assert name in owner.methods, f"{owner.class_name} has no method {name}"
        return cast("Callable[..., object]", getattr(owner, name))(*arguments)
    function = owner.type.methods[name]
    run = cast("Callable[..., object]", getattr(function, "run" if LOCAL.budget is None else "run_limited", function))
    return cast("Callable[..., object]", getattr(run, "raw", run))(owner, *arguments)


def tensor_of_list(make: Callable[..., Tensor], type_: ListType) -> Callable[..., Tensor]:
    """`aten::tensor` for lists of a type: one without items has the dtype of its elements, where eager calls cannot know it."""
    element: Type = type_
    while isinstance(element, ListType):
        element = element.element
    own = int64 if element is INT else bool_ if element is BOOL else None
    if own is None:
        return make

    def call(data: list[object], dtype: object, *others: object) -> Tensor:
        if dtype is not None or _has_items(data):
            return make(data, dtype, *others)
        warnings.warn(
            f"Creating a tensor from an empty list of {element} gives default floating point numbers in Python, but {own} in TorchScript.\n"
            "Pass in a dtype argument to ensure consistent behavior",
            stacklevel=2,
        )
        return make(data, own, *others)

    return call


def _has_items(data: object) -> bool:
    while isinstance(data, list) and data:
        data = cast("list[object]", data)[0]
    return not isinstance(data, list)


def print_values(*values: object) -> None:
    """`prim::Print`, as TorchScript prints: values separated by spaces."""
    print(shown_text(" ".join(map(value_text, values))))  # noqa: T201 - the program asks for it


def container_item(owner: Object, index: int | str) -> object:
    """`prim::ModuleContainerIndex`: the submodule at a place, or under a name."""
    if isinstance(index, str):
        if index not in owner.slots:
            raise RuntimeError(f"Key Error, {index}")
        return owner.slots[index]
    modules = [name for name, attribute in owner.type.attributes.items() if isinstance(attribute.type, ClassType | InterfaceType)]
    if not -len(modules) <= index < len(modules):
        raise RuntimeError("list index out of range")
    return owner.slots[modules[index]]


def python_call(node: Node) -> Callable[..., object]:
    """`prim::PythonOp`: a function that was left to Python, called with what Python sees of the arguments."""
    from .boundary import CastError, caster, exporter

    function = cast("Callable[..., object]", node.attributes["function"])
    exporters = [exporter(value.type) for value in node.inputs]
    result = node.output.type
    convert = caster(result)

    def call(*arguments: object) -> object:
        seen = [value if export is None else export(value) for export, value in zip(exporters, arguments, strict=True)]
        given = function(*seen)
        try:
            return convert(given)
        except CastError as error:
            name = getattr(function, "__name__", function)
            raise RuntimeError(f"{name}: returned {given!r}, expected {result.annotation()}: {error}") from None

    return call


_ELEMENTS = ("Long", "Float", "Bool", "ComplexDouble")


def tolist(value: Tensor, depth: int, element: int) -> object:
    """`prim::tolist`: Python numbers in lists of this depth; the element type is told by its place among int, float, bool and complex."""
    dtype = value.dtype
    if not (dtype is int64, dtype.is_floating_point, dtype is bool_, dtype.is_complex)[element]:
        raise RuntimeError(
            "Output annotation element type and runtime tensor element type must match for tolist(): "
            f"{_ELEMENTS[element]} vs {type_name(dtype)}"
        )
    if value.ndim != depth:
        raise RuntimeError("Output annotation list dimension and runtime tensor dimension must match for tolist()")
    return value.tolist()
