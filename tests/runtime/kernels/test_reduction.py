"""Reductions and extrema against NumPy: kernels in every form and split, and the plans that choose them."""
from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight as rl
from rushlight.runtime.dtype import BY_NAME, DType, bool_, float32, float64, int64
from rushlight.runtime.dtype import from_numpy as dtype_of
from rushlight.runtime.kernels.loops.extremum import extremum_kernel
from rushlight.runtime.kernels.loops.reduction import Reduction, reduction_kernel
from rushlight.runtime.kernels.loops.reduction_functions import ALL, ANY, DEVIATION, LOGSUMEXP, MAX, MEAN, MIN, PROD, SUM, VARIANCE
from rushlight.runtime.layout import Layout
from rushlight.runtime.ops.reduction.reduction_plans import Formula, by_columns, make_plan, split_dims, words_of

Array = np.ndarray[Any, Any]


def layout_of(a: Array) -> Layout:
    return Layout.of(a.shape, tuple(step // a.itemsize for step in a.strides))


def run(kernel: Any, words: tuple[int, ...], items: int, pieces: int) -> None:
    buffer = np.array(words, np.int64)
    edges = np.linspace(0, items, pieces + 1).astype(int)
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        assert kernel(buffer.ctypes.data, int(start), int(stop)) == 0


def reduce(
    reduction: Reduction, a: Array, dims: tuple[int, ...], compute: DType, output: DType, *, columns: bool | None = None, pieces: int = 1,
    parameter: float = 0.0,
) -> Array:
    """One kernel over all outputs, in the form that is asked for, else in the one that its strides suggest."""
    kept, reduced = split_dims(layout_of(a), dims, ordered=False)
    out = np.zeros(tuple(size for dim, size in enumerate(a.shape) if dim not in dims), output.numpy)
    chosen, unit = by_columns(kept, reduced)
    if columns is not None and columns != chosen:
        chosen, unit = columns, False
    kernel = reduction_kernel(reduction, dtype_of(a.dtype), compute, output, columns=chosen, unit=unit)
    count = math.prod(a.shape[dim] for dim in dims)
    words = words_of(kept, reduced, source=a.ctypes.data, target=out.ctypes.data, count=count, parameter=parameter)
    run(kernel, words, out.size, pieces)
    return out


LAYOUTS = [
    ((5, 7), (0, 1), (1,)),
    ((5, 7), (0, 1), (0,)),
    ((5, 7), (1, 0), (0,)),
    ((5, 7), (0, 1), (0, 1)),
    ((3, 4, 5, 6), (0, 1, 2, 3), (1, 3)),
    ((3, 4, 5, 6), (0, 1, 2, 3), (0, 2)),
    ((3, 4, 5, 6), (3, 1, 0, 2), (0, 2)),
    ((6, 5000), (0, 1), (1,)),
    ((700, 1300), (0, 1), (0,)),
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
    want = a.sum(dims, dtype=total.numpy)
    assert np.array_equal(reduce(SUM, a, dims, total, total), want)
    assert np.array_equal(reduce(SUM, a, dims, total, total, columns=False, pieces=3), want)
    assert np.array_equal(reduce(SUM, a, dims, total, total, columns=True, pieces=3), want)
    assert np.array_equal(reduce(ANY, a, dims, bool_, bool_), (a != 0).any(dims))
    assert np.array_equal(reduce(ALL, a, dims, bool_, bool_, pieces=2), (a != 0).all(dims))
    if a.size:
        assert np.array_equal(reduce(MAX, a, dims, dtype, dtype), a.max(dims))
        assert np.array_equal(reduce(MIN, a, dims, dtype, dtype), a.min(dims))
    if floating and a.size:
        np.testing.assert_allclose(reduce(MEAN, a, dims, dtype, dtype), a.mean(dims), rtol=1e-6)


@pytest.mark.parametrize("reduction", [SUM, VARIANCE, LOGSUMEXP], ids=lambda one: one.name)
@pytest.mark.parametrize("shape, dims", [((37, 4100), (1,)), ((4100, 37), (0,)), ((300, 2100), (0,)), ((20, 30, 40), (0, 2))])
def test_every_split_gives_the_same_bits(reduction: Reduction, shape: tuple[int, ...], dims: tuple[int, ...]) -> None:
    a = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    whole = reduce(reduction, a, dims, float32, float32)
    for pieces in (2, 7, whole.size):
        assert reduce(reduction, a, dims, float32, float32, pieces=pieces).tobytes() == whole.tobytes()


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
    assert abs(rl.from_numpy(a).sum().item() - exact) <= 2e-7 * exact
    assert (np.abs(rl.from_numpy(columns).sum(0).numpy() - wanted) <= 5e-7 * wanted).all()


@pytest.mark.parametrize("reduction", [VARIANCE, DEVIATION], ids=lambda one: one.name)
@pytest.mark.parametrize("dims", [(0,), (1,)])
def test_variance_far_from_zero(reduction: Reduction, dims: tuple[int, ...]) -> None:
    a = (1e4 + np.random.default_rng(0).standard_normal((400, 500))).astype(np.float32)
    exact = a.astype(np.float64).var(dims, ddof=1)
    want = exact if reduction is VARIANCE else np.sqrt(exact)
    np.testing.assert_allclose(reduce(reduction, a, dims, float32, float32, parameter=1.0), want, rtol=2e-5)


@pytest.mark.parametrize("columns", [False, True])
def test_nan_spreads_through_extrema(columns: bool) -> None:
    a = np.array([[1, np.nan, 3], [4, 5, 6]], np.float32)
    assert np.array_equal(reduce(MAX, a, (1,), float32, float32, columns=columns), [np.nan, 6], equal_nan=True)
    assert np.array_equal(reduce(MIN, a, (1,), float32, float32, columns=columns), [np.nan, 4], equal_nan=True)


def test_a_new_reduction_is_a_row() -> None:
    norm = Reduction(
        "norm", lambda dtype: 0, lambda total, x: total + x, lambda a, b: a + b, lambda x, centre, parameter: x * x,
        lambda total, count, centre, parameter: math.sqrt(total),
    )
    a = np.array([[3, 4], [6, 8]], np.float64)
    assert reduce(norm, a, (1,), float64, float64).tolist() == [5, 10]


@settings(deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from(["float32", "int64", "uint8", "bool"]), st.booleans())
def test_extrema_name_the_first_place(seed: int, name: str, largest: bool) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 4, (4, 9)).astype(name)
    if name == "float32" and rng.random() < 0.5:
        a[rng.integers(4), rng.integers(9)] = np.nan
    for source, columns in ((a, False), (np.asfortranarray(a), True)):
        kept, reduced = split_dims(layout_of(source), (1,), ordered=True)
        values, places = np.zeros(4, name), np.zeros(4, np.int64)
        words = (source.ctypes.data, values.ctypes.data, places.ctypes.data, *words_of(kept, reduced)[3:])
        run(extremum_kernel(largest, BY_NAME[name], columns=columns, unit=True), words, 4, 2)
        best = a.max(1) if largest else a.min(1)
        assert np.array_equal(values, best, equal_nan=name == "float32")
        assert np.array_equal(places, a.argmax(1) if largest else a.argmin(1))


def test_the_best_of_many_blocks() -> None:
    a = np.zeros(10_000, np.float32)
    for place in (0, 2047, 2048, 9_999):
        a[:] = -np.inf
        assert rl.from_numpy(a).argmax().item() == 0
        a[place] = 1
        assert rl.from_numpy(a).argmax().item() == place
        a[place] = np.nan
        assert rl.from_numpy(a).argmin().item() == place


# Plans

CUT = [
    ((1 << 19,), (0,)),
    ((30_011, 3), (0,)),
    ((1, 300_000), (1,)),
    ((9, 700, 10), (1,)),
    ((40, 70, 10), (0, 2)),
    ((300, 1100), (0,)),
    ((7, 6, 20_003), (0, 2)),
    ((100_000, 3), (1,)),
]


@pytest.mark.parametrize("shape, dims", CUT)
@pytest.mark.parametrize("method", ["sum", "var"])
def test_cut_reductions(shape: tuple[int, ...], dims: tuple[int, ...], method: str) -> None:
    a = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    wide = a.astype(np.float64)
    want = wide.sum(dims) if method == "sum" else wide.var(dims, ddof=1)
    got = getattr(rl.from_numpy(a), method)(dims).numpy()
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-3 if method == "sum" else 0)


def test_many_to_few_is_cut_into_blocks() -> None:
    formula = Formula(SUM, float32, float32, float32)
    assert [step.items for step in make_plan(Layout.contiguous((1 << 20,)), (0,), False, formula).steps] == [16, 1]
    assert len(make_plan(Layout.contiguous((1 << 12,)), (0,), False, formula).steps) == 1
    assert len(make_plan(Layout.contiguous((512, 2048)), (1,), False, formula).steps) == 1


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_dims_of_any_layout(data: st.DataObject) -> None:
    rank = data.draw(st.integers(1, 4))
    shape = data.draw(st.lists(st.integers(0, 5), min_size=rank, max_size=rank))
    steps = data.draw(st.lists(st.sampled_from([1, 2]), min_size=rank, max_size=rank))
    base = np.arange(math.prod(size * 2 for size in shape), dtype=np.int32).reshape([size * 2 for size in shape])
    a = base[tuple(slice(0, size * step, step) for size, step in zip(shape, steps))]
    a = a.transpose(data.draw(st.permutations(range(rank))))
    if data.draw(st.booleans()):
        a = np.broadcast_to(a, (3, *a.shape))
    dims = tuple(data.draw(st.sets(st.integers(0, a.ndim - 1), min_size=1)))
    x = rl.from_numpy(base).as_strided(a.shape, [step // 4 for step in a.strides])
    keepdim = data.draw(st.booleans())
    assert np.array_equal(x.sum(dims, keepdim).numpy(), a.sum(dims, dtype=np.int64, keepdims=keepdim))
    if a.size:
        best = x.max(dims[0], keepdim)
        assert np.array_equal(best.values.numpy(), a.max(dims[0], keepdims=keepdim))
        assert np.array_equal(best.indices.numpy(), a.argmax(dims[0], keepdims=keepdim))
