"""Matrix products against NumPy."""
from __future__ import annotations

import math
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.dtype import DType, float32
from rushlight.runtime.dtype import from_numpy as dtype_of
from rushlight.runtime.kernels.compiling import compiler, isa
from rushlight.runtime.kernels.compiling.primitives import maximum, minimum
from rushlight.runtime.kernels.loops.pointwise import BROADCAST, CONTIGUOUS, Step, fused_kernel, identity
from rushlight.runtime.kernels.matrix.epilogue import Epilogue
from rushlight.runtime.kernels.matrix.gemm import gemm_kernel, gemm_recipe, tile_size
from rushlight.runtime.kernels.matrix.products import Panels, Sizes, Strides, plain, plan_packed, plan_product
from rushlight.runtime.kernels.matrix.words import Types
from rushlight.runtime.kernels.running.launch import launch

Array = np.ndarray[Any, Any]
RUNNING = [one for one in isa.ALL if one.vector_bytes <= isa.host().vector_bytes]


def strides(a: Array) -> Strides:
    steps = [step // a.itemsize for step in a.strides]
    return Strides(steps[-2], steps[-1], steps[0] if a.ndim == 3 else 0)


def multiply(a: Array, b: Array, c: Array, bias: Array | None = None) -> None:
    """c = a @ b + bias by the kernels."""
    sizes = Sizes(*c.shape[-2:], a.shape[-1], c.shape[0] if c.ndim == 3 else 1)
    plan = plan_product(plain(dtype_of(a.dtype)), sizes, strides(a), strides(b), strides(c), None if bias is None else strides(bias))
    if plan is not None:
        plan.run(a.ctypes.data, b.ctypes.data, c.ctypes.data, 0 if bias is None else bias.ctypes.data)


def random(rng: np.random.Generator, name: str, *shape: int) -> Array:
    values = rng.integers(0, 5, shape) if name == "uint8" else rng.integers(-5, 5, shape)
    return (values / 4 if name.startswith("float") else values).astype(name)


SIZES = [1, 2, 5, 6, 7, 13, 16, 17, 33, 49, 50, 100, 257, 300]


@given(
    st.tuples(*[st.sampled_from(SIZES)] * 3), st.sampled_from(["float32", "float64", "int64", "int32", "uint8"]),
    st.booleans(), st.booleans(), st.sampled_from(["none", "row", "full"]), st.sampled_from(RUNNING), st.integers(0, 1000),
)
def test_products_of_any_size_and_stride(
    sizes: tuple[int, int, int], name: str, turn_a: bool, turn_b: bool, bias: str, forced: isa.Isa, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows, columns, depth = sizes if name.startswith("float") else tuple(min(size, 20) for size in sizes)
    a = random(rng, name, depth, rows).T if turn_a else random(rng, name, rows, depth)
    b = random(rng, name, columns, depth).T if turn_b else random(rng, name, depth, columns)
    shapes = {"row": (1, columns), "full": (rows, columns)}
    added = None if bias == "none" else random(rng, name, *shapes[bias])
    c = np.full((rows, columns), 77, name)
    wide = None if added is None else np.broadcast_to(added, c.shape)
    with isa.forced(forced):
        multiply(a, b, c, wide)
    # quarters of small integers: every order of summation is exact
    assert np.array_equal(c, a @ b + (0 if added is None else added).astype(name) if added is not None else a @ b)


def test_batches_and_broadcast_batches() -> None:
    rng = np.random.default_rng(0)
    a, b = random(rng, "float32", 3, 40, 20), random(rng, "float32", 1, 20, 30)
    for right in (np.broadcast_to(b, (3, 20, 30)), random(rng, "float32", 3, 20, 30)):
        for rows in (2, 40):
            c = np.zeros((3, rows, 30), np.float32)
            multiply(a[:, :rows], right, c)
            assert np.array_equal(c, a[:, :rows] @ right)


def test_rows_of_c_may_be_apart_and_nothing_else_is_written() -> None:
    rng = np.random.default_rng(0)
    a, b = random(rng, "float32", 50, 30), random(rng, "float32", 30, 40)
    wide = np.full((50, 60), 7, np.float32)
    multiply(a, b, wide[:, 10:50])
    assert np.array_equal(wide[:, 10:50], a @ b)
    assert (wide[:, :10] == 7).all() and (wide[:, 50:] == 7).all()


def test_infinities_stay_in_their_rows_and_columns() -> None:
    a, b = np.ones((20, 30), np.float32), np.ones((30, 40), np.float32)
    a[3, 4], b[5, 6] = np.inf, np.nan
    c = np.zeros((20, 40), np.float32)
    multiply(a, b, c)
    assert np.array_equal(c, a @ b, equal_nan=True)


def test_packed_weights_serve_many_products() -> None:
    rng = np.random.default_rng(0)
    b = random(rng, "float32", 64, 48)
    packed = Panels("float32", strides(b), Sizes(1, 48, 64)).pack(b.ctypes.data)
    for rows in (1, 6, 50):
        a, c = random(rng, "float32", rows, 64), np.zeros((rows, 48), np.float32)
        plan_packed(plain(float32), Sizes(rows, 48, 64), strides(a), strides(c)).run(a.ctypes.data, packed.address, c.ctypes.data)
        assert np.array_equal(c, a @ b)


@pytest.mark.parametrize("cuts", [(), (1,), (2, 3, 7), tuple(range(1, 12))])
def test_blocks_of_c_may_be_divided_anywhere(cuts: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    tile = tile_size("float32", isa.current())
    a, b, c = (rng.standard_normal(shape).astype("f4") for shape in ((2, 50, 300), (2, 300, 200), (2, 50, 200)))
    tiles, all_panels = 4, ceil(200 / tile[1])
    panels = ceil(all_panels / 3)
    items = 2 * ceil(50 / (tiles * tile[0])) * ceil(all_panels / panels)
    lying = [one for array in (a, b) for one in (strides(array).row, 1, strides(array).batch, 0)]
    words = (a.ctypes.data, b.ctypes.data, c.ctypes.data, 0, 0, 50, 200, 300, 2, *lying, 200, 50 * 200, 0, 0, tiles, panels)
    edges = [0, *(cut for cut in cuts if cut < items), items]
    for start, stop in zip(edges[::-1][1:], edges[::-1]):
        launch(gemm_kernel(plain(float32), False, isa.current()), words, stop, start=start)
    expected = np.empty_like(c)
    for one in range(2):
        multiply(a[one], b[one], expected[one])
    assert np.allclose(c, a @ b, atol=1e-3)
    assert np.array_equal(c, expected)


def test_no_depth_gives_the_bias() -> None:
    a, b, c = np.zeros((3, 0), np.float32), np.zeros((0, 4), np.float32), np.ones((3, 4), np.float32)
    multiply(a, b, c)
    assert not c.any()


def test_code_for_wider_vectors_keeps_its_sums_in_registers() -> None:
    code = compiler.disassemble(gemm_recipe(plain(float32), True, isa.AVX512))
    lines = [line.split("\t", 1)[-1] for line in code.splitlines()]
    products = [at for at, line in enumerate(lines) if line.startswith("vfmadd") and "zmm" in line]
    # the unrolled loop: 4 steps of 12 rows x 2 vectors
    first = next(at for at in products if sum(at <= other < at + 250 for other in products) >= 96)
    assert not [line for line in lines[first : products[products.index(first) + 95]] if "rsp" in line and "zmm" in line]


def relu(a: Any) -> Any:
    return 0 if a <= 0 else a


def gelu(a: Any) -> Any:
    return 0.5 * a * (1 + math.erf(a * 0.7071067811865476))


def clamp(a: Any, low: Any, high: Any) -> Any:
    return minimum(maximum(a, low), high)


def half(a: Any) -> Any:
    return a * 0.5


def more(a: Any, b: Any) -> Any:
    return a + b


def chain(dtype: DType, *bodies: Any) -> Epilogue:
    """Functions of one item, one after another, on the rounded item."""
    steps = [Step(identity, (0,), dtype, (dtype,))]
    return Epilogue((*steps, *(Step(body, (1 + at,), dtype, (dtype,)) for at, body in enumerate(bodies))))


CLAMP = Epilogue((Step(clamp, (0, 1, 2), float32, (float32,)),), (float32, float32))
SHAPES = {"direct": (7, 33, 21), "packed": (13, 270, 520), "panels": (300, 40, 20), "dots": (2, 300, 37), "sums": (1, 40, 300)}
"""Rows, columns and depth that each kernel takes."""


@pytest.mark.parametrize("kernel", SHAPES)
@pytest.mark.parametrize("epilogue, numbers", [(chain(float32, gelu), ()), (CLAMP, (-0.5, 1.25)), (chain(float32, half, relu), ())])
def test_an_epilogue_gives_the_bits_of_the_rows_it_replaces(kernel: str, epilogue: Epilogue, numbers: tuple[float, ...]) -> None:
    rng = np.random.default_rng(0)
    rows, columns, depth = SHAPES[kernel]
    a, bias = rng.standard_normal((rows, depth)).astype("f4"), rng.standard_normal((rows, columns)).astype("f4")
    b = rng.standard_normal((columns, depth)).astype("f4").T if kernel == "dots" else rng.standard_normal((depth, columns)).astype("f4")
    a[0, 0] = np.nan
    sums, got, want = (np.zeros((rows, columns), np.float32) for _ in range(3))
    for types, values, c in ((plain(float32), (), sums), (Types("float32", "float32", "float32", epilogue), numbers, got)):
        plan = plan_product(types, Sizes(rows, columns, depth), strides(a), strides(b), strides(c), strides(bias), values)
        assert plan is not None
        plan.run(a.ctypes.data, b.ctypes.data, c.ctypes.data, bias.ctypes.data)
    inputs = (float32, *epilogue.numbers)
    last = len(inputs) + len(epilogue.steps) - 1
    classes = (CONTIGUOUS, *[BROADCAST] * len(numbers), CONTIGUOUS)
    constants = np.array(numbers, np.float32)
    words = (sums.ctypes.data, *(constants.ctypes.data + 4 * at for at in range(len(numbers))), want.ctypes.data)
    launch(fused_kernel(inputs, epilogue.steps, (last,), 0, classes), words, sums.size)
    assert np.array_equal(got.view("i4"), want.view("i4"))


def test_an_addend_is_an_operand_of_the_epilogue() -> None:
    rng = np.random.default_rng(0)
    epilogue = Epilogue((Step(relu, (0,), float32, (float32,)), Step(more, (2, 1), float32, (float32,))), addend=True)
    a, b, residual = (random(rng, "float32", *shape) for shape in ((9, 5), (5, 40), (9, 40)))
    c = np.zeros((9, 40), np.float32)
    types = Types("float32", "float32", "float32", epilogue)
    plan = plan_product(types, Sizes(9, 40, 5), strides(a), strides(b), strides(c), strides(residual))
    assert plan is not None
    plan.run(a.ctypes.data, b.ctypes.data, c.ctypes.data, residual.ctypes.data)
    assert np.array_equal(c, np.maximum(a @ b, 0) + residual)


@pytest.mark.parametrize("kernel", SHAPES)
def test_products_of_16_bits_are_rounded_once(kernel: str) -> None:
    rng = np.random.default_rng(0)
    rows, columns, depth = SHAPES[kernel]
    a, bias = (rng.standard_normal(shape).astype("f2") for shape in ((rows, depth), (rows, columns)))
    b = rng.standard_normal((columns, depth)).astype("f2").T if kernel == "dots" else rng.standard_normal((depth, columns)).astype("f2")
    sums, got = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float16)
    for out, c in (("float32", sums), ("float16", got)):
        types = Types("float16", out, "float16")
        plan = plan_product(types, Sizes(rows, columns, depth), strides(a), strides(b), strides(c), strides(bias))
        assert plan is not None
        plan.run(a.ctypes.data, b.ctypes.data, c.ctypes.data, bias.ctypes.data)
    assert np.allclose(sums, a.astype("f4") @ b.astype("f4") + bias, atol=1e-3)
    assert np.array_equal(got, sums.astype("f2"))


def test_batches_within_batches() -> None:
    """Heads of several sentences lie as two strides say."""
    rng = np.random.default_rng(0)
    a, b = random(rng, "float32", 2, 9, 3, 8), random(rng, "float32", 2, 11, 3, 8)
    c = np.zeros((6, 9, 11), np.float32)
    left, right = Strides(24, 1, 8, 9 * 24), Strides(1, 24, 8, 11 * 24)
    plan = plan_product(plain(float32), Sizes(9, 11, 8, 6, 3), left, right, strides(c))
    assert plan is not None
    plan.run(a.ctypes.data, b.ctypes.data, c.ctypes.data)
    expected = a.transpose(0, 2, 1, 3) @ b.transpose(0, 2, 3, 1)
    assert np.array_equal(c, expected.reshape(6, 9, 11))
