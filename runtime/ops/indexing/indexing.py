"""Reading and writing at positions that tensors hold: `index`, `index_put_`, and the positions of items that are not 0.

Every position is checked before anything is written, so that errors are PyTorch's and leave tensors as they were.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import dtype as dtypes
from ...kernels.loops.compaction import BLOCK, COORDINATES, SCATTER, SELECT, compact_kernel, count_kernel
from ...kernels.loops.indexing import ADD, ASSIGN
from ...kernels.running.launch import launch
from ...layout import Layout, broadcast_shapes
from ...tensor import Tensor, new_empty, new_like
from ..dtype_rules import type_name
from ..elementwise import dense_layout
from ..host import bits
from ..overlap import check_writable, distinct_input, input_apart, warn_if_expanded
from ..plans import Plans
from ..positions import POSITIONS, Position, Read, begin_write, one_dimension, outside, write_items
from ..shape.copying import clone, contiguous, copy_into
from ..shape.splitting import unbind
from ..shape.views import expanded
from ..table import Sharing, kernel

MASKS = (dtypes.bool_, dtypes.uint8)


def _expanded_masks(shape: tuple[int, ...], indices: Sequence[Tensor | None]) -> list[Tensor | None]:
    """One entry per indexed dimension: None takes all of it, a mask becomes one vector of positions per dimension it covers."""
    covered = sum(len(index.layout.shape) if index is not None and index.dtype in MASKS else 1 for index in indices)
    if covered > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {covered})")
    if not indices:
        raise IndexError("at least one index must be provided")
    found: list[Tensor | None] = []
    for index in indices:
        if index is None or index.dtype in POSITIONS:
            found.append(index)
        elif index.dtype in MASKS:
            _check_mask(index.layout.shape, shape, len(found))
            found += nonzero_numpy(index) if index.layout.shape else []
        else:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return found


def _check_mask(mask: tuple[int, ...], shape: tuple[int, ...], dim: int) -> None:
    for at, (size, wanted) in enumerate(zip(mask, shape[dim:])):
        if size != wanted:
            raise IndexError(
                f"The shape of the mask {list(mask)} at index {at} does not match the shape of the indexed tensor "
                f"{list(shape)} at index {dim + at}"
            )


def _common_shape(indices: Sequence[Tensor]) -> tuple[int, ...]:
    shapes = [index.layout.shape for index in indices]
    try:
        return broadcast_shapes(shapes) if shapes else ()
    except RuntimeError:
        listed = ", ".join(str(list(shape)) for shape in shapes)
        raise IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}") from None


class _Places:
    """What one index expression reaches in one tensor: the shape of the result, self's strides over it, and the positions."""

    __slots__ = ("dims", "positions", "shape", "strides", "tensors")

    def __init__(self, layout: Layout, indices: Sequence[Tensor | None]) -> None:
        entries = _expanded_masks(layout.shape, indices)
        dims = [dim for dim, entry in enumerate(entries) if entry is not None]
        tensors = [entry for entry in entries if entry is not None]
        common = _common_shape(tensors)
        rest = [dim for dim in range(len(layout.shape)) if dim not in dims]
        # neighbouring indices put their dimensions where they stand, others in front
        together = bool(dims) and dims[-1] - dims[0] + 1 == len(dims)
        before = [dim for dim in rest if together and dim < dims[0]]
        after = rest[len(before) :]
        none = (0,) * len(common)
        self.shape = (*(layout.shape[dim] for dim in before), *common, *(layout.shape[dim] for dim in after))
        self.strides = (*(layout.strides[dim] for dim in before), *none, *(layout.strides[dim] for dim in after))
        self.positions = [
            Position(
                (0,) * len(before) + tensor.layout.broadcast_to(common).strides + (0,) * len(after),
                layout.shape[dim], -layout.shape[dim], layout.strides[dim], tensor.dtype,
            )
            for dim, tensor in zip(dims, tensors)
        ]
        self.dims, self.tensors = dims, tensors
        if 0 in self.shape and 0 not in common:
            # PyTorch looks at the positions of an empty result only where an indexed dimension itself has no items
            for dim, tensor in zip(dims, tensors):
                if layout.shape[dim] == 0:
                    raise IndexError(f"index {int(bits(tensor).flat[0])} is out of bounds for dimension {dim} with size 0")

    def check(self, tensors: Sequence[Tensor]) -> None:
        """IndexError if a position in one of the index tensors is outside."""
        for dim, position, tensor in zip(self.dims, self.positions, tensors):
            found = outside(tensor, position.low, position.size)
            if found is not None:
                raise IndexError(f"index {found} is out of bounds for dimension {dim} with size {position.size}")


@kernel("index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", "index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor")
def index(self: Tensor, indices: Sequence[Tensor | None]) -> Tensor:
    """The items at the positions that integer tensors and masks give; None takes a whole dimension.

    Indexed dimensions become the dimensions of the index tensors: in place if they are neighbours, in front otherwise.
    """
    if len(indices) == 1 and indices[0] is not None and indices[0].dtype is dtypes.bool_ and indices[0].layout.shape == self.layout.shape:
        return masked_select(self, indices[0])
    if _has_mask(indices):
        places = _Places(self.layout, indices)
        return _read(self, _plan(self, places), places.dims, places.tensors)
    key = (self.layout.form, self.dtype.itemsize, *_forms(indices))
    known = _reads.get(key)
    if known is None:
        places = _Places(self.layout, indices)
        known = _reads[key] = _plan(self, places), places.dims
    return _read(self, *known, [each for each in indices if each is not None])


_reads = Plans[tuple[Any, ...], tuple[Read, list[int]]]()
_targets = Plans[tuple[Any, ...], _Places]()


def _has_mask(indices: Sequence[Tensor | None]) -> bool:
    return any(each is not None and each.dtype in MASKS for each in indices)


def _is_one_mask(indices: Sequence[Tensor | None]) -> bool:
    tensors = [each for each in indices if each is not None]
    return len(tensors) == 1 and tensors[0].dtype in MASKS


def _forms(indices: Sequence[Tensor | None]) -> list[Any]:
    """What of the indices the way to their items depends on."""
    return [None if each is None else (each.layout.form, each.dtype) for each in indices]


def _target(self: Tensor, indices: Sequence[Tensor | None]) -> tuple[_Places, Sequence[Tensor]]:
    """What the indices reach in `self`, and the tensors of positions."""
    if _has_mask(indices):
        places = _Places(self.layout, indices)
        return places, places.tensors
    key = (self.layout.form, *_forms(indices))
    places = _targets.get(key)
    if places is None:
        places = _targets[key] = _Places(self.layout, indices)
        # kept for others, so it must not hold this call's tensors
        places.tensors = []
    return places, [each for each in indices if each is not None]


def _plan(self: Tensor, places: _Places) -> Read:
    operands = [Layout.of(places.shape, strides) for strides in (places.strides, *(one.strides for one in places.positions))]
    layout = dense_layout(places.shape, operands)
    return Read(layout, self.dtype.itemsize, places.shape, layout.strides, places.strides, places.positions)


def _read(self: Tensor, plan: Read, dims: Sequence[int], tensors: Sequence[Tensor]) -> Tensor:
    result = new_like(plan.layout, self.dtype)
    failed = plan.run(self, tensors, result)
    if failed is None:
        return result
    for at, (dim, tensor, limits) in enumerate(zip(dims, tensors, plan.positions)):
        found = plan.position(at, tensor, failed)
        if not limits.low <= found < limits.size:
            raise IndexError(f"index {found} is out of bounds for dimension {dim} with size {limits.size}")
    raise AssertionError("no position is outside")


def put(self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False) -> Tensor:
    """Write `values` (broadcast) at the positions; where a position comes twice the last stays, or all are added."""
    warn_if_expanded("index_put_", self)
    return put_anywhere(self, indices, values, accumulate)


def put_anywhere(self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False) -> Tensor:
    """`put` without a look at whether items of `self` share memory, which may be written."""
    if values.dtype is not self.dtype and not accumulate and values.layout.numel == 1 and _is_one_mask(indices) and not values.is_meta:
        # PyTorch fills under a mask with one number of any dtype
        values = new_empty(values.layout.shape, self.dtype).fill_(values.item())
    if values.dtype is not self.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {type_name(self.dtype)} for the destination and "
            f"{type_name(values.dtype)} for the source."
        )
    if self.is_meta and any(each is not None and each.dtype in MASKS for each in indices):
        return self
    indices = [None if each is None else distinct_input(each, self) for each in indices]
    places, tensors = _target(self, indices)
    source = values.layout
    while len(source.shape) > len(places.shape) and source.shape[0] == 1:
        source = Layout.of(source.shape[1:], source.strides[1:], source.offset)
    try:
        fits = broadcast_shapes([source.shape, places.shape]) == places.shape
    except RuntimeError:
        fits = False
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.layout.shape)} cannot be broadcast to indexing result of shape "
            f"{list(places.shape)}"
        )
    if 0 not in places.shape:
        places.check(tensors)
        values = distinct_input(Tensor(values.memory, expanded(source, places.shape), values.dtype), self)
        write_items(
            places.shape, self, values, (places.strides, values.layout.strides), places.positions, tensors,
            ADD if accumulate else ASSIGN
        )
    begin_write(self)
    return self


@kernel(
    "index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)",
    "index_put_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)",
    "_index_put_impl_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False, bool unsafe=False) -> Tensor(a!)",
    "_index_put_impl_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False, bool unsafe=False) "
    "-> Tensor(a!)",
)
def index_put_in_place(
    self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False, unsafe: bool = False
) -> Tensor:
    """`values` written at the positions that the indices give, or added to what is there."""
    del unsafe
    return put(self, indices, values, accumulate)


@kernel(
    "index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
    "index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor",
)
def index_put(self: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `values` written at the positions that the indices give, or added to what is there."""
    return put(clone(self), indices, values, accumulate)


# Masks


class _Mask:
    """A contiguous mask, cut into blocks, and how many items are true before each."""

    __slots__ = ("blocks", "count", "firsts", "items", "tensor")

    def __init__(self, mask: Tensor) -> None:
        self.tensor = contiguous(mask)
        self.items = mask.layout.numel
        self.blocks = -(-self.items // BLOCK)
        self.firsts = new_empty((self.blocks + 1,), dtypes.int64)
        self.firsts.memory.write_word(0)
        launch(count_kernel(), (self.tensor.address, self.firsts.address + 8, self.items), self.blocks, work=self.items // 16)
        if self.blocks > 1:
            counts = bits(self.firsts)
            np.cumsum(counts, out=counts)
        self.count = self.firsts.memory.read_word(self.blocks)

    def run(self, what: str, itemsize: int, source: int, target: int, *more: int) -> None:
        """Run a kernel of kernels/loops/compaction.py over the blocks."""
        words = (self.tensor.address, self.firsts.address, self.items, source, target, *more)
        launch(compact_kernel(what, itemsize), words, self.blocks, work=self.items)


def _true_positions(self: Tensor) -> Tensor:
    """The coordinates of the items that are not 0: one row per dimension (one for a 0-dim tensor)."""
    mask = _Mask(self if self.dtype is dtypes.bool_ else self != 0)
    sizes = self.layout.shape or (1,)
    found = new_empty((len(sizes), mask.count), dtypes.int64)
    if mask.count:
        mask.run(COORDINATES, 8, mask.count, found.address, len(sizes), *sizes)
    return found


@kernel("nonzero(Tensor self) -> Tensor", "argwhere(Tensor self) -> Tensor")
def nonzero(self: Tensor) -> Tensor:
    """The positions of the items that are not 0, one row each, in row-major order."""
    columns = _true_positions(self)
    rank, count = columns.layout.shape
    if not self.layout.shape:
        return new_empty((count, 0), dtypes.int64)
    # PyTorch lays the result out by columns
    return Tensor(columns.memory, Layout.of((count, rank), (1, max(count, 1))), columns.dtype)


@kernel("nonzero_numpy(Tensor self) -> Tensor[]", "where(Tensor condition) -> Tensor[]")
def nonzero_numpy(self: Tensor) -> list[Tensor]:
    """The positions of the items that are not 0, one vector per dimension."""
    found = _true_positions(self)
    return [Tensor(found.memory, row, found.dtype) for row in unbind(found.layout)]


@kernel("masked_select(Tensor self, Tensor mask) -> Tensor", out=Sharing.NONE)
def masked_select(self: Tensor, mask: Tensor) -> Tensor:
    """The items where the mask is true, as a vector; both are broadcast."""
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes([self.layout.shape, mask.layout.shape])
    chosen = _Mask(_broadcast(mask, shape))
    result = new_empty((chosen.count,), self.dtype)
    if not chosen.count:
        return result
    if self.dtype.itemsize == 16:
        return index(one_dimension(_broadcast(self, shape)), nonzero_numpy(chosen.tensor))
    source = contiguous(_broadcast(self, shape))
    chosen.run(SELECT, self.dtype.itemsize, source.address, result.address)
    return result


def _broadcast(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    if tensor.layout.shape == shape:
        return tensor
    return Tensor(tensor.memory, expanded(tensor.layout, shape), tensor.dtype)


def _masked_scatter(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError("masked_scatter_ only supports boolean masks, but got mask with dtype " + mask.dtype.name)
    if source.dtype is not self.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got {type_name(self.dtype)} and {type_name(source.dtype)}"
        )
    check_writable(self)
    if self.is_meta:
        return self
    chosen = _Mask(_broadcast(input_apart(mask, self), self.layout.shape))
    if source.layout.numel < chosen.count:
        raise RuntimeError("masked_scatter: expected self and source to have enough elements: "
                           f"the mask is true {chosen.count} times, but source has {source.layout.numel} elements")
    if not chosen.count:
        return self
    values = contiguous(input_apart(source, self))
    if self.dtype.itemsize == 16:
        items = Tensor(values.memory, Layout.contiguous((chosen.count,), values.layout.offset), values.dtype)
        return put(self, [chosen.tensor], items)
    target = contiguous(self)
    chosen.run(SCATTER, self.dtype.itemsize, values.address, target.address)
    if target is not self:
        return copy_into(self, target)
    begin_write(self)
    return self


@kernel("masked_scatter_(Tensor(a!) self, Tensor mask, Tensor source) -> Tensor(a!)")
def masked_scatter_in_place(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """The items of `source`, in order, written where the mask is true."""
    return _masked_scatter(self, mask, source)


@kernel("masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor")
def masked_scatter(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """The tensor with the items of `source`, in order, wherever the mask is true."""
    result = new_empty(broadcast_shapes([self.layout.shape, mask.layout.shape]), self.dtype)
    return _masked_scatter(copy_into(result, self), mask, source)
