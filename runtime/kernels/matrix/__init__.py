"""Kernels of matrix products."""

from __future__ import annotations
