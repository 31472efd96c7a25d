"""Automatic precision on CUDA devices, of which there are none."""
from __future__ import annotations

from rushlight.runtime.surroundings import GradScaler as GradScaler
from rushlight.runtime.surroundings import cuda_autocast
from rushlight.runtime.surroundings import custom_bwd as custom_bwd
from rushlight.runtime.surroundings import custom_fwd as custom_fwd

autocast = cuda_autocast
