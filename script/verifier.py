"""Checks that a graph is what passes, printers and the interpreter take it to be.

In: a graph. Out: nothing, or `InvalidGraph` that names the node. Tests run it between passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.typesystem import BOOL, INT, Type, is_subtype

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .ir import Block, Graph, Node, Value


class InvalidGraph(AssertionError):
    """A graph breaks a rule of its own form."""


def verify(graph: Graph) -> None:
    """Raise `InvalidGraph` for the first broken rule: ownership, uses, order of definition, names, or the shape of blocks."""
    _block(graph, graph.block, set())
    for name, value in graph.names.items():
        _require(value.name == name, value.node, f"%{value.name} is registered as %{name}")


def _require(condition: bool, node: Node, problem: str) -> None:
    if not condition:
        raise InvalidGraph(f"{node.kind}: {problem}")


def _block(graph: Graph, block: Block, visible: set[Value]) -> None:
    visible = set(visible)
    _outputs(block.param_node, visible)
    for node in block.nodes:
        _require(node.graph is graph and node.block is block, node, "belongs to another graph or block")
        _require(node.next.previous is node and node.previous.next is node, node, "its neighbours do not know it")
        _inputs(node, visible)
        for inner in node.blocks:
            _require(inner.owner is node, node, "does not own its block")
            _block(graph, inner, visible)
        _outputs(node, visible)
        _shape(node)
    _inputs(block.return_node, visible)


def _inputs(node: Node, visible: set[Value]) -> None:
    for index, value in enumerate(node.inputs):
        _require(value in visible, node, f"reads %{value.name} before it is defined, or out of its block")
        _require((node, index) in value.uses, node, f"is not among the uses of %{value.name}")


def _outputs(node: Node, visible: set[Value]) -> None:
    for offset, value in enumerate(node.outputs):
        _require(value.node is node and value.offset == offset, node, f"%{value.name} thinks it is another output")
        for use in value.uses:
            _require(
                use.index < len(use.node.inputs) and use.node.inputs[use.index] is value, node, f"%{value.name} has a use that is none"
            )
        visible.add(value)


def _shape(node: Node) -> None:
    if node.kind == "prim::If":
        _branches(node)
    elif node.kind == "prim::Loop":
        _loop(node)
    elif node.kind == "prim::Constant":
        _require(not node.inputs and len(node.outputs) == 1, node, "takes inputs, or has not one output")
    schema = node.schema
    if schema is not None and not schema.is_vararg:
        _require(len(node.inputs) == len(schema.args), node, f"takes {len(schema.args)} inputs but has {len(node.inputs)}")


def _branches(node: Node) -> None:
    _require(len(node.inputs) == 1 and node.input.type is BOOL, node, "its only input must be a bool")
    _require(len(node.blocks) == 2, node, f"must have 2 blocks but has {len(node.blocks)}")
    for block in node.blocks:
        _require(not block.inputs, node, "its blocks take no inputs")
        _fits(node, block.outputs, [value.type for value in node.outputs], "block outputs")


def _loop(node: Node) -> None:
    _require(len(node.blocks) == 1, node, f"must have 1 block but has {len(node.blocks)}")
    _require(len(node.inputs) == len(node.outputs) + 2, node, f"has {len(node.inputs)} inputs for {len(node.outputs)} outputs")
    _require(node.inputs[0].type is INT and node.inputs[1].type is BOOL, node, "takes a trip count and a condition first")
    body = node.blocks[0]
    _require(
        len(body.inputs) == len(node.outputs) + 1 and body.inputs[0].type is INT, node, "its body takes an index and the carried values"
    )
    carried = [value.type for value in body.inputs[1:]]
    _fits(node, node.inputs[2:], carried, "inputs")
    _fits(node, body.outputs, [BOOL, *carried], "block outputs")


def _fits(node: Node, values: Sequence[Value], types: list[Type], what: str) -> None:
    _require(len(values) == len(types), node, f"has {len(values)} {what}, not {len(types)}")
    for value, type_ in zip(values, types, strict=True):
        _require(is_subtype(value.type, type_), node, f"{value!r} is no {type_}")
