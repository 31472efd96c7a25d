"""Classes and functions that the caller allows files to use, beside the fixed list: PyTorch's safe globals.

A class or function is run; a text names one that is kept as data (`InertObject` in inert.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

Entry = Any | tuple[Any, str]
"""A class or function, a pair of one and the full name under which files know it, or that name alone."""
AS_DATA: Final = object()
"""What a name stands for that was allowed as a text."""

_allowed: list[Entry] = []


def add_safe_globals(safe_globals: Iterable[Entry]) -> None:
    """Let files build objects of these classes and call these functions: their code then runs on what a file says.

    A text, `"module.name"`, lets files name something without running it: its objects are kept as data. Raises TypeError for what is
    neither.
    """
    safe_globals = list(safe_globals)
    for entry in safe_globals:
        _name_of(entry)
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
        name = _name_of(entry)
        named[name] = AS_DATA if isinstance(entry, str) else entry[0] if isinstance(entry, tuple) else entry
    return named


def _name_of(entry: Entry) -> str:
    """The name by which files know an entry."""
    if isinstance(entry, tuple):
        pair = cast("tuple[object, ...]", entry)
        entry = pair[1] if len(pair) == 2 else None
    if isinstance(entry, str):
        return entry
    if hasattr(entry, "__module__") and hasattr(entry, "__qualname__"):
        return f"{entry.__module__}.{entry.__qualname__}"
    raise TypeError(f"add_safe_globals: an entry is a class, a function, a pair of one and its full name, or a full name, not {entry!r}")
