"""The switches that say whether gradients would be recorded: kept per thread, readable, and without effect.

rushlight does inference and records nothing; programs written for PyTorch turn recording off and ask whether it is on.
"""
from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


class _Modes(threading.local):
    grad = True
    inference = False


_modes = _Modes()


def is_grad_enabled() -> bool:
    """Whether this thread is outside of `no_grad` and `inference_mode`."""
    return _modes.grad


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside of `inference_mode`."""
    return _modes.inference


class _Switch:
    """A context manager and decorator that sets both modes and puts the former ones back."""

    def __init__(self, grad: bool, inference: bool | None) -> None:
        self._wanted = (grad, inference)
        self._former: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._former.append((_modes.grad, _modes.inference))
        grad, inference = self._wanted
        _modes.grad = grad
        _modes.inference = _modes.inference if inference is None else inference

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        _modes.grad, _modes.inference = self._former.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        grad, inference = self._wanted

        @wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            # One of its own for every call: calls may run in several threads at once.
            with _Switch(grad, inference):
                return function(*args, **kwargs)

        return switched


class no_grad(_Switch):
    """`with no_grad():`, `@no_grad()` or `@no_grad`: recording is off inside."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return object.__new__(cls) if function is None else cls()(function)

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        super().__init__(False, None)


class enable_grad(_Switch):
    """`with enable_grad():`, `@enable_grad()` or `@enable_grad`: recording is on inside."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return object.__new__(cls) if function is None else cls()(function)

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        super().__init__(True, None)


class inference_mode(_Switch):
    """`with inference_mode():`, `@inference_mode()` or `@inference_mode`: recording is off inside, unless `mode` is false."""

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        return object.__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool | Callable[..., Any] = True) -> None:
        super().__init__(not mode, bool(mode))


class set_grad_enabled(_Switch):
    """Turns recording on or off at once, and, used with `with`, back again at the end."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode, None)
        self._before = _modes.grad
        _modes.grad = mode

    def __enter__(self) -> None:
        self._former.append((self._before, _modes.inference))
        _modes.grad = self._wanted[0]
