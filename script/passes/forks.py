"""Calls that may run beside their caller: `fork` as a node that holds the graph to run.

In: a graph in SSA form with `prim::forkClosure` of a `prim::Closure`. Out: `prim::fork` nodes with the attribute `Subgraph`, whose
inputs are what the closure's body read from outside, in the order in which it first reads them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Block, Graph, Node, Value


def lift_forks(graph: Graph) -> bool:
    """Make closures that are forked graphs of their own.

    %c = prim::Closure()                          =>   %f : Future[Tensor] = prim::fork_0(%x)
      block0(): %y = f(%x) -> (%y)
    %f : Future[Tensor] = prim::forkClosure(%c)        with prim::fork_0 = graph(%x): %y = f(%x) return (%y)
    """
    forks = [node for node in graph.walk() if node.kind == "prim::forkClosure"]
    for node in forks:
        _lift(graph, node)
    return bool(forks)


def _lift(graph: Graph, node: Node) -> None:
    from .pipeline import clean_up

    closure = node.inputs[0].node
    body = closure.blocks[0]
    readers = list(_readers(body))
    inside = {body.param_node, *readers, *(block.param_node for reader in readers for block in reader.blocks)}
    captured = dict.fromkeys(value for reader in readers for value in reader.inputs if value.node not in inside)
    lifted = Graph()
    values: dict[Value, Value] = {}
    for value in captured:
        values[value] = lifted.add_input("", value.type)
        values[value].take_name(value)
    body.clone_into(lifted.block, values)
    clean_up(lifted)
    made = graph.create("prim::fork", list(captured), node.output.type, {"Subgraph": lifted}, node.span).insert_before(node)
    made.output.take_name(node.output)
    node.output.replace_all_uses_with(made.output)
    node.destroy()
    if not closure.output.has_uses:
        closure.destroy()


def _readers(block: Block) -> Iterator[Node]:
    """The nodes of a block and of the blocks inside, and what those give back, in the order in which they are copied."""
    for node in block.nodes:
        yield node
        for inner in node.blocks:
            yield from _readers(inner)
    yield block.return_node
