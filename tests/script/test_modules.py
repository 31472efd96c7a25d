"""Scripted modules as Python objects: types that are shared, attributes, state, copies, containers, hooks, what stays in Python."""

from __future__ import annotations

import copy
import gc
import weakref
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
import pytest

import rushlight as rl
from rushlight import nn
from rushlight.script.interpreter import compile_graph
from rushlight.script.qualified_names import unmangled
from rushlight.script.source import ScriptError


class Scaled(nn.Module):
    names: List[str]
    table: Dict[str, int]
    note: Optional[str]

    def __init__(self, size: int = 2, factor: float = 2.0) -> None:
        super().__init__()
        self.linear = nn.Linear(size, size)
        self.register_buffer("seen", rl.zeros(1))
        self.register_buffer("scratch", rl.zeros(1), persistent=False)
        self.factor = factor
        self.names = []
        self.table = {}
        self.note = None

    def forward(self, x: rl.Tensor) -> rl.Tensor:
        self.seen += 1
        self.names.append("x")
        return self.linear(x) * self.factor

    @rl.jit.export
    def count(self) -> int:
        return len(self.names)

    @rl.jit.ignore
    def python_only(self, x: Any) -> Any:
        return {"x": x, "factor": self.factor}

    @rl.jit.unused
    def dropped(self, x: rl.Tensor) -> rl.Tensor:
        return x


def test_equal_modules_share_a_type() -> None:
    first, second = rl.jit.script(Scaled()), rl.jit.script(Scaled(2, 0.5))
    assert first._c.type is second._c.type
    assert first.linear._c.type is rl.jit.script(nn.Linear(2, 2))._c.type
    assert first.linear._c.type is not rl.jit.script(nn.Linear(2, 3))._c.type


@pytest.mark.parametrize("other", [lambda m: setattr(m, "factor", 3), lambda m: setattr(m, "extra", 1), lambda m: m.eval()])
def test_other_types_of_attributes_are_other_types(other: Any) -> None:
    module = Scaled()
    other(module)
    same = module.training is False
    kind = rl.jit.script(module)._c.type
    assert (kind is rl.jit.script(Scaled())._c.type) == same
    if not same:
        assert "___torch_mangle_" in kind.qualified_name and kind.name == "Scaled"


def test_names_are_pytorchs() -> None:
    # a type that other tests made under the same name moves this one's to a numbered place
    assert unmangled(rl.jit.script(nn.BatchNorm2d(2))._c.type.qualified_name) == "__torch__.torch.nn.modules.batchnorm.BatchNorm2d"
    linear = rl.jit.script(nn.Linear(1, 1))
    assert linear.original_name == "Linear"
    assert repr(linear) == "RecursiveScriptModule(original_name=Linear)"


def test_attributes_are_the_objects() -> None:
    scripted = rl.jit.script(Scaled())
    x = rl.ones(1, 2)
    before = scripted(x)
    scripted.factor = 4
    np.testing.assert_allclose(scripted(x).detach().numpy(), 2 * before.detach().numpy())
    assert scripted.names == ["x", "x"] and scripted.count() == 2
    scripted.note = "seen"
    scripted.table = {"a": 1}
    assert (scripted.note, scripted.table, scripted.seen.item()) == ("seen", {"a": 1}, 2.0)
    scripted.added_later = object()
    assert "added_later" in vars(scripted)


@pytest.mark.parametrize(
    "name, value, error, message",
    [
        ("factor", "a", RuntimeError, "Could not cast attribute 'factor' to type float"),
        ("table", [1], RuntimeError, r"Could not cast attribute 'table' to type Dict\[str, int\]"),
        ("linear", nn.Linear(1, 1), RuntimeError, "Cannot re-assign modules in a ScriptModule with non-scripted module"),
    ],
)
def test_attributes_keep_their_types(name: str, value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        setattr(rl.jit.script(Scaled()), name, value)


def test_constants_cannot_be_changed() -> None:
    scripted = rl.jit.script(nn.Linear(2, 3))
    assert scripted.in_features == 2
    with pytest.raises(AttributeError, match="Cannot mutate TorchScript constant value: 'in_features'"):
        scripted.in_features = 3


def test_state_is_shared_with_the_module_and_loads() -> None:
    module = Scaled()
    scripted = rl.jit.script(module)
    assert list(scripted.state_dict()) == list(module.state_dict()) == ["seen", "linear.weight", "linear.bias"]
    assert [name for name, _ in scripted.named_parameters()] == ["linear.weight", "linear.bias"]
    assert [name for name, _ in scripted.named_buffers()] == ["seen", "scratch"]
    assert scripted.linear.weight is module.linear.weight
    other = Scaled()
    scripted.load_state_dict(other.state_dict())
    np.testing.assert_array_equal(module.linear.weight.detach().numpy(), other.linear.weight.detach().numpy())


def test_training_reaches_all_modules() -> None:
    scripted = rl.jit.script(nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout())))
    assert scripted.training
    scripted.eval()
    assert [module.training for module in scripted.modules()] == [False] * 4
    x = rl.ones(4)
    np.testing.assert_array_equal(scripted(x).numpy(), x.numpy())
    scripted.train()
    assert all(module.training for module in scripted.modules())


def test_copies_have_their_own_state() -> None:
    scripted = rl.jit.script(Scaled())
    twin = copy.deepcopy(scripted)
    assert twin._c.type is scripted._c.type
    scripted(rl.ones(1, 2))
    assert (scripted.count(), twin.count(), twin.seen.item()) == (1, 0, 0.0)
    assert copy.copy(scripted).linear is scripted.linear


def test_submodules_keep_their_identity() -> None:
    scripted = rl.jit.script(Scaled())
    assert scripted.linear is scripted.linear
    assert dict(scripted.named_modules())["linear"] is scripted.linear


def test_containers_are_containers() -> None:
    scripted = rl.jit.script(nn.Sequential(nn.Linear(1, 2), nn.ReLU()))
    assert len(scripted) == 2
    assert [module.original_name for module in scripted] == ["Linear", "ReLU"]
    assert scripted[1].original_name == scripted[-1].original_name == "ReLU"
    with pytest.raises(NotImplementedError):
        len(rl.jit.script(nn.ReLU()))


def test_python_methods_stay() -> None:
    scripted = rl.jit.script(Scaled())
    assert scripted.python_only(1) == {"x": 1, "factor": 2.0}
    assert not hasattr(scripted.dropped, "graph")


def test_unused_methods_raise_when_they_are_reached() -> None:
    class Reaches(Scaled):
        def forward(self, x: rl.Tensor) -> rl.Tensor:
            if self.training:
                return self.dropped(x)
            return x

    scripted = rl.jit.script(Reaches())
    with pytest.raises(rl.jit.Error, match="annotated to be ignored and cannot be run"):
        scripted(rl.ones(1))
    assert scripted.eval()(rl.ones(1)).item() == 1.0


def test_hooks_run_around_calls() -> None:
    def before(self: nn.Module, input: tuple[rl.Tensor]) -> tuple[rl.Tensor]:
        return (input[0] + 1,)

    def after(self: nn.Module, input: tuple[rl.Tensor], output: rl.Tensor) -> rl.Tensor:
        return output * 10

    module = nn.ReLU()
    module.register_forward_pre_hook(before)
    module.register_forward_hook(after)
    scripted = rl.jit.script(module)
    assert scripted(rl.zeros(1)).item() == 10.0
    assert rl.jit.script(nn.Sequential(module))(rl.zeros(1)).item() == 10.0


def test_methods_can_be_added_as_text() -> None:
    scripted = rl.jit.script(Scaled())
    scripted.define("def twice(self, x: Tensor) -> Tensor:\n  return x * 2\n")
    assert scripted.twice(rl.ones(1)).item() == 2.0


def test_a_slice_of_a_container_is_called() -> None:
    class Tail(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Tanh(), nn.ReLU(), nn.Flatten()])

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            for layer in self.layers[1:]:
                x = layer(x)
            return self.layers[:1][0](x)

    module = Tail()
    x = rl.tensor([[[-1.0, 2.0]]])
    np.testing.assert_allclose(rl.jit.script(module)(x).numpy(), module(x).numpy())


def test_a_name_stands_for_what_was_assigned_last() -> None:
    """PyTorch goes on with the last layer of the loop."""

    class Loops(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.ReLU(), nn.Tanh()])

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            for step in self.layers:
                x = step(x)
            step = 2.0
            return x + step

    module = Loops()
    x = rl.tensor([-1.0, 2.0])
    np.testing.assert_allclose(rl.jit.script(module)(x).numpy(), module(x).numpy())


@pytest.mark.parametrize(
    "module, message",
    [
        (nn.Module, "has no attribute"),
        (lambda: 1, "cannot script an object of type int"),
    ],
)
def test_what_cannot_be_scripted(module: Any, message: str) -> None:
    made = module()
    if isinstance(made, nn.Module):
        assert not rl.jit.script(made)._c.type.methods
        return
    with pytest.raises(RuntimeError, match=message):
        rl.jit.script(made)


def test_modules_whose_init_was_not_called() -> None:
    class Bare(nn.Module):
        def __init__(self) -> None:
            pass

    with pytest.raises(RuntimeError, match=r"'Bare' has not been initialized, did you forget to call 'super\(\)'\?"):
        rl.jit.script(Bare())


def test_a_type_that_does_not_compile_is_not_kept() -> None:
    class Broken(nn.Module):
        def forward(self, x: rl.Tensor) -> rl.Tensor:
            return x + self.missing

    for _ in range(2):
        with pytest.raises(ScriptError, match="Module 'Broken' has no attribute 'missing'"):
            rl.jit.script(Broken())


def test_attributes_without_a_type_say_why() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.odd = object()
            self.empty = []

        def forward(self, x: rl.Tensor) -> rl.Tensor:
            return x + self.empty[0]

        @rl.jit.export
        def other(self) -> int:
            return self.odd

    reason = "failed to convert Python type: 'list' to a TorchScript type. List trace inputs must have elements"
    with pytest.raises(ScriptError, match=reason):
        rl.jit.script(Odd())


def test_scripted_modules_are_freed() -> None:
    scripted = rl.jit.script(Scaled())
    watched = weakref.ref(scripted)
    assert scripted.linear is not None
    del scripted
    gc.collect()
    assert watched() is None


def test_scripting_twice_gives_the_same() -> None:
    scripted = rl.jit.script(Scaled())
    assert rl.jit.script(scripted) is scripted
    outer = rl.jit.script(nn.Sequential(scripted))
    assert outer[0] is scripted


def test_inlined_graphs_call_nothing_and_compute_the_same() -> None:
    scripted = rl.jit.script(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(), nn.Softmax(1))).eval()
    graph = scripted.inlined_graph
    assert not {"prim::CallMethod", "prim::CallFunction"} & {node.kind for node in graph.walk()}
    assert {"prim::CallMethod"} <= {node.kind for node in scripted.graph.walk()}
    x = rl.ones(2, 2)
    np.testing.assert_allclose(compile_graph(graph)(scripted._c, x).detach().numpy(), scripted(x).detach().numpy(), rtol=1e-6)


class _Inner:
    def __init__(self):
        self.b = "text"


class _Outer:
    def __init__(self):
        self.a = 4
        self.inner = _Inner()

    def __getstate__(self) -> tuple[int, _Inner]:
        return (self.a, self.inner)

    def __setstate__(self, state: tuple[int, _Inner]) -> None:
        self.a = state[0] + 1
        self.inner = state[1]


def test_objects_whose_state_holds_objects_are_saved(tmp_path: Path) -> None:
    class Net(rl.nn.Module):
        def __init__(self):
            super().__init__()
            self.outer = _Outer()

        def forward(self, x):
            return x + self.outer.a, self.outer.inner.b

    rl.jit.script(Net()).save(tmp_path / "net.pt")
    value, text = rl.jit.load(tmp_path / "net.pt")(rl.zeros(1))
    assert (value.tolist(), text) == ([5.0], "text")
