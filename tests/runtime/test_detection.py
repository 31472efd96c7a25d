"""Operators of torchvision and torch_scatter against plain loops over their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.packet import Packet, packet

RNG = np.random.default_rng(0)


def row(name: str) -> Packet:
    found = packet(name)
    assert found is not None
    return found


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    sides = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    shared = sides[0] * sides[1]
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def test_nms_keeps_the_best_boxes() -> None:
    corners = RNG.uniform(0, 10, (60, 2))
    boxes = np.concatenate([corners, corners + RNG.uniform(1, 5, (60, 2))], 1).astype(np.float32)
    scores = RNG.uniform(size=60).astype(np.float32)
    kept: list[int] = []
    for at in np.argsort(-scores):
        if all(overlap(boxes[at], boxes[other]) <= 0.3 for other in kept):
            kept.append(int(at))
    assert row("torchvision::nms")(rl.from_numpy(boxes), rl.from_numpy(scores), 0.3).tolist() == kept
    assert row("torchvision::nms")(rl.zeros(0, 4), rl.zeros(0), 0.5).tolist() == []
    with pytest.raises(RuntimeError, match="4 columns"):
        row("torchvision::nms")(rl.zeros(2, 5), rl.zeros(2), 0.5)


def sample(image: np.ndarray, y: float, x: float) -> np.ndarray:
    height, width = image.shape[1:]
    if not (-1 <= y <= height and -1 <= x <= width):
        return np.zeros(len(image), np.float32)
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    below, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = image[:, top, left] * (1 - (x - left)) + image[:, top, right] * (x - left)
    lower = image[:, below, left] * (1 - (x - left)) + image[:, below, right] * (x - left)
    return upper * (1 - (y - top)) + lower * (y - top)


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [2, -1])
def test_roi_align_averages_samples(aligned: bool, ratio: int) -> None:
    images = RNG.standard_normal((2, 3, 9, 7)).astype(np.float32)
    regions = np.array([[0, 0, 0, 12, 16], [1, 3, 2, 9, 20], [1, -4, -4, 5, 5]], np.float32)
    expected = np.zeros((3, 3, 2, 3))
    for at, region in enumerate(regions):
        left, top, right, bottom = region[1:] * 0.5 - (0.5 if aligned else 0)
        height, width = (bottom - top, right - left) if aligned else (max(bottom - top, 1), max(right - left, 1))
        rows, columns = (ratio, ratio) if ratio > 0 else (math.ceil(height / 2), math.ceil(width / 3))
        for i in range(2):
            for j in range(3):
                ys = [top + i * height / 2 + (k + 0.5) * height / 2 / rows for k in range(rows)]
                xs = [left + j * width / 3 + (k + 0.5) * width / 3 / columns for k in range(columns)]
                expected[at, :, i, j] = np.mean([sample(images[int(region[0])], y, x) for y in ys for x in xs], 0)
    found = row("torchvision::roi_align")(rl.from_numpy(images), rl.from_numpy(regions), 0.5, 2, 3, ratio, aligned)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(IndexError, match="region is of image 5"):
        row("torchvision::roi_align")(rl.from_numpy(images), rl.tensor([[5.0, 0, 0, 1, 1]]), 0.5, 2, 3, ratio, aligned)


@pytest.mark.parametrize("name, choose", [("scatter_max", max), ("scatter_min", min)])
def test_scatter_chooses_items(name: str, choose: object) -> None:
    source, places = RNG.standard_normal((4, 6)).astype(np.float32), np.array([0, 2, 2, 0, 5, 2])
    values, arguments = row(f"torch_scatter::{name}")(rl.from_numpy(source), rl.from_numpy(places), 1, None, 7)
    for line in range(4):
        for place in range(7):
            candidates = [(source[line, at], at) for at in range(6) if places[at] == place]
            best, argument = choose(candidates) if candidates else (0, 6)  # pyright: ignore[reportCallIssue]
            assert (values[line, place].item(), arguments[line, place].item()) == (best, argument)
    with pytest.raises(RuntimeError, match="outside"):
        row(f"torch_scatter::{name}")(rl.from_numpy(source), rl.from_numpy(places), 1, None, 3)


def test_scatter_multiplies() -> None:
    found = row("torch_scatter::scatter_mul")(rl.tensor([2.0, 3.0, 4.0]), rl.tensor([1, 1, 0]), 0, None, None)
    assert found.tolist() == [4.0, 6.0]
