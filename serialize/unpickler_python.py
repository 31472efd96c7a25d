"""Handlers of the opcodes that only Python's own pickler writes: protocols 0 and 1, and 3 to 5. The machine is in unpickler.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .errors import ArchiveError

if TYPE_CHECKING:
    from .unpickler import Machine

MAX_DIGITS = 4000
"""Of an int in decimal: longer ones take quadratic time to read."""
MAX_INT_BYTES = 1700
"""Of an int in binary: longer ones have too many digits to be printed."""


def _pop(machine: Machine) -> None:
    if len(machine.stack) == machine.floor and machine.marks:
        machine.pop_mark()
    else:
        machine.pop()


def _pop_mark(machine: Machine) -> None:
    machine.pop_mark()


def _dup(machine: Machine) -> None:
    machine.push(machine.top())


def _int(machine: Machine) -> None:
    line = machine.line()
    machine.push({"00": False, "01": True}[line] if line in ("00", "01") else _decimal(line))


def _long(machine: Machine) -> None:
    machine.push(_decimal(machine.raw_line(MAX_DIGITS + 8).decode("latin-1").removesuffix("L")))


def _decimal(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS:
        raise ArchiveError(f"{text[:40]!r} is no int of at most {MAX_DIGITS} digits")
    return int(text)


def _float(machine: Machine) -> None:
    line = machine.line()
    try:
        machine.push(float(line))
    except ValueError as error:
        raise ArchiveError(f"{line[:40]!r} is no float") from error


def _string(machine: Machine) -> None:
    line = machine.raw_line(len(machine.data)).strip()
    if len(line) < 2 or line[:1] not in (b"'", b'"') or line[-1:] != line[:1]:
        raise ArchiveError("a string of Python 2 is not between quotes")
    try:
        machine.push_old_string(line[1:-1].decode("unicode_escape").encode("latin-1"))
    except (UnicodeError, DeprecationWarning) as error:
        raise ArchiveError("a string has an escape that stands for no byte") from error


def _unicode(machine: Machine) -> None:
    try:
        machine.push(machine.raw_line(len(machine.data)).decode("raw_unicode_escape"))
    except UnicodeDecodeError as error:
        raise ArchiveError("a string has an escape that stands for no character") from error


def _binstring(machine: Machine) -> None:
    machine.push_old_string(machine.bytes(_signed_count(machine)))


def _long4(machine: Machine) -> None:
    count = _signed_count(machine)
    if count > MAX_INT_BYTES:
        raise ArchiveError(f"an int of {count} bytes; at most {MAX_INT_BYTES} are read")
    machine.push(int.from_bytes(machine.bytes(count), "little", signed=True))


def _signed_count(machine: Machine) -> int:
    count = int.from_bytes(machine.bytes(4), "little", signed=True)
    if count < 0:
        raise ArchiveError(f"a count of {count} bytes")
    return count


def _get(machine: Machine) -> None:
    machine.recall(_decimal(machine.line()))


def _put(machine: Machine) -> None:
    machine.remember(_decimal(machine.line()))


def _memoize(machine: Machine) -> None:
    machine.remember(len(machine.memo))


def _inst(machine: Machine) -> None:
    module = machine.line()
    machine.push_global(module, machine.line())
    found = machine.pop()
    machine.push(machine.call(found, tuple(machine.pop_mark())))


def _obj(machine: Machine) -> None:
    values = machine.pop_mark()
    if not values:
        raise ArchiveError("OBJ needs a class above the mark")
    machine.push(machine.call(values[0], tuple(values[1:])))


def _persid(machine: Machine) -> None:
    machine.push(machine.builder.load_persistent(machine.line()))


def _binbytes(machine: Machine) -> None:
    machine.push(machine.bytes(machine.unsigned(4)))


def _short_binbytes(machine: Machine) -> None:
    machine.push(machine.bytes(machine.unsigned(1)))


def _binbytes8(machine: Machine) -> None:
    machine.push(machine.bytes(machine.unsigned(8)))


def _bytearray8(machine: Machine) -> None:
    machine.push(bytearray(machine.bytes(machine.unsigned(8))))


def _short_binunicode(machine: Machine) -> None:
    machine.push_text(machine.unsigned(1))


def _additems(machine: Machine) -> None:
    values = machine.pop_mark()
    machine.add_items(machine.top(), values)


def _frozenset(machine: Machine) -> None:
    made: set[object] = set()
    machine.add_items(made, machine.pop_mark())
    machine.push(frozenset(made))


def _newobj_ex(machine: Machine) -> None:
    named = machine.pop()
    arguments = machine.pop()
    if type(named) is not dict or named:
        raise ArchiveError("an object is made with arguments by name; none of the classes that are read takes any")
    machine.push(machine.builder.make(machine.pop(), arguments))


def _stack_global(machine: Machine) -> None:
    name = machine.pop()
    module = machine.pop()
    if type(name) is not str or type(module) is not str or len(name) + len(module) > MAX_DIGITS:
        raise ArchiveError("STACK_GLOBAL needs the names of a module and of something in it")
    machine.push_global(module, name)


def _frame(machine: Machine) -> None:
    machine.take(8)


PYTHON_HANDLERS: dict[str, Callable[[Machine], None]] = {
    "POP": _pop, "POP_MARK": _pop_mark, "DUP": _dup, "INT": _int, "LONG": _long, "FLOAT": _float, "STRING": _string,
    "UNICODE": _unicode, "BINSTRING": _binstring, "GET": _get, "PUT": _put, "INST": _inst, "OBJ": _obj, "PERSID": _persid,
    "LONG4": _long4, "BINBYTES": _binbytes, "SHORT_BINBYTES": _short_binbytes, "SHORT_BINUNICODE": _short_binunicode,
    "BINBYTES8": _binbytes8, "ADDITEMS": _additems, "FROZENSET": _frozenset, "NEWOBJ_EX": _newobj_ex,
    "STACK_GLOBAL": _stack_global, "MEMOIZE": _memoize, "FRAME": _frame, "BYTEARRAY8": _bytearray8,
}  # fmt: skip
"""By the opcode's name."""
