"""Whether MKL computes: no."""
from __future__ import annotations

from rushlight.runtime.surroundings import never

is_available = never
