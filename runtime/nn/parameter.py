"""Tensors that modules treat as their own: parameters and buffers.

Assigning a `Parameter` to an attribute of a module registers it; see module.py.
"""
from __future__ import annotations

from ..dtype import float32
from ..tensor import Tensor, new_empty


class Parameter(Tensor):
    """A tensor that is a parameter of a module; it shares the memory of `data` (nothing by default: an empty tensor)."""

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        source = new_empty((0,), float32) if data is None else data
        if not isinstance(source, Tensor):
            raise TypeError(f"Parameter: data must be a Tensor, but got {type(source).__name__}; convert it with rl.tensor first")
        if requires_grad and not (source.dtype.is_floating_point or source.dtype.is_complex):
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        super().__init__(source.storage, source.layout, source.dtype)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Buffer(Tensor):
    """A tensor that becomes a buffer when assigned to an attribute of a module; kept out of state_dict unless `persistent`."""

    def __init__(self, data: Tensor | None = None, *, persistent: bool = True) -> None:
        source = new_empty((0,), float32) if data is None else data
        super().__init__(source.storage, source.layout, source.dtype)
        self.requires_grad = source.requires_grad
        self.persistent = persistent
