"""The version, as PyTorch's programs ask for it: without CUDA."""
from __future__ import annotations

from importlib.metadata import version

__version__ = version("rushlight")
cuda: str | None = None
hip: str | None = None
debug = False
