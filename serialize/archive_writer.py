"""Scripted modules in, TorchScript archives out: records in PyTorch's order, the same bytes for the same module.

Values are written by pickler.py, code by archive_code.py, the zip container by container_writer.py. Reading is in archive_reader.py.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping

from ..runtime.storage import Storage
from ..runtime.typesystem import TupleType, Type
from ..script.object import Object
from ..script.source import Span
from .archive_code import print_code
from .container_writer import ArchiveWriter, root_of
from .debug_records import dump_debug_records
from .naming import Names
from .output import Target, open_output
from .pickler import Pickler
from .versions import version_for, version_record


def save(module: Object, file: Target, extra_files: Mapping[str, str | bytes] | None = None) -> None:
    """Write an archive to a path (replaced at once or not at all) or to a file object with a `write` method.

    `extra_files` become the records `extra/NAME`. Raises RuntimeError if something in the module cannot be saved; then nothing is written.
    """
    root = root_of(file) if isinstance(file, str | os.PathLike) else "archive"
    records = _records(module, extra_files or {})
    with open_output(file) as write:
        writer = ArchiveWriter(write, root)
        for name, content in records:
            data = content if isinstance(content, bytes) else content.array.data
            writer.add(name, data, compress=name.startswith("code/"))
        writer.finish()


def save_to_buffer(module: Object, extra_files: Mapping[str, str | bytes] | None = None) -> bytes:
    """The bytes of an archive whose root folder is `archive`."""
    buffer = io.BytesIO()
    save(module, buffer, extra_files)
    return buffer.getvalue()


def _records(module: Object, extra_files: Mapping[str, str | bytes]) -> list[tuple[str, bytes | Storage]]:
    """All records in order, without the last one; storages are not copied."""
    names = Names()
    data = _pickle("data", module, module.type, names)
    printed = print_code(module, names)
    code: list[tuple[str, bytes | Storage]] = []
    tags: dict[Span, int] = {}
    for file in printed.files:
        code.append((file.path, file.text.encode("utf-8")))
        if file.marks:
            code.append((f"{file.path}.debug_pkl", dump_debug_records(file.marks, tags)))
    tables = _pickle("constants", printed.constants, TupleType(printed.constant_types), names)
    version = version_for(printed.operators)
    extra = [(f"extra/{name}", _extra_bytes(name, content)) for name, content in extra_files.items()]
    tail = [(version_record(version), f"{version}\n".encode()), ("byteorder", b"little")]
    return [*extra, *data, *code, *tables, *tail]


def _pickle(name: str, value: object, type_: Type, names: Names) -> list[tuple[str, bytes | Storage]]:
    """The records of a pickle: its storages, then itself."""
    pickler = Pickler(names)
    pickle = pickler.dump(value, type_)
    return [*((f"{name}/{key}", storage) for key, storage in enumerate(pickler.storages)), (f"{name}.pkl", pickle)]


def _extra_bytes(name: str, content: object) -> bytes:
    if isinstance(content, str):
        return content.encode("utf-8")
    if isinstance(content, bytes):
        return content
    raise TypeError(f"save: _extra_files[{name!r}] must be str or bytes, but it is {type(content).__name__}")
