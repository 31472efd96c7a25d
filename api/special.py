"""Special functions: `rushlight.special.erfcx` is the operator `aten::special_erfcx`."""
from __future__ import annotations

from rushlight.runtime.aten import family

__getattr__ = family("special_")
