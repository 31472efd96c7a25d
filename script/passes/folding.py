"""Arithmetic on the tensors of a frozen module: operators on constants, and batch normalization after a convolution.

In: a frozen graph, whose constant tensors nothing changes. Out: the same with fewer operators. Sums are in another order after the second,
so results differ in the last bits, as in PyTorch.
"""

from __future__ import annotations

from typing import cast

from ...runtime.ops.table import required
from ...runtime.tensor import Tensor
from ...runtime.typesystem import BOOL, TENSOR
from ..ir import Graph, Node
from .constant_pooling import is_only_read
from .dead_code import eliminate_dead_code
from .freezing import is_written

_CONVOLUTIONS = frozenset(("aten::conv1d", "aten::conv2d", "aten::conv3d"))


def fold_tensors(graph: Graph) -> bool:
    """Compute what only needs constants.

    %2 : Tensor = aten::relu(%w)      (%w a constant)      =>      %2 : Tensor = prim::Constant[value=<Tensor>]()
    """
    changed = False
    for node in list(graph.walk()):
        op = node.op
        if op is None or op.writes or op.random or len(node.outputs) != 1 or node.output.type is not TENSOR or not node.inputs:
            continue
        if any(not value.node.is_constant or "function" in value.node.attributes for value in node.inputs):
            continue
        if not any(isinstance(value.node.value, Tensor) for value in node.inputs) or is_written(node.output):
            continue
        try:
            result = op.callable()(*(value.node.value for value in node.inputs))
        except Exception:  # noqa: S112 - it fails when the program runs, with the place in it
            continue
        _replace(node, graph.create_constant(result, TENSOR, node.span))
        changed = True
    return eliminate_dead_code(graph) or changed


def fold_lists(graph: Graph) -> bool:
    """Lists of constants that are only read are constants.

    %3 : int[] = prim::ListConstruct(%1, %1)      =>      %3 : int[] = prim::Constant[value=[1, 1]]()
    """
    changed = False
    for node in list(graph.walk()):
        if node.kind != "prim::ListConstruct" or not node.inputs or not is_only_read(node.output):
            continue
        if all(value.node.is_constant and "function" not in value.node.attributes for value in node.inputs):
            _replace(node, graph.create_constant([value.node.value for value in node.inputs], node.output.type, node.span))
            changed = True
    return eliminate_dead_code(graph) or changed


def fold_tests_for_none(graph: Graph) -> bool:
    """Whether a constant is None is known, of lists too.

    %2 : bool = aten::__is__(%stride, %none)      (%stride a constant list)      =>      %2 : bool = prim::Constant[value=0]()
    """
    changed = False
    for node in list(graph.walk()):
        if node.kind == "prim::unchecked_cast" and node.input.node.is_constant and is_only_read(node.output):
            node.output.replace_all_uses_with(node.input)
            node.destroy()
            changed = True
        elif node.kind in ("aten::__is__", "aten::__isnot__") and all(value.node.is_constant for value in node.inputs):
            left, right = (value.node for value in node.inputs)
            if right.value is None and "function" not in (*left.attributes, *right.attributes):
                _replace(node, graph.create_constant((left.value is None) == (node.kind == "aten::__is__"), BOOL, node.span))
                changed = True
    return changed


def fold_batch_norms(graph: Graph) -> bool:
    """Put batch normalization into the weights of the convolution before it.

    %2 = aten::conv2d(%x, %w, %b, ...)                  =>      %3 = aten::conv2d(%x, %w', %b', ...)
    %3 = aten::batch_norm(%2, %g, %h, %m, %v, ...)
    """
    changed = False
    for node in list(graph.walk()):
        if node.kind != "aten::batch_norm" or node.inputs[0].node.kind not in _CONVOLUTIONS:
            continue
        convolution = node.inputs[0].node
        if len(convolution.output.uses) == 1 and _fold(graph, convolution, node):
            changed = True
    return eliminate_dead_code(graph) or changed


def _fold(graph: Graph, convolution: Node, norm: Node) -> bool:
    weight, bias = convolution.inputs[1], convolution.inputs[2]
    parts = (weight, bias, *norm.inputs[1:])
    if not all(value.node.is_constant for value in parts) or norm.inputs[5].node.value is not False:
        return False
    gamma, beta, mean, variance = (cast("Tensor | None", value.node.value) for value in norm.inputs[1:5])
    kernel, offset = cast("Tensor", weight.node.value), cast("Tensor | None", bias.node.value)
    if mean is None or variance is None:
        return False
    epsilon = cast("float", norm.inputs[7].node.value)
    call = {name: required(f"aten::{name}").callable() for name in ("rsqrt", "reshape")}
    scale: Tensor = call["rsqrt"](variance + epsilon)
    scale = scale if gamma is None else scale * gamma
    shift = scale * ((-mean) if offset is None else (offset - mean))
    shift = shift if beta is None else shift + beta
    fused = kernel * call["reshape"](scale, [-1, *[1] * (len(kernel.shape) - 1)])
    for index, value in ((1, fused), (2, shift)):
        made = graph.create_constant(value, TENSOR, norm.span)
        graph.block.prepend(made)
        convolution.replace_input(index, made.output)
    norm.output.replace_all_uses_with(convolution.output)
    norm.destroy()
    return True


def _replace(node: Node, made: Node) -> None:
    node.graph.block.prepend(made)
    made.output.take_name(node.output)
    node.output.replace_all_uses_with(made.output)
    node.destroy()
