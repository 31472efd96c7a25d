"""Switches that programs set and read back: how exact products are, whether only deterministic operators may run, autocast's dtypes.

None changes a result here: products of float32 are computed in float32, and every operator gives the same bits each time.
"""
from __future__ import annotations

from . import dtype as dtypes
from .device import Device
from .dtype import DType

_PRECISIONS = ("highest", "high", "medium")
_DETERMINISTIC = ("default", "warn", "error")
_precision = "highest"
_deterministic = 0


def set_float32_matmul_precision(precision: str) -> None:
    """Say how exact products of float32 must be: `highest`, `high` or `medium`; all are computed in float32."""
    global _precision
    if precision not in _PRECISIONS:
        raise RuntimeError(f"float32_matmul_precision must be one of {', '.join(_PRECISIONS)}, but got {precision}")
    _precision = precision


def get_float32_matmul_precision() -> str:
    """What was set last."""
    return _precision


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for deterministic operators, which all are."""
    set_deterministic_debug_mode((1 if warn_only else 2) if mode else 0)


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by number or name: 0 "default", 1 "warn", 2 "error"."""
    global _deterministic
    if debug_mode not in _DETERMINISTIC and debug_mode not in range(3):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, 2 or {', '.join(_DETERMINISTIC)}, but got {debug_mode}")
    _deterministic = _DETERMINISTIC.index(debug_mode) if isinstance(debug_mode, str) else debug_mode


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2: what was asked for."""
    return _deterministic


def are_deterministic_algorithms_enabled() -> bool:
    """Whether deterministic operators were asked for."""
    return _deterministic > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether others would only be warned of."""
    return _deterministic == 1


def get_autocast_dtype(device_type: str) -> DType:
    """The dtype that autocast computes in: bfloat16 on the CPU and on devices like it, else float16. RuntimeError for no device's name."""
    return dtypes.bfloat16 if Device(device_type).type in ("cpu", "xla", "hpu") else dtypes.float16
