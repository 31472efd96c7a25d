"""Places in program text: a `Source` is one file or function, a `Span` a stretch of it, a `Diagnostic` a message about a stretch.

In: text with its file name and first line. Out: line and column of every place, PyTorch's excerpt with a marker line, and the errors that
both readers and everything after them raise. Next: `syntax.py`, whose nodes all carry a span.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

# PyTorch shows this many lines before the marked ones, and as many after
CONTEXT_LINES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Text of one file or function; compared by identity.

    `first_line` is the number that `filename` gives to the first line of `text`. `original` finds, for an offset into `text`, the place
    this text was generated from (an archive's debug records), or None.
    """

    text: str
    filename: str | None = None
    first_line: int = 1
    original: Callable[[int], Span | None] | None = None
    _line_starts: list[int] = field(default_factory=list[int], init=False, repr=False)

    def line_starts(self) -> list[int]:
        """Offsets at which the lines begin; the first is 0."""
        starts = self._line_starts
        if not starts:
            starts.append(0)
            end = self.text.find("\n")
            while end >= 0:
                starts.append(end + 1)
                end = self.text.find("\n", end + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line, counted as `filename` counts, and column, counted from 0, of `offset`."""
        starts = self.line_starts()
        index = bisect_right(starts, offset) - 1
        return self.first_line + index, offset - starts[index]

    def span(self, start: int, end: int) -> Span:
        """The stretch from `start` up to, not including, `end`."""
        return Span(self, start, end)


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` up to, not including, `end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line number in the source's file."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, counted from 0."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        """`file:line:column`, as comments in printed graphs have it."""
        line, column = self.source.position(self.start)
        return f"{self.source.filename or '<text>'}:{line}:{column}"

    def to(self, last: Span) -> Span:
        """The stretch from the start of this one to the end of `last`."""
        return Span(self.source, self.start, max(self.end, last.end))

    def original(self) -> Span | None:
        """The place this text was generated from, where the source knows it."""
        find = self.source.original
        return find(self.start) if find is not None else None

    def highlight(self, function_name: str = "") -> str:
        """PyTorch's excerpt: a `File "...", line N` line, the marked lines with up to two before and after, and `~~~ <--- HERE`.

        Ends with a newline. A span over the whole of several lines gives the text itself.
        """
        text = self.source.text
        if self.start == 0 and self.end == len(text) and "\n" in text:
            return text
        start = min(self.start, len(text))
        end = max(start, min(self.end, len(text)))
        lines: list[str] = []
        if self.source.filename is not None:
            suffix = f", in {function_name}" if function_name else ""
            lines.append(f'  File "{self.source.filename}", line {self.line}{suffix}')
        starts = self.source.line_starts()
        first = bisect_right(starts, start) - 1
        last = max(first, bisect_right(starts, max(end - 1, start)) - 1)
        final = len(starts) - 1 if starts[-1] < len(text) else len(starts) - 2
        marked = [index for index in range(first, last + 1) if _marker(self._line(index), starts[index], start, end)]
        for index in range(max(0, first - CONTEXT_LINES), min(final, last + CONTEXT_LINES) + 1):
            line = self._line(index)
            lines.append(line)
            if index in marked:
                here = " <--- HERE" if index == marked[-1] else ""
                lines.append(_marker(line, starts[index], start, end) + here)
        return "\n".join(lines) + "\n"

    def _line(self, index: int) -> str:
        starts = self.source.line_starts()
        stop = starts[index + 1] - 1 if index + 1 < len(starts) else len(self.source.text)
        return self.source.text[starts[index] : stop]


def _marker(line: str, line_start: int, start: int, end: int) -> str:
    """Tildes under the part of `line` that lies in [start, end), leading blanks left out; empty when nothing is left."""
    blank = max(start - line_start, len(line) - len(line.lstrip(" ")))
    width = min(end - line_start, len(line)) - blank
    return " " * blank + "~" * width if width > 0 else ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message about a place, with the places it was reached from, innermost first.

    `calls` holds, for each compiled function on the way, its name and the place it was called from (None where a user asked for it).
    """

    message: str
    span: Span | None = None
    calls: tuple[tuple[str, Span | None], ...] = ()

    def __str__(self) -> str:
        text = self.message
        if self.span is not None:
            text += ":\n" + self.span.highlight()
        for index, (name, span) in enumerate(self.calls):
            if span is None:
                continue
            caller = self.calls[index + 1][0] if index + 1 < len(self.calls) else ""
            since = f" since it was called from '{caller}'" if caller else ""
            text += f"'{name}' is being compiled{since}\n{span.highlight()}"
        return text


class ScriptError(RuntimeError):
    """A program that cannot be read or compiled; its text ends with the excerpt of the place."""

    def __init__(self, message: str, span: Span | None = None, calls: tuple[tuple[str, Span | None], ...] = ()) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(message, span, calls)

    @property
    def span(self) -> Span | None:
        """The place, if one is known."""
        return self.diagnostic.span

    @property
    def filename(self) -> str | None:
        """File of the place."""
        return self.span.source.filename if self.span is not None else None

    @property
    def line(self) -> int | None:
        """Line of the place, in its file's numbering."""
        return self.span.line if self.span is not None else None

    @property
    def column(self) -> int | None:
        """Column of the place, counted from 0."""
        return self.span.column if self.span is not None else None

    def called_from(self, name: str, span: Span | None) -> ScriptError:
        """The same error, which happened while the function `name`, called from `span`, was compiled."""
        self.diagnostic = Diagnostic(self.diagnostic.message, self.diagnostic.span, (*self.diagnostic.calls, (name, span)))
        return self

    def __str__(self) -> str:
        return str(self.diagnostic)


class FrontendError(ScriptError):
    """Python source that cannot be turned into TorchScript."""


class NotSupportedError(FrontendError):
    """A use of Python that TorchScript does not have."""


class UnsupportedNodeError(NotSupportedError):
    """A Python construct that TorchScript does not have."""
