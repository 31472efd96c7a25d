"""Modules over several devices, of which there is one: what wraps a module calls it."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..device import Device
from .module import Module


class DataParallel(Module):
    """Calls `module`; its members have their paths under `module.`, as in states saved from several GPUs."""

    def __init__(
        self, module: Module, device_ids: Sequence[int | Device] | None = None, output_device: int | Device | None = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module gives."""
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(DataParallel):
    """As `DataParallel`: one process computes, and states keep the paths under `module.`."""

    def __init__(self, module: Module, device_ids: Sequence[int | Device] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(module)
