"""Rows of TorchScript on Python values: numbers, strings, lists, dictionaries."""

from __future__ import annotations
