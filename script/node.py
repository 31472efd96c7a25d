"""The base of syntax nodes: frozen records with slots, whose classes are made without generating code, as dataclasses do.

In: a class body of annotations. Out: a class whose fields are those, in order, given by position or by name. The last field
says where a node stands in its source; it takes no part in comparing, hashing or printing. Making the forty classes of
syntax.py as dataclasses takes 30 ms of every process that loads a program, this way one.
"""

from __future__ import annotations

from typing import Any, dataclass_transform


@dataclass_transform(frozen_default=True)
class NodeType(type):
    """Turns annotations into slots and match patterns."""

    fields: tuple[str, ...]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> NodeType:
        fields = tuple(namespace.get("__annotations__", ()))
        made = super().__new__(cls, name, bases, {**namespace, "__slots__": fields, "__match_args__": fields})
        made.fields = fields
        return made


class Node(metaclass=NodeType):
    """An immutable node of a syntax tree."""

    def __init__(self, *values: Any, **named: Any) -> None:
        kind = type(self)
        fields = kind.fields
        if named:
            values += tuple(named.pop(field) for field in fields[len(values) :] if field in named)
        if named or len(values) != len(fields):
            raise TypeError(f"{kind.__name__}: takes {', '.join(fields)}; {len(values)} values were given{_unknown(named)}")
        for field, value in zip(fields, values):
            object.__setattr__(self, field, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}: {name} cannot be set; nodes do not change")

    def _key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field) for field in type(self).fields[:-1])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Node) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{field}={getattr(self, field)!r}' for field in type(self).fields[:-1])})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, field) for field in type(self).fields)


def _unknown(named: dict[str, Any]) -> str:
    return f", and {', '.join(named)}, which it has not" if named else ""
