"""Signal processing: `rushlight.signal.windows`."""
from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """The module `windows`, imported when it is first used."""
    if name != "windows":
        raise AttributeError(f"module 'rushlight.signal' has no attribute '{name}'")
    return import_module("rushlight.signal.windows")
