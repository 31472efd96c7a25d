"""Switches of oneDNN, which is not used."""
from __future__ import annotations

from rushlight.runtime.surroundings import never

is_available = never
enabled = False
