"""Modules. Read by the compiler as a user's program; `rushlight` stands for either library."""

import math
from typing import Dict, Final, List, Optional, Tuple

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn


def scale(x, k: float = 2.0):
    return x * k


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 3, padding=1)
        self.bn = nn.BatchNorm2d(o)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(Block(1, 4), Block(4, 4), nn.MaxPool2d(2))
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.flat = nn.Flatten()
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(4, 10)

    def forward(self, x):
        x = self.features(x)
        x = self.pool(x)
        x = self.flat(x)
        x = self.drop(x)
        return F.log_softmax(self.fc(x), dim=1)


class Mlp(nn.Module):
    __constants__ = ["depth"]

    def __init__(self):
        super().__init__()
        self.depth = 3
        self.scale = 0.5
        self.name = "mlp"
        self.sizes = [1, 2, 3]
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.register_buffer("count", torch.zeros(1))
        self.extra = None
        self.opt: Optional[int] = 3

    def helper(self, x, k: int = 1):
        return x + k

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = torch.relu(layer(x))
            if i == 1:
                x = x + 1
        for j in range(self.depth):
            x = x * self.scale
        x = self.layers[0](x)
        x = self.layers[-1](x)
        if self.training:
            x = x + 1
        if self.extra is not None:
            x = x + self.extra
        o = self.opt
        if o is not None:
            x = x + o
        self.count += 1
        self.scale = 0.25
        x = scale(x)
        x = scale(x, k=3.0)
        x = self.helper(x)
        x = self.helper(x, k=2) * math.pi
        if x.sum() > 0:
            x = x * 2
        else:
            x = -x
        return x, self.sizes, self.name, len(self.layers)


class Exports(nn.Module):
    K: Final[int]
    names: List[str]

    def __init__(self):
        super().__init__()
        self.K = 4
        self.names = ["a"]
        self.w = nn.Parameter(torch.ones(3))
        self.register_parameter("b", None)
        self.seq = nn.Sequential(nn.Linear(3, 3), nn.GELU())

    def forward(self, x, y: Optional[torch.Tensor] = None):
        if self.b is not None:
            x = x + self.b
        if y is None:
            y = x
        return self.seq(x) * self.w + y * self.K

    @torch.jit.export
    def other(self, x: torch.Tensor, n: int) -> torch.Tensor:
        self.names.append("b")
        return self.forward(x, None) * n

    @torch.jit.ignore
    def left_to_python(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.unused
    def never_called(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def third(self, x):
        for m in self.seq:
            x = m(x)
        if self.training:
            return self.never_called(x)
        return x

    @property
    def prop(self) -> int:
        return self.K + 1

    @staticmethod
    def plus_one(x):
        return x + 1

    @torch.jit.export
    def fourth(self, x):
        return self.plus_one(x) + self.prop


@torch.jit.interface
class Shaped(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Times(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.k = k

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.k


def hook(self, input: Tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
    return output + 1


def prehook(self, input: Tuple[torch.Tensor]) -> Tuple[torch.Tensor]:
    return (input[0] * 2,)


class Attributes(nn.Module):
    table: Dict[str, int]
    names: List[str]
    last: Optional[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.fn = F.relu
        self.act = torch.tanh
        self.table = {"a": 1}
        self.names = []
        self.t = (1, "a")
        self.dev = torch.device("cpu")
        self.bad = object()
        self.f = 1.5
        self.subs = nn.ModuleList([Times(1), Times(2.5), Times(2)])
        self.seq = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
        self.last = None
        self.hooked = Times(3)
        self.hooked.register_forward_hook(hook)
        self.hooked.register_forward_pre_hook(prehook)

    def reset(self):
        self.f = 0.0

    def forward(self, x):
        x = self.fn(x)
        x = self.act(x)
        x = x + self.table["a"] + self.t[0]
        self.names.append("q")
        for i, s in enumerate(self.subs):
            x = s(x) + i
        for s, m in zip(self.subs, self.seq):
            x = m(s(x))
        x = self.seq[0](x)
        for rest in self.seq[1:]:
            x = rest.forward(x)
        y = self.last
        if y is not None:
            x = x + y
        self.last = x
        self.reset()
        x = self.hooked(x)
        if hasattr(self, "nope"):
            x = self.nope(x)
        if hasattr(self, "f"):
            x = x * 2
        return x, len(self.subs), len(self.seq)


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)

    def forward(self, x):
        return self.compute(x)

    def compute(self, x):
        return self.lin(x)


class Derived(Base):
    def compute(self, x):
        return self.lin(x) + 1


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Base()
        self.b = Derived()
        self.c = Base()
        self.lists = nn.ModuleList([nn.ModuleList([nn.Linear(2, 2)]), nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])])

    def forward(self, x, flag: bool = False, *, k: int):
        for modules in self.lists:
            for m in modules:
                x = m(x)
        return self.c(self.b(self.a(x))) * k


class Properties(nn.Module):
    def __init__(self):
        super().__init__()
        self.val = 1

    @property
    def v(self) -> int:
        return self.val

    @v.setter
    def v(self, value: int):
        self.val = value

    def forward(self, x):
        self.v = 3
        return x + self.v

    @torch.jit.export
    def __getstate__(self):
        return (self.val, self.training)

    @torch.jit.export
    def __setstate__(self, state: Tuple[int, bool]):
        self.val = state[0]
        self.training = state[1]


class WithoutForward(nn.Module):
    @torch.jit.export
    def go(self, x):
        return x


def instances():
    torch.manual_seed(0)
    made = [ConvNet(), Mlp(), Exports(), Attributes(), Nested(), Properties(), WithoutForward(), Base(), Derived()]
    layers = [
        nn.Linear(2, 3),
        nn.Linear(2, 2, bias=False),
        nn.Conv2d(1, 2, 3),
        nn.Conv2d(2, 2, 3, padding="same"),
        nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect"),
        nn.BatchNorm2d(2),
        nn.BatchNorm2d(2, affine=False, track_running_stats=False),
        nn.ReLU(),
        nn.ReLU(True),
        nn.GELU(),
        nn.Tanh(),
        nn.Sigmoid(),
        nn.Softmax(1),
        nn.LogSoftmax(1),
        nn.MaxPool2d(2),
        nn.MaxPool2d(2, return_indices=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(),
        nn.Dropout(0.5, True),
        nn.Sequential(nn.Linear(1, 1)),
    ]
    return {f"{type(m).__name__}-{number}": m for number, m in enumerate(made + layers)}


def inputs():
    """Arguments of `forward` of the modules that have some of their own."""
    two = torch.tensor([[1.0, -2.0], [0.5, 3.0]])
    return {
        "ConvNet": (torch.arange(0, 64, dtype=torch.float32).view(1, 1, 8, 8) / 64,),
        "Mlp": (torch.tensor([[1.0, -2.0, 0.5, 2.0]]),),
        "Exports": (torch.tensor([[1.0, -2.0, 0.5]]),),
        "Attributes": (two,),
        "Nested": (two, False),
        "Properties": (two,),
        "Base": (two,),
        "Derived": (two,),
    }
