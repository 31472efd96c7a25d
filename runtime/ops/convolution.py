"""Convolutions over one, two and three dimensions: checks, paddings by name, and the plan that runs them."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..kernels.convolution import ConvolutionPlan, Sizes, plan_convolution
from ..layout import Layout
from ..tensor import Tensor, new_empty
from .convolution3d import convolve_volumes
from .copying import contiguous, copy_into
from .dtype_rules import type_name
from .launching import address_or_zero, require_floating
from .plans import Plans
from .table import composite

_plans = Plans[tuple[Any, ...], tuple[ConvolutionPlan, tuple[int, ...]]]()
"""Plans of convolutions that passed every check, by the shapes and settings they were made for."""


def _spread(values: Sequence[int] | int, count: int, name: str) -> list[int]:
    """`count` sizes from one or `count` ints."""
    listed = [values] if isinstance(values, int) else list(values)
    if len(listed) not in (1, count):
        raise RuntimeError(f"expected {name} to be a single integer value or a list of {count} values to match the convolution dimensions, "
                           f"but got {name}={listed}")
    return listed * count if len(listed) == 1 else listed


def _check(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> None:
    """PyTorch's checks of a batched convolution, in its order and words."""
    shape, kernel_shape = input.layout.shape, weight.layout.shape
    if any(pad < 0 for pad in padding):
        raise RuntimeError("negative padding is not supported")
    if any(step <= 0 for step in stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(gap <= 0 for gap in dilation):
        raise RuntimeError("dilation should be greater than zero")
    if groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported; got groups={groups}")
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            f"Input type ({_c_name(input)}) and weight type ({_c_name(weight)}) should be the same; convert one of them with .to()"
        )
    require_floating(f"slow_conv{input.ndim - 2}d_cpu", input.dtype)
    if kernel_shape[0] % groups or kernel_shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size {list(kernel_shape)} instead"
        )
    if shape[1] != kernel_shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(kernel_shape)}, expected input{list(shape)} to have "
            f"{kernel_shape[1] * groups} channels, but got {shape[1]} channels instead"
        )
    if bias is not None and bias.layout.shape != (kernel_shape[0],):
        raise RuntimeError(
            f"Given weight of size {list(kernel_shape)}, expected bias to be 1-dimensional with {kernel_shape[0]} elements, "
            f"but got bias of size {list(bias.layout.shape)} instead"
        )
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"Input type ({_c_name(input)}) and bias type ({_c_name(bias)}) should be the same")
    padded = [size + 2 * pad for size, pad in zip(shape[2:], padding)]
    reach = [gap * (size - 1) + 1 for size, gap in zip(kernel_shape[2:], dilation)]
    if any(size < window for size, window in zip(padded, reach)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: ({' x '.join(map(str, reach))}). "
            "Kernel size can't be greater than actual input size"
        )


def _c_name(tensor: Tensor) -> str:
    return {"float32": "float", "float64": "double", "int64": "long long", "int32": "int"}.get(tensor.dtype.name, type_name(tensor.dtype))


def convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    """The convolution of a batch of images (N, C, H, W) with weights (O, C / groups, KH, KW): (N, O, OH, OW); or of volumes."""
    added = None if bias is None else (bias.layout.shape, bias.dtype)
    key = (input.layout.shape, input.dtype, weight.layout.shape, weight.dtype, added, *stride, *padding, *dilation, groups)
    known = _plans.get(key)
    if known is None:
        _check(input, weight, bias, stride, padding, dilation, groups)
        if input.ndim == 5:
            return convolve_volumes(input, weight, bias, stride, padding, dilation, groups)
        batch, channels, height, width = input.layout.shape
        outputs, _, window_height, window_width = weight.layout.shape
        sizes = Sizes(
            batch, channels, (height, width), outputs, (window_height, window_width), (stride[0], stride[1]), (padding[0], padding[1]),
            (dilation[0], dilation[1]), groups,
        )
        known = _plans[key] = plan_convolution(input.dtype, sizes), (batch, outputs, *sizes.out_image)
    plan, shape = known
    result = new_empty(shape, input.dtype)
    source, weights, flat_bias = contiguous(input), contiguous(weight), None if bias is None else contiguous(bias)
    plan.run(source.address, plan.pack(weights.address), address_or_zero(flat_bias), result.address)
    return result


def _batched(
    name: str, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    groups: int, dims: int,
) -> Tensor:
    """A convolution over `dims` (1, 2 or 3) dimensions of an input with or without a batch dimension."""
    if weight.ndim != dims + 2 or input.ndim not in (dims + 1, dims + 2):
        if weight.ndim == dims + 2:
            raise RuntimeError(
                f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, "
                f"but got input of size: {list(input.layout.shape)}"
            )
        raise RuntimeError(f"weight should have {dims + 2} dimensions in {name}, but got {weight.ndim}")
    settings = [_spread(values, dims, label) for values, label in ((stride, "stride"), (padding, "padding"), (dilation, "dilation"))]
    images: Tensor = input if input.ndim == dims + 2 else input.unsqueeze(0)
    if dims == 1:
        images, weight = images.unsqueeze(2), weight.unsqueeze(2)
        settings = [[neutral, *values] for neutral, values in zip((1, 0, 1), settings)]
    stride, padding, dilation = settings
    result = convolve(images, weight, bias, stride, padding, dilation, groups)
    if dims == 1:
        result = result.squeeze(2)
    return result if input.ndim == dims + 2 else result.squeeze(0)


@composite(
    "conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], "
    "SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor"
)
def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    """Cross-correlation of images with windows of weights, plus a bias per output channel."""
    return _batched("conv2d", input, weight, bias, stride, padding, dilation, groups, 2)


@composite(
    "conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], "
    "SymInt[1] dilation=[1], SymInt groups=1) -> Tensor"
)
def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    """As conv2d over one dimension."""
    return _batched("conv1d", input, weight, bias, stride, padding, dilation, groups, 1)


@composite(
    "conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], "
    "SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor"
)
def conv3d(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int
) -> Tensor:
    """As conv2d over volumes."""
    return _batched("conv3d", input, weight, bias, stride, padding, dilation, groups, 3)


def _named_padding(padding: str, weight: Tensor, stride: Sequence[int], dilation: Sequence[int], dims: int) -> list[tuple[int, int]]:
    """(before, after) for each dimension by the name of a padding: "valid" is none, "same" keeps the size."""
    if padding == "valid":
        return [(0, 0)] * dims
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'; it is either 'valid' or 'same'")
    if any(step != 1 for step in _spread(stride, dims, "stride")):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [gap * (size - 1) for gap, size in zip(_spread(dilation, dims, "dilation"), weight.layout.shape[2:])]
    return [(total // 2, total - total // 2) for total in totals]


def _named(
    name: str, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: str, dilation: Sequence[int],
    groups: int, dims: int,
) -> Tensor:
    sides = _named_padding(padding, weight, stride, dilation, dims)
    if all(before == after for before, after in sides):
        return _batched(name, input, weight, bias, stride, [before for before, _ in sides], dilation, groups, dims)
    # one more item of padding is needed at the end than at the beginning: the input grows by it first
    shape = list(input.layout.shape)
    leading = len(shape) - dims
    grown = [size + after - before for size, (before, after) in zip(shape[leading:], sides)]
    wide = new_empty((*shape[:leading], *grown), input.dtype).zero_()
    inner = Tensor(wide.storage, Layout.of(input.layout.shape, wide.layout.strides), wide.dtype)
    copy_into(inner, input)
    return _batched(name, wide, weight, bias, stride, [before for before, _ in sides], dilation, groups, dims)


@composite(
    'conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], str padding="valid", '
    "SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor"
)
def conv2d_padding(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: str, dilation: Sequence[int], groups: int
) -> Tensor:
    """conv2d with padding "valid" (none) or "same" (the output is as large as the input; stride 1 only)."""
    return _named("conv2d", input, weight, bias, stride, padding, dilation, groups, 2)


@composite(
    'conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], str padding="valid", '
    "SymInt[1] dilation=[1], SymInt groups=1) -> Tensor"
)
def conv1d_padding(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: str, dilation: Sequence[int], groups: int
) -> Tensor:
    """conv1d with padding "valid" or "same"."""
    return _named("conv1d", input, weight, bias, stride, padding, dilation, groups, 1)


@composite(
    'conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], str padding="valid", '
    "SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor"
)
def conv3d_padding(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: str, dilation: Sequence[int], groups: int
) -> Tensor:
    """conv3d with padding "valid" or "same"."""
    return _named("conv3d", input, weight, bias, stride, padding, dilation, groups, 3)


@composite(
    "convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, "
    "SymInt[] output_padding, SymInt groups) -> Tensor"
)
def convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    transposed: bool, output_padding: Sequence[int], groups: int,
) -> Tensor:
    """A convolution over as many dimensions as the weight has beyond two: 1, 2 or 3, not transposed."""
    del output_padding
    dims = weight.ndim - 2
    if transposed or dims not in (1, 2, 3):
        kind = "transposed " if transposed else ""
        raise NotImplementedError(f"convolution: {kind}{dims}-d convolutions are not implemented; 1-d, 2-d and 3-d ones are")
    return _batched("convolution", input, weight, bias, stride, padding, dilation, groups, dims)


@composite(
    "_convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, "
    "SymInt[] output_padding, SymInt groups, bool benchmark, bool deterministic, bool cudnn_enabled, bool allow_tf32) -> Tensor"
)
def _convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    transposed: bool, output_padding: Sequence[int], groups: int, benchmark: bool, deterministic: bool, cudnn_enabled: bool,
    allow_tf32: bool,
) -> Tensor:
    """The convolution that traces record; the last four flags choose among libraries and change no result."""
    del benchmark, deterministic, cudnn_enabled, allow_tf32
    return convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)


@composite(
    "_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, "
    "bool transposed, int[] output_padding, SymInt groups, bool benchmark, bool deterministic, bool cudnn_enabled) -> Tensor"
)
def _convolution_deprecated(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    transposed: bool, output_padding: Sequence[int], groups: int, benchmark: bool, deterministic: bool, cudnn_enabled: bool,
) -> Tensor:
    """As `_convolution`, in the form of older traces."""
    del benchmark, deterministic, cudnn_enabled
    return convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
