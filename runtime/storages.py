"""Storages as users see them: what `Tensor.untyped_storage()` and `Tensor.storage()` answer, and what files hold beside tensors.

They are views of a `Storage` (storage.py): as bytes, or as items of a dtype.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from .storage import Storage

if TYPE_CHECKING:
    from .device import Device
    from .dtype import DType
    from .tensor import Tensor


@dataclass(slots=True, eq=False)
class TypedStorage:
    """The items of a storage, from its first byte on; `dtype` is None where they are bytes."""

    storage: Storage
    dtype: DType | None

    def __repr__(self) -> str:
        kind = "UntypedStorage(" if self.dtype is None else f"TypedStorage(dtype={self.dtype}, "
        items = "" if self.storage.device.type == "meta" else "\n".join(f" {item}" for item in self.tolist()) + "\n"
        return f"{items}[torch.storage.{kind}device={self.device}) of size {len(self)}]"

    def __len__(self) -> int:
        return self.storage.nbytes // self.element_size()

    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            if self.dtype is not None:
                raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
            start, stop, step = at.indices(len(self))
            if step != 1:
                raise RuntimeError(f"Trying to slice with a step of {step}, but only a step of 1 is supported")
            return UntypedStorage(self.storage.part(start, max(0, stop - start)))
        return self._items()[self._place(at)].item()

    def __setitem__(self, at: int, value: Any) -> None:
        self._items()[self._place(at)] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    @property
    def device(self) -> Device:
        """Where the bytes are."""
        return self.storage.device

    def size(self) -> int:
        """The number of items."""
        return len(self)

    def nbytes(self) -> int:
        """The number of bytes."""
        return self.storage.nbytes

    def element_size(self) -> int:
        """Bytes of an item."""
        return self.dtype.itemsize if self.dtype is not None else 1

    def data_ptr(self) -> int:
        """The address of the first byte; 0 where there is none."""
        return 0 if self.storage.device.type == "meta" or not self.storage.nbytes else self._items().data_ptr()

    def tolist(self) -> list[Any]:
        """The items as Python numbers."""
        return self._items().tolist()

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self.storage)

    def clone(self) -> TypedStorage:
        """The same items in memory of their own."""
        copy = Storage.allocate(self.storage.nbytes)
        copy.array[...] = self.storage.array
        return UntypedStorage(copy) if self.dtype is None else TypedStorage(copy, self.dtype)

    def copy_(self, source: TypedStorage) -> Self:
        """Take the items of `source`, which has as many; RuntimeError otherwise."""
        if len(source) != len(self):
            raise RuntimeError(f"size does not match, self was {len(self)} bytes but src was {len(source)} bytes")
        self._items().copy_(source._items())
        return self

    def fill_(self, value: Any) -> Self:
        """Make every item `value`."""
        self._items().fill_(value)
        return self

    def is_shared(self) -> bool:
        """Whether other processes see the memory: never."""
        return False

    def _items(self) -> Tensor:
        from .dtype import uint8
        from .layout import Layout
        from .tensor import Tensor

        return Tensor(self.storage, Layout.of((len(self),), (1,), 0), self.dtype or uint8)

    def _place(self, at: int) -> int:
        if not -len(self) <= at < len(self):
            raise IndexError(f"index {at} out of range for storage of size {len(self)}")
        return at


class UntypedStorage(TypedStorage):
    """The bytes of a storage."""

    __slots__ = ()

    def __init__(self, storage: Storage | int = 0) -> None:
        """Over the memory of `storage`, or over that many fresh bytes."""
        super().__init__(Storage.allocate(storage) if isinstance(storage, int) else storage, None)


def is_storage(obj: object) -> bool:
    """Whether the object is a storage, of bytes or of items."""
    return isinstance(obj, TypedStorage)
