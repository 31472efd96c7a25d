"""Comparisons of tensors that say what differs."""
from __future__ import annotations

from rushlight.runtime.comparing import assert_close as assert_close
