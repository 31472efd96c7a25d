"""Bodies written by tracing give what numba gives, bit for bit; bodies that mean something else there are not traced."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.dtype import BY_NAME
from rushlight.runtime.kernels.compiling import pointwise_steps
from rushlight.runtime.kernels.compiling.compiler import emit_object
from rushlight.runtime.kernels.compiling.primitives import floor, maximum, minimum, round_half_even
from rushlight.runtime.kernels.compiling.tracing import trace
from rushlight.runtime.kernels.loops.pointwise import CONTIGUOUS, pointwise_recipe
from rushlight.runtime.kernels.running.engine import load

SLOPE = 0.1

TRACED: list[tuple[Callable[..., Any], tuple[str, ...]]] = [
    (lambda a, b: a + b, ("float32", "float64", "int64")),
    (lambda a, b: a - 2 * b + 1, ("float32", "float64", "int64")),
    (lambda a, b: 1 / (a * 0.1) - b / 3, ("float32", "float64")),
    (lambda a, b: -a + abs(b), ("float32", "float64")),
    (lambda a, b: 5 - a, ("float32", "int64")),
    (lambda a, b: a > b, ("float32", "int64")),
    (lambda a, b: a != b, ("float32", "int64")),
    (lambda a, b: a == 3, ("float64", "int64")),
    (lambda a, b: a * SLOPE, ("float32",)),
    (lambda a, b: maximum(a, 0), ("float32", "int64", "int32", "uint8")),
    (lambda a, b: minimum(maximum(a, b), 6), ("float64", "int32")),
    (lambda a, b: floor(a) + round_half_even(b), ("float32", "float64")),
    (maximum, ("float32", "bool", "uint8")),
]
NOT_TRACED: list[tuple[Callable[..., Any], str]] = [
    (lambda a, b: a + b, "int32"),
    (lambda a, b: a > b, "uint8"),
    (lambda a, b: a / b, "int64"),
    (lambda a, b: 1 / a, "int64"),
    (lambda a, b: a // b, "int64"),
    (lambda a, b: a % b, "float32"),
    (lambda a, b: a >> 1, "int64"),
    (lambda a, b: a * 0.5, "int64"),
    (lambda a, b: a if a > b else b, "float32"),
    (lambda a, b: math.exp(a), "float32"),
    (lambda a, b: a * np.float64(2), "float32"),
    (lambda a, b: np.float64(2) * a, "float32"),
    (lambda a, b: maximum(a, -5), "uint8"),
    (lambda a, b: maximum(a, 0.5), "int64"),
    (lambda a, b: max(a, b), "float32"),
    (lambda a, b: a**2, "float32"),
    (lambda a, b: 7, "float32"),
]


def run(body: Callable[..., Any], name: str, output: str) -> np.ndarray[Any, Any]:
    """The body over a few hundred pairs, compiled anew."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(300) * 30, rng.standard_normal(300) * 30)
    if name in ("uint8", "bool"):
        a, b = np.abs(a), np.abs(b)
    left, right = a.astype(name), b.astype(name)
    out = np.zeros(300, output)
    dtype = BY_NAME[name]
    recipe = pointwise_recipe(body, (dtype, dtype), dtype, (BY_NAME[output],), 0, (CONTIGUOUS,) * 3)
    symbol = f"tracing_{run.calls}"
    run.calls += 1
    entry = emit_object(symbol, list(recipe.emit(symbol)))
    (kernel,) = load([entry])
    words = np.array([left.ctypes.data, right.ctypes.data, out.ctypes.data], np.int64)
    assert kernel(words.ctypes.data, 0, 300) == 0
    return out


run.calls = 0


@pytest.mark.parametrize("body, name", [(body, name) for body, names in TRACED for name in names])
def test_traced_and_compiled_agree(body: Callable[..., Any], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    traced = trace(body, (name, name))
    assert traced is not None
    first = run(body, name, traced[1])
    monkeypatch.setattr(pointwise_steps, "trace_all", lambda function, arguments: None)
    assert first.tobytes() == run(body, name, traced[1]).tobytes()


@pytest.mark.parametrize("body, name", NOT_TRACED)
def test_other_bodies_are_left_to_numba(body: Callable[..., Any], name: str) -> None:
    assert trace(body, (name, name)) is None
