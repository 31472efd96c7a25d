"""Running the kernels that read and write at positions: from tensors, and what each index says, to words and a launch.

In: the walked shape, the operands' strides over it, and a `Position` per index tensor. What a combination of layouts needs is
worked out once. Rows that use it: indexing/indexing.py, indexing/gathering.py, indexing/writing.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import dtype as dtypes
from ..dtype import DType
from ..kernels.loops.indexing import ADD, ASSIGN, CARRIERS, bounds_kernel, read_kernel, write_kernel
from ..kernels.loops.walking import walk_words
from ..layout import Layout
from ..no_data import require_addresses
from ..tensor import Tensor
from .host import bits
from .overlap import check_not_read_only
from .plans import Plans
from .prepared import Prepared

POSITIONS = (dtypes.int64, dtypes.int32)
"""The dtypes of tensors that hold positions."""

READ_NANOSECONDS = 1.0
"""One item read at a position, from the caches."""


class Position(NamedTuple):
    """One index: its strides over the walked shape, and the indexed dimension's size, lowest position and stride; its dtype."""

    strides: tuple[int, ...]
    size: int
    low: int
    step: int
    dtype: DType


_writes = Plans[tuple[Any, ...], Prepared]()
_bounds = Plans[tuple[Any, ...], Prepared]()


def _words(positions: Sequence[Position], scale: int, walk: tuple[int, ...]) -> list[int]:
    words: list[int] = []
    for position in positions:
        words += (position.size, position.step * scale)
    words += walk
    return words


def _halved(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """The walk of two words per item: a last dimension of 2, which only the first two operands step along."""
    doubled = [(*(2 * step for step in one), 1) for one in strides[:2]]
    return (*shape, 2), doubled + [(*one, 0) for one in strides[2:]]


def _names(positions: Sequence[Position]) -> tuple[str, ...]:
    return tuple(position.dtype.name for position in positions)


def _wraps(positions: Sequence[Position]) -> bool:
    return any(position.low < 0 for position in positions)


def _row_form(walk: tuple[int, ...], operands: int, straight: int) -> tuple[bool, bool]:
    """Whether no index moves along a row; whether target and source, or else the operand `straight` and the indices, have no gaps."""
    steps = walk[2 : 2 + operands]
    # a row of one item moves along nothing
    whole = walk[1] > 1 and not any(steps[2:])
    return whole, steps[:2] == (1, 1) if whole else steps[straight] == 1 and all(step == 1 for step in steps[2:])


class Read:
    """Reading at positions, for one combination of layouts: the result's layout, and the call that fills it.

    `shape` is what is walked, `target` and `source` the strides over it. Nothing is read where it has no items.
    """

    __slots__ = ("_call", "_scale", "layout", "positions", "shape")

    def __init__(
        self, layout: Layout, itemsize: int, shape: tuple[int, ...], target: tuple[int, ...], source: tuple[int, ...],
        positions: Sequence[Position],
    ) -> None:
        self.layout, self.shape, self.positions = layout, shape, positions
        self._scale = 2 if itemsize == 16 else 1
        self._call: Prepared | None = None
        if 0 in shape:
            return
        operands: list[tuple[int, ...]] = [target, source, *(position.strides for position in positions)]
        walked = shape
        if self._scale == 2:
            walked, operands = _halved(shape, operands)
        rows, walk = walk_words(walked, operands)
        kernel = read_kernel(min(itemsize, 8), _names(positions), _wraps(positions), *_row_form(walk, len(operands), 0))
        work = int(rows * walk[1] * READ_NANOSECONDS) + 5 * rows
        self._call = Prepared(kernel, len(operands), _words(positions, self._scale, walk), rows, work)

    def run(self, source: Tensor, indices: Sequence[Tensor], target: Tensor) -> int | None:
        """Fill `target`; the number of the first item whose position is outside, None if all are inside."""
        if self._call is None:
            require_addresses((source, *indices))
            return None
        status = self._call.run(target.address, source.address, *[index.address for index in indices])
        return None if status == 0 else (status - 1) // self._scale

    def position(self, which: int, index: Tensor, item: int) -> int:
        """The position that an index holds for one item of the walked shape."""
        return position_at(index, self.positions[which].strides, self.shape, item)


def write_items(
    shape: tuple[int, ...], target: Tensor, source: Tensor, strides: Sequence[tuple[int, ...]], positions: Sequence[Position],
    indices: Sequence[Tensor], mode: str,
) -> None:
    """Write the items of `source` to the positions in `target`, or combine them; the positions have been checked.

    `strides` are those of target and source over `shape`, which has items; `mode` is one of kernels/loops/indexing.py. RuntimeError if
    another thread has put positions outside since they were checked; nothing outside is written then.
    """
    itemsize = target.dtype.itemsize
    dtype = CARRIERS[min(itemsize, 8)] if mode == ASSIGN else target.dtype.name
    wide = mode == ASSIGN and itemsize == 16
    if mode == ADD and target.dtype.is_complex:
        # real and imaginary parts are added by themselves
        dtype, wide = f"float{4 * itemsize}", True
    key = (shape, *strides, dtype, mode, wide, *positions)
    call = _writes.get(key)
    if call is None:
        operands: list[tuple[int, ...]] = [*strides, *(position.strides for position in positions)]
        rows, walk = walk_words(*_halved(shape, operands)) if wide else walk_words(shape, operands)
        kernel = write_kernel(dtype, _names(positions), mode, _wraps(positions), *_row_form(walk, len(operands), 1))
        call = _writes[key] = Prepared(kernel, len(operands), _words(positions, 2 if wide else 1, walk), rows)
    if call.run(target.address, source.address, *[index.address for index in indices]):
        raise RuntimeError("positions were changed while items were written to them; let no other thread write to an index in use")


def outside(index: Tensor, low: int, size: int) -> int | None:
    """The first position of `index`, in row-major order, that is not in [low, size); None if all are."""
    if not index.layout.numel:
        return None
    layout = index.layout.form
    key = (layout, index.dtype, low, size)
    call = _bounds.get(key)
    if call is None:
        rows, walk = walk_words(layout.shape, [layout.strides])
        call = _bounds[key] = Prepared(bounds_kernel(index.dtype.name), 1, (low, size, *walk), rows)
    status = call.run(index.address)
    return int(bits(index).flat[status - 1]) if status else None


def position_at(index: Tensor, strides: tuple[int, ...], shape: tuple[int, ...], item: int) -> int:
    """The position that an index with these strides holds for one item of the walked shape."""
    layout = Layout.of(shape, strides, index.layout.offset)
    return int(bits(Tensor(index.memory, layout, index.dtype)).flat[item])


def begin_write(target: Tensor) -> None:
    """RuntimeError for read-only memory; counts the write."""
    check_not_read_only(target)
    target.memory.version += 1


def one_dimension(tensor: Tensor) -> Tensor:
    """A 0-dim tensor as one of one item, others as they are."""
    return tensor if tensor.layout.shape else Tensor(tensor.memory, Layout.of((1,), (1,), tensor.layout.offset), tensor.dtype)


def replaced(strides: Sequence[int], dim: int, value: int) -> tuple[int, ...]:
    """The numbers with another one at `dim`."""
    return (*strides[:dim], value, *strides[dim + 1 :])


def unsupported(name: str, dtype: DType) -> NotImplementedError:
    """What PyTorch raises for a dtype that an operator does not take."""
    from .dtype_rules import type_name

    return NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')
