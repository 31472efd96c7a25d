"""From the one graph that a trace recorded to methods: a forward for each submodule that was called.

In: a graph with `prim::TracedAttr` and `prim::TracedModuleForward` nodes, and the type of each module by path. Out: methods of these types,
in which attributes are read from the object, submodules are called, and what a submodule uses of its caller is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..runtime.schema import Argument, OpSchema
from ..runtime.typesystem import ClassType, TupleType, Type
from .function import Function
from .ir import Block, Graph, Node, Value
from .passes.dead_code import eliminate_dead_code

ATTRIBUTE = "prim::TracedAttr"
FORWARD = "prim::TracedModuleForward"


def is_below(path: str, module: str) -> bool:
    """Whether the attribute or module at `path` is inside of `module`, or is it."""
    return not module or path == module or path.startswith(f"{module}.")


def name_of(node: Node) -> str:
    """The path that a node of a recorded graph names."""
    name = node.attributes["name"]
    assert isinstance(name, str)
    return name


class Lowering:
    """Makes the methods."""

    def __init__(self, types: dict[str, ClassType]) -> None:
        self.types = types

    def method(self, path: str, name: str, graph: Graph, arguments: list[Argument], result: Type) -> Function:
        """Add a method to the type of a module."""
        kind = self.types[path]
        schema = OpSchema("", name, "", (Argument("self", kind), *arguments), (Argument("", result),))
        made = Function(f"{kind.qualified_name}.{name}", schema=schema, graph=graph)
        kind.methods[name] = made
        return made

    def function(self, block: Block, path: str | None, inputs: Iterable[Value], outputs: list[Value]) -> Graph:
        """The nodes of a block as a graph of its own; `path` is the module it belongs to, None for a function."""
        body = _Body(self, path)
        if path is not None:
            body.graph.add_input("self", self.types[path])
        for value in inputs:
            body.values[value] = made = body.graph.add_input("", value.type)
            made.take_name(value)
        body.nodes(block)
        for value in outputs:
            body.graph.add_output(body.value(value))
        eliminate_dead_code(body.graph)
        return body.graph


class _Body:
    """One graph while it is filled."""

    def __init__(self, lowering: Lowering, path: str | None) -> None:
        self.lowering = lowering
        self.path = path
        self.graph = Graph()
        self.values: dict[Value, Value] = {}
        self.attributes: dict[str, Value] = {}

    def nodes(self, block: Block) -> None:
        for node in block.nodes:
            if node.kind == FORWARD:
                self.call(node)
            elif node.kind != ATTRIBUTE:
                for value in node.inputs:
                    self.value(value)
                self.graph.insert(self.graph.clone(node, self.values))

    def value(self, value: Value) -> Value:
        """What stands for a value of the recorded graph here."""
        found = self.values.get(value)
        if found is None:
            assert value.node.kind == ATTRIBUTE, f"{value!r} is used where it is not known"
            found = self.values[value] = self.attribute(name_of(value.node), value.type)
        return found

    def attribute(self, path: str, kind: Type) -> Value:
        """Read an attribute, or a submodule, at the start of the graph; PyTorch puts the last one first."""
        assert self.path is not None
        if path == self.path:
            return self.graph.inputs[0]
        known = self.attributes.get(path)
        if known is not None:
            return known
        owner_path, _, name = path.rpartition(".")
        owner = self.attribute(owner_path, self.lowering.types[owner_path])
        node = self.graph.create("prim::GetAttr", (owner,), kind, {"name": name})
        if owner is self.graph.inputs[0]:
            self.graph.block.prepend(node)
        else:
            node.insert_after(owner.node)
        self.attributes[path] = node.output
        node.output.name = name if not name[0].isdigit() else f"_{name}"
        return node.output

    def call(self, node: Node) -> None:
        """The forward of a submodule as a method, and a call of it."""
        path, block = name_of(node), node.blocks[0]
        inside = _nodes_in(block)
        inputs, outputs = _captured(block, inside, path), _escaping(block, inside)
        graph = self.lowering.function(block, path, inputs, outputs)
        result = outputs[0].type if len(outputs) == 1 else TupleType([value.type for value in outputs])
        if len(outputs) != 1:
            self._gather(graph, result)
        given = enumerate(graph.inputs[1:], 1)
        names = [Argument(value.name if value.has_name else f"argument_{place}", value.type) for place, value in given]
        methods = self.lowering.types[path].methods
        count = sum(name == "forward" or (name.startswith("forward") and name[7:].isdigit()) for name in methods)
        made = self.lowering.method(path, f"forward{count}" if count else "forward", graph, names, result)
        owner = self.attribute(path, self.lowering.types[path])
        called = self.graph.emit(
            "prim::CallMethod", [owner, *map(self.value, inputs)], result, {"name": made.name}, node.span
        )
        if len(outputs) == 1:
            self.values[outputs[0]] = called
        elif outputs:
            unpacked = self.graph.insert(self.graph.create("prim::TupleUnpack", (called,), [value.type for value in outputs]))
            self.values.update(zip(outputs, unpacked.outputs, strict=True))

    def _gather(self, graph: Graph, kind: Type) -> None:
        outputs = list(graph.outputs)
        graph.block.return_node.set_inputs(())
        graph.add_output(graph.emit("prim::TupleConstruct", outputs, kind))


def _nodes_in(block: Block) -> set[Node]:
    return {block.param_node, *block.walk()}


def _captured(block: Block, inside: set[Node], path: str) -> list[Value]:
    """What the block reads of its surroundings, except attributes of its own module."""
    found: dict[Value, None] = {}
    for node in block.walk():
        for value in node.inputs:
            if value.node in inside or (value.node.kind == ATTRIBUTE and is_below(name_of(value.node), path)):
                continue
            found[value] = None
    return list(found)


def _escaping(block: Block, inside: set[Node]) -> list[Value]:
    """What others read of the values that the block makes."""
    found: dict[Value, None] = {}
    for node in block.walk():
        for value in node.outputs:
            if any(use.node not in inside for use in value.uses):
                found[value] = None
    return list(found)


