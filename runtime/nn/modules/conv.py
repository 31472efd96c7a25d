"""Layers that slide weights over their input."""
from __future__ import annotations

import math

from ...device import Device
from ...dtype import DType
from ...grad_mode import no_grad
from ...scripting import annotate
from ...tensor import Tensor
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter
from .utils import IntOrPair, IntOrSingle, IntOrTriple, empty, pair, reverse_repeat, single, triple

_PADDING_STRINGS = ("same", "valid")
_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What convolutions over any number of dimensions share: arguments, parameters (weight, bias), text."""

    __constants__ = [
        "stride", "padding", "dilation", "groups", "padding_mode", "output_padding", "in_channels", "out_channels", "kernel_size",
    ]
    in_channels: int
    _reversed_padding_repeated_twice: list[int]
    out_channels: int
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: str | tuple[int, ...]
    dilation: tuple[int, ...]
    transposed: bool
    output_padding: tuple[int, ...]
    groups: int
    padding_mode: str
    weight: Tensor
    bias: Tensor | None

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: tuple[int, ...], stride: tuple[int, ...],
        padding: str | tuple[int, ...], dilation: tuple[int, ...], transposed: bool, output_padding: tuple[int, ...],
        groups: int, bias: bool, padding_mode: str, device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        super().__init__()
        _check_arguments(in_channels, out_channels, stride, padding, groups, padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = _padding_of_each_side(padding, kernel_size, dilation)
        channels = (in_channels, out_channels // groups) if transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(empty((*channels, *kernel_size), device, dtype))
        self.register_parameter("bias", Parameter(empty((out_channels,), device, dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values, evenly from +-1 / sqrt(values that make one output)."""
        with no_grad():
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))
            if self.bias is not None:
                fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
                if fan_in != 0:
                    bound = 1 / math.sqrt(fan_in)
                    init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """The arguments of the constructor, without those that are their defaults."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class Conv2d(_ConvNd):
    """Convolution of images (N, in_channels, H, W) or (in_channels, H, W) with `out_channels` kernels.

    `kernel_size`, `stride`, `padding` and `dilation` are one number or (height, width); `padding` may be "same" (stride 1
    only) or "valid". weight is (out_channels, in_channels / groups, *kernel_size).
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], stride: int | tuple[int, int] = 1,
        padding: str | int | tuple[int, int] = 0, dilation: int | tuple[int, int] = 1, groups: int = 1, bias: bool = True,
        padding_mode: str = "zeros", device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, pair(kernel_size), pair(stride), padding if isinstance(padding, str) else pair(padding),
            pair(dilation), False, pair(0), groups, bias, padding_mode, device, dtype,
        )

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.padding_mode != "zeros":
            return F.conv2d(
                F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode),
                weight, bias, self.stride, pair(0), self.dilation, self.groups,
            )
        return F.conv2d(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        """The convolved images: (N, out_channels, H_out, W_out), or without N."""
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_ConvNd):
    """Convolution of lines (N, in_channels, L) or (in_channels, L) with `out_channels` kernels; see Conv2d for the arguments."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: IntOrSingle, stride: IntOrSingle = 1, padding: str | IntOrSingle = 0,
        dilation: IntOrSingle = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Device | str | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, single(kernel_size), single(stride), padding if isinstance(padding, str) else single(padding),
            single(dilation), False, single(0), groups, bias, padding_mode, device, dtype,
        )

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.padding_mode != "zeros":
            return F.conv1d(
                F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode),
                weight, bias, self.stride, single(0), self.dilation, self.groups,
            )
        return F.conv1d(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        """The convolved lines."""
        return self._conv_forward(input, self.weight, self.bias)


class Conv3d(_ConvNd):
    """Convolution of volumes (N, in_channels, D, H, W) or (in_channels, D, H, W) with `out_channels` kernels; see Conv2d."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: IntOrTriple, stride: IntOrTriple = 1, padding: str | IntOrTriple = 0,
        dilation: IntOrTriple = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Device | str | None = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, triple(kernel_size), triple(stride), padding if isinstance(padding, str) else triple(padding),
            triple(dilation), False, triple(0), groups, bias, padding_mode, device, dtype,
        )

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.padding_mode != "zeros":
            return F.conv3d(
                F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode),
                weight, bias, self.stride, triple(0), self.dilation, self.groups,
            )
        return F.conv3d(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        """The convolved volumes."""
        return self._conv_forward(input, self.weight, self.bias)


class _ConvTransposeNd(_ConvNd):
    """What transposed convolutions over any number of dimensions share."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...],
        dilation: tuple[int, ...], transposed: bool, output_padding: tuple[int, ...], groups: int, bias: bool, padding_mode: str,
        device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {self.__class__.__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding, groups, bias, padding_mode,
            device, dtype,
        )

    def _output_padding(
        self, input: Tensor, output_size: list[int] | None, stride: list[int], padding: list[int], kernel_size: list[int],
        num_spatial_dims: int, dilation: list[int] | None = None,
    ) -> list[int]:
        """What is added to the output's end so that it has `output_size`; the layer's own if that is None."""
        if output_size is None:
            ret = single(self.output_padding)
        else:
            has_batch_dim = input.dim() == num_spatial_dims + 2
            num_non_spatial_dims = 2 if has_batch_dim else 1
            if len(output_size) == num_non_spatial_dims + num_spatial_dims:
                output_size = output_size[num_non_spatial_dims:]
            if len(output_size) != num_spatial_dims:
                raise ValueError(
                    f"ConvTranspose{num_spatial_dims}D: for {input.dim()}D input, output_size must have {num_spatial_dims} "
                    f"or {num_non_spatial_dims + num_spatial_dims} elements (got {len(output_size)})"
                )

            min_sizes = annotate(list[int], [])
            max_sizes = annotate(list[int], [])
            for d in range(num_spatial_dims):
                dim_size = (
                    (input.size(d + num_non_spatial_dims) - 1) * stride[d]
                    - 2 * padding[d]
                    + (dilation[d] if dilation is not None else 1)
                    * (kernel_size[d] - 1)
                    + 1
                )
                min_sizes.append(dim_size)
                max_sizes.append(min_sizes[d] + stride[d] - 1)

            for i in range(len(output_size)):
                size = output_size[i]
                min_size = min_sizes[i]
                max_size = max_sizes[i]
                if size < min_size or size > max_size:
                    raise ValueError(
                        f"requested an output size of {output_size}, but valid sizes range "
                        f"from {min_sizes} to {max_sizes} (for an input of {input.size()[2:]})"
                    )

            res = annotate(list[int], [])
            for d in range(num_spatial_dims):
                res.append(output_size[d] - min_sizes[d])

            ret = res
        return ret  # pyright: ignore


class ConvTranspose1d(_ConvTransposeNd):
    """Transposed convolution of lines (N, in_channels, L) or (in_channels, L).

    Every item of the input spreads its window of weights over the output, where they add up; `output_padding` adds to the output's end.
    weight is (in_channels, out_channels / groups, *kernel_size).
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: IntOrSingle, stride: IntOrSingle = 1, padding: IntOrSingle = 0,
        output_padding: IntOrSingle = 0, groups: int = 1, bias: bool = True, dilation: IntOrSingle = 1, padding_mode: str = "zeros",
        device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, single(kernel_size), single(stride), single(padding), single(dilation), True, single(output_padding),
            groups, bias, padding_mode, device, dtype,
        )

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """The result, as large as `output_size` says where the stride leaves a choice."""
        if self.padding_mode != "zeros":
            raise ValueError("Only `zeros` padding mode is supported for ConvTranspose1d")
        num_spatial_dims = 1
        # the script compiler takes tuples of ints for lists
        output_padding = self._output_padding(
            input, output_size, self.stride, self.padding, self.kernel_size, num_spatial_dims, self.dilation,  # pyright: ignore
        )
        return F.conv_transpose1d(
            input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation,
        )


class ConvTranspose2d(_ConvTransposeNd):
    """Transposed convolution of images (N, in_channels, H, W) or (in_channels, H, W); see ConvTranspose1d."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: IntOrPair, stride: IntOrPair = 1, padding: IntOrPair = 0,
        output_padding: IntOrPair = 0, groups: int = 1, bias: bool = True, dilation: IntOrPair = 1, padding_mode: str = "zeros",
        device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, pair(kernel_size), pair(stride), pair(padding), pair(dilation), True, pair(output_padding),
            groups, bias, padding_mode, device, dtype,
        )

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """The result, as large as `output_size` says where the stride leaves a choice."""
        if self.padding_mode != "zeros":
            raise ValueError("Only `zeros` padding mode is supported for ConvTranspose2d")
        num_spatial_dims = 2
        # the script compiler takes tuples of ints for lists
        output_padding = self._output_padding(
            input, output_size, self.stride, self.padding, self.kernel_size, num_spatial_dims, self.dilation,  # pyright: ignore
        )
        return F.conv_transpose2d(
            input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation,
        )


class ConvTranspose3d(_ConvTransposeNd):
    """Transposed convolution of volumes (N, in_channels, D, H, W) or (in_channels, D, H, W); see ConvTranspose1d."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: IntOrTriple, stride: IntOrTriple = 1, padding: IntOrTriple = 0,
        output_padding: IntOrTriple = 0, groups: int = 1, bias: bool = True, dilation: IntOrTriple = 1, padding_mode: str = "zeros",
        device: Device | str | None = None, dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, triple(kernel_size), triple(stride), triple(padding), triple(dilation), True, triple(output_padding),
            groups, bias, padding_mode, device, dtype,
        )

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """The result, as large as `output_size` says where the stride leaves a choice."""
        if self.padding_mode != "zeros":
            raise ValueError("Only `zeros` padding mode is supported for ConvTranspose3d")
        num_spatial_dims = 3
        # the script compiler takes tuples of ints for lists
        output_padding = self._output_padding(
            input, output_size, self.stride, self.padding, self.kernel_size, num_spatial_dims, self.dilation,  # pyright: ignore
        )
        return F.conv_transpose3d(
            input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation,
        )


def _check_arguments(
    in_channels: int, out_channels: int, stride: tuple[int, ...], padding: str | tuple[int, ...], groups: int, padding_mode: str
) -> None:
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups != 0:
        raise ValueError("in_channels must be divisible by groups")
    if out_channels % groups != 0:
        raise ValueError("out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in _PADDING_STRINGS:
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {_PADDING_STRINGS}")
        if padding == "same" and any(step != 1 for step in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
    if padding_mode not in _PADDING_MODES:
        raise ValueError(f"padding_mode must be one of {_PADDING_MODES}, but got padding_mode='{padding_mode}'")


def _padding_of_each_side(padding: str | tuple[int, ...], kernel_size: tuple[int, ...], dilation: tuple[int, ...]) -> list[int]:
    """Before and after each dimension, the last dimension first: the form that `F.pad` takes."""
    if not isinstance(padding, str):
        return reverse_repeat(padding, 2)
    if padding == "valid":
        return [0, 0] * len(kernel_size)
    sides: list[int] = []
    for step, size in zip(reversed(dilation), reversed(kernel_size), strict=True):
        total = step * (size - 1)
        sides += [total // 2, total - total // 2]
    return sides
