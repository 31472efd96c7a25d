"""Enumerations, named tuples, script classes. Read by the compiler as a user's program; `rushlight` stands for either library."""

from collections import namedtuple
from enum import Enum
from typing import List, NamedTuple

import rushlight as torch


class Color(Enum):
    RED = 1
    GREEN = 2


class Point(NamedTuple):
    x: torch.Tensor
    y: int


Pair = namedtuple("Pair", ["first", "second"])


@torch.jit.script
class Counter:
    def __init__(self, start: int):
        self.n = start
        self.items: List[int] = []

    def add(self, k: int) -> int:
        self.n += k
        self.items.append(k)
        return self.n

    def __len__(self) -> int:
        return len(self.items)

    def __add__(self, other: int) -> int:
        return self.n + other

    def __getitem__(self, i: int) -> int:
        return self.items[i]


def enumerations(c: Color, x):
    if c == Color.RED:
        return x
    return x * c.value


def members(n: int):
    total = n
    for c in Color:
        total += c.value
    return total, Color.GREEN.name


def objects(n: int):
    c = Counter(n)
    c.add(3)
    k = c + 2
    return len(c) + k + c[0], c.n


def named_tuples(p: Point, x):
    q = Point(x, 4)
    r = Point(y=1, x=x)
    return p.x + q.y + r.y, p.y, r


def untyped_named_tuples(x):
    p = Pair(x, x)
    return p.first + p.second


def cases():
    x = torch.tensor([1.0, 2.0])
    return {
        "enumerations": [(Color.RED, x), (Color.GREEN, x)],
        "members": [(0,)],
        "objects": [(4,)],
        "named_tuples": [(Point(x, 2), x)],
        "untyped_named_tuples": [(x,)],
    }
