"""Runs programs: a native loop over rows, and Python where a row asks for it.

In: a `Program` and a `Frame` whose input words were set. Out: whatever its kernels wrote. The loop (kernels/running/row_loop.py) is
itself a kernel, so it comes from the store like the others; a row costs a few nanoseconds, a call from Python about one
microsecond. Rows with `tasks` run on the thread pool; the GIL is kept or released as the program says.

    frame = acquire(program)
    frame.words[0] = x.address
    run(frame)
    release(frame)
"""
from __future__ import annotations

import threading
import weakref
from array import array
from collections.abc import Callable

from .forking import hold_at_fork
from .kernels.running import row_loop
from .kernels.running.row_loop import BUDGET, BUDGET_SPENT, COUNTER, HOST_ROW, NO_BLOCK
from .kernels.running.thread_pool import current_pool, parallel_kernel
from .limits import LOCAL, Budget, step
from .program import AllocateRow, FreeRow, HostRow, JumpRow, KernelRow, Program, Row
from .storage import Storage, on_empty_cache

BACKWARD_JUMPS = 100_000
"""Backward jumps between two returns to Python, where signals are noticed: at most some milliseconds."""
_TASKS_PER_THREAD = 4


class Frame:
    """The words, the arena, the blocks and the row counter of one call. `words` is an array of signed 64-bit integers."""

    __slots__ = ("_blocks", "_control", "_gathered", "_lists", "_plan", "arena", "control_address", "program", "words", "words_address")

    def __init__(self, program: Program) -> None:
        plan = self._plan = _plan(program)
        self.program = program
        self.words = array("q", bytes(8 * program.word_count))
        self.words_address = self.words.buffer_info()[0]
        self.arena = Storage.allocate(program.arena_size) if program.arena_size else None
        self._gathered = array("q", bytes(8 * max(plan.widest, 1)))
        self._lists = array("q", bytes(8 * row_loop.BLOCK_WORDS if plan.allocates else 8))
        self._blocks: dict[int, Storage] = {}
        self._control = array("q", bytes(8 * row_loop.CONTROL_WORDS))
        self.control_address = self._control.buffer_info()[0]
        control = {
            row_loop.ROWS: plan.rows.buffer_info()[0], row_loop.COUNT: len(program.rows),
            row_loop.INDICES: plan.indices.buffer_info()[0], row_loop.WORDS: self.words_address,
            row_loop.GATHERED: self._gathered.buffer_info()[0], row_loop.BLOCKS: self._lists.buffer_info()[0],
        }
        for word, value in control.items():
            self._control[word] = value
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
        return self._control[COUNTER]

    def take(self, word: int, nbytes: int) -> Storage:
        """The block whose address a word holds, of `nbytes` bytes, from now on the caller's: a result that outlives the frame."""
        block = self._blocks.pop(self.words[word])
        self._lists[0] -= 1
        block.nbytes = nbytes
        return block

    def reset(self) -> None:
        """Set everything for a run from row 0."""
        self._control[COUNTER] = 0
        if not self._plan.simple:
            self._reset_more()

    def _reset_more(self) -> None:
        """Variables, the thread pool as it is now, and blocks that the last run left."""
        for word, value in self.program.variables:
            self.words[word] = value
        if self._plan.parallel:
            control, pool = self._control, current_pool()
            control[row_loop.JOB] = 0 if pool is None else pool.address
            control[row_loop.PARALLEL] = self._plan.parallel
            control[row_loop.LIMIT] = 1 if pool is None else _TASKS_PER_THREAD * pool.threads
        if self._lists[0]:
            self._collect()

    def answer_allocation(self, row: AllocateRow) -> None:
        """Give the row at the counter a new block; MemoryError for a size that nobody has."""
        nbytes = self.words[row.bytes]
        if not 0 <= nbytes <= row_loop.LARGEST_BLOCK:
            raise MemoryError(f"program: row {self.row} allocates {nbytes} bytes")
        block = Storage.allocate(row_loop.block_class(nbytes)[1])
        self._blocks[block.address] = block
        self.words[row.word] = block.address
        self._lists[0] += 1
        self._control[COUNTER] += 1

    def _collect(self) -> None:
        """Put all blocks into their lists, those too that the last run left."""
        lists = self._lists
        for at in range(len(lists)):
            lists[at] = 0
        for address, block in self._blocks.items():
            number = row_loop.block_class(block.nbytes)[0] + 1
            block.write_word(lists[number])
            lists[number] = address


class _Plan:
    """What all frames of one program share: its rows as words, the loop, and frames that wait for use."""

    def __init__(self, program: Program) -> None:
        self.rows = array("q")
        self.indices = array("q")
        self.widest = 0
        self.free: list[Frame] = []
        kernel = row_loop.loop_kernel()
        self.run: Callable[[int, int, int], int] = kernel.released if program.releases_gil else kernel
        is_parallel = any(isinstance(row, KernelRow) and row.tasks > 1 for row in program.rows)
        self.parallel = parallel_kernel().address if is_parallel else 0
        self.allocates = any(isinstance(row, AllocateRow | FreeRow) for row in program.rows)
        self.simple = not (program.variables or is_parallel or self.allocates)
        """Whether nothing but the counter must be set between runs."""
        for row in program.rows:
            self.rows.extend(self._encode(row))

    def _encode(self, row: Row) -> tuple[int, int, int, int, int]:
        match row:
            case KernelRow():
                first = len(self.indices)
                self.indices.extend(row.operands)
                self.widest = max(self.widest, len(row.operands))
                return row.kernel.address, first, len(row.operands), row.items, row.tasks
            case JumpRow():
                return (row_loop.JUMP_IF if row.when else row_loop.JUMP_UNLESS), 0, row.target, row.word, 1
            case HostRow():
                return row_loop.HOST, 0, 0, 0, 1
            case AllocateRow():
                return row_loop.ALLOCATE, row.word, 0, row.bytes, 1
            case FreeRow():
                return row_loop.FREE, row.word, 0, row.bytes, 1


_lock = threading.Lock()
hold_at_fork(_lock)
_plans: weakref.WeakSet[_Plan] = weakref.WeakSet()


def _plan(program: Program) -> _Plan:
    if not program.prepared:
        with _lock:
            if not program.prepared:
                made = _Plan(program)
                _plans.add(made)
                program.prepared.append(made)
    return program.prepared[0]


def _drop_frames() -> None:
    """Forget frames that wait for use, with their memory."""
    with _lock:
        for plan in _plans:
            plan.free.clear()


on_empty_cache(_drop_frames)


def acquire(program: Program) -> Frame:
    """A frame for one call, with constants and variables set; nobody else has it until it is released."""
    prepared = program.prepared
    try:
        frame = (prepared[0] if prepared else _plan(program)).free.pop()
    except IndexError:
        frame = Frame(program)
    frame.reset()
    return frame


def release(frame: Frame) -> None:
    """Give a frame back for the next call of its program."""
    frame._plan.free.append(frame)


def run(frame: Frame, answer: Callable[[Frame, int], None] | None = None) -> None:
    """Run the frame's program from row 0, or from where `frame.row` stands, to its end.

    `answer(frame, status)` is called for negative statuses of kernels, after which the row runs again. A positive status
    raises what the row's failure makes of it. Between runs of the loop Python notices signals, and backward jumps are counted
    as steps of `limits`.
    """
    control = frame._control
    loop = frame._plan.run
    budget = LOCAL.budget
    granted = control[BUDGET] = _jumps(budget)
    while status := loop(frame.control_address, 0, 0):
        row = frame.program.rows[control[COUNTER]] if status in (HOST_ROW, NO_BLOCK) else None
        if isinstance(row, HostRow):
            frame.program.hosts[row.host](frame)
            control[COUNTER] += 1
        elif isinstance(row, AllocateRow):
            frame.answer_allocation(row)
        elif status == BUDGET_SPENT:
            if budget is not None:
                step(granted - control[BUDGET])
            granted = control[BUDGET] = _jumps(budget)
        elif status > 0:
            raise _failure(frame, status - 1)
        elif answer is None:
            raise RuntimeError(f"program: row {frame.row} returned status {status}, and nobody answers it")
        else:
            answer(frame, status)
    if budget is not None:
        step(granted - control[BUDGET])


def _jumps(budget: Budget | None) -> int:
    """How many backward jumps there may be until Python is asked."""
    return BACKWARD_JUMPS if budget is None else min(BACKWARD_JUMPS, budget.steps)


def _failure(frame: Frame, item: int) -> Exception:
    row = frame.program.rows[frame.row]
    assert isinstance(row, KernelRow)
    if row.failure < 0:
        return RuntimeError(f"program: item {item} of row {frame.row} ({row.kernel.symbol}) failed, which it must not")
    return frame.program.failures[row.failure](frame, item)
