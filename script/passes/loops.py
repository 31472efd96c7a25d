"""Loops that have both a trip count and a condition become loops with a condition only, so that they can be written as `while`.

In: a graph in SSA form. Out: each `prim::Loop` is a `for` (condition always true) or a `while` (trip count is the largest integer).
"""

from __future__ import annotations

from ...runtime.typesystem import BOOL, INT
from ..ir import Block, Graph, Node

MAX_TRIP_COUNT = 2**63 - 1


def canonicalize_modified_loops(graph: Graph) -> bool:
    """Turn `for` loops with a `break` into `while` loops.

    prim::Loop(%n, %true)              =>    %some = aten::gt(%n, %0)
      block0(%i : int):                      %last : int = prim::Loop(%max, %some, %0)
        -> (%go)                               block0(%trip : int, %i : int):
                                                 %next = aten::add(%i, %1)
                                                 %more = aten::lt(%next, %n)
                                                 %both = aten::__and__(%more, %go)
                                                 -> (%both, %next)
    """
    return _block(graph.block)


def _block(block: Block) -> bool:
    changed = False
    for node in block.nodes:
        for inner in node.blocks:
            changed |= _block(inner)
        if node.kind == "prim::Loop" and _is_modified(node):
            _rewrite(node)
            changed = True
    return changed


def _is_modified(node: Node) -> bool:
    count, start = node.inputs[0].node, node.inputs[1].node
    body = node.blocks[0]
    following = body.outputs[0].node
    always = start.is_constant and start.value is True and following.is_constant and following.value is True
    counted = not count.is_constant or count.value != MAX_TRIP_COUNT or body.inputs[0].has_uses
    return counted and not always


def _rewrite(node: Node) -> None:
    graph, body = node.graph, node.blocks[0]
    count, start = node.inputs[0], node.inputs[1]
    with graph.insert_point(node):
        zero, one = graph.constant(0), graph.constant(1)
        condition = graph.emit("aten::gt.int", (count, zero), BOOL)
        node.replace_input(0, graph.constant(MAX_TRIP_COUNT))
        if not (start.node.is_constant and start.node.value):
            condition = graph.emit("aten::__and__.bool", (condition, start), BOOL)
        node.replace_input(1, condition)
    node.add_output(INT)
    node.add_input(zero)
    index = body.add_input(INT)
    trip = body.inputs[0]
    trip.name = ""
    trip.replace_all_uses_with(index)
    with graph.insert_point(body):
        following = graph.emit("aten::add.int", (index, one), INT)
        body.add_output(following)
        more = graph.emit("aten::lt.int", (following, count), BOOL)
        both = graph.emit("aten::__and__.bool", (more, body.outputs[0]), BOOL)
    body.return_node.replace_input(0, both)
