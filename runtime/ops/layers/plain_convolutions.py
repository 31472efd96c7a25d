"""Convolutions under the names of single implementations, which old archives may hold, and the one over (time, batch, channel)."""
from __future__ import annotations

from collections.abc import Sequence

from ...tensor import Tensor
from ..table import composite
from .convolution import conv1d, conv2d, conv3d, conv_transpose2d, conv_transpose3d


@composite("conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor")
def conv_tbc(self: Tensor, weight: Tensor, bias: Tensor, pad: int) -> Tensor:
    """conv1d of (time, batch, channels) with weights (window, channels, out channels) and `pad` zeros on both sides."""
    if self.ndim != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight.ndim != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.ndim != 1:
        raise RuntimeError("Bias must be 1-D")
    if self.layout.shape[2] != weight.layout.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if weight.layout.shape[2] != bias.layout.shape[0]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
    return conv1d(self.permute(1, 2, 0), weight.permute(2, 1, 0), bias, [1], [pad], [1], 1).permute(2, 0, 1).contiguous()


@composite(
    "thnn_conv2d(Tensor self, Tensor weight, SymInt[2] kernel_size, Tensor? bias=None, SymInt[2] stride=[1, 1], "
    "SymInt[2] padding=[0, 0]) -> Tensor"
)
def thnn_conv2d(
    self: Tensor, weight: Tensor, kernel_size: Sequence[int], bias: Tensor | None, stride: Sequence[int], padding: Sequence[int]
) -> Tensor:
    """conv2d; `kernel_size` is that of the weight."""
    _check_window("thnn_conv2d", weight, kernel_size)
    return conv2d(self, weight, bias, stride, padding, [1, 1], 1)


@composite(
    "slow_conv3d(Tensor self, Tensor weight, SymInt[3] kernel_size, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], "
    "SymInt[3] padding=[0, 0, 0]) -> Tensor"
)
def slow_conv3d(
    self: Tensor, weight: Tensor, kernel_size: Sequence[int], bias: Tensor | None, stride: Sequence[int], padding: Sequence[int]
) -> Tensor:
    """conv3d; `kernel_size` is that of the weight."""
    _check_window("slow_conv3d", weight, kernel_size)
    return conv3d(self, weight, bias, stride, padding, [1, 1, 1], 1)


@composite(
    "slow_conv_dilated2d(Tensor self, Tensor weight, SymInt[2] kernel_size, Tensor? bias=None, SymInt[2] stride=[1, 1], "
    "SymInt[2] padding=[0, 0], SymInt[2] dilation=[1, 1]) -> Tensor"
)
def slow_conv_dilated2d(
    self: Tensor, weight: Tensor, kernel_size: Sequence[int], bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    """conv2d; `kernel_size` is that of the weight."""
    _check_window("slow_conv_dilated2d", weight, kernel_size)
    return conv2d(self, weight, bias, stride, padding, dilation, 1)


@composite(
    "slow_conv_dilated3d(Tensor self, Tensor weight, SymInt[3] kernel_size, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], "
    "SymInt[3] padding=[0, 0, 0], SymInt[3] dilation=[1, 1, 1]) -> Tensor"
)
def slow_conv_dilated3d(
    self: Tensor, weight: Tensor, kernel_size: Sequence[int], bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    """conv3d; `kernel_size` is that of the weight."""
    _check_window("slow_conv_dilated3d", weight, kernel_size)
    return conv3d(self, weight, bias, stride, padding, dilation, 1)


@composite(
    "slow_conv_transpose2d(Tensor self, Tensor weight, SymInt[2] kernel_size, Tensor? bias=None, SymInt[2] stride=[1, 1], "
    "SymInt[2] padding=[0, 0], SymInt[2] output_padding=[0, 0], SymInt[2] dilation=[1, 1]) -> Tensor"
)
def slow_conv_transpose2d(
    self: Tensor, weight: Tensor, kernel_size: Sequence[int], bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    output_padding: Sequence[int], dilation: Sequence[int],
) -> Tensor:
    """conv_transpose2d; `kernel_size` is that of the weight."""
    _check_window("slow_conv_transpose2d", weight, kernel_size)
    return conv_transpose2d(self, weight, bias, stride, padding, output_padding, 1, dilation)


@composite(
    "slow_conv_transpose3d(Tensor self, Tensor weight, SymInt[3] kernel_size, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], "
    "SymInt[3] padding=[0, 0, 0], SymInt[3] output_padding=[0, 0, 0], SymInt[3] dilation=[1, 1, 1]) -> Tensor"
)
def slow_conv_transpose3d(
    self: Tensor, weight: Tensor, kernel_size: Sequence[int], bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    output_padding: Sequence[int], dilation: Sequence[int],
) -> Tensor:
    """conv_transpose3d; `kernel_size` is that of the weight."""
    _check_window("slow_conv_transpose3d", weight, kernel_size)
    return conv_transpose3d(self, weight, bias, stride, padding, output_padding, 1, dilation)


def _check_window(name: str, weight: Tensor, kernel_size: Sequence[int]) -> None:
    if list(weight.layout.shape[2:]) != list(kernel_size):
        raise RuntimeError(f"{name}: kernel_size is {list(kernel_size)}, but weight has the size {list(weight.layout.shape)}")
