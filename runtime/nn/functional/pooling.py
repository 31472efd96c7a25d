"""Poolings of `torch.nn.functional`; the package says how these files are written."""
from __future__ import annotations

from ... import aten
from ...scripting import BooleanDispatch, BroadcastingList2, annotate
from ...tensor import Tensor


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
