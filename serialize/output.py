"""Where saved bytes go: a file that is replaced at once or not at all, a device, or a file object."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import IO, Protocol, TypeAlias

Bytes: TypeAlias = bytes | bytearray | memoryview
Writer: TypeAlias = Callable[[Bytes], object]


class _Writable(Protocol):
    def write(self, data: Bytes, /) -> object: ...


Target: TypeAlias = str | os.PathLike[str] | _Writable | IO[bytes]


@contextmanager
def open_output(target: Target) -> Generator[Writer]:
    """A function that takes the bytes to write.

    A path gets its new contents only when the block ends without an exception: they are written to a temporary file in the same
    folder, which is then renamed; permissions are kept and symbolic links are followed. As PyTorch does, it leaves to the system when
    the bytes reach the disk. What is no regular file (a device, a pipe) is written directly, and so is a file object, at its position.
    """
    if not isinstance(target, str | os.PathLike):
        if not callable(getattr(target, "write", None)):
            raise TypeError(f"save: the target must be a path or have a write method, but it is a {type(target).__name__}")
        yield _completing(target)
        return
    status = _status(target)
    if status is not None and not stat.S_ISREG(status.st_mode):
        with open(target, "wb") as file:
            yield file.write
        return
    with _replacing(os.path.realpath(os.fsdecode(target)), status) as write:
        yield write


def _completing(target: _Writable) -> Writer:
    """Writes all of the bytes: an unbuffered file may take fewer than it is given, and says how many."""

    def write(data: Bytes) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            written = target.write(rest)
            if not isinstance(written, int) or written >= len(rest):
                return
            if written <= 0:
                raise OSError(f"save: the file object took {written} of {len(rest)} bytes; is it full?")
            rest = rest[written:]

    return write


def _status(path: str | os.PathLike[str]) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


@contextmanager
def _replacing(path: str, status: os.stat_result | None) -> Generator[Writer]:
    temporary, descriptor = _create_beside(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file.write
            file.flush()
            if status is not None:
                _keep_permissions(file.fileno(), status)
        # the file is closed by now: that is when some file systems say that they are full
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _create_beside(path: str) -> tuple[str, int]:
    """A new empty file in the folder of `path`, with the permissions that the user's mask gives."""
    folder, name = os.path.split(path)
    for attempt in range(1000):
        temporary = os.path.join(folder, f".{name[:40]}.{os.getpid()}-{attempt}.tmp")
        try:
            return temporary, os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
        except FileExistsError:
            continue
    raise FileExistsError(f"save: a thousand temporary files beside {path!r} exist already; remove the files ending in .tmp")


def _keep_permissions(descriptor: int, status: os.stat_result) -> None:
    made = os.fstat(descriptor)
    if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid) and os.geteuid() == 0:
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
