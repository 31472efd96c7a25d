"""`python -m bench.files`: saving and loading files, against PyTorch, as a markdown table.

A gigabyte in eight tensors and 10,000 tensors of 16 numbers, on a file system in memory (so that nobody's disk is measured), and the
gigabyte on a disk too. Bounds: saving passes over the bytes twice (checksum and write); loading reads them once and fills fresh memory,
with checksums beside it (PyTorch computes none when it loads); of a mapped file the directory and the pickle are read. Neither library
waits for the disk.

Most of the time of saving a gigabyte is what the system needs for pages of the file, which in a virtual machine depends on who used
them last: pages just freed are at hand, others are fetched from the host, four times as slow. So there are two rows. "save" writes to
a new name: the file of the turn before is removed at the start of the turn. "save over" has it there still: torch cuts it off and
writes into the pages freed that moment, rushlight keeps it until the new one is complete.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

import rushlight as rl

from .__main__ import machine

Work = Callable[[Any, Any, Path], Any]
MEMORY_FOLDER = "/dev/shm"
WARMING = 2
"""Turns that do not count: memory that the system gives out for the first time costs more than all else."""


def tensors(count: int, items: int) -> dict[str, np.ndarray]:
    """A state dict's worth of arrays."""
    rng = np.random.default_rng(0)
    return {f"layers.{index}.weight": rng.random(items, np.float32) for index in range(count)}


def to_buffer(library: Any, values: Any, path: Path) -> io.BytesIO:
    """Save into memory."""
    buffer = io.BytesIO()
    library.save(values, buffer)
    return buffer


def paired(work: Work, arrays: dict[str, np.ndarray], folder: Path, rounds: int) -> dict[str, float]:
    """Median seconds of both libraries, which take turns; each has its own file."""
    made = {rl: rl.from_numpy, torch: torch.from_numpy}
    values = {library: {name: wrap(array) for name, array in arrays.items()} for library, wrap in made.items()}
    samples: dict[str, list[float]] = {library.__name__: [] for library in made}
    for library in made:
        library.save(values[library], folder / f"{library.__name__}.pt")
    for turn in range(rounds + WARMING):
        for library in made:
            begin = time.perf_counter()
            result = work(library, values[library], folder / f"{library.__name__}.pt")
            if turn >= WARMING:
                samples[library.__name__].append(time.perf_counter() - begin)
            del result
    return {name: statistics.median(times) for name, times in samples.items()}


def to_new_file(library: Any, values: Any, path: Path) -> None:
    """Save under a name that nothing has."""
    path.unlink()
    library.save(values, path)


WORK: dict[str, Work] = {
    "save": to_new_file,
    "save over": lambda library, values, path: library.save(values, path),
    "save to BytesIO": to_buffer,
    "load": lambda library, values, path: library.load(path),
    "load, mmap=True": lambda library, values, path: library.load(path, mmap=True),
}
SMALL, LARGE = ("save", "save to BytesIO", "load"), ("save", "save over", "load", "load, mmap=True")


def main() -> int:
    """Run all rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns per row (default: 5)")
    parser.add_argument("--gigabytes", type=float, default=1.0, help="size of the large file (default: 1)")
    parser.add_argument("--threads", type=int, default=rl.get_num_threads(), help="threads of each library (default: rushlight's)")
    parser.add_argument("--rows", default="", help="only rows whose title has this text (default: all)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    small, large = tensors(10_000, 16), tensors(8, int(options.gigabytes * (1 << 30) / 32))
    rows: list[tuple[str, dict[str, float]]] = []
    for place, base in (("in memory", MEMORY_FOLDER), ("on disk", None)):
        for size, arrays in (("10,000 tensors of 16 numbers", small), (f"{options.gigabytes:g} GiB in 8 tensors", large)):
            for name, work in WORK.items():
                title = f"{name}, {size}, {place}"
                if name not in (LARGE if arrays is large else SMALL) or options.rows not in title:
                    continue
                if base is None and (arrays is small or not name.startswith("save")):
                    continue
                with tempfile.TemporaryDirectory(dir=base if base and os.path.isdir(base) else None) as folder:
                    rows.append((title, paired(work, arrays, Path(folder), options.rounds)))
                print(f"measured: {rows[-1][0]}", file=sys.stderr)
    lines = ["| | rushlight | torch | torch's time / rushlight's |", "|---|---|---|---|"]
    for title, seconds in rows:
        own, other = seconds["rushlight"], seconds["torch"]
        lines.append(f"| {title} | {own * 1e3:.1f} ms | {other * 1e3:.1f} ms | {other / own:.2f} |")
    print("\n".join([machine(options.threads), "", *lines]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
