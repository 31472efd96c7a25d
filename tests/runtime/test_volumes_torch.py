"""Pooling over one and three dimensions and conv3d against PyTorch on random windows, strides, paddings and shapes."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.ops.table import lookup
from rushlight.runtime.tensor import Tensor, from_numpy

torch = pytest.importorskip("torch")


def row(key: str) -> Any:
    """The row of the table."""
    found = lookup(f"aten::{key}")
    assert found is not None
    return found


def outcome(call: Any) -> Any:
    """The result of a call, or the exception it raised."""
    try:
        return call()
    except Exception as error:
        return error


def compare(key: str, arrays: list[Any], settings: tuple[Any, ...], tolerance: float = 2e-6) -> None:
    """The row and PyTorch's overload: equal tensors (relative to the largest item) or errors of one type."""
    name, _, overload = key.partition(".")
    theirs = getattr(getattr(torch.ops.aten, name), overload or "default")
    label = f"{key} {[None if x is None else x.shape for x in arrays]} {settings}"
    got = outcome(lambda: row(key)(*(None if x is None else from_numpy(x) for x in arrays), *settings))
    want = outcome(lambda: theirs(*(None if x is None else torch.from_numpy(x) for x in arrays), *settings))
    if isinstance(want, Exception):
        assert type(got) is type(want), f"{label}: {got!r} where PyTorch raises {want!r}"
        return
    for one, other in zip(got if isinstance(got, tuple) else (got,), want if isinstance(want, tuple) else (want,), strict=True):
        assert isinstance(one, Tensor), f"{label}: {one!r}"
        assert repr(one.dtype) == str(other.dtype) and tuple(one.shape) == tuple(other.shape), label
        finite = other[torch.isfinite(other)]
        scale = max(float(finite.abs().max()), 1.0) if finite.numel() else 1.0
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=tolerance, atol=tolerance * scale, err_msg=label)


def items(source: random.Random, dims: int, dtype: str = "float32", special: bool = True) -> np.ndarray[Any, Any]:
    """A random line or volume, or a batch of them, sometimes not contiguous, sometimes with NaN, infinities or equal items."""
    shape = [source.randint(1, 3), source.randint(1, 3), *(source.randint(1, 7) for _ in range(dims))][source.randint(0, 1) :]
    array = np.random.default_rng(source.randrange(1 << 30)).standard_normal(shape) * 4
    if source.random() < 0.3:
        array = array.round()
    if special and source.random() < 0.3:
        array.flat[source.randrange(array.size)] = source.choice((np.nan, -np.inf, np.inf))
    array = array.astype(dtype)
    return np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2) if source.random() < 0.3 else array


def windows(source: random.Random, dims: int) -> tuple[list[int], list[int], list[int]]:
    """Kernel size, stride (sometimes left out) and padding."""
    size = [source.randint(1, 3) for _ in range(dims if source.random() < 0.8 else 1)]
    stride = [source.randint(1, 3) for _ in range(dims)] if source.random() < 0.6 else []
    return size, stride, [source.randint(0, 1) for _ in range(dims)]


@pytest.mark.parametrize("dims", (1, 3))
@pytest.mark.parametrize("dtype", ("float32", "float64"))
@pytest.mark.filterwarnings("ignore")
def test_max_pool(dtype: str, dims: int) -> None:
    source = random.Random(dims)
    for _ in range(80):
        array = items(source, dims, dtype)
        settings = (*windows(source, dims), [source.randint(1, 2) for _ in range(dims)], source.random() < 0.5)
        compare(f"max_pool{dims}d", [array], settings)
        compare(f"max_pool{dims}d_with_indices", [array], settings)


@pytest.mark.parametrize("dims", (1, 3))
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_avg_pool(dtype: str, dims: int) -> None:
    source = random.Random(10 + dims)
    for _ in range(80):
        settings = (*windows(source, dims), source.random() < 0.5, source.random() < 0.5)
        divisor = (source.choice((None, None, 3, 0)),) if dims == 3 else ()
        compare(f"avg_pool{dims}d", [items(source, dims, dtype)], (*settings, *divisor))


@pytest.mark.parametrize("dims", (1, 3))
def test_adaptive_avg_pool(dims: int) -> None:
    source = random.Random(20 + dims)
    for trial in range(40):
        size = [source.randint(0 if trial % 10 == 0 else 1, 8) for _ in range(dims)]
        compare(f"adaptive_avg_pool{dims}d", [items(source, dims)], (size,), 4e-6)


@pytest.mark.parametrize("shape", ((3,), (2, 3, 4, 5, 6, 7), (2, 0), (2, 3, 0, 4)))
def test_pooling_that_cannot_be(shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, "f4")
    for name in ("max_pool", "avg_pool"):
        rest = ([1], False) if name == "max_pool" else (False, True)
        compare(f"{name}1d", [array], ([2], [], [0], *rest))
        compare(f"{name}3d", [array], ([2], [], [0], *rest, *([None] if name == "avg_pool" else [])))
    compare("max_pool3d", [np.zeros((1, 4, 4, 4), "f4")], ([2, 2], [], [0], [1], False))
    compare("max_pool1d", [np.zeros((1, 4), "f4")], ([2, 2], [], [0], [1], False))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_conv3d(dtype: str) -> None:
    source, rng = random.Random(30), np.random.default_rng(30)
    tolerance = 2e-6 if dtype == "float32" else 1e-14
    for trial in range(80):
        groups = source.choice((1, 1, 2, 3))
        array = items(source, 3, dtype, special=False)
        outputs = groups * source.randint(1, 4)
        array = np.repeat(array, groups, axis=-4)
        weight = rng.standard_normal((outputs, array.shape[-4] // groups, *(source.randint(1, 3) for _ in range(3)))).astype(dtype)
        bias = rng.standard_normal(outputs).astype(dtype) if source.random() < 0.6 else None
        rest = ([source.randint(1, 2) for _ in range(source.choice((1, 3)))],)
        dilation = [source.randint(1, 2) for _ in range(3)]
        if trial % 5 == 0:
            compare("conv3d.padding", [array, weight, bias], (*rest, source.choice(("same", "valid")), dilation, groups), tolerance)
            continue
        padding = [source.randint(0, 2) for _ in range(3)]
        compare("conv3d", [array, weight, bias], (*rest, padding, dilation, groups), tolerance)
        if array.ndim == 5:
            flags = (False, [0, 0, 0], groups, False, False, True, True)
            stride = (rest[0] * 3)[:3]
            compare("_convolution", [array, weight, bias], (stride, padding, dilation, *flags), tolerance)


def test_batches_of_none() -> None:
    volumes = np.zeros((0, 2, 4, 4, 4), "f4")
    compare("max_pool3d", [volumes], ([2], [], [0], [1], False))
    compare("max_pool3d_with_indices", [volumes], ([2], [], [0], [1], False))
    compare("avg_pool3d", [volumes], ([2], [], [0], False, True, None))
    compare("adaptive_avg_pool3d", [volumes], ([2, 2, 2],))
    compare("avg_pool1d", [volumes[:, :, 0, 0]], ([2], [], [0], False, True))
    compare("conv3d", [volumes, np.zeros((3, 2, 2, 2, 2), "f4"), None], ([1], [0], [1], 1))


def test_conv3d_that_cannot_be() -> None:
    volume, weight = np.zeros((1, 2, 3, 3, 3), "f4"), np.zeros((4, 2, 2, 2, 2), "f4")
    for arrays, settings in (
        ([volume, weight[:, :1], None], ()), ([volume[0, 0], weight, None], ()), ([volume, weight, weight[:3, 0, 0, 0, 0].copy()], ()),
        ([volume.astype("f8"), weight, None], ()), ([volume, weight, None], ([0],)), ([volume, weight, None], ([1, 1],)),
        ([volume[:, :, :1], weight, None], ()),
    ):
        rest = ([1], [0], [1], 1)
        compare("conv3d", arrays, (*settings, *rest[len(settings) :]))
