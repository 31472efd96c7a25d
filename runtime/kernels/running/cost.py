"""How long a scalar function takes, roughly, from its length: what decides whether a kernel is worth several threads.

In: a Python function of numbers and the dtype that it computes in. Out: nanoseconds for one item, vectorized, on one thread.
"""
from __future__ import annotations

import functools
import math
import types
from collections.abc import Callable
from typing import Any

_NANOSECONDS_PER_BYTE = 0.0005


@functools.lru_cache(maxsize=4096)
def nanoseconds(body: Callable[..., Any], dtype: str) -> float:
    """For `body` and all that it calls, `math.exp(x)` standing for our own exp."""
    return _NANOSECONDS_PER_BYTE * _length(body, dtype, set())


def _length(function: object, dtype: str, seen: set[object]) -> int:
    """Bytes of code."""
    from ..mathematics.functions import VECTORIZED

    if not isinstance(function, types.FunctionType) or function in seen:
        return 0
    seen.add(function)
    implementation = function.__dict__.get("_implementations", {}).get(dtype)
    if implementation is not None:
        return _length(implementation, dtype, seen)
    code = function.__code__
    called = [function.__globals__.get(name) for name in code.co_names]
    called += [cell.cell_contents for cell in function.__closure__ or ()]
    if math in called:
        called += [VECTORIZED.get((name, dtype)) for name in code.co_names]
    return len(code.co_code) + sum(_length(each, dtype, seen) for each in called)


def moving(nbytes: int) -> int:
    """Nanoseconds that one thread takes to read or write bytes, which lie in a cache if they are few."""
    return int((0.03 if nbytes <= _CACHED else 0.08) * nbytes)


_CACHED = 4 << 20
