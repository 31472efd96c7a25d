"""Several scalar functions in one kernel: the bits of a kernel for each, whatever the dtypes at the edges."""
from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.dtype import BY_NAME, DType, bool_, float16, float32, int32, uint8
from rushlight.runtime.kernels.compiling.compiler import disassemble
from rushlight.runtime.kernels.loops.pointwise import BROADCAST, CONTIGUOUS, Step, fused_kernel, fused_recipe, pointwise_kernel
from rushlight.runtime.kernels.running.launch import launch
from rushlight.runtime.ops.host import bits
from rushlight.runtime.tensor import Tensor, from_numpy, new_empty

COUNT = 77


def add(a: Any, b: Any) -> Any:
    return a + b


def sub(a: Any, b: Any) -> Any:
    return a - b


def mul(a: Any, b: Any) -> Any:
    return a * b


def axpy(a: Any, b: Any, c: Any) -> Any:
    return a * b + c


def less(a: Any, b: Any) -> Any:
    return a < b


def halved(a: Any) -> Any:
    return a >> 1


def bent(a: Any) -> Any:
    return a if a > 0 else a * 0.1


def rate(a: Any) -> Any:
    return 1 / (1 + math.exp(-a))


def both(a: Any, b: Any) -> Any:
    return a + b, a - b


ANY = (add, sub, mul, axpy, less, both)
WHOLE, FLOATING = (*ANY, halved), (*ANY, bent, rate)
ARITY = {axpy: 3, halved: 1, bent: 1, rate: 1}
DTYPES = ("uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")


def items(dtype: DType, seed: int) -> Tensor:
    """Items of any size, special ones among them."""
    rng = np.random.default_rng(seed)
    if dtype.is_integral:
        numbers = rng.integers(np.iinfo(dtype.name).min, np.iinfo(dtype.name).max, COUNT, dtype.name)
        return from_numpy(numbers)
    numbers = rng.standard_normal(COUNT) * 10.0 ** rng.integers(-2, 3, COUNT)
    numbers[:8] = 0.0, -0.0, np.inf, -np.inf, np.nan, 1e-7, 65504, 1
    return from_numpy(numbers).to(dtype)


def run(kernel: Callable[[int, int, int], int], inputs: list[Tensor], outputs: list[DType]) -> list[Tensor]:
    """The outputs of a flat kernel."""
    results = [new_empty((COUNT,), dtype) for dtype in outputs]
    assert launch(kernel, [tensor.address for tensor in (*inputs, *results)], COUNT) == 0
    return results


def same(got: Tensor, want: Tensor) -> bool:
    """Whether two tensors have the same bits, every NaN counted as the same."""
    pairs = [bits(tensor) for tensor in (got, want)]
    nans = [np.isnan(tensor._decoded().astype(np.float64)) for tensor in (got, want)]
    return bool(np.array_equal(*nans) and np.array_equal(*(np.where(nans[0], 0, pair.view(f"i{pair.itemsize}")) for pair in pairs)))


def check(inputs: tuple[DType, ...], steps: list[Step]) -> None:
    """All values of the steps, from one kernel and from a kernel for each."""
    given = [items(dtype, at) for at, dtype in enumerate(inputs)]
    values = list(given)
    for step in steps:
        arguments = [values[at] for at in step.operands]
        dtypes = tuple(tensor.dtype for tensor in arguments)
        kernel = pointwise_kernel(
            step.body, dtypes, step.compute, step.results, 0, (CONTIGUOUS,) * (len(arguments) + len(step.results))
        )
        values += run(kernel, arguments, list(step.results))
    outputs = tuple(range(len(inputs), len(values)))
    fused = fused_kernel(inputs, tuple(steps), outputs, 0, (CONTIGUOUS,) * len(values))
    dtypes = [values[at].dtype for at in outputs]
    for at, got in enumerate(run(fused, given, dtypes)):
        assert same(got, values[len(inputs) + at]), f"value {at} of {steps}"
    # alone, nothing but the last result keeps the others apart
    last = fused_kernel(inputs, tuple(steps), outputs[-1:], 0, (CONTIGUOUS,) * (len(inputs) + 1))
    assert same(run(last, given, dtypes[-1:])[0], values[-1]), f"the last value of {steps}"


def test_integers_overflow_at_every_edge() -> None:
    check((uint8, uint8), [Step(add, (0, 1), uint8, (uint8,)), Step(halved, (2,), uint8, (uint8,))])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_products_and_sums_of_different_steps_are_rounded_apart(dtype: str) -> None:
    kind = BY_NAME[dtype]
    product, total = Step(mul, (0, 1), kind, (kind,)), Step(add, (3, 2), kind, (kind,))
    check((kind, kind, kind), [product, total, Step(axpy, (0, 1, 4), kind, (kind,)), Step(rate, (5,), kind, (kind,))])


def test_products_and_sums_of_one_step_are_one_instruction() -> None:
    together = fused_recipe((float32,) * 3, (Step(axpy, (0, 1, 2), float32, (float32,)),), (3,), 0, (CONTIGUOUS,) * 4)
    apart = fused_recipe(
        (float32,) * 3, (Step(mul, (0, 1), float32, (float32,)), Step(add, (3, 2), float32, (float32,))), (4,), 0, (CONTIGUOUS,) * 4
    )
    codes = [disassemble(recipe) for recipe in (together, apart)]
    if "vmulps" in codes[1]:
        assert "vfmadd" in codes[0] and "vfmadd" not in codes[1]


def test_masks_and_casts() -> None:
    steps = [
        Step(less, (0, 1), float32, (bool_,)),
        Step(lambda mask, a, b: a if mask else b, (2, 0, 1), (bool_, float16, float16), (float16,)),
        Step(mul, (3, 0), float16, (int32,)),
        Step(both, (4, 2), int32, (int32, uint8)),
    ]
    check((float32, float32), steps)


def test_eight_inputs_and_numbers() -> None:
    steps = [Step(add, (0, 1), float32, (float32,))] + [Step(add, (at, at + 6), float32, (float32,)) for at in range(2, 8)]
    check((float32,) * 8, steps)
    kernel = fused_kernel((float32, float32), (Step(mul, (0, 1), float32, (float16,)),), (2,), 0, (CONTIGUOUS, BROADCAST, CONTIGUOUS))
    (out,) = run(kernel, [items(float32, 0), from_numpy(np.full(1, 3, np.float32))], [float16])
    assert out[7].item() == 3


@pytest.mark.parametrize("seed", range(12))
def test_random_chains(seed: int) -> None:
    rng = random.Random(seed)
    kinds: list[DType] = [BY_NAME[rng.choice(DTYPES)] for _ in range(3)]
    steps: list[Step] = []
    for _ in range(5):
        compute = BY_NAME[rng.choice(DTYPES)]
        body = rng.choice(WHOLE if compute.is_integral else FLOATING)
        operands = tuple(rng.randrange(len(kinds)) for _ in range(ARITY.get(body, 2)))
        results = tuple(bool_ if body is less else BY_NAME[rng.choice(DTYPES)] for _ in range(2 if body is both else 1))
        steps.append(Step(body, operands, compute, results))
        kinds += results
    check(tuple(kinds[:3]), steps)
