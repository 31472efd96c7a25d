"""Options of saving and loading: checksums, byte order, maps that write into the file, tensors whose bytes are left out."""

from __future__ import annotations

import io
import mmap
import re
import sys
import threading
import zipfile
from collections.abc import Generator
from pathlib import Path

import pytest

import rushlight as rl
from rushlight.serialization import (
    ArchiveError,
    LoadEndianness,
    get_crc32_options,
    get_default_load_endianness,
    get_default_mmap_options,
    set_crc32_options,
    set_default_load_endianness,
    set_default_mmap_options,
    skip_data,
)
from rushlight.utils.serialization import config


@pytest.fixture(autouse=True)
def defaults() -> Generator[None]:
    """What other tests expect."""
    yield
    set_crc32_options(True)
    set_default_load_endianness(None)
    set_default_mmap_options(mmap.MAP_PRIVATE)
    config.load.mmap = False


def saved(value: object, *, with_byte_order: bool = True) -> bytes:
    out = io.BytesIO()
    rl.save(value, out, _disable_byteorder_record=not with_byte_order)
    return out.getvalue()


def checksums(data: bytes) -> dict[str, int]:
    return {row.filename.partition("/")[2]: row.CRC for row in zipfile.ZipFile(io.BytesIO(data)).infolist()}


def test_files_without_checksums_load() -> None:
    assert get_crc32_options()
    assert all(checksums(saved(rl.ones(3))).values())
    set_crc32_options(False)
    assert not get_crc32_options()
    data = saved(rl.ones(3))
    assert not any(checksums(data).values())
    assert rl.load(io.BytesIO(data)).tolist() == [1, 1, 1]


def test_byte_order_of_files_that_do_not_say_it() -> None:
    little = saved(rl.tensor([1, 256], dtype=rl.int16), with_byte_order=False)
    assert get_default_load_endianness() is None
    for order, expected in ((None, [1, 256]), (LoadEndianness.LITTLE, [1, 256]), (LoadEndianness.BIG, [256, 1])):
        set_default_load_endianness(order)
        assert get_default_load_endianness() is order
        assert rl.load(io.BytesIO(little)).tolist() == expected
    set_default_load_endianness(LoadEndianness.NATIVE)
    assert rl.load(io.BytesIO(little)).tolist() == ([1, 256] if sys.byteorder == "little" else [256, 1])
    set_default_load_endianness(LoadEndianness.BIG)
    # those that say it are believed
    assert rl.load(io.BytesIO(saved(rl.tensor([1, 256], dtype=rl.int16)))).tolist() == [1, 256]
    with pytest.raises(TypeError, match="LoadEndianness or None, got 'big'"):
        set_default_load_endianness("big")  # pyright: ignore[reportArgumentType]


def test_shared_maps_write_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    rl.save(rl.ones(3), path)
    assert get_default_mmap_options() == mmap.MAP_PRIVATE
    rl.load(path, mmap=True)[0] = 5.0
    assert rl.load(path).tolist() == [1, 1, 1]
    set_crc32_options(False)
    rl.save(rl.ones(3), path)
    with set_default_mmap_options(mmap.MAP_SHARED):
        assert get_default_mmap_options() == mmap.MAP_SHARED
        rl.load(path, mmap=True)[0] = 5.0
        # what is read without a map is a copy
        rl.load(path)[1] = 7.0
    assert get_default_mmap_options() == mmap.MAP_PRIVATE
    assert rl.load(path).tolist() == [5, 1, 1]
    with pytest.raises(ValueError, match="MAP_PRIVATE or mmap.MAP_SHARED, but got 64"):
        set_default_mmap_options(64)


def test_shared_maps_need_a_file_that_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    with set_default_mmap_options(mmap.MAP_SHARED), pytest.raises(FileNotFoundError):
        rl.load(path, mmap=True)
    assert not path.exists()


def test_mapping_by_default(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    rl.save(rl.ones(3), path)
    config.load.mmap = True
    assert rl.load(path).tolist() == [1, 1, 1]
    assert rl.load(path, mmap=False).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="file path"):
        rl.load(io.BytesIO(path.read_bytes()))


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(AttributeError):
        config.save.checksums = False  # pyright: ignore[reportAttributeAccessIssue]


def test_files_without_data() -> None:
    weights = rl.arange(2000).float()
    with skip_data():
        empty = saved({"w": weights, "t": weights.view(2, 1000).t()})
        seen: list[list[float]] = []
        thread = threading.Thread(target=lambda: seen.append(rl.load(io.BytesIO(saved(rl.ones(2)))).tolist()))
        thread.start()
        thread.join()
    full = saved({"w": weights, "t": weights.view(2, 1000).t()})
    assert len(empty) == len(full)
    assert checksums(empty)["data/0"] == 0
    assert not any(rl.load(io.BytesIO(empty))["w"].tolist())
    assert seen == [[1, 1]], "it holds for the thread that entered it"
    # the place of the bytes can be filled in later
    place = full.index(bytes(weights.numpy().data))
    filled = empty[:place] + bytes(weights.numpy().data) + empty[place + 8000 :]
    assert rl.load(io.BytesIO(filled))["t"].tolist() == weights.view(2, 1000).t().tolist()
    with skip_data():
        assert not any(rl.load(io.BytesIO(full))["w"].tolist())
    assert rl.load(io.BytesIO(full))["w"].tolist() == weights.tolist()


def test_sizes_are_checked_without_data() -> None:
    set_crc32_options(False)
    changed, count = re.subn(rb"(cpuq.K)\x03", b"\\1\x04", saved(rl.ones(3)))
    assert count == 1
    with skip_data(), pytest.raises(ArchiveError, match="4 items"):
        rl.load(io.BytesIO(changed))


def test_the_older_format_is_not_written_without_data() -> None:
    with skip_data(), pytest.raises(RuntimeError, match="_use_new_zipfile_serialization"):
        rl.save(rl.ones(1), io.BytesIO(), _use_new_zipfile_serialization=False)
