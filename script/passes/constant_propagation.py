"""Computing what is known when the program is compiled.

In: any graph. Out: operators on constants of immutable types are constants, an `if` on a constant is the branch it takes, a loop that never
runs is gone, and branches and loops do not give back what they do not change. Tensors, lists, dicts and objects are left alone, as PyTorch
leaves them when it compiles.
"""

from __future__ import annotations

from typing import cast

from ...runtime.typesystem import EnumType, TupleType
from ..constants import constant_key, type_of_constant
from ..ir import Block, Graph, Node, Value
from ..object import EnumMember
from ..running import make_tuple, matches_type
from .constant_pooling import is_mutable
from .dead_code import eliminate_dead_code, has_side_effects, remove_carried


def propagate_constants(graph: Graph) -> bool:
    """Fold operators on constants and control flow that is decided.

    %3 : int = aten::add(%1, %2)             =>    %3 : int = prim::Constant[value=3]()
    %y = prim::If(%true)                           A
      block0(): A -> (%a)
      block1(): B -> (%b)
    """
    changed = _block(graph.block)
    if changed:
        eliminate_dead_code(graph)
    return changed


def _block(block: Block) -> bool:
    changed = False
    for node in block.nodes:
        changed |= _node(node)
    return changed


def _node(node: Node) -> bool:
    if node.kind == "prim::If":
        return _branches(node)
    if node.kind == "prim::Loop":
        return _loop(node)
    if all(value.node.is_constant for value in node.inputs) and _is_foldable(node):
        return _fold(node)
    changed = False
    for block in node.blocks:
        changed |= _block(block)
    return changed


def _is_foldable(node: Node) -> bool:
    if node.kind in ("prim::Constant", "prim::Uninitialized") or node.blocks or has_side_effects(node):
        return False
    if any(is_mutable(value.type) for value in (*node.inputs, *node.outputs)):
        return False
    if any("function" in value.node.attributes for value in node.inputs):
        return False
    op = node.op
    # an operator without inputs tells about the state of the process: is_grad_enabled
    settled = op is None or not (op.random or op.schema.is_vararg or not node.inputs)
    return settled and _is_cheap([value.node.value for value in node.inputs])


# A file could otherwise say "x".zfill(10**9), or replace characters by texts again and again.
_TEXT_LIMIT = 4096


def _is_cheap(values: list[object]) -> bool:
    """Whether an operator on these values, if they are texts, gives a text of reasonable length."""
    texts = [value for value in values if isinstance(value, str)]
    if not texts:
        return True
    return sum(map(len, texts)) <= _TEXT_LIMIT and not any(isinstance(value, int) and abs(value) > _TEXT_LIMIT for value in values)


def _fold(node: Node) -> bool:
    results = run_node(node, [value.node.value for value in node.inputs])
    if results is None:
        return False
    changed = False
    with node.graph.insert_point(node):
        for value, result in zip(node.outputs, results, strict=True):
            type_ = value.type if result is None or isinstance(value.type, (TupleType, EnumType)) else type_of_constant(result)
            value.replace_all_uses_with(node.graph.constant(result, type_))
            changed = True
    return changed


def run_node(node: Node, values: list[object]) -> list[object] | None:
    """What a node without blocks computes from these inputs; None if it cannot be computed now."""
    match node.kind:
        case "prim::TupleConstruct":
            return [make_tuple(cast("TupleType", node.output.type), values)]
        case "prim::TupleUnpack":
            return list(cast("tuple[object, ...]", values[0]))
        case "prim::TupleIndex":
            elements, index = cast("tuple[object, ...]", values[0]), cast("int", values[1])
            return [elements[index]] if -len(elements) <= index < len(elements) else None
        case "prim::isinstance":
            types = node.attributes["types"]
            return [any(matches_type(values[0], type_) for type_ in cast("list[object]", types))]
        case "prim::unchecked_cast":
            return values
        case "prim::EnumName" | "prim::EnumValue":
            member = cast("EnumMember", values[0])
            return [member.name if node.kind == "prim::EnumName" else member.value]
        case _:
            pass
    op = node.op
    if op is None:
        return None
    try:
        result = op(*values)
    except Exception:  # noqa: BLE001 - whatever fails now fails again, with its message, when the program runs
        return None
    return [result] if len(node.outputs) == 1 else list(cast("tuple[object, ...]", result))


def _branches(node: Node) -> bool:
    condition = node.input.node
    if condition.is_constant:
        taken = node.blocks[0 if condition.value else 1]
        _block(taken)
        for inside in taken.nodes:
            inside.move_before(node)
        for value, output in zip(node.outputs, taken.outputs, strict=True):
            value.replace_all_uses_with(output)
        node.destroy()
        return True
    changed = False
    for block in node.blocks:
        changed |= _block(block)
    return _remove_equal_outputs(node) or changed


def _remove_equal_outputs(node: Node) -> bool:
    """Drop outputs that are the same in both branches."""
    before = len(node.outputs)
    index = 0
    while index < len(node.outputs):
        replacement = _common_value(node, *(block.outputs[index] for block in node.blocks))
        if replacement is None:
            index += 1
            continue
        node.outputs[index].replace_all_uses_with(replacement)
        node.remove_output(index)
        for block in node.blocks:
            block.return_node.remove_input(index)
    return len(node.outputs) != before


def _common_value(node: Node, then_value: Value, else_value: Value) -> Value | None:
    if then_value is else_value:
        return then_value
    if not (then_value.node.is_constant and else_value.node.is_constant):
        return None
    if "function" in then_value.node.attributes or "function" in else_value.node.attributes:
        return None
    value, type_ = then_value.node.value, then_value.type
    if constant_key(value, type_) != constant_key(else_value.node.value, else_value.type):
        return None
    with node.graph.insert_point(node):
        return node.graph.constant(value, type_)


def _loop(node: Node) -> bool:
    count, start = node.inputs[0].node, node.inputs[1].node
    never = (count.is_constant and cast("int", count.value) <= 0) or (start.is_constant and start.value is False)
    if never:
        for value, initial in zip(node.outputs, node.inputs[2:], strict=True):
            value.replace_all_uses_with(initial)
        node.destroy()
        return True
    body = node.blocks[0]
    changed = _block(body)
    before = len(node.outputs)
    for index in reversed(range(before)):
        carried = body.inputs[index + 1]
        if carried is not body.outputs[index + 1]:
            continue
        initial = node.inputs[index + 2]
        node.outputs[index].replace_all_uses_with(initial)
        carried.replace_all_uses_with(initial)
        remove_carried(node, index)
    return changed or len(node.outputs) != before
