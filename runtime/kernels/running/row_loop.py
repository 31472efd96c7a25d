"""The native loop over the rows of a program: what executor.py calls, one kernel among the others.

In: words that describe rows, the words they work on and how far to go. Out: a status; the counter says at which row it
stopped. A row is `ROW_WORDS` words: a code below `KERNEL_CODES` or a kernel's address, and what the code needs:

    JUMP_IF, JUMP_UNLESS    target row in OPERANDS, tested word in WORD
    HOST                    nothing: the host knows
    ALLOCATE, FREE          word of the address in FIRST, word of the size in bytes in WORD
    a kernel's address      first of its operand indices, their number, word of the number of items, tasks

Memory for ALLOCATE comes from free lists by size class, threaded through the blocks' first words; `block_class` says which.
The loop never makes a block: where a list is empty it asks the host.
"""
from __future__ import annotations

from ..compiling.compiler import emitted_kernel
from ..compiling.emitter import Builder, Pointer, Value
from ..compiling.functions import Functions
from . import thread_pool
from .engine import Kernel

BUDGET_SPENT = -1
"""Status: as many backward jumps as allowed; the loop goes on when called again."""
HOST_ROW = -2
"""Status: the row at the counter is the host's."""
NO_BLOCK = -3
"""Status: the row at the counter needs a block of memory, and its list is empty."""

JUMP_IF, JUMP_UNLESS, HOST, ALLOCATE, FREE = range(1, 6)
KERNEL_CODES = 6
"""Codes from here on are addresses of kernels."""
ROW_WORDS = 5
CODE, FIRST, OPERANDS, WORD, TASKS = range(ROW_WORDS)

ROWS, COUNT, INDICES, WORDS, GATHERED, COUNTER, BUDGET, BLOCKS, PARALLEL, LIMIT = range(10)
"""Words of a call: addresses of rows, operand indices, words, room for gathered operands and free lists (the number of
blocks in use, then a list for each class); number of rows; where to go on; backward jumps that are left; address of the
kernel that runs others in parallel; tasks that are worth it."""
JOB = 10
"""Words of a parallel row, as thread_pool.parallel_kernel wants them; the first is the pool, or 0 for one thread."""
CONTROL_WORDS = 14

_SMALLEST_SHIFT = 6
_CLASSES_PER_SHIFT = 8
BLOCK_WORDS = 1 + 40 * _CLASSES_PER_SHIFT
"""Words of the free lists: blocks up to 2^48 bytes, and the number of blocks in use."""
LARGEST_BLOCK = 1 << 48


def block_class(nbytes: int) -> tuple[int, int]:
    """The number of the size class of a block and its size in bytes: at most a quarter more than asked for."""
    last = max(nbytes, 1) - 1
    shift = max(_SMALLEST_SHIFT, last.bit_length() - 3)
    steps = last >> shift
    return (shift - _SMALLEST_SHIFT) * _CLASSES_PER_SHIFT + steps, (steps + 1) << shift


def loop_kernel() -> Kernel:
    """The loop; its words are described above."""
    return emitted_kernel("run_rows", _write_loop)


class _Loop:
    """What the parts of the loop share."""

    def __init__(self, builder: Builder) -> None:
        words = builder.words
        self.builder = builder
        self.rows, self.indices, self.values, self.gathered, self.blocks = (
            builder.pointer("int64", words[at]) for at in (ROWS, INDICES, WORDS, GATHERED, BLOCKS)
        )
        self.at = builder.variable(words[COUNTER])
        self.budget = builder.variable(words[BUDGET])
        self.status = builder.variable(builder.number(0, "int64"))

    def step(self) -> None:
        self.at.value = self.at.value + 1


def _write_loop(builder: Builder, functions: Functions) -> None:
    """Rows from the counter on until the end, a status, or a spent budget."""
    words = builder.words
    loop = _Loop(builder)
    count, pool = words[COUNT], words[JOB]
    with builder.when(pool != 0):
        thread_pool.write_activity(builder, pool, 1)
    with builder.loop_while(lambda: (loop.at.value < count) & (loop.status.value == 0)):
        row = loop.rows.at(loop.at.value * ROW_WORDS)
        code = row[CODE]
        with builder.when(code >= KERNEL_CODES):
            _write_kernel_row(loop, row, code, pool)
        with builder.when(code < KERNEL_CODES):
            with builder.when(code <= JUMP_UNLESS):
                _write_jump(loop, row, code)
            with builder.when(code == HOST):
                loop.status.value = HOST_ROW
            with builder.when(code >= ALLOCATE):
                _write_memory_row(loop, row, code)
    words[COUNTER] = loop.at.value
    words[BUDGET] = loop.budget.value
    with builder.when(pool != 0):
        thread_pool.write_activity(builder, pool, -1)
    builder.return_status(loop.status.value)


def _write_kernel_row(loop: _Loop, row: Pointer, code: Value, pool: Value) -> None:
    builder, words = loop.builder, loop.builder.words
    first = row[FIRST]
    with builder.loop(row[OPERANDS], vectorize=False) as operand:
        loop.gathered[operand] = loop.values[loop.indices[first + operand]]
    items, tasks = loop.values[row[WORD]], row[TASKS]
    serial = (tasks <= 1) | (pool == 0) | (items <= 1)
    with builder.when(serial):
        loop.status.value = builder.call_kernel(code, loop.gathered, 0, items)
    with builder.when(serial == builder.number(0, "i1")):
        job = words.at(JOB)
        tasks = builder.minimum(tasks, words[LIMIT])
        job[thread_pool.KERNEL] = code
        job[thread_pool.WORDS] = words[GATHERED]
        job[thread_pool.CHUNK] = (items + (tasks - 1)) // tasks
        loop.status.value = builder.call_kernel(words[PARALLEL], job, 0, items)
    with builder.when(loop.status.value == 0):
        loop.step()


def _write_jump(loop: _Loop, row: Pointer, code: Value) -> None:
    builder, target = loop.builder, row[OPERANDS]
    before = loop.at.value
    taken = (loop.values[row[WORD]] != 0) == (code == JUMP_IF)
    loop.at.value = builder.select(taken, target, before + 1)
    with builder.when(taken & (target <= before)):
        loop.budget.value = loop.budget.value - 1
        with builder.when(loop.budget.value < 0):
            loop.status.value = BUDGET_SPENT


def _write_memory_row(loop: _Loop, row: Pointer, code: Value) -> None:
    builder, place = loop.builder, row[FIRST]
    nbytes = loop.values[row[WORD]]
    number = builder.select((nbytes < 0) | (nbytes > LARGEST_BLOCK), 0, _class_of(builder, nbytes)) + 1
    head = loop.blocks[number]
    with builder.when(code == FREE):
        block = loop.values[place]
        builder.pointer("int64", block)[0] = head
        loop.blocks[number] = block
        loop.blocks[0] = loop.blocks[0] - 1
        loop.step()
    with builder.when(code == ALLOCATE):
        missing = (head == 0) | (nbytes < 0) | (nbytes > LARGEST_BLOCK)
        with builder.when(missing):
            loop.status.value = NO_BLOCK
        with builder.when(missing == builder.number(0, "i1")):
            loop.values[place] = head
            loop.blocks[number] = builder.pointer("int64", head)[0]
            loop.blocks[0] = loop.blocks[0] + 1
            loop.step()


def _class_of(builder: Builder, nbytes: Value) -> Value:
    """As `block_class`."""
    last = builder.maximum(nbytes, 1) - 1
    bits = 64 - builder.leading_zeros(last)
    shift = builder.maximum(bits - 3, _SMALLEST_SHIFT)
    return (shift - _SMALLEST_SHIFT) * _CLASSES_PER_SHIFT + (last >> shift)
