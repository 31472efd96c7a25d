"""Functions of numbers that LLVM can vectorize."""

from __future__ import annotations
