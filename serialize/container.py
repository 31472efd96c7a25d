"""Reading zip archives: bytes in, lazy named records out.

Every zip reader must see the same file that we see, so whatever two readers could understand differently is refused with an ArchiveError.
Records that are stored are views of the file in memory. Writing is in container_writer.py; what the records mean is in archive_reader.py.
"""

from __future__ import annotations

import io
import mmap
import os
import stat
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, TypeAlias, cast

import numpy as np

from ..runtime.storage import ALIGNMENT, Storage
from .errors import ArchiveError
from .file_contents import BlockChecksums, read_contents
from .zip_directory import DEFLATED, Record, read_directory

Source: TypeAlias = str | os.PathLike[str] | IO[bytes]

INFLATION_RATIO = 200
INFLATION_CONSTANT = 64 << 20

# Pickles and code become values and trees many times their size, so they may inflate less. PyTorch deflates code and never pickles.
PROGRAM_RATIO = 100
PROGRAM_CONSTANT = 8 << 20


class Archive:
    """The records of one zip archive, by name (without the root folder); lookup ignores case, as PyTorch's does."""

    def __init__(
        self, data: bytes | bytearray | memoryview | Storage, *, mapped: bool = False, checksums: BlockChecksums | None = None
    ) -> None:
        """`data` is the whole file; a `Storage` is memory that tensors may share, `mapped` if it is a file's that was not read yet.

        `checksums` are those of the data, where they are known already.
        """
        self.memory = data if isinstance(data, Storage) else None
        self.mapped = mapped
        self.checksums = checksums
        self.data = memoryview(data.array.data if isinstance(data, Storage) else data)
        self.root, records = read_directory(self.data)
        self.records: dict[str, Record] = {record.name: record for record in records}
        self._folded: dict[str, Record] = {}
        self._verified: set[str] = set()
        _check_inflation(records, len(self.data))

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.records)

    def find(self, name: str) -> Record | None:
        """The directory's row for a record, None if there is no such record."""
        record = self.records.get(name)
        if record is not None:
            return record
        if not self._folded:
            self._folded = {known.casefold(): record for known, record in self.records.items()}
        return self._folded.get(name.casefold())

    def record(self, name: str) -> Record:
        """The directory's row for a record, or ArchiveError if there is no such record."""
        record = self.find(name)
        if record is None:
            raise ArchiveError("the record is missing", record=name)
        return record

    def size(self, name: str) -> int:
        """Bytes of a record after inflation."""
        return self.record(name).size

    def view(self, name: str) -> memoryview:
        """The bytes of a record, verified: a view of the file where the record is stored, inflated into new memory otherwise."""
        record = self.record(name)
        content = self._content(record)
        self._verify(record, content)
        return content

    def storage(self, name: str) -> Storage:
        """The bytes of a record as a tensor's memory: the file's where they can be used in place, a copy otherwise.

        They are verified, unless they are in place in a mapped file: that would read all of it.
        """
        record = self.record(name)
        memory = self.memory
        if memory is None or record.method == DEFLATED or (memory.address + record.data_offset) % ALIGNMENT or not record.size:
            content = self.view(name)
            storage = Storage.allocate(record.size)
            storage.array[:] = np.frombuffer(content, np.uint8)
            return storage
        if not self.mapped:
            self._verify(record, self.data[record.data_offset : record.data_offset + record.size])
        return memory.part(record.data_offset, record.size)

    def _content(self, record: Record) -> memoryview:
        raw = self.data[record.data_offset : record.data_offset + record.compressed_size]
        return _inflate(record, raw) if record.method == DEFLATED else raw

    def _verify(self, record: Record, content: memoryview) -> None:
        if record.crc and record.name not in self._verified:
            if self.checksums is not None and record.method != DEFLATED:
                found = self.checksums.checksum(record.data_offset, record.data_offset + record.size)
            else:
                found = zlib.crc32(content)
            if found != record.crc:
                rule = "the CRC-32 of the contents differs from the directory's"
                raise ArchiveError(rule, record=record.name, offset=record.data_offset)
            self._verified.add(record.name)

    def read(self, name: str) -> bytes:
        """A copy of the bytes of a record, verified."""
        return bytes(self.view(name))


def open_archive(source: Source, *, mapped: bool = False, shared: bool = False) -> Archive:
    """Open a path or a binary file object (read from its position to its end).

    With `mapped` a path's file is mapped and read as far as it is looked at. Whoever keeps views of it must not be outlived by
    the file's contents: a file that is truncated meanwhile kills a process that touches its map. What is written into a `shared` map is
    written into the file.

    Raises OSError if the path cannot be opened, ArchiveError if the contents are no acceptable archive.
    """
    if isinstance(source, str | os.PathLike):
        with open(source, "r+b" if mapped and shared else "rb") as file:
            return _open_file(file, mapped, mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY)
    if not callable(getattr(source, "read", None)):
        raise TypeError(f"load: expected a path or a file object with a read method, but got {type(source).__name__}")
    if type(source) is io.BufferedReader and type(source.raw) is io.FileIO and source.seekable():
        archive = _open_file(cast("BinaryIO", source), False)
        source.seek(0, os.SEEK_END)
        return archive
    data: object = source.read()
    if not isinstance(data, bytes | bytearray):
        raise TypeError(f"load: the file object must be opened in binary mode; read() returned {type(data).__name__}")
    # a copy in aligned memory, so that stored records are tensors' memory as they lie
    contents = Storage.allocate_once(len(data))
    contents.array[:] = np.frombuffer(data, np.uint8)
    return Archive(contents)


def _open_file(file: BinaryIO, mapped: bool, access: int = mmap.ACCESS_COPY) -> Archive:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return Archive(file.read())
    start = file.tell()
    if status.st_size <= start:
        raise ArchiveError("the file is empty")
    if mapped:
        pages = mmap.mmap(file.fileno(), 0, access=access)
        return Archive(Storage.wrap(np.frombuffer(pages, np.uint8)), mapped=True)
    contents, checksums = read_contents(file.fileno(), start, status.st_size - start)
    return Archive(contents, checksums=checksums)


def _check_inflation(records: list[Record], file_size: int) -> None:
    limit = INFLATION_CONSTANT + INFLATION_RATIO * file_size
    total = 0
    for record in records:
        if record.method == DEFLATED:
            total += record.size
        if total > limit:
            rule = f"deflated records would inflate to more than {limit} bytes"
            raise ArchiveError(rule, record=record.name, offset=record.header_offset)
        most = PROGRAM_CONSTANT + PROGRAM_RATIO * record.compressed_size
        if record.size > most and record.method == DEFLATED and record.name.endswith((".pkl", ".py", ".debug_pkl")):
            rule = f"{record.compressed_size} deflated bytes of a program inflate to {record.size}; at most {most} are read"
            raise ArchiveError(rule, record=record.name, offset=record.header_offset)


def _inflate(record: Record, raw: memoryview) -> memoryview:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(raw, record.size + 1)
    except zlib.error as error:
        raise ArchiveError(f"the deflated data is damaged ({error})", record=record.name, offset=record.data_offset) from error
    if len(content) != record.size or not inflater.eof or inflater.unused_data:
        rule = f"the {record.compressed_size} bytes of deflated data do not inflate to the {record.size} bytes that the directory declares"
        raise ArchiveError(rule, record=record.name, offset=record.data_offset)
    return memoryview(content)
