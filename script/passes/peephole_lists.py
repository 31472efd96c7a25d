"""Lists that are put together and only read: their elements are used instead.

In: a graph in SSA form. Out: the same without lengths, elements, unpacking, slices and sums of lists whose elements are known and that
nothing writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ..ir import Graph, Node, Value
from .aliases import Aliases
from .dead_code import destroy_unused


def simplify_lists(graph: Graph) -> bool:
    """Look at what a list was made of.

    %l : Tensor[] = prim::ListConstruct(%a, %b)         =>    %e : Tensor = aten::neg(%b)
    %c : Tensor, %d : Tensor = prim::ListUnpack(%l)
    %e : Tensor = aten::neg(%d)
    """
    nodes = [node for node in graph.walk() if is_list_question(node)]
    if not nodes:
        return False
    aliases = Aliases(graph)
    changed = False
    for node in nodes:
        sources = [value for value in node.inputs if _elements(value) is not None]
        if any(map(aliases.is_written, sources)):
            continue
        results = _results(node, aliases)
        if results is None:
            continue
        for value, result in zip(node.outputs, results, strict=True):
            value.replace_all_uses_with(result)
        destroy_unused(node)
        changed = True
    return changed


_QUESTIONS = frozenset(("prim::ListUnpack", "aten::len", "aten::__getitem__", "aten::add", "aten::slice"))


def is_list_question(node: Node) -> bool:
    """Whether the node asks something of a list that was put together."""
    return node.kind in _QUESTIONS and _elements(node.inputs[0]) is not None


def _elements(value: Value) -> Sequence[Value] | None:
    return value.node.inputs if value.node.kind == "prim::ListConstruct" else None


def _results(node: Node, aliases: Aliases) -> Sequence[Value] | None:
    """What the node gives, taken from the elements; None where it is not known, or fails."""
    elements = _elements(node.inputs[0])
    assert elements is not None
    match node.key:
        case "prim::ListUnpack":
            return elements if len(elements) == len(node.outputs) else None
        case "aten::len.t":
            with node.graph.insert_point(node):
                return [node.graph.constant(len(elements))]
        case "aten::__getitem__.t":
            index = _number(node.inputs[1])
            return [elements[index]] if index is not None and -len(elements) <= index < len(elements) else None
        case "aten::add.t" | "aten::slice.t":
            return None if aliases.is_written(node.output) else _new_list(node, elements)
        case _:
            return None


def _new_list(node: Node, elements: Sequence[Value]) -> Sequence[Value] | None:
    if node.key == "aten::add.t":
        more = _elements(node.inputs[1])
        if more is None:
            return None
        chosen = [*elements, *more]
    else:
        bounds = [value.node for value in node.inputs[1:]]
        if not all(bound.is_constant and isinstance(bound.value, int | None) for bound in bounds) or bounds[2].value == 0:
            return None
        begin, end, step = (cast("int | None", bound.value) for bound in bounds)
        chosen = elements[begin:end:step]
    made = node.graph.create("prim::ListConstruct", chosen, node.output.type, span=node.span).insert_before(node)
    return made.outputs


def _number(value: Value) -> int | None:
    return value.node.value if value.node.is_constant and isinstance(value.node.value, int) else None
