"""Rows of matrices: products, decompositions, solutions."""

from __future__ import annotations
