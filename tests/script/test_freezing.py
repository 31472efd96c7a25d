"""Frozen modules compute what they did, have no submodules, and keep what they change."""

from __future__ import annotations

import io
from types import ModuleType

import numpy as np
import pytest

import rushlight as rl
from rushlight import Tensor, nn
from rushlight.script.verifier import verify


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3)
        self.norm = nn.BatchNorm2d(3)
        self.k = 2

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x = x + 1
        return self.norm(self.conv(x)).relu() * self.k


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = Block()
        self.scale = nn.Parameter(rl.arange(1.0, 4.0).reshape(3, 1, 1))
        self.calls = 0
        self.register_buffer("total", rl.zeros(3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.total.add_(1)
        return self.block(x) + self.scale.relu() + self.total

    @rl.jit.export
    def other(self, x: Tensor) -> Tensor:
        return x + self.scale


def kinds(module: rl.jit.RecursiveScriptModule) -> list[str]:
    return [node.kind for node in module.graph.walk() if node.kind != "prim::Constant"]


def net() -> rl.jit.RecursiveScriptModule:
    return rl.jit.script(Net().eval())


def test_constants_and_folding() -> None:
    scripted = net()
    frozen = rl.jit.freeze(scripted)
    verify(frozen.graph)
    expected = ["prim::GetAttr", "aten::add", "prim::SetAttr", "prim::GetAttr", "aten::add_", "aten::conv2d", "aten::relu", "aten::mul",
                "aten::add", "prim::GetAttr", "aten::add"]  # fmt: skip
    assert kinds(frozen) == expected
    assert set(frozen._c.type.attributes) == {"calls", "total"}
    assert list(frozen._modules) == [] and list(frozen._c.type.methods) == ["forward"]
    x = rl.rand(1, 2, 6, 6)
    # the buffer is shared and grows with every call
    first, second = frozen(x).numpy(), scripted(x).numpy()
    np.testing.assert_allclose(first + 1, second, rtol=1e-5, atol=1e-6)
    assert scripted.calls == 1 and frozen.calls == 1


def test_without_numerics() -> None:
    found = kinds(rl.jit.freeze(net(), optimize_numerics=False))
    assert "aten::batch_norm" in found and found.count("aten::relu") == 2


def test_optimized_later() -> None:
    frozen = rl.jit.freeze(net(), optimize_numerics=False)
    x = rl.rand(1, 2, 5, 5)
    before = frozen(x)
    rl.jit.run_frozen_optimizations(frozen)
    assert "aten::batch_norm" not in kinds(frozen)
    # each call counts itself
    assert rl.allclose(frozen(x), before + 1, atol=1e-5)


def test_preserved() -> None:
    frozen = rl.jit.freeze(net(), preserved_attrs=["other", "scale"])
    assert [name for name, _ in frozen.named_parameters()] == ["scale"]
    assert list(frozen._c.type.methods) == ["forward", "other"]
    assert frozen.other(rl.ones(3, 2, 2)).shape == (3, 2, 2)
    for name in ("nothing", "block.nothing", "nothing.k", "calls.k"):
        with pytest.raises(RuntimeError, match=f"Unknown name: {name}"):
            rl.jit.freeze(net(), preserved_attrs=[name])


def test_preserved_in_a_submodule() -> None:
    frozen = rl.jit.freeze(net(), preserved_attrs=["block.k"])
    x = rl.rand(1, 2, 5, 5)
    before = frozen(x) - frozen.total
    frozen.block.k = 4
    rest = frozen(x) - frozen.total
    assert not rl.allclose(rest, before)
    frozen.block.k = 2
    assert rl.allclose(frozen(x) - frozen.total, before, atol=1e-6)
    stream = io.BytesIO()
    rl.jit.save(frozen, stream)
    stream.seek(0)
    assert rl.jit.load(stream).block.k == 2


def test_what_is_refused() -> None:
    with pytest.raises(RuntimeError, match="only implemented for modules in eval mode"):
        rl.jit.freeze(rl.jit.script(Net()))
    with pytest.raises(RuntimeError, match="expects a ScriptModule"):
        rl.jit.freeze(Net())  # pyright: ignore[reportArgumentType]


def test_saved_and_loaded() -> None:
    frozen = rl.jit.freeze(net())
    buffer = io.BytesIO()
    rl.jit.save(frozen, buffer)
    buffer.seek(0)
    loaded = rl.jit.load(buffer)
    x = rl.rand(1, 2, 6, 6)
    np.testing.assert_allclose(loaded(x).numpy(), frozen(x).numpy(), rtol=1e-5, atol=1e-6)


def test_optimize_for_inference() -> None:
    scripted = rl.jit.script(Net())
    optimized = rl.jit.optimize_for_inference(scripted, other_methods=["other"])
    assert "aten::batch_norm" not in kinds(optimized)
    assert rl.jit.optimize_for_inference(optimized) is optimized


class Views(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", rl.zeros(4))
        self.register_buffer("still", rl.ones(4))
        self.names = ["a"]

    def forward(self, x: Tensor) -> Tensor:
        row = self.table[1:] if x.sum() > 0 else self.table.view(4)
        row += 1
        self.names.append("b")
        return self.table + self.still


def test_writes_through_views_are_seen() -> None:
    frozen = rl.jit.freeze(rl.jit.script(Views().eval()))
    assert set(frozen._c.type.attributes) == {"table", "names"}
    assert frozen(rl.ones(1)).tolist() == [1.0, 2.0, 2.0, 2.0]
    assert frozen(-rl.ones(1)).tolist() == [2.0, 3.0, 3.0, 3.0]
    assert frozen.names == ["a", "b", "b"]


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("whole", rl.zeros(4))
        self.register_buffer("part", self.whole[2:])

    def forward(self, x: Tensor) -> Tensor:
        self.whole.add_(1)
        return self.part + x


def test_tensors_that_share_storage_change_together() -> None:
    frozen = rl.jit.freeze(rl.jit.script(Tied().eval()))
    assert frozen(rl.zeros(2)).tolist() == [1.0, 1.0]
    assert frozen(rl.zeros(2)).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("name", ["modules", "module_containers", "module_members", "everyday_models"])
def test_programs_compute_what_they_did(name: str, language: ModuleType) -> None:
    """Every module of the differential suite, frozen."""
    count = 0
    for program in language.load(name, rl):
        try:
            made = [program.make(), program.make()]
            if not isinstance(made[0], nn.Module):
                continue
            scripted, frozen = (rl.jit.script(one.eval()) for one in made)
            frozen = rl.jit.freeze(frozen)
        except (RuntimeError, AttributeError, NameError, TypeError):
            continue
        verify(frozen.graph)
        for case in program.cases:
            assert language.same(language.outcome(frozen, case), language.outcome(scripted, case)), program.name
        count += 1
    assert count >= 10
