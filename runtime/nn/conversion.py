"""What changes all tensors of a module at once: dtype, device, memory format, sharing, freshness.

`Module` inherits these methods; each goes through `_apply`, which keeps the parameter objects, so whoever holds one sees the change.
"""
from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

from ..device import Device
from ..dtype import BY_TYPE, DType, as_dtype, bfloat16, float16, float32, float64
from ..factories import empty_like
from ..formats import MemoryFormat
from ..names import typename
from ..tensor import Tensor
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module


class Conversions:
    """The methods; the members they work on are `Module`'s."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]

    if TYPE_CHECKING:

        def children(self) -> Iterator[Module]:
            """Direct child modules, each once."""
            ...

        def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
            """Parameters of this module and, with `recurse`, of all below it."""
            ...

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        if recurse:
            for module in self.children():
                module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is None:
                continue
            # The object stays, so whoever else holds the parameter sees the change.
            parameter.data = fn(parameter.detach())
            if parameter.grad is not None:
                parameter.grad.data = fn(parameter.grad.detach())
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert all members: `to(device, dtype)`, `to(dtype)`, `to(tensor)`, `to(memory_format=...)`.

        Only floating point and complex members change their dtype, and only those of four or five dimensions their format.
        """
        device, dtype, memory_format = _parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
        if dtype is not None and dtype.is_complex:
            message = "Complex modules are a new feature under active development whose design may change, and some modules might not work"
            warnings.warn(f"{message} as expected when using complex tensors as parameters or buffers.", stacklevel=2)

        def convert(tensor: Tensor) -> Tensor:
            converts = tensor.dtype.is_floating_point or tensor.dtype.is_complex
            wanted: dict[str, Any] = {"device": device or tensor.device, "dtype": dtype if dtype and converts else tensor.dtype}
            if memory_format is not None and tensor.dim() in (4, 5):
                wanted["memory_format"] = memory_format
            return tensor.to(**wanted)

        return self._apply(convert)

    def cpu(self) -> Self:
        """Move all members to the CPU."""
        return self.to("cpu")

    def cuda(self, device: int | Device | None = None) -> Self:
        """RuntimeError: tensors are on the CPU."""
        return self._apply(lambda tensor: tensor.to(device=Device("cuda", device) if isinstance(device, int) else Device(device or "cuda")))

    def float(self) -> Self:
        """Make floating point members float32."""
        return self._to_floating(float32)

    def double(self) -> Self:
        """Make floating point members float64."""
        return self._to_floating(float64)

    def half(self) -> Self:
        """Make floating point members float16."""
        return self._to_floating(float16)

    def bfloat16(self) -> Self:
        """Make floating point members bfloat16."""
        return self._to_floating(bfloat16)

    def _to_floating(self, dtype: DType) -> Self:
        return self._apply(lambda tensor: tensor.to(dtype=dtype) if tensor.dtype.is_floating_point else tensor)

    def type(self, dst_type: DType | str) -> Self:
        """Convert every member, integers included, to a dtype."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def to_empty(self, *, device: Device | str | None, recurse: bool = True) -> Self:
        """Give all members fresh memory on `device`, without values."""
        return self._apply(lambda tensor: empty_like(tensor, device=device), recurse=recurse)

    def share_memory(self) -> Self:
        """RuntimeError: storages are this process's own; save the state and load it in the other process."""
        raise RuntimeError("share_memory: storages are not shared between processes; save a state_dict and load it there with mmap=True")

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set `requires_grad` of all parameters; it is stored and saved, nothing is recorded."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients that somebody put there, or set them to zero; none are computed here."""
        for parameter in self.parameters():
            if parameter.grad is not None and not set_to_none:
                parameter.grad.zero_()
            elif parameter.grad is not None:
                parameter.grad = None


def _parse_to(*args: Any, **kwargs: Any) -> tuple[Device | None, DType | None, MemoryFormat | None]:
    """Device, dtype and memory format of a call of `to`; `non_blocking` and `copy` change no result here."""
    device: Any = kwargs.get("device")
    dtype: Any = kwargs.get("dtype")
    for argument in (*args, kwargs.get("tensor"), kwargs.get("other")):
        if isinstance(argument, Tensor):
            device, dtype = argument.device, argument.dtype
        elif isinstance(argument, DType) or argument in BY_TYPE:
            dtype = argument
        elif isinstance(argument, (str, Device)):
            device = argument
        elif argument is not None and not isinstance(argument, bool):
            raise TypeError(f"to: got an argument of type {typename(argument)}; pass a device, a dtype or a tensor")
    return None if device is None else Device(device), as_dtype(dtype), kwargs.get("memory_format")
