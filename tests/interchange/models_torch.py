"""Programs that PyTorch and rushlight both compile: the same text, with `torch` meaning either library.

test_exchange_torch.py replaces the two imports for rushlight; nothing else differs.
"""

from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn


class Digits(nn.Module):
    """The network of examples/digits."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.25), nn.Linear(64, 10))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x))


class LoopMLP(nn.Module):
    """Linear layers in a loop, with an `if` on what they computed."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.head = nn.Linear(8, 4)
        self.limit = 1.5

    def forward(self, x: Tensor, steps: int = 4) -> Tensor:
        for step in range(steps):
            for layer in self.layers:
                x = torch.relu(layer(x)) + x
            if bool(x.abs().max() > self.limit):
                x = x / 2.0
            else:
                x = x + 0.1 * step
        return self.head(x)


class Methods(nn.Module):
    """Several exported methods, with defaults, Optional, tuples and lists."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(8, 4)
        self.decoder = nn.Linear(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x, None), scale=2.0)

    @torch.jit.export
    def encode(self, x: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        code = torch.tanh(self.encoder(x))
        if bias is not None:
            code = code + bias
        return code

    @torch.jit.export
    def decode(self, code: Tensor, scale: float = 2.0) -> Tensor:
        return self.decoder(code) * scale

    @torch.jit.export
    def both(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        code = self.encode(x, bias=None)
        return code, self.decode(code, scale=1.0)

    @torch.jit.export
    def powers(self, x: Tensor) -> Tensor:
        parts: List[Tensor] = []
        power = x
        while len(parts) < 3:
            parts.append(power)
            power = power * x
        return torch.cat(parts, dim=1)
