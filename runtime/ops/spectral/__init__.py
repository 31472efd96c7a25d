"""Rows of Fourier transforms."""

from __future__ import annotations
