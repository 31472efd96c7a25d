"""Copies of short rows against NumPy: lengths with a kernel of their own and others, gaps, repeated rows, any split of the rows."""
from __future__ import annotations

import ctypes

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.kernels.loops.row_copies import row_copy_plan


@pytest.mark.parametrize("length", [4, 8, 9, 12, 64, 100, 256])
def test_rows_equal_numpy(length: int) -> None:
    items = np.random.default_rng(0).random((3, 5, 4, length + 3), dtype=np.float32)
    tensor = rl.from_numpy(items)
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        rows = tensor[:, :, ::2, 1 : length + 1].permute(*order, 3)
        assert np.array_equal(rows.contiguous().numpy(), items[:, :, ::2, 1 : length + 1].transpose(*order, 3))
    repeated = tensor[:, :1, :, :length].expand(3, 7, 4, length)
    assert np.array_equal(repeated.contiguous().numpy(), np.broadcast_to(items[:, :1, :, :length], (3, 7, 4, length)))


@pytest.mark.parametrize("length", [16, 25])
def test_any_split_copies_its_rows(length: int) -> None:
    """Rows 3..7 of 2 * 6, which begin and end inside a run."""
    source, target = np.random.default_rng(0).random((2, 6, length + 1)), np.zeros((2, 6, length))
    plan = row_copy_plan(8, [(2, (6 * (length + 1), 6 * length)), (6, (length + 1, length)), (length, (1, 1))])
    assert plan is not None
    kernel, items, words = plan
    assert items == 12
    filled = (ctypes.c_int64 * (2 + len(words)))(source.ctypes.data, target.ctypes.data, *words)
    assert kernel(ctypes.addressof(filled), 3, 8) == 0
    wanted = np.zeros((12, length))
    wanted[3:8] = source[:, :, :length].reshape(12, length)[3:8]
    assert np.array_equal(target.reshape(12, length), wanted)


def test_rows_that_a_loop_copies_as_well_have_no_plan() -> None:
    assert row_copy_plan(4, [(1000, (1, 1))]) is None
    assert row_copy_plan(4, [(1000, (4, 3)), (3, (1, 1))]) is None
    assert row_copy_plan(4, [(10, (2000, 1000)), (1000, (1, 1))]) is None
    assert row_copy_plan(4, [(10, (40, 20)), (20, (2, 1))]) is None
