"""Switches of CUDA libraries, which are not here."""
from __future__ import annotations

from types import SimpleNamespace

from rushlight.runtime.surroundings import accept, never

is_built = never
enable_flash_sdp = accept
enable_math_sdp = accept
enable_mem_efficient_sdp = accept
matmul = SimpleNamespace(allow_tf32=False)
