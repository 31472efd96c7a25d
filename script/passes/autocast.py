"""`with autocast(...)` in programs: the operators inside get their operands in the dtypes that the block asks for.

In: a graph, with the objects of PyTorch's autocast classes that it enters. Out: the same without calls, and with
`aten::_autocast_to_reduced_precision` or `aten::_autocast_to_full_precision` before what its operators read: products are made in the low
precision, what needs range or digits is computed in float32. The lists are those of PyTorch's pass, which knows fewer operators than its
eager mode does.
"""

from __future__ import annotations

from typing import NamedTuple

from ...runtime.settings import get_autocast_dtype
from ...runtime.typesystem import NONE, TENSOR, ClassType
from ..ir import Block, Graph, Node, Value
from ..qualified_names import unmangled
from .constant_propagation import propagate_constants
from .inlining import inline

CLASSES = frozenset(f"__torch__.torch.{name}.autocast" for name in (
    "amp.autocast_mode", "autocast_mode", "cpu.amp.autocast_mode", "cuda.amp.autocast_mode",
))  # fmt: skip

REDUCED = frozenset(f"aten::{name}" for name in (
    "_convolution", "_thnn_fused_gru_cell", "_thnn_fused_lstm_cell", "addbmm", "addmm", "addmv", "addr", "baddbmm", "bmm", "conv1d",
    "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "convolution", "cudnn_convolution", "cudnn_convolution_transpose",
    "gru_cell", "linear", "lstm_cell", "matmul", "mm", "mv", "prelu", "rnn_relu_cell", "rnn_tanh_cell",
))  # fmt: skip
"""Whose tensors of float32 become those of the block's dtype."""

FULL = frozenset(f"aten::{name}" for name in (
    "acos", "asin", "binary_cross_entropy_with_logits", "cdist", "cosh", "cosine_embedding_loss", "cosine_similarity", "cumprod", "cumsum",
    "dist", "erfinv", "exp", "expm1", "frobenius_norm", "gelu", "group_norm", "hinge_embedding_loss", "kl_div", "l1_loss", "layer_norm",
    "log", "log10", "log1p", "log2", "log_softmax", "logsumexp", "margin_ranking_loss", "mse_loss", "multi_margin_loss",
    "multilabel_margin_loss", "native_layer_norm", "nll_loss", "nll_loss2d", "nuclear_norm", "pdist", "pow", "prod", "reciprocal",
    "renorm", "rsqrt", "sinh", "smooth_l1_loss", "soft_margin_loss", "softplus", "sum", "tan", "triplet_margin_loss",
    # what takes operands of the widest dtype among them; which that is, no program knows before it runs
    "add", "addcdiv", "addcmul", "atan2", "bilinear", "cross", "div", "dot", "equal", "index_put", "mul", "sub", "tensordot",
))  # fmt: skip
"""Whose tensors of float16 and bfloat16 become those of float32, unless a `dtype` is given."""

FULL_ON_CUDA = frozenset({"aten::softmax"})
"""As FULL, but for tensors on CUDA devices alone."""

REFUSED = frozenset({"aten::binary_cross_entropy"})


class _Scope(NamedTuple):
    """What the blocks around a node ask for, on CUDA devices and on the CPU."""

    cuda_enabled: bool = False
    cpu_enabled: bool = False
    cuda_dtype: int = get_autocast_dtype("cuda").code
    cpu_dtype: int = get_autocast_dtype("cpu").code


def enters_autocast(node: Node) -> bool:
    """Whether a node begins or ends a block of autocast."""
    if node.kind not in ("prim::Enter", "prim::Exit"):
        return False
    kind = node.inputs[0].type
    return isinstance(kind, ClassType) and unmangled(kind.qualified_name) in CLASSES


def cast_operands(graph: Graph) -> bool:
    """Put casts before the operators in blocks of autocast, those of functions called there too.

    prim::Enter(%half)                   =>    prim::Enter(%half)
    %y : Tensor = aten::mm(%x, %x)             %low : Tensor = aten::_autocast_to_reduced_precision(%x, %false, %true, %cuda, %cpu)
    prim::Exit(%half)                          %y : Tensor = aten::mm(%low, %low)
                                               prim::Exit(%half)
    """
    if not any(map(enters_autocast, graph.walk())):
        return False
    inline(graph)
    propagate_constants(graph)
    _block(graph.block, _Scope())
    return True


def _block(block: Block, outer: _Scope) -> None:
    scopes = [outer]
    for node in list(block.nodes):
        if enters_autocast(node):
            if node.kind == "prim::Enter":
                scopes.append(_entered(node, scopes[-1]))
            else:
                scopes.pop()
        elif scopes[-1].cuda_enabled or scopes[-1].cpu_enabled:
            _operator(node, scopes[-1])
        for inner in node.blocks:
            _block(inner, scopes[-1])


def _entered(node: Node, outer: _Scope) -> _Scope:
    instance = node.inputs[0]
    if node.output.has_uses:
        raise RuntimeError("`with autocast() as ...` is not supported")
    if instance.node.kind != "prim::CreateObject":
        raise RuntimeError("Unsupported autocast syntax: the block must make the object that it enters")
    given = {use.node.attributes["name"]: use.node.inputs[1] for use in instance.uses if use.node.kind == "prim::SetAttr"}
    enabled, device = _constant(given.get("_enabled")), _constant(given.get("device"))
    if not isinstance(enabled, bool):
        raise RuntimeError("Autocast _enabled argument must be a constant")
    if device not in ("cpu", "cuda"):
        raise RuntimeError(f"autocast: expected the device cpu or cuda, but got {device!r}")
    dtype = _constant(given.get("fast_dtype"))
    if not isinstance(dtype, int):
        dtype = get_autocast_dtype(device).code
    if device == "cuda":
        return outer._replace(cuda_enabled=enabled, cuda_dtype=dtype)
    return outer._replace(cpu_enabled=enabled, cpu_dtype=dtype)


def _constant(value: Value | None) -> object:
    return value.node.value if value is not None and value.node.is_constant else None


def _operator(node: Node, scope: _Scope) -> None:
    schema = node.schema
    if node.kind in REFUSED:
        raise RuntimeError(f"Unsafe to autocast: {node.kind}; use binary_cross_entropy_with_logits")
    if schema is None or schema.writes:
        return
    flags: tuple[bool | int, ...] = (scope.cuda_enabled, scope.cpu_enabled)
    if node.kind in REDUCED:
        _cast(node, "aten::_autocast_to_reduced_precision", (*flags, scope.cuda_dtype, scope.cpu_dtype))
    elif node.kind in FULL and not _has_dtype(node):
        _cast(node, "aten::_autocast_to_full_precision", flags)
    elif node.kind in FULL_ON_CUDA and scope.cuda_enabled and not _has_dtype(node):
        _cast(node, "aten::_autocast_to_full_precision", (True, False))


def _has_dtype(node: Node) -> bool:
    assert node.schema is not None
    return any(argument.name == "dtype" and value.type != NONE for argument, value in zip(node.schema.args, node.inputs))


def _cast(node: Node, key: str, flags: tuple[bool | int, ...]) -> None:
    graph = node.graph
    with graph.insert_point(node):
        for value in dict.fromkeys(node.inputs):
            if value.type != TENSOR or value.node.kind == key:
                continue
            cast = graph.emit(key, (value, *map(graph.constant, flags)), TENSOR, span=node.span)
            for index, given in enumerate(node.inputs):
                if given is value:
                    node.replace_input(index, cast)
