"""Version numbers of archives: which are read, and which one a program needs.

An archive carries one number, the smallest with which every operator that it calls has its present meaning.
"""

from __future__ import annotations

from collections.abc import Iterable

from .errors import ArchiveError

OLDEST, NEWEST = 1, 10
FLOOR = 3
"""What is written when no operator asks for more: containers carry type tags since then."""
DOTTED_FROM = 6
"""From this number on, the record is called `.data/version`."""

_DIVISIONS = ("Tensor", "Scalar", "out", "Tensor_mode", "Scalar_mode", "out_mode")
CHANGED: dict[str, int] = {
    **{f"aten::div.{overload}": 4 for overload in _DIVISIONS},
    **{f"aten::div_.{overload}": 4 for overload in _DIVISIONS if "out" not in overload},
    "aten::full": 5,
    "aten::full.out": 5,
    "aten::linspace": 8,
    "aten::linspace.out": 8,
    "aten::logspace": 9,
    "aten::logspace.out": 9,
    "aten::gelu": 10,
    "aten::gelu.out": 10,
}
"""The version from which an operator has its present meaning."""


def version_for(operators: Iterable[str]) -> int:
    """The version of an archive that calls these operators (keys of the table, `aten::div.Tensor`)."""
    return max((CHANGED.get(key, FLOOR) for key in operators), default=FLOOR)


def version_record(version: int) -> str:
    """The name of the record that holds the number."""
    return ".data/version" if version >= DOTTED_FROM else "version"


def parse_version(content: bytes, record: str) -> int:
    """The number in a version record, read as C reads it: blanks before and anything behind it are ignored.

    Raises ArchiveError for a text without a number, and for versions that this reader does not know.
    """
    text = content[:64].decode("latin-1").lstrip(" \t\n\v\f\r").removeprefix("+")
    digits = text[: next((index for index, letter in enumerate(text) if letter not in "0123456789"), len(text))]
    if not digits:
        raise ArchiveError(f"the version {content[:64]!r} is no number", record=record)
    version = int(digits)
    if not OLDEST <= version <= NEWEST:
        raise ArchiveError(f"the archive has version {version}; versions {OLDEST} to {NEWEST} are read", record=record)
    return version
