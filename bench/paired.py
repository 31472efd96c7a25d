"""The paired runner: contenders in, medians and ratios out.

The contenders of a row take turns in one process, so that a change of clock speed or a busy neighbour meets all of them alike. Each turn is
a burst of calls long enough for the clock; a row's times are medians over the rounds, its ratios medians of the ratios within each round.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .networks import DIGITS, Contender

BURST_SECONDS = 0.005


@dataclass
class Row:
    """One line of the table: seconds per call and contender, and each rival's time as a multiple of rushlight's."""

    title: str
    seconds: dict[str, float]
    ratios: dict[str, float] = field(default_factory=dict[str, float])


def time_calls(call: Callable[[], object], count: int) -> float:
    """Seconds per call of a burst."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def burst_length(call: Callable[[], object]) -> int:
    """How many calls last about BURST_SECONDS, after warming up."""
    for _ in range(5):
        call()
    return max(1, round(BURST_SECONDS / max(time_calls(call, 3), 1e-8)))


def agree(title: str, contenders: list[Contender]) -> None:
    """Stop when a contender computes something else: a time for a wrong answer is no time."""
    expected = contenders[0].result()
    for contender in contenders[1:]:
        result = contender.result()
        worst = float(np.abs(result - expected).max())
        if worst > 1e-4 * float(np.abs(expected).max()):
            raise RuntimeError(f"{title}: {contender.name} differs from {contenders[0].name} by {worst:g}")


def measure(title: str, contenders: list[Contender], rounds: int) -> Row:
    """Time contenders in turns; the order rotates, so that nobody always follows the same neighbour."""
    agree(title, contenders)
    counts = {contender.name: burst_length(contender.call) for contender in contenders}
    samples: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            shift = turn % len(contenders)
            for contender in contenders[shift:] + contenders[:shift]:
                samples[contender.name].append(time_calls(contender.call, counts[contender.name]))
    finally:
        gc.enable()
    return summary(title, samples)


def summary(title: str, samples: dict[str, list[float]]) -> Row:
    """Medians over the rounds; the first contender is rushlight."""
    names = list(samples)
    row = Row(title, {name: statistics.median(values) for name, values in samples.items()})
    for name in names[1:]:
        row.ratios[name] = statistics.median(rival / own for rival, own in zip(samples[name], samples[names[0]], strict=True))
    return row


START = """
import numpy
import {library}
x = numpy.load({input!r})
model = {library}.jit.load({archive!r}).eval()
with {library}.inference_mode():
    y = model({library}.from_numpy(x)).numpy()
assert y.shape == (1, 10), y.shape
"""


def start_rows(x: np.ndarray, rounds: int) -> list[Row]:
    """From the start of a process to its first result, with rushlight's kernel store warm, and empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.npy"
        np.save(path, x)

        def run(library: str, store: str) -> float:
            program = START.format(library=library, input=str(path), archive=str(DIGITS))
            # Installed packages come with their bytecode, so ours may write it in the first run.
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            environment["RUSHLIGHT_CACHE"] = str(Path(folder) / store)
            start = time.perf_counter()
            subprocess.run([sys.executable, "-W", "ignore", "-c", program], env=environment, check=True)
            return time.perf_counter() - start

        run("rushlight", "warm")
        warm: dict[str, list[float]] = {"rushlight": [], "torch eager": []}
        cold: list[float] = []
        for turn in range(rounds):
            warm["rushlight"].append(run("rushlight", "warm"))
            warm["torch eager"].append(run("torch", "warm"))
            if turn < 2:
                cold.append(run("rushlight", f"empty{turn}"))
        first = summary("process start to first digit", warm)
        torch_samples = warm["torch eager"][: len(cold)]
        second = summary("the same, on a machine's first run (kernels are compiled)", {"rushlight": cold, "torch eager": torch_samples})
    return [first, second]
