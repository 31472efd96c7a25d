"""Apple's GPUs, which are not used."""
from __future__ import annotations

from rushlight.runtime.surroundings import never

is_available = never
is_built = never
