"""`rushlight demo`: handwritten digits, read by a network that PyTorch trained and saved.

In: the archive and the held-out scans beside this file (examples/digits made them). Out: a report on standard output. The second half
defines the same network here, gives it the archive's weights, saves it, and runs the saved file in a fresh process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ..runtime.nn.module import Module
from ..runtime.nn.modules import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential
from ..runtime.tensor import Tensor, from_numpy
from ..script.jit import script
from ..serialize.jit import load, save

ARCHIVE = Path(__file__).with_name("digits.pt")
SCANS = Path(__file__).with_name("digits.npz")
SHADES = " ░▒▓█"
PLAIN_SHADES = " .+#@"
GREY_LEVELS = 16


class DigitNet(Module):
    """The network of the archive: two convolutions with batch normalisation, then two linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Sequential(
            Conv2d(1, 16, 3, padding=1),
            BatchNorm2d(16),
            ReLU(),
            MaxPool2d(2),
            Conv2d(16, 32, 3, padding=1),
            BatchNorm2d(32),
            ReLU(),
            MaxPool2d(2),
        )
        self.classifier = Sequential(Flatten(), Linear(128, 64), ReLU(), Dropout(0.25), Linear(64, 10))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1, 8, 8) grey levels from 0 to 1 give (N, 10) scores."""
        return self.classifier(self.features(x))


def demo() -> int:
    """Run the demo; the status is 1 if anything differs from what it should be."""
    with np.load(SCANS, allow_pickle=False) as data:
        images, labels, torch_correct = data["images"], data["labels"], int(data["torch_correct"])
    x = np.ascontiguousarray(images[:, None].astype(np.float32) / GREY_LEVELS)

    print(f"rushlight {version('rushlight')}: handwritten digits, with a network that PyTorch saved; PyTorch is not in this process\n")
    model, seconds = timed(lambda: load(ARCHIVE).eval())
    line("archive", f"{ARCHIVE.name}, {ARCHIVE.stat().st_size / 1000:.0f} kB, written by torch.jit.save; loaded in {milliseconds(seconds)}")
    logits, seconds = timed(lambda: model(from_numpy(x)).numpy())
    line("first call", f"{milliseconds(seconds)} for {len(x)} scans (kernels are compiled once per machine, then kept)")
    guesses = logits.argmax(axis=1)
    correct = int((guesses == labels).sum())
    agreement = "exactly what PyTorch gets" if correct == torch_correct else f"PyTorch gets {torch_correct}"
    line("accuracy", f"{correct} of {len(labels)} held-out scans, {correct / len(labels):.2%}: {agreement}")
    line("latency", f"{latency(model, x[:1])} for one scan, {latency(model, x)} for all {len(x)} (median)")
    print()
    draw(images, labels, guesses)

    print("\nThe same network, defined with rushlight.nn:")
    equal = define_and_reload(model, x, logits)
    print(f"\nTry next: rushlight info {ARCHIVE}")
    return 0 if equal and correct == torch_correct else 1


def define_and_reload(model: Any, x: np.ndarray, expected: np.ndarray) -> bool:
    """Define, load the weights, script, save, run the saved file in a fresh process; whether its outputs are equal to `expected`."""
    network = DigitNet().eval()
    state = model.state_dict()
    network.load_state_dict(state)
    line("weights", f"{len(state)} tensors of the archive, by load_state_dict")
    scripted = script(network)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive, scans, result = folder / "digits.pt", folder / "scans.npy", folder / "scores.npy"
        save(scripted, archive)
        line("saved", f"scripted and saved, {archive.stat().st_size / 1000:.0f} kB; torch.jit.load opens it too")
        np.save(scans, x)
        command = [sys.executable, "-m", "rushlight.tools.cli", "run", str(archive), "--input", str(scans), "--output", str(result)]
        done, seconds = timed(lambda: subprocess.run(command, capture_output=True, text=True, cwd=folder))
        if done.returncode != 0:
            raise RuntimeError(f"the fresh process failed: {done.stderr.strip()}")
        scores = np.load(result, allow_pickle=False)
    equal = np.array_equal(scores, expected)
    difference = float(np.abs(scores - expected).max())
    words = "equal, bit for bit" if equal else f"NOT equal: they differ by up to {difference:g}"
    line("reloaded", f"in a fresh process, start to end {milliseconds(seconds)}; all {scores.size} outputs are {words}")
    return equal


def draw(images: np.ndarray, labels: np.ndarray, guesses: np.ndarray) -> None:
    """Four scans side by side with what was read in them: three right ones, and one that was misread if there is any."""
    wrong = np.flatnonzero(guesses != labels)
    right = np.flatnonzero(guesses == labels)
    chosen = [*right[:3], *(wrong[:1] if len(wrong) else right[3:4])]
    try:
        SHADES.encode(sys.stdout.encoding or "ascii")
        shades = SHADES
    except UnicodeEncodeError:
        shades = PLAIN_SHADES
    for row in range(images.shape[1]):
        print("  " + "  ".join("".join(shade(level, shades) * 2 for level in images[index][row]) for index in chosen).rstrip())
    titles = (f"read {guesses[i]}" if guesses[i] == labels[i] else f"read {guesses[i]}, is {labels[i]}" for i in chosen)
    print("  " + "  ".join(title.center(2 * images.shape[2]) for title in titles).rstrip())


def shade(level: int, shades: str) -> str:
    """The character for a grey level from 0 to 16."""
    return shades[round(int(level) * (len(shades) - 1) / GREY_LEVELS)]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """The result of some work and the seconds it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def latency(model: Any, x: np.ndarray) -> str:
    """The median time of a call; a quarter of a second of calls, at least five."""
    tensor = from_numpy(x)
    model(tensor)
    times = [timed(lambda: model(tensor))[1] for _ in range(5)]
    deadline = time.perf_counter() + 0.25
    while time.perf_counter() < deadline:
        times.append(timed(lambda: model(tensor))[1])
    return milliseconds(statistics.median(times))


def milliseconds(seconds: float) -> str:
    """A duration in milliseconds, three digits."""
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"


def line(name: str, text: str) -> None:
    """One line of the report."""
    print(f"  {name:<11}{text}", flush=True)
