"""From bytes to objects and back: zip container, pickle machines, TorchScript archives."""

from __future__ import annotations
