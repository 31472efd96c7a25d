"""Texts of programs count in bytes: in TorchScript a string is its bytes in UTF-8.

In: functions of Python strings. Out: the same, counting bytes. A program's strings are Python's; a byte that belongs to no character, where
one was cut, is a lone surrogate (`surrogateescape`), and becomes part of a character again where its neighbours are joined to it. Functions
that count, cut or compare letters see one character per byte, those of ASCII as they are and others as surrogates, which are neither
letters nor digits nor spaces, as C's functions see them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

_ESCAPED = "surrogateescape"


def joined_text(text: str) -> str:
    """The text with bytes that stand beside each other as characters."""
    return text if text.isascii() else text.encode("utf-8", _ESCAPED).decode("utf-8", _ESCAPED)


def strict_text(text: str) -> str:
    """The text as Python sees a result; `UnicodeDecodeError` where a character was cut."""
    return text if text.isascii() else text.encode("utf-8", _ESCAPED).decode("utf-8")


def shown_text(text: str) -> str:
    """The text with replacement characters where a character was cut."""
    return text if text.isascii() else text.encode("utf-8", _ESCAPED).decode("utf-8", "replace")


def byte_text(byte: int) -> str:
    """One byte as a text."""
    return bytes((byte & 0xFF,)).decode("ascii", _ESCAPED)


def byte_number(character: str) -> int:
    """The number of a byte of a text."""
    return character.encode("ascii", _ESCAPED)[0]


def by_bytes(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with texts taken apart into bytes before it, and those of its result put together."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if all(type(value) is not list and (type(value) is not str or value.isascii()) for value in args):
            return function(*args, **kwargs)
        return _together(function(*map(_apart, args), **kwargs))

    return call


def _apart(value: Any) -> Any:
    if type(value) is list:
        return [_apart(item) for item in cast("list[Any]", value)]
    if type(value) is not str or value.isascii():
        return value
    return value.encode("utf-8", _ESCAPED).decode("ascii", _ESCAPED)


def _together(value: Any) -> Any:
    if type(value) is str:
        return joined_text(value)
    if type(value) is list:
        return [joined_text(item) for item in cast("list[str]", value)]
    return tuple(joined_text(item) for item in cast("tuple[str, ...]", value)) if type(value) is tuple else value
