"""Empty lists that nothing gave a type are lists of tensors.

In: a graph in SSA form, as compiled. Out: no `prim::EmptyListLiteral`, which stood for `[]` while its use could still say what it holds.
"""

from __future__ import annotations

from ...runtime.typesystem import TENSOR, ListType
from ..ir import Graph


def erase_list_literals(graph: Graph) -> bool:
    """Replace what is left of empty literals.

    %1 : Tensor[] = prim::EmptyListLiteral()    =>    %1 : Tensor[] = prim::ListConstruct()
    """
    changed = False
    for node in list(graph.walk()):
        if node.kind != "prim::EmptyListLiteral":
            continue
        if node.output.has_uses:
            made = graph.create("prim::ListConstruct", (), ListType(TENSOR), span=node.span).insert_before(node)
            node.replace_all_uses_with(made)
        node.destroy()
        changed = True
    return changed
