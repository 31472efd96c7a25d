"""The public namespace: what it is made of, how PyTorch programs spell it, and what it says about names it lacks."""

from __future__ import annotations

import math
from typing import Any

import pytest

import rushlight as rl
from rushlight import _public
from rushlight.runtime.ops.packet import Packet

PUBLIC = sorted(name for name in vars(_public) if name not in ("annotations", "Device", "DType", "LayoutKind", "MemoryFormat", "bool_"))


@pytest.mark.parametrize("name", [name for name in PUBLIC if not name.startswith("_")])
def test_each_name_resolves(name: str) -> None:
    """A written-out name is found, is the same every time, and is listed."""
    assert getattr(rl, name) is getattr(_public, name)
    assert getattr(rl, name) is getattr(rl, name)
    assert name in dir(rl)


def test_aliases_of_element_types() -> None:
    """`float` is float32, `int` is int32 and `long` is int64, as in PyTorch."""
    aliases = {"float": "float32", "double": "float64", "half": "float16", "int": "int32", "long": "int64", "short": "int16"}
    for alias, name in aliases.items():
        assert getattr(rl, alias) is getattr(rl, name)
    assert repr(rl.bool) == "torch.bool"
    assert isinstance(rl.float32, rl.dtype)


def test_operators_are_packets() -> None:
    """Other names are operators of the table."""
    assert isinstance(rl.relu, Packet)
    assert rl.relu.name == "aten::relu"
    assert rl.nn.functional.linear is rl.linear


def test_constants() -> None:
    """The numbers PyTorch offers."""
    assert (rl.inf, rl.pi, rl.e) == (math.inf, math.pi, math.e)
    assert math.isnan(rl.nan)
    assert rl.newaxis is None


def test_unknown_names() -> None:
    """AttributeError that names the operator table; private names stay short."""
    with pytest.raises(AttributeError, match=r"module 'rushlight' has no attribute 'frobnicate', and the operator table has no"):
        rl.frobnicate
    with pytest.raises(AttributeError, match=r"^module 'rushlight' has no attribute '_private'"):
        rl._private
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        rl.nn.functional.frobnicate
    with pytest.raises(ImportError):
        from rushlight import frobnicate  # noqa: F401


def test_modules_are_not_doubled() -> None:
    """`rushlight.nn.modules.linear` is the module the classes come from."""
    import rushlight.nn.modules.conv as conv
    from rushlight.nn.modules.linear import Linear

    assert Linear is rl.nn.Linear
    assert conv.Conv2d is rl.nn.Conv2d


def test_is_tensor_and_typename() -> None:
    """Questions about objects."""
    tensor = rl.from_numpy(__import__("numpy").zeros(1, "float32"))
    assert rl.is_tensor(tensor)
    assert not rl.is_tensor([1])
    assert rl.typename(tensor) == "torch.FloatTensor"
    assert rl.typename([]) == "list"


def test_surroundings_answer_truly() -> None:
    """What model definitions ask about devices, compilers and gradients; what cannot be done is refused."""
    assert not rl.cuda.is_available()
    assert rl.cuda.device_count() == 0
    rl.backends.cudnn.benchmark = True
    assert rl.utils.checkpoint.checkpoint(lambda x: x + 1, 2, use_reentrant=False) == 3
    assert not rl.compiler.is_compiling()
    layer = rl.nn.ReLU()
    assert rl.compile(layer, mode="max-autotune") is layer
    assert rl.compile(fullgraph=True)(layer) is layer
    layer.compile()
    with pytest.raises(RuntimeError, match="bfloat16"):
        rl.autocast("cpu")
    with pytest.warns(UserWarning, match="CUDA is not available"), rl.autocast("cuda"):
        assert rl.ones(1).dtype is rl.float32

    class Square(rl.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

    assert Square.apply(rl.tensor([3.0])).tolist() == [9.0]


def test_old_constructors() -> None:
    """Sizes give memory, lists give items; the classes tell dtypes apart."""
    assert rl.Tensor(2, 3, 4, 5).shape == (2, 3, 4, 5)
    assert rl.Tensor([1, 2]).dtype is rl.float32
    assert rl.LongTensor([1, 2]).tolist() == [1, 2]
    assert isinstance(rl.ones(2), rl.FloatTensor)
    assert not isinstance(rl.ones(2), rl.LongTensor)
    assert rl.Tensor.softmax(rl.zeros(2), 0).tolist() == [0.5, 0.5]
    with pytest.raises(TypeError, match="must be a sequence"):
        rl.Tensor(2.0)
