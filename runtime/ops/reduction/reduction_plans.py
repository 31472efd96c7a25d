"""How a reduction of one layout runs: which kernels, over which parts of the input, through which scratch memory.

In: the layout, the dims, what is reduced into what. Out: a `Plan`, which rows of ops/reduction/reductions.py keep and run. The cuts depend
on shapes alone, never on threads, so results have the same bits however many run.

A reduction becomes one kernel, or several where one would be slow or could not be split among threads:
- few outputs of many items: fixed blocks of the reduced items into scratch, whose totals a second kernel joins;
- narrow columns (10,000 x 3 over its rows): groups of rows count as one wide row, so that vectors are full;
- short rows beside other reduced dims: the columns are summed first, what is left in scratch is short.
"""
from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ...dtype import DType
from ...kernels.loops.reduction import COMBINE, JOIN, PARTIAL, WHOLE, Reduction, reduction_kernel
from ...kernels.loops.sequence import sequence_kernel
from ...kernels.running.engine import Kernel
from ...kernels.running.launch import GRAIN, alone, launch_at, launch_whole
from ...layout import Layout, contiguous_strides, merge
from ...no_data import NO_ADDRESS
from ...storage import Storage
from ...tensor import Tensor

SOURCE, RESULT, SCRATCH = range(3)
"""The memory that a step reads and writes. Centres, where a step is given them, lie at the start of scratch."""
CUT_ITEMS = 1 << 14
"""A reduction of fewer items runs in one piece."""
BLOCK_ITEMS = 1 << 18
"""A reduction of fewer items is not cut into blocks."""
PART_ITEMS = 1 << 16
"""Items of one block; fewer where that divides them evenly."""
ENOUGH_ROWS, ENOUGH_COLUMNS = 64, 4096
"""So many outputs can be split among threads as they are."""
ROWS_WORTH = 8
"""Rows for one row of scratch that make a cut worthwhile."""
LONG = 256
"""Rows of so many items are fast by themselves."""
SHORT = 16
"""Rows of fewer items are walked by columns, where there are enough of them."""
NARROW, WIDE = 64, 512
"""Columns fewer than NARROW are widened to about WIDE."""
_STRIDED = 4
"""How many times longer items take that do not lie side by side."""
_KEPT_SCRATCH = 4096
"""Bytes of scratch memory that a plan keeps between calls."""
WHOLE_VECTORS = 32
"""Items of the vectors that one turn of a loop takes: widths that they divide leave no rest."""


class Kept(NamedTuple):
    """A kept dim: its size and its strides in the input, the output and the centres."""

    size: int
    source: int
    target: int
    centre: int


class Reduced(NamedTuple):
    """A reduced dim: its size and its stride in the input."""

    size: int
    stride: int


@dataclass(frozen=True, slots=True)
class Task:
    """One kernel's share: what it reduces from where to where; offsets in items."""

    kept: tuple[Kept, ...]
    reduced: tuple[Reduced, ...]
    source: tuple[int, int]
    """Memory and offset."""
    target: tuple[int, int]
    part: str
    blocks: bool = False
    """Whether it is a piece of a task that was cut into blocks."""

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return math.prod(dim.size for dim in self.kept)

    @property
    def count(self) -> int:
        """Items per output."""
        return math.prod(dim.size for dim in self.reduced)


class Step(NamedTuple):
    """A kernel ready to run: words with offsets in bytes in place of addresses."""

    kernel: Kernel
    words: tuple[int, ...]
    items: int
    work: int
    source: int
    target: int


class Formula(NamedTuple):
    """What is reduced into what."""

    reduction: Reduction
    input: DType
    compute: DType
    output: DType
    parameter: float = 0.0


class Frame:
    """The words and the scratch memory of one call's steps: each call has its own while it runs."""

    __slots__ = ("_turns", "addresses", "scratch", "turns", "words")

    def __init__(self, steps: Sequence[Step], scratch: int) -> None:
        self.words = [(ctypes.c_int64 * len(step.words))(*step.words) for step in steps]
        self.addresses = [ctypes.addressof(words) for words in self.words]
        self.scratch = Storage.allocate(scratch) if scratch <= _KEPT_SCRATCH else None
        turns = [word for step, address in zip(steps, self.addresses) for word in (step.kernel.address, address, step.items)]
        self._turns = (ctypes.c_int64 * len(turns))(*turns)
        self.turns = ctypes.addressof(self._turns)
        """The words of kernels/loops/sequence.py."""


class Plan:
    """A reduction of one layout, ready to run."""

    __slots__ = ("dtype", "frames", "layout", "nbytes", "scratch", "single", "steps", "work")

    def __init__(self, layout: Layout, dtype: DType, steps: Sequence[Step], scratch: int) -> None:
        self.layout = layout
        self.dtype = dtype
        self.nbytes = layout.numel * dtype.itemsize
        self.steps = steps
        self.scratch = scratch
        """Bytes of scratch memory."""
        self.frames: list[Frame] = []
        self.single = steps[0] if len(steps) == 1 and not scratch else None
        self.work = sum(step.work for step in steps)

    def run(self, source: Tensor) -> Tensor:
        """A fresh tensor with the reduction of `source`, which has the layout and dtype of the plan."""
        address = source.memory.address + source.layout.offset * source.dtype.itemsize
        storage = Storage.allocate(self.nbytes)
        target = storage.address
        if address is NO_ADDRESS or target is NO_ADDRESS:
            return Tensor(storage, self.layout, self.dtype)
        try:
            frame = self.frames.pop()
        except IndexError:
            frame = Frame(self.steps, self.scratch)
        single = self.single
        if single is not None:
            words = frame.words[0]
            words[0], words[1] = address, target
            launch_at(single.kernel, frame.addresses[0], single.items, work=single.work)
        else:
            self._run_steps(frame, address, target)
        self.frames.append(frame)
        return Tensor(storage, self.layout, self.dtype)

    def _run_steps(self, frame: Frame, source: int, target: int) -> None:
        scratch = frame.scratch or Storage.allocate(self.scratch)
        bases = (source, target, scratch.address)
        for step, words in zip(self.steps, frame.words):
            words[0] = bases[step.source] + step.words[0]
            words[1] = bases[step.target] + step.words[1]
            words[2] = scratch.address
        if self.work < 2 * GRAIN or alone():
            launch_whole(sequence_kernel(), frame.turns, len(self.steps), self.work)
            return
        for step, at in zip(self.steps, frame.addresses):
            launch_at(step.kernel, at, step.items, work=step.work)


def split_dims(layout: Layout, dims: tuple[int, ...], *, ordered: bool) -> tuple[list[Kept], list[Reduced]]:
    """The kept and the reduced dims, merged and in memory order; the reduced ones as they come where their order matters."""
    kept = [dim for dim in range(len(layout.shape)) if dim not in dims]
    targets = [0] * len(layout.shape)
    step = 1
    for dim in reversed(kept):
        targets[dim] = step
        step *= layout.shape[dim]
    reduced = [Reduced(layout.shape[dim], layout.strides[dim]) for dim in sorted(dims)]
    return (
        _merged([Kept(layout.shape[dim], layout.strides[dim], targets[dim], targets[dim]) for dim in kept]),
        _merged_reduced(reduced, ordered=ordered),
    )


def _merged(kept: Sequence[Kept]) -> list[Kept]:
    ordered = sorted(kept, key=lambda dim: -_outermost(dim.source))
    found = merge([dim.size for dim in ordered], [[dim[operand] for dim in ordered] for operand in (1, 2, 3)])
    return [Kept(size, *strides) for size, strides in found] or [Kept(1, 1, 1, 1)]


def _merged_reduced(reduced: Sequence[Reduced], *, ordered: bool) -> list[Reduced]:
    walked = reduced if ordered else sorted(reduced, key=lambda dim: -_outermost(dim.stride))
    return [Reduced(size, *strides) for size, strides in merge([dim.size for dim in walked], [[dim.stride for dim in walked]])] or [
        Reduced(1, 1)
    ]


def _outermost(stride: int) -> int:
    """Repeated dims go outside: inside they would hide the runs of neighbours."""
    return stride or 1 << 62


def by_columns(kept: Sequence[Kept], reduced: Sequence[Reduced]) -> tuple[bool, bool]:
    """Whether outputs are taken together, and whether the inner stride is 1."""
    column, run = kept[-1], reduced[-1]
    if run.stride == 1 and run.size >= SHORT:
        return False, True
    if column.source == 1 and column.size > 1:
        return True, True
    if column.size >= SHORT and (len(reduced) == 1 and run.size < SHORT or abs(column.source) < abs(run.stride)):
        return True, False
    return False, run.stride == 1


def words_of(
    kept: Sequence[Kept], reduced: Sequence[Reduced], *, source: int = 0, target: int = 0, count: int = 0, parameter: float = 0.0
) -> tuple[int, ...]:
    """The words of kernels/loops/reduction.py."""
    bits = ctypes.c_int64.from_buffer(ctypes.c_double(parameter)).value
    runs = math.prod(dim.size for dim in reduced[:-1])
    return (
        source, target, 0, count, bits, runs, len(kept), len(reduced),
        *(dim[member] for member in range(4) for dim in kept), *(dim[member] for member in range(2) for dim in reduced),
    )


class _Piece(NamedTuple):
    """Part of a task that is cut: so many slots of scratch, each the total of these dims from this offset on."""

    slots: int
    stride: int
    reduced: list[Reduced]
    offset: int


class _Cut(NamedTuple):
    """How a task is cut: its pieces, and before which kept dim their slots lie in scratch."""

    position: int
    pieces: list[_Piece]
    blocks: bool = False


class _Planner:
    """Collects the steps of one plan and lays out its scratch."""

    def __init__(self, formula: Formula, count: int) -> None:
        self.formula = formula
        self.count = count
        self.steps: list[Step] = []
        self.scratch = 0
        """Items."""
        self.given = False

    def plan(self, task: Task) -> None:
        """All steps; a reduction around centres that is cut computes them first."""
        reduction = self.formula.reduction
        if task.outputs == 0:
            return
        if reduction.centre is not None and _cut_of(task) is not None:
            whole = self.formula
            self.scratch = task.outputs
            self.formula = whole._replace(reduction=reduction.centre, output=whole.compute)
            self.add(replace(task, target=(SCRATCH, 0)))
            self.formula, self.given = whole, True
        self.add(task)

    def add(self, task: Task) -> None:
        """The steps of a task: pieces into scratch and their totals, or one kernel."""
        cut = _cut_of(task)
        if cut is None:
            self._step(task)
            return
        slots = sum(piece.slots for piece in cut.pieces)
        sizes = [dim.size for dim in task.kept]
        strides = [*contiguous_strides([*sizes[: cut.position], slots, *sizes[cut.position :]])]
        step = strides.pop(cut.position)
        scratch = self.scratch
        self.scratch += slots * task.outputs
        first = scratch
        for piece in cut.pieces:
            kept = [dim._replace(target=stride) for dim, stride in zip(task.kept, strides)]
            kept.append(Kept(piece.slots, piece.stride, step, 0))
            source = (task.source[0], task.source[1] + piece.offset)
            part = PARTIAL if task.part in (WHOLE, PARTIAL) else JOIN
            reduced = tuple(_merged_reduced(piece.reduced, ordered=False))
            self.add(Task(tuple(_merged(kept)), reduced, source, (SCRATCH, first), part, task.blocks or cut.blocks))
            first += piece.slots * step
        kept = _merged([dim._replace(source=stride) for dim, stride in zip(task.kept, strides)])
        part = COMBINE if task.part in (WHOLE, COMBINE) else JOIN
        self.add(Task(tuple(kept), (Reduced(slots, step),), (SCRATCH, scratch), task.target, part))

    def _step(self, task: Task) -> None:
        formula, part = self.formula, task.part
        # without centres their strides keep no dims apart
        kept = task.kept if self.given else _merged([dim._replace(centre=dim.target) for dim in task.kept])
        columns, unit = by_columns(kept, task.reduced)
        input = formula.input if part in (WHOLE, PARTIAL) else formula.compute
        output = formula.output if task.target[0] == RESULT else formula.compute
        kernel = reduction_kernel(
            formula.reduction, input, formula.compute, output, columns=columns, unit=unit,
            part=WHOLE if formula.reduction.plain else part, given=self.given,
        )
        words = words_of(
            kept, task.reduced, source=task.source[1] * input.itemsize, target=task.target[1] * output.itemsize,
            count=self.count, parameter=formula.parameter,
        )
        nanoseconds = task.outputs * (task.count * formula.reduction.nanoseconds * (1 if unit else _STRIDED) + 2)
        self.steps.append(Step(kernel, words, task.outputs, int(nanoseconds), task.source[0], task.target[0]))


def _cut_of(task: Task) -> _Cut | None:
    """How a task should be cut, if at all."""
    if task.outputs * task.count < CUT_ITEMS:
        return None
    return _narrow(task) or _short_rows(task) or _blocks(task)


def _narrow(task: Task) -> _Cut | None:
    """Columns of too few: some rows side by side count as one."""
    column, run = task.kept[-1], task.reduced[-1]
    if not (column.source == 1 and 1 < column.size < NARROW and run.stride == column.size):
        return None
    unit = WHOLE_VECTORS // math.gcd(WHOLE_VECTORS, column.size)
    group = unit * max(1, WIDE // (column.size * unit))
    whole, rest = divmod(run.size, group)
    if whole < ROWS_WORTH:
        return None
    others = [*task.reduced[:-1]]
    width = group * column.size
    pieces = [_Piece(group, column.size, [*others, Reduced(whole, width)], 0)]
    if rest:
        pieces.append(_Piece(1, 0, [*others, Reduced(rest, column.size)], whole * width))
    return _Cut(len(task.kept) - 1, pieces)


def _short_rows(task: Task) -> _Cut | None:
    """Short rows beside other reduced dims: these go first, by columns."""
    run = task.reduced[-1]
    if len(task.reduced) < 2 or run.stride != 1 or run.size >= LONG or task.count < ROWS_WORTH * run.size:
        return None
    columns = _merged([*(Kept(dim.size, dim.source, dim.source, 0) for dim in task.kept), Kept(run.size, 1, 1, 0)])
    if columns[-1].size < NARROW:
        return None
    return _Cut(len(task.kept), [_Piece(run.size, 1, [*task.reduced[:-1]], 0)])


def _blocks(task: Task) -> _Cut | None:
    """Many items to few: blocks of fixed size, which threads share."""
    columns, _ = by_columns(task.kept, task.reduced)
    if task.blocks or task.outputs * task.count < BLOCK_ITEMS or task.outputs >= (ENOUGH_COLUMNS if columns else ENOUGH_ROWS):
        return None
    at = max(range(len(task.reduced)), key=lambda dim: task.reduced[dim].size)
    size, stride = task.reduced[at]
    block = max(1, PART_ITEMS * size // (task.outputs * task.count))
    # blocks without a rest spare a launch
    parts = -(-size // block)
    block = next((size // count for count in range(parts, 2 * parts) if size % count == 0), block)
    whole, rest = divmod(size, block)
    if whole < 2:
        return None

    def part(items: int) -> list[Reduced]:
        return [Reduced(items, stride) if dim == at else reduced for dim, reduced in enumerate(task.reduced)]

    pieces = [_Piece(whole, block * stride, part(block), 0)]
    if rest:
        pieces.append(_Piece(1, 0, part(rest), whole * block * stride))
    return _Cut(0, pieces, blocks=True)


def make_plan(layout: Layout, dims: tuple[int, ...], keepdim: bool, formula: Formula) -> Plan:
    """The plan of reducing `dims` of a tensor with this layout."""
    kept, reduced = split_dims(layout, dims, ordered=False)
    task = Task(tuple(kept), tuple(reduced), (SOURCE, 0), (RESULT, 0), WHOLE)
    planner = _Planner(formula, task.count)
    planner.plan(task)
    shape = reduced_shape(layout.shape, dims, keepdim)
    return Plan(Layout.contiguous(shape), formula.output, planner.steps, planner.scratch * formula.compute.itemsize)


def reduced_shape(shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    """The shape without the reduced dimensions, or with size 1 for each."""
    if keepdim:
        return tuple(1 if dim in dims else size for dim, size in enumerate(shape))
    return tuple(size for dim, size in enumerate(shape) if dim not in dims)
