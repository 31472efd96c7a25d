"""Numbers and truth values: literals, operators, builtin functions."""

# ruff: noqa

import cmath
import math
from typing import List, Tuple

import rushlight as torch
from rushlight import Tensor

INTEGER = 7
RATIO = 0.5
NAME = "constant"
FLAG = True
PAIR = (1, 2.5)
LIST = [1, 2, 3]
TABLE = {"a": 1}
NOTHING = None
FINAL: torch.jit.Final[int] = 3


@runs((1,))
def literals(a: int):
    return 1, -2, 0x1F, 0b101, 0o17, 1_000, 1.5, 1e-3, .5, 5., True, False, None


@runs((1,))
def imaginary(a: int):
    return 2j, 1 + 2j


@runs((1,))
def large_literal(a: int):
    return 9223372036854775807, -9223372036854775807


@runs((1,))
def too_large_literal(a: int):
    return 9223372036854775808


@runs((3, 2), (-3, 2))
def precedence(a: int, b: int):
    return a + b * 2 - -a, (a + b) * 2, not a == b, -a // b, a - b - 1


@runs((3.0, 2.0))
def precedence_power(a: float, b: float):
    return -a ** b, 2.0 ** a ** b, a * b ** 2.0


@runs((1, 2, 3), (3, 2, 1), (1, 1, 1))
def chained(a: int, b: int, c: int):
    return a < b < c, a <= b <= c, a < b > c, a == b == c, a != b != c


@runs((1, 2, 3, 4))
def chained_long(a: int, b: int, c: int, d: int):
    return a < b < c < d


@runs((True, False))
def logic(a: bool, b: bool):
    return a and b, a or b, not a, a and not b or b


@runs((True, False, True))
def logic_three(a: bool, b: bool, c: bool):
    return a and b and c, a or b or c, a and (b or c)


@runs((3, 0))
def logic_of_ints(a: int, b: int):
    return a and b


@runs((3, 0))
def not_of_int(a: int, b: int):
    return not a, not b


@runs((True, 1), (False, 0))
def short_circuit(a: bool, b: int) -> bool:
    return a and 10 // b > 1


@runs((True, False))
def bool_operators(a: bool, b: bool):
    return a & b, a | b, a ^ b


@runs((True, False))
def bool_compare(a: bool, b: bool):
    return a == b, a != b, a is b


@runs((True, 2))
def bool_arithmetic(a: bool, b: int):
    return a + b


@runs((True, True))
def bool_plus_bool(a: bool, b: bool):
    return a + b


@runs((5, 3), (5, -3))
def ternary(a: int, b: int):
    return a if a > b else b


@runs((5, 3), (5, -3))
def ternary_nested(a: int, b: int):
    return 1 if a < b else 2 if b < 0 else 3


@runs((5,))
def ternary_types(a: int):
    return 1 if a > 2 else 2.5


@runs((5,))
def ternary_wrong_types(a: int):
    return 1 if a > 2 else "a"


@runs((5,))
def ternary_constant(a: int):
    return a if True else undefined_thing


@runs((7, 2))
def mixed_arithmetic(a: int, b: int):
    return a / b, a // b, a % b, a * 1.5, a + 2.5, 1 - 0.5


@runs((7, 0))
def divide_by_zero(a: int, b: int):
    return a // b


@runs()  # dividing by zero here ends a process that has PyTorch in it
def modulo_by_zero(a: int, b: int):
    return a % b


@runs((7, 0))
def true_divide_by_zero(a: int, b: int):
    return a / b


@runs((7.0, 0.0))
def float_divide_by_zero(a: float, b: float):
    return a / b


@runs((7, 2))
def integer_power(a: int, b: int):
    return a ** b


@runs((7, 2))
def pow_function(a: int, b: int):
    return pow(a, b), pow(2.0, a)


@runs((7, 3), (-7, 3), (7, -3))
def divmod_function(a: int, b: int):
    return divmod(a, b)


@runs((7.5, 2.0), (-7.5, 2.0))
def divmod_floats(a: float, b: float):
    return divmod(a, b)


@runs((-3, -2.5))
def abs_function(a: int, b: float):
    return abs(a), abs(b)


@runs((torch.tensor([-1.0]),))
def abs_tensor(a: Tensor):
    return abs(a)


@runs((2.5,), (3.5,), (-2.5,), (2.4,))
def round_function(a: float):
    return round(a)


@runs((2.567,))
def round_digits(a: float):
    return round(a, 2)


@runs((3,))
def round_int(a: int):
    return round(a)


@runs((3, 5))
def min_max(a: int, b: int):
    return min(a, b), max(a, b), min(1, 2, 3) if False else 0


@runs((3, 5.5))
def min_max_mixed(a: int, b: float):
    return min(a, b), max(a, b)


@runs((3, 5, 4))
def min_max_three(a: int, b: int, c: int):
    return min(a, b, c), max(a, b, c)


@runs((torch.tensor([1.0, 5.0]), torch.tensor([2.0, 3.0])))
def min_max_tensors(a: Tensor, b: Tensor):
    return torch.max(a, b), torch.min(a)


@runs(([3, 1, 2],))
def sum_function(a: List[int]):
    return sum(a)


@runs(([3, 1, 2],))
def sum_start(a: List[int]):
    return sum(a, 10)


@runs((1, 2.5))
def int_float_convert(a: int, b: float):
    return float(a) + int(b)
