"""Debug records: PyTorch's are read, and written again with the same values; damaged ones are as good as none."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest

from rushlight.script.source import Source, Span
from rushlight.serialize.code_reader import ArchiveCode
from rushlight.serialize.code_text import Mark
from rushlight.serialize.container import Archive, open_archive
from rushlight.serialize.container_writer import ArchiveWriter
from rushlight.serialize.debug_records import dump_debug_records, original_places, read_debug_records
from rushlight.serialize.script_pickle import ScriptBuilder, Tagged, read_script_pickle

GOLDEN = Path(__file__).parents[1] / "golden" / "archives"
RECORDS = [
    (path.name, record)
    for path in sorted(GOLDEN.glob("*.pt"))
    for record in open_archive(path)
    if record.endswith(".debug_pkl") and path.stem != "traced"
]


def archive_with(records: dict[str, bytes]) -> Archive:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    for name, data in records.items():
        writer.add(name, data)
    writer.finish()
    return Archive(out.getvalue())


def values(data: bytes) -> Any:
    """A pickle's values, with tagged lists as plain ones."""

    def plain(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        return value.value if isinstance(value, Tagged) else value

    return plain(read_script_pickle(data, ScriptBuilder("debug", {}), "record"))


@pytest.mark.parametrize("name, record", RECORDS)
def test_golden_debug_records_are_written_with_the_same_values(name: str, record: str) -> None:
    archive = open_archive(GOLDEN / name)
    rows = read_debug_records(archive, record)
    marks = [Mark(offset, span if span.source.text else None) for offset, span in rows]
    golden = values(archive.read(record))
    tags: dict[Span, int] = {}
    form, table, written = values(dump_debug_records(marks, tags))
    assert (form, table, [row[:2] for row in written]) == (*golden[:2], [row[:2] for row in golden[2]])
    assert [row[2] for row in written] == [0 if mark.span is None else tags[mark.span] for mark in marks]


def test_an_offset_leads_to_the_line_that_the_user_wrote() -> None:
    code = ArchiveCode(open_archive(GOLDEN / "methods.pt"))
    source = code.source("code/__torch__.py")
    assert source is not None
    offset = source.text.index("torch.gt(")
    original = source.span(offset, offset + 8).original()
    assert original is not None
    assert (original.text, original.source.filename) == ("x.sum() > 0", "/opt/golden/make_archives.py")
    assert original.source.text.splitlines()[original.line - original.source.first_line].strip() == "if bool(x.sum() > 0):"


def test_traced_code_leads_to_python_frames() -> None:
    code = ArchiveCode(open_archive(GOLDEN / "traced.pt"))
    source = code.source("code/__torch__.py")
    assert source is not None
    original = source.span(source.text.index("torch.relu"), 0).original()
    assert original is not None
    assert "make_archives.py" in original.source.text


def test_the_older_form_without_a_table_is_read() -> None:
    # a tuple of (offset, ((text, filename, line), start, end))
    body = b"\x80\x02(K\x05X\x04\x00\x00\x00a\nb\nX\x01\x00\x00\x00fK\x09\x87K\x02K\x03\x87\x86t."
    archive = archive_with({"code/a.py": b"", "code/a.py.debug_pkl": body})
    find = original_places(archive, "code/a.py")
    assert find is not None
    assert find(4) is None
    found = find(7)
    assert found is not None
    assert (found.text, found.line, found.source.filename) == ("b", 10, "f")


@pytest.mark.parametrize("body", [b"", b"\x80\x02N.", b"\x80\x02K\x01.", b"\x80\x02)\x85.", b"\x80\x02(K\x01K\x02\x86t."])
def test_damaged_records_are_as_good_as_none(body: bytes) -> None:
    archive = archive_with({"code/a.py": b"", "code/a.py.debug_pkl": body})
    find = original_places(archive, "code/a.py")
    assert find is not None
    assert find(0) is None


def test_time_and_memory_stay_in_proportion() -> None:
    """Many rows that share one long list of lines, and lines that are a thousand times longer together than the record."""
    table = b"(X" + (100_000).to_bytes(4, "little") + b"L" * 100_000 + b"X\0\0\0\0t"
    for line, count, first in ((b"K\1", 20_000, ""), (b"K\0", 1000, None)):
        rows = b"(K\0" + b"(](" + line * count + b"eq\1K\1K\1t" + b"K\0K\0\x87K\0\x87"
        rows += b"K\0h\1K\1K\1\x87K\0K\0\x87K\0\x87" * 20_000
        body = b"\x80\x02X\x18\0\0\0FORMAT_WITH_STRING_TABLE" + table + rows + b"t\x87."
        archive = archive_with({"code/a.py": b"", "code/a.py.debug_pkl": body})
        start = time.process_time()
        found = read_debug_records(archive, "code/a.py.debug_pkl")
        assert time.process_time() - start < 3
        assert (found[0][1].source.text if found else None) == first


def test_code_without_records_has_no_original() -> None:
    assert original_places(archive_with({"code/a.py": b""}), "code/a.py") is None


def test_code_that_was_printed_keeps_its_first_place() -> None:
    user = Source("x + 1\n", "user.py", 3)
    printed = Source("torch.add(x, 1)\n", "code/a.py", 1, lambda offset: user.span(0, 5))
    archive = archive_with({"code/a.py.debug_pkl": dump_debug_records([Mark(0, printed.span(0, 4)), Mark(9, None)])})
    rows = read_debug_records(archive, "code/a.py.debug_pkl")
    assert [(offset, span.text, span.source.filename) for offset, span in rows] == [(0, "x + 1", "user.py"), (9, "", None)]
