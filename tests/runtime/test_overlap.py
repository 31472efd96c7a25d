"""Writes whose input shares memory with the target: refused where PyTorch refuses them, else every item is read before it is
overwritten. Read-only memory stays as it is.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.tensor import Tensor

ITEMS = 40
Pair = Callable[[Tensor], tuple[Tensor, Tensor]]
REFUSED: dict[str, Pair] = {
    "later": lambda x: (x[1:], x[:-1]),
    "earlier": lambda x: (x[:-1], x[1:]),
    "transposed": lambda x: (x[:36].view(6, 6), x[:36].view(6, 6).t()),
    "one item": lambda x: (x[:4], x[2]),
    "row": lambda x: (x[:36].view(6, 6), x[30:36]),
    "same place, wider items": lambda x: (x.view(rl.float32)[:ITEMS], x),
    "same place, narrower items": lambda x: (x, x.view(rl.float32)[:ITEMS]),
}
READ_FIRST: dict[str, Pair] = {
    "every second item": lambda x: (x[:20], x[::2]),
    "into every second item": lambda x: (x[::2], x[:20]),
    "columns": lambda x: (x[:36].view(6, 6)[:, 1:], x[:36].view(6, 6)[:, :-1]),
    "an expanded row": lambda x: (x[:36].view(6, 6), x[30:36].expand(6, 6)),
    "two storages of one array": lambda x: (x[1:], rl.from_numpy(x.numpy())[:-1]),
}


@pytest.mark.parametrize("name", READ_FIRST)
@pytest.mark.parametrize("operator", ["copy_", "add_", "sub_"])
def test_inputs_are_read_before_they_are_overwritten(operator: str, name: str) -> None:
    array = np.arange(1.0, ITEMS + 1)
    target, source = READ_FIRST[name](rl.from_numpy(array.copy()))
    apart_target, apart_source = (one.clone() for one in READ_FIRST[name](rl.from_numpy(array.copy())))
    want: Any = getattr(apart_target, operator)(apart_source)
    assert getattr(target, operator)(source).tolist() == want.tolist()


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("operator", ["copy_", "add_", "lerp_"])
def test_runs_of_memory_that_meet_are_refused(operator: str, name: str) -> None:
    x = rl.arange(1.0, ITEMS + 1, dtype=rl.float64)
    target, source = REFUSED[name](x)
    if operator == "lerp_" and target.dtype is not source.dtype:
        return
    more = (0.5,) if operator == "lerp_" else ()
    with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor refer to a single"):
        getattr(target, operator)(source, *more)
    assert x.tolist() == [*range(1, ITEMS + 1)]


def test_a_copy_onto_itself_is_no_copy() -> None:
    x = rl.arange(4.0)
    assert x.copy_(x).tolist() == [0, 1, 2, 3]
    assert x.add_(x).tolist() == [0, 2, 4, 6]


def test_items_that_share_a_place_may_all_be_filled_but_not_added_to() -> None:
    x = rl.zeros(1)
    assert x.expand(3).fill_(2).tolist() == [2, 2, 2] and x.item() == 2
    assert x.expand(3).zero_().tolist() == [0, 0, 0]
    with pytest.raises(RuntimeError, match="single memory location"):
        x.expand(3).add_(1)


def test_read_only_memory_is_not_filled() -> None:
    array = np.ones(3, np.float32)
    array.flags.writeable = False
    for write in (lambda x: x.zero_(), lambda x: x.fill_(2), lambda x: x.add_(1), lambda x: x.copy_(rl.zeros(3))):  # pyright: ignore
        with pytest.raises(RuntimeError, match="read-only"):
            write(rl.from_numpy(array))
    operators: Any = rl
    out = rl.from_numpy(array)
    with pytest.raises(RuntimeError, match="read-only"):
        operators.add(rl.zeros(2), 1, out=out)
    assert array.tolist() == [1, 1, 1] and out.shape == (3,)


WRITES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "scatter_": lambda x, i, v: x.scatter_(0, i, v),
    "scatter_add_": lambda x, i, v: x.scatter_add_(0, i, v),
    "scatter_reduce_": lambda x, i, v: x.scatter_reduce_(0, i, v, "sum", include_self=False),
    "index_add_": lambda x, i, v: x.index_add_(0, i, v),
    "index_copy_": lambda x, i, v: x.index_copy_(0, i, v),
    "index_fill_": lambda x, i, v: x.index_fill_(0, i, 9),
    "index_reduce_": lambda x, i, v: x.index_reduce_(0, i, v, "amax"),
    "index_put_": lambda x, i, v: x.index_put_([i], v),
    "put_": lambda x, i, v: x.put_(i, v),
}


@pytest.mark.parametrize("name", WRITES)
def test_positions_that_a_write_would_change_are_refused(name: str) -> None:
    x, far = rl.tensor([3, 2, 1, 0]), rl.tensor([1 << 40] * 4)
    with pytest.raises(RuntimeError, match="single memory location"):
        WRITES[name](x, x, far)
    if name != "index_fill_":
        with pytest.raises(RuntimeError, match="single memory location"):
            WRITES[name](x, rl.tensor([1, 2, 3, 0]), x)
    assert x.tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize("name", WRITES)
def test_positions_between_the_items_written_are_read_first(name: str) -> None:
    both = rl.tensor([[10, 3], [20, 2], [30, 1], [40, 0]])
    want = WRITES[name](both[:, 0].clone(), both[:, 1].clone(), rl.tensor([1, 2, 3, 4]))
    assert WRITES[name](both[:, 0], both[:, 1], rl.tensor([1, 2, 3, 4])).tolist() == want.tolist()
    assert both[:, 1].tolist() == [3, 2, 1, 0]


def test_a_mask_that_a_write_would_change_is_read_first() -> None:
    mask = rl.tensor([True, False, False, False, False])
    assert mask[1:].masked_scatter_(mask[:-1], rl.tensor([True])).tolist() == [True, False, False, False]
    x = rl.tensor([1, 2, 3])
    assert x.masked_scatter_(rl.tensor([False, True, True]), x).tolist() == [1, 1, 2]


def test_out_that_meets_an_input_is_refused() -> None:
    x = rl.arange(6.0)
    operators: Any = rl
    for call in (
        lambda: operators.mul(x[1:], 2, out=x[:-1]), lambda: operators.exp(x[1:], out=x[:-1]),
        lambda: operators.eq(x, x, out=x.view(rl.bool)[:6]), lambda: operators.cat([x[:2], x[2:4]], out=x[1:5]),
        lambda: operators.cumsum(x[1:], 0, out=x[:-1]),
        lambda: operators.gather(x, 0, rl.tensor([1, 2]), out=x[:2]), lambda: operators.index_select(x, 0, rl.tensor([1, 2]), out=x[:2]),
    ):
        with pytest.raises(RuntimeError, match="single memory location"):
            call()
    assert x.tolist() == [0, 1, 2, 3, 4, 5]
    assert operators.sum(x.view(2, 3), 1, out=x[:2]).tolist() == [3, 12]


def test_growing_keeps_what_other_views_see() -> None:
    base = rl.arange(4.0)
    later, middle = base[2:], base[1:2]
    operators: Any = rl
    with pytest.warns(UserWarning, match="was resized"):
        operators.add(rl.ones(6), 1, out=middle)
    assert middle.storage_offset() == 1 and middle.memory.nbytes == 28
    assert middle.tolist() == [2] * 6 and base.tolist() == [0, 2, 2, 2] and later.tolist() == [2, 2]
    middle[0] = 9
    assert base[1].item() == 9
    assert base.resize_(9)[:4].tolist() == [0, 9, 2, 2] and later.tolist() == [2, 2]


def test_memory_of_others_does_not_grow() -> None:
    operators: Any = rl
    array = np.zeros(2, np.float32)
    with pytest.raises(RuntimeError, match="Trying to resize storage that is not resizable"):
        rl.from_numpy(array).resize_(3)
    with pytest.raises(RuntimeError, match="Trying to resize storage that is not resizable"):
        operators.add(rl.ones(3), 1, out=rl.from_numpy(array[:0]))
    assert rl.from_numpy(array).resize_(1).shape == (1,)


def test_arrays_keep_the_memory_that_a_tensor_left() -> None:
    x = rl.full((1000,), 7.0)
    array = x.numpy()
    x.resize_(100_000)
    other = [rl.zeros(1000) for _ in range(4)]
    assert (array == 7).all() and x[:1000].tolist() == array.tolist() and other[0].sum().item() == 0
    before = rl.memory_stats()["allocated"]
    del x, array
    assert rl.memory_stats()["allocated"] < before
