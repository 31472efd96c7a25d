"""Whole networks of usual sizes, batch 1, saved by torch.jit.save and loaded by each library. `python -m bench.models`.

Rows: ResNet-18 and MobileNetV2 over an image of 224 x 224 and two layers of BERT-base over 128 tokens; weights are random.
Contenders: rushlight and PyTorch, each as loaded and after freeze and optimize_for_inference.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import rushlight as rl

from .networks import Contender
from .paired import measure


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer)
        self.conv2, self.bn2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False), nn.BatchNorm2d(outer)
        self.relu = nn.ReLU(inplace=True)
        shortcut = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))
        self.downsample = shortcut if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += self.downsample(x)
        return self.relu(out)


def resnet18() -> nn.Module:
    """ResNet-18."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inner = 64
    for outer, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [ResidualBlock(inner, outer, stride), ResidualBlock(outer, outer, 1)]
        inner = outer
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(512, 1000))


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project."""

    def __init__(self, inner: int, outer: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inner * expansion
        layers: list[nn.Module] = []
        if expansion > 1:
            layers += [nn.Conv2d(inner, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True)]
        layers += [nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True)]
        self.conv = nn.Sequential(*layers, nn.Conv2d(hidden, outer, 1, bias=False), nn.BatchNorm2d(outer))
        self.use_residual = stride == 1 and inner == outer

    def forward(self, x: Tensor) -> Tensor:
        if self.use_residual:
            return x + self.conv(x)
        return self.conv(x)


def mobilenet() -> nn.Module:
    """MobileNetV2."""
    layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(inplace=True)]
    inner = 32
    for expansion, outer, count, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ):  # fmt: skip
        for number in range(count):
            layers.append(InvertedResidual(inner, outer, stride if number == 0 else 1, expansion))
            inner = outer
    layers += [nn.Conv2d(inner, 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.ReLU6(inplace=True), nn.AdaptiveAvgPool2d((1, 1))]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, 1000))


class BertLayer(nn.Module):
    """Attention and two linear layers, each followed by a sum and a normalization."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2, self.activation = nn.LayerNorm(width), nn.LayerNorm(width), nn.GELU()

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(query, key.transpose(-1, -2)) / 8.0
        mixed = torch.matmul(torch.softmax(scores, dim=-1), value).transpose(1, 2).reshape(x.size(0), x.size(1), x.size(2))
        x = self.norm1(x + self.output(mixed))
        return self.norm2(x + self.down(self.activation(self.up(x))))


class Bert(nn.Module):
    """Embedded tokens through two layers of BERT-base."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.norm = nn.Embedding(30522, 768), nn.Embedding(512, 768), nn.LayerNorm(768)
        self.layers = nn.Sequential(BertLayer(768, 12), BertLayer(768, 12))

    def forward(self, tokens: Tensor) -> Tensor:
        places = torch.arange(tokens.size(1), device=tokens.device)
        return self.layers(self.norm(self.words(tokens) + self.places(places)))


def image() -> np.ndarray:
    """A random picture."""
    return np.random.default_rng(0).standard_normal((1, 3, 224, 224), dtype=np.float32)


def tokens() -> np.ndarray:
    """Random words."""
    return np.random.default_rng(0).integers(0, 30522, (1, 128))


MODELS: dict[str, tuple[Callable[[], nn.Module], Callable[[], np.ndarray]]] = {
    "ResNet-18": (resnet18, image), "MobileNetV2": (mobilenet, image), "BERT-base, 2 layers": (Bert, tokens),
}  # fmt: skip


def contenders(name: str) -> list[Contender]:
    """Everyone's way to run a network of MODELS."""
    make, sample = MODELS[name]
    torch.manual_seed(0)
    module, x = make().eval(), sample()
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            # weights as drawn first would let activations fade to numbers that are slow
            nn.init.kaiming_normal_(layer.weight, mode="fan_out")
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        path = str(Path(folder, "model.pt"))
        torch.jit.script(module).save(path)
        ours, theirs = rl.jit.load(path).eval(), torch.jit.load(path).eval()
        quick = rl.jit.optimize_for_inference(rl.jit.load(path).eval())
        best = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.load(path).eval()))
    found: list[Contender] = []
    for title, model, library in (
        ("rushlight", ours, rl), ("rushlight optimized", quick, rl), ("torch.jit", theirs, torch), ("torch.jit optimized", best, torch),
    ):
        given = library.from_numpy(x)
        for _ in range(3):
            model(given)
        found.append(Contender(title, lambda model=model, given=given: model(given), lambda model=model, given=given: model(given).numpy()))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of every contender (default: 1)")
    parser.add_argument("--rounds", type=int, default=21, help="turns per row (default: 21)")
    parser.add_argument("--only", choices=list(MODELS), help="one row alone")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rl.set_num_threads(options.threads)
    print("| ms, batch 1 | rushlight | optimized | torch.jit | optimized | torch / rushlight | both optimized |")
    print("|---|---|---|---|---|---|---|")
    with torch.inference_mode():
        for name in [options.only] if options.only else MODELS:
            row = measure(name, contenders(name), options.rounds)
            times = list(row.seconds.values())
            ratios = times[2] / times[0], times[3] / times[1]
            print(f"| {name} | {' | '.join(f'{1e3 * one:.1f}' for one in times)} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
