"""Discrete Fourier transforms: `rushlight.fft.rfft` is the operator `aten::fft_rfft`."""
from __future__ import annotations

from rushlight.runtime.aten import family

__getattr__ = family("fft_")
