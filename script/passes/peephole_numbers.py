"""Arithmetic on integers, conditions and conversions that change nothing.

In: a graph in SSA form. Out: the same without them. Only what gives the same bits is rewritten: sums and products of integers wrap, so they
may be regrouped; floating-point numbers are left alone, as `x + 0.0` is not `x` where `x` is -0.0.
"""

from __future__ import annotations

from typing import cast

from ...runtime.typesystem import ANY, FLOAT, INT, NONE, TENSOR, OptionalType, UnionType, VarType, is_subtype
from ..ir import Graph, Node, Value
from .dead_code import destroy_unused, remove_unread_outputs

_NEUTRAL_RIGHT = {"aten::add.int": 0, "aten::sub.int": 0, "aten::mul.int": 1, "aten::floordiv.int": 1}
_NEUTRAL_LEFT = {"aten::add.int": 0, "aten::mul.int": 1}
_FROM_TENSOR = {"aten::Int.Tensor": INT, "aten::Float.Tensor": FLOAT, "aten::IntImplicit": INT, "aten::FloatImplicit": FLOAT}


def simplify_numbers(graph: Graph) -> bool:
    """Use what is there already.

    %y : int = aten::mul(%x, %one)           =>    %t : bool = aten::gt(%x, %c)
    %b : bool = prim::If(%t)                       prim::Print(%x, %t)
      block0(): -> (%true)
      block1(): -> (%false)
    prim::Print(%y, %b)
    """
    changed = False
    for node in list(graph.walk()):
        if node.block is None or not is_simple_arithmetic(node):
            continue
        if node.kind == "prim::If":
            _use_condition(node)
        else:
            node.output.replace_all_uses_with(_replacement(node))
            destroy_unused(node)
        changed = True
    return changed


_SIMPLE = frozenset((
    "prim::If", "prim::unchecked_cast", "aten::_unwrap_optional", "aten::__is__", "aten::__isnot__",
    *(key.partition(".")[0] for key in (*_NEUTRAL_RIGHT, *_FROM_TENSOR)),
))  # fmt: skip


def is_simple_arithmetic(node: Node) -> bool:
    """Whether the node is one of those that go."""
    if node.kind not in _SIMPLE or not node.outputs or node.outputs[0].type is TENSOR and node.kind.startswith("aten::"):
        return False
    if node.kind == "prim::If":
        return any(_is_condition(node, place) for place in range(len(node.outputs)))
    return _same_value(node) is not None or _none_test(node) is not None or _sum(node) is not None


def _replacement(node: Node) -> Value:
    graph = node.graph
    same = _same_value(node)
    if same is not None:
        return same
    known = _none_test(node)
    with graph.insert_point(node):
        if known is not None:
            return graph.constant(known)
        value, total = cast("tuple[Value, int]", _sum(node))
        return value if total == 0 else graph.emit("aten::add.int", (value, graph.constant(total)), INT, span=node.span)


def _is_condition(node: Node, place: int) -> bool:
    """Whether an output is true in the first branch and false in the second."""
    first, second = (block.outputs[place].node for block in node.blocks)
    constant = first.is_constant and second.is_constant and node.outputs[place].has_uses
    return constant and first.value is True and second.value is False


def _use_condition(node: Node) -> None:
    for place, value in enumerate(node.outputs):
        if _is_condition(node, place):
            value.replace_all_uses_with(node.input)
    remove_unread_outputs(node)
    destroy_unused(node)


def _constant(value: Value) -> object:
    return value.node.value if value.node.is_constant else None


def _is(value: object, number: int | None) -> bool:
    return number is not None and type(value) is int and value == number


def _same_value(node: Node) -> Value | None:
    """The input that the node always gives."""
    if len(node.inputs) == 2:
        left, right = node.inputs
        if _is(_constant(right), _NEUTRAL_RIGHT.get(node.key)):
            return left
        return right if _is(_constant(left), _NEUTRAL_LEFT.get(node.key)) else None
    if len(node.inputs) != 1:
        return None
    source = node.input
    if node.kind in ("prim::unchecked_cast", "aten::_unwrap_optional"):
        return source if is_subtype(source.type, node.output.type) else None
    wanted = _FROM_TENSOR.get(node.key)
    if wanted is not None and source.node.kind == "prim::NumToTensor":
        # a number that was made a tensor and is wanted as a number again
        return source.node.input if source.node.input.type is wanted else None
    return None


def _none_test(node: Node) -> bool | None:
    """What a comparison with None gives where the types say so."""
    if node.kind not in ("aten::__is__", "aten::__isnot__"):
        return None
    types = [value.type for value in node.inputs]
    for one, other in (types, reversed(types)):
        if one is NONE and not isinstance(other, OptionalType | UnionType | VarType) and other not in (NONE, ANY):
            return node.kind == "aten::__isnot__"
    return None


def _sum(node: Node) -> tuple[Value, int] | None:
    """`(x + 3) - 4` is `x + -1`: integers wrap, so both wrap to the same."""
    added = _added(node)
    inner = None if added is None else _added(added[0].node)
    return None if added is None or inner is None else (inner[0], _wrapped(added[1] + inner[1]))


def _added(node: Node) -> tuple[Value, int] | None:
    """What a node adds a constant to, and the constant."""
    if node.key not in ("aten::add.int", "aten::sub.int"):
        return None
    number = _constant(node.inputs[1])
    if type(number) is int:
        return node.inputs[0], number if node.key == "aten::add.int" else -number
    number = _constant(node.inputs[0])
    return (node.inputs[1], number) if node.key == "aten::add.int" and type(number) is int else None


def _wrapped(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63
