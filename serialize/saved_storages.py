"""The storages of a torch.save file: a persistent identifier in, memory with its bytes out.

One storage for each key, shared by every tensor that names it. Where the bytes come from differs: `RecordStorages` finds them
in a zip archive at once; those of older files (legacy_reader.py) come after the pickle.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from ..runtime.device import Device
from ..runtime.dtype import BY_NAME, DType, uint8
from ..runtime.meta_storage import MetaStorage
from ..runtime.storage import Storage
from ..runtime.storages import TypedStorage, UntypedStorage
from .container import Archive
from .errors import ArchiveError, shown
from .save_options import skips_data
from .script_pickle import STORAGE_CLASSES, PickledStorage
from .value_reader import read_storage

QUANTIZED_ITEMS = {
    "QInt8Storage": "int8", "QUInt8Storage": "uint8", "QInt32Storage": "int32", "QUInt4x2Storage": "uint8", "QUInt2x4Storage": "uint8",
}
"""What the items of a quantized storage are in memory."""

Location = str | Device | Mapping[str, str | Device] | Callable[[UntypedStorage, str], object] | None


BUDGET_CONSTANT = 64 << 20
BUDGET_RATIO = 16


class Budget:
    """Bytes that loading a file may take beside what its pickles say in full: copies of remembered values, modules, expanded tensors."""

    def __init__(self, file_size: int) -> None:
        self.limit = BUDGET_CONSTANT + BUDGET_RATIO * file_size
        self.spent = 0

    def spend(self, count: int) -> None:
        """Take `count` bytes, or raise ArchiveError: so few bytes of a file do not need that much."""
        self.spent += count
        if self.spent > self.limit:
            raise ArchiveError(f"the file copies values over and over: its objects need more than {self.limit} bytes")


@dataclass(frozen=True, slots=True, eq=False)
class SavedClass:
    """A class of storages; `dtype` is None where items are bytes, `quantized` names the quantized type."""

    name: str
    dtype: DType | None
    quantized: str | None = None


class SavedStorage(TypedStorage):
    """A storage of the file, as tensors refer to it. Bytes are uint8 to users, as in PyTorch; `kind` knows better."""

    __slots__ = ("budget", "kind", "pickled", "waiting")

    def __init__(
        self, storage: Storage, pickled: PickledStorage, kind: SavedClass, budget: Budget, waiting: list[Callable[[], None]] | None = None
    ) -> None:
        """`waiting` is what is to be done when the storage has its contents; None if it has them already."""
        # of the class above its own `__init__` would do, but files have many storages
        self.storage = storage
        self._dtype = kind.dtype or uint8
        self.pickled = pickled
        self.kind = kind
        self.budget = budget
        self.waiting = waiting


def storage_class(name: str) -> SavedClass | None:
    """The class `torch.<name>`, if it is one."""
    if name == "UntypedStorage":
        return SavedClass(name, None)
    items = STORAGE_CLASSES.get(name)
    if items is not None:
        return SavedClass(name, BY_NAME[items])
    items = QUANTIZED_ITEMS.get(name)
    return None if items is None else SavedClass(name, BY_NAME[items], name.removesuffix("Storage").lower())


class Storages(Protocol):
    """Where the pickle's persistent identifiers lead."""

    budget: Budget

    def find(self, identifier: object) -> object:
        """What the identifier names."""
        ...


STORAGE = sys.intern("storage")


def parse_identifier(identifier: object, most: int = 5) -> tuple[SavedClass, str, str, int, object]:
    """('storage', class, key, location, number of items) and, in older files, where it lies in another storage."""
    values = cast("tuple[object, ...]", identifier) if isinstance(identifier, tuple) else _from_text(identifier)
    if not 5 <= len(values) <= most or (values[0] is not STORAGE and not is_text(values[0], STORAGE)):
        raise ArchiveError("an identifier is not ('storage', class, key, location, number of items)")
    kind, key, location, numel = values[1:5]
    if not isinstance(kind, SavedClass) or not isinstance(location, str) or type(numel) is not int or numel < 0:
        raise ArchiveError("an identifier is not ('storage', class, key, location, number of items)")
    return kind, key_of(key), location, numel, values[5] if len(values) > 5 else None


def is_text(value: object, text: str) -> bool:
    """Whether a value is this text, or its bytes; whatever else it is, it is not compared."""
    return isinstance(value, str | bytes) and value in (text, text.encode())


def key_of(value: object) -> str:
    """The key of a storage or tensor, which may be an int."""
    if not (type(value) is str and len(value) <= 64) and not (type(value) is int and value.bit_length() <= 64):
        raise ArchiveError(f"a storage's key must be a short string, but it is {shown(value)}")
    return str(value)


_TEXT = re.compile(r"\('storage', <class 'torch\.(?:storage\.)?(\w+)'>, '(\d+)', '([\w:]+)', (\d+)(?:, None)?\)")


def _from_text(identifier: object) -> tuple[object, ...]:
    """An identifier of protocol 0, which has identifiers as Python prints them."""
    found = _TEXT.fullmatch(identifier) if isinstance(identifier, str) else None
    return () if found is None else ("storage", storage_class(found[1]), found[2], found[3], int(found[4]))


def check_location(location: str, target: Location, storage: Storage) -> Storage:
    """The storage that `map_location` makes of this one; RuntimeError for a device that there is none of."""
    tag: object = location
    if isinstance(target, Mapping):
        tag = cast("Mapping[str, object]", target).get(location, location)
    elif isinstance(target, str | Device):
        tag = target
    elif target is not None:
        made = target(UntypedStorage(storage), location)
        if isinstance(made, UntypedStorage | TypedStorage):
            return made.storage
        if made is not None:
            raise TypeError(f"load: map_location returned a {type(made).__name__}; it returns the storage it was given, or None")
    try:
        kind = Device(tag).type if isinstance(tag, str | Device) else ""
    except RuntimeError as error:
        if tag is not location:
            raise
        raise ArchiveError(f"a storage lies on '{location}', which is no device") from error
    if kind == "cpu":
        return storage
    if kind == "meta":
        return MetaStorage.of(storage.nbytes)
    name = "a CUDA device" if kind == "cuda" else f"the device '{tag}'"
    raise RuntimeError(
        f"Attempting to deserialize object on {name} but torch.{kind}.is_available() is False. If you are running on a CPU-only machine, "
        "please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
    )


class RecordStorages:
    """The storages of a zip archive: the records `data/<key>`."""

    def __init__(self, archive: Archive, location: Location, is_big_endian: bool = False) -> None:
        self.archive = archive
        self.location = location
        self.is_big_endian = is_big_endian
        self._known: dict[str, SavedStorage] = {}
        self.budget = Budget(len(archive.data))

    def find(self, identifier: object) -> object:
        """The storage with this identifier, its record checked and read when it is met first."""
        kind, key, location, numel, _ = parse_identifier(identifier)
        nbytes = numel * (kind.dtype.itemsize if kind.dtype else 1)
        found = self._known.get(key)
        if found is not None:
            if (found.kind.name, found.pickled.nbytes) != (kind.name, nbytes):
                rule = f"storage '{key}' is described in two ways: {found.pickled.nbytes} bytes of torch.{found.kind.name}, and {nbytes}"
                raise ArchiveError(f"{rule} of torch.{kind.name}")
            return found
        record = f"data/{key}"
        row = self.archive.find(record)
        if row is None:
            raise ArchiveError(f"storage '{key}' needs the record {record}, which is missing")
        if row.size != nbytes:
            raise ArchiveError(f"storage '{key}' has {numel} items, that is {nbytes} bytes, but the record {record} has {row.size}")
        pickled = PickledStorage(key, record, kind.dtype, location, nbytes)
        storage = _zeros(nbytes) if skips_data() else read_storage(self.archive, pickled)
        if self.is_big_endian:
            storage = swapped(storage, kind)
        if location != "cpu" or self.location is not None:
            storage = check_location(location, self.location, storage)
        if storage.nbytes != nbytes:
            raise TypeError(f"load: map_location returned a storage of {storage.nbytes} bytes for one of {nbytes}")
        made = self._known[key] = SavedStorage(storage, pickled, kind, self.budget)
        return made


def _zeros(nbytes: int) -> Storage:
    storage = Storage.allocate(nbytes)
    storage.array[:] = 0
    return storage


def swapped(storage: Storage, kind: SavedClass) -> Storage:
    """A copy with the bytes of each item in the other order; RuntimeError where the file does not say how long items are."""
    if kind.dtype is None:
        raise ArchiveError("a storage of bytes in a big-endian file: its items are not known here")
    size = kind.dtype.itemsize // 2 if kind.dtype.is_complex else kind.dtype.itemsize
    made = Storage.allocate(storage.nbytes)
    made.array.reshape(-1, size)[...] = storage.array.reshape(-1, size)[:, ::-1]
    return made
