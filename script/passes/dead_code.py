"""Removing what nobody uses.

In: any graph. Out: the same without nodes whose results are not read and that change nothing, and without outputs of branches and loops
that are not read. Whether an operator changes something is asked of its row.
"""

from __future__ import annotations

from ..ir import Block, Graph, Node, Value

# Structure that does something besides computing its outputs.
_EFFECTS = frozenset((
    "prim::Print", "prim::RaiseException", "prim::SetAttr", "prim::CallFunction", "prim::CallMethod", "prim::Enter", "prim::Exit",
    "prim::Store", "prim::ReturnStmt", "prim::BreakStmt", "prim::ContinueStmt", "prim::LoopContinuation",
    "aten::warn", "aten::manual_seed", "aten::wait",
))  # fmt: skip


def has_side_effects(node: Node) -> bool:
    """True if the node does something besides computing its outputs; an operator without a row might."""
    if node.kind in _EFFECTS:
        return True
    if node.kind.startswith("prim::") and node.op is None:
        return any(has_side_effects(inner) for block in node.blocks for inner in block.nodes)
    # an operator without results is there for what it does: aten::set_grad_enabled
    return node.op is None or node.op.writes or not node.op.schema.returns


def eliminate_dead_code(graph: Graph) -> bool:
    """Remove nodes whose results nobody uses and which write nothing.

    %2 : Tensor = aten::add(%0, %1, %3)      (unused)   =>   gone
    """
    sweep = _Sweep()
    sweep.mark_node(graph.block.return_node)
    while sweep.mark_block(graph.block):
        pass
    return sweep.sweep_block(graph.block)


class _Sweep:
    def __init__(self) -> None:
        self.marked: set[Node] = set()
        self.live: set[Value] = set()
        self.effects: dict[Node, bool] = {}

    def mark_node(self, node: Node) -> bool:
        """Keep the node, the nodes around it and what they read."""
        if node in self.marked:
            return False
        for kept in (node, *node.owners()):
            if kept not in self.marked:
                self.marked.add(kept)
                self.live.update(kept.inputs)
        return True

    def is_effect(self, node: Node) -> bool:
        known = self.effects.get(node)
        if known is None:
            # what is inside is asked once, however deep it lies
            known = any(self.is_effect(inner) for block in node.blocks for inner in block.nodes) if node.blocks else has_side_effects(node)
            self.effects[node] = known
        return known

    def mark_block(self, block: Block) -> bool:
        changed = False
        for node in block.nodes:
            if self.is_effect(node):
                changed |= self.mark_node(node)
        changed |= self.mark_outputs(block)
        for node in block.nodes_reversed:
            while self.mark_blocks(node):
                changed = True
                if node.kind != "prim::Loop":
                    break
                # a loop's body can make values live that it computed itself, one iteration before
            if any(value in self.live for value in node.outputs):
                changed |= self.mark_node(node)
        return changed

    def mark_blocks(self, node: Node) -> bool:
        marks = [self.mark_block(inner) for inner in node.blocks]
        return any(marks)

    def mark_outputs(self, block: Block) -> bool:
        owner = block.owner
        before = len(self.live)
        if owner is None:
            self.live.update(block.outputs)
        elif owner.kind == "prim::Loop":
            self.live.add(block.outputs[0])
            for outer, carried, output in zip(owner.outputs, block.inputs[1:], block.outputs[1:], strict=True):
                if outer in self.live or carried.has_uses:
                    self.live.add(output)
        elif owner.kind == "prim::If":
            for outer, output in zip(owner.outputs, block.outputs, strict=True):
                if outer in self.live:
                    self.live.add(output)
        else:
            self.live.update(block.outputs)
        return len(self.live) != before

    def sweep_block(self, block: Block) -> bool:
        changed = False
        for node in block.nodes_reversed:
            changed |= remove_unread_outputs(node)
            for inner in node.blocks:
                changed |= self.sweep_block(inner)
            if node not in self.marked and not any(value.has_uses for value in node.outputs):
                node.destroy()
                changed = True
        return changed


def destroy_unused(node: Node) -> None:
    """Remove a node that nobody reads, and what it alone read, as far as they compute the same whenever they run."""
    pending = [node]
    while pending:
        node = pending.pop()
        if node.block is None or any(value.has_uses for value in node.outputs) or has_side_effects(node) or node.kind == "prim::Param":
            continue
        if any(inner.op is not None and inner.op.random for inner in (node, *(inside for block in node.blocks for inside in block.walk()))):
            continue
        sources = [value.node for value in node.inputs]
        node.destroy()
        pending += dict.fromkeys(sources)


def remove_unread_outputs(node: Node) -> bool:
    """Drop the outputs of an `if` or a loop that nobody reads."""
    if node.kind not in ("prim::If", "prim::Loop"):
        return False
    before = len(node.outputs)
    for index in reversed(range(before)):
        if node.outputs[index].has_uses:
            continue
        if node.kind == "prim::Loop":
            if node.blocks[0].inputs[index + 1].has_uses:
                continue
            remove_carried(node, index)
            continue
        node.remove_output(index)
        for block in node.blocks:
            block.return_node.remove_input(index)
    return len(node.outputs) != before


def remove_carried(node: Node, index: int) -> None:
    """Drop one carried value of a loop, which nobody reads any more."""
    body = node.blocks[0]
    node.remove_output(index)
    node.remove_input(index + 2)
    body.return_node.remove_input(index + 1)
    body.param_node.remove_output(index + 1)
