"""Settings of PyTorch's executor that programs make: taken and remembered, without an effect on what is computed here.

In: what a program asks for. Out: what PyTorch's functions of these names give.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

_FUSERS = ("fuser0", "fuser1", "fuser2", "fuser3", "off")
_settings: dict[str, Any] = {"strategy": [("STATIC", 20), ("DYNAMIC", 20)], "onednn": False}


def set_fusion_strategy(strategy: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Kinds of specialization and how often each is tried; gives what was set before. Raises RuntimeError for unknown kinds."""
    for kind, _ in strategy:
        if kind not in ("STATIC", "DYNAMIC"):
            raise RuntimeError(f"FusionBehavior only supported 'STATIC' or 'DYNAMIC', got: {kind}")
    before: list[tuple[str, int]] = _settings["strategy"]
    _settings["strategy"] = list(strategy)
    return before


def enable_onednn_fusion(enabled: bool) -> None:
    """Whether oneDNN's fused kernels are wanted."""
    _settings["onednn"] = enabled


def onednn_fusion_enabled() -> bool:
    """What `enable_onednn_fusion` was given last."""
    return _settings["onednn"]


@contextmanager
def optimized_execution(should_optimize: bool) -> Generator[None]:
    """A block in which programs are optimized or not; results are the same."""
    del should_optimize
    yield


@contextmanager
def fuser(name: str) -> Generator[None]:
    """A block in which one of PyTorch's fusers is wanted: "fuser0" to "fuser3", or "off"."""
    if name not in _FUSERS:
        raise Exception(f"unrecognized fuser option (name: {name})")  # noqa: TRY002 - the class that PyTorch raises
    yield


class strict_fusion:
    """A block of a script in which PyTorch's fuser is to take every operator or fail. Scripts run as elsewhere; eager calls are warned."""

    def __init__(self) -> None:
        warnings.warn("Only works in script mode", stacklevel=2)

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, *error: object) -> None:
        """Nothing to undo."""
