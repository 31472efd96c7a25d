"""Context managers of PyTorch as script classes: what `with rl.no_grad():` compiles to.

In: nothing. Out: classes with the methods and the qualified names of PyTorch's, which archives hold.
"""

from __future__ import annotations

from typing import Any

from ..runtime import grad_mode, profiler
from ..runtime.grad_mode import is_grad_enabled, set_grad_enabled
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


SCRIPTED: dict[type, type] = {
    grad_mode.no_grad: no_grad, profiler.record_function: record_function, executor_settings.strict_fusion: strict_fusion,
}
"""Classes that compiled code replaces, by the class that programs name."""
