"""Operators of PyTorch's profiler that programs hold: nothing is recorded here, and they do nothing."""
from __future__ import annotations

from ...packed import RecordFunction
from ..table import composite

_RECORD = RecordFunction.class_name


@composite(f"profiler::_record_function_enter_new(str name, str? args=None) -> {_RECORD}")
def enter(name: str, args: str | None = None) -> RecordFunction:
    """Begin a named part of the program."""
    del args
    return RecordFunction(name)


@composite(f"profiler::_record_function_exit._RecordFunction({_RECORD} record) -> ()")
def leave(record: RecordFunction) -> None:
    """End it."""
    del record
