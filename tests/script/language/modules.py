"""Modules: attributes, parameters, buffers, constants, methods, containers, hooks, properties, copying."""

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


@builds((X,))
def sequential():
    return nn.Sequential(nn.ReLU(), nn.Tanh())


@builds((X,))
def sequential_named():
    from collections import OrderedDict

    return nn.Sequential(OrderedDict([("a", nn.ReLU()), ("b", nn.Sigmoid())]))


@builds((X,))
def sequential_inside():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh(), nn.Identity()))

        def forward(self, x):
            for layer in self.net:
                x = layer(x)
            return x + len(self.net)

    return M()


@builds((X,))
def sequential_indexed():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())

        def forward(self, x):
            return self.net[0](x) + self.net[-1](x)

    return M()


@builds((X,))
def sequential_sliced():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())

        def forward(self, x):
            for layer in self.net[1:]:
                x = layer(x)
            return x

    return M()


@builds((X,))
def module_list():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.ReLU(), nn.Tanh()])

        def forward(self, x):
            for i, layer in enumerate(self.layers):
                x = layer(x) + i
            return x

    return M()


@builds((X,))
def module_list_zip():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([nn.ReLU(), nn.Tanh()])
            self.b = nn.ModuleList([nn.Sigmoid(), nn.ReLU()])

        def forward(self, x):
            for p, q in zip(self.a, self.b):
                x = p(x) + q(x)
            return x

    return M()


@builds((X,))
def module_list_reversed():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([nn.ReLU(), nn.Tanh()])

        def forward(self, x):
            for p in reversed(self.a):
                x = p(x)
            return x

    return M()


@builds((X,))
def module_list_variable_index():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([nn.ReLU(), nn.ReLU()])

        def forward(self, x, i: int = 1):
            return self.a[i](x)

    return M()


@builds((X,))
def module_list_index_interface():
    @torch.jit.interface
    class Layer(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            pass

    class Impl(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + 1

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([Impl(), Impl()])

        def forward(self, x, i: int = 1):
            layer: Layer = self.a[i]
            return layer.forward(x)

    return M()


@builds((X,))
def module_list_break():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([nn.ReLU(), nn.ReLU()])

        def forward(self, x):
            for m in self.a:
                if x.sum() > 0:
                    break
                x = m(x)
            return x

    return M()


@builds((X,))
def module_list_return():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([nn.ReLU(), nn.Tanh()])

        def forward(self, x):
            for m in self.a:
                x = m(x)
                if x.sum() > 3:
                    return x
            return x * 0

    return M()


@builds((X,))
def module_list_comprehension():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([nn.ReLU(), nn.Tanh()])

        def forward(self, x):
            return torch.stack([m(x) for m in self.a])

    return M()


@builds((X,))
def module_list_len_condition():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.ModuleList([])
            self.n = 2

        def forward(self, x):
            for m in self.a:
                x = m(x)
            if len(self.a) > 0:
                x = x + 100
            return x

    return M()


@builds((X,))
def module_dict():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.d = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})

        def forward(self, x):
            for key, m in self.d.items():
                x = m(x) + len(key)
            for key in self.d.keys():
                x = x + len(key)
            for m in self.d.values():
                x = m(x)
            return self.d["a"](x)

    return M()


@builds((X,))
def module_dict_contains():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.d = nn.ModuleDict({"a": nn.ReLU()})

        def forward(self, x):
            if "a" in self.d:
                x = self.d["a"](x)
            if "b" in self.d:
                x = x + 5
            return x, len(self.d)

    return M()


@builds((X,))
def module_dict_variable_key():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.d = nn.ModuleDict({"a": nn.ReLU()})

        def forward(self, x, key: str = "a"):
            return self.d[key](x)

    return M()


@builds((X,))
def module_dict_iterated():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.d = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})

        def forward(self, x):
            out = ""
            for key in self.d:
                out = out + key
            return x, out

    return M()


@builds((X,))
def parameter_list():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.p = nn.ParameterList([nn.Parameter(torch.ones(3)), nn.Parameter(torch.arange(3.0))])

        def forward(self, x):
            for p in self.p:
                x = x * p
            return x + self.p[0], len(self.p)

    return M()


@builds((X,))
def parameter_dict():
    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.p = nn.ParameterDict({"a": nn.Parameter(torch.ones(3))})

        def forward(self, x):
            return x + self.p["a"]

    return M()


@builds((X,))
def forward_hooks():
    class M(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 2

    def before(self, input: Tuple[Tensor]) -> Tuple[Tensor]:
        return (input[0] + 1,)

    def after(self, input: Tuple[Tensor], output: Tensor) -> Tensor:
        return output * 10

    m = M()
    m.register_forward_pre_hook(before)
    m.register_forward_hook(after)
    return m


@builds((X,))
def hooks_wrong_signature():
    class M(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 2

    def before(self, input: Tuple[int]) -> Tuple[Tensor]:
        return (input[0] + 1,)

    m = M()
    m.register_forward_pre_hook(before)
    return m


@builds((X,))
def training_flag():
    class M(nn.Module):
        def forward(self, x):
            if self.training:
                return x + 1
            return x

    return M().eval()


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
