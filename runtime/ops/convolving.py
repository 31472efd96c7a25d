"""Running a convolution of any number of dimensions: PyTorch's checks, the memory format of the result, and the plan.

In: batched images (N, C, 1 to 3 sizes) and weights. Out: the convolved images. The rows are in convolution.py, plans in
kernels/convolution.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..dtype import float32
from ..formats import channels_last, channels_last_3d, contiguous_format, format_strides, suggested_format
from ..kernels.convolution import ConvolutionPlan, plan_convolution
from ..kernels.convolution_sizes import Layouts, Sizes, Strides, Triple
from ..kernels.depthwise_plan import DepthwisePlan
from ..layout import Layout
from ..tensor import Tensor, new_like
from .copying import contiguous, converted
from .dtype_rules import type_name
from .launching import address_or_zero, require_floating
from .plans import Plans

_plans = Plans[tuple[Any, ...], tuple[ConvolutionPlan | DepthwisePlan, Layout]]()
"""Plans of convolutions that passed every check, by the layouts and settings they were made for."""
_NAMES = ("depth", "height", "width")


def convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> Tensor:
    """The convolution of a batch of images (N, C, ...) with weights (O, C / groups, ...), or transposed with weights
    (C, O / groups, ...) if there is an output padding: (N, O, ...)."""
    if input.dtype.itemsize == 2 and input.dtype.is_floating_point and weight.dtype is input.dtype:
        return _convolve_halves(input, weight, bias, stride, padding, dilation, groups, output_padding)
    added = None if bias is None else (bias.layout.shape, bias.dtype)
    more = None if output_padding is None else tuple(output_padding)
    key = (
        input.layout.form, input.dtype, weight.layout.form, weight.dtype, added, *stride, *padding, *dilation, groups, more,
    )
    known = _plans.get(key)
    if known is None:
        _check(input, weight, bias, stride, padding, dilation, groups, output_padding)
        known = _plans[key] = _plan(input, weight, stride, padding, dilation, groups, output_padding)
    plan, layout = known
    result = new_like(layout, input.dtype)
    if layout.numel:
        flat_bias = None if bias is None else contiguous(bias)
        plan.run(input.address, plan.pack(weight.address), address_or_zero(flat_bias), result.address)
    return result


def _convolve_halves(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> Tensor:
    """Two-byte numbers are convolved in float32 and rounded once."""
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"Input type ({_c_name(input)}) and bias type ({_c_name(bias)}) should be the same")
    wide = [None if one is None else converted(one, float32) for one in (input, weight, bias)]
    assert wide[0] is not None and wide[1] is not None
    result = convolve(wide[0], wide[1], wide[2], stride, padding, dilation, groups, output_padding)
    # PyTorch's volumes of these dtypes are always contiguous
    return converted(contiguous(result) if input.ndim == 5 else result, input.dtype)


def _plan(
    input: Tensor, weight: Tensor, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> tuple[ConvolutionPlan | DepthwisePlan, Layout]:
    """The plan and the layout of the result."""
    batch, channels, *image = input.layout.shape
    window = weight.layout.shape[2:]
    transposed = output_padding is not None
    outputs = weight.layout.shape[1] * groups if transposed else weight.layout.shape[0]
    sizes = Sizes(
        batch, channels, _triple(image, 1), outputs, _triple(window, 1), _triple(stride, 1), _triple(padding, 0), _triple(dilation, 1),
        groups, transposed, _triple(output_padding or [0] * len(image), 0),
    )
    special = not batch or _is_special(input, weight, stride, groups, output_padding)
    if min(sizes.out_image) < (0 if special else 1):
        raise RuntimeError(
            f"Given input size per channel: ({_by(image)}). Calculated output size per channel: ({_by(sizes.out_image[3 - len(image):])}). "
            "Output size is too small"
        )
    shape = (batch, outputs, *sizes.out_image[3 - len(image) :])
    layout = Layout.of(shape, format_strides(shape, _format(input, weight, special)), 0)
    layouts = Layouts(_strides(input.layout), _strides(layout), _strides(weight.layout))
    return plan_convolution(input.dtype, sizes, layouts), layout


def _format(input: Tensor, weight: Tensor, special: bool) -> Any:
    """Channels-last where the images or the weights are; contiguous without images, and for volumes unless `special`."""
    if not input.layout.shape[0]:
        return contiguous_format
    for tensor in (input, weight):
        found = suggested_format(tensor.layout)
        if found is channels_last or (found is channels_last_3d and special):
            return found
    return contiguous_format


def _is_special(input: Tensor, weight: Tensor, stride: Sequence[int], groups: int, output_padding: Sequence[int] | None) -> bool:
    """Whether PyTorch gives this convolution to oneDNN, which decides about two things here: the memory format of volumes, and
    whether an output of size 0 is an error."""
    if input.dtype.name != "float32" or any(more >= step for more, step in zip(output_padding or (), stride)):
        return False
    shape, window = input.layout.shape, [1, *weight.layout.shape[2:]][-2:]
    many = shape[0] > 1 or shape[0] * shape[1] * shape[2] * (shape[3] if len(shape) > 3 else 1) > 20480
    return groups > 1 or many or min(window) > 3


def _triple(values: Sequence[int], neutral: int) -> Triple:
    depth, height, width = (*[neutral] * (3 - len(values)), *values)
    return depth, height, width


def _strides(layout: Layout) -> Strides:
    first, second, *rest = layout.strides
    z, y, x = (*[0] * (3 - len(rest)), *rest)
    return Strides(first, second, z, y, x)


def _by(sizes: Sequence[int]) -> str:
    return " x ".join(map(str, sizes))


def _check(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> None:
    """PyTorch's checks of a batched convolution, in its order and words."""
    shape, kernel_shape = input.layout.shape, weight.layout.shape
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
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            f"Input type ({_c_name(input)}) and weight type ({_c_name(weight)}) should be the same; convert one of them with .to()"
        )
    require_floating(f"slow_conv{input.ndim - 2}d_cpu", input.dtype)
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
        raise RuntimeError(f"Input type ({_c_name(input)}) and bias type ({_c_name(bias)}) should be the same")
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
            f"Calculated padded input size per channel: ({_by(padded)}). Kernel size: ({_by(reach)}). "
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


def _c_name(tensor: Tensor) -> str:
    return {"float32": "float", "float64": "double", "int64": "long long", "int32": "int"}.get(tensor.dtype.name, type_name(tensor.dtype))
