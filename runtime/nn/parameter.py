"""Tensors that modules treat as their own: parameters and buffers.

Assigning a `Parameter` to an attribute of a module registers it; see module.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..device import Device
from ..dtype import DType, float32
from ..factories import empty
from ..tensor import Size, Tensor, new_empty


class Parameter(Tensor):
    """A tensor that is a parameter of a module; it shares the memory of `data` (nothing by default: an empty tensor)."""

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        source = new_empty((0,), float32) if data is None else data
        if not isinstance(source, Tensor):
            raise TypeError(f"Parameter: data must be a Tensor, but got {type(source).__name__}; convert it with rl.tensor first")
        if requires_grad and not (source.dtype.is_floating_point or source.dtype.is_complex):
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        super().__init__(source.memory, source.layout, source.dtype)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Buffer(Tensor):
    """A tensor that becomes a buffer when assigned to an attribute of a module; kept out of state_dict unless `persistent`."""

    def __init__(self, data: Tensor | None = None, *, persistent: bool = True) -> None:
        source = new_empty((0,), float32) if data is None else data
        super().__init__(source.memory, source.layout, source.dtype)
        self.requires_grad = source.requires_grad
        self.persistent = persistent


class _Uninitialized:
    """What tensors without a shape yet have in common."""

    requires_grad: bool
    data: Tensor
    cls_to_become: type[Tensor]

    def materialize(self, shape: Sequence[int], device: Device | str | None = None, dtype: DType | None = None) -> None:
        """Get memory for `shape` and become a plain parameter or tensor; the values are not set."""
        self.data = empty(tuple(shape), device=device, dtype=dtype or self.data.dtype)
        self.__class__ = self.cls_to_become  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def shape(self) -> Size:
        """RuntimeError: there is none yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when "
            "trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before "
            "accessing their attributes."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.requires_grad,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        found = memo.get(id(self))
        if found is None:
            kind: Any = type(self)
            found = memo[id(self)] = kind(self.requires_grad, dtype=self.data.dtype)
        return found


class UninitializedParameter(_Uninitialized, Parameter):  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
    """A parameter of a lazy layer before its first input."""

    cls_to_become = Parameter

    def __init__(self, requires_grad: bool = True, device: Device | str | None = None, dtype: DType | None = None) -> None:
        super().__init__(empty((0,), device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(_Uninitialized, Buffer):  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
    """A buffer of a lazy layer before its first input."""

    cls_to_become = Tensor

    def __init__(
        self, requires_grad: bool = False, device: Device | str | None = None, dtype: DType | None = None, persistent: bool = True
    ) -> None:
        super().__init__(empty((0,), device=device, dtype=dtype), persistent=persistent)
        self.requires_grad = requires_grad


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, _Uninitialized)
