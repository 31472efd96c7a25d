"""Plain data of Python in torch.save files: sets, complex numbers, bytes, dates, paths, namespaces. NumPy's is in saved_numpy.py.

In: the arguments and states that a file gives. Out: the values. Everything made here only holds data: making or comparing it
runs no code of the file, opens nothing and waits for nothing.
"""

from __future__ import annotations

import re
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from .errors import ArchiveError
from .inert import DimRange
from .key_hashing import MANY, KeyClock
from .script_pickle import arguments_of
from .unpickler import MAX_ODD_KEYS, has_chosen_hash, is_key

Arguments = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """What calling a listed name gives, and what NEWOBJ makes of it (None: the same as calling)."""

    call: Callable[[Arguments], object]
    make: Callable[[Arguments], object] | None = None


def _one(name: str, kinds: tuple[type, ...], make: Callable[[Any], object]) -> Plain:
    """A class that is called with nothing or with one value of these types."""

    def call(arguments: Arguments) -> object:
        (value,) = arguments_of(name, arguments, ("value",), 0)
        if not arguments:
            return make(kinds[0]())
        if type(value) not in kinds:
            raise ArchiveError(f"{name} takes a {' or '.join(kind.__name__ for kind in kinds)}, not a {type(value).__name__}")
        return make(value)

    return Plain(call)


def _set(items: Any) -> set[object]:
    """A set, if the hashes of its items are cheap and few can be chosen to collide."""
    odd = 0
    for item in items:
        odd += has_chosen_hash(item)
        if not is_key(item) or odd > MAX_ODD_KEYS:
            raise ArchiveError(f"a {type(item).__name__} cannot be an item of a set here, or there are more than {MAX_ODD_KEYS} such items")
    made: set[object] = set()
    for piece in KeyClock().pieces([*items]) if len(items) > MANY else (items,):
        made.update(piece)
    return made


def _complex(arguments: Arguments) -> object:
    real, imaginary = arguments_of("complex", arguments, ("real", "imaginary"), 2)
    if not isinstance(real, float | int) or not isinstance(imaginary, float | int):
        raise ArchiveError("complex takes two floats")
    return complex(real, imaginary)


def _encode(arguments: Arguments) -> object:
    text, encoding = arguments_of("_codecs.encode", arguments, ("text", "encoding"), 2)
    if not isinstance(text, str) or not isinstance(encoding, str) or encoding not in ("latin1", "latin-1"):
        raise ArchiveError("_codecs.encode takes a text and 'latin1'")
    return text.encode("latin-1")


def _bytearray(arguments: Arguments) -> object:
    value, encoding = arguments_of("bytearray", arguments, ("value", "encoding"), 0)
    if isinstance(value, str) and isinstance(encoding, str) and encoding in ("latin-1", "latin1"):
        return bytearray(value.encode("latin-1"))
    if isinstance(value, bytes | None) and encoding is None:
        return bytearray(value or b"")
    raise ArchiveError("bytearray takes bytes, or a text and 'latin-1'")


def _slice(arguments: Arguments) -> object:
    parts = arguments_of("slice", arguments, ("start", "stop", "step"), 3)
    if not all(part is None or type(part) is int for part in parts):
        raise ArchiveError("slice takes three ints or None")
    return slice(*parts)


def _range(arguments: Arguments) -> object:
    parts = arguments_of("range", arguments, ("start", "stop", "step"), 3)
    if not all(type(part) is int for part in parts):
        raise ArchiveError("range takes three ints")
    return range(*cast("tuple[int, int, int]", parts))


FACTORIES: dict[str, Callable[[], object]] = {
    "builtins.list": list, "builtins.dict": dict, "builtins.set": set, "builtins.int": int, "builtins.float": float, "builtins.str": str,
    "builtins.tuple": tuple, "builtins.bool": bool, "builtins.bytes": bytes, "builtins.complex": complex, "builtins.frozenset": frozenset,
    "collections.OrderedDict": OrderedDict, "collections.Counter": Counter, "collections.deque": deque,
    "collections.defaultdict": defaultdict,
}
"""What a defaultdict may make."""


def _defaultdict(arguments: Arguments) -> object:
    (factory,) = arguments_of("defaultdict", arguments, ("factory",), 0)
    name: str = getattr(factory, "name", "") if factory is not None else ""
    if factory is not None and name not in FACTORIES:
        raise ArchiveError(f"defaultdict takes one of {', '.join(FACTORIES)} as its factory")
    made: dict[object, object] = defaultdict(None if factory is None else FACTORIES[name])
    return made


def _deque(arguments: Arguments) -> object:
    items, length = arguments_of("deque", arguments, ("items", "length"), 0)
    if not isinstance(items, list | tuple | None) or not (length is None or (type(length) is int and length >= 0)):
        raise ArchiveError("deque takes a list and its greatest length")
    return deque(cast("Arguments", items or ()), length)


def _type(arguments: Arguments) -> object:
    """How the types of the three objects are named that have no other name."""
    if len(arguments) != 1 or not any(arguments[0] is one for one in (None, ..., NotImplemented)):
        raise ArchiveError("type is only called with None, Ellipsis and NotImplemented")
    return type(arguments[0])


def _uuid(arguments: Arguments) -> object:
    from uuid import UUID

    if arguments:
        raise ArchiveError("UUID is made with arguments")
    return UUID(int=0)


def _build_uuid(instance: object, state: object) -> object:
    members = cast("dict[object, object]", state) if isinstance(state, dict) else {}
    value = members.get("int")
    if not set(members) <= {"int", "is_safe"} or type(value) is not int or not 0 <= value < 1 << 128:
        raise ArchiveError("the state of a UUID is an int of 128 bits")
    # it refuses to be changed by ordinary means
    object.__setattr__(instance, "int", value)
    return instance


def _holder(kind: type[object]) -> Plain:
    """A class that holds a list or dict in an attribute and is made empty."""

    def make(arguments: Arguments) -> object:
        if arguments:
            raise ArchiveError(f"{kind.__name__} is made with arguments")
        return kind()

    return Plain(make)


def _build_holder(instance: object, state: object) -> object:
    name, inner = HOLDERS[type(instance)]
    members = cast("dict[object, object]", state) if isinstance(state, dict) else {}
    held = members.get(name)
    if len(members) != 1 or type(held) is not inner:
        raise ArchiveError(f"the state of a {type(instance).__name__} is a {inner.__name__} called {name}")
    if type(instance) is ChainMap and not all(type(one) is dict for one in cast("list[object]", held)):
        raise ArchiveError("a ChainMap holds dicts")
    vars(cast("object", instance))[name] = held
    return cast("object", instance)


HOLDERS: dict[type[object], tuple[str, type[object]]] = {ChainMap: ("maps", list), UserDict: ("data", dict), UserList: ("data", list)}


def _namespace(arguments: Arguments) -> object:
    from argparse import Namespace

    if arguments:
        raise ArchiveError("Namespace is made with arguments")
    return Namespace()


def _simple_namespace(arguments: Arguments) -> object:
    from types import SimpleNamespace

    if arguments:
        raise ArchiveError("SimpleNamespace is made with arguments")
    return SimpleNamespace()


def _path(kind: str) -> Plain:
    """Paths become pure ones: those of another system can be made, and none touches a disk."""

    def call(arguments: Arguments) -> object:
        import pathlib

        if not all(isinstance(part, str) for part in arguments):
            raise ArchiveError(f"{kind} takes texts")
        return getattr(pathlib, kind)(*arguments)

    return Plain(call)


def _date(kind: str, sizes: dict[int, str]) -> Plain:
    """A class of `datetime`: from the bytes of its pickled form, or from ints."""

    def call(arguments: Arguments) -> object:
        import datetime

        made = getattr(datetime, kind)
        values = list(arguments)
        if values and isinstance(values[0], str):
            values[0] = values[0].encode("latin-1")
        if values and isinstance(values[0], bytes):
            zone = values[1] if len(values) == 2 else None
            if len(values[0]) not in sizes or len(values) > 2 or not isinstance(zone, datetime.tzinfo | None):
                raise ArchiveError(f"datetime.{kind} takes the bytes of its pickled form and a time zone")
            # the pickled form is not checked by Python: an hour may be 200. Its parts are, when one is replaced
            return made(*values).replace()
        if not all(type(value) is int for value in values):
            raise ArchiveError(f"datetime.{kind} takes ints")
        return made(*values)

    return Plain(call)


def _timezone(arguments: Arguments) -> object:
    import datetime

    offset, name = arguments_of("datetime.timezone", arguments, ("offset", "name"), 1)
    if not isinstance(offset, datetime.timedelta) or not isinstance(name, str | None):
        raise ArchiveError("datetime.timezone takes a timedelta and a name")
    return datetime.timezone(offset) if name is None else datetime.timezone(offset, name)


_NUMERAL = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?(?:E[+-]?\d{1,9})?|Infinity|s?NaN\d{0,40})")


def _decimal(arguments: Arguments) -> object:
    from decimal import Decimal

    (text,) = arguments_of("decimal.Decimal", arguments, ("text",), 1)
    if not isinstance(text, str) or _NUMERAL.fullmatch(text) is None:
        raise ArchiveError("decimal.Decimal takes the text of a number of at most 400 digits")
    return Decimal(text)


def _fraction(arguments: Arguments) -> object:
    from fractions import Fraction

    above, below = arguments_of("fractions.Fraction", arguments, ("numerator", "denominator"), 2)
    if type(above) is not int or type(below) is not int or below <= 0 or max(above.bit_length(), below.bit_length()) > 1 << 12:
        raise ArchiveError("fractions.Fraction takes two ints of at most 4096 bits, the second positive")
    return Fraction(above, below)


def _version(arguments: Arguments) -> object:
    (text,) = arguments_of("TorchVersion", arguments, ("version",), 1)
    if not isinstance(text, str):
        raise ArchiveError("TorchVersion takes a text")
    return text


WITH_ATTRIBUTES = ("collections.OrderedDict", "collections.defaultdict", "argparse.Namespace", "types.SimpleNamespace")


def build_plain(instance: object, state: object) -> object:
    """BUILD: a plain object with the state that a file gives it, or ArchiveError for one that takes none."""
    if isinstance(instance, DimRange):
        parts = cast("list[object]", state) if isinstance(state, list) else []
        if len(parts) != 3 or not all(part is None or type(part) is int for part in parts):
            raise ArchiveError("the state of a _DimRange is a list of three ints or None")
        instance.parts = cast("tuple[int | None, ...]", tuple(parts))
        return instance
    if type(instance) in HOLDERS:
        return _build_holder(instance, state)
    kind = f"{type(instance).__module__}.{type(instance).__name__}"
    if kind == "uuid.UUID":
        return _build_uuid(instance, state)
    if kind in WITH_ATTRIBUTES:
        members = cast("dict[object, object]", state) if isinstance(state, dict) else {0: 0}
        if not all(isinstance(name, str) and not name.startswith("__") and not hasattr(type(instance), name) for name in members):
            raise ArchiveError(f"the attributes of a {type(instance).__name__} must be a dict with names")
        attributes: dict[str, object] = vars(instance)
        attributes.update(cast("dict[str, object]", members))
        return instance
    raise ArchiveError(f"a {type(instance).__name__} is given a state, which it does not take")


PLAIN: dict[str, Plain] = {
    "builtins.set": _one("set", (list, tuple, set), _set),
    "builtins.frozenset": _one("frozenset", (list, tuple, set), lambda items: frozenset(_set(items))),
    "builtins.list": _one("list", (list, tuple), list),
    "builtins.tuple": _one("tuple", (tuple, list), tuple),
    "builtins.dict": _one("dict", (dict,), dict),
    "builtins.int": _one("int", (int, bool), int),
    "builtins.float": _one("float", (float, int), float),
    "builtins.str": _one("str", (str,), str),
    "builtins.bool": _one("bool", (bool, int), bool),
    "builtins.bytes": _one("bytes", (bytes,), bytes),
    "builtins.complex": Plain(_complex),
    "builtins.bytearray": Plain(_bytearray),
    "builtins.slice": Plain(_slice),
    "builtins.range": Plain(_range),
    "builtins.type": Plain(_type),
    "_codecs.encode": Plain(_encode),
    "collections.defaultdict": Plain(_defaultdict),
    "collections.deque": Plain(_deque),
    "collections.ChainMap": _holder(ChainMap),
    "collections.UserDict": _holder(UserDict),
    "UserDict.IterableUserDict": _holder(UserDict),
    "collections.UserList": _holder(UserList),
    "UserList.UserList": _holder(UserList),
    "uuid.UUID": Plain(_uuid),
    "argparse.Namespace": Plain(_namespace),
    "types.SimpleNamespace": Plain(_simple_namespace),
    "pathlib.PosixPath": _path("PurePosixPath"),
    "pathlib.PurePosixPath": _path("PurePosixPath"),
    "pathlib.WindowsPath": _path("PureWindowsPath"),
    "pathlib.PureWindowsPath": _path("PureWindowsPath"),
    "datetime.datetime": _date("datetime", {10: ""}),
    "datetime.date": _date("date", {4: ""}),
    "datetime.time": _date("time", {6: ""}),
    "datetime.timedelta": _date("timedelta", {}),
    "datetime.timezone": Plain(_timezone),
    "torch.torch_version.TorchVersion": Plain(_version),
    "decimal.Decimal": Plain(_decimal),
    "fractions.Fraction": Plain(_fraction),
}
"""`module.name` -> what it means."""
