"""What stands around models in PyTorch, as far as models themselves use it."""
from __future__ import annotations

from rushlight.utils import checkpoint as checkpoint
