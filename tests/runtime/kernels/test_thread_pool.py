"""The thread pool: every item once, the smallest failure, many callers, fork, exit, sleep; and how many threads there are."""
from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.kernels.compiling.compiler import function_kernel
from rushlight.runtime.kernels.compiling.primitives import int64_pointer
from rushlight.runtime.kernels.running import processors
from rushlight.runtime.kernels.running.launch import launch, launch_at
from rushlight.runtime.kernels.running.thread_pool import ThreadPool


def _count(words: Any, start: int, stop: int) -> int:
    """Add one to each item; fail at the items in words 1 and 2."""
    items = int64_pointer(words[0])
    status = 0
    for at in range(start, stop):
        items[at] += 1
        if status == 0 and (at == words[1] or at == words[2]):
            status = at + 1
    return status


COUNT = function_kernel("count_items", _count, "int64")


@pytest.fixture(params=[2, 5], scope="module")
def pool(request: pytest.FixtureRequest) -> Iterator[ThreadPool]:
    """Pools with fewer and with more threads than processors."""
    made = ThreadPool(request.param)
    yield made
    made.quit()


def run(pool: ThreadPool, items: np.ndarray[Any, Any], chunk: int, *failing: int, releases_gil: bool = False) -> int:
    """Count each of the items on the pool; the status."""
    words = (ctypes.c_int64 * 3)(items.ctypes.data, *(failing or (-1, -1)))
    return pool.run(COUNT, ctypes.addressof(words), 0, len(items), chunk, releases_gil)


@pytest.mark.parametrize("count", [1, 2, 7, 100, 1001])
@pytest.mark.parametrize("chunk", [1, 3, 64, 1000])
def test_every_item_runs_once(pool: ThreadPool, count: int, chunk: int) -> None:
    for turn in range(20):
        items = np.zeros(count, np.int64)
        assert run(pool, items, chunk, releases_gil=turn % 2 == 1) == 0
        assert (items == 1).all()


def test_the_smallest_failure_wins_and_all_chunks_run(pool: ThreadPool) -> None:
    for first, second in ((3, 900), (900, 3), (999, 999), (0, 1), (500, -1)):
        items = np.zeros(1000, np.int64)
        assert run(pool, items, 10, first, second) == min(at for at in (first, second) if at >= 0) + 1
        assert (items == 1).all()


def test_callers_do_not_meet(pool: ThreadPool) -> None:
    """Four Python threads at once, with the GIL released: each gets its own items done, and its own status."""
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(100):
            items = np.zeros(50 + number, np.int64)
            if run(pool, items, 5, number, 20 + number, releases_gil=True) != number + 1 or not (items == 1).all():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_launch_runs_every_item_for_any_estimate() -> None:
    before = rl.get_num_threads()
    try:
        for threads in (1, 2, 3):
            rl.set_num_threads(threads)
            for work in (0, 10**5, 10**6, 10**9):
                for count in (0, 1, 2, 300, 1000):
                    items = np.zeros(count, np.int64)
                    assert launch(COUNT, (items.ctypes.data, -1, -1), count, work=work) == 0
                    assert (items == 1).all()
                    if count > 7:
                        words = (ctypes.c_int64 * 3)(items.ctypes.data, 9, 8)
                        assert launch_at(COUNT, ctypes.addressof(words), count, start=7, work=work) == 9
                        assert (items[:7] == 1).all() and (items[7:] == 2).all()
    finally:
        rl.set_num_threads(before)


class Recorded:
    """A kernel that says how it was called."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, words: int, start: int, stop: int) -> int:
        self.calls.append("kept")
        return 0

    def released(self, words: int, start: int, stop: int) -> int:
        self.calls.append("released")
        return 0


@pytest.mark.parametrize("work, how", [(0, "kept"), (100_000, "kept"), (199_999, "kept"), (200_000, "released"), (10**9, "released")])
def test_long_launches_release_the_gil(work: int, how: str) -> None:
    before, kernel = rl.get_num_threads(), Recorded()
    rl.set_num_threads(1)
    try:
        assert launch_at(kernel, 0, 10, work=work) == 0
    finally:
        rl.set_num_threads(before)
    assert launch_at(kernel, 0, 1, work=work) == 0
    assert kernel.calls == [how, how]


def in_process(program: str) -> str:
    """What a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", PRELUDE + program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


PRELUDE = """
import os, sys, threading, time
import numpy as np
import rushlight as rl
from rushlight.runtime.kernels.running.launch import launch
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel
from rushlight.runtime.dtype import float32
KERNEL = pointwise_kernel(lambda a: a + a, (float32,), float32, (float32,), 0, (CONTIGUOUS, CONTIGUOUS))
x = np.arange(100_000, dtype=np.float32)
def call(count=len(x), work=10**6):
    y = np.zeros_like(x)
    launch(KERNEL, (x.ctypes.data, y.ctypes.data), count, work=work)
    return bool((y[:count] == 2 * x[:count]).all())
rl.set_num_threads(2)
assert call()
"""


def test_a_forked_child_has_its_own_workers() -> None:
    """Also while another thread of the parent is using the pool."""
    in_process("""
stop = False
def work():
    while not stop: call()
thread = threading.Thread(target=work)
thread.start()
for _ in range(10):
    child = os.fork()
    if child == 0:
        right = all(call() for _ in range(20))
        workers = [t.name for t in threading.enumerate() if t.name.startswith("rushlight-worker")]
        os._exit(0 if right and len(workers) == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
stop = True
thread.join()
assert call()
""")


def test_nobody_works_between_calls() -> None:
    """100 tiny calls in a second cost under 2 % of a processor beyond the sleeps between them, an idle second nothing."""
    sleeping, calling, idle = (float(number) for number in in_process("""
a = rl.ones(4)
rl.add(a, a)
def spent(turns, seconds, step):
    call()
    time.sleep(0.05)
    before = time.process_time()
    for _ in range(turns):
        step()
        time.sleep(seconds)
    print(time.process_time() - before)
spent(100, 0.01, lambda: None)
spent(100, 0.01, lambda: rl.add(a, a))
spent(1, 1, lambda: None)
""").split())
    assert calling - sleeping < 0.02
    assert idle < 0.005


ENDINGS = ("", "sys.exit(0)", "threading.Thread(target=call).start()", "rl.set_num_threads(1)", "rl.set_num_threads(3); call()")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_process_ends_by_itself(ending: str) -> None:
    in_process(ending)


def test_fewer_threads_let_workers_go() -> None:
    in_process("""
def workers(): return sum(t.name.startswith("rushlight-worker") for t in threading.enumerate())
def settle(count):
    deadline = time.monotonic() + 10
    while workers() != count and time.monotonic() < deadline: time.sleep(0.01)
    assert workers() == count, workers()
settle(1)
rl.set_num_threads(4)
assert call()
settle(3)
rl.set_num_threads(1)
assert call()
settle(0)
""")


def test_the_number_of_threads() -> None:
    before = rl.get_num_threads()
    assert before >= 1
    try:
        rl.set_num_threads(3)
        assert rl.get_num_threads() == 3
        refused = {0: "a positive integer", -1: "a positive integer", 1.5: "an int, but got float", "2": "an int, but got str"}
        for wrong, message in refused.items():
            with pytest.raises(RuntimeError, match=f"^set_num_threads expects {message}$"):
                rl.set_num_threads(wrong)
        assert rl.get_num_threads() == 3
    finally:
        rl.set_num_threads(before)
    lines = in_process("""
print(rl.get_num_interop_threads() >= 1)
rl.set_num_interop_threads(3)
print(rl.get_num_interop_threads())
try: rl.set_num_interop_threads(3)
except RuntimeError as error: print(error)
""").splitlines()
    assert lines[:2] == ["True", "3"]
    assert lines[2].startswith("Error: cannot set number of interop threads after")


@pytest.mark.parametrize("value, expected", [("7", 7), ("6,2", 6)])
def test_openmp_environment_is_honoured(monkeypatch: pytest.MonkeyPatch, value: str, expected: int) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert processors.default_threads() == expected


def test_physical_cores_count_siblings_once(tmp_path: Path) -> None:
    for processor, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        folder = tmp_path / f"cpu{processor}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{siblings}\n")
    assert processors.physical_cores({0, 1, 2, 3}, str(tmp_path)) == 2
    assert processors.physical_cores({0, 2}, str(tmp_path)) == 1
    assert processors.physical_cores({0, 1, 8}, str(tmp_path)) == 3


@pytest.mark.parametrize("files, expected", [
    ({}, None),
    ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, 1.5),
    ({"proc/self/cgroup": "0::/gone\n", "sys/fs/cgroup/cpu.max": "300000 100000"}, 3.0),
    ({"proc/self/cgroup": "4:cpu,cpuacct:/x\n", "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "50000",
      "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000"}, 0.5),
    ({"proc/self/cgroup": "4:cpu:/\n3:memory:/m\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"}, None),
])
def test_quotas_of_control_groups(tmp_path: Path, files: dict[str, str], expected: float | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert processors.quota_processors(f"{tmp_path}/") == expected
