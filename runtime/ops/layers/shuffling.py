"""Channels for pixels and back, channels in another order, and weights by direction and length."""
from __future__ import annotations

from ...formats import format_strides, suggested_format
from ...layout import Layout
from ...tensor import Tensor
from ..shape.copying import laid_out
from ..table import composite, required


@composite("pixel_shuffle(Tensor self, int upscale_factor) -> Tensor")
def pixel_shuffle(self: Tensor, upscale_factor: int) -> Tensor:
    """(..., C * r * r, H, W) to (..., C, H * r, W * r). Source: arXiv:1609.05158."""
    if self.ndim < 3:
        raise RuntimeError(f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {self.ndim} dimension(s)")
    if upscale_factor <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {upscale_factor}")
    *batch, channels, height, width = self.layout.shape
    area = upscale_factor * upscale_factor
    if channels % area:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={channels} is not divisible by {area}"
        )
    rank = len(batch)
    parts = self.reshape([*batch, channels // area, upscale_factor, upscale_factor, height, width])
    order = [*range(rank), rank, rank + 3, rank + 1, rank + 4, rank + 2]
    shuffled = parts.permute(order).reshape([*batch, channels // area, height * upscale_factor, width * upscale_factor])
    return _fresh(shuffled, self)


@composite("pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor")
def pixel_unshuffle(self: Tensor, downscale_factor: int) -> Tensor:
    """(..., C, H * r, W * r) to (..., C * r * r, H, W)."""
    if self.ndim < 3:
        raise RuntimeError(f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {self.ndim} dimension(s)")
    if downscale_factor <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {downscale_factor}")
    *batch, channels, height, width = self.layout.shape
    for name, size, at in (("height", height, -2), ("width", width, -1)):
        if size % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({at})={size} is not divisible by "
                f"{downscale_factor}"
            )
    rank = len(batch)
    out = (height // downscale_factor, width // downscale_factor)
    parts = self.reshape([*batch, channels, out[0], downscale_factor, out[1], downscale_factor])
    order = [*range(rank), rank, rank + 2, rank + 4, rank + 1, rank + 3]
    return _fresh(parts.permute(order).reshape([*batch, channels * downscale_factor * downscale_factor, *out]), self)


def _fresh(shuffled: Tensor, source: Tensor) -> Tensor:
    """A result in the memory format that the source suggests, and in memory of its own."""
    layout = Layout.of(shuffled.layout.shape, format_strides(shuffled.layout.shape, suggested_format(source.layout)))
    return shuffled if shuffled.memory is not source.memory and shuffled.layout is layout else laid_out(shuffled, layout)


@composite("channel_shuffle(Tensor self, SymInt groups) -> Tensor", "native_channel_shuffle(Tensor self, SymInt groups) -> Tensor")
def channel_shuffle(self: Tensor, groups: int) -> Tensor:
    """Channels (dimension 1) of groups, one of each in turn. Source: arXiv:1707.01083."""
    if self.ndim < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(self.layout.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    batch, channels, *rest = self.layout.shape
    if channels % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups.")
    return self.reshape([batch, groups, channels // groups, *rest]).transpose(1, 2).reshape([batch, channels, *rest])


@composite("norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor")
def norm_except_dim(v: Tensor, pow: int, dim: int) -> Tensor:
    """The norm over all dimensions but one, which keep the size 1; dim -1 is over everything."""
    norm = required("aten::linalg_vector_norm")
    if dim == -1:
        return norm(v, pow, None, False, None)
    return norm(v, pow, [at for at in range(v.ndim) if at != dim % v.ndim], True, None)


@composite("_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)")
def weight_norm_interface(v: Tensor, g: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """v scaled to the lengths g, and the lengths it had."""
    lengths = norm_except_dim(v, 2, dim)
    return v * (g / lengths), lengths


@composite("_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor")
def weight_norm(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """v scaled to the lengths g along dim. Source: arXiv:1602.07868."""
    return weight_norm_interface(v, g, dim)[0]


@composite("embedding_renorm_(Tensor(a!) self, Tensor indices, float max_norm, float norm_type) -> Tensor(a!)")
def embedding_renorm(self: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> Tensor:
    """The rows that the indices name scaled down to the norm max_norm where they are longer, in place."""
    rows = indices.reshape([-1]).unique()
    if not rows.layout.numel:
        return self
    chosen = self.index_select(0, rows)
    lengths = chosen.norm(norm_type, 1, True)
    factors = required("aten::where.self")(lengths > max_norm, max_norm / (lengths + 1e-7), lengths.new_ones([]))
    return self.index_copy_(0, rows, chosen * factors)


@composite("_no_grad_embedding_renorm_(Tensor weight, Tensor input, float max_norm, float norm_type) -> Tensor")
def no_grad_embedding_renorm(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> Tensor:
    """`embedding_renorm_` of `weight`, under the name by which compiled layers call it."""
    return embedding_renorm(weight, input, max_norm, norm_type)
