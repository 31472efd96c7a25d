"""Layers that make one value of each window."""
from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .utils import IntOrPair, IntOrSingle, IntOrTriple, pair, single, triple


class _MaxPoolNd(Module):
    """Arguments and text of maximum pooling over any number of dimensions."""

    __constants__ = ["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"]
    return_indices: bool
    ceil_mode: bool

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The largest value of each window of (N, C, L) or (C, L); see `F.max_pool1d`."""

    kernel_size: IntOrSingle
    stride: IntOrSingle
    padding: IntOrSingle
    dilation: IntOrSingle

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the line."""
        return F.max_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class MaxPool2d(_MaxPoolNd):
    """The largest value of each window of (N, C, H, W) or (C, H, W); see `F.max_pool2d`."""

    kernel_size: IntOrPair
    stride: IntOrPair
    padding: IntOrPair
    dilation: IntOrPair

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the plane."""
        return F.max_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class MaxPool3d(_MaxPoolNd):
    """The largest value of each window of (N, C, D, H, W) or (C, D, H, W); see `F.max_pool3d`."""

    kernel_size: IntOrTriple
    stride: IntOrTriple
    padding: IntOrTriple
    dilation: IntOrTriple

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the volume."""
        return F.max_pool3d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class _MaxUnpoolNd(Module):
    """Text of the way back from maximum pooling over any number of dimensions."""

    kernel_size: Any
    stride: Any
    padding: Any

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Pooled values back at the places that `MaxPool1d` gave with `return_indices`, zeros elsewhere."""

    kernel_size: IntOrSingle
    stride: IntOrSingle
    padding: IntOrSingle

    def __init__(self, kernel_size: IntOrSingle, stride: IntOrSingle | None = None, padding: IntOrSingle = 0) -> None:
        super().__init__()
        self.kernel_size = single(kernel_size)
        self.stride = single(stride if stride is not None else kernel_size)
        self.padding = single(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: list[int] | None = None) -> Tensor:
        """The lines, of the smallest size that can have been pooled unless `output_size` says another."""
        return F.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpoolNd):
    """Pooled values back at the places that `MaxPool2d` gave with `return_indices`, zeros elsewhere."""

    kernel_size: IntOrPair
    stride: IntOrPair
    padding: IntOrPair

    def __init__(self, kernel_size: IntOrPair, stride: IntOrPair | None = None, padding: IntOrPair = 0) -> None:
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride if stride is not None else kernel_size)
        self.padding = pair(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: list[int] | None = None) -> Tensor:
        """The planes, of the smallest size that can have been pooled unless `output_size` says another."""
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool3d(_MaxUnpoolNd):
    """Pooled values back at the places that `MaxPool3d` gave with `return_indices`, zeros elsewhere."""

    kernel_size: IntOrTriple
    stride: IntOrTriple
    padding: IntOrTriple

    def __init__(self, kernel_size: IntOrTriple, stride: IntOrTriple | None = None, padding: IntOrTriple = 0) -> None:
        super().__init__()
        self.kernel_size = triple(kernel_size)
        self.stride = triple(stride if stride is not None else kernel_size)
        self.padding = triple(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: list[int] | None = None) -> Tensor:
        """The volumes, of the smallest size that can have been pooled unless `output_size` says another."""
        return F.max_unpool3d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class _AvgPoolNd(Module):
    """Text of mean pooling over any number of dimensions."""

    __constants__ = ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"]

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The mean of each window of (N, C, L) or (C, L); padding counts as zeros if `count_include_pad`."""

    kernel_size: IntOrSingle
    stride: IntOrSingle
    padding: IntOrSingle
    ceil_mode: bool
    count_include_pad: bool

    def __init__(
        self, kernel_size: IntOrSingle, stride: IntOrSingle | None = None, padding: IntOrSingle = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = single(kernel_size)
        self.stride = single(stride if stride is not None else kernel_size)
        self.padding = single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )


class AvgPool2d(_AvgPoolNd):
    """The mean of each window of (N, C, H, W) or (C, H, W); padding counts as zeros if `count_include_pad`."""

    __constants__ = ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"]
    kernel_size: IntOrPair
    stride: IntOrPair
    padding: IntOrPair
    ceil_mode: bool
    count_include_pad: bool

    def __init__(
        self, kernel_size: IntOrPair, stride: IntOrPair | None = None, padding: IntOrPair = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool3d(_AvgPoolNd):
    """The mean of each window of (N, C, D, H, W) or (C, D, H, W); padding counts as zeros if `count_include_pad`."""

    __constants__ = ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"]
    kernel_size: IntOrTriple
    stride: IntOrTriple
    padding: IntOrTriple
    ceil_mode: bool
    count_include_pad: bool

    def __init__(
        self, kernel_size: IntOrTriple, stride: IntOrTriple | None = None, padding: IntOrTriple = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return F.avg_pool3d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class _FractionalMaxPoolNd(Module):
    """What fractional pooling over any number of dimensions has in common: an output size, or a ratio to the input's."""

    __constants__ = ["kernel_size", "return_indices", "output_size", "output_ratio"]
    return_indices: bool

    def _set_sizes(self, output_size: Any, output_ratio: Any, given_size: Any, given_ratio: Any) -> None:
        """ValueError unless exactly one of the two was given, and every ratio lies between 0 and 1."""
        name = type(self).__name__
        self.output_size = output_size
        self.output_ratio = output_ratio
        if given_size is None and given_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if given_size is not None and given_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if output_ratio is not None and not all(0 < ratio < 1 for ratio in output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {given_ratio})")


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """The largest value of each window of (N, C, H, W) or (C, H, W), whose places are drawn at random; arXiv:1412.6071."""

    kernel_size: IntOrPair
    output_size: Any
    output_ratio: Any

    def __init__(
        self, kernel_size: IntOrPair, output_size: IntOrPair | None = None, output_ratio: Any = None, return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        size = pair(output_size) if output_size is not None else None
        self._set_sizes(size, pair(output_ratio) if output_ratio is not None else None, output_size, output_ratio)

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the plane."""
        return F.fractional_max_pool2d(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """The largest value of each window of (N, C, D, H, W) or (C, D, H, W), whose places are drawn at random; arXiv:1412.6071."""

    kernel_size: IntOrTriple
    output_size: Any
    output_ratio: Any

    def __init__(
        self, kernel_size: IntOrTriple, output_size: IntOrTriple | None = None, output_ratio: Any = None, return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        if min(kernel_size if isinstance(kernel_size, tuple | list) else [kernel_size]) <= 0:
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.kernel_size = triple(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        size = triple(output_size) if output_size is not None else None
        self._set_sizes(size, triple(output_ratio) if output_ratio is not None else None, output_size, output_ratio)

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the volume."""
        return F.fractional_max_pool3d(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class _LPPoolNd(Module):
    """Arguments and text of pooling by a norm over any number of dimensions."""

    __constants__ = ["norm_type", "kernel_size", "stride", "ceil_mode"]
    norm_type: float
    ceil_mode: bool

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, ceil_mode={self.ceil_mode}"


class LPPool1d(_LPPoolNd):
    """The `norm_type`-norm of each window of (N, C, L) or (C, L); see `F.lp_pool2d`."""

    kernel_size: Any
    stride: IntOrSingle

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return F.lp_pool1d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPoolNd):
    """The `norm_type`-norm of each window of (N, C, H, W) or (C, H, W); see `F.lp_pool2d`."""

    kernel_size: IntOrPair
    stride: IntOrPair

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return F.lp_pool2d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool3d(_LPPoolNd):
    """The `norm_type`-norm of each window of (N, C, D, H, W) or (C, D, H, W); see `F.lp_pool2d`."""

    kernel_size: IntOrTriple
    stride: IntOrTriple

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return F.lp_pool3d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class _AdaptiveMaxPoolNd(Module):
    """Arguments and text of maximum pooling to a given size."""

    __constants__ = ["output_size", "return_indices"]
    return_indices: bool

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The largest values over windows that divide L into `output_size`."""

    output_size: IntOrSingle

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the line."""
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest values over windows that divide (H, W) into `output_size`, one number or two; None keeps a dimension."""

    output_size: Any

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the plane."""
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The largest values over windows that divide (D, H, W) into `output_size`, one number or three; None keeps a dimension."""

    output_size: Any

    def forward(self, input: Tensor):
        """The largest values, and with `return_indices` their places in the volume."""
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)


class _AdaptiveAvgPoolNd(Module):
    """Arguments and text of mean pooling to a given size."""

    __constants__ = ["output_size"]

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        """The arguments of the constructor."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Means over windows that divide L into `output_size`."""

    output_size: IntOrSingle

    def forward(self, input: Tensor) -> Tensor:
        """The means: (N, C, output_size)."""
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Means over windows that divide (H, W) into `output_size`, one number or two; None keeps a dimension."""

    output_size: Any

    def forward(self, input: Tensor) -> Tensor:
        """The means: (N, C, *output_size)."""
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Means over windows that divide (D, H, W) into `output_size`, one number or three; None keeps a dimension."""

    output_size: Any

    def forward(self, input: Tensor) -> Tensor:
        """The means: (N, C, *output_size)."""
        return F.adaptive_avg_pool3d(input, self.output_size)
