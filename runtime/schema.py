"""Operator and function schemas: `aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor`.

In: one schema's text (`parse`), or arguments put together by the compiler. Out: a frozen `OpSchema`; `parse(str(s)) == s`.
Types are `typesystem.py`'s; the operator table (`ops/table.py`) holds one schema per row.
"""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from .type_text import INTEGER_SPELLINGS, parse_type
from .typesystem import ListType, OptionalType, TupleType, Type


class AliasSet(NamedTuple):
    """What an argument or result may share memory with: `(a! -> b|c)`; for `Tensor(a!)[]` the sets of the elements are in `contained`."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    is_written: bool = False
    contained: AliasSet | None = None

    @property
    def writes(self) -> bool:
        """True if the value or an element of it is written."""
        return self.is_written or (self.contained is not None and self.contained.writes)

    def __str__(self) -> str:
        if not self.before:
            return ""
        text = "|".join(self.before) + ("!" if self.is_written else "")
        return f"({text})" if self.after == self.before else f"({text} -> {'|'.join(self.after)})"


class Argument(NamedTuple):
    """One parameter or result. `default` is meaningful with `has_default`; list defaults are tuples, already spread to `list_size`.

    `spelling` is the innermost type's word where it says more than `type` does (`ScalarType`, `SymInt`), "" otherwise.
    """

    name: str
    type: Type
    default: object = None
    has_default: bool = False
    keyword_only: bool = False
    alias: AliasSet | None = None
    list_size: int | None = None
    spelling: str = ""

    @property
    def writes(self) -> bool:
        """True if a call changes the argument."""
        return self.alias is not None and self.alias.writes

    def type_text(self) -> str:
        """The type with its alias annotation, as schemas spell it."""
        type_, mark = self.type, ""
        if isinstance(type_, OptionalType):
            type_, mark = type_.element, "?"
        alias = self.alias
        if not isinstance(type_, ListType):
            return f"{self._word(type_)}{alias or ''}{mark}"
        contained = alias.contained if alias is not None else None
        size = "" if self.list_size is None else self.list_size
        return f"{self._word(type_.element)}{contained or ''}[{size}]{alias or ''}{mark}"

    def _word(self, type_: Type) -> str:
        if not self.spelling:
            return str(type_)
        if isinstance(type_, OptionalType):
            return f"{self._word(type_.element)}?"
        return f"{self._word(type_.element)}[]" if isinstance(type_, ListType) else self.spelling

    def __str__(self) -> str:
        text = f"{self.type_text()} {self.name}" if self.name else self.type_text()
        return f"{text}={self._default_text()}" if self.has_default else text

    def _default_text(self) -> str:
        # PyTorch prints `int[2] stride=1` but `SymInt[2] stride=[1, 1]`.
        if self.list_size is not None and self.list_size > 1 and not self.spelling and isinstance(self.default, tuple):
            values = cast("tuple[object, ...]", self.default)  # pyright: ignore[reportUnknownMemberType]
            if len(values) == self.list_size and len(set(values)) == 1:
                return literal_text(values[0])
        default: object = cast("object", self.default)  # pyright: ignore[reportUnknownMemberType]
        if isinstance(self.type, TupleType) and isinstance(default, tuple):
            return f"({', '.join(map(literal_text, cast('tuple[object, ...]', default)))})"
        return literal_text(self.default)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


class OpSchema(NamedTuple):
    """The signature of an operator, function or method. `namespace` is "" for user functions; `...` stands for vararg and varret."""

    namespace: str
    name: str
    overload: str
    args: tuple[Argument, ...]
    returns: tuple[Argument, ...]
    is_vararg: bool = False
    is_varret: bool = False

    @property
    def qualified(self) -> str:
        """`aten::add`: the name without its overload."""
        return f"{self.namespace}::{self.name}" if self.namespace else self.name

    @property
    def key(self) -> str:
        """`aten::add.Tensor`: what identifies a row of the operator table."""
        return f"{self.qualified}.{self.overload}" if self.overload else self.qualified

    @property
    def writes(self) -> bool:
        """True if a call changes one of the arguments."""
        return any(a.writes for a in self.args)

    def __str__(self) -> str:
        parts: list[str] = []
        starred = False
        for argument in self.args:
            if argument.keyword_only and not starred:
                starred = True
                parts.append("*")
            parts.append(str(argument))
        if self.is_vararg:
            parts.append("...")
        return f"{self.key}({', '.join(parts)}) -> {self._returns_text()}"

    __repr__ = __str__

    def _returns_text(self) -> str:
        parts = [str(r) for r in self.returns]
        if self.is_varret:
            parts.append("...")
        if len(parts) == 1 and not parts[0].startswith("("):
            return parts[0]
        return f"({', '.join(parts)})"


def literal_text(value: object) -> str:
    """A default or constant as schemas and TorchScript spell it: `1.`, `0.10000000000000001`, `"a\\n"`, `[1, 2]`."""
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(literal_text, cast('tuple[object, ...]', value)))}]"
    return str(value)


def float_text(value: float) -> str:
    """PyTorch's spelling of a float: `3.` for integral values below 1e10, 17 significant digits otherwise."""
    if value.is_integer() and abs(value) < 1e10:
        return f"{value:.0f}."
    return f"{value:.17g}"


_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def quote(text: str) -> str:
    """A string literal in double quotes; other control bytes as three octal digits, non-ASCII as UTF-8 bytes in octal."""
    pieces: list[str] = []
    for character in text:
        if character in _ESCAPES:
            pieces.append(_ESCAPES[character])
        elif " " <= character <= "~":
            pieces.append(character)
        else:
            pieces.extend(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
    return '"' + "".join(pieces) + '"'


_UNESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_UNESCAPES = {escaped[1]: plain for plain, escaped in _ESCAPES.items()}


def unquote(text: str) -> str:
    """The string that a quoted literal stands for."""

    def plain(match: re.Match[str]) -> str:
        body = match[1]
        return chr(int(body, 8)) if len(body) == 3 else _UNESCAPES.get(body, body)

    result = _UNESCAPE.sub(plain, text[1:-1])
    if result.isascii() or any(ord(c) > 255 for c in result):
        return result
    return result.encode("latin-1").decode("utf-8", "surrogateescape")


_HEAD = re.compile(r"(?:(\w+)::)?([\w.]+?|[\w.]*?)(?:\.(\w+))?\((.*)\) -> (.*)$", re.DOTALL)
# A comma that does not separate arguments: inside brackets or a string.
_INNER_COMMA = re.compile(r"[(\[][^)\]]*,|\"")
_ALIAS = re.compile(r"\(([\w*|]+)(!?)(?: -> ([\w*|]+))?\)")
_SIZED = re.compile(r"\[(\d+)\]")
_SPELLED = re.compile(rf"\b({'|'.join((*INTEGER_SPELLINGS, 'SymBool'))})\b")
_arguments: dict[tuple[str, bool], Argument] = {}
_types: dict[str, tuple[Type, AliasSet | None, int | None, str]] = {}
_CACHE_LIMIT = 8192


def parse(text: str) -> OpSchema:
    """Read one schema; without `namespace::` it belongs to no namespace. `ValueError` quotes what could not be read."""
    match = _HEAD.match(text)
    if match is None:
        raise ValueError(f"schema {text!r}: expected 'namespace::name.overload(arguments) -> returns'")
    namespace, name, overload, arguments, results = match.groups()
    args: list[Argument] = []
    keyword_only = is_vararg = is_varret = False
    try:
        for part in _split(arguments):
            if part == "*":
                keyword_only = True
            elif part == "...":
                is_vararg = True
            else:
                args.append(_arguments.get((part, keyword_only)) or _parse_argument(part, keyword_only))
        returns: list[Argument] = []
        for part in _split(results[1:-1]) if results.startswith("(") else (results,):
            if part == "...":
                is_varret = True
            else:
                returns.append(_arguments.get((part, False)) or _parse_argument(part, False))
    except ValueError as error:
        raise ValueError(f"schema {text!r}: {error}") from None
    return OpSchema(namespace or "", name, overload or "", tuple(args), tuple(returns), is_vararg, is_varret)


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets and strings."""
    if not text:
        return []
    if _INNER_COMMA.search(text) is None:
        return text.split(", ")
    parts: list[str] = []
    depth = start = 0
    quoted = escaped = False
    for index, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    parts.append(text[start:].strip())
    return parts


def _parse_argument(text: str, keyword_only: bool) -> Argument:
    head, equals, default = text.partition("=")
    spelled, name = _split_name(head)
    entry = _types.get(spelled)
    if entry is None:
        entry = _parse_spelled(spelled)
        if len(_types) < _CACHE_LIMIT:
            _types[spelled] = entry
    type_, alias, size, spelling = entry
    value = _parse_default(default, type_, size) if equals else None
    argument = Argument(name, type_, value, bool(equals), keyword_only, alias, size, spelling)
    if len(_arguments) < _CACHE_LIMIT:
        _arguments[text, keyword_only] = argument
    return argument


def _split_name(head: str) -> tuple[str, str]:
    """`Dict(str, t)(a -> *) self` -> the type's text and the name."""
    spelled, space, name = head.rpartition(" ")
    if not space or not name.replace("_", "a").isalnum() or spelled.count("(") != spelled.count(")"):
        return head, ""
    return spelled, name


def _parse_spelled(text: str) -> tuple[Type, AliasSet | None, int | None, str]:
    inner = outer = None
    plain: list[str] = []
    end = 0
    for match in _ALIAS.finditer(text):
        if match.start() == 0 or text[: match.start()].endswith(("Future", "Await", "RRef", "Union", "Dict", " ", ",")):
            continue
        before = tuple(match[1].split("|"))
        found = AliasSet(before, tuple(match[3].split("|")) if match[3] else before, bool(match[2]))
        if text[match.end() : match.end() + 1] == "[":
            inner = found
        else:
            outer = found
        plain.append(text[end : match.start()])
        end = match.end()
    plain.append(text[end:])
    bare = "".join(plain)
    alias = outer if inner is None else (outer or AliasSet())._replace(contained=inner)
    sized = _SIZED.search(bare)
    spelled = _SPELLED.search(bare)
    return parse_type(bare), alias, int(sized[1]) if sized else None, spelled[1] if spelled else ""


_WORDS: dict[str, object] = {"None": None, "True": True, "False": False}


def _parse_default(text: str, type_: Type, size: int | None) -> object:
    wanted = type_.element if isinstance(type_, OptionalType) else type_
    if isinstance(wanted, ListType):
        if text.startswith("["):
            return tuple(_parse_default(part, wanted.element, None) for part in _split(text[1:-1]))
        if text != "None":
            return (_parse_default(text, wanted.element, None),) * (size or 1)
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith('"'):
        return unquote(text)
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise ValueError(f"cannot read the default {text!r}") from None
