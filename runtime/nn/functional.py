"""The operations behind the layers, under the names of `torch.nn.functional`.

Functions that PyTorch defines as one operator are that operator's packet (`linear`, `conv2d`, `gelu`, ...). The others are
written here in the subset of Python that the script compiler reads; archives hold them as compiled functions under these
names, so each compiles to the same graph as PyTorch's function of that name.
"""
from __future__ import annotations

import warnings

from .. import aten
from ..dtype import DType
from ..ops.packet import Packet
from ..scripting import BooleanDispatch, BroadcastingList2, annotate
from ..tensor import Tensor

_OPERATORS = frozenset({
    "adaptive_avg_pool1d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "bilinear", "celu_", "channel_shuffle", "conv1d", "conv2d",
    "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "cosine_similarity", "elu_", "gelu",
    "hardshrink", "hardtanh_", "leaky_relu_", "linear", "logsigmoid", "one_hot", "pixel_shuffle", "pixel_unshuffle", "prelu",
    "relu_", "rrelu_", "scaled_dot_product_attention", "selu_", "softplus", "softshrink", "threshold_",
})
_RENAMED = {"logsigmoid": "log_sigmoid"}


def __getattr__(name: str) -> Packet:
    """The functions that are operators; AttributeError where the operator table has no row yet."""
    if name not in _OPERATORS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    found = globals()[name] = getattr(aten, _RENAMED.get(name, name))
    return found


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(input, 0), written into `input` if `inplace`."""
    if inplace:
        result = aten.relu_(input)
    else:
        result = aten.relu(input)
    return result


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-input))."""
    return input.sigmoid()


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return input.tanh()


def _get_softmax_dim(name: str, ndim: int, stacklevel: int) -> int:
    """The dimension that calls without `dim` mean, which PyTorch deprecated: 1, or 0 for 0, 1 or 3 dimensions."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    if ndim == 0 or ndim == 1 or ndim == 3:
        ret = 0
    else:
        ret = 1
    return ret


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """exp(input) / sum(exp(input)) along `dim`; computed and returned in `dtype` if there is one."""
    if dim is None:
        dim = _get_softmax_dim("softmax", input.dim(), _stacklevel)
    if dtype is None:
        ret = input.softmax(dim)
    else:
        ret = input.softmax(dim, dtype=dtype)
    return ret


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """softmax of -input."""
    if dim is None:
        dim = _get_softmax_dim("softmin", input.dim(), _stacklevel)
    if dtype is None:
        ret = input.neg().softmax(dim)
    else:
        ret = input.neg().softmax(dim, dtype=dtype)
    return ret


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """log(softmax(input)) along `dim`, without the overflow that computing the two in turn has."""
    if dim is None:
        dim = _get_softmax_dim("log_softmax", input.dim(), _stacklevel)
    if dtype is None:
        ret = input.log_softmax(dim)
    else:
        ret = input.log_softmax(dim, dtype=dtype)
    return ret


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training: zero with probability `p`, the rest scaled by 1 / (1 - p); otherwise `input` as it is."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return aten.dropout_(input, p, training) if inplace else aten.dropout(input, p, training)


def _verify_batch_size(size: list[int]) -> None:
    """ValueError if each channel of an input of this shape has one value: it has no variance."""
    size_prods = size[0]
    for i in range(len(size) - 2):
        size_prods *= size[i + 2]
    if size_prods == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias per channel (dimension 1).

    In training, mean and variance are the batch's and the running ones, if given, move towards them by `momentum`;
    otherwise the running ones are used.
    """
    if training:
        _verify_batch_size(input.size())
    if training and eps <= 0.0:
        raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return aten.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: BroadcastingList2[int],
    stride: BroadcastingList2[int] | None = None,
    padding: BroadcastingList2[int] = 0,
    dilation: BroadcastingList2[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """The largest value of each window of the last two dimensions, and its index in the plane; see max_pool2d."""
    if stride is None:
        stride = annotate(list[int], [])
    return aten.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool2d(
    input: Tensor,
    kernel_size: BroadcastingList2[int],
    stride: BroadcastingList2[int] | None = None,
    padding: BroadcastingList2[int] = 0,
    dilation: BroadcastingList2[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """The largest value of each window of the last two dimensions.

    Windows are `kernel_size` apart unless `stride` says otherwise; the input counts as extended by `padding` on each side,
    and with `ceil_mode` a window may reach over the end. With `return_indices` the result is (values, indices).
    """
    if stride is None:
        stride = annotate(list[int], [])
    return aten.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


max_pool2d = BooleanDispatch(
    "max_pool2d", "return_indices", 6, default=False, if_true=max_pool2d_with_indices, if_false=_max_pool2d
)


def adaptive_avg_pool2d(input: Tensor, output_size: BroadcastingList2[int]) -> Tensor:
    """The mean over windows that divide the last two dimensions into `output_size`; None there keeps a dimension (eager only)."""
    return aten.adaptive_avg_pool2d(input, _list_with_default(output_size, input.size()))


def _list_with_default(sizes: object, defaults: tuple[int, ...]) -> list[int] | int:
    """`sizes` with None replaced by the last of `defaults`; compiled code has an operator of this name that only checks lengths."""
    if isinstance(sizes, int):
        return sizes
    assert isinstance(sizes, list | tuple)
    wanted: list[int | None] = [*sizes]  # pyright: ignore[reportUnknownVariableType]
    if len(defaults) <= len(wanted):
        raise ValueError(f"Input dimension should be at least {len(wanted) + 1}")
    return [default if size is None else size for size, default in zip(wanted, defaults[-len(wanted) :], strict=True)]


def pad(input: Tensor, pad: list[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """`input` extended by `pad` items before and after each of its last dimensions, the last first."""
    return aten.pad(input, pad, mode, value)
