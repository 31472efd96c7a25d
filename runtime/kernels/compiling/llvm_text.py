"""Small pieces of LLVM text that the loop makers share: storage types, calls of scalar functions.

A value lives in memory and in registers in its storage type: bool and uint8 are both i8, bool holds 0 or 1. float16 and
bfloat16 are their 16 bits, i16: nothing computes in them. conversions.py turns one dtype into another.
"""
from __future__ import annotations

from collections.abc import Sequence

STORAGE = {
    "float32": "float", "float64": "double", "int64": "i64", "int32": "i32", "uint8": "i8", "bool": "i8", "int8": "i8", "int16": "i16",
    "uint16": "i16", "uint32": "i32", "uint64": "i64", "float16": "i16", "bfloat16": "i16", "complex64": "{float, float}",
    "complex128": "{double, double}",
}
"""The LLVM type of each computing dtype."""


class Text:
    """Lines of one function, with fresh names."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.block = "begin"
        """The name of the block that lines are added to."""
        self._count = 0

    def add(self, line: str) -> None:
        """Append one line."""
        self.lines.append(line)

    def let(self, expression: str) -> str:
        """Append `%new = expression`; the new name."""
        name = f"%t{self._count}"
        self._count += 1
        self.lines.append(f"  {name} = {expression}")
        return name

    def label(self, name: str) -> None:
        """Begin a block."""
        self.block = name
        self.lines.append(f"{name}:")

    def __str__(self) -> str:
        return "\n".join(self.lines)


def declare_scalar(symbol: str, arguments: Sequence[str]) -> str:
    """The declaration of a function in numba's convention: result and exception by pointer, status returned."""
    return f'declare i32 @"{symbol}"({", ".join(["ptr", "ptr", *(STORAGE[one] for one in arguments)])})'


RAISES = "rushlight_raises"
"""A symbol that nobody defines: what is left of it after optimization shows that a function can raise."""
CHECK = f"""
declare void @{RAISES}()
define internal void @rushlight_check(i32 %status) alwaysinline {{
  %raised = icmp ne i32 %status, 0
  br i1 %raised, label %yes, label %no
yes:
  call void @{RAISES}()
  br label %no
no:
  ret void
}}
"""


def call_scalar(
    text: Text, symbol: str, arguments: Sequence[tuple[str, str]], results: Sequence[str], slot: str = "%result"
) -> list[str]:
    """Call a scalar function with (dtype, value) arguments; its results. `slot` and `%exception` are the caller's memory.

    The module needs CHECK.
    """
    given = "".join(f", {STORAGE[dtype]} {value}" for dtype, value in arguments)
    status = text.let(f'call i32 @"{symbol}"(ptr {slot}, ptr %exception{given})')
    text.add(f"  call void @rushlight_check(i32 {status})")
    if len(results) == 1:
        return [text.let(f"load {STORAGE[results[0]]}, ptr {slot}")]
    structure = result_type(results)
    return [
        text.let(f"load {STORAGE[dtype]}, ptr {text.let(f'getelementptr {structure}, ptr {slot}, i32 0, i32 {at}')}")
        for at, dtype in enumerate(results)
    ]


def result_type(results: Sequence[str]) -> str:
    """The LLVM type that a scalar function with these result dtypes fills."""
    if len(results) == 1:
        return STORAGE[results[0]]
    return "{" + ", ".join(STORAGE[one] for one in results) + "}"
