"""What saving and loading do unless they are told otherwise: `rushlight.utils.serialization`."""
from __future__ import annotations

from rushlight.utils.serialization import config as config
