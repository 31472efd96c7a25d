"""The exception that every bad file raises, whatever is wrong with it."""

from __future__ import annotations

from ..script.errors import Refused


class ArchiveError(Refused):
    """A file breaks a rule of its format: `record` and `offset` say where (None: the file as a whole), `rule` says what is wrong."""

    def __init__(self, rule: str, *, record: str | None = None, offset: int | None = None) -> None:
        self.rule = rule
        self.record = record
        self.offset = offset
        super().__init__(rule)

    def __str__(self) -> str:
        place = [] if self.record is None else [f"record '{self.record}'"]
        if self.offset is not None:
            place.append(f"byte {self.offset}")
        if not place:
            return f"archive: {self.rule}"
        return f"archive: {', '.join(place)}: {self.rule}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.rule, self.record, self.offset))


class UnlistedError(ArchiveError):
    """A file refers to classes or functions that are not on the list of what files may use; `names` has them, as `module.name`."""

    def __init__(self, names: tuple[str, ...], *, record: str | None = None, offset: int | None = None) -> None:
        self.names = names
        if not names:
            raise ValueError("UnlistedError needs a name")
        first = names[0].rpartition(".")[2]
        others = names[1:]
        more = f" and {len(others)} more ({_listed(others)}), which are" if others else ", which is"
        super().__init__(
            f"the file refers to {names[0]}{more} not on the list of what files may use. If you trust the file, allow the class with "
            f"rushlight.serialization.add_safe_globals([{first}]) or the safe_globals context manager; to read the data without running "
            f"anything, allow the name as a text, safe_globals(['{names[0]}']); if you wrote the file, save a state_dict or plain data "
            "instead",
            record=record,
            offset=offset,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_unlisted, (self.names, self.record, self.offset))


def _listed(names: tuple[str, ...], most: int = 20) -> str:
    return ", ".join(name[:200] for name in names[:most]) + (", ..." if len(names) > most else "")


def shown(value: object) -> str:
    """A value of a file in a message: short, whatever it is. Containers are only named, because their text may be endless."""
    if value is None or isinstance(value, bool | float | complex):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() <= 256 else f"an int of {value.bit_length()} bits"
    if isinstance(value, str | bytes):
        return repr(value[:64])
    return f"a {type(value).__name__}"


def _rebuild_unlisted(names: tuple[str, ...], record: str | None, offset: int | None) -> UnlistedError:
    return UnlistedError(names, record=record, offset=offset)


def _rebuild(rule: str, record: str | None, offset: int | None) -> ArchiveError:
    return ArchiveError(rule, record=record, offset=offset)
