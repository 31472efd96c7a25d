"""Variance, deviation, norms, distances, sums without NaN and the logarithm of summed exponentials."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ...dtype import DType, as_dtype
from ...kernels.loops.reduction import Reduction
from ...kernels.loops.reduction_functions import (
    DEVIATION,
    LOGSUMEXP,
    MEAN,
    NANSUM,
    NONZERO,
    NORM,
    NORM_1,
    NORM_2,
    NORM_INFINITE,
    NORM_NEGATIVE_INFINITE,
    VARIANCE,
)
from ...promotion import get_default_dtype
from ...tensor import Tensor
from ..dtype_rules import real_dtype, type_name
from ..resizing import resize_output
from ..shape.copying import converted, copy_into
from ..table import composite, reduction
from .complex_reductions import log_of_summed_exponentials, parts
from .reductions import reduced_dims, reducing, sum_dims

Dims = Sequence[int] | None


def _spread_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    if not (input.is_floating_point or input.is_complex):
        raise RuntimeError("std and var only support floating point and complex dtypes")
    return input, input


_real_variance, _real_deviation, _mean = (reducing(one, _spread_dtypes) for one in (VARIANCE, DEVIATION, MEAN))


def _variance(self: Tensor, dim: Dims, keepdim: bool, dtype: None, correction: float) -> Tensor:
    if not self.dtype.is_complex:
        return _real_variance(self, dim, keepdim, dtype, correction)
    dims = reduced_dims(len(self.layout.shape), dim)
    # over no dimension each item is a population of one
    pairs = parts(self if dims else self.reshape([1]))
    return sum_dims(_real_variance(pairs, dims or (0,), keepdim, dtype, correction), [-1])


def _deviation(self: Tensor, dim: Dims, keepdim: bool, dtype: None, correction: float) -> Tensor:
    if not self.dtype.is_complex:
        return _real_deviation(self, dim, keepdim, dtype, correction)
    return _variance(self, dim, keepdim, dtype, correction).sqrt()


def _correction(correction: Any) -> float:
    return 1.0 if correction is None else float(correction)


@reduction("var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor")
def var_correction(self: Tensor, dim: Dims, correction: Any, keepdim: bool) -> Tensor:
    """The variance over `dim`, in two passes; the divisor is the count less `correction` (1 if None)."""
    return _variance(self, dim, keepdim, None, _correction(correction))


@reduction("var(Tensor self, bool unbiased=True) -> Tensor")
def var_all(self: Tensor, unbiased: bool) -> Tensor:
    """The variance of all items."""
    return _variance(self, None, False, None, float(unbiased))


@reduction("var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor")
def var_dim(self: Tensor, dim: Dims, unbiased: bool, keepdim: bool) -> Tensor:
    """The variance over `dim`."""
    return _variance(self, dim, keepdim, None, float(unbiased))


@reduction("std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor")
def std_correction(self: Tensor, dim: Dims, correction: Any, keepdim: bool) -> Tensor:
    """The square root of the variance over `dim`."""
    return _deviation(self, dim, keepdim, None, _correction(correction))


@reduction("std(Tensor self, bool unbiased=True) -> Tensor")
def std_all(self: Tensor, unbiased: bool) -> Tensor:
    """The square root of the variance of all items."""
    return _deviation(self, None, False, None, float(unbiased))


@reduction("std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor")
def std_dim(self: Tensor, dim: Dims, unbiased: bool, keepdim: bool) -> Tensor:
    """The square root of the variance over `dim`."""
    return _deviation(self, dim, keepdim, None, float(unbiased))


def _with_mean(spread: Callable[..., Tensor], self: Tensor, dim: Dims, correction: float, keepdim: bool) -> tuple[Tensor, Tensor]:
    return spread(self, dim, keepdim, None, correction), _mean(self, dim, keepdim)


@reduction("var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)")
def var_mean_correction(self: Tensor, dim: Dims, correction: Any, keepdim: bool) -> tuple[Tensor, Tensor]:
    """The variance and the mean over `dim`."""
    return _with_mean(_variance, self, dim, _correction(correction), keepdim)


@reduction("var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)")
def var_mean_all(self: Tensor, unbiased: bool) -> tuple[Tensor, Tensor]:
    """The variance and the mean of all items."""
    return _with_mean(_variance, self, None, float(unbiased), False)


@reduction("var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)")
def var_mean_dim(self: Tensor, dim: Dims, unbiased: bool, keepdim: bool) -> tuple[Tensor, Tensor]:
    """The variance and the mean over `dim`."""
    return _with_mean(_variance, self, dim, float(unbiased), keepdim)


@reduction("std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)")
def std_mean_correction(self: Tensor, dim: Dims, correction: Any, keepdim: bool) -> tuple[Tensor, Tensor]:
    """The deviation and the mean over `dim`."""
    return _with_mean(_deviation, self, dim, _correction(correction), keepdim)


@reduction("std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)")
def std_mean_all(self: Tensor, unbiased: bool) -> tuple[Tensor, Tensor]:
    """The deviation and the mean of all items."""
    return _with_mean(_deviation, self, None, float(unbiased), False)


@reduction("std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)")
def std_mean_dim(self: Tensor, dim: Dims, unbiased: bool, keepdim: bool) -> tuple[Tensor, Tensor]:
    """The deviation and the mean over `dim`."""
    return _with_mean(_deviation, self, dim, float(unbiased), keepdim)


# Norms


def _norm_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    if not (input.is_floating_point or input.is_complex):
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {type_name(input)}")
    if given is not None and not given.is_floating_point:
        raise RuntimeError(f"linalg.vector_norm: dtype should be floating point or complex. Got {type_name(given)}")
    return given or input, given or input


def _norm(reduction: Reduction) -> Callable[..., Tensor]:
    return reducing(reduction, _norm_dtypes)


_NORMS = {
    0.0: _norm(NONZERO), 1.0: _norm(NORM_1), 2.0: _norm(NORM_2), math.inf: _norm(NORM_INFINITE), -math.inf: _norm(NORM_NEGATIVE_INFINITE),
}
_any_norm = _norm(NORM)


@reduction(
    "linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor"
)
def linalg_vector_norm(self: Tensor, ord: Any, dim: Dims, keepdim: bool, dtype: DType | int | None) -> Tensor:
    """The `ord`-th root of the sum of |x|**ord over `dim`; inf and -inf are the extremes of |x|, 0 counts what is not 0."""
    power = float(ord)
    if self.dtype.is_complex:
        wanted = as_dtype(dtype)
        return linalg_vector_norm(self.abs(), ord, dim, keepdim, None if wanted is None else real_dtype(wanted))
    if self.layout.numel == 0 and (power < 0 or power == math.inf):
        _require_norm_of_nothing(self, ord, dim)
    found = _NORMS.get(power)
    return _any_norm(self, dim, keepdim, dtype, power) if found is None else found(self, dim, keepdim, dtype)


def _require_norm_of_nothing(self: Tensor, ord: Any, dim: Dims) -> None:
    what = f"linalg.vector_norm cannot compute the {ord} norm on"
    if not dim:
        raise RuntimeError(f"{what} an empty tensor because the operation does not have an identity")
    for at in reduced_dims(len(self.layout.shape), dim):
        if self.layout.shape[at] == 0:
            raise RuntimeError(
                f"{what} the dimension {at} because this dimension is empty and the operation does not have an identity"
            )


@reduction("norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor")
def norm_dim(self: Tensor, p: Any, dim: Sequence[int], keepdim: bool) -> Tensor:
    """The p-norm over `dim`, 2 if p is None."""
    return linalg_vector_norm(self, 2 if p is None else p, dim, keepdim, None)


@reduction("norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor")
def norm_dim_dtype(self: Tensor, p: Any, dim: Sequence[int], keepdim: bool, dtype: DType | int) -> Tensor:
    """The p-norm over `dim`, computed in `dtype`."""
    return linalg_vector_norm(self, 2 if p is None else p, dim, keepdim, dtype)


@reduction("norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor")
def norm_dtype(self: Tensor, p: Any, dtype: DType | int) -> Tensor:
    """The p-norm of all items, computed in `dtype`."""
    return linalg_vector_norm(self, 2 if p is None else p, None, False, dtype)


@reduction("norm.Scalar(Tensor self, Scalar p=2) -> Tensor")
def norm_all(self: Tensor, p: Any) -> Tensor:
    """The p-norm of all items."""
    return linalg_vector_norm(self, p, None, False, None)


@reduction("frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor")
def frobenius_norm(self: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    """The square root of the sum of squares over `dim`."""
    return linalg_vector_norm(self, 2, dim, keepdim, None)


def norm(
    self: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Tensor | None = None, dtype: DType | None = None
) -> Tensor:
    """What `rl.norm` takes beside its overloads: norms of matrices by name ("fro", "nuc"), no `p` (2), `out` for all of it."""
    dims = None if dim is None else [dim] if isinstance(dim, int) else [*dim]
    if p == "nuc":
        if dims is not None and len(dims) != 2:
            raise RuntimeError(f"nuclear norm: expected two dimensions, got {dims}; name the dimensions of a matrix")
        matrix = self if dtype is None else self.to(dtype)
        found = matrix.nuclear_norm(keepdim) if dims is None else matrix.nuclear_norm(dims, keepdim)
    elif isinstance(p, str) and p != "fro":
        raise RuntimeError(f"only valid string values are 'fro' and 'nuc', found {p}")
    else:
        found = linalg_vector_norm(self, 2 if p in ("fro", None) else p, dims, keepdim, dtype)
    if out is None:
        return found
    resize_output(out, found.layout.shape)
    return copy_into(out, found)


@composite("dist(Tensor self, Tensor other, Scalar p=2) -> Tensor")
def dist(self: Tensor, other: Tensor, p: Any) -> Tensor:
    """The p-norm of self - other."""
    return linalg_vector_norm(self - other, p, None, False, None)


# Sums


def _logsumexp_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    return input, input


_logsumexp = reducing(LOGSUMEXP, _logsumexp_dtypes)


@reduction(
    "logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
    "special_logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
)
def logsumexp(self: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    """log(sum(exp(self))) over `dim`, shifted by the largest item so that nothing overflows."""
    if self.dtype.is_complex:
        return log_of_summed_exponentials(self, dim, keepdim)
    return _logsumexp(self if self.dtype.is_floating_point else converted(self, get_default_dtype()), dim, keepdim)


def _nansum_dtypes(input: DType, given: DType | None) -> tuple[DType, DType]:
    return given or input, given or input


_nansum = reducing(NANSUM, _nansum_dtypes)


@reduction("nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def nansum(self: Tensor, dim: Dims, keepdim: bool, dtype: DType | int | None) -> Tensor:
    """The sum over `dim` of what is no NaN; whole numbers are summed as by `sum`."""
    if self.dtype.is_complex:
        raise RuntimeError("nansum on CPU does not support complex inputs")
    if not self.dtype.is_floating_point:
        return sum_dims(self, dim, keepdim, dtype)
    return _nansum(self, dim, keepdim, dtype)


@composite("nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
def nanmean(self: Tensor, dim: Dims, keepdim: bool, dtype: DType | int | None) -> Tensor:
    """The mean over `dim` of what is no NaN."""
    if not self.dtype.is_floating_point:
        raise RuntimeError(f"nanmean(): expected input to have floating point or complex dtype but got {type_name(self.dtype)}")
    count = sum_dims(self == self, dim, keepdim, None)
    return nansum(self, dim, keepdim, as_dtype(dtype)) / count
