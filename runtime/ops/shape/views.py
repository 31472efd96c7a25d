"""Views: operators whose result is another layout over the same memory.

A view row's body takes self's `Layout` and the remaining arguments and answers the result's `Layout`; no memory is
touched. What may have to copy is in reshaping.py, what answers several views in splitting.py.
"""
from __future__ import annotations

from collections.abc import Sequence

from ...dtype import as_dtype
from ...layout import Layout, wrap_dim
from ...tensor import Tensor
from ..dtype_rules import type_name
from ..table import composite, view


def inferred_shape(shape: Sequence[int], numel: int) -> tuple[int, ...]:
    """`shape` with its -1, if any, replaced so that it has `numel` items; RuntimeError where it cannot have them."""
    known = 1
    unknown: int | None = None
    for at, size in enumerate(shape):
        if size == -1:
            if unknown is not None:
                raise RuntimeError("only one dimension can be inferred")
            unknown = at
        elif size < 0:
            raise RuntimeError(f"invalid shape dimension {size} at index {at} of shape {list(shape)}")
        else:
            known *= size
    if unknown is None:
        if known != numel:
            raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
        return tuple(shape)
    if known == 0 and numel == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size -1 can be any "
            "value and is ambiguous"
        )
    if known == 0 or numel % known:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return (*shape[:unknown], numel // known, *shape[unknown + 1 :])


def viewed(layout: Layout, shape: Sequence[int]) -> Layout:
    """The layout that shows the same items in the same order as `shape`; RuntimeError where that needs a copy."""
    found = layout.view(inferred_shape(shape, layout.numel))
    if found is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return found


def distinct_dims(dims: Sequence[int], rank: int) -> list[int]:
    """`dims` counted from the front; RuntimeError if one comes twice."""
    wrapped: list[int] = []
    for dim in dims:
        found = wrap_dim(dim, rank)
        if found in wrapped:
            raise RuntimeError(f"dim {found} appears multiple times in the list of dims")
        wrapped.append(found)
    return wrapped


def without(layout: Layout, dims: Sequence[int]) -> Layout:
    """The layout without these dimensions."""
    kept = [dim for dim in range(len(layout.shape)) if dim not in dims]
    return Layout.of(tuple([layout.shape[dim] for dim in kept]), tuple([layout.strides[dim] for dim in kept]), layout.offset)


def replaced(layout: Layout, dim: int, size: int, stride: int, offset: int) -> Layout:
    """The layout with another size and stride at `dim`, starting at `offset`."""
    shape, strides = layout.shape, layout.strides
    return Layout.of((*shape[:dim], size, *shape[dim + 1 :]), (*strides[:dim], stride, *strides[dim + 1 :]), offset)


@view("view(Tensor(a) self, SymInt[] size) -> Tensor(a)")
def view_shape(self: Layout, size: Sequence[int]) -> Layout:
    """The same items in the same order in another shape; one size may be -1."""
    return viewed(self, size)


@view("view_as(Tensor(a) self, Tensor other) -> Tensor(a)")
def view_as(self: Layout, other: Tensor) -> Layout:
    """`view` with the shape of `other`."""
    return viewed(self, other.layout.shape)


@view(
    "alias(Tensor(a) self) -> Tensor(a)",
    "detach(Tensor(a) self) -> Tensor(a)",
    "data(Tensor self) -> Tensor",
    "prim::data(Tensor(a) a) -> Tensor(a)",
    "lift_fresh(Tensor(a) self) -> Tensor(a)",
)
def alias(self: Layout) -> Layout:
    """The same items."""
    return self


@view(
    "transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)",
    "swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)",
    "swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)",
)
def transpose(self: Layout, dim0: int, dim1: int) -> Layout:
    """Two dimensions exchanged."""
    rank = len(self.shape)
    dim0, dim1 = wrap_dim(dim0, rank), wrap_dim(dim1, rank)
    if dim0 == dim1:
        return self
    order = list(range(rank))
    order[dim0], order[dim1] = dim1, dim0
    return permuted(self, order)


def permuted(layout: Layout, order: Sequence[int]) -> Layout:
    """The dimensions in the order given, counted from the front."""
    shape, strides = layout.shape, layout.strides
    return Layout.of(tuple([shape[dim] for dim in order]), tuple([strides[dim] for dim in order]), layout.offset)


@view("permute(Tensor(a) self, int[] dims) -> Tensor(a)")
def permute(self: Layout, dims: Sequence[int]) -> Layout:
    """All dimensions in the order given."""
    rank = len(self.shape)
    if len(dims) != rank:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of "
            f"dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(dims)}"
        )
    order = [wrap_dim(dim, rank) for dim in dims]
    if len(set(order)) != rank:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permuted(self, order)


@view("t(Tensor(a) self) -> Tensor(a)")
def t(self: Layout) -> Layout:
    """A matrix with rows and columns exchanged; vectors and numbers stay as they are."""
    rank = len(self.shape)
    if rank > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return permuted(self, range(rank - 1, -1, -1))


@view("numpy_T(Tensor(a) self) -> Tensor(a)", "numpy_T.a(Tensor(a) self) -> Tensor(a)")
def numpy_t(self: Layout) -> Layout:
    """All dimensions in reverse order."""
    return permuted(self, range(len(self.shape) - 1, -1, -1))


@view(
    "mT(Tensor(a) self) -> Tensor(a)",
    "mT.a(Tensor(a) self) -> Tensor(a)",
)
def matrix_t(self: Layout) -> Layout:
    """The last two dimensions exchanged."""
    if len(self.shape) < 2:
        raise RuntimeError(
            "tensor.mT is only supported on matrices or batches of matrices. Got "
            f"{len(self.shape)}-D tensor."
        )
    return transpose(self, -2, -1)


@view("movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)",
      "moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)")
def movedim_int(self: Layout, source: int, destination: int) -> Layout:
    """One dimension moved to another place."""
    return movedim(self, [source], [destination])


@view("movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)",
      "moveaxis.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)")
def movedim(self: Layout, source: Sequence[int], destination: Sequence[int]) -> Layout:
    """Dimensions moved to other places; the rest keep their order."""
    if len(source) != len(destination):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain the same number of dims as "
            f"destination ({list(destination)} dims)"
        )
    rank = len(self.shape)
    sources = [wrap_dim(dim, rank) for dim in source]
    targets = [wrap_dim(dim, rank) for dim in destination]
    for name, wrapped, given in (("source", sources, source), ("destination", targets, destination)):
        if len(set(wrapped)) != len(wrapped):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if not self.shape:
        return self
    rest = iter([dim for dim in range(rank) if dim not in sources])
    placed = dict(zip(targets, sources))
    return permuted(self, [placed[at] if at in placed else next(rest) for at in range(rank)])


@view("squeeze(Tensor(a) self) -> Tensor(a)")
def squeeze(self: Layout) -> Layout:
    """Without its dimensions of size 1."""
    return without(self, [dim for dim, size in enumerate(self.shape) if size == 1])


@view("squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)")
def squeeze_dim(self: Layout, dim: int) -> Layout:
    """Without the dimension `dim` if its size is 1."""
    dim = wrap_dim(dim, len(self.shape))
    return without(self, [dim]) if self.shape and self.shape[dim] == 1 else self


@view("squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)")
def squeeze_dims(self: Layout, dim: Sequence[int]) -> Layout:
    """Without those of the dimensions `dim` whose size is 1."""
    dims = distinct_dims(dim, len(self.shape))
    return without(self, [at for at in dims if self.shape[at] == 1]) if self.shape else self


@view("unsqueeze(Tensor(a) self, int dim) -> Tensor(a)")
def unsqueeze(self: Layout, dim: int) -> Layout:
    """With a dimension of size 1 put in at `dim`."""
    shape, strides = self.shape, self.strides
    dim = wrap_dim(dim, len(shape) + 1)
    stride = shape[dim] * strides[dim] if dim < len(shape) else 1
    return Layout.of((*shape[:dim], 1, *shape[dim:]), (*strides[:dim], stride, *strides[dim:]), self.offset)


@view("select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)")
def select(self: Layout, dim: int, index: int) -> Layout:
    """The slice at `index` of the dimension `dim`, which disappears."""
    shape, strides = self.shape, self.strides
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, len(shape))
    size = shape[dim]
    if not -size <= index < size:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {dim}")
    if index < 0:
        index += size
    return Layout.of(shape[:dim] + shape[dim + 1 :], strides[:dim] + strides[dim + 1 :], self.offset + index * strides[dim])


@view("slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)")
def slice_tensor(self: Layout, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Layout:
    """Every `step`-th item of `dim` from `start` up to `end`; both are clamped into the dimension."""
    if not self.shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, len(self.shape))
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    size, stride = self.shape[dim], self.strides[dim]
    start = 0 if start is None else min(max(start + size if start < 0 else start, 0), size)
    end = size if end is None else min(max(end + size if end < 0 else end, start), size)
    return replaced(self, dim, -(-(end - start) // step) if end > start else 0, stride * step, self.offset + start * stride)


@view("narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)")
def narrow(self: Layout, dim: int, start: int, length: int) -> Layout:
    """`length` items of `dim` from `start` on; RuntimeError if they are not all there."""
    if not self.shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, len(self.shape))
    size, stride = self.shape[dim], self.strides[dim]
    if not -size <= start <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    if start < 0:
        start += size
    if start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return replaced(self, dim, length, stride, self.offset + start * stride)


@view("narrow.Tensor(Tensor(a) self, int dim, Tensor start, SymInt length) -> Tensor(a)")
def narrow_tensor(self: Layout, dim: int, start: Tensor, length: int) -> Layout:
    """`narrow` whose start is a tensor of one integer."""
    if start.layout.shape or not start.dtype.is_integral:
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    return narrow(self, dim, start.item(), length)


def expanded(layout: Layout, size: Sequence[int]) -> Layout:
    """Dimensions of size 1 repeated (stride 0) and new ones put in front to give `size`; -1 keeps a dimension's size."""
    rank, wanted_rank = len(layout.shape), len(size)
    if wanted_rank < rank:
        raise RuntimeError(
            f"expand(tensor of shape {list(layout.shape)}, size={list(size)}): the number of sizes provided ({wanted_rank}) must "
            f"be greater or equal to the number of dimensions in the tensor ({rank})"
        )
    shape = [0] * wanted_rank
    strides = [0] * wanted_rank
    for at in range(wanted_rank - 1, -1, -1):
        dim = at - (wanted_rank - rank)
        wanted = size[at]
        if dim >= 0:
            here, stride = layout.shape[dim], layout.strides[dim]
        else:
            here, stride = 1, shape[at + 1] * strides[at + 1] if at + 1 < wanted_rank else 1
        if wanted == -1:
            if dim < 0:
                raise RuntimeError(f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {at}")
            wanted = here
        if here != wanted:
            if here != 1 or wanted < 0:
                raise RuntimeError(
                    f"The expanded size of the tensor ({wanted}) must match the existing size ({here}) at non-singleton dimension "
                    f"{at}.  Target sizes: {list(size)}.  Tensor sizes: {list(layout.shape)}"
                )
            stride = 0
        # the strides of an expanded number are all 0 in PyTorch, whatever its sizes
        shape[at], strides[at] = wanted, stride if rank else 0
    return Layout.of(tuple(shape), tuple(strides), layout.offset)


@view("expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)")
def expand(self: Layout, size: Sequence[int], implicit: bool = False) -> Layout:
    """Dimensions of size 1 repeated without copying; -1 keeps a dimension as it is."""
    del implicit
    return expanded(self, size)


@view("expand_as(Tensor(a) self, Tensor other) -> Tensor(a)")
def expand_as(self: Layout, other: Tensor) -> Layout:
    """`expand` to the shape of `other`."""
    return expanded(self, other.layout.shape)


@view("broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)")
def broadcast_to(self: Layout, size: Sequence[int]) -> Layout:
    """The tensor repeated to `size`."""
    return expanded(self, size)


@view(
    "diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)",
    "linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)",
)
def diagonal(self: Layout, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Layout:
    """The diagonal of two dimensions as the last dimension; `offset` places above (or below) the main one."""
    rank = len(self.shape)
    first, second = wrap_dim(dim1, rank), wrap_dim(dim2, rank)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = self.shape[first], self.shape[second]
    size = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = self.offset
    if size:
        start += offset * self.strides[second] if offset >= 0 else -offset * self.strides[first]
    rest = without(self, [first, second])
    return Layout.of((*rest.shape, size), (*rest.strides, self.strides[first] + self.strides[second]), start)


@view("unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)")
def unfold(self: Layout, dimension: int, size: int, step: int) -> Layout:
    """Windows of `size` items along a dimension, every `step` items; the window is the last dimension."""
    dim = wrap_dim(dimension, len(self.shape))
    length = self.shape[dim] if self.shape else 1
    stride = self.strides[dim] if self.shape else 1
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {length} but size is {size}")
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not self.shape:
        return Layout.of((size,), (1,), self.offset)
    windows = replaced(self, dim, (length - size) // step + 1, stride * step, self.offset)
    return Layout.of((*windows.shape, size), (*windows.strides, stride), windows.offset)


def strided_layout(tensor: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None) -> Layout:
    """The layout with exactly these members; RuntimeError if it would reach outside the storage."""
    offset = tensor.layout.offset if storage_offset is None else storage_offset
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(step < 0 for step in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    if any(length < 0 for length in size):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    layout = Layout.of(tuple(size), tuple(stride), offset)
    needed = layout.extent * tensor.dtype.itemsize
    if needed > tensor.memory.nbytes:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {tensor.dtype.itemsize} "
            f"requiring a storage size of {needed} are out of bounds for storage of size {tensor.memory.nbytes}"
        )
    return layout


@composite("as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)")
def as_strided(self: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
    """Any layout over the storage of `self`, as long as it stays inside."""
    return Tensor(self.memory, strided_layout(self, size, stride, storage_offset), self.dtype)


@composite("as_strided_(Tensor(a!) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a!)")
def as_strided_in_place(self: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
    """`as_strided`, changing the tensor itself."""
    self.layout = strided_layout(self, size, stride, storage_offset)
    return self


@composite("squeeze_(Tensor(a!) self) -> Tensor(a!)")
def squeeze_in_place(self: Tensor) -> Tensor:
    """`squeeze`, changing the tensor itself."""
    self.layout = squeeze(self.layout)
    return self


@composite("squeeze_.dim(Tensor(a!) self, int dim) -> Tensor(a!)")
def squeeze_dim_in_place(self: Tensor, dim: int) -> Tensor:
    """`squeeze`, changing the tensor itself."""
    self.layout = squeeze_dim(self.layout, dim)
    return self


@composite("squeeze_.dims(Tensor(a!) self, int[] dim) -> Tensor(a!)")
def squeeze_dims_in_place(self: Tensor, dim: Sequence[int]) -> Tensor:
    """`squeeze`, changing the tensor itself."""
    self.layout = squeeze_dims(self.layout, dim)
    return self


@composite("unsqueeze_(Tensor(a!) self, int dim) -> Tensor(a!)")
def unsqueeze_in_place(self: Tensor, dim: int) -> Tensor:
    """`unsqueeze`, changing the tensor itself."""
    self.layout = unsqueeze(self.layout, dim)
    return self


@composite("t_(Tensor(a!) self) -> Tensor(a!)")
def t_in_place(self: Tensor) -> Tensor:
    """`t`, changing the tensor itself."""
    self.layout = t(self.layout)
    return self


@composite(
    "transpose_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)",
    "swapaxes_(Tensor(a!) self, int axis0, int axis1) -> Tensor(a!)",
    "swapdims_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)",
)
def transpose_in_place(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """`transpose`, changing the tensor itself."""
    self.layout = transpose(self.layout, dim0, dim1)
    return self


@composite("detach_(Tensor(a!) self) -> Tensor(a!)")
def detach_in_place(self: Tensor) -> Tensor:
    """The tensor itself, which no longer requires gradients."""
    self.requires_grad = False
    return self


def _resized_last(layout: Layout, old: int, new: int, message: str) -> Layout:
    """The layout counted in items of `new` bytes where it was counted in items of `old` bytes."""
    if old == new:
        return layout
    if not layout.shape:
        raise RuntimeError(f"self.dim() cannot be 0 to view {message} (different element sizes)")
    shape, strides = layout.shape, layout.strides
    if old < new and shape[-1] % (new // old):
        raise RuntimeError(
            f"self.size(-1) must be divisible by {new // old} to view {message} (different element sizes), but got {shape[-1]}"
        )
    if strides[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 to view {message} (different element sizes), but got {strides[-1]}")
    if old > new:
        ratio = old // new
        return Layout.of((*shape[:-1], shape[-1] * ratio), (*(step * ratio for step in strides[:-1]), 1), layout.offset * ratio)
    ratio = new // old
    if layout.offset % ratio:
        raise RuntimeError(
            f"self.storage_offset() must be divisible by {ratio} to view {message} (different element sizes), but got {layout.offset}"
        )
    for dim, step in enumerate(strides[:-1]):
        if step % ratio:
            raise RuntimeError(
                f"self.stride({dim}) must be divisible by {ratio} to view {message} (different element sizes), but got {step}"
            )
    return Layout.of((*shape[:-1], shape[-1] // ratio), (*(step // ratio for step in strides[:-1]), 1), layout.offset // ratio)


@composite("view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)")
def view_dtype(self: Tensor, dtype: object) -> Tensor:
    """The same bytes read as items of another dtype."""
    wanted = as_dtype(dtype) or self.dtype
    message = f"{type_name(self.dtype)} as {type_name(wanted)}"
    return Tensor(self.memory, _resized_last(self.layout, self.dtype.itemsize, wanted.itemsize, message), wanted)
