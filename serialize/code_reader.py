"""The source files of an archive, read when they are first wanted: paths in, texts, outlines and syntax trees out."""

from __future__ import annotations

from collections.abc import Sequence

from ..script.outline import Outline, Outliner
from ..script.source import ScriptError, Source
from ..script.statements import parse_file
from ..script.syntax import File
from .container import Archive
from .debug_records import original_places
from .errors import ArchiveError


class ArchiveCode:
    """The `code/` folder of an archive."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._sources: dict[str, Source | None] = {}
        self._files: dict[str, File] = {}
        self._outliner = Outliner()

    def source(self, path: str) -> Source | None:
        """The text of the record `path`, e.g. `code/__torch__.py`, or None if there is no such record."""
        if path not in self._sources:
            self._sources[path] = self._read(path) if path in self.archive else None
        return self._sources[path]

    def outline(self, path: str) -> Sequence[Outline] | None:
        """The definitions in a record, whose functions are parsed when they are wanted; None if there is no such record.

        Raises ArchiveError where what is read of the text does not parse.
        """
        source = self.source(path)
        if source is None:
            return None
        try:
            return self._outliner.outline(source)
        except ScriptError as error:
            raise unparsed(error, path) from error

    def file(self, path: str) -> File | None:
        """The definitions in a record, or None if there is no such record. Raises ArchiveError where the text does not parse."""
        source = self.source(path)
        if source is None:
            return None
        if path not in self._files:
            try:
                self._files[path] = parse_file(source)
            except ScriptError as error:
                raise unparsed(error, path) from error
        return self._files[path]

    def paths(self) -> list[str]:
        """All source files, in the archive's order."""
        return [name for name in self.archive if name.startswith("code/") and name.endswith(".py")]

    def _read(self, path: str) -> Source:
        try:
            text = self.archive.read(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ArchiveError("the code is no UTF-8", record=path, offset=error.start) from error
        return Source(text, path, 1, original_places(self.archive, path))


def unparsed(error: ScriptError, path: str) -> ArchiveError:
    """The exception for a text that does not parse."""
    return ArchiveError(f"the code does not parse: {error}", record=path, offset=error.span.start if error.span is not None else None)


def path_of(qualified_name: str) -> str:
    """The record that defines a class or function: `code/__torch__/a.py` for `__torch__.a.M`."""
    return f"code/{qualified_name.rpartition('.')[0].replace('.', '/')}.py"
