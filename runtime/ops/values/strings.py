"""TorchScript's operators on strings.

In: Python strings. Out: strings, places, truth values. Messages are PyTorch's. Characters are bytes (`runtime/byte_text.py`).
"""

from __future__ import annotations

import re
import warnings
from typing import Any, cast

from ...byte_text import by_bytes, byte_number, byte_text, joined_text
from ...storage import require_memory
from ..table import builtin
from .texts import value_text

_SPACES = " \n\t\f\v"
# the last five are bytes of \u2028, \u2029 and \x85, each of which ends a line in PyTorch
_ENDS = "\n\r\v\f\x1c-\x1e\udc80\udc85\udca8\udca9\udce2"
_LINE_ENDS = re.compile(f"([{_ENDS}])")
_WORDS = re.compile(f"[^ \t{_ENDS}]+")


def _end(text: str, end: int) -> int:
    """Ends count from after the last character if negative: -1 is the whole text."""
    return max(0, len(text) + end + 1) if end < 0 else end


def _part(text: str, start: int, end: int) -> str:
    return text[max(0, len(text) + start) if start < 0 else start : _end(text, end)]


def _fill(fillchar: str) -> str:
    if len(fillchar) != 1:
        raise RuntimeError("TypeError: The fill character must be exactly one character long")
    return fillchar


@builtin("__getitem__.str(str s, int index) -> str", "prim::StringIndex(str string, int index) -> str")
@by_bytes
def getitem(s: str, index: int) -> str:
    """The character at a place; negative places count from the end."""
    if not -len(s) <= index < len(s):
        raise IndexError("string index out of range")
    return s[index]


@builtin("slice.str(str string, int? start=None, int? end=None, int step=1) -> str")
@by_bytes
def slice_str(string: str, start: int | None = None, end: int | None = None, step: int = 1) -> str:
    """The characters from `start` to before `end`."""
    if step == 0:
        raise RuntimeError("List slice should have non-zero step")
    return string[start:end:step]


@builtin("len.str(str s) -> int")
@by_bytes
def length(s: str) -> int:
    """How many bytes there are."""
    return len(s)


@builtin("add.str(str a, str b) -> str")
def concatenate(a: str, b: str) -> str:
    """One after the other."""
    return joined_text(a + b)


@builtin("list(str t) -> str[]")
@by_bytes
def characters(t: str) -> list[str]:
    """The characters."""
    return list(t)


@builtin("join(str self, str[] values) -> str")
def join(self: str, values: list[str]) -> str:
    """The values with the string between them."""
    # few bytes of a list may stand for many of a text
    require_memory(len(self) * len(values) + sum(map(len, values)))
    return joined_text(self.join(values))


@builtin("split.str(str self, str? separator=None, int max=-1) -> str[]")
@by_bytes
def split(self: str, separator: str | None = None, max: int = -1) -> list[str]:  # noqa: A002
    """The parts between separators; without one, all words, whatever `max` says."""
    if separator is None:
        return _WORDS.findall(self)
    if not separator:
        raise RuntimeError("ValueError: empty separator")
    return self.split(separator, max)


@builtin('rsplit(str self, str separator=" ", int max=-1) -> str[]')
@by_bytes
def rsplit(self: str, separator: str = " ", max: int = -1) -> list[str]:  # noqa: A002
    """The parts between separators, taken from the end."""
    if separator == "":
        raise RuntimeError("ValueError: empty separator")
    return self.rsplit(separator, max)


@builtin("splitlines(str self, bool keepends=False) -> str[]")
@by_bytes
def splitlines(self: str, keepends: bool = False) -> list[str]:
    """The lines; with `keepends`, what ends a line is an item of its own. "\\r\\n" ends two, as in PyTorch."""
    parts = _LINE_ENDS.split(self)
    if not parts[-1]:
        parts.pop()
    return [part for number, part in enumerate(parts) if keepends or number % 2 == 0]


@builtin('strip(str self, str chars=" \\n\\t\\f\\v") -> str')
@by_bytes
def strip(self: str, chars: str = _SPACES) -> str:
    """Without these characters at both ends."""
    return self.strip(chars)


@builtin('lstrip(str self, str chars=" \\n\\t\\f\\v") -> str')
@by_bytes
def lstrip(self: str, chars: str = _SPACES) -> str:
    """Without these characters at the start."""
    return self.lstrip(chars)


@builtin('rstrip(str self, str chars=" \\n\\t\\f\\v") -> str')
@by_bytes
def rstrip(self: str, chars: str = _SPACES) -> str:
    """Without these characters at the end."""
    return self.rstrip(chars)


@builtin("startswith(str self, str substr, int start=0, int end=-1) -> bool")
@by_bytes
def startswith(self: str, substr: str, start: int = 0, end: int = -1) -> bool:
    """Whether the part begins with a text."""
    return _part(self, start, end).startswith(substr)


@builtin("endswith(str self, str substr, int start=0, int end=-1) -> bool")
@by_bytes
def endswith(self: str, substr: str, start: int = 0, end: int = -1) -> bool:
    """Whether the part ends with a text."""
    return _part(self, start, end).endswith(substr)


@builtin("find(str self, str substr, int start=0, int end=-1) -> int")
@by_bytes
def find(self: str, substr: str, start: int = 0, end: int = -1) -> int:
    """The place of a text in the part, -1 where it is not."""
    return self.find(substr, start, _end(self, end))


@builtin("rfind(str self, str substr, int start=0, int end=-1) -> int")
@by_bytes
def rfind(self: str, substr: str, start: int = 0, end: int = -1) -> int:
    """The last place of a text in the part, -1 where it is not."""
    return self.rfind(substr, start, _end(self, end))


@builtin("index.str(str self, str substr, int start=0, int end=-1) -> int")
@by_bytes
def index(self: str, substr: str, start: int = 0, end: int = -1) -> int:
    """The place of a text in the part, where it must be."""
    found = find(self, substr, start, end)
    if found < 0:
        raise RuntimeError("ValueError: substring not found")
    return found


@builtin("rindex(str self, str substr, int start=0, int end=-1) -> int")
@by_bytes
def rindex(self: str, substr: str, start: int = 0, end: int = -1) -> int:
    """The last place of a text in the part, where it must be."""
    found = rfind(self, substr, start, end)
    if found < 0:
        raise RuntimeError("ValueError: substring not found")
    return found


@builtin("count(str self, str substr, int start=0, int end=-1) -> int")
@by_bytes
def count(self: str, substr: str, start: int = 0, end: int = -1) -> int:
    """How often a text is in the part."""
    return self.count(substr, start, _end(self, end))


@builtin("replace(str self, str old, str new, int max=-1) -> str")
@by_bytes
def replace(self: str, old: str, new: str, max: int = -1) -> str:  # noqa: A002
    """With one text in place of another."""
    require_memory(len(self) + self.count(old) * len(new))
    return self.replace(old, new, max)


@builtin("partition(str self, str separator) -> (str, str, str)")
@by_bytes
def partition(self: str, separator: str) -> tuple[str, str, str]:
    """What is before the first separator, it, and what is after it."""
    return self.partition(separator)


@builtin("rpartition(str self, str separator) -> (str, str, str)")
@by_bytes
def rpartition(self: str, separator: str) -> tuple[str, str, str]:
    """What is before the last separator, it, and what is after it."""
    return self.rpartition(separator)


@builtin("expandtabs(str self, int tabsize=8) -> str")
@by_bytes
def expandtabs(self: str, tabsize: int = 8) -> str:
    """With spaces in place of tabs."""
    require_memory(self.count("\t") * tabsize)
    return self.expandtabs(tabsize)


@builtin('center(str self, int width, str fillchar=" ") -> str')
@by_bytes
def center(self: str, width: int, fillchar: str = " ") -> str:
    """In the middle of a width."""
    require_memory(width)
    return self.center(width, _fill(fillchar))


@builtin('ljust(str self, int width, str fillchar=" ") -> str')
@by_bytes
def ljust(self: str, width: int, fillchar: str = " ") -> str:
    """At the left of a width."""
    require_memory(width)
    return self.ljust(width, _fill(fillchar))


@builtin('rjust(str self, int width, str fillchar=" ") -> str')
@by_bytes
def rjust(self: str, width: int, fillchar: str = " ") -> str:
    """At the right of a width."""
    require_memory(width)
    return self.rjust(width, _fill(fillchar))


@builtin("zfill(str self, int width) -> str")
@by_bytes
def zfill(self: str, width: int) -> str:
    """At the right of a width, after zeros."""
    require_memory(width)
    return self.zfill(width)


@builtin("ord(str string) -> int")
@by_bytes
def to_ord(string: str) -> int:
    """The number of a character."""
    if len(string) != 1:
        raise RuntimeError(f"String for ord() must be 1 character, found {len(string)}")
    return byte_number(string)


@builtin("chr(int i) -> str")
def to_chr(i: int) -> str:
    """The character with a number; of numbers beyond a byte, their last byte."""
    if not 0 <= i < 0x110000:
        raise RuntimeError(f"chr() arg not in range(0x110000), found {i}")
    return byte_text(i)


@builtin("format(str self, ...) -> str")
def format_str(self: str, *args: Any) -> str:
    """The text with the arguments in place of its `{}`."""
    parts = self.split("{}")
    if len(parts) - 1 > len(args):
        raise RuntimeError(f"Too few arguments for format string: {self}")
    # arguments that are left over are left out
    return joined_text(parts[0] + "".join(value_text(value) + part for value, part in zip(args, parts[1:])))


@builtin("percentFormat(str self, ...) -> str")
def percent_format(self: str, *args: Any) -> str:
    """The text with the arguments in place of its `%s`, `%d` and so on."""
    # `text % (a, b)` has one argument, a tuple
    only = args[0] if len(args) == 1 else args
    remaining = list(cast("tuple[Any, ...]", only)) if isinstance(only, tuple) else [only]
    pieces: list[str] = []
    place = 0
    while (found := self.find("%", place)) >= 0:
        pieces.append(self[place:found])
        specifier = self[found + 1 : found + 2]
        place = found + 2
        if not specifier:
            raise RuntimeError("Incomplete format specifier")
        if specifier == "%":
            pieces.append("%")
            continue
        if not remaining:
            raise RuntimeError("Too few arguments for format string")
        pieces.append(_specified(specifier, remaining.pop(0)))
    if remaining:
        raise RuntimeError("Too many arguments for format string")
    return joined_text("".join(pieces) + self[place:])


def _specified(specifier: str, value: Any) -> str:
    if specifier == "s":
        return value_text(value)
    if specifier == "c":
        if isinstance(value, int):
            return byte_text(value)
        if isinstance(value, str):
            return value
        raise RuntimeError(f"%{specifier} requires an int or char for formatting, but got {value_text(value)}")
    if specifier not in ("d", "i", "e", "E", "f", "F", "g", "G"):
        raise RuntimeError(f"The specifier %{specifier} is not supported in TorchScript format strings")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise RuntimeError(f"%{specifier} requires a number for formatting, but got {value_text(value)}")
    return f"%{specifier}" % value


@builtin("warn(str message, int stacklevel=2) -> ()")
def warn(message: str, stacklevel: int = 2) -> None:
    """Show a warning."""
    warnings.warn(message, UserWarning, stacklevel=stacklevel)


@builtin("upper(str self) -> str")
@by_bytes
def upper(self: str) -> str:
    """In capitals."""
    return self.upper()


@builtin("lower(str self) -> str")
@by_bytes
def lower(self: str) -> str:
    """In small letters."""
    return self.lower()


@builtin("capitalize(str self) -> str")
@by_bytes
def capitalize(self: str) -> str:
    """With a capital first letter, the others small."""
    return self.capitalize()


@builtin("title(str self) -> str")
@by_bytes
def title(self: str) -> str:
    """With a capital at the start of each word."""
    return self.title()


@builtin("swapcase(str self) -> str")
@by_bytes
def swapcase(self: str) -> str:
    """With capitals and small letters exchanged."""
    return self.swapcase()


@builtin("isalnum(str self) -> bool")
@by_bytes
def isalnum(self: str) -> bool:
    """Whether there are only letters and digits."""
    return self.isalnum()


@builtin("isalpha(str self) -> bool")
@by_bytes
def isalpha(self: str) -> bool:
    """Whether there are only letters."""
    return self.isalpha()


@builtin("isdecimal(str self) -> bool")
@by_bytes
def isdecimal(self: str) -> bool:
    """Whether there are only decimal digits."""
    return self.isdecimal()


@builtin("isdigit(str self) -> bool")
@by_bytes
def isdigit(self: str) -> bool:
    """Whether there are only digits."""
    return self.isdigit()


@builtin("isnumeric(str self) -> bool")
@by_bytes
def isnumeric(self: str) -> bool:
    """Whether there are only numeric characters."""
    return self.isnumeric()


@builtin("isspace(str self) -> bool")
@by_bytes
def isspace(self: str) -> bool:
    """Whether there are only spaces."""
    return self.isspace()


@builtin("isprintable(str self) -> bool")
@by_bytes
def isprintable(self: str) -> bool:
    """Whether there are only printable characters."""
    return self.isprintable()


@builtin("isidentifier(str self) -> bool")
@by_bytes
def isidentifier(self: str) -> bool:
    """Whether the text could be a name."""
    return self.isidentifier()


@builtin("islower(str self) -> bool")
@by_bytes
def islower(self: str) -> bool:
    """Whether all letters are small."""
    return self.islower()


@builtin("isupper(str self) -> bool")
@by_bytes
def isupper(self: str) -> bool:
    """Whether all letters are capitals."""
    return self.isupper()


@builtin("istitle(str self) -> bool")
@by_bytes
def istitle(self: str) -> bool:
    """Whether each word starts with a capital."""
    return self.istitle()
