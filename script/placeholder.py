"""A function as a module, which is what an archive of a function holds: its `forward` is the function.

In: a `Function`. Out: an `Object` of a module type without attributes of its own.
"""

from __future__ import annotations

from ..runtime.schema import Argument
from ..runtime.typesystem import BOOL, ClassType
from .function import Function
from .ir import Graph
from .object import Object


def placeholder_module(function: Function) -> Object:
    """A module of the type `__torch__.PlaceholderModule` whose forward has the function's parameters, after `self`, and its body."""
    kind = ClassType("__torch__.PlaceholderModule", is_module=True)
    kind.add_attribute("training", BOOL)
    graph = Graph()
    graph.add_input("self", kind)
    function.graph.block.clone_into(graph.block, {})
    schema = function.schema._replace(name="forward", args=(Argument("self", kind), *function.schema.args))
    kind.methods["forward"] = Function(f"{kind.qualified_name}.forward", schema=schema, graph=graph)
    return Object(kind, {"training": True})
