"""Kernels against PyTorch, where NumPy has no such operation or another rule."""
from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.runtime.dtype import BY_NAME, bool_, float32, float64
from rushlight.runtime.kernels.layers.softmax import softmax_kernel
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, copy_kernel, pointwise_kernel

torch = pytest.importorskip("torch")

Array = np.ndarray[Any, Any]


def launch(kernel: Any, items: int, *words: int) -> None:
    assert kernel(np.array(words, np.int64).ctypes.data, 0, items) == 0


ACTIVATIONS = [
    (lambda a: a * 0.5 * (1.0 + math.erf(a * 0.7071067811865476)), "gelu"),
    (lambda a: 1.0 / (1.0 + math.exp(-a)), "sigmoid"),
    (lambda a: math.tanh(a), "tanh"),
    (lambda a: 0 if a <= 0 else a, "relu"),
    (lambda a: math.exp(a), "exp"),
    (lambda a: math.log(a), "log"),
]


@pytest.mark.parametrize("body, name", ACTIVATIONS, ids=[case[1] for case in ACTIVATIONS])
@pytest.mark.parametrize("dtype", [float32, float64])
def test_activations(body: Any, name: str, dtype: Any) -> None:
    a = np.concatenate([np.linspace(-12, 12, 4001), [np.nan, 0.0, -0.0, 1e30, -1e30]]).astype(dtype.numpy)
    out = np.zeros_like(a)
    launch(pointwise_kernel(body, (dtype,), dtype, (dtype,), 0, (CONTIGUOUS, CONTIGUOUS)), a.size, a.ctypes.data, out.ctypes.data)
    function = torch.nn.functional.gelu if name == "gelu" else getattr(torch, name)
    want = function(torch.from_numpy(a)).numpy()
    limit = 3e-6 if dtype is float32 else 1e-13
    np.testing.assert_allclose(out, want, rtol=limit, atol=limit)


@pytest.mark.parametrize("source", ["float32", "float64", "int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("target", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_conversions(source: str, target: str) -> None:
    values = np.array([0, 1, 2, 3.7, 200, 255, 100, 77], np.float64)
    if source in ("float32", "float64"):
        values = np.concatenate([values, [-1, -3.7, 300, -0.0, 0.3, 1e9, -1e9]])
    if source in ("int32", "int64"):
        values = np.concatenate([values, [-1, -200, 300, 1 << 30]])
    a = values.astype(source)
    want = torch.from_numpy(a).to(getattr(torch, target)).numpy()
    out = np.zeros(a.shape, target)
    kernel = copy_kernel(BY_NAME[source], BY_NAME[target], 0, (CONTIGUOUS, CONTIGUOUS))
    launch(kernel, a.size, a.ctypes.data, out.ctypes.data)
    assert np.array_equal(out, want)


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("dim", [0, 1])
def test_places_of_extrema_with_nan_and_ties(largest: bool, dim: int) -> None:
    a = np.array([[1, 5, 5, 1], [np.nan, 2, np.nan, 9], [-np.inf, -np.inf, -np.inf, -np.inf], [np.inf, np.nan, 1, np.inf]], np.float32)
    name = "max" if largest else "min"
    found, want = getattr(rl.from_numpy(a), name)(dim), getattr(torch.from_numpy(a), name)(dim)
    assert np.array_equal(found.values.numpy(), want.values.numpy(), equal_nan=True)
    assert np.array_equal(found.indices.numpy(), want.indices.numpy())


@pytest.mark.parametrize("name", ["sum", "mean"])
def test_sums_are_as_exact_as_pytorch(name: str) -> None:
    a = np.random.default_rng(0).standard_normal((4, 100_000)).astype(np.float32)
    exact = getattr(a.astype(np.float64), name)(1)
    out, theirs = getattr(rl.from_numpy(a), name)(1).numpy(), getattr(torch.from_numpy(a), name)(1).numpy()
    assert np.abs(out - exact).max() <= 2 * np.abs(theirs - exact).max() + 1e-6 * np.abs(exact).max()


@pytest.mark.parametrize("log", [False, True])
def test_softmax_of_infinities(log: bool) -> None:
    inf = np.inf
    a = np.array([[0, -inf, 1], [-inf, -inf, -inf], [inf, 0, 1], [np.nan, 0, 1], [1e4, 0, -1e4]], np.float32)
    function = torch.log_softmax if log else torch.softmax
    for dim, array in ((1, a), (0, np.ascontiguousarray(a.T))):
        out = np.zeros_like(array)
        launch(softmax_kernel(float32, log, columns=not dim), 5, array.ctypes.data, out.ctypes.data, 3, 1 if dim else 5)
        np.testing.assert_allclose(out, function(torch.from_numpy(array), dim).numpy(), rtol=1e-6, atol=1e-6)


def test_comparison_with_a_scalar_operand() -> None:
    a, limit = np.array([0.5, 0.25, np.nan], np.float32), np.array([0.25], np.float32)
    out = np.zeros(3, bool)
    kernel = pointwise_kernel(lambda x, y: x > y, (float32, float32), float32, (bool_,), 0, (CONTIGUOUS, 0, CONTIGUOUS))
    launch(kernel, 3, a.ctypes.data, limit.ctypes.data, out.ctypes.data)
    assert np.array_equal(out, (torch.from_numpy(a) > 0.25).numpy())
