"""Integer division at the ends of each type, against Python's integers wrapped to the type's width."""
from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl


def _toward_zero(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


OPERATORS: dict[str, tuple[Callable[..., Any], Callable[[int, int], int]]] = {
    "floor_divide": (rl.floor_divide, lambda a, b: a // b),
    "trunc": (lambda a, b: rl.div(a, b, rounding_mode="trunc"), _toward_zero),
    "remainder": (rl.remainder, lambda a, b: a % b),
    "fmod": (rl.fmod, lambda a, b: a - _toward_zero(a, b) * b),
}


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
@pytest.mark.parametrize("name", OPERATORS)
def test_division_wraps_at_the_ends(name: str, dtype: str) -> None:
    operator, meaning = OPERATORS[name]
    limits = np.iinfo(dtype)
    numbers = {limits.min, limits.min + 1, 0, 1, 2, 7, limits.max - 1, limits.max} | ({-1, -7} if limits.min else set[int]())
    pairs = [(a, b) for a, b in itertools.product(sorted(numbers), repeat=2) if b]
    a, b = (rl.from_numpy(np.array(column, dtype)) for column in zip(*pairs, strict=True))
    span = 1 << 8 * a.itemsize
    want = [(meaning(*pair) - limits.min) % span + limits.min for pair in pairs]
    assert operator(a, b).tolist() == want


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("name", ["floor_divide", "remainder", "fmod"])
def test_division_by_zero_leaves_every_tensor_as_it_was(name: str, threads: int) -> None:
    a, out = rl.arange(300_000, dtype=rl.int32), rl.full((300_000,), 55, dtype=rl.int32)
    b, before = rl.ones_like(a), a.clone()
    b[200_000] = 0
    calls: list[Callable[[], object]] = [
        lambda: getattr(rl, name)(a, b), lambda: getattr(rl, name)(a, b, out=out), lambda: getattr(a, f"{name}_")(b),
    ]
    used = rl.get_num_threads()
    rl.set_num_threads(threads)
    try:
        for call in calls:
            with pytest.raises(RuntimeError, match="ZeroDivisionError"):
                call()
    finally:
        rl.set_num_threads(used)
    assert bool((out == 55).all()) and bool((a == before).all())
