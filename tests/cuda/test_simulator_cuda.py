"""Every CUDA kernel in numba's simulator gives the CPU's results. Needs the extra `cuda` and NUMBA_ENABLE_CUDASIM=1."""
from __future__ import annotations

import importlib.util
import os
from typing import Any

import numpy as np
import pytest

if importlib.util.find_spec("numba_cuda") is None or os.environ.get("NUMBA_ENABLE_CUDASIM") != "1":
    pytest.skip("needs the extra `cuda` and NUMBA_ENABLE_CUDASIM=1", allow_module_level=True)

import rushlight as rl
from rushlight.runtime.cuda.matrix import Tiling, gemm_kernel
from rushlight.runtime.cuda.pointwise import pointwise_kernel
from rushlight.runtime.cuda.reduction import chunk_count, join_kernel, partial_kernel
from rushlight.runtime.cuda.transposition import grid_of, transpose_kernel
from rushlight.runtime.dtype import bool_, float32, float64, int32, int64, uint8
from rushlight.runtime.kernels.loops import reduction_functions as reductions
from rushlight.runtime.kernels.loops.pointwise import identity

# overflow and NaN are what is tested; NumPy, on which the simulator computes, warns of them
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-40, -1e-5, 88.0, -104.0, 1e10, np.inf, -np.inf, np.nan], np.float32)
WHOLE = np.array([0, 1, -1, 2, 7, -100, 2**31 - 1, -(2**31)], np.int32)
EIGHT = 8
"""Threads of a block: each is a thread of Python."""


def operands(case: Any) -> list[np.ndarray[Any, Any]]:
    """All pairs of special values, as as many operands as the body takes."""
    values = SPECIAL if case.input is float32 else WHOLE
    first = np.repeat(values, len(values)) if case.operands > 1 else values
    second = np.tile(values, len(values))
    return [first, second, *(np.full_like(first, 2) for _ in range(case.operands - 2))][: case.operands]


def test_pointwise_rows(case: Any) -> None:
    arrays = operands(case)
    if case.input is int32 and case.operands == 2 and "divide" in case.op.key:
        arrays[1][arrays[1] == 0] = 3
    if case.op.key == "aten::lcm":
        # what wraps around is nobody's common multiple
        arrays = [array.clip(-1000, 1000) for array in arrays]
    if case.op.key == "rushlight::cross_entropy_items":
        # targets far from probabilities only show what cancels
        arrays[1] = arrays[1].clip(0, 1)
    kernel = pointwise_kernel(case.body, (case.input,) * case.operands, case.compute, case.result, 1)
    kernel.block = (EIGHT,)
    out = np.zeros(arrays[0].shape, case.result.numpy)
    kernel.launch(2, out, tuple(arrays), out.size, (out.size,), ((1,),) * (case.operands + 1))
    from rushlight.runtime.ops.elementwise import prepare

    tensors = [rl.from_numpy(array).to(case.compute) for array in arrays]
    expected = rl.empty(list(out.shape), dtype=case.result)
    launch = prepare(case.body, case.compute, [(one.layout, one.dtype) for one in tensors], expected.layout, case.result)
    launch.run(tensors, expected.address)
    # contracted products round once on the CPU and twice in the simulator
    np.testing.assert_allclose(out.astype(np.float64), expected.numpy().astype(np.float64), rtol=2e-6, atol=1e-44)


def test_pointwise_over_strides_and_broadcasting() -> None:
    def where(condition: Any, a: Any, b: Any) -> Any:
        return a if condition else b

    a = np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(1, 0, 2)
    condition = np.array([True, False, True])[:, None, None]
    kernel = pointwise_kernel(where, (bool_, float32, float32), (bool_, float32, float32), float32, 3)
    kernel.block = (EIGHT,)
    out = np.zeros((3, 2, 4), np.float32)
    arrays = (condition.ravel(), a.base.ravel(), np.array([-1.0], np.float32))
    kernel.launch(3, out.ravel(), arrays, 24, (3, 2, 4), ((1, 0, 0), (4, 12, 1), (0, 0, 0), (8, 4, 1)))
    np.testing.assert_array_equal(out, np.where(condition, a, np.float32(-1)))


CASTS = [(float32, uint8), (float32, bool_), (int64, int32), (float64, float32), (bool_, float64)]


@pytest.mark.parametrize(("source", "target"), CASTS, ids=str)
def test_copies_convert_as_the_cpu_does(source: rl.dtype, target: rl.dtype) -> None:
    values = np.array([0, 1, -1, 300, 2.7, -2.7, 255], np.float64).astype(source.numpy)
    kernel = pointwise_kernel(identity, (source,), source, target, 1)
    kernel.block = (EIGHT,)
    out = np.zeros(values.shape, target.numpy)
    kernel.launch(1, out, (values,), values.size, (values.size,), ((1,), (1,)))
    np.testing.assert_array_equal(out, rl.from_numpy(values).to(target).numpy())


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (8, 4), (0, 3)], ids=str)
def test_transposition(shape: tuple[int, int]) -> None:
    source = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    out = np.zeros((shape[1], shape[0]), np.float64)
    kernel = transpose_kernel(float32, float64, tile=4, thread_rows=2)
    columns, rows = grid_of(*shape, tile=4)
    if rows and columns:
        kernel.launch((columns, rows), out.reshape(-1), source.reshape(-1), *shape)
    np.testing.assert_array_equal(out, source.T)


REDUCTIONS = [
    (reductions.SUM, float32, float32), (reductions.MEAN, float64, float64), (reductions.PROD, int32, int64),
    (reductions.MAX, float32, float32), (reductions.MIN, uint8, uint8), (reductions.ANY, bool_, bool_), (reductions.ALL, bool_, bool_),
]


@pytest.mark.parametrize(("row", "source", "result"), REDUCTIONS, ids=lambda value: getattr(value, "name", ""))
@pytest.mark.parametrize("count", [1, 37, 300])
def test_reductions_over_a_dim_of_strided_input(row: reductions.Reduction, source: rl.dtype, result: rl.dtype, count: int) -> None:
    rng = np.random.default_rng(count)
    array = rng.integers(0, 3, (count, 2)).astype(source.numpy)
    if source is float32 and count == 300:
        array[250, 1] = np.nan
    block = EIGHT
    chunks = chunk_count(count, block)
    partials = np.zeros(2 * chunks, result.numpy)
    out = np.zeros(2, result.numpy)
    partial = partial_kernel(row, source, result, 1, 1, block)
    partial.launch(2 * chunks, partials, array.reshape(-1), chunks, count, (2,), (1,), (count,), (2,))
    join_kernel(row, result, result, block).launch(2, out, partials, chunks, count)
    expected = getattr(rl, {"max": "amax", "min": "amin"}.get(row.name, row.name))(rl.from_numpy(array), 0).numpy()
    np.testing.assert_allclose(out.astype(np.float64), expected.astype(np.float64), rtol=1e-5)


def test_reduction_over_no_items_is_the_identity() -> None:
    partials, out = np.ones(1, np.float32), np.ones(1, np.float32)
    partial_kernel(reductions.SUM, float32, float32, 1, 1, EIGHT).launch(1, partials, np.zeros(1, np.float32), 1, 0, (1,), (1,), (0,), (1,))
    join_kernel(reductions.SUM, float32, float32, EIGHT).launch(1, out, partials, 1, 0)
    assert out[0] == 0


def relu_plus(value: Any, bias: Any) -> Any:
    """An epilogue: bias and activation."""
    return max(value + bias, 0)


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize(("rows", "columns", "depth"), [(1, 1, 1), (7, 9, 5), (8, 16, 8), (3, 4, 0)])
@pytest.mark.parametrize("transposed", [False, True])
def test_matrix_products(dtype: rl.dtype, rows: int, columns: int, depth: int, transposed: bool) -> None:
    rng = np.random.default_rng(rows)
    a = rng.standard_normal((rows, depth)).astype(dtype.numpy)
    b = rng.standard_normal((columns, depth) if transposed else (depth, columns)).astype(dtype.numpy)
    bias = rng.standard_normal(columns).astype(dtype.numpy)
    out = np.full((rows, columns), np.nan, dtype.numpy)
    tiling = Tiling(threads=4, items=2, depth=4)
    empty = np.zeros(1, dtype.numpy)
    gemm_kernel(dtype, relu_plus, tiling).launch(
        tiling.grid(rows, columns), out.reshape(-1), a.reshape(-1) if depth else empty, b.reshape(-1) if depth else empty, bias,
        rows, columns, depth, (depth, 1), (1, depth) if transposed else (columns, 1),
    )
    expected = np.maximum(a.astype(np.float64) @ (b.T if transposed else b) + bias, 0)
    np.testing.assert_allclose(out, expected, rtol=1e-5 if dtype is float32 else 1e-12, atol=1e-6)
