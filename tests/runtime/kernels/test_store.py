"""Object code on disk: what is written is read back, what is damaged or not ours is not."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.kernels.running.store import Entry, Store, decode, default_folder, encode

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
    (file,) = (tmp_path / "cache").glob("*.kernel")
    file.write_bytes(file.read_bytes()[:-5])
    assert store.read("key") is None
    store.write("key", ENTRY)
    assert store.read("key") == ENTRY
    assert [one.name for one in (tmp_path / "cache").glob("*.*")] == [file.name]


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
    (file,) = (tmp_path / "cache").glob("*.kernel")
    file.chmod(0o666)
    assert store.read("key") is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    store.write("key", ENTRY)
    (file,) = (tmp_path / "cache").glob("*.kernel")
    elsewhere = tmp_path / "elsewhere"
    os.rename(file, elsewhere)
    file.symlink_to(elsewhere)
    assert store.read("key") is None


def test_a_folder_in_a_folder_that_all_can_write_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    store = Store(str(tmp_path / "open" / "cache"))
    store.write("key", ENTRY)
    assert store.read("key") is None
    assert "anybody can rename it" in capsys.readouterr().err
    (tmp_path / "open").chmod(0o1777)
    sticky = Store(str(tmp_path / "open" / "cache"))
    sticky.write("key", ENTRY)
    assert sticky.read("key") == ENTRY


def test_a_link_to_a_folder_counts_as_what_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folders around the real one decide, not those around the link."""
    (tmp_path / "open" / "inner").mkdir(parents=True)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "open" / "inner").chmod(0o700)
    (tmp_path / "cache").symlink_to(tmp_path / "open" / "inner")
    store = Store(str(tmp_path / "cache"))
    store.write("key", ENTRY)
    assert store.read("key") is None
    assert "anybody can rename it" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("place, said", [("cache/{file}", ""), ("cache", "belongs to user 12345"), ("", "user 12345 can rename it")])
def test_what_belongs_to_others_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, said: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    Store(str(home / "cache")).write("key", ENTRY)
    os.chown(home / place.format(file="key.kernel"), 12345, 12345)
    store = Store(str(home / "cache"))
    assert store.read("key") is None
    assert said in capsys.readouterr().err
    if said:
        with pytest.raises(PermissionError, match=said):
            store.clear()


def test_the_least_used_entries_go_first(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    for age, key in enumerate(("new", "use", "old")):
        store.write(key, ENTRY)
        os.utime(tmp_path / "cache" / f"{key}.kernel", (1e9 - age, 1e9 - age))
    os.utime(tmp_path / "cache" / "use.kernel", (2e9, 1e9 - 5))
    left_over = tmp_path / "cache" / "x.kernel.77.new"
    left_over.write_bytes(b"half")
    os.utime(left_over, (1e9 + 7, 1e9 + 7))
    size = (tmp_path / "cache" / "new.kernel").stat().st_size
    assert [Path(file.path).name for file in store.files()] == ["old.kernel", "new.kernel", left_over.name, "use.kernel"]
    assert store.sweep(2 * size + 4) == (2, size + 4)
    assert [Path(file.path).name for file in store.files()] == ["new.kernel", "use.kernel"]
    assert store.clear() == (2, 2 * size)
    assert store.files() == [] and store.read("new") is None


def test_folders_are_swept_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rushlight.runtime.kernels.running.store.LIMIT", 0)
    Store(str(tmp_path / "cache")).write("first", ENTRY)
    Store(str(tmp_path / "cache")).write("second", ENTRY)
    assert len(Store(str(tmp_path / "cache")).files()) == 2
    os.utime(tmp_path / "cache" / "swept", (1e9, 1e9))
    store = Store(str(tmp_path / "cache"))
    store.write("third", ENTRY)
    store.write("fourth", ENTRY)
    assert [Path(file.path).name for file in store.files()] == ["third.kernel", "fourth.kernel"]


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
