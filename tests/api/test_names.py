"""The public namespace: what it is made of, how PyTorch programs spell it, and what it says about names it lacks."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

import rushlight as rl
from rushlight.runtime.ops.packet import Packet


def names_for_checkers(path: Path) -> dict[str, tuple[str, str]]:
    """Public name -> (module, original name), from the imports under `if TYPE_CHECKING`."""
    tree = ast.parse(path.read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If)).body
    imported = {
        alias.name: (node.module.removeprefix("rushlight."), alias.name, alias.asname is not None)
        for node in block
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module != "rushlight"
        for alias in node.names
    }
    found = {name: (module, original) for name, (module, original, public) in imported.items() if public}
    for node in block:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            found[ast.unparse(node.targets[0])] = imported[node.value.id][:2]
    return found


def test_type_checkers_see_what_is_there(root: Path) -> None:
    """The imports for type checkers are the table that is used at run time."""
    assert names_for_checkers(root / "api" / "__init__.py") == rl._PLACES


@pytest.mark.parametrize("name", sorted(rl._PLACES))
def test_each_name_resolves(name: str) -> None:
    """A name of the table is found, twice the same, and listed."""
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
    with pytest.raises(AttributeError, match=r"^module 'rushlight' has no attribute '_private'$"):
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
