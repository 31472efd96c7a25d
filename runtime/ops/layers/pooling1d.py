"""Pooling rows over one dimension of (N, C, L) or (C, L) tensors: the 2-d rows on planes of height one."""
from __future__ import annotations

from collections.abc import Sequence

from ...tensor import Tensor
from ..launching import widened
from ..table import composite
from .pooling import adaptive_avg_pool2d, adaptive_maximum, avg_pool2d, max_pool2d, max_pool2d_with_indices


def _one(values: Sequence[int], name: str) -> int:
    if len(values) != 1:
        raise RuntimeError(f"{name} must contain one int; got {list(values)}")
    return values[0]


def _planes(name: str, tensor: Tensor) -> Tensor:
    """The lines as planes of height one."""
    shape = tensor.layout.shape
    if len(shape) not in (2, 3) or any(size == 0 for size in shape[-2:]):
        raise RuntimeError(
            f"{name}: expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got: {list(shape)}"
        )
    return tensor.unsqueeze(-2)


def _windows(
    name: str, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """Kernel size, stride and padding of the planes; the stride is the kernel size unless given."""
    window = _one(kernel_size, f"{name}: kernel_size")
    step = _one(stride, f"{name}: stride") if stride else window
    return [1, window], [1, step], [0, _one(padding, f"{name}: padding")]


@composite(
    "max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> Tensor"
)
def max_pool1d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> Tensor:
    """The largest item of each window; padding counts as minus infinity."""
    windows = _windows("max_pool1d", kernel_size, stride, padding)
    gaps = [1, _one(dilation, "max_pool1d: dilation")]
    return max_pool2d(_planes("max_pool1d", self), *windows, gaps, ceil_mode).squeeze(-2)


@composite(
    "max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], "
    "bool ceil_mode=False) -> (Tensor, Tensor)"
)
def max_pool1d_with_indices(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> tuple[Tensor, Tensor]:
    """The largest item of each window, and its place in the line (int64)."""
    windows = _windows("max_pool1d", kernel_size, stride, padding)
    gaps = [1, _one(dilation, "max_pool1d: dilation")]
    out, indices = max_pool2d_with_indices(_planes("max_pool1d", self), *windows, gaps, ceil_mode)
    return out.squeeze(-2), indices.squeeze(-2)


@composite(
    "avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool ceil_mode=False, "
    "bool count_include_pad=True) -> Tensor"
)
def avg_pool1d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool, count_include_pad: bool
) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    windows = _windows("avg_pool1d", kernel_size, stride, padding)
    return avg_pool2d(_planes("avg_pool1d", self), *windows, ceil_mode, count_include_pad, None).squeeze(-2)


@composite("adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor")
def adaptive_avg_pool1d(self: Tensor, output_size: Sequence[int]) -> Tensor:
    """The mean of each of `output_size` windows that cover the line evenly."""
    size = _one(output_size, "adaptive_avg_pool1d: output_size")
    return adaptive_avg_pool2d(_planes("adaptive_avg_pool1d", self), [1, size]).squeeze(-2)


@composite("adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)")
@widened
def adaptive_max_pool1d(self: Tensor, output_size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The largest item of each of `output_size` windows that cover the line evenly, and its place in the line."""
    return adaptive_maximum("adaptive_max_pool1d", self, [_one(output_size, "adaptive_max_pool1d: output_size")])
