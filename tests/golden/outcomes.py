"""What a call gives, as text that two libraries share: used by make_running.py and by tests/script."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any


def outcome(function: Callable[..., Any], arguments: Sequence[Any]) -> str:
    """The result as text, or the kind of exception and the last line of its message. The arguments are copied first."""
    fresh = [argument.clone() if hasattr(argument, "clone") else copy.deepcopy(argument) for argument in arguments]
    try:
        return repr(function(*fresh))
    except Exception as error:
        kind = "RuntimeError" if isinstance(error, RuntimeError) else type(error).__name__
        return f"{kind}: {str(error).strip().splitlines()[-1]}"
