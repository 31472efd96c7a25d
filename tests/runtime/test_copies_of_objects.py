"""Pickled and copied tensors: dtype, strides, sharing and attributes stay; the memory is shared or not as in PyTorch."""
from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl

TENSORS: dict[str, Callable[[], Any]] = {
    "transposed": lambda: rl.arange(12.0).reshape(3, 4).t(),
    "part": lambda: rl.arange(12.0)[3:9:2],
    "expanded": lambda: rl.arange(3.0).expand(2, 3),
    "number": lambda: rl.tensor(3.5),
    "empty": lambda: rl.zeros(0, 3),
    "bool": lambda: rl.tensor([True, False]),
    "bfloat16": lambda: rl.arange(3.0).to(rl.bfloat16),
    "parameter": lambda: rl.nn.Parameter(rl.ones(2)),
    "frozen parameter": lambda: rl.nn.Parameter(rl.ones(2), requires_grad=False),
    "buffer": lambda: rl.nn.Buffer(rl.ones(2), persistent=False),
}
COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda x: pickle.loads(pickle.dumps(x)), "deepcopy": copy.deepcopy, "copy": copy.copy,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", TENSORS)
def test_copies_are_like_the_original(name: str, how: str) -> None:
    original = TENSORS[name]()
    found = COPIES[how](original)
    assert type(found) is type(original) and found.dtype is original.dtype
    assert found.tolist() == original.tolist() and found.shape == original.shape and found.stride() == original.stride()
    assert found.requires_grad == original.requires_grad
    assert getattr(found, "persistent", None) == getattr(original, "persistent", None)
    assert (found.data_ptr() == original.data_ptr()) == (how == "copy" or not original.numel())


@pytest.mark.parametrize("how", ["pickle", "deepcopy"])
def test_tensors_over_one_storage_still_share_it(how: str) -> None:
    whole = rl.arange(6.0)
    first, second = COPIES[how]((whole, whole[2:]))
    first[2] = 9
    assert second[0].item() == 9 and whole[2].item() == 2


@pytest.mark.parametrize("how", ["pickle", "deepcopy"])
def test_attributes_are_copied_too(how: str) -> None:
    tensor: Any = rl.ones(2)
    tensor.notes = ["a"]
    found = COPIES[how](tensor)
    assert found.notes == ["a"] and found.notes is not tensor.notes


def test_a_copy_of_read_only_memory_may_be_written() -> None:
    array = np.ones(3, np.float32)
    array.flags.writeable = False
    for how in ("pickle", "deepcopy"):
        COPIES[how](rl.from_numpy(array))[0] = 5
    assert array[0] == 1


def test_an_array_of_another_dtype_needs_a_copy() -> None:
    with pytest.raises(ValueError, match="without a copy"):
        rl.ones(2).__array__(np.float64, copy=False)
