"""Regions of numbers: text, arithmetic, loops, checks, and what happens when a loop takes long."""
from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushlight.runtime.executor import acquire, run
from rushlight.runtime.kernels.compiling.scalar_region import (
    BACKWARD_JUMPS,
    BranchRow,
    CallRow,
    CheckRow,
    ConstantRow,
    Region,
    RegionRow,
    parse_region,
    region_kernel,
)
from rushlight.runtime.program import Program, parse


def add(a: Any, b: Any) -> Any:
    return a + b


def multiply(a: Any, b: Any) -> Any:
    return a * b


def less(a: Any, b: Any) -> Any:
    return a < b


def floor_divide(a: Any, b: Any) -> Any:
    return a // b


def root(a: Any) -> Any:
    return math.sqrt(a)


FUNCTIONS = {"add": add, "multiply": multiply, "less": less, "floor_divide": floor_divide, "root": root}

SUM = parse_region("""
region (int64, float64)
0: %2 = 0 int64          # i
1: %3 = 0.0 float64      # total
2: %4 = 1 int64
3: %5 = less(%2, %0) bool
4: jump 8 unless %5
5: %3 = add(%3, %1) float64
6: %2 = add(%2, %4) int64
7: jump 3 if %4
""", FUNCTIONS)


def execute(region: Region, *inputs: int | float) -> dict[int, int | float]:
    """Run a region as a program of one row; its registers."""
    count = len(inputs)
    first = count + 2
    words = ", ".join(["%0", *(f"%{at + 1}" for at in range(count))])
    kernel = region_kernel(region)
    text = f"""
program {first + region.word_count} words, 0 bytes
%0 = &{first}
%{count + 1} = 1
%{first} starts at 0
0: {kernel.symbol}({words}) items %{count + 1} failure 0
"""
    program = parse(text, {kernel.symbol: kernel})
    program = Program(program.word_count, program.rows, program.constants, program.variables, references=program.references,
                      failures=(lambda frame, item: ZeroDivisionError(f"row {item}"),))
    frame = acquire(program)
    for at, value in enumerate(inputs):
        frame.words[at + 1] = struct.unpack("<q", struct.pack("<d", value))[0] if isinstance(value, float) else value
    run(frame)
    assert frame.words[first] == 0
    bits = {register: frame.words[first + 1 + register] for register in region.dtypes}
    floats = {register for register, dtype in region.dtypes.items() if dtype == "float64"}
    return {at: struct.unpack("<d", struct.pack("<q", word))[0] if at in floats else word for at, word in bits.items()}


NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "int64": st.integers(-(1 << 63), (1 << 63) - 1), "float64": st.floats(allow_nan=False), "bool": st.booleans(),
}
REGISTERS = st.integers(0, 6)
CONSTANTS = st.sampled_from(list(NUMBERS)).flatmap(
    lambda dtype: st.builds(ConstantRow, REGISTERS, NUMBERS[dtype], st.just(dtype))
)
CALLS = st.builds(
    lambda target, name, operands, dtype: CallRow(target, name, FUNCTIONS[name], operands, dtype),
    REGISTERS, st.sampled_from(list(FUNCTIONS)), st.lists(REGISTERS, max_size=3).map(tuple), st.sampled_from(list(NUMBERS)),
)
ROWS: st.SearchStrategy[RegionRow] = st.one_of(
    CONSTANTS, CALLS, st.builds(CheckRow, REGISTERS), st.builds(BranchRow, st.integers(0, 9), REGISTERS, st.booleans())
)


@given(st.lists(st.sampled_from(list(NUMBERS)), max_size=4).map(tuple), st.lists(ROWS, max_size=6).map(tuple))
def test_text_round_trip(inputs: tuple[str, ...], rows: tuple[RegionRow, ...]) -> None:
    region = Region(inputs, rows)
    assert parse_region(str(region), FUNCTIONS) == region


@pytest.mark.parametrize("text, why", [
    ("", "line 1"),
    ("region (int64)\n1: check %0", "line 2"),
    ("region (int64)\n0: %1 = unknown(%0) int64", "line 2"),
    ("region (int32)\n0: check %0", "line 2"),
    ("region (int64)\n0: %1 = x int64", "line 2"),
])
def test_bad_text_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_region(text, FUNCTIONS)


@pytest.mark.parametrize("text, why", [
    ("region (int64)\n0: jump 5 if %0", "row 0 jumps to 5"),
    ("region (int64)\n0: check %3", "row 0 reads register 3"),
    ("region (int64)\n0: %0 = 1.5 float64", "row 0 makes register 0 float64, which was int64"),
])
def test_inconsistent_regions_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        region_kernel(parse_region(text, FUNCTIONS))


@pytest.mark.parametrize("turns", [0, 1, 10, 2 * BACKWARD_JUMPS + 3])
def test_loops_outlast_their_budget(turns: int) -> None:
    assert execute(SUM, turns, 0.5) == {0: turns, 1: 0.5, 2: turns, 3: turns * 0.5, 4: 1, 5: 0}


def test_checks_fail_with_their_row() -> None:
    divide = parse_region("""
region (int64, int64)
0: check %1
1: %2 = floor_divide(%0, %1) int64
2: %3 = less(%2, %0) bool
""", FUNCTIONS)
    assert execute(divide, -7, 2) == {0: -7, 1: 2, 2: -4, 3: 0}
    with pytest.raises(ZeroDivisionError, match="row 0"):
        execute(divide, 7, 0)


def test_functions_of_mathematics() -> None:
    assert execute(parse_region("region (float64)\n0: %1 = root(%0) float64", FUNCTIONS), 2.0)[1] == math.sqrt(2)
