"""Loops whose trip count is a small constant are written out.

In: a graph in SSA form. Out: the same without short `for` loops of known length, whose counter is a constant in each copy of the body.
"""

from __future__ import annotations

from typing import cast

from ..ir import Block, Graph, Node, Value

# PyTorch's bounds: nodes of a body that is copied, and copies of it
MAX_BODY = 32
MAX_TRIPS = 8


def unroll_loops(graph: Graph) -> bool:
    """Repeat the body of a loop as often as it would run.

    %y : int = prim::Loop(%two, %true, %x)      =>    %a : int = aten::add(%x, %0)
      block0(%i : int, %c : int):                     %y : int = aten::add(%a, %1)
        %z : int = aten::add(%c, %i)
        -> (%true, %z)
    """
    return _block(graph.block)


def _block(block: Block) -> bool:
    changed = False
    for node in block.nodes:
        for inner in node.blocks:
            changed |= _block(inner)
        if is_short_loop(node):
            _unroll(node, max(cast("int", node.inputs[0].node.value), 0))
            changed = True
    return changed


def is_short_loop(node: Node) -> bool:
    """Whether the node is a loop that runs as often as a constant says, which is little."""
    if node.kind != "prim::Loop":
        return False
    count, start, body = node.inputs[0].node, node.inputs[1].node, node.blocks[0]
    following = body.outputs[0].node
    if not (count.is_constant and start.is_constant and following.is_constant and start.value is True and following.value is True):
        return False
    return cast("int", count.value) <= MAX_TRIPS and sum(1 for _ in body.walk()) <= MAX_BODY


def _unroll(node: Node, trips: int) -> None:
    graph, body = node.graph, node.blocks[0]
    carried = list(node.inputs[2:])
    with graph.insert_point(node):
        for trip in range(trips):
            values: dict[Value, Value] = dict(zip(body.inputs, (graph.constant(trip), *carried), strict=True))
            for inner in body.nodes:
                graph.insert(graph.clone(inner, values))
            carried = [values.get(value, value) for value in body.outputs[1:]]
    for value, last in zip(node.outputs, carried, strict=True):
        value.replace_all_uses_with(last)
    node.destroy()
