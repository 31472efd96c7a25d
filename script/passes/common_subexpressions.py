"""What is computed twice from the same values is computed once.

In: a graph in SSA form. Out: the same without nodes that repeat an earlier one of the same block or of a block around it. Nodes that do
something, draw random numbers, or read memory that the graph may write stay, and so do those whose results two places outside could tell
apart: two tensors that are returned do not become one.
"""

from __future__ import annotations

from collections.abc import Hashable

from ..ir import Block, Graph, Node
from .aliases import Aliases
from .dead_code import has_side_effects


def eliminate_common_subexpressions(graph: Graph) -> bool:
    """Use the result of an equal node instead of computing it again.

    %2 : Tensor = aten::neg(%x)             %2 : Tensor = aten::neg(%x)
    %3 : Tensor = aten::neg(%x)       =>    %4 : Tensor = aten::mul(%2, %2)
    %4 : Tensor = aten::mul(%2, %3)
    """
    return _block(graph.block, {}, Aliases(graph))


def _block(block: Block, around: dict[Hashable, Node], aliases: Aliases) -> bool:
    changed = False
    # what a branch computes is not known after it
    known = dict(around)
    for node in block.nodes:
        for inner in node.blocks:
            changed |= _block(inner, known, aliases)
        key = repetition_key(node)
        if key is None or any(map(aliases.is_written, (*node.inputs, *node.outputs))):
            continue
        existing = known.setdefault(key, node)
        if existing is node or (any(map(aliases.escapes, node.outputs)) and any(map(aliases.escapes, existing.outputs))):
            continue
        node.replace_all_uses_with(existing)
        node.destroy()
        changed = True
    return changed


def repetition_key(node: Node) -> Hashable | None:
    """What nodes have in common that compute the same as long as no memory is written; None for those that always run."""
    if node.is_constant or node.blocks or not node.inputs or not node.outputs or node.kind == "prim::fork" or has_side_effects(node):
        return None
    if node.op is not None and node.op.random:
        return None
    attributes = tuple((name, value if isinstance(value, str | int) else id(value)) for name, value in node.attributes.items())
    return node.kind, node.overload, tuple(map(id, node.inputs)), attributes
