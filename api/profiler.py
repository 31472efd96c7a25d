"""Names for parts of a program: `rushlight.profiler`."""
from __future__ import annotations

from rushlight.runtime.profiler import record_function as record_function
