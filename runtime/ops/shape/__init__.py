"""Rows about the shape of tensors and what they are made of: views, copies, conversions, joins."""

from __future__ import annotations
