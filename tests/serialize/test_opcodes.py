"""The opcode table against Python's own."""

from __future__ import annotations

import pickletools

import pytest

from rushlight.serialize.opcodes import MARK, OPCODES, Argument, Dialect, Opcode
from rushlight.serialize.unpickler import SAVE_HANDLERS, SCRIPT_HANDLERS

PYTHON = {info.name: info for info in pickletools.opcodes}
LINES = ("decimalnl_short", "decimalnl_long", "floatnl", "stringnl", "unicodestringnl", "stringnl_noescape")
ARGUMENTS = {
    Argument.NONE: None,
    Argument.UINT1: "uint1",
    Argument.UINT2: "uint2",
    Argument.UINT4: "uint4",
    Argument.INT4: "int4",
    Argument.FLOAT8: "float8",
    Argument.LONG1: "long1",
    Argument.STRING1: "string1",
    Argument.UNICODE4: "unicodestring4",
    Argument.UNICODE8: "unicodestring8",
    Argument.LINES2: "stringnl_noescape_pair",
    Argument.STRING4: "string4",
    Argument.LONG4: "long4",
    Argument.UNICODE1: "unicodestring1",
    Argument.BYTES1: "bytes1",
    Argument.BYTES4: "bytes4",
    Argument.BYTES8: "bytes8",
    Argument.UINT8: "uint8",
}


@pytest.mark.parametrize("opcode", OPCODES, ids=lambda opcode: opcode.name)
def test_opcode_is_pythons(opcode: Opcode) -> None:
    info = PYTHON[opcode.name]
    before = [item.name for item in info.stack_before]
    assert info.code == chr(opcode.code)
    argument = info.arg.name if info.arg else None
    if opcode.argument is Argument.LINE:
        assert argument in LINES
    else:
        assert {"bytearray8": "bytes8"}.get(argument or "", argument) == ARGUMENTS[opcode.argument]
    assert ("mark" in before) == (opcode.pops == MARK)
    assert (before.index("mark") if "mark" in before else len(before)) == (opcode.under if opcode.pops == MARK else opcode.pops)
    assert len(info.stack_after) == opcode.pushes
    assert info.proto <= 2 or opcode.dialect is not Dialect.SCRIPT or opcode.name == "BINUNICODE8"


def test_every_opcode_has_a_handler_where_its_dialect_allows_it() -> None:
    for opcode in OPCODES:
        if opcode.name != "STOP":
            assert (SCRIPT_HANDLERS[opcode.code] is not None) == bool(opcode.dialect & Dialect.SCRIPT)
            assert (SAVE_HANDLERS[opcode.code] is not None) == bool(opcode.dialect & Dialect.SAVE)
    handled = sum(handler is not None for handler in SCRIPT_HANDLERS)
    assert handled == sum(bool(opcode.dialect & Dialect.SCRIPT) for opcode in OPCODES) - 1
