"""Modules called with other parameters than their own; `rushlight.func.functional_call` is the same without the warning."""
from __future__ import annotations

from rushlight.runtime.nn.utils.stateless import functional_call as functional_call
