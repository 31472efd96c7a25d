"""Members of modules: lookups, functions, submodules, inheritance, overloads, saving."""

# ruff: noqa

from typing import Dict, Final, List, NamedTuple, Optional, Tuple

import rushlight as torch
import rushlight.nn as nn
import rushlight.nn.functional as F
from rushlight import Tensor

X = torch.arange(6.0).reshape(2, 3)


@builds((X,))
def hasattr_module():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = 1

        def forward(self, x):
            if hasattr(self, "a"):
                x = x + self.a
            if hasattr(self, "b"):
                x = x + self.b
            return x

    return M()


@builds((X,))
def getattr_module():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = 1

        def forward(self, x):
            return x + getattr(self, "a") + getattr(self, "missing", 5)

    return M()


@builds((X,))
def unknown_attribute():
    class M(nn.Module):
        def forward(self, x):
            return x + self.nothing

    return M()


@builds((X,))
def attribute_without_type():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = object()

        def forward(self, x):
            return x + self.a

    return M()


@builds((X,))
def attribute_without_type_unused():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = object()

        def forward(self, x):
            return x

    return M()


@builds((X,))
def attribute_empty_list():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = []

        def forward(self, x):
            return x, self.a

    return M()


@builds((X,))
def attribute_set_in_forward():
    class M(nn.Module):
        def forward(self, x):
            self.a = x
            return x

    return M()


@builds((X,))
def function_attribute():
    def helper(x):
        return x * 2

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.f = helper
            self.g = torch.relu
            self.h = F.softmax

        def forward(self, x):
            return self.f(x) + self.g(x) + self.h(x, 1)

    return M()


@builds((X,))
def submodule_method():
    class Inner(nn.Module):
        def forward(self, x):
            return x

        def other(self, x):
            return x * 3

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def forward(self, x):
            return self.inner.other(x)

    return M()


@builds((X,))
def submodule_attribute():
    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.k = 4
            self.weight = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return x

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def forward(self, x):
            return x * self.inner.k + self.inner.weight

    return M()


@builds((X,))
def submodule_attribute_written():
    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.k = 4

        def forward(self, x):
            return x * self.k

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def forward(self, x):
            self.inner.k = 7
            return self.inner(x)

    return M()


@builds((X,))
def submodule_none():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = None

        def forward(self, x):
            if self.down is not None:
                x = self.down(x)
            return x

    return M()


@builds((X,))
def submodule_shared():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ReLU()
            self.b = self.a

        def forward(self, x):
            return self.a(x) + self.b(x)

    return M()


@builds((X,))
def same_class_two_types():
    class Inner(nn.Module):
        def __init__(self, k):
            super().__init__()
            self.k = k

        def forward(self, x):
            return x * self.k

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = Inner(1)
            self.b = Inner(2.5)

        def forward(self, x):
            return self.a(x) + self.b(x)

    return M()


@builds((X,))
def nested_modules():
    class Block(nn.Module):
        def __init__(self, act):
            super().__init__()
            self.act = act
            self.norm = nn.LayerNorm(3)

        def forward(self, x):
            return x + self.act(self.norm(x))

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.Sequential(Block(nn.ReLU()), Block(nn.GELU()))

        def forward(self, x):
            return self.blocks(x)

    return M()


@builds((X,))
def inherited_module():
    class Base(nn.Module):
        def __init__(self):
            super().__init__()
            self.k = 2

        def forward(self, x):
            return self.inner(x) * self.k

        def inner(self, x):
            return x

    class M(Base):
        def inner(self, x):
            return x + 10

    return M()


@builds((X,))
def super_call():
    class Base(nn.Module):
        def forward(self, x):
            return x * 2

    class M(Base):
        def forward(self, x):
            return super().forward(x) + 1

    return M()


@builds((X,))
def module_argument():
    class M(nn.Module):
        def forward(self, x, act: nn.Module):
            return act(x)

    return M()


@builds((X,))
def named_tuple_result():
    class Out(NamedTuple):
        a: Tensor
        b: Optional[Tensor]

    class M(nn.Module):
        def forward(self, x) -> Out:
            return Out(x, None)

    return M()


@builds((X,))
def dict_result():
    class M(nn.Module):
        def forward(self, x) -> Dict[str, Tensor]:
            return {"a": x, "b": x + 1}

    return M()


@builds((X,))
def calls_itself():
    class M(nn.Module):
        def forward(self, x, n: int = 3):
            if n > 0:
                return self.forward(x, n - 1)
            return x

    return M()


@builds((X,))
def overloaded_method():
    class M(nn.Module):
        @torch.jit._overload_method
        def pick(self, x: int) -> int:
            pass

        @torch.jit._overload_method
        def pick(self, x: Tensor) -> Tensor:
            pass

        def pick(self, x):
            return x + x

        def forward(self, x):
            return self.pick(x) + self.pick(3)

    return M()


@builds((X,))
def modules_called_explicitly():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, x):
            return self.act.forward(x)

    return M()


@builds((X,))
def iterating_named_children():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ReLU()
            self.b = nn.Tanh()

        def forward(self, x):
            for name, child in self.named_children():
                x = child(x) + len(name)
            return x

    return M()


@builds((X,))
def iterating_children():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ReLU()
            self.b = nn.Tanh()

        def forward(self, x):
            for child in self.children():
                x = child(x)
            return x

    return M()


@builds((X,))
def iterating_parameters():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(3))

        def forward(self, x):
            for p in self.parameters():
                x = x * p
            return x

    return M()


@builds((X,))
def iterating_named_parameters():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(3))

        def forward(self, x):
            for name, p in self.named_parameters():
                x = x * p + len(name)
            return x

    return M()


@builds((X,))
def conditional_submodule():
    class M(nn.Module):
        def __init__(self, deep: bool):
            super().__init__()
            self.deep = deep
            if deep:
                self.extra = nn.Tanh()

        def forward(self, x):
            if self.deep:
                x = self.extra(x)
            return x

    return M(False)


@builds((X,))
def conditional_submodule_constant():
    class M(nn.Module):
        deep: Final[bool]

        def __init__(self, deep: bool):
            super().__init__()
            self.deep = deep
            if deep:
                self.extra = nn.Tanh()

        def forward(self, x):
            if self.deep:
                x = self.extra(x)
            return x

    return M(False)


@builds((X,))
def no_forward():
    class M(nn.Module):
        @torch.jit.export
        def go(self, x):
            return x

    return M()


@builds((X,))
def scripted_submodule():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = torch.jit.script(nn.ReLU())

        def forward(self, x):
            return self.act(x)

    return M()


@builds()
def module_class():
    class M(nn.Module):
        def forward(self, x):
            return x

    return M


@builds((X,))
def without_super_init():
    class M(nn.Module):
        def __init__(self):
            pass

        def forward(self, x):
            return x

    return M()


@builds((X,))
def getstate_setstate():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.k = 3

        @torch.jit.export
        def __getstate__(self):
            return (self.k, self.training)

        @torch.jit.export
        def __setstate__(self, state: Tuple[int, bool]):
            self.k = state[0]
            self.training = state[1]

        def forward(self, x):
            return x * self.k

    return M()


@builds((X,))
def forked_method():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.ReLU()

        def part(self, x):
            return x * 2

        def forward(self, x):
            a = torch.jit.fork(self.part, x)
            b = torch.jit.fork(self.act, x)
            return torch.jit.wait(a) + torch.jit.wait(b)

    return M()


@builds((X,))
def calls_global_function():
    class M(nn.Module):
        def forward(self, x):
            return shift(x, by=2.0)

    return M()


def shift(x, by: float = 1.0):
    return x + by


@builds((X,))
def apply_of_children():
    class M(nn.Module):
        def forward(self, x):
            self.apply(x)
            return x

    return M()
