"""Pooling and normalization rows against PyTorch on random windows, strides, paddings and shapes, and their errors."""
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.kernels.compiling import isa
from rushlight.runtime.ops.packet import packet
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


def assert_same(got: Any, want: Any, label: str, tolerance: float = 2e-6) -> None:
    """Equal tensors (or tuples of them), or an error on both sides."""
    if isinstance(want, Exception):
        assert isinstance(got, Exception), f"{label}: PyTorch raises {want}"
        assert type(got) is type(want), f"{label}: {got!r} where PyTorch raises {want!r}"
        return
    if isinstance(want, tuple):
        for one, other in zip(got, want, strict=True):
            assert_same(one, other, label, tolerance)
        return
    assert isinstance(got, Tensor), f"{label}: {got!r}"
    assert repr(got.dtype) == str(want.dtype) and tuple(got.shape) == tuple(want.shape), label
    np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=tolerance, atol=tolerance, err_msg=label)


def image(source: random.Random, dtype: str = "float32") -> np.ndarray[Any, Any]:
    """A random image or batch, sometimes not contiguous, sometimes with NaN and infinities."""
    shape = [source.randint(1, 3), source.randint(1, 3), source.randint(1, 9), source.randint(1, 9)][source.randint(0, 1) :]
    array = np.random.default_rng(source.randrange(1 << 30)).standard_normal(shape) * 4
    if source.random() < 0.3:
        array.flat[source.randrange(array.size)] = source.choice((np.nan, -np.inf, np.inf))
    array = array.astype(dtype)
    return np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2) if source.random() < 0.3 else array


@pytest.mark.parametrize("dtype", ("float32", "float64", "int64"))
@pytest.mark.filterwarnings("ignore")
def test_max_pool2d(dtype: str) -> None:
    source = random.Random(1)
    for trial in range(150):
        array = image(source, dtype) if dtype != "int64" else np.random.default_rng(trial).integers(-9, 9, (2, 3, 7, 6))
        window = [source.randint(1, 4) for _ in range(source.randint(1, 2))]
        stride = [source.randint(1, 3) for _ in range(2)] if source.random() < 0.7 else []
        args = (window, stride, [source.randint(0, 2)], [source.randint(1, 2)], source.random() < 0.5)
        mine, theirs = from_numpy(array), torch.from_numpy(array)
        label = f"{trial} {array.shape} {args}"
        for key in ("max_pool2d", "max_pool2d_with_indices"):
            assert_same(outcome(lambda: row(key)(mine, *args)), outcome(lambda: getattr(torch.ops.aten, key)(theirs, *args)), label)


@pytest.mark.parametrize("dtype", ("float32", "float64", "int64"))
@pytest.mark.filterwarnings("ignore")
def test_avg_pool2d(dtype: str) -> None:
    source = random.Random(2)
    for trial in range(150):
        array = image(source, "float32").astype(dtype)
        window = [source.randint(1, 4) for _ in range(source.randint(1, 2))]
        stride = [source.randint(1, 3) for _ in range(2)] if source.random() < 0.7 else []
        divisor = source.choice((None, None, 3, 0))
        args = (window, stride, [source.randint(0, 2)], source.random() < 0.5, source.random() < 0.5, divisor)
        mine, theirs = from_numpy(array), torch.from_numpy(array)
        label = f"{trial} {array.shape} {args}"
        assert_same(outcome(lambda: row("avg_pool2d")(mine, *args)), outcome(lambda: torch.ops.aten.avg_pool2d(theirs, *args)), label)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_adaptive_avg_pool2d(dtype: str) -> None:
    source = random.Random(3)
    for trial in range(60):
        array = image(source, dtype)
        size = [source.randint(0 if trial % 10 == 0 else 1, 8) for _ in range(2)]
        mine, theirs = from_numpy(array), torch.from_numpy(array)
        got = outcome(lambda: row("adaptive_avg_pool2d")(mine, size))
        assert_same(got, outcome(lambda: torch.ops.aten.adaptive_avg_pool2d(theirs, size)), f"{trial} {array.shape} {size}", 4e-6)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
@pytest.mark.parametrize("training", (False, True))
def test_batch_norm(training: bool, dtype: str) -> None:
    source = random.Random(4)
    for trial in range(40):
        rng = np.random.default_rng(trial)
        shape = [source.randint(2, 4), source.randint(1, 5), *(source.randint(1, 5) for _ in range(source.randint(0, 3)))]
        array = rng.standard_normal(shape).astype(dtype)
        optional = [rng.standard_normal(shape[1]).astype(dtype) if source.random() < 0.7 else None for _ in range(2)]
        running: list[Any] = [rng.standard_normal(shape[1]).astype(dtype), rng.random(shape[1]).astype(dtype) + 0.5]
        if training and source.random() < 0.3:
            running = [None, None]
        twins = [None if x is None else x.copy() for x in running]
        mine = [None if x is None else from_numpy(x) for x in (array, *optional, *running)]
        theirs = [None if x is None else torch.from_numpy(x) for x in (array, *optional, *twins)]
        rest = (training, 0.1, 1e-5, True)
        tolerance = 2e-5 if dtype == "float32" else 1e-12
        assert_same(row("batch_norm")(*mine, *rest), torch.batch_norm(*theirs, *rest), f"{trial} {shape}", tolerance)
        for got, want in zip(running, twins):
            if got is not None:
                np.testing.assert_allclose(got, want, rtol=2e-6, atol=2e-6)


def test_batch_norm_wants_statistics_for_each_channel() -> None:
    x = from_numpy(np.zeros((2, 3), "f4"))
    with pytest.raises(RuntimeError, match="running_mean should contain 3 elements not 2"):
        row("batch_norm")(x, None, None, from_numpy(np.zeros(2, "f4")), from_numpy(np.ones(2, "f4")), False, 0.1, 1e-5, True)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_layer_norm(dtype: str) -> None:
    source = random.Random(5)
    for trial in range(40):
        rng = np.random.default_rng(trial)
        shape = [source.randint(1, 6) for _ in range(source.randint(1, 4))]
        normalized = shape[source.randrange(len(shape)) :]
        arrays = [rng.standard_normal(shape).astype(dtype)]
        arrays += [rng.standard_normal(normalized).astype(dtype) if source.random() < 0.6 else None for _ in range(2)]
        mine = [None if x is None else from_numpy(x) for x in arrays]
        theirs = [None if x is None else torch.from_numpy(x) for x in arrays]
        got = row("layer_norm")(mine[0], normalized, *mine[1:], 1e-5, True)
        want = torch.layer_norm(theirs[0], normalized, *theirs[1:], 1e-5)
        assert_same(got, want, f"{trial} {shape} {normalized}", 2e-5 if dtype == "float32" else 1e-12)


POOLS = {
    "max_pool": ("max_pool{}d", "max_pool{}d_with_indices"), "avg_pool": ("avg_pool{}d",),
    "adaptive": ("adaptive_avg_pool{}d", "adaptive_max_pool{}d"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dims", (2, 3))
@pytest.mark.parametrize("kind", POOLS)
def test_memory_formats(kind: str, dims: int) -> None:
    source = random.Random(dims)
    last = {2: torch.channels_last, 3: torch.channels_last_3d}[dims]
    for trial in range(40):
        shape = [source.randint(1, 3), source.choice((1, 2, 9, 600)), *(source.randint(3, 8) for _ in range(dims))]
        theirs = torch.from_numpy(np.random.default_rng(trial).standard_normal(shape).round(1).astype("f4"))
        if source.random() < 0.7:
            theirs = theirs.contiguous(memory_format=last)
        if source.random() < 0.2:
            theirs = theirs[:, :, 1:]
        windows = ([source.randint(1, 3) for _ in range(dims)], [source.randint(1, 3) for _ in range(dims)], [0] * dims)
        gaps = [source.choice((1, 1, 2)) for _ in range(dims)]
        args: tuple[Any, ...] = (*windows, gaps, source.random() < 0.5)
        if kind == "avg_pool":
            args = (*windows, source.random() < 0.5, source.random() < 0.5, source.choice((None, 5)))
        if kind == "adaptive":
            args = ([source.randint(1, 5) for _ in range(dims)] if trial % 4 else [1] * dims,)
        for name in POOLS[kind]:
            key = name.format(dims)
            got = outcome(lambda: row(key)(from_numpy(theirs.numpy()), *args))
            want = outcome(lambda: getattr(torch.ops.aten, key)(theirs, *args))
            label = f"{trial} {key} {shape} {theirs.stride()} {args}"
            assert_same(got, want, label)
            if isinstance(want, torch.Tensor):
                assert got.stride() == want.stride(), label


def test_adaptive_max_pool_errors_and_lines() -> None:
    array = np.random.default_rng(0).standard_normal((2, 3, 7)).astype("f4")
    for size in ([3], [7], [1]):
        want = torch.ops.aten.adaptive_max_pool1d(torch.from_numpy(array), size)
        assert_same(row("adaptive_max_pool1d")(from_numpy(array), size), want, str(size))
    for shape, size in (((2, 3, 0, 4), [2, 2]), ((2, 3, 4, 4), [-1, 2]), ((2, 3, 4, 4), [2, 2, 2]), ((4,), [2, 2])):
        empty = np.zeros(shape, "f4")
        want = outcome(lambda: torch.ops.aten.adaptive_max_pool2d(torch.from_numpy(empty), size))
        got = outcome(lambda: row("adaptive_max_pool2d")(from_numpy(empty), size))
        assert isinstance(want, RuntimeError) and str(got) == str(want), (got, want)


@pytest.mark.parametrize("forced", [one for one in isa.ALL if one.vector_bytes <= isa.host().vector_bytes], ids=lambda one: one.name)
def test_every_instruction_set(forced: isa.Isa) -> None:
    x = torch.randn(2, 37, 9, 7).to(memory_format=torch.channels_last)
    with isa.forced(forced):
        got = row("max_pool2d_with_indices")(from_numpy(x.numpy()), [3, 3], [2, 2], [1, 1], [1, 1], False)
        mean = row("avg_pool2d")(from_numpy(x.numpy()), [3, 3], [2, 2], [1, 1], False, False, None)
    assert_same(got, torch.nn.functional.max_pool2d(x, 3, 2, 1, return_indices=True), forced.name)
    assert_same(mean, torch.nn.functional.avg_pool2d(x, 3, 2, 1, count_include_pad=False), forced.name)


def test_lists_of_sizes_are_read_alike_in_every_call() -> None:
    x = from_numpy(np.arange(36, dtype="f4").reshape(1, 1, 6, 6))
    pool = packet("aten::adaptive_avg_pool2d")
    assert pool is not None
    for size, shape in ((2, (2, 2)), ([3], (3, 3)), ((2, 3), (2, 3)), (1, (1, 1)), ([1, 2], (1, 2)), ((4,), (4, 4))):
        assert tuple(pool(x, size).shape[2:]) == tuple(pool(x, size).shape[2:]) == shape
    convolve = packet("aten::conv2d")
    assert convolve is not None
    for stride, padding, shape in ((1, 0, (4, 4)), ((2, 1), [1], (3, 6)), ([2], (1, 0), (3, 2)), (2, 1, (3, 3))):
        assert tuple(convolve(x, from_numpy(np.ones((1, 1, 3, 3), "f4")), None, stride, padding).shape[2:]) == shape


@pytest.mark.parametrize("dim", [-1, -2, 1])
def test_images_expanded_along_a_dimension(dim: int) -> None:
    found: list[list[Any]] = []
    for library in (rl, torch):
        image: Any = library.arange(2 * 3 * 8 * 8.0).reshape(2, 3, 8, 8).sin().narrow(dim, 1, 1).expand(2, 3, 8, 8)
        functional: Any = library.nn.functional
        found.append([
            functional.max_pool2d(image, 2).tolist(), functional.avg_pool2d(image, 3, 1, 1).tolist(),
            functional.max_pool2d(image, 3, 2, return_indices=True)[1].tolist(), functional.adaptive_max_pool2d(image, 3).tolist(),
        ])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)
