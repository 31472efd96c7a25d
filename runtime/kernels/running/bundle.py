"""Bundles: many kernels in one file that the caller names, loaded in one step.

In: a path. Out: kernels that later builds find at once: `save_bundle` writes all that this process has built, `load_bundle`
makes them known to another process on the same kind of machine. Object code is code: loading a bundle is like importing a C
extension, so load none that a stranger could have written.

A file is: the magic line, the digest of what kernels depend on here (CPU, versions), the number of entries (8 bytes), each
entry's bytes as store.py encodes them, prefixed with their key and their own lengths, and the BLAKE2b digest of all that.
"""
from __future__ import annotations

import hashlib
import os
import struct

from ..compiling.compiler import built_entries, environment, load_entries
from .store import Entry, decode, encode

_MAGIC = b"rushlight bundle 1\n"
_DIGEST = 32
_LENGTHS = struct.Struct("<QQ")


def save_bundle(path: str | os.PathLike[str]) -> int:
    """Write all kernels that this process has built or loaded to `path`; how many. The file appears whole or not at all."""
    entries = built_entries()
    body = bytearray(_MAGIC + environment() + struct.pack("<Q", len(entries)))
    for key, entry in sorted(entries.items()):
        data = encode(key, entry)
        body += _LENGTHS.pack(len(key), len(data)) + key.encode() + data
    temporary = f"{os.fspath(path)}.{os.getpid()}.new"
    with open(temporary, "wb") as file:
        file.write(body + hashlib.blake2b(body, digest_size=_DIGEST).digest())
    os.replace(temporary, path)
    return len(entries)


def load_bundle(path: str | os.PathLike[str]) -> int:
    """Make the kernels in `path` known to this process; how many. ValueError if the file is damaged or from another kind of machine.

    The file's code runs in this process: name only files that you would import as an extension module.
    """
    with open(path, "rb") as file:
        entries = decode_bundle(file.read(), os.fspath(path))
    load_entries(entries)
    return len(entries)


def decode_bundle(data: bytes, name: str) -> dict[str, Entry]:
    """The entries in a bundle's bytes, by key; ValueError that names the bundle if they cannot be used here."""
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    if not body.startswith(_MAGIC) or hashlib.blake2b(body, digest_size=_DIGEST).digest() != digest:
        raise ValueError(f"{name}: no bundle of kernels, or a damaged one; write it anew with save_bundle")
    here = environment()
    at = len(_MAGIC) + len(here)
    if body[len(_MAGIC) : at] != here:
        raise ValueError(f"{name}: the kernels are for another processor or other versions of Python, numba or llvmlite")
    (count,) = struct.unpack_from("<Q", body, at)
    at += 8
    entries: dict[str, Entry] = {}
    for _ in range(count):
        key_length, length = _LENGTHS.unpack_from(body, at)
        at += _LENGTHS.size
        key = body[at : at + key_length].decode()
        at += key_length
        entry = decode(body[at : at + length], key)
        assert entry is not None, "a bundle with the right digest holds entries with theirs"
        entries[key] = entry
        at += length
    return entries
