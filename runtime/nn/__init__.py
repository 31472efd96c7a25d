"""Modules and the functions behind them: module.py is the base, modules/ the layers, functional.py the operations."""

from __future__ import annotations
