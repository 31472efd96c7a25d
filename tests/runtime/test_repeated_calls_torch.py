"""Small calls that remember what they did before: the second call, and calls that look alike, against PyTorch."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

CALLS: dict[str, Callable[[Any], Any]] = {
    "zeros": lambda library: library.zeros(2, 3),
    "zeros of a dtype": lambda library: library.zeros(2, 3, dtype=library.int64),
    "zeros on a device": lambda library: library.zeros(2, 3, device=library.device("cpu")),
    "zeros of a dtype on a device": lambda library: library.zeros((2, 3), dtype=library.int64, device=library.ones(2).device),
    "arange on a device": lambda library: library.arange(1, 4, device=library.device("cpu")),
    "full on a device": lambda library: library.full((2,), 7.0, device="cpu", layout=library.strided),
    "zeros of a size that ends like a dtype's code": lambda library: library.zeros(2, 6),
    "zeros without dims": lambda library: library.zeros(()),
    "ones": lambda library: library.ones((2, 3), dtype=library.bool),
    "full": lambda library: library.full((2,), 1.5),
    "full of an int": lambda library: library.full((2,), 1),
    "full of a truth": lambda library: library.full((2,), True),
    "full of a half": lambda library: library.full((2,), 1.5, dtype=library.float16),
    "full of minus zero": lambda library: library.full((2,), -0.0),
    "full of infinity": lambda library: library.full((2,), float("inf")),
    "full of a complex number": lambda library: library.full((2,), 1 + 2j),
    "zeros_like": lambda library: library.zeros_like(library.ones(3, 4).t()),
    "ones_like": lambda library: library.ones_like(library.ones(3), dtype=library.int8),
    "arange": lambda library: library.arange(5),
    "arange down": lambda library: library.arange(5, -5, -3),
    "arange of floats": lambda library: library.arange(0.5, 3),
    "tensor": lambda library: library.tensor([1.5, float("nan"), 1e300]),
    "tensor of ints": lambda library: library.tensor([1, -2]),
    "tensor of one": lambda library: library.tensor(3),
    "tensor of truths": lambda library: library.tensor([True, False]),
    "tensor of several kinds": lambda library: library.tensor([1, 2.5, True]),
    "tensor of nothing": lambda library: library.tensor([]),
    "roll": lambda library: library.arange(12).reshape(3, 4).roll(5),
    "roll along two": lambda library: library.arange(24).reshape(2, 3, 4).roll((1, -1), (1, 2)),
    "cat": lambda library: library.cat([library.ones(2, 3), library.zeros(1, 3)]),
    "cat of three": lambda library: library.cat([library.ones(2, 3), library.zeros(2, 1), library.ones(2, 2)], 1),
    "cat by names": lambda library: library.cat(tensors=(library.ones(2, 3), library.zeros(2, 1)), dim=1),
    "sum over named dims": lambda library: library.ones(2, 3).sum(dim=[1], keepdim=True),
    "cat of two dtypes": lambda library: library.cat([library.ones(2), library.arange(2)]),
    "einsum": lambda library: library.einsum("ij,jk->ik", *_matrices(library)),
    "einsum turned": lambda library: library.einsum("ij,kj->ki", _matrices(library)[0], _matrices(library)[0]),
    "einsum in batches": lambda library: library.einsum("bhqd,bhkd->bhqk", _batch(library), _batch(library)),
    "einsum of batches in another order": lambda library: library.einsum("bqhd,bkhd->bhqk", _batch(library), _batch(library)),
    "einsum of vectors": lambda library: library.einsum("i,i->", library.ones(4), library.ones(4)),
    "einsum outer": lambda library: library.einsum("i,j->ji", library.ones(4), library.arange(3) * 1.0),
    "einsum that sums one side": lambda library: library.einsum("ij,k->k", _matrices(library)[0], library.ones(3)),
    "einsum that repeats a size": lambda library: library.einsum("ij,jk->ik", library.ones(2, 1), _matrices(library)[1]),
    "einsum without an arrow": lambda library: library.einsum("ij,jk", *_matrices(library)),
    "einsum with an ellipsis": lambda library: library.einsum("...ij,...jk->...ik", _batch(library), _batch(library).transpose(2, 3)),
    "item": lambda library: library.tensor([library.ones(3)[1].item(), library.tensor(True).item(), library.tensor(7).item()]),
    "to its own dtype": lambda library: library.ones(2).to(library.float32),
    "to its own device": lambda library: library.ones(2).to(library.ones(3).device),
    "float": lambda library: library.arange(3).float().float(),
}


def _matrices(library: Any) -> tuple[Any, Any]:
    return library.arange(6.0).reshape(2, 3), library.arange(12.0).reshape(3, 4)


def _batch(library: Any) -> Any:
    return library.arange(2.0 * 3 * 3 * 2).reshape(2, 3, 3, 2)


@pytest.mark.parametrize("name", CALLS)
def test_every_call_gives_what_the_first_gave(name: str) -> None:
    wanted = CALLS[name](torch)
    for _ in range(3):
        found = CALLS[name](rl)
        assert str(found.dtype) == str(wanted.dtype) and tuple(found.stride()) == wanted.stride()
        assert str(found.tolist()) == str(wanted.tolist())


def test_results_are_fresh() -> None:
    first = rl.zeros(2)
    rl.zeros(2)
    first.add_(1)
    assert rl.zeros(2).tolist() == [0, 0]


def test_factories_follow_the_default_dtype() -> None:
    assert rl.zeros(2).dtype is rl.float32
    rl.set_default_dtype(rl.float64)
    try:
        assert rl.zeros(2).dtype is rl.tensor([1.0]).dtype is rl.full((2,), 0.5).dtype is rl.float64
    finally:
        rl.set_default_dtype(rl.float32)
    assert rl.zeros(2).dtype is rl.float32


def test_to_and_float_answer_the_tensor_itself() -> None:
    x = rl.ones(2)
    assert x.to(rl.float32) is x and x.float() is x and x.to(rl.float32, copy=True) is not x


@pytest.mark.parametrize(
    "call",
    [
        lambda library: library.einsum("ij,jk->ik", library.ones(2, 3), library.ones(2, 3)),
        lambda library: library.zeros(2, -1),
        lambda library: library.tensor([1 << 63]),
        lambda library: library.full((2,), 1e300),
    ],
)
def test_errors_are_raised_every_time(call: Callable[[Any], Any]) -> None:
    for _ in range(2):
        with pytest.raises((RuntimeError, ValueError, OverflowError)):
            call(torch)
        with pytest.raises((RuntimeError, ValueError, OverflowError)):
            call(rl)


@pytest.mark.parametrize("count", (1, 15, 16, 17, 100, 4095, 4096, 4097, 16383, 16384, 16385, 50_000, 300_001))
@pytest.mark.parametrize("rows", (1, 3, 4, 7))
def test_sums_of_rows_of_every_length(count: int, rows: int) -> None:
    x = torch.rand(rows, count, generator=torch.Generator().manual_seed(0))
    exact = x.double().sum(1)
    found = rl.from_numpy(x.numpy()).sum(1)
    error = (torch.from_numpy(found.numpy()).double() - exact).abs()
    assert bool((error <= 4e-7 * exact).all())
    assert rl.from_numpy(x.numpy()).amax(1).tolist() == x.amax(1).tolist()
