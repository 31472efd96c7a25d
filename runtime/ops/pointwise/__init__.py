"""Rows whose result has one item per place: arithmetic, comparisons, functions, choices by a mask."""

from __future__ import annotations
