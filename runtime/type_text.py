"""Reading types: `parse_type` takes the schema and graph style (`Dict(str, int[])?`), `parse_annotation` the Python style
(`Optional[Dict[str, List[int]]]`).

In: one type's text and, for qualified names, a function that knows them. Out: a `Type`, or `ValueError` that quotes the text.
Alias annotations belong to arguments, not to types: `schema.py` takes them off first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .typesystem import (
    BOOL,
    INT,
    NONE,
    NUMBER,
    SIMPLE_TYPES,
    TENSOR,
    AwaitType,
    CustomClassType,
    DictType,
    FutureType,
    ListType,
    RRefType,
    TupleType,
    Type,
    VarType,
    optional,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Resolve = Callable[[str], "Type | None"]

MAX_DEPTH = 128

# Spellings of schemas that are plain integers (or bools) at run time.
INTEGER_SPELLINGS = ("ScalarType", "Layout", "MemoryFormat", "SymInt")
SCHEMA_NAMES: dict[str, Type] = {**SIMPLE_TYPES, **dict.fromkeys(INTEGER_SPELLINGS, INT), "SymBool": BOOL, "None": NONE, "number": NUMBER}
ANNOTATION_NAMES: dict[str, Type] = {
    **{t.annotation(): t for t in SIMPLE_TYPES.values()},
    "None": NONE,
    **{f"{word}Tensor": TENSOR for word in ("Long", "Float", "Double", "Int", "Short", "Char", "Byte", "Bool", "Half")},
    "torch.Tensor": TENSOR,
}
WRAPPERS: dict[str, type[FutureType | AwaitType | RRefType]] = {"Future": FutureType, "Await": AwaitType, "RRef": RRefType}

_TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.]*)|(\d+)|(\[\]|[()\[\],?<>:|]))")


class _Reader:
    """A cursor over the tokens of one type's text."""

    def __init__(self, text: str, resolve: Resolve | None) -> None:
        self.text = text
        self.resolve = resolve
        self.tokens: list[str] = []
        self.position = 0
        self.depth = 0
        end = 0
        while end < len(text.rstrip()):
            match = _TOKEN.match(text, end)
            if match is None:
                raise ValueError(f"type {text!r}: unexpected character {text[end]!r} at position {end}")
            self.tokens.append(match[1] or match[2] or match[3])
            end = match.end()

    @property
    def next(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.position += 1
        return token

    def accept(self, token: str) -> bool:
        if self.next != token:
            return False
        self.position += 1
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise ValueError(f"type {self.text!r}: expected {token!r} but found {self.next or 'the end'!r}")

    def nested(self, read: Callable[[], Type]) -> Type:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"type {self.text[:80]!r}...: nested deeper than {MAX_DEPTH}")
        result = read()
        self.depth -= 1
        return result

    def sequence(self, read: Callable[[], Type], close: str) -> list[Type]:
        """Comma-separated types up to and including `close`."""
        items: list[Type] = []
        while not self.accept(close):
            items.append(self.nested(read))
            if not self.accept(","):
                self.expect(close)
                break
        return items

    def finish(self, type_: Type) -> Type:
        if self.next:
            raise ValueError(f"type {self.text!r}: unexpected {self.next!r} after {type_}")
        return type_

    def unknown(self, name: str) -> Type:
        resolved = self.resolve(name) if self.resolve is not None else None
        if resolved is not None:
            return resolved
        if name.startswith("__torch__.torch.classes."):
            return CustomClassType(name)
        raise ValueError(f"type {self.text!r}: unknown type name {name!r}")

    def schema_type(self) -> Type:
        result = self.schema_atom()
        while True:
            if self.accept("[]"):
                result = ListType(result)
            elif self.accept("?"):
                result = optional(result)
            elif self.next == "[" and self.position + 1 < len(self.tokens) and self.tokens[self.position + 1].isdigit():
                self.position += 2
                self.expect("]")
                result = ListType(result)
            else:
                return result

    def schema_atom(self) -> Type:
        name = self.take()
        if name == "(":
            return TupleType(self.sequence(self.schema_type, ")"))
        if name == "NamedTuple" and self.accept("("):
            return self.named_tuple()
        if name == "Dict" and self.accept("("):
            return self.dictionary(self.schema_type, ")")
        if name == "Union" and self.accept("("):
            return union(self.sequence(self.schema_type, ")"))
        if name in WRAPPERS and self.next in ("(", "["):
            close = ")" if self.take() == "(" else "]"
            (element,) = self.exactly(1, self.schema_type, close)
            return WRAPPERS[name](element)
        if name in ("Enum", "InterfaceType") and self.accept("<"):
            qualified_name = self.take()
            self.expect(">")
            return self.unknown(qualified_name)
        known = SCHEMA_NAMES.get(name)
        if known is not None:
            return known
        if name[:1].islower() and "." not in name:
            return VarType(name)
        return self.unknown(name)

    def exactly(self, count: int, read: Callable[[], Type], close: str) -> list[Type]:
        items = self.sequence(read, close)
        if len(items) != count:
            raise ValueError(f"type {self.text!r}: expected {count} type arguments but found {len(items)}")
        return items

    def dictionary(self, read: Callable[[], Type], close: str) -> Type:
        key, value = self.exactly(2, read, close)
        return DictType(key, value)

    def named_tuple(self) -> Type:
        fields: list[str] = []
        elements: list[Type] = []
        while not self.accept(")"):
            fields.append(self.take())
            self.expect(":")
            elements.append(self.nested(self.schema_type))
            if not self.accept(","):
                self.expect(")")
                break
        return TupleType(elements, None, fields)

    def annotation_type(self) -> Type:
        result = self.annotation_atom()
        if self.next != "|":
            return result
        members = [result]
        while self.accept("|"):
            members.append(self.annotation_atom())
        return union(members)

    def annotation_atom(self) -> Type:
        name = self.take()
        if self.next == "[]" or (self.next == "[" and name in _GENERICS):
            return self.generic(name)
        known = ANNOTATION_NAMES.get(name)
        return known if known is not None else self.unknown(name)

    def generic(self, name: str) -> Type:
        self.expect("[")
        if name in ("Tuple", "tuple"):
            if self.accept("("):
                self.expect(")")
                self.expect("]")
                return TupleType(())
            return TupleType(self.sequence(self.annotation_type, "]"))
        if name in ("Dict", "dict"):
            return self.dictionary(self.annotation_type, "]")
        if name == "Union":
            return union(self.sequence(self.annotation_type, "]"))
        (element,) = self.exactly(1, self.annotation_type, "]")
        if name in ("List", "list"):
            return ListType(element)
        return optional(element) if name == "Optional" else WRAPPERS[name](element)


_GENERICS = frozenset(("List", "list", "Dict", "dict", "Tuple", "tuple", "Optional", "Union", *WRAPPERS))


def parse_type(text: str, resolve: Resolve | None = None) -> Type:
    """Read the schema or graph style. Unknown lower-case words are type variables; other names go to `resolve`."""
    reader = _Reader(text, resolve)
    return reader.finish(reader.schema_type())


def parse_annotation(text: str, resolve: Resolve | None = None) -> Type:
    """Read the Python style, as files spell it. Qualified names go to `resolve`."""
    reader = _Reader(text, resolve)
    return reader.finish(reader.annotation_type())
