"""Tracing: what is recorded, what is refused, what is warned about; test_tracing_torch.py compares graphs and archives with PyTorch."""

from __future__ import annotations

import io
import threading
import warnings
from typing import Any

import numpy as np
import pytest

import rushlight as rl
from rushlight import nn


def kinds(traced: Any) -> list[str]:
    return [node.kind for node in traced.inlined_graph.walk() if node.kind not in ("prim::Constant", "prim::GetAttr")]


def test_sizes_are_those_of_each_call() -> None:
    def heads(x: rl.Tensor) -> rl.Tensor:
        n, d = x.shape
        return x.reshape(n * 2, d // 2) / d**0.5 + rl.arange(n * d // (n * 2)) + x.numel()

    traced = rl.jit.trace(heads, rl.rand(3, 4))
    for shape in ((3, 4), (5, 8), (1, 2)):
        x = rl.rand(*shape)
        assert np.array_equal(traced(x).numpy(), heads(x).numpy())


@pytest.mark.filterwarnings("ignore:torch.tensor results are registered as constants")
def test_writes_views_and_constants() -> None:
    table = rl.tensor([1.0, 2.0, 3.0])

    def program(x: rl.Tensor) -> tuple[rl.Tensor, rl.Tensor]:
        total = rl.tensor([0.0])
        total += x.sum()
        y = x.clone()
        y[0, 1:] = 5
        y[:, rl.tensor([0, 2])] += 1.0
        y[y > 5] = -1
        return total, y * table

    x = rl.arange(6.0).view(2, 3)
    traced = rl.jit.trace(program, x)
    # the constant that is written starts afresh each time
    for _ in range(2):
        for got, expected in zip(traced(x), program(x)):
            assert np.array_equal(got.numpy(), expected.numpy())


def test_submodules_are_methods() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)
            self.unused = nn.ReLU()

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            return self.layer(self.layer(x)) @ self.layer.weight

    module = Twice()
    traced = rl.jit.trace(module, rl.rand(2, 3))
    assert [node.attributes["name"] for node in traced.graph.nodes if node.kind == "prim::CallMethod"] == ["forward", "forward1"]
    assert [name for name, _ in traced.named_parameters()] == ["layer.weight", "layer.bias"]
    assert traced.layer.weight is module.layer.weight
    assert type(traced) is rl.jit.TopLevelTracedModule and isinstance(traced, rl.jit.TracedModule)
    x = rl.rand(5, 3)
    assert np.array_equal(traced(x).detach().numpy(), module(x).detach().numpy())


def test_values_that_leave_a_submodule_by_the_side() -> None:
    class Inner(nn.Module):
        def forward(self, x: rl.Tensor) -> rl.Tensor:
            self.kept = x + 1
            return self.kept * self.outer[0]

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Inner()

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            self.inner.outer = [x * 2]
            return self.inner(x) + self.inner.kept

    module = Outer()
    traced = rl.jit.trace(module, rl.ones(2))
    assert traced(rl.full((3,), 2.0)).tolist() == [15.0, 15.0, 15.0]
    assert "prim::TupleUnpack" in [node.kind for node in traced.graph.nodes]


def test_inputs_and_results_of_all_shapes() -> None:
    def program(pair: Any, named: Any, several: Any) -> Any:
        return pair[0] + named["k"], (several[0], {"a": pair[1]}), [several[1]]

    x = rl.ones(2)
    given = ((x, x * 2), {"k": x * 3}, [x * 4, x * 5])
    traced = rl.jit.trace(program, given, strict=False)
    first, (second, third), (last,) = traced(*given)
    assert [value.tolist()[0] for value in (first, second, third["a"], last)] == [4.0, 4.0, 2.0, 5.0]
    with pytest.raises(RuntimeError, match="Encountering a dict at the output of the tracer"):
        rl.jit.trace(program, given)
    by_name = rl.jit.trace(lambda x, y: x - y, example_kwarg_inputs={"y": x, "x": x * 3})
    assert by_name(x=x, y=x * 2).tolist() == [-1.0, -1.0]


def test_what_is_refused() -> None:
    x = rl.ones(2)
    with pytest.raises(RuntimeError, match="Only tensors, lists, tuples of tensors"):
        rl.jit.trace(lambda x: 3, x)
    with pytest.raises(RuntimeError, match=r"Type 'Tuple\[Tensor, int\]' cannot be traced"):
        rl.jit.trace(lambda x, n: x * n, (x, 3))
    with pytest.raises(ZeroDivisionError):
        rl.jit.trace(lambda x: x * (1 // 0), x)
    # nothing of the failed traces is left
    assert not rl.jit.is_tracing() and type(x.shape[0]) is int and (x + x).tolist() == [2.0, 2.0]


def test_conversions_are_warned_about() -> None:
    def program(x: rl.Tensor) -> rl.Tensor:
        if x.sum() > 0:
            x = x + float(x[0])
        for row in x:
            x = x + row
        return x * len(x)

    with pytest.warns(rl.jit.TracerWarning) as found:
        rl.jit.trace(program, rl.ones(2))
    texts = [str(one.message) for one in found]
    for start in ("Converting a tensor to a Python boolean", "Converting a tensor to a Python float", "Iterating over a", "Using len"):
        assert any(text.startswith(start) for text in texts), start


def test_checks() -> None:
    calls = [0]

    def unsteady(x: rl.Tensor) -> rl.Tensor:
        calls[0] += 1
        return x * calls[0]

    with (
        pytest.warns(rl.jit.TracerWarning, match="Output nr 1. of the traced function does not match"),
        pytest.raises(rl.jit.TracingCheckError, match="Graphs differed across invocations"),
    ):
        rl.jit.trace(unsteady, rl.ones(2))
    with pytest.warns(rl.jit.TracerWarning, match="nondeterministic nodes|Output nr 1"):
        rl.jit.trace(lambda x: x + rl.rand(2), rl.ones(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rl.jit.trace(unsteady, rl.ones(2), check_trace=False)
        rl.jit.trace(nn.Dropout().eval(), rl.ones(2))


def test_scripted_parts_keep_their_control_flow() -> None:
    @rl.jit.script
    def positive(x: rl.Tensor) -> rl.Tensor:
        if bool(x.sum() > 0):
            return x
        return -x

    @rl.jit.script_if_tracing
    def negative(x: rl.Tensor) -> rl.Tensor:
        assert not rl.jit.is_scripting() or x.dim() == 1
        return -x if bool(x.sum() > 0) else x

    class Gate(nn.Module):
        def forward(self, x: rl.Tensor, n: int = 2) -> rl.Tensor:
            return x * n if bool(x[0] > 1) else x

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate = rl.jit.script(Gate())

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            return self.gate(positive(x)) + negative(x)

    traced = rl.jit.trace(Model(), rl.ones(2))
    for value in (1.0, -1.0, 3.0):
        x = rl.full((2,), value)
        assert traced(x).tolist() == Model()(x).tolist()


def test_several_methods() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            return self.layer(x)

        def scaled(self, x: rl.Tensor, y: rl.Tensor) -> rl.Tensor:
            return self.layer(x) * y

    module, x = Model(), rl.ones(1, 2)
    traced = rl.jit.trace_module(module, {"forward": x, "scaled": (x, x * 2)})
    assert np.array_equal(traced.scaled(x, x * 3).detach().numpy(), module.scaled(x, x * 3).detach().numpy())
    buffer = io.BytesIO()
    rl.jit.save(traced, buffer)
    buffer.seek(0)
    loaded = rl.jit.load(buffer)
    assert np.array_equal(loaded(x).detach().numpy(), module(x).detach().numpy())
    with pytest.raises(AttributeError, match="Please use trace_module"):
        rl.jit.trace(module.scaled, (x, x))


def test_other_threads_are_not_recorded() -> None:
    def program(x: rl.Tensor) -> rl.Tensor:
        worker = threading.Thread(target=lambda: (x * 2).reshape(x.shape[0]))
        worker.start()
        worker.join()
        return x + 1

    assert kinds(rl.jit.trace(program, rl.ones(2))) == ["aten::add"]
