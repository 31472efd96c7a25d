"""Operators of two results that write them into given tensors, against PyTorch."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight

rl: Any = rushlight
torch = pytest.importorskip("torch")

ITEMS = np.random.default_rng(0).random((4, 5), np.float32)
CASES: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    ("max", (1,), {}), ("min", (0,), {"keepdim": True}), ("cummax", (1,), {}), ("cummin", (0,), {}), ("sort", (1, True), {}),
    ("sort", (), {"stable": True, "dim": 0}), ("topk", (2,), {}), ("kthvalue", (2, 1), {}), ("median", (1,), {}), ("mode", (1,), {}),
]


@pytest.mark.parametrize("name, args, named", CASES)
def test_values_and_places(name: str, args: tuple[int, ...], named: dict[str, Any]) -> None:
    own, theirs = ((library.empty(0), library.empty(0, dtype=library.int64)) for library in (rl, torch))
    expected = getattr(torch, name)(torch.from_numpy(ITEMS), *args, **named, out=theirs)
    for _ in range(2):
        found = getattr(rl, name)(rl.from_numpy(ITEMS), *args, **named, out=own)
        assert found[0] is own[0] and found.indices is own[1]
        for one, other in zip(found, expected):
            assert np.array_equal(one.numpy(), other.numpy())


def test_smallest_and_largest() -> None:
    smallest, largest = rl.empty(0), rl.empty(0)
    found = rl.aminmax(rl.from_numpy(ITEMS), dim=1, out=(smallest, largest))
    assert found.min is smallest and found.max is largest
    assert np.array_equal(smallest.numpy(), ITEMS.min(1)) and np.array_equal(largest.numpy(), ITEMS.max(1))


def test_the_number_of_outputs() -> None:
    with pytest.raises(TypeError):
        rl.max(rl.from_numpy(ITEMS), 1, out=(rl.empty(0),))


def test_statistics_of_layer_norm() -> None:
    weight = np.linspace(0, 1, 5, dtype=np.float32)
    own, theirs = (
        library.native_layer_norm(library.from_numpy(ITEMS), [5], library.from_numpy(weight), None, 1e-5)
        for library in (rl, torch)
    )
    for one, other in zip(own, theirs):
        assert one.shape == other.shape
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)
