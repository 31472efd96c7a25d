"""Small public names that belong to no other module: numbers, and questions about objects."""
from __future__ import annotations

import math

from .tensor import Tensor

inf = math.inf
nan = math.nan
pi = math.pi
e = math.e
newaxis = None
"""Adds a dimension where it stands in an index."""


def typename(obj: object) -> str:
    """The name that PyTorch's messages use for the type of `obj`: "torch.FloatTensor", "list", "collections.OrderedDict"."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ in ("builtins", "") else f"{kind.__module__}.{kind.__qualname__}"
