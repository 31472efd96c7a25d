"""PyTorch's checks of a batched convolution, in its order and words; each raises RuntimeError or says nothing.

`output_padding` is None for a plain convolution, and given for a transposed one.
"""
from __future__ import annotations

from collections.abc import Sequence

from ...tensor import Tensor
from ..dtype_rules import type_name
from ..launching import require_floating

_NAMES = ("depth", "height", "width")


def by(sizes: Sequence[int]) -> str:
    """Sizes as messages say them."""
    return " x ".join(map(str, sizes))


def check_settings(
    stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int, output_padding: Sequence[int] | None
) -> None:
    """Settings that no convolution has."""
    if any(pad < 0 for pad in padding):
        raise RuntimeError("negative padding is not supported")
    if any(pad < 0 for pad in output_padding or ()):
        raise RuntimeError("negative output_padding is not supported")
    if any(step <= 0 for step in stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(gap <= 0 for gap in dilation):
        raise RuntimeError("dilation should be greater than zero")
    if groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported; got groups={groups}")


def check_dtypes(input: Tensor, weight: Tensor) -> None:
    """Images and weights of one floating-point dtype."""
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            f"Input type ({c_name(input)}) and weight type ({c_name(weight)}) should be the same; convert one of them with .to()"
        )
    require_floating(f"slow_conv{input.ndim - 2}d_cpu", input.dtype)


def check_shapes(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> None:
    """Operands that do not fit each other, or an image smaller than the window."""
    shape, kernel_shape = input.layout.shape, weight.layout.shape
    if kernel_shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, "
            f"but got weight of size {list(kernel_shape)} instead"
        )
    if kernel_shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size {list(kernel_shape)} instead"
        )
    if output_padding is None:
        _check_channels(f"groups={groups}", input, weight, bias, kernel_shape[1] * groups, kernel_shape[0])
    else:
        _check_channels("transposed=1", input, weight, bias, kernel_shape[0], kernel_shape[1] * groups)
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"Input type ({c_name(input)}) and bias type ({c_name(bias)}) should be the same")
    if output_padding is None:
        _check_window(shape, kernel_shape, padding, dilation)
    elif shape[0]:
        _check_output_padding(output_padding, stride, dilation)
    if 0 in shape[2:]:
        raise RuntimeError(f"Only zero batch or zero channel inputs are supported, but got input shape: {list(shape)}")


def _check_channels(given: str, input: Tensor, weight: Tensor, bias: Tensor | None, channels: int, outputs: int) -> None:
    shape, kernel_shape = input.layout.shape, weight.layout.shape
    if shape[1] != channels:
        raise RuntimeError(
            f"Given {given}, weight of size {list(kernel_shape)}, expected input{list(shape)} to have "
            f"{channels} channels, but got {shape[1]} channels instead"
        )
    if bias is not None and bias.layout.shape != (outputs,):
        start = "Given" if given.startswith("groups") else f"Given {given},"
        raise RuntimeError(
            f"{start} weight of size {list(kernel_shape)}, expected bias to be 1-dimensional with {outputs} elements, "
            f"but got bias of size {list(bias.layout.shape)} instead"
        )


def _check_window(shape: Sequence[int], kernel_shape: Sequence[int], padding: Sequence[int], dilation: Sequence[int]) -> None:
    padded = [size + 2 * pad for size, pad in zip(shape[2:], padding)]
    reach = [gap * (size - 1) + 1 for size, gap in zip(kernel_shape[2:], dilation)]
    if any(size < window for size, window in zip(padded, reach)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({by(padded)}). Kernel size: ({by(reach)}). "
            "Kernel size can't be greater than actual input size"
        )


def _check_output_padding(output_padding: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> None:
    if all(more < max(step, gap) for more, step, gap in zip(output_padding, stride, dilation)):
        return
    # PyTorch treats lines as planes of height one
    rows = [[0, *output_padding], [1, *stride], [1, *dilation]] if len(stride) == 1 else [output_padding, stride, dilation]
    said = [
        f"{label}_{name}: {value}" for label, values in zip(("output_padding", "stride", "dilation"), rows)
        for name, value in zip(_NAMES[3 - len(values) :], values)
    ]
    raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {' '.join(said)}")


def c_name(tensor: Tensor) -> str:
    """A dtype as these messages say it."""
    return {"float32": "float", "float64": "double", "int64": "long long", "int32": "int"}.get(tensor.dtype.name, type_name(tensor.dtype))
