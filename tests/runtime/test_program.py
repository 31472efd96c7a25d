"""Programs and the loop that runs them: text, jumps, budgets, host rows, failures, frames."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.dtype import float32
from rushlight.runtime.executor import BACKWARD_JUMPS, Frame, acquire, release, run
from rushlight.runtime.kernels.compiling.compiler import function_kernel
from rushlight.runtime.kernels.compiling.primitives import int64_pointer
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel
from rushlight.runtime.limits import LimitExceeded, limits
from rushlight.runtime.program import AllocateRow, FreeRow, HostRow, JumpRow, KernelRow, Program, Row, parse


def _add(words: Any, start: int, stop: int) -> int:
    int64_pointer(words[0])[0] = words[1] + words[2]
    return 0


def _check_items(words: Any, start: int, stop: int) -> int:
    items = int64_pointer(words[0])
    for at in range(start, stop):
        if items[at] < 0:
            return at + 1
    return 0


def _ask(words: Any, start: int, stop: int) -> int:
    return -7 if words[0] == 0 else 0


ADD = function_kernel("add_words", _add, "int64")
CHECK = function_kernel("check_items", _check_items, "int64")
ASK = function_kernel("ask", _ask, "int64")
DOUBLE = pointwise_kernel(lambda a: a + a, (float32,), float32, (float32,), 0, (CONTIGUOUS, CONTIGUOUS))
KERNELS = {kernel.symbol: kernel for kernel in (ADD, CHECK, ASK, DOUBLE)}


def execute(program: Program, **words: int) -> Frame:
    """Run with words set by number: `execute(program, w0=3)`."""
    frame = acquire(program)
    for name, value in words.items():
        frame.words[int(name[1:])] = value
    run(frame)
    return frame


WORDS = 9
INDICES = st.integers(0, WORDS - 1)
VALUES = st.integers(-(1 << 63), (1 << 63) - 1)
PAIRS = st.lists(st.tuples(INDICES, VALUES), max_size=3).map(tuple)


def rows(count: int) -> st.SearchStrategy[Row]:
    operands = st.lists(INDICES, max_size=4).map(tuple)
    return st.one_of(
        st.builds(KernelRow, st.sampled_from(list(KERNELS.values())), operands, INDICES, st.integers(1, 9), st.integers(-1, 5)),
        st.builds(JumpRow, st.integers(0, count), INDICES, st.booleans()),
        st.builds(HostRow, st.integers(0, 5), operands),
        st.builds(AllocateRow, INDICES, INDICES),
        st.builds(FreeRow, INDICES, INDICES),
    )


@given(st.data(), PAIRS, PAIRS, st.lists(st.tuples(INDICES, INDICES), max_size=3).map(tuple), st.integers(0, 1 << 40), st.booleans())
def test_text_round_trip(
    data: st.DataObject, constants: Any, variables: Any, references: Any, arena_size: int, releases: bool
) -> None:
    count = data.draw(st.integers(0, 5))
    listed = tuple(data.draw(rows(count)) for _ in range(count))
    program = Program(WORDS, listed, constants, variables, arena_size, ((2, 64),), references, releases_gil=releases)
    assert parse(str(program), KERNELS) == program


@pytest.mark.parametrize("text, why", [
    ("", "line 1"),
    ("program 1 words, 0 bytes\n1: jump 0 if %0", "line 2"),
    ("program 1 words, 0 bytes\n0: unknown(%0) items %0", "line 2"),
    ("program 1 words, 0 bytes\n0: jump 5 if %0", "jumps to 5"),
    ("program 1 words, 0 bytes\n0: jump 0 if %3", "uses word 3"),
])
def test_bad_text_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(text, KERNELS)


def test_rows_share_words_and_the_arena() -> None:
    program = Program(
        5, (KernelRow(DOUBLE, (0, 2), 3), KernelRow(DOUBLE, (2, 1), 3)), constants=((3, 4),), arena_size=64, arena=((2, 0),)
    )
    a, out = np.arange(4, dtype=np.float32), np.zeros(4, np.float32)
    execute(program, w0=a.ctypes.data, w1=out.ctypes.data)
    assert out.tolist() == [0, 4, 8, 12]


def counting(limit: int) -> Program:
    """Words: 0 counter, 1 its address, 2 minus one, 3 sum, 4 its address, 5 one."""
    return Program(
        6,
        (KernelRow(ADD, (4, 3, 0), 5), KernelRow(ADD, (1, 0, 2), 5), JumpRow(0, 0)),
        constants=((2, -1), (5, 1)), variables=((0, limit), (3, 0)), references=((1, 0), (4, 3)),
    )


@pytest.mark.parametrize("limit", [1, 7, 3 * BACKWARD_JUMPS + 5])
def test_loops_count_and_outlast_their_budget(limit: int) -> None:
    program = counting(limit)
    frame = execute(program)
    assert frame.words[3] == limit * (limit + 1) // 2
    release(frame)
    again = execute(program)
    assert again is frame and again.words[3] == limit * (limit + 1) // 2


@pytest.mark.parametrize("steps", [0, 3, 99, 2 * BACKWARD_JUMPS])
def test_loops_stop_at_the_limit_of_steps(steps: int) -> None:
    with limits(steps=steps) as budget:
        release(execute(counting(steps + 1)))
        assert budget.steps == 0
    with pytest.raises(LimitExceeded, match=f"more than {steps} steps"), limits(steps=steps):
        execute(counting(steps + 2))


def test_signals_are_noticed_inside_loops() -> None:
    endless = Program(6, (KernelRow(ADD, (4, 3, 5), 5), JumpRow(0, 5)), constants=((5, 1),), references=((4, 3),))
    frame = acquire(endless)
    import signal

    def stop(number: int, where: Any) -> None:
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            run(frame)
    finally:
        signal.signal(signal.SIGALRM, old)
    assert frame.words[3] > 1000


def test_jump_unless() -> None:
    program = Program(4, (JumpRow(2, 0, False), KernelRow(ADD, (2, 3, 3), 3)), constants=((3, 1),), references=((2, 1),))
    assert execute(program, w0=1).words[1] == 2
    assert execute(program, w0=0).words[1] == 0


def test_host_rows_return_to_python() -> None:
    seen: list[int] = []

    def host(frame: Frame) -> None:
        seen.append(frame.words[0])
        frame.words[0] = 40

    program = Program(
        4, (HostRow(0, (0,)), KernelRow(ADD, (1, 0, 2), 2), HostRow(0)), constants=((2, 2),), references=((1, 0),), hosts=(host,)
    )
    execute(program, w0=5)
    assert seen == [5, 42]


def test_failures_name_the_item() -> None:
    def failure(frame: Frame, item: int) -> Exception:
        return IndexError(f"item {item} of row {frame.row}")

    program = Program(3, (KernelRow(CHECK, (0,), 1), KernelRow(CHECK, (0,), 2, failure=0)), constants=((1, 2), (2, 5)), failures=(failure,))
    items = np.array([1, 2, 3, -4, 5], np.int64)
    with pytest.raises(IndexError, match="item 3 of row 1"):
        execute(program, w0=items.ctypes.data)
    items[0] = -1
    with pytest.raises(RuntimeError, match=r"item 0 of row 0 \(check_items_\w+\) failed, which it must not"):
        execute(program, w0=items.ctypes.data)


def test_kernels_may_ask_the_host() -> None:
    program = Program(2, (KernelRow(ASK, (0,), 1),))
    frame = acquire(program)
    asked: list[int] = []

    def answer(frame: Frame, status: int) -> None:
        asked.append(status)
        frame.words[0] = len(asked) - 1

    run(frame, answer)
    assert asked == [-7, -7]
    with pytest.raises(RuntimeError, match="row 0 returned status -7, and nobody answers it"):
        execute(program, w0=0)


@pytest.mark.parametrize("releases", [False, True])
def test_concurrent_callers_have_their_own_frames(releases: bool) -> None:
    base = counting(20_000)
    program = Program(
        base.word_count, base.rows, base.constants, base.variables, references=base.references, releases_gil=releases
    )
    results: list[int] = []

    def call() -> None:
        for _ in range(5):
            frame = execute(program)
            results.append(frame.words[3])
            release(frame)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [20_000 * 20_001 // 2] * 20


def _mark(words: Any, start: int, stop: int) -> int:
    """Add one to each item; the items of words 1 and 2 fail."""
    items = int64_pointer(words[0])
    status = 0
    for at in range(start, stop):
        items[at] += 1
        if status == 0 and (at == words[1] or at == words[2]):
            status = at + 1
    return status


MARK = function_kernel("mark_items", _mark, "int64")


@pytest.fixture(params=[1, 2, 5])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """A number of threads, set."""
    before = rl.get_num_threads()
    rl.set_num_threads(request.param)
    yield request.param
    rl.set_num_threads(before)


@pytest.mark.parametrize("tasks", [1, 2, 8, 1000])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 1000])
def test_parallel_rows_run_every_item_once(threads: int, tasks: int, count: int) -> None:
    program = Program(5, (KernelRow(MARK, (0, 2, 2), 1, tasks), KernelRow(MARK, (0, 2, 2), 1, tasks)), constants=((1, count), (2, -1)))
    items = np.zeros(max(count, 1), np.int64)
    for turn in range(1, 4):
        release(execute(program, w0=items.ctypes.data))
        assert (items[:count] == 2 * turn).all()


def test_parallel_rows_fail_with_the_smallest_item(threads: int) -> None:
    program = Program(
        5, (KernelRow(MARK, (0, 2, 3), 1, 8, failure=0), KernelRow(MARK, (0, 4, 4), 1)), constants=((1, 1000), (4, -1)),
        failures=(lambda frame, item: IndexError(f"item {item} of row {frame.row}"),),
    )
    items = np.zeros(1000, np.int64)
    with pytest.raises(IndexError, match="item 30 of row 0"):
        execute(program, w0=items.ctypes.data, w2=950, w3=30)
    assert (items == 1).all()


SUMS = """
program 5 words, 0 bytes
%1 = 24
%2 = 200
0: %3 = allocate %1     # first block
1: %4 = allocate %2
2: host 0(%3, %4)
3: free %3, %1
4: %3 = allocate %1     # the same again
5: host 0(%3, %4)
6: free %4, %2
"""


def test_blocks_come_back() -> None:
    seen: list[tuple[int, int]] = []
    base = parse(SUMS, KERNELS)
    assert parse(str(base), KERNELS) == base
    program = replace(base, hosts=(lambda frame: seen.append((frame.words[3], frame.words[4])),))
    for _ in range(3):
        release(execute(program))
    assert len(set(seen)) == 1 and seen[0][0] != seen[0][1]
    assert all(address % 64 == 0 for address in seen[0])


@given(st.lists(st.integers(0, 1 << 20), min_size=1, max_size=12))
def test_living_blocks_do_not_overlap(sizes: list[int]) -> None:
    count = len(sizes)
    rows = tuple(AllocateRow(count + at, at) for at in range(count))
    frees = tuple(FreeRow(count + at, at) for at in range(0, count, 2))
    program = Program(2 * count, rows + frees + rows[::2], constants=tuple(enumerate(sizes)))
    frame = execute(program)
    blocks = sorted((frame.words[count + at], sizes[at]) for at in range(count))
    assert all(first + size <= second for (first, size), (second, _) in zip(blocks, blocks[1:]))


def test_impossible_blocks_are_refused() -> None:
    for nbytes in (-1, 1 << 60):
        with pytest.raises(MemoryError, match=f"program: row 0 allocates {nbytes} bytes"):
            execute(Program(2, (AllocateRow(0, 1),), constants=((1, nbytes),)))


def test_results_may_outlive_their_frame() -> None:
    program = Program(2, (AllocateRow(0, 1),), constants=((1, 1000),))
    frame = execute(program)
    storage = frame.take(0, 1000)
    assert storage.address == frame.words[0] and storage.nbytes == 1000
    release(frame)
    storage.array[...] = 7
    frame = execute(program)
    assert frame.words[0] != storage.address and (storage.array == 7).all()


def test_empty_cache_drops_what_waiting_frames_hold() -> None:
    program = Program(2, (AllocateRow(0, 1),), constants=((1, 1 << 20),))
    before = rl.memory_stats()["allocated"]
    release(execute(program))
    assert rl.memory_stats()["allocated"] >= before + (1 << 20)
    rl.empty_cache()
    assert rl.memory_stats()["allocated"] == before
