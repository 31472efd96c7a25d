"""Names for parts of a program, as PyTorch's profiler wants them; nothing is measured here."""
from __future__ import annotations

from types import TracebackType


class record_function:
    """`with record_function("part"):` gives what runs inside a name for PyTorch's profiler. Compiled code keeps it."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self.args = args

    def __enter__(self) -> record_function:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        del kind, error, traceback
