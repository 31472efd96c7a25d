"""Automatic precision, which is not chosen here: the context managers say so."""
from __future__ import annotations

from rushlight.runtime.surroundings import autocast as autocast
