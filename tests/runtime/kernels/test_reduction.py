"""Reductions, extrema and softmax against NumPy."""
from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.dtype import BY_NAME, DType, bool_, float32, float64, int64
from rushlight.runtime.dtype import from_numpy as dtype_of
from rushlight.runtime.kernels.reduction import (
    ALL,
    ANY,
    COLUMNS,
    INNER,
    MAX,
    MEAN,
    MIN,
    PROD,
    STRIDED,
    SUM,
    Reduction,
    extremum_kernel,
    reduction_form,
    reduction_kernel,
)
from rushlight.runtime.kernels.softmax import softmax_kernel

Array = np.ndarray[Any, Any]


def dims_words(a: Array, dims: tuple[int, ...]) -> tuple[list[int], tuple[int, ...], str]:
    """The words of a call after the addresses, the output's shape, and the fastest form."""
    kept = [dim for dim in range(a.ndim) if dim not in dims]
    strides = [step // a.itemsize for step in a.strides]
    shape, kept_strides = tuple(a.shape[dim] for dim in kept), [strides[dim] for dim in kept]
    reduced, reduced_strides = [a.shape[dim] for dim in dims] or [1], [strides[dim] for dim in dims] or [1]
    words = [len(kept), len(reduced), math.prod(reduced), *shape, *kept_strides, *reduced, *reduced_strides]
    return words, shape, reduction_form(tuple(kept_strides), tuple(reduced_strides))


def reduce(
    reduction: Reduction, a: Array, dims: tuple[int, ...], compute: DType, output: DType, form: str | None = None, pieces: int = 1
) -> Array:
    tail, shape, fastest = dims_words(a, dims)
    out = np.zeros(shape, output.numpy)
    words = np.array([a.ctypes.data, out.ctypes.data, *tail], np.int64)
    kernel = reduction_kernel(reduction, dtype_of(a.dtype), compute, output, form or fastest)
    edges = np.linspace(0, out.size, pieces + 1).astype(int)
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        assert kernel(words.ctypes.data, int(start), int(stop)) == 0
    return out


LAYOUTS = [
    ((5, 7), (0, 1), (1,)),
    ((5, 7), (0, 1), (0,)),
    ((5, 7), (1, 0), (0,)),
    ((5, 7), (0, 1), (0, 1)),
    ((3, 4, 5, 6), (0, 1, 2, 3), (1, 3)),
    ((3, 4, 5, 6), (0, 1, 2, 3), (0, 2)),
    ((3, 4, 5, 6), (3, 1, 0, 2), (0, 2)),
    ((6, 2500), (0, 1), (1,)),
    ((700, 300), (0, 1), (0,)),
    ((4,), (0,), ()),
    ((3, 0), (0, 1), (1,)),
]


@pytest.mark.parametrize("shape, order, dims", LAYOUTS)
@pytest.mark.parametrize("name", ["float32", "float64", "int32", "uint8"])
def test_against_numpy(shape: tuple[int, ...], order: tuple[int, ...], dims: tuple[int, ...], name: str) -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(-20 if name != "uint8" else 0, 20, shape).astype(name).transpose(order)
    floating = name.startswith("float")
    dtype = BY_NAME[name]
    total = dtype if floating else int64
    # sums of small integers are exact in every order
    assert np.array_equal(reduce(SUM, a, dims, total, total), a.sum(dims, dtype=total.numpy))
    assert np.array_equal(reduce(SUM, a, dims, total, total, STRIDED, 3), a.sum(dims, dtype=total.numpy))
    assert np.array_equal(reduce(ANY, a, dims, bool_, bool_), (a != 0).any(dims))
    assert np.array_equal(reduce(ALL, a, dims, bool_, bool_, pieces=2), (a != 0).all(dims))
    if a.size:
        assert np.array_equal(reduce(MAX, a, dims, dtype, dtype), a.max(dims))
        assert np.array_equal(reduce(MIN, a, dims, dtype, dtype), a.min(dims))
    if floating and a.size:
        np.testing.assert_allclose(reduce(MEAN, a, dims, dtype, dtype), a.mean(dims), rtol=1e-6)


def test_forms() -> None:
    assert reduction_form((7,), (1,)) == INNER
    assert reduction_form((1,), (7,)) == COLUMNS
    assert reduction_form((2,), (14,)) == STRIDED
    assert reduction_form((), (2,)) == STRIDED


@pytest.mark.parametrize("name", ["float32", "float64", "int64"])
def test_products(name: str) -> None:
    a = (np.random.default_rng(0).integers(1, 3, (9, 8)) * [[1, -1] * 4]).astype(name)
    for dims in ((0,), (1,)):
        assert np.array_equal(reduce(PROD, a, dims, BY_NAME[name], BY_NAME[name]), a.prod(dims))


def test_long_sums_stay_exact_enough() -> None:
    a = np.random.default_rng(0).random(1 << 20, np.float32)
    exact = a.astype(np.float64).sum()
    assert abs(float(reduce(SUM, a, (0,), float32, float32)) - exact) <= 2e-7 * exact
    columns = a.reshape(-1, 4)
    wanted = columns.astype(np.float64).sum(0)
    assert (np.abs(reduce(SUM, columns, (0,), float32, float32) - wanted) <= 5e-6 * wanted).all()


@pytest.mark.parametrize("form", [INNER, STRIDED])
def test_nan_spreads_through_extrema(form: str) -> None:
    a = np.array([[1, np.nan, 3], [4, 5, 6]], np.float32)
    assert np.array_equal(reduce(MAX, a, (1,), float32, float32, form), [np.nan, 6], equal_nan=True)
    assert np.array_equal(reduce(MIN, a, (1,), float32, float32, form), [np.nan, 4], equal_nan=True)


def test_a_new_reduction_is_a_row() -> None:
    norm = Reduction(
        "norm", lambda dtype: 0, lambda total, x: total + x, lambda a, b: a + b, lambda x: x * x, lambda total, count: math.sqrt(total)
    )
    a = np.array([[3, 4], [6, 8]], np.float64)
    assert reduce(norm, a, (1,), float64, float64).tolist() == [5, 10]


@given(st.integers(0, 1 << 30), st.sampled_from(["float32", "int64", "uint8", "bool"]), st.booleans())
def test_extrema_name_the_first_place(seed: int, name: str, largest: bool) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 4, (4, 9)).astype(name)
    if name == "float32" and rng.random() < 0.5:
        a[rng.integers(4), rng.integers(9)] = np.nan
    for source, form in ((a, INNER), (np.asfortranarray(a), STRIDED)):
        tail, shape, _ = dims_words(source, (1,))
        values, places = np.zeros(shape, name), np.zeros(shape, np.int64)
        words = np.array([source.ctypes.data, values.ctypes.data, *tail, places.ctypes.data], np.int64)
        assert extremum_kernel(largest, BY_NAME[name], form)(words.ctypes.data, 0, 4) == 0
        best = a.max(1) if largest else a.min(1)
        assert np.array_equal(values, best, equal_nan=name == "float32")
        assert np.array_equal(places, a.argmax(1) if largest else a.argmin(1))


@pytest.mark.parametrize("dtype", [float32, float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("shape, dim", [((5, 1000), 1), ((7, 33), 0), ((3, 4, 300), 1), ((2, 1), 1)])
def test_softmax(dtype: DType, log: bool, shape: tuple[int, ...], dim: int) -> None:
    a = (np.random.default_rng(0).standard_normal(shape) * 10).astype(dtype.numpy)
    out = np.zeros_like(a)
    words = np.array([a.ctypes.data, out.ctypes.data, shape[dim], math.prod(shape[dim + 1 :])], np.int64)
    items = a.size // shape[dim]
    kernel = softmax_kernel(dtype, log)
    assert kernel(words.ctypes.data, 0, items // 2) == 0 and kernel(words.ctypes.data, items // 2, items) == 0
    wide = a.astype(np.float64)
    wide -= wide.max(dim, keepdims=True)
    exact = wide - np.log(np.exp(wide).sum(dim, keepdims=True))
    if not log:
        exact = np.exp(exact)
    limit = 1e-6 if dtype is float32 else 1e-14
    np.testing.assert_allclose(out, exact, rtol=limit, atol=limit)
