"""Trains a small convolutional network on scikit-learn's handwritten digits with PyTorch, and writes what `rushlight demo` shows.

In: nothing; the 1,797 scans come with scikit-learn. Out: tools/digits.pt, the archive `torch.jit.save` writes; tools/digits.npz, the
held-out scans, their labels and how many of them PyTorch gets right; tests/golden/digits/expected.npz, PyTorch's outputs for them.
Needs torch==2.13.0 and scikit-learn:

    python examples/digits/train.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[2]
SEED = 0
EPOCHS = 40
BATCH = 64


class DigitNet(nn.Module):
    """Two convolutions with batch normalisation, then two linear layers; (N, 1, 8, 8) in, (N, 10) out."""

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
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Dropout(0.25),
            nn.Linear(64, 10),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x))


def as_input(scans: np.ndarray) -> Tensor:
    """Scans (N, 8, 8) of grey levels 0 to 16 become the network's input (N, 1, 8, 8) of floats 0 to 1."""
    return torch.from_numpy(scans.astype(np.float32) / 16).unsqueeze(1)


def shifted(x: Tensor, generator: torch.Generator) -> Tensor:
    """The batch moved by up to one pixel each way, as a hand might have placed it."""
    down, right = (int(torch.randint(-1, 2, (1,), generator=generator)) for _ in range(2))
    padded = nn.functional.pad(x, (1, 1, 1, 1))
    return padded[:, :, 1 + down : 9 + down, 1 + right : 9 + right]


def train(x: Tensor, labels: Tensor) -> DigitNet:
    """The network after EPOCHS passes over the training scans, in eval mode."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = DigitNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x), generator=generator).split(BATCH):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(shifted(x[batch], generator)), labels[batch], label_smoothing=0.05)
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def main() -> None:
    """Train, measure, write the three files."""
    torch.set_num_threads(1)
    digits = load_digits()
    scans = digits.images.astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    train_scans, test_scans, train_labels, test_labels = train_test_split(scans, labels, test_size=0.25, random_state=SEED, stratify=labels)

    model = train(as_input(train_scans), torch.from_numpy(train_labels).long())
    archive = ROOT / "tools" / "digits.pt"
    torch.jit.script(model).save(str(archive))
    with torch.inference_mode():
        logits = torch.jit.load(str(archive))(as_input(test_scans)).numpy()
    correct = int((logits.argmax(axis=1) == test_labels).sum())

    np.savez_compressed(ROOT / "tools" / "digits.npz", images=test_scans, labels=test_labels, torch_correct=np.int64(correct))
    expected = ROOT / "tests" / "golden" / "digits" / "expected.npz"
    expected.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(expected, logits=logits)
    print(f"{correct} of {len(test_labels)} held-out scans right ({correct / len(test_labels):.2%}); {archive.stat().st_size} bytes")


if __name__ == "__main__":
    main()
