"""Where printed code came from: the `.debug_pkl` beside a source file in, a function from offsets to original places out; and back.

The records are read when the first place is asked for, which is when an error is reported. A file whose records are damaged has none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import cast

from ..runtime.typesystem import INT, STR, ListType, TupleType
from ..script.source import Source, Span
from .code_text import Mark
from .container import Archive
from .errors import ArchiveError
from .naming import Names
from .pickler import Pickler
from .script_pickle import ScriptBuilder, Tagged, read_script_pickle

Row = tuple[int, Span]

MAX_TEXT = 1 << 26
"""Characters that the texts of one record may have together: lines of the table may be named again and again."""


def original_places(archive: Archive, path: str) -> Callable[[int], Span | None] | None:
    """The function for the source file `path`, or None if the archive keeps no records of it."""
    record = f"{path}.debug_pkl"
    if record not in archive:
        return None
    rows: list[Row] | None = None

    def find(offset: int) -> Span | None:
        nonlocal rows
        if rows is None:
            rows = read_debug_records(archive, record)
        index = bisect_right(rows, offset, key=lambda row: row[0]) - 1
        return rows[index][1] if index >= 0 and rows[index][1].source.text else None

    return find


def read_debug_records(archive: Archive, record: str) -> list[Row]:
    """Offset and original place of every stretch of code; empty if the record is damaged."""
    try:
        value = read_script_pickle(archive.view(record), ScriptBuilder("debug", {}), record)
        return sorted(_parse(value), key=lambda row: row[0])
    except (ArchiveError, ValueError, TypeError, IndexError):
        # The program is whole without its debug records, and this runs while another error is being reported.
        return []


def _parse(value: object) -> list[Row]:
    """Rows of both forms: with a table of lines, or with texts in place. Raises ValueError, TypeError or IndexError for other shapes."""
    table: tuple[str, ...] | None = None
    rows = cast("tuple[object, ...]", value)
    if rows and rows[0] == "FORMAT_WITH_STRING_TABLE":
        _, lines, inner = cast("tuple[str, tuple[str, ...], tuple[object, ...]]", value)
        table, rows = lines, inner
    texts = _Texts(table)
    return [_row(cast("tuple[object, ...]", row), texts) for row in rows]


class _Texts:
    """The sources that rows name: one object for equal ones. Rows share texts, so a text is put together once."""

    def __init__(self, table: tuple[str, ...] | None) -> None:
        self._table = table
        self._length = 0
        self._by_list: dict[int, str] = {}
        self._by_lines: dict[tuple[int, ...], str] = {}
        self._sources: dict[tuple[str, str | None, int], Source] = {}

    def source(self, text: object, filename: object, first_line: object) -> Source:
        """The source with this text, or these lines of the table."""
        if self._table is not None:
            text = self._join(self._table, text.value if isinstance(text, Tagged) else text)
            filename = self._table[cast("int", filename)] or None
        if not isinstance(text, str) or not isinstance(filename, str | None) or type(first_line) is not int:
            raise TypeError("a source is a text, a file name and a line number")
        key = (text, filename, first_line)
        if key not in self._sources:
            self._sources[key] = Source(text, filename, first_line)
        return self._sources[key]

    def _join(self, table: tuple[str, ...], lines: object) -> str:
        known = self._by_list.get(id(lines))
        if known is None:
            indices = tuple(cast("list[int]", lines))
            known = self._by_lines.get(indices)
            if known is None:
                known = self._by_lines[indices] = self._text([table[index] for index in indices])
            self._by_list[id(lines)] = known
        return known

    def _text(self, parts: list[str]) -> str:
        self._length += sum(map(len, parts))
        if self._length > MAX_TEXT:
            raise ValueError(f"the texts are longer than {MAX_TEXT} characters")
        return "".join(parts)


def _row(row: tuple[object, ...], texts: _Texts) -> Row:
    offset, place = row[:2]
    described, start, end = cast("tuple[tuple[object, object, object], object, object]", place)
    source = texts.source(*described)
    if type(offset) is not int or type(start) is not int or type(end) is not int:
        raise TypeError("offsets are ints")
    limit = len(source.text)
    return offset, Span(source, min(max(start, 0), limit), min(max(end, 0), limit))


def dump_debug_records(marks: Sequence[Mark], tags: dict[Span, int] | None = None) -> bytes:
    """The contents of a `.debug_pkl`: lines and file names in a table, then for each mark its place in the text it stems from.

    `tags` numbers the places of an archive from 1 on; the files of one archive share it. Text that was itself printed (a loaded
    archive saved again) keeps the places it had, where they are known.
    """
    tags = {} if tags is None else tags
    table: dict[str, int] = {"": 0}
    sources: dict[Source, tuple[list[int], int, int]] = {}
    nowhere: tuple[list[int], int, int] = ([], 0, 0)
    places: dict[Span | None, tuple[tuple[list[int], int, int], int, int]] = {None: (nowhere, 0, 0)}
    rows: list[object] = []
    for offset, span in marks:
        if span is not None and span.source.original is not None:
            span = span.original()
        if span not in places:
            assert span is not None
            if span.source not in sources:
                sources[span.source] = _described(span.source, table)
            places[span] = (sources[span.source], span.start, span.end)
        tag = 0 if span is None else tags.setdefault(span, len(tags) + 1)
        rows.append((offset, places[span], tag))
    value = ("FORMAT_WITH_STRING_TABLE", tuple(table), tuple(rows))
    row_type = TupleType([INT, TupleType([TupleType([ListType(INT), INT, INT]), INT, INT]), INT])
    kind = TupleType([STR, TupleType([STR] * len(table)), TupleType([row_type] * len(rows))])
    return Pickler(Names()).dump(value, kind)


def _described(source: Source, table: dict[str, int]) -> tuple[list[int], int, int]:
    """A source's lines and file name as indices into the table, and its first line's number."""
    lines = source.text.splitlines(keepends=True)
    if not lines or lines[-1].endswith("\n"):
        lines.append("")
    indices = [table.setdefault(line, len(table)) for line in lines]
    return indices, table.setdefault(source.filename or "", len(table)), source.first_line
