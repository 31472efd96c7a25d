"""Operators give the same bits for every number of threads."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.kernels.running import launch

RANDOM = np.random.default_rng(5)


def tensor(*shape: int, dtype: str = "float32") -> rl.Tensor:
    """Random items, some of them special."""
    items = RANDOM.standard_normal(shape).astype(dtype)
    items.reshape(-1)[[3, 50, 77, 101]] = -0.0, 1e-40, 1e30, 0.0
    return rl.from_numpy(items)


WIDE, SQUARE, IMAGES = tensor(3, 301, 701), tensor(517, 389), tensor(4, 6, 61, 59)
WEIGHT, ROW, FILTERS = tensor(389, 211), tensor(389), tensor(8, 3, 3, 3)
CASES: dict[str, Callable[[], rl.Tensor]] = {
    "add": lambda: rl.add(WIDE, WIDE, alpha=3),
    "number": lambda: WIDE * 1.7,
    "broadcast": lambda: SQUARE + ROW,
    "transposed": lambda: rl.exp(SQUARE.t()) - SQUARE.t(),
    "steps": lambda: rl.sigmoid(WIDE[:, ::2, 1::3]),
    "exp": lambda: rl.exp(WIDE),
    "sin": lambda: rl.sin(WIDE * 100),
    "erf": lambda: rl.erf(WIDE),
    "comparison": lambda: WIDE > 0.5,
    "float64": lambda: rl.log1p(WIDE.double().abs()),
    "conversion": lambda: WIDE.to(rl.float64),
    "copy": lambda: SQUARE.t().contiguous(),
    "sum rows": lambda: WIDE.sum(-1),
    "sum columns": lambda: WIDE.sum(1),
    "sum outer": lambda: WIDE.sum(0),
    "sum all": lambda: WIDE.sum(),
    "mean": lambda: WIDE.mean((0, 2)),
    "var": lambda: WIDE.var(-1),
    "max": lambda: WIDE.max(-1)[1],
    "argmin": lambda: WIDE.argmin(1),
    "softmax": lambda: rl.softmax(SQUARE, -1),
    "softmax columns": lambda: rl.log_softmax(SQUARE, 0),
    "layer_norm": lambda: rl.layer_norm(SQUARE, (389,), ROW, ROW),
    "batch_norm": lambda: rl.nn.functional.batch_norm(IMAGES, IMAGES.mean((0, 2, 3)), IMAGES.var((0, 2, 3)), training=True),
    "matrix": lambda: SQUARE @ WEIGHT,
    "matrix transposed": lambda: SQUARE.t() @ SQUARE,
    "matrix vector": lambda: SQUARE @ ROW,
    "batch": lambda: rl.bmm(WIDE, WIDE.transpose(1, 2)),
    "convolution": lambda: rl.nn.functional.conv2d(IMAGES, FILTERS, groups=2, padding=1),
    "depthwise": lambda: rl.nn.functional.conv2d(IMAGES, FILTERS[:6, :1], groups=6, padding=1),
    "max_pool2d": lambda: rl.nn.functional.max_pool2d(IMAGES, 3, 2, 1),
    "avg_pool2d": lambda: rl.nn.functional.avg_pool2d(IMAGES, 3, 2, 1),
    "adaptive": lambda: rl.nn.functional.adaptive_avg_pool2d(IMAGES, 5),
    "cat": lambda: rl.cat([SQUARE, SQUARE], 1),
}


def bits(case: str, threads: int) -> bytes:
    """The result of a case on this many threads."""
    rl.set_num_threads(threads)
    return CASES[case]().contiguous().numpy().tobytes()


@pytest.mark.parametrize("case", CASES)
def test_results_do_not_depend_on_the_number_of_threads(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, two, and more than there are processors; small grains make all of it parallel."""
    before = rl.get_num_threads()
    try:
        expected = bits(case, 1)
        for threads in (2, 3, 7):
            assert bits(case, threads) == expected
        monkeypatch.setattr(launch, "GRAIN", 100)
        monkeypatch.setattr(launch, "LONG", 0)
        assert bits(case, 7) == expected
    finally:
        rl.set_num_threads(before)
