"""Window functions as `torch.signal.windows` has them: symmetric by default, float32 or float64.

Each takes the number of items, `sym` (one that is not symmetric is periodic: cut from a window of one item more), and what
factories take.
"""
from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .dtype import DType, float32, float64
from .factories import arange, empty, linspace, ones, tensor
from .layout import strided
from .promotion import get_default_dtype
from .tensor import Tensor


def _checked(name: str, M: int, dtype: DType | None, layout: Any) -> DType:
    """The dtype of a window; ValueError for sizes, layouts and dtypes that none has."""
    found = dtype or get_default_dtype()
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if found not in (float32, float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {found}")
    return found


def _short(M: int, dtype: DType, options: dict[str, Any]) -> Tensor | None:
    """The window of no item or one."""
    if M == 0:
        return empty((0,), dtype=dtype, **options)
    return ones((1,), dtype=dtype, **options) if M == 1 else None


def _places(start: Any, end: Any, M: int, dtype: DType, options: dict[str, Any]) -> Tensor:
    return linspace(start, end, M, dtype=dtype, **options)


def exponential(M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: DType | None = None,
                layout: Any = strided, **options: Any) -> Tensor:
    """exp(-|n - center| / tau)."""
    found = _checked("exponential", M, dtype, layout)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    if M == 0:
        return empty((0,), dtype=found, **options)
    middle = (M if not sym and M > 1 else M - 1) / 2.0 if center is None else center
    return (-_places(-middle / tau, (-middle + (M - 1)) / tau, M, found, options).abs()).exp()


def cosine(M: int, *, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """sin(pi * (n + 0.5) / M)."""
    found = _checked("cosine", M, dtype, layout)
    if M == 0:
        return empty((0,), dtype=found, **options)
    step = math.pi / (M + 1 if not sym and M > 1 else M)
    return _places(0.5 * step, (0.5 + (M - 1)) * step, M, found, options).sin()


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """exp(-(n / std)**2 / 2) around the middle."""
    found = _checked("gaussian", M, dtype, layout)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    if M == 0:
        return empty((0,), dtype=found, **options)
    start = -(M if not sym and M > 1 else M - 1) / 2.0
    step = 1 / (std * math.sqrt(2))
    return (-(_places(start * step, (start + (M - 1)) * step, M, found, options) ** 2)).exp()


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """i0(sqrt(beta**2 - k**2)) / i0(beta) for k from -beta to beta."""
    found = _checked("kaiser", M, dtype, layout)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    short = _short(M, found, options)
    if short is not None:
        return short
    steep = tensor(beta, dtype=found)
    step = 2.0 * steep / (M if not sym else M - 1)
    end = steep.minimum(-steep + (M - 1) * step)
    places = _places(-steep, end, M, found, options)
    return (steep * steep - places * places).sqrt().i0() / steep.i0()


def hamming(M: int, *, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """0.54 - 0.46 * cos(2 pi n / (M - 1))."""
    return general_hamming(M, sym=sym, dtype=dtype, layout=layout, **options)


def hann(M: int, *, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """0.5 - 0.5 * cos(2 pi n / (M - 1))."""
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype, layout=layout, **options)


def blackman(M: int, *, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """`general_cosine` of 0.42, 0.5, 0.08."""
    _checked("blackman", M, dtype, layout)
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, dtype=dtype, layout=layout, **options)


def bartlett(M: int, *, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """A triangle."""
    found = _checked("bartlett", M, dtype, layout)
    short = _short(M, found, options)
    if short is not None:
        return short
    step = 2 / (M if not sym else M - 1)
    return 1 - _places(-1, -1 + (M - 1) * step, M, found, options).abs()


def general_cosine(M: int, *, a: Iterable[float], sym: bool = True, dtype: DType | None = None, layout: Any = strided,
                   **options: Any) -> Tensor:
    """The sum of (-1)**i * a[i] * cos(2 pi i n / (M - 1))."""
    found = _checked("general_cosine", M, dtype, layout)
    short = _short(M, found, options)
    if short is not None:
        return short
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    step = 2 * math.pi / (M if not sym else M - 1)
    places = _places(0, (M - 1) * step, M, found, options)
    weights = tensor([(-1) ** at * weight for at, weight in enumerate(a)], dtype=found)
    turns = arange(weights.shape[0], dtype=found)
    return (weights.unsqueeze(-1) * (turns.unsqueeze(-1) * places).cos()).sum(0)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, dtype: DType | None = None, layout: Any = strided,
                    **options: Any) -> Tensor:
    """alpha - (1 - alpha) * cos(2 pi n / (M - 1))."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, layout=layout, **options)


def nuttall(M: int, *, sym: bool = True, dtype: DType | None = None, layout: Any = strided, **options: Any) -> Tensor:
    """`general_cosine` of four terms that keep far frequencies low."""
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, dtype=dtype, layout=layout, **options)
