"""The same source, scripted here and by PyTorch, is saved as the same code, byte for byte."""

from __future__ import annotations

import importlib.util
import io
import re
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

MANGLED = re.compile(r"[./]___torch_mangle_\d+")
HEAD = """from enum import Enum
from typing import Dict, Final, List, NamedTuple, Optional, Tuple, Union
import torch
from torch import Tensor, nn
from torch.nn import functional as F

"""

PROGRAMS = {
    "arithmetic": """
class Net(nn.Module):
    def forward(self, x, n: int, s: float):
        y = x + n * 2 - 1.5
        z = (y / 3).relu() * s
        m = n // 2 + n % 3
        return z.sum() + m, -y, y > 0, n > 3, x * x.mean(0, keepdim=True), s ** 2.0
""",
    "optional values that loops carry": """
class Net(nn.Module):
    def forward(self, x, o: Optional[int], u: Union[int, str], l: List[Optional[int]]):
        for i in range(x.size(0)):
            o = i if i > 2 else None
        n = 3
        while n > 0:
            n -= 1
            u = "a"
        p = l[0]
        for i in range(len(l)):
            p = l[i]
        return o, u, p
""",
    "branches": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        self.register_buffer("mean", torch.zeros(2))
    def forward(self, x, o: Optional[Tensor]=None, n: int=3):
        y = (x - self.mean) * self.scale
        if o is not None:
            y = y + o
        elif n > 3:
            y = y * n
        else:
            if n == 2:
                y = y - 1
        if y.sum() > 0 and n > 1:
            y = y.relu()
        return y
""",
    "loops": """
class Net(nn.Module):
    def forward(self, x, n: int):
        for i in range(n):
            x = x + i
            if i > 5:
                break
        while bool(x.sum() > 10):
            x = x / 2
        total = 0
        for a in [1, 2, 3]:
            if a == 2:
                continue
            total += a
        return x, total
""",
    "early": """
def early(x, n: int):
    if n > 3:
        return x
    for i in range(n):
        x = x + i
        if i == 2:
            return x * 2
    return x - 1

class Net(nn.Module):
    def forward(self, x, n: int):
        y = early(x, n)
        if n < 0:
            raise ValueError(f"n is {n}, which is negative")
        assert n < 100, "n is too large to be true"
        return y
""",
    "methods": """
class Net(nn.Module):
    def forward(self, x):
        return self.helper(x, k=2)
    def helper(self, x, k: int, scale: float=0.5):
        return x * k * scale
    @torch.jit.export
    def other(self, x: Tensor, names: List[str]) -> Tuple[Tensor, int]:
        count = 0
        for name in names:
            count += len(name)
        return x + count, count
""",
    "containers": """
class Block(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.lin = nn.Linear(n, n)
    def forward(self, x):
        return F.relu(self.lin(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), Block(4))
        self.rest = nn.ModuleList([Block(4), Block(4), nn.Linear(4, 2)])
    def forward(self, x):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x
""",
    "cnn": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Conv2d(8, 8, 3), nn.GELU(), nn.AdaptiveAvgPool2d((2, 2)), nn.Dropout(0.25), nn.Flatten(),
        )
        self.head = nn.Linear(32, 10)
        self.soft = nn.Softmax(dim=1)
    def forward(self, x):
        return self.soft(self.head(self.features(x)))
""",
    "collections": """
class Net(nn.Module):
    def forward(self, x, t: Tuple[Tensor, int]):
        a, b = t
        l: List[int] = []
        l.append(b)
        d: Dict[str, Tensor] = {}
        d["x"] = x
        k = [x, a]
        m = {"a": x, "b": a}
        e: List[Optional[int]] = [None, b]
        s = "{} and {}".format(b, len(l))
        return torch.cat(k, 1), torch.stack([x, a]), d, m, e, s, (x, (b, 1.0)), l[0], k[-1], t[1]
""",
    "indexing": """
class Net(nn.Module):
    def forward(self, x, i: int):
        y = x[0]
        z = x[:, 1:, None]
        w = x[..., -1]
        v = x[i, 0:2]
        x[0] = 1
        return y, z, w, v, x.view(-1), x.reshape(2, -1), x.transpose(0, 1), x.permute(1, 0), x.flatten(1), x.squeeze(0).unsqueeze(1)
""",
    "functional": """
class Net(nn.Module):
    def forward(self, x):
        a = F.softmax(x, dim=-1)
        b = F.log_softmax(x, 1)
        c = F.dropout(F.gelu(x), 0.5, self.training)
        d = F.max_pool2d(x, 2)
        e = F.avg_pool2d(x, 3, stride=1)
        f = F.adaptive_avg_pool2d(x, 1)
        return a, b, c, d, e, f, F.relu(x), torch.sigmoid(x), torch.tanh(x)
""",
    "attributes": """
class Net(nn.Module):
    size: Final[int]
    names: List[str]
    bias: Optional[Tensor]
    def __init__(self):
        super().__init__()
        self.size = 3
        self.names = ["a", "b"]
        self.rate = 0.5
        self.count = 0
        self.table = {"a": 1}
        self.bias = None
        self.fixed = torch.ones(2)
    def forward(self, x):
        bias = self.bias
        if bias is not None:
            x = x + bias
        self.count += 1
        return x * self.size * self.rate + self.fixed, self.names[0], self.table["a"]
""",
    "tensors": """
class Net(nn.Module):
    def forward(self, x, n: int):
        z = torch.zeros(2, 3, dtype=torch.float32)
        o = torch.ones(n)
        a = torch.arange(n)
        f = torch.full([2], 1.5)
        y = x.to(torch.float64).float()
        m, i = torch.max(x, 1)
        k = x.argmax(1)
        return z, o, a, f, y, m, i, k, x.size(0), x.shape, x.dim(), x.item(), x.numel(), x.dtype == torch.float32
""",
    "strings": """
class Net(nn.Module):
    def forward(self, x, n: int):
        text = "a long constant that does not fit into a line of forty characters"
        other = f"{n} of {x}"
        print(text, other, n)
        print(text)
        if n > 2:
            raise RuntimeError(text)
        return text + other
""",
    "classes": """
class Color(Enum):
    RED = 1
    BLUE = 2

class Pair(NamedTuple):
    a: int
    b: Tensor

@torch.jit.script
class Point:
    def __init__(self, x: int):
        self.x = x
    def shifted(self, n: int) -> int:
        return self.x + n

class Net(nn.Module):
    def forward(self, x, c: Color, p: Pair, u: Union[int, Tensor]):
        if c == Color.RED:
            x = x + p.a
        point = Point(2)
        point.x = 4
        if isinstance(u, int):
            x = x + u
        return x + point.shifted(1), Pair(1, x), c.value
""",
    "comprehensions": """
class Net(nn.Module):
    def forward(self, x, l: List[int], d: Dict[str, int]):
        a = [i * 2 for i in l]
        b = {str(i): i for i in l}
        c = sum([i for i in a])
        for k, v in d.items():
            c += v
        for i, (p, q) in enumerate(zip(l, a)):
            c += i * p + q
        for k in d:
            c += len(k)
        for row in x:
            c += int(row.sum())
        return a, b, c, "a" in d, 3 in l, len(d), max(l), min(c, 3), sorted(l), l[1:], l[::2], [l, a], list(range(3))
""",
    "mutation": """
class Net(nn.Module):
    def forward(self, x, l: List[int], d: Dict[str, List[int]]):
        x += 1
        x[0] = 3
        x[0, 1:] *= 2
        l[0] += 5
        d["a"] = l
        d["a"].append(3)
        del d["b"]
        y = x
        y -= 1
        y.add_(2).mul_(3)
        a, b = b, a = x, y
        return a, b, l, d
""",
    "conditions": """
class Net(nn.Module):
    def forward(self, x, n: int, o: Optional[int], b: bool):
        m = n if n > 3 else 2
        if not b or (n > 2 and n < 10 and o is not None):
            m += 1
        k = o if o is not None else 0
        if o is None:
            o = 4
        if 0 < n <= 10 and x.sum() > 0:
            m *= 2
        while n > 0 and b:
            n -= 1
            if n == 3:
                continue
            m += n
        while True:
            m -= 1
            if m < 0:
                break
        return m, k, o, b != (n == 2), x if b else x + 1
""",
    "names": """
def helper(x, scale: float=1e-5, flag: bool=True, name: str="a", o: Optional[int]=None):
    return x * scale

class Net(nn.Module):
    def forward(self, input, as_: int, _1: int):
        y = input + as_
        y0 = y * 2
        y = y0 + y
        y = y.relu() + y0
        y0 = y.relu() + y
        print(y, y0)
        aten = y + _1
        out = aten * helper(aten) * helper(y, 2.0, flag=False)
        return out + aten
    @torch.jit.export
    def second(self, x: Tensor):
        y = x + 1
        print(y)
        y = y * 2
        print(y)
        return y
""",
    "deep": """
class Leaf(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n
        self.weight = nn.Parameter(torch.ones(n))
    def forward(self, x, scale: float=1.0):
        return x * self.weight * scale

class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Leaf(2)
        self.b = Leaf(3)
        self.c = Leaf(2)
    def forward(self, x):
        return self.c(self.a(x, 2.0), scale=3.0), self.b.weight, self.a.n

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.stack = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU()))
    def forward(self, x):
        y, w, n = self.inner(x)
        return self.stack(y) + w.sum() + n + len(self.stack)
""",
    "dtypes": """
class Net(nn.Module):
    def forward(self, x, n: int, f: float):
        a = x.to(torch.int64) + torch.tensor(3)
        b = torch.tensor([1.0, 2.0], dtype=torch.float64)
        c = torch.zeros([n, 2], dtype=x.dtype, device=x.device)
        d = float(n) * 2.5 + int(f) + float("inf")
        return a, b, c, d, -1, -2.5, 1e9 > f, 1e-7, n / 2, n ** 2, abs(n), round(f), x.float().double(), bool(n), str(f)
""",
}


def load(name: str, text: str, folder: Path) -> ModuleType:
    """The module that a program's text defines, under the same name whatever runs it."""
    folder.mkdir()
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def files(archive: bytes) -> list[tuple[str, str]]:
    """Paths and texts in order, without what tells classes of one name apart: PyTorch counts those through the whole process."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        names = [name for name in opened.namelist() if name.endswith(".py")]
        texts = [(name.partition("/")[2], opened.read(name).decode()) for name in names]
    return [(MANGLED.sub("", path), _sorted_constants(MANGLED.sub("", text))) for path, text in texts]


def _sorted_constants(text: str) -> str:
    # PyTorch keeps the names of constants in a set, so their order changes from process to process
    return re.sub(r"(?:  \w+ : Final\[.*\n)+", lambda match: "".join(sorted(match.group().splitlines(True))), text)


@pytest.fixture(autouse=True)
def no_classes() -> None:
    """PyTorch forgets its classes: it renames, and writes to a file of its own, whatever has the name of one it knows."""
    torch._C._jit_clear_class_registry()
    torch.jit._state._clear_class_state()
    torch.jit._recursive.concrete_type_store = torch.jit._recursive.ConcreteTypeStore()


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_code(name: str, tmp_path: Path) -> None:
    text = HEAD + PROGRAMS[name]
    ours = text.replace("import torch\n", "import rushlight as torch\n").replace("from torch", "from rushlight")
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(load(f"program_{name}", text, tmp_path / "torch").Net()), buffer)
    written = io.BytesIO()
    rl.jit.save(rl.jit.script(load(f"program_{name}", ours, tmp_path / "ours").Net()), written)
    assert files(written.getvalue()) == files(buffer.getvalue())
