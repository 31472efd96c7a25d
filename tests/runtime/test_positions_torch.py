"""Reading and writing at positions against PyTorch: random layouts, every item size, both index dtypes, duplicates, and errors.

A failing position raises PyTorch's exception with PyTorch's position and leaves every tensor as it was, on any number of threads.
"""
from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

DTYPES = ("float32", "uint8", "int16", "complex128")
Write = Callable[[Any, Any, Any], Any]


def spread(rng: np.random.Generator, array: np.ndarray) -> np.ndarray:
    """The same items in a random layout: transposed, stepped or offset."""
    if not array.ndim:
        return array
    order = rng.permutation(array.ndim)
    wide = np.zeros([2 * array.shape[dim] + 1 for dim in order], array.dtype)
    view = wide[tuple(slice(1, None, 2) for _ in order)].transpose(np.argsort(order))
    view[...] = array
    return view


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Small whole numbers, so that sums are exact in any order."""
    return np.asarray(rng.integers(0, 9, shape)).astype(dtype)


def outcome(call: Callable[[], Any]) -> Any:
    """The result of a call, or the exception it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except Exception as error:
            return error


def check(got: Any, want: Any, label: str) -> None:
    """Equal items, or an exception of the same type."""
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: PyTorch raises {want!r}, here {got!r}"
        return
    assert not isinstance(got, Exception), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    np.testing.assert_array_equal(got.numpy(), want.numpy(), err_msg=label)


def both(label: str, call: Callable[[Any, Any], Any], arrays: list[np.ndarray]) -> None:
    """`call(module, tensors)` with tensors over the arrays; no call writes into them."""
    mine, theirs = [rl.from_numpy(array) for array in arrays], [torch.from_numpy(array.copy()) for array in arrays]
    check(outcome(lambda: call(rl, mine)), outcome(lambda: call(torch, theirs)), label)


@pytest.mark.parametrize("dtype", DTYPES)
def test_random_layouts(dtype: str) -> None:
    rng, choose = np.random.default_rng(1), random.Random(1)
    for turn in range(30):
        shape = tuple(choose.choices([1, 2, 3, 5, 8], k=choose.choice([1, 2, 3])))
        dim = choose.randrange(len(shape))
        integer = choose.choice([np.int64, np.int32])
        source = spread(rng, numbers(rng, shape, dtype))
        size = choose.choice([0, 1, 3, 17])
        picked = tuple(size if at == dim else choose.randint(1, limit) for at, limit in enumerate(shape))
        index = spread(rng, rng.integers(0, shape[dim], picked).astype(integer))
        vector = spread(rng, rng.integers(0, shape[dim], size).astype(integer))
        whole = tuple(size if at == dim else limit for at, limit in enumerate(shape))
        other = spread(rng, numbers(rng, whole, dtype))
        label = f"{turn} {dtype} {shape} {dim} {picked} {integer.__name__}"
        both(f"gather {label}", lambda m, t: m.gather(t[0], dim, t[1]), [source, index])
        both(f"index_select {label}", lambda m, t: m.index_select(t[0], dim, t[1]), [source, vector])
        both(f"index {label}", lambda m, t: t[0][(slice(None),) * dim + (t[1],)], [source, index])
        both(f"take {label}", lambda m, t: m.take(t[0], t[1]), [source, vector.astype(np.int64)])
        once = np.unique(vector).astype(np.int64)
        part = other[(slice(None),) * dim + (slice(len(once)),)]
        both(f"index_copy {label}", lambda m, t: m.index_copy(t[0], dim, t[1], t[2]), [source, once, part])
        both(f"index_fill {label}", lambda m, t: m.index_fill(t[0], dim, t[1], 3), [source, vector.astype(np.int64)])
        both(f"index_add {label}", lambda m, t: m.index_add(t[0], dim, t[1], t[2]), [source, vector, other])
        added = spread(rng, numbers(rng, picked, dtype))
        both(f"scatter_add {label}", lambda m, t: m.scatter_add(t[0], dim, t[1], t[2]), [source, index, added])
        both(f"put {label}", lambda m, t: m.put(t[0], t[1], t[2], True),
             [source, rng.integers(-source.size, source.size, 4), numbers(rng, (4,), dtype)])


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
def test_reductions(reduce: str) -> None:
    rng = np.random.default_rng(2)
    for dtype in ("float32", "int64"):
        source, values = numbers(rng, (5, 4), dtype), numbers(rng, (9, 4), dtype)
        index, vector = rng.integers(0, 5, (9, 4)), rng.integers(0, 5, 9)
        for include in (True, False):
            label = f"{reduce} {dtype} {include}"
            both(label, lambda m, t: m.scatter_reduce(t[0], 0, t[1], t[2], reduce, include_self=include), [source, index, values])
            if reduce != "sum":
                both(label, lambda m, t: m.index_reduce(t[0], 0, t[1], t[2], reduce, include_self=include), [source, vector, values])


WRITES: dict[str, Write] = {
    "scatter_": lambda x, i, v: x.scatter_(0, i, v), "scatter_add_": lambda x, i, v: x.scatter_add_(0, i, v),
    "index_add_": lambda x, i, v: x.index_add_(0, i, v), "index_copy_": lambda x, i, v: x.index_copy_(0, i, v),
    "index_fill_": lambda x, i, v: x.index_fill_(0, i, 7), "index_put_": lambda x, i, v: x.index_put_([i], v),
    "put_": lambda x, i, v: x.put_(i, v), "scatter_reduce_": lambda x, i, v: x.scatter_reduce_(0, i, v, "amax"),
    "index_reduce_": lambda x, i, v: x.index_reduce_(0, i, v, "prod"),
}


@pytest.mark.parametrize("name", WRITES)
def test_failing_writes_leave_the_tensor(name: str) -> None:
    for wrong in (5, -6):
        index = np.array([0, 3, wrong, 1])
        values, target = np.arange(4, dtype=np.float32), np.zeros(5, np.float32)
        mine = rl.from_numpy(target)
        with pytest.raises((IndexError, RuntimeError)) as error:
            WRITES[name](mine, rl.from_numpy(index), rl.from_numpy(values))
        with pytest.raises(type(error.value)) as expected:
            WRITES[name](torch.zeros(5), torch.from_numpy(index), torch.from_numpy(values))
        assert type(error.value) is type(expected.value)
        assert str(wrong) in str(error.value) or "out of range" in str(error.value)
        assert not target.any() and mine._version == 0


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_failing_reads_name_the_first_position(threads: int) -> None:
    before = rl.get_num_threads()
    rl.set_num_threads(threads)
    try:
        source = rl.arange(1000)
        index = np.arange(400_000) % 1000
        index[[150_001, 300_000, 399_999]] = 1234, 2345, 3456
        for call, error in ((lambda i: source[i], IndexError), (lambda i: rl.gather(source, 0, i), RuntimeError),
                            (lambda i: rl.take(source, i), IndexError)):
            with pytest.raises(error, match="1234"):
                call(rl.from_numpy(index))
        np.testing.assert_array_equal(source.numpy(), np.arange(1000))
        np.testing.assert_array_equal(source[rl.from_numpy(index % 1000)].numpy(), index % 1000)
    finally:
        rl.set_num_threads(before)


def test_masks_over_many_blocks() -> None:
    rng = np.random.default_rng(3)
    for share in (0.0, 0.001, 0.5, 1.0):
        mask, values = rng.random((300, 333)) < share, rng.standard_normal((300, 333)).astype(np.float32)
        both(f"masked_select {share}", lambda m, t: m.masked_select(t[0], t[1]), [values, mask])
        both(f"nonzero {share}", lambda m, t: m.nonzero(t[0]), [mask])
        both(f"masked_scatter {share}", lambda m, t: m.masked_scatter(t[0], t[1], t[2]), [values, mask, -values])
        both(f"index {share}", lambda m, t: t[0][t[1]], [spread(rng, values), mask])


def test_histograms_count_inside_their_bins() -> None:
    mine: Any = rl
    assert mine.histc(rl.tensor([-3e38, 0.0, 3e38]), bins=4).sum().item() <= 3
    for module in (mine, torch):
        with pytest.raises(RuntimeError, match="bins must be > 0"):
            module.histogram(module.tensor([1.0]), module.tensor([1.0]))
