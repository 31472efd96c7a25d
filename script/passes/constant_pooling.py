"""One node per constant, at the top of the graph.

In: any graph. Out: equal constants are one node, and all constants stand before everything else, each new one before those already there.
"""

from __future__ import annotations

from ...runtime.typesystem import ClassType, DictType, ListType, Type, VarType
from ..constants import constant_key
from ..ir import Block, Graph, Node, Value


def pool_constants(graph: Graph) -> bool:
    """Share and hoist constants.

    %a = aten::neg(%x)                           =>    %1 : int = prim::Constant[value=1]()
    %1 : int = prim::Constant[value=1]()               %a = aten::neg(%x)
    %2 : int = prim::Constant[value=1]()               %b = aten::add(%a, %x, %1)
    %b = aten::add(%a, %x, %1)                         %c = aten::add(%b, %x, %1)
    %c = aten::add(%b, %x, %2)
    """
    return _block(graph.block, {})


def _block(block: Block, known: dict[object, Node]) -> bool:
    changed = False
    for node in block.nodes:
        for inner in node.blocks:
            changed |= _block(inner, known)
        if not node.is_constant:
            continue
        existing = known.setdefault(_key(node), node)
        if existing is node:
            first = node.graph.block.first
            if first is not node:
                node.move_before(first)
                changed = True
        elif not is_mutable(node.output.type) or (is_only_read(node.output) and is_only_read(existing.output)):
            node.replace_all_uses_with(existing)
            node.destroy()
            changed = True
    return changed


def _key(node: Node) -> object:
    function = node.attributes.get("function")
    if function is not None:
        return ("function", id(function))
    return constant_key(node.value, node.output.type)


def is_mutable(type_: Type) -> bool:
    """True if values of the type can be changed in place: tensors, lists, dicts, objects, and what may hold them."""
    if isinstance(type_, (ListType, DictType, ClassType, VarType)) or str(type_) in ("Tensor", "Any", "list"):
        return True
    return any(map(is_mutable, type_.contained))


def is_only_read(value: Value) -> bool:
    """True if every use is by an operator that neither writes it nor gives back something that shares its memory."""
    for node, index in value.uses:
        schema = node.schema
        if schema is None or index >= len(schema.args) or schema.args[index].alias is not None:
            return False
    return True
