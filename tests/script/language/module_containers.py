"""Containers of modules, hooks, training."""

# ruff: noqa

from typing import Dict, Final, List, NamedTuple, Optional, Tuple

import rushlight as torch
import rushlight.nn as nn
import rushlight.nn.functional as F
from rushlight import Tensor

X = torch.arange(6.0).reshape(2, 3)


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
