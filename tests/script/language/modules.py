"""Modules: attributes, parameters, buffers, constants, methods, properties."""

# ruff: noqa

from typing import Dict, Final, List, NamedTuple, Optional, Tuple

import rushlight as torch
import rushlight.nn as nn
import rushlight.nn.functional as F
from rushlight import Tensor

X = torch.arange(6.0).reshape(2, 3)


@builds((X,))
def linear_only():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4, 3))
            self.bias = nn.Parameter(torch.arange(4.0))

        def forward(self, x):
            return F.linear(x, self.weight, self.bias)

    return M()


@builds((X,))
def submodule():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, x):
            return self.act(x - 2)

    return M()


@builds((X,))
def buffers():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.zeros(1))
            self.register_buffer("nothing", None)

        def forward(self, x):
            self.count += 1
            return x * self.count

    return M()


@builds((X,))
def buffer_replaced():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("state", torch.zeros(2, 3))

        def forward(self, x):
            self.state = self.state + x
            return self.state

    return M()


@builds((X,))
def parameter_none():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(3))
            self.register_parameter("bias", None)

        def forward(self, x):
            x = x * self.weight
            if self.bias is not None:
                x = x + self.bias
            return x

    return M()


@builds((X,))
def plain_attributes():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.k = 3
            self.f = 0.5
            self.name = "a"
            self.flag = True
            self.sizes = [1, 2]
            self.table = {"a": 1}
            self.pair = (1, "x")

        def forward(self, x):
            if self.flag:
                x = x * self.k + self.f
            return x, self.name, self.sizes, self.table, self.pair

    return M()


@builds((X,))
def attribute_changed():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0
            self.log: List[int] = []

        def forward(self, x):
            self.calls += 1
            self.log.append(self.calls)
            return x, self.calls, self.log

    return M()


@builds((X,))
def annotated_attributes():
    class M(nn.Module):
        log: List[int]
        cache: Optional[Tensor]

        def __init__(self):
            super().__init__()
            self.log = []
            self.cache = None

        def forward(self, x):
            cache = self.cache
            if cache is None:
                self.cache = x
                return x
            self.log.append(1)
            return cache + x

    return M()


@builds((X,))
def attribute_class():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.log = torch.jit.Attribute([], List[int])
            self.state = torch.jit.Attribute({}, Dict[str, Tensor])

        def forward(self, x):
            self.log.append(3)
            self.state["x"] = x
            return self.log, self.state["x"]

    return M()


@builds((X,))
def constants_list():
    class M(nn.Module):
        __constants__ = ["k", "flag", "pair"]

        def __init__(self):
            super().__init__()
            self.k = 3
            self.flag = False
            self.pair = (1, 2)

        def forward(self, x):
            if self.flag:
                x = undefined_thing(x)
            for p in self.pair:
                x = x + p
            return x * self.k

    return M()


@builds((X,))
def constants_final():
    class M(nn.Module):
        k: Final[int]
        flag: Final[bool]

        def __init__(self):
            super().__init__()
            self.k = 3
            self.flag = False

        def forward(self, x):
            if self.flag:
                x = undefined_thing(x)
            return x * self.k

    return M()


@builds((X,))
def constants_jit_final():
    class M(nn.Module):
        k: torch.jit.Final[int]

        def __init__(self):
            super().__init__()
            self.k = 3

        def forward(self, x):
            return x * self.k

    return M()


@builds((X,))
def constant_written():
    class M(nn.Module):
        __constants__ = ["k"]

        def __init__(self):
            super().__init__()
            self.k = 3

        def forward(self, x):
            self.k = 4
            return x * self.k

    return M()


@builds((X,))
def class_attribute():
    class M(nn.Module):
        SCALE = 4

        def forward(self, x):
            return x * self.SCALE

    return M()


@builds((X,))
def helper_methods():
    class M(nn.Module):
        def forward(self, x):
            return self.twice(x) + self.offset()

        def twice(self, x):
            return x * 2

        def offset(self) -> int:
            return 3

    return M()


@builds((X,))
def method_defaults():
    class M(nn.Module):
        def forward(self, x, k: int = 2, *, flag: bool = True):
            return self.helper(x, k=k) if flag else x

        def helper(self, x, k: int, j: float = 0.5):
            return x * k + j

    return M()


@builds((X,))
def exported():
    class M(nn.Module):
        def forward(self, x):
            return x + 1

        @torch.jit.export
        def other(self, x, k: int):
            return x * k

        def not_compiled(self, x):
            return undefined_thing(x)

    return M()


@builds((X,))
def ignored_method():
    class M(nn.Module):
        def forward(self, x):
            return self.python(x) + 1

        @torch.jit.ignore
        def python(self, x):
            return x * 10

    return M()


@builds((X,))
def unused_method():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.flag = False

        def forward(self, x):
            if self.flag:
                x = self.python(x)
            return x

        @torch.jit.unused
        def python(self, x):
            return undefined_thing(x)

    return M()


@builds((X,))
def ignored_attributes():
    class M(nn.Module):
        __jit_ignored_attributes__ = ["computed"]
        __jit_unused_properties__ = ["other"]

        def __init__(self):
            super().__init__()
            self.x = 2

        @property
        def computed(self):
            return undefined_thing

        @property
        def other(self):
            return undefined_thing

        def forward(self, x):
            return x * self.x

    return M()


@builds((X,))
def properties():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.k = 3

        @property
        def double(self) -> int:
            return self.k * 2

        @double.setter
        def double(self, value: int):
            self.k = value

        def forward(self, x):
            self.double = 5
            return x * self.double

    return M()


@builds((X,))
def static_methods():
    class M(nn.Module):
        @staticmethod
        def scale(x, k: int):
            return x * k

        def forward(self, x):
            return self.scale(x, 3) + M.scale(x, 1) if False else self.scale(x, 2)

    return M()
