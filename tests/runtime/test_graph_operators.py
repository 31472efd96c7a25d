"""Operators of graph and audio libraries, against plain Python."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.table import lookup

RNG = np.random.default_rng(11)


def row(key: str) -> Callable[..., Any]:
    found = lookup(key)
    assert found is not None, key
    return found


@pytest.mark.parametrize("name, combine", [("sum", np.sum), ("mean", np.mean), ("min", np.min), ("max", np.max)])
def test_segments_of_ends_and_of_places(name: str, combine: Callable[..., Any]) -> None:
    items = RNG.standard_normal((6, 3)).astype(np.float32)
    ends, places = [0, 2, 2, 5], [0, 0, 2, 2, 2]
    by_ends = row(f"torch_scatter::segment_{name}_csr")(rl.from_numpy(items), rl.tensor(ends), None)
    by_places = row(f"torch_scatter::segment_{name}_coo")(rl.from_numpy(items[:5]), rl.tensor(places), None, 3)
    expected = np.stack([combine(items[a:b], axis=0) if b > a else np.zeros(3, np.float32) for a, b in zip(ends, ends[1:])])
    for found in (by_ends, by_places):
        values = found[0] if isinstance(found, tuple) else found
        np.testing.assert_allclose(values.numpy(), expected, rtol=1e-6)
    if isinstance(by_ends, tuple):
        taken = by_ends[1].numpy()
        assert (taken[1] == 6).all()
        np.testing.assert_array_equal(np.take_along_axis(items, taken[[0, 2]], 0), expected[[0, 2]])
    with pytest.raises(RuntimeError):
        row(f"torch_scatter::segment_{name}_csr")(rl.from_numpy(items), rl.tensor([0, 9]), None)
    with pytest.raises(RuntimeError):
        row(f"torch_scatter::segment_{name}_coo")(rl.from_numpy(items), rl.tensor([0, 0, 0, 0, 0, -1]), None, 3)


def test_ends_for_each_row_and_gathering() -> None:
    items = rl.arange(8.0).reshape(2, 4)
    found = row("torch_scatter::segment_sum_csr")(items, rl.tensor([[0, 1, 4], [1, 3, 4]]), None)
    assert found.tolist() == [[0.0, 6.0], [11.0, 7.0]]
    assert row("torch_scatter::gather_csr")(rl.tensor([3.0, 4.0]), rl.tensor([0, 1, 3]), None).tolist() == [3.0, 4.0, 4.0]
    assert row("torch_scatter::gather_coo")(rl.tensor([3.0, 4.0]), rl.tensor([1, 1, 0]), None).tolist() == [4.0, 4.0, 3.0]


def test_scattered_sums_and_means() -> None:
    items, places = rl.tensor([[1.0, 2.0, 4.0]]), rl.tensor([1, 1, 3])
    assert row("torch_scatter::scatter_sum")(items, places, 1, None, None).tolist() == [[0.0, 3.0, 0.0, 4.0]]
    assert row("torch_scatter::scatter_mean")(items, places, -1, None, 4).tolist() == [[0.0, 1.5, 0.0, 4.0]]


def test_neighbours() -> None:
    points, asked = RNG.standard_normal((9, 3)), RNG.standard_normal((4, 3))
    distances = np.linalg.norm(asked[:, None] - points[None], axis=2)
    found = row("torch_cluster::knn")(rl.from_numpy(points), rl.from_numpy(asked), None, None, 3, False, 1).numpy()
    np.testing.assert_array_equal(found, [np.repeat(np.arange(4), 3), np.argsort(distances, 1)[:, :3].ravel()])
    split = rl.tensor([0, 5, 9]), rl.tensor([0, 1, 4])
    found = row("torch_cluster::radius")(rl.from_numpy(points), rl.from_numpy(asked), *split, 1.5, 32, 1, False).numpy()
    pairs = [(a, b) for a in range(4) for b in range(9) if distances[a, b] < 1.5 and (a >= 1) == (b >= 5)]
    np.testing.assert_array_equal(found.T, np.array(pairs, np.int64).reshape(-1, 2))
    with pytest.raises(RuntimeError):
        row("torch_cluster::knn")(rl.from_numpy(points), rl.from_numpy(asked), rl.tensor([0, 10]), None, 3, False, 1)


def test_farthest_points() -> None:
    line = rl.tensor([[0.0], [1.0], [5.0], [9.0], [0.0], [4.0]])
    assert row("torch_cluster::fps")(line, rl.tensor([0, 4, 6]), rl.tensor(0.5), False).tolist() == [0, 3, 4]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_recursive_filter(dtype: str) -> None:
    windows, factors = RNG.standard_normal((2, 3, 12)).astype(dtype), (RNG.standard_normal((3, 4)) / 4).astype(dtype)
    factors[:, 3] = 1
    output = np.zeros((2, 3, 15), dtype)
    expected = output.copy()
    for at in range(12):
        for batch in range(2):
            for channel in range(3):
                before = math.fsum(float(expected[batch, channel, at + k]) * float(factors[channel, k]) for k in range(3))
                expected[batch, channel, at + 3] = windows[batch, channel, at] - before
    target = rl.from_numpy(output)
    row("torchaudio::_lfilter_core_loop")(rl.from_numpy(windows), rl.from_numpy(factors), target)
    np.testing.assert_allclose(target.numpy(), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(RuntimeError, match="do not fit"):
        row("torchaudio::_lfilter_core_loop")(rl.from_numpy(windows), rl.from_numpy(factors), target[:, :, :14])


def test_convolutions_of_devices() -> None:
    image, weight, bias = (rl.from_numpy(RNG.standard_normal(shape).astype(np.float32)) for shape in ((1, 2, 5, 5), (3, 2, 3, 3), (3,)))
    plain = rl.nn.functional.conv2d(image, weight, bias, 2, 1)
    places = [2, 2], [1, 1], [1, 1], 1
    assert rl.equal(row("aten::cudnn_convolution_relu")(image, weight, bias, *places), plain.relu())
    assert rl.equal(row("aten::cudnn_convolution_add_relu")(image, weight, plain, 2, bias, *places), (plain + 2 * plain).relu())
    found = row("aten::cudnn_convolution")(image, weight, [1, 1], [2, 2], [1, 1], 1, False, False, True)
    assert rl.equal(found, rl.nn.functional.conv2d(image, weight, None, 2, 1))
    found = row("aten::miopen_convolution_transpose")(image, weight[:2], None, [1, 1], [0, 0], [1, 1], [1, 1], 1, False, False)
    assert rl.equal(found, rl.nn.functional.conv_transpose2d(image, weight[:2], None, 1, 1))
