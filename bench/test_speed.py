"""rushlight's own times, for tracking: `pytest bench/`. Claims against others come from `python -m bench`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import rushlight as rl

from .networks import DIGITS, digit_scans, mlp, mlp_input

Benchmark = Callable[..., object]


def test_eager_add(benchmark: Benchmark) -> None:
    """One call on four elements."""
    a, b = rl.ones(4), rl.ones(4)
    assert rl.add(a, b).tolist() == [2.0] * 4
    benchmark(rl.add, a, b)


@pytest.mark.parametrize("count", [1, 64])
def test_digits(benchmark: Benchmark, count: int) -> None:
    """The archive of examples/digits."""
    model = rl.jit.load(str(DIGITS)).eval()
    x = rl.from_numpy(digit_scans(count))
    assert model(x).shape == (count, 10)
    benchmark(model, x)


def test_mlp(benchmark: Benchmark) -> None:
    """Three linear layers on one row."""
    model = rl.jit.script(mlp(rl.nn).eval())
    x = rl.from_numpy(mlp_input(1))
    assert np.isfinite(model(x).numpy()).all()
    benchmark(model, x)


def test_load(benchmark: Benchmark) -> None:
    """Opening an archive: zip, pickles and source, up to a module that can be called."""
    model = benchmark(rl.jit.load, str(DIGITS))
    assert "classifier.4.bias" in dict(model.state_dict())
