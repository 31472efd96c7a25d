"""What a scalar function may call beside arithmetic and `math`: operations that LLVM knows and Python does not spell.

Each is a plain Python function, so that scalar functions also run uncompiled, with a lowering registered beside it in
lowering.py. Here too are the marks that a function may carry for the compiler: `typed`, `implemented`.
"""
from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Scalar = Any
"""A number of the compute dtype: a Python number, a NumPy scalar, or compiled."""
_Function = TypeVar("_Function", bound=Callable[..., Any])


def typed(function: _Function) -> _Function:
    """Mark `function` as one whose literals keep Python's types (int64, float64), as a kernel's do; other functions'
    literals take the compute dtype."""
    function.__dict__["_typed"] = True
    return function


def implemented(**by_dtype: Callable[..., Any]) -> Callable[[_Function], _Function]:
    """Mark a function as the specification of others that replace it when compiled: `implemented(float32=exp_float32)`."""

    def mark(function: _Function) -> _Function:
        function.__dict__["_implementations"] = by_dtype
        return function

    return mark


def seldom(low: float, high: float) -> Callable[[Callable[..., Scalar]], Callable[..., Scalar]]:
    """Mark a function of `x`, or of `x` and `y`, as wanted seldom: the marked one takes `usual` too, as its last argument, and
    gives it where low <= x <= high, else the function's value; where `high` is infinite (of `x` alone), NaN is usual too. Compiled,
    the function lies apart, and a vectorized loop asks once for a whole vector whether it is wanted.
    """

    def mark(function: Callable[..., Scalar]) -> Callable[..., Scalar]:
        def choose(x: Scalar, usual: Scalar) -> Scalar:
            return usual if x >= low and x <= high else function(x)

        def choose_of_two(x: Scalar, y: Scalar, usual: Scalar) -> Scalar:
            return usual if x >= low and x <= high else function(x, y)

        def choose_below(x: Scalar, usual: Scalar) -> Scalar:
            return function(x) if x < low else usual

        made = choose_below if high == math.inf else choose if function.__code__.co_argcount == 1 else choose_of_two
        made.__name__, made.__qualname__, made.__doc__ = function.__name__, function.__qualname__, function.__doc__
        made.__dict__["_seldom"] = (low, high)
        return typed(made)

    return mark


# Arithmetic


def accumulate(total: Scalar, value: Scalar) -> Scalar:
    """total + value, in any order with other `accumulate`s: the only addition that may be reassociated, so that a sum vectorizes."""
    return total + value


def accumulate_product(total: Scalar, value: Scalar) -> Scalar:
    """total * value, in any order with other `accumulate_product`s."""
    return total * value


def maximum(a: Scalar, b: Scalar) -> Scalar:
    """The larger; NaN if either is."""
    if a != a:
        return a
    return b if b != b or b > a else a


def minimum(a: Scalar, b: Scalar) -> Scalar:
    """The smaller; NaN if either is."""
    if a != a:
        return a
    return b if b != b or b < a else a


def larger(a: Scalar, b: Scalar) -> Scalar:
    """As maximum, but of two zeros either: extrema of many items are found sooner so."""
    return maximum(a, b)


def smaller(a: Scalar, b: Scalar) -> Scalar:
    """As minimum, but of two zeros either."""
    return minimum(a, b)


def square_root(x: Scalar) -> Scalar:
    """The square root; NaN below 0."""
    return type(x)(math.sqrt(x)) if x >= 0 or x != x else type(x)(math.nan)


def fused_multiply_add(a: Scalar, b: Scalar, c: Scalar) -> Scalar:
    """a * b + c with one rounding (uncompiled: of NumPy's float32 one, else two)."""
    if type(a) is np.float32:
        # a product of two float32 is exact in float64
        return np.float32(float(a) * float(b) + float(c))
    return a * b + c


def round_half_even(x: Scalar) -> Scalar:
    """The nearest integer, as a float; halves go to the even one."""
    return _whole(x, round)


def floor(x: Scalar) -> Scalar:
    """The largest integer not above x, as a float."""
    return _whole(x, math.floor)


def ceil(x: Scalar) -> Scalar:
    """The smallest integer not below x, as a float."""
    return _whole(x, math.ceil)


def truncate(x: Scalar) -> Scalar:
    """x without its fraction, as a float."""
    return _whole(x, math.trunc)


def _whole(x: Scalar, rounding: Callable[[float], int]) -> Scalar:
    # Python's roundings give integers, which have no -0
    return type(x)(math.copysign(rounding(float(x)), x)) if math.isfinite(x) else x


def rest_toward_zero(a: Scalar, b: Scalar) -> Scalar:
    """The rest of a / b rounded toward zero, as C's fmod: exact, with the sign of `a`; NaN where b is 0 or a infinite."""
    return type(a)(math.fmod(float(a), float(b))) if b != 0 and math.isfinite(a) else type(a)(math.nan)


# Bits


def float32_bits(x: Scalar) -> int:
    """The int32 with the bits of a float32."""
    return struct.unpack("<i", struct.pack("<f", x))[0]


def float32_from_bits(bits: Scalar) -> float:
    """The float32 with the bits of an int32; of wider integers the low 32 count."""
    return struct.unpack("<f", struct.pack("<I", int(bits) & 0xFFFFFFFF))[0]


def float64_bits(x: Scalar) -> int:
    """The int64 with the bits of a float64."""
    return struct.unpack("<q", struct.pack("<d", x))[0]


def float64_from_bits(bits: Scalar) -> float:
    """The float64 with the bits of an int64."""
    return struct.unpack("<d", struct.pack("<Q", int(bits) & 0xFFFFFFFFFFFFFFFF))[0]


# Memory: `pointer[i]` reads and `pointer[i] = x` writes; nothing is checked.


def float32_pointer(address: int) -> Any:
    """Items of float32 at `address`."""
    return ctypes.cast(int(address), ctypes.POINTER(ctypes.c_float))


def float64_pointer(address: int) -> Any:
    """Items of float64 at `address`."""
    return ctypes.cast(int(address), ctypes.POINTER(ctypes.c_double))


def int64_pointer(address: int) -> Any:
    """Items of int64 at `address`."""
    return ctypes.cast(int(address), ctypes.POINTER(ctypes.c_int64))


def int32_pointer(address: int) -> Any:
    """Items of int32 at `address`."""
    return ctypes.cast(int(address), ctypes.POINTER(ctypes.c_int32))


def uint8_pointer(address: int) -> Any:
    """Bytes at `address`."""
    return ctypes.cast(int(address), ctypes.POINTER(ctypes.c_uint8))


def bool_pointer(address: int) -> Any:
    """Bytes at `address`: kernels see bool as uint8 0 or 1, for numba reads no truth values through pointers."""
    return ctypes.cast(int(address), ctypes.POINTER(ctypes.c_uint8))


POINTERS: dict[str, Callable[[int], Any]] = {
    "float32": float32_pointer,
    "float64": float64_pointer,
    "int64": int64_pointer,
    "int32": int32_pointer,
    "uint8": uint8_pointer,
    "bool": bool_pointer,
}
"""The pointer primitive of each computing dtype, by name."""


def advance(pointer: Any, by: int) -> Any:
    """The pointer to item `by` of another."""
    kind = type(pointer)
    return ctypes.cast(ctypes.addressof(pointer.contents) + by * ctypes.sizeof(kind._type_), kind)


SCRATCH = 256
"""Items of a scratch array."""


def scratch_float32() -> Any:
    """SCRATCH items of float32 on the stack, one array for each place in the source that calls this."""
    return (ctypes.c_float * SCRATCH)()


def scratch_float64() -> Any:
    """SCRATCH items of float64 on the stack."""
    return (ctypes.c_double * SCRATCH)()


def scratch_int64() -> Any:
    """SCRATCH items of int64 on the stack."""
    return (ctypes.c_int64 * SCRATCH)()


def scratch_int32() -> Any:
    """SCRATCH items of int32 on the stack."""
    return (ctypes.c_int32 * SCRATCH)()


def scratch_uint8() -> Any:
    """SCRATCH bytes on the stack."""
    return (ctypes.c_uint8 * SCRATCH)()


def scratch_bool() -> Any:
    """SCRATCH bytes on the stack, for truth values."""
    return (ctypes.c_uint8 * SCRATCH)()


SCRATCHES: dict[str, Callable[[], Any]] = {
    "float32": scratch_float32,
    "float64": scratch_float64,
    "int64": scratch_int64,
    "int32": scratch_int32,
    "uint8": scratch_uint8,
    "bool": scratch_bool,
}
"""The scratch primitive of each computing dtype, by name."""
