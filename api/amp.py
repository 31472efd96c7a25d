"""Automatic precision, which is not chosen here: the context managers say so."""
from __future__ import annotations

from rushlight.runtime.surroundings import GradScaler as GradScaler
from rushlight.runtime.surroundings import autocast as autocast
from rushlight.runtime.surroundings import custom_bwd as custom_bwd
from rushlight.runtime.surroundings import custom_fwd as custom_fwd
from rushlight.runtime.surroundings import never

is_autocast_available = never
