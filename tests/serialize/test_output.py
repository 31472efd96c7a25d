"""Saving to a path is all or nothing; file objects and devices are written directly."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rushlight.serialize.output import open_output


def save(target: object, data: bytes = b"new") -> None:
    with open_output(target) as write:  # pyright: ignore[reportArgumentType]
        write(data)


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), open_output(path) as write:
        write(b"half")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m.pt"]


def test_the_old_file_stays_complete_until_the_new_one_is(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(b"old")
    with open_output(path) as write:
        write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["m.pt"]


def test_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(b"old")
    path.chmod(0o640)
    save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_new_files_get_the_permissions_of_the_users_mask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(tmp_path / "m.pt")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "m.pt").stat().st_mode) == 0o640


def test_symbolic_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real.pt").write_bytes(b"old")
    (tmp_path / "link.pt").symlink_to(tmp_path / "folder" / "real.pt")
    save(tmp_path / "link.pt")
    assert (tmp_path / "link.pt").is_symlink()
    assert (tmp_path / "folder" / "real.pt").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: the system refuses in the middle of a write either way."""
    path = tmp_path / "m.pt"
    path.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            save(path, bytes(1 << 20))
        with pytest.raises(OSError, match="too large"), open_output(path) as write:
            # what waits in the buffer is refused when the file is flushed
            write(bytes(4096))
            write(bytes(7000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m.pt"]


def test_what_is_found_wrong_when_the_file_is_closed_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(io.FileIO):
        def close(self) -> None:
            if not self.closed:
                super().close()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "m.pt").write_bytes(b"old")
    monkeypatch.setattr(os, "fdopen", Late)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path / "m.pt")
    monkeypatch.undo()
    assert (tmp_path / "m.pt").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m.pt"]


def test_a_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"old")
    program = (
        "import os, sys; from rushlight.serialize.output import open_output\n"
        "with open_output(sys.argv[1]) as write:\n    write(bytes(1 << 20)); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path / "m.pt")], check=False).returncode == -signal.SIGKILL
    assert (tmp_path / "m.pt").read_bytes() == b"old"


def test_devices_and_pipes_are_written_directly(tmp_path: Path) -> None:
    save("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    reading, writing = os.pipe()
    save(f"/dev/fd/{writing}")
    os.close(writing)
    assert os.read(reading, 10) == b"new"
    os.close(reading)


def test_file_objects_are_written_at_their_position() -> None:
    stream = io.BytesIO(b"abcdef")
    stream.seek(3)
    save(stream)
    assert stream.getvalue() == b"abcnew"


def test_a_file_object_that_takes_less_is_given_the_rest() -> None:
    class Raw(io.RawIOBase):
        taken = b""

        def write(self, data: object) -> int:
            self.taken += bytes(data)[:2]  # type: ignore[call-overload]
            return min(2, len(bytes(data)))  # type: ignore[call-overload]

    raw = Raw()
    save(raw, b"seven b")
    assert raw.taken == b"seven b"
    raw.write = lambda data: 0  # type: ignore[method-assign]
    with pytest.raises(OSError, match="took 0 of 3 bytes"):
        save(raw)


def test_the_longest_file_names_are_written(tmp_path: Path) -> None:
    for name in ("名" * 84 + ".pt", "x" * 255):
        save(tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"new"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_device_is_reported() -> None:
    with pytest.raises(OSError, match="No space"):
        save("/dev/full")


def test_a_missing_folder_is_reported_and_a_wrong_target_too(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save(tmp_path / "none" / "m.pt")
    with pytest.raises(TypeError, match="save: the target must be a path or have a write method, but it is a int"):
        save(3)
