"""Where operators keep what they worked out per combination of layouts."""
from __future__ import annotations

from typing import TypeVar

LIMIT = 1024
"""Entries; a network has some hundred, a program whose every call has a new shape would fill the memory without a limit."""

Key = TypeVar("Key")
Plan = TypeVar("Plan")


class Plans(dict[Key, Plan]):
    """A dictionary that starts anew when it is full; what is in use stays with whoever uses it."""

    def __setitem__(self, key: Key, plan: Plan) -> None:
        if len(self) >= LIMIT:
            self.clear()
        super().__setitem__(key, plan)
