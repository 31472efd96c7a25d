"""Layer and RMS norm against PyTorch; reductions and softmax of halves."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")


def agree(got: Any, want: Any, half: bool, label: str) -> None:
    assert repr(got.dtype) == str(want.dtype), label
    limit = 5e-3 if half else 1e-5
    np.testing.assert_allclose(got.float().numpy(), want.float().numpy(), rtol=limit if half else 1e-4, atol=limit, err_msg=label)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_rows(dtype: str) -> None:
    random = np.random.default_rng(0)
    for shape, normalized in (((128, 768), (768,)), ((3, 4, 5), (4, 5)), ((2, 9000), (9000,)), ((0, 4), (4,))):
        items, weight, bias = (random.standard_normal(one).astype(dtype) for one in (shape, normalized, normalized))
        for given in (None, weight):
            for shift in (None, bias):
                ours = [None if one is None else rl.from_numpy(one) for one in (given, shift)]
                theirs = [None if one is None else torch.from_numpy(one) for one in (given, shift)]
                got = rl.layer_norm(rl.from_numpy(items), normalized, *ours)
                agree(got, torch.layer_norm(torch.from_numpy(items), normalized, *theirs), dtype == "float16", f"layer_norm {shape}")
            got = rl.rms_norm(rl.from_numpy(items), normalized, ours[0])
            agree(got, torch.rms_norm(torch.from_numpy(items), normalized, theirs[0]), dtype == "float16", f"rms_norm {shape}")


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "sum", "mean", "var", "amax", "prod"])
def test_halves(name: str) -> None:
    items = np.random.default_rng(0).standard_normal((5, 300)).astype(np.float16) * 4
    x, y = torch.from_numpy(items), rl.from_numpy(items)
    for dim in (0, 1):
        agree(getattr(rl, name)(y, dim), getattr(torch, name)(x, dim), True, name)
