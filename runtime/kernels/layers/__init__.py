"""Kernels of network layers: convolutions, windows, normalizations, resampling."""

from __future__ import annotations
