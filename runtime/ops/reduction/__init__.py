"""Rows that make many items one, or a running total of them."""

from __future__ import annotations
