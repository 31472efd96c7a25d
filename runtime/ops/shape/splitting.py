"""Views by the piece: operators that answer a list of views (eager callers get a tuple), for instance `split`.

As in views.py a row's body works on layouts alone; here it answers a list of them.
"""
from __future__ import annotations

from collections.abc import Sequence

from ...layout import Layout, wrap_dim
from ...storage import require_memory
from ...tensor import Tensor
from ..table import composite, view
from .views import replaced, select, slice_tensor

_VIEW_BYTES = 256
"""What a view takes at least: its tensor, layout, sizes and strides."""


def _pieces(layout: Layout, dim: int, sizes: Sequence[int]) -> list[Layout]:
    """Neighbouring pieces of these sizes along `dim`."""
    stride = layout.strides[dim]
    found: list[Layout] = []
    start = layout.offset
    for size in sizes:
        found.append(replaced(layout, dim, size, stride, start))
        start += size * stride
    return found


@view("unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]")
def unbind(self: Layout, dim: int = 0) -> list[Layout]:
    """Every slice of a dimension, which disappears."""
    if not self.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, len(self.shape))
    require_memory(_VIEW_BYTES * self.shape[dim])
    return [select(self, dim, index) for index in range(self.shape[dim])]


def split_layout(layout: Layout, size: int, dim: int) -> list[Layout]:
    """Pieces of `size` items along `dim`; the last may be smaller."""
    if not layout.shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    dim = wrap_dim(dim, len(layout.shape))
    length = layout.shape[dim]
    if size == 0:
        if length:
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}")
        return [layout]
    count = max(-(-length // size), 1)
    require_memory(_VIEW_BYTES * count)
    return _pieces(layout, dim, [size] * (count - 1) + [length - (count - 1) * size])


@view(
    "split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]",
    "unsafe_split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]",
)
def split(self: Layout, split_size: int, dim: int = 0) -> list[Layout]:
    """Pieces of `split_size` items along `dim`; the last may be smaller."""
    return split_layout(self, split_size, dim)


@view(
    "split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]",
    "split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]",
    "split(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]",
    "unsafe_split_with_sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]",
)
def split_with_sizes(self: Layout, split_sizes: Sequence[int], dim: int = 0) -> list[Layout]:
    """Pieces of the sizes given, which must add up to the size of `dim`."""
    if not self.shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, len(self.shape))
    if any(size < 0 for size in split_sizes):
        raise RuntimeError(f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={list(split_sizes)}")
    if sum(split_sizes) != self.shape[dim]:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {self.shape[dim]} (input tensor's size at dimension {dim}), but "
            f"got split_sizes={list(split_sizes)}"
        )
    return _pieces(self, dim, split_sizes)


@view(
    "chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]",
    "unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]",
)
def chunk(self: Layout, chunks: int, dim: int = 0) -> list[Layout]:
    """At most `chunks` pieces of equal size along `dim`; the last may be smaller."""
    if not self.shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrap_dim(dim, len(self.shape))
    size = -(-self.shape[dim] // chunks)
    if size:
        return split_layout(self, size, dim)
    require_memory(_VIEW_BYTES * chunks)
    return _pieces(self, dim, [0] * chunks)


@view("tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]")
def tensor_split_sections(self: Layout, sections: int, dim: int = 0) -> list[Layout]:
    """Exactly `sections` pieces; the first ones are larger by one where the size does not divide."""
    dim = _splittable(self, dim)
    if sections <= 0:
        raise RuntimeError(f"number of sections must be larger than 0, got {sections}")
    require_memory(_VIEW_BYTES * sections)
    size, larger = divmod(self.shape[dim], sections)
    return _pieces(self, dim, [size + 1] * larger + [size] * (sections - larger))


@view("tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]")
def tensor_split_indices(self: Layout, indices: Sequence[int], dim: int = 0) -> list[Layout]:
    """The pieces between the indices given."""
    dim = _splittable(self, dim)
    starts = [0, *indices]
    ends = [*indices, self.shape[dim]]
    return [slice_tensor(self, dim, start, end) for start, end in zip(starts, ends)]


def _splittable(layout: Layout, dim: int) -> int:
    if not layout.shape:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    return wrap_dim(dim, len(layout.shape))


@composite("tensor_split.tensor_indices_or_sections(Tensor(a -> *) self, Tensor tensor_indices_or_sections, int dim=0) -> Tensor(a)[]")
def tensor_split_tensor(self: Tensor, tensor_indices_or_sections: Tensor, dim: int = 0) -> list[Tensor]:
    """`tensor_split` whose sections or indices are in a tensor."""
    given = tensor_indices_or_sections
    if len(given.layout.shape) > 1 or given.dtype.name != "int64":
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional int64 tensor, but got "
            f"{len(given.layout.shape)} dims of {given.dtype}"
        )
    values = given.tolist()
    layouts = tensor_split_indices(self.layout, values, dim) if given.layout.shape else tensor_split_sections(self.layout, values, dim)
    return [Tensor(self.memory, layout, self.dtype) for layout in layouts]


@view("hsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]")
def hsplit_int(self: Layout, sections: int) -> list[Layout]:
    """`sections` equal pieces side by side."""
    _require_rank(self, 1, "torch.hsplit requires a tensor with at least 1 dimension, but got a tensor with")
    dim = 0 if len(self.shape) == 1 else 1
    if sections == 0 or self.shape[dim] % sections:
        raise RuntimeError(
            f"torch.hsplit attempted to split along dimension {dim}, but the size of the dimension {self.shape[dim]} is not divisible "
            f"by the split_size {sections}!"
        )
    return tensor_split_sections(self, sections, dim)


@view("hsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]")
def hsplit_array(self: Layout, indices: Sequence[int]) -> list[Layout]:
    """Pieces side by side between the indices given."""
    _require_rank(self, 1, "torch.hsplit requires a tensor with at least 1 dimension, but got a tensor with")
    return tensor_split_indices(self, indices, 0 if len(self.shape) == 1 else 1)


@view("vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]")
def vsplit_int(self: Layout, sections: int) -> list[Layout]:
    """`sections` equal pieces below each other."""
    _require_rank(self, 2, "torch.vsplit requires a tensor with at least 2 dimension, but got a tensor with")
    if sections == 0 or self.shape[0] % sections:
        raise RuntimeError(
            f"torch.vsplit attempted to split along dimension 0, but the size of the dimension {self.shape[0]} is not divisible by the "
            f"split_size {sections}!"
        )
    return tensor_split_sections(self, sections, 0)


@view("vsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]")
def vsplit_array(self: Layout, indices: Sequence[int]) -> list[Layout]:
    """Pieces below each other between the indices given."""
    _require_rank(self, 2, "torch.vsplit requires a tensor with at least 2 dimension, but got a tensor with")
    return tensor_split_indices(self, indices, 0)


def _require_rank(layout: Layout, rank: int, message: str) -> None:
    if len(layout.shape) < rank:
        raise RuntimeError(f"{message} {len(layout.shape)} dimensions!")


@view("dsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]")
def dsplit_int(self: Layout, sections: int) -> list[Layout]:
    """`sections` equal pieces one behind the other."""
    _require_rank(self, 3, "torch.dsplit requires a tensor with at least 3 dimension, but got a tensor with")
    if sections == 0 or self.shape[2] % sections:
        raise RuntimeError(
            f"torch.dsplit attempted to split along dimension 2, but the size of the dimension {self.shape[2]} is not divisible by the "
            f"split_size {sections}!"
        )
    return tensor_split_sections(self, sections, 2)


@view("dsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]")
def dsplit_array(self: Layout, indices: Sequence[int]) -> list[Layout]:
    """Pieces one behind the other between the indices given."""
    _require_rank(self, 3, "torch.dsplit requires a tensor with at least 3 dimension, but got a tensor with")
    return tensor_split_indices(self, indices, 2)
