"""Compiled kernels: the pipeline that builds them, the loop makers, the store on disk."""

from __future__ import annotations
