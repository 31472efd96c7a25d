"""Pooling rows: maximum and averages over 2-d windows of (N, C, H, W) or (C, H, W) tensors."""
from __future__ import annotations

from collections.abc import Sequence

from ..dtype import int64
from ..kernels.launch import launch
from ..kernels.pooling import adaptive_avg_pool2d_kernel, avg_pool2d_kernel, max_pool2d_kernel
from ..tensor import Tensor, new_empty
from .copying import contiguous
from .launching import pair, require_floating
from .table import kernel


def _pooled_size(name: str, size: int, window: int, padding: int, stride: int, dilation: int, ceil_mode: bool) -> int:
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


def _planes(name: str, tensor: Tensor) -> tuple[int, int, int]:
    """(planes, H, W) of a 3-d or 4-d tensor."""
    shape = tensor.layout.shape
    if len(shape) not in (3, 4) or any(size == 0 for size in shape[-3:]):
        raise RuntimeError(
            f"{name}: expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got: {list(shape)}"
        )
    return tensor.layout.numel // (shape[-1] * shape[-2]), shape[-2], shape[-1]


def _output_shape(name: str, tensor: Tensor, height: int, width: int) -> tuple[int, ...]:
    shape = tensor.layout.shape
    if height < 1 or width < 1:
        channels = shape[-3]
        raise RuntimeError(
            f"Given input size: ({channels}x{shape[-2]}x{shape[-1]}). Calculated output size: ({channels}x{height}x{width}). "
            f"Output size is too small in {name}"
        )
    return (*shape[:-2], height, width)


def _max_pool2d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    ceil_mode: bool, with_indices: bool,
) -> tuple[Tensor, Tensor | None]:
    planes, height, width = _planes("max_pool2d", self)
    windows = pair(kernel_size, "max_pool2d: kernel_size")
    strides = pair(stride, "max_pool2d: stride") if stride else windows
    paddings = pair(padding, "max_pool2d: padding")
    dilations = pair(dilation, "max_pool2d: dilation")
    sizes = [
        _pooled_size("max_pool2d", size, window, pad, step, gap, ceil_mode)
        for size, window, pad, step, gap in zip((height, width), windows, paddings, strides, dilations)
    ]
    if not self.dtype.is_integral:
        require_floating("max_pool2d", self.dtype)
    out = new_empty(_output_shape("max_pool2d", self, *sizes), self.dtype)
    indices = new_empty(out.layout.shape, int64) if with_indices else None
    source = contiguous(self)
    words = (
        out.address, source.address, indices.address if indices is not None else 0, height, width, *sizes, *windows, *strides,
        *paddings, *dilations,
    )
    launch(max_pool2d_kernel(self.dtype), words, planes, work=out.layout.numel * windows[0] * windows[1])
    return out, indices


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
def avg_pool2d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool, count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    planes, height, width = _planes("avg_pool2d", self)
    if self.dtype is not int64:
        require_floating("avg_pool2d_out_frame", self.dtype)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    windows = pair(kernel_size, "avg_pool2d: kernel_size")
    strides = pair(stride, "avg_pool2d: stride") if stride else windows
    paddings = pair(padding, "avg_pool2d: padding")
    sizes = [
        _pooled_size("avg_pool2d", size, window, pad, step, 1, ceil_mode)
        for size, window, pad, step in zip((height, width), windows, paddings, strides)
    ]
    out = new_empty(_output_shape("avg_pool2d", self, *sizes), self.dtype)
    source = contiguous(self)
    words = (
        out.address, source.address, 0, height, width, *sizes, *windows, *strides, *paddings, int(count_include_pad), divisor_override or 0,
    )
    launch(avg_pool2d_kernel(self.dtype), words, planes, work=out.layout.numel * windows[0] * windows[1])
    return out


@kernel("adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor")
def adaptive_avg_pool2d(self: Tensor, output_size: Sequence[int]) -> Tensor:
    """The mean of each of `output_size` windows that cover the plane evenly."""
    planes, height, width = _planes("adaptive_avg_pool2d", self)
    require_floating("adaptive_avg_pool2d", self.dtype)
    if len(output_size) != 2 or min(output_size) < 0:
        raise RuntimeError(f"adaptive_avg_pool2d: elements of output_size must be two ints, not negative; got {list(output_size)}")
    out = new_empty((*self.layout.shape[:-2], *output_size), self.dtype)
    if out.layout.numel:
        source = contiguous(self)
        words = (out.address, source.address, 0, height, width, *output_size)
        launch(adaptive_avg_pool2d_kernel(self.dtype), words, planes, work=source.layout.numel)
    return out
