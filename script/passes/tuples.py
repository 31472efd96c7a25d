"""Taking apart a tuple that was just put together needs no tuple.

In: any graph. Out: the same without the unpacking, indexing and slicing of `prim::TupleConstruct` results, and without what is dead then.
"""

from __future__ import annotations

from typing import cast

from ...runtime.typesystem import TupleType
from ..ir import Block, Graph, Node
from .dead_code import eliminate_dead_code


def lower_simple_tuples(graph: Graph) -> bool:
    """Use the elements of a new tuple directly.

    %t : (int, int) = prim::TupleConstruct(%a, %b)     =>    aten::neg(%b)
    %c : int, %d : int = prim::TupleUnpack(%t)
    aten::neg(%d)
    """
    changed = _block(graph.block)
    return eliminate_dead_code(graph) or changed


def _block(block: Block) -> bool:
    changed = False
    for node in block.nodes:
        changed |= _node(node)
        for inner in node.blocks:
            changed |= _block(inner)
    return changed


def _node(node: Node) -> bool:
    if node.kind not in ("prim::TupleUnpack", "prim::TupleIndex", "prim::TupleSlice"):
        return False
    construct = node.inputs[0].node
    if construct.kind != "prim::TupleConstruct":
        return False
    elements = construct.inputs
    if node.kind == "prim::TupleUnpack":
        for value, element in zip(node.outputs, elements, strict=True):
            value.replace_all_uses_with(element)
        return True
    if node.kind == "prim::TupleSlice":
        begin, end = cast("int", node.attributes["beg"]), cast("int", node.attributes["end"])
        kept = elements[begin:end]
        made = node.graph.create("prim::TupleConstruct", kept, TupleType(value.type for value in kept)).insert_before(node)
        node.output.replace_all_uses_with(made.output)
        return True
    index = node.inputs[1].node
    if not index.is_constant:
        return False
    place = cast("int", index.value)
    if not -len(elements) <= place < len(elements):
        return False
    node.output.replace_all_uses_with(elements[place])
    return True
