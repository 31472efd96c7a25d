"""Running a convolution of any number of dimensions: PyTorch's checks, the memory format of the result, and the plan.

In: batched images (N, C, 1 to 3 sizes) and weights. Out: the convolved images. The rows are in convolution.py, plans in
kernels/layers/convolution.py.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...dtype import complex64, complex128, float32, int8, int16, int32, int64, uint8
from ...formats import channels_last, channels_last_3d, contiguous_format, format_strides, suggested_format
from ...kernels.compiling.isa import current
from ...kernels.layers.convolution import ConvolutionPlan, plan_convolution
from ...kernels.layers.convolution_sizes import Layouts, Sizes, Strides, Triple
from ...kernels.layers.depthwise_plan import DepthwisePlan
from ...kernels.matrix.epilogue import Epilogue
from ...layout import Layout
from ...storage import derived, require_memory
from ...tensor import Tensor, new_like
from ..launching import address_or_zero
from ..plans import Plans
from ..shape.copying import contiguous, converted, copy_into
from .convolution_checks import by, c_name, check_dtypes, check_settings, check_shapes
from .convolving_exact import convolve_exactly

Bounds = tuple[float | None, float | None]
"""Between which numbers results are held."""
_plans = Plans[tuple[Any, ...], tuple[ConvolutionPlan | DepthwisePlan, Layout]]()
"""Plans of convolutions that passed every check, by the layouts and settings they were made for."""


_TAP_BYTES = 256
"""What a plan keeps of each tap of a window: numbers, tuples and lists of Python."""
_EXACT_TRANSPOSED = (int64, complex64, complex128)
_EXACT = (*_EXACT_TRANSPOSED, int32, int16, int8, uint8)
"""Dtypes that are convolved by products of matrices."""


def convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None, residual: Tensor | None = None, bounds: Bounds = (None, None),
) -> Tensor:
    """The convolution of a batch of images (N, C, ...) with weights (O, C / groups, ...), or transposed with weights
    (C, O / groups, ...) if there is an output padding: (N, O, ...).

    A residual of the result's shape is added, and the sum held between the bounds; both of float32 or float64.
    """
    if input.dtype.itemsize == 2 and input.dtype.is_floating_point and weight.dtype is input.dtype:
        return _convolve_halves(input, weight, bias, stride, padding, dilation, groups, output_padding)
    if weight.dtype is input.dtype and input.dtype in (_EXACT if output_padding is None else _EXACT_TRANSPOSED):
        check_settings(stride, padding, dilation, groups, output_padding)
        if bias is not None and bias.dtype is not input.dtype:
            raise RuntimeError(f"Input type ({c_name(input)}) and bias type ({c_name(bias)}) should be the same")
        check_shapes(input, weight, bias, stride, padding, dilation, groups, output_padding)
        exact = convolve_exactly(input, weight, bias, stride, padding, dilation, groups, output_padding)
        shape = exact.layout.shape
        return _laid_out(exact, Layout.of(shape, format_strides(shape, _format(input, weight, True))))
    added = None if bias is None else (bias.layout.shape, bias.dtype)
    more = None if output_padding is None else tuple(output_padding)
    key = (
        input.layout.form, input.dtype, weight.layout.form, weight.dtype, added, *stride, *padding, *dilation, groups, more, current(),
        *bounds,
    )
    known = _plans.get(key)
    if known is None:
        check_settings(stride, padding, dilation, groups, output_padding)
        check_dtypes(input, weight)
        check_shapes(input, weight, bias, stride, padding, dilation, groups, output_padding)
        known = _plans[key] = _plan(input, weight, stride, padding, dilation, groups, output_padding, bounds)
    plan, layout = known
    result = new_like(layout, input.dtype)
    if layout.numel:
        flat_bias = None if bias is None else contiguous(bias)
        packed = derived(weight.memory, (weight.layout.offset, plan.packing), lambda: plan.pack(weight.address))
        added_to = None if residual is None else _laid_out(residual, layout)
        plan.run(input.address, packed, address_or_zero(flat_bias), result.address, address_or_zero(added_to))
    return result


def _laid_out(tensor: Tensor, layout: Layout) -> Tensor:
    """The tensor, or a copy that lies as a result does."""
    if tensor.layout.form is layout:
        return tensor
    return copy_into(new_like(layout, tensor.dtype), tensor)


def _convolve_halves(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> Tensor:
    """Two-byte numbers are convolved in float32 and rounded once."""
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"Input type ({c_name(input)}) and bias type ({c_name(bias)}) should be the same")
    wide_weight = derived(weight.memory, ("float32", weight.layout, weight.dtype), lambda: converted(weight, float32))
    wide_bias = None if bias is None else converted(bias, float32)
    result = convolve(converted(input, float32), wide_weight, wide_bias, stride, padding, dilation, groups, output_padding)
    # PyTorch's volumes of these dtypes are always contiguous
    return converted(contiguous(result) if input.ndim == 5 else result, input.dtype)


def _plan(
    input: Tensor, weight: Tensor, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None, bounds: Bounds,
) -> tuple[ConvolutionPlan | DepthwisePlan, Layout]:
    """The plan and the layout of the result."""
    batch, _, *image = input.layout.shape
    sizes = sizes_of(input, weight, stride, padding, dilation, groups, output_padding)
    special = not batch or _is_special(input, weight, stride, groups, output_padding)
    if min(sizes.out_image) < (0 if special else 1):
        raise RuntimeError(
            f"Given input size per channel: ({by(image)}). Calculated output size per channel: ({by(sizes.out_image[3 - len(image):])}). "
            "Output size is too small"
        )
    shape = (batch, sizes.out_channels, *sizes.out_image[3 - len(image) :])
    layout = Layout.of(shape, format_strides(shape, _format(input, weight, special)), 0)
    # a plan has parts for steps and windows that lie apart, as many as an endless result has places
    require_memory(layout.numel * input.dtype.itemsize)
    # and places for the weights of one output, then panels of all of them; weights that are expanded take no memory themselves
    taps = math.prod(weight.layout.shape[2:])
    require_memory(weight.layout.numel * input.dtype.itemsize + taps * (_TAP_BYTES + 8 * (sizes.channels // groups)))
    layouts = Layouts(strides_of(input.layout), strides_of(layout), strides_of(weight.layout))
    return plan_convolution(input.dtype, sizes, layouts, Epilogue(lowest=bounds[0], highest=bounds[1])), layout


def sizes_of(
    input: Tensor, weight: Tensor, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int,
    output_padding: Sequence[int] | None,
) -> Sizes:
    """What was checked, in three dimensions."""
    batch, channels, *image = input.layout.shape
    transposed = output_padding is not None
    outputs = weight.layout.shape[1] * groups if transposed else weight.layout.shape[0]
    return Sizes(
        batch, channels, _triple(image, 1), outputs, _triple(weight.layout.shape[2:], 1), _triple(stride, 1), _triple(padding, 0),
        _triple(dilation, 1), groups, transposed, _triple(output_padding or [0] * len(image), 0),
    )


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


def strides_of(layout: Layout) -> Strides:
    """The strides of images or weights, in three dimensions."""
    first, second, *rest = layout.strides
    z, y, x = (*[0] * (3 - len(rest)), *rest)
    return Strides(first, second, z, y, x)
