"""The outputs of branches and loops in one order: that of their first use.

In: any graph. Out: the same, so that passes that added outputs in another order leave no trace in the printed text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir import Block, Graph, Node, Value

if TYPE_CHECKING:
    from collections.abc import Sequence


def canonicalize_outputs(graph: Graph) -> bool:
    """Sort outputs by where they are read first, unread ones last.

    %a, %b = prim::If(%c)         =>    %b, %a = prim::If(%c)
      block0(): -> (%1, %2)               block0(): -> (%2, %1)
      block1(): -> (%3, %4)               block1(): -> (%4, %3)
    prim::Print(%b, %a)                 prim::Print(%b, %a)
    """
    places: dict[Node, int] = {}
    _number(graph.block, places)
    return _block(graph.block, places)


def _number(block: Block, places: dict[Node, int]) -> None:
    for node in block.nodes:
        places[node] = len(places)
        for inner in node.blocks:
            _number(inner, places)
    places[block.return_node] = len(places)


def _block(block: Block, places: dict[Node, int]) -> bool:
    changed = False
    for node in block.nodes_reversed:
        if node.kind in ("prim::If", "prim::Loop"):
            order = _order(node.outputs, places)
            if order != sorted(order):
                changed = True
                (_permute_branches if node.kind == "prim::If" else _permute_loop)(node, order)
        for inner in node.blocks:
            changed |= _block(inner, places)
    return changed


def _order(values: Sequence[Value], places: dict[Node, int]) -> list[int]:
    def first_use(index: int) -> tuple[int, int]:
        return min(((places[node], place) for node, place in values[index].uses), default=(len(places), index))

    return sorted(range(len(values)), key=first_use)


def _permute_branches(node: Node, order: list[int]) -> None:
    node.permute_outputs(order)
    for block in node.blocks:
        _permute_inputs(block.return_node, order, 0)


def _permute_loop(node: Node, order: list[int]) -> None:
    body = node.blocks[0]
    node.permute_outputs(order)
    _permute_inputs(node, order, 2)
    body.param_node.permute_outputs([0, *(index + 1 for index in order)])
    _permute_inputs(body.return_node, order, 1)


def _permute_inputs(node: Node, order: list[int], offset: int) -> None:
    inputs = node.inputs
    node.set_inputs([*inputs[:offset], *(inputs[index + offset] for index in order)])
