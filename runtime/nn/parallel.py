"""`torch.nn.parallel`, as far as it means anything without a GPU: a module of modules that wrap another."""
from __future__ import annotations

from typing import Any

from .module import Module


class DataParallel(Module):
    """Splits batches over GPUs; without any, as here and in PyTorch, it calls the `module` that it wraps."""

    module: Module

    def __init__(self, module: Module, device_ids: list[int] | None = None, output_device: int | None = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the wrapped module gives."""
        return self.module(*inputs, **kwargs)
