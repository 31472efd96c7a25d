"""Rows that the layers of networks are made of."""

from __future__ import annotations
