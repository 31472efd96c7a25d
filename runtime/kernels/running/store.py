"""Object code on disk: compiled once per machine and source, read by every later process.

In: a key (hex digits that stand for everything the code was made from). Out: `Entry`, or None. The folder is
RUSHLIGHT_CACHE, else `rushlight` in the user's cache folder. Object code is code, so it is read only from a folder that
belongs to this user and that nobody else can write; otherwise the store is off, and says why once.

A file is: the magic line, then count-prefixed fields (8-byte little-endian length, bytes): key, symbol, undefined symbols
joined by spaces, object code; then the BLAKE2b digest of all that. A damaged file counts as absent and is written anew.
Entries that nobody has read for longest go when the folder outgrows LIMIT. bundle.py keeps many entries in one file.
"""
from __future__ import annotations

import hashlib
import os
import stat
import struct
import sys
import time
from dataclasses import dataclass

_MAGIC = b"rushlight kernel 1\n"
_DIGEST = 32
_SUFFIX = ".kernel"
_SWEPT = "swept"
_SWEEP_SECONDS = 86_400
LIMIT = 256 << 20
"""Bytes that a folder may hold when it is swept, which is once a day."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kernel's object code, what it calls itself, and which symbols it needs from outside."""

    symbol: str
    undefined: tuple[str, ...]
    code: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store: where it is, how many bytes it has, when it was read or written last (seconds, as time.time)."""

    path: str
    size: int
    used: float


class Store:
    """The entries of one folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._usable: bool | None = None
        self._swept = False

    def read(self, key: str) -> Entry | None:
        """The entry of `key`, or None if there is none, or none that can be trusted."""
        if not self._is_usable():
            return None
        try:
            data = _read_own_file(self._path(key))
        except OSError:
            return None
        return None if data is None else decode(data, key)

    def write(self, key: str, entry: Entry) -> None:
        """Keep `entry`; whoever reads meanwhile sees all of it or nothing. A full or read-only disk is no error."""
        if not self._is_usable():
            return
        self._sweep_sometimes()
        path = self._path(key)
        temporary = f"{path}.{os.getpid()}.new"
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(encode(key, entry))
            os.replace(temporary, path)
        except OSError as error:
            self._turn_off(f"it cannot be written: {error}")

    def problem(self) -> str:
        """Why the folder must not be used; nothing if it may, or is not there yet."""
        try:
            return _distrust(self.folder)
        except FileNotFoundError:
            return ""
        except OSError as error:
            return str(error)

    def files(self) -> list[StoredFile]:
        """The entries, and what interrupted writers left; the one that was read or written last is the last."""
        found: list[StoredFile] = []
        try:
            with os.scandir(self.folder) as listed:
                for one in listed:
                    if one.is_file(follow_symlinks=False) and one.name.endswith((_SUFFIX, ".new")):
                        about = one.stat(follow_symlinks=False)
                        found.append(StoredFile(one.path, about.st_size, max(about.st_atime, about.st_mtime)))
        except FileNotFoundError:
            return []
        return sorted(found, key=lambda file: file.used)

    def clear(self) -> tuple[int, int]:
        """Delete all entries; how many files and bytes that were. PermissionError where the folder is not ours alone."""
        problem = self.problem()
        if problem:
            raise PermissionError(f"{self.folder} is left as it is: {problem}")
        return _delete(self.files())

    def sweep(self, limit: int) -> tuple[int, int]:
        """Delete the entries that were not used for longest until `limit` bytes are left; how many files and bytes went."""
        files = self.files()
        excess = sum(file.size for file in files) - limit
        old = time.time() - _SWEEP_SECONDS
        going: list[StoredFile] = []
        for file in files:
            if excess > 0 or (file.path.endswith(".new") and file.used < old):
                going.append(file)
                excess -= file.size
        return _delete(going)

    def _sweep_sometimes(self) -> None:
        """Once a day, by the first process that writes."""
        if self._swept:
            return
        self._swept = True
        marker = os.path.join(self.folder, _SWEPT)
        try:
            if os.stat(marker).st_mtime > time.time() - _SWEEP_SECONDS:
                return
        except OSError:
            pass
        try:
            with open(marker, "wb"):
                os.utime(marker)
            self.sweep(LIMIT)
        except OSError as error:
            self._turn_off(f"it cannot be swept: {error}")

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, f"{key}{_SUFFIX}")

    def _is_usable(self) -> bool:
        if self._usable is None:
            self._usable = True
            problem = _prepare(self.folder)
            if problem:
                self._turn_off(problem)
        return self._usable

    def _turn_off(self, why: str) -> None:
        self._usable = False
        sys.stderr.write(f"rushlight: kernels are compiled anew in every process; {self.folder} is not used: {why}\n")


def encode(key: str, entry: Entry) -> bytes:
    """The bytes of a file."""
    fields = (key.encode(), entry.symbol.encode(), " ".join(entry.undefined).encode(), entry.code)
    body = _MAGIC + b"".join(struct.pack("<Q", len(field)) + field for field in fields)
    return body + hashlib.blake2b(body, digest_size=_DIGEST).digest()


def decode(data: bytes, key: str) -> Entry | None:
    """The entry in a file's bytes; None if they are damaged or stand for another key."""
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    if not body.startswith(_MAGIC) or hashlib.blake2b(body, digest_size=_DIGEST).digest() != digest:
        return None
    fields: list[bytes] = []
    at = len(_MAGIC)
    while at < len(body):
        (size,) = struct.unpack_from("<Q", body, at)
        fields.append(body[at + 8 : at + 8 + size])
        at += 8 + size
    if len(fields) != 4 or fields[0] != key.encode():
        return None
    return Entry(fields[1].decode(), tuple(fields[2].decode().split()), fields[3])


def default_folder() -> str:
    """RUSHLIGHT_CACHE, else `rushlight` in the user's cache folder."""
    named = os.environ.get("RUSHLIGHT_CACHE")
    if named:
        return os.path.abspath(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(os.path.abspath(base), "rushlight")


_stores: dict[str, Store] = {}


def default_store() -> Store:
    """The store of this process's environment."""
    folder = default_folder()
    store = _stores.get(folder)
    if store is None:
        store = _stores[folder] = Store(folder)
    return store


def _prepare(folder: str) -> str:
    """Make the folder if it is missing; why it must not be used, or nothing."""
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            pass
        return _distrust(folder)
    except OSError as error:
        return f"it cannot be made: {error}"


def _distrust(folder: str) -> str:
    found = os.stat(folder)
    if not stat.S_ISDIR(found.st_mode):
        return "it is no folder"
    if not hasattr(os, "geteuid"):
        return ""
    if found.st_uid != os.geteuid():
        return f"it belongs to user {found.st_uid}, not to {os.geteuid()}"
    if found.st_mode & 0o022:
        return f"others can write to it (mode {stat.S_IMODE(found.st_mode):o}); make it 700"
    parent = os.path.realpath(folder)
    while parent != os.path.dirname(parent):
        parent = os.path.dirname(parent)
        above = os.stat(parent)
        if above.st_uid not in (0, os.geteuid()):
            return f"user {above.st_uid} can rename it, who owns {parent}"
        if above.st_mode & 0o002 and not above.st_mode & stat.S_ISVTX:
            return f"anybody can rename it, for {parent} is writable by all"
    return ""


def _delete(files: list[StoredFile]) -> tuple[int, int]:
    count = size = 0
    for file in files:
        try:
            os.unlink(file.path)
        except FileNotFoundError:
            continue
        count, size = count + 1, size + file.size
    return count, size


def _read_own_file(path: str) -> bytes | None:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        foreign = hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or found.st_mode & 0o022)
        return None if foreign or not stat.S_ISREG(found.st_mode) else file.read()
