"""Reading whole files: the bytes, the checksums that come with them, and files that change meanwhile."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.storage import Storage
from rushlight.serialize import file_contents
from rushlight.serialize.container import open_archive
from rushlight.serialize.errors import ArchiveError
from rushlight.serialize.file_contents import BLOCK, read_contents


@pytest.fixture
def many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_contents, "_threads", lambda: 3)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(np.random.default_rng(0).bytes(9 * (1 << 20) + 12345))
    return path


@pytest.mark.parametrize("start", [0, 1, 9 << 20])
def test_bytes_and_checksums_of_any_run(large: Path, many_threads: None, start: int) -> None:
    expected = large.read_bytes()[start:]
    with open(large, "rb") as file:
        memory, checksums = read_contents(file.fileno(), start, len(expected))
    assert memory.array.tobytes() == expected
    if checksums is None:
        assert start == 9 << 20
        return
    size = len(expected)
    runs = [(0, size), (5, size - 5), (BLOCK - 1, 3 * BLOCK + 1), (BLOCK, 4 * BLOCK), (7, 9), (BLOCK + 5, 2 * BLOCK), (size, size)]
    for first, last in runs:
        assert checksums.checksum(first, last) == zlib.crc32(expected[first:last]), (first, last)


def test_a_file_that_shrinks_or_grows_while_it_is_read(large: Path, many_threads: None) -> None:
    size = large.stat().st_size
    with open(large, "rb") as file:
        for wrong in (size - 1, size + 1, 10, size + (20 << 20)):
            with pytest.raises(ArchiveError, match="the file changed while it was read"):
                read_contents(file.fileno(), 0, wrong)


def test_errors_of_any_thread_reach_the_caller(large: Path, many_threads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.preadv

    def fail(descriptor: int, pieces: list[memoryview], position: int) -> int:
        if position >= 8 << 20:
            raise OSError("the disk is broken")
        return read(descriptor, pieces, position)

    monkeypatch.setattr(file_contents.os, "preadv", fail)
    with open(large, "rb") as file, pytest.raises(OSError, match="the disk is broken"):
        read_contents(file.fileno(), 0, large.stat().st_size)


def test_damage_in_large_records_is_found(tmp_path: Path, many_threads: None) -> None:
    path = tmp_path / "large.pt"
    values = {"first": rl.arange(3 << 20), "second": rl.arange(5), "third": rl.ones(1 << 20)}
    rl.save(values, path)
    loaded = rl.load(path)
    assert all(rl.equal(loaded[name], values[name]) for name in values)
    row = open_archive(path).record("data/0")
    for position in (row.data_offset, row.data_offset + 5 * BLOCK + 3, row.data_offset + row.size - 1):
        data = bytearray(path.read_bytes())
        data[position] ^= 4
        (tmp_path / "damaged.pt").write_bytes(data)
        with pytest.raises(ArchiveError, match="record 'data/0'.*the CRC-32 of the contents differs"):
            rl.load(tmp_path / "damaged.pt")


def test_open_files_are_read_from_their_position_to_their_end(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    rl.save(rl.arange(1 << 20), buffer)
    (tmp_path / "m.pt").write_bytes(b"four" + buffer.getvalue())
    with open(tmp_path / "m.pt", "rb") as file:
        file.seek(4)
        assert rl.equal(rl.load(file), rl.arange(1 << 20))
        assert file.tell() == 4 + len(buffer.getvalue())


def test_memory_that_is_filled_once_counts_and_comes_from_the_pool() -> None:
    rl.empty_cache()
    before = rl.memory_stats()["allocated"]
    memory = Storage.allocate_once(16 << 20)
    assert memory.address % 64 == 0 and rl.memory_stats()["allocated"] == before + (16 << 20)
    address = memory.address
    del memory
    assert rl.memory_stats()["allocated"] == before
    memory = Storage.allocate_once(16 << 20)
    assert memory.address == address


def test_a_pipe_as_file_object_is_read() -> None:
    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(rl.nn.ReLU()), buffer)
    reading, writing = os.pipe()
    os.write(writing, buffer.getvalue())
    os.close(writing)
    with open(reading, "rb") as file:
        assert rl.jit.load(file)(rl.tensor(-1.0)) == 0
