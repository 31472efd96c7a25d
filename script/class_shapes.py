"""The shape of a class of an archive: what compiled programs can know of it.

In: classes that archives define. Out: a key for each, equal for classes whose names alone differ: the attributes have equal names and
types, or are objects of equal shape, the constants are equal, and so are the texts of the methods. An archive has a class for nearly every
module, so a network of a thousand layers has some dozen shapes, and a method is compiled once for each of them. Next: `importer.py`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, cast

from ..runtime.typesystem import ClassType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..runtime.typesystem import FunctionLike

# A chain of attributes longer than this is told apart by its end
_MAX_DEPTH = 64


class Shapes:
    """The shapes of the classes of one archive; `text_of` gives the text of a method without its class's name, None where there is none."""

    def __init__(self, text_of: Callable[[FunctionLike, ClassType], str | None]) -> None:
        self._text_of = text_of
        self._known: dict[ClassType, Hashable] = {}
        self._of_methods: dict[ClassType, Hashable] = {}
        self._numbers: dict[Hashable, int] = {}

    def of(self, kind: ClassType, depth: int = 0) -> Hashable:
        """The key of a class: a number, or the class itself where it is like no other."""
        known = self._known.get(kind)
        if known is not None:
            return known
        if depth > _MAX_DEPTH:
            return kind
        # classes that hold each other are told apart
        self._known[kind] = kind
        self._known[kind] = self._number(kind, self._members(kind, depth))
        return self._known[kind]

    def of_methods(self, kind: ClassType) -> Hashable:
        """As `of`, but for the class's own methods alone: constants that none of them names do not matter."""
        known = self._of_methods.get(kind)
        if known is None:
            known = self._of_methods[kind] = self._number(kind, self._members(kind, 0, only_named=True))
        return known

    def _number(self, kind: ClassType, members: Hashable | None) -> Hashable:
        return kind if members is None else self._numbers.setdefault(members, len(self._numbers))

    def _members(self, kind: ClassType, depth: int, *, only_named: bool = False) -> Hashable | None:
        if kind.properties or kind.static_methods:
            return None
        attributes = tuple(
            (name, self.of(attribute.type, depth + 1) if isinstance(attribute.type, ClassType) else attribute.type)
            for name, attribute in kind.attributes.items()
        )
        texts: list[tuple[str, str]] = []
        for functions in (kind.methods.values(), kind.forward_pre_hooks, kind.forward_hooks):
            for function in functions:
                text = self._text_of(function, kind)
                if text is None:
                    return None
                texts.append((function.name, text))
        constants = tuple(
            (name, _constant_key(value))
            for name, value in kind.constants.items()
            if not only_named or any(name in text for _, text in texts)
        )
        return only_named, kind.is_module, attributes, constants, tuple(texts), len(kind.forward_pre_hooks), len(kind.forward_hooks)


def _constant_key(value: object) -> Hashable:
    """Equal for constants that are the same, sign and type included."""
    if isinstance(value, tuple | list):
        return isinstance(value, tuple), tuple(map(_constant_key, cast("Sequence[object]", value)))
    if value is None or isinstance(value, bool | int | float | complex | str):
        return type(value), repr(value)
    return id(value)
