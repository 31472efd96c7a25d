"""Switches that programs ask about: whether gradients would be recorded, whether autocasting is on; waiting for forked calls."""
from __future__ import annotations

from typing import Any

from ...grad_mode import is_grad_enabled, set_grad_enabled
from ...scripting import Future
from ...settings import get_autocast_dtype
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


@builtin("get_autocast_dtype(str device_type) -> ScalarType")
def get_autocast_dtype_row(device_type: str) -> int:
    """The code of the dtype that blocks of autocast compute in on such a device."""
    return get_autocast_dtype(device_type).code


@builtin("wait(Future(t) self) -> t")
def wait(self: Future[Any]) -> Any:
    """The result of a call that was forked."""
    return self.wait()
