"""`python -m bench.engine_room`: what rows, programs, threads, the store and a warm start cost. Half a minute on an idle machine."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

import rushlight as rl
from rushlight.runtime.dtype import float32
from rushlight.runtime.executor import acquire, release, run
from rushlight.runtime.kernels.compiling.compiler import emit_object, emitted_kernel
from rushlight.runtime.kernels.compiling.emitter import Builder
from rushlight.runtime.kernels.compiling.functions import Functions
from rushlight.runtime.kernels.compiling.scalar_region import parse_region, region_kernel
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_kernel
from rushlight.runtime.kernels.running import engine
from rushlight.runtime.kernels.running.thread_pool import ThreadPool, current_pool
from rushlight.runtime.program import JumpRow, KernelRow, Program

from .__main__ import duration, machine
from .decoding import WIDTH, decode, decoding_program

Figure = tuple[str, float, str]


def best(call: Callable[[], object], seconds: float = 0.3) -> float:
    """The median of many calls, in seconds."""
    call()
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        samples.append(time.perf_counter() - start)
    return sorted(samples)[len(samples) // 2]


def execute(program: Program) -> None:
    """Run a program whose words are all set."""
    frame = acquire(program)
    run(frame)
    release(frame)


def nothing(builder: Builder, functions: Functions) -> None:
    """A kernel that does nothing."""


def rows() -> Iterator[Figure]:
    """Rows and calls of programs."""
    kernel = emitted_kernel("nothing", nothing)
    for operands in (0, 8):
        program = Program(9, (KernelRow(kernel, tuple(range(operands)), 8),) * 1000, constants=((8, 1),))
        yield f"a row with {operands} operands", best(lambda program=program: execute(program)) / 1000, ""
    program = Program(9, (KernelRow(kernel, (0, 1, 2), 8),) * 5, constants=((8, 1),))
    yield "a call from Python, 5 empty rows", best(lambda: execute(program)), ""
    pool = current_pool()
    if pool is not None:
        parallel = Program(9, (KernelRow(kernel, (0,), 8, tasks=pool.threads),) * 1000, constants=((8, pool.threads),))
        yield f"a parallel row, {pool.threads} threads", best(lambda: execute(parallel)) / 1000, "threads awake"


def add(a: int, b: int) -> int:
    """A sum."""
    return a + b


def loops() -> Iterator[Figure]:
    """A loop of numbers as rows and as one kernel."""
    turns = 10_000
    one = region_kernel(parse_region("region (int64, int64)\n0: %2 = add(%0, %1) int64", {"add": add}))
    # words: 0 left, 1 state, 2 minus one, 3 resume, 4 left, 5 minus one, 6 the next left, 7 one
    looped = Program(
        8, (KernelRow(one, (1, 6, 2), 7), JumpRow(0, 6)), constants=((2, -1), (7, 1)), variables=((3, 0), (6, turns)), references=((1, 3),)
    )
    yield "an iteration of a loop of numbers, as rows", best(lambda: execute(looped)) / turns, ""
    text = "region (int64, int64, int64)\n0: %2 = add(%2, %0) int64\n1: %0 = add(%0, %1) int64\n2: jump 0 if %0"
    composed = region_kernel(parse_region(text, {"add": add}))
    # words: 1 state, 2 turns, 3 minus one, 4 nothing, 5 one, 6 resume, then the registers
    alone = Program(
        10, (KernelRow(composed, (1, 2, 3, 4), 5),), references=((1, 6),),
        constants=((2, turns), (3, -1), (4, 0), (5, 1)), variables=((6, 0),),
    )
    yield "the same, composed into one kernel", best(lambda: execute(alone)) / turns, ""


def decoding() -> Iterator[Figure]:
    """32 steps of attention over a growing cache."""
    steps = 32
    rows, results = np.random.default_rng(0).standard_normal((steps, 3, WIDTH)).astype(np.float32), np.zeros((steps, WIDTH), np.float32)
    program, idle = decoding_program(steps), decoding_program(steps, idle=True)
    yield "decoding, a step", best(lambda: decode(program, rows, results)) / steps, "32 lengths in one program"
    yield "its overhead: the same with empty kernels", best(lambda: decode(idle, rows, results)) / steps, ""
    x = torch.from_numpy(rows)

    def eager() -> None:
        keys = values = torch.zeros(0, WIDTH)
        for step in range(steps):
            keys, values = torch.cat([keys, x[step, 1:2]]), torch.cat([values, x[step, 2:3]])
            torch.softmax(x[step, 0:1] @ keys.T * 0.125, -1) @ values

    with torch.inference_mode():
        yield "torch eager, a step", best(eager) / steps, ""


def threads() -> Iterator[Figure]:
    """What a second thread brings, and what it costs when nothing is to be done."""
    cores = len(os.sched_getaffinity(0))
    if cores > 1:
        x = rl.rand(4_000_000)
        before = rl.get_num_threads()
        for title, call in (("exp of 4e6 items", lambda: rl.exp(x)), ("sum of 4e6 items in rows of 1000", lambda: x.view(-1, 1000).sum(1))):
            times: list[float] = []
            for count in (1, 2):
                rl.set_num_threads(count)
                times.append(best(call))
            yield f"{title}, 2 threads", times[1], f"{times[0] / times[1]:.2f} times as fast as 1"
        rl.set_num_threads(before)
    small = rl.ones(4)
    rl.add(small, small)
    start = time.process_time()
    for _ in range(100):
        time.sleep(0.01)
    sleeping = time.process_time() - start
    for _ in range(100):
        rl.add(small, small)
        time.sleep(0.01)
    spent = time.process_time() - start - 2 * sleeping
    yield "100 tiny calls in a second", spent, f"{spent:.1%} of a processor"
    pool = ThreadPool(2)
    kernel = pointwise_kernel(lambda a: a + a, (float32,), float32, (float32,), 0, (CONTIGUOUS, CONTIGUOUS))
    items = np.zeros(4, np.float32)
    words = (ctypes.c_int64 * 2)(items.ctypes.data, items.ctypes.data)

    def wake() -> float:
        time.sleep(0.005)
        start = time.perf_counter()
        pool.run(kernel, ctypes.addressof(words), 0, 4, 2, False)
        return time.perf_counter() - start

    yield "two items on two threads, both awake", best(lambda: pool.run(kernel, ctypes.addressof(words), 0, 4, 2, False)), ""
    yield "the same, the other asleep", sorted(wake() for _ in range(100))[50], ""
    pool.quit()


def loading(count: int = 150) -> Iterator[Figure]:
    """Object code into memory, one by one and in one step."""

    def make(name: str) -> engine.Entry:
        builder = Builder(name)
        target, value = builder.pointer("float32", builder.word(0)), builder.word(1).to("float32")
        with builder.loop(builder.stop - builder.start) as at:
            target[builder.start + at] = value
        return emit_object(name, [builder.finish()])

    for title, size in (("one by one", 1), ("in one step", count)):
        entries = [make(f"fill_{size}_{number}") for number in range(count)]
        start = time.perf_counter()
        for first in range(0, count, size):
            engine.load(entries[first : first + size])
        yield f"loading {count} kernels {title}", time.perf_counter() - start, ""


def starts(rounds: int = 9) -> Iterator[Figure]:
    """A fresh process to the result of a program of ten rows, its kernels in the store."""
    with tempfile.TemporaryDirectory() as folder:
        # installed packages come with their bytecode
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"RUSHLIGHT_CACHE": folder}
        script = Path(__file__).with_name("ten_rows.py")
        times: dict[str, list[float]] = {"rushlight": [], "numpy": []}
        for turn in range(rounds + 1):
            for name, arguments in (("rushlight", [str(script)]), ("numpy", ["-c", "import numpy"])):
                start = time.perf_counter()
                said = subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True).stdout
                times[name].append(time.perf_counter() - start)
                assert turn == 0 or said.strip() in ("", "without a compiler")
        yield "process start to the result of ten rows", sorted(times["rushlight"][1:])[rounds // 2], "kernels in the store"
        yield "process start to numpy imported", sorted(times["numpy"][1:])[rounds // 2], ""


def main() -> int:
    """Print the table."""
    torch.set_num_threads(1)
    print("| | | |\n|---|---|---|")
    for part in (rows, loops, decoding, threads, loading, starts):
        for title, seconds, note in part():
            print(f"| {title} | {duration(seconds)} | {note} |", flush=True)
    print(f"\n{machine(rl.get_num_threads())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
