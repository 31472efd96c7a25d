"""Object code of LLVM put into memory by ourselves: ELF objects in, addresses of their symbols out.

LLVM emits kernels for any place in memory (its large code model), so what is left to do is to copy sections and to write absolute
addresses into them. A process whose kernels are stored needs no llvmlite for it, which takes longer to import than all kernels
of a model to place. Memory is never writable and executable at once, and is kept until the process ends: threads may be in it.

Formats: the System V ABI's ELF-64 object file and its x86-64 supplement.
"""
from __future__ import annotations

import ctypes
import functools
import mmap
import struct
import sys
from collections.abc import Callable, Sequence

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")
_X86_64 = 62
_SYMBOL_TABLE, _RELOCATIONS, _NO_BITS = 2, 4, 8
_WRITABLE, _LOADED = 1, 2
_ABSOLUTE_64, _RELATIVE_32, _RELATIVE_32_PLT, _RELATIVE_64 = 1, 2, 4, 24
_COMMON = 0xFF00
"""From here on section numbers mean something else than a section."""

Section = tuple[int, int, int, int, int, int, int, int, int, int]


class UnsupportedObject(RuntimeError):
    """Object code that is sound and has something that is not handled here."""


class ObjectFile:
    """One ELF object, read as far as it is asked for."""

    def __init__(self, code: bytes) -> None:
        if code[:6] != b"\x7fELF\x02\x01":
            raise UnsupportedObject("kernel: object code is not in 64-bit little-endian ELF form, the only one that is read")
        self.code = code
        header = _HEADER.unpack_from(code)
        self.machine: int = header[2]
        start, size, count = header[6], header[11], header[12]
        self.sections: list[Section] = [_SECTION.unpack_from(code, start + size * at) for at in range(count)]
        self.symbols = next((section for section in self.sections if section[1] == _SYMBOL_TABLE), None)

    def symbol(self, index: int) -> tuple[str, int, int]:
        """Name, section (0: undefined) and value of a symbol."""
        assert self.symbols is not None, "only called for objects with relocations or symbols"
        name, _, _, section, value, _ = _SYMBOL.unpack_from(self.code, self.symbols[4] + index * _SYMBOL.size)
        begin = self.sections[self.symbols[6]][4] + name
        return self.code[begin : self.code.index(b"\0", begin)].decode(), section, value

    def names(self) -> list[tuple[str, int, int]]:
        """All symbols but the first, which is none."""
        count = 0 if self.symbols is None else self.symbols[5] // _SYMBOL.size
        return [self.symbol(index) for index in range(1, count)]


def undefined_symbols(code: bytes) -> set[str]:
    """Names that an object needs from outside; LLVM adds some (memcpy, expf) after its modules are checked."""
    return {name for name, section, _ in ObjectFile(code).names() if section == 0}


def can_place() -> bool:
    """Whether objects for this machine are of the kind that `place` knows."""
    return sys.platform == "linux" and ctypes.sizeof(ctypes.c_void_p) == 8 and _machine() == "x86_64"


def _machine() -> str:
    import os

    return os.uname().machine


def place(codes: Sequence[tuple[bytes, str]], resolve: Callable[[str], int]) -> list[int]:
    """Put objects into memory, in one block; the address of the symbol wanted of each (object code, symbol).

    `resolve` gives the address of an outside symbol. UnsupportedObject for code that needs what is not handled here,
    RuntimeError for an object without its symbol.
    """
    objects = [ObjectFile(code) for code, _ in codes]
    places: list[dict[int, int]] = []
    size = 0
    for one in objects:
        places.append({})
        for number, section in enumerate(one.sections):
            if not section[2] & _LOADED or one.code.startswith(b".eh_frame\0", _name_offset(one, section)):
                continue
            if section[2] & _WRITABLE or section[1] == _NO_BITS or one.machine != _X86_64:
                raise UnsupportedObject("kernel: object code has writable data, or is for another machine")
            size = -(-size // max(section[8], 1)) * max(section[8], 1)
            places[-1][number] = size
            size += section[5]
    content = bytearray(max(size, 1))
    base = _reserve(len(content))
    for one, offsets in zip(objects, places, strict=True):
        for number, offset in offsets.items():
            section = one.sections[number]
            content[offset : offset + section[5]] = one.code[section[4] : section[4] + section[5]]
        _relocate(one, offsets, content, base, resolve)
    _fill(base, content)
    return [base + _find(one, offsets, symbol) for one, offsets, (_, symbol) in zip(objects, places, codes, strict=True)]


def _name_offset(one: ObjectFile, section: Section) -> int:
    return one.sections[_HEADER.unpack_from(one.code)[13]][4] + section[0]


def _find(one: ObjectFile, offsets: dict[int, int], wanted: str) -> int:
    for name, section, value in one.names():
        if name == wanted and section in offsets:
            return offsets[section] + value
    raise RuntimeError(f"kernel {wanted}: the object code does not define it")


def _relocate(one: ObjectFile, offsets: dict[int, int], content: bytearray, base: int, resolve: Callable[[str], int]) -> None:
    for section in one.sections:
        target = offsets.get(section[7])
        if section[1] != _RELOCATIONS or target is None:
            continue
        for at in range(section[4], section[4] + section[5], _RELOCATION.size):
            where, info, addend = _RELOCATION.unpack_from(one.code, at)
            name, inside, value = one.symbol(info >> 32)
            if inside == 0:
                address = resolve(name)
            elif inside in offsets and inside < _COMMON:
                address = base + offsets[inside] + value
            else:
                raise UnsupportedObject(f"kernel: the symbol {name} is in a section that is not loaded")
            _write_address(content, target + where, base, address + addend, info & 0xFFFFFFFF)


def _write_address(content: bytearray, at: int, base: int, address: int, kind: int) -> None:
    if kind == _ABSOLUTE_64:
        struct.pack_into("<Q", content, at, address & 0xFFFFFFFFFFFFFFFF)
        return
    distance = address - (base + at)
    if kind == _RELATIVE_64:
        struct.pack_into("<q", content, at, distance)
    elif kind in (_RELATIVE_32, _RELATIVE_32_PLT) and -(1 << 31) <= distance < 1 << 31:
        struct.pack_into("<i", content, at, distance)
    else:
        raise UnsupportedObject(f"kernel: a relocation of type {kind} is not handled, or reaches too far")


# Memory


@functools.cache
def _system() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    library.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return library


def _reserve(size: int) -> int:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address = _system().mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise MemoryError(f"kernel: no {size} bytes of memory for code")
    return address


def _fill(address: int, content: bytearray) -> None:
    ctypes.memmove(address, bytes(content), len(content))
    if _system().mprotect(address, len(content), mmap.PROT_READ | mmap.PROT_EXEC):
        raise UnsupportedObject("kernel: the system does not let memory become executable")
