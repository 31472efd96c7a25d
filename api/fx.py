"""The mark that symbolic tracers look for."""
from __future__ import annotations

from rushlight.runtime.surroundings import wrap as wrap
