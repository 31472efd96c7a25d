"""Small pieces of LLVM text that the loop makers share: storage types, conversions between dtypes, calls of scalar functions.

A value lives in memory and in registers in its storage type: bool and uint8 are both i8, bool holds 0 or 1.
"""
from __future__ import annotations

from collections.abc import Sequence

STORAGE = {"float32": "float", "float64": "double", "int64": "i64", "int32": "i32", "int16": "i16", "uint8": "i8", "bool": "i8"}
"""The LLVM type of each computing dtype, and of 16-bit words that are only moved."""
_WIDTH = {"i64": 64, "i32": 32, "i16": 16, "i8": 8}
_FLOATS = ("float32", "float64")
_FOREIGN = {"uint64": "i64", "int16": "i16", "uint32": "i32", "uint16": "i16", "int8": "i8"}


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


def storage(dtype: str) -> str:
    """The LLVM type of a dtype, or of an integer type that numba widens to."""
    return STORAGE.get(dtype) or _FOREIGN[dtype]


def convert(text: Text, value: str, source: str, target: str) -> str:
    """`value` of dtype `source` as `target`, as PyTorch converts: toward zero, integers wrap, anything but 0 is true."""
    if source == target:
        return value
    have, want = storage(source), storage(target)
    if target == "bool":
        test = f"fcmp une {have} {value}, 0.0" if source in _FLOATS else f"icmp ne {have} {value}, 0"
        return text.let(f"zext i1 {text.let(test)} to i8")
    if source in _FLOATS and target in _FLOATS:
        return text.let(f"{'fpext' if want == 'double' else 'fptrunc'} {have} {value} to {want}")
    if source in _FLOATS:
        if target != "uint8":
            return text.let(f"fptosi {have} {value} to {want}")
        # PyTorch goes through int64, so that -1.0 is 255 and 300.0 is 44
        return text.let(f"trunc i64 {text.let(f'fptosi {have} {value} to i64')} to i8")
    unsigned = source == "bool" or source.startswith("uint")
    if target in _FLOATS:
        return text.let(f"{'uitofp' if unsigned else 'sitofp'} {have} {value} to {want}")
    if _WIDTH[have] == _WIDTH[want]:
        return value
    if _WIDTH[have] > _WIDTH[want]:
        return text.let(f"trunc {have} {value} to {want}")
    return text.let(f"{'zext' if unsigned else 'sext'} {have} {value} to {want}")


def declare_scalar(symbol: str, arguments: Sequence[str]) -> str:
    """The declaration of a function in numba's convention: result and exception by pointer, status returned."""
    return f'declare i32 @"{symbol}"({", ".join(["ptr", "ptr", *(storage(one) for one in arguments)])})'


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


def call_scalar(text: Text, symbol: str, arguments: Sequence[tuple[str, str]], results: Sequence[str]) -> list[str]:
    """Call a scalar function with (dtype, value) arguments; its results. `%result` and `%exception` are the caller's slots.

    The module needs CHECK.
    """
    given = "".join(f", {storage(dtype)} {value}" for dtype, value in arguments)
    status = text.let(f'call i32 @"{symbol}"(ptr %result, ptr %exception{given})')
    text.add(f"  call void @rushlight_check(i32 {status})")
    if len(results) == 1:
        return [text.let(f"load {storage(results[0])}, ptr %result")]
    structure = result_type(results)
    return [
        text.let(f"load {storage(dtype)}, ptr {text.let(f'getelementptr {structure}, ptr %result, i32 0, i32 {at}')}")
        for at, dtype in enumerate(results)
    ]


def result_type(results: Sequence[str]) -> str:
    """The LLVM type that a scalar function with these result dtypes fills."""
    if len(results) == 1:
        return storage(results[0])
    return "{" + ", ".join(storage(one) for one in results) + "}"
