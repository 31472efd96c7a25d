"""Estimates of scalar functions: longer functions cost more, whatever calls them."""
from __future__ import annotations

import math
from typing import Any

from rushlight.runtime.kernels.mathematics.functions import sigmoid
from rushlight.runtime.kernels.running.cost import nanoseconds


def _plain(a: Any) -> Any:
    return a + a


def _exponential(a: Any) -> Any:
    return math.exp(a)


def _both(a: Any) -> Any:
    return _exponential(a) + math.log(a)


def test_what_is_called_counts() -> None:
    assert 0 < nanoseconds(_plain, "float32") < 0.1
    assert nanoseconds(_plain, "float32") < nanoseconds(_exponential, "float32") < nanoseconds(_both, "float32") < 10
    assert nanoseconds(sigmoid, "float32") > 0.2


def test_closures_count() -> None:
    function = _exponential
    assert nanoseconds(lambda a: function(a) + 1, "float64") > nanoseconds(_exponential, "float64")


def test_what_is_no_function_costs_nothing() -> None:
    assert nanoseconds(abs, "float32") == 0
