"""Rows that read, write, order and look up items by position or by value."""

from __future__ import annotations
