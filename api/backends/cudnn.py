"""Switches of cuDNN, which is not here."""
from __future__ import annotations

from rushlight.runtime.surroundings import never

is_available = never
enabled = True
benchmark = False
deterministic = False
allow_tf32 = True
