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
    LINE = auto()
    """A line of text."""
    UINT8 = auto()
    STRING4 = auto()
    """A signed count of four bytes, and so many bytes of text of an old Python."""
    LONG4 = auto()
    """A signed count of four bytes, and so many bytes of two's complement."""
    UNICODE1 = auto()
    """A count byte, and so many bytes of UTF-8."""
    BYTES1 = auto()
    """A count byte, and so many bytes."""
    BYTES4 = auto()
    """A count of four bytes, and so many bytes."""
    BYTES8 = auto()
    """A count of eight bytes, and so many bytes."""


class Dialect(Flag):
    """Which files may hold an opcode."""

    SCRIPT = auto()
    SAVE = auto()
    BOTH = SCRIPT | SAVE


TEXT_ERRORS = {Dialect.SCRIPT: "surrogateescape", Dialect.SAVE: "surrogatepass"}
"""What Python does with bytes that are no UTF-8: texts of programs are any bytes, those of `torch.save` Python's."""


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
    Opcode("PROTO", 0x80, Argument.UINT1, 0, 0, Dialect.BOTH, "the protocol; comes first"),
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
    Opcode("BINUNICODE8", 0x8D, Argument.UNICODE8, 0, 1, Dialect.BOTH, "a long string"),
    Opcode("SHORT_BINSTRING", 0x55, Argument.STRING1, 0, 1, Dialect.SAVE, "a short string of Python 2"),
    Opcode("EMPTY_TUPLE", 0x29, Argument.NONE, 0, 1, Dialect.BOTH, "()"),
    Opcode("TUPLE", 0x74, Argument.NONE, MARK, 1, Dialect.BOTH, "the values above the mark as a tuple"),
    Opcode("TUPLE1", 0x85, Argument.NONE, 1, 1, Dialect.BOTH, "a tuple of one value"),
    Opcode("TUPLE2", 0x86, Argument.NONE, 2, 1, Dialect.BOTH, "a tuple of two values"),
    Opcode("TUPLE3", 0x87, Argument.NONE, 3, 1, Dialect.BOTH, "a tuple of three values"),
    Opcode("EMPTY_LIST", 0x5D, Argument.NONE, 0, 1, Dialect.BOTH, "[]"),
    Opcode("LIST", 0x6C, Argument.NONE, MARK, 1, Dialect.BOTH, "the values above the mark as a list"),
    Opcode("APPEND", 0x61, Argument.NONE, 2, 1, Dialect.BOTH, "puts a value at the end of the list below it"),
    Opcode("APPENDS", 0x65, Argument.NONE, MARK, 1, Dialect.BOTH, "puts the values above the mark at the end of the list below it", 1),
    Opcode("EMPTY_DICT", 0x7D, Argument.NONE, 0, 1, Dialect.BOTH, "{}"),
    Opcode("DICT", 0x64, Argument.NONE, MARK, 1, Dialect.BOTH, "the keys and values above the mark as a dict"),
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
    # protocols 0 and 1
    Opcode("POP", 0x30, Argument.NONE, 1, 0, Dialect.SAVE, "drops a value, or the topmost mark"),
    Opcode("POP_MARK", 0x31, Argument.NONE, MARK, 0, Dialect.SAVE, "drops everything down to the mark"),
    Opcode("DUP", 0x32, Argument.NONE, 1, 2, Dialect.SAVE, "the top of the stack once more"),
    Opcode("INT", 0x49, Argument.LINE, 0, 1, Dialect.SAVE, "an int in decimal; 00 and 01 are False and True"),
    Opcode("LONG", 0x4C, Argument.LINE, 0, 1, Dialect.SAVE, "an int in decimal, with an L"),
    Opcode("FLOAT", 0x46, Argument.LINE, 0, 1, Dialect.SAVE, "a float in decimal"),
    Opcode("STRING", 0x53, Argument.LINE, 0, 1, Dialect.SAVE, "a quoted string of Python 2"),
    Opcode("UNICODE", 0x56, Argument.LINE, 0, 1, Dialect.SAVE, "a string, its backslashes and line ends escaped"),
    Opcode("BINSTRING", 0x54, Argument.STRING4, 0, 1, Dialect.SAVE, "a string of Python 2"),
    Opcode("GET", 0x67, Argument.LINE, 0, 1, Dialect.SAVE, "a value of the memo"),
    Opcode("PUT", 0x70, Argument.LINE, 0, 0, Dialect.SAVE, "remembers the top of the stack in the memo"),
    Opcode("INST", 0x69, Argument.LINES2, MARK, 1, Dialect.SAVE, "calls a class by module and name with the values above the mark"),
    Opcode("OBJ", 0x6F, Argument.NONE, MARK, 1, Dialect.SAVE, "calls the class above the mark with the values above it"),
    Opcode("PERSID", 0x50, Argument.LINE, 0, 1, Dialect.SAVE, "what the file's reader knows by this identifier"),
    # protocols 2 to 5
    Opcode("LONG4", 0x8B, Argument.LONG4, 0, 1, Dialect.SAVE, "a long int"),
    Opcode("BINBYTES", 0x42, Argument.BYTES4, 0, 1, Dialect.SAVE, "bytes"),
    Opcode("SHORT_BINBYTES", 0x43, Argument.BYTES1, 0, 1, Dialect.SAVE, "up to 255 bytes"),
    Opcode("SHORT_BINUNICODE", 0x8C, Argument.UNICODE1, 0, 1, Dialect.SAVE, "a short string"),
    Opcode("BINBYTES8", 0x8E, Argument.BYTES8, 0, 1, Dialect.SAVE, "long bytes"),
    Opcode("ADDITEMS", 0x90, Argument.NONE, MARK, 1, Dialect.SAVE, "puts the values above the mark into the set below it", 1),
    Opcode("FROZENSET", 0x91, Argument.NONE, MARK, 1, Dialect.SAVE, "the values above the mark as a frozenset"),
    Opcode("NEWOBJ_EX", 0x92, Argument.NONE, 3, 1, Dialect.SAVE, "makes an object of a class with arguments, some by name"),
    Opcode("STACK_GLOBAL", 0x93, Argument.NONE, 2, 1, Dialect.SAVE, "a function or class by the module and name on the stack"),
    Opcode("MEMOIZE", 0x94, Argument.NONE, 1, 1, Dialect.SAVE, "remembers the top of the stack at the memo's end"),
    Opcode("FRAME", 0x95, Argument.UINT8, 0, 0, Dialect.SAVE, "how many bytes to read at once; without meaning"),
    Opcode("BYTEARRAY8", 0x96, Argument.BYTES8, 0, 1, Dialect.SAVE, "a bytearray"),
)

BY_CODE = {opcode.code: opcode for opcode in OPCODES}
BY_NAME = {opcode.name: opcode for opcode in OPCODES}
assert len(BY_CODE) == len(BY_NAME) == len(OPCODES), "two opcodes share a name or a code"
