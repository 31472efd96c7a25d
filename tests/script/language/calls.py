"""Calls of functions: defaults, keywords, unpacked arguments."""

# ruff: noqa

import functools
from typing import Any, Dict, List, Optional, Tuple, Union

import rushlight as torch
from rushlight import Tensor


def plus(a: int, b: int = 2) -> int:
    return a + b


def many(a: int, b: float = 1.5, c: str = "c", d: Optional[int] = None, e: bool = True) -> str:
    if d is None:
        d = 0
    return str(a) + str(b) + c + str(d) + str(e)


def keyword_only(a: int, *, b: int = 3) -> int:
    return a * b


def untyped(x, y):
    return x + y


def returns_two(a: int):
    return a, a + 1


def returns_nothing(a: List[int]):
    a.append(1)


def varargs(*args):
    return args


def kwargs(**kw):
    return kw


def positional_only(a: int, /, b: int) -> int:
    return a - b


@runs((1,))
def call_default(a: int):
    return plus(a)


@runs((1,))
def call_keyword(a: int):
    return plus(b=a, a=3)


@runs((1,))
def call_mixed(a: int):
    return plus(a, b=3)


@runs((1,))
def call_many(a: int):
    return many(a), many(a, c="x"), many(a, 2.5, d=4), many(e=False, a=a)


@runs((1,))
def call_keyword_only(a: int):
    return keyword_only(a), keyword_only(a, b=5)


@runs((1,))
def call_keyword_only_positionally(a: int):
    return keyword_only(a, 5)


@runs((1,))
def call_too_many(a: int):
    return plus(a, 1, 2)


@runs((1,))
def call_too_few():
    return plus()


@runs((1,))
def call_unknown_keyword(a: int):
    return plus(a, c=1)


@runs((1,))
def call_keyword_twice(a: int):
    return plus(a, a=1)


@runs(("a",))
def call_wrong_type(a: str):
    return plus(a)


@runs((1,))
def call_int_for_float(a: int):
    return many(a, a)


@runs((torch.ones(2),))
def call_tensor_for_int(a: Tensor):
    return plus(a)


@runs((torch.tensor(3),))
def call_converted_tensor(a: Tensor):
    return plus(int(a))


@runs((torch.ones(2),))
def call_untyped(a: Tensor):
    return untyped(a, a)


@runs((1,))
def call_untyped_with_int(a: int):
    return untyped(a, a)


@runs((1,))
def call_two_results(a: int):
    x, y = returns_two(a)
    return x + y


@runs((1,))
def call_result_tuple(a: int):
    t = returns_two(a)
    return t[0] - t[1]


@runs(([],))
def call_nothing(a: List[int]):
    returns_nothing(a)
    return a


@runs(([],))
def call_nothing_used(a: List[int]):
    x = returns_nothing(a)
    return x


@runs((1,))
def call_nested(a: int):
    return plus(plus(a), plus(b=plus(1), a=a))


@runs((1,))
def call_varargs(a: int):
    return varargs(a, a)


@runs((1,))
def call_kwargs(a: int):
    return kwargs(a=a)


@runs((2, 1))
def call_positional_only(a: int, b: int):
    return positional_only(a, b)


@runs((1, 2),)
def star_tuple(a: int, b: int):
    t = (a, b)
    return plus(*t)


@runs((1,))
def star_call_result(a: int):
    return plus(*returns_two(a))


@runs(([1, 2],))
def star_list(a: List[int]):
    return plus(*a)


@runs((torch.ones(2, 3),))
def star_to_operator(x: Tensor):
    sizes = (1, 0)
    return x.permute(*sizes)


@runs((torch.ones(2, 3),))
def star_list_to_operator(x: Tensor):
    sizes = [3, 2]
    return x.view(*sizes)


@runs((1,))
def double_star(a: int):
    d = {"b": 1}
    return plus(a, **d)


@runs((1,))
def default_argument_of_entry(a: int, b: int = 4, c: Tuple[int, int] = (1, 2)) -> int:
    return a + b + c[1]


@runs((1,))
def default_mutable(a: int, b: List[int] = []) -> int:
    return a


@runs((1,))
def default_float_for_int(a: int, b: int = 2.5) -> int:
    return a


@runs((1,))
def default_int_for_float(a: int, b: float = 2) -> float:
    return a + b


@runs((1,))
def default_tensor(a: int, b: Tensor = torch.ones(2)):
    return b


@runs((1,), (1, 2))
def varargs_entry(*args):
    return args


@runs((1,))
def kwargs_entry(a: int, **kw):
    return a


@runs((1,))
def partial_call(a: int):
    return functools.partial(plus, b=4)(a)


@runs((1,))
def function_as_value(a: int):
    f = plus
    return f(a)


@runs((1,), (-1,))
def function_chosen(a: int):
    if a > 0:
        f = plus
    else:
        f = keyword_only
    return f(a)
