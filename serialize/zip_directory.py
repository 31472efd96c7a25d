"""The strict half of the zip reader: the bytes of a file in, its root folder and checked records out.

The end records, the central directory and every local header must tell one story, and records may leave no room in the file
for a second story. Padding fields, directory entries, zip64 and data descriptors are fine, as PyTorch, Python's zipfile and
Info-ZIP write them.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from .errors import ArchiveError

STORED = 0
DEFLATED = 8
MAX_ENTRIES = 1 << 20
MAX_NAME = 4096

END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
CENTRAL = struct.Struct("<4s6H3L5H2L")
EXTRA = struct.Struct("<2H")
LOCAL = struct.Struct("<4s5H3L2H")
DESCRIPTOR, DESCRIPTOR64 = struct.Struct("<4sLLL"), struct.Struct("<4sLQQ")
PLAIN_NAME = re.compile(rb"(?:\w[\w-]*|\.data)(?:/(?:\w[\w-]*|\.data))*(?:\.\w+)?", re.ASCII)
"""Names of the letters and digits of ASCII, in which `name_fault` finds nothing."""

HAS_DESCRIPTOR = 0x0008
IS_UTF8 = 0x0800
DEFLATE_LEVEL = 0x0006
KNOWN_FLAGS = HAS_DESCRIPTOR | IS_UTF8 | DEFLATE_LEVEL
FULL16 = 0xFFFF
FULL32 = 0xFFFFFFFF
DOS_DIRECTORY = 0x10
UNICODE_PATH = 0x7075
"""The extra field with which Info-ZIP, and Python since 3.12, replace a name."""


class Record(NamedTuple):
    """One record: `name` without the root folder, where its data lies, and what the central directory says of it."""

    name: str
    header_offset: int
    data_offset: int
    compressed_size: int
    size: int
    crc: int
    method: int


class _Entry(NamedTuple):
    """A row of the central directory."""

    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    header_offset: int


class _Directory(NamedTuple):
    offset: int
    size: int
    entries: int


def read_directory(data: memoryview) -> tuple[str, list[Record]]:
    """The root folder and the records, in the directory's order. Folders, and files outside the root, are checked and left out."""
    if bytes(data[:4]) != b"PK\x03\x04":
        if bytes(data[:8]) == b"PYTORCH1":
            raise ArchiveError("this is a pre-release container of PyTorch 1.0, which no PyTorch reads")
        if bytes(data[4:8]) == b"PTMF":
            raise ArchiveError("this is a flatbuffer file of mobile PyTorch, which holds no code; save the module as a zip archive")
        raise ArchiveError("this is no zip archive: it does not begin with the bytes 50 4b 03 04", offset=0)
    directory = _find_directory(data)
    entries = _read_entries(data, directory)
    _check_names(entries)
    records = _check_layout(data, entries, directory.offset)
    root, slash, _ = entries[0].name.partition("/")
    if not slash:
        raise ArchiveError("no file of PyTorch: its first entry lies in no root folder", record=entries[0].name)
    prefix = root + "/"
    pairs = zip(entries, records, strict=True)
    return root, [record for entry, record in pairs if entry.name.startswith(prefix) and not entry.name.endswith("/")]


def _find_directory(data: memoryview) -> _Directory:
    window_start = max(0, len(data) - FULL16 - END.size)
    window = bytes(data[window_start:])
    last = window.rfind(b"PK\x05\x06", 0, max(0, len(window) - END.size + 4))
    if last < 0:
        raise ArchiveError("no end record in the last 64 KiB; the file was cut short or is no zip archive", offset=len(data))
    end = window_start + last
    _, disk, directory_disk, disk_entries, entries, size, offset, comment = END.unpack_from(data, end)
    if end + END.size + comment > len(data):
        raise ArchiveError("the archive's comment runs over the end of the file", offset=end)
    if end + END.size + comment < len(data):
        _refuse_other_end(window[: last + 3], window_start, len(data))
    directory_end = end
    if end >= LOCATOR64.size and bytes(data[end - LOCATOR64.size : end - LOCATOR64.size + 4]) == b"PK\x06\x07":
        directory_end, wide = _read_zip64(data, end - LOCATOR64.size)
        narrow = (disk, directory_disk, disk_entries, entries, size, offset)
        limits = (FULL16, FULL16, FULL16, FULL16, FULL32, FULL32)
        if any(here not in (there, limit) for here, there, limit in zip(narrow, wide, limits, strict=True)):
            raise ArchiveError("the end record and the zip64 end record disagree", offset=end)
        disk, directory_disk, disk_entries, entries, size, offset = wide
    if disk != 0 or directory_disk != 0 or disk_entries != entries:
        raise ArchiveError("the archive is spread over several disks", offset=end)
    if offset + size != directory_end:
        raise ArchiveError(f"the directory of {size} bytes at byte {offset} does not end where the end record begins", offset=directory_end)
    if entries == 0:
        raise ArchiveError("the archive holds no records", offset=end)
    if entries > MAX_ENTRIES or entries * CENTRAL.size > size:
        raise ArchiveError(f"{entries} entries are too many for a directory of {size} bytes; at most {MAX_ENTRIES} are read", offset=end)
    return _Directory(offset, size, entries)


def _refuse_other_end(window: bytes, start: int, length: int) -> None:
    """Strict readers skip an end record with bytes behind it: they must find no other one, whose comment ends with the file."""
    found = window.rfind(b"PK\x05\x06")
    while found >= 0:
        comment = int.from_bytes(window[found + 20 : found + 22], "little")
        if start + found + END.size + comment == length:
            raise ArchiveError("there are two end records, and readers disagree on which one counts", offset=start + found)
        found = window.rfind(b"PK\x05\x06", 0, found + 3)


def _read_zip64(data: memoryview, locator: int) -> tuple[int, tuple[int, int, int, int, int, int]]:
    """The position of the zip64 end record, and its values in the order of the end record's."""
    _, disk, position, disks = LOCATOR64.unpack_from(data, locator)
    if disk != 0 or disks > 1:
        raise ArchiveError("the archive is spread over several disks", offset=locator)
    if position + END64.size > locator or bytes(data[position : position + 4]) != b"PK\x06\x06":
        raise ArchiveError("the zip64 locator points to no zip64 end record", offset=locator)
    _, size, _, _, disk, directory_disk, disk_entries, entries, directory_size, offset = END64.unpack_from(data, position)
    if position + 12 + size != locator:
        raise ArchiveError("the zip64 end record does not end where its locator begins", offset=position)
    return position, (disk, directory_disk, disk_entries, entries, directory_size, offset)


def _read_entries(data: memoryview, directory: _Directory) -> list[_Entry]:
    position = directory.offset
    limit = directory.offset + directory.size
    entries: list[_Entry] = []
    for _ in range(directory.entries):
        if position + CENTRAL.size > limit:
            raise ArchiveError("the directory is shorter than its entries", offset=position)
        entry, position = _read_entry(data, position, limit)
        entries.append(entry)
    if position != limit:
        raise ArchiveError(f"{limit - position} bytes of the directory belong to no entry", offset=position)
    return entries


def _read_entry(data: memoryview, start: int, limit: int) -> tuple[_Entry, int]:
    fields = CENTRAL.unpack_from(data, start)
    signature, flags, method = fields[0], fields[3], fields[4]
    crc, compressed_size, size, name_length, extra_length, comment_length, disk = fields[7:14]
    attributes, offset = fields[15:]
    name_start = start + CENTRAL.size
    extra_start = name_start + name_length
    following = extra_start + extra_length + comment_length
    if signature != b"PK\x01\x02":
        raise ArchiveError("an entry of the directory has a wrong signature", offset=start)
    if following > limit:
        raise ArchiveError("an entry runs over the end of the directory", offset=start)
    raw_name = bytes(data[name_start:extra_start])
    name = _decode_name(raw_name, flags, start)
    wide = _zip64_values(data, extra_start, extra_length, name, raw_name)
    if size == FULL32:
        size = _next_wide(wide, name, start)
    if compressed_size == FULL32:
        compressed_size = _next_wide(wide, name, start)
    if offset == FULL32:
        offset = _next_wide(wide, name, start)
    if disk != 0:
        raise ArchiveError("the record lies on another disk", record=name, offset=start)
    _check_attributes(name, flags, method, compressed_size, size, attributes, start)
    return _Entry(raw_name, name, flags, method, crc, compressed_size, size, offset), following


def _check_attributes(name: str, flags: int, method: int, compressed_size: int, size: int, attributes: int, start: int) -> None:
    if flags & 1:
        raise ArchiveError("the record is encrypted", record=name, offset=start)
    if flags & ~KNOWN_FLAGS:
        raise ArchiveError(f"the flags {flags:#06x} are none that PyTorch or a common zip tool writes", record=name, offset=start)
    if method not in (STORED, DEFLATED):
        raise ArchiveError(f"compression method {method} is neither stored (0) nor deflated (8)", record=name, offset=start)
    if method == STORED and compressed_size != size:
        raise ArchiveError(f"the record is stored but its sizes {compressed_size} and {size} differ", record=name, offset=start)
    if attributes >> 28 == 0xA:
        raise ArchiveError("the record is a symbolic link", record=name, offset=start)
    if (name.endswith("/") or attributes & DOS_DIRECTORY) and not (name.endswith("/") and size == 0):
        raise ArchiveError("the entry is half a folder and half a file", record=name, offset=start)


def _decode_name(raw: bytes, flags: int, start: int) -> str:
    if len(raw) <= MAX_NAME and PLAIN_NAME.fullmatch(raw) is not None:
        return raw.decode("ascii")
    if not flags & IS_UTF8 and not raw.isascii():
        raise ArchiveError(f"the name {raw!r} is neither ASCII nor marked as UTF-8", offset=start)
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArchiveError(f"the name {raw!r} is no UTF-8", offset=start) from error
    if len(raw) > MAX_NAME:
        raise ArchiveError(f"a name of {len(raw)} bytes is longer than {MAX_NAME}", offset=start)
    fault = name_fault(name.removesuffix("/"))
    if fault is not None:
        raise ArchiveError(f"the name {name!r} {fault}", offset=start)
    return name


def name_fault(name: str) -> str | None:
    """What is wrong with the name of a record, which would lie elsewhere on some system; None for a good name."""
    parts = name.split("/")
    if "" in parts or "." in parts or ".." in parts:
        return "is absolute, or has an empty, '.' or '..' part"
    if "\\" in name or any(ord(letter) < 32 for letter in name) or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return "has a backslash, a control character or a drive"
    return None


def _zip64_values(data: memoryview, start: int, length: int, name: str, raw_name: bytes) -> list[int]:
    """The 8-byte values of the zip64 extra field, empty if there is none; no extra field may rename the record."""
    if not length:
        return []
    values: list[int] | None = None
    limit = start + length
    while start < limit:
        if start + 4 > limit:
            raise ArchiveError("an extra field is cut short", record=name, offset=start)
        identifier, size = EXTRA.unpack_from(data, start)
        if start + 4 + size > limit:
            raise ArchiveError("an extra field is cut short", record=name, offset=start)
        if identifier == UNICODE_PATH and bytes(data[start + 9 : start + 4 + size]) != raw_name:
            raise ArchiveError("an extra field gives the record another name", record=name, offset=start)
        if identifier == 1:
            if values is not None:
                raise ArchiveError("there are two zip64 extra fields", record=name, offset=start)
            values = list(struct.unpack_from(f"<{size // 8}Q", data, start + 4))
        start += 4 + size
    return [] if values is None else values


def _next_wide(wide: list[int], name: str, start: int) -> int:
    if not wide:
        raise ArchiveError("a size or offset needs a zip64 extra field that is not there", record=name, offset=start)
    return wide.pop(0)


def _check_names(entries: list[_Entry]) -> None:
    seen: dict[str, _Entry] = {}
    for entry in entries:
        other = seen.setdefault(entry.name.removesuffix("/").casefold(), entry)
        if other is not entry:
            raise ArchiveError(f"the name appears twice (ignoring case), also as {other.name!r}", record=entry.name)


def _check_layout(data: memoryview, entries: list[_Entry], directory_offset: int) -> list[Record]:
    """Check every local header and that the records fill the file up to the directory without overlap; gaps may hold zeros only."""
    order = sorted(range(len(entries)), key=lambda index: entries[index].header_offset)
    records: dict[int, Record] = {}
    position = 0
    for rank, index in enumerate(order):
        entry = entries[index]
        limit = entries[order[rank + 1]].header_offset if rank + 1 < len(order) else directory_offset
        if position != entry.header_offset and not _is_zero(data[position : entry.header_offset]):
            raise ArchiveError("bytes before the record belong to no record", record=entry.name, offset=position)
        records[index], position = _read_local(data, entry, min(limit, directory_offset))
    if not _is_zero(data[position:directory_offset]):
        raise ArchiveError("bytes before the directory belong to no record", offset=position)
    return [records[index] for index in range(len(entries))]


def _is_zero(data: memoryview) -> bool:
    step = 1 << 20
    return not any(bytes(data[start : start + step]).strip(b"\0") for start in range(0, len(data), step))


def _read_local(data: memoryview, entry: _Entry, limit: int) -> tuple[Record, int]:
    """Check a local header against its entry; `limit` is where the next record or the directory begins. Gives the record and its end."""
    start = entry.header_offset
    if start + LOCAL.size > limit:
        raise ArchiveError("the record's local header overlaps the next record or the directory", record=entry.name, offset=start)
    signature, _, flags, method, _, _, crc, compressed_size, size, name_length, extra_length = LOCAL.unpack_from(data, start)
    name_start = start + LOCAL.size
    data_offset = name_start + name_length + extra_length
    if signature != b"PK\x03\x04":
        raise ArchiveError("the directory points to no local header", record=entry.name, offset=start)
    if data_offset + entry.compressed_size > limit:
        raise ArchiveError(
            f"{entry.compressed_size} bytes of data overlap the next record or the directory", record=entry.name, offset=data_offset
        )
    raw_name = bytes(data[name_start : name_start + name_length])
    if raw_name != entry.raw_name or flags != entry.flags or method != entry.method:
        raise ArchiveError("name, flags or method of the local header differ from the directory's", record=entry.name, offset=start)
    wide = _zip64_values(data, name_start + name_length, extra_length, entry.name, raw_name)
    later = bool(flags & HAS_DESCRIPTOR)
    stated = (crc, *_local_sizes(wide, size, compressed_size)) if wide else (crc, size, compressed_size)
    expected = (entry.crc, entry.size, entry.compressed_size)
    is_usual = stated == ((0, 0, 0) if later else expected)
    if not is_usual and any(here != there and not (later and here == 0) for here, there in zip(stated, expected, strict=True)):
        rule = f"CRC and sizes {stated} of the local header differ from the directory's {expected}"
        raise ArchiveError(rule, record=entry.name, offset=start)
    end = data_offset + entry.compressed_size
    if later:
        end = _check_descriptor(data, entry, end, limit)
    record_name = entry.name.partition("/")[2]
    return Record(record_name, start, data_offset, entry.compressed_size, entry.size, entry.crc, entry.method), end


def _local_sizes(wide: list[int], size: int, compressed_size: int) -> tuple[int, int]:
    """Size and compressed size, from the zip64 field where the header has no room for them."""
    if size == FULL32 and wide:
        size = wide.pop(0)
    if compressed_size == FULL32 and wide:
        compressed_size = wide.pop(0)
    return size, compressed_size


def _check_descriptor(data: memoryview, entry: _Entry, start: int, limit: int) -> int:
    """The end of the data descriptor: with or without signature, with sizes of 4 or 8 bytes, but with the directory's values."""
    values = (b"PK\x07\x08", entry.crc, entry.compressed_size, entry.size)
    if entry.size < FULL32 and start + DESCRIPTOR.size <= limit and DESCRIPTOR.unpack_from(data, start) == values and entry.size:
        return start + DESCRIPTOR.size
    for layout in ("<LQQ", "<LLL"):
        if entry.size > FULL32 and layout == "<LLL":
            continue
        packed = struct.pack(layout, *values[1:])
        for form in (values[0] + packed, packed):
            if bytes(data[start : min(start + len(form), limit)]) == form:
                return start + len(form)
    raise ArchiveError("the data descriptor is missing or differs from the directory", record=entry.name, offset=start)
