"""Composites over vectors and matrices: cross products, Vandermonde matrices, combinations, differences, traces; and fold."""
from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from itertools import combinations as choose
from itertools import combinations_with_replacement as choose_again
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...layout import Layout, broadcast_shapes, wrap_dim
from ...storage import require_memory
from ...tensor import Tensor, new_beside, new_empty
from ...type_info import result_type
from ..creation.factories import fill_number
from ..host import wrapped
from ..indexing.gathering import index_select
from ..indexing.indexing import nonzero
from ..indexing.scattering import clone_with_storage, diag
from ..launching import pair
from ..shape.copying import clone, contiguous, copy_into
from ..shape.joining import cat
from ..shape.views import diagonal, expanded
from ..table import composite, required


def _thirds(tensor: Tensor, dim: int) -> list[Tensor]:
    return [tensor.select(dim, at) for at in range(3)]


@composite("linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor")
def linalg_cross(self: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """The cross products of the vectors along `dim`, which has 3 items."""
    rank = len(self.layout.shape)
    if rank != len(other.layout.shape):
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    at = wrap_dim(dim, rank)
    sizes = [(tensor.layout.shape or (1,))[at] for tensor in (self, other)]
    if sizes != [3, 3]:
        raise RuntimeError(f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes[0]} and {sizes[1]}")
    shape = broadcast_shapes([self.layout.shape, other.layout.shape])
    dtype = result_type(self, other)
    a, b = (_thirds(Tensor(one.memory, expanded(one.layout, shape), one.dtype).to(dtype), at) for one in (self, other))
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return cat([part.unsqueeze(at) for part in parts], at)


@composite("cross(Tensor self, Tensor other, int? dim=None) -> Tensor")
def cross(self: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross products of the vectors along `dim`, or along the first dimension of 3 items."""
    if dim is None:
        if 3 not in self.layout.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = self.layout.shape.index(3)
    return linalg_cross(self, other, dim)


@composite("vander(Tensor x, int? N=None, bool increasing=False) -> Tensor")
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers 0 .. N-1 of each item of a vector, one row per item; the highest first unless `increasing`."""
    if len(x.layout.shape) != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.layout.numel if N is None else N
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    base = x if x.dtype.is_floating_point or x.dtype.is_complex else x.to(dtypes.int64)
    found = _powers(base, count)
    return found if increasing else found.flip([1])


def _powers(x: Tensor, count: int) -> Tensor:
    """The powers 0 .. count-1 of each item along a new last dimension, by repeated products as PyTorch has them."""
    result = new_empty((*x.layout.shape, count), x.dtype)
    if not result.layout.numel:
        return result
    power = fill_number(new_empty(x.layout.shape, x.dtype), 1)
    for at in range(count):
        copy_into(result.select(-1, at), power)
        power = power * x
    return result


@composite("linalg_vander(Tensor x, *, SymInt? N=None) -> Tensor")
def linalg_vander(x: Tensor, N: int | None = None) -> Tensor:
    """The powers 0 .. N-1 of each item along a new last dimension."""
    if x.dtype is dtypes.bool_:
        raise RuntimeError("linalg.vander supports floating point, complex, and integer tensors, but got Bool")
    x = x if x.layout.shape else x.reshape([1])
    count = x.layout.shape[-1] if N is None else N
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    return _powers(x if x.dtype.is_floating_point or x.dtype.is_complex else x.to(dtypes.int64), count)


@composite("combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor")
def combinations(self: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of `r` items of a vector, one per row, in lexicographic order of their places."""
    if len(self.layout.shape) != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(self.layout.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return new_empty((0,), self.dtype)
    numel = self.layout.numel
    rows = math.comb(numel + r - 1, r) if with_replacement and numel else math.comb(numel, r)
    require_memory(8 * rows * r)
    places = chain.from_iterable((choose_again if with_replacement else choose)(range(numel), r))
    index = wrapped(np.fromiter(places, np.int64, rows * r))
    return index_select(self, 0, index).reshape([-1, r])


@composite("diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor")
def diff(self: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
    """The differences of neighbours along `dim`, taken n times; of bool items whether neighbours differ."""
    if not self.layout.shape:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    at = wrap_dim(dim, len(self.layout.shape))
    for name, piece in (("prepend", prepend), ("append", append)):
        if piece is not None and len(piece.layout.shape) != len(self.layout.shape):
            raise RuntimeError(f"diff expects {name} or append to be the same dimension as input")
    pieces = [piece for piece in (prepend, self, append) if piece is not None]
    if n == 0:
        return clone(self)
    found = cat(pieces, at) if len(pieces) > 1 else self
    for _ in range(min(n, found.layout.shape[at])):
        length = max(found.layout.shape[at] - 1, 0)
        later, earlier = found.narrow(at, found.layout.shape[at] - length, length), found.narrow(at, 0, length)
        found = later.logical_xor(earlier) if found.dtype is dtypes.bool_ else later - earlier
    return found


@composite("trace(Tensor self) -> Tensor")
def trace(self: Tensor) -> Tensor:
    """The sum of a matrix's diagonal."""
    if len(self.layout.shape) != 2:
        raise RuntimeError("trace: expected a matrix")
    return Tensor(self.memory, diagonal(self.layout, 0, 0, 1), self.dtype).sum()


@composite("diagflat(Tensor self, int offset=0) -> Tensor")
def diagflat(self: Tensor, offset: int = 0) -> Tensor:
    """A matrix with the flattened tensor on a diagonal and zeros elsewhere."""
    return diag(contiguous(self).view([-1]), offset)


@composite("fill_diagonal_(Tensor(a!) self, Scalar fill_value, bool wrap=False) -> Tensor(a!)")
def fill_diagonal_in_place(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """A number on the main diagonal; `wrap` begins anew below the last column of a tall matrix."""
    shape, strides = self.layout.shape, self.layout.strides
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) != 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    count = min(shape)
    step = sum(strides)
    fill_number(Tensor(self.memory, Layout.of((count,), (step,), self.layout.offset), self.dtype), fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        for row in range(shape[1] + 1, shape[0], shape[1] + 1):
            more = min(shape[0] - row, shape[1])
            fill_number(Tensor(self.memory, Layout.of((more,), (step,), self.layout.offset + row * strides[0]), self.dtype), fill_value)
    return self


@composite("as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor")
def as_strided_scatter(
    self: Tensor, src: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """A copy whose items at the places of an `as_strided` view are `src`."""
    result = clone_with_storage(self)
    place = required("aten::as_strided")(result, size, stride, storage_offset)
    if place.layout.shape != src.layout.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.layout.shape)}, slice size = "
            f"{list(place.layout.shape)}"
        )
    copy_into(place, src)
    return result


@composite("nonzero_static(Tensor self, *, SymInt size, int fill_value=-1) -> Tensor")
def nonzero_static(self: Tensor, size: int, fill_value: int = -1) -> Tensor:
    """The positions of the first `size` items that are not 0, one row each; rows that are left hold `fill_value`."""
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    result = fill_number(new_beside(self, (size, len(self.layout.shape)), dtypes.int64), fill_value)
    if self.is_meta:
        return result
    found = nonzero(self)
    count = min(size, found.layout.shape[0])
    if result.layout.numel and count:
        copy_into(result.narrow(0, 0, count), found.narrow(0, 0, count))
    return result


# Windows of images as columns


def _windows(size: int, window: int, dilation: int, padding: int, stride: int) -> int:
    return (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1


def _pairs(**sizes: Sequence[int]) -> list[tuple[int, int]]:
    found = [pair(value, f"It is expected {name} equals to 2, but got size {len(value)}") for name, value in sizes.items()]
    for (name, _), value in zip(sizes.items(), found):
        if min(value) < (0 if name == "padding" else 1):
            raise RuntimeError(f"{name} should be {'non-negative' if name == 'padding' else 'greater than zero'}, but got {list(value)}")
    return found


def _view_windows(
    image: Tensor, windows: tuple[int, int], counts: tuple[int, int], dilation: tuple[int, int], stride: tuple[int, int]
) -> Tensor:
    """(N, C, KH, KW, OH, OW) over a padded image."""
    count, channels = image.layout.shape[:2]
    batch_step, channel_step, row_step, step = image.layout.strides
    shape = (count, channels, *windows, *counts)
    strides = (batch_step, channel_step, row_step * dilation[0], step * dilation[1], row_step * stride[0], step * stride[1])
    return Tensor(image.memory, Layout.of(shape, strides, image.layout.offset), image.dtype)


@composite("im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor")
def im2col(self: Tensor, kernel_size: Sequence[int], dilation: Sequence[int], padding: Sequence[int], stride: Sequence[int]) -> Tensor:
    """The windows of (N, C, H, W) as columns: (N, C * KH * KW, windows)."""
    windows, gaps, pads, steps = _pairs(kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    shape = self.layout.shape
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: "
            f"{list(shape)}"
        )
    counts = tuple(_windows(*sizes) for sizes in zip(shape[-2:], windows, gaps, pads, steps))
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {shape[-2:]}, kernel_size={windows}, dilation={gaps}, padding={pads}, calculated shape of "
            f"the array of sliding blocks as {counts}, but its components must be at least one."
        )
    image = self if len(shape) == 4 else self.unsqueeze(0)
    if any(pads):
        image = required("aten::constant_pad_nd")(image, [pads[1], pads[1], pads[0], pads[0]], 0)
    found = contiguous(_view_windows(image, windows, (counts[0], counts[1]), gaps, steps))
    columns = found.view([image.layout.shape[0], shape[-3] * windows[0] * windows[1], counts[0] * counts[1]])
    return columns if len(shape) == 4 else columns.squeeze(0)


@composite("col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor")
def col2im(
    self: Tensor, output_size: Sequence[int], kernel_size: Sequence[int], dilation: Sequence[int], padding: Sequence[int],
    stride: Sequence[int],
) -> Tensor:
    """The images (N, C, H, W) of which each item is the sum of the columns' items that `im2col` would take from it."""
    output, windows, gaps, pads, steps = _pairs(
        output_size=output_size, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    shape = self.layout.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: "
            f"{list(shape)}"
        )
    area = windows[0] * windows[1]
    if shape[-2] % area:
        raise RuntimeError(
            f"Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)={shape[-2]} and "
            f"kernel_size={windows}."
        )
    counts = tuple(_windows(*sizes) for sizes in zip(output, windows, gaps, pads, steps))
    if shape[-1] != counts[0] * counts[1] or min(counts) < 1:
        raise RuntimeError(
            f"Given output_size={output}, kernel_size={windows}, dilation={gaps}, padding={pads}, stride={steps}, expected size of "
            f"input's dimension 2 to match the calculated number of sliding blocks {counts[0]} * {counts[1]} = {counts[0] * counts[1]}, "
            f"but got input.size(2)={shape[-1]}."
        )
    batch, channels = (shape[0] if len(shape) == 3 else 1), shape[-2] // area
    image = fill_number(new_empty((batch, channels, output[0] + 2 * pads[0], output[1] + 2 * pads[1]), self.dtype), 0)
    places = _view_windows(image, windows, (counts[0], counts[1]), gaps, steps)
    columns = contiguous(self).view([batch, channels, *windows, *counts])
    for row in range(windows[0]):
        for column in range(windows[1]):
            places.select(2, row).select(2, column).add_(columns.select(2, row).select(2, column))
    inside = contiguous(image.narrow(2, pads[0], output[0]).narrow(3, pads[1], output[1]))
    return inside if len(shape) == 3 else inside.squeeze(0)
