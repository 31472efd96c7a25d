"""Kernels that go over items: pointwise, reductions, scans, copies, positions, order."""

from __future__ import annotations
