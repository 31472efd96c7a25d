"""Modules, parameters and containers under PyTorch's names, re-exported from the runtime."""

from __future__ import annotations
