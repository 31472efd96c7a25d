"""Modules as functions of their parameters."""
from __future__ import annotations

from rushlight.runtime.nn.stateless import functional_call as functional_call
