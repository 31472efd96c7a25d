"""Convolutions take what follows them into their own pass over memory, and images are laid out with channels last between them.

In: a frozen graph, whose constant tensors nothing changes. Out: the same results with fewer operators and less copying; those of the first
pass are the same bits, sums of the second are in another order. Both are for programs that run here: what they make of a graph is not
for files.
"""

from __future__ import annotations

from typing import cast

from ...runtime.formats import channels_last, contiguous_format, format_strides
from ...runtime.layout import Layout
from ...runtime.ops.table import required
from ...runtime.tensor import Tensor
from ...runtime.typesystem import INT, NONE, TENSOR
from ..ir import Graph, Node, Value
from .dead_code import eliminate_dead_code

_CONVOLUTIONS = frozenset(("aten::conv1d", "aten::conv2d", "aten::conv3d"))
FUSED = "rushlight::convolution"
_SUMS = frozenset(("aten::add.Tensor", "aten::add_.Tensor"))
_BOUNDS: dict[str, tuple[float, float | None] | None] = {
    "aten::relu": (0, None), "aten::relu_": (0, None), "aten::relu6": (0, 6), "aten::relu6_": (0, 6), "aten::hardtanh": None,
    "aten::hardtanh_": None,
}  # fmt: skip
"""Functions that hold items between two numbers; None: those are arguments."""


def fuse_convolutions(graph: Graph) -> bool:
    """Put a sum and an activation into the convolution before them.

    %2 = aten::conv2d(%x, %w, %b, ...)
    %3 = aten::add(%2, %y, %1)                  =>      %4 = rushlight::convolution(%x, %w, %b, ..., %y, 0, None)
    %4 = aten::relu(%3)
    """
    changed = False
    for node in list(graph.walk()):
        if node.key in _CONVOLUTIONS and _fuse(graph, node):
            changed = True
    return eliminate_dead_code(graph) or changed


def _fuse(graph: Graph, convolution: Node) -> bool:
    last, residual, bounds = convolution, None, (None, None)
    follower = _only_user(convolution)
    if follower is not None and follower.key in _SUMS:
        residual = _addend(follower, convolution)
        if residual is not None:
            last, follower = follower, _only_user(follower)
    found = None if follower is None else _bounds(follower)
    if follower is not None and found is not None:
        last, bounds = follower, found
    if last is convolution:
        return False
    nothing = graph.create_constant(None, NONE, last.span)
    made: list[Node] = [nothing]
    for bound in bounds:
        made.append(nothing if bound is None else graph.create_constant(bound, None, last.span))
    for node in dict.fromkeys(made):
        graph.block.prepend(node)
    inputs = [*convolution.inputs, residual or nothing.output, made[1].output, made[2].output]
    fused = graph.create(FUSED, inputs, (TENSOR,), span=last.span).insert_before(last)
    fused.output.take_name(last.output)
    last.output.replace_all_uses_with(fused.output)
    # between the two nothing else reads their results
    while last is not convolution:
        before = last.inputs[0].node if residual is None or last.inputs[0] is not residual else last.inputs[1].node
        last.destroy()
        last = before
    convolution.destroy()
    return True


def _only_user(node: Node) -> Node | None:
    """The node that alone reads a result, if it comes later in the same block and nothing between them writes."""
    if len(node.output.uses) != 1:
        return None
    (use,) = node.output.uses
    if use.node.block is not node.block or use.node.kind == "prim::Return":
        return None
    between = node.next
    while between is not use.node:
        if _may_write(between):
            return None
        between = between.next
    return use.node


def _may_write(node: Node) -> bool:
    if node.kind in ("prim::Constant", "prim::ListConstruct", "prim::TupleConstruct", "prim::GetAttr"):
        return False
    return node.op is None or node.op.writes or bool(node.blocks)


def _addend(total: Node, convolution: Node) -> Value | None:
    """What is added to a convolution, by a factor of one; None where the sum goes into other memory, or adds it to itself."""
    left, right, factor = total.inputs
    if not factor.node.is_constant or factor.node.value != 1 or left is right:
        return None
    if left is convolution.output:
        return right if right.type is TENSOR else None
    return left if total.kind == "aten::add" and left.type is TENSOR else None


def _bounds(node: Node) -> tuple[float | None, float | None] | None:
    if node.key not in _BOUNDS:
        return None
    found = _BOUNDS[node.key]
    if found is not None:
        return found
    if not all(value.node.is_constant for value in node.inputs[1:]):
        return None
    low, high = (cast("float", value.node.value) for value in node.inputs[1:])
    return (low, high) if low <= high else None


# Channels last

_ITEMWISE = frozenset(
    """relu relu_ relu6 relu6_ hardtanh hardtanh_ hardswish hardswish_ hardsigmoid hardsigmoid_ silu silu_ sigmoid sigmoid_ tanh tanh_ gelu
    leaky_relu leaky_relu_ elu elu_ mish dropout add.Tensor add_.Tensor add.Scalar sub.Tensor mul.Tensor mul_.Tensor mul.Scalar div.Scalar
    batch_norm max_pool2d avg_pool2d adaptive_avg_pool2d softmax.int cat""".split()
)
"""Operators of which a result with its channels last follows from images with theirs last, and whose items do not depend on it."""
_READERS = frozenset("size size.int dim mean.dim sum.dim_IntList flatten.using_ints reshape linear".split())
"""Operators that take any layout, and of which nobody can tell from the result which it was."""
_VIEWS = frozenset("flatten.using_ints reshape dropout".split())
"""Those of them whose result may be the image's own memory, or not, by the layout."""


def prefer_channels_last(graph: Graph) -> bool:
    """Weights of two-dimensional convolutions have their channels last, so that images between them have; others read copies.

    Nothing is changed where branches, loops, calls or other writes make it hard to say who sees an image.
    """
    body = list(graph.block.nodes)
    wide: set[Value] = set()
    views: set[Value] = set()
    weights: list[Node] = []
    others: list[tuple[Node, int]] = []
    for node in [*body, graph.block.return_node]:
        name = node.key.removeprefix("aten::")
        if node.blocks or (node.kind != "prim::Return" and name not in _ITEMWISE and _may_write(node)):
            return False
        if node.op is not None and node.op.writes and node.inputs[0] in views:
            return False
        if name in _VIEWS and (node.inputs[0] in wide or node.inputs[0] in views):
            views.add(node.output)
        if node.key in ("aten::conv2d", FUSED) and _has_planes(node):
            weights.append(node)
            wide.add(node.output)
        elif name in _ITEMWISE and any(value in wide for value in _tensors(node)):
            wide.add(node.output)
        elif name not in _READERS and node.key != FUSED and node.kind != "prim::ListConstruct":
            others += [(node, index) for index, value in enumerate(node.inputs) if value in wide]
    if all(_is_turned(node) for node in weights) or any(not _is_read_alone(value, wide) for value in wide):
        return False
    for node in weights:
        made = graph.create_constant(_turned(cast("Tensor", node.inputs[1].node.value)), TENSOR, node.span)
        graph.block.prepend(made)
        node.replace_input(1, made.output)
    for node, index in others:
        _read_contiguous(graph, node, index)
    eliminate_dead_code(graph)
    return True


def _has_planes(node: Node) -> bool:
    weight = node.inputs[1].node.value if node.inputs[1].node.is_constant else None
    return isinstance(weight, Tensor) and weight.ndim == 4


def _turned(weight: Tensor) -> Tensor:
    """The weight with its channels last, by its strides too where they lie so already: of one channel, or windows of one item."""
    turned = cast("Tensor", required("aten::contiguous").callable()(weight, channels_last))
    layout = turned.layout
    return Tensor(turned.memory, Layout.of(layout.shape, format_strides(layout.shape, channels_last), layout.offset), turned.dtype)


def _is_turned(node: Node) -> bool:
    layout = cast("Tensor", node.inputs[1].node.value).layout
    return layout.strides == format_strides(layout.shape, channels_last)


def _tensors(node: Node) -> list[Value]:
    """The tensors among a node's inputs, and those in lists made for it."""
    found: list[Value] = []
    for value in node.inputs:
        found += value.node.inputs if value.node.kind == "prim::ListConstruct" else [value]
    return found


def _is_read_alone(value: Value, wide: set[Value]) -> bool:
    """Whether the lists that a value is put into go where the result is wide too."""
    lists = [use.node.output for use in value.uses if use.node.kind == "prim::ListConstruct"]
    return all(use.node.key == "aten::cat" and use.node.output in wide for one in lists for use in one.uses)


def _read_contiguous(graph: Graph, node: Node, index: int) -> None:
    layout = graph.create_constant(contiguous_format.code, INT, node.span)
    graph.block.prepend(layout)
    copy = graph.create("aten::contiguous", (node.inputs[index], layout.output), (TENSOR,), span=node.span).insert_before(node)
    node.replace_input(index, copy.output)
