"""From variables to values: the compiler's `prim::Store` and `prim::Load` become block inputs, block outputs and plain uses.

In: a graph as the compiler emits it. Loops have two blocks (the body, and the header that computes the condition) and one input (the trip
count); `break` and `continue` are `prim::BreakStmt` and `prim::ContinueStmt`; a comprehension's names live in a `prim::ComprehensionScope`.
Out: no loads, stores, headers or scopes; `break` and `continue` are `prim::LoopContinuation(condition, carried...)`, which `exits.py`
removes.
The steps and the order of everything added are PyTorch's, and so are the names of the values.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from ...runtime.typesystem import Type, unify, union
from ..ir import Block, Graph, Node, Value

T = TypeVar("T")


def convert_to_ssa(graph: Graph) -> bool:
    """Replace variables by values.

    prim::Store[name="a"](%1)               =>    prim::Print(%1)
    %a : int = prim::Load[name="a"]()
    prim::Print(%a)
    """
    _ControlFlow().block(graph.block)
    _continuations(graph.block)
    inline_loop_headers(graph.block)
    _erase_variables(graph.block, None)
    return True


def meaningful(name: str) -> bool:
    """Whether a graph keeps the name: the compiler's temporaries (`$1`) and those of printed code (`_12`) are not kept."""
    return bool(name) and name[0] != "$" and not (name[0] == "_" and (len(name) == 1 or name[1:].isdigit()))


class _Frame(Generic[T]):
    """What a block assigns, by name, above what the blocks around it do."""

    def __init__(self, outer: _Frame[T] | None) -> None:
        self.outer = outer
        self.here: dict[str, T] = {}

    def find(self, name: str) -> T | None:
        frame: _Frame[T] | None = self
        while frame is not None:
            if name in frame.here:
                return frame.here[name]
            frame = frame.outer
        return None


class _ControlFlow:
    """Makes variables that a branch or a loop assigns outputs of its node (and inputs, for a loop), still as loads and stores."""

    def __init__(self) -> None:
        self.types: _Frame[Type] | None = None

    def block(self, block: Block) -> _Frame[Type]:
        frame = self.types = _Frame(self.types)
        for node in block.nodes:
            match node.kind:
                case "prim::If":
                    self.branches(node)
                case "prim::Loop":
                    self.loop(node)
                case "prim::Closure":
                    for inner in node.blocks:
                        self.block(inner)
                case "prim::ComprehensionScope":
                    self.block(node.blocks[0])
                case "prim::Store":
                    frame.here[_name(node)] = node.input.type
                case _:
                    pass
        self.types = frame.outer
        return frame

    def branches(self, node: Node) -> None:
        assert self.types is not None
        then_block, else_block = node.blocks
        then_types, else_types = self.block(then_block), self.block(else_block)
        changed = {name for name in then_types.here if else_types.find(name)} | {name for name in else_types.here if then_types.find(name)}
        for name in sorted(changed):
            then_type, else_type = then_types.find(name), else_types.find(name)
            assert then_type is not None and else_type is not None
            unified = unify(then_type, else_type) or union((then_type, else_type))
            _add_block_output(then_block, then_type, name)
            _add_block_output(else_block, else_type, name)
            self.types.here[name] = _add_node_output(node, unified, name)

    def loop(self, node: Node) -> None:
        assert self.types is not None
        body = node.blocks[0]
        inside = self.block(body)
        for name in sorted(inside.here):
            before = self.types.find(name)
            if before is None:
                continue
            after = inside.here[name]
            unified = unify(before, after) or union((before, after))
            load = _load(node.graph, name, before).insert_before(node)
            node.add_input(load.output)
            carried = body.add_input(unified, name)
            _store(node.graph, name, carried).insert_before(body.first)
            _add_block_output(body, after, name)
            self.types.here[name] = _add_node_output(node, unified, name)


def _name(node: Node) -> str:
    name = node.attributes["name"]
    assert isinstance(name, str)
    return name


def _load(graph: Graph, name: str, type_: Type) -> Node:
    return graph.create("prim::Load", (), type_, {"name": name})


def _store(graph: Graph, name: str, value: Value) -> Node:
    return graph.create("prim::Store", (value,), (), {"name": name})


def _add_block_output(block: Block, type_: Type, name: str) -> None:
    load = block.append(_load(block.graph, name, type_))
    block.add_output(load.output)


def _add_node_output(node: Node, type_: Type, name: str) -> Type:
    value = node.add_output(type_, name if meaningful(name) else "")
    _store(node.graph, name, value).insert_after(node)
    return type_


def _continuations(block: Block) -> None:
    """Turn `break` and `continue` into the values that the loop's body would give back at that place.

    prim::BreakStmt()       =>    %x = prim::Load[name="x"]()
                                  prim::LoopContinuation(%false, %x)
    """
    graph = block.graph
    with graph.insert_point(block.first):
        never = graph.constant(False)
    _assign_continuations(block, None, never)


def _assign_continuations(block: Block, loop: Node | None, never: Value) -> None:
    graph = block.graph
    for node in block.nodes:
        match node.kind:
            case "prim::If":
                for inner in node.blocks:
                    _assign_continuations(inner, loop, never)
            case "prim::Closure":
                _continuations(node.blocks[0])
            case "prim::Loop":
                _assign_continuations(node.blocks[0], node, never)
            case "prim::ContinueStmt" | "prim::BreakStmt":
                assert loop is not None
                condition = never if node.kind == "prim::BreakStmt" else _copy_header(loop.blocks[1], node)
                continuation = graph.create("prim::LoopContinuation", (condition,)).insert_after(node)
                for output in loop.blocks[0].outputs:
                    load = graph.clone(output.node, {}).insert_before(continuation)
                    continuation.add_input(load.output)
                node.destroy()
            case _:
                pass


def _copy_header(header: Block, place: Node) -> Value:
    """Compute a loop's condition before `place`, too; returns it."""
    copy = place.add_block()
    header.clone_into(copy, {})
    condition = copy.outputs[0]
    for node in copy.nodes:
        node.move_before(place)
    place.remove_block(-1)
    return condition


def inline_loop_headers(block: Block) -> None:
    """Compute the condition before the loop and at the end of its body, instead of in a block of its own.

    prim::Loop(%n)                     =>    %start : bool = ...
      block0(%i : int):                      prim::Loop(%n, %start)
        ...                                    block0(%i : int):
        -> ()                                    ...
      block1():                                  %next : bool = ...
        %condition : bool = ...                  -> (%next)
        -> (%condition)
    """
    for node in block.nodes:
        for inner in node.blocks:
            inline_loop_headers(inner)
        if node.kind != "prim::Loop":
            continue
        body, header = node.blocks
        start = _copy_header(header, node)
        node.set_inputs([node.inputs[0], start, *node.inputs[1:]])
        for inside in header.nodes:
            inside.move_before(body.return_node)
        body.return_node.set_inputs([header.outputs[0], *body.outputs])
        node.remove_block(1)


def _erase_variables(block: Block, outer: _Frame[Value] | None) -> None:
    values = _Frame(outer)
    for node in block.nodes:
        match node.kind:
            case "prim::Store":
                values.here[_name(node)] = node.input
                node.destroy()
            case "prim::Load":
                value = values.find(_name(node))
                assert value is not None, f"{_name(node)} is loaded before it is stored"
                node.output.replace_all_uses_with(value)
                node.destroy()
            case "prim::ComprehensionScope":
                body = node.blocks[0]
                _erase_variables(body, values)
                for inside in body.nodes:
                    inside.move_before(node)
                node.destroy()
            case _:
                for inner in node.blocks:
                    _erase_variables(inner, values)
