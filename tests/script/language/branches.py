"""Branches and while loops."""

# ruff: noqa

from typing import Dict, List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@runs((3,), (-3,))
def if_else(a: int) -> int:
    if a > 0:
        b = 1
    else:
        b = 2
    return b


@runs((3,), (-3,), (0,), (50,))
def elif_chain(a: int) -> str:
    if a > 10:
        b = "large"
    elif a > 0:
        b = "small"
    elif a == 0:
        b = "zero"
    else:
        b = "negative"
    return b


@runs((3,), (-3,))
def if_only(a: int) -> int:
    if a > 0:
        a = a * 10
    return a


@runs((3,), (-3,))
def nested_if(a: int) -> int:
    b = 0
    if a > 0:
        if a > 2:
            b = 5
        else:
            b = 6
        b += 1
    return b


@runs((3, 4), (-3, 4))
def if_both_assign_two(a: int, b: int):
    if a > 0:
        c, d = a, b
    else:
        c, d = b, a
    return c - d


@runs((torch.ones(1),), (torch.zeros(1),))
def if_tensor(x: Tensor) -> Tensor:
    if x:
        return x + 1
    return x - 1


@runs((torch.ones(2),), (-torch.ones(2),))
def if_tensor_compare(x: Tensor) -> Tensor:
    if x.sum() > 0:
        x = x * 2
    return x


@runs(([],), ([1],))
def if_list(x: List[int]) -> int:
    if x:
        return 1
    return 0


@runs(("",), ("a",))
def if_string(x: str) -> int:
    if x:
        return 1
    return 0


@runs((0,), (4,))
def if_int(x: int) -> int:
    if x:
        return 1
    return 0


@runs((0.0,), (4.0,))
def if_float(x: float) -> int:
    if x:
        return 1
    return 0


@runs((5,), (0,))
def while_simple(n: int) -> int:
    total = 0
    while n > 0:
        total += n
        n -= 1
    return total


@runs((5,), (0,))
def while_int_condition(n: int) -> int:
    total = 0
    while n:
        total += n
        n -= 1
    return total


@runs((5,))
def while_true_break(n: int) -> int:
    i = 0
    while True:
        i += 1
        if i > n:
            break
    return i


@runs((5,))
def while_true_return(n: int) -> int:
    i = 0
    while True:
        i += 1
        if i > n:
            return i


@runs((torch.tensor([1.0]),))
def while_tensor(x: Tensor) -> Tensor:
    while x < 10:
        x = x * 2
    return x


@runs((4, 3))
def while_nested(n: int, m: int) -> int:
    total = 0
    i = 0
    while i < n:
        j = 0
        while j < m:
            total += i * j
            j += 1
        i += 1
    return total


@runs((4,))
def while_else(n: int) -> int:
    while n > 0:
        n -= 1
    else:
        n = 7
    return n


@runs((4,))
def for_else(n: int) -> int:
    for i in range(n):
        n -= 1
    else:
        n = 7
    return n
