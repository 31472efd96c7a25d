"""Objects in, files of torch.save out: `rushlight.save`. The same object under the same file name gives the same bytes.

The pickle is written by save_pickler.py, the zip container by container_writer.py, a path's contents at once or not at all by output.py.
"""

from __future__ import annotations

import ctypes
import os
import struct

from ..runtime.storage import Storage
from .container_writer import ALIGNMENT, ArchiveWriter, root_of
from .legacy_reader import MAGIC, PROTOCOL
from .output import Target, Writer, open_output
from .save_options import get_crc32_options, skips_data
from .save_pickler import SavePickler
from .save_reader import check_pickle_module

VERSION = 3
FEW = 4096


def save(
    obj: object,
    f: Target,
    pickle_module: object = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Write an object to a path (replaced at once or not at all) or to a file object with a `write` method.

    Tensors keep their whole storages, shared ones once; `clone()` trims. `_use_new_zipfile_serialization=False` writes the
    format of PyTorch before 1.6. Raises TypeError or RuntimeError for what cannot be saved, OSError if the file cannot be written;
    then an old file is as it was.
    """
    check_pickle_module("save", pickle_module)
    if type(pickle_protocol) is not int or not 2 <= pickle_protocol <= 5:
        raise ValueError(f"save: pickle_protocol is 2 (what PyTorch reads without being told) to 5, not {pickle_protocol!r}")
    skips = skips_data()
    if skips and not _use_new_zipfile_serialization:
        raise RuntimeError("Cannot use skip_data=True with _use_new_zipfile_serialization=False")
    pickler = SavePickler(pickle_protocol, is_stream=not _use_new_zipfile_serialization)
    pickle = pickler.dump(obj)
    if not _use_new_zipfile_serialization:
        with open_output(f) as write:
            _write_stream(write, pickle, pickler)
        return
    root = root_of(f) if isinstance(f, str | os.PathLike) else "archive"
    with open_output(f) as write:
        writer = ArchiveWriter(write, root if root.isascii() else "archive", has_checksums=get_crc32_options())
        writer.add("data.pkl", pickle)
        writer.add(".format_version", b"1")
        writer.add(".storage_alignment", b"%d" % ALIGNMENT)
        if not _disable_byteorder_record:
            writer.add("byteorder", b"little")
        for key, storage in pickler.storages.items():
            writer.add(f"data/{key}", bytes(storage.nbytes) if skips else contents(storage), has_checksum=not skips)
        writer.add("version", b"%d\n" % VERSION)
        writer.finish()


def contents(storage: Storage) -> bytes | memoryview:
    """The bytes of a storage: a copy of few, a view of many."""
    return ctypes.string_at(storage.address, storage.nbytes) if storage.nbytes <= FEW else storage.array.data


def _write_stream(write: Writer, pickle: bytes, pickler: SavePickler) -> None:
    """The format before 1.6: three small pickles, the object, the keys, then for each key a count and the items."""
    sizes = {"short": 2, "int": 4, "long": 4}
    for head in (MAGIC, PROTOCOL, {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": sizes}):
        write(SavePickler().dump(head))
    write(pickle)
    keys = sorted(pickler.storages)
    write(SavePickler().dump(keys))
    for key in keys:
        write(struct.pack("<q", pickler.counts[key]))
        write(contents(pickler.storages[key]))
