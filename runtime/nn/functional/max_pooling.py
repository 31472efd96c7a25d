"""Poolings of maxima in `torch.nn.functional`, and their way back; the package says how these files are written."""
from __future__ import annotations

from ... import aten
from ...scripting import BooleanDispatch, BroadcastingList1, BroadcastingList2, BroadcastingList3, annotate
from ...tensor import Tensor
from ..modules.utils import pair, single, triple
from .pooling import _list_with_default


def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: BroadcastingList1[int],
    stride: BroadcastingList1[int] | None = None,
    padding: BroadcastingList1[int] = 0,
    dilation: BroadcastingList1[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """The largest value of each window of the last dimension, and its index in the line; see max_pool2d."""
    if stride is None:
        stride = annotate(list[int], [])
    return aten.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool1d(
    input: Tensor,
    kernel_size: BroadcastingList1[int],
    stride: BroadcastingList1[int] | None = None,
    padding: BroadcastingList1[int] = 0,
    dilation: BroadcastingList1[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """As max_pool2d over the last dimension."""
    if stride is None:
        stride = annotate(list[int], [])
    return aten.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode)


max_pool1d = BooleanDispatch(
    "max_pool1d", "return_indices", 6, default=False, if_true=max_pool1d_with_indices, if_false=_max_pool1d
)


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


def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: BroadcastingList3[int],
    stride: BroadcastingList3[int] | None = None,
    padding: BroadcastingList3[int] = 0,
    dilation: BroadcastingList3[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """The largest value of each window of the last three dimensions, and its index in the volume; see max_pool2d."""
    if stride is None:
        stride = annotate(list[int], [])
    return aten.max_pool3d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool3d(
    input: Tensor,
    kernel_size: BroadcastingList3[int],
    stride: BroadcastingList3[int] | None = None,
    padding: BroadcastingList3[int] = 0,
    dilation: BroadcastingList3[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """As max_pool2d over the last three dimensions."""
    if stride is None:
        stride = annotate(list[int], [])
    return aten.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)


max_pool3d = BooleanDispatch(
    "max_pool3d", "return_indices", 6, default=False, if_true=max_pool3d_with_indices, if_false=_max_pool3d
)


def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: BroadcastingList1[int], return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """The largest value over windows that divide the last dimension into `output_size`, and its index in the line."""
    return aten.adaptive_max_pool1d(input, output_size)


def _adaptive_max_pool1d(
    input: Tensor, output_size: BroadcastingList1[int], return_indices: bool = False
) -> Tensor:
    """The largest value over windows that divide the last dimension into `output_size`; with `return_indices` also its index."""
    return adaptive_max_pool1d_with_indices(input, output_size)[0]


adaptive_max_pool1d = BooleanDispatch(
    "adaptive_max_pool1d", "return_indices", 2, default=False, if_true=adaptive_max_pool1d_with_indices,
    if_false=_adaptive_max_pool1d,
)


def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: BroadcastingList2[int], return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """The largest value over windows that divide the last two dimensions into `output_size`, and its index in the plane."""
    output_size = _list_with_default(output_size, input.size())
    return aten.adaptive_max_pool2d(input, output_size)


def _adaptive_max_pool2d(
    input: Tensor, output_size: BroadcastingList2[int], return_indices: bool = False
) -> Tensor:
    """The largest value over windows that divide the last two dimensions into `output_size`; with `return_indices` also its index."""
    return adaptive_max_pool2d_with_indices(input, output_size)[0]


adaptive_max_pool2d = BooleanDispatch(
    "adaptive_max_pool2d", "return_indices", 2, default=False, if_true=adaptive_max_pool2d_with_indices,
    if_false=_adaptive_max_pool2d,
)


def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: BroadcastingList3[int], return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """The largest value over windows that divide the last three dimensions into `output_size`, and its index in the volume."""
    output_size = _list_with_default(output_size, input.size())
    return aten.adaptive_max_pool3d(input, output_size)


def _adaptive_max_pool3d(
    input: Tensor, output_size: BroadcastingList3[int], return_indices: bool = False
) -> Tensor:
    """The largest value over windows that divide the last three dimensions into `output_size`; with `return_indices` also its index."""
    return adaptive_max_pool3d_with_indices(input, output_size)[0]


adaptive_max_pool3d = BooleanDispatch(
    "adaptive_max_pool3d", "return_indices", 2, default=False, if_true=adaptive_max_pool3d_with_indices,
    if_false=_adaptive_max_pool3d,
)


def _unpool_output_size(
    input: Tensor, kernel_size: list[int], stride: list[int], padding: list[int], output_size: list[int] | None
) -> list[int]:
    """The size that was pooled, by the smallest that it can have been or as given; ValueError where it cannot have been that."""
    input_size = input.size()
    default_size = annotate(list[int], [])
    for d in range(len(kernel_size)):
        default_size.append((input_size[-len(kernel_size) + d] - 1) * stride[d] + kernel_size[d] - 2 * padding[d])
    if output_size is None:
        ret = default_size
    else:
        if len(output_size) == len(kernel_size) + 2:
            output_size = output_size[2:]
        if len(output_size) != len(kernel_size):
            raise ValueError(
                "output_size should be a sequence containing "
                f"{len(kernel_size)} or {len(kernel_size) + 2} elements, but it has a length of '{len(output_size)}'"
            )
        for d in range(len(kernel_size)):
            min_size = default_size[d] - stride[d]
            max_size = default_size[d] + stride[d]
            if not (min_size < output_size[d] < max_size):
                raise ValueError(f'invalid output_size "{output_size}" (dim {d} must be between {min_size} and {max_size})')

        ret = output_size
    for d in range(len(kernel_size)):
        if ret[d] < 0:
            raise ValueError(
                "max_unpooling: output_size must contain non-negative spatial "
                f"dimensions, but got output_size[{d}]={ret[d]}"
            )
    return ret


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: BroadcastingList1[int],
    stride: BroadcastingList1[int] | None = None,
    padding: BroadcastingList1[int] = 0,
    output_size: BroadcastingList1[int] | None = None,
) -> Tensor:
    """As max_unpool2d over lines."""
    kernel_size = single(kernel_size)
    if stride is not None:
        _stride = single(stride)
    else:
        _stride = kernel_size
    padding = single(padding)
    output_size = _unpool_output_size(input, kernel_size, _stride, padding, output_size)  # pyright: ignore[reportArgumentType]
    if isinstance(output_size, list):
        output_size = output_size + [1]
    else:
        output_size = output_size + (1,)
    return aten.max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), output_size).squeeze(-1)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: BroadcastingList2[int],
    stride: BroadcastingList2[int] | None = None,
    padding: BroadcastingList2[int] = 0,
    output_size: BroadcastingList2[int] | None = None,
) -> Tensor:
    """The values of a pooled image back at their `indices`, zeros elsewhere; `output_size` says which of several sizes it had."""
    kernel_size = pair(kernel_size)
    if stride is not None:
        _stride = pair(stride)
    else:
        _stride = kernel_size
    padding = pair(padding)
    output_size = _unpool_output_size(input, kernel_size, _stride, padding, output_size)  # pyright: ignore[reportArgumentType]
    return aten.max_unpool2d(input, indices, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: BroadcastingList3[int],
    stride: BroadcastingList3[int] | None = None,
    padding: BroadcastingList3[int] = 0,
    output_size: BroadcastingList3[int] | None = None,
) -> Tensor:
    """As max_unpool2d over volumes."""
    kernel_size = triple(kernel_size)
    if stride is not None:
        _stride = triple(stride)
    else:
        _stride = kernel_size
    padding = triple(padding)
    output_size = _unpool_output_size(input, kernel_size, _stride, padding, output_size)  # pyright: ignore[reportArgumentType]
    return aten.max_unpool3d(input, indices, output_size, _stride, padding)
