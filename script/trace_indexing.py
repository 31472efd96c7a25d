"""`tensor[index]` and `tensor[index] = value` while a trace is recorded: the operators that PyTorch's tracer sees.

In: a tensor and an index. Out: calls of `select`, `slice`, `unsqueeze`, `index`, `copy_`, `fill_` and `index_put_`, each recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ..runtime import aten
from ..runtime.tensor import Tensor

_END = 2**63 - 1


def get_item(self: Tensor, index: Any) -> Tensor:
    """The part of a tensor that `index` means."""
    view, pending = _view(self, index)
    if any(item is not None for item in pending):
        return aten.index(view, pending)
    return aten.alias(view) if view is self else view


def set_item(self: Tensor, index: Any, value: Any) -> None:
    """Write a number or a tensor into the part that `index` means."""
    view, pending = _view(self, index)
    if any(item is not None for item in pending):
        given = value if isinstance(value, Tensor) else aten.full([], value, dtype=self.dtype)
        aten.index_put_(view, pending, given)
    elif isinstance(value, Tensor):
        aten.copy_(view, value)
    else:
        aten.fill_(view, value)


def _view(self: Tensor, index: Any) -> tuple[Tensor, list[Tensor | None]]:
    """The view that the plain parts of an index make, and the tensors that index it."""
    parts = list(cast("tuple[Any, ...]", index)) if isinstance(index, tuple) else [index]
    parts = [_as_tensor(part) for part in parts]
    taken = sum(_dims_of(part) for part in parts)
    if not any(part is ... for part in parts):
        parts.append(...)
    view, dim = self, 0
    pending: list[Tensor | None] = []
    for part in parts:
        if part is ...:
            skipped = self.ndim - taken
            dim += skipped
            pending += [None] * skipped
        elif part is None or isinstance(part, bool):
            view = aten.unsqueeze(view, dim)
            pending.append(None if part is None else aten.full([1], part, dtype=_bool()))
            dim += 1
        elif isinstance(part, slice):
            ends = cast("slice[Any, Any, Any]", part)
            start, stop = (0 if ends.start is None else ends.start), (_END if ends.stop is None else ends.stop)
            view = aten.slice(view, dim, start, stop, 1 if ends.step is None else ends.step)
            pending.append(None)
            dim += 1
        elif isinstance(part, Tensor):
            pending.append(part)
            dim += _dims_of(part)
        else:
            view = aten.select(view, dim, part)
    while pending and pending[-1] is None:
        pending.pop()
    return view, pending


def _dims_of(part: Any) -> int:
    """How many dims of the tensor a part of an index stands for."""
    if part is None or part is ... or isinstance(part, bool):
        return 0
    return part.ndim if isinstance(part, Tensor) and part.dtype is _bool() else 1


def _as_tensor(part: Any) -> Any:
    if isinstance(part, Sequence) and not isinstance(part, str):
        from ..runtime.factories import tensor

        return tensor(part)
    return part


def _bool() -> Any:
    from ..runtime.dtype import bool_

    return bool_
