"""Runs programs: a native loop over rows, and Python where a row asks for it.

In: a `Program` and a `Frame` whose input words were set. Out: whatever its kernels wrote. The loop is itself a kernel, so it
comes from the store like the others; a row costs a few nanoseconds, a call from Python about one microsecond.

    frame = acquire(program)
    frame.words[0] = x.address
    run(frame)
    release(frame)
"""
from __future__ import annotations

import ctypes
import threading
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .kernels.compiler import emitted_kernel
from .kernels.engine import Kernel
from .program import HostRow, JumpRow, KernelRow, Program
from .storage import Storage

if TYPE_CHECKING:
    from .kernels.emitter import Builder, Value, Variable
    from .kernels.functions import Functions

BUDGET_SPENT = -1
"""Status of the loop: as many backward jumps as allowed; it goes on when called again."""
HOST_ROW = -2
"""Status of the loop: the row at the program counter is Python's."""
BACKWARD_JUMPS = 100_000
"""Backward jumps between two returns to Python, where signals are noticed: at most some milliseconds."""

_JUMP_IF, _JUMP_UNLESS, _HOST = 1, 2, 3
_ROW_WORDS = 5
# words of the loop's own kernel call; words of a row
_ROWS, _COUNT, _INDICES, _WORDS, _GATHERED, _COUNTER, _BUDGET = range(7)
_CODE, _FIRST, _OPERANDS, _WORD = range(4)


def _write_loop(builder: Builder, functions: Functions) -> None:
    """Rows from the counter on until the end, a status, or a spent budget; the counter says where it stopped."""
    words = builder.words
    rows, indices, values, gathered = (builder.pointer("int64", words[at]) for at in (_ROWS, _INDICES, _WORDS, _GATHERED))
    count = words[_COUNT]
    at = builder.variable(words[_COUNTER])
    with builder.loop_while(lambda: at.value < count):
        row = rows.at(at.value * _ROW_WORDS)
        code = row[_CODE]
        with builder.when(code > _HOST):
            with builder.loop(row[_OPERANDS], vectorize=False) as operand:
                gathered[operand] = values[indices[row[_FIRST] + operand]]
            status = builder.call_kernel(code, gathered, 0, values[row[_WORD]])
            with builder.when(status != 0):
                words[_COUNTER] = at.value
                builder.return_status(status)
            at.value = at.value + 1
        with builder.when(code == _HOST):
            words[_COUNTER] = at.value
            builder.return_status(HOST_ROW)
        with builder.when(code < _HOST):
            _write_jump(builder, at, (values[row[_WORD]] != 0) == (code == _JUMP_IF), row[_OPERANDS])
    words[_COUNTER] = at.value


def _write_jump(builder: Builder, at: Variable, taken: Value, target: Value) -> None:
    words = builder.words
    before = at.value
    at.value = builder.select(taken, target, before + 1)
    with builder.when(taken & (target <= before)):
        words[_BUDGET] = words[_BUDGET] - 1
        with builder.when(words[_BUDGET] < 0):
            words[_COUNTER] = target
            builder.return_status(BUDGET_SPENT)


class Frame:
    """The words, the arena and the program counter of one call. `words` is an array of signed 64-bit integers."""

    __slots__ = ("_control", "_gathered", "_plan", "arena", "control_address", "program", "words", "words_address")

    def __init__(self, program: Program) -> None:
        plan = self._plan = _plan(program)
        self.program = program
        self.words = array("q", bytes(8 * program.word_count))
        self.words_address = self.words.buffer_info()[0]
        self.arena = Storage.allocate(program.arena_size) if program.arena_size else None
        self._gathered = array("q", bytes(8 * max(plan.widest, 1)))
        self._control = array(
            "q",
            (plan.rows.buffer_info()[0], len(program.rows), plan.indices.buffer_info()[0], self.words_address,
             self._gathered.buffer_info()[0], 0, 0),
        )
        self.control_address = self._control.buffer_info()[0]
        for word, value in program.constants:
            self.words[word] = value
        for word, offset in program.arena:
            assert self.arena is not None, "a program with arena words has an arena"
            self.words[word] = self.arena.address + offset
        for word, other in program.references:
            self.words[word] = self.words_address + 8 * other

    @property
    def row(self) -> int:
        """The row at which the loop stopped."""
        return self._control[_COUNTER]


class _Plan:
    """What all frames of one program share: its rows as words, the loop, and frames that wait for use."""

    def __init__(self, program: Program) -> None:
        self.rows = array("q")
        self.indices = array("q")
        self.widest = 0
        self.free: list[Frame] = []
        self.run = _loop(program.releases_gil)
        for row in program.rows:
            self.rows.extend(self._encode(row))

    def _encode(self, row: KernelRow | JumpRow | HostRow) -> tuple[int, int, int, int, int]:
        match row:
            case KernelRow():
                first = len(self.indices)
                self.indices.extend(row.operands)
                self.widest = max(self.widest, len(row.operands))
                return row.kernel.address, first, len(row.operands), row.items, row.tasks
            case JumpRow():
                return (_JUMP_IF if row.when else _JUMP_UNLESS), 0, row.target, row.word, 1
            case HostRow():
                return _HOST, 0, 0, 0, 1


_lock = threading.Lock()
_loops: dict[bool, Any] = {}


def _plan(program: Program) -> _Plan:
    if not program.prepared:
        with _lock:
            if not program.prepared:
                program.prepared.append(_Plan(program))
    return program.prepared[0]


def _loop(releases_gil: bool) -> Any:
    found = _loops.get(releases_gil)
    if found is None:
        kernel: Any = emitted_kernel("run_rows", _write_loop)
        if releases_gil:
            kernel = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(kernel.address)
        found = _loops[releases_gil] = kernel
    return found


def loop_kernel() -> Kernel:
    """The native loop, compiled or loaded if it was not yet."""
    return _loop(False)


def acquire(program: Program) -> Frame:
    """A frame for one call, with constants and variables set; nobody else has it until it is released."""
    try:
        frame = _plan(program).free.pop()
    except IndexError:
        frame = Frame(program)
    for word, value in program.variables:
        frame.words[word] = value
    frame._control[_COUNTER] = 0
    return frame


def release(frame: Frame) -> None:
    """Give a frame back for the next call of its program."""
    frame._plan.free.append(frame)


def run(frame: Frame, answer: Callable[[Frame, int], None] | None = None) -> None:
    """Run the frame's program from row 0, or from where `frame.row` stands, to its end.

    `answer(frame, status)` is called for negative statuses of kernels, after which the row runs again. A positive status
    raises what the row's failure makes of it. Between runs of the loop Python notices signals.
    """
    control = frame._control
    loop = frame._plan.run
    control[_BUDGET] = BACKWARD_JUMPS
    while status := loop(frame.control_address, 0, 0):
        if status == HOST_ROW:
            row = frame.program.rows[control[_COUNTER]]
            assert isinstance(row, HostRow)
            frame.program.hosts[row.host](frame)
            control[_COUNTER] += 1
        elif status == BUDGET_SPENT:
            control[_BUDGET] = BACKWARD_JUMPS
        elif status > 0:
            raise _failure(frame, status - 1)
        elif answer is None:
            raise RuntimeError(f"program: row {frame.row} returned status {status}, and nobody answers it")
        else:
            answer(frame, status)


def _failure(frame: Frame, item: int) -> Exception:
    row = frame.program.rows[frame.row]
    assert isinstance(row, KernelRow)
    if row.failure < 0:
        return RuntimeError(f"program: item {item} of row {frame.row} ({row.kernel.symbol}) failed, which it must not")
    return frame.program.failures[row.failure](frame, item)
