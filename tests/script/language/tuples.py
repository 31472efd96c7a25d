"""Tuples and named tuples."""

# ruff: noqa

from typing import Dict, List, NamedTuple, Optional, Tuple
from collections import namedtuple

import rushlight as torch
from rushlight import Tensor


@runs(())
def tuple_literals():
    return (1, "a", 2.5), (1,), ()


@runs(((1, "a"),))
def tuple_index(t: Tuple[int, str]):
    return t[0], t[1], t[-1]


@runs(((1, "a"),))
def tuple_index_out_of_range(t: Tuple[int, str]):
    return t[2]


@runs(((1, 2), 1))
def tuple_index_variable(t: Tuple[int, int], i: int):
    return t[i]


@runs(((1, "a", 2.5),))
def tuple_slice(t: Tuple[int, str, float]):
    return t[1:], t[:2], t[::2], t[-2:]


@runs(((1, 2), (3, "a")))
def tuple_add(a: Tuple[int, int], b: Tuple[int, str]):
    return a + b


@runs(((1, 2), (1, 2)))
def tuple_compare(a: Tuple[int, int], b: Tuple[int, int]):
    return a == b, a != b


@runs(((1, 2),))
def tuple_len(a: Tuple[int, int]):
    return len(a)


@runs(((1, 2),))
def tuple_contains(a: Tuple[int, int]):
    return 1 in a


@runs(((1, 2),))
def tuple_to_list(a: Tuple[int, int]):
    return list(a)


@runs(([1, 2],))
def list_to_tuple(a: List[int]):
    return tuple(a)


@runs(((1, 2),))
def tuple_item_assignment(a: Tuple[int, int]):
    a[0] = 1
    return a


@runs(((1, (2, 3)),))
def tuple_nested(a: Tuple[int, Tuple[int, int]]):
    return a[1][0], a[1]


@runs(((1, 2),), ((2, 1),))
def tuple_in_branch(a: Tuple[int, int]):
    if a[0] > a[1]:
        b = (a[1], a[0])
    else:
        b = a
    return b


@runs((3,))
def tuple_in_loop(n: int):
    a = (0, 1)
    for i in range(n):
        a = (a[1], a[0] + a[1])
    return a


@runs(((1, 2),))
def tuple_min_max(a: Tuple[int, int]):
    return max(a), min(a)


class Point(NamedTuple):
    x: int
    y: int


class WithDefault(NamedTuple):
    a: Tensor
    b: int = 3
    c: Optional[str] = None


Plain = namedtuple("Plain", ["u", "v"])


@runs((1, 2))
def named_tuple_make(a: int, b: int):
    return Point(a, b)


@runs((1, 2))
def named_tuple_keywords(a: int, b: int):
    return Point(y=a, x=b)


@runs((Point(1, 2),))
def named_tuple_argument(p: Point) -> int:
    return p.x + p.y * p[0]


@runs((Point(1, 2),))
def named_tuple_unpack(p: Point) -> int:
    a, b = p
    return a - b


@runs((1, 2))
def named_tuple_attribute(a: int, b: int):
    p = Point(a, b)
    return p.x, p.y


@runs((1, 2))
def named_tuple_wrong_field(a: int, b: int):
    return Point(a, b).z


@runs((1,))
def named_tuple_missing(a: int):
    return Point(a)


@runs((torch.ones(2),))
def named_tuple_defaults(x: Tensor):
    w = WithDefault(x)
    return w.a, w.b, w.c


@runs((torch.ones(2),))
def named_tuple_some_defaults(x: Tensor):
    return WithDefault(x, c="q")


@runs((torch.ones(2), torch.zeros(2)))
def named_tuple_plain(x: Tensor, y: Tensor):
    p = Plain(x, y)
    return p.u + p.v


@runs((1, 2), (2, 1))
def named_tuple_in_branch(a: int, b: int) -> Point:
    if a > b:
        p = Point(a, b)
    else:
        p = Point(b, a)
    return p


@runs(([Point(1, 2), Point(3, 4)],))
def named_tuple_list(points: List[Point]) -> int:
    return sum([p.x * p.y for p in points])


@runs((1, 2))
def named_tuple_set(a: int, b: int):
    p = Point(a, b)
    p.x = 3
    return p
