"""How the items of a tensor lie in its storage: shape, strides and offset, all counted in items.

A `Layout` is immutable and interned: equal layouts are usually one object, so caches key on identity. Every view operator
is a function from one layout to another (see ops/shape/views.py); nothing here touches memory.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_LIMIT = 1 << 16  # a program that makes ever new shapes must not grow this table for ever
_MOST_ITEMS = (1 << 63) - 1
"""What a signed 64-bit integer counts, in kernels as in PyTorch."""
_known: dict[tuple[tuple[int, ...], tuple[int, ...], int], Layout] = {}
_row_major: dict[tuple[int, ...], Layout] = {}


class LayoutKind:
    """How a tensor stores its items; `strided` is the only kind that can be made here. PyTorch calls the type `layout`."""

    __slots__ = ("code", "name")

    def __init__(self, name: str, code: int) -> None:
        self.name = name
        self.code = code
        """The integer that stands for the kind in TorchScript programs."""

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return layout_kind, (self.code,)


strided = LayoutKind("strided", 0)
sparse_coo = LayoutKind("sparse_coo", 1)
sparse_csr = LayoutKind("sparse_csr", 2)
sparse_csc = LayoutKind("sparse_csc", 4)
sparse_bsr = LayoutKind("sparse_bsr", 5)
sparse_bsc = LayoutKind("sparse_bsc", 6)
jagged = LayoutKind("jagged", 7)
_KINDS = {
    kind.code: kind
    for kind in (strided, sparse_coo, sparse_csr, LayoutKind("_mkldnn", 3), sparse_csc, sparse_bsr, sparse_bsc, jagged)
}


def layout_kind(code: int) -> LayoutKind:
    """The kind with this code."""
    return _KINDS[code]


def require_strided(value: object) -> None:
    """RuntimeError for a `layout` argument that is neither absent nor `strided`."""
    if value is None or value == strided or value == 0:
        return
    kind = _KINDS.get(value, value) if isinstance(value, int) else value
    raise RuntimeError(f"{kind}: only strided tensors can be made; leave the layout argument out")


class Layout(LayoutKind):
    """`shape`, `strides` and `offset` of a strided tensor, and what follows from them.

    Programs that ask for `x.layout` compare it with `strided`: it is one of that kind, prints as it and equals it.
    """

    __slots__ = ("form", "is_contiguous", "numel", "offset", "shape", "strides")

    name = "strided"
    code = 0

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    numel: int
    is_contiguous: bool
    form: Layout
    """The same layout at offset 0: what kernels are chosen by."""

    @staticmethod
    def of(shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> Layout:
        """The layout with these members."""
        key = (shape, strides, offset)
        known = _known.get(key)
        if known is None:
            if len(_known) >= _LIMIT:
                _known.clear()
            known = _known[key] = _make(shape, strides, offset)
        return known

    @staticmethod
    def contiguous(shape: Sequence[int], offset: int = 0) -> Layout:
        """Row-major order: the last dimension moves fastest."""
        if offset:
            return Layout.of(tuple(shape), contiguous_strides(shape), offset)
        key = tuple(shape)
        known = _row_major.get(key)
        if known is None:
            if len(_row_major) >= _LIMIT:
                _row_major.clear()
            known = _row_major[key] = Layout.of(key, contiguous_strides(key), 0)
        return known

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def extent(self) -> int:
        """One past the last item that the layout reaches in its storage; 0 if it has none."""
        if self.numel == 0:
            return 0
        return self.offset + 1 + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides))

    def broadcast_to(self, shape: tuple[int, ...]) -> Layout:
        """This layout repeated (stride 0) to `shape`, which it must be broadcastable to."""
        if shape == self.shape:
            return self
        added = len(shape) - len(self.shape)
        strides = tuple(
            0 if size == 1 and wanted != 1 else stride for size, stride, wanted in zip(self.shape, self.strides, shape[added:])
        )
        return Layout.of(shape, (0,) * added + strides, self.offset)

    def view(self, shape: tuple[int, ...]) -> Layout | None:
        """The same items in the same order as `shape`, or None where no strides can say so. numel must agree."""
        if self.strides == contiguous_strides(self.shape):
            return Layout.contiguous(shape, self.offset)
        strides = _view_strides(self, shape)
        return None if strides is None else Layout.of(shape, strides, self.offset)

    def __eq__(self, other: object) -> bool:
        return self is other or other is strided

    __hash__ = object.__hash__


def _make(shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Layout:
    layout = Layout.__new__(Layout)
    layout.shape, layout.strides, layout.offset = shape, strides, offset
    numel = 1
    for size in shape:
        numel *= size
    if numel > _MOST_ITEMS:
        raise RuntimeError(f"numel: integer multiplication overflow, sizes {list(shape)} have more than 2**63 - 1 items")
    layout.numel = numel
    layout.is_contiguous = numel == 0 or _is_contiguous(shape, strides)
    layout.form = layout if offset == 0 else Layout.of(shape, strides, 0)
    return layout


def _is_contiguous(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    expected = 1
    for size, stride in zip(reversed(shape), reversed(strides)):
        # a dimension of one item is never stepped along, so its stride says nothing
        if size == 1:
            continue
        if stride != expected:
            return False
        expected *= size
    return True


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Row-major strides; dimensions of size 0 count as 1, as PyTorch counts them."""
    strides: list[int] = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def _view_strides(layout: Layout, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Strides of a view: runs of dimensions that lie evenly in memory may be split and merged, others not.

    Dimensions of one item get the strides PyTorch gives them, so that printed strides agree.
    """
    if layout.numel == 0:
        return layout.strides if shape == layout.shape else contiguous_strides(shape)
    old_shape, old_strides = layout.shape, layout.strides
    strides = [1] * len(shape)
    at = len(shape) - 1
    base = old_strides[-1] if old_strides else 1
    run = taken = 1
    for dim in range(len(old_shape) - 1, -1, -1):
        run *= old_shape[dim]
        if dim and (old_shape[dim - 1] == 1 or old_strides[dim - 1] == run * base):
            continue
        # the run that ends here must be covered by whole dimensions of the new shape
        while at >= 0 and (taken < run or shape[at] == 1):
            strides[at] = taken * base
            taken *= shape[at]
            at -= 1
        if taken != run:
            return None
        if dim:
            base = old_strides[dim - 1]
            run = taken = 1
    return tuple(strides) if at < 0 or not old_shape else None


def merge(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> list[tuple[int, tuple[int, ...]]]:
    """Fewest dimensions that walk several operands alike: (size, stride of each operand), outermost first.

    Neighbouring dimensions are joined where, for every operand, stepping the outer one equals running through the inner
    one; dimensions of one item disappear.
    """
    merged: list[tuple[int, tuple[int, ...]]] = []
    for at, size in enumerate(shape):
        if size == 1:
            continue
        steps = tuple(operand[at] for operand in strides)
        if merged and all(outer == size * inner for outer, inner in zip(merged[-1][1], steps)):
            merged[-1] = (merged[-1][0] * size, steps)
        else:
            merged.append((size, steps))
    return merged


def broadcast_shapes(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The common shape by PyTorch's broadcasting rule; RuntimeError names the sizes that differ."""
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    rank = max(len(shape) for shape in shapes)
    result = [1] * rank
    for at in range(-1, -rank - 1, -1):
        for shape in shapes:
            size = shape[at] if -at <= len(shape) else 1
            if size == 1 or size == result[at]:
                continue
            if result[at] != 1:
                raise RuntimeError(
                    f"The size of tensor a ({result[at]}) must match the size of tensor b ({size}) "
                    f"at non-singleton dimension {rank + at}"
                )
            result[at] = size
    return tuple(result)


def wrap_dim(dim: int, rank: int) -> int:
    """`dim` counted from the front; IndexError outside [-rank, rank-1] (a 0-dim tensor takes 0 and -1)."""
    bound = max(rank, 1)
    if not -bound <= dim < bound:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})")
    return dim % bound
