"""Storages as users see them: what `Tensor.untyped_storage()` and `Tensor.storage()` answer, and what files hold beside tensors.

They are views of a `Storage` (storage.py): as bytes (`UntypedStorage`), or as items of a dtype (`TypedStorage`). As in PyTorch neither is
a kind of the other; what both can do is in `_Items`.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from .device import Device
from .dtype import BY_NAME, DType, float32, uint8
from .storage import Storage

if TYPE_CHECKING:
    from .tensor import Tensor


class _Items:
    """The items of a storage, from its first byte on."""

    __slots__ = ("_dtype", "storage")

    storage: Storage
    _dtype: DType

    def __repr__(self) -> str:
        items = "" if self.device.type == "meta" else "\n".join(f" {item}" for item in self.tolist()) + "\n"
        return f"{items}[{self._title()}device={self.device}) of size {len(self)}]"

    def _title(self) -> str:
        raise NotImplementedError

    def __len__(self) -> int:
        return self.storage.nbytes // self._dtype.itemsize

    def __setitem__(self, at: int | slice, value: Any) -> None:
        self._tensor()[at if isinstance(at, slice) else self._place(at)] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    @property
    def device(self) -> Device:
        """Where the bytes are."""
        return self.storage.device

    @property
    def is_cuda(self) -> bool:
        """Whether the bytes are on a CUDA device."""
        return self.device.type == "cuda"

    @property
    def is_sparse(self) -> bool:
        """Whether the items are those of a sparse tensor: never."""
        return False

    def size(self) -> int:
        """The number of items."""
        return len(self)

    def nbytes(self) -> int:
        """The number of bytes."""
        return self.storage.nbytes

    def element_size(self) -> int:
        """Bytes of an item."""
        return self._dtype.itemsize

    def data_ptr(self) -> int:
        """The address of the first byte; 0 where there is none."""
        return 0 if self.device.type == "meta" or not self.storage.nbytes else self._tensor().data_ptr()

    def tolist(self) -> list[Any]:
        """The items as Python numbers."""
        return self._tensor().tolist()

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self.storage)

    def copy_(self, source: TypedStorage | UntypedStorage, non_blocking: bool | None = None) -> Self:
        """Take the items of `source`, which has as many; RuntimeError otherwise."""
        if len(source) != len(self):
            raise RuntimeError(f"size does not match, self was {len(self)} bytes but src was {len(source)} bytes")
        self._tensor().copy_(source._tensor())
        return self

    def fill_(self, value: Any) -> Self:
        """Make every item `value`."""
        self._tensor().fill_(value)
        return self

    def resizable(self) -> bool:
        """Whether `resize_` may give the storage other memory."""
        return self.storage.resizable

    def is_shared(self) -> bool:
        """Whether other processes see the memory: never."""
        return False

    def is_pinned(self, device: str | Device = "cuda") -> bool:
        """Whether the memory is pinned for copies to a device: never."""
        return False

    def cpu(self) -> Self:
        """The storage itself: it is on the CPU."""
        return self.to(device="cpu")

    def to(self, *, device: str | Device, non_blocking: bool = False) -> Self:
        """The storage itself if it is on `device`; RuntimeError for another one, of which there is none."""
        if Device(device).type != self.device.type:
            raise RuntimeError(f"a storage on {self.device} cannot go to {device}: rushlight's storages stay where they are")
        return self

    def _grow(self, size: int) -> None:
        nbytes = size * self._dtype.itemsize
        if nbytes < self.storage.nbytes:
            raise RuntimeError("resize_: tensors may lie in the bytes that would go; copy what is to stay with clone()")
        self.storage.grow(nbytes)

    def _copied(self) -> Storage:
        copy = Storage.allocate(self.storage.nbytes)
        copy.array[...] = self.storage.array
        return copy

    def _tensor(self) -> Tensor:
        from .layout import Layout
        from .tensor import Tensor

        return Tensor(self.storage, Layout.of((len(self),), (1,), 0), self._dtype)

    def _item(self, at: int) -> Any:
        return self._tensor()[self._place(at)].item()

    def _place(self, at: int) -> int:
        if not -len(self) <= at < len(self):
            raise IndexError(f"index {at} out of range for storage of size {len(self)}")
        return at


def _memory(items: Source, dtype: DType) -> Storage:
    """The memory of a storage, fresh memory for a number of items, or memory with these items."""
    if isinstance(items, Storage):
        return items
    if isinstance(items, UntypedStorage):
        return items.storage
    if isinstance(items, int):
        return Storage.allocate(items * dtype.itemsize)
    made = Storage.allocate(len(items) * dtype.itemsize)
    filled = TypedStorage(made, dtype)
    for place, item in enumerate(items):
        filled[place] = item
    return made


class TypedStorage(_Items):
    """The items of a storage as numbers of a dtype."""

    __slots__ = ()

    def __init__(self, items: Source = 0, dtype: DType = float32) -> None:
        """Over the memory of a storage; or over fresh memory, for that many items or with those."""
        self.storage = _memory(items, dtype)
        self._dtype = dtype

    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        return self._item(at)

    @property
    def dtype(self) -> DType:
        """What the items are."""
        return self._dtype

    def clone(self) -> TypedStorage:
        """The same items in memory of their own."""
        return TypedStorage(self._copied(), self._dtype)

    def resize_(self, size: int) -> None:
        """Have room for `size` items; RuntimeError if there is more already, or if the memory is somebody else's."""
        self._grow(size)

    def _title(self) -> str:
        return f"torch.storage.TypedStorage(dtype={self._dtype}, "


class UntypedStorage(_Items):
    """The bytes of a storage. Two are equal if they are the same memory, as those of two views of a tensor."""

    __slots__ = ()

    def __init__(self, items: Source = 0) -> None:
        """Over the memory of a storage; or over fresh memory, for that many bytes or with those."""
        self.storage = _memory(items, uint8)
        self._dtype = uint8

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and other.storage is self.storage

    def __hash__(self) -> int:
        return hash(self.storage)

    def __getitem__(self, at: int | slice) -> Any:
        if not isinstance(at, slice):
            return self._item(at)
        start, stop, step = at.indices(len(self))
        if step != 1:
            raise RuntimeError(f"Trying to slice with a step of {step}, but only a step of 1 is supported")
        return UntypedStorage(self.storage.part(start, max(0, stop - start)))

    def clone(self) -> UntypedStorage:
        """The same bytes in memory of their own."""
        return UntypedStorage(self._copied())

    def resize_(self, size: int) -> UntypedStorage:
        """Have room for `size` bytes; RuntimeError if there is more already, or if the memory is somebody else's."""
        self._grow(size)
        return self

    def _title(self) -> str:
        return "torch.storage.UntypedStorage("


def is_storage(obj: object) -> bool:
    """Whether the object is a storage, of bytes or of items."""
    return isinstance(obj, TypedStorage | UntypedStorage)


Source: TypeAlias = Storage | UntypedStorage | int | Sequence[Any]

_CASTS = {
    "byte": "uint8", "char": "int8", "short": "int16", "int": "int32", "long": "int64", "half": "float16", "bfloat16": "bfloat16",
    "float": "float32", "double": "float64", "bool": "bool", "complex_float": "complex64", "complex_double": "complex128",
}
"""Methods that give the items as other numbers, and what those are."""


def _cast(dtype: DType) -> Callable[[_Items], TypedStorage]:
    def cast(self: _Items) -> TypedStorage:
        return TypedStorage(self._tensor().to(dtype).clone().memory, dtype)

    cast.__doc__ = f"The items as {dtype}, in memory of their own."
    return cast


for _name, _items in _CASTS.items():
    setattr(_Items, _name, _cast(BY_NAME[_items]))
