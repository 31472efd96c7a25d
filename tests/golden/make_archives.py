"""Makes the archives in archives/ with real PyTorch: `cd tests/golden && python make_archives.py`.

They are what PyTorch 2.13.0 writes, so that readers and writers can be tested where PyTorch is not installed.
Annotations are evaluated here, because torch.jit.script reads those of classes as objects.
"""

import warnings
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

FOLDER = Path(__file__).parent / "archives"


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


if __name__ == "__main__":
    main()
