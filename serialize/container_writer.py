"""Writing zip archives byte for byte as PyTorch's writer lays them out: named records in, bytes of a file out.

The data of every record begins at a multiple of 64, sizes follow the data in a descriptor, and the archive ends with a zip64 tail.
Where the bytes go (a file replaced at once, or a file object) is in output.py; reading is in container.py.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from ..runtime.threads import get_num_threads
from .zip_directory import (
    CENTRAL,
    DEFLATED,
    DESCRIPTOR,
    DESCRIPTOR64,
    END,
    END64,
    FULL16,
    FULL32,
    HAS_DESCRIPTOR,
    IS_UTF8,
    LOCAL,
    LOCATOR64,
    MAX_NAME,
    PLAIN_NAME,
    STORED,
    name_fault,
)

Bytes: TypeAlias = bytes | bytearray | memoryview

ALIGNMENT = 64
COMPRESS_ABOVE = 200
DEFLATE_LEVEL = 9
CHUNK = 1 << 20
"""Bytes that are checked and written at once: what fits the cache."""
LONG = 1 << 14
PADDING = [b"FB" + struct.pack("<H", length) + b"Z" * length for length in range(ALIGNMENT)]


def root_of(path: str | os.PathLike[str]) -> str:
    """The root folder of an archive written to `path`: the file's name up to its last dot, `archive` if that is no name for a folder.

    Raises RuntimeError if nothing is left of it, as PyTorch does.
    """
    name = os.fsdecode(path).replace("\\", "/").rpartition("/")[2]
    stem, dot, _ = name.rpartition(".")
    root = stem if dot else name
    if not root:
        raise RuntimeError(f"save: invalid file name {name!r}; give it at least one letter before the dot")
    is_text = root.encode("utf-8", "replace").decode() == root
    return root if is_text and name_fault(root) is None else "archive"


class ArchiveWriter:
    """Writes records one after the other through `write`, and the directory at the end.

    The same records under the same root give the same bytes. Without `has_checksums` all checksums are 0, which readers of PyTorch's
    files take as none.
    """

    def __init__(self, write: Callable[[Bytes], object], root: str, *, has_checksums: bool = True) -> None:
        self._write = write
        self._has_checksums = has_checksums
        self._root = f"{root}/".encode()
        self._position = 0
        self._directory: list[bytes] = []
        self._names: dict[str, int] = {}
        self._waiting: list[Bytes] = []
        """Headers and short records that are not written yet: one long write is cheaper than many short ones."""
        self._waiting_length = 0

    def add(self, name: str, data: Bytes, *, compress: bool = False, has_checksum: bool = True) -> None:
        """Write one record; `compress` deflates it if it is longer than 200 bytes. The bytes must not change before `finish`.

        A record without a checksum may get other bytes in the file later.

        Raises ValueError if a record of this name (ignoring case) is there already, as readers would disagree on which one counts, and
        for names that a reader refuses.
        """
        folded = name.casefold()
        raw_name = self._root + name.encode()
        if folded in self._names:
            raise ValueError(f"save: two records are called {name!r} (ignoring case); rename one of them")
        if len(raw_name) > MAX_NAME or PLAIN_NAME.fullmatch(raw_name) is None:
            fault = name_fault(name) or ("is too long" if len(raw_name) > MAX_NAME else None)
            if fault is not None:
                raise ValueError(f"save: the name {name!r} of a record {fault}; choose another one")
        content = data if type(data) is bytes else memoryview(data).cast("B")
        size, offset = len(content), self._position
        deflated = compress and size > COMPRESS_ABOVE
        flags = IS_UTF8 | HAS_DESCRIPTOR if size else IS_UTF8
        method, needed = (DEFLATED, 20) if deflated else (STORED, 0)
        wide = _wide_extra(size, 0, offset)
        padding = PADDING[-(offset + LOCAL.size + len(raw_name) + len(wide) + 4) % ALIGNMENT]
        head = LOCAL.pack(b"PK\x03\x04", needed, flags, method, 0, 0, 0, 0, 0, len(raw_name), len(wide) + len(padding))
        self._emit(b"%b%b%b%b" % (head, raw_name, wide, padding))
        crc, compressed_size = self._emit_content(content, deflated, self._has_checksums and has_checksum)
        self._names[folded] = crc
        if size:
            layout = DESCRIPTOR64 if size >= FULL32 or offset >= FULL32 else DESCRIPTOR
            self._emit(layout.pack(b"PK\x07\x08", crc, compressed_size, size))
        wide = _wide_extra(size, compressed_size, offset)
        sizes = (min(compressed_size, FULL32), min(size, FULL32))
        row = CENTRAL.pack(
            b"PK\x01\x02", 0, needed, flags, method, 0, 0, crc, *sizes, len(raw_name), len(wide), 0, 0, 0, 0, min(offset, FULL32)
        )
        self._directory.append(row + raw_name + wide)

    def _emit_content(self, content: bytes | memoryview, deflated: bool, has_checksum: bool) -> tuple[int, int]:
        """The checksum of the contents, and the bytes that they take in the file; both are known when all is written."""
        if deflated:
            start = self._position
            for chunk in _deflate(memoryview(content)):
                self._emit(chunk)
            return zlib.crc32(content) if has_checksum else 0, self._position - start
        if len(content) < CHUNK or not has_checksum:
            if content:
                self._emit(content)
            return zlib.crc32(content) if has_checksum else 0, len(content)
        if get_num_threads() > 1:
            with _checksum_beside(content) as checksum:
                self._emit(content)
            return checksum[0], len(content)
        crc = 0
        for chunk in _chunks(memoryview(content)):
            # checked while it is in the cache, and then written
            crc = zlib.crc32(chunk, crc)
            self._emit(chunk)
        return crc, len(content)

    def finish(self, serialization_id: str | None = None) -> None:
        """Write the last record, `.data/serialization_id` (made from names and checksums unless given), and the directory."""
        self.add(".data/serialization_id", (serialization_id or self._fingerprint()).encode("ascii"))
        entries = len(self._directory)
        offset = self._position
        directory = b"".join(self._directory)
        self._emit(directory)
        end64 = self._position
        self._emit(END64.pack(b"PK\x06\x06", END64.size - 12, 0x031E, 45, 0, 0, entries, entries, len(directory), offset))
        self._emit(LOCATOR64.pack(b"PK\x06\x07", 0, end64, 1))
        narrow = (min(entries, FULL16), min(entries, FULL16), min(len(directory), FULL32), min(offset, FULL32))
        self._emit(END.pack(b"PK\x05\x06", 0, 0, *narrow, 0))
        self._flush()

    def _emit(self, data: Bytes) -> None:
        self._position += len(data)
        if len(data) >= LONG:
            self._flush()
            self._write(data)
            return
        self._waiting.append(data)
        self._waiting_length += len(data)
        if self._waiting_length >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._write(b"".join(self._waiting))
            self._waiting.clear()
            self._waiting_length = 0

    def _fingerprint(self) -> str:
        """Forty digits: twenty that depend on the names of the records, twenty that depend on their contents."""
        import hashlib

        names = hashlib.sha256("\n".join(self._names).encode()).digest()
        contents = hashlib.sha256(struct.pack(f"<{len(self._names)}L", *self._names.values())).digest()
        return "".join(f"{int.from_bytes(digest[:8], 'little'):020d}" for digest in (names, contents))


def _wide_extra(size: int, compressed_size: int, offset: int) -> bytes:
    """The zip64 extra field, empty where 4-byte fields do."""
    values = b""
    if size >= FULL32:
        values += struct.pack("<QQ", size, compressed_size)
    if offset >= FULL32:
        values += struct.pack("<Q", offset)
    return struct.pack("<2H", 1, len(values)) + values if values else b""


def _chunks(content: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


@contextmanager
def _checksum_beside(content: bytes | memoryview) -> Generator[list[int]]:
    """Computes the checksum in another thread, while the block runs; after it the list has it."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(zlib.crc32(content)), name="rushlight-checksum")
    thread.start()
    try:
        yield found
    finally:
        thread.join()


def _deflate(content: memoryview) -> Iterator[bytes]:
    deflater = zlib.compressobj(DEFLATE_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    for chunk in _chunks(content):
        yield deflater.compress(chunk)
    yield deflater.flush()
