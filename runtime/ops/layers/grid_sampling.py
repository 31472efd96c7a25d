"""Rows that sample images at positions, and that make the positions of affine maps. Source: arXiv:1506.02025."""
from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...kernels.layers.grid_sampling import (
    BICUBIC,
    BILINEAR,
    BORDER,
    COUNT,
    NEAREST,
    REFLECTION,
    ZEROS,
    Sampling,
    grid_sampling_kernel,
)  # fmt: skip
from ...kernels.running.launch import launch
from ...tensor import Tensor, new_empty
from ..dtype_rules import type_name
from ..host import wrapped
from ..launching import require_floating
from ..shape.copying import contiguous
from ..table import composite, kernel


def _check(input: Tensor, grid: Tensor, mode: int, padding: int, dims: int) -> None:
    shape, wanted = input.layout.shape, grid.layout.shape
    if len(shape) != dims + 2 or len(wanted) != dims + 2:
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{list(shape)} and grid with sizes {list(wanted)}"
        )
    if mode not in (BILINEAR, NEAREST, BICUBIC) or padding not in (ZEROS, BORDER, REFLECTION):
        raise RuntimeError(f"grid_sampler(): expected interpolation and padding modes of 0, 1 or 2, got {mode} and {padding}")
    if input.dtype is not grid.dtype:
        raise RuntimeError(
            f"grid_sampler(): expected input and grid to have same dtype, but input has {type_name(input.dtype)} and grid has "
            f"{type_name(grid.dtype)}"
        )
    if shape[0] != wanted[0]:
        raise RuntimeError(
            f"grid_sampler(): expected grid and input to have same batch size, but got input with sizes {list(shape)} and grid with "
            f"sizes {list(wanted)}"
        )
    if wanted[-1] != dims:
        raise RuntimeError(f"grid_sampler(): expected grid to have size {dims} in last dimension, but got grid with sizes {list(wanted)}")
    if 0 in shape[2:]:
        raise RuntimeError(
            f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {list(shape)}"
        )
    if dims == 3 and mode == BICUBIC:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")


def _sample(input: Tensor, grid: Tensor, mode: int, padding: int, align: bool, dims: int) -> Tensor:
    _check(input, grid, mode, padding, dims)
    require_floating(f"grid_sampler_{dims}d_cpu", input.dtype, halves=True)
    positions = contiguous(grid)
    batch, channels, *sizes = input.layout.shape
    out = new_empty((batch, channels, *grid.layout.shape[1:-1]), input.dtype)
    count = math.prod(grid.layout.shape[1:-1])
    if not out.layout.numel:
        return out
    from_image, from_channel, *steps = input.layout.strides
    words = (
        out.address, input.address, positions.address, channels, *[1] * (3 - dims), *sizes, count, 0, from_image, from_channel,
        *[0] * (3 - dims), *steps, count,
    )
    items = batch * -(-count // COUNT)
    launch(grid_sampling_kernel(input.dtype, Sampling(dims, mode, padding, align)), words, items, work=out.layout.numel * 2**dims)
    return out


_ARGUMENTS = "Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners"


@kernel(f"grid_sampler_2d({_ARGUMENTS}) -> Tensor")
def grid_sampler_2d(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool) -> Tensor:
    """Images (N, C, H, W) at the positions (N, H', W', 2): (N, C, H', W'). -1 and 1 are the edges."""
    return _sample(input, grid, interpolation_mode, padding_mode, align_corners, 2)


@kernel(f"grid_sampler_3d({_ARGUMENTS}) -> Tensor")
def grid_sampler_3d(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool) -> Tensor:
    """Volumes (N, C, D, H, W) at the positions (N, D', H', W', 3)."""
    return _sample(input, grid, interpolation_mode, padding_mode, align_corners, 3)


@composite(f"grid_sampler({_ARGUMENTS}) -> Tensor")
def grid_sampler(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool) -> Tensor:
    """Images or volumes at positions; the modes are bilinear (0), nearest, bicubic, and zeros (0), border, reflection."""
    # whatever is neither 4D nor 5D is refused there
    return _sample(input, grid, interpolation_mode, padding_mode, align_corners, 3 if input.ndim == 5 else 2)


@composite("affine_grid_generator(Tensor theta, SymInt[] size, bool align_corners) -> Tensor")
def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Tensor:
    """Positions (N, H, W, 2) or (N, D, H, W, 3) of the affine maps theta (N, 2, 3) or (N, 3, 4) of the result's own positions."""
    if len(size) not in (4, 5):
        raise RuntimeError("affine_grid_generator needs 4d (spatial) or 5d (volumetric) inputs.")
    batch, _, *sizes = size
    axes: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    for length in sizes:
        line = np.linspace(-1, 1, length) if length > 1 else np.zeros(length)
        axes.append(line if align_corners else line * ((length - 1) / length))
    # x comes first in a position
    parts = np.meshgrid(*axes, indexing="ij")[::-1]
    base = wrapped(np.stack([*parts, np.ones(sizes)], -1)).to(theta.dtype).reshape([1, -1, len(sizes) + 1])
    grid: Tensor = base.expand([batch, -1, -1]) @ theta.transpose(1, 2)
    return grid.reshape([batch, *sizes, len(sizes)])
