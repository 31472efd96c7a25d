"""Blocks of autocast in archives: the operators that get casts, and results in PyTorch's dtypes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight.script.passes.autocast import FULL, FULL_ON_CUDA, REDUCED

torch = pytest.importorskip("torch")


class Mixed(torch.nn.Module):
    """Blocks inside of each other, in branches and around loops and methods."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)
        self.convolution = torch.nn.Conv2d(1, 2, 3, bias=False)
        self.norm = torch.nn.LayerNorm(4)

    def product(self, x: torch.Tensor) -> torch.Tensor:
        return torch.exp(torch.mm(x, x))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            low = self.linear(x)
            with torch.autocast("cpu", enabled=False):
                full = self.linear(x)
            wide = torch.exp(low) + x
            if x.sum() > 0:
                chosen = torch.softmax(torch.mm(x, x), 0, dtype=torch.float64)
            else:
                chosen = torch.mm(low, low).softmax(-1)
            called = self.product(x)
            looped = self.convolution(x[None, None])
            for _ in range(3):
                looped = looped * 2 + torch.cumsum(looped, 0)
            with torch.cuda.amp.autocast():
                both = torch.softmax(low, 0)
            normed = self.norm(low)
        return [low, full, wide, chosen, called, looped, both, normed, torch.mm(x, x)]


class OnCuda(torch.nn.Module):
    """What networks trained in mixed precision hold: nothing is cast on the CPU."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        with torch.autocast("cuda"):
            y = self.linear(x)
        with torch.autocast(device_type="cuda", enabled=False):
            y = self.linear(y.float())
        return [y]


def _archive(module: Any) -> io.BytesIO:
    file = io.BytesIO()
    torch.jit.save(module, file)
    file.seek(0)
    return file


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("kind", [Mixed, OnCuda])
@pytest.mark.filterwarnings("ignore")
def test_results(kind: type, frozen: bool) -> None:
    """Loaded, frozen here, and saved again for PyTorch."""
    torch.manual_seed(0)
    scripted = torch.jit.script(kind().eval())
    module = torch.jit.freeze(scripted) if frozen else scripted
    loaded = rl.jit.load(_archive(module)).eval()
    saved = io.BytesIO()
    rl.jit.save(loaded, saved)
    again = torch.jit.load(io.BytesIO(saved.getvalue()))
    for x in (torch.randn(4, 4), torch.ones(4, 4)):
        expected = module(x)
        ours = [loaded, loaded if frozen else rl.jit.freeze(loaded)]
        results = [[_numbers(item) for item in program(rl.from_numpy(x.numpy()))] for program in ours]
        results.append([_numbers(item) for item in again(x)])
        for result in results:
            for found, wanted in zip(result, map(_numbers, expected), strict=True):
                assert found[0] == wanted[0]
                np.testing.assert_allclose(found[1], wanted[1], rtol=2e-2, atol=2e-2)


@pytest.mark.filterwarnings("ignore")
def test_scripted_here() -> None:
    """What is scripted by rushlight runs in PyTorch."""
    class Scripted(rl.nn.Module):
        def forward(self, x: rl.Tensor) -> list[rl.Tensor]:
            with rl.autocast("cpu", dtype=rl.bfloat16):
                y = rl.mm(x, x)
            with rl.cuda.amp.autocast(enabled=False):
                z = rl.mm(x, x)
            return [y, z, rl.mm(x, x)]

    scripted = rl.jit.script(Scripted())
    saved = io.BytesIO()
    rl.jit.save(scripted, saved)
    x = torch.randn(4, 4)
    theirs = torch.jit.load(io.BytesIO(saved.getvalue()))(x)
    for found, wanted in zip(map(_numbers, scripted(rl.from_numpy(x.numpy()))), map(_numbers, theirs), strict=True):
        assert found[0] == wanted[0]
        np.testing.assert_allclose(found[1], wanted[1], rtol=2e-2, atol=2e-2)


def _numbers(tensor: Any) -> tuple[str, np.ndarray[Any, Any]]:
    return str(tensor.dtype).removeprefix("torch."), tensor.detach().double().numpy()


def _flag(x: torch.Tensor, flag: bool) -> torch.Tensor:
    with torch.autocast("cpu", enabled=flag):
        return torch.mm(x, x)


def _refused(x: torch.Tensor) -> torch.Tensor:
    with torch.autocast("cpu"):
        return torch.nn.functional.binary_cross_entropy(x, x)


@pytest.mark.parametrize(
    ("function", "rest", "message"), [(_flag, (True,), "must be a constant"), (_refused, (), "Unsafe to autocast")]
)
@pytest.mark.filterwarnings("ignore")
def test_errors(function: Any, rest: tuple[Any, ...], message: str) -> None:
    scripted = torch.jit.script(function)
    with pytest.raises(RuntimeError, match=message):
        scripted(torch.ones(2, 2), *rest)
    with pytest.raises(RuntimeError, match=message):
        rl.jit.load(_archive(scripted))(rl.ones(2, 2), *rest)


def _scope(x: torch.Tensor) -> torch.Tensor:
    with torch.cuda.amp.autocast():
        return torch.relu(x)


@pytest.mark.filterwarnings("ignore")
def test_lists_are_those_of_pytorch() -> None:
    """Its own pass over one graph that has every operator of `aten` with a tensor."""
    graph = torch.jit.script(_scope).graph.copy()
    torch._C._jit_pass_inline(graph)
    enter = next(node for node in graph.nodes() if node.kind() == "prim::Enter")
    none = graph.create("prim::Constant")
    none.output().setType(torch._C.NoneType.get())
    none.insertBefore(enter)
    inputs: dict[str, Any] = {}
    for schema in torch._C._jit_get_all_schemas():
        is_plain = any(isinstance(argument.type, torch._C.TensorType) for argument in schema.arguments)
        if not schema.name.startswith("aten::") or not is_plain or schema.name == "aten::binary_cross_entropy":
            continue
        values = []
        for argument in schema.arguments:
            value = none.output()
            if not isinstance(argument.type, torch._C.OptionalType):
                value = inputs.get(str(argument.type)) or graph.addInput(f"input_{len(inputs)}")
                value.setType(argument.type)
                inputs[str(argument.type)] = value
            values.append(value)
        graph.create(schema.name, values, max(1, len(schema.returns))).insertAfter(enter)
    torch._C._jit_pass_autocast(graph)
    found: dict[str, set[str]] = {"aten::_autocast_to_reduced_precision": set(), "aten::_autocast_to_full_precision": set()}
    for node in graph.nodes():
        for value in node.inputs():
            if value.node().kind() in found and node.kind() not in found:
                found[value.node().kind()].add(node.kind())
    assert found["aten::_autocast_to_reduced_precision"] == REDUCED
    assert found["aten::_autocast_to_full_precision"] == FULL | FULL_ON_CUDA
