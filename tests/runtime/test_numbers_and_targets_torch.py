"""Numbers beside tensors that do not promote, and targets that cannot hold a result: PyTorch's answers and errors."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "addcmul of integers": lambda m, i, f: m.addcmul(i, i, i, value=2.5),
    "addcmul with a bool": lambda m, i, f: m.addcmul(f, f, f, value=True),
    "threshold of integers": lambda m, i, f: m.threshold(i, 1.5, 2),
    "threshold at a bool": lambda m, i, f: m.threshold(f, True, 2),
    "alpha of integers": lambda m, i, f: m.add(i, i, alpha=2.0),
    "alpha that is a bool": lambda m, i, f: m.sub(f, f, alpha=True),
    "fmod_": lambda m, i, f: i.fmod_(2.5),
    "floor_divide_": lambda m, i, f: i.floor_divide_(2.5),
    "remainder_": lambda m, i, f: i.remainder_(2.5),
    "pow_": lambda m, i, f: i.pow_(0.5),
    "floor_divide into integers": lambda m, i, f: m.floor_divide(f, 2, out=i),
    "pow_ with a tensor": lambda m, i, f: f.pow_(i),
    "sum into integers": lambda m, i, f: m.sum(f, dim=0, out=i[0]),
    "prod over a dimension": lambda m, i, f: m.prod(f, 0, out=f[0]),
    "remainder into floats": lambda m, i, f: m.remainder(i, 2, out=f),
}


@pytest.mark.parametrize("name", CALLS)
def test_as_pytorch(name: str) -> None:
    outcomes: list[Any] = []
    for module in (rl, torch):
        try:
            outcomes.append(CALLS[name](module, module.tensor([1, 2, 3]), module.tensor([1.0, 2.0, 3.0])).tolist())
        except RuntimeError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]
