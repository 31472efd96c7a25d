"""Quantiles: the items at given fractions of the sorted rows, with what lies between two items."""
from __future__ import annotations

from collections.abc import Sequence

from ... import dtype as dtypes
from ...layout import wrap_dim
from ...tensor import Tensor, new_empty, number_of
from ..creation.factories import fill_number
from ..indexing.gathering import gather
from ..indexing.sorting import sort
from ..shape.views import without
from ..table import composite

_LIMIT = 1 << 24
"""Items of a row, as PyTorch limits them: places are computed in the dtype of the items."""
_WAYS = ("linear", "lower", "higher", "midpoint", "nearest")


def _check(name: str, self: Tensor, q: Tensor, interpolation: str) -> None:
    if not self.layout.numel:
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if len(q.layout.shape) > 1:
        raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
    if self.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if self.dtype is not q.dtype:
        raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
    if interpolation not in _WAYS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if q.layout.numel and not number_of(((q >= 0) & (q <= 1)).all()):
        raise RuntimeError(f"{name}() q values must be in the range [0, 1]")


def _require_places(name: str, items: int) -> None:
    if items > _LIMIT:
        raise RuntimeError(f"{name}() input tensor is too large")


def _quantile(name: str, self: Tensor, q: Tensor, dim: int | None, keepdim: bool, interpolation: str) -> Tensor:
    _check(name, self, q, interpolation)
    if dim is None or not self.layout.shape:
        _require_places(name, self.layout.numel)
        kept: Sequence[int] = [1] * len(self.layout.shape) if keepdim else []
        ordered = sort(self.reshape([-1])).values
    else:
        dim = wrap_dim(dim, len(self.layout.shape))
        _require_places(name, self.layout.shape[dim])
        rest = without(self.layout, [dim]).shape
        kept = [*rest[:dim], 1, *rest[dim:]] if keepdim else rest
        ordered = sort(self.movedim(dim, -1)).values
    last = ordered.layout.shape[-1] - 1
    fractions = q.reshape([-1])
    nan = ordered != ordered
    if name == "nanquantile":
        ranks = (fractions * ((nan.logical_not()).sum(-1, True) - 1)).clamp_min(0)
    else:
        # NaN comes last, so the last item stands for a row that has one
        ranks = (fractions * last).masked_fill(nan.any(-1, True), last)
    if interpolation in ("lower", "higher", "nearest"):
        ranks = {"lower": ranks.floor, "higher": ranks.ceil, "nearest": ranks.round}[interpolation]()
    below = ranks.to(dtypes.int64)
    found = gather(ordered, -1, below)
    if interpolation in ("linear", "midpoint"):
        weights = ranks - below if interpolation == "linear" else fill_number(new_empty(ranks.layout.shape, ranks.dtype), 0.5)
        found = found.lerp(gather(ordered, -1, ranks.ceil().to(dtypes.int64)), weights)
    if not q.layout.shape:
        return found.reshape(list(kept))
    return found.movedim(-1, 0).reshape([q.layout.shape[0], *kept])


def _fraction(name: str, self: Tensor, q: float) -> Tensor:
    if not 0 <= q <= 1:
        raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q:g}")
    dtype = self.dtype if self.dtype.is_floating_point else dtypes.float32
    return fill_number(new_empty((), dtype), q)


@composite('quantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation="linear") -> Tensor')
def quantile(self: Tensor, q: Tensor, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Tensor:
    """The quantiles `q` of all items or of the rows along `dim`; NaN where there is one."""
    return _quantile("quantile", self, q, dim, keepdim, interpolation)


@composite('quantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation="linear") -> Tensor')
def quantile_number(self: Tensor, q: float, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Tensor:
    """The quantile `q` of all items or of the rows along `dim`; NaN where there is one."""
    return _quantile("quantile", self, _fraction("quantile", self, q), dim, keepdim, interpolation)


@composite('nanquantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation="linear") -> Tensor')
def nanquantile(self: Tensor, q: Tensor, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Tensor:
    """The quantiles `q` of the items that are not NaN."""
    return _quantile("nanquantile", self, q, dim, keepdim, interpolation)


@composite('nanquantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation="linear") -> Tensor')
def nanquantile_number(self: Tensor, q: float, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Tensor:
    """The quantile `q` of the items that are not NaN."""
    return _quantile("nanquantile", self, _fraction("nanquantile", self, q), dim, keepdim, interpolation)
