"""Scaled dot product attention: softmax(query @ key.T * scale + mask) @ value."""
from __future__ import annotations

import math

from ...dtype import bool_
from ...tensor import Tensor, new_empty
from ..creation.random import dropout
from ..launching import widened
from ..linalg.matrix import matmul
from ..reduction.softmax import softmax
from ..table import composite


def _check(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, is_causal: bool) -> None:
    """PyTorch's checks, in its order and words."""
    if query.dtype is not key.dtype or query.dtype is not value.dtype:
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {query.dtype} key.dtype: {key.dtype} "
            f"and value.dtype: {value.dtype} instead."
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {query.ndim} key.dim: {key.ndim} "
            f"and value.dim: {value.ndim} instead."
        )
    if mask is not None and mask.dtype.name not in ("bool", "float32", query.dtype.name):
        raise RuntimeError(
            f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {mask.dtype} "
            f"and  query.dtype: {query.dtype} instead."
        )
    # PyTorch's kernel for batches of heads takes both, its plain form does not
    if mask is not None and is_causal and query.ndim != 4:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if not (query.dtype.is_floating_point and query.dtype.computes):
        raise RuntimeError(f"scaled_dot_product_attention: expected a floating-point dtype but found {query.dtype}; convert with .to()")


def _repeated(tensor: Tensor, heads: int) -> Tensor:
    """Each head of dimension -3 side by side until there are `heads`: groups of queries share a key and a value."""
    shape = tensor.layout.shape
    own = shape[-3]
    if own == 0 or heads % own:
        raise RuntimeError(f"Number of heads in key and value must divide the number of heads in query, but got {own} and {heads}")
    if own == heads:
        return tensor
    wide = tensor.unsqueeze(-3).expand([*shape[:-2], heads // own, *shape[-2:]])
    return wide.reshape([*shape[:-3], heads, *shape[-2:]])


def _masked(scores: Tensor, mask: Tensor | None, is_causal: bool) -> Tensor:
    """Scores with minus infinity where a query may not look, plus a floating-point mask."""
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype is bool_ else scores + mask
    if is_causal:
        later = new_empty(scores.layout.shape[-2:], bool_).fill_(True).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    return scores


def _weights(scores: Tensor) -> Tensor:
    """The softmax of each row; zeros for a query that may look at no key."""
    blocked = scores.amax([-1], True) == -math.inf
    return softmax(scores, -1, None).masked_fill(blocked, 0.0)


@composite(
    "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0., "
    "bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
    random=True,
)
@widened
def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None, dropout_p: float, is_causal: bool, scale: float | None,
    enable_gqa: bool,
) -> Tensor:
    """Values (..., S, V) weighed for each query (..., L, E) by its products with the keys (..., S, E): (..., L, V).

    A bool mask (..., L, S) is true where a query may look, a floating-point one is added; `is_causal` lets query i look at
    keys 0 to i. `scale` is 1 / sqrt(E) unless given. With `enable_gqa` the heads (dimension -3) of key and value are
    repeated to those of the query. Source: arXiv:1706.03762.
    """
    _check(query, key, value, attn_mask, is_causal)
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
    if enable_gqa:
        heads = query.layout.shape[-3]
        key, value = _repeated(key, heads), _repeated(value, heads)
    if scale is None:
        scale = 1 / math.sqrt(query.layout.shape[-1]) if query.layout.shape[-1] else 1.0
    scores = matmul(query * scale, key.transpose(-2, -1))
    if scores.layout.numel:
        scores = _masked(scores, attn_mask, is_causal)
        # without a mask every query looks at the first key at least, and its row needs no second look
        weights = softmax(scores, -1, None) if attn_mask is None else _weights(scores)
    else:
        weights = scores
    if dropout_p > 0:
        weights = dropout(weights, dropout_p, True)
    return matmul(weights, value)
