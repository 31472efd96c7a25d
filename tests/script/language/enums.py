"""Enumerations and interfaces."""

# ruff: noqa

from enum import Enum, IntEnum, auto
from typing import Dict, List, NamedTuple, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Automatic(Enum):
    A = auto()
    B = auto()


class Mixed(Enum):
    A = 1
    B = "b"


class Aliased(Enum):
    A = 1
    B = 1


@runs((Color.RED,), (Color.GREEN,))
def enum_compare(c: Color) -> bool:
    return c == Color.RED


@runs((Color.RED,), (Color.GREEN,))
def enum_not_equal(c: Color) -> bool:
    return c != Color.RED


@runs((Color.RED,), (Color.GREEN,))
def enum_is(c: Color) -> bool:
    return c is Color.RED


@runs((Color.RED,), (Color.BLUE,))
def enum_branches(c: Color) -> int:
    if c == Color.RED:
        return 10
    elif c == Color.GREEN:
        return 20
    return 30


@runs((Color.RED,))
def enum_name_value(c: Color):
    return c.name, c.value, Color.BLUE.value, Color.BLUE.name


@runs((Mode.FAST,))
def enum_strings(m: Mode):
    return m.value + "!", m == Mode.SLOW


@runs(())
def enum_returned():
    return Color.GREEN


@runs((Level.LOW,))
def int_enum(l: Level):
    return l == Level.LOW, l.value


@runs((Level.LOW,))
def int_enum_arithmetic(l: Level):
    return l + 1


@runs((Automatic.A,))
def auto_enum(a: Automatic):
    return a.value


@runs((Mixed.A,))
def mixed_enum(m: Mixed):
    return m == Mixed.A


@runs((Aliased.A,))
def aliased_enum(m: Aliased):
    return m == Aliased.B


@runs(())
def enum_iteration():
    total = 0
    for c in Color:
        total += c.value
    return total


@runs(())
def enum_iteration_names():
    out = ""
    for c in Color:
        out += c.name
    return out


@runs(())
def enum_length():
    return len(Color)


@runs((Color.RED,))
def enum_as_key(c: Color):
    a = {Color.RED: 1}
    return a[c]


@runs((Color.RED,))
def enum_in_list(c: Color):
    return c in [Color.RED, Color.GREEN]


@runs(([Color.RED, Color.BLUE],))
def enum_list(cs: List[Color]) -> int:
    total = 0
    for c in cs:
        total += c.value
    return total


@runs((1,))
def enum_from_value(a: int):
    return Color(a)


@runs((1,))
def enum_missing_member(a: int):
    return Color.PURPLE


@runs((Color.RED,))
def enum_compare_value(c: Color):
    return c == 1


@runs((None,), (Color.RED,))
def optional_enum(c: Optional[Color]) -> int:
    if c is None:
        return 0
    return c.value


@torch.jit.interface
class Shape:
    def area(self, k: int) -> int:
        pass


class Square:
    def __init__(self, side: int):
        self.side = side

    def area(self, k: int) -> int:
        return self.side * self.side * k


class Rectangle:
    def __init__(self, a: int, b: int):
        self.a = a
        self.b = b

    def area(self, k: int) -> int:
        return self.a * self.b * k


class Blob:
    def __init__(self):
        self.a = 1


def area_of(shape: Shape) -> int:
    return shape.area(2)


@runs((3,))
def interface_argument(n: int) -> int:
    return area_of(Square(n)) + area_of(Rectangle(n, 2))


@runs((3, True), (3, False))
def interface_variable(n: int, flag: bool) -> int:
    s: Shape = Square(n)
    if flag:
        s = Rectangle(n, 5)
    return s.area(1)


@runs((3,))
def interface_list(n: int) -> int:
    shapes: List[Shape] = [Square(n), Rectangle(n, n)]
    total = 0
    for s in shapes:
        total += s.area(1)
    return total


@runs((3,))
def interface_not_fulfilled(n: int) -> int:
    return area_of(Blob())


@runs((3,))
def interface_unknown_method(n: int) -> int:
    s: Shape = Square(n)
    return s.perimeter()


@builds()
def scripted_class():
    class Small:
        def __init__(self, x: int):
            self.x = x

        def get(self) -> int:
            return self.x

    return Small


@builds()
def scripted_class_wrong_method():
    class Small:
        def __init__(self, x: int):
            self.x = x

        def get(self) -> str:
            return self.x

    return Small


@runs((2,))
def recursion_in_class(n: int) -> int:
    return Tree(n).total(n)


class Tree:
    def __init__(self, n: int):
        self.n = n

    def total(self, k: int) -> int:
        if k == 0:
            return self.n
        return self.n + self.total(k - 1)
