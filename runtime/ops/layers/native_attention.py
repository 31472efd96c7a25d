"""The fused layers that transformers of archives call: attention in several heads and a whole encoder layer, by other rows.

Masks are bool (true is left out) or floating-point (added). Their type says what a mask is about: 0 the attention itself (L, L),
1 padding (N, L), 2 both (N, heads, L, L).
"""
from __future__ import annotations

import math

from ...dtype import bool_
from ...tensor import Tensor
from ..linalg.matrix import linear
from ..reduction.softmax import softmax
from ..table import composite, required
from .layer_normalization import layer_norm


def _scores_mask(mask: Tensor, mask_type: int | None, batch: int, length: int) -> Tensor:
    """A mask as it lies over the scores (N, heads, L, S)."""
    if mask_type == 1:
        return mask.reshape([batch, 1, 1, mask.layout.shape[-1]])
    return mask if mask.ndim == 4 else mask.reshape([1, 1, length, mask.layout.shape[-1]])


def _heads(tensor: Tensor, heads: int) -> Tensor:
    batch, length, width = tensor.layout.shape
    return tensor.reshape([batch, length, heads, width // heads]).transpose(1, 2)


def _attend(
    parts: list[Tensor], heads: int, mask: Tensor | None, mask_type: int | None, out_weight: Tensor, out_bias: Tensor
) -> tuple[Tensor, Tensor]:
    """The attended and projected values (N, L, E), and the weights (N, heads, L, S)."""
    query, key, value = (_heads(part, heads) for part in parts)
    batch, _, length, width = query.layout.shape
    scores: Tensor = (query * (1 / math.sqrt(width))) @ key.transpose(-2, -1)
    if mask is not None:
        over = _scores_mask(mask, mask_type, batch, length)
        scores = scores.masked_fill(over, -math.inf) if over.dtype is bool_ else scores + over
    weights = softmax(scores, -1, None)
    joined = (weights @ value).transpose(1, 2).reshape([batch, length, heads * width])
    return linear(joined, out_weight, out_bias), weights


@composite(
    "_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, int num_head, Tensor qkv_weight, "
    "Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask=None, bool need_weights=True, bool average_attn_weights=True, "
    "int? mask_type=None) -> (Tensor, Tensor)"
)
def native_multi_head_attention(
    query: Tensor, key: Tensor, value: Tensor, embed_dim: int, num_head: int, qkv_weight: Tensor, qkv_bias: Tensor, proj_weight: Tensor,
    proj_bias: Tensor, mask: Tensor | None = None, need_weights: bool = True, average_attn_weights: bool = True,
    mask_type: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Attention over (N, L, E) with one weight for the three projections; the weights are empty unless they are needed."""
    if query.ndim != 3:
        raise RuntimeError(f"expected 3-D `query`, got {query.ndim}-D tensor")
    if embed_dim % num_head:
        raise RuntimeError("`embed_dim` must divide evenly by `num_heads`")
    if query is key and key is value:
        parts = list(linear(query, qkv_weight, qkv_bias).chunk(3, -1))
    else:
        given = zip((query, key, value), qkv_weight.chunk(3), qkv_bias.chunk(3))
        parts = [linear(source, weight, bias) for source, weight, bias in given]
    attended, weights = _attend(parts, num_head, mask, mask_type, proj_weight, proj_bias)
    if not need_weights:
        return attended, weights.new_empty([0])
    return attended, weights.mean([1]) if average_attn_weights else weights


@composite(
    "_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, "
    "Tensor proj_bias, bool use_gelu, bool norm_first, float eps, Tensor norm_weight_1, Tensor norm_bias_1, Tensor norm_weight_2, "
    "Tensor norm_bias_2, Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor ffn_weight_2, Tensor ffn_bias_2, Tensor? mask=None, "
    "int? mask_type=None) -> Tensor"
)
def transformer_encoder_layer(
    src: Tensor, embed_dim: int, num_heads: int, qkv_weight: Tensor, qkv_bias: Tensor, proj_weight: Tensor, proj_bias: Tensor,
    use_gelu: bool, norm_first: bool, eps: float, norm_weight_1: Tensor, norm_bias_1: Tensor, norm_weight_2: Tensor, norm_bias_2: Tensor,
    ffn_weight_1: Tensor, ffn_bias_1: Tensor, ffn_weight_2: Tensor, ffn_bias_2: Tensor, mask: Tensor | None = None,
    mask_type: int | None = None,
) -> Tensor:
    """A whole encoder layer in evaluation: attention and a network of two layers, each with a residual and a norm."""

    def attention(x: Tensor) -> Tensor:
        return native_multi_head_attention(
            x, x, x, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, False, True, mask_type
        )[0]

    def network(x: Tensor) -> Tensor:
        inner = linear(x, ffn_weight_1, ffn_bias_1)
        inner = required("aten::gelu")(inner, "none") if use_gelu else inner.relu()
        return linear(inner, ffn_weight_2, ffn_bias_2)

    def first(x: Tensor) -> Tensor:
        return layer_norm(x, [embed_dim], norm_weight_1, norm_bias_1, eps, True)

    def second(x: Tensor) -> Tensor:
        return layer_norm(x, [embed_dim], norm_weight_2, norm_bias_2, eps, True)

    if norm_first:
        src = src + attention(first(src))
        return src + network(second(src))
    src = first(src + attention(src))
    return second(src + network(src))
