"""Constants as archives spell them, and the table of those that have no spelling.

In: a value and its type. Out: a literal, or `CONSTANTS.cN` after the value was put into the table. Spellings are PyTorch's, except where
PyTorch would read its own spelling as another value: whole floats from 1e10 on keep their point, and carriage returns are octal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from ..runtime.device import Device
from ..runtime.dtype import DType
from ..runtime.tensor import Tensor
from ..runtime.typesystem import (
    ANY,
    FLOAT,
    NUMBER,
    DictType,
    EnumType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)
from ..script.constants import type_of_constant
from ..script.object import EnumMember, Object

_Container = tuple[object, ...] | list[object] | dict[object, object]
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v", '"': '\\"', "'": "\\'", "\\": "\\\\"}


class ConstantTable:
    """Values that code refers to as `CONSTANTS.cN`; equal tensors share an entry."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.types: list[Type] = []
        self._places: dict[object, int] = {}

    def place(self, value: object, kind: Type) -> int:
        """Number of the entry that holds the value."""
        key = _key(value)
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = len(self.values)
            self.values.append(value)
            self.types.append(kind)
        return known


def _key(value: object) -> object:
    if not isinstance(value, Tensor) or value.dtype.is_quantized:
        return value if isinstance(value, str) else id(value)
    whole = value.detach().contiguous()
    # NumPy has no array of some dtypes
    start, size = whole.layout.offset * whole.itemsize, whole.layout.numel * whole.itemsize
    return (value.dtype.name, tuple(value.shape), whole.memory.array[start : start + size].tobytes(), value.requires_grad)


class Literals:
    """Spells constants; `type_name` gives the archive's name of a type."""

    def __init__(self, table: ConstantTable, type_name: Callable[[Type], str]) -> None:
        self.table = table
        self.type_name = type_name

    def text(self, value: object, kind: Type | None = None) -> str:
        """The literal for a value; `kind` is its declared type, where there is one."""
        if value is None:
            return "None"
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, DType):
            return str(value.code)
        if isinstance(value, int):
            return float_literal(float(value)) if kind is FLOAT else str(value)
        if isinstance(value, float):
            return float_literal(value)
        if isinstance(value, complex):
            return complex_literal(value)
        if isinstance(value, str) and value.isascii():
            return quoted(value)
        if isinstance(value, Device):
            return f"torch.device({quoted(str(value))})"
        if isinstance(value, EnumMember):
            return f"{self.type_name(value.type)}.{value.name}"
        if isinstance(value, (tuple, list, dict)) and not _holds_text(cast("object", value)):
            return self._container(cast("_Container", value), kind)
        constant = cast("object", value)
        return f"CONSTANTS.c{self.table.place(constant, _type_of(constant, kind))}"

    def _container(self, value: _Container, kind: Type | None) -> str:
        if isinstance(kind, OptionalType):
            kind = kind.element
        if isinstance(value, dict):
            return self._dict(value, kind)
        if isinstance(kind, ListType) or (isinstance(value, list) and not isinstance(kind, TupleType)):
            element = kind.element if isinstance(kind, ListType) else None
            text = f"[{', '.join(self.text(item, element) for item in value)}]"
            annotated = isinstance(kind, ListType) and (not value or not follows_from_members(kind.element))
            return f"annotate({self.type_name(cast('Type', kind))}, {text})" if annotated else text
        elements: tuple[Type | None, ...] = kind.elements if isinstance(kind, TupleType) else (None,) * len(value)
        name = self.type_name(kind) if isinstance(kind, TupleType) and kind.name is not None else ""
        items = [self.text(item, element) for item, element in zip(value, elements, strict=True)]
        return f"{name}({', '.join(items)}{',' if len(items) == 1 else ''})"

    def _dict(self, value: dict[object, object], kind: Type | None) -> str:
        key = kind.key if isinstance(kind, DictType) else None
        item = kind.value if isinstance(kind, DictType) else None
        text = "{" + ", ".join(f"{self.text(k, key)}: {self.text(v, item)}" for k, v in value.items()) + "}"
        inferred = bool(value) and (key is None or follows_from_members(key)) and (item is None or follows_from_members(item))
        return text if inferred or kind is None else f"annotate({self.type_name(kind)}, {text})"


def _holds_text(value: object) -> bool:
    """Whether a text that has no literal is inside: the whole value then goes to the table."""
    if isinstance(value, str):
        return not value.isascii()
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return any(_holds_text(item) for pair in items.items() for item in pair)
    return isinstance(value, (list, tuple)) and any(_holds_text(item) for item in cast("list[object]", value))


def _type_of(value: object, kind: Type | None) -> Type:
    if kind is not None:
        return kind
    if isinstance(value, Object):
        return value.type
    return type_of_constant(value)


def follows_from_members(element: Type) -> bool:
    """Whether a container's element type is seen from its elements: `[None, 1]` does not say `List[Optional[int]]`."""
    return not isinstance(element, (UnionType, OptionalType, InterfaceType)) and element not in (NUMBER, ANY)


def float_literal(value: float) -> str:
    """`3.`, `-0.`, `0.10000000000000001`, `1e+22`, `inf`: reads back as the same double."""
    if math.isnan(value):
        return "nan"
    if value.is_integer() and abs(value) < 1e10:
        return f"{value:.0f}."
    text = f"{value:.17g}"
    # without a point a reader takes it for an integer
    return text if any(mark in text for mark in ".en") else text + "."


def complex_literal(value: complex) -> str:
    """`3.-4.j`: a sum or difference, which readers fold."""
    sign = "-" if math.copysign(1.0, value.imag) < 0 else "+"
    return f"{float_literal(value.real)}{sign}{float_literal(abs(value.imag))}j"


def quoted(text: str) -> str:
    """An ASCII string in double quotes, with escapes that the reader of archives knows."""
    pieces = [_ESCAPES.get(character) or (character if " " <= character <= "~" else f"\\{ord(character):03o}") for character in text]
    return f'"{"".join(pieces)}"'


def schema_value(value: object, kind: Type) -> object:
    """A schema's default as graphs hold it: element types as their codes, list defaults as lists."""
    if isinstance(value, DType):
        return value.code
    inner = kind.element if isinstance(kind, OptionalType) else kind
    if isinstance(value, tuple) and isinstance(inner, ListType):
        return list(cast("tuple[object, ...]", value))
    return cast("object", value)


def same_constant(value: object, other: object) -> bool:
    """Whether two constants are the same value of the same class."""
    return type(value) is type(other) and (value == other or (value != value and other != other))


def enum_literal(kind: EnumType, value: object) -> str:
    """The value of an enumeration's member in its definition."""
    return quoted(value) if isinstance(value, str) else float_literal(value) if isinstance(value, float) else str(value)
