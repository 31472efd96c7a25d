"""When two constants of a graph are the same.

In: the value and type of a `prim::Constant`. Out: a key that equal constants share; `passes/constant_pooling.py` keeps one node per key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ..runtime.typesystem import Type


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
