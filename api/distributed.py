"""Whether processes work together: never."""
from __future__ import annotations

from rushlight.runtime.surroundings import never

is_available = never
is_initialized = never
