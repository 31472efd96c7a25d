"""Questions about dims that need no list of sizes.

In: a graph in SSA form. Out: the same, in which the length of a tensor's sizes is its `dim`.
"""

from __future__ import annotations

from ...runtime.typesystem import INT
from ..ir import Graph, Node
from .dead_code import destroy_unused


def simplify_dims(graph: Graph) -> bool:
    """Ask the tensor for the number of its dims.

    %s : int[] = aten::size(%x)       =>    %n : int = aten::dim(%x)
    %n : int = aten::len(%s)
    """
    changed = False
    for node in list(graph.walk()):
        if not is_dims_question(node):
            continue
        made = graph.create("aten::dim", node.input.node.inputs, node.output.type, span=node.span).insert_before(node)
        node.replace_all_uses_with(made)
        destroy_unused(node)
        changed = True
    return changed


def is_dims_question(node: Node) -> bool:
    """Whether the node asks for the length of sizes that nothing changes."""
    if node.kind != "aten::len" or node.input.node.kind != "aten::size" or node.input.type is INT:
        return False
    return not any(use.node.op is None or use.node.op.writes for use in node.input.uses)
