"""Copies of views: `transpose_copy` is `transpose` whose result has memory of its own, in row-major order.

Each row is made from its view's row. Imported after the views.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...layout import Layout
from ...tensor import Tensor
from ..table import composite, required
from .copying import clone, contiguous, laid_out

_VIEWS = (
    "as_strided", "detach", "diagonal", "expand", "permute", "select.int", "slice.Tensor", "split.Tensor", "split_with_sizes", "squeeze",
    "squeeze.dim", "squeeze.dims", "t", "transpose.int", "unbind.int", "unfold", "unsqueeze", "view.dtype", "view_as_complex",
    "view_as_real",
)


def copied(found: Tensor | list[Tensor]) -> Tensor | list[Tensor]:
    """A view, or each of a list of them, in memory of its own."""
    if isinstance(found, list):
        return [laid_out(one, Layout.contiguous(one.layout.shape)) for one in found]
    return laid_out(found, Layout.contiguous(found.layout.shape))


def _row(key: str) -> Callable[..., Any]:
    row = required(f"aten::{key}")

    def run(*args: Any) -> Any:
        return copied(row(*args))

    run.__doc__ = f"`{key.partition('.')[0]}`, copied to memory of its own in row-major order."
    return run


for _key in _VIEWS:
    _name, _, _overload = _key.partition(".")
    _text = required(f"aten::{_key}").text
    _arguments = _text[_text.index("(") :].replace("Tensor(a -> *)", "Tensor").replace("Tensor(a)", "Tensor")
    composite(f"{_name}_copy{'.' + _overload if _overload else ''}{_arguments}")(_row(_key))


@composite("view_copy(Tensor self, SymInt[] size) -> Tensor")
def view_copy(self: Tensor, size: list[int]) -> Tensor:
    """A copy in row-major order with another shape."""
    shaped: Tensor = self.reshape(list(size))
    return laid_out(shaped, Layout.contiguous(shaped.layout.shape)) if shaped.memory is self.memory else shaped


@composite("alias_copy(Tensor self) -> Tensor", "lift_fresh_copy(Tensor self) -> Tensor")
def alias_copy(self: Tensor) -> Tensor:
    """A copy in the same memory order."""
    return clone(self)


@composite("sum_to_size(Tensor self, SymInt[] size) -> Tensor")
def sum_to_size(self: Tensor, size: list[int]) -> Tensor:
    """The sums that undo broadcasting from `size`; RuntimeError where it does not broadcast to the shape of self."""
    shape = self.layout.shape
    leading = len(shape) - len(size)
    if leading < 0 or any(wanted not in (1, own) for wanted, own in zip(size, shape[leading:])):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    dims = [at for at, own in enumerate(shape) if at < leading or (size[at - leading] == 1 and own != 1)]
    result = self.sum(dims, True) if dims or not size else self
    return contiguous(result).view(list(size)) if leading else result
