"""Random tensors print as in PyTorch, under every print option."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

DTYPES = (np.float32, np.float64, np.int64, np.int32, np.uint8, np.bool_, np.float16, np.int8, np.complex64)
OPTIONS: tuple[dict[str, Any], ...] = (
    {}, {"precision": 2}, {"edgeitems": 1, "threshold": 5}, {"linewidth": 40}, {"sci_mode": True}, {"sci_mode": False},
    {"edgeitems": 0, "threshold": 3}, {"profile": "short"}, {"profile": "full"}, {"precision": 8, "linewidth": 100},
)


def random_array(rng: np.random.Generator) -> Any:
    """Items of one size or of many, with special values among them, in up to four dimensions."""
    rank = int(rng.integers(0, 5))
    shape = [int(rng.integers(0, 6)) for _ in range(rank)]
    if shape:
        shape[-1] = int(rng.integers(0, rng.choice([3, 8, 40, 300])))
    dtype = DTYPES[rng.integers(len(DTYPES))]
    if dtype == np.bool_:
        return np.array(rng.integers(0, 2, shape), dtype)
    if np.issubdtype(dtype, np.integer):
        return np.array(rng.integers(0 if dtype == np.uint8 else -100, 100, shape), dtype)
    values = rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 10, shape if rng.random() < 0.3 else ())
    values = np.array(np.round(values) if rng.random() < 0.3 else values)
    if rng.random() < 0.3:
        special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0])
        values = np.where(rng.random(shape) < 0.2, rng.choice(special, shape), values)
    with np.errstate(all="ignore"):
        return np.array(values + 1j * rng.standard_normal(shape) if dtype == np.complex64 else values).astype(dtype)


@pytest.fixture
def default_options() -> Iterator[None]:
    """Both libraries print as they do at start, before and after."""
    for module in (rl, torch):
        module.set_printoptions(profile="default")
    yield
    for module in (rl, torch):
        module.set_printoptions(profile="default")


@pytest.mark.usefixtures("default_options")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_same_text(options: dict[str, Any]) -> None:
    rng = np.random.default_rng(len(str(options)))
    for module in (rl, torch):
        module.set_printoptions(**options)
    for _ in range(200):
        array = random_array(rng)
        assert repr(rl.from_numpy(array)) == repr(torch.from_numpy(array))


@pytest.mark.usefixtures("default_options")
def test_options_come_back() -> None:
    with rl.printoptions(precision=2):
        assert repr(rl.tensor([1.23456])) == "tensor([1.23])"
    assert repr(rl.tensor([1.23456])) == "tensor([1.2346])"
