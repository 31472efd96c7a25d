"""A pickle machine: opcodes in, values out; what functions, classes and storages mean is the builder's to say.

It runs without recursion, in time and memory proportional to the pickle, and calls nothing but its builder: lists, dicts, tuples, numbers
and strings are made here, everything else by `Builder`. TorchScript's builder is in script_pickle.py. Opcodes are in opcodes.py.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

from .errors import ArchiveError, UnlistedError, shown
from .inert import InertName, InertObject
from .key_hashing import MANY, KeyClock
from .opcodes import BY_NAME, OPCODES, TEXT_ERRORS, Dialect

MAX_STACK = 1 << 22
MAX_MEMO = 1 << 22
MEMO_GAP = 1 << 16
"""How far numbers in the memo may be ahead of their count: numbers that are chosen freely would collide."""
MAX_ODD_KEYS = 10_000
MAX_KEY_PARTS = 256


class Builder(Protocol):
    """What a pickle means beyond plain values. Every method may raise ArchiveError without a place; the machine adds it."""

    def find_global(self, module: str, name: str) -> object:
        """GLOBAL: what stands for this function or class on the stack."""
        ...

    def call(self, function: object, argument: object) -> object:
        """REDUCE: the result of a function found by `find_global`; `argument` is whatever lay above it, usually a tuple."""
        ...

    def make(self, kind: object, argument: object) -> object:
        """NEWOBJ: an empty object of a class found by `find_global`."""
        ...

    def build(self, instance: object, state: object) -> object:
        """BUILD: the object after it was given its state."""
        ...

    def load_persistent(self, identifier: object) -> object:
        """BINPERSID: the thing that the identifier names."""
        ...


def unpickle(data: bytes | memoryview, builder: Builder, dialect: Dialect, record: str, encoding: str = "latin-1") -> object:
    """The value of a pickle. Raises ArchiveError, with `record` and the offset of the opcode at fault, for anything unexpected."""
    return run_machine(Machine(data, builder, dialect, encoding=encoding), record)


def run_machine(machine: Machine, record: str) -> object:
    """As `unpickle`, for pickles that follow each other: the machine's position is then behind the pickle."""
    try:
        value = machine.run()
    except ArchiveError as error:
        # what went wrong after a name was not known may be due to that
        machine.check_names(record)
        if error.record is not None:
            raise
        raise ArchiveError(error.rule, record=record, offset=machine.start) from error
    machine.check_names(record)
    return value


class Machine:
    """The state of one run: the stack, the positions of the marks on it, and the memo."""

    def __init__(self, data: bytes | memoryview, builder: Builder, dialect: Dialect, first: int = 0, encoding: str = "latin-1") -> None:
        self.data = bytes(data)
        self.builder = builder
        self.dialect = dialect
        self.first = self.position = self.start = first
        """Where the pickle begins, the next opcode, and the one that is being executed."""
        self.encoding = encoding
        """Of strings of Python 2; "bytes" leaves them as bytes."""
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.floor = 0
        """The position of the topmost mark: values below it cannot be popped one by one."""
        self.memo: dict[int, object] = {}
        self.odd_keys = 0
        self.clock = KeyClock()
        self.unlisted: dict[str, int] = {}
        """Names that are on no list, with their places: the pickle is read to its end, so that all can be named."""

    def run(self) -> object:
        """Execute opcodes up to STOP; what follows it is ignored, as PyTorch ignores it."""
        handlers = SCRIPT_HANDLERS if self.dialect is Dialect.SCRIPT else SAVE_HANDLERS
        data, stack, memo, size = self.data, self.stack, self.memo, len(self.data)
        if self.dialect is Dialect.SCRIPT and data[:2] != b"\x80\x02":
            raise ArchiveError("the pickle does not begin with PROTO 2")
        while True:
            self.start = position = self.position
            if position >= size:
                raise ArchiveError("the pickle ends without STOP")
            code = data[position]
            # The commonest opcodes, where nothing is wrong with them: calling a handler takes longer than what it does.
            if code == LONG_BINPUT and position + 5 <= size and len(stack) > self.floor and len(memo) < MAX_MEMO:
                index = UINT4(data, position + 1)[0]
                if index <= len(memo) + MEMO_GAP:
                    memo[index] = stack[-1]
                    self.position = position + 5
                    continue
            if code == BINGET and position + 2 <= size and data[position + 1] in memo and len(stack) < MAX_STACK:
                stack.append(memo[data[position + 1]])
                self.position = position + 2
                continue
            if code == BININT1 and position + 2 <= size and len(stack) < MAX_STACK:
                stack.append(data[position + 1])
                self.position = position + 2
                continue
            self.position = position + 1
            if code == STOP:
                return self._finish()
            handler = handlers[code]
            if handler is None:
                raise ArchiveError(f"opcode {code:#04x} is not allowed in this file")
            handler(self)
            if len(stack) > MAX_STACK:
                raise ArchiveError(f"more than {MAX_STACK} values on the stack")

    def _finish(self) -> object:
        if len(self.stack) != 1 or self.marks:
            raise ArchiveError(f"STOP with {len(self.stack)} values and {len(self.marks)} marks on the stack; there must be one value")
        return self.stack[0]

    def push_global(self, module: str, name: str) -> None:
        """Put what a name stands for on the stack."""
        try:
            self.push(self.builder.find_global(module, name))
        except UnlistedError as error:
            self.unlisted.setdefault(error.names[0], self.start)
            self.push(InertName(module, name))

    def call(self, function: object, argument: object) -> object:
        """The result of a function."""
        try:
            return self.builder.call(function, argument)
        except UnlistedError as error:
            self.unlisted.setdefault(error.names[0], self.start)
            return InertName(*error.names[0].rsplit(".", 1))

    def check_names(self, record: str) -> None:
        """Raise UnlistedError if the pickle has names that are on no list."""
        if self.unlisted:
            raise UnlistedError(tuple(self.unlisted), record=record, offset=next(iter(self.unlisted.values())))

    def take(self, count: int) -> int:
        """Move over `count` bytes of argument; gives their position."""
        position = self.position
        if count > len(self.data) - position:
            raise ArchiveError(f"an argument of {count} bytes runs over the end of the pickle")
        self.position = position + count
        return position

    def unsigned(self, count: int) -> int:
        """The next `count` bytes as an unsigned number."""
        position = self.take(count)
        return int.from_bytes(self.data[position : position + count], "little")

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes."""
        position = self.take(count)
        return self.data[position : position + count]

    def push_text(self, count: int) -> None:
        """Put the next `count` bytes on the stack, as text."""
        self.push(_text(self.bytes(count), TEXT_ERRORS[self.dialect]))

    def push_old_string(self, raw: bytes) -> None:
        """Put a string of Python 2 on the stack."""
        try:
            self.push(raw if self.encoding == "bytes" else raw.decode(self.encoding))
        except UnicodeDecodeError as error:
            raise ArchiveError(f"a string of Python 2 is no {self.encoding}; another `encoding` may read it, such as 'latin1'") from error

    def line(self) -> str:
        """The next line of text, of a length that names and numbers have."""
        return _text(self.raw_line(MAX_LINE))

    def raw_line(self, limit: int) -> bytes:
        """The bytes of the next line, `limit` at most."""
        position = self.position
        end = self.data.find(b"\n", position, position + limit)
        if end < 0:
            raise ArchiveError(f"a line is longer than {limit} bytes or has no end")
        self.position = end + 1
        return self.data[position:end]

    def pop(self) -> object:
        """The topmost value."""
        if len(self.stack) <= self.floor:
            raise ArchiveError("the opcode needs a value, but there is none above the mark")
        return self.stack.pop()

    def pop_mark(self) -> list[object]:
        """The values above the topmost mark; the mark goes too."""
        if not self.marks:
            raise ArchiveError("the opcode needs a mark, but there is none")
        mark = self.marks.pop()
        values = self.stack[mark:]
        del self.stack[mark:]
        self.floor = self.marks[-1] if self.marks else 0
        return values

    def add_items(self, target: object, items: list[object]) -> None:
        """Put values into a set."""
        if type(target) is not set:
            raise ArchiveError(f"items are added to a {type(target).__name__}, not to a set")
        for item in items:
            self.check_key(item)
        known = cast("set[object]", target)
        for piece in self.clock.pieces(items) if len(known) + len(items) > MANY else (items,):
            try:
                known.update(piece)
            except Exception as error:
                raise ArchiveError(f"the items of a set: {error}") from error

    def push(self, value: object) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def top(self) -> object:
        """The topmost value, which stays."""
        if len(self.stack) <= self.floor:
            raise ArchiveError("the opcode needs a value, but there is none above the mark")
        return self.stack[-1]

    def top_list(self) -> list[object]:
        """The list (or deque, or items of an object that is kept as data) on top of the stack."""
        found = self.top()
        if type(found) is deque:
            return cast("list[object]", found)
        if type(found) is InertObject:
            return found.items
        if type(found) is not list:
            raise ArchiveError(f"items are appended to a {type(found).__name__}, not to a list")
        return cast("list[object]", found)

    def set_items(self, target: object, items: list[object]) -> None:
        """Put keys and values, which alternate in `items`, into a dict."""
        if type(target) is InertObject:
            target = target.pairs
        if not isinstance(target, dict):
            raise ArchiveError(f"items are set in a {type(target).__name__}, not in a dict")
        if len(items) % 2:
            raise ArchiveError("a key has no value")
        mapping = cast("dict[object, object]", target)
        for piece in self.clock.pieces(items) if len(mapping) + len(items) > MANY else (items,):
            self._set_pairs(mapping, piece)

    def _set_pairs(self, mapping: dict[object, object], items: list[object]) -> None:
        for index in range(0, len(items), 2):
            self.check_key(items[index])
            try:
                mapping[items[index]] = items[index + 1]
            except Exception as error:
                # a signaling NaN, or what a class of the caller's says
                raise ArchiveError(f"{shown(items[index])} cannot be the key of a dict: {error}") from error

    def check_key(self, key: object) -> None:
        """Refuse keys whose hash could be slow, deep or chosen to collide."""
        if type(key) in (str, bytes, bool, float, type(None)) or (type(key) is int and -(1 << 63) <= key < 1 << 64):
            return
        if not is_key(key):
            raise ArchiveError(f"{shown(key)} cannot be the key of a dict here")
        self.odd_keys += has_chosen_hash(key)
        if self.odd_keys > MAX_ODD_KEYS:
            raise ArchiveError(f"more than {MAX_ODD_KEYS} keys are of types whose hashes a file can choose, such as tuples of numbers")

    def remember(self, index: int) -> None:
        """Put the top of the stack into the memo."""
        if len(self.memo) >= MAX_MEMO:
            raise ArchiveError(f"more than {MAX_MEMO} values in the memo")
        if not 0 <= index <= len(self.memo) + MEMO_GAP:
            raise ArchiveError(f"memo entry {index} is written when there are {len(self.memo)}; entries are numbered as they come")
        self.memo[index] = self.top()

    def recall(self, index: int) -> None:
        """Push a value of the memo."""
        if index not in self.memo:
            raise ArchiveError(f"memo entry {index} was never written")
        self.stack.append(self.memo[index])


STOP, BINGET, BININT1, LONG_BINPUT = (BY_NAME[name].code for name in ("STOP", "BINGET", "BININT1", "LONG_BINPUT"))
UINT4 = struct.Struct("<L").unpack_from
MAX_LINE = 4096


def is_key(key: object) -> bool:
    """Whether a key's hash takes little time, as far as its type says."""
    kind: type[object] = type(key)
    return is_plain_key(key) if issubclass(kind, complex | tuple | int) else kind.__hash__ is not None


def is_plain_key(key: object) -> bool:
    """Whether a key is a text, a number, None, or a tuple of a few of those; its hash then takes little time."""
    waiting = [key]
    for _ in range(MAX_KEY_PARTS):
        if not waiting:
            return True
        part = waiting.pop()
        if isinstance(part, tuple):
            inner = cast("tuple[object, ...]", part)
            if len(inner) > MAX_KEY_PARTS:
                return False
            waiting.extend(inner)
        elif type(part) is int:
            if not -(1 << 63) <= part < 1 << 64:
                return False
        elif type(part) not in (str, bytes, bool, float, complex, type(None)):
            return False
    return not waiting


def has_chosen_hash(key: object) -> bool:
    """Whether a file can choose the hashes of such keys, so that many are equal: those of texts depend on the process."""
    if isinstance(key, tuple):
        return not any(isinstance(part, str | bytes) and part for part in cast("tuple[object, ...]", key))
    return type(key) not in (str, bytes, bool, int, float, type(None))


def _text(raw: bytes, errors: str = "surrogatepass") -> str:
    try:
        return raw.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise ArchiveError("a string is no UTF-8") from error


def _proto(machine: Machine) -> None:
    protocol = machine.unsigned(1)
    newest = 2 if machine.dialect is Dialect.SCRIPT else 5
    if not 2 <= protocol <= newest or machine.start != machine.first:
        known = "only protocol 2" if newest == 2 else f"only protocols up to {newest}"
        raise ArchiveError(f"protocol {protocol} at byte {machine.start}; {known} at the start is read")


def _mark(machine: Machine) -> None:
    machine.floor = len(machine.stack)
    machine.marks.append(machine.floor)
    if len(machine.marks) > MAX_STACK:
        raise ArchiveError(f"more than {MAX_STACK} marks on the stack")


def _none(machine: Machine) -> None:
    machine.push(None)


def _newtrue(machine: Machine) -> None:
    machine.push(True)


def _newfalse(machine: Machine) -> None:
    machine.stack.append(False)


def _binint(machine: Machine) -> None:
    position = machine.take(4)
    machine.push(int.from_bytes(machine.data[position : position + 4], "little", signed=True))


def _binint1(machine: Machine) -> None:
    machine.push(machine.unsigned(1))


def _binint2(machine: Machine) -> None:
    machine.push(machine.unsigned(2))


def _long1(machine: Machine) -> None:
    count = machine.unsigned(1)
    if machine.dialect is Dialect.SCRIPT and count != 8:
        raise ArchiveError(f"an int of {count} bytes; archives hold ints of 8 bytes")
    position = machine.take(count)
    machine.push(int.from_bytes(machine.data[position : position + count], "little", signed=True))


def _binfloat(machine: Machine) -> None:
    machine.push(struct.unpack_from(">d", machine.data, machine.take(8))[0])


def _binunicode(machine: Machine) -> None:
    start = machine.take(4) + 4
    end = start + UINT4(machine.data, start - 4)[0]
    if end > len(machine.data):
        machine.take(end - start)
    machine.position = end
    machine.stack.append(_text(machine.data[start:end], TEXT_ERRORS[machine.dialect]))


def _binunicode8(machine: Machine) -> None:
    machine.push_text(machine.unsigned(8))


def _short_binstring(machine: Machine) -> None:
    machine.push_old_string(machine.bytes(machine.unsigned(1)))


def _empty_tuple(machine: Machine) -> None:
    machine.stack.append(())


def _tuple(machine: Machine) -> None:
    machine.push(tuple(machine.pop_mark()))


def _tuple1(machine: Machine) -> None:
    machine.stack[-1] = (machine.top(),)


def _tuple2(machine: Machine) -> None:
    last = machine.pop()
    machine.push((machine.pop(), last))


def _tuple3(machine: Machine) -> None:
    last = machine.pop()
    middle = machine.pop()
    machine.push((machine.pop(), middle, last))


def _empty_list(machine: Machine) -> None:
    machine.push([])


def _list(machine: Machine) -> None:
    machine.push(machine.pop_mark())


def _append(machine: Machine) -> None:
    value = machine.pop()
    machine.top_list().append(value)


def _appends(machine: Machine) -> None:
    values = machine.pop_mark()
    machine.top_list().extend(values)


def _empty_dict(machine: Machine) -> None:
    machine.push({})


def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    target: dict[object, object] = {}
    machine.set_items(target, items)
    machine.push(target)


def _setitem(machine: Machine) -> None:
    value = machine.pop()
    key = machine.pop()
    machine.set_items(machine.top(), [key, value])


def _setitems(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.set_items(machine.top(), items)


def _empty_set(machine: Machine) -> None:
    empty: set[object] = set()
    machine.push(empty)


def _binget(machine: Machine) -> None:
    machine.recall(machine.unsigned(1))


def _long_binget(machine: Machine) -> None:
    machine.recall(machine.unsigned(4))


def _binput(machine: Machine) -> None:
    machine.remember(machine.unsigned(1))


def _long_binput(machine: Machine) -> None:
    machine.remember(machine.unsigned(4))


def _global(machine: Machine) -> None:
    module = machine.line()
    machine.push_global(module, machine.line())


def _reduce(machine: Machine) -> None:
    argument = machine.pop()
    machine.stack[-1] = machine.call(machine.top(), argument)


def _newobj(machine: Machine) -> None:
    argument = machine.pop()
    machine.push(machine.builder.make(machine.pop(), argument))


def _build(machine: Machine) -> None:
    state = machine.pop()
    machine.push(machine.builder.build(machine.pop(), state))


def _binpersid(machine: Machine) -> None:
    machine.stack[-1] = machine.builder.load_persistent(machine.top())


Handler = Callable[[Machine], None]


def _handlers(dialect: Dialect) -> list[Handler | None]:
    """The functions of this file by code, for the opcodes that a dialect has."""
    functions: dict[str, Handler] = {
        "PROTO": _proto, "MARK": _mark, "NONE": _none, "NEWTRUE": _newtrue, "NEWFALSE": _newfalse,
        "BININT": _binint, "BININT1": _binint1, "BININT2": _binint2, "LONG1": _long1, "BINFLOAT": _binfloat,
        "BINUNICODE": _binunicode, "BINUNICODE8": _binunicode8, "SHORT_BINSTRING": _short_binstring,
        "EMPTY_TUPLE": _empty_tuple, "TUPLE": _tuple, "TUPLE1": _tuple1, "TUPLE2": _tuple2, "TUPLE3": _tuple3,
        "EMPTY_LIST": _empty_list, "LIST": _list, "APPEND": _append, "APPENDS": _appends,
        "EMPTY_DICT": _empty_dict, "DICT": _dict, "SETITEM": _setitem, "SETITEMS": _setitems, "EMPTY_SET": _empty_set,
        "BINGET": _binget, "LONG_BINGET": _long_binget, "BINPUT": _binput, "LONG_BINPUT": _long_binput,
        "GLOBAL": _global, "REDUCE": _reduce, "NEWOBJ": _newobj, "BUILD": _build, "BINPERSID": _binpersid,
    }  # fmt: skip
    from .unpickler_python import PYTHON_HANDLERS

    functions.update(PYTHON_HANDLERS)
    table: list[Handler | None] = [None] * 256
    for opcode in OPCODES:
        if opcode.dialect & dialect and opcode.name != "STOP":
            table[opcode.code] = functions[opcode.name]
    return table


SCRIPT_HANDLERS = _handlers(Dialect.SCRIPT)
SAVE_HANDLERS = _handlers(Dialect.SAVE)
