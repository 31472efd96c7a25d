"""Forms of programs that real archives have: the same text, or the same module, in PyTorch and here, and saved again."""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import Any, Dict, List, Tuple, Union

import numpy as np
import pytest

import rushlight as rl
from rushlight.serialize.container_writer import ArchiveWriter

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")


def archive(body: str, version: int = 10) -> bytes:
    """An archive whose module has this `forward` of a tensor."""
    head = "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, "archive")
    records = {
        "data.pkl": b"\x80\x02c__torch__\nM\n)\x81}(X\x08\0\0\0training\x89ub.",
        "constants.pkl": b"\x80\x02).",
        "version" if version < 6 else ".data/version": b"%d\n" % version,
        "code/__torch__.py": (head + "  def forward(self: __torch__.M,\n    x: Tensor) -> Any:\n" + body).encode(),
    }
    for name, data in records.items():
        writer.add(name, data)
    writer.finish()
    return out.getvalue()


def plain(value: Any) -> Any:
    """A result of either library, to be compared."""
    if isinstance(value, rl.Tensor | torch.Tensor):
        return str(value.dtype), value.detach().numpy()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def same(data: bytes, *inputs: Any) -> None:
    """Both libraries give the same for an archive, and for the one that rushlight saves of it."""
    theirs, ours, again = torch.jit.load(io.BytesIO(data)), rl.jit.load(io.BytesIO(data)), io.BytesIO()
    rl.jit.save(ours, again)
    with torch.no_grad():
        expected = plain(theirs(*inputs))
        saved = plain(torch.jit.load(io.BytesIO(again.getvalue()))(*inputs))
    found = plain(ours(*[rl.from_numpy(one.numpy()) if isinstance(one, torch.Tensor) else one for one in inputs]))
    np.testing.assert_equal(str_of(saved), str_of(expected))
    close(found, expected)


def str_of(value: Any) -> str:
    return repr(value)


def close(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        close(list(found.values()), list(expected.values()))
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, wanted in zip(found, expected, strict=True):
            close(one, wanted)
    else:
        assert found == expected


TEXTS = {
    "empty dict": '    d = torch.dict()\n    torch._set_item(d, "a", x)\n    return d\n',
    "reflection_pad1d": "    return torch.reflection_pad1d(torch.unsqueeze(x, 0), [2, 1])\n",
    "reflection_pad2d": "    return torch.reflection_pad2d(torch.unsqueeze(x, 0), [1, 2, 3, 0])\n",
    "replication_pad2d": "    return torch.replication_pad2d(torch.unsqueeze(x, 0), [1, 2, 3, 0])\n",
    "replication_pad3d": "    return torch.replication_pad3d(torch.reshape(x, [1, 2, 2, 5]), [1, 2, 3, 0, 1, 1])\n",
    "floor_divide_": "    y = torch.clone(x)\n    return torch.floor_divide_(y, torch.full_like(y, 0.3))\n",
    "feature_dropout_": "    return torch.feature_dropout_(torch.clone(x), 0.5, False)\n",
    "feature_alpha_dropout_": "    return torch.feature_alpha_dropout_(torch.clone(x), 0.5, False)\n",
    "in place bits": "    y = torch.__iand__(torch.gt(x, 0), torch.lt(x, 2))\n"
    "    return torch.__ixor__(torch.__ior__(y, torch.gt(x, 2.5)), torch.gt(x, 1))\n",
    "__interpolate": '    return torch.__interpolate(torch.reshape(x, [1, 1, 4, 5]), [7, 3], None, "bilinear", False)\n',
    "__upsample": '    return torch.__upsample(torch.reshape(x, [1, 1, 4, 5]), None, 2, "nearest")\n',
    "Size": "    return torch.Size(torch.size(x))\n",
    "_list_to_tensor": "    return torch._list_to_tensor([1, 2, torch.len(x)])\n",
    "_infer_size": "    return torch._infer_size([3, 1], torch.size(torch.select(x, 0, 0)))\n",
    "_reshape_from_tensor": "    return torch._reshape_from_tensor(x, torch._shape_as_tensor(torch.t(x)))\n",
    "count of tensors": "    a = torch.select(torch.select(x, 0, 0), 0, 0)\n    return torch.count([a, torch.neg(a), a], a)\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_texts(text: str) -> None:
    same(archive(text), torch.linspace(-2, 3, 20).reshape(4, 5))


class Branches(torch.nn.Module):
    """Results by name, as detectors and segmenters give them; boxes as a tensor or a list of tensors."""

    def shape(self, boxes: Union[torch.Tensor, List[torch.Tensor]]) -> int:
        if isinstance(boxes, (list, tuple)):
            return len(boxes)
        return boxes.dim()

    def forward(self, x: torch.Tensor) -> Tuple[Dict[str, torch.Tensor], int]:
        result: Dict[str, torch.Tensor] = OrderedDict()
        result["out"] = x * 2
        return result, self.shape(x) + self.shape([x, x])


def made(module: Any) -> bytes:
    out = io.BytesIO()
    torch.jit.save(module, out)
    return out.getvalue()


def test_results_by_name() -> None:
    same(made(torch.jit.script(Branches())), torch.ones(2, 3))


@torch.jit.interface
class Layer(torch.nn.Module):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        pass


class Chosen(torch.nn.Module):
    """A submodule that is chosen when the program runs."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)])
        self.heads = torch.nn.ModuleDict({"a": torch.nn.Linear(3, 2)})

    def forward(self, x: torch.Tensor, index: int, name: str) -> torch.Tensor:
        layer: Layer = self.layers[index]
        head: Layer = self.heads[name]
        return head.forward(layer.forward(x))


def test_submodules_are_chosen_when_a_program_runs() -> None:
    same(made(torch.jit.script(Chosen())), torch.ones(2, 3), 1, "a")


class Grid(torch.nn.Module):
    """Places of a detector's cells: a trace has the numbers as tensors of float64."""

    def forward(self, x: torch.Tensor) -> Any:
        height, width = x.shape
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        grid = torch.stack((columns, rows), 2)
        return grid.expand(3, height, width, 2) - 0.5, grid * 2.5, grid / 2, grid + x.shape[0] * 1.5, x * 0.1, x.sum() + 0.1


def test_numbers_of_traces_are_numbers() -> None:
    same(made(torch.jit.trace(Grid(), torch.ones(4, 5), check_trace=False)), torch.ones(4, 5))


@pytest.mark.parametrize("masked", [False, True])
def test_encoders_that_know_nested_tensors(masked: bool) -> None:
    torch.manual_seed(0)
    encoder = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2).eval()
    data, x = made(torch.jit.script(encoder)), torch.randn(2, 5, 8)
    if not masked:
        same(data, x)
        return
    mask = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    with torch.no_grad():
        expected = torch.jit.load(io.BytesIO(data))(x, None, mask).numpy()
    found = rl.jit.load(io.BytesIO(data))(rl.from_numpy(x.numpy()), None, rl.from_numpy(mask.numpy())).detach().numpy()
    np.testing.assert_allclose(found[~mask.numpy()], expected[~mask.numpy()], rtol=1e-4, atol=1e-5)
