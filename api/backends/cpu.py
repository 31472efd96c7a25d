"""What the processor can do."""
from __future__ import annotations

from rushlight.runtime.surroundings import vector_instructions

get_cpu_capability = vector_instructions
