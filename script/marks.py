"""What decorators say about a Python function: export it, leave it to Python, or never call it.

In: functions and methods. Out: a mark on them that `recursive.py` reads.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])
_ATTRIBUTE = "_torchscript_modifier"


class Mark(Enum):
    """A decorator's word."""

    EXPORT = "export (compile this function even if nothing calls it)"
    IGNORE = "ignore (leave as a call to Python, cannot be torch.jit.save'd)"
    UNUSED = "unused (ignored and replaced with raising of an exception)"
    DEFAULT = "default (compile if called from a exported function / forward)"


def mark_of(function: object) -> Mark:
    """The mark of a function or bound method; `DEFAULT` without one."""
    plain: object = getattr(function, "__func__", function)
    found = getattr(plain, _ATTRIBUTE, Mark.DEFAULT)
    return found if isinstance(found, Mark) else Mark.DEFAULT


def is_left_to_python(function: object) -> bool:
    """Whether compiled code must not contain the function."""
    return mark_of(function) in (Mark.IGNORE, Mark.UNUSED)


def mark(function: F, value: Mark) -> F:
    """Set a mark; gives the function. A property's mark is on its getter."""
    target: Any = getattr(function, "fget", function)
    setattr(target, _ATTRIBUTE, value)
    return function


def export(function: F) -> F:
    """Compile this method of a module even if `forward` does not call it."""
    return mark(function, Mark.EXPORT)


def unused(function: F) -> F:
    """Replace calls of this function in compiled code by an error: what only runs in Python."""
    return mark(function, Mark.UNUSED)


@overload
def ignore(drop: F) -> F: ...
@overload
def ignore(drop: bool = False) -> Callable[[F], F]: ...
def ignore(drop: Any = False) -> Any:
    """Leave calls of this function in compiled code to Python; such code cannot be saved. `drop=True` is `unused`."""
    if callable(drop):
        return mark(drop, Mark.IGNORE)
    if not isinstance(drop, bool):
        raise RuntimeError(f"Argument to @torch.jit.ignore must be a bool or a function but got {drop}")
    return unused if drop else ignore


def set_module(obj: Any, mod: str) -> None:
    """Say which module an object counts as part of; TypeError where that is no text."""
    if not isinstance(mod, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("The mod argument should be a string")
    obj.__module__ = mod
