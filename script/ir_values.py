"""Values of graphs: what nodes define, what they are called, and who reads them.

In: nodes (`ir.py`) that define and read. Out: `Value` and `Use`. Only `Node` changes uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..runtime.typesystem import Type
    from .ir import Node


class Use(NamedTuple):
    """Input number `index` of `node`."""

    node: Node
    index: int  # pyright: ignore[reportIncompatibleMethodOverride]


class Value:
    """One result of a node, or one input of a block; compared by identity."""

    __slots__ = ("_name", "_uses", "node", "offset", "type", "unique")

    def __init__(self, node: Node, offset: int, type_: Type) -> None:
        self.node = node
        self.offset = offset
        """Its place among the outputs of `node`."""
        self.type = type_
        self.unique = node.graph.next_unique()
        self._name = ""
        self._uses: dict[Use, None] = {}

    @property
    def uses(self) -> list[Use]:
        """The inputs that read this value, in the order they began to."""
        return list(self._uses)

    @property
    def has_uses(self) -> bool:
        """True if some input reads this value."""
        return bool(self._uses)

    @property
    def has_name(self) -> bool:
        """True if the value was given a name; others are printed as their number."""
        return bool(self._name)

    @property
    def name(self) -> str:
        """The name without its percent sign. Setting a name that another value has renames that one to `name.1` and so on."""
        return self._name or str(self.unique)

    @name.setter
    def name(self, name: str) -> None:
        names = self.node.graph.names
        if self._name:
            del names[self._name]
            self._name = ""
        if not name:
            return
        if name.isdigit():
            raise ValueError(f"name: '{name}' is a number, and numbers name the values that have no name")
        owner = names.get(name)
        if owner is not None:
            owner.name = self.node.graph.fresh_name(name)
        names[name] = self
        self._name = name

    def take_name(self, other: Value) -> None:
        """Have the same name as `other` (which gets a suffix), if it has one."""
        if other.has_name:
            self.name = other.name

    def replace_all_uses_with(self, other: Value) -> None:
        """Make every input that reads this value read `other`."""
        for use in list(self._uses):
            use.node.replace_input(use.index, other)

    def __repr__(self) -> str:
        return f"%{self.name} : {self.type.graph_text()}"
