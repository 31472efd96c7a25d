"""Normalization by groups, by image and with channels side by side, against PyTorch."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.ops.table import lookup

torch = pytest.importorskip("torch")
SHAPES = [(2, 6, 5, 7), (1, 6, 2, 1), (3, 6), (2, 6, 40), (2, 6, 3, 4, 5), (0, 6, 3, 3), (2, 36, 9, 10)]
LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def own(tensor: Any) -> Any:
    """The same memory here."""
    return None if tensor is None else rl.from_numpy(tensor.numpy())


def assert_close(got: Any, want: Any) -> None:
    """Equal within rounding, in the same memory order."""
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=2e-5, atol=2e-5)
    if want.numel():
        assert got.stride() == want.stride()


def inputs(shape: tuple[int, ...], last: bool, dtype: Any) -> tuple[Any, list[Any]]:
    """An input, and weight, bias, running mean and variance."""
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=dtype)
    if last and len(shape) in LAST:
        x = x.to(memory_format=LAST[len(shape)])
    more = [torch.randn(shape[1], dtype=dtype) for _ in range(3)]
    return x + 3, [*more, torch.rand(shape[1], dtype=dtype) + 0.5]


@pytest.mark.parametrize("dtype", ("float32", "float64"))
@pytest.mark.parametrize("last", (False, True))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_norms(shape: tuple[int, ...], last: bool, dtype: str) -> None:
    x, parameters = inputs(shape, last, getattr(torch, dtype))
    row = lookup("aten::batch_norm")
    assert row is not None
    rest = (False, 0.1, 1e-5, True)
    assert_close(row(own(x), *map(own, parameters), *rest), torch.batch_norm(x, *parameters, *rest))
    for groups, has_weight in ((1, True), (2, False), (6, True)):
        pair = parameters[:2] if has_weight else [None, None]
        assert_close(rl.group_norm(own(x), groups, *map(own, pair)), torch.group_norm(x, groups, *pair))


@pytest.mark.parametrize("uses_input", (False, True))
@pytest.mark.parametrize("last", (False, True))
@pytest.mark.parametrize("shape", [(2, 6, 5, 7), (2, 6, 40), (1, 6, 3, 4, 5)], ids=str)
def test_instance_norm(shape: tuple[int, ...], last: bool, uses_input: bool) -> None:
    x, parameters = inputs(shape, last, torch.float32)
    running, mine = [one.clone() for one in parameters[2:]], [own(one.clone()) for one in parameters[2:]]
    rest = (uses_input, 0.1, 1e-5, True)
    want = torch.instance_norm(x, *parameters[:2], *running, *rest)
    assert_close(rl.instance_norm(own(x), *map(own, parameters[:2]), *mine, *rest), want)
    for got, moved in zip(mine, running, strict=True):
        assert_close(got, moved)


@pytest.mark.parametrize("shape, groups, size", [((2, 6, 3), 4, 6), ((2, 6, 3), 0, 6), ((2, 6, 3), 2, 5), ((6,), 2, 6)])
def test_group_norms_that_cannot_be(shape: tuple[int, ...], groups: int, size: int) -> None:
    x, weight = torch.zeros(shape), torch.zeros(size)
    with pytest.raises((RuntimeError, IndexError)) as theirs:
        torch.group_norm(x, groups, weight)
    with pytest.raises((RuntimeError, IndexError)) as ours:
        rl.group_norm(own(x), groups, own(weight))
    assert ours.type is theirs.type
    assert str(ours.value) == str(theirs.value).splitlines()[0]
