"""Object code on disk: what is written is read back, what is damaged or not ours is not."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.kernels.store import Entry, Store, decode, default_folder, encode

ENTRY = Entry("add_float32", ("expf", "memcpy"), b"\x7fELF code")


NAMES = st.from_regex(r"\w+", fullmatch=True)


@given(st.text("abcdef0123456789", min_size=1), NAMES, st.lists(NAMES), st.binary())
def test_encoded_entries_decode(key: str, symbol: str, undefined: list[str], code: bytes) -> None:
    entry = Entry(symbol, tuple(undefined), code)
    assert decode(encode(key, entry), key) == entry


@given(st.data())
def test_any_damage_is_noticed(data: st.DataObject) -> None:
    whole = encode("key", ENTRY)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert decode(bytes(changed), "key") is None
    assert decode(whole[:at], "key") is None


def test_entry_of_another_key_is_refused() -> None:
    assert decode(encode("key", ENTRY), "other") is None


def test_written_entries_are_read_and_damaged_ones_replaced(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    assert store.read("key") is None
    store.write("key", ENTRY)
    assert store.read("key") == ENTRY
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    assert store.read("key") is None
    store.write("key", ENTRY)
    assert store.read("key") == ENTRY
    assert [one.name for one in (tmp_path / "cache").iterdir()] == [file.name]


def test_folder_is_private(tmp_path: Path) -> None:
    Store(str(tmp_path / "cache")).write("key", ENTRY)
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_folder_that_others_can_write_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: int) -> None:
    folder = tmp_path / "cache"
    Store(str(folder)).write("key", ENTRY)
    folder.chmod(mode)
    store = Store(str(folder))
    assert store.read("key") is None
    store.write("other", ENTRY)
    assert store.read("other") is None
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "others can write" in said and str(folder) in said


def test_file_that_others_can_write_is_not_read(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    store.write("key", ENTRY)
    (file,) = (tmp_path / "cache").iterdir()
    file.chmod(0o666)
    assert store.read("key") is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    store.write("key", ENTRY)
    (file,) = (tmp_path / "cache").iterdir()
    elsewhere = tmp_path / "elsewhere"
    os.rename(file, elsewhere)
    file.symlink_to(elsewhere)
    assert store.read("key") is None


def test_folder_that_cannot_be_made_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file" / "cache"))
    store.write("key", ENTRY)
    assert store.read("key") is None
    assert capsys.readouterr().err.count("\n") == 1


def test_folder_by_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUSHLIGHT_CACHE", str(tmp_path))
    assert default_folder() == str(tmp_path)
    monkeypatch.delenv("RUSHLIGHT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_folder() == str(tmp_path / "xdg" / "rushlight")
