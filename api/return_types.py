"""The classes of results with named parts: `return_types.max` is that of `max(x, dim)`."""
from __future__ import annotations

from rushlight.runtime.ops.packet import packet, result_class
from rushlight.runtime.return_types import NamedResult


def __getattr__(name: str) -> type[NamedResult]:
    """The class of the operator `name`; AttributeError if its results have no names."""
    found = None if name.startswith("__") else packet(f"aten::{name}")
    classes = [made for op in (found.overloads if found is not None else ()) if (made := result_class(op)) is not None]
    if not classes:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return classes[0]
