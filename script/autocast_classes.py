"""The classes of autocast as compiled code has them: what archives of PyTorch hold, under its names.

In: nothing. Out: `SCRIPTED_CLASSES`: what stands in compiled code for classes of `runtime/surroundings.py`. What their blocks do to the
operators inside is `passes/autocast.py`.
"""

# ruff: noqa: N801 - PyTorch's names
from __future__ import annotations

from typing import Any, Optional

from ..runtime import aten, surroundings
from ..runtime.tensor import Tensor

# ruff: noqa: UP045 - archives hold these annotations


class autocast:
    """`autocast(device_type, dtype)`."""

    _jit_override_qualname = "__torch__.torch.amp.autocast_mode.autocast"

    def __init__(
        self, device_type: str, dtype: Optional[int] = None, enabled: bool = True, cache_enabled: Optional[bool] = None
    ) -> None:
        if not isinstance(device_type, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("autocast: expected the device as a text")
        self.fast_dtype = aten.get_autocast_dtype(device_type) if dtype is None else dtype
        self._enabled = enabled
        self.device = device_type

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        return None

    def __call__(self, func: Tensor) -> Tensor:
        return func


class cuda_autocast:
    """`torch.cuda.amp.autocast(enabled, dtype)`."""

    _jit_override_qualname = "__torch__.torch.cuda.amp.autocast_mode.autocast"

    def __init__(self, enabled: bool = True, dtype: int = 5, cache_enabled: bool = True) -> None:
        self._enabled = enabled
        self.device = "cuda"
        self.fast_dtype = dtype

    def __enter__(self) -> cuda_autocast:
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        return None

    def __call__(self, func: Tensor) -> Tensor:
        return func


SCRIPTED_CLASSES: dict[type, type] = {surroundings.autocast: autocast, surroundings.cuda_autocast: cuda_autocast}
"""By the class that programs name."""
