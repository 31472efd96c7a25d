"""The values that printed code refers to as `CONSTANTS.cN`: filled by the code printer, written by the archive writer."""

from __future__ import annotations

from collections.abc import Hashable

from ..runtime.typesystem import TupleType, Type


class Constants:
    """The constants of one archive, each once, in the order of first use."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.types: list[Type] = []
        self._known: dict[tuple[Hashable, Type], int] = {}

    def index(self, value: object, type_: Type) -> int:
        """The N of `CONSTANTS.cN` for a value: equal strings share one, anything else is told apart by identity."""
        key: Hashable = value if isinstance(value, str) else id(value)
        found = self._known.get((key, type_))
        if found is None:
            found = self._known[key, type_] = len(self.values)
            self.values.append(value)
            self.types.append(type_)
        return found

    @property
    def type(self) -> TupleType:
        """The type of the tuple of all values."""
        return TupleType(self.types)
