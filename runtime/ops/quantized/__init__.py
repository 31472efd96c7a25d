"""Rows of quantized tensors and of the packed layers of mobile archives."""

from __future__ import annotations
