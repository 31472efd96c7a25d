"""Checks of a frozen program go: branches that only raise.

In: a frozen graph. Out: the same without `if`s that give nothing and one of whose branches does nothing but raise. A program that would
have raised computes something, or fails in an operator, as after PyTorch's freezing.
"""

from __future__ import annotations

from ..ir import Block, Graph
from .dead_code import eliminate_dead_code, has_side_effects


def eliminate_exceptions(graph: Graph) -> bool:
    """Take the branch that does not raise.

    prim::If(%bad)                              =>      B
      block0(): prim::RaiseException(%text)
      block1(): B
    """
    changed = _block(graph.block)
    return eliminate_dead_code(graph) or changed


def _block(block: Block) -> bool:
    changed = False
    for node in block.nodes:
        for inner in node.blocks:
            changed |= _block(inner)
        if node.kind != "prim::If" or node.outputs:
            continue
        raising = [_only_raises(inner) for inner in node.blocks]
        if raising[0] == raising[1]:
            continue
        taken = node.blocks[1 if raising[0] else 0]
        for inside in taken.nodes:
            inside.move_before(node)
        node.destroy()
        changed = True
    return changed


def _only_raises(block: Block) -> bool:
    kinds = [node.kind for node in block.nodes]
    if "prim::RaiseException" not in kinds:
        return False
    return all(node.kind == "prim::RaiseException" or not node.blocks and not has_side_effects(node) for node in block.nodes)
