"""`rushlight.jit` as programs use it: script, call, print, save, load; for modules, functions, and files of both kinds."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F


class Net(nn.Module):
    """Submodules, a functional, an exported method, a flag, a buffer outside of the state."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
        self.norm = nn.BatchNorm1d(3)
        self.register_buffer("shift", rl.ones(3), persistent=False)
        self.loud = False

    def forward(self, x: rl.Tensor, scale: float = 2.0) -> rl.Tensor:
        """Something of everything."""
        y = F.softmax(self.norm(self.body(x)), dim=1) * scale
        if self.loud:
            y = y + self.shift
        return y

    @rl.jit.export
    def count(self, n: int) -> int:
        """A method with numbers."""
        return n + 1


def scale(x: rl.Tensor, by: float = 2.0) -> rl.Tensor:
    """A function with a default."""
    if by < 0.0:
        raise ValueError(f"by is {by}")
    return x * by


def round_trip(thing: Any, **options: Any) -> Any:
    """Saved to memory and loaded again."""
    buffer = io.BytesIO()
    rl.jit.save(thing, buffer, **options)
    buffer.seek(0)
    return rl.jit.load(buffer)


def equal(a: rl.Tensor, b: rl.Tensor) -> bool:
    """The same shape and items."""
    return a.shape == b.shape and a.tolist() == b.tolist()


@pytest.fixture
def net() -> Net:
    rl.manual_seed(0)
    return Net().eval()


def test_scripted_module(net: Net) -> None:
    """The scripted module does what the module does, shares its parameters, and knows its exported method."""
    scripted = rl.jit.script(net)
    x = rl.rand(2, 4)
    assert equal(scripted(x), net(x))
    assert equal(scripted(x, scale=0.5), net(x, 0.5))
    assert scripted.count(4) == 5
    assert isinstance(scripted, rl.jit.ScriptModule)
    assert isinstance(scripted, nn.Module)
    assert scripted.body[0].weight is net.body[0].weight
    assert [name for name, _ in scripted.named_parameters()] == [name for name, _ in net.named_parameters()]


def test_saved_module(net: Net, tmp_path: Path) -> None:
    """Both ways to save, paths and file objects; the loaded module has state, attributes, methods and modes."""
    scripted = rl.jit.script(net)
    x = rl.rand(2, 4)
    scripted.save(str(tmp_path / "net.pt"))
    rl.jit.save(scripted, tmp_path / "net2.pt")
    for loaded in (rl.jit.load(str(tmp_path / "net.pt")), rl.jit.load(tmp_path / "net2.pt", map_location="cpu"), round_trip(scripted)):
        assert equal(loaded(x), net(x))
        assert loaded.count(1) == 2
        assert loaded.loud is False
        loaded.loud = True
        assert equal(loaded(x), net(x) + 1)
        assert not loaded.training
        assert loaded.train().norm.training
        # What was kept out of the state is an ordinary buffer of the archive, as in PyTorch.
        assert sorted(loaded.state_dict()) == sorted([*net.state_dict(), "shift"])


def test_loaded_module_saves_again(net: Net) -> None:
    """A loaded module is a module like any other."""
    x = rl.rand(2, 4)
    assert equal(round_trip(round_trip(rl.jit.script(net)))(x), net(x))


def test_same_bytes(net: Net) -> None:
    """Saving the same module twice gives the same bytes."""
    scripted = rl.jit.script(net)
    assert scripted.save_to_buffer() == scripted.save_to_buffer()
    assert rl.jit.script(net).save_to_buffer() == scripted.save_to_buffer()


def test_function() -> None:
    """A function is compiled once, keeps its name, and is saved as the forward of a module."""
    scripted = rl.jit.script(scale)
    x = rl.rand(3)
    assert equal(scripted(x), x * 2)
    assert rl.jit.script(scale) is scripted
    assert isinstance(scripted, rl.jit.ScriptFunction)
    assert scripted.name == "scale"
    loaded = round_trip(scripted)
    assert loaded.original_name == "PlaceholderModule"
    assert equal(loaded(x, by=3.0), x * 3)
    for raises in (scripted, loaded):
        with pytest.raises(rl.jit.Error, match="by is -1"):
            raises(x, -1.0)


def test_code() -> None:
    """`.code` of a function and of a method, whose object has no type there."""
    assert rl.jit.script(nn.Linear(2, 2)).code == (
        "def forward(self,\n    input: Tensor) -> Tensor:\n"
        "  weight = self.weight\n  bias = self.bias\n  return torch.linear(input, weight, bias)\n"
    )
    assert rl.jit.script(scale).code.startswith("def scale(x: Tensor,\n    by: float=2.) -> Tensor:\n")


def test_extra_files(net: Net) -> None:
    """Contents travel beside the module, and absent ones are empty."""
    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(net), buffer, _extra_files={"note.txt": "hello", "raw": b"\x00\x01"})
    buffer.seek(0)
    found: dict[str, Any] = {"note.txt": "", "raw": "", "absent": ""}
    rl.jit.load(buffer, _extra_files=found)
    assert found == {"note.txt": b"hello", "raw": b"\x00\x01", "absent": b""}


def test_script_of_scripted() -> None:
    """Scripting what is scripted gives it back."""
    scripted = rl.jit.script(nn.ReLU())
    assert rl.jit.script(scripted) is scripted


def test_errors(tmp_path: Path) -> None:
    """What cannot be saved or loaded is said in one sentence."""
    with pytest.raises(TypeError, match=r"save: expected a ScriptModule or ScriptFunction, but got ReLU; compile it with rl.jit.script"):
        rl.jit.save(nn.ReLU(), io.BytesIO())
    with pytest.raises(ValueError, match="does not exist"):
        rl.jit.load(tmp_path / "none.pt")
    with pytest.raises(RuntimeError):
        rl.jit.load(io.BytesIO(b"not an archive"))


def wrong(x: rl.Tensor) -> rl.Tensor:
    """Calls what does not exist."""
    return x.frobnicate()


def test_compile_error() -> None:
    """What does not compile is a RuntimeError that names the place."""
    with pytest.raises(RuntimeError, match="frobnicate"):
        rl.jit.script(wrong)


def test_words() -> None:
    """The words of the scripting interface do nothing in eager code."""
    assert rl.jit.is_scripting() is False
    assert rl.jit.is_tracing() is False
    assert rl.jit.annotate(list[int], []) == []
    assert rl.jit.isinstance([1, 2], list[int])
    assert not rl.jit.isinstance([1, 2], list[str])
    assert rl.jit.wait(rl.jit.fork(scale, rl.ones(1))).tolist() == [2.0]
    assert rl.jit.unused(scale) is scale or callable(rl.jit.unused(lambda: 0))
