"""Pointwise kernels against NumPy: dtypes, conversions, layouts, ranges."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.dtype import BY_NAME, DType, bool_, float32, float64, int64
from rushlight.runtime.dtype import from_numpy as dtype_of
from rushlight.runtime.kernels.compiling.compiler import disassemble
from rushlight.runtime.kernels.compiling.primitives import maximum, minimum
from rushlight.runtime.kernels.loops.pointwise import BROADCAST, CONTIGUOUS, STRIDED, copy_kernel, pointwise_kernel, pointwise_recipe

Array = np.ndarray[Any, Any]
NAMES = ("float32", "float64", "int64", "int32", "uint8", "bool")


def apply(
    body: Callable[..., Any], inputs: list[Array], compute: DType | tuple[DType, ...], out: Array, pieces: int = 1
) -> Array:
    """Run `body` over arrays broadcast to `out`, by as many calls as `pieces`."""
    arrays = [*(np.broadcast_to(one, out.shape) for one in inputs), out]
    rank = out.ndim
    strides = [[step // one.itemsize for step in one.strides] for one in arrays]
    classes = tuple({0: BROADCAST, 1: CONTIGUOUS}.get(one[-1], STRIDED) if rank else BROADCAST for one in strides)
    kernel = pointwise_kernel(body, tuple(dtype_of(one.dtype) for one in inputs), compute, (dtype_of(out.dtype),), rank, classes)
    words = np.array([*(one.ctypes.data for one in arrays), *(out.shape if rank else ()), *(s for one in strides for s in one)], np.int64)
    edges = np.linspace(0, out.size, pieces + 1).astype(int)
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        assert kernel(words.ctypes.data, int(start), int(stop)) == 0
    return out


def add(a: Any, b: Any) -> Any:
    return a + b


def random(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> Array:
    values = rng.integers(0, 100, shape) if name == "uint8" else rng.integers(-50, 50, shape)
    if name == "bool":
        return values > 0
    return (values / 4 if name.startswith("float") else values).astype(name)


def tangents(a: Any, b: Any) -> Any:
    return math.tanh(a) + b


@pytest.mark.parametrize("step", [2, -1])
def test_items_that_lie_apart_have_the_bits_of_neighbours(step: int) -> None:
    """Rows longer than the buffers that such items go through, in pieces that end inside of rows and buffers."""
    rng = np.random.default_rng(0)
    wide, row = rng.standard_normal((3, 1400)).astype("f4"), rng.standard_normal(700).astype("f4")
    wide[0, :12] = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 1, -1, 20, -20, 3e38]
    apart = wide[:, ::2][:, :: 1 if step == 2 else -1]
    found = np.zeros((3, 1400), "f4")
    apply(tangents, [apart, row], float32, found[:, ::2], pieces=5)
    wanted = apply(tangents, [np.ascontiguousarray(apart), row], float32, np.zeros((3, 700), "f4"))
    assert found[:, ::2].tobytes() == wanted.tobytes()
    assert not found[:, 1::2].any()
    apply(tangents, [apart, row], float32, apart, pieces=2)
    assert apart.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", NAMES)
def test_copies_convert_as_c_does(source: str, target: str) -> None:
    rng = np.random.default_rng(0)
    a = random(rng, source, (7, 9))
    out = np.zeros((9, 7), target).T
    words = np.array([a.ctypes.data, out.ctypes.data, 7, 9, 9, 1, 1, 7], np.int64)
    assert copy_kernel(BY_NAME[source], BY_NAME[target], 2, (CONTIGUOUS, STRIDED))(words.ctypes.data, 0, 63) == 0
    if source.startswith("float") and target == "uint8":
        assert np.array_equal(out, a.astype(np.int64).astype(np.uint8))
    else:
        assert np.array_equal(out, a.astype(target))


def test_extreme_floats_become_bool_and_uint8_as_in_pytorch() -> None:
    a = np.array([np.nan, 0.0, -0.0, np.inf, 1e-40, 300.0, -1.0], np.float32)
    truth, small = np.zeros(7, bool), np.zeros(2, np.uint8)
    flat = (CONTIGUOUS, CONTIGUOUS)
    copy_kernel(float32, bool_, 0, flat)(np.array([a.ctypes.data, truth.ctypes.data], np.int64).ctypes.data, 0, 7)
    assert truth.tolist() == [True, False, False, True, True, True, True]
    tail = a[5:]
    copy_kernel(float32, BY_NAME["uint8"], 0, flat)(np.array([tail.ctypes.data, small.ctypes.data], np.int64).ctypes.data, 0, 2)
    assert small.tolist() == [44, 255]


@pytest.mark.parametrize("name", NAMES[:-1])
@pytest.mark.parametrize("rank", range(6))
def test_add_of_any_layout(name: str, rank: int) -> None:
    rng = np.random.default_rng(rank)
    shape = (3, 4, 2, 5, 3)[:rank]
    wide = random(rng, name, tuple(2 * size for size in shape))
    strided = wide[tuple(slice(None, None, 2) for _ in shape)]
    turned = random(rng, name, shape[::-1]).transpose()
    row = random(rng, name, shape[-1:])
    for left in (strided, turned, row):
        for right in (strided, turned):
            for pieces in (1, 3):
                out = apply(add, [left, right], BY_NAME[name], np.zeros(shape, name), pieces)
                assert np.array_equal(out, left + right)
    target = np.zeros(shape[::-1], name).transpose()
    assert np.array_equal(apply(add, [strided, strided], BY_NAME[name], target), strided + strided)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(1, 7), st.data())
def test_any_range_of_items_may_be_run_by_itself(shape: list[int], pieces: int, data: st.DataObject) -> None:
    axes = data.draw(st.permutations(range(len(shape))))
    a = np.arange(np.prod(shape), dtype=np.float32).reshape([shape[axis] for axis in axes]).transpose(np.argsort(axes))
    out = apply(add, [a, np.ones(1, np.float32)], float32, np.zeros(shape, np.float32), pieces)
    assert np.array_equal(out, a + 1)


def test_flat_kernels_start_anywhere() -> None:
    a, b, out = np.arange(100, dtype=np.float32), np.float32([3]), np.zeros(100, np.float32)
    kernel = pointwise_kernel(add, (float32, float32), float32, (float32,), 0, (CONTIGUOUS, BROADCAST, CONTIGUOUS))
    words = np.array([a.ctypes.data, b.ctypes.data, out.ctypes.data], np.int64)
    kernel(words.ctypes.data, 10, 90)
    assert np.array_equal(out[10:90], a[10:90] + 3) and not out[:10].any() and not out[90:].any()
    kernel(words.ctypes.data, 5, 5)
    assert not out[:10].any()


def test_in_place() -> None:
    a = np.arange(1000, dtype=np.float32)
    expected = a + a
    assert np.array_equal(apply(add, [a, a], float32, a), expected)


def test_arguments_have_their_own_dtypes() -> None:
    condition = np.array([True, False, True])
    a, b = np.array([1.5, 2.5, 3.5], np.float32), np.array([10, 20, 30], np.int32)
    out = apply(lambda c, x, y: x if c else y, [condition, a, b], (bool_, float32, float32), np.zeros(3, np.float64))
    assert out.tolist() == [1.5, 20.0, 3.5]


def test_comparisons_and_nan() -> None:
    a, b = np.array([1, np.nan, 3, -0.0], np.float32), np.array([1, np.nan, 2, 0.0], np.float32)
    assert apply(lambda x, y: x == y, [a, b], float32, np.zeros(4, bool)).tolist() == [True, False, False, True]
    assert np.array_equal(apply(maximum, [a, b], float32, np.zeros(4, np.float32)), [1, np.nan, 3, 0], equal_nan=True)
    assert np.array_equal(apply(lambda x: 0 if x <= 0 else x, [a], float32, np.zeros(4, np.float32)), [1, np.nan, 3, 0], equal_nan=True)
    assert np.array_equal(apply(minimum, [a, b], float32, np.zeros(4, np.float32)), [1, np.nan, 2, 0], equal_nan=True)


def test_two_outputs() -> None:
    a = np.array([7, -7], np.float64)
    high, low = np.zeros(2), np.zeros(2)
    kernel = pointwise_kernel(lambda x: (x + 1, x - 1), (float64,), float64, (float64, float64), 0, (CONTIGUOUS,) * 3)
    kernel(np.array([a.ctypes.data, high.ctypes.data, low.ctypes.data], np.int64).ctypes.data, 0, 2)
    assert high.tolist() == [8, -6] and low.tolist() == [6, -8]


def test_no_inputs() -> None:
    out = np.zeros(3, np.int64)
    pointwise_kernel(lambda: 7, (), int64, (int64,), 0, (CONTIGUOUS,))(np.array([out.ctypes.data], np.int64).ctypes.data, 0, 3)
    assert out.tolist() == [7, 7, 7]


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="2 stride classes for 1 inputs and 2 outputs"):
        pointwise_kernel(add, (float32,), float32, (float32, float32), 0, (CONTIGUOUS, CONTIGUOUS))
    with pytest.raises(ValueError, match="flat kernel has no strides"):
        pointwise_kernel(add, (float32, float32), float32, (float32,), 0, (CONTIGUOUS, STRIDED, CONTIGUOUS))


@pytest.mark.parametrize("rank", [0, 3])
def test_loops_vectorize(rank: int) -> None:
    recipe = pointwise_recipe(add, (float32, float32), float32, (float32,), rank, (CONTIGUOUS,) * 3)
    try:
        code = disassemble(recipe)
    except FileNotFoundError:
        pytest.skip("objdump is not installed")
    assert "addps" in code
