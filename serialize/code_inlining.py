"""Which values need no line of their own: those that can be written into the expression that uses them.

In: a function's block. Out: the nodes whose output is written where it is used. Reading an expression back evaluates its parts from left
to right, inner before outer; so walking the arguments of a node from the last to the first must meet the nodes before it in their order,
latest first. As long as the two walks agree, a node is part of the expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..script.ir import Block, Node
    from ..script.ir_values import Value

_CAPTURING = ("prim::fork", "prim::awaitable")


def inlined_nodes(block: Block) -> set[Node]:
    """The nodes of a block, and of those inside, that are written where they are used."""
    inlined: set[Node] = set()
    _scan_block(block, inlined)
    return inlined


def _scan_block(block: Block, inlined: set[Node]) -> None:
    _scan(block.return_node, inlined)
    for node in block.nodes_reversed:
        _scan(node, inlined)


def _scan(root: Node, inlined: set[Node]) -> None:
    """Walk the arguments of a statement, last first, against the nodes before it."""
    if root in inlined:
        return
    for block in root.blocks:
        _scan_block(block, inlined)
    point = _before(root)
    pending = [(root, len(root.inputs) - 1)]
    while pending:
        node, index = pending.pop()
        if index < 0:
            if node is not root:
                inlined.add(node)
            continue
        pending.append((node, index - 1))
        value = node.inputs[index]
        source = value.node
        if source is point and _may_move(value):
            point = _before(source)
            pending.append((source, len(source.inputs) - 1))
        elif source.kind == "prim::Constant":
            inlined.add(source)


def _before(node: Node) -> Node:
    node = node.previous
    while node.kind == "prim::Constant":
        node = node.previous
    return node


def _may_move(value: Value) -> bool:
    node = value.node
    uses = value.uses
    if len(node.outputs) != 1 or len(uses) != 1 or node.blocks:
        return False
    user, index = uses[0]
    # a name was written by someone and is kept, unless the value is only returned
    if value.has_name and user.kind != "prim::Return":
        return False
    # what a loop begins with is assigned before its condition is evaluated
    if user.kind == "prim::Loop" and index >= 2:
        return False
    if user.kind in _CAPTURING:
        return False
    # in a condition, a reader would narrow the type a second time; a submodule's type is said where it gets a name
    return node.kind not in ("prim::isinstance", "prim::ModuleContainerIndex")
