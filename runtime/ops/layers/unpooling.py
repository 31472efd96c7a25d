"""Rows that put items back where a maximum pooling found them, over two and three dimensions; one is two with a width of 1."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...dtype import int64
from ...formats import contiguous_format, suggested_format
from ...tensor import Tensor, new_empty
from ..dtype_rules import type_name
from ..host import bits
from ..launching import require_floating
from ..shape.conversion import converted_to
from ..shape.copying import contiguous
from ..table import composite

_SIZES = {2: "two elements (height, width)", 3: "three elements (depth, height, width)"}


def _check(self: Tensor, indices: Tensor, output_size: Sequence[int], dims: int) -> None:
    """PyTorch's checks in its order; RuntimeError where the operands do not fit."""
    name, shape = f"max_unpooling{dims}d", self.layout.shape
    if dims == 2 and len(output_size) != 2:
        raise RuntimeError(f"There should be exactly {_SIZES[2]} in output_size, but got {len(output_size)} elements.")
    if indices.dtype is not int64:
        raise RuntimeError("elements in indices should be type int64" + (f" but got: {type_name(indices.dtype)}" if dims == 2 else ""))
    if len(shape) not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Input to {name} should be a {dims + 1}d or {dims + 2}d Tensor, but got a tensor with {len(shape)} dimensions."
        )
    if dims == 3 and len(output_size) != 3:
        raise RuntimeError(f"There should be exactly {_SIZES[3]} in output_size, but got {len(output_size)} elements.")
    if min(output_size) < 0:
        raise RuntimeError(f"{name}(): output_size must contain non-negative spatial dimensions, but got output_size={tuple(output_size)}")
    if shape != indices.layout.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(shape)}) "
            f"but got indices tensor with shape: {list(indices.layout.shape)}"
        )
    for dim in range(len(shape) - dims - 1, len(shape)):
        if not shape[dim]:
            raise RuntimeError(
                f"{name}_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, "
                f"but got {list(shape)} with dimension {dim} being empty."
            )


def _unpool(self: Tensor, indices: Tensor, output_size: Sequence[int], name: str) -> Tensor:
    """Zeros, and each item of `self` at its index in the flattened image; the last of several at one place stays."""
    dims = len(output_size)
    if self.layout.numel:
        require_floating(name, self.dtype, halves=True)
    leading, plane = self.layout.shape[:-dims], math.prod(output_size)
    planes = math.prod(leading)
    out: Any = new_empty((planes, plane), self.dtype).zero_()
    if planes and plane:
        places: Any = contiguous(indices).view([planes, -1])
        try:
            out.scatter_(1, places, contiguous(self).view([planes, -1]))
        except (IndexError, RuntimeError) as error:
            _raise_for(indices, output_size, error)
    return out.view([*leading, *output_size])


def _raise_for(indices: Tensor, output_size: Sequence[int], error: Exception) -> None:
    """The last index outside the image, in PyTorch's words."""
    items = bits(indices).reshape(-1)
    outside = items[(items < 0) | (items >= math.prod(output_size))]
    if not outside.size:
        raise error
    sizes = "x".join(map(str, output_size))
    raise RuntimeError(f"Found an invalid max index: {outside[-1]} (output volumes are of size {sizes})") from None


@composite("max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor")
def max_unpool2d(self: Tensor, indices: Tensor, output_size: Sequence[int]) -> Tensor:
    """The items of a pooled image at the places that `max_pool2d_with_indices` gave, zeros elsewhere; RuntimeError for a place
    outside `output_size`."""
    _check(self, indices, output_size, 2)
    out = _unpool(self, indices, output_size, "max_unpool2d")
    memory_format = suggested_format(self.layout) if self.ndim == 4 else contiguous_format
    return out if memory_format is contiguous_format else converted_to(out, out.dtype, memory_format)


@composite("max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] padding) -> Tensor")
def max_unpool3d(
    self: Tensor, indices: Tensor, output_size: Sequence[int], stride: Sequence[int], padding: Sequence[int]
) -> Tensor:
    """As max_unpool2d over volumes; stride and padding are checked and change nothing."""
    _check(self, indices, output_size, 3)
    for values, name in ((stride, "stride"), (padding, "padding")):
        if len(values) != 3:
            raise RuntimeError(f"There should be exactly {_SIZES[3]} in {name}, but got: {len(values)} elements.")
    if min(stride) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(stride)}")
    return _unpool(self, indices, output_size, "max_unpool3d")


@composite(
    "max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, int[2] kernel_size, int[2] stride, int[2] padding, "
    "int[2] dilation, bool ceil_mode, Tensor indices) -> Tensor"
)
def max_pool2d_with_indices_backward(
    grad_output: Tensor, self: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    ceil_mode: bool, indices: Tensor,
) -> Tensor:
    """The gradient of a maximum pooling: that of each window goes to the item that it took."""
    del kernel_size, stride, padding, dilation, ceil_mode
    leading, plane = self.layout.shape[:-2], math.prod(self.layout.shape[-2:])
    out: Any = new_empty((math.prod(leading), plane), self.dtype).zero_()
    if indices.layout.numel:
        places: Any = contiguous(indices).view([math.prod(leading), -1])
        out.scatter_add_(1, places, contiguous(grad_output).view([math.prod(leading), -1]))
    out = out.view(list(self.layout.shape))
    memory_format = suggested_format(self.layout) if self.ndim == 4 else contiguous_format
    return out if memory_format is contiguous_format else converted_to(out, out.dtype, memory_format)
