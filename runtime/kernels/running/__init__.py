"""Compiled kernels: kept on disk, put into memory, called, shared by threads."""

from __future__ import annotations
