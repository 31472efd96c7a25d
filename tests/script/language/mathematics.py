"""The math module, complex numbers, constants, bits, small algorithms."""

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


@runs((2.5,))
def math_functions(a: float):
    return math.sqrt(a), math.exp(a), math.log(a), math.sin(a), math.cos(a), math.tan(a), math.floor(a), math.ceil(a)


@runs((0.5,))
def math_more(a: float):
    return math.asin(a), math.acos(a), math.atan(a), math.sinh(a), math.cosh(a), math.tanh(a), math.log2(a), math.log10(a)


@runs((0.5,))
def math_special(a: float):
    return math.erf(a), math.erfc(a), math.gamma(a), math.lgamma(a), math.expm1(a), math.log1p(a), math.fabs(-a)


@runs((2.5, 3.5))
def math_two(a: float, b: float):
    return math.pow(a, b), math.atan2(a, b), math.fmod(b, a), math.copysign(a, -b), math.remainder(b, a)


@runs((2.5, 3.5))
def math_hypot(a: float, b: float):
    return math.hypot(a, b)


@runs((12, 18))
def math_integers(a: int, b: int):
    return math.gcd(a, b), math.factorial(5)


@runs((12, 18))
def math_lcm(a: int, b: int):
    return math.lcm(a, b)


@runs((2.5,))
def math_pairs(a: float):
    return math.modf(a), math.frexp(a), math.ldexp(a, 2)


@runs((2.5,))
def math_tests(a: float):
    return math.isnan(a), math.isinf(a), math.isfinite(a)


@runs((2.5,))
def math_isclose(a: float):
    return math.isclose(a, 2.5)


@runs((2.5,))
def math_constants(a: float):
    return math.pi, math.e, math.inf, math.tau


@runs((2.5,))
def math_nan(a: float):
    return math.nan


@runs((2.5,))
def math_angles(a: float):
    return math.degrees(a), math.radians(a)


@runs((2.7,))
def math_trunc(a: float):
    return math.trunc(a)


@runs((4,))
def math_of_int(a: int):
    return math.sqrt(a), math.floor(a), math.log(a)


@runs((-1.0,))
def math_domain(a: float):
    return math.sqrt(a)


@runs((0.0,))
def math_log_zero(a: float):
    return math.log(a)


@runs((8, 2))
def math_log_base(a: int, b: int):
    return math.log(a, b)


@runs((2.5,))
def math_unknown(a: float):
    return math.something(a)


@runs((1j,))
def cmath_functions(a: complex):
    return cmath.sqrt(a)


@runs((1 + 2j, 2.0))
def complex_arithmetic(a: complex, b: float):
    return a + b, a * a, a - 1j, a / b


@runs((1 + 2j,))
def complex_parts(a: complex):
    return a.real, a.imag


@runs((1 + 2j,))
def complex_abs(a: complex):
    return abs(a)


@runs((1 + 2j, 1 + 2j))
def complex_compare(a: complex, b: complex):
    return a == b, a != b


@runs((3 + 4j, 2))
def complex_power(a: complex, b: int):
    return a ** b


@runs((1,))
def closed_over_constants(a: int):
    return a + INTEGER, RATIO, NAME, FLAG


@runs((1,))
def closed_over_tuple(a: int):
    return PAIR


@runs((1,))
def closed_over_list(a: int):
    return LIST[a]


@runs((1,))
def closed_over_dict(a: int):
    return TABLE["a"]


@runs((1,))
def closed_over_none(a: int):
    return NOTHING


@runs((1,))
def closed_over_final(a: int):
    return a + FINAL


@builds((1,))
def closed_over_local():
    scale = 3

    def inner(a: int) -> int:
        return a * scale

    return inner


@builds((torch.ones(2),))
def closed_over_function():
    def helper(x):
        return x + 1

    def inner(x):
        return helper(x) * 2

    return inner


@builds((torch.ones(2),))
def closed_over_tensor():
    weight = torch.ones(2)

    def inner(x):
        return x * weight

    return inner


@runs((1,))
def bits(a: int):
    return a << 3, a >> 1, ~a, a | 6, a & 3, a ^ 5


@runs((1.0,))
def bits_of_float(a: float):
    return a << 1


@runs((5,))
def unary(a: int):
    return -a, +a, ~a


@runs((5.0,))
def unary_float(a: float):
    return -a, +a


@runs((9223372036854775807,))
def overflow(a: int):
    return a + 1


@runs((10,))
def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@runs((30,))
def primes(n: int) -> List[int]:
    found: List[int] = []
    for i in range(2, n):
        prime = True
        for p in found:
            if p * p > i:
                break
            if i % p == 0:
                prime = False
                break
        if prime:
            found.append(i)
    return found


@runs((48, 36))
def greatest_divisor(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a


@runs((27,))
def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@runs(([5, 2, 9, 1],))
def bubble_sort(a: List[int]) -> List[int]:
    for i in range(len(a)):
        for j in range(len(a) - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a


@runs(([1, 3, 5, 7], 5), ([1, 3, 5, 7], 4))
def binary_search(a: List[int], x: int) -> int:
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low if low < len(a) and a[low] == x else -1


@runs((4,))
def recursion(n: int) -> int:
    if n <= 1:
        return 1
    return n * recursion(n - 1)


@runs((2.0,))
def newton(x: float) -> float:
    guess = x
    while abs(guess * guess - x) > 1e-9:
        guess = (guess + x / guess) / 2
    return guess


@runs((3,))
def int_methods(a: int):
    return a.bit_length()


@runs((3.5,))
def float_methods(a: float):
    return a.is_integer()


@runs((3,))
def int_times_string(a: int):
    return "a" * a


@runs((3,))
def hash_and_id(a: int):
    return hash(a)


@runs((3,))
def type_call(a: int):
    return type(a)


@runs((3,))
def input_call(a: int):
    return input()


@runs((3,))
def eval_call(a: int):
    return eval("a")


@runs(([3, 1],))
def map_call(a: List[int]):
    return list(map(str, a))


@runs(([3, 1],))
def filter_call(a: List[int]):
    return list(filter(bool, a))


@runs(([3, 1],))
def frozen_set(a: List[int]):
    return frozenset(a)


@runs(([3, 1],))
def set_call(a: List[int]):
    return set(a)


@runs(([3, 1],))
def slice_object(a: List[int]):
    return a[slice(0, 1)]


@runs(([3, 1],))
def iterators(a: List[int]):
    return next(iter(a))
