"""Copies between memory orders against NumPy: every size of items, edges of tiles, outer dimensions, ranges."""
from __future__ import annotations

import itertools

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.kernels.loops.transposing import transposing_plan

SHAPES = [(8, 8), (16, 16), (17, 65), (64, 130), (200, 33), (3, 40, 50), (2, 3, 20, 33), (5, 16, 7, 18), (4, 2, 3, 40, 17)]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_permuted_copies(dtype: str) -> None:
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        array = rng.integers(0, 250, shape).astype(dtype)
        for order in itertools.permutations(range(len(shape))):
            copy = rl.from_numpy(array).permute(*order).contiguous()
            assert np.array_equal(copy.numpy(), array.transpose(order)), (shape, order)


def test_parts_of_larger_tensors() -> None:
    array = np.arange(60 * 90, dtype=np.float32).reshape(60, 90)
    target = rl.zeros(100, 80)
    target[5:85, 3:53].copy_(rl.from_numpy(array)[10:60, 4:84].t())
    expected = np.zeros((100, 80), np.float32)
    expected[5:85, 3:53] = array[10:60, 4:84].T
    assert np.array_equal(target.numpy(), expected)


def test_every_strip_may_run_by_itself() -> None:
    source = np.arange(3 * 150 * 40, dtype=np.float32).reshape(3, 40, 150)
    target = np.zeros((3, 150, 40), np.float32)
    plan = transposing_plan(4, [(3, (6000, 6000)), (150, (1, 40)), (40, (150, 1))])
    assert plan is not None
    kernel, items, rest = plan
    words = np.array([source.ctypes.data, target.ctypes.data, *rest], np.int64)
    for item in reversed(range(items)):
        assert kernel(words.ctypes.data, item, item + 1) == 0
    assert items == 9 and np.array_equal(target, source.transpose(0, 2, 1))


def test_bits_of_nan_are_kept() -> None:
    bits = np.full((16, 16), 0x7F800001, np.uint32) + np.arange(256, dtype=np.uint32).reshape(16, 16)
    copy = rl.from_numpy(bits.view(np.float32)).t().contiguous()
    assert np.array_equal(copy.numpy().view(np.uint32), bits.T)


def test_operands_across_each_other() -> None:
    a, b = np.arange(6400.0, dtype=np.float32).reshape(80, 80), np.ones((80, 80), np.float32) * 3
    assert np.array_equal((rl.from_numpy(a) + rl.from_numpy(b).t()).numpy(), a + b.T)
    assert np.array_equal((rl.from_numpy(b) * rl.from_numpy(a).t()).numpy(), b * a.T)


def test_no_plan_where_rows_do_as_well() -> None:
    assert transposing_plan(4, [(100, (50, 50)), (50, (1, 1))]) is None
    assert transposing_plan(4, [(100, (1, 3)), (3, (100, 1))]) is None
    assert transposing_plan(4, [(100, (1, 100)), (100, (0, 1))]) is None
    assert transposing_plan(16, [(100, (1, 100)), (100, (100, 1))]) is None


def test_planes_become_pixels_and_pixels_planes() -> None:
    planes = np.arange(2 * 3 * 90 * 70, dtype=np.float32).reshape(2, 3, 90, 70)
    pixels = rl.from_numpy(planes).permute(0, 2, 3, 1).contiguous()
    assert np.array_equal(pixels.numpy(), planes.transpose(0, 2, 3, 1))
    assert np.array_equal(pixels.permute(0, 3, 1, 2).contiguous().numpy(), planes)
    assert np.array_equal((pixels + rl.from_numpy(planes).permute(0, 2, 3, 1)).numpy(), 2 * planes.transpose(0, 2, 3, 1))
