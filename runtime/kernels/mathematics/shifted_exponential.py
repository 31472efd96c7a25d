"""e**x for x <= 0, the exponential of softmax and its kin: what follows from the sign is left out, which halves the work.

In float32 it is written as instructions, without numba; other dtypes take the full exp. Results below the smallest normal
number are 0, as PyTorch's vectorized exp gives them; NaN stays NaN.
"""
from __future__ import annotations

import math
from typing import Any

from ..compiling.emitter import Builder, Value

LOWEST = -87.33654
"""The logarithm of the smallest normal float32."""
_MAGIC = 12582912.0
"""1.5 * 2**23: adding it rounds a float32 to a whole number and leaves that in the low bits."""
_POLYNOMIAL = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
"""Cephes' for (e**r - 1 - r) / r**2 where |r| <= ln(2) / 2 (expf.c), highest power first."""


def exp_nonpositive(x: Any) -> Any:
    """e**x; x is not above 0."""
    return math.exp(x)


def write_exp_nonpositive(builder: Builder, x: Value) -> Value:
    """The instructions of `exp_nonpositive` in float32; TypeError for other dtypes."""
    if x.dtype != "float32":
        raise TypeError(f"exp_nonpositive is written for float32, not for {x.dtype}")
    text = builder.text

    def number(value: float) -> Value:
        return builder.number(value, "float32")

    def fma(a: Value, b: Value, c: Value) -> Value:
        return builder.intrinsic("fma", a, b, c)

    x = Value(builder, "float32", x.name)
    bounded = builder.select(x < LOWEST, LOWEST, x)
    shifted = fma(bounded, number(1.4426950408889634), number(_MAGIC))
    whole = shifted - _MAGIC
    r = fma(whole, number(-0.693145751953125), bounded)
    r = fma(whole, number(-1.428606765330187e-06), r)
    p = number(_POLYNOMIAL[0])
    for coefficient in _POLYNOMIAL[1:]:
        p = fma(p, r, number(coefficient))
    p = fma(p, r * r, r) + 1.0
    # the whole part goes into the exponent's bits: the sum is between 2**-126 and 1
    exponent = text.let(f"shl i32 {text.let(f'bitcast float {shifted.name} to i32')}, 23")
    bits = text.let(f"add i32 {text.let(f'bitcast float {p.name} to i32')}, {exponent}")
    scaled = Value(builder, "float32", text.let(f"bitcast i32 {bits} to float"))
    kept = builder.select(x < LOWEST, 0.0, scaled)
    return builder.select(x == x, kept, x)
