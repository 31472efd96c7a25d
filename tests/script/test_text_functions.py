"""Functions and methods given as text, and what programs ask of compiled functions and of the executor."""

from __future__ import annotations

import pytest

import rushlight as rl

SCALE = 3


def offset(x: int) -> int:
    return x + 1


def test_functions_see_each_other_and_the_caller() -> None:
    made = rl.jit.CompilationUnit(
        """
        def twice(x: int, times: int = 1 + 1) -> int:
            return x * times

        def both(x: int) -> int:
            return twice(offset(x)) - twice(x, times=-1)
        """
    )
    assert made.both(4) == 14
    assert str(made.twice.schema) == "twice(int x, int times=2) -> int"
    assert [function.name for function in made.get_functions()] == ["twice", "both"]
    assert made.find_function("none") is None
    with pytest.raises(AttributeError, match="'CompilationUnit' has no attribute 'none'"):
        made.none  # noqa: B018


def test_functions_are_added() -> None:
    made = rl.jit.CompilationUnit()
    made.define("def f(x):\n  return x.relu()\n")
    assert made.f(rl.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]
    with pytest.raises(RuntimeError, match="method 'f' already defined"):
        made.define("def f(x):\n  return x\n")
    made.define("def g(x: int) -> int:\n  return known(x)\n", {"known": offset}.get)
    assert made.g(1) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x) -> str:\n  return x\n", "annotated as having type str but is actually of type Tensor"),
        ("def f(x: int = 'a'):\n  return x\n", "int"),
        ("def f(x):\n  return nowhere(x)\n", "undefined value nowhere"),
        ("class A:\n  pass\n", "expected def"),
        ("def f(x):\nreturn x\n", "expected"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        rl.jit.CompilationUnit(text)


def test_methods_as_text() -> None:
    class Net(rl.nn.Module):
        def forward(self, x):
            return x

    net = rl.jit.script(Net())
    net.define("""
        def scaled(self, x, by: float = 2.0):
            return self.forward(x) * by

        def shifted(self, x):
            return self.scaled(x) + 1
    """)
    assert net.shifted(rl.ones(2)).tolist() == [3.0, 3.0]
    before = list(net._c.type.methods)
    with pytest.raises(RuntimeError, match="undefined value nowhere"):
        net.define("def one(self):\n  return 1\n\ndef two(self):\n  return nowhere\n")
    assert list(net._c.type.methods) == before


def test_settings_of_the_executor() -> None:
    before = rl.jit.set_fusion_strategy([("STATIC", 2)])
    assert rl.jit.set_fusion_strategy(before) == [("STATIC", 2)]
    with pytest.raises(RuntimeError, match="STATIC"):
        rl.jit.set_fusion_strategy([("OTHER", 1)])
    rl.jit.enable_onednn_fusion(True)
    assert rl.jit.onednn_fusion_enabled()
    rl.jit.enable_onednn_fusion(False)
    made = rl.jit.CompilationUnit("def f(x):\n  return x + 1\n")
    with rl.jit.optimized_execution(False), rl.jit.fuser("fuser1"):
        assert made.f(rl.ones(1)).tolist() == [2.0]
    assert "aten::add" in str(made.f.graph_for(rl.ones(1)))
    with pytest.raises(Exception, match="unrecognized fuser option"), rl.jit.fuser("none"):
        pass


def test_what_programs_ask_of_compiled_objects() -> None:
    class Net(rl.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = rl.nn.Linear(2, 2)
            self.k = 3

        def forward(self, x):
            return rl.relu(self.inner(x)) * self.k

    net = rl.jit.script(Net())
    assert net._c._method_names() == ["forward"]
    assert net._c._has_method("forward")
    assert not net._c._has_method("backward")
    assert net._c.hasattr("k")
    net._c.setattr("k", 4)
    assert (net._c.getattr("k"), net.k) == (4, 4)
    assert net._c.qualified_name == net._c._type().qualified_name == net.qualified_name
    assert rl.jit.export_opnames(net) == ["aten::linear", "aten::mul.Scalar", "aten::relu"]


def test_names_of_pytorchs_executor() -> None:
    @rl.jit.script
    def fused(x):
        with rl.jit.strict_fusion():
            return x + x + x

    assert fused(rl.ones(2)).tolist() == [3.0, 3.0]
    assert "__torch__.torch.jit.strict_fusion = prim::CreateObject()" in str(fused.graph)
    with pytest.warns(UserWarning, match="script mode"), rl.jit.strict_fusion():
        pass

    class Named:
        pass

    rl.jit.set_module(Named, "elsewhere")
    assert Named.__module__ == "elsewhere"
    with pytest.raises(TypeError, match="string"):
        rl.jit.set_module(Named, 1)
    assert issubclass(rl.jit.ScriptWarning, Warning)
