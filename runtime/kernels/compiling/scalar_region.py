"""Straight runs and loops of numbers as one kernel: what would be many rows of a program is one row.

In: a `Region`, rows over registers that are integers, floats or booleans. Out: a `Kernel` with one item, whose registers are
neighbouring words of the program, so that other rows read them where they lie.

What an operation means is said by a Python function, the body of the operator's row; nothing here knows operators. Functions
do not raise: rows that must not go on (a divisor of 0) are guarded by a check, whose row number is the failing item.

Words: 0 address of the resume word, which is followed by the registers; from 1 on the inputs, which fill the first registers.
The resume word starts as 0. A region that jumps back too often keeps its registers, returns BUDGET_SPENT, and goes on
when it is called again, so that Python notices signals. The text of a region prints and parses:

    region (int64, float64)
    0: %2 = 0 int64
    1: %3 = add(%2, %0) int64
    2: check %3
    3: jump 1 if %4
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..running.engine import Kernel
from ..running.row_loop import BUDGET_SPENT
from .compiler import emitted_kernel
from .emitter import Builder, Value, Variable
from .functions import Functions

DTYPES = ("int64", "float64", "bool")
"""What a register holds: TorchScript's int, float and bool."""
BACKWARD_JUMPS = 1 << 20
"""Backward jumps of one call: some milliseconds at most."""


@dataclass(frozen=True, slots=True)
class ConstantRow:
    """registers[target] = value."""

    target: int
    value: int | float | bool
    dtype: str

    def __str__(self) -> str:
        return f"%{self.target} = {self.value!r} {self.dtype}"


@dataclass(frozen=True, slots=True)
class CallRow:
    """registers[target] = function(registers[operands]...), as a number of `dtype`."""

    target: int
    name: str
    function: Callable[..., Any]
    operands: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"%{self.target} = {self.name}({', '.join(f'%{operand}' for operand in self.operands)}) {self.dtype}"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """Fail, with this row's number as the failing item, if registers[register] is 0 or false."""

    register: int

    def __str__(self) -> str:
        return f"check %{self.register}"


@dataclass(frozen=True, slots=True)
class BranchRow:
    """Go on at row `target` if registers[register] is not 0 (`when` true) or is 0 (`when` false)."""

    target: int
    register: int
    when: bool = True

    def __str__(self) -> str:
        return f"jump {self.target} {'if' if self.when else 'unless'} %{self.register}"


RegionRow = ConstantRow | CallRow | CheckRow | BranchRow


@dataclass(frozen=True, slots=True)
class Region:
    """Rows over registers; the first registers are the inputs. A register has one dtype in all rows that set it."""

    inputs: tuple[str, ...]
    rows: tuple[RegionRow, ...]

    @property
    def dtypes(self) -> dict[int, str]:
        """The dtype of each register; ValueError for one that has two, that nobody sets, or a jump to nowhere."""
        found = dict(enumerate(self.inputs))
        for at, row in enumerate(self.rows):
            if isinstance(row, ConstantRow | CallRow) and found.setdefault(row.target, row.dtype) != row.dtype:
                raise ValueError(f"region: row {at} makes register {row.target} {row.dtype}, which was {found[row.target]}")
            if isinstance(row, BranchRow) and not 0 <= row.target <= len(self.rows):
                raise ValueError(f"region: row {at} jumps to {row.target}, but there are {len(self.rows)} rows")
        for at, row in enumerate(self.rows):
            for register in _read_by(row):
                if register not in found:
                    raise ValueError(f"region: row {at} reads register {register}, which nobody sets")
        return found

    @property
    def word_count(self) -> int:
        """Words that the region needs side by side: the resume word and its registers."""
        return 2 + max(self.dtypes, default=-1)

    def __str__(self) -> str:
        return "\n".join([f"region ({', '.join(self.inputs)})", *(f"{at}: {row}" for at, row in enumerate(self.rows))]) + "\n"


def _read_by(row: RegionRow) -> tuple[int, ...]:
    match row:
        case ConstantRow():
            return ()
        case CallRow():
            return row.operands
        case CheckRow() | BranchRow():
            return (row.register,)


def region_kernel(region: Region) -> Kernel:
    """The kernel of a region; its words are described above."""
    registers = region.dtypes
    called = tuple(row.function for row in region.rows if isinstance(row, CallRow))
    return emitted_kernel("region", lambda builder, functions: _write(builder, functions, region, registers), str(region), *called)


def _write(builder: Builder, functions: Functions, region: Region, dtypes: dict[int, str]) -> None:
    state = builder.pointer("int64", builder.word(0))
    variables = {register: builder.variable(builder.number(0, dtype)) for register, dtype in sorted(dtypes.items())}
    calls = {
        at: functions.get(row.function, [dtypes[operand] for operand in row.operands], "float64", row.dtype)
        for at, row in enumerate(region.rows) if isinstance(row, CallRow)
    }
    budget = builder.variable(builder.number(BACKWARD_JUMPS, "int64"))
    resume = state[0]
    with builder.when(resume == 0):
        for register, dtype in enumerate(region.inputs):
            variables[register].value = _from_word(builder, builder.word(register + 1), dtype)
    with builder.when(resume != 0):
        for register, variable in variables.items():
            variable.value = _from_word(builder, state[register + 1], variable.dtype)
    heads = sorted({row.target for at, row in enumerate(region.rows) if isinstance(row, BranchRow) and row.target <= at})
    text = builder.text
    cases = " ".join(f"i64 {head + 1}, label %row{head}" for head in heads)
    text.add(f"  switch i64 {resume.name}, label %row0 [ {cases} ]")

    def leave(status: Value | int, resume_at: int) -> None:
        for register, variable in variables.items():
            state[register + 1] = _as_word(builder, variable)
        state[0] = resume_at
        builder.return_status(status)

    for at, row in enumerate(region.rows):
        text.label(f"row{at}")
        match row:
            case ConstantRow():
                variables[row.target].value = builder.number(row.value, row.dtype)
            case CallRow():
                variables[row.target].value = calls[at](builder, *(variables[operand].value for operand in row.operands))
            case CheckRow():
                with builder.when(variables[row.register].value == 0):
                    leave(at + 1, 0)
            case BranchRow():
                tested = variables[row.register].value
                with builder.when((tested != 0) if row.when else (tested == 0)):
                    if row.target <= at:
                        budget.value = budget.value - 1
                        with builder.when(budget.value < 0):
                            leave(BUDGET_SPENT, row.target + 1)
                    text.add(f"  br label %row{row.target}")
                    text.label(f"jumped{at}")
        text.add(f"  br label %row{at + 1}")
    text.label(f"row{len(region.rows)}")
    leave(0, 0)


def _from_word(builder: Builder, word: Value, dtype: str) -> Value:
    if dtype == "float64":
        return Value(builder, dtype, builder.text.let(f"bitcast i64 {word.name} to double"))
    return (word != 0).to("bool") if dtype == "bool" else word


def _as_word(builder: Builder, variable: Variable) -> Value:
    value = variable.value
    if value.dtype == "float64":
        return Value(builder, "int64", builder.text.let(f"bitcast double {value.name} to i64"))
    return value.to("int64")


# Text

_HEAD = re.compile(r"region \(([^)]*)\)")
_CONSTANT = re.compile(r"%(\d+) = (\S+) (int64|float64|bool)")
_CALL = re.compile(r"%(\d+) = (\S+)\(([^)]*)\) (int64|float64|bool)")
_CHECK = re.compile(r"check %(\d+)")
_BRANCH = re.compile(r"jump (\d+) (if|unless) %(\d+)")


def parse_region(text: str, functions: Mapping[str, Callable[..., Any]]) -> Region:
    """The region that printed `text`; `functions` finds functions by name. ValueError names the line that is wrong."""
    lines = [line.partition("#")[0].strip() for line in text.strip().splitlines()]
    head = _HEAD.fullmatch(lines[0]) if lines else None
    if head is None:
        raise ValueError(f"region: line 1 is {lines[0] if lines else ''!r}; expected `region (dtypes)`")
    inputs = tuple(name.strip() for name in head[1].split(",") if name.strip())
    rows: list[RegionRow] = []
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        index, _, rest = line.partition(": ")
        row = _parse_row(rest, functions) if index == str(len(rows)) else None
        if row is None or not set(inputs) <= set(DTYPES):
            raise ValueError(f"region: line {number} is {line!r}; expected row {len(rows)} with a known function")
        rows.append(row)
    return Region(inputs, tuple(rows))


def _parse_row(text: str, functions: Mapping[str, Callable[..., Any]]) -> RegionRow | None:
    if found := _BRANCH.fullmatch(text):
        return BranchRow(int(found[1]), int(found[3]), found[2] == "if")
    if found := _CHECK.fullmatch(text):
        return CheckRow(int(found[1]))
    if found := _CALL.fullmatch(text):
        operands = tuple(int(word.strip().removeprefix("%")) for word in found[3].split(",") if word.strip())
        return None if found[2] not in functions else CallRow(int(found[1]), found[2], functions[found[2]], operands, found[4])
    if found := _CONSTANT.fullmatch(text):
        value = _parse_number(found[2], found[3])
        return None if value is None else ConstantRow(int(found[1]), value, found[3])
    return None


def _parse_number(text: str, dtype: str) -> int | float | bool | None:
    try:
        if dtype == "bool":
            return {"True": True, "False": False}.get(text)
        return int(text) if dtype == "int64" else float(text)
    except ValueError:
        return None
