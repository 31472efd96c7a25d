"""Early exits become control flow: no `prim::ReturnStmt` and no `prim::LoopContinuation` is left.

In: a graph in which these nodes say that the block they target (the graph, or the loop around them) ends there with their inputs. Out:
nested `prim::If`, extra outputs that say whether an exit was hit, and `prim::Uninitialized` where a value is never read, as in PyTorch.

A block's or node's `_Exit` says whether it was left and with what: `has_exited` is the constant true (always), the constant false (never),
the uninitialized value (an exception is raised, so nothing after it runs), or a value that tells at run time.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ...runtime.typesystem import BOOL, Type, unify, union
from ..ir import Block, Graph, Node, Value

if TYPE_CHECKING:
    from collections.abc import Sequence


def transform_exits(graph: Graph) -> bool:
    """Rewrite early returns, breaks and continues.

    if c:             =>    %r = prim::If(%c)
        return 1              block0(): -> (%1)
    return 2                  block1(): -> (%2)
    """
    _wrap_with_bodies(graph)
    _Transformer(graph, "prim::LoopContinuation").block(graph.block)
    _Transformer(graph, "prim::ReturnStmt").block(graph.block)
    merge_consecutive_ifs(graph.block)
    _unwrap_with_bodies(graph)
    return True


class _Status(Enum):
    WILL = 0
    MIGHT = 1
    WONT = 2
    THROWS = 3


class _Exit(NamedTuple):
    has_exited: Value
    values: list[Value]


class _Transformer:
    """Removes the exits of one kind."""

    def __init__(self, graph: Graph, kind: str) -> None:
        self.graph = graph
        self.kind = kind
        self.target: Block | None = None
        self.uninitialized: dict[Type, Value] = {}
        with graph.insert_point(graph.block.first):
            self.true = graph.constant(True)
            self.false = graph.constant(False)
        self.throws = self.unit(BOOL)

    def unit(self, type_: Type) -> Value:
        """The value of this type that is never read; one per type, at the front of the graph."""
        known = self.uninitialized.get(type_)
        if known is None:
            known = self.uninitialized[type_] = self.graph.block.prepend(self.graph.create("prim::Uninitialized", (), type_)).output
        return known

    def units(self, values: Sequence[Value]) -> list[Value]:
        return [self.unit(value.type) for value in values]

    def status(self, exit_: _Exit) -> _Status:
        if exit_.has_exited is self.true:
            return _Status.WILL
        if exit_.has_exited is self.false:
            return _Status.WONT
        return _Status.THROWS if exit_.has_exited is self.throws else _Status.MIGHT

    def block(self, block: Block) -> _Exit:
        outer_target = self.target
        if self.is_target(block):
            self.target = block
        exit_ = self.nodes(block)
        if self.target is block:
            self.arrive(block, exit_)
            # An exit reaches its target and no further; an exception may come from a loop that is not entered.
            exit_ = _Exit(self.false, [])
        self.target = outer_target
        return exit_

    def is_target(self, block: Block) -> bool:
        if self.kind == "prim::LoopContinuation":
            return block.owner is not None and block.owner.kind == "prim::Loop"
        return block.owner is None or block.owner.kind == "prim::Closure"

    def nodes(self, block: Block) -> _Exit:
        exit_ = _Exit(self.false, [])
        for node in block.nodes:
            following = node.next
            match node.kind:
                case "prim::RaiseException":
                    exit_ = _Exit(self.throws, [])
                case self.kind:
                    exit_ = _Exit(self.true, list(node.inputs))
                    node.destroy()
                case "prim::If":
                    exit_ = self.branches(node)
                case "prim::With":
                    exit_ = self.block(node.blocks[0])
                case "prim::Closure":
                    self.block(node.blocks[0])
                case "prim::Loop":
                    exit_ = self.loop(node)
                case _:
                    pass
            match self.status(exit_):
                case _Status.WILL | _Status.THROWS:
                    self.remove_from(block, following)
                    return exit_
                case _Status.MIGHT:
                    return exit_ if following is block.return_node else self.guard(block, exit_, following)
                case _Status.WONT:
                    pass
        return exit_

    def arrive(self, block: Block, exit_: _Exit) -> None:
        """Give the target block the values of the exits that hit it."""
        status = self.status(exit_)
        if status is _Status.WILL:
            block.return_node.set_inputs(exit_.values)
        if status is not _Status.MIGHT:
            return
        choice = block.append(self.graph.create("prim::If", (exit_.has_exited,)))
        choice.add_block()
        choice.add_block()
        self.add_outputs(choice, exit_.values, block.outputs)
        block.return_node.set_inputs(choice.outputs)

    def add_outputs(self, node: Node, then_values: Sequence[Value], else_values: Sequence[Value]) -> None:
        for then_value, else_value in zip(list(then_values), list(else_values), strict=True):
            node.blocks[0].add_output(then_value)
            node.blocks[1].add_output(else_value)
            node.add_output(unify(then_value.type, else_value.type) or union((then_value.type, else_value.type)))

    def branches(self, node: Node) -> _Exit:
        then_exit, else_exit = self.block(node.blocks[0]), self.block(node.blocks[1])
        then_status, else_status = self.status(then_exit), self.status(else_exit)
        status = _both(then_status, else_status)
        if status is _Status.THROWS:
            return _Exit(self.throws, [])
        if status is _Status.WONT:
            return _Exit(self.false, [])
        # What the branch that does not exit gives is never read.
        if then_status in (_Status.WONT, _Status.THROWS):
            then_exit = _Exit(then_exit.has_exited, self.units(else_exit.values))
        elif else_status in (_Status.WONT, _Status.THROWS):
            else_exit = _Exit(else_exit.has_exited, self.units(then_exit.values))
        has_exited = self.true
        if status is not _Status.WILL:
            self.add_outputs(node, [then_exit.has_exited], [else_exit.has_exited])
            has_exited = node.outputs[-1]
        self.add_outputs(node, then_exit.values, else_exit.values)
        return _Exit(has_exited, list(node.outputs[len(node.outputs) - len(then_exit.values) :]))

    def loop(self, node: Node) -> _Exit:
        """Leave a loop whose body left through it, and carry the exit's values out of it."""
        body = node.blocks[0]
        exit_ = self.block(body)
        if self.status(exit_) in (_Status.WONT, _Status.THROWS):
            return _Exit(self.false, [])
        choice = body.append(self.graph.create("prim::If", (exit_.has_exited,), BOOL))
        choice.add_block().add_output(self.false)
        choice.add_block().add_output(body.outputs[0])
        body.return_node.replace_input(0, choice.output)
        carried = [(self.false, exit_.has_exited), *((self.unit(value.type), value) for value in exit_.values)]
        for before, after in carried:
            node.add_input(before)
            body.add_input(after.type)
            body.add_output(after)
            node.add_output(after.type)
        has_exited, *values = node.outputs[len(node.outputs) - len(carried) :]
        return _Exit(has_exited, values)

    def guard(self, block: Block, exit_: _Exit, first: Node) -> _Exit:
        """Run the rest of the block, from `first` on, only if no exit was hit."""
        outputs = list(block.outputs)
        choice = self.graph.create("prim::If", (exit_.has_exited,), [value.type for value in outputs]).insert_before(first)
        exit_block, rest = choice.add_block(), choice.add_block()
        node = first
        while node is not block.return_node:
            following = node.next
            node.move_before(rest.return_node)
            node = following
        exit_block.return_node.set_inputs(self.units(outputs))
        rest.return_node.set_inputs(outputs)
        block.return_node.set_inputs(choice.outputs)
        exit_block.append(self.graph.create(self.kind, exit_.values))
        return self.branches(choice)

    def remove_from(self, block: Block, first: Node) -> None:
        """Destroy what is never reached, last node first."""
        last_kept = first.previous
        node = block.return_node.previous
        while node is not last_kept:
            preceding = node.previous
            for value in node.outputs:
                if value.has_uses:
                    value.replace_all_uses_with(self.unit(value.type))
            node.destroy()
            node = preceding


def _both(then_status: _Status, else_status: _Status) -> _Status:
    if then_status is _Status.THROWS:
        return else_status
    if else_status is _Status.THROWS or then_status is else_status:
        return then_status
    return _Status.MIGHT


def merge_consecutive_ifs(block: Block) -> None:
    """Move an `if` on what the `if` before it decided into the branches of that one.

    %hit : bool = prim::If(%c)       =>    prim::If(%c)
      block0(): -> (%true)                   block0():
      block1(): -> (%false)                    A
    prim::If(%hit)                           block1():
      block0(): A                              B
      block1(): B
    """
    node = block.first
    while node is not block.return_node:
        for inner in node.blocks:
            merge_consecutive_ifs(inner)
        if not _merge_next(node):
            node = node.next


def _merge_next(first: Node) -> bool:
    second = first.next
    if first.kind != "prim::If" or second.kind != "prim::If" or second.input.node is not first:
        return False
    decided = [block.outputs[second.input.offset].node for block in first.blocks]
    if not all(node.is_constant for node in decided) or decided[0].value == decided[1].value:
        return False
    for block, node in zip(first.blocks, decided, strict=True):
        _move_into(second.blocks[0 if node.value else 1], block, first)
    for value in second.outputs:
        moved = first.add_output(value.type)
        moved.take_name(value)
        value.replace_all_uses_with(moved)
    second.destroy()
    return True


def _move_into(taken: Block, block: Block, first: Node) -> None:
    """Put the nodes and outputs of a branch at the end of a branch of `first`; what it reads of `first` it reads in that branch then."""
    for outer, inner in zip(first.outputs, block.outputs, strict=True):
        for use in outer.uses:
            if any(node.block is taken for node in (use.node, *use.node.owners())):
                use.node.replace_input(use.index, inner)
    _name_as_copies(taken)
    for node in taken.nodes:
        node.move_before(block.return_node)
    for value in taken.outputs:
        block.add_output(value)


def _name_as_copies(block: Block) -> None:
    """PyTorch copies the nodes where they are moved here, and copies take new suffixes: see `Block.clone_into`."""
    fresh_name = block.graph.fresh_name
    for node in block.nodes:
        renamed = [(value, fresh_name(value.name)) for value in node.outputs if value.has_name]
        for inner in node.blocks:
            for value in inner.inputs:
                if value.has_name:
                    fresh_name(value.name)
            _name_as_copies(inner)
        for value, name in renamed:
            value.name = name
            fresh_name(name)


def _wrap_with_bodies(graph: Graph) -> None:
    """Put what is between a `prim::Enter` and its `prim::Exit` into a block of a `prim::With`, whose second block holds the exit."""
    pairs: list[tuple[Node, Node]] = []
    entered: list[Node] = []
    for node in graph.walk():
        if node.kind == "prim::Enter":
            entered.append(node)
        elif node.kind == "prim::Exit":
            pairs.append((entered.pop(), node))
    for enter, leave in pairs:
        wrapper = graph.create("prim::With").insert_after(enter)
        body, ending = wrapper.add_block(), wrapper.add_block()
        while wrapper.next is not leave:
            wrapper.next.move_before(body.return_node)
        leave.move_before(ending.return_node)


def _unwrap_with_bodies(graph: Graph) -> None:
    for wrapper in [node for node in graph.walk() if node.kind == "prim::With"]:
        for block in wrapper.blocks:
            for node in block.nodes:
                node.move_before(wrapper)
        wrapper.destroy()
