"""Pooling rows: maximum and averages over 2-d windows of (N, C, H, W) or (C, H, W) tensors."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...dtype import int64
from ...kernels.compiling.isa import current
from ...tensor import Tensor
from ..launching import pair, require_floating, widened
from ..plans import Plans
from ..table import kernel
from .pooling_windows import PooledLayout, Windows, pool


def pooled_size(name: str, size: int, window: int, padding: int, stride: int, dilation: int, ceil_mode: bool) -> int:
    """The number of windows along one dimension. With `ceil_mode` the last one may run over the right edge, but must
    begin inside the input or its left padding."""
    if window <= 0 or stride <= 0 or dilation <= 0:
        raise RuntimeError(f"{name}: kernel size, stride and dilation should be greater than zero, got {window}, {stride}, {dilation}")
    reach = dilation * (window - 1) + 1
    if not 0 <= padding <= window // 2:
        raise RuntimeError(
            f"{name}: pad should be non-negative and at most half of kernel size, but got pad={padding}, "
            f"kernel_size={window} and dilation={dilation}"
        )
    count = -(-(size + 2 * padding - reach) // stride) if ceil_mode else (size + 2 * padding - reach) // stride
    count += 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def _planes(name: str, tensor: Tensor) -> tuple[int, int]:
    """(H, W) of a 3-d or 4-d tensor."""
    shape = tensor.layout.shape
    if len(shape) not in (3, 4) or any(size == 0 for size in shape[-3:]):
        raise RuntimeError(
            f"{name}: expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got: {list(shape)}"
        )
    return shape[-2], shape[-1]


def _check_output(name: str, tensor: Tensor, height: int, width: int) -> None:
    shape = tensor.layout.shape
    if height < 1 or width < 1:
        channels = shape[-3]
        raise RuntimeError(
            f"Given input size: ({channels}x{shape[-2]}x{shape[-1]}). Calculated output size: ({channels}x{height}x{width}). "
            f"Output size is too small in {name}"
        )


def _max_pool2d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    ceil_mode: bool, with_indices: bool,
) -> tuple[Tensor, Tensor | None]:
    settings = (kernel_size, stride, padding, dilation)
    listed = [tuple(one) if isinstance(one, list) else one for one in settings]
    key = (self.layout.form, self.dtype, *listed, ceil_mode, with_indices, current())
    known = _max_pools.get(key)
    if known is not None:
        return known.run(self)
    size = _planes("max_pool2d", self)
    windows = pair(kernel_size, "max_pool2d: kernel_size")
    strides = pair(stride, "max_pool2d: stride") if stride else windows
    paddings = pair(padding, "max_pool2d: padding")
    dilations = pair(dilation, "max_pool2d: dilation")
    sizes = [
        pooled_size("max_pool2d", *of_dim, ceil_mode) for of_dim in zip(size, windows, paddings, strides, dilations, strict=True)
    ]
    if not self.dtype.computes or self.dtype.name == "bool":
        require_floating("max_pool2d", self.dtype)
    _check_output("max_pool2d", self, *sizes)
    found = _max_pools[key] = PooledLayout(self, sizes, Windows(windows, strides, paddings, dilations), mean=False, places=with_indices)
    return found.run(self)


_max_pools = Plans[tuple[Any, ...], PooledLayout]()
"""What is known of inputs that passed every check."""


@kernel(
    "max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor"
)
def max_pool2d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> Tensor:
    """The largest item of each window; padding counts as minus infinity."""
    return _max_pool2d(self, kernel_size, stride, padding, dilation, ceil_mode, False)[0]


@kernel(
    "max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, "
    "bool ceil_mode=False) -> (Tensor, Tensor)"
)
def max_pool2d_with_indices(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> tuple[Tensor, Tensor]:
    """The largest item of each window, and its place in the flattened plane (int64)."""
    out, indices = _max_pool2d(self, kernel_size, stride, padding, dilation, ceil_mode, True)
    assert indices is not None
    return out, indices


@kernel(
    "avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, "
    "bool count_include_pad=True, int? divisor_override=None) -> Tensor"
)
@widened
def avg_pool2d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool, count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    size = _planes("avg_pool2d", self)
    if self.dtype is not int64:
        require_floating("avg_pool2d_out_frame", self.dtype)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    windows = pair(kernel_size, "avg_pool2d: kernel_size")
    strides = pair(stride, "avg_pool2d: stride") if stride else windows
    paddings = pair(padding, "avg_pool2d: padding")
    sizes = [
        pooled_size("avg_pool2d", *of_dim, 1, ceil_mode) for of_dim in zip(size, windows, paddings, strides, strict=True)
    ]
    _check_output("avg_pool2d", self, *sizes)
    taken = Windows(windows, strides, paddings, (1, 1))
    return pool(self, sizes, taken, mean=True, counts_padding=count_include_pad, divisor=divisor_override or 0)[0]


@kernel(
    "adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
    "_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
)
@widened
def adaptive_avg_pool2d(self: Tensor, output_size: Sequence[int]) -> Tensor:
    """The mean of each of `output_size` windows that cover the plane evenly."""
    _planes("adaptive_avg_pool2d", self)
    require_floating("adaptive_avg_pool2d", self.dtype)
    if len(output_size) != 2 or min(output_size) < 0:
        raise RuntimeError(f"adaptive_avg_pool2d: elements of output_size must be two ints, not negative; got {list(output_size)}")
    return pool(self, output_size, None, mean=True)[0]


def adaptive_maximum(name: str, self: Tensor, output_size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The largest items of adaptive windows over as many dimensions as there are output sizes, and their places."""
    shape, dims = self.layout.shape, len(output_size)
    if len(shape) not in (dims + 1, dims + 2):
        raise RuntimeError(f"{name}(): Expected {dims + 1}D or {dims + 2}D tensor, but got: {list(shape)}")
    for dim in range(1 if len(shape) == dims + 2 else 0, len(shape)):
        if not shape[dim]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {list(shape)} "
                f"with dimension {dim} being empty"
            )
    if min(output_size) < 0:
        made = [*shape[: len(shape) - dims], *output_size]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(output_size)}: {made}")
    require_floating(name, self.dtype)
    out, places = pool(self, output_size, None, mean=False, places=True, keeps_format=dims == 2)
    assert places is not None
    return out, places


@kernel("adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)")
@widened
def adaptive_max_pool2d(self: Tensor, output_size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The largest item of each of `output_size` windows that cover the plane evenly, and its place in the flattened plane."""
    if len(output_size) != 2:
        raise RuntimeError("adaptive_max_pool2d(): internal error: output_size.size() must be 2")
    return adaptive_maximum("adaptive_max_pool2d", self, output_size)
