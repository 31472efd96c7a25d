"""A regular file in, its bytes in memory out, with checksums of their blocks.

Reading passes over memory once and a CRC-32 over it again, unless it follows block by block, while the bytes are in the cache. Several
threads share the blocks of a large file; the CRC-32 of any run of bytes is then put together from those of its blocks (container.py asks
for that of each record).
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterator
from functools import cache

from ..runtime.kernels.running.processors import default_threads
from ..runtime.storage import Storage
from .errors import ArchiveError

BLOCK = 1 << 17
"""Bytes of a block: a few of them fit into a core's cache."""
_TASK = 1 << 22
"""Bytes that a thread takes at a time, whole blocks. Smaller files are read in one piece, without checksums."""
_MOST_THREADS = 4
"""More have no more memory bandwidth. `set_num_threads` is about operators: it says nothing here."""


class BlockChecksums:
    """CRC-32 of runs of bytes of a memory, from those of its whole blocks."""

    def __init__(self, data: memoryview, blocks: list[int]) -> None:
        self.data = data
        self.blocks = blocks

    def checksum(self, start: int, stop: int) -> int:
        """The CRC-32 of the bytes from `start` to `stop`."""
        first, last = -(-start // BLOCK), stop // BLOCK
        if first >= last:
            return zlib.crc32(self.data[start:stop])
        value = zlib.crc32(self.data[start : first * BLOCK])
        lowest, low, high, highest = _followed_by_block()
        for block in self.blocks[first:last]:
            value = lowest[value & 255] ^ low[value >> 8 & 255] ^ high[value >> 16 & 255] ^ highest[value >> 24] ^ block
        return zlib.crc32(self.data[last * BLOCK : stop], value)


def read_contents(descriptor: int, start: int, size: int) -> tuple[Storage, BlockChecksums | None]:
    """The `size` bytes from `start` to the end of an open file, in aligned memory; ArchiveError if there are more or fewer."""
    memory = Storage.allocate_once(size)
    data = memoryview(memory.array.data)
    blocks = [0] * (size // BLOCK) if size >= _TASK else None
    tasks = iter(range(0, size, _TASK))
    helpers = min(_threads(), -(-size // _TASK)) - 1
    failures: list[Exception] = []

    def help_reading() -> None:
        try:
            _read_tasks(descriptor, start, data, blocks, tasks)
        except (OSError, ArchiveError) as error:
            failures.append(error)

    threads = [threading.Thread(target=help_reading, daemon=True) for _ in range(helpers)]
    try:
        for thread in threads:
            thread.start()
        _read_tasks(descriptor, start, data, blocks, tasks)
    finally:
        # after an exception (Ctrl-C is one) nobody takes another task
        for _ in tasks:
            pass
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if failures:
        raise failures[0]
    if os.pread(descriptor, 1, start + size):
        raise ArchiveError("the file changed while it was read")
    return memory, None if blocks is None else BlockChecksums(data, blocks)


@cache
def _threads() -> int:
    return min(default_threads(), _MOST_THREADS)


def _read_tasks(descriptor: int, start: int, data: memoryview, blocks: list[int] | None, tasks: Iterator[int]) -> None:
    """Take tasks until none is left: read their bytes, and fill in the checksums of their blocks."""
    for task in tasks:
        stop = min(task + _TASK, len(data))
        if blocks is None:
            _read_into(descriptor, data[task:stop], start + task)
            continue
        for position in range(task, stop, BLOCK):
            piece = data[position : min(position + BLOCK, stop)]
            _read_into(descriptor, piece, start + position)
            if len(piece) == BLOCK:
                blocks[position // BLOCK] = zlib.crc32(piece)


def _read_into(descriptor: int, piece: memoryview, position: int) -> None:
    while piece:
        count = os.preadv(descriptor, [piece], position)
        if not count:
            raise ArchiveError("the file changed while it was read")
        piece = piece[count:]
        position += count


@cache
def _followed_by_block() -> tuple[list[int], list[int], list[int], list[int]]:
    """What a checksum adds to that of the block behind it, for each value of each of its bytes, the lowest first.

    Without the complements at both ends a CRC-32 is linear in its start, so 32 bits tell all.
    """
    zeros = bytes(BLOCK)
    alone = zlib.crc32(zeros)
    of_bits = [zlib.crc32(zeros, 1 << bit) ^ alone for bit in range(32)]
    tables: tuple[list[int], list[int], list[int], list[int]] = ([0], [0], [0], [0])
    for number, table in enumerate(tables):
        for bit in of_bits[8 * number : 8 * number + 8]:
            table += [bit ^ value for value in table]
    return tables
