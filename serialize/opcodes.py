"""The opcodes of pickles that rushlight reads or writes: one row each, nothing else knows a code.

`SCRIPT` opcodes are those of PyTorch's C++ unpickler (TorchScript archives), `SAVE` those of its restricted Python unpickler
(torch.save files).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag, auto


class Argument(Enum):
    """What follows the opcode's byte."""

    NONE = auto()
    UINT1 = auto()
    UINT2 = auto()
    UINT4 = auto()
    INT4 = auto()
    FLOAT8 = auto()
    """A double, most significant byte first."""
    LONG1 = auto()
    """A count byte, and so many bytes of two's complement."""
    STRING1 = auto()
    """A count byte, and so many bytes of text of an old Python."""
    UNICODE4 = auto()
    """A count of four bytes, and so many bytes of UTF-8."""
    UNICODE8 = auto()
    """A count of eight bytes, and so many bytes of UTF-8."""
    LINES2 = auto()
    """Two lines of text: module and name."""


class Dialect(Flag):
    """Which files may hold an opcode."""

    SCRIPT = auto()
    SAVE = auto()
    BOTH = SCRIPT | SAVE


MARK = -1
"""As a number of popped values: everything down to the topmost mark, and the mark."""


@dataclass(frozen=True, slots=True)
class Opcode:
    """One opcode: it takes `pops` values from the stack (`under` more from below the mark if it pops down to one) and leaves `pushes`."""

    name: str
    code: int
    argument: Argument
    pops: int
    pushes: int
    dialect: Dialect
    doc: str
    under: int = 0


OPCODES = (
    Opcode("PROTO", 0x80, Argument.UINT1, 0, 0, Dialect.BOTH, "the protocol, 2; comes first"),
    Opcode("STOP", 0x2E, Argument.NONE, 1, 0, Dialect.BOTH, "the end; the value on the stack is the result"),
    Opcode("MARK", 0x28, Argument.NONE, 0, 1, Dialect.BOTH, "begins a run of values"),
    Opcode("NONE", 0x4E, Argument.NONE, 0, 1, Dialect.BOTH, "None"),
    Opcode("NEWTRUE", 0x88, Argument.NONE, 0, 1, Dialect.BOTH, "True"),
    Opcode("NEWFALSE", 0x89, Argument.NONE, 0, 1, Dialect.BOTH, "False"),
    Opcode("BININT", 0x4A, Argument.INT4, 0, 1, Dialect.BOTH, "an int of four bytes"),
    Opcode("BININT1", 0x4B, Argument.UINT1, 0, 1, Dialect.BOTH, "an int from 0 to 255"),
    Opcode("BININT2", 0x4D, Argument.UINT2, 0, 1, Dialect.BOTH, "an int from 0 to 65535"),
    Opcode("LONG1", 0x8A, Argument.LONG1, 0, 1, Dialect.BOTH, "an int of up to 255 bytes; always 8 in archives"),
    Opcode("BINFLOAT", 0x47, Argument.FLOAT8, 0, 1, Dialect.BOTH, "a float"),
    Opcode("BINUNICODE", 0x58, Argument.UNICODE4, 0, 1, Dialect.BOTH, "a string"),
    Opcode("BINUNICODE8", 0x8D, Argument.UNICODE8, 0, 1, Dialect.SCRIPT, "a long string"),
    Opcode("SHORT_BINSTRING", 0x55, Argument.STRING1, 0, 1, Dialect.SAVE, "a short string of Python 2"),
    Opcode("EMPTY_TUPLE", 0x29, Argument.NONE, 0, 1, Dialect.BOTH, "()"),
    Opcode("TUPLE", 0x74, Argument.NONE, MARK, 1, Dialect.BOTH, "the values above the mark as a tuple"),
    Opcode("TUPLE1", 0x85, Argument.NONE, 1, 1, Dialect.BOTH, "a tuple of one value"),
    Opcode("TUPLE2", 0x86, Argument.NONE, 2, 1, Dialect.BOTH, "a tuple of two values"),
    Opcode("TUPLE3", 0x87, Argument.NONE, 3, 1, Dialect.BOTH, "a tuple of three values"),
    Opcode("EMPTY_LIST", 0x5D, Argument.NONE, 0, 1, Dialect.BOTH, "[]"),
    Opcode("LIST", 0x6C, Argument.NONE, MARK, 1, Dialect.SCRIPT, "the values above the mark as a list"),
    Opcode("APPEND", 0x61, Argument.NONE, 2, 1, Dialect.BOTH, "puts a value at the end of the list below it"),
    Opcode("APPENDS", 0x65, Argument.NONE, MARK, 1, Dialect.BOTH, "puts the values above the mark at the end of the list below it", 1),
    Opcode("EMPTY_DICT", 0x7D, Argument.NONE, 0, 1, Dialect.BOTH, "{}"),
    Opcode("DICT", 0x64, Argument.NONE, MARK, 1, Dialect.SCRIPT, "the keys and values above the mark as a dict"),
    Opcode("SETITEM", 0x73, Argument.NONE, 3, 1, Dialect.BOTH, "puts a key and its value into the dict below them"),
    Opcode("SETITEMS", 0x75, Argument.NONE, MARK, 1, Dialect.BOTH, "puts keys and values above the mark into the dict below it", 1),
    Opcode("EMPTY_SET", 0x8F, Argument.NONE, 0, 1, Dialect.SAVE, "set()"),
    Opcode("BINGET", 0x68, Argument.UINT1, 0, 1, Dialect.BOTH, "a value of the memo"),
    Opcode("LONG_BINGET", 0x6A, Argument.UINT4, 0, 1, Dialect.BOTH, "a value of the memo"),
    Opcode("BINPUT", 0x71, Argument.UINT1, 0, 0, Dialect.BOTH, "remembers the top of the stack in the memo"),
    Opcode("LONG_BINPUT", 0x72, Argument.UINT4, 0, 0, Dialect.BOTH, "remembers the top of the stack in the memo"),
    Opcode("GLOBAL", 0x63, Argument.LINES2, 0, 1, Dialect.BOTH, "a function or class by module and name"),
    Opcode("REDUCE", 0x52, Argument.NONE, 2, 1, Dialect.BOTH, "calls a function with a tuple of arguments"),
    Opcode("NEWOBJ", 0x81, Argument.NONE, 2, 1, Dialect.BOTH, "makes an empty object of a class"),
    Opcode("BUILD", 0x62, Argument.NONE, 2, 1, Dialect.BOTH, "gives an object its state"),
    Opcode("BINPERSID", 0x51, Argument.NONE, 1, 1, Dialect.BOTH, "what the file's reader knows by the identifier on the stack (a storage)"),
)

BY_CODE = {opcode.code: opcode for opcode in OPCODES}
BY_NAME = {opcode.name: opcode for opcode in OPCODES}
assert len(BY_CODE) == len(BY_NAME) == len(OPCODES), "two opcodes share a name or a code"
