"""Marks for a profiler of CUDA devices, of which there are none."""
from __future__ import annotations

from rushlight.runtime.surroundings import no_cuda

mark = no_cuda
range = no_cuda
range_push = no_cuda
range_pop = no_cuda
