"""Whether `einsum` asks a library for the order of its products: no."""
from __future__ import annotations

from rushlight.runtime.surroundings import never

is_available = never
enabled = False
strategy = "auto"
