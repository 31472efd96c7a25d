"""Instances of compiled classes: `Object` for modules and script classes, `EnumMember` for members of enumerations.

In: a type and the values of its attributes. Out: what graphs read with `prim::GetAttr` and archives store.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from ..runtime.typesystem import BOOL, NONE, ClassType, EnumType, OptionalType, Type

if TYPE_CHECKING:
    from .function import Function


class Object:
    """An instance of a `ClassType`: its attributes by name, in the order of the declarations."""

    __slots__ = ("__weakref__", "slots", "type")

    def __init__(self, type: ClassType, slots: dict[str, object] | None = None) -> None:
        self.type = type
        self.slots: dict[str, object] = {} if slots is None else slots

    def get(self, name: str) -> object:
        """An attribute's value; `AttributeError` where the object has none."""
        try:
            return self.slots[name]
        except KeyError:
            raise AttributeError(f"'{self.type.annotation()}' object has no attribute '{name}'") from None

    def set(self, name: str, value: object) -> None:
        """Give a declared attribute another value."""
        if name not in self.type.attributes:
            raise AttributeError(f"Tried to set nonexistent attribute: {name}")
        self.slots[name] = value

    def method(self, name: str) -> Callable[..., object]:
        """A method bound to this object."""
        function = cast("Function", self.type.methods[name])
        return function.bind(self)

    # what programs ask of `module._c`

    def _method_names(self) -> list[str]:
        return list(self.type.methods)

    def _has_method(self, name: str) -> bool:
        return name in self.type.methods

    def _get_method(self, name: str) -> Callable[..., object]:
        return self.method(name)

    def _type(self) -> ClassType:
        return self.type

    @property
    def qualified_name(self) -> str:
        """Full name of its type."""
        return self.type.qualified_name

    def hasattr(self, name: str) -> bool:
        """Whether it has an attribute of that name."""
        return name in self.type.attributes

    def getattr(self, name: str) -> object:
        """An attribute's value, as compiled code sees it."""
        return self.get(name)

    def setattr(self, name: str, value: object) -> None:
        """Give an attribute another value, of its type."""
        self.set(name, value)

    def complete(self) -> list[str]:
        """Make attributes without a value None where that is allowed; the names of the others."""
        missing = {name: attribute.type for name, attribute in self.type.attributes.items() if name not in self.slots}
        self.slots.update({name: None for name, kind in missing.items() if _may_be_none(kind)})
        return [name for name, kind in missing.items() if not _may_be_none(kind)]

    def __deepcopy__(self, memo: dict[int, Any]) -> Object:
        made = memo[id(self)] = Object(self.type)
        made.slots = {name: deepcopy(value, memo) for name, value in self.slots.items()}
        return made

    def __lt__(self, other: object) -> bool:
        """What sorting asks: the method of its class."""
        compare = self.type.methods.get("__lt__")
        schema = None if compare is None else cast("Function", compare).schema
        if schema is None or [argument.type for argument in (*schema.args, *schema.returns)] != [self.type, self.type, BOOL]:
            kind = self.type.annotation()
            wanted = f"it must define a __lt__ method with two inputs of type {kind} that returns a bool"
            raise RuntimeError(f"To sort a list of {kind} {wanted}")
        return cast("bool", cast("Callable[..., object]", compare)(self, other))

    def __repr__(self) -> str:
        return f"<object of {self.type.annotation()}>"


def _may_be_none(kind: Type) -> bool:
    return kind is NONE or isinstance(kind, OptionalType)


class EnumMember:
    """A member of an enumeration inside compiled code; one instance per member, so `is` and `==` agree."""

    __slots__ = ("name", "type", "value")
    _known: dict[tuple[EnumType, str], EnumMember] = {}

    def __init__(self, type: EnumType, name: str, value: object) -> None:
        self.type = type
        self.name = name
        self.value = value

    @staticmethod
    def of(kind: EnumType, name: str) -> EnumMember:
        """The member called `name`."""
        found = EnumMember._known.get((kind, name))
        if found is None:
            found = EnumMember._known[kind, name] = EnumMember(kind, name, dict(kind.members)[name])
        return found

    @staticmethod
    def by_value(kind: EnumType, value: object) -> EnumMember:
        """The member with this value; `ValueError` where there is none."""
        for name, known in kind.members:
            if known == value and isinstance(value, type(known)):
                return EnumMember.of(kind, name)
        raise ValueError(f"{kind.annotation()}: {value!r} is not the value of a member")

    def __repr__(self) -> str:
        return f"{self.type.annotation()}.{self.name}"
