"""Attributes that nothing changes become constants.

In: the graphs of an object's methods, calls inlined, and the object. Out: the same graphs, which read only those attributes that some of
them may change, or that were to be preserved. What may change is found by following values: what shares memory with an attribute and is
written keeps the attribute, and every other that shares its storage, out of the constants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from ...runtime.device import Device
from ...runtime.tensor import Tensor
from ...runtime.typesystem import ClassType
from ..ir import Graph, Node, Value
from ..object import EnumMember, Object
from .constant_pooling import is_mutable

# An attribute: the object that has it, by identity, and its name
Place = tuple[int, str]
_PLAIN = (bool, int, float, complex, str, type(None), Device, Tensor, EnumMember)


class Frozen:
    """Which attributes of an object and of those inside are read, by all its graphs."""

    def __init__(self, graphs: Sequence[Graph], owner: Object, preserved: frozenset[Place]) -> None:
        self.graphs = graphs
        self.owner = owner
        self.preserved = preserved
        self.changed: set[Place] = set()
        self.objects: dict[Value, Object] = {}
        for graph in graphs:
            self._find_objects(graph)
        for graph in graphs:
            self._find_writes(graph)
        self._spread_to_sharing()

    def _find_objects(self, graph: Graph) -> None:
        """The objects that values stand for: the owner, and modules read from it."""
        self.objects[graph.inputs[0]] = self.owner
        for node in graph.walk():
            if node.kind != "prim::GetAttr" or node.input not in self.objects:
                continue
            value = self.objects[node.input].slots.get(_name(node))
            if isinstance(value, Object) and value.type.is_module:
                self.objects[node.output] = value

    def _find_writes(self, graph: Graph) -> None:
        for node in graph.walk():
            if node.kind == "prim::SetAttr" and node.inputs[0] in self.objects:
                self.changed.add((id(self.objects[node.inputs[0]]), _name(node)))
            if node.kind == "prim::GetAttr" and node.input in self.objects and is_mutable(node.output.type) and is_written(node.output):
                self.changed.add((id(self.objects[node.input]), _name(node)))

    def _spread_to_sharing(self) -> None:
        """Tensors that share a storage with one that is written change with it."""
        tensors = {place: value for place, value in self._slots() if isinstance(value, Tensor)}
        written = {id(tensors[place].memory) for place in self.changed if place in tensors}
        self.changed |= {place for place, value in tensors.items() if id(value.memory) in written}

    def _slots(self) -> Iterable[tuple[Place, object]]:
        for found in {id(value): value for value in self.objects.values()}.values():
            for name, value in found.slots.items():
                yield (id(found), name), value

    def is_constant(self, node: Node) -> bool:
        """Whether a `prim::GetAttr` gives the same constant whenever it runs."""
        found = self.objects.get(node.input)
        if found is None or _name(node) not in found.slots:
            return False
        place = id(found), _name(node)
        if place in self.changed or place in self.preserved:
            return False
        return _is_plain(found.slots[_name(node)])

    def replace(self) -> bool:
        """Put constants in place of what is read.

        %w : Tensor = prim::GetAttr[name="weight"](%self)      =>      %w : Tensor = prim::Constant[value=<Tensor>]()
        """
        found = [node for graph in self.graphs for node in graph.walk() if node.kind == "prim::GetAttr" and self.is_constant(node)]
        for node in found:
            graph = node.graph
            value = self.objects[node.input].slots[_name(node)]
            made = graph.create_constant(_detached(value), node.output.type, node.span)
            graph.block.prepend(made)
            made.output.take_name(node.output)
            node.output.replace_all_uses_with(made.output)
            node.destroy()
        return bool(found)


def _name(node: Node) -> str:
    return cast("str", node.attributes["name"])


def _detached(value: object) -> object:
    """The value as a constant: a parameter is the tensor that it holds."""
    return value.detach() if isinstance(value, Tensor) else value


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, cast("list[object]", value)))
    if isinstance(value, dict):
        return all(_is_plain(item) for pair in cast("dict[object, object]", value).items() for item in pair)
    return isinstance(value, _PLAIN)


def is_written(value: Value) -> bool:
    """Whether a value, or what may share its memory, is written, or goes where that cannot be followed."""
    pending, seen = [value], {value}
    while pending:
        for use in pending.pop().uses:
            if _writes(use.node, use.index):
                return True
            for alias in _aliases(use.node, use.index):
                if alias not in seen and is_mutable(alias.type):
                    seen.add(alias)
                    pending.append(alias)
    return False


def _writes(node: Node, index: int) -> bool:
    if node.kind in ("prim::SetAttr", "prim::CallMethod", "prim::CallFunction", "prim::fork", "prim::PythonOp"):
        # stored in another object, or given to what is not looked into
        return True
    schema = node.schema
    if schema is None or index >= len(schema.args):
        return False
    alias = schema.args[index].alias
    return alias is not None and (alias.writes or "*" in str(alias))


def _aliases(node: Node, index: int) -> list[Value]:
    """The values through which an input of a node can be reached."""
    if node.kind == "prim::Return":
        owner = node.block.owner if node.block is not None else None
        if owner is None:
            return []
        if owner.kind == "prim::If":
            return [owner.outputs[index]]
        # a loop carries it on; its first output is the condition
        return [owner.outputs[index - 1], owner.blocks[0].inputs[index]] if index else []
    if node.kind == "prim::Loop":
        return [node.blocks[0].inputs[index - 1], node.outputs[index - 2]] if index >= 2 else []
    schema = node.schema
    if schema is not None and index < len(schema.args) and schema.args[index].alias is None and not schema.is_vararg:
        return []
    return list(node.outputs)


def used_attributes(graphs: Iterable[Graph]) -> list[str]:
    """The attributes of the object that its methods still read or write."""
    names: dict[str, None] = {}
    for graph in graphs:
        for use in graph.inputs[0].uses:
            if use.node.kind in ("prim::GetAttr", "prim::SetAttr") and use.index == 0:
                names[_name(use.node)] = None
    return list(names)


def calls_methods(graphs: Iterable[Graph]) -> bool:
    """Whether the object itself goes somewhere where its attributes cannot be followed."""
    return any(use.node.kind not in ("prim::GetAttr", "prim::SetAttr") or use.index for graph in graphs for use in graph.inputs[0].uses)


def has_type(graph: Graph, type_: ClassType) -> None:
    """Say that the graph's object is of another type."""
    graph.inputs[0].type = type_
