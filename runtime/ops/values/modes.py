"""Switches that programs ask about: whether gradients would be recorded, whether autocasting is on; waiting for forked calls."""
from __future__ import annotations

from typing import Any

from ...grad_mode import is_grad_enabled, set_grad_enabled
from ...scripting import Future
from ..table import builtin


@builtin("is_grad_enabled() -> bool")
def is_grad_enabled_row() -> bool:
    """Whether recording is switched on; nothing is recorded either way."""
    return is_grad_enabled()


@builtin("set_grad_enabled(bool val) -> ()")
def set_grad_enabled_row(val: bool) -> None:
    """Switches recording on or off."""
    set_grad_enabled(val)


@builtin("is_autocast_enabled() -> bool", "is_autocast_cpu_enabled() -> bool")
def is_autocast_enabled() -> bool:
    """False: operators compute in the dtypes of their operands."""
    return False


@builtin("wait(Future(t) self) -> t")
def wait(self: Future[Any]) -> Any:
    """The result of a call that was forked."""
    return self.wait()
