"""Makes the archives in archives/ and quantized/ with real PyTorch: `cd tests/golden && python make_archives.py`.

They are what PyTorch 2.13.0 writes, so that readers and writers can be tested where PyTorch is not installed.
Annotations are evaluated here, because torch.jit.script reads those of classes as objects.
"""

import io
import json
import warnings
import zipfile
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

FOLDER = Path(__file__).parent / "archives"
QUANTIZED = Path(__file__).parent / "quantized"


class Color(Enum):
    RED = 1
    GREEN = 2


class Point(NamedTuple):
    x: Tensor
    label: int


class Attributes(nn.Module):
    """One attribute of every type that a pickle can hold."""

    empty_strings: list[str]
    counts: dict[str, int]
    by_number: dict[int, list[float]]
    maybe: int | None
    maybe_list: list[Tensor | None]
    pairs: list[tuple[int, str]]
    color: Color
    point: Point

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.tied = self.linear.weight
        self.register_buffer("empty", torch.zeros(0))
        self.register_buffer("absent", None)
        self.register_buffer("view", torch.arange(12.0).reshape(3, 4).t()[1:3])
        self.register_buffer("scalar", torch.tensor(7))
        self.register_buffer("flags", torch.tensor([True, False]))
        self.register_buffer("bytes", torch.tensor([1, 255], dtype=torch.uint8))
        self.register_buffer("float16s", torch.tensor([0.5, -2.0], dtype=torch.float16))
        self.names = ["a", "b", "a"]
        self.empty_strings = []
        self.counts = {"k": 1, "l": -1}
        self.by_number = {300: [1.5, float("inf")], 70000: []}
        self.maybe = None
        self.maybe_list = [None, torch.ones(2)]
        self.pairs = [(1, "x"), (2, "y")]
        self.color = Color.GREEN
        self.big = 2**40
        self.smallest = -(2**63)
        self.negative = -5
        self.ratio = 0.1
        self.number = 1 + 2j
        self.device = torch.device("cpu")
        self.dtype = torch.float64
        self.nothing = None
        self.triple = (1, 2.5, "x")
        self.five = (1, 2, 3, 4, 5)
        self.numbers = [1, 2, 70000]
        self.ratios = [0.5]
        self.switches = [True, False]
        self.tensors = [torch.ones(2), torch.zeros(1, 2)]
        self.nested = [[1], [2, 3]]
        self.text = "line\n\"quoted\" 'it' \\ naïve"
        self.point = Point(torch.tensor([1.0]), 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x)


class Gelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.gelu(x) / 2


class Methods(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
        self.register_buffer("calls", torch.zeros(1, dtype=torch.int64))

    def forward(self, x: Tensor, times: int = 2) -> Tensor:
        for _ in range(times):
            x = x + 1
        return self.layers(x)

    @torch.jit.export
    def count(self, x: Tensor) -> tuple[Tensor, int]:
        if bool(x.sum() > 0):
            x = -x
        return x, x.dim()


def half(x: Tensor, scale: float = 0.5) -> Tensor:
    return x * scale


class Traced(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).relu() + torch.tensor([0.25])


class Dynamic(nn.Module):
    """Layers whose weights are eight bits and whose inputs are float32."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.bag = nn.Embedding(11, 8), nn.EmbeddingBag(11, 6, mode="sum")
        self.linear, self.lstm = nn.Linear(8, 6), nn.LSTM(6, 5, bidirectional=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y, _ = self.lstm(torch.relu(self.linear(self.table(x))))
        return y, self.bag(x)


class Static(nn.Module):
    """Layers that compute in eight bits."""

    def __init__(self) -> None:
        super().__init__()
        self.quant, self.dequant = torch.ao.quantization.QuantStub(), torch.ao.quantization.DeQuantStub()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU()
        self.depthwise, self.pool = nn.Conv2d(8, 8, 3, groups=8, padding=1), nn.MaxPool2d(2)
        self.linear, self.sum = nn.Linear(8 * 9, 5), torch.ao.nn.quantized.FloatFunctional()

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.norm(self.conv(self.quant(x))))
        x = self.pool(self.sum.add(x, self.depthwise(x)))
        return self.dequant(self.linear(x.flatten(1)))


def dynamic() -> torch.jit.ScriptModule:
    model = Dynamic().eval()
    model.table.qconfig = model.bag.qconfig = torch.ao.quantization.float_qparams_weight_only_qconfig
    torch.ao.quantization.convert(torch.ao.quantization.prepare(model, inplace=True), inplace=True)
    return torch.jit.script(torch.ao.quantization.quantize_dynamic(model, {nn.Linear, nn.LSTM}))


def static() -> torch.jit.ScriptModule:
    model = torch.ao.quantization.fuse_modules(Static().eval(), [["conv", "norm", "relu"]])
    # weights of seven bits: processors without instructions for sums of bytes would cut those of larger ones
    model.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
    prepared = torch.ao.quantization.prepare(model)
    prepared(torch.rand(4, 3, 6, 6))
    return torch.jit.script(torch.ao.quantization.convert(prepared))


def save_with_call(model: torch.jit.ScriptModule, x: Tensor, name: str) -> None:
    """An archive that has a call and its results in extra files."""
    result = model(x)
    results = [one.tolist() for one in (result if isinstance(result, tuple) else (result,))]
    whole = io.BytesIO()
    torch.jit.save(model, whole, _extra_files={"input": json.dumps(x.tolist()), "results": json.dumps(results)})
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(QUANTIZED / name, "w") as target:
        for record in source.namelist():
            # the places are those of PyTorch's own sources, which are long
            if not record.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(record), source.read(record))


def main() -> None:
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    FOLDER.mkdir(exist_ok=True)
    torch.jit.save(torch.jit.script(Attributes()), FOLDER / "attributes.pt", _extra_files={"note.txt": "hello", "empty": ""})
    torch.jit.save(torch.jit.script(Gelu()), FOLDER / "gelu.pt")
    torch.jit.save(torch.jit.script(Methods()), FOLDER / "methods.pt")
    torch.jit.save(torch.jit.script(half), str(FOLDER / "function.pt"))
    torch.jit.save(torch.jit.trace(Traced(), torch.ones(1, 1, 4, 4)), FOLDER / "traced.pt")
    torch.save(Methods().state_dict(), FOLDER / "state_dict.pt")
    torch.manual_seed(0)
    save_with_call(dynamic(), torch.tensor([[0, 10, 3], [7, 7, 1]]), "dynamic.pt")
    save_with_call(static(), torch.rand(2, 3, 6, 6), "static.pt")


if __name__ == "__main__":
    main()
