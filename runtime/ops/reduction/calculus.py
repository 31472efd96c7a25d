"""Differences and integrals of samples, and how samples vary together."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ... import dtype as dtypes
from ...layout import wrap_dim
from ...promotion import get_default_dtype
from ...tensor import Tensor, number_of
from ..creation.factories import full, zeros
from ..dtype_rules import type_name
from ..shape.copying import converted
from ..shape.joining import cat
from ..table import composite

# Trapezoids


def _halves(y: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    count = y.layout.shape[dim]
    return y.narrow(dim, 1, count - 1), y.narrow(dim, 0, count - 1)


def _widths(y: Tensor, x: Tensor, dim: int, name: str) -> Tensor:
    """The distances between neighbours in x, along the dimension of y."""
    if x.ndim == 1:
        if x.layout.shape[0] != y.layout.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        shape = [1] * y.ndim
        shape[dim] = x.layout.shape[0]
        x = x.view(shape)
    elif x.ndim < y.ndim:
        x = x.view([1] * (y.ndim - x.ndim) + list(x.layout.shape))
    after, before = _halves(x, dim)
    return after - before


def _no_bool(*tensors: Tensor, name: str) -> None:
    if any(one.dtype is dtypes.bool_ for one in tensors):
        raise RuntimeError(f"{name}: received a bool input for `x` or `y`, but bool is not supported")


@composite("trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor")
def trapezoid_x(y: Tensor, x: Tensor, dim: int) -> Tensor:
    """The area under samples y at the places x, by straight lines between them."""
    dim = wrap_dim(dim, y.ndim)
    if y.layout.shape[dim] == 0:
        return zeros([size for at, size in enumerate(y.layout.shape) if at != dim], y.dtype)
    _no_bool(x, y, name="trapezoid")
    after, before = _halves(y, dim)
    return ((after + before) * _widths(y, x, dim, "trapezoid")).sum([dim], False) / 2.0


@composite("trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor")
def trapezoid_dx(y: Tensor, dx: Any, dim: int) -> Tensor:
    """The area under samples y that lie dx apart."""
    dim = wrap_dim(dim, y.ndim)
    if y.layout.shape[dim] == 0:
        return zeros([size for at, size in enumerate(y.layout.shape) if at != dim], y.dtype)
    _no_bool(y, name="trapezoid")
    if isinstance(dx, bool):
        raise RuntimeError("trapezoid: Currently, we only support dx as a real number")
    count = y.layout.shape[dim]
    return (y.sum([dim], False) - (y.select(dim, 0) + y.select(dim, count - 1)) * 0.5) * dx


@composite("trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor")
def trapz_x(y: Tensor, x: Tensor, dim: int) -> Tensor:
    """`trapezoid` under its older name."""
    return trapezoid_x(y, x, dim)


@composite("trapz.dx(Tensor y, *, float dx=1., int dim=-1) -> Tensor")
def trapz_dx(y: Tensor, dx: float, dim: int) -> Tensor:
    """`trapezoid` under its older name."""
    return trapezoid_dx(y, dx, dim)


@composite("cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor")
def cumulative_trapezoid_x(y: Tensor, x: Tensor, dim: int) -> Tensor:
    """The area under samples y at the places x, up to each of them but the first."""
    dim = wrap_dim(dim, y.ndim)
    _no_bool(x, y, name="cumulative_trapezoid")
    if y.layout.shape[dim] == 0:
        return zeros(y.layout.shape, y.dtype)
    after, before = _halves(y, dim)
    return ((after + before) * _widths(y, x, dim, "cumulative_trapezoid")).cumsum(dim) / 2.0


@composite("cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor")
def cumulative_trapezoid_dx(y: Tensor, dx: Any, dim: int) -> Tensor:
    """The area under samples y that lie dx apart, up to each of them but the first."""
    dim = wrap_dim(dim, y.ndim)
    _no_bool(y, name="cumulative_trapezoid")
    if isinstance(dx, bool):
        raise RuntimeError("cumulative_trapezoid: Currently, we only support dx as a real number")
    if y.layout.shape[dim] == 0:
        return zeros(y.layout.shape, y.dtype)
    after, before = _halves(y, dim)
    return (before + after).cumsum(dim) * (dx / 2.0)


# Gradients


def _gradient(self: Tensor, spacing: Sequence[Any] | None, dims: Sequence[int] | None, edge_order: int) -> list[Tensor]:
    """Differences of second order inside and of `edge_order` at both ends, along each dim."""
    wrapped = list(range(self.ndim)) if dims is None else [wrap_dim(dim, self.ndim) for dim in dims]
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError(f"dim {wrapped[0]} appears multiple times in the list of dims")
    if spacing is not None and len(spacing) != len(wrapped):
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar or a list of length equal to 'self.dim() = {self.ndim}', "
            f"since dim argument was not given, but got a list of length {len(spacing)}"
        )
    if edge_order not in (1, 2):
        raise RuntimeError(f"torch.gradient only supports edge_order=1 and edge_order=2, but got {edge_order}.")
    if self.dtype is dtypes.uint8:
        raise RuntimeError(f"torch.gradient does not support {type_name(self.dtype)} input.")
    for dim in wrapped:
        if self.layout.shape[dim] < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    results: list[Tensor] = []
    for at, dim in enumerate(wrapped):
        step = 1 if spacing is None else spacing[at]
        results.append(_along_places(self, step, dim, edge_order) if isinstance(step, Tensor) else _along(self, step, dim, edge_order))
    return results


def _part(self: Tensor, dim: int, start: int, length: int) -> Tensor:
    return self.narrow(dim, start, length)


def _along(self: Tensor, step: Any, dim: int, edge_order: int) -> Tensor:
    count = self.layout.shape[dim]
    inside = (_part(self, dim, 2, count - 2) - _part(self, dim, 0, count - 2)) / (2 * step)

    def item(at: int) -> Tensor:
        return _part(self, dim, at % count, 1)

    if edge_order == 1:
        first, last = (item(1) - item(0)) / step, (item(-1) - item(-2)) / step
    else:
        first = (item(0) * -1.5 + item(1) * 2 - item(2) * 0.5) / step
        last = (item(-1) * 1.5 - item(-2) * 2 + item(-3) * 0.5) / step
    return cat([first, inside, last], dim)


def _along_places(self: Tensor, places: Tensor, dim: int, edge_order: int) -> Tensor:
    count = self.layout.shape[dim]
    if places.ndim != 1 or places.layout.shape[0] != count:
        raise RuntimeError("torch.gradient expected each element of `spacing` to have one dimension and match the input's size")
    shape = [1] * self.ndim
    shape[dim] = count - 1
    widths = (places.narrow(0, 1, count - 1) - places.narrow(0, 0, count - 1)).view(shape)
    slopes = (_part(self, dim, 1, count - 1) - _part(self, dim, 0, count - 1)) / widths
    before, after = _part(widths, dim, 0, count - 2), _part(widths, dim, 1, count - 2)
    inside = (_part(slopes, dim, 0, count - 2) * after + _part(slopes, dim, 1, count - 2) * before) / (before + after)

    def slope(at: int) -> Tensor:
        return _part(slopes, dim, at % (count - 1), 1)

    first, last = slope(0), slope(-1)
    if edge_order == 2:
        h1, h2 = _part(widths, dim, 0, 1), _part(widths, dim, 1, 1)
        first = slope(0) + (slope(0) - slope(1)) * h1 / (h1 + h2)
        h1, h2 = _part(widths, dim, count - 2, 1), _part(widths, dim, count - 3, 1)
        last = slope(-1) + (slope(-1) - slope(-2)) * h1 / (h1 + h2)
    return cat([first, inside, last], dim)


@composite("gradient.scalarint(Tensor self, *, Scalar? spacing=None, int? dim=None, int edge_order=1) -> Tensor[]")
def gradient(self: Tensor, spacing: Any, dim: int | None, edge_order: int) -> list[Tensor]:
    """The slope of samples along one dim, or each of them."""
    dims = list(range(self.ndim)) if dim is None else [dim]
    return _gradient(self, None if spacing is None else [spacing] * len(dims), dims, edge_order)


@composite("gradient.scalararray(Tensor self, *, Scalar spacing, int[] dim, int edge_order=1) -> Tensor[]")
def gradient_dims(self: Tensor, spacing: Any, dim: Sequence[int], edge_order: int) -> list[Tensor]:
    """The slope of samples that lie `spacing` apart along some dims."""
    return _gradient(self, [spacing] * len(dim), dim, edge_order)


@composite("gradient.array(Tensor self, *, int[] dim, int edge_order=1) -> Tensor[]")
def gradient_plain(self: Tensor, dim: Sequence[int], edge_order: int) -> list[Tensor]:
    """The slope of samples that lie 1 apart along some dims."""
    return _gradient(self, None, dim, edge_order)


@composite(
    "gradient.scalarrayint(Tensor self, *, Scalar[] spacing, int? dim=None, int edge_order=1) -> Tensor[]",
    "gradient.tensorarrayint(Tensor self, *, Tensor[] spacing, int? dim=None, int edge_order=1) -> Tensor[]",
)
def gradient_spaced(self: Tensor, spacing: Sequence[Any], dim: int | None, edge_order: int) -> list[Tensor]:
    """The slope of samples, with a distance (or the places of the samples) for each dim."""
    return _gradient(self, spacing, None if dim is None else [dim], edge_order)


@composite(
    "gradient.scalarrayarray(Tensor self, *, Scalar[] spacing, int[] dim, int edge_order=1) -> Tensor[]",
    "gradient.tensorarray(Tensor self, *, Tensor[] spacing, int[] dim, int edge_order=1) -> Tensor[]",
)
def gradient_spaced_dims(self: Tensor, spacing: Sequence[Any], dim: Sequence[int], edge_order: int) -> list[Tensor]:
    """The slope of samples along some dims, with a distance (or the places of the samples) for each."""
    return _gradient(self, spacing, dim, edge_order)


# Covariance


def _check_weights(name: str, weights: Tensor, count: int, *, whole: bool) -> None:
    if weights.ndim > 1:
        raise RuntimeError(f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} dimensions")
    if whole and not weights.dtype.is_integral:
        raise RuntimeError(f"cov(): expected fweights to have integral dtype but got fweights with {type_name(weights.dtype)} dtype")
    if not whole and not weights.dtype.is_floating_point:
        raise RuntimeError(f"cov(): expected aweights to have floating point dtype but got aweights with {type_name(weights.dtype)} dtype")
    if weights.layout.numel != count:
        raise RuntimeError(f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                           f"{weights.layout.numel} != {count}")
    if count and number_of((weights >= 0).all()) == 0:
        raise RuntimeError(f"cov(): {name} cannot be negative")


@composite("cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor")
def cov(self: Tensor, correction: int, fweights: Tensor | None, aweights: Tensor | None) -> Tensor:
    """How the rows vary together: the means of products of what they are above their means; weights repeat or weigh columns."""
    if self.ndim > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {self.ndim} dimensions")
    if self.dtype is dtypes.bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    samples = self if self.ndim == 2 else self.view([1, -1]) if self.layout.is_contiguous else self.reshape([1, -1])
    count = samples.layout.shape[1]
    weights: Tensor | None = None
    if fweights is not None:
        _check_weights("fweights", fweights, count, whole=True)
        weights = fweights
    if aweights is not None:
        _check_weights("aweights", aweights, count, whole=False)
        weights = aweights if fweights is None else fweights * aweights
    if not (samples.dtype.is_floating_point or samples.dtype.is_complex):
        samples = converted(samples, get_default_dtype())
    if weights is None:
        total: Any = count
        means = samples.sum([1], True) / count if count else samples.sum([1], True) * math.nan
    else:
        total = weights.sum()
        if not number_of(total):
            raise ZeroDivisionError if count == 0 else RuntimeError("cov(): weights sum to zero, can't be normalized")
        means = (samples * weights).sum([1], True) / total
    divisor: Any = total
    if correction and weights is not None and aweights is not None:
        divisor = total - (weights * aweights).sum() / total * correction
    elif correction:
        divisor = total - correction
    apart = samples - means
    scaled = apart if weights is None else apart * weights
    product = apart.mm(scaled.t().conj() if scaled.dtype.is_complex else scaled.t())
    limit = max(float(number_of(divisor) if isinstance(divisor, Tensor) else divisor), 0.0)
    return (product / full((), limit, dtypes.float64 if product.dtype is dtypes.float64 else dtypes.float32)).squeeze()


@composite("corrcoef(Tensor self) -> Tensor")
def corrcoef(self: Tensor) -> Tensor:
    """The covariances of rows over both deviations: from -1 to 1."""
    if self.ndim > 2:
        raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got an input with {self.ndim} dimensions")
    found = cov(self, 1, None, None)
    if found.ndim == 0:
        return found / found
    deviations = found.diagonal(0, 0, 1)
    deviations = (deviations.real if deviations.dtype.is_complex else deviations).sqrt()
    found = found / deviations.view([-1, 1]) / deviations.view([1, -1])
    if found.dtype.is_complex:
        found.real = found.real.clamp(-1, 1)
        found.imag = found.imag.clamp(-1, 1)
        return found
    return found.clamp(-1, 1)
