"""Files of torch.save from before PyTorch 1.6: a stream of pickles with the storages after them, and before 0.1.10 a tar archive.

In: a file object at the file's beginning. Out: the object. The pickles go through the same machine and the same list as those of newer
files. A stream's storages get their memory when the pickle names them, and their contents when those come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, cast

from ..runtime.meta_storage import MetaStorage
from ..runtime.storage import Storage, written_by_others
from .errors import ArchiveError, shown
from .opcodes import Dialect
from .recognition import HEAD, refuse_foreign
from .saved_globals import Known, SavedBuilder
from .saved_storages import Budget, Location, SavedClass, SavedStorage, Storages, check_location, is_text, key_of, parse_identifier
from .saved_tensors import view
from .script_pickle import PickledStorage, arguments_of
from .unpickler import Machine, run_machine

MAGIC = 0x1950A86A20F9469CFC6C
PROTO, LONG1 = b"\x80", b"\x8a"
"""Opcodes with which a stream begins: the number is no short one."""
PROTOCOL = 1001
NO_STREAM = (
    "no file of torch.save: it begins with a pickle, but not with that of the magic number. If pickle.dump wrote it, PyTorch's torch.load "
    "does not read it either: open it with Python's pickle, if you trust it, and save what it holds with torch.save"
)
MAX_DIM = 64
BLOCK = 512
"""Of a tar archive: headers and contents begin at multiples of it."""

MakeBuilder = Callable[[Storages], SavedBuilder]


def load(file: IO[bytes], make_builder: MakeBuilder, location: Location, encoding: str) -> object:
    """The object of a file that is no zip archive. Afterwards the file's position is behind a stream, where another may begin."""
    start = file.tell()
    data = file.read()
    refuse_foreign(data[:HEAD])
    if data[257:262] == b"ustar" or data[:8] == b"sys_info":
        return _load_tar(data, make_builder, location, encoding)
    parts = _Parts(data, encoding)
    result = _load_stream(parts, make_builder, location)
    file.seek(start + parts.position)
    return result


class _Parts:
    """Pickles and numbers that follow each other in memory."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self.data = data
        self.encoding = encoding
        self.position = 0

    def pickle(self, builder: SavedBuilder, record: str) -> object:
        """The value of the pickle that comes next."""
        machine = Machine(self.data, builder, Dialect.SAVE, self.position, self.encoding)
        value = run_machine(machine, record)
        self.position = machine.position
        return value

    def take(self, count: int, record: str) -> bytes:
        """The next `count` bytes."""
        start = self.position
        if not 0 <= count <= len(self.data) - start:
            rule = f"{count} bytes are needed, but the file has {len(self.data) - start} more; was the download cut off?"
            raise ArchiveError(rule, record=record, offset=start)
        self.position += count
        return self.data[start : self.position]

    def integer(self, count: int, record: str) -> int:
        """The next `count` bytes as a signed number."""
        return int.from_bytes(self.take(count, record), "little", signed=True)


def _make_storage(
    kind: SavedClass,
    key: str,
    location: str,
    nbytes: int,
    target: Location,
    budget: Budget,
    waiting: list[Callable[[], None]] | None = None,
) -> SavedStorage:
    storage = Storage.allocate(nbytes)
    placed = check_location(location, target, storage)
    pickled = PickledStorage(key, f"storage {key}", kind.dtype, location, nbytes)
    return SavedStorage(placed, pickled, kind, budget, waiting)


def _part_of(root: SavedStorage, key: str, offset: object, numel: object) -> SavedStorage:
    """A storage that is a run of another one's items."""
    size = root.kind.dtype.itemsize if root.kind.dtype else 1
    known = root.pickled
    if type(offset) is not int or type(numel) is not int or offset < 0 or numel < 0 or (offset + numel) * size > known.nbytes:
        rule = f"storage '{key}' is {numel} items from {offset} on of storage '{known.key}', which has {known.nbytes // size}"
        raise ArchiveError(rule)
    part = root.storage.part(offset * size, numel * size)
    for storage in (root.storage, part):
        written_by_others(storage)
    pickled = PickledStorage(key, known.record, known.dtype, known.location, numel * size)
    return SavedStorage(part, pickled, root.kind, root.budget, root.waiting)


def _set_contents(storage: SavedStorage, content: bytes) -> None:
    """Give a storage its contents, unless `map_location` put it where there are none."""
    if not isinstance(storage.storage, MetaStorage):
        storage.storage.array[...] = memoryview(content)


# Streams


class _StreamStorages:
    """The storages that a stream's pickle names."""

    def __init__(self, location: Location, limit: int) -> None:
        self.location = location
        self.limit = limit
        self.known: dict[str, SavedStorage] = {}
        self._parts: dict[str, SavedStorage] = {}
        self._promised = 0
        self.waiting: list[Callable[[], None]] = []
        self.budget = Budget(limit)

    def find(self, identifier: object) -> object:
        """A storage, or the class that a module was pickled with."""
        values: tuple[object, ...] = cast("tuple[object, ...]", identifier) if isinstance(identifier, tuple) else ()
        if values and is_text(values[0], "module"):
            return arguments_of("an identifier", values, ("kind", "class", "file", "source"), 4)[1]
        kind, key, location, numel, part = parse_identifier(values or cast("object", identifier), 6)
        nbytes = numel * (kind.dtype.itemsize if kind.dtype else 1)
        found = self.known.get(key)
        if found is None:
            self._promised += nbytes
            if self._promised > self.limit:
                raise ArchiveError(f"storage '{key}' of {nbytes} bytes: the file has {self.limit} bytes in all; was the download cut off?")
            found = self.known[key] = _make_storage(kind, key, location, nbytes, self.location, self.budget, self.waiting)
        elif (found.kind.name, found.pickled.nbytes) != (kind.name, nbytes):
            raise ArchiveError(f"storage '{key}' is described in two ways: {found.pickled.nbytes} bytes, and {nbytes} of torch.{kind.name}")
        return found if part is None else self._part(found, part)

    def _part(self, root: SavedStorage, part: object) -> SavedStorage:
        values = cast("tuple[object, ...]", part) if isinstance(part, tuple) else ()
        if len(values) != 3:
            raise ArchiveError("where a storage lies in another must be (key, offset, size)")
        key = key_of(values[0])
        if key not in self._parts:
            self._parts[key] = _part_of(root, key, values[1], values[2])
        return self._parts[key]


def _load_stream(parts: _Parts, make_builder: MakeBuilder, location: Location) -> object:
    """Five pickles, then a count and the items for each key of the last one."""
    storages = _StreamStorages(location, len(parts.data))
    builder = make_builder(storages)
    try:
        magic = parts.pickle(builder, "magic number")
    except ArchiveError as error:
        if parts.data[:1] == PROTO and parts.data[2:3] != LONG1:
            raise ArchiveError(f"{NO_STREAM} (its first pickle: {error.rule})") from error
        raise ArchiveError(
            f"no file of torch.save: it is neither a zip archive nor does it begin with the magic number of older files ({error.rule})"
        ) from error
    if type(magic) is not int or magic != MAGIC:
        raise ArchiveError(NO_STREAM)
    protocol = parts.pickle(builder, "protocol version")
    if type(protocol) is not int or protocol != PROTOCOL:
        raise ArchiveError(f"protocol version {shown(protocol)}; the only one there is is {PROTOCOL}", record="protocol version")
    parts.pickle(builder, "system information")
    result = parts.pickle(builder, "object")
    keys = parts.pickle(builder, "storage keys")
    names = cast("list[object]", keys) if isinstance(keys, list) else [None]
    listed = [key_of(key) for key in names]
    if len(set(listed)) != len(listed):
        raise ArchiveError("the storage keys must be a list of different texts", record="storage keys")
    for key in listed:
        _fill(parts, storages, key)
    missing = set(storages.known) - set(listed)
    if missing:
        raise ArchiveError(f"storage '{min(missing)}' has no contents: it is not in the list of keys", record="storage keys")
    for carry_out in storages.waiting:
        carry_out()
    return result


def _fill(parts: _Parts, storages: _StreamStorages, key: str) -> None:
    found = storages.known.get(key)
    if found is None:
        raise ArchiveError(f"the list of keys has storage '{key[:64]}', which no tensor uses", record="storage keys")
    record = f"storage {key}"
    count, size = parts.integer(8, record), found.kind.dtype.itemsize if found.kind.dtype else 1
    if count * size != found.pickled.nbytes:
        raise ArchiveError(f"storage has wrong byte size: expected {found.pickled.nbytes} got {count * size}", record=record)
    _set_contents(found, parts.take(found.pickled.nbytes, record))


# Tar archives


class _TarStorages:
    """What a tar's pickle names: tensors and storages by their keys."""

    def __init__(self, file_size: int) -> None:
        self.known: dict[str, object] = {}
        self.budget = Budget(file_size)

    def find(self, identifier: object) -> object:
        """A tensor or storage by its key, or the class that a module was pickled with."""
        if isinstance(identifier, tuple):
            return arguments_of("an identifier", cast("object", identifier), ("class", "file", "source"), 3)[0]
        found = self.known.get(key_of(identifier))
        if found is None:
            raise ArchiveError(f"the file has no tensor or storage called {shown(identifier)}")
        return found


def _load_tar(data: bytes, make_builder: MakeBuilder, location: Location, encoding: str) -> object:
    members = _tar_members(data)
    storages = _TarStorages(len(data))
    builder = make_builder(storages)
    parts = _Parts(members["storages"], encoding)
    for _ in range(_count(parts, builder, "storages")):
        _read_tar_storage(parts, builder, storages, location)
    parts_of_others = parts.pickle(builder, "storages")
    for one in cast("list[object]", parts_of_others) if isinstance(parts_of_others, list) else ():
        values = arguments_of("a part of a storage", one, ("key", "root", "offset", "size"), 4)
        root = storages.known.get(key_of(values[1]))
        if not isinstance(root, SavedStorage):
            raise ArchiveError(f"a storage is part of {shown(values[1])}, which is none", record="storages")
        storages.known[key_of(values[0])] = _part_of(root, key_of(values[0]), values[2], values[3])
    parts = _Parts(members["tensors"], encoding)
    for _ in range(_count(parts, builder, "tensors")):
        _read_tar_tensor(parts, builder, storages)
    return _Parts(members["pickle"], encoding).pickle(builder, "pickle")


def _tar_members(data: bytes) -> dict[str, bytes]:
    """The files in a tar archive. Only plain ones are read: Python's own reader follows extensions, which can be endless or huge."""
    members: dict[str, bytes] = {}
    position = 0
    while position + BLOCK <= len(data) and data[position] != 0:
        header = data[position : position + BLOCK]
        name = header[:100].partition(b"\0")[0].decode("latin-1").removeprefix("./")
        size, checksum = _octal(header[124:136]), _octal(header[148:156])
        if checksum != sum(header[:148]) + sum(header[156:]) + 8 * 32:
            raise ArchiveError("the checksum of a header of the tar archive is wrong", offset=position)
        position += BLOCK
        if size > len(data) - position:
            rule = f"the member has {size} bytes, but the file {len(data) - position} more; was the download cut off?"
            raise ArchiveError(rule, record=name, offset=position)
        if header[156:157] in (b"0", b"\0"):
            if name in members:
                raise ArchiveError("the tar archive has two members of this name", record=name, offset=position)
            members[name] = data[position : position + size]
        elif header[156:157] != b"5" and not _is_about_times(header, data[position : position + size]):
            raise ArchiveError(f"a member of the kind {header[156:157]!r} in a tar archive", record=name, offset=position)
        position += -(-size // BLOCK) * BLOCK
    for name in ("storages", "tensors", "pickle"):
        if name not in members:
            raise ArchiveError("a tar archive without this member is no file of torch.save", record=name)
    return members


def _is_about_times(header: bytes, content: bytes) -> bool:
    """Whether this is an extended header that changes neither the name nor the size of the member after it."""
    return header[156:157] == b"x" and not any(word in content for word in (b"path=", b"size=", b"GNU."))


def _octal(field: bytes) -> int:
    """A number in a header of a tar archive."""
    digits = field.strip(b" \0")
    if not digits.isdigit() or digits.strip(b"01234567"):
        raise ArchiveError(f"{digits!r} is no octal number of a tar archive")
    return int(digits, 8)


def _count(parts: _Parts, builder: SavedBuilder, record: str) -> int:
    count = parts.pickle(builder, record)
    if type(count) is not int or not 0 <= count <= len(parts.data):
        raise ArchiveError(f"{shown(count)} is no count of {record}", record=record)
    return count


def _read_tar_storage(parts: _Parts, builder: SavedBuilder, storages: _TarStorages, target: Location) -> None:
    head = parts.pickle(builder, "storages")
    key, location, kind = arguments_of("a storage's head", head, ("key", "location", "class"), 3)
    if not isinstance(kind, SavedClass) or kind.dtype is None or not isinstance(location, str) or not isinstance(key, str | int):
        raise ArchiveError("a storage begins with (key, location, class)", record="storages", offset=parts.position)
    nbytes = parts.integer(8, "storages") * kind.dtype.itemsize
    content = parts.take(nbytes, "storages")
    made = _make_storage(kind, key_of(key), location, nbytes, target, storages.budget)
    _set_contents(made, content)
    storages.known[key_of(key)] = made


def _read_tar_tensor(parts: _Parts, builder: SavedBuilder, storages: _TarStorages) -> None:
    head = parts.pickle(builder, "tensors")
    key, storage, kind = arguments_of("a tensor's head", head, ("key", "storage", "class"), 3)
    if not isinstance(kind, Known) or not isinstance(key, str | int):
        raise ArchiveError("a tensor begins with (key, storage, class)", record="tensors", offset=parts.position)
    ndim = parts.integer(4, "tensors")
    parts.take(4, "tensors")
    if not 0 <= ndim <= MAX_DIM:
        raise ArchiveError(f"a tensor of {ndim} dimensions", record="tensors", offset=parts.position)
    sizes = tuple(parts.integer(8, "tensors") for _ in range(ndim))
    strides = tuple(parts.integer(8, "tensors") for _ in range(ndim))
    found = storages.known.get(key_of(storage))
    storages.known[key_of(key)] = view("tensors", found, None, parts.integer(8, "tensors"), sizes, strides, False, None)
