"""Pooling rows over volumes (N, C, D, H, W) or (C, D, H, W)."""
from __future__ import annotations

from collections.abc import Sequence

from ...dtype import int64
from ...tensor import Tensor
from ..launching import require_floating, widened
from ..table import kernel
from .pooling import adaptive_maximum, pooled_size
from .pooling_windows import Windows, pool

Triple = tuple[int, int, int]


def _triple(values: Sequence[int] | int, name: str) -> Triple:
    listed = [values] if isinstance(values, int) else list(values)
    if len(listed) not in (1, 3):
        raise RuntimeError(f"{name} must either be a single int, or a tuple of three ints; got {listed}")
    depth, height, width = listed * 3 if len(listed) == 1 else listed
    return depth, height, width


def _check_volumes(name: str, tensor: Tensor) -> None:
    shape = tensor.layout.shape
    if len(shape) not in (4, 5) or any(size == 0 for size in shape[-4:]):
        raise RuntimeError(
            f"{name}: expected 4D or 5D (batch mode) tensor with optional 0 dim batch size for input, but got: {list(shape)}"
        )


def _windows(
    name: str, tensor: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    ceil_mode: bool,
) -> tuple[Windows, list[int]]:
    """The windows and the size of the output; the stride is the kernel size unless given."""
    _check_volumes(name, tensor)
    size = _triple(kernel_size, f"{name}: kernel_size")
    windows = Windows(
        size, _triple(stride, f"{name}: stride") if stride else size, _triple(padding, f"{name}: padding"),
        _triple(dilation, f"{name}: dilation"),
    )
    by_dim = zip(tensor.layout.shape[-3:], size, windows.padding, windows.stride, windows.dilation, strict=True)
    sizes = [pooled_size(name, *of_dim, ceil_mode) for of_dim in by_dim]
    if min(sizes) < 1:
        before, after = ("x".join(map(str, (tensor.layout.shape[-4], *shape))) for shape in (tensor.layout.shape[-3:], sizes))
        raise RuntimeError(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small")
    return windows, sizes


@kernel(
    "max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor"
)
def max_pool3d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> Tensor:
    """The largest item of each window; padding counts as minus infinity."""
    windows, sizes = _windows("max_pool3d", self, kernel_size, stride, padding, dilation, ceil_mode)
    if not self.dtype.computes or self.dtype.name == "bool":
        require_floating("max_pool3d", self.dtype)
    return pool(self, sizes, windows, mean=False)[0]


@kernel(
    "max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, "
    "bool ceil_mode=False) -> (Tensor, Tensor)"
)
def max_pool3d_with_indices(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], ceil_mode: bool
) -> tuple[Tensor, Tensor]:
    """The largest item of each window, and its place in the flattened volume (int64)."""
    windows, sizes = _windows("max_pool3d", self, kernel_size, stride, padding, dilation, ceil_mode)
    if not self.dtype.computes or self.dtype.name == "bool":
        require_floating("max_pool3d", self.dtype)
    out, places = pool(self, sizes, windows, mean=False, places=True)
    assert places is not None
    return out, places


@kernel(
    "avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, "
    "bool count_include_pad=True, int? divisor_override=None) -> Tensor"
)
@widened
def avg_pool3d(
    self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool, count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    """The mean of each window; padding counts as zeros, and in the divisor if `count_include_pad`."""
    if self.dtype is not int64:
        require_floating("avg_pool3d_out_frame", self.dtype)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    windows, sizes = _windows("avg_pool3d", self, kernel_size, stride, padding, [1], ceil_mode)
    if any(size < window for size, window in zip(self.layout.shape[-3:], windows.size)):
        raise RuntimeError(
            f"avg_pool3d: input volume {list(self.layout.shape[-3:])} is smaller than kernel size {list(windows.size)}"
        )
    return pool(
        self, sizes, windows, mean=True, keeps_format=False, counts_padding=count_include_pad, divisor=divisor_override or 0
    )[0]


@kernel(
    "adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
    "_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
)
@widened
def adaptive_avg_pool3d(self: Tensor, output_size: Sequence[int]) -> Tensor:
    """The mean of each of `output_size` windows that cover the volume evenly."""
    _check_volumes("adaptive_avg_pool3d", self)
    require_floating("adaptive_avg_pool3d_cpu", self.dtype)
    if len(output_size) != 3 or min(output_size) < 0:
        raise RuntimeError(f"adaptive_avg_pool3d: elements of output_size must be three ints, not negative; got {list(output_size)}")
    return pool(self, output_size, None, mean=True, keeps_format=tuple(output_size) == (1, 1, 1))[0]


@kernel("adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)")
@widened
def adaptive_max_pool3d(self: Tensor, output_size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The largest item of each of `output_size` windows that cover the volume evenly, and its place in the flattened volume."""
    if len(output_size) != 3:
        raise RuntimeError("adaptive_max_pool3d(): internal error: output_size.size() must be 3")
    return adaptive_maximum("adaptive_max_pool3d", self, output_size)
