"""Pieces of program text that know which part of the user's source each stretch came from.

In: strings and other pieces. Out: the text, and marks (offset, span) for the debug records of an archive. Next: `code_printer.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..script.source import Span


class Mark(NamedTuple):
    """From `offset` on, text stems from `span`; None where nobody wrote it."""

    offset: int
    span: Span | None


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression's text with its marks."""

    text: str
    marks: tuple[Mark, ...] = ()

    def __str__(self) -> str:
        return self.text

    def __len__(self) -> int:
        return len(self.text)


class TextBuilder:
    """Text that grows at its end; strings and pieces without marks get that of the current `span`, other pieces keep theirs."""

    __slots__ = ("_parts", "length", "marks", "span")

    def __init__(self, span: Span | None = None) -> None:
        self.span = span
        self.length = 0
        self.marks: list[Mark] = []
        self._parts: list[str] = []

    def add(self, *parts: str | Piece) -> None:
        """Append strings and pieces."""
        for part in parts:
            text = str(part)
            marks = () if isinstance(part, str) else part.marks
            if not marks:
                self._mark(self.length, self.span)
            for mark in marks:
                self._mark(self.length + mark.offset, mark.span)
            self._parts.append(text)
            self.length += len(text)

    def join(self, pieces: Iterable[Piece], before: str = "", after: str = "", separator: str = ", ") -> None:
        """Append pieces with `separator` between them."""
        self.add(before)
        for index, piece in enumerate(pieces):
            if index:
                self.add(separator)
            self.add(piece)
        self.add(after)

    def _mark(self, offset: int, span: Span | None) -> None:
        if not self.marks or self.marks[-1].span != span:
            self.marks.append(Mark(offset, span))

    def piece(self) -> Piece:
        """What was appended, as one piece."""
        return Piece(self.text(), tuple(self.marks))

    def text(self) -> str:
        """What was appended, without marks."""
        return "".join(self._parts)
