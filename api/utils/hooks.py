"""What takes a hook out again."""
from __future__ import annotations

from rushlight.runtime.nn.hooks import RemovableHandle as RemovableHandle
