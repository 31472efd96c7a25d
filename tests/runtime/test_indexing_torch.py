"""Random index expressions read and write as in PyTorch: ints, slices, None, Ellipsis, masks, integer tensors, lists."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

SHAPES = ((), (0,), (5,), (3, 4), (2, 3, 4), (2, 0, 3), (2, 3, 2, 3))


def random_item(rng: random.Random, shape: tuple[int, ...], dim: int) -> tuple[Any, int]:
    """One index item as a NumPy-neutral description, and how many dimensions it uses."""
    size = shape[dim] if dim < len(shape) else 1
    match rng.randrange(10):
        case 0 | 1:
            return rng.randint(-size, size), 1
        case 2 | 3 | 4:
            return slice(*(rng.choice([None, rng.randint(-size - 1, size + 1)]) for _ in range(2)), rng.choice([None, 1, 2])), 1
        case 5:
            return None, 0
        case 6:
            return ..., 0
        case 7:
            numbers = np.array([rng.randint(-max(size, 1), max(size - 1, 0)) for _ in range(rng.choice([1, 2]))])
            return rng.choice([numbers, numbers.reshape(-1, 1), numbers[:1].reshape(()), numbers.astype(np.int32)]), 1
        case 8:
            used = rng.choice([1, 2])
            return np.array(rng.choices([True, False], k=int(np.prod(shape[dim : dim + used])))).reshape(shape[dim : dim + used]), used
        case _:
            return rng.choice([True, False, np.array(True)]), 0


def random_index(rng: random.Random, shape: tuple[int, ...]) -> Any:
    """An index that often fits `shape`."""
    items: list[Any] = []
    dim = 0
    while dim < len(shape) and rng.random() < 0.8:
        item, used = random_item(rng, shape, dim)
        if item is ... and any(other is ... for other in items):
            continue
        items.append(item)
        dim += used
    return items[0] if len(items) == 1 and rng.random() < 0.5 else tuple(items)


def converted(index: Any, module: Any) -> Any:
    """The description's arrays as tensors of `module`."""
    if isinstance(index, tuple):
        return tuple(converted(item, module) for item in index)
    return module.from_numpy(index.copy()) if isinstance(index, np.ndarray) else index


def assigned(tensor: Any, index: Any, value: Any) -> Any:
    """The tensor after `tensor[index] = value`."""
    tensor[index] = value
    return tensor


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def assert_same(got: Any, want: Any, label: str) -> None:
    """Equal shape and items; an exception of the same type where PyTorch raises one."""
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: PyTorch raises {want!r}, here {got!r}"
        return
    assert not isinstance(got, Exception), f"{label}: {got!r}, PyTorch {want}"
    assert tuple(got.shape) == tuple(want.shape), label
    np.testing.assert_array_equal(got.numpy(), want.numpy(), err_msg=label)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_reading_and_writing(shape: tuple[int, ...]) -> None:
    rng = random.Random(sum(shape))
    array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    for _ in range(250):
        index = random_index(rng, shape)
        mine, theirs = rl.from_numpy(array.copy()), torch.from_numpy(array.copy())
        own, other = converted(index, rl), converted(index, torch)
        want = outcome(lambda: theirs[other])
        label = f"{shape} {index}"
        assert_same(outcome(lambda: mine[own]), want, label)
        number = rng.choice([7, 2.5, True])
        assert_same(outcome(lambda: assigned(mine, own, number)), outcome(lambda: assigned(theirs, other, number)), label)
        if isinstance(want, Exception) or want.numel() != len(set(want.flatten().tolist())):
            continue
        values = np.array(-np.arange(want.numel(), dtype=np.float32).reshape(want.shape))
        mine[own] = rl.from_numpy(values.copy())
        theirs[other] = torch.from_numpy(values.copy())
        assert_same(mine, theirs, f"{label} = values")


@pytest.mark.filterwarnings("ignore")
def test_floating_point_numbers_as_positions() -> None:
    """Sequences lose the fractions; numbers, tuples and tensors of floating point are refused."""
    for index in ([0.1, 1.2], [1.0], [0, 2.9], [[0.5]], [-1.5], (0.1,), 0.5, [[1.0, 2.0], [0.0, 1.0]]):
        want = outcome(lambda index=index: torch.arange(4)[index])
        assert_same(outcome(lambda index=index: rl.arange(4)[index]), want, str(index))
    assert type(outcome(lambda: rl.arange(4)[rl.tensor([0.5])])) is IndexError


@pytest.mark.parametrize("dtype", ["float16", "int64", "complex64", "bool", "uint8"])
def test_one_number_under_a_mask(dtype: str) -> None:
    """A mask alone takes one number of any dtype; positions, and several numbers, must be of the tensor's."""
    for shape in ((), (1,), (1, 1)):
        for value in (2.0, 3, True):
            results = []
            for lib in (torch, rl):
                x = lib.arange(6).reshape(2, 3).to(getattr(lib, dtype))
                x[x.real > 2 if x.is_complex() else x > 2] = lib.tensor(value).reshape(shape)
                x[:, lib.tensor([True, False, True])] = lib.tensor(value).reshape(shape[:1])
                results.append([str(x), type(outcome(lambda: assigned(x, lib.tensor([0]), lib.tensor([[2.5]])))).__name__])
            assert results[0] == results[1], (shape, value)
