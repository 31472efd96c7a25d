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


def shown(value: object) -> str:
    """A value of a file in a message: short, whatever it is. Containers are only named, because their text may be endless."""
    if value is None or isinstance(value, bool | float | complex):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() <= 256 else f"an int of {value.bit_length()} bits"
    if isinstance(value, str | bytes):
        return repr(value[:64])
    return f"a {type(value).__name__}"


def _rebuild(rule: str, record: str | None, offset: int | None) -> ArchiveError:
    return ArchiveError(rule, record=record, offset=offset)
