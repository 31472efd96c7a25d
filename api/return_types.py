"""The classes of results with named parts: `return_types.max` is that of `max(x, dim)`."""
from __future__ import annotations

from rushlight.runtime.ops.packet import class_of_results
from rushlight.runtime.return_types import NamedResult


def __getattr__(name: str) -> type[NamedResult]:
    """The class of the operator `name`; AttributeError if its results have no names."""
    found = None if name.startswith("__") else class_of_results(name)
    if found is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return found
