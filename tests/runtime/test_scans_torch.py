"""Scans against PyTorch: dims, layouts, dtypes, special values, in-place and out= forms, errors."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

NAMES = ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp")
SHAPES = ((), (7,), (5, 6), (0, 3), (3, 0), (2, 300, 5))


def agree(got: Any, want: Any, label: str) -> None:
    for one, other in zip(*((x,) if not isinstance(x, tuple) else x for x in (got, want)), strict=True):
        assert repr(one.dtype) == str(other.dtype), label
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=2e-3 if "16" in repr(one.dtype) else 1e-5, atol=1e-5, err_msg=label)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bool", "float16"])
@pytest.mark.parametrize("name", NAMES)
def test_dims_and_layouts(name: str, dtype: str) -> None:
    random = np.random.default_rng(0)
    for shape in SHAPES:
        items = np.asarray(random.standard_normal(shape) * 3).astype(dtype)
        if dtype == "float32" and items.size > 3:
            items.reshape(-1)[2] = np.nan
        for turn in range(2):
            x, y = torch.from_numpy(items), rl.from_numpy(items)
            if turn and len(shape) > 1:
                x, y = x.transpose(0, -1), y.transpose(0, -1)
            for dim in range(-len(shape), max(len(shape), 1)):
                label = f"{name} {dtype} {shape} {dim} {turn}"
                try:
                    want = getattr(torch, name)(x, dim)
                except NotImplementedError:
                    with pytest.raises(NotImplementedError):
                        getattr(rl, name)(y, dim)
                    continue
                agree(getattr(rl, name)(y, dim), want, label)


@pytest.mark.parametrize("name", ["cummax", "cummin", "logcumsumexp"])
def test_special_values(name: str) -> None:
    inf, nan = np.inf, np.nan
    items = np.array([[1, 1, nan, 2, nan], [-inf, -inf, 0, inf, inf], [0.0, -0.0, 0.0, 3, 3], [inf, -inf, nan, 1, 2]], np.float32)
    for dim in (0, 1):
        agree(getattr(rl, name)(rl.from_numpy(items), dim), getattr(torch, name)(torch.from_numpy(items), dim), name)


def test_dtypes_and_targets() -> None:
    items = np.arange(6, dtype=np.int32).reshape(2, 3)
    x, y = torch.from_numpy(items), rl.from_numpy(items.copy())
    agree(rl.cumsum(y, 1, dtype=rl.float32), torch.cumsum(x, 1, dtype=torch.float32), "dtype")
    out, want = rl.empty(0, dtype=rl.int64), torch.empty(0, dtype=torch.int64)
    agree(rl.cumsum(y, 0, out=out), torch.cumsum(x, 0, out=want), "out")
    agree(out, want, "out")
    agree(rl.from_numpy(items.astype("f")).cumprod_(1), torch.from_numpy(items.astype("f")).cumprod_(1), "in place")
    with pytest.raises(IndexError):
        rl.cumsum(y, 2)


def test_columns_are_split_anywhere() -> None:
    items = np.random.default_rng(0).standard_normal((40, 3000)).astype(np.float32)
    x = rl.from_numpy(items)
    whole = rl.cumsum(x, 0).numpy().tobytes()
    threads = rl.get_num_threads()
    try:
        rl.set_num_threads(1)
        assert rl.cumsum(x, 0).numpy().tobytes() == whole
    finally:
        rl.set_num_threads(threads)
    assert np.concatenate([rl.cumsum(x[:, at : at + 700], 0).numpy() for at in range(0, 3000, 700)], 1).tobytes() == whole
