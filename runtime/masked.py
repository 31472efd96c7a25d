"""Reductions and normalizations over the items that a mask keeps, as `torch.masked` has them: true means kept.

Each fills the items left out with what changes no result (`_identity`) and calls the operator of its name.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import aten
from . import dtype as dtypes
from .dtype import DType
from .factories import ones, tensor
from .meta_storage import also_without_data
from .ops.dtype_rules import real_dtype
from .tensor import Tensor
from .type_info import iinfo

Dims = int | Sequence[int] | None


def _identity(name: str, input: Tensor, order: float = 2) -> Tensor:
    """The number that changes no result of `name`."""
    dtype = input.dtype
    value: Any
    if name in ("sum", "norm"):
        value = math.inf if name == "norm" and order == -math.inf else 0
    elif name == "prod":
        value = 1
    elif name == "median":
        value = math.nan
    elif dtype.is_floating_point or dtype.is_complex:
        value = math.inf if name == "amin" else -math.inf
    elif dtype is dtypes.bool_:
        raise NotImplementedError(f"identity of {name} on {dtype} input")
    else:
        value = iinfo(dtype).max if name == "amin" else iinfo(dtype).min
    return tensor(value, dtype=dtype)


def _mask_for(input: Tensor, mask: Tensor) -> Tensor:
    """The mask in bool and with the shape of `input`."""
    if mask.shape != input.shape:
        if mask.ndim > input.ndim:
            raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
        mask = mask.broadcast_to(list(input.shape))
    return mask.to(dtypes.bool_)


def _filled(name: str, input: Tensor, mask: Tensor | None, order: float = 2) -> Tensor:
    return input if mask is None else aten.where(_mask_for(input, mask), input, _identity(name, input, order))


def _dims(dim: Dims, ndim: int) -> list[int]:
    """Dims from the front in ascending order; all of them for None and for an empty tuple."""
    if dim is None or dim == ():
        return list(range(ndim))
    bound = max(ndim, 1)
    found: list[int] = []
    for one in (dim,) if isinstance(dim, int) else dim:
        if one in found:
            raise RuntimeError(f"dim={one} appears multiple times in the list of dims")
        if not -bound <= one < bound:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {one})")
        found.append(one % bound)
    return sorted(found)


_SHORT = (dtypes.uint8, dtypes.bool_, dtypes.int8, dtypes.int16, dtypes.int32)


def _total_dtype(input: Tensor, dtype: DType | None) -> DType:
    return dtype or (dtypes.int64 if input.dtype in _SHORT else input.dtype)


def sum(input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The sum of the items kept."""
    return _filled("sum", input, mask).sum(_dims(dim, input.ndim), bool(keepdim), dtype=_total_dtype(input, dtype))


def prod(input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The product of the items kept."""
    found = _filled("prod", input, mask)
    wanted = _total_dtype(input, dtype)
    for one in reversed(_dims(dim, input.ndim)):
        found = found.prod(one, bool(keepdim))
    return found.to(wanted)


def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The sums of the items kept, up to each place."""
    wanted = dtype or input.dtype
    return _filled("sum", input, mask).cumsum(_dims(dim, input.ndim)[0], dtype=wanted).to(wanted)


def cumprod(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The products of the items kept, up to each place."""
    wanted = dtype or input.dtype
    return _filled("prod", input, mask).cumprod(_dims(dim, input.ndim)[0], dtype=wanted).to(wanted)


def amax(input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The largest of the items kept."""
    return _filled("amax", input, mask).amax(_dims(dim, input.ndim), bool(keepdim)).to(dtype or input.dtype)


def amin(input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The smallest of the items kept."""
    return _filled("amin", input, mask).amin(_dims(dim, input.ndim), bool(keepdim)).to(dtype or input.dtype)


def argmax(
    input: Tensor, dim: int | None = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """The place of the largest of the items kept."""
    return _filled("amax", input, mask).argmax(dim, bool(keepdim)).to(dtype or input.dtype)


def argmin(
    input: Tensor, dim: int | None = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """The place of the smallest of the items kept."""
    return _filled("amin", input, mask).argmin(dim, bool(keepdim)).to(dtype or input.dtype)


def _counted(input: Tensor, dim: Dims, keepdim: bool, mask: Tensor | None) -> Tensor:
    """How many items are kept."""
    if mask is None:
        return sum(ones(list(input.shape), dtype=dtypes.int64), dim, keepdim=keepdim)
    return _mask_for(input, mask).sum(_dims(dim, input.ndim), keepdim)


def mean(input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The mean of the items kept; ValueError for integers without a dtype."""
    wanted = dtype or input.dtype
    if not (wanted.is_floating_point or wanted.is_complex):
        source = "Input" if dtype is None else "Optional"
        raise ValueError(
            f"mean(): Could not infer output dtype. {source} dtype must be either a floating point or complex dtype. Got: {wanted}"
        )
    return sum(input, dim, keepdim=keepdim, dtype=wanted, mask=mask) / _counted(input, dim, bool(keepdim), mask)


def median(input: Tensor, dim: int = -1, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The median of the items kept; ValueError for integers where none is."""
    wanted = dtype or input.dtype
    floating = input.dtype.is_floating_point
    values = input if floating else input.to(dtypes.float32)
    found = aten.nanmedian(_filled("median", values, mask), _dims(dim, input.ndim)[0], keepdim).values
    if floating:
        return found
    if bool(found.isnan().any()):
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return found.to(wanted)


def logsumexp(input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The logarithm of the sum of the exponentials of the items kept."""
    return _filled("logsumexp", input, mask).logsumexp(_dims(dim, input.ndim), keepdim).to(dtype or input.dtype)


def logaddexp(
    input: Tensor, other: Tensor, *, dtype: DType | None = None, input_mask: Tensor | None = None, other_mask: Tensor | None = None
) -> Tensor:
    """log(exp(input) + exp(other)) of the items kept."""
    return aten.logaddexp(_filled("logaddexp", input, input_mask), _filled("logaddexp", other, other_mask)).to(dtype or input.dtype)


def norm(
    input: Tensor, ord: float = 2.0, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """The norm of the items kept."""
    filled = _filled("norm", input, mask, ord)
    return aten.linalg_vector_norm(filled, ord, _dims(dim, input.ndim), bool(keepdim), dtype=dtype or input.dtype)


def _spread(
    input: Tensor, dim: Dims, unbiased: bool | None, correction: float | None, keepdim: bool, dtype: DType | None, mask: Tensor | None
) -> Tensor:
    taken = float(correction) if correction is not None else 1.0 if unbiased in (None, True) else 0.0
    result = dtype or (input.dtype if input.dtype.is_floating_point or input.dtype.is_complex else dtypes.float32)
    compute = result if result.is_floating_point or result.is_complex else dtypes.float32
    count = _counted(input, dim, True, mask)
    apart = input - sum(input, dim, keepdim=True, dtype=result, mask=mask) / count
    total = sum(apart * apart.conj(), dim, keepdim=keepdim, dtype=compute, mask=mask)
    if not keepdim:
        count = count.reshape(list(total.shape))
    if taken:
        count = (count.to(real_dtype(compute)) - taken).maximum(tensor(0, dtype=real_dtype(compute)))
    return (total / count).to(result)


@also_without_data
def var(
    input: Tensor, dim: Dims = None, unbiased: bool | None = None, *, correction: float | None = None, keepdim: bool = False,
    dtype: DType | None = None, mask: Tensor | None = None,
) -> Tensor:
    """The variance of the items kept."""
    return _spread(input, dim, unbiased, correction, bool(keepdim), dtype, mask)


@also_without_data
def std(
    input: Tensor, dim: Dims = None, unbiased: bool | None = None, *, correction: float | None = None, keepdim: bool = False,
    dtype: DType | None = None, mask: Tensor | None = None,
) -> Tensor:
    """The standard deviation of the items kept."""
    return _spread(input, dim, unbiased, correction, bool(keepdim), dtype, mask).sqrt()


def softmax(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """Softmax over the items kept; 0 for the others."""
    return _filled("amax", input, mask).softmax(_dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def log_softmax(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """The logarithm of `softmax`."""
    return _filled("amax", input, mask).log_softmax(_dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def softmin(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """Softmax of the opposite numbers."""
    return (-_filled("amin", input, mask)).softmax(_dims(dim, input.ndim)[0], dtype=dtype or input.dtype)


def normalize(
    input: Tensor, ord: float, dim: int, *, eps: float = 1e-12, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """The items kept over their norm along `dim`, which counts as at least eps."""
    length = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return _filled("sum", input, mask) / length.maximum(tensor(eps, dtype=length.dtype))
