"""What programs name besides `script`: methods that are marked or given as text, operators by name, named parts of programs."""

from __future__ import annotations

import io

import pytest

import rushlight as rl


class Scale(rl.jit.ScriptModule):
    __constants__ = ["power"]

    def __init__(self, power: int) -> None:
        super().__init__()
        self.power = power
        self.factor = rl.nn.Parameter(rl.full((3,), 2.0))
        self.layer = rl.nn.Linear(3, 3)

    @rl.jit.script_method
    def forward(self, x):  # noqa: ANN001, ANN201 - the program
        if bool(x.sum() > 0):
            return self.scaled(x) ** self.power
        return self.layer(x)

    @rl.jit.script_method
    def scaled(self, x):  # noqa: ANN001, ANN201 - the program
        return x * self.factor


class Written(rl.jit.ScriptModule):
    def __init__(self) -> None:
        super().__init__()
        self.offset = rl.jit.Attribute(3, int)
        self.define("def forward(self, x: int) -> int:\n    return x + self.offset\n")


def test_marked_methods_are_compiled_when_the_instance_is_made() -> None:
    module = Scale(2)
    assert module(rl.ones(3)).tolist() == [4.0, 4.0, 4.0]
    assert module.scaled(rl.ones(3)).tolist() == [2.0, 2.0, 2.0]
    assert "prim::If" in str(module.graph) and list(module.state_dict()) == ["factor", "layer.weight", "layer.bias"]
    assert isinstance(module, rl.jit.ScriptModule)
    assert Scale(3)(rl.ones(3)).tolist() == [8.0, 8.0, 8.0]


def test_such_modules_are_saved_and_used_by_others() -> None:
    class Outer(rl.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Scale(2)

        def forward(self, x):  # noqa: ANN001, ANN202 - the program
            return self.inner(x) + 1

    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(Outer()), buffer)
    buffer.seek(0)
    assert rl.jit.load(buffer)(rl.ones(3)).tolist() == [5.0, 5.0, 5.0]
    assert rl.jit.load(io.BytesIO(Scale(2).save_to_buffer()))(rl.ones(3)).tolist() == [4.0, 4.0, 4.0]


def test_methods_given_as_text() -> None:
    module = Written()
    assert module(4) == 7
    module.define("def twice(self, x: int) -> int:\n    return 2 * self.forward(x)\n")
    assert module.twice(4) == 14
    module.offset = 10
    assert module(4) == 14


def test_operators_by_name() -> None:
    x = rl.ones(2)
    assert rl.ops.aten.add.Tensor(x, x, alpha=3).tolist() == [4.0, 4.0]
    assert rl.ops.aten.add(x, 1).tolist() == [2.0, 2.0]
    assert repr(rl.ops.aten.add.Tensor) == "<OpOverload(op='aten.add', overload='Tensor')>"
    assert "default" in rl.ops.aten.relu.overloads() and str(rl.ops.aten.relu.default._schema) == "aten::relu(Tensor self) -> Tensor"
    for wrong in ("nothing_like_it", "__wrapped__"):
        with pytest.raises(AttributeError):
            getattr(rl.ops.aten, wrong)
    with pytest.raises(AttributeError, match="The underlying op of 'aten.add' has no overload name 'nothing'"):
        rl.ops.aten.add.nothing  # noqa: B018
    with pytest.raises(RuntimeError, match="do not fit its declaration"):
        rl.ops.aten.add.Tensor("a", x)


def test_operators_by_name_in_compiled_code() -> None:
    @rl.jit.script
    def program(x, scale: float):  # noqa: ANN001, ANN202 - the program
        q = rl.quantize_per_tensor(rl.ops.aten.add(x, x), scale, 0, rl.quint8)
        return rl.dequantize(rl.ops.quantized.add(q, q, scale, 0))

    assert program(rl.ones(2), 0.5).tolist() == [4.0, 4.0]


def test_named_parts() -> None:
    @rl.jit.script
    def program(x):  # noqa: ANN001, ANN202 - the program
        with rl.autograd.profiler.record_function("part"):
            y = x + 1
        return y

    assert program(rl.ones(1)).tolist() == [2.0]
    assert "__torch__.torch.autograd.profiler.record_function" in str(program.graph)
    with rl.profiler.record_function("part"):
        pass


def test_constants_of_a_text() -> None:
    frozen = rl.jit.freeze(rl.jit.script(rl.nn.Linear(2, 2).eval()))
    text, constants = frozen.code_with_constants
    assert "CONSTANTS.c0" in text and constants.c0.shape == (2, 2) and list(constants.const_mapping) == ["c0", "c1"]
    with pytest.raises(AttributeError):
        constants.c7  # noqa: B018
