"""`python -m bench.archives [FILE ...]`: loading TorchScript archives, against torch.jit.load, as a markdown table.

Rows: the networks of bench/models.py, scripted, and files that are named. "load" is until the module is there; PyTorch compiles all methods
then, rushlight each one when it is first called, so "and first call" goes on to the end of the first forward, of a process whose kernels
are compiled. Bound: the bytes of the file are copied once and their checksums computed, which PyTorch does not do.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import rushlight as rl

from .models import MODELS


def timed(work: Callable[[], Any]) -> float:
    """Seconds of one call; what it gave is gone before the next."""
    begin = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begin
    del result
    gc.collect()
    return seconds


def row(title: str, path: Path, given: Any, rounds: int) -> str:
    """One line of the table: both libraries take turns."""
    found: list[str] = []
    for called in (False, True):
        if called and given is None:
            found += ["", "", ""]
            continue
        samples: dict[str, list[float]] = {"rushlight": [], "torch": []}
        for _ in range(rounds + 1):
            for library in (rl, torch):

                def work(library: Any = library) -> Any:
                    module = library.jit.load(str(path), map_location="cpu").eval()
                    return (module, module(library.from_numpy(given))) if called else module

                samples[library.__name__].append(timed(work))
        ours, theirs = (statistics.median(times[1:]) for times in samples.values())
        found += [f"{ours * 1e3:.1f}", f"{theirs * 1e3:.1f}", f"{theirs / ours:.2f}x"]
    return f"| {title} | {' | '.join(found)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.archives", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="further archives, which are loaded only")
    parser.add_argument("--rounds", type=int, default=5, help="turns per row (default: 5)")
    parser.add_argument("--threads", type=int, default=1, help="threads of each library (default: 1)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    warnings.simplefilter("ignore", DeprecationWarning)
    print("| ms | rushlight load | torch load | ratio | rushlight load and first call | torch | ratio |\n|---|---|---|---|---|---|---|")
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        for name, (make, sample) in MODELS.items():
            path = Path(folder, "model.pt")
            torch.jit.script(make().eval()).save(str(path))
            print(row(name, path, sample(), options.rounds), flush=True)
        for path in options.files:
            print(row(path.name, path, None, options.rounds), flush=True)


if __name__ == "__main__":
    main()
