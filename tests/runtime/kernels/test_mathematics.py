"""The vectorized functions against NumPy in extended precision: whole range, special values, units in the last place."""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rushlight.runtime.dtype import BY_NAME
from rushlight.runtime.kernels.mathematics import VECTORIZED
from rushlight.runtime.kernels.pointwise import CONTIGUOUS, pointwise_kernel

Array = np.ndarray[Any, Any]
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan]


def erf(x: Array) -> Array:
    return np.array([math.erf(float(one)) for one in x])


CASES: list[tuple[Callable[[Any], Any], str, Callable[[Array], Array], float]] = [
    (lambda x: math.exp(x), "exp float32", np.exp, 1.0),
    (lambda x: math.exp(x), "exp float64", np.exp, 1.0),
    (lambda x: math.expm1(x), "expm1 float32", np.expm1, 1.5),
    (lambda x: math.log(x), "log float32", np.log, 1.0),
    (lambda x: math.tanh(x), "tanh float32", np.tanh, 1.5),
    (lambda x: math.erf(x), "erf float32", erf, 1.2),
]


def inputs(name: str) -> Array:
    rng = np.random.default_rng(0)
    limit = 88 if name == "float32" else 709
    parts = [
        rng.standard_normal(2000),
        rng.uniform(-1.2 * limit, 1.02 * limit, 4000),
        rng.uniform(-2, 2, 3000),
        np.exp(rng.uniform(-limit, limit, 3000)) * rng.choice([-1, 1], 3000),
        np.array([np.finfo(name).tiny, np.finfo(name).smallest_subnormal, np.finfo(name).max, 1.0, -1.0]),
        np.array(SPECIAL),
    ]
    return np.concatenate(parts).astype(name)


@pytest.mark.parametrize("body, label, oracle, limit", CASES, ids=[case[1] for case in CASES])
def test_against_extended_precision(body: Callable[[Any], Any], label: str, oracle: Callable[[Array], Array], limit: float) -> None:
    name = label.split()[1]
    x = inputs(name)
    out = np.zeros_like(x)
    dtype = BY_NAME[name]
    kernel = pointwise_kernel(body, (dtype,), dtype, (dtype,), 0, (CONTIGUOUS, CONTIGUOUS))
    assert kernel(np.array([x.ctypes.data, out.ctypes.data], np.int64).ctypes.data, 0, x.size) == 0
    with np.errstate(all="ignore"):
        exact = oracle(x.astype(np.longdouble))
        rounded = exact.astype(name)
        error = np.abs(out.astype(np.longdouble) - exact) / np.spacing(np.abs(rounded)).astype(np.longdouble)
    same = (out == rounded) | (np.isnan(out) & np.isnan(rounded))
    worst = np.where(same, 0, error)
    assert not np.isnan(worst).any() and worst.max() <= limit, f"{x[np.argmax(worst)]}: {worst.max()} units in the last place"
    assert np.array_equal(np.signbit(out[-5:-1]), np.signbit(rounded[-5:-1])), "signs of zeros and infinities"


def test_every_function_is_tested() -> None:
    assert {tuple(case[1].split()) for case in CASES} == set(VECTORIZED)
