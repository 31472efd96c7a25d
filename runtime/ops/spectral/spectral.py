"""Discrete Fourier transforms, computed by NumPy.

Three transforms carry the others: complex to complex, real to half of a complex spectrum, and back. Results lie in memory
as PyTorch's do: untransformed dimensions first, in the order of the input's strides, then the transformed ones.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...dtype import DType, as_dtype
from ...layout import Layout, wrap_dim
from ...promotion import get_default_dtype
from ...tensor import Tensor, new_like
from ..creation.factories import check_options
from ..dtype_rules import type_name
from ..host import Array, bits, wrapped
from ..pointwise.complex_numbers import conj
from ..shape.copying import clone, converted
from ..shape.views import distinct_dims
from ..table import composite, host, required

_COMPLEX = {"float32": dtypes.complex64, "float64": dtypes.complex128}
_REAL = {"complex64": dtypes.float32, "complex128": dtypes.float64}


def _placed(values: Array, self: Tensor, dims: Sequence[int], dtype: DType) -> Tensor:
    """`values` in a fresh tensor whose strides are those that PyTorch gives a transform of `self` over `dims`, in that order."""
    strides = self.layout.strides
    batch = sorted((dim for dim in range(self.ndim) if dim not in dims), key=lambda dim: -strides[dim])
    result = [0] * self.ndim
    step = 1
    for dim in reversed([*batch, *dims]):
        result[dim] = step
        step *= max(values.shape[dim], 1)
    found = new_like(Layout.of(tuple(values.shape), tuple(result)), dtype)
    bits(found)[...] = values
    return found


def _outermost_first(self: Tensor, dims: Sequence[int]) -> list[int]:
    return sorted(dims, key=lambda dim: -self.layout.strides[dim])


def _scale(norm: int, count: int) -> float:
    """What to multiply by: 0 leaves the sum, 1 divides by the root of its length, 2 by its length."""
    return 1.0 if norm == 0 or not count else 1 / math.sqrt(count) if norm == 1 else 1 / count


def _scaled(values: Array, norm: int, count: int) -> Array:
    return values if norm == 0 else values * values.dtype.type(_scale(norm, count))


def _checked_dims(name: str, self: Tensor, dim: Sequence[int], known: dict[str, DType]) -> list[int]:
    """The dims of a transform, each once; RuntimeError for a dtype not among the known ones."""
    if self.dtype.name not in known:
        raise RuntimeError(f"{name}: expected items of {' or '.join(known)}, but got {self.dtype}")
    return distinct_dims(dim, self.ndim)


@host("_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor")
def complex_to_complex(self: Tensor, dim: Sequence[int], normalization: int, forward: bool) -> Tensor:
    """The transform of complex numbers over some dims; the inverse one if not `forward`."""
    dims = _checked_dims("_fft_c2c", self, dim, _REAL)
    if not dims:
        return clone(self)
    array = bits(self)
    count = math.prod(array.shape[one] for one in dims)
    values = np.fft.fftn(array, axes=dims) if forward else np.fft.ifftn(array, axes=dims, norm="forward")
    return _placed(_scaled(values, normalization, count), self, _outermost_first(self, dims), self.dtype)


@host("_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor")
def real_to_complex(self: Tensor, dim: Sequence[int], normalization: int, onesided: bool) -> Tensor:
    """The transform of real numbers over some dims; half of the last one, whose other half mirrors it, if `onesided`."""
    dims = _checked_dims("_fft_r2c", self, dim, _COMPLEX)
    if not dims:
        raise RuntimeError("_fft_r2c: expected at least one dim to transform, but got none")
    array = bits(self)
    count = math.prod(array.shape[one] for one in dims)
    values = np.fft.rfftn(array, axes=dims) if onesided else np.fft.fftn(array, axes=dims)
    order = [*_outermost_first(self, dims[:-1]), dims[-1]]
    return _placed(_scaled(values, normalization, count), self, order, _COMPLEX[self.dtype.name])


@host("_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor")
def complex_to_real(self: Tensor, dim: Sequence[int], normalization: int, last_dim_size: int) -> Tensor:
    """The inverse of `_fft_r2c` of one-sided spectra, without its scale."""
    dims = _checked_dims("_fft_c2r", self, dim, _REAL)
    if not dims or last_dim_size < 1:
        raise RuntimeError(f"_fft_c2r: expected dims and a size of at least 1 of the last one, but got {list(dim)} and {last_dim_size}")
    if len(dims) > 1:
        self = complex_to_complex(self, dims[:-1], normalization, False)
    last = dims[-1]
    values = np.fft.irfft(bits(self), last_dim_size, axis=last, norm="forward")
    return _placed(_scaled(values, normalization, last_dim_size), self, [last], _REAL[self.dtype.name])


# What users call


def _norm(norm: str | None, *, forward: bool) -> int:
    """The scale's number: by the name of the side that is divided by the length."""
    if norm == "ortho":
        return 1
    if norm in (None, "backward"):
        return 0 if forward else 2
    if norm == "forward":
        return 2 if forward else 0
    raise RuntimeError(f'Invalid normalization mode: "{norm}"')


def _promoted(self: Tensor, *, to_complex: bool = False) -> Tensor:
    """`self` in a dtype that transforms take."""
    dtype = self.dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        dtype = get_default_dtype()
    if dtype.name not in _COMPLEX and dtype.name not in _REAL:
        raise RuntimeError(f"Unsupported dtype {type_name(dtype)}")
    return converted(self, _COMPLEX.get(dtype.name, dtype) if to_complex else dtype)


def _resized(self: Tensor, dims: Sequence[int], sizes: Sequence[int]) -> Tensor:
    """`self` cut, or filled up with zeros, to these sizes; -1 leaves one as it is."""
    pads = [0] * (2 * self.ndim)
    padded = False
    for dim, size in zip(dims, sizes):
        if size == -1:
            continue
        own = self.layout.shape[dim]
        if size < own:
            self = self.narrow(dim, 0, size)
        elif size > own:
            pads[2 * (self.ndim - 1 - dim) + 1] = size - own
            padded = True
    return required("aten::constant_pad_nd")(self, pads, 0) if padded else self


def _one_dim(self: Tensor, n: int | None, dim: int, size: int) -> tuple[int, int]:
    """The dimension from the front and the length of a transform over it."""
    if not self.layout.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, self.ndim)
    length = size if n is None else n
    return dim, length


def _checked(length: int) -> int:
    if length < 1:
        raise RuntimeError(f"Invalid number of data points ({length}) specified")
    return length


def _refuse_complex(name: str, self: Tensor) -> None:
    if self.dtype.is_complex:
        raise RuntimeError(f"{name} expects a real input tensor, but got {type_name(self.dtype)}")


def _transformed(self: Tensor, n: int | None, dim: int, norm: str | None, *, forward: bool) -> Tensor:
    real = not self.dtype.is_complex
    self = _promoted(self)
    dim, length = _one_dim(self, n, dim, self.layout.shape[wrap_dim(dim, self.ndim)] if self.layout.shape else 0)
    self = _resized(self, [dim], [_checked(length)])
    scale = _norm(norm, forward=forward)
    if not real:
        return complex_to_complex(self, [dim], scale, forward)
    spectrum = real_to_complex(self, [dim], scale, False)
    return spectrum if forward else conj(spectrum)


@composite("fft_fft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor")
def fft(self: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
    """The discrete Fourier transform over `dim`, cut or filled up with zeros to `n` items."""
    return _transformed(self, n, dim, norm, forward=True)


@composite("fft_ifft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor")
def ifft(self: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
    """The inverse of `fft_fft`."""
    return _transformed(self, n, dim, norm, forward=False)


def _half_spectrum(name: str, self: Tensor, n: int | None, dim: int, norm: str | None, *, forward: bool) -> Tensor:
    _refuse_complex(name, self)
    self = _promoted(self)
    dim, length = _one_dim(self, n, dim, self.layout.shape[wrap_dim(dim, self.ndim)] if self.layout.shape else 0)
    spectrum = real_to_complex(_resized(self, [dim], [_checked(length)]), [dim], _norm(norm, forward=forward), True)
    return spectrum if forward else conj(spectrum)


def _from_half(self: Tensor, n: int | None, dim: int, norm: str | None, *, forward: bool) -> Tensor:
    self = _promoted(self, to_complex=True)
    dim, length = _one_dim(self, n, dim, 2 * (self.layout.shape[wrap_dim(dim, self.ndim)] - 1) if self.layout.shape else 0)
    self = _resized(self, [dim], [_checked(length) // 2 + 1])
    return complex_to_real(conj(self) if forward else self, [dim], _norm(norm, forward=forward), length)


@composite("fft_rfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor")
def rfft(self: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
    """The first half of the transform of real numbers, which its other half mirrors."""
    return _half_spectrum("rfft", self, n, dim, norm, forward=True)


@composite("fft_ihfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor")
def ihfft(self: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
    """The inverse of `fft_hfft`."""
    return _half_spectrum("ihfft", self, n, dim, norm, forward=False)


@composite("fft_irfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor")
def irfft(self: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
    """The inverse of `fft_rfft`: `n` real numbers, by default twice one less than the spectrum has."""
    return _from_half(self, n, dim, norm, forward=False)


@composite("fft_hfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor")
def hfft(self: Tensor, n: int | None, dim: int, norm: str | None) -> Tensor:
    """The real transform of a signal of which half is given, because its conjugate mirrors it."""
    return _from_half(self, n, dim, norm, forward=True)


def _dims_and_sizes(
    self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, *, half: bool = False
) -> tuple[list[int], list[int]]:
    """The dims of a transform over several, and how long each is (of the last one of `half`, the length of the real side)."""
    ndim = self.ndim
    if dim is not None:
        dims = [wrap_dim(one, ndim) for one in dim]
        if len(set(dims)) != len(dims):
            raise RuntimeError("FFT dims must be unique")
        if s is not None and len(s) != len(dims):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
    else:
        if s is not None and len(s) > ndim:
            raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {ndim} dimensions.")
        dims = list(range(ndim - (ndim if s is None else len(s)), ndim))
    wanted = [-1] * len(dims) if s is None else list(s)
    sizes = [self.layout.shape[one] if size == -1 else size for one, size in zip(dims, wanted)]
    if half and sizes and wanted[-1] == -1:
        sizes[-1] = 2 * (sizes[-1] - 1)
    for size in sizes:
        _checked(size)
    return dims, sizes


def _transformed_n(self: Tensor, s: Any, dim: Any, norm: str | None, *, forward: bool) -> Tensor:
    dims, sizes = _dims_and_sizes(self, s, dim)
    self = _resized(_promoted(self, to_complex=True), dims, sizes)
    return complex_to_complex(self, dims, _norm(norm, forward=forward), forward)


@composite("fft_fftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
def fftn(self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Tensor:
    """The transform over several dims, all of them by default; `s` has the length of each."""
    return _transformed_n(self, s, dim, norm, forward=True)


@composite("fft_ifftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
def ifftn(self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Tensor:
    """The inverse of `fft_fftn`."""
    return _transformed_n(self, s, dim, norm, forward=False)


@composite("fft_rfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
def rfftn(self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Tensor:
    """The transform of real numbers over several dims; half of the last one."""
    _refuse_complex("rfftn", self)
    dims, sizes = _dims_and_sizes(self, s, dim)
    if not dims:
        raise RuntimeError("rfftn must transform at least one axis")
    return real_to_complex(_resized(_promoted(self), dims, sizes), dims, _norm(norm, forward=True), True)


@composite("fft_irfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
def irfftn(self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Tensor:
    """The inverse of `fft_rfftn`."""
    dims, sizes = _dims_and_sizes(self, s, dim, half=True)
    if not dims:
        raise RuntimeError("irfftn must transform at least one axis")
    halved = [*sizes[:-1], sizes[-1] // 2 + 1]
    return complex_to_real(_resized(_promoted(self, to_complex=True), dims, halved), dims, _norm(norm, forward=False), sizes[-1])


@composite("fft_hfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
def hfftn(self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Tensor:
    """`fft_hfft` over the last dim after `fft_fftn` over the others."""
    dims, sizes = _dims_and_sizes(self, s, dim, half=True)
    if not dims:
        raise RuntimeError("hfftn must transform at least one axis")
    self = _resized(_promoted(self, to_complex=True), dims, [*sizes[:-1], sizes[-1] // 2 + 1])
    scale = _norm(norm, forward=True)
    if len(dims) > 1:
        self = complex_to_complex(self, dims[:-1], scale, True)
    return complex_to_real(conj(self), dims[-1:], scale, sizes[-1])


@composite("fft_ihfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
def ihfftn(self: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Tensor:
    """The inverse of `fft_hfftn`."""
    _refuse_complex("ihfftn", self)
    dims, sizes = _dims_and_sizes(self, s, dim)
    if not dims:
        raise RuntimeError("ihfftn must transform at least one axis")
    scale = _norm(norm, forward=False)
    spectrum = conj(real_to_complex(_resized(_promoted(self), dims, sizes), dims[-1:], scale, True))
    return complex_to_complex(spectrum, dims[:-1], scale, False) if len(dims) > 1 else spectrum


for _name, _over_several in (
    ("fft2", fftn), ("ifft2", ifftn), ("rfft2", rfftn), ("irfft2", irfftn), ("hfft2", hfftn), ("ihfft2", ihfftn),
):
    composite(f"fft_{_name}(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor")(_over_several)


# Frequencies

_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"


def _frequencies(values: Array, n: int, d: float, dtype: Any, layout: Any, device: Any) -> Tensor:
    check_options(layout, device)
    found = as_dtype(dtype) or get_default_dtype()
    if not (found.is_floating_point or found.is_complex):
        raise RuntimeError(f"fftfreq requires a floating point or complex dtype, but got {type_name(found)}")
    with np.errstate(divide="ignore"):
        scale = float(np.divide(1.0, n * d))
    return converted(wrapped(values.astype(np.float64)), found) * scale


@host(f"fft_fftfreq(int n, float d=1., *, {_OPTIONS}) -> Tensor")
def fftfreq(n: int, d: float, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The frequency of each item of a spectrum of `n`, for samples that lie `d` apart."""
    half = (n + 1) // 2
    return _frequencies(np.concatenate([np.arange(half), np.arange(-(n // 2), 0)]), n, d, dtype, layout, device)


@host(f"fft_rfftfreq(int n, float d=1., *, {_OPTIONS}) -> Tensor")
def rfftfreq(n: int, d: float, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None) -> Tensor:
    """The frequency of each item of the half spectrum of `n` real samples that lie `d` apart."""
    return _frequencies(np.arange(n // 2 + 1), n, d, dtype, layout, device)


def _shifted(self: Tensor, dim: Sequence[int] | None, *, forth: bool) -> Tensor:
    dims = list(range(self.ndim)) if dim is None else [wrap_dim(one, self.ndim) for one in dim]
    steps = [self.layout.shape[one] // 2 if forth else (self.layout.shape[one] + 1) // 2 for one in dims]
    return self.roll(steps, dims) if dims else clone(self)


@composite("fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor")
def fftshift(self: Tensor, dim: Sequence[int] | None) -> Tensor:
    """A spectrum with frequency 0 in the middle of each dim."""
    return _shifted(self, dim, forth=True)


@composite("fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor")
def ifftshift(self: Tensor, dim: Sequence[int] | None) -> Tensor:
    """The inverse of `fft_fftshift`."""
    return _shifted(self, dim, forth=False)
