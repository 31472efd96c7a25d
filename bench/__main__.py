"""`python -m bench`: rushlight and its peers on the same work, as a markdown table. Takes a few minutes; run it on an idle machine."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib.metadata import version

import numpy as np
import torch

import rushlight as rl

from . import networks
from .paired import Row, measure, start_rows

NAMES = ("rushlight", "torch eager", "torch.jit", "onnxruntime")


def duration(seconds: float | None) -> str:
    """Three digits and a unit; a dash for a contender that does not take part."""
    if seconds is None:
        return "-"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def verdict(row: Row) -> str:
    """rushlight against the fastest rival of the row."""
    name, ratio = min(row.ratios.items(), key=lambda item: item[1])
    return f"{ratio:.2f}x as fast as {name}" if ratio >= 1 else f"loses: {1 / ratio:.2f}x as long as {name}"


def table(rows: list[Row]) -> str:
    """The rows as markdown."""
    lines = [f"| | {' | '.join(NAMES)} | against the fastest other |", f"|---|{'---|' * (len(NAMES) + 1)}"]
    for row in rows:
        times = " | ".join(duration(row.seconds.get(name)) for name in NAMES)
        lines.append(f"| {row.title} | {times} | {verdict(row)} |")
    return "\n".join(lines)


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def machine(threads: int) -> str:
    """What the figures were taken on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("rushlight", "torch", "onnxruntime", "numpy", "numba", "llvmlite"))
    system = f"{processor()}, {os.cpu_count()} logical cores, {platform.system()}, Python {platform.python_version()}"
    return f"{system}; {threads} thread{'s' if threads > 1 else ''} each; {packages}"


def main() -> int:
    """Run all rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of every contender (default: 1)")
    parser.add_argument("--rounds", type=int, default=101, help="turns per row (default: 101)")
    parser.add_argument("--starts", type=int, default=7, help="processes per contender in the start rows (default: 7)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    rows: list[Row] = []
    with torch.inference_mode():
        for title, contenders in (
            ("add, 4 elements, eager", networks.eager_add()),
            ("digits CNN, batch 1", networks.digits(1, options.threads)),
            ("digits CNN, batch 64", networks.digits(64, options.threads)),
            (f"MLP {'-'.join(map(str, networks.MLP_SIZES))}, batch 1", networks.mlp_row(1, options.threads)),
        ):
            rows.append(measure(title, contenders, options.rounds))
            print(f"measured: {title}", file=sys.stderr)
    rows += start_rows(np.ascontiguousarray(networks.digit_scans(1)), options.starts)
    print(table(rows))
    print(f"\n{machine(options.threads)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
