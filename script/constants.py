"""Constants of graphs: the type of a Python value, and when two constants are the same.

In: the value of a `prim::Constant`. Out: its TorchScript type (`type_of_constant`), and a key that equal constants share (`constant_key`);
`passes/constant_pooling.py` keeps one node per key.
"""

from __future__ import annotations

from typing import cast

from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.packed import Packed
from ..runtime.tensor import Tensor
from ..runtime.typesystem import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    STR,
    TENSOR,
    CustomClassType,
    DictType,
    ListType,
    TupleType,
    Type,
    unify,
)

_TYPES: dict[type, Type] = {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX, str: STR, type(None): NONE, DType: INT, Device: DEVICE}


def type_of_constant(value: object) -> Type:
    """The type of a value as a constant; `TypeError` for what cannot be one, `ValueError` for a container whose type must be said."""
    known = _TYPES.get(type(value))
    if known is not None:
        return known
    if isinstance(value, Tensor):
        return TENSOR
    if isinstance(value, Packed):
        return CustomClassType(value.class_name)
    if isinstance(value, tuple):
        return TupleType(type_of_constant(element) for element in cast("tuple[object, ...]", value))
    if isinstance(value, list):
        return ListType(_common(cast("list[object]", value), "list"))
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return DictType(_common(list(items), "dict"), _common(list(items.values()), "dict"))
    raise TypeError(f"constant: a value of class {type(value).__name__} cannot be a constant of a graph")


def _common(values: list[object], what: str) -> Type:
    if not values:
        raise ValueError(f"constant: the type of an empty {what} must be given")
    common: Type | None = type_of_constant(values[0])
    for value in values[1:]:
        common = None if common is None else unify(common, type_of_constant(value))
    if common is None:
        raise ValueError(f"constant: the elements of a {what} have no common type")
    return common


def constant_key(value: object, type_: Type) -> object:
    """A hashable key: equal for constants that one node can stand for. Floats are compared by bits, tensors by identity."""
    return (type_, _value_key(value))


def _value_key(value: object) -> object:
    if isinstance(value, float):
        return ("float", value.hex())
    if isinstance(value, complex):
        return ("complex", value.real.hex(), value.imag.hex())
    if value is None or isinstance(value, (bool, int, str)):
        return (type(value).__name__, value)
    if isinstance(value, (tuple, list)):
        elements = cast("tuple[object, ...]", value)
        return (type(elements).__name__, *map(_value_key, elements))
    if isinstance(value, dict):
        return ("dict", *((_value_key(k), _value_key(v)) for k, v in cast("dict[object, object]", value).items()))
    return id(value)
