"""Switches of cuDNN, which is not here."""
from __future__ import annotations

from rushlight.runtime.surroundings import accept, flags_of_cudnn, never

is_available = never
is_acceptable = never
version = accept
flags = flags_of_cudnn
enabled = True
benchmark = False
benchmark_limit = 10
deterministic = False
allow_tf32 = True
