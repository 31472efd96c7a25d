"""The same seed draws the same numbers as PyTorch: bit for bit, normals to the last place."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

SIZES = (0, 1, 2, 5, 15, 16, 17, 31, 33, 1000, 10007)
DTYPES = ("float32", "float64")
ORDERS = ((0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0))


def assert_equal(got: Any, want: Any, *, last_place: bool = False) -> None:
    """The same items; with `last_place` the last digit may differ (PyTorch's own differs between processors)."""
    mine, theirs = got.numpy(), want.numpy()
    assert mine.dtype == theirs.dtype and mine.shape == theirs.shape
    if last_place:
        np.testing.assert_array_max_ulp(mine, theirs, 4)
    else:
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["rand", "randn"])
def test_sizes(name: str, dtype: str, size: int) -> None:
    rl.manual_seed(size)
    torch.manual_seed(size)
    for count in (size, 3, size):
        mine = getattr(rl, name)(count, dtype=getattr(rl, dtype))
        theirs = getattr(torch, name)(count, dtype=getattr(torch, dtype))
        assert_equal(mine, theirs, last_place=name == "randn")
    assert_equal(rl.get_rng_state(), torch.get_rng_state(), last_place=False)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bounds", [(-0.123, 0.777), (3.0, 1e5), (-1e-3, 1e-3), (-0.0441, 0.0441)])
def test_memory_order(order: tuple[int, ...], dtype: str, bounds: tuple[float, float]) -> None:
    """Views are filled in the order of their memory, gaps included."""
    low, high = bounds
    for step in (1, 2):
        mine = rl.zeros(4, 6, 8, dtype=getattr(rl, dtype))
        theirs = torch.zeros(4, 6, 8, dtype=getattr(torch, dtype))
        rl.manual_seed(3)
        torch.manual_seed(3)
        mine[:, :, ::step].permute(order).uniform_(low, high)
        theirs[:, :, ::step].permute(order).uniform_(low, high)
        assert_equal(mine, theirs)
        mine[:, ::step].permute(order).normal_(low, high)
        theirs[:, ::step].permute(order).normal_(low, high)
        assert_equal(mine, theirs, last_place=True)


@pytest.mark.parametrize("span", [1, 10, 2**24 + 1, 2**28 - 1, 2**28, 2**31, 2**32, 2**40])
def test_integers(span: int) -> None:
    rl.manual_seed(8)
    torch.manual_seed(8)
    assert_equal(rl.randint(-7, span - 7, (50,)), torch.randint(-7, span - 7, (50,)))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_full_range(dtype: str) -> None:
    rl.manual_seed(8)
    torch.manual_seed(8)
    assert_equal(rl.zeros(50, dtype=getattr(rl, dtype)).random_(), torch.zeros(50, dtype=getattr(torch, dtype)).random_())


@pytest.mark.parametrize("count", [0, 1, 2, 10, 1000])
def test_permutations(count: int) -> None:
    rl.manual_seed(count)
    torch.manual_seed(count)
    assert_equal(rl.randperm(count), torch.randperm(count))


def is_intel() -> bool:
    """Whether PyTorch would take Bernoulli numbers from MKL."""
    path = Path("/proc/cpuinfo")
    return path.exists() and "GenuineIntel" in path.read_text()


@pytest.mark.skipif(is_intel(), reason="PyTorch draws these from MKL on Intel processors")
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
def test_bernoulli(dtype: str) -> None:
    rl.manual_seed(4)
    torch.manual_seed(4)
    mine, theirs = rl.zeros(7, 9, dtype=getattr(rl, dtype)), torch.zeros(7, 9, dtype=getattr(torch, dtype))
    assert_equal(mine.t().bernoulli_(0.3), theirs.t().bernoulli_(0.3))
    p = np.linspace(0, 1, 63).reshape(7, 9)
    for kind in (np.float32, np.float64):
        assert_equal(rl.bernoulli(rl.from_numpy(p.astype(kind))), torch.bernoulli(torch.from_numpy(p.astype(kind))))
    assert_equal(rl.dropout(rl.ones(40), 0.4, True), torch.dropout(torch.ones(40), 0.4, True))


def test_states_are_exchanged() -> None:
    """A state that PyTorch wrote goes on here where it went on there, a kept normal included."""
    for drawn in (0, 1, 623, 624, 625, 1300):
        torch.manual_seed(drawn)
        torch.rand(drawn)
        torch.randn(3)
        rl.set_rng_state(rl.from_numpy(torch.get_rng_state().numpy()))
        assert_equal(rl.randn(5), torch.randn(5))
        assert_equal(rl.rand(700), torch.rand(700))
        torch.set_rng_state(torch.from_numpy(rl.get_rng_state().numpy().copy()))
        assert_equal(rl.randn(5), torch.randn(5))


COUNTED = {
    "poisson": lambda torch, dtype: (
        torch.tensor([[0, 0.3, 2, 9.99], [10, 12.5, 80, 1e3], [1e6, 1e8, 3e9, 1e25]], dtype=dtype).repeat(1, 40),
    ),
    "poisson strided": lambda torch, dtype: (torch.tensor([[0.5, 30], [2, 1e4], [7, 11]], dtype=dtype).repeat(20, 1).t(),),
    "binomial rare": lambda torch, dtype: (
        torch.tensor([1, 2.5, 10, 100, 1e4], dtype=dtype).repeat(40, 1), torch.tensor([3e-4], dtype=dtype)
    ),
    "binomial": lambda torch, dtype: (
        torch.tensor([0, -3, 1, 2.5, 19, 20, 1000, 1e6, 1e30], dtype=dtype).repeat(60, 1),
        torch.tensor([[0.5], [0.6], [0.01], [0.999], [1], [0], [0.3]], dtype=dtype).repeat(1, 9).repeat(60, 1)[:60],
    ),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", COUNTED)
def test_counts(name: str, dtype: str) -> None:
    """Poisson and binomial numbers, whose algorithms draw until something comes true: as many draws are taken."""
    rl.manual_seed(5)
    torch.manual_seed(5)
    operator = name.partition(" ")[0]
    for _ in range(2):
        mine = getattr(rl, operator)(*COUNTED[name](rl, getattr(rl, dtype)))
        theirs = getattr(torch, operator)(*COUNTED[name](torch, getattr(torch, dtype)))
        assert_equal(mine, theirs)
        assert mine.stride() == theirs.stride()
    assert_equal(rl.get_rng_state(), torch.get_rng_state())


@pytest.mark.parametrize("library", [rl, torch])
def test_counts_that_cannot_be(library: Any) -> None:
    with pytest.raises(RuntimeError, match="rate to be non-negative"):
        library.poisson(library.tensor([-1.0]))
    with pytest.raises(NotImplementedError, match="poisson_cpu"):
        library.poisson(library.tensor([1]))
    with pytest.raises(ValueError, match="only supports floating-point dtypes for count, got: Long"):
        library.binomial(library.tensor([1]), library.tensor([0.5]))
    with pytest.raises(RuntimeError, match="Found dtype Double but expected Float"):
        library.binomial(library.tensor([1.0]), library.tensor([0.5], dtype=library.float64))
    with pytest.raises(NotImplementedError, match="binomial_cpu"):
        library.binomial(library.ones(2).half(), library.ones(2).half())
    assert library.poisson(library.ones(2, 3, device="meta")).shape == (2, 3)
    assert library.poisson(library.full((4,), 3.0).bfloat16()).dtype is library.bfloat16


def test_endless_binomial() -> None:
    """PyTorch never comes back from these."""
    for count in (float("nan"), float("inf")):
        with pytest.raises(RuntimeError, match="finite"):
            rl.binomial(rl.tensor([count]), rl.tensor([0.5]))
