"""Old meanings of operators: a graph compiled from an old archive in, the same graph with what those operators did then out.

An archive of version v means every operator as it was at v. The table of present meanings is versions.py; PyTorch, too, upgrades the
methods of classes only, so functions keep their present meaning.
"""

from __future__ import annotations

from collections.abc import Callable

from ..runtime.typesystem import BOOL, FLOAT, INT, NUMBER, TENSOR, OptionalType, Type
from ..script.ir import Graph, Node, Value
from ..script.passes.pipeline import clean_up
from .versions import CHANGED

CASTS: dict[Type, str] = {INT: "aten::Float.int", BOOL: "aten::Float.bool"}


def upgrade(graph: Graph, version: int) -> bool:
    """Give operators the meaning that they had at `version`; True if something changed.

    %4 : Tensor = aten::div(%a, %b)     (version 3)   =>   true division where an operand is floating point, truncation elsewhere
    """
    changed = False
    for node in list(graph.walk()):
        upgrader = UPGRADERS.get(node.key)
        if upgrader is not None and version < CHANGED[node.key]:
            changed |= upgrader(graph, node)
    if changed:
        clean_up(graph)
    return changed


def _upgrade_division(graph: Graph, node: Node) -> bool:
    """Integers were divided with truncation."""
    first, second = node.inputs[:2]
    out = node.inputs[2:]
    with graph.insert_point(node):
        condition = _is_floating(graph, first, node)
        if second.type is TENSOR:
            for other in (second, *out):
                condition = graph.emit("aten::__or__.bool", [condition, _is_floating(graph, other, node)], BOOL, span=node.span)
        elif second.type is FLOAT:
            return False
        mode = graph.constant("trunc", span=node.span)
        choice = graph.insert(graph.create("prim::If", [condition], TENSOR, span=node.span))
        with graph.insert_point(choice.add_block()):
            true = graph.emit(node.key, node.inputs, TENSOR, span=node.span)
        choice.blocks[0].add_output(true)
        with graph.insert_point(choice.add_block()):
            key = "aten::div.Tensor_mode" if out else f"{node.key}_mode"
            truncated = graph.emit(key, [first, second, mode], TENSOR, span=node.span)
            if out:
                inputs = [out[0], truncated, graph.constant(False, span=node.span)]
                truncated = graph.emit("aten::copy_", inputs, TENSOR, span=node.span)
        choice.blocks[1].add_output(truncated)
    node.output.replace_all_uses_with(choice.output)
    node.destroy()
    return True


def _is_floating(graph: Graph, value: Value, node: Node) -> Value:
    return graph.emit("aten::is_floating_point", [value], BOOL, span=node.span)


def _upgrade_full(graph: Graph, node: Node) -> bool:
    """Without a dtype the result was of the default dtype, whatever the fill value."""
    fill, dtype = node.inputs[1], node.inputs[2]
    is_none = dtype.node.is_constant and dtype.node.attributes.get("value") is None
    if fill.type is FLOAT or not (is_none or isinstance(dtype.type, OptionalType)):
        return False
    cast = CASTS.get(fill.type, "aten::Float.Scalar")
    with graph.insert_point(node):
        if is_none:
            node.replace_input(1, graph.emit(cast, [fill], FLOAT, span=node.span))
            return True
        none = graph.constant(None, span=node.span)
        absent = graph.emit("aten::__is__", [dtype, none], BOOL, span=node.span)
        choice = graph.insert(graph.create("prim::If", [absent], NUMBER, span=node.span))
        with graph.insert_point(choice.add_block()):
            number = graph.emit(cast, [fill], FLOAT, span=node.span)
        choice.blocks[0].add_output(number)
        choice.add_block()
        choice.blocks[1].add_output(fill)
        node.replace_input(1, choice.output)
    return True


def without_steps(version: int) -> frozenset[str]:
    """Operators whose number of steps might be left out, or be None, in archives of this version: it was 100."""
    return frozenset(name for name in ("linspace", "logspace") if version < CHANGED[f"aten::{name}"])


UPGRADERS: dict[str, Callable[[Graph, Node], bool]] = {
    "aten::div.Tensor": _upgrade_division,
    "aten::div.Scalar": _upgrade_division,
    "aten::div_.Tensor": _upgrade_division,
    "aten::div_.Scalar": _upgrade_division,
    "aten::div.out": _upgrade_division,
    "aten::full": _upgrade_full,
}
