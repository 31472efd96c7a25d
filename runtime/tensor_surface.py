"""Methods of `Tensor` that concern gradients, other devices and processes, sparse layouts, and programs of older times.

Programs ask such things on their way to what they compute. Questions are answered truly: one device with memory, strided layouts, no
recording. What changes nothing here is accepted, what cannot be done raises RuntimeError with PyTorch's words or a way out.
"""
from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .nn.hooks import RemovableHandle
    from .tensor import Tensor


def gradients_missing(what: str) -> RuntimeError:
    """What every function that needs gradients raises."""
    return RuntimeError(f"{what}: rushlight does inference and records no gradients; train with PyTorch and load the result here")


class Surface:
    """A base of `Tensor`."""

    is_sparse_csr = is_nested = is_mkldnn = is_mps = is_xla = is_xpu = is_ipu = is_maia = is_mtia = is_vulkan = False
    retains_grad = False
    name: str | None = None
    output_nr = 0

    # Gradients, of which there are none

    def backward(self, *args: Any, **kwargs: Any) -> None:
        """RuntimeError: nothing was recorded."""
        raise gradients_missing("backward")

    def retain_grad(self: Any) -> None:
        """Nothing, for a tensor that requires gradients; RuntimeError for others."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")

    def register_hook(self: Any, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """A handle of a hook that never runs, for gradients never come; RuntimeError for a tensor that does not require them."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        from .nn.hooks import RemovableHandle

        return RemovableHandle(OrderedDict())

    def register_post_accumulate_grad_hook(self: Any, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """As `register_hook`."""
        return self.register_hook(hook)

    # Devices and processes

    def pin_memory(self, device: Any = None) -> Tensor:
        """RuntimeError: only an accelerator needs memory pinned."""
        raise RuntimeError("Cannot access accelerator device when none is available.")

    def xpu(self, *args: Any, **kwargs: Any) -> Tensor:
        """RuntimeError: there is no such device."""
        raise RuntimeError("xpu: rushlight runs on the cpu here; pass device='cpu'")

    def is_shared(self) -> bool:
        """Whether other processes see the memory: never."""
        return False

    def share_memory_(self) -> Tensor:
        """RuntimeError: memory is not shared between processes."""
        raise RuntimeError("share_memory_: storages are not shared between processes; save the tensor and load it there with mmap=True")

    def is_distributed(self) -> bool:
        """False."""
        return False

    # Sparse layouts, which tensors do not have

    def to_dense(self: Any, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
        """The tensor itself, in `dtype` if one is given: every tensor is dense."""
        return self if dtype is None else self.to(dtype)

    def sparse_dim(self) -> int:
        """0: no dimension is sparse."""
        return 0

    def dense_dim(self: Any) -> int:
        """The number of dimensions: all are dense."""
        return len(self.layout.shape)

    def to_sparse(self, *args: Any, **kwargs: Any) -> Tensor:
        """RuntimeError: only strided tensors can be made."""
        raise RuntimeError("to_sparse: only strided tensors can be made; keep the tensor dense, or gather and scatter_add along its edges")

    to_sparse_coo = to_sparse_csr = to_sparse_csc = to_sparse_bsr = to_sparse_bsc = to_sparse

    # Items by Python functions

    def apply_(self: Any, callable: Callable[[Any], Any]) -> Tensor:
        """Replace each item by what the function makes of it. Slow: one call per item."""
        return self.copy_(_items_of(self, [callable(item) for item in self.flatten().tolist()]))

    def map_(self: Any, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
        """Replace each item by the function of it and of the item of `tensor`, which is broadcast."""
        pairs = zip(self.flatten().tolist(), tensor.expand(self.shape).flatten().tolist())
        return self.copy_(_items_of(self, [callable(*pair) for pair in pairs]))

    def map2_(self: Any, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
        """Replace each item by the function of it and of the items of `x` and `y`, which are broadcast."""
        shape = self.shape
        rows = zip(self.flatten().tolist(), x.expand(shape).flatten().tolist(), y.expand(shape).flatten().tolist())
        return self.copy_(_items_of(self, [callable(*row) for row in rows]))

    # Older and rarer spellings

    def new(self: Any, *args: Any, device: Any = None) -> Tensor:
        """A tensor of this dtype as the old constructors make it: of the sizes, or with the items, that are given."""
        from .legacy import made

        return made(self.dtype, *args, device=device)

    def as_subclass(self: Any, cls: type[Any]) -> Any:
        """A tensor of the class over the same memory."""
        from .tensor import Tensor

        made: Any = object.__new__(cls)
        Tensor.__init__(made, self.memory, self.layout, self.dtype)
        return made

    def dim_order(self: Any) -> tuple[int, ...]:
        """The dimensions from the largest stride to the smallest; those of equal strides keep their order."""
        strides = self.layout.strides
        return tuple(sorted(range(len(strides)), key=lambda dim: -strides[dim]))

    def lu(self: Any, pivot: bool = True, get_infos: bool = False) -> Any:
        """As `rl.lu`."""
        from .functional import lu

        return lu(self, pivot, get_infos)

    # Python protocols

    def __reversed__(self: Any) -> Tensor:
        """The items in reverse order along every dimension."""
        return self.flip(list(range(self.ndim)))

    def __array_wrap__(self, array: Any, *context: Any) -> Tensor:
        """What a NumPy function made of the items, as a tensor; NumPy's truth values become uint8."""
        from .tensor import from_numpy

        result = np.asarray(array)
        return from_numpy(result.astype(np.uint8) if result.dtype == np.bool_ else result)

    def __buffer__(self: Any, flags: int) -> memoryview:
        """The memory for `memoryview(x)`, from Python 3.12 on; BufferError where NumPy has no such dtype."""
        try:
            return memoryview(self.numpy())
        except (RuntimeError, TypeError, ValueError) as error:
            raise BufferError(str(error)) from error


def _items_of(like: Any, items: list[Any]) -> Tensor:
    """Items of the dtype and shape of a tensor."""
    from .factories import tensor

    return tensor(items, dtype=like.dtype).reshape(like.shape)
