"""Classes and functions that the caller allows files to use, beside the fixed list: PyTorch's safe globals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Entry = Any | tuple[Any, str]
"""A class or function, or a pair of one and the full name under which files know it."""

_allowed: list[Entry] = []


def add_safe_globals(safe_globals: Iterable[Entry]) -> None:
    """Let files build objects of these classes and call these functions: their code then runs on what a file says."""
    _allowed.extend(entry for entry in safe_globals if entry not in _allowed)


def get_safe_globals() -> list[Entry]:
    """What was allowed."""
    return list(_allowed)


def clear_safe_globals() -> None:
    """Allow nothing beside the fixed list."""
    _allowed.clear()


class safe_globals:  # noqa: N801 - PyTorch's name
    """Allows classes and functions inside a `with` block."""

    def __init__(self, safe_globals: Iterable[Entry]) -> None:
        self._entries = list(safe_globals)
        self._before: list[Entry] = []

    def __enter__(self) -> None:
        self._before = get_safe_globals()
        add_safe_globals(self._entries)

    def __exit__(self, *exception: object) -> None:
        _allowed[:] = self._before


def allowed() -> dict[str, Any]:
    """What was allowed, by the names that files use."""
    named: dict[str, Any] = {}
    for entry in _allowed:
        if isinstance(entry, tuple):
            named[entry[1]] = entry[0]
        else:
            named[f"{entry.__module__}.{entry.__qualname__}"] = entry
    return named
