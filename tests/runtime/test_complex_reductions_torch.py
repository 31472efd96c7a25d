"""Reductions and scans of complex numbers, norms by name, and bins of ranges that are too wide, against PyTorch."""
from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

REDUCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda m, x: x.sum(),
    "sum dim": lambda m, x: x.sum(0),
    "sum dims": lambda m, x: x.sum((0, -1), True),
    "sum to real": lambda m, x: x.sum(dtype=m.float64),
    "mean": lambda m, x: x.mean(),
    "mean dim": lambda m, x: x.mean(-1, keepdim=True),
    "prod": lambda m, x: x.prod(),
    "prod dim": lambda m, x: x.prod(1),
    "prod keepdim": lambda m, x: x.prod(0, True),
    "var": lambda m, x: x.var(),
    "var dim": lambda m, x: x.var(1, correction=0),
    "std": lambda m, x: x.std(0, keepdim=True),
    "var_mean": lambda m, x: m.var_mean(x, 1)[0],
    "std_mean": lambda m, x: m.std_mean(x, dim=0)[1],
    "norm": lambda m, x: x.norm(),
    "norm 1": lambda m, x: x.norm(1, 0),
    "norm inf": lambda m, x: x.norm(float("inf"), 1, True),
    "cumsum": lambda m, x: x.cumsum(1),
    "cumprod": lambda m, x: x.cumprod(0),
    "cumprod last": lambda m, x: x.cumprod(-1),
    "count_nonzero": lambda m, x: m.count_nonzero(x - x[0]),
    "count_nonzero dim": lambda m, x: m.count_nonzero(x - x[0], 0),
    "any": lambda m, x: (x - x[0]).any(1),
    "all": lambda m, x: x.all(0),
    "logsumexp": lambda m, x: x.logsumexp(0),
    "logsumexp keepdim": lambda m, x: x.logsumexp([0, 1], True),
    "real to complex": lambda m, x: m.arange(1, 5).sum(dtype=m.complex64) + m.arange(1, 5).prod(dtype=m.complex64),
    "nansum": lambda m, x: x.nansum(),
    "amax": lambda m, x: x.amax(),
}
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda x: x,
    "transposed": lambda x: x.T,
    "stepped": lambda x: x[1:, ::2],
    "expanded": lambda x: x[:1].expand(3, 7),
}


def compare(call: Callable[[Any, Any], Any], array: np.ndarray, lay: Callable[[Any], Any], tolerance: float) -> None:
    """The same dtype, shape and items, or an error of the same type."""
    found: list[Any] = []
    for library in (torch, rl):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(call(library, lay(library.from_numpy(array.copy()))))
        except (RuntimeError, NotImplementedError) as error:
            found.append(type(error))
    want, got = found
    if isinstance(want, type):
        assert got is want
        return
    assert str(want.dtype) == repr(got.dtype) and tuple(want.shape) == tuple(got.shape)
    np.testing.assert_allclose(got.numpy(), want.numpy(), tolerance, tolerance)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_reductions_of_complex_numbers(name: str, dtype: str) -> None:
    rng = np.random.default_rng(3)
    array = (rng.normal(size=(5, 7)) + 1j * rng.normal(size=(5, 7))).astype(dtype)
    for lay in LAYOUTS.values():
        compare(REDUCTIONS[name], array, lay, 2e-5 if dtype == "complex64" else 1e-12)


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "cumsum", "cumprod", "norm"])
def test_one_number_and_none(name: str) -> None:
    call: Callable[[Any, Any], Any] = (lambda m, x: getattr(x, name)(0)) if "cum" in name else lambda m, x: getattr(x, name)()
    for array in (np.array(2 - 1j), np.zeros(0, np.complex128)):
        compare(call, array, lambda x: x, 1e-12)


NORMS: dict[str, Callable[[Any, Any], Any]] = {
    "fro": lambda m, x: x.norm(p="fro"),
    "fro dims": lambda m, x: m.norm(x, p="fro", dim=(0, 1)),
    "fro dim": lambda m, x: m.norm(x, "fro", 1, True),
    "none": lambda m, x: m.norm(x, None),
    "dtype": lambda m, x: m.norm(x, 2, dtype=m.float64),
    "out": lambda m, x: m.norm(x, 2, 0, out=m.zeros(7)),
    "another": lambda m, x: m.norm(x, "max"),
    "frobenius": lambda m, x: m.frobenius_norm(x, [1]),
}


@pytest.mark.parametrize("name", NORMS)
def test_norms_by_name(name: str) -> None:
    compare(NORMS[name], np.random.default_rng(5).normal(size=(5, 7)).astype(np.float32), lambda x: x, 1e-6)


RANGES: dict[str, Callable[[Any, Any], Any]] = {
    "histc own": lambda m, x: m.histc(x, 4),
    "histc given": lambda m, x: m.histc(x, 4, -3e38, 3e38),
    "histc beyond": lambda m, x: m.histc(x, 4, -1e39, 1e39),
    "histc infinite": lambda m, x: m.histc(x, 4, 0, float("inf")),
    "histc infinite items": lambda m, x: m.histc(x / 0, 4),
    "histc usual": lambda m, x: m.histc(x, 5, -2, 3),
    "histogram": lambda m, x: m.histogram(x, 4)[0],
    "histogram given": lambda m, x: m.histogram(x, 4, range=(-3e38, 3e38))[0],
    "histogram edges": lambda m, x: m.histogram(x, m.tensor([-3e38, 0.0, 3e38]))[0],
}


@pytest.mark.parametrize("name", RANGES)
def test_ranges_without_bins(name: str) -> None:
    compare(RANGES[name], np.array([-3e38, 0.0, 1.0, 3e38], np.float32), lambda x: x, 0)


def test_quantiles_of_too_many_items() -> None:
    compare(lambda m, x: m.quantile(x.expand((1 << 24) + 1), 0.5), np.zeros(1, np.float32), lambda x: x, 0)
