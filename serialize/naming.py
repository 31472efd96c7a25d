"""The qualified names that classes and functions get in one archive.

Two things that share a name (one Python class scripted to two types) are told apart by a number, counted from 0 in each archive
in the order in which the writer first asks. So the same module gives the same names, whatever else the process has compiled.
"""

from __future__ import annotations

from collections.abc import Hashable

from ..runtime.typesystem import ClassType, EnumType, InterfaceType, SimpleType, TupleType, Type
from ..script.qualified_names import Namespace, unmangled


class Names:
    """Gives every class, enum, interface, named tuple and function of an archive its name there."""

    def __init__(self) -> None:
        self._names: dict[Hashable, str] = {}
        self._namespace = Namespace()

    def name(self, thing: Hashable, qualified_name: str) -> str:
        """The name of `thing`, whose own name is `qualified_name`: the same for equal things, different for others."""
        known = self._names.get(thing)
        if known is None:
            known = self._names[thing] = self._namespace.claim(unmangled(qualified_name))
        return known

    def type_name(self, type_: ClassType | EnumType | InterfaceType | TupleType) -> str:
        """The name of a class or other named type."""
        qualified_name = type_.name if isinstance(type_, TupleType) else type_.qualified_name
        assert qualified_name is not None, "a tuple without a name has no definition"
        return self.name(type_, qualified_name)

    def annotation(self, type_: Type) -> str:
        """The type in Python style, with the names of this archive."""
        return self._renamed(type_).annotation()

    def _renamed(self, type_: Type) -> Type:
        if isinstance(type_, ClassType | EnumType | InterfaceType) or (isinstance(type_, TupleType) and type_.name is not None):
            return SimpleType(self.type_name(type_), type_.order)
        if not type_.contained:
            return type_
        return type_.rebuild(tuple(self._renamed(part) for part in type_.contained))
