"""TorchScript's intermediate representation: graphs of nodes in static single assignment form, with blocks for control flow.

In: nodes that the compiler or the readers create through a `Graph`. Out: what passes rewrite, `ir_printer.py` prints, `verifier.py` checks
and `interpreter.py` runs. Kinds and attributes are PyTorch's: `aten::add` with an `overload`, `prim::If`, `prim::Constant` and so on.

Every value knows its uses, because inputs change only through the methods of `Node`. A block's inputs are the outputs of its `prim::Param`
node and its outputs the inputs of its `prim::Return` node, so the two are ordinary definitions and uses.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..runtime.typesystem import TENSOR, FunctionLike, FunctionType, Type
from .ir_values import Use, Value

if TYPE_CHECKING:
    from ..runtime.ops.table import Op
    from ..runtime.schema import OpSchema
    from .source import Span


class Node:
    """One operation: inputs, outputs, attributes and nested blocks; compared by identity. Made by `Graph.create`."""

    __slots__ = (
        "_inputs", "_next", "_op", "_order", "_outputs", "_previous", "attributes", "block", "blocks", "graph", "kind", "overload",
        "scope", "span",
    )  # fmt: skip

    def __init__(self, graph: Graph, kind: str, span: Span | None) -> None:
        self.graph = graph
        self.kind, _, overload = kind.partition(".")
        self.overload = overload
        """Which schema of the operator, for operators of the table."""
        self.span = span
        self.scope = ""
        self.attributes: dict[str, object] = {}
        self.block: Block | None = None
        """The block that holds the node; None before it is inserted."""
        self.blocks: list[Block] = []
        self._inputs: list[Value] = []
        self._outputs: list[Value] = []
        self._next: Node = self
        self._previous: Node = self
        self._order = 0
        self._op: Op | None = None

    @property
    def key(self) -> str:
        """`aten::add.Tensor`: the kind with its overload, as the operator table has it."""
        return f"{self.kind}.{self.overload}" if self.overload else self.kind

    @property
    def op(self) -> Op | None:
        """The operator table's row; None for `prim::` structure and for operators this runtime does not have."""
        if self._op is None:
            from ..runtime.ops.table import lookup

            self._op = lookup(self.key)
        return self._op

    @property
    def schema(self) -> OpSchema | None:
        """The schema of the operator, None where there is no row."""
        op = self.op
        return None if op is None else op.schema

    def set_operator(self, key: str) -> None:
        """Turn the node into another operator, with the same inputs and outputs."""
        self.kind, _, self.overload = key.partition(".")
        self._op = None

    # Inputs

    @property
    def inputs(self) -> Sequence[Value]:
        """What the node reads; changed by the methods below only."""
        return self._inputs

    @property
    def input(self) -> Value:
        """The only input."""
        (value,) = self._inputs
        return value

    def add_input(self, value: Value) -> None:
        """Read one more value."""
        self._check(value)
        value._uses[Use(self, len(self._inputs))] = None
        self._inputs.append(value)

    def replace_input(self, index: int, value: Value) -> None:
        """Read `value` at `index` instead."""
        self._check(value)
        del self._inputs[index]._uses[Use(self, index)]
        self._inputs[index] = value
        value._uses[Use(self, index)] = None

    def remove_input(self, index: int) -> None:
        """Stop reading the input at `index`; later ones move down."""
        self.set_inputs([*self._inputs[:index], *self._inputs[index + 1 :]])

    def set_inputs(self, values: Iterable[Value]) -> None:
        """Read exactly `values`."""
        fresh = list(values)
        for value in fresh:
            self._check(value)
        for index, value in enumerate(self._inputs):
            del value._uses[Use(self, index)]
        self._inputs = fresh
        for index, value in enumerate(fresh):
            value._uses[Use(self, index)] = None

    def _check(self, value: Value) -> None:
        if value.node.graph is not self.graph:
            raise ValueError(f"{self.kind}: {value!r} belongs to another graph; copy its node first")

    # Outputs

    @property
    def outputs(self) -> Sequence[Value]:
        """What the node defines."""
        return self._outputs

    @property
    def output(self) -> Value:
        """The only output."""
        (value,) = self._outputs
        return value

    def add_output(self, type_: Type = TENSOR, name: str = "") -> Value:
        """Define one more value."""
        value = Value(self, len(self._outputs), type_)
        self._outputs.append(value)
        if name:
            value.name = name
        return value

    def remove_output(self, index: int) -> None:
        """Stop defining the output at `index`; `ValueError` if it is read."""
        self._refuse_uses(self._outputs[index])
        self._outputs.pop(index).name = ""
        for offset, value in enumerate(self._outputs):
            value.offset = offset

    def permute_outputs(self, order: Sequence[int]) -> None:
        """Define the same values in another order: the output at `order[i]` moves to place `i`."""
        self._outputs = [self._outputs[index] for index in order]
        for offset, value in enumerate(self._outputs):
            value.offset = offset

    def _refuse_uses(self, value: Value) -> None:
        if value.has_uses:
            readers = ", ".join(use.node.kind for use in value.uses)
            raise ValueError(f"{self.kind}: cannot remove {value!r}, which is read by {readers}; replace its uses first")

    def replace_all_uses_with(self, other: Node) -> None:
        """Make whoever reads an output of this node read the same output of `other`."""
        for old, new in zip(self._outputs, other._outputs, strict=True):
            old.replace_all_uses_with(new)

    # Blocks

    def add_block(self) -> Block:
        """One more nested block, empty."""
        block = Block(self.graph, self)
        self.blocks.append(block)
        return block

    def remove_block(self, index: int) -> None:
        """Destroy a nested block and what is in it."""
        self.blocks.pop(index).destroy()

    # Place in the list of a block

    @property
    def next(self) -> Node:
        """The node after this one in its block; the block's return node at the end."""
        return self._next

    @property
    def previous(self) -> Node:
        """The node before this one in its block; the block's return node at the start."""
        return self._previous

    def insert_before(self, node: Node) -> Node:
        """Place this new node before `node`, which is in a block (its return node stands for the end). Returns the node."""
        if self.block is not None:
            raise ValueError(f"{self.kind}: is already in a block; use move_before")
        if node.block is None:
            raise ValueError(f"{self.kind}: cannot be placed before {node.kind}, which is in no block")
        self.block = node.block
        previous = node._previous
        previous._next = self
        self._previous = previous
        self._next = node
        node._previous = self
        self.block.is_numbered = False
        return self

    def insert_after(self, node: Node) -> Node:
        """Place this new node after `node`. Returns the node."""
        return self.insert_before(node._next)

    def move_before(self, node: Node) -> None:
        """Take the node out of its place and put it before `node`."""
        if node is self:
            return
        self._unlink()
        self.insert_before(node)

    def move_after(self, node: Node) -> None:
        """Take the node out of its place and put it after `node`."""
        if node is self:
            return
        self._unlink()
        self.insert_before(node._next)

    def _unlink(self) -> None:
        self._previous._next = self._next
        self._next._previous = self._previous
        self._next = self._previous = self
        self.block = None

    def destroy(self) -> None:
        """Remove the node and its blocks; `ValueError` if one of its outputs is read."""
        for value in self._outputs:
            self._refuse_uses(value)
        while self.blocks:
            self.remove_block(-1)
        self.set_inputs(())
        while self._outputs:
            self.remove_output(len(self._outputs) - 1)
        if self.graph.insertion is self:
            self.graph.insertion = self._next
        if self.block is not None:
            self._unlink()

    def is_before(self, other: Node) -> bool:
        """True if control reaches this node, or the node around it in a common block, before `other`."""
        mine = {node.block: node for node in (self, *self.owners())}
        for node in (other, *other.owners()):
            ancestor = mine.get(node.block)
            if ancestor is not None:
                return ancestor.order < node.order
        raise ValueError(f"{self.kind} and {other.kind} are in no common block")

    def owners(self) -> Iterator[Node]:
        """The nodes whose blocks hold this one, innermost first."""
        node = self.block.owner if self.block is not None else None
        while node is not None:
            yield node
            node = node.block.owner if node.block is not None else None

    @property
    def order(self) -> int:
        """A number that grows along the nodes of the block."""
        assert self.block is not None
        self.block.number()
        return self._order

    # Constants and calls

    @property
    def is_constant(self) -> bool:
        """True for `prim::Constant`."""
        return self.kind == "prim::Constant"

    @property
    def value(self) -> object:
        """The value of a `prim::Constant`; None for the constant None. Functions are in `function`."""
        return self.attributes.get("value")

    @property
    def function(self) -> FunctionLike:
        """The function of a `prim::CallFunction` (its first input is the constant that names it) or of such a constant."""
        node = self._inputs[0].node if self.kind == "prim::CallFunction" else self
        function = node.attributes["function"]
        return function  # pyright: ignore[reportReturnType]

    def __repr__(self) -> str:
        from .ir_printer import node_text

        return node_text(self)


class Block:
    """A list of nodes with inputs and outputs: a graph's body, a branch of `prim::If`, the body of `prim::Loop`."""

    __slots__ = ("graph", "is_numbered", "owner", "param_node", "return_node")

    def __init__(self, graph: Graph, owner: Node | None) -> None:
        self.graph = graph
        self.owner = owner
        """The node this is a block of; None for a graph's body."""
        self.param_node = Node(graph, "prim::Param", None)
        self.return_node = Node(graph, "prim::Return", None)
        self.param_node.block = self.return_node.block = self
        self.is_numbered = False

    @property
    def inputs(self) -> Sequence[Value]:
        """What the block is given."""
        return self.param_node.outputs

    @property
    def outputs(self) -> Sequence[Value]:
        """What the block gives back."""
        return self.return_node.inputs

    @property
    def nodes(self) -> Iterator[Node]:
        """The nodes in order; the current one may be moved or destroyed."""
        node = self.return_node.next
        while node is not self.return_node:
            following = node.next
            yield node
            node = following

    @property
    def nodes_reversed(self) -> Iterator[Node]:
        """The nodes, last first; the current one may be moved or destroyed."""
        node = self.return_node.previous
        while node is not self.return_node:
            preceding = node.previous
            yield node
            node = preceding

    @property
    def first(self) -> Node:
        """The first node; the return node if there is none."""
        return self.return_node.next

    def add_input(self, type_: Type = TENSOR, name: str = "") -> Value:
        """One more input."""
        return self.param_node.add_output(type_, name)

    def add_output(self, value: Value) -> None:
        """One more output."""
        self.return_node.add_input(value)

    def append(self, node: Node) -> Node:
        """Place a new node at the end."""
        return node.insert_before(self.return_node)

    def prepend(self, node: Node) -> Node:
        """Place a new node at the start."""
        return node.insert_before(self.return_node.next)

    def number(self) -> None:
        """Make the `order` of the nodes true."""
        if self.is_numbered:
            return
        self.param_node._order = 0
        count = 0
        for count, node in enumerate(self.nodes, 1):
            node._order = count
        self.return_node._order = count + 1
        self.is_numbered = True

    def destroy(self) -> None:
        """Remove all nodes, the outputs and the inputs."""
        self.return_node.set_inputs(())
        for node in self.nodes_reversed:
            node.destroy()
        while self.inputs:
            self.param_node.remove_output(len(self.inputs) - 1)

    def walk(self) -> Iterator[Node]:
        """All nodes of the block and of the blocks inside, each before what is inside it."""
        for node in self.nodes:
            yield node
            for block in node.blocks:
                yield from block.walk()

    def clone_into(self, target: Block, values: dict[Value, Value]) -> None:
        """Append copies of inputs, nodes and outputs to `target`. `values` maps what is outside, and gains what is copied."""
        for value in self.inputs:
            values[value] = copied = target.add_input(value.type)
            copied.take_name(value)
        for node in self.nodes:
            copy = target.append(target.graph.clone(node, values))
            # PyTorch takes the names over twice here, and so its numbers after the dot go on by two.
            for value, copied in zip(node.outputs, copy.outputs, strict=True):
                copied.take_name(value)
        for value in self.outputs:
            target.add_output(values.get(value, value))


class Graph:
    """A function's body: one top block. Creates nodes and keeps the insertion point and the names.

    graph = Graph()
    x = graph.add_input("x", TENSOR)
    y = graph.emit("aten::relu", [x], TENSOR)      # at the insertion point, which starts at the end
    graph.add_output(y)
    """

    __slots__ = ("_count", "_suffixes", "block", "insertion", "names")

    def __init__(self) -> None:
        self._count = 0
        self._suffixes: dict[str, int] = {}
        self.names: dict[str, Value] = {}
        """The values that have a name."""
        self.block = Block(self, None)
        self.insertion: Node = self.block.return_node
        """New nodes go before this one."""

    @property
    def inputs(self) -> Sequence[Value]:
        """What the function is given."""
        return self.block.inputs

    @property
    def outputs(self) -> Sequence[Value]:
        """What the function gives back."""
        return self.block.outputs

    @property
    def nodes(self) -> Iterator[Node]:
        """The nodes of the top block."""
        return self.block.nodes

    def add_input(self, name: str = "", type_: Type = TENSOR) -> Value:
        """One more parameter."""
        return self.block.add_input(type_, name)

    def add_output(self, value: Value) -> None:
        """One more result."""
        self.block.add_output(value)

    def walk(self) -> Iterator[Node]:
        """All nodes, those of nested blocks after the node that holds them."""
        return self.block.walk()

    def next_unique(self) -> int:
        """A number no other value of this graph has."""
        self._count += 1
        return self._count - 1

    def fresh_name(self, name: str) -> str:
        """`name.N` with a number that no value has and none had."""
        base, dot, number = name.rpartition(".")
        if not (dot and base and number.isdigit()):
            base, number = name, "1"
        # PyTorch leaves out every second number
        count = max(int(number), self._suffixes[base] + 1 if base in self._suffixes else 0)
        while f"{base}.{count}" in self.names:
            count += 1
        self._suffixes[base] = count + 1
        return f"{base}.{count}"

    # Creating nodes

    def create(
        self,
        kind: str,
        inputs: Iterable[Value] = (),
        types: Type | Iterable[Type] = (),
        attributes: Mapping[str, object] | None = None,
        span: Span | None = None,
    ) -> Node:
        """A new node in no block. `kind` is `prim::If` or an operator's key (`aten::add.Tensor`); `types` are those of its outputs."""
        node = Node(self, kind, span)
        for value in inputs:
            node.add_input(value)
        for type_ in (types,) if isinstance(types, Type) else types:
            node.add_output(type_)
        if attributes:
            node.attributes.update(attributes)
        return node

    def insert(self, node: Node) -> Node:
        """Place a new node at the insertion point."""
        return node.insert_before(self.insertion)

    def emit(
        self, kind: str, inputs: Iterable[Value], type_: Type, attributes: Mapping[str, object] | None = None, span: Span | None = None
    ) -> Value:
        """Create a node with one output at the insertion point; returns the output."""
        return self.insert(self.create(kind, inputs, type_, attributes, span)).output

    def constant(self, value: object, type_: Type | None = None, span: Span | None = None) -> Value:
        """A `prim::Constant` at the insertion point; the type follows from the value where it can."""
        return self.insert(self.create_constant(value, type_, span)).output

    def create_constant(self, value: object, type_: Type | None = None, span: Span | None = None) -> Node:
        """A `prim::Constant` in no block."""
        from .constants import type_of_constant

        node = self.create("prim::Constant", (), type_ or type_of_constant(value), span=span)
        if value is not None:
            node.attributes["value"] = value
        return node

    def call_function(self, function: FunctionLike, name: str, inputs: Iterable[Value], type_: Type, span: Span | None = None) -> Value:
        """A call of another compiled function with this qualified name, at the insertion point; returns its value."""
        attributes = {"name": name.rpartition(".")[2], "function": function}
        callee = self.emit("prim::Constant", (), FunctionType(name), attributes)
        return self.emit("prim::CallFunction", (callee, *inputs), type_, span=span)

    @contextmanager
    def insert_point(self, place: Node | Block) -> Generator[None]:
        """Within the `with`, new nodes go before `place`, or at its end if it is a block."""
        outer = self.insertion
        self.insertion = place.return_node if isinstance(place, Block) else place
        try:
            yield
        finally:
            self.insertion = outer

    # Copies

    def clone(self, node: Node, values: dict[Value, Value], *, with_blocks: bool = True) -> Node:
        """A copy of `node`, of this or another graph, in no block. Inputs go through `values`, which gains the outputs."""
        copy = Node(self, node.key, node.span)
        copy.scope = node.scope
        copy.attributes.update(node.attributes)
        for value in node.inputs:
            copy.add_input(values.get(value, value))
        for value in node.outputs:
            values[value] = copied = copy.add_output(value.type)
            copied.take_name(value)
        if with_blocks:
            for block in node.blocks:
                block.clone_into(copy.add_block(), values)
        return copy

    def copy(self, values: dict[Value, Value] | None = None) -> Graph:
        """A graph with copies of everything; `values` gains the map from the old values to the new."""
        graph = Graph()
        self.block.clone_into(graph.block, {} if values is None else values)
        return graph

    def insert_graph(self, other: Graph, arguments: Sequence[Value]) -> list[Value]:
        """Copy the body of `other` to the insertion point, with `arguments` for its inputs; returns the values of its outputs."""
        values = dict(zip(other.inputs, arguments, strict=True))
        for node in other.nodes:
            self.insert(self.clone(node, values))
        return [values[value] for value in other.outputs]

    def __str__(self) -> str:
        from .ir_printer import graph_text

        return graph_text(self)

    __repr__ = __str__
