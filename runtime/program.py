"""Programs: rows of kernels over numbered words, made once and run many times by executor.py.

A program has `word_count` 64-bit words. Some are constants, some are addresses inside its arena, some are addresses of other
words; the rest are set by the caller or by rows. A row names words; the executor gathers their values into the run of words
that the row's kernel sees. Control flow is jump rows. A host row returns to Python for one step.

The text of a program prints and parses: `parse(str(program), kernels) == program`. What follows `#` is for people only.

    program 6 words, 64 bytes
    %1 = 100
    %2 = arena 0
    %4 = &3
    0: relu_float32_float32_0_5f0c(%0, %2) items %1 tasks 2
    1: jump 0 if %3
    2: %5 = allocate %1
    3: host 0(%2, %3)
    4: free %5, %1
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .kernels.running.engine import Kernel


@dataclass(frozen=True, slots=True)
class KernelRow:
    """Run `kernel` over items 0..words[items]-1 with the values of `operands` as its words.

    The items may be split into up to `tasks` ranges that run at once. `failure` is an index into `Program.failures`: what
    turns a positive status into an exception; -1 for kernels that cannot fail.
    """

    kernel: Kernel
    operands: tuple[int, ...]
    items: int
    tasks: int = 1
    failure: int = -1

    def __str__(self) -> str:
        tasks = f" tasks {self.tasks}" if self.tasks != 1 else ""
        failure = f" failure {self.failure}" if self.failure >= 0 else ""
        return f"{self.kernel.symbol}({_words(self.operands)}) items %{self.items}{tasks}{failure}"


@dataclass(frozen=True, slots=True)
class JumpRow:
    """Go on at row `target` if words[word] is not 0 (`when` true) or is 0 (`when` false)."""

    target: int
    word: int
    when: bool = True

    def __str__(self) -> str:
        return f"jump {self.target} {'if' if self.when else 'unless'} %{self.word}"


@dataclass(frozen=True, slots=True)
class HostRow:
    """Call `Program.hosts[host]` with the frame; `operands` are the words that it reads and writes."""

    host: int
    operands: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"host {self.host}({_words(self.operands)})"


@dataclass(frozen=True, slots=True)
class AllocateRow:
    """words[word] = the address of a block of words[bytes] bytes that lives until a free row, or until the run is over."""

    word: int
    bytes: int

    def __str__(self) -> str:
        return f"%{self.word} = allocate %{self.bytes}"


@dataclass(frozen=True, slots=True)
class FreeRow:
    """Give back the block at words[word], of words[bytes] bytes as when it was allocated."""

    word: int
    bytes: int

    def __str__(self) -> str:
        return f"free %{self.word}, %{self.bytes}"


Row = KernelRow | JumpRow | HostRow | AllocateRow | FreeRow


def _nothing() -> list[Any]:
    return []


@dataclass(frozen=True, slots=True)
class Program:
    """Rows and the words they share; immutable, and used by many callers at once, each with its own frame."""

    word_count: int
    rows: tuple[Row, ...]
    constants: tuple[tuple[int, int], ...] = ()
    """(word, value), set when a frame is made; no row writes them."""
    variables: tuple[tuple[int, int], ...] = ()
    """(word, value), set again before every run; rows may write them."""
    arena_size: int = 0
    """Bytes of scratch memory that each frame owns."""
    arena: tuple[tuple[int, int], ...] = ()
    """(word, offset): the word holds the address of the arena plus the offset."""
    references: tuple[tuple[int, int], ...] = ()
    """(word, other): the word holds the address of the other word, for kernels that write words."""
    hosts: tuple[Callable[[Any], None], ...] = field(default=(), compare=False)
    """What host rows call, with the frame."""
    failures: tuple[Callable[[Any, int], Exception], ...] = field(default=(), compare=False)
    """What makes an exception of (frame, failing item)."""
    owns: tuple[object, ...] = field(default=(), compare=False)
    """Whatever must live as long as the program: packed weights whose addresses are constants."""
    releases_gil: bool = False
    """Whether other Python threads may run meanwhile; worth it from about 200 microseconds."""
    prepared: list[Any] = field(default_factory=_nothing, init=False, repr=False, compare=False)
    """What the executor keeps for this program, once it has run."""

    def __post_init__(self) -> None:
        for at, row in enumerate(self.rows):
            _check(self, at, row)

    def __str__(self) -> str:
        lines = [f"program {self.word_count} words, {self.arena_size} bytes{', releases the GIL' if self.releases_gil else ''}"]
        lines += [f"%{word} = {value}" for word, value in self.constants]
        lines += [f"%{word} starts at {value}" for word, value in self.variables]
        lines += [f"%{word} = arena {offset}" for word, offset in self.arena]
        lines += [f"%{word} = &{other}" for word, other in self.references]
        lines += [f"{at}: {row}" for at, row in enumerate(self.rows)]
        return "\n".join(lines) + "\n"


def _words(words: tuple[int, ...]) -> str:
    return ", ".join(f"%{word}" for word in words)


def _check(program: Program, at: int, row: Row) -> None:
    match row:
        case KernelRow():
            words = (*row.operands, row.items)
        case JumpRow():
            words = (row.word,)
            if not 0 <= row.target <= len(program.rows):
                raise ValueError(f"program: row {at} jumps to {row.target}, but there are {len(program.rows)} rows")
        case HostRow():
            words = row.operands
        case AllocateRow() | FreeRow():
            words = (row.word, row.bytes)
    for word in words:
        if not 0 <= word < program.word_count:
            raise ValueError(f"program: row {at} uses word {word}, but there are {program.word_count} words")


# Text

_HEAD = re.compile(r"program (\d+) words, (\d+) bytes(, releases the GIL)?")
_WORD = re.compile(r"%(\d+) (?:(=) (-?\d+)|(starts at) (-?\d+)|= (arena) (\d+)|= (&)(\d+))")
_KERNEL = re.compile(r"(\w+)\(([^)]*)\) items %(\d+)(?: tasks (\d+))?(?: failure (\d+))?")
_JUMP = re.compile(r"jump (\d+) (if|unless) %(\d+)")
_HOST = re.compile(r"host (\d+)\(([^)]*)\)")
_ALLOCATE = re.compile(r"%(\d+) = allocate %(\d+)")
_FREE = re.compile(r"free %(\d+), %(\d+)")


def parse(text: str, kernels: Mapping[str, Kernel]) -> Program:
    """The program that printed `text`; `kernels` finds kernels by symbol. ValueError names the line that is wrong.

    Python objects (hosts, failures, what it owns) have no text; `dataclasses.replace` adds them.
    """
    lines = text.strip().splitlines()
    head = _HEAD.fullmatch(lines[0]) if lines else None
    if head is None:
        raise ValueError(f"program: line 1 is {lines[0] if lines else ''!r}; expected `program N words, M bytes`")
    words: dict[str, list[tuple[int, int]]] = {"=": [], "starts at": [], "arena": [], "&": []}
    rows: list[Row] = []
    for number, commented in enumerate(lines[1:], 2):
        line = commented.partition("#")[0].strip()
        if not line:
            continue
        word = _WORD.fullmatch(line)
        if word is not None:
            kind, value = [part for part in word.groups()[1:] if part is not None]
            words[kind].append((int(word[1]), int(value)))
            continue
        index, _, rest = line.partition(": ")
        row = _parse_row(rest, kernels) if index == str(len(rows)) else None
        if row is None:
            raise ValueError(f"program: line {number} is {line!r}; expected a word, or row {len(rows)} with a known kernel")
        rows.append(row)
    return Program(
        int(head[1]), tuple(rows), tuple(words["="]), tuple(words["starts at"]), int(head[2]), tuple(words["arena"]),
        tuple(words["&"]), releases_gil=head[3] is not None,
    )


def _parse_row(text: str, kernels: Mapping[str, Kernel]) -> Row | None:
    if found := _JUMP.fullmatch(text):
        return JumpRow(int(found[1]), int(found[3]), found[2] == "if")
    if found := _HOST.fullmatch(text):
        return HostRow(int(found[1]), _parse_words(found[2]))
    if found := _ALLOCATE.fullmatch(text):
        return AllocateRow(int(found[1]), int(found[2]))
    if found := _FREE.fullmatch(text):
        return FreeRow(int(found[1]), int(found[2]))
    found = _KERNEL.fullmatch(text)
    if found is None or found[1] not in kernels:
        return None
    tasks, failure = int(found[4] or 1), -1 if found[5] is None else int(found[5])
    return KernelRow(kernels[found[1]], _parse_words(found[2]), int(found[3]), tasks, failure)


def _parse_words(text: str) -> tuple[int, ...]:
    return tuple(int(word.strip().removeprefix("%")) for word in text.split(",") if word.strip())
