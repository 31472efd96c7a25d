"""Failures of a running program: `Error` for a `raise` or `assert` in the script, `RuntimeError` for an operator; the text is PyTorch's.

In: an exception out of generated code. Out: the exception to raise instead, whose text shows where in the script it happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from .source import Span

# A place in a script: the name of the function that ran there, and what it ran.
Place = tuple[str, "Span | None"]


class Error(Exception):
    """A `raise` or a failing `assert` in a script, whatever class it named: that is in the last line of the text. No RuntimeError."""


class ScriptWarning(Warning):
    """The category of PyTorch's warnings about scripts, for programs that filter them; nothing here warns with it."""


class Failure(RuntimeError):
    """An operator failed inside a script; `RuntimeError` is what users catch."""

    __module__ = "builtins"
    __qualname__ = "RuntimeError"


class Refused(RuntimeError):
    """What a file says is wrong; found while a program runs where a function of an archive does not compile, and raised as it is."""


class Raised(Exception):
    """On its way out of generated code: a `raise` in the script, with its message and the qualified name of its class."""

    def __init__(self, message: str, class_name: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.class_name = class_name


def located(error: Exception, place_of: Callable[[str, int], tuple[Place, bool] | None]) -> Exception:
    """The exception that tells where in the script `error` happened.

    `place_of(file, line)` gives the place that a line of generated code stands for, and whether that line continues the call of the frame
    before it; None for other code.
    """
    if isinstance(error, (Error, Failure, Refused)):
        return error
    places: list[Place] = []
    for file, line in _frames(error.__traceback__):
        found = place_of(file, line)
        if found is None:
            continue
        place, continues = found
        if continues:
            places.pop()
        places.append(place)
    kind = Error if isinstance(error, Raised) else Failure
    return kind(report(places, _last_line(error)))


def _frames(traceback: TracebackType | None) -> Iterable[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next


def _last_line(error: Exception) -> str:
    if isinstance(error, Raised):
        return f"{error.class_name or 'RuntimeError'}: {error.message}"
    if isinstance(error, KeyError):
        return f"RuntimeError: KeyError: {error.args[0] if error.args else ''}"
    return f"RuntimeError: {error}"


def report(places: list[Place], last_line: str) -> str:
    """PyTorch's text for a failure: where, outermost call first, in the text that ran and in the text that was generated from."""
    known = [(name, span) for name, span in places if span is not None]
    originals = [(name, span.original()) for name, span in known]
    parts = ["The following operation failed in the TorchScript interpreter.\n"]
    if not any(span is not None for _, span in originals):
        parts.append(f"Traceback of TorchScript (most recent call last):\n{_highlights(known)}")
    else:
        parts.append(f"Traceback of TorchScript, serialized code (most recent call last):\n{_highlights(known)}\n")
        parts.append(f"Traceback of TorchScript, original code (most recent call last):\n{_highlights(originals)}")
    return f"{''.join(parts)}{last_line}\n"


def _highlights(places: Iterable[Place]) -> str:
    return "".join(span.highlight(name) for name, span in places if span is not None)
