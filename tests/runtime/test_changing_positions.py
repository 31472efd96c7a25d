"""Positions and masks that another thread changes between the check and the use lead no kernel outside of its tensors.

The change is made by hand: the kernels that use positions are run on positions that no check has seen.
"""
from __future__ import annotations

import pytest

import rushlight as rl
from rushlight.runtime import dtype as dtypes
from rushlight.runtime.kernels.layers.embedding_bag import SUM, embedding_bag_kernel
from rushlight.runtime.kernels.loops.compaction import SCATTER, SELECT, compact_kernel
from rushlight.runtime.kernels.loops.indexing import ADD, ASSIGN
from rushlight.runtime.kernels.loops.searching import LEFT, search_kernel
from rushlight.runtime.kernels.running.launch import launch
from rushlight.runtime.ops.positions import Position, write_items
from rushlight.runtime.tensor import Tensor


@pytest.mark.parametrize("far", [4, -5, 1 << 40, -(1 << 40)])
@pytest.mark.parametrize("mode", [ASSIGN, ADD])
@pytest.mark.parametrize("low", [0, -4])
def test_writes_check_the_positions_that_they_use(far: int, mode: str, low: int) -> None:
    whole = rl.zeros(12)
    target, source, index = whole[4:8], rl.ones(3), rl.tensor([0, far, 2])
    with pytest.raises(RuntimeError, match="positions were changed"):
        write_items((3,), target, source, ((0,), (1,)), [Position((1,), 4, low, 1, dtypes.int64)], (index,), mode)
    assert whole.tolist() == [0.0] * 4 + [1.0] + [0.0] * 7


@pytest.mark.parametrize("far", [4, -1, 1 << 40])
def test_writes_of_rows_check_the_positions_that_they_use(far: int) -> None:
    whole = rl.zeros(6, 3)
    target, source, index = whole[1:5], rl.ones(2, 3), rl.tensor([1, far])
    with pytest.raises(RuntimeError, match="positions were changed"):
        write_items((2, 3), target, source, ((0, 1), (3, 1)), [Position((1, 0), 4, 0, 3, dtypes.int64)], (index,), ASSIGN)
    assert whole.sum().item() == 3 and whole[2].tolist() == [1, 1, 1]


def _bytes_of(mask: list[int]) -> Tensor:
    return rl.tensor(mask, dtype=rl.uint8)


def test_masks_stop_at_their_count() -> None:
    mask, firsts = _bytes_of([1, 1, 2, 1, 1, 1, 1, 1, 1, 255]), rl.tensor([0, 3])
    source, target = rl.arange(10.0), rl.full((10,), -1.0)
    launch(compact_kernel(SELECT, 4), (mask.address, firsts.address, 10, source.address, target.address), 1)
    assert target.tolist() == [0, 1, 2] + [-1] * 7
    target.fill_(-1.0)
    launch(compact_kernel(SCATTER, 4), (mask.address, firsts.address, 10, source.address, target.address), 1)
    assert target.tolist() == [0, 1, 2] + [-1] * 7


def test_any_byte_but_0_is_true() -> None:
    mask = _bytes_of([0, 2, 0, 255, 1]).view(rl.bool)
    assert rl.arange(5)[mask].tolist() == [1, 3, 4]


def test_bags_check_the_indices_that_they_use() -> None:
    weight, indices, ends, out = rl.ones(4, 2), rl.tensor([0, 1, 4]), rl.tensor([0, 2, 3]), rl.zeros(2, 2)
    words = (out.address, weight.address, indices.address, ends.address, 0, 0, 2, 2, 1, -1, 4)
    assert launch(embedding_bag_kernel("float32", "int64", SUM), words, 2) == 3
    assert out.tolist() == [[2, 2], [0, 0]]


def test_searches_stay_inside_of_their_sequence() -> None:
    sequence, sorter, values, out = rl.arange(4.0), rl.tensor([1 << 40, -(1 << 40), 7, -1]), rl.tensor([2.5]), rl.tensor([-1])
    words = (sequence.address, values.address, out.address, sorter.address, 4, 1, 0)
    assert launch(search_kernel("float32", "int64", LEFT), words, 1) == 0
    assert 0 <= out.item() <= 4
