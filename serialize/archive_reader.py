"""TorchScript archives in, objects that run out.

The container gives records, script_pickle.py the values in them, code_reader.py the outlines of sources, script/importer.py the classes
that sources define; value_reader.py puts values and classes together. A method is parsed and compiled when it is first called; which
operators there are is known at load. Writing is in archive_writer.py.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import cast

from ..runtime.device import Device
from ..runtime.limits import LOCAL, limits
from ..runtime.type_text import parse_annotation
from ..runtime.typesystem import ANY, TENSOR, Type
from ..script.errors import Error
from ..script.import_values import is_operator
from ..script.importer import Importer
from ..script.object import Object
from ..script.outline import Unparsed
from ..script.source import ScriptError
from .code_reader import ArchiveCode, path_of
from .code_survey import check_operators
from .container import Archive, Source, open_archive
from .errors import ArchiveError
from .inspect_archive import read_version, require_script
from .model_json import RECORD, OldModel, is_old
from .script_pickle import PickledObject, ScriptBuilder, read_script_pickle
from .upgraders import upgrade, without_steps
from .value_reader import ValueReader
from .versions import NEWEST

STATE_STEPS = 10_000_000
STATE_BYTES, STATE_RATIO = 1 << 30, 16
"""What `__setstate__` of a file may take: steps, and memory by the size of the file."""


def load(
    file: Source,
    map_location: str | Device | None = None,
    extra_files: MutableMapping[str, str | bytes] | None = None,
    *,
    mapped: bool = False,
    compiled: bool = False,
) -> Object:
    """Read an archive from a path, or from a binary file object at its position; with `compiled`, every method is compiled at once.

    With `mapped`, tensors lie in a private map of the file: see `open_archive`.

    `map_location` must be None or name the cpu; tensors that the file has elsewhere need it. The keys of `extra_files` get the contents of
    the records `extra/KEY`, b"" where there is no such record. Raises ValueError for a path that is no file, ArchiveError for a file that
    breaks a rule, and RuntimeError that lists all operators that do not exist here. Calling a method whose code is damaged raises
    ArchiveError too.
    """
    device = _device(map_location)
    archive = open_archive(_checked(file), mapped=mapped)
    version = read_version(archive)
    require_script(archive)
    try:
        reader = _Reader(archive, version, device)
        module = reader.module()
        if compiled:
            reader.importer.compile()
    except RecursionError:
        raise ArchiveError("values or blocks of code are nested too deeply") from None
    except MemoryError as error:
        raise ArchiveError("values or code need more memory than there is") from error
    for name in extra_files or ():
        assert extra_files is not None
        extra_files[name] = archive.read(f"extra/{name}") if f"extra/{name}" in archive else b""
    return module


def _checked(file: Source) -> Source:
    if isinstance(file, str | os.PathLike):
        if not os.path.exists(file):
            raise ValueError(f"The provided filename {os.fsdecode(file)} does not exist")
        if os.path.isdir(file):
            raise ValueError(f"The provided filename {os.fsdecode(file)} is a directory")
    return file


def _device(map_location: object) -> Device | None:
    if map_location is None:
        return None
    if not isinstance(map_location, str | Device):
        raise ValueError(f"map_location should be either None, string or torch.device, but got type: {type(map_location)}")
    device = Device(map_location)
    if device.type != "cpu":
        raise RuntimeError(f"load: map_location is {device}, but rushlight runs on the cpu here; use map_location='cpu'")
    return device


class _Reader:
    """One load: the archive, its code, and the classes that were met."""

    def __init__(self, archive: Archive, version: int, device: Device | None) -> None:
        self.archive = archive
        self.device = device
        self.old = OldModel(archive) if is_old(archive) else None
        self.code = self.old or ArchiveCode(archive)
        self.constants: list[object] = []
        upgrader = None if version == NEWEST else partial(upgrade, version=version)
        self.importer = Importer(
            self.code.outline,
            self.constants,
            upgrader,
            refused=_in_archive,
            historic=self.old is not None,
            stepless=without_steps(version),
        )
        self._types: dict[str, Type] = {}
        self.sizes = {name: record.size for name, record in archive.records.items()}

    def module(self) -> Object:
        """The root object, complete and compiled."""
        if self.old is not None:
            return self._old_module(self.old)
        constants, _, reader = self._pickle("constants")
        if not isinstance(constants, tuple):
            raise ArchiveError("the constants are no tuple", record="constants.pkl")
        for index, value in enumerate(cast("tuple[object, ...]", constants)):
            self.constants.append(reader.read(value, ANY, f"CONSTANTS.c{index}"))
        value, builder, reader = self._pickle("data")
        if not isinstance(value, PickledObject):
            raise ArchiveError(f"the archive holds a {type(value).__name__}, not a module", record="data.pkl")
        return self._complete(value, builder.objects, reader)

    def _old_module(self, old: OldModel) -> Object:
        """The root object of an archive that has a `model.json`; its constants are its tensors."""
        reader = self._values(RECORD)
        for index, tensor in enumerate(old.tensors):
            self.constants.append(reader.read(tensor, TENSOR, f"CONSTANTS.c{index}"))
        return self._complete(old.root, old.objects, reader)

    def _complete(self, root: PickledObject, objects: Sequence[PickledObject], reader: ValueReader) -> Object:
        """The live root object, its states set; `objects` are in the order in which the file completes them."""
        module = cast("Object", reader.read(root, ANY, "the module"))
        check_operators(self.code, is_operator)
        self._set_states(objects, reader)
        return module

    def _pickle(self, name: str) -> tuple[object, ScriptBuilder, ValueReader]:
        record = f"{name}.pkl"
        builder = ScriptBuilder(name, self.sizes)
        value = read_script_pickle(self.archive.view(record), builder, record)
        return value, builder, self._values(record)

    def _values(self, record: str) -> ValueReader:
        return ValueReader(self.archive, record, find_class=self._class, parse_type=self._type, device=self.device)

    def _class(self, qualified_name: str) -> Type:
        try:
            found = self.importer.type(qualified_name)
        except ScriptError as error:
            raise _in_archive(error) from error
        if found is None:
            raise ArchiveError(f"Unknown type name '{qualified_name}'", record=path_of(qualified_name))
        return found

    def _type(self, text: str) -> Type:
        known = self._types.get(text)
        if known is None:
            try:
                known = self._types[text] = parse_annotation(text, self._class)
            except ValueError as error:
                raise ArchiveError(f"a type is not understood: {error}", record="data.pkl") from error
        return known

    def _set_states(self, objects: Sequence[PickledObject], reader: ValueReader) -> None:
        """Run `__setstate__` of the objects that have one, inner ones first, as the file completes them."""
        for pickled in objects:
            made = reader.object_of(pickled)
            if made is None or "__setstate__" not in made.type.methods:
                continue
            arguments = made.type.methods["__setstate__"].schema.args
            if len(arguments) != 2:
                rule = f"__setstate__ of {pickled.qualified_name} takes {len(arguments)} values; it takes self and the state"
                raise ArchiveError(rule, record="data.pkl")
            state = reader.read(pickled.state, arguments[1].type, f"the state of {pickled.qualified_name}")
            try:
                with self._limits():
                    made.method("__setstate__")(state)
            except ArchiveError:
                raise
            except (Error, RuntimeError) as error:
                raise ArchiveError(f"__setstate__ of {pickled.qualified_name} failed: {error}", record="data.pkl") from error
            missing = made.complete()
            if missing:
                raise ArchiveError(f"attribute '{missing[0]}' of {pickled.qualified_name} has no value", record="data.pkl")

    def _limits(self) -> AbstractContextManager[object]:
        """What `__setstate__` may take, unless the caller of `load` limits programs."""
        if LOCAL.budget is not None:
            return nullcontext()
        return limits(steps=STATE_STEPS, bytes=STATE_BYTES + STATE_RATIO * len(self.archive.data))


def _in_archive(error: ScriptError) -> ArchiveError:
    offset = error.span.start if error.span is not None else None
    fault = "parse" if isinstance(error, Unparsed) else "compile"
    return ArchiveError(f"the code does not {fault}: {error}", record=error.filename or "code", offset=offset)
