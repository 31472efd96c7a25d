"""Memory shared with other libraries."""
from __future__ import annotations

from rushlight.runtime.factories import from_dlpack as from_dlpack
from rushlight.runtime.factories import to_dlpack as to_dlpack
