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
from typing import Any

from .kernels.compiler import function_kernel
from .kernels.engine import Kernel
from .kernels.primitives import call_kernel, int64_pointer
from .program import HostRow, JumpRow, KernelRow, Program
from .storage import Storage

BUDGET_SPENT = -1
"""Status of the loop: as many backward jumps as allowed; it goes on when called again."""
HOST_ROW = -2
"""Status of the loop: the row at the program counter is Python's."""
BACKWARD_JUMPS = 100_000
"""Backward jumps between two returns to Python, where signals are noticed: at most some milliseconds."""

_ROW_WORDS = 5
_JUMP_IF, _JUMP_UNLESS, _HOST = 1, 2, 3
# words of the loop's own kernel call
_ROWS, _COUNT, _INDICES, _WORDS, _GATHERED, _COUNTER, _BUDGET = range(7)


def _run_rows(words: Any, start: int, stop: int) -> int:
    """Rows from words[5] on until the end, a status, or a spent budget; words[5] says where it stopped."""
    rows = int64_pointer(words[0])
    count = words[1]
    indices = int64_pointer(words[2])
    values = int64_pointer(words[3])
    gathered = int64_pointer(words[4])
    at = words[5]
    while at < count:
        row = 5 * at
        code = rows[row]
        if code == 3:
            words[5] = at
            return -2
        if code <= 2:
            taken = values[rows[row + 3]] != 0
            if taken == (code == 1):
                target = rows[row + 2]
                if target <= at:
                    words[6] -= 1
                    if words[6] < 0:
                        words[5] = target
                        return -1
                at = target
            else:
                at += 1
            continue
        first = rows[row + 1]
        for operand in range(rows[row + 2]):
            gathered[operand] = values[indices[first + operand]]
        status = call_kernel(code, gathered, 0, values[rows[row + 3]])
        if status != 0:
            words[5] = at
            return status
        at += 1
    words[5] = at
    return 0


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
        kernel: Any = function_kernel("run_rows", _run_rows, "int64")
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
