"""The zip container: files of PyTorch and of zip tools are read, PyTorch's are written byte for byte, nothing ambiguous is read."""

from __future__ import annotations

import io
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.serialize import container_writer
from rushlight.serialize.container import Archive, open_archive
from rushlight.serialize.container_writer import ArchiveWriter, root_of
from rushlight.serialize.errors import ArchiveError

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "archives").glob("*.pt"))
RECORDS = {"version": b"3\n", "data.pkl": b"\x80\x02N.", "data/0": bytes(range(100)), "data/1": b"", "code/a.py": b"x = 1\n" * 100}


def write(records: dict[str, bytes], root: str = "archive", serialization_id: str | None = None) -> bytes:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, root)
    for name, data in records.items():
        writer.add(name, data, compress=name.startswith("code/"))
    writer.finish(serialization_id)
    return out.getvalue()


def zipped(records: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in records.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("threads", [1, 2])
def test_long_records_are_checked_while_they_are_written(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_writer, "get_num_threads", lambda: threads)
    long = bytes(range(256)) * (container_writer.CHUNK // 128) + b"end"
    assert zipfile.ZipFile(io.BytesIO(write({"data/0": long}))).read("archive/data/0") == long

    def refuse(data: bytes) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        ArchiveWriter(refuse, "archive").add("data/0", long)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_archives_are_rewritten_byte_for_byte(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = open_archive(path)
    streams = {
        archive.read(record.name): bytes(archive.data[record.data_offset : record.data_offset + record.compressed_size])
        for record in archive.records.values()
        if record.method == 8
    }
    # PyTorch's deflater encodes the same bytes in its own way, so its streams are taken as they are.
    monkeypatch.setattr(container_writer, "_deflate", lambda content: [streams[bytes(content)]])
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, root_of(path))
    for name in archive:
        if name != ".data/serialization_id":
            writer.add(name, archive.read(name), compress=name.startswith("code/"))
    writer.finish(archive.read(".data/serialization_id").decode())
    assert out.getvalue() == path.read_bytes()


def test_what_is_written_is_read_by_us_and_by_zipfile() -> None:
    data = write(RECORDS)
    archive = Archive(data)
    assert archive.root == "archive"
    assert {name: archive.read(name) for name in RECORDS} == RECORDS
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        assert {name: file.read(f"archive/{name}") for name in RECORDS} == RECORDS


def test_every_record_begins_at_a_multiple_of_64() -> None:
    archive = Archive(write(RECORDS))
    assert {record.data_offset % 64 for record in archive.records.values()} == {0}


def test_the_same_records_give_the_same_bytes_and_other_contents_another_id() -> None:
    assert write(RECORDS) == write(dict(RECORDS))
    ids = {Archive(write({"version": text})).read(".data/serialization_id") for text in (b"3\n", b"4\n")}
    assert len(ids) == 2
    assert all(len(text) == 40 and text.isdigit() for text in ids)


def test_two_records_whose_names_differ_in_case_are_not_written() -> None:
    with pytest.raises(ValueError, match="two records are called 'DATA.PKL'"):
        write({"data.pkl": b"", "DATA.PKL": b""})


@given(st.dictionaries(st.text("abc/é", min_size=1).filter(lambda name: "" not in name.split("/")), st.binary(max_size=500), max_size=5))
def test_records_round_trip(records: dict[str, bytes]) -> None:
    archive = Archive(write(records))
    assert {name: archive.read(name) for name in archive if name != ".data/serialization_id"} == records


@pytest.mark.parametrize(
    "path, root",
    [
        ("a.b.c.pt", "a.b.c"),
        ("folder/x.", "x"),
        ("noext", "noext"),
        ("naïve.pt", "naïve"),
        ("a\\b.pt", "b"),
        ("...pt", "archive"),
        ("a\nb.pt", "archive"),
        ("c:.pt", "archive"),
        ("\udcff.pt", "archive"),
    ],
)
def test_the_root_is_the_file_name_up_to_its_last_dot(path: str, root: str) -> None:
    assert root_of(path) == root


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "", "a/", "a\\b", "a\nb", "x" * 5000])
def test_names_that_are_not_read_are_not_written(name: str) -> None:
    with pytest.raises(ValueError, match="save: the name .* of a record .*; choose another one"):
        write({name: b""})


def test_a_file_name_of_an_extension_only_is_refused() -> None:
    with pytest.raises(RuntimeError, match="invalid file name '.pt'"):
        root_of("folder/.pt")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zipfile_archives_are_read(method: int) -> None:
    archive = Archive(zipped({f"model/{name}": data for name, data in RECORDS.items()}, method))
    assert archive.root == "model"
    assert {name: archive.read(name) for name in archive} == RECORDS


def test_streamed_and_zip64_zipfile_archives_are_read() -> None:
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
            self.data += data
            return len(data)

    for force in (False, True):
        stream = Stream()
        with zipfile.ZipFile(stream, "w") as file, file.open("m/version", "w", force_zip64=force) as record:
            record.write(b"3\n")
        assert Archive(bytes(stream.data)).read("version") == b"3\n"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file, file.open("m/version", "w", force_zip64=force) as record:
            record.write(b"3\n")
        assert Archive(out.getvalue()).read("version") == b"3\n"


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP is not installed")
@pytest.mark.parametrize("options", [["-r"], ["-r0"], ["-r9z"], ["-rD"]])
def test_info_zip_archives_are_read(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "model" / "code").mkdir(parents=True)
    (tmp_path / "model" / "version").write_text("3\n")
    (tmp_path / "model" / "code" / "a.py").write_text("x = 1\n" * 100)
    subprocess.run(["zip", *options, "m.zip", "model"], cwd=tmp_path, check=True, capture_output=True, input=b"a comment\n")
    archive = open_archive(tmp_path / "m.zip")
    assert sorted(archive) == ["code/a.py", "version"]
    assert archive.read("code/a.py") == b"x = 1\n" * 100


def test_paths_are_mapped_and_file_objects_are_read_from_their_position(tmp_path: Path) -> None:
    data = write(RECORDS)
    (tmp_path / "m.pt").write_bytes(data)
    mapped = open_archive(tmp_path / "m.pt")
    mapped.view("data/0")[0] = 7
    assert mapped.memory is not None and mapped.view("data/0")[0] == 7
    assert open_archive(str(tmp_path / "m.pt")).read("data/0") == RECORDS["data/0"]
    stream = io.BytesIO(b"junk" + data)
    stream.seek(4)
    assert open_archive(stream).read("data/0") == RECORDS["data/0"]


def test_text_files_and_missing_files_are_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="must be opened in binary mode"):
        open_archive(io.StringIO("x"))  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="expected a path or a file object with a read method, but got int"):
        open_archive(3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(FileNotFoundError):
        open_archive(tmp_path / "none.pt")


def test_lookup_ignores_case_and_a_missing_record_is_named() -> None:
    archive = Archive(zipped({"m/DATA.PKL": b"x"}))
    assert "data.pkl" in archive
    assert archive.read("Data.pkl") == b"x"
    with pytest.raises(ArchiveError, match="record 'version': the record is missing"):
        archive.read("version")


def test_comments_and_trailing_bytes_are_ignored() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.comment = b"a comment"
        file.writestr("m/version", b"3\n")
    assert Archive(out.getvalue() + b"junk" * 1000).read("version") == b"3\n"


def test_files_outside_the_root_are_left_out() -> None:
    assert list(Archive(zipped({"m/version": b"3\n", "__MACOSX/version": b"4\n"}))) == ["version"]


def test_a_crc_of_zero_is_not_verified() -> None:
    data = bytearray(zipped({"m/version": b"3\n"}))
    data[14:18] = bytes(4)
    central = data.index(b"PK\x01\x02")
    data[central + 16 : central + 20] = bytes(4)
    assert Archive(bytes(data)).read("version") == b"3\n"


def patched(at: int, value: bytes, *, central: bool = False, base: bytes | None = None) -> bytes:
    """An archive of one stored record, with bytes replaced from the start of its local (or central) header."""
    data = bytearray(base or zipped({"m/version": b"3\n"}))
    start = data.index(b"PK\x01\x02") if central else 0
    data[start + at : start + at + len(value)] = value
    return bytes(data)


def both(at: int, value: bytes) -> bytes:
    """The same change in the local and in the central header (whose fields lie two bytes further)."""
    return patched(at + 2, value, central=True, base=patched(at, value))


def two(first: str, second: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("m/" + first, b"1")
        file.writestr("m/" + "x" * len(second.encode()), b"2")
    return out.getvalue().replace(b"m/" + b"x" * len(second.encode()), b"m/" + second.encode())


def prefixed() -> bytes:
    """A self-extracting archive: junk first, then an archive whose offsets count from the archive's start."""
    return b"PK\x03\x04" + zipped({"m/version": b"3\n"})


def with_gap() -> bytes:
    """Bytes between the only record and the directory that no entry speaks of."""
    data = zipped({"m/version": b"3\n"})
    central = data.index(b"PK\x01\x02")
    data = data[:central] + b"hidden" + data[central:]
    return data[:-6] + struct.pack("<L", central + 6) + data[-2:]


def overlapping() -> bytes:
    """A second entry whose record lies inside the first one's data."""
    inner = zipped({"m/inner": b"1"})
    local = inner[: inner.index(b"PK\x01\x02")]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("m/outer", local)
    data = out.getvalue()
    central = data.index(b"PK\x01\x02", len(local) + 30)
    end = data.index(b"PK\x05\x06")
    second = bytearray(inner[inner.index(b"PK\x01\x02") : inner.index(b"PK\x05\x06")])
    second[42:46] = struct.pack("<L", data.index(local, 4))
    directory = data[central:end] + bytes(second)
    return data[:central] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), central, 0)


def bomb() -> bytes:
    """A record that declares, and inflates to, far more than the file can justify."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = b"".join(deflater.compress(bytes(1 << 20)) for _ in range(200)) + deflater.flush()
    size = 200 << 20
    name = b"m/bomb"
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(raw), size, len(name), 0) + name + raw
    row = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(raw), size, len(name), 0, 0, 0, 0, 0, 0) + name
    return local + row + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(row), len(local), 0)


def understated() -> bytes:
    """A deflated record that inflates to more than it declares."""
    data = bytearray(zipped({"m/version": b"3\n" * 1000}, zipfile.ZIP_DEFLATED))
    central = data.index(b"PK\x01\x02")
    data[22:26] = data[central + 24 : central + 28] = struct.pack("<L", 10)
    return bytes(data)


def zip64_disagrees() -> bytes:
    data = bytearray(write({"version": b"3\n"}))
    data[-22 + 8 : -22 + 12] = struct.pack("<2H", 1, 1)
    return bytes(data)


def damaged(text: bytes, replacement: bytes) -> bytes:
    data = zipped({"m/version": text})
    return data.replace(text, replacement)


def renamed() -> bytes:
    """A record that the extra field of Info-ZIP calls something else."""
    information = zipfile.ZipInfo("m/version")
    path = b"m/other"
    information.extra = struct.pack("<2HBL", 0x7075, 5 + len(path), 1, zlib.crc32(b"m/version")) + path
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(information, b"3\n")
    return out.getvalue()


def two_ends() -> bytes:
    """An end record inside a record, whose comment goes to the file's last byte, and another one with bytes behind it."""
    inner = bytearray(zipped({"m/version": b"3\n"}))
    data = zipped({"m/a": bytes(inner)}) + b"junk"
    end = data.index(b"PK\x05\x06")
    return data.replace(bytes(inner), bytes(inner[:-2]) + struct.pack("<H", len(data) - end - 22), 1)


def program_bomb() -> bytes:
    """A pickle that deflates a thousandfold."""
    return zipped({"m/data.pkl": b"\x80\x02(" + b"]" * (9 << 20) + b"l."}, zipfile.ZIP_DEFLATED)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "does not begin with the bytes 50 4b 03 04"),
    "no_zip": (lambda: b"\x80\x02N." * 100, "does not begin with the bytes 50 4b 03 04"),
    "pre_release_container": (lambda: b"PYTORCH1" + bytes(100), "pre-release container"),
    "cut_short": (lambda: write(RECORDS)[:-30], "no end record"),
    "cut_inside_the_end_record": (lambda: zipped({"m/version": b"3\n"})[:-1], "no end record"),
    "comment_beyond_the_end": (lambda: zipped({"m/version": b"3\n"})[:-2] + b"\x05\x00", "comment runs over the end"),
    "junk_before": (prefixed, "does not end where the end record begins"),
    "no_entries": (lambda: b"PK\x03\x04" + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 4, 0), "holds no records"),
    "too_many_entries": (
        lambda: zipped({"m/version": b"3\n"})[:-14] + b"\xff\xff\xff\xff" + zipped({"m/version": b""})[-10:],
        "end record",
    ),
    "several_disks": (
        lambda: zipped({"m/version": b"3\n"})[:-18] + b"\x01\x00\x01\x00" + zipped({"m/version": b"3\n"})[-14:],
        "several disks",
    ),
    "zip64_disagrees": (zip64_disagrees, "the end record and the zip64 end record disagree"),
    "encrypted": (lambda: both(6, b"\x01\x00"), "encrypted"),
    "odd_flags": (lambda: both(6, b"\x40\x00"), "flags 0x0040"),
    "odd_method": (lambda: both(8, b"\x0c\x00"), "compression method 12"),
    "sizes_of_a_stored_record_differ": (lambda: patched(24, b"\x01", central=True), "its sizes 2 and 1 differ"),
    "local_name_differs": (lambda: patched(30, b"m/Version"), "local header differ"),
    "local_flags_differ": (lambda: patched(6, b"\x00\x08"), "local header differ"),
    "local_method_differs": (lambda: patched(8, b"\x08\x00"), "local header differ"),
    "local_crc_differs": (lambda: patched(14, b"\x01\x02\x03\x04"), "of the local header differ"),
    "local_size_differs": (lambda: patched(22, b"\x01"), "of the local header differ"),
    "local_header_missing": (
        lambda: patched(0, b"PK\x03\x04\x00", base=patched(42, b"\x01", central=True)),
        "to no local header|no record",
    ),
    "descriptor_differs": (lambda: write({"version": b"3\n"}).replace(b"PK\x07\x08", b"PK\x07\x09"), "data descriptor"),
    "absolute_name": (lambda: two("a", "/b"), "absolute"),
    "name_leaves_the_folder": (lambda: two("a", "../b"), "'..' part"),
    "backslash_in_a_name": (lambda: two("a", "b\\c"), "backslash"),
    "nul_in_a_name": (lambda: two("a", "b\0c"), "control character"),
    "name_is_no_utf8": (lambda: write({"é": b""}, serialization_id="0").replace("é".encode(), b"\xff\xff"), "is no UTF-8"),
    "name_is_not_marked_utf8": (lambda: two("a", "é"), "neither ASCII nor marked as UTF-8"),
    "duplicate_name": (lambda: two("a", "a"), "appears twice"),
    "duplicate_name_in_another_case": (lambda: two("a", "A"), "appears twice"),
    "overlap": (overlapping, "overlap the next record"),
    "hidden_bytes": (with_gap, "belong to no record"),
    "data_beyond_the_directory": (
        lambda: patched(20, struct.pack("<LL", 900, 900), central=True),
        "overlap the next record or the directory",
    ),
    "no_root": (lambda: zipped({"version": b"3\n"}), "no root folder"),
    "symbolic_link": (lambda: patched(38, struct.pack("<L", 0o120777 << 16), central=True), "symbolic link"),
    "folder_with_contents": (lambda: zipped({"m/a/": b"x"}), "half a folder"),
    "wrong_crc": (lambda: damaged(b"tensor", b"sensor"), "CRC-32"),
    "inflates_to_more_than_declared": (understated, "do not inflate to the 10 bytes"),
    "bomb": (bomb, "would inflate to more than"),
    "bomb_of_a_program": (program_bomb, "deflated bytes of a program inflate to"),
    "renamed_by_an_extra_field": (renamed, "an extra field gives the record another name"),
    "two_end_records": (two_ends, "two end records"),
    "missing_zip64_field": (lambda: patched(20, b"\xff\xff\xff\xff", central=True), "needs a zip64 extra field"),
}


@pytest.mark.parametrize("make, message", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_container(make: Callable[[], bytes], message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        archive = Archive(make())
        for name in archive:
            archive.read(name)


@given(st.data())
def test_damage_raises_archive_error_or_changes_nothing_that_matters(data: st.DataObject) -> None:
    """Flipping any byte of an archive gives an ArchiveError, or the same records."""
    original = write(RECORDS)
    position = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        archive = Archive(bytes(changed))
        contents = {name: archive.read(name) for name in archive}
    except ArchiveError:
        return
    # Only a checksum or a name in both places could say otherwise, and a single change reaches one place.
    assert {name: contents[name] for name in RECORDS} == RECORDS


@given(st.integers(0, 2000))
def test_a_truncated_file_raises_archive_error(length: int) -> None:
    original = write(RECORDS)
    with pytest.raises(ArchiveError):
        Archive(original[: min(length, len(original) - 1)])


def test_an_empty_file_on_disk_raises_archive_error(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"")
    with pytest.raises(ArchiveError, match="the file is empty"):
        open_archive(tmp_path / "m.pt")


def test_a_pipe_is_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, write({"version": b"3\n"}))
    os.close(writing)
    assert open_archive(f"/dev/fd/{reading}").read("version") == b"3\n"
    os.close(reading)
