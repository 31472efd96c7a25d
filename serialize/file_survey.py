"""What a file holds, told without trusting it: the tensors of a torch.save file or TorchScript archive, each with its storage.

In: a path or file object. Out: a `Survey`. No storage is read where the file can be mapped, and classes that are not on the list are kept
as data instead of refused, so that files can be looked at that `load` does not open. tools/listing.py prints it, tools/verify.py judges it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, cast

from ..runtime.nn.module import Module
from ..runtime.storages import TypedStorage
from ..runtime.tensor import Tensor
from . import legacy_reader
from .container import Archive, Source, open_archive
from .errors import ArchiveError, UnlistedError
from .inert import InertName, InertObject, NestedTensor, QuantizedTensor, SparseTensor
from .model_json import OldModel, is_old
from .save_reader import ZIP, read_archive
from .saved_globals import SavedBuilder
from .saved_storages import SavedStorage, Storages
from .script_pickle import PickledObject, PickledTensor, ScriptBuilder, Tagged, read_script_pickle
from .trust import allowed

MAX_NAMES = 1 << 26
"""Characters of all names together: those of nested values repeat the names around them."""


@dataclass(frozen=True, slots=True)
class TensorRow:
    """One tensor: its name in the file, and the storage that it is a view of."""

    name: str
    kind: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    location: str
    storage: str
    """The key of the storage; empty for a tensor without."""
    storage_nbytes: int


@dataclass(slots=True)
class Survey:
    """What a file holds. `unlisted` has the names of classes and functions that `load` would refuse, `values` the unpickled object."""

    kind: str
    tensors: list[TensorRow]
    values: object
    unlisted: list[str] = field(default_factory=list[str])

    def shared(self) -> dict[str, list[str]]:
        """The names of the tensors of each storage that has several."""
        users: dict[str, list[str]] = {}
        for row in self.tensors:
            if row.storage:
                users.setdefault(row.storage, []).append(row.name)
        return {key: names for key, names in users.items() if len(names) > 1}


class SurveyBuilder(SavedBuilder):
    """Builds what `load` builds, and keeps as data what is on no list."""

    def __init__(self, storages: Storages) -> None:
        super().__init__(storages, {})
        self.unlisted: dict[str, None] = {}
        self.found: dict[int, SavedStorage] = {}

    def find_global(self, module: str, name: str) -> object:
        """A listed name, or the name alone."""
        try:
            return super().find_global(module, name)
        except UnlistedError as error:
            self.unlisted[error.names[0]] = None
            return InertName(module, name)

    def call(self, function: object, argument: object) -> object:
        """The result of a listed function, or an object that is kept as data."""
        try:
            return super().call(function, argument)
        except UnlistedError as error:
            self.unlisted[error.names[0]] = None
            return super().call(InertName(*error.names[0].rsplit(".", 1)), argument)

    def load_persistent(self, identifier: object) -> object:
        """A storage; where it was found is remembered."""
        found = super().load_persistent(identifier)
        if isinstance(found, SavedStorage):
            self.found[id(found.storage)] = found
        return found


def get_unsafe_globals_in_checkpoint(f: Source) -> list[str]:
    """The classes and functions, as `module.name`, that `load` refuses to use; none of them is run. `f` is a path or a file object.

    What `safe_globals` allows at the time is left out; given these names, it lets `load` keep their objects as data.
    """
    known = allowed()
    # what an allowed class lies in is named too, and not used
    return [name for name in survey_file(f).unlisted if name not in known and not any(one.startswith(f"{name}.") for one in known)]


def survey_file(source: Source) -> Survey:
    """Describe a file. Raises OSError if it cannot be opened, ArchiveError if it is damaged or no file of PyTorch."""
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                return _survey(file, source)
        start = source.tell()
        try:
            return _survey(source, source)
        finally:
            source.seek(start)
    except RecursionError:
        raise ArchiveError("values are nested too deeply") from None
    except MemoryError as error:
        raise ArchiveError("values need more memory than there is") from error


def _survey(file: IO[bytes], source: Source) -> Survey:
    builders: list[SurveyBuilder] = []

    def make_builder(storages: Storages) -> SurveyBuilder:
        builders.append(SurveyBuilder(storages))
        return builders[-1]

    head = file.read(4)
    file.seek(-len(head), os.SEEK_CUR)
    if head != ZIP:
        value = legacy_reader.load(file, make_builder, "cpu", "latin-1")
        kind = "torch.save, before PyTorch 1.6"
        return Survey(kind, _rows(value, builders[-1].found), value, list(builders[-1].unlisted))
    archive = open_archive(source, mapped=isinstance(source, str | os.PathLike))
    if is_script(archive):
        value = script_value(archive)
        return Survey("TorchScript", _rows(value, {}), value)
    value = read_archive(archive, "cpu", "latin-1", make_builder)
    return Survey("torch.save", _rows(value, builders[-1].found), value, list(builders[-1].unlisted))


def is_script(archive: Archive) -> bool:
    """Whether an archive holds a program."""
    return is_old(archive) or "constants.pkl" in archive


def script_value(archive: Archive) -> object:
    """The root object of a TorchScript archive, with tensors as descriptions."""
    if is_old(archive):
        return OldModel(archive).root
    sizes = {name: record.size for name, record in archive.records.items()}
    return read_script_pickle(archive.view("data.pkl"), ScriptBuilder("data", sizes), "data.pkl")


def walk(value: object) -> Iterator[tuple[str, object]]:
    """Everything inside a value that is no container, by its path (`model.layers.0.weight`); each container and tensor only once."""
    pending: list[tuple[str, object]] = [("", value)]
    seen: dict[int, object] = {}
    length = 0
    while pending:
        name, one = pending.pop()
        inner = _parts(one)
        if inner is None:
            yield name, one
            continue
        if id(one) in seen:
            continue
        seen[id(one)] = one
        below = [(f"{name}.{key}" if name else str(key), item) for key, item in inner]
        length += sum(len(key) for key, _ in below)
        if length > MAX_NAMES:
            raise ArchiveError(f"the names of values are longer than {MAX_NAMES} characters together")
        pending += reversed(below)


def _parts(value: object) -> list[tuple[object, object]] | None:
    """The names and values inside a container, None for any other value."""
    if isinstance(value, InertObject):
        members = value.attributes
        if isinstance(members.get("_modules"), dict):
            return _members(members)
        return [*enumerate(value.items), *_items(value.pairs), *enumerate(value.arguments), *_items(value.state)]
    if isinstance(value, Mapping):
        return _items(cast("object", value))
    if isinstance(value, list | tuple | set | frozenset):
        return list(enumerate(cast("list[object]", value)))
    if isinstance(value, Module):
        return _members(vars(value))
    if isinstance(value, Tagged):
        return _parts(value.value)
    if isinstance(value, PickledObject):
        return _items(value.state)
    if type(value).__name__ in ("Namespace", "SimpleNamespace"):
        return _items(cast("object", vars(value)))
    return None


def _members(attributes: Mapping[str, object]) -> list[tuple[object, object]]:
    """The parts of a module."""
    return [item for group in ("_parameters", "_buffers", "_modules") for item in _items(attributes.get(group))]


def _items(value: object) -> list[tuple[object, object]]:
    if isinstance(value, Mapping):
        named = cast("Mapping[object, object]", value).items()
        return [(key if isinstance(key, str | int) else type(key).__name__, item) for key, item in named]
    return list(enumerate(cast("tuple[object, ...]", value))) if isinstance(value, tuple | list) else []


def _rows(value: object, storages: Mapping[int, SavedStorage]) -> list[TensorRow]:
    numbers: dict[int, str] = {}
    rows: list[TensorRow] = []
    for name, one in walk(value):
        if isinstance(one, PickledTensor):
            nbytes = one.dtype.itemsize
            for size in one.shape:
                nbytes *= size
            known = one.storage
            rows.append(TensorRow(name, "tensor", one.shape, one.dtype.name, nbytes, known.location, known.key, known.nbytes))
            continue
        described = _described(one)
        if described is None:
            continue
        kind, tensor, shape, dtype = described
        if tensor is None:
            rows.append(TensorRow(name, kind, shape, dtype, 0, "meta", "", 0))
            continue
        found = storages.get(id(tensor.memory))
        key = found.pickled.key if found else numbers.setdefault(id(tensor.memory), f"#{len(numbers)}")
        location = found.pickled.location if found else "cpu"
        rows.append(TensorRow(name, kind, shape, dtype, tensor.nbytes, location, key, tensor.memory.nbytes))
    return rows


def _described(value: object) -> tuple[str, Tensor | None, tuple[int, ...], str] | None:
    """Kind, memory, shape and dtype of a value that is a tensor of some sort."""
    match value:
        case Tensor() if value.is_meta:
            return "meta", None, tuple(value.shape), value.dtype.name
        case Tensor():
            return type(value).__name__.lower(), value, tuple(value.shape), value.dtype.name
        case QuantizedTensor():
            return "quantized", value.integers, tuple(value.shape), value.dtype
        case SparseTensor():
            return value.layout.removeprefix("torch."), value.values, tuple(value.shape), value.values.dtype.name
        case NestedTensor():
            return "nested", value.buffer, tuple(value.buffer.shape), value.buffer.dtype.name
        case TypedStorage():
            return "storage", None, (len(value),), value.dtype.name
        case _:
            return None
