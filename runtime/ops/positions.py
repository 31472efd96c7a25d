"""Running the kernels that read and write at positions: from tensors, and what each index says, to words and a launch.

In: the walked shape, the operands' strides over it, and a `Position` per index tensor. What a combination of layouts needs is
worked out once. Rows that use it: indexing.py, gathering.py, writing.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import dtype as dtypes
from ..dtype import DType
from ..kernels.indexing import CARRIERS, bounds_kernel, read_kernel, write_kernel
from ..kernels.launch import launch
from ..kernels.walking import walk_words
from ..layout import Layout
from ..tensor import Tensor
from .host import bits
from .overlap import check_not_read_only
from .plans import Plans

POSITIONS = (dtypes.int64, dtypes.int32)
"""The dtypes of tensors that hold positions."""

READ_NANOSECONDS = 1.0
"""One item read at a position, from the caches."""


class Position(NamedTuple):
    """One index: its tensor, the strides over the walked shape, and the indexed dimension's size, lowest position and stride."""

    tensor: Tensor
    strides: tuple[int, ...]
    size: int
    low: int
    step: int


_reads = Plans[tuple[Any, ...], tuple[Any, int, tuple[int, ...], int]]()
_writes = Plans[tuple[Any, ...], tuple[Any, int, tuple[int, ...]]]()
_bounds = Plans[tuple[Any, ...], tuple[Any, int, tuple[int, ...]]]()


def _words(target: int, source: int, positions: Sequence[Position], scale: int, walk: tuple[int, ...]) -> list[int]:
    words = [target, source, *(position.tensor.address for position in positions)]
    for position in positions:
        words += (position.size, position.step * scale)
    words += walk
    return words


def _halved(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """The walk of two words per item: a last dimension of 2, which only the first two operands step along."""
    doubled = [(*(2 * step for step in one), 1) for one in strides[:2]]
    return (*shape, 2), doubled + [(*one, 0) for one in strides[2:]]


def read_items(
    shape: tuple[int, ...], target: Tensor, source: Tensor, strides: Sequence[tuple[int, ...]], positions: Sequence[Position]
) -> int | None:
    """Fill `target` with the items of `source` at the positions; the number of the first item outside, None if all are inside.

    `strides` are those of target and source over `shape`, which has items.
    """
    indices = [(position.strides, position.tensor.dtype) for position in positions]
    key = (shape, *strides, target.dtype.itemsize, _wraps(positions), *indices)
    plan = _reads.get(key)
    if plan is None:
        plan = _reads[key] = _plan_read(shape, target.dtype.itemsize, strides, positions)
    kernel, rows, walk, work = plan
    scale = 2 if target.dtype.itemsize == 16 else 1
    status = launch(kernel, _words(target.address, source.address, positions, scale, walk), rows, work=work)
    return None if status == 0 else (status - 1) // scale


def _plan_read(
    shape: tuple[int, ...], itemsize: int, strides: Sequence[tuple[int, ...]], positions: Sequence[Position]
) -> tuple[Any, int, tuple[int, ...], int]:
    operands: list[tuple[int, ...]] = [*strides, *(position.strides for position in positions)]
    walked = shape
    if itemsize == 16:
        walked, operands = _halved(shape, operands)
    rows, walk = walk_words(walked, operands)
    whole, dense = _row_form(walk, len(operands), 0)
    kernel = read_kernel(min(itemsize, 8), tuple(position.tensor.dtype.name for position in positions), _wraps(positions), whole, dense)
    items = rows * walk[1]
    return kernel, rows, walk, int(items * READ_NANOSECONDS) + 5 * rows


def _wraps(positions: Sequence[Position]) -> bool:
    return any(position.low < 0 for position in positions)


def _row_form(walk: tuple[int, ...], operands: int, straight: int) -> tuple[bool, bool]:
    """Whether no index moves along a row; whether target and source, or else the operand `straight` and the indices, have no gaps."""
    steps = walk[2 : 2 + operands]
    # a row of one item moves along nothing
    whole = walk[1] > 1 and not any(steps[2:])
    return whole, steps[:2] == (1, 1) if whole else steps[straight] == 1 and all(step == 1 for step in steps[2:])


def write_items(
    shape: tuple[int, ...], target: Tensor, source: Tensor, strides: Sequence[tuple[int, ...]], positions: Sequence[Position], mode: str
) -> None:
    """Write the items of `source` to the positions in `target`, or combine them; the positions have been checked.

    `strides` are those of target and source over `shape`, which has items; `mode` is one of kernels/indexing.py.
    """
    dtype = CARRIERS[min(target.dtype.itemsize, 8)] if mode == "assign" else target.dtype.name
    wide = mode == "assign" and target.dtype.itemsize == 16
    key = (shape, *strides, dtype, mode, wide, _wraps(positions), *[(position.strides, position.tensor.dtype) for position in positions])
    plan = _writes.get(key)
    if plan is None:
        operands: list[tuple[int, ...]] = [*strides, *(position.strides for position in positions)]
        rows, walk = walk_words(*_halved(shape, operands)) if wide else walk_words(shape, operands)
        kernel = write_kernel(
            dtype, tuple(position.tensor.dtype.name for position in positions), mode, _wraps(positions), *_row_form(walk, len(operands), 1)
        )
        plan = _writes[key] = kernel, rows, walk
    kernel, rows, walk = plan
    launch(kernel, _words(target.address, source.address, positions, 2 if wide else 1, walk), rows)


def outside(index: Tensor, low: int, size: int) -> int | None:
    """The first position of `index`, in row-major order, that is not in [low, size); None if all are."""
    if not index.layout.numel:
        return None
    layout = index.layout.form
    key = (layout, index.dtype)
    plan = _bounds.get(key)
    if plan is None:
        rows, walk = walk_words(layout.shape, [layout.strides])
        plan = _bounds[key] = bounds_kernel(index.dtype.name), rows, walk
    kernel, rows, walk = plan
    status = launch(kernel, (index.address, low, size, *walk), rows)
    return int(bits(index).flat[status - 1]) if status else None


def position_at(position: Position, shape: tuple[int, ...], item: int) -> int:
    """The position that the index holds for one item of the walked shape."""
    layout = Layout.of(shape, position.strides, position.tensor.layout.offset)
    return int(bits(Tensor(position.tensor.storage, layout, position.tensor.dtype)).flat[item])


def begin_write(target: Tensor) -> None:
    """RuntimeError for read-only memory; counts the write."""
    check_not_read_only(target)
    target.storage.version += 1


def one_dimension(tensor: Tensor) -> Tensor:
    """A 0-dim tensor as one of one item, others as they are."""
    return tensor if tensor.layout.shape else Tensor(tensor.storage, Layout.of((1,), (1,), tensor.layout.offset), tensor.dtype)


def replaced(strides: Sequence[int], dim: int, value: int) -> tuple[int, ...]:
    """The numbers with another one at `dim`."""
    return (*strides[:dim], value, *strides[dim + 1 :])


def unsupported(name: str, dtype: DType) -> NotImplementedError:
    """What PyTorch raises for a dtype that an operator does not take."""
    from .dtype_rules import type_name

    return NotImplementedError(f'"{name}" not implemented for \'{type_name(dtype)}\'')
