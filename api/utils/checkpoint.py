"""Checkpoints, which matter to gradients alone: the functions are called."""
from __future__ import annotations

from rushlight.runtime.surroundings import checkpoint as checkpoint
from rushlight.runtime.surroundings import checkpoint_sequential as checkpoint_sequential
