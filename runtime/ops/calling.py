"""From a row to the function that runs it on complete arguments."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from ..layout import Layout
from ..tensor import Tensor
from .copying import copy_into
from .pointwise_call import pointwise_callable
from .resizing import resize_output
from .table import Kind, Op


def make_callable(op: Op) -> Callable[..., Any]:
    """The function behind `op(...)`."""
    if op.kind is Kind.POINTWISE:
        return pointwise_callable(op)
    run = _functional(op)
    if op.base is None:
        return run
    return _into_out(run) if op.key.endswith("out") else _into_self(run)


def _functional(op: Op) -> Callable[..., Any]:
    match op.kind:
        case Kind.VIEW:
            return _view(op.body)
        case Kind.COMPOSITE | Kind.KERNEL | Kind.HOST | Kind.BUILTIN | Kind.REDUCTION | Kind.POINTWISE:
            return op.body
        case _:
            assert_never(op.kind)


def _view(body: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Tensor, *args: Any) -> Tensor | list[Tensor]:
        found = body(self.layout, *args)
        if found.__class__ is Layout:
            return Tensor(self.storage, found, self.dtype)
        return [Tensor(self.storage, layout, self.dtype) for layout in found]

    return run


def _into_self(run: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def run_in_place(self: Tensor, *args: Any) -> Tensor:
        return copy_into(self, run(self, *args))

    return run_in_place


def _into_out(run: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def run_into(*args: Any) -> Tensor:
        result = run(*args[:-1])
        out = args[-1]
        resize_output(out, result.layout.shape)
        return copy_into(out, result)

    return run_into
