"""Exchange with real PyTorch: it reads and runs what is written here, and what it writes is read and run here."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

import rushlight as rl

torch = pytest.importorskip("torch")

GOLDEN = Path(__file__).parents[1] / "golden" / "archives"


class Loop(rl.nn.Module):
    """A loop, and an `if` on data."""

    def __init__(self) -> None:
        super().__init__()
        self.first = rl.nn.Linear(4, 4)
        self.second = rl.nn.Linear(4, 2)
        self.tied = self.first.weight
        self.register_buffer("shift", rl.ones(4))

    def forward(self, x: rl.Tensor, times: int = 2) -> rl.Tensor:
        for _ in range(times):
            x = self.first(x) + self.shift
        if bool(x.sum() > 0):
            x = -x
        return self.second(x)


class Methods(rl.nn.Module):
    """Exported methods, and attributes of several types."""

    def __init__(self) -> None:
        super().__init__()
        self.names = ["a", "b"]
        self.counts = {"x": 1}
        self.pair = (1, 2.5)
        self.layer = rl.nn.Linear(3, 3, bias=False)

    def forward(self, x: rl.Tensor) -> rl.Tensor:
        return rl.relu(self.layer(x))

    @rl.jit.export
    def scaled(self, x: rl.Tensor, scale: float = 0.5) -> tuple[rl.Tensor, int]:
        return x * scale, x.dim()


def half(x: rl.Tensor, scale: float = 0.5) -> rl.Tensor:
    """A function, saved as a module."""
    return x * scale


CASES = {"loop": (Loop, (3, 4)), "methods": (Methods, (2, 3))}


@pytest.mark.parametrize("make, shape", CASES.values(), ids=CASES.keys())
def test_torch_runs_what_is_written_here(make: type[rl.nn.Module], shape: tuple[int, ...], tmp_path: Path) -> None:
    rl.manual_seed(0)
    module = rl.jit.script(make())
    module.save(str(tmp_path / "m.pt"))
    other = torch.jit.load(tmp_path / "m.pt")
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    expected = module(rl.from_numpy(x)).detach().numpy()
    assert np.allclose(other(torch.from_numpy(x)).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    assert list(other.state_dict()) == list(module.state_dict())
    for name, value in other.state_dict().items():
        assert np.array_equal(value.numpy(), module.state_dict()[name].numpy())


def test_torch_sees_exported_methods_attributes_and_defaults() -> None:
    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(Methods()), buffer, _extra_files={"note": "hello"})
    buffer.seek(0)
    extra = {"note": "", "absent": ""}
    other = torch.jit.load(buffer, _extra_files=extra)
    assert extra == {"note": b"hello", "absent": b""}
    assert (other.names, other.counts, other.pair) == (["a", "b"], {"x": 1}, (1, 2.5))
    value, dim = other.scaled(torch.ones(1, 3))
    assert (value.tolist(), dim) == ([[0.5, 0.5, 0.5]], 2)


def test_torch_keeps_ties_between_parameters() -> None:
    buffer = io.BytesIO()
    rl.jit.script(Loop()).save(buffer)
    buffer.seek(0)
    other = torch.jit.load(buffer)
    assert other.tied.data_ptr() == other.first.weight.data_ptr()


def test_torch_reads_a_function() -> None:
    buffer = io.BytesIO()
    rl.jit.save(rl.jit.script(half), buffer)
    buffer.seek(0)
    assert torch.jit.load(buffer)(torch.ones(2), 2.0).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("name", ["attributes", "function", "gelu", "methods", "traced"])
def test_torch_reads_its_own_archives_after_we_saved_them(name: str) -> None:
    """PyTorch's archive, loaded and saved here, means the same to PyTorch."""
    first = torch.jit.load(GOLDEN / f"{name}.pt")
    buffer = io.BytesIO()
    rl.jit.load(GOLDEN / f"{name}.pt").save(buffer)
    buffer.seek(0)
    second = torch.jit.load(buffer)
    assert second.code == first.code
    shape = {"attributes": (2, 3), "traced": (1, 1, 4, 4), "methods": (2, 4)}.get(name, (2,))
    arguments = (torch.ones(shape), 0.5) if name == "function" else (torch.ones(shape),)
    assert torch.equal(first(*arguments), second(*arguments))
    ours = rl.jit.load(GOLDEN / f"{name}.pt")(*(rl.from_numpy(a.numpy()) if isinstance(a, torch.Tensor) else a for a in arguments))
    assert np.allclose(ours.numpy(), first(*arguments).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_torch_reads_every_dtype_that_is_stored_here() -> None:
    class Buffers(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for dtype in ("uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "bool", "complex64"):
                self.register_buffer(f"b_{dtype}", torch.tensor([0, 1, 1]).to(getattr(torch, dtype)))
            self.register_buffer("u16", torch.tensor([1, 65535], dtype=torch.uint16))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    buffer, again = io.BytesIO(), io.BytesIO()
    scripted = torch.jit.script(Buffers())
    torch.jit.save(scripted, buffer)
    buffer.seek(0)
    rl.jit.load(buffer).save(again)
    again.seek(0)
    found = torch.jit.load(again)
    for name, value in scripted.state_dict().items():
        assert torch.equal(found.state_dict()[name], value), name


def test_both_write_the_same_code_for_the_same_source() -> None:
    source = torch.jit.script(torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU()))
    ours = rl.jit.script(rl.nn.Sequential(rl.nn.Linear(4, 3), rl.nn.ReLU()))
    buffer = io.BytesIO()
    ours.save(buffer)
    buffer.seek(0)
    assert torch.jit.load(buffer).code == source.code


def test_constants_of_dtypes_that_numpy_lacks_are_saved_again() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.LayerNorm(4), torch.nn.LayerNorm(4)).to(torch.bfloat16).eval()
    frozen, archive, again = torch.jit.freeze(torch.jit.script(module)), io.BytesIO(), io.BytesIO()
    torch.jit.save(frozen, archive)
    archive.seek(0)
    rl.jit.save(rl.jit.load(archive), again)
    again.seek(0)
    x = torch.randn(2, 4).bfloat16()
    assert torch.equal(torch.jit.load(again)(x), frozen(x))
    # weight and bias of the layer, and ones and zeros that both normalizations share
    assert len([name for name in zipfile.ZipFile(again).namelist() if "/constants/" in name]) == 4
