"""Types of live values: what a constant or a module's attribute is in TorchScript.

In: a Python value. Out: its type, or the reason why it has none, in PyTorch's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

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
    OptionalType,
    TupleType,
    Type,
    is_subtype,
    unify,
)
from .object import EnumMember, Object

if TYPE_CHECKING:
    from collections.abc import Callable

_SIMPLE: dict[type, Type] = {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX, str: STR, type(None): NONE, Device: DEVICE, DType: INT}
KEY_TYPES = (STR, INT, BOOL, FLOAT, COMPLEX, TENSOR, DEVICE)


class InferenceError(TypeError):
    """A value that has no type; the text is the reason."""


def infer_type(value: Any, special: Callable[[object], Type | None] | None = None) -> Type:
    """The type of `value`; `special` knows about values that are not TorchScript's own (enumerations, objects of script classes)."""
    found = _SIMPLE.get(cast("type[Any]", type(value)))
    if found is not None:
        return found
    if isinstance(value, Tensor):
        return TENSOR
    if isinstance(value, EnumMember | Object):
        return value.type
    if isinstance(value, Packed):
        return CustomClassType(value.class_name)
    if special is not None:
        found = special(value)
        if found is not None:
            return found
    for known, kind in _SIMPLE.items():
        if isinstance(value, known):
            return kind
    if isinstance(value, tuple):
        return TupleType(infer_type(item, special) for item in cast("tuple[object, ...]", value))
    if isinstance(value, list):
        return _infer_list(cast("list[object]", value), special)
    if isinstance(value, dict):
        return _infer_dict(cast("dict[object, object]", value), special)
    raise InferenceError(f"values of type {type(value).__name__} have no TorchScript type")


def _infer_list(value: list[object], special: Callable[[object], Type | None] | None) -> Type:
    if not value:
        raise InferenceError("List trace inputs must have elements")
    element: Type | None = None
    for item in value:
        kind = infer_type(item, special)
        unified = kind if element is None else _unify(element, kind)
        if unified is None:
            assert element is not None
            raise InferenceError(
                f"List inputs to traced functions must have consistent element type. Found {element.annotation()} and {kind.annotation()}"
            )
        element = unified
    assert element is not None
    return ListType(element)


def _infer_dict(value: dict[object, object], special: Callable[[object], Type | None] | None) -> Type:
    if not value:
        raise InferenceError("Dictionary inputs must have entries")
    key: Type | None = None
    element: Type | None = None
    for name, item in value.items():
        name_type, kind = infer_type(name, special), infer_type(item, special)
        if name_type not in KEY_TYPES:
            raise InferenceError(
                f"Cannot create dict for key type '{name_type.annotation()}', "
                "only int, float, complex, Tensor, device and string keys are supported"
            )
        unified_key = name_type if key is None else _unify(key, name_type)
        unified = kind if element is None else _unify(element, kind)
        if unified_key is None or unified is None:
            found = (key, name_type) if unified_key is None else (element, kind)
            raise InferenceError(
                "Dictionary inputs to traced functions must have consistent type. "
                f"Found {' and '.join(part.annotation() for part in found if part is not None)}"
            )
        key, element = unified_key, unified
    assert key is not None and element is not None
    return DictType(key, element)


def _unify(first: Type, second: Type) -> Type | None:
    return first if first == second else unify(first, second)


def fits(value: object, kind: Type) -> bool:
    """Whether a value's own type may stand where `kind` is wanted; empty containers fit any of their sort."""
    if isinstance(value, list) and not value:
        return isinstance(kind.element if isinstance(kind, OptionalType) else kind, ListType)
    if isinstance(value, dict) and not value:
        return isinstance(kind.element if isinstance(kind, OptionalType) else kind, DictType)
    return is_subtype(infer_type(value), kind)
