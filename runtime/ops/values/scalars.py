"""Operators of TorchScript on single numbers: arithmetic, comparison, logic, ranges, conversions.

In: Python ints, floats, complexes, bools and strings, as graphs hold them. Out: the same, with C++'s meaning: ints wrap at 64 bits, floats
follow IEEE 754 (no exception for division by zero, `inf` for overflow). `scalar_math.py` has the functions of the `math` module.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from ..table import builtin
from .texts import value_text

Number = int | float | complex

_LOWEST = -(2**63)
_HIGHEST = 2**63 - 1


def wrap(value: int) -> int:
    """The 64-bit integer with the same low bits."""
    if _LOWEST <= value <= _HIGHEST:
        return value
    return ((value - _LOWEST) & 0xFFFFFFFFFFFFFFFF) + _LOWEST


def truncate(value: float) -> int:
    """What C++ makes of a float that becomes an int: the lowest int where it does not fit."""
    if not -9.3e18 < value < 9.3e18:
        return _LOWEST
    whole = int(value)
    return whole if _LOWEST <= whole <= _HIGHEST else _LOWEST


def _wrapped(value: Any) -> Any:
    return wrap(value) if value.__class__ is int else value


@builtin("add.int(int a, int b) -> int")
def add_int(a: int, b: int) -> int:
    """Sum, wrapped to 64 bits."""
    return wrap(a + b)


@builtin(
    "add.float(float a, float b) -> float", "add.int_float(int a, float b) -> float", "add.float_int(float a, int b) -> float",
    "add.complex(complex a, complex b) -> complex", "add.int_complex(int a, complex b) -> complex",
    "add.complex_int(complex a, int b) -> complex", "add.float_complex(float a, complex b) -> complex",
    "add.complex_float(complex a, float b) -> complex",
)  # fmt: skip
def add_number(a: Any, b: Any) -> Any:
    """Sum."""
    return a + b


@builtin("add(Scalar a, Scalar b) -> Scalar")
def add_scalar(a: Number, b: Number) -> Number:
    """Sum of any two numbers."""
    return _wrapped(a + b)


@builtin("sub.int(int a, int b) -> int")
def sub_int(a: int, b: int) -> int:
    """Difference, wrapped to 64 bits."""
    return wrap(a - b)


@builtin(
    "sub.float(float a, float b) -> float", "sub.int_float(int a, float b) -> float", "sub.float_int(float a, int b) -> float",
    "sub.complex(complex a, complex b) -> complex", "sub.int_complex(int a, complex b) -> complex",
    "sub.complex_int(complex a, int b) -> complex", "sub.float_complex(float a, complex b) -> complex",
    "sub.complex_float(complex a, float b) -> complex",
)  # fmt: skip
def sub_number(a: Any, b: Any) -> Any:
    """Difference."""
    return a - b


@builtin("sub(Scalar a, Scalar b) -> Scalar")
def sub_scalar(a: Number, b: Number) -> Number:
    """Difference of any two numbers."""
    return _wrapped(a - b)


@builtin("mul.int(int a, int b) -> int")
def mul_int(a: int, b: int) -> int:
    """Product, wrapped to 64 bits."""
    return wrap(a * b)


@builtin(
    "mul.float(float a, float b) -> float", "mul.int_float(int a, float b) -> float", "mul.float_int(float a, int b) -> float",
    "mul.complex(complex a, complex b) -> complex", "mul.int_complex(int a, complex b) -> complex",
    "mul.complex_int(complex a, int b) -> complex", "mul.float_complex(float a, complex b) -> complex",
    "mul.complex_float(complex a, float b) -> complex",
)  # fmt: skip
def mul_number(a: Any, b: Any) -> Any:
    """Product."""
    return a * b


@builtin("mul(Scalar a, Scalar b) -> Scalar")
def mul_scalar(a: Number, b: Number) -> Number:
    """Product of any two numbers."""
    return _wrapped(a * b)


@builtin(
    "div.int(int a, int b) -> float", "div.float(float a, float b) -> float", "div.complex(complex a, complex b) -> complex",
    "div(Scalar a, Scalar b) -> float",
)  # fmt: skip
def div(a: Any, b: Any) -> Any:
    """True quotient; division by zero gives an infinity or NaN."""
    try:
        return a / b
    except ZeroDivisionError:
        return _divide_by_zero(a, b)


def _divide_by_zero(a: Any, b: Any) -> Any:
    if isinstance(a, complex) or isinstance(b, complex):
        return complex(math.nan, math.nan)
    if a == 0 or a != a:
        return math.nan
    return math.copysign(1.0, a) * math.copysign(math.inf, b)


@builtin("floordiv.int(int a, int b) -> int")
def floordiv_int(a: int, b: int) -> int:
    """Quotient rounded down."""
    if b == 0:
        raise RuntimeError("division by 0")
    return wrap(a // b)


@builtin(
    "floordiv.float(float a, float b) -> float", "floordiv.int_float(int a, float b) -> float",
    "floordiv.float_int(float a, int b) -> float",
)  # fmt: skip
def floordiv_float(a: float, b: float) -> float:
    """Quotient rounded down, as a float."""
    quotient: float = div(float(a), b)
    return float(math.floor(quotient)) if math.isfinite(quotient) else quotient


@builtin("floordiv(Scalar a, Scalar b) -> Scalar")
def floordiv_scalar(a: float, b: float) -> float:
    """Quotient of any two real numbers rounded down."""
    return floordiv_int(a, b) if isinstance(a, int) and isinstance(b, int) else floordiv_float(a, b)


@builtin("__round_to_zero_floordiv.int(int a, int b) -> int")
def round_to_zero_floordiv(a: int, b: int) -> int:
    """Quotient rounded towards zero."""
    if b == 0:
        raise RuntimeError("division by 0")
    quotient = abs(a) // abs(b)
    return wrap(quotient if (a < 0) == (b < 0) else -quotient)


@builtin("remainder.int(int a, int b) -> int")
def remainder_int(a: int, b: int) -> int:
    """What is left by the division rounded down; it has the sign of the divisor."""
    if b == 0:
        raise RuntimeError("division by 0")
    return a % b


@builtin(
    "remainder.float(float a, float b) -> float", "remainder.int_float(int a, float b) -> float",
    "remainder.float_int(float a, int b) -> float",
)  # fmt: skip
def remainder_float(a: float, b: float) -> float:
    """What is left by the division rounded down, as a float."""
    return fmod(b + fmod(a, b), b)


@builtin("remainder(Scalar a, Scalar b) -> Scalar")
def remainder_scalar(a: float, b: float) -> float:
    """The remainder of any two real numbers."""
    return remainder_int(a, b) if isinstance(a, int) and isinstance(b, int) else remainder_float(a, b)


@builtin(
    "fmod.int(int a, int b) -> float", "fmod.float(float a, float b) -> float", "fmod.int_float(int a, float b) -> float",
    "fmod.float_int(float a, int b) -> float", "fmod(Scalar a, Scalar b) -> float",
)  # fmt: skip
def fmod(a: float, b: float) -> float:
    """What is left by the division rounded towards zero; it has the sign of the dividend."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return math.nan


@builtin(
    "mathremainder.int(int a, int b) -> float", "mathremainder.float(float a, float b) -> float",
    "mathremainder.int_float(int a, float b) -> float", "mathremainder.float_int(float a, int b) -> float",
    "mathremainder(Scalar a, Scalar b) -> float",
)  # fmt: skip
def mathremainder(a: float, b: float) -> float:
    """What is left by the division rounded to the nearest, as IEEE 754 defines it."""
    try:
        return math.remainder(a, b)
    except ValueError:
        return math.nan


@builtin("divmod.int(int x, int y) -> (int, int)")
def divmod_int(a: int, b: int) -> tuple[int, int]:
    """Quotient rounded down, and what is left."""
    if b == 0:
        raise RuntimeError("ZeroDivisionError: integer division or modulo by zero")
    return wrap(a // b), a % b


@builtin(
    "divmod.float(float x, float y) -> (float, float)", "divmod.int_float(int x, float y) -> (float, float)",
    "divmod.float_int(float x, int y) -> (float, float)",
)  # fmt: skip
def divmod_float(a: float, b: float) -> tuple[float, float]:
    """Quotient rounded down, and what is left, as floats."""
    if b == 0:
        raise RuntimeError("ZeroDivisionError: float divmod()")
    left = fmod(a, b)
    if left and (b < 0) != (left < 0):
        left += b
    return (a - left) / b, left


@builtin(
    "pow.int(int a, int b) -> float", "pow.float(float a, float b) -> float", "pow.int_float(int a, float b) -> float",
    "pow.float_int(float a, int b) -> float", "pow.int_to_int(int a, int b) -> int",
)  # fmt: skip
def pow_float(a: float, b: float) -> float:
    """Power, always as a float."""
    if a == 0 and b < 0:
        raise RuntimeError("0.0 cannot be raised to a negative power")
    try:
        return math.pow(a, b)
    except ValueError:
        return math.nan
    except OverflowError:
        return -math.inf if a < 0 and math.fmod(b, 2) == 1 else math.inf


@builtin(
    "pow.complex(complex a, complex b) -> complex", "pow.complex_float(complex a, float b) -> complex",
    "pow.float_complex(float a, complex b) -> complex",
)  # fmt: skip
def pow_complex(a: complex, b: complex) -> complex:
    """Power of complex numbers."""
    with np.errstate(all="ignore"):
        return complex(np.power(np.complex128(a), np.complex128(b)))


@builtin("pow.Scalar_Scalar(Scalar a, Scalar b) -> float")
def pow_scalar(a: Any, b: Any) -> Number:
    """Power of any two numbers."""
    if isinstance(a, complex) or isinstance(b, complex):
        return pow_complex(a, b)
    return math.inf if a == 0 and b < 0 else pow_float(a, b)


@builtin("neg.int(int a) -> int")
def neg_int(a: int) -> int:
    """The number with the other sign, wrapped to 64 bits."""
    return wrap(-a)


@builtin("neg.float(float a) -> float", "neg.complex(complex a) -> complex")
def neg_number(a: Any) -> Any:
    """The number with the other sign."""
    return -a


@builtin("neg.Scalar(Scalar a) -> Scalar")
def neg_scalar(a: Number) -> Number:
    """Any number with the other sign."""
    return _wrapped(-a)


@builtin(
    "eq.int(int a, int b) -> bool", "eq.float(float a, float b) -> bool", "eq.int_float(int a, float b) -> bool",
    "eq.float_int(float a, int b) -> bool", "eq.complex(complex a, complex b) -> bool", "eq.complex_float(complex a, float b) -> bool",
    "eq.float_complex(float a, complex b) -> bool", "eq.str(str a, str b) -> bool", "eq.bool(bool a, bool b) -> bool",
    "eq.enum(AnyEnumType a, AnyEnumType b) -> bool", "eq.device(Device a, Device b) -> bool", "eq.int_list(int[] a, int[] b) -> bool",
    "eq.float_list(float[] a, float[] b) -> bool", "eq.bool_list(bool[] a, bool[] b) -> bool", "eq.str_list(str[] a, str[] b) -> bool",
    "eq.Tensor_list(Tensor[] a, Tensor[] b) -> bool", "eq(Scalar a, Scalar b) -> bool",
)  # fmt: skip
def eq(a: Any, b: Any) -> bool:
    """Whether both are equal."""
    return a == b


@builtin(
    "ne.int(int a, int b) -> bool", "ne.float(float a, float b) -> bool", "ne.int_float(int a, float b) -> bool",
    "ne.float_int(float a, int b) -> bool", "ne.complex(complex a, complex b) -> bool", "ne.complex_float(complex a, float b) -> bool",
    "ne.float_complex(float a, complex b) -> bool", "ne.str(str a, str b) -> bool", "ne.bool(bool a, bool b) -> bool",
    "ne.enum(AnyEnumType a, AnyEnumType b) -> bool", "ne.device(Device a, Device b) -> bool", "ne.int_list(int[] a, int[] b) -> bool",
    "ne.float_list(float[] a, float[] b) -> bool", "ne.bool_list(bool[] a, bool[] b) -> bool", "ne.str_list(str[] a, str[] b) -> bool",
    "ne.Tensor_list(Tensor[] a, Tensor[] b) -> bool", "ne(Scalar a, Scalar b) -> bool",
)  # fmt: skip
def ne(a: Any, b: Any) -> bool:
    """Whether the two differ."""
    return a != b


@builtin(
    "lt.int(int a, int b) -> bool", "lt.float(float a, float b) -> bool", "lt.int_float(int a, float b) -> bool",
    "lt.float_int(float a, int b) -> bool", "lt.str(str a, str b) -> bool", "lt(Scalar a, Scalar b) -> bool",
)  # fmt: skip
def lt(a: Any, b: Any) -> bool:
    """Whether the first is less."""
    return a < b


@builtin(
    "le.int(int a, int b) -> bool", "le.float(float a, float b) -> bool", "le.int_float(int a, float b) -> bool",
    "le.float_int(float a, int b) -> bool", "le.str(str a, str b) -> bool", "le(Scalar a, Scalar b) -> bool",
)  # fmt: skip
def le(a: Any, b: Any) -> bool:
    """Whether the first is less or equal."""
    return a <= b


@builtin(
    "gt.int(int a, int b) -> bool", "gt.float(float a, float b) -> bool", "gt.int_float(int a, float b) -> bool",
    "gt.float_int(float a, int b) -> bool", "gt.str(str a, str b) -> bool", "gt(Scalar a, Scalar b) -> bool",
)  # fmt: skip
def gt(a: Any, b: Any) -> bool:
    """Whether the first is greater."""
    return a > b


@builtin(
    "ge.int(int a, int b) -> bool", "ge.float(float a, float b) -> bool", "ge.int_float(int a, float b) -> bool",
    "ge.float_int(float a, int b) -> bool", "ge.str(str a, str b) -> bool", "ge(Scalar a, Scalar b) -> bool",
)  # fmt: skip
def ge(a: Any, b: Any) -> bool:
    """Whether the first is greater or equal."""
    return a >= b


@builtin("__and__.int(int a, int b) -> int", "__and__.bool(bool a, bool b) -> bool")
def bitwise_and(a: Any, b: Any) -> Any:
    """The bits that both have."""
    return a & b


@builtin("__or__.int(int a, int b) -> int", "__or__.bool(bool a, bool b) -> bool")
def bitwise_or(a: Any, b: Any) -> Any:
    """The bits that one of them has."""
    return a | b


@builtin("__xor__.int(int a, int b) -> int", "__xor__.bool(bool a, bool b) -> bool")
def bitwise_xor(a: Any, b: Any) -> Any:
    """The bits that only one of them has."""
    return a ^ b


@builtin("__lshift__.int(int a, int b) -> int")
def lshift(a: int, b: int) -> int:
    """Bits moved up; the count is taken modulo 64, as processors do."""
    return wrap(a << (b & 63))


@builtin("__rshift__.int(int a, int b) -> int")
def rshift(a: int, b: int) -> int:
    """Bits moved down, keeping the sign; the count is taken modulo 64, as processors do."""
    return a >> (b & 63)


@builtin("__not__(bool self) -> bool")
def logical_not(self: bool) -> bool:
    """The other truth value."""
    return not self


@builtin("__is__(t1 self, t2 obj) -> bool")
def is_same(self: Any, obj: Any) -> bool:
    """Whether both are the same object; numbers and strings are the same where they are equal."""
    if self is obj:
        return True
    return type(self) is type(obj) and isinstance(self, (int, float, str)) and self == obj


@builtin("__isnot__(t1 self, t2 obj) -> bool")
def is_other(self: Any, obj: Any) -> bool:
    """Whether the two are different objects."""
    return not is_same(self, obj)


@builtin("__range_length(int lo, int hi, int step) -> int")
def range_length(lo: int, hi: int, step: int) -> int:
    """How many numbers a range has."""
    if step == 0:
        raise RuntimeError("range() arg 3 must not be zero")
    distance, stride = (hi - lo, step) if step > 0 else (lo - hi, -step)
    return wrap(1 + (distance - 1) // stride) if distance > 0 else 0


@builtin("__derive_index(int index, int start, int step) -> int")
def derive_index(index: int, start: int, step: int) -> int:
    """The number at a place of a range."""
    return wrap(start + index * step)


@builtin("prim::rangelist(int n) -> int[]")
def rangelist(n: int) -> list[int]:
    """The numbers below `n`."""
    return list(range(n))


@builtin(
    "prim::max.int_float(int a, float b) -> float", "prim::max.float_int(float a, int b) -> float",
    "prim::max(Scalar a, Scalar b) -> Scalar",
)  # fmt: skip
def maximum_mixed(a: Any, b: Any) -> Any:
    """The greater of two numbers; a float if one of them is."""
    greater = maximum(a, b)
    return greater if a.__class__ is b.__class__ else float(greater)


@builtin("prim::max.int(int a, int b) -> int", "prim::max.float(float a, float b) -> float")
def maximum(a: Any, b: Any) -> Any:
    """The greater number; the second where they do not compare."""
    return a if a > b else b


@builtin(
    "prim::min.int_float(int a, float b) -> float", "prim::min.float_int(float a, int b) -> float",
    "prim::min(Scalar a, Scalar b) -> Scalar",
)  # fmt: skip
def minimum_mixed(a: Any, b: Any) -> Any:
    """The smaller of two numbers; a float if one of them is."""
    smaller = minimum(a, b)
    return smaller if a.__class__ is b.__class__ else float(smaller)


@builtin("prim::min.int(int a, int b) -> int", "prim::min.float(float a, float b) -> float")
def minimum(a: Any, b: Any) -> Any:
    """The smaller number; the second where they do not compare."""
    return a if a < b else b


@builtin(
    "prim::abs.int(int a) -> int", "prim::abs.float(float a) -> float", "prim::abs.complex(complex a) -> float",
    "prim::abs.Scalar(Scalar a) -> Scalar", "prim::abs(Tensor x) -> Tensor",
)  # fmt: skip
def absolute(a: Any) -> Any:
    """The number without its sign."""
    return _wrapped(abs(a))


@builtin("Int.float(float a) -> int")
def int_from_float(a: float) -> int:
    """The number rounded towards zero."""
    return truncate(a)


@builtin("Int.bool(bool a) -> int")
def int_from_bool(a: bool) -> int:
    """1 for True, 0 for False."""
    return int(a)


@builtin("Int.Scalar(Scalar a) -> int")
def int_from_scalar(a: float) -> int:
    """Any real number rounded towards zero."""
    return truncate(a) if isinstance(a, float) else int(a)


_INTEGER = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")


@builtin("Int.str(str a) -> int")
def int_from_str(a: str) -> int:
    """The number that a text spells."""
    if _INTEGER.fullmatch(a) is None or not _LOWEST <= int(a) <= _HIGHEST:
        raise RuntimeError(f"invalid literal for int() with base 10: '{a}'")
    return int(a)


@builtin("Float.int(int a) -> float", "Float.bool(bool a) -> float", "Float.Scalar(Scalar a) -> float")
def float_from_number(a: float) -> float:
    """The number as a float."""
    return float(a)


@builtin("Float.str(str a) -> float")
def float_from_str(a: str) -> float:
    """The number that a text spells."""
    try:
        if a == a.rstrip() and "_" not in a:
            return float(a)
    except ValueError:
        pass
    raise RuntimeError(f"could not convert string to float: '{a}'")


@builtin("Bool.int(int a) -> bool", "Bool.float(float a) -> bool")
def bool_from_number(a: float) -> bool:
    """Whether the number is not zero."""
    return a != 0


@builtin("Complex.Scalar(Scalar a) -> complex")
def complex_from_scalar(a: Number) -> complex:
    """The number as a complex one."""
    return complex(a)


@builtin(
    "Complex.int_int(int x, int y) -> complex", "Complex.int_float(int x, float y) -> complex",
    "Complex.int_bool(int x, bool y) -> complex", "Complex.float_int(float x, int y) -> complex",
    "Complex.float_float(float x, float y) -> complex", "Complex.float_bool(float x, bool y) -> complex",
    "Complex.bool_int(bool x, int y) -> complex", "Complex.bool_float(bool x, float y) -> complex",
    "Complex.bool_bool(bool x, bool y) -> complex", "Complex.Tensor_Tensor(Tensor a, Tensor b) -> complex",
    "Complex.Tensor_int(Tensor x, int y) -> complex", "Complex.Tensor_float(Tensor x, float y) -> complex",
    "Complex.Tensor_bool(Tensor x, bool y) -> complex", "Complex.int_Tensor(int x, Tensor y) -> complex",
    "Complex.float_Tensor(float x, Tensor y) -> complex", "Complex.bool_Tensor(bool x, Tensor y) -> complex",
)  # fmt: skip
def complex_from_parts(x: float, y: float) -> complex:
    """The complex number with these parts."""
    return complex(x, y)


@builtin("str(t elem) -> str")
def to_str(elem: Any) -> str:
    """The value as text."""
    return value_text(elem)


@builtin("bin(int i) -> str")
def to_bin(i: int) -> str:
    """The number in binary."""
    return bin(i)


@builtin("hex(int i) -> str")
def to_hex(i: int) -> str:
    """The number in hexadecimal."""
    return hex(i)


@builtin("oct(int i) -> str")
def to_oct(i: int) -> str:
    """The number in octal."""
    return oct(i)


@builtin("prim::unchecked_cast(t x) -> t")
def unchecked_cast(x: Any) -> Any:
    """The value, whose type the program knows better."""
    return x


@builtin("_unwrap_optional(t(a)? optional) -> t(a)", "prim::unchecked_unwrap_optional(t(a)? optional) -> t(a)")
def unwrap_optional(optional: Any) -> Any:
    """The value, which must not be None."""
    if optional is None:
        raise RuntimeError("Unwrapping null optional")
    return optional


@builtin("hash.generic(t value) -> int")
def hash_value(value: Any) -> int:
    """A number that equal values share, the same in every process."""
    if isinstance(value, str):
        total = 0xCBF29CE484222325
        for byte in value.encode():
            total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        return wrap(total)
    return hash(value)


@builtin("is_scripting() -> bool")
def is_scripting() -> bool:
    """True: whoever asks through an operator is a script."""
    return True


@builtin("_get_tracing_state() -> bool")
def get_tracing_state() -> bool:
    """False: scripts are not traced."""
    return False


@builtin("has_torch_function(...) -> bool")
def has_torch_function(*args: Any) -> bool:
    """False: no argument of a script overrides operators."""
    del args
    return False
