"""Calls of functions and methods become what they call.

In: any graph. Out: the same graph without `prim::CallFunction` and `prim::CallMethod`, except calls through interfaces, whose callee is not
known before they run.
"""

from __future__ import annotations

from typing import cast

from ...runtime.typesystem import ClassType
from ..ir import Block, Graph, Node
from .constant_pooling import pool_constants
from .constant_propagation import propagate_constants


def inline(graph: Graph) -> bool:
    """Replace calls by the bodies of what they call, and calls in these too.

    %2 = prim::CallFunction(%relu, %1)       =>    %2 = aten::relu(%1)
    """
    return _block(graph.block)


def _block(block: Block) -> bool:
    changed = False
    for node in block.nodes:
        for inner in node.blocks:
            changed |= _block(inner)
        callee = _callee(node)
        if callee is not None:
            _replace(node, callee)
            changed = True
    return changed


def _callee(node: Node) -> Graph | None:
    if node.kind == "prim::CallFunction":
        return cast("Graph", node.function.graph)
    if node.kind != "prim::CallMethod":
        return None
    owner = node.inputs[0].type
    return cast("Graph", owner.methods[cast("str", node.attributes["name"])].graph) if isinstance(owner, ClassType) else None


def _replace(node: Node, callee: Graph) -> None:
    graph = node.graph
    body = callee.copy()
    # PyTorch tidies what it inlines, so constants that two callees share become one
    for rewrite in (inline, propagate_constants, pool_constants):
        rewrite(body)
    arguments = node.inputs[1:] if node.kind == "prim::CallFunction" else node.inputs
    with graph.insert_point(node):
        (result,) = graph.insert_graph(body, arguments)
    name = node.output.name if node.output.has_name else ""
    node.output.replace_all_uses_with(result)
    node.destroy()
    if name:
        result.name = name
