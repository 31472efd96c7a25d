"""Chains of views against NumPy: the same items, over the same memory, never outside of it."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.layout import Layout

Array = np.ndarray[Any, Any]


@st.composite
def view_steps(draw: st.DrawFn) -> tuple[tuple[int, ...], list[tuple[str, Any]]]:
    """A shape, and view operators with arguments that fit one after the other."""
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    current = shape
    steps: list[tuple[str, Any]] = []
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(["transpose", "permute", "unsqueeze", "squeeze", "select", "slice", "narrow", "flatten", "expand"]))
        rank = len(current)
        if rank == 0 and name not in ("unsqueeze", "expand"):
            continue
        match name:
            case "transpose":
                argument: Any = (draw(st.integers(-rank, rank - 1)), draw(st.integers(-rank, rank - 1)))
            case "permute":
                argument = tuple(draw(st.permutations(range(rank))))
            case "unsqueeze":
                argument = draw(st.integers(0, rank))
            case "squeeze" | "flatten":
                argument = draw(st.integers(0, rank - 1))
            case "select":
                dim = draw(st.integers(0, rank - 1))
                if current[dim] == 0:
                    continue
                argument = (dim, draw(st.integers(-current[dim], current[dim] - 1)))
            case "slice":
                argument = (draw(st.integers(0, rank - 1)), draw(st.integers(-5, 5)), draw(st.integers(-5, 5)), draw(st.integers(1, 3)))
            case "narrow":
                dim = draw(st.integers(0, rank - 1))
                start = draw(st.integers(0, current[dim]))
                argument = (dim, start, draw(st.integers(0, current[dim] - start)))
            case _:
                argument = tuple(draw(st.integers(0, 3)) if size == 1 else size for size in (1, *current))
        steps.append((name, argument))
        current = apply_numpy(np.zeros(current), name, argument).shape
    return shape, steps


def apply_numpy(array: Array, name: str, argument: Any) -> Array:
    """What NumPy makes of one step."""
    match name:
        case "transpose":
            return array.swapaxes(*argument)
        case "permute":
            return array.transpose(argument)
        case "unsqueeze":
            return np.expand_dims(array, argument)
        case "squeeze":
            return array.squeeze(argument) if array.shape[argument] == 1 else array
        case "select":
            return np.asarray(array.take(argument[1], argument[0]))
        case "slice":
            dim, start, end, step = argument
            return array[(slice(None),) * dim + (slice(start, end, step),)]
        case "narrow":
            dim, start, length = argument
            return array[(slice(None),) * dim + (slice(start, start + length),)]
        case "flatten":
            return array.reshape(*array.shape[:argument], -1) if array.size else array.reshape(
                *array.shape[:argument], int(np.prod(array.shape[argument:]))
            )
        case _:
            return np.broadcast_to(array, argument)


def apply_rushlight(tensor: Any, name: str, argument: Any) -> Any:
    """The operator of one step."""
    if name in ("unsqueeze", "squeeze"):
        return getattr(tensor, name)(argument)
    if name == "flatten":
        return tensor.flatten(argument)
    if name == "slice":
        dim, start, end, step = argument
        return tensor[(slice(None),) * dim + (slice(start, end, step),)]
    return getattr(tensor, name)(*argument)


@given(view_steps())
def test_chains(case: tuple[tuple[int, ...], list[tuple[str, Any]]]) -> None:
    shape, steps = case
    array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    tensor = rl.from_numpy(array)
    for name, argument in steps:
        array = apply_numpy(array, name, argument)
        tensor = apply_rushlight(tensor, name, argument)
        assert tuple(tensor.shape) == array.shape
        assert tensor.layout.extent * 4 <= tensor.memory.nbytes
        np.testing.assert_array_equal(tensor.numpy(), array)


@given(st.lists(st.integers(1, 6), max_size=3), st.lists(st.integers(1, 6), max_size=3), st.randoms(use_true_random=False))
def test_view_shows_the_same_items(sizes: list[int], other: list[int], random: Any) -> None:
    """Where `view` finds strides, the items come in the same order; where it does not, `reshape` copies."""
    array = np.arange(int(np.prod(sizes)), dtype=np.int64).reshape(sizes)
    order = random.sample(range(len(sizes)), len(sizes))
    array = array.transpose(order)
    tensor = rl.from_numpy(array)
    numel = array.size
    shape = tuple(other) if int(np.prod(other)) == numel else (numel,)
    np.testing.assert_array_equal(tensor.reshape(shape).numpy(), array.reshape(shape))
    layout = tensor.layout.view(shape)
    if layout is not None:
        viewed = tensor.view(shape)
        assert viewed.memory is tensor.memory
        np.testing.assert_array_equal(viewed.numpy(), array.reshape(shape))


def test_views_share_memory() -> None:
    base = rl.zeros(3, 4)
    base.t()[1].fill_(7)
    assert base.tolist() == [[0.0, 7.0, 0.0, 0.0]] * 3
    base.split(2, 1)[1].zero_().add_(1)
    assert base.tolist() == [[0.0, 7.0, 1.0, 1.0]] * 3


@pytest.mark.parametrize(
    ("size", "stride", "offset"),
    [((13,), (1,), 0), ((4,), (4,), 0), ((2,), (1,), 11), ((1,), (1,), 12), ((2, 2), (1 << 62, 1 << 62), 0), ((1 << 40,), (1,), 0)],
)
def test_as_strided_stays_inside(size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> None:
    """No view reaches outside its storage, however large the numbers."""
    base = rl.zeros(12)
    with pytest.raises(RuntimeError, match="out of bounds for storage of size 48"):
        base.as_strided(size, stride, offset)


def test_as_strided_of_nothing_needs_no_memory() -> None:
    assert rl.zeros(12).as_strided((0, 5), (100, 100), 500).shape == (0, 5)


def test_layouts_of_views_are_interned() -> None:
    tensor = rl.zeros(3, 4)
    assert tensor.t().layout is tensor.t().layout
    assert tensor.t().layout is Layout.of((4, 3), (1, 4), 0)


def test_remembered_calls_gather_only_what_they_gathered() -> None:
    """Sizes given one by one, as a list, and several times over with other numbers."""
    tensor = rl.zeros(24)
    for shape in ((2, 12), (3, 8), (12, 2)):
        assert tensor.view(*shape).shape == shape
        assert tensor.view(shape).shape == shape
    assert rl.zeros(2, 3).shape == (2, 3)
    assert rl.zeros(4, 5).shape == (4, 5)
    matrix = rl.ones(2, 3)
    assert [matrix.sum(dim).shape for dim in (0, 1)] == [(3,), (2,)]
    assert [rl.roll(rl.arange(4), shift).tolist() for shift in (1, 2)] == [[3, 0, 1, 2], [2, 3, 0, 1]]
    image = rl.zeros(1, 1, 8, 8)
    pooled = [rl.avg_pool2d(image, kernel, stride).shape for kernel, stride in ((2, 2), (3, 1), (2, 4))]
    assert pooled == [(1, 1, 4, 4), (1, 1, 6, 6), (1, 1, 2, 2)]
