"""Putting tensors together and repeating them: every result is filled by copies into narrowed views of it."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...dtype import DType
from ...formats import contiguous_format, format_strides, suggested_format
from ...kernels.running.direct import Frame
from ...layout import Layout, wrap_dim
from ...no_data import require_addresses, require_data
from ...promotion import result_dtype
from ...storage import Storage
from ...tensor import Tensor, new_beside, new_empty, new_like
from ..host import bits
from ..plans import Plans
from ..table import Sharing, composite, host
from .conversion import like_layout
from .copying import clone, contiguous, copy_into, copy_items, short_copy
from .reshaping import atleast_1d, atleast_2d, atleast_3d, reshaped
from .views import distinct_dims, expanded, replaced, slice_tensor, unsqueeze


def common_dtype(tensors: Sequence[Tensor]) -> DType:
    """The dtype that the tensors promote to together."""
    return result_dtype(
        [tensor.dtype for tensor in tensors if tensor.layout.shape], [tensor.dtype for tensor in tensors if not tensor.layout.shape], []
    )


def _is_skipped(tensor: Tensor) -> bool:
    # a relic that models rely on: an empty vector fits everywhere
    return tensor.layout.shape == (0,)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a call of `cat` does for operands of certain layouts: the result, and where each operand goes."""

    layout: Layout
    dtype: DType
    places: tuple[tuple[int, Layout], ...]
    short: list[tuple[Callable[..., int], int, int, int, Frame]]
    """If all parts are small: what copies each, the address of its frame, its first byte, the part's number, the frame."""
    nbytes: int


_plans = Plans[tuple[Any, ...], _Plan]()


@composite("cat(Tensor[] tensors, int dim=0) -> Tensor", "concat(Tensor[] tensors, int dim=0) -> Tensor",
           "concatenate(Tensor[] tensors, int dim=0) -> Tensor", out=Sharing.NONE)
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after the other along an existing dimension; the other sizes must agree."""
    if len(tensors) == 2:
        one, two = tensors
        key = (dim, one.layout.form, one.dtype, two.layout.form, two.dtype)
    else:
        key = (dim, *[part for tensor in tensors for part in (tensor.layout.form, tensor.dtype)])
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _plan(tensors, dim)
    return _joined(plan, tensors)


def _joined(plan: _Plan, tensors: Sequence[Tensor]) -> Tensor:
    """The result of a plan: each operand copied to its place."""
    storage = Storage.allocate(plan.nbytes)
    result = Tensor(storage, plan.layout, plan.dtype)
    if plan.short:
        address = storage.address
        for direct, frame, byte, at, _ in plan.short:
            part = tensors[at]
            direct(frame, address + byte, part.memory.address, part.layout.offset)
        return result
    if not plan.layout.numel:
        require_addresses(tensors)
        return result
    targets = [(at, Tensor(result.memory, place, plan.dtype)) for at, place in plan.places]
    for at, target in targets:
        copy_items(target, tensors[at])
    found = [(at, target.layout.offset * plan.dtype.itemsize, short_copy(target, tensors[at])) for at, target in targets]
    short = [(one[0], one[1], byte, at, one[2]) for at, byte, one in found if one is not None]
    if len(short) == len(targets):
        plan.short[:] = short
    return result


def _plan(tensors: Sequence[Tensor], dim: int) -> _Plan:
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for at, tensor in enumerate(tensors):
        if not tensor.layout.shape:
            raise RuntimeError(f"zero-dimensional tensor (at position {at}) cannot be concatenated")
    parts = [(at, tensor) for at, tensor in enumerate(tensors) if not _is_skipped(tensor)]
    dtype = common_dtype(tensors)
    if not parts:
        wrap_dim(dim, 1)
        return _Plan(Layout.contiguous((0,)), dtype, (), [], 0)
    first = parts[0][1].layout
    dim = wrap_dim(dim, len(first.shape))
    for at, tensor in parts:
        _check_joinable(first.shape, tensor.layout.shape, dim, at)
    total = sum(tensor.layout.shape[dim] for _, tensor in parts)
    shape = (*first.shape[:dim], total, *first.shape[dim + 1 :])
    memory_format = suggested_format(first)
    if any(suggested_format(tensor.layout) is not memory_format for _, tensor in parts):
        memory_format = contiguous_format
    layout = Layout.of(shape, format_strides(shape, memory_format))
    places: list[tuple[int, Layout]] = []
    start = 0
    for at, tensor in parts:
        size = tensor.layout.shape[dim]
        places.append((at, replaced(layout, dim, size, layout.strides[dim], start * layout.strides[dim])))
        start += size
    return _Plan(layout, dtype, tuple(places), [], layout.numel * dtype.itemsize)


def _check_joinable(shape: tuple[int, ...], other: tuple[int, ...], dim: int, at: int) -> None:
    if len(other) != len(shape):
        raise RuntimeError(f"Tensors must have same number of dimensions: got {len(shape)} and {len(other)}")
    for axis, (expected, size) in enumerate(zip(shape, other)):
        if axis != dim and expected != size:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} but got size {size} for tensor "
                f"number {at} in the list."
            )


@composite("stack(Tensor[] tensors, int dim=0) -> Tensor", out=Sharing.NONE)
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape along a new dimension."""
    key = ("stack", dim, *[(tensor.layout.form, tensor.dtype) for tensor in tensors])
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _stacking(tensors, dim)
    return _joined(plan, tensors)


def _stacking(tensors: Sequence[Tensor], dim: int) -> _Plan:
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0].layout.shape
    dim = wrap_dim(dim, len(shape) + 1)
    for at, tensor in enumerate(tensors):
        if tensor.layout.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and {list(tensor.layout.shape)} at "
                f"entry {at}"
            )
    layout = Layout.contiguous((*shape[:dim], len(tensors), *shape[dim:]))
    rest = (*layout.strides[:dim], *layout.strides[dim + 1 :])
    places = tuple((at, Layout.of(shape, rest, at * layout.strides[dim])) for at in range(len(tensors)))
    dtype = common_dtype(tensors)
    return _Plan(layout, dtype, places, [], layout.numel * dtype.itemsize)


@composite("vstack(Tensor[] tensors) -> Tensor", "row_stack(Tensor[] tensors) -> Tensor")
def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors below each other; vectors are rows."""
    if not tensors:
        raise RuntimeError("vstack expects a non-empty TensorList")
    return cat([atleast_2d(tensor) for tensor in tensors], 0)


@composite("hstack(Tensor[] tensors) -> Tensor")
def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side."""
    if not tensors:
        raise RuntimeError("hstack expects a non-empty TensorList")
    parts = [atleast_1d(tensor) for tensor in tensors]
    return cat(parts, 0 if len(parts[0].layout.shape) == 1 else 1)


@composite("dstack(Tensor[] tensors) -> Tensor")
def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors behind each other, along the third dimension."""
    if not tensors:
        raise RuntimeError("dstack expects a non-empty TensorList")
    return cat([atleast_3d(tensor) for tensor in tensors], 2)


@composite("column_stack(Tensor[] tensors) -> Tensor")
def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side; vectors are columns."""
    if not tensors:
        raise RuntimeError("column_stack expects a non-empty TensorList")
    return hstack([tensor if len(tensor.layout.shape) > 1 else reshaped(tensor, (tensor.layout.numel, 1)) for tensor in tensors])


@composite("block_diag(Tensor[] tensors) -> Tensor")
def block_diag(tensors: Sequence[Tensor]) -> Tensor:
    """A matrix with the tensors along its diagonal and zeros elsewhere."""
    blocks: list[Tensor] = []
    for at, tensor in enumerate(tensors):
        if len(tensor.layout.shape) > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {at} has {len(tensor.layout.shape)} dimensions"
            )
        blocks.append(atleast_2d(tensor))
    dtype = common_dtype(tensors) if tensors else result_dtype([], [], [])
    rows, columns = sum(block.layout.shape[0] for block in blocks), sum(block.layout.shape[1] for block in blocks)
    result = new_empty((rows, columns), dtype)
    bits(result)[...] = 0
    row = column = 0
    for block in blocks:
        height, width = block.layout.shape
        copy_into(Tensor(result.memory, Layout.of((height, width), (columns, 1), row * columns + column), dtype), block)
        row, column = row + height, column + width
    return result


@composite("repeat(Tensor self, SymInt[] repeats) -> Tensor")
def repeat(self: Tensor, repeats: Sequence[int]) -> Tensor:
    """The tensor written `repeats[d]` times along each dimension; further repeats give new dimensions in front."""
    shape = self.layout.shape
    if len(repeats) < len(shape):
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    padded = expanded(self.layout, (1,) * (len(repeats) - len(shape)) + shape)
    target = tuple(size * count for size, count in zip(padded.shape, repeats))
    for size in target:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(target)}")
    result = new_beside(self, target)
    if result.layout.numel == 0:
        return result
    # seen as (count, size) pairs the result is the source, repeated along the counts
    pairs = [number for size, count in zip(padded.shape, repeats) for number in (count, size)]
    lifted = Layout.of(
        tuple(number for size in padded.shape for number in (1, size)),
        tuple(number for stride in padded.strides for number in (0, stride)), padded.offset,
    )
    copy_into(Tensor(result.memory, Layout.contiguous(pairs), self.dtype), Tensor(self.memory, lifted, self.dtype))
    return result


@composite("tile(Tensor self, SymInt[] dims) -> Tensor")
def tile(self: Tensor, dims: Sequence[int]) -> Tensor:
    """`repeat` that puts ones in front of too few `dims`."""
    return repeat(self, [1] * (len(self.layout.shape) - len(dims)) + list(dims))


@composite("repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor")
def repeat_interleave_int(self: Tensor, repeats: int, dim: int | None = None, output_size: int | None = None) -> Tensor:
    """Every slice along `dim` (every item if None) `repeats` times in a row."""
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    tensor = self
    if dim is None:
        tensor, dim = reshaped(self, (-1,)) if self.layout.numel else reshaped(self, (0,)), 0
    elif not self.layout.shape:
        tensor = reshaped(self, (1,))
    dim = wrap_dim(dim, len(tensor.layout.shape))
    size = tensor.layout.shape[dim]
    if output_size is not None and output_size != size * repeats:
        raise RuntimeError("repeat_interleave: Invalid output_size")
    split = unsqueeze(tensor.layout, dim + 1)
    widened = replaced(split, dim + 1, repeats, 0, split.offset)
    target = (*tensor.layout.shape[:dim], size * repeats, *tensor.layout.shape[dim + 1 :])
    result = new_empty(target, self.dtype)
    copy_into(Tensor(result.memory, Layout.contiguous(widened.shape), self.dtype), Tensor(tensor.memory, widened, self.dtype))
    return result


@host("repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor")
def repeat_interleave_indices(repeats: Tensor, output_size: int | None = None) -> Tensor:
    """Each index `i` `repeats[i]` times in a row."""
    from ..host import wrapped

    if len(repeats.layout.shape) != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if repeats.dtype.name not in ("int64", "int32"):
        raise RuntimeError("repeats has to be Long or Int tensor")
    if repeats.is_meta and output_size is not None:
        return new_beside(repeats, (output_size,))
    require_data("repeat_interleave without output_size", repeats)
    # NumPy reads them twice: nobody else may change them meanwhile
    counts = bits(repeats).copy()
    if (counts < 0).any():
        raise RuntimeError("repeats can not be negative")
    result = np.repeat(np.arange(len(counts)), counts)
    if output_size is not None and output_size != len(result):
        raise RuntimeError("allocated size does not match required size")
    return wrapped(result.astype(counts.dtype))


@composite(
    "repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor"
)
def repeat_interleave_tensor(self: Tensor, repeats: Tensor, dim: int | None = None, output_size: int | None = None) -> Tensor:
    """The slices along `dim` (the items if None), each as often as `repeats` says."""
    from ..indexing.gathering import index_select

    if dim is None:
        self, dim = reshaped(self, (self.layout.numel,)), 0
    dim = wrap_dim(dim, len(self.layout.shape))
    size = self.layout.shape[dim] if self.layout.shape else 1
    if repeats.layout.numel == 1 and len(repeats.layout.shape) <= 1:
        repeats = Tensor(repeats.memory, expanded(reshaped(repeats, (1,)).layout, (size,)), repeats.dtype)
    elif len(repeats.layout.shape) != 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if repeats.layout.shape[0] != size:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got "
            f"repeats.size(0) = {repeats.layout.shape[0]} and input.size({dim}) = {size}"
        )
    return index_select(self, dim, repeat_interleave_indices(contiguous(repeats), output_size))


@host("flip(Tensor self, int[] dims) -> Tensor")
def flip(self: Tensor, dims: Sequence[int]) -> Tensor:
    """The items in reverse order along the dimensions given."""
    axes = distinct_dims(dims, len(self.layout.shape))
    result = new_like(like_layout(self, None), self.dtype)
    source = bits(self)
    bits(result)[...] = np.flip(source, tuple(axes)) if source.ndim else source
    return result


@composite("fliplr(Tensor self) -> Tensor")
def fliplr(self: Tensor) -> Tensor:
    """The columns in reverse order."""
    if len(self.layout.shape) < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(self, [1])


@composite("flipud(Tensor self) -> Tensor")
def flipud(self: Tensor) -> Tensor:
    """The rows in reverse order."""
    if len(self.layout.shape) < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(self, [0])


@composite("roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor")
def roll(self: Tensor, shifts: Sequence[int], dims: Sequence[int] = ()) -> Tensor:
    """The items moved along dimensions, those pushed out coming in at the other end; flattened if no dimension is given."""
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not dims and len(shifts) == 1:
        return reshaped(_rolled(reshaped(contiguous(self), (self.layout.numel,)), shifts[0], 0), self.layout.shape)
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if not self.layout.shape:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    result = self
    for shift, dim in zip(shifts, dims):
        result = _rolled(result, shift, wrap_dim(dim, len(self.layout.shape)))
    return result


def _rolled(tensor: Tensor, shift: int, dim: int) -> Tensor:
    if tensor.layout.numel == 0:
        return clone(tensor)
    size = tensor.layout.shape[dim]
    start = -shift % size
    halves = [slice_tensor(tensor.layout, dim, start, size), slice_tensor(tensor.layout, dim, 0, start)]
    return cat([Tensor(tensor.memory, layout, tensor.dtype) for layout in halves], dim)


@composite("cartesian_prod(Tensor[] tensors) -> Tensor")
def cartesian_prod(tensors: Sequence[Tensor]) -> Tensor:
    """All combinations of the items of several vectors, one per row."""
    from .reshaping import meshgrid

    for tensor in tensors:
        if len(tensor.layout.shape) != 1:
            raise RuntimeError("Expect a 1D vector, but got shape " + str(list(tensor.layout.shape)))
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshaped(grid, (grid.layout.numel,)) for grid in meshgrid(tensors)], 1)


@composite("_chunk_cat(Tensor[] tensors, int dim, int num_chunks) -> Tensor")
def chunk_cat(tensors: Sequence[Tensor], dim: int, num_chunks: int) -> Tensor:
    """Each tensor as `num_chunks` pieces along `dim`, flattened from there on and filled up with zeros; these one after the other."""
    if num_chunks < 1 or not tensors:
        raise RuntimeError(f"_chunk_cat: expects tensors and num_chunks above 0, got {len(tensors)} and {num_chunks}")
    dim = wrap_dim(dim, tensors[0].ndim)
    pieces: list[Tensor] = []
    for tensor in tensors:
        shape = tensor.layout.shape
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError("_chunk_cat expects all input tensors with the same dtype")
        if not tensor.layout.numel:
            raise RuntimeError("_chunk_cat expects non-empty tensor")
        if dim >= len(shape) or shape[:dim] != tensors[0].layout.shape[:dim]:
            raise RuntimeError("_chunk_cat expects same sizes of 0,...,dim-1 dimensions")
        lacking = -shape[dim] % num_chunks
        filled: Any = tensor
        if lacking:
            filled = cat([tensor, filled.new_zeros([*shape[:dim], lacking, *shape[dim + 1 :]])], dim)
        pieces.append(reshaped(contiguous(filled), (*shape[:dim], num_chunks, -1)))
    return cat(pieces, dim + 1)
