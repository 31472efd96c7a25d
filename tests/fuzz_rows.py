"""Operators called with whatever their schemas allow: `python -m tests.fuzz_rows --count N [NAME ...]`.

Archives call operators by their schemas, past the checks of public functions. So each row of the table that takes tensors (those whose
keys contain one of the names, if any are given) is called N times with tensors, numbers and lists that have the right types and nothing
else. Storages lie between pages that nobody may touch, and the bytes around them are looked at when they die: a row that reads or writes
elsewhere ends its process or changes those bytes. Each row has a process of its own. What goes wrong is printed with its arguments, and
the exit code is 1. Limits: 64 MiB for a storage, 8 GiB of addresses, a minute for a row.
"""

from __future__ import annotations

import argparse
import ctypes
import mmap
import os
import random
import resource
import signal
import sys
import warnings
from typing import Any

import numpy as np

import rushlight as rl
from rushlight.runtime import storage, typesystem
from rushlight.runtime.layout import Layout
from rushlight.runtime.ops.table import Kind, Op, rows
from rushlight.runtime.storage import Storage
from rushlight.runtime.tensor import Tensor

PAGE, ALIGNMENT, LARGEST, ADDRESSES, SECONDS = 4096, 16, 64 << 20, 8 << 30, 60
FILLER = b"\xa5"
EXTREMES = (-(1 << 63), -(1 << 31), -5, -2, -1, 0, 7, 100, 1 << 31, 1 << 40, 1 << 62, (1 << 63) - 1)
FLOATS = (0.0, 0.5, 1.0, 2.0, -1.0, 1e-5, 1e300, float("nan"), float("inf"))
TEXTS = ("mean", "sum", "none", "amax", "prod", "zeros", "reflect", "constant", "linear", "ij", "left", "")
POSITIONS = ("ind", "offset", "target", "length", "batch", "seg", "ptr", "col", "row", "size")
"""Parts of the names of arguments that hold integers."""
DTYPES = (rl.float32, rl.float64, rl.int64, rl.int32, rl.uint8, rl.bool, rl.float16)
SKIPPED = ("mvlgamma", "multigammaln")
"""Rows that a number lets compute for as long as it says."""

_system = ctypes.CDLL(None)
_system.mmap.restype = ctypes.c_void_p
_system.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_system.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_system.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
changed: list[str] = []
"""What storages found around them when they died."""


class Guarded:
    """The memory of one storage, at the end of pages between two that nobody may touch."""

    def __init__(self, nbytes: int) -> None:
        self.size = -(-(nbytes + ALIGNMENT) // PAGE) * PAGE + 2 * PAGE
        self.base: int = _system.mmap(None, self.size, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
        self.end = self.base + self.size - PAGE
        self.first = (self.end - nbytes) // ALIGNMENT * ALIGNMENT
        self.nbytes = nbytes
        ctypes.memset(self.base + PAGE, FILLER[0], self.size - 2 * PAGE)
        _system.mprotect(self.base, PAGE, 0)
        _system.mprotect(self.end, PAGE, 0)

    def __del__(self) -> None:
        before = ctypes.string_at(self.base + PAGE, self.first - self.base - PAGE)
        after = ctypes.string_at(self.first + self.nbytes, self.end - self.first - self.nbytes)
        if before.strip(FILLER) or after.strip(FILLER):
            changed.append(f"bytes around a storage of {self.nbytes} were written")
        _system.munmap(self.base, self.size)


def allocate(nbytes: int) -> Storage:
    """In place of `Storage.allocate`."""
    if storage.dataless and storage.is_without_data():
        from rushlight.runtime.meta_storage import MetaStorage

        return MetaStorage.of(nbytes)
    if not 0 <= nbytes <= LARGEST:
        raise MemoryError(f"{nbytes} bytes are more than {LARGEST}")
    owner = Guarded(nbytes)
    made = Storage()
    made.owner = owner
    made.address, made.nbytes, made.writable, made.version, made._home = owner.first, nbytes, True, 0, None
    return made


class Arguments:
    """Random arguments of one call, many of which fit together: a few sizes, one dtype."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.chance = chance
        self.sizes = [chance.choice((1, 2, 3, 4, 9)) for _ in range(6)]
        named = next((dims for dims in (1, 2, 3) if f"{dims}d" in name), chance.choice((0, 1, 2, 3)))
        self.rank = named + chance.choice((0, 1, 2))
        self.dtype = chance.choice((rl.float32,) * 8 + (rl.int64, rl.uint8, rl.bool, rl.float64))

    def of(self, op: Op) -> list[Any]:
        """Arguments for a row; KeyError for a type that nothing is made of."""
        found: list[Any] = []
        for argument in op.schema.args:
            if argument.has_default and self.chance.random() < 0.5:
                found.append([*argument.default] if type(argument.default) is tuple else argument.default)
            elif argument.spelling in ("ScalarType", "Layout", "MemoryFormat"):
                found.append(None)
            else:
                found.append(self.value(argument.type, argument.name, argument.list_size))
        return found

    def value(self, kind: Any, name: str, count: int | None = None) -> Any:
        """A value of a type."""
        chance = self.chance
        if isinstance(kind, typesystem.OptionalType):
            return None if chance.random() < 0.5 else self.value(kind.element, name, count)
        if isinstance(kind, typesystem.ListType):
            length = count if count and chance.random() < 0.8 else chance.choice((0, 1, 2, 3, self.rank))
            return [self.value(kind.element, name) for _ in range(length)]
        made = {
            typesystem.TENSOR: lambda: self.tensor(name), typesystem.INT: self.integer, typesystem.FLOAT: lambda: chance.choice(FLOATS),
            typesystem.BOOL: lambda: chance.random() < 0.4, typesystem.NUMBER: lambda: chance.choice((*FLOATS, 0, 1, -1, 3)),
            typesystem.STR: lambda: chance.choice(TEXTS), typesystem.DEVICE: lambda: rl.device("cpu"),
        }
        return made[kind]()

    def integer(self) -> int:
        """Mostly a small number."""
        return self.chance.choice(EXTREMES if self.chance.random() < 0.1 else (0, 0, 1, 1, 1, 2, 2, 3, 4, -1))

    def shape(self) -> list[int]:
        """Mostly that of the other tensors, or a part of it."""
        chance = self.chance
        whole = self.sizes[: self.rank]
        other = [chance.choice((0, 1, 2, 3, 5)) for _ in range(chance.randint(0, 5))]
        return chance.choice((whole, whole, whole, whole, whole[:1], whole[1:2], whole[-1:], whole[-2:], other))

    def tensor(self, name: str) -> Tensor:
        """Items and strides of all kinds."""
        chance, shape = self.chance, self.shape()
        dtype = chance.choice((rl.int64, rl.int64, rl.int32)) if any(part in name for part in POSITIONS) else self.dtype
        dtype = rl.bool if "mask" in name else chance.choice(DTYPES) if chance.random() < 0.1 else dtype
        numel = int(np.prod(shape))
        if dtype.is_floating_point:
            numbers = np.array([chance.choice((0.0, 0.5, 1.0, -1.0, 3.0, np.nan, 1e30)) for _ in range(numel)])
        else:
            pool = chance.choice(((0, 1), (0, 1, 2, 3), (-1, 0, 5), (0, 100, 1 << 30), (-(1 << 31), (1 << 31) - 1)))
            numbers = np.array([chance.choice(pool) for _ in range(numel)], np.int64)
        with np.errstate(all="ignore"):
            items = numbers.astype(np.uint8 if dtype is rl.bool else dtype.numpy).tobytes()
        memory = allocate(len(items))
        memory.array[...] = np.frombuffer(items, np.uint8)
        made = Tensor(memory, Layout.contiguous(tuple(shape)), dtype)
        if len(shape) > 1 and chance.random() < 0.1:
            return made.transpose(0, -1)
        return made.expand([chance.choice((2, 5)), *shape[1:]]) if shape[:1] == [1] and chance.random() < 0.1 else made


def _text(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"{value.dtype}{list(value.shape)}/{list(value.stride())} {value.memory.array.tobytes()[:32].hex()}"
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, list | tuple) else repr(value)


def call(op: Op, chance: random.Random, note: mmap.mmap) -> bool:
    """Call a row once, its arguments in `note` meanwhile; whether that left memory as it was. KeyError where no call can be made."""
    arguments = Arguments(chance, op.name).of(op)
    note[:] = f"{op.key}: {_text(arguments)}".encode()[: len(note)].ljust(len(note))
    result: Any = None
    try:
        result = op(*arguments)
    except Exception as error:
        del error
    for one in result if isinstance(result, list | tuple) else [result]:
        if isinstance(one, Tensor) and one.layout.extent * one.dtype.itemsize > one.memory.nbytes:
            changed.append(f"a result {one.layout.shape} {one.layout.strides} {one.layout.offset} leaves its storage")
    arguments, result, one = [], None, None
    return not changed


def check(op: Op, count: int, seed: int, note: mmap.mmap) -> str:
    """What goes wrong with a row in a process of its own; nothing if all is well."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        chance = random.Random(f"{op.key} {seed}")
        try:
            good = all(call(op, chance, note) for _ in range(count))
        except KeyError:
            good = True
        if not good:
            note[-200:] = changed[0].encode()[:200].rjust(200)
        os._exit(0 if good else 1)
    _, status = os.waitpid(child, 0)
    problem = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "memory was changed"
    return f"{problem}: {b' '.join(bytes(note).split()).decode(errors='replace')}" if status else ""


def main() -> int:
    """The number of rows that went wrong, at most 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    Storage.allocate = staticmethod(allocate)
    rl.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    note = mmap.mmap(-1, 1 << 12)
    chosen = [
        op for op in rows()
        if op.kind not in (Kind.BUILTIN, Kind.POINTWISE) and not any(name in op.key for name in SKIPPED)
        and (not options.names or any(name in op.key for name in options.names))
    ]
    found = [problem for op in chosen if (problem := check(op, options.count, options.seed, note))]
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{len(chosen)} rows, {len(found)} of them with faults\n")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
