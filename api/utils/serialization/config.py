"""The options themselves, as members of `load` and `save`: `rushlight.utils.serialization.config`."""
from __future__ import annotations

from rushlight.serialize.save_options import load as load
from rushlight.serialize.save_options import save as save
