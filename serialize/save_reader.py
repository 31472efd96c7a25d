"""Files of torch.save in, objects out: `rushlight.load`.

Nothing is built that is not on the list in saved_globals.py, whatever the file says. The zip format is read here, those before
PyTorch 1.6 in legacy_reader.py; writing is in save_writer.py.
"""

from __future__ import annotations

import codecs
import gc
import io
import os
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from mmap import MAP_SHARED
from typing import IO, Any

from ..runtime.device import Device
from . import legacy_reader, save_options, trust
from .container import Archive, Source, open_archive
from .errors import ArchiveError
from .legacy_reader import MakeBuilder
from .opcodes import Dialect
from .recognition import HEAD, refuse_foreign
from .saved_globals import SavedBuilder
from .saved_storages import Location, RecordStorages, Storages
from .unpickler import unpickle
from .versions import parse_version

ZIP = b"PK\x03\x04"
ENCODINGS = {"ascii": "ascii", "iso8859-1": "latin-1", "utf-8": "utf-8"}
"""Encodings of strings of Python 2, by the names that `codecs` gives them."""


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Location = None,
    pickle_module: object = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    encoding: str = "utf-8",
) -> Any:
    """The object that torch.save wrote to a path, or to a binary file object that is read from its position.

    `map_location` says where tensors of other devices go: a device, a dict of devices by location, or a function
    `(storage, location) -> storage or None`. `weights_only` may be anything: files never build what is not listed. With `mmap` the
    file (a path to a zip) is mapped, and read as far as tensors are looked at; the file must not change meanwhile. `encoding` is that
    of strings of Python 2. save_options.py has what holds for all calls. Raises OSError if there is no such file, ArchiveError for a
    file that breaks a rule or refers to what is not listed, and RuntimeError for tensors of devices that are missing here.
    """
    del weights_only
    check_pickle_module("load", pickle_module)
    return load_with(_builder, f, map_location, mmap=mmap, encoding=encoding)


def load_with(
    make_builder: MakeBuilder, f: Source, map_location: Location = None, *, mmap: bool | None = None, encoding: str = "utf-8"
) -> Any:
    """As `load`; `make_builder` says what names stand for."""
    known = _encoding(encoding)
    _check_target(map_location)
    mmap = save_options.load.mmap if mmap is None else mmap
    if mmap and not isinstance(f, str | os.PathLike):
        raise ValueError("f must be a file path in order to use the mmap argument")
    try:
        with _without_collecting():
            return _load(make_builder, f, map_location, bool(mmap), known)
    except RecursionError:
        raise ArchiveError("values are nested too deeply") from None
    except MemoryError as error:
        raise ArchiveError("values need more memory than there is") from error


@contextmanager
def _without_collecting() -> Generator[None]:
    """Look for no garbage meanwhile: nearly all that loading makes stays, and looking at it again and again takes as long as making it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def check_pickle_module(name: str, pickle_module: object) -> None:
    """ValueError for another module than Python's own, which is taken as PyTorch's default and not used."""
    if pickle_module is not None and getattr(pickle_module, "__name__", "") != "pickle":
        raise ValueError(f"{name}: pickle_module is pickle or None; files are read and written by rushlight's own pickle machine")


def _encoding(name: str) -> str:
    try:
        found = "bytes" if name == "bytes" else ENCODINGS.get(codecs.lookup(name).name)
    except LookupError:
        found = None
    if found is None:
        raise ValueError(f"load: unknown encoding {name!r}; it is one of ASCII, latin1, utf-8, bytes")
    return found


def _check_target(location: Location) -> None:
    if isinstance(location, str):
        Device(location)
    elif not (location is None or isinstance(location, Device | Mapping) or callable(location)):
        raise TypeError(f"load: map_location must be a device, a dict or a function, not a {type(location).__name__}")


def _load(make_builder: MakeBuilder, f: Source, location: Location, mapped: bool, encoding: str) -> Any:
    if isinstance(f, str | os.PathLike):
        with open(f, "rb") as file:
            if not file.seekable():
                return _load(make_builder, io.BytesIO(file.read()), location, mapped, encoding)
            if file.read(4) != ZIP:
                file.seek(0)
                if mapped:
                    refuse_foreign(file.read(HEAD))
                    raise RuntimeError("mmap can only be used with files saved with `torch.save(_use_new_zipfile_serialization=True)`")
                return legacy_reader.load(file, make_builder, location, encoding)
        archive = open_archive(f, mapped=mapped, shared=save_options.get_default_mmap_options() == MAP_SHARED)
    else:
        if not callable(getattr(f, "read", None)) or not callable(getattr(f, "seek", None)):
            raise AttributeError(f"load: expected a path or a file object with read, seek and tell, but got {type(f).__name__}")
        start = f.tell()
        head: object = f.read(4)
        if not isinstance(head, bytes | bytearray):
            raise TypeError(f"load: the file object must be opened in binary mode; read() returned {type(head).__name__}")
        f.seek(start)
        if head != ZIP:
            return legacy_reader.load(f, make_builder, location, encoding)
        archive = open_archive(f)
        f.seek(start)
    if "constants.pkl" in archive:
        return _load_script(f, location)
    if not isinstance(f, str | os.PathLike):
        f.seek(0, os.SEEK_END)
    return read_archive(archive, location, encoding, make_builder)


def _load_script(f: Source, location: Location) -> object:
    warnings.warn(
        "'torch.load' received a zip file that looks like a TorchScript archive dispatching to 'torch.jit.load' "
        "(call 'torch.jit.load' directly to silence this warning)", UserWarning, stacklevel=5,
    )
    # on first use: it needs the compiler, which nothing else here does
    from .jit import load as load_script

    if not isinstance(location, str | Device | None):
        raise TypeError("load: map_location of a TorchScript archive must be a device")
    return load_script(f, location)


def read_archive(archive: Archive, location: Location, encoding: str, make_builder: MakeBuilder) -> Any:
    """The object in an open archive; `make_builder` says what names stand for."""
    if "data.pkl" not in archive:
        raise ArchiveError("a zip archive, but no file of torch.save: there is no data.pkl")
    for name in ("version", ".data/version"):
        if name in archive:
            parse_version(archive.read(name), name)
            break
    else:
        raise ArchiveError("the record is missing", record="version")
    order = archive.read("byteorder") if "byteorder" in archive else save_options.default_byte_order().encode()
    if order not in (b"little", b"big"):
        raise ArchiveError(f"the byte order is 'little' or 'big', but the record has {order[:20]!r}", record="byteorder")
    builder = make_builder(RecordStorages(archive, location, order == b"big"))
    return unpickle(archive.view("data.pkl"), builder, Dialect.SAVE, "data.pkl", encoding)


def _builder(storages: Storages) -> SavedBuilder:
    return SavedBuilder(storages, trust.allowed())
