"""Convolutions over one, two and three dimensions, plain and transposed: the rows; convolving.py runs them."""
from __future__ import annotations

from collections.abc import Sequence

from ...layout import Layout
from ...tensor import Tensor, new_empty
from ..shape.copying import copy_into
from ..table import composite
from .convolving import convolve


def _spread(values: Sequence[int] | int, count: int, name: str) -> list[int]:
    """`count` sizes from one or `count` ints."""
    listed = [values] if isinstance(values, int) else list(values)
    if len(listed) not in (1, count):
        raise RuntimeError(f"expected {name} to be a single integer value or a list of {count} values to match the convolution dimensions, "
                           f"but got {name}={listed}")
    return listed * count if len(listed) == 1 else listed


def _batched(
    name: str, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    groups: int, dims: int, output_padding: Sequence[int] | None = None,
) -> Tensor:
    """A convolution over `dims` (1, 2 or 3) dimensions of an input with or without a batch dimension; transposed if there is an
    output padding."""
    if weight.ndim != dims + 2 or input.ndim not in (dims + 1, dims + 2):
        if weight.ndim == dims + 2:
            raise RuntimeError(
                f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, "
                f"but got input of size: {list(input.layout.shape)}"
            )
        raise RuntimeError(f"weight should have {dims + 2} dimensions in {name}, but got {weight.ndim}")
    # most callers give whole lists, and looking costs less than going through them
    if not (len(stride) == len(padding) == len(dilation) == dims):
        stride = _spread(stride, dims, "stride")
        padding = _spread(padding, dims, "padding")
        dilation = _spread(dilation, dims, "dilation")
    if output_padding is not None:
        output_padding = _spread(output_padding, dims, "output_padding")
    images: Tensor = input if input.ndim == dims + 2 else input.unsqueeze(0)
    result = convolve(images, weight, bias, stride, padding, dilation, groups, output_padding)
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
    if weight.ndim != dims + 2:
        raise RuntimeError(f"weight should have {dims + 2} dimensions in {name}, but got {weight.ndim}")
    sides = _named_padding(padding, weight, stride, dilation, dims)
    if all(before == after for before, after in sides):
        return _batched(name, input, weight, bias, stride, [before for before, _ in sides], dilation, groups, dims)
    # one more item of padding is needed at the end than at the beginning: the input grows by it first
    shape = list(input.layout.shape)
    leading = len(shape) - dims
    grown = [size + after - before for size, (before, after) in zip(shape[leading:], sides)]
    wide = new_empty((*shape[:leading], *grown), input.dtype).zero_()
    inner = Tensor(wide.memory, Layout.of(input.layout.shape, wide.layout.strides), wide.dtype)
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
    "_convolution_mode(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, str padding, SymInt[] dilation, SymInt groups) -> Tensor"
)
def _convolution_mode(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: str, dilation: Sequence[int], groups: int
) -> Tensor:
    """A convolution with padding "valid" or "same" over as many dimensions as the weight has beyond two; the form that traces record."""
    dims = weight.ndim - 2
    if dims not in (1, 2, 3):
        raise RuntimeError(f"convolution: weight should have 3 to 5 dimensions, but got weight of size {list(weight.layout.shape)}")
    if input.ndim != weight.ndim:
        raise RuntimeError(
            f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight{list(weight.layout.shape)}, "
            f"but got {input.ndim}-dimensional input of size {list(input.layout.shape)} instead"
        )
    return _named("convolution", input, weight, bias, stride, padding, dilation, groups, dims)


@composite(
    "convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, "
    "SymInt[] output_padding, SymInt groups) -> Tensor"
)
def convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    transposed: bool, output_padding: Sequence[int], groups: int,
) -> Tensor:
    """A convolution over as many dimensions as the weight has beyond two: 1, 2 or 3; `output_padding` counts where it is transposed."""
    dims = weight.ndim - 2
    if dims not in (1, 2, 3):
        raise RuntimeError(f"convolution: weight should have 3 to 5 dimensions, but got weight of size {list(weight.layout.shape)}")
    return _batched("convolution", input, weight, bias, stride, padding, dilation, groups, dims, output_padding if transposed else None)


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


@composite(
    "conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], "
    "SymInt[1] output_padding=[0], SymInt groups=1, SymInt[1] dilation=[1]) -> Tensor"
)
def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], output_padding: Sequence[int],
    groups: int, dilation: Sequence[int],
) -> Tensor:
    """Every item of the input spreads its window of weights (in channel, out channel / groups, size) over the output, where they add up.

    It is the gradient of conv1d by its input; `output_padding` adds to the output's end.
    """
    return _batched("conv_transpose1d", input, weight, bias, stride, padding, dilation, groups, 1, output_padding)


@composite(
    "conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], "
    "SymInt[2] output_padding=[0, 0], SymInt groups=1, SymInt[2] dilation=[1, 1]) -> Tensor"
)
def conv_transpose2d(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], output_padding: Sequence[int],
    groups: int, dilation: Sequence[int],
) -> Tensor:
    """As conv_transpose1d over two dimensions."""
    return _batched("conv_transpose2d", input, weight, bias, stride, padding, dilation, groups, 2, output_padding)


@composite(
    "conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], "
    "SymInt[3] output_padding=[0, 0, 0], SymInt groups=1, SymInt[3] dilation=[1, 1, 1]) -> Tensor"
)
def conv_transpose3d(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], output_padding: Sequence[int],
    groups: int, dilation: Sequence[int],
) -> Tensor:
    """As conv_transpose1d over three dimensions."""
    return _batched("conv_transpose3d", input, weight, bias, stride, padding, dilation, groups, 3, output_padding)
