"""Shape changes that copy where no view will do, and those that only compare with another tensor's shape."""
from __future__ import annotations

from collections.abc import Sequence

from ...layout import Layout, broadcast_shapes, wrap_dim
from ...tensor import Tensor
from ..plans import Plans
from ..resizing import resize
from ..table import composite
from .copying import contiguous
from .views import expanded, inferred_shape

_views = Plans[tuple[Layout, tuple[int, ...]], Layout]()


def reshaped(tensor: Tensor, shape: Sequence[int]) -> Tensor:
    """A view of `tensor` with `shape` (one size may be -1) where there is one, else a copy."""
    key = tensor.layout, tuple(shape)
    found = _views.get(key)
    if found is not None:
        return Tensor(tensor.memory, found, tensor.dtype)
    wanted = inferred_shape(shape, tensor.layout.numel)
    layout = tensor.layout.view(wanted)
    if layout is None:
        return Tensor(contiguous(tensor).memory, Layout.contiguous(wanted), tensor.dtype)
    _views[key] = layout
    return Tensor(tensor.memory, layout, tensor.dtype)


@composite("reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)")
def reshape(self: Tensor, shape: Sequence[int]) -> Tensor:
    """The same items in the same order in another shape; copies where no view can show them."""
    return reshaped(self, shape)


@composite("_unsafe_view(Tensor self, SymInt[] size) -> Tensor")
def unsafe_view(self: Tensor, size: Sequence[int]) -> Tensor:
    """`reshape` of a tensor that nobody else uses."""
    return reshaped(self, size)


@composite("reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)")
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """`reshape` to the shape of `other`."""
    return reshaped(self, other.layout.shape)


@composite("flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)")
def flatten(self: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from `start_dim` through `end_dim` merged into one."""
    shape = self.layout.shape
    start, end = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshaped(self, (1,))
    if start == end:
        return self
    merged = 1
    for size in shape[start : end + 1]:
        merged *= size
    return reshaped(self, (*shape[:start], merged, *shape[end + 1 :]))


@composite("ravel(Tensor(a) self) -> Tensor(a)")
def ravel(self: Tensor) -> Tensor:
    """All items in one dimension."""
    return reshaped(contiguous(self), (-1,)) if self.layout.numel else reshaped(self, (0,))


@composite("unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)")
def unflatten(self: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """One dimension split into several; one of their sizes may be -1."""
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    dim = wrap_dim(dim, len(self.layout.shape))
    size = self.layout.shape[dim] if self.layout.shape else 1
    try:
        wanted = inferred_shape(sizes, size)
    except RuntimeError as error:
        if sum(given == -1 for given in sizes) > 1:
            raise RuntimeError(f"unflatten got an unexpected error:\n{error}") from None
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({size}) in the input tensor"
        ) from None
    shape = self.layout.shape
    layout = self.layout.view((*shape[:dim], *wanted, *shape[dim + 1 :]))
    # one dimension splits evenly, whatever its stride
    assert layout is not None
    return Tensor(self.memory, layout, self.dtype)


def _view_of(tensor: Tensor, layout: Layout) -> Tensor:
    return Tensor(tensor.memory, layout, tensor.dtype)


@composite("broadcast_tensors(Tensor[] tensors) -> Tensor[]")
def broadcast_tensors(tensors: Sequence[Tensor]) -> list[Tensor]:
    """All tensors repeated to their common shape."""
    if not tensors:
        return []
    shape = broadcast_shapes([tensor.layout.shape for tensor in tensors])
    return [_view_of(tensor, expanded(tensor.layout, shape)) for tensor in tensors]


@composite("atleast_1d(Tensor self) -> Tensor")
def atleast_1d(self: Tensor) -> Tensor:
    """The tensor with at least one dimension."""
    return self if self.layout.shape else reshaped(self, (1,))


@composite("atleast_2d(Tensor self) -> Tensor")
def atleast_2d(self: Tensor) -> Tensor:
    """The tensor with at least two dimensions; a vector becomes a row."""
    shape = self.layout.shape
    return self if len(shape) >= 2 else reshaped(self, (1, *(shape or (1,))))


@composite("atleast_3d(Tensor self) -> Tensor")
def atleast_3d(self: Tensor) -> Tensor:
    """The tensor with at least three dimensions; a vector becomes (1, n, 1), a matrix (m, n, 1)."""
    shape = self.layout.shape
    if len(shape) >= 3:
        return self
    return reshaped(self, (*shape, 1) if len(shape) == 2 else (1, *(shape or (1,)), 1))


@composite("atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]")
def atleast_1d_all(tensors: Sequence[Tensor]) -> list[Tensor]:
    """`atleast_1d` of each tensor."""
    return [atleast_1d(tensor) for tensor in tensors]


@composite("atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]")
def atleast_2d_all(tensors: Sequence[Tensor]) -> list[Tensor]:
    """`atleast_2d` of each tensor."""
    return [atleast_2d(tensor) for tensor in tensors]


@composite("atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]")
def atleast_3d_all(tensors: Sequence[Tensor]) -> list[Tensor]:
    """`atleast_3d` of each tensor."""
    return [atleast_3d(tensor) for tensor in tensors]


@composite("meshgrid(Tensor[] tensors) -> Tensor[]")
def meshgrid(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Each vector repeated along the others' dimensions, indexed as matrices are."""
    return meshgrid_indexing(tensors, "ij")


@composite("meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]")
def meshgrid_indexing(tensors: Sequence[Tensor], indexing: str) -> list[Tensor]:
    """Each vector repeated along the others' dimensions; "xy" exchanges the first two."""
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for tensor in tensors:
        if len(tensor.layout.shape) > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {tensor!r}")
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    swap = indexing == "xy" and len(tensors) >= 2
    vectors = [tensors[1], tensors[0], *tensors[2:]] if swap else list(tensors)
    shape = tuple(vector.layout.numel for vector in vectors)
    grids: list[Tensor] = []
    for at, vector in enumerate(vectors):
        line = reshaped(vector, [1] * at + [-1] + [1] * (len(shape) - at - 1))
        grids.append(_view_of(line, expanded(line.layout, shape)))
    if swap:
        grids[:2] = [grids[1], grids[0]]
    return grids


@composite("resize_(Tensor(a!) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)")
def resize_in_place(self: Tensor, size: Sequence[int], memory_format: object = None) -> Tensor:
    """The tensor with another shape over its storage, which grows where it is too small; all over it keep their items."""
    from ...formats import as_memory_format, contiguous_format, format_strides

    if any(each < 0 for each in size):
        raise RuntimeError(f"resize_: sizes must be non-negative, got {[*size]}")
    strides = format_strides(size, as_memory_format(memory_format) or contiguous_format)
    layout = self.layout if tuple(size) == self.layout.shape else Layout.of(tuple(size), strides, self.layout.offset)
    resize(self, layout)
    return self


@composite("resize_as_(Tensor(a!) self, Tensor the_template, *, MemoryFormat? memory_format=None) -> Tensor(a!)")
def resize_as_in_place(self: Tensor, the_template: Tensor, memory_format: object = None) -> Tensor:
    """`resize_` to the shape of another tensor."""
    return resize_in_place(self, the_template.layout.shape, memory_format)


@composite("set_.source_Tensor(Tensor(a!) self, Tensor source) -> Tensor(a!)")
def set_in_place(self: Tensor, source: Tensor) -> Tensor:
    """The tensor, now over the storage and with the layout of `source`."""
    if source.dtype is not self.dtype:
        raise RuntimeError(f"Could not set tensor of type {source.dtype} to a tensor of type {self.dtype}")
    self.memory, self.layout = source.memory, source.layout
    return self


@composite("narrow_copy(Tensor self, int dim, SymInt start, SymInt length) -> Tensor")
def narrow_copy(self: Tensor, dim: int, start: int, length: int) -> Tensor:
    """A contiguous copy of `length` items of `dim` from `start` on."""
    from .copying import clone
    from .views import narrow

    if dim >= self.ndim:
        raise RuntimeError(f"narrow_copy: dim {dim} of a tensor with {self.ndim} dimensions")
    return contiguous(clone(_view_of(self, narrow(self.layout, dim, start, length))))


@composite("rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor")
def rot90(self: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """The plane of two dimensions turned `k` quarters."""
    from .copying import laid_out
    from .joining import flip
    from .views import transpose

    rank = len(self.layout.shape)
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if rank < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {rank}")
    first, second = wrap_dim(dims[0], rank), wrap_dim(dims[1], rank)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    match k % 4:
        case 1:
            turned = flip(self, [second])
            return _view_of(turned, transpose(turned.layout, first, second))
        case 2:
            return flip(self, [first, second])
        case 3:
            turned = flip(self, [first])
            return _view_of(turned, transpose(turned.layout, first, second))
        case _:
            return laid_out(self, Layout.contiguous(self.layout.shape))
