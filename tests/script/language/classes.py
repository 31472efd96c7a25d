"""TorchScript classes."""

# ruff: noqa

from enum import Enum, IntEnum, auto
from typing import Dict, List, NamedTuple, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


class Pair:
    def __init__(self, x: int, y: int):
        self.x = x
        self.y = y

    def sum(self) -> int:
        return self.x + self.y

    def scaled(self, k: int) -> "Pair":
        return Pair(self.x * k, self.y * k)

    def swap(self):
        self.x, self.y = self.y, self.x


@runs((1, 2))
def makes_object(a: int, b: int) -> int:
    p = Pair(a, b)
    return p.sum()


@runs((1, 2))
def reads_attributes(a: int, b: int) -> int:
    p = Pair(a, b)
    return p.x * 10 + p.y


@runs((1, 2))
def writes_attributes(a: int, b: int) -> int:
    p = Pair(a, b)
    p.x = 5
    p.y += 3
    return p.sum()


@runs((1, 2))
def method_chain(a: int, b: int) -> int:
    return Pair(a, b).scaled(3).sum()


@runs((1, 2))
def method_mutates(a: int, b: int) -> Tuple[int, int]:
    p = Pair(a, b)
    p.swap()
    return p.x, p.y


@runs((1, 2))
def objects_share(a: int, b: int) -> int:
    p = Pair(a, b)
    q = p
    q.x = 100
    return p.x


@runs((1, 2))
def object_identity(a: int, b: int):
    p = Pair(a, b)
    q = Pair(a, b)
    return p is p, p is q, p is not q


@runs((1, 2))
def objects_in_list(a: int, b: int) -> int:
    pairs = [Pair(a, b), Pair(b, b)]
    total = 0
    for p in pairs:
        total += p.sum()
    return total


@runs((1, 2))
def objects_in_dict(a: int, b: int) -> int:
    pairs = {"a": Pair(a, b)}
    pairs["a"].x = 50
    return pairs["a"].sum()


@runs((1, 2))
def optional_object(a: int, b: int) -> int:
    p: Optional[Pair] = None
    if a > 0:
        p = Pair(a, b)
    if p is not None:
        return p.sum()
    return 0


@runs((1, 2))
def object_keyword_arguments(a: int, b: int) -> int:
    return Pair(y=a, x=b).x


@runs((1, 2))
def object_missing_argument(a: int, b: int) -> int:
    return Pair(a).x


@runs((1, 2))
def object_wrong_argument(a: int, b: int) -> int:
    return Pair("a", b).x


@runs((1, 2))
def object_unknown_attribute(a: int, b: int) -> int:
    return Pair(a, b).z


@runs((1, 2))
def object_unknown_method(a: int, b: int) -> int:
    return Pair(a, b).product()


@runs((1, 2))
def object_new_attribute(a: int, b: int) -> int:
    p = Pair(a, b)
    p.z = 3
    return p.z


@runs((1, 2))
def object_wrong_type_stored(a: int, b: int) -> int:
    p = Pair(a, b)
    p.x = "a"
    return 0


class Vector:
    def __init__(self, x: float, y: float):
        self.x = x
        self.y = y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, k: float) -> "Vector":
        return Vector(self.x * k, self.y * k)

    def __neg__(self) -> "Vector":
        return Vector(-self.x, -self.y)

    def __eq__(self, other: "Vector") -> bool:
        return self.x == other.x and self.y == other.y

    def __ne__(self, other: "Vector") -> bool:
        return not (self.x == other.x and self.y == other.y)

    def __lt__(self, other: "Vector") -> bool:
        return self.x < other.x

    def __le__(self, other: "Vector") -> bool:
        return self.x <= other.x

    def __gt__(self, other: "Vector") -> bool:
        return self.x > other.x

    def __ge__(self, other: "Vector") -> bool:
        return self.x >= other.x

    def __getitem__(self, i: int) -> float:
        return self.x if i == 0 else self.y

    def __setitem__(self, i: int, value: float) -> None:
        if i == 0:
            self.x = value
        else:
            self.y = value

    def __len__(self) -> int:
        return 2

    def __contains__(self, value: float) -> bool:
        return self.x == value or self.y == value

    def __call__(self, k: float) -> float:
        return self.x * k + self.y

    def __str__(self) -> str:
        return "vector"

    def __int__(self) -> int:
        return int(self.x)

    def __float__(self) -> float:
        return self.x

    def __bool__(self) -> bool:
        return self.x > 0.0

    def __truediv__(self, k: float) -> "Vector":
        return Vector(self.x / k, self.y / k)

    def __iadd__(self, other: "Vector") -> "Vector":
        self.x += other.x
        return self


@runs((1.0, 2.0))
def special_arithmetic(a: float, b: float):
    v = (Vector(a, b) + Vector(b, a) - Vector(1.0, 1.0)) * 2.0
    w = -v
    return v.x, v.y, w.x


@runs((1.0, 2.0))
def special_compare(a: float, b: float):
    v, w = Vector(a, b), Vector(b, a)
    return v == w, v != w, v < w, v <= w, v > w, v >= w


@runs((1.0, 2.0))
def special_items(a: float, b: float):
    v = Vector(a, b)
    v[0] = 9.0
    return v[0], v[1], len(v), 2.0 in v


@runs((1.0, 2.0))
def special_call(a: float, b: float):
    v = Vector(a, b)
    return v(3.0)


@runs((1.0, 2.0))
def special_conversions(a: float, b: float):
    v = Vector(a, b)
    return str(v), int(v), float(v), bool(v)


@runs((1.0, 2.0))
def special_condition(a: float, b: float):
    v = Vector(a, b)
    if v:
        return 1
    return 0


@runs((1.0, 2.0))
def special_in_place(a: float, b: float):
    v = Vector(a, b)
    v += Vector(b, b)
    v /= 2.0
    return v.x, v.y


@runs((1.0, 2.0))
def special_missing(a: float, b: float):
    return Vector(a, b) % 2.0


class Counter:
    count: int
    names: List[str]

    def __init__(self):
        self.count = 0
        self.names = []

    def add(self, name: str) -> "Counter":
        self.count += 1
        self.names.append(name)
        return self

    @property
    def size(self) -> int:
        return len(self.names)

    @size.setter
    def size(self, value: int):
        self.count = value

    @staticmethod
    def double(x: int) -> int:
        return x * 2


@runs(("a",))
def declared_attributes(a: str):
    c = Counter()
    c.add(a).add("b")
    return c.count, c.names


@runs(("a",))
def property_read(a: str):
    c = Counter()
    c.add(a)
    return c.size


@runs(("a",))
def property_written(a: str):
    c = Counter()
    c.size = 7
    return c.count


@runs((4,))
def static_method(a: int):
    return Counter.double(a)


@runs((4,))
def static_method_of_object(a: int):
    c = Counter()
    return c.double(a)


class ClassMethod:
    def __init__(self):
        self.x = 1

    @classmethod
    def make(cls):
        return 3


@runs((4,))
def class_method(a: int):
    return ClassMethod.make()


class Base:
    def __init__(self):
        self.x = 1

    def get(self) -> int:
        return self.x


class Derived(Base):
    def __init__(self):
        self.x = 2


@runs((4,))
def inheritance(a: int):
    return Derived().get()


class Node:
    def __init__(self, value: int):
        self.value = value
        self.next = torch.jit.annotate(Optional[Node], None)


@runs((4,))
def linked_list(n: int):
    head = Node(0)
    head.next = Node(n)
    after = head.next
    if after is not None:
        return after.value
    return -1


class WithTensor:
    def __init__(self, weight: Tensor, bias: Optional[Tensor] = None):
        self.weight = weight
        self.bias = bias

    def apply(self, x: Tensor) -> Tensor:
        bias = self.bias
        y = x * self.weight
        if bias is not None:
            y = y + bias
        return y


@runs((torch.ones(2),))
def class_with_tensor(x: Tensor):
    a = WithTensor(x + 1)
    b = WithTensor(x, x * 3)
    return a.apply(x) + b.apply(x)


@runs((torch.ones(2),))
def attribute_refinement(x: Tensor):
    a = WithTensor(x, x)
    if a.bias is not None:
        return a.bias + 1
    return x


class NoInit:
    def get(self) -> int:
        return 5


@runs(())
def class_without_init():
    return NoInit().get()


class AttributeOutsideInit:
    def __init__(self):
        self.x = 1

    def set(self):
        self.y = 2


@runs(())
def attribute_outside_init():
    a = AttributeOutsideInit()
    a.set()
    return a.x


class AttributeInBranch:
    def __init__(self, flag: bool):
        if flag:
            self.x = 1
        else:
            self.x = 2


@runs((True,))
def attribute_in_branch(flag: bool):
    return AttributeInBranch(flag).x


class ClassConstant:
    LIMIT = 3

    def __init__(self):
        self.x = 1

    def get(self) -> int:
        return self.x + self.LIMIT


@runs(())
def class_constant():
    return ClassConstant().get()


class HasFinal:
    LIMIT: torch.jit.Final[int] = 3

    def __init__(self):
        self.x = 1

    def get(self) -> int:
        return self.x


@runs(())
def class_with_final():
    return HasFinal().get()


class Ignoring:
    def __init__(self, x: int):
        self.x = x

    def get(self) -> int:
        return self.x

    @torch.jit.unused
    def python_only(self) -> int:
        return undefined_thing


@runs((1,))
def class_with_unused_method(x: int):
    return Ignoring(x).get()


class Manager:
    def __init__(self, log: List[int]):
        self.log = log

    def __enter__(self):
        self.log.append(1)
        return 10

    def __exit__(self, type, value, trace):
        self.log.append(2)


@runs(([],))
def with_statement(log: List[int]):
    with Manager(log) as m:
        log.append(m)
    return log


@runs(([],))
def with_nested(log: List[int]):
    with Manager(log) as m, Manager(log):
        log.append(m)
    return log


@runs(([],))
def with_return(log: List[int]):
    with Manager(log):
        return log


@runs(([1],))
def with_wrong_object(log: List[int]):
    with log:
        pass
    return log


class NoExit:
    def __init__(self):
        self.x = 1

    def __enter__(self):
        return 1


@runs(([1],))
def with_no_exit(log: List[int]):
    with NoExit():
        pass
    return log
