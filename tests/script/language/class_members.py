"""TorchScript classes: what `dataclasses` writes, class methods, order, objects and interfaces as members of modules."""

# ruff: noqa

from dataclasses import InitVar, dataclass, field
from typing import List, Optional, Tuple

import rushlight as torch
from rushlight import Tensor


@torch.jit.script
@dataclass(order=True)
class Version:
    major: int
    minor: int = 0
    note: Optional[str] = None

    def __post_init__(self):
        self.minor += 1


@torch.jit.script
@dataclass
class Padded:
    size: int
    extra: InitVar[int]

    def __post_init__(self, extra: int):
        self.size += extra


@dataclass
class Met:
    size: int


@runs((1,))
def dataclass_met_in_program(a: int) -> int:
    return Met(a).size


class Base:
    def __init__(self, a: int):
        self.a = a

    def plain(self) -> int:
        return self.a


class Overriding(Base):
    def __init__(self, a: int):
        self.a = a * 2

    def plain(self) -> int:
        return self.a + 1


@runs((1,))
def class_with_base_that_has_all_it_needs(a: int) -> int:
    return Overriding(a).plain()


@runs((1, 2), (2, 1))
def dataclass_compared(a: int, b: int) -> List[bool]:
    x = Version(a, b)
    y = Version(2)
    return [x == y, x != y, x < y, x <= y, x > y, x >= y]


@runs((1, 2))
def dataclass_fields(a: int, b: int) -> Tuple[int, int]:
    x = Version(a, minor=b, note="n")
    return x.major * 100 + x.minor, Padded(a, b).size


@builds(())
def dataclass_default_factory():
    @torch.jit.script
    @dataclass
    class Defaulted:
        items: List[int] = field(default_factory=list)

    return Defaulted


class Made:
    def __init__(self, a: int):
        self.a = a

    @classmethod
    def create(cls, a: int) -> "Made":
        return cls(a + 1)


@runs((1,))
def class_method_of_object(a: int) -> int:
    return Made(a).create(5).a


class Ranked:
    def __init__(self, rank: int):
        self.rank = rank

    def __lt__(self, other: "Ranked") -> bool:
        return self.rank < other.rank


class Unordered:
    def __init__(self, rank: int):
        self.rank = rank


@runs(([3, 1, 2],), ([],))
def objects_sorted(ranks: List[int]) -> Tuple[List[int], List[int]]:
    objects = [Ranked(rank) for rank in ranks]
    up = [one.rank for one in sorted(objects)]
    objects.sort(reverse=True)
    return up, [one.rank for one in objects]


@runs(([3, 1, 2],))
def objects_without_order_sorted(ranks: List[int]) -> int:
    objects = [Unordered(rank) for rank in ranks]
    objects.sort()
    return objects[0].rank


@runs(())
def class_variable_read() -> int:
    return Counted().limit


class Counted:
    limit: int = 3

    def __init__(self):
        self.n = 0


class Partly:
    def __init__(self):
        self.count = 0

    def used(self) -> int:
        self.count += 1
        return self.count

    @torch.jit.unused
    def left(self, x: int, **kwargs) -> int:
        return next(iter([x]))


@runs((1,), (0,))
def unused_method_of_class(a: int) -> int:
    p = Partly()
    return p.used() if a else p.left(a)


@builds((1,))
def local_class_in_annotation():
    class Leaf:
        def __init__(self, x: int):
            self.x = x

    @torch.jit.script
    class Tree:
        def __init__(self, x: int):
            self.leaf = Leaf(x)

        def put(self, leaf: Leaf) -> None:
            self.leaf = leaf

    def f(a: int) -> int:
        t = Tree(a)
        t.put(Leaf(a + 1))
        return t.leaf.x

    return f


@builds((torch.ones(2),))
def object_as_attribute():
    class Scaler:
        def __init__(self, k: int):
            self.k = k

        def scale(self, x: Tensor) -> Tensor:
            return x * self.k

    class M(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scaler = Scaler(3)

        def forward(self, x):
            return self.scaler.scale(x)

    return M()


@builds((torch.ones(2),))
def object_attribute_of_wrong_type():
    class Holder:
        def __init__(self, value):
            self.value = value

    class M(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.holder = Holder("1")

        def forward(self, x):
            return self.holder.value

    return M()


@builds((torch.ones(2),))
def interface_called():
    @torch.jit.interface
    class Layer(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            pass

    class Double(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 2

    class M(torch.nn.Module):
        layer: Layer

        def __init__(self):
            super().__init__()
            self.layer = Double()

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x) + self.layer.forward(x)

    return M()


@runs((torch.ones(2), 1))
def names_of_type_comments(x, y):
    # type: (Tensor, int) -> Tensor
    return x + y
