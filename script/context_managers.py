"""Context managers of PyTorch as script classes: what `with rl.no_grad():` compiles to.

In: nothing. Out: classes with the methods and the qualified names of PyTorch's, which archives hold. What blocks of autocast do to the
operators inside is `passes/autocast.py`.
"""

from __future__ import annotations

from typing import Any

from ..runtime import grad_mode, profiler, surroundings
from ..runtime.grad_mode import is_grad_enabled, set_grad_enabled
from ..runtime.settings import get_autocast_dtype
from ..runtime.tensor import Tensor
from . import executor_settings


class no_grad:
    """`rl.no_grad`: gradients would not be recorded inside."""

    _jit_override_qualname = "__torch__.torch.autograd.grad_mode.no_grad"

    def __init__(self) -> None:
        self.prev = False

    def __enter__(self) -> None:
        self.prev = is_grad_enabled()
        set_grad_enabled(False)

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        set_grad_enabled(self.prev)


class record_function:
    """`rl.profiler.record_function`: a name for what runs inside."""

    _jit_override_qualname = "__torch__.torch.autograd.profiler.record_function"

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self.args = args
        self.run_callbacks_on_exit: bool = True

    def __enter__(self):  # noqa: ANN204 - compiled code infers its own type
        return self

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        pass


class strict_fusion:
    """`rl.jit.strict_fusion`: what runs inside is to be fused, of which nothing is asked here."""

    _jit_override_qualname = "__torch__.torch.jit.strict_fusion"

    def __init__(self) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, type: Any, value: Any, tb: Any) -> None:  # noqa: A002 - PyTorch's names, which archives hold
        pass


class autocast:
    """`rl.autocast(device_type, dtype)`: operators inside compute in the dtypes that the device's list says."""

    _jit_override_qualname = "__torch__.torch.amp.autocast_mode.autocast"

    def __init__(self, device_type: str, dtype: int | None = None, enabled: bool = True, cache_enabled: bool | None = None) -> None:
        if not isinstance(device_type, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("autocast: expected the device as a text")
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        self._enabled = enabled
        self.device = device_type

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        return None

    def __call__(self, func: Tensor) -> Tensor:
        return func


class cuda_autocast:
    """`rl.cuda.amp.autocast(enabled, dtype)`: `autocast` for CUDA devices."""

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


SCRIPTED: dict[type, type] = {
    grad_mode.no_grad: no_grad, profiler.record_function: record_function, executor_settings.strict_fusion: strict_fusion,
    surroundings.autocast: autocast, surroundings.cuda_autocast: cuda_autocast,
}
"""Classes that compiled code replaces, by the class that programs name."""
