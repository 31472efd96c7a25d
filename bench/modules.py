"""`python -m bench.modules`: calls of layers on tiny inputs, and images resampled, against PyTorch, as a markdown table.

One thread unless asked for more; half a minute on an idle machine. The layers are so small that what is measured is the call: PyTorch's own
is 0.5 to 1 us for the module and as much for the operator. Resampling writes its output once and reads each item of the input a few
times from a cache, so the bound is the time of writing the output; sampling at positions reads four items for each that it writes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np
import torch

import rushlight as rl

from .__main__ import machine
from .indexing import Case, contenders, line
from .paired import measure


def layer_cases() -> Iterator[Case]:
    """Rows of layers on tiny inputs; each library makes its own layer, from the same values."""
    rng = np.random.default_rng(0)
    x, image = rng.standard_normal((1, 8)).astype(np.float32), rng.standard_normal((1, 1, 4, 4)).astype(np.float32)
    ids, target = np.array([1, 2, 3]), np.array([3])
    layers = {m: _layers(m) for m in (rl, torch)}
    for title in layers[rl]:
        given = [image] if title in ("MaxPool2d", "Conv2d", "BatchNorm2d, eval") else [ids] if title == "Embedding" else [x]
        given += [target] if title == "CrossEntropyLoss" else []
        yield title, given, lambda m, t, title=title: layers[m][title](*t).detach()


def _layers(m: object) -> dict[str, object]:
    nn = m.nn  # pyright: ignore[reportAttributeAccessIssue]
    m.manual_seed(0)  # pyright: ignore[reportAttributeAccessIssue]
    return {
        "Identity": nn.Identity(), "ReLU": nn.ReLU(), "Linear(8, 8)": nn.Linear(8, 8), "Softmax": nn.Softmax(dim=1), "GELU": nn.GELU(),
        "Sequential of 10 ReLU": nn.Sequential(*[nn.ReLU() for _ in range(10)]), "Dropout, eval": nn.Dropout().eval(),
        "LayerNorm": nn.LayerNorm(8), "Embedding": nn.Embedding(10, 8), "MaxPool2d": nn.MaxPool2d(2), "Conv2d": nn.Conv2d(1, 1, 3),
        "BatchNorm2d, eval": nn.BatchNorm2d(1).eval(), "CrossEntropyLoss": nn.CrossEntropyLoss(),
    }


def image_cases() -> Iterator[Case]:
    """Rows of resampling to twice the size and sampling at random positions, with planes and with pixels."""
    rng = np.random.default_rng(0)
    grid = rng.uniform(-1, 1, (1, 56, 56, 2)).astype(np.float32)
    planes = rng.standard_normal((1, 64, 56, 56)).astype(np.float32)
    pixels = planes.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)
    for order, x in (("NCHW", planes), ("NHWC", pixels)):
        for mode in ("nearest", "bilinear", "bicubic"):
            yield f"interpolate {mode} {order}", [x], lambda m, t, mode=mode: m.nn.functional.interpolate(t[0], scale_factor=2, mode=mode)
        for mode in ("nearest", "bilinear"):
            yield f"grid_sample {mode} {order}", [x, grid], lambda m, t, mode=mode: m.nn.functional.grid_sample(
                t[0], t[1], mode=mode, align_corners=False
            )


def main() -> int:
    """Run all rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.modules", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of both (default: 1)")
    parser.add_argument("--rounds", type=int, default=15, help="turns per row (default: 15)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    lines = ["| | rushlight | torch | torch's time / rushlight's |", "|---|---|---|---|"]
    with torch.no_grad(), rl.no_grad():
        for case in (*layer_cases(), *image_cases()):
            lines.append(line(measure(case[0], contenders(case), options.rounds)))
            print(f"measured: {case[0]}", file=sys.stderr)
    print("\n".join([machine(options.threads), "", *lines]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
