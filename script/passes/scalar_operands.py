"""Tensors without dimensions that are constants become numbers where arithmetic takes them.

In: a graph, mostly of a traced program, in which `x + 1.5` is a sum of two tensors. Out: the same with the number. It decides dtypes: an
integer tensor and the number give float32, as they did where the program was traced, with a tensor of float64 they would give that.
PyTorch does this when it runs a graph, so it is done for what is run and not for what is saved.
"""

from __future__ import annotations

from ...runtime.tensor import Tensor
from ...runtime.typesystem import TENSOR
from ..ir import Graph, Node
from .dead_code import destroy_unused

_WITH_NUMBER = {f"aten::{name}.Tensor": f"aten::{name}.Scalar" for name in ("add", "sub", "mul", "div")}


def use_numbers(graph: Graph) -> bool:
    """Use numbers for constant tensors of no dimensions that are second operands.

    %y : Tensor = aten::sub(%x, %half, %one)     =>    %number : float = prim::Constant[value=0.5]()
                                                       %y : Tensor = aten::sub(%x, %number, %one)
    """
    changed = False
    for node in list(graph.walk()):
        if not takes_number(node):
            continue
        operand = node.inputs[1].node.value
        assert isinstance(operand, Tensor)
        with graph.insert_point(node):
            number = graph.constant(operand.item(), span=node.span)
            inputs = (node.inputs[0], number, *node.inputs[2:])
            node.output.replace_all_uses_with(graph.emit(_WITH_NUMBER[node.key], inputs, TENSOR, span=node.span))
        destroy_unused(node)
        changed = True
    return changed


def takes_number(node: Node) -> bool:
    """Whether the node's second operand is such a tensor."""
    if node.kind.startswith("prim::") or node.key not in _WITH_NUMBER or not node.inputs[1].node.is_constant:
        return False
    operand = node.inputs[1].node.value
    return isinstance(operand, Tensor) and operand.ndim == 0 and not operand.dtype.is_quantized
