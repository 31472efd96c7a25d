"""Made by tests/docs/make.py from the operator table."""
from builtins import bool as _bool
from builtins import complex as _complex
from builtins import float as _float
from builtins import int as _int
from builtins import str as _str
from collections.abc import Sequence
from typing import Any, NamedTuple, overload

from rushlight.runtime.device import Device
from rushlight.runtime.dtype import DType
from rushlight.runtime.formats import MemoryFormat
from rushlight.runtime.layout import LayoutKind
from rushlight.runtime.random import Generator
from rushlight.runtime.tensor import Tensor

_Number = _int | _float | _bool | _complex

@overload
def fft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None) -> Tensor:
    """The discrete Fourier transform over `dim`, cut or filled up with zeros to `n` items."""
    ...
@overload
def fft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def fft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None) -> Tensor:
    """The transform over several dims, all of them by default; `s` has the length of each."""
    ...
@overload
def fft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def fftfreq(n: _int, d: _float = 1.0, *, dtype: DType | None = None, layout: LayoutKind | None = None, device: Device | _str | None = None, pin_memory: _bool | None = None) -> Tensor:
    """The frequency of each item of a spectrum of `n`, for samples that lie `d` apart."""
    ...
@overload
def fftfreq(n: _int, d: _float = 1.0, *, out: Tensor) -> Tensor: ...
@overload
def fftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None) -> Tensor:
    """The transform over several dims, all of them by default; `s` has the length of each."""
    ...
@overload
def fftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
def fftshift(input: Tensor, dim: _int | Sequence[_int] | None = None) -> Tensor:
    """A spectrum with frequency 0 in the middle of each dim."""
    ...
@overload
def hfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None) -> Tensor:
    """The real transform of a signal of which half is given, because its conjugate mirrors it."""
    ...
@overload
def hfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def hfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None) -> Tensor:
    """`fft_hfft` over the last dim after `fft_fftn` over the others."""
    ...
@overload
def hfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def hfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None) -> Tensor:
    """`fft_hfft` over the last dim after `fft_fftn` over the others."""
    ...
@overload
def hfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def ifft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None) -> Tensor:
    """The inverse of `fft_fft`."""
    ...
@overload
def ifft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def ifft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None) -> Tensor:
    """The inverse of `fft_fftn`."""
    ...
@overload
def ifft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def ifftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None) -> Tensor:
    """The inverse of `fft_fftn`."""
    ...
@overload
def ifftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
def ifftshift(input: Tensor, dim: _int | Sequence[_int] | None = None) -> Tensor:
    """The inverse of `fft_fftshift`."""
    ...
@overload
def ihfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None) -> Tensor:
    """The inverse of `fft_hfft`."""
    ...
@overload
def ihfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def ihfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None) -> Tensor:
    """The inverse of `fft_hfftn`."""
    ...
@overload
def ihfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def ihfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None) -> Tensor:
    """The inverse of `fft_hfftn`."""
    ...
@overload
def ihfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def irfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None) -> Tensor:
    """The inverse of `fft_rfft`: `n` real numbers, by default twice one less than the spectrum has."""
    ...
@overload
def irfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def irfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None) -> Tensor:
    """The inverse of `fft_rfftn`."""
    ...
@overload
def irfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def irfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None) -> Tensor:
    """The inverse of `fft_rfftn`."""
    ...
@overload
def irfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def rfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None) -> Tensor:
    """The first half of the transform of real numbers, which its other half mirrors."""
    ...
@overload
def rfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def rfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None) -> Tensor:
    """The transform of real numbers over several dims; half of the last one."""
    ...
@overload
def rfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] = ..., norm: _str | None = None, *, out: Tensor) -> Tensor: ...
@overload
def rfftfreq(n: _int, d: _float = 1.0, *, dtype: DType | None = None, layout: LayoutKind | None = None, device: Device | _str | None = None, pin_memory: _bool | None = None) -> Tensor:
    """The frequency of each item of the half spectrum of `n` real samples that lie `d` apart."""
    ...
@overload
def rfftfreq(n: _int, d: _float = 1.0, *, out: Tensor) -> Tensor: ...
@overload
def rfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None) -> Tensor:
    """The transform of real numbers over several dims; half of the last one."""
    ...
@overload
def rfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Tensor) -> Tensor: ...
