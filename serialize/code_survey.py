"""The operators that an archive's code calls: texts in, names such as `aten::add` and their places out; found before anything is compiled.

Printed code spells every operator as a call, so the words `torch.` and `ops.` tell which there may be; only where one of them does not
exist is the text parsed, for the calls themselves. Python's own operators (`a + b`) do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from ..script import syntax
from ..script.node import Node
from ..script.source import Span
from .code_reader import ArchiveCode
from .model_json import OldModel

PLACES = 5
"""How many places of an operator a message names."""

_ATEN = re.compile(r"torch\.(?:autograd\.)?([A-Za-z_]\w*)", re.ASCII)
_OTHERS = re.compile(r"ops\.([A-Za-z_]\w*)\.([A-Za-z_]\w*)", re.ASCII)


def operator_calls(root: syntax.Definition) -> Iterator[tuple[str, Span]]:
    """The operators called in a definition, and where: `torch.add` is `aten::add`, `ops.prim.dtype` is `prim::dtype`."""
    pending: list[object] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending += reversed(cast("tuple[object, ...]", node))
        elif isinstance(node, Node):
            if isinstance(node, syntax.Call):
                name = _operator(node.function)
                if name is not None:
                    yield name, node.span
            pending += (getattr(node, field) for field in reversed(type(node).fields[:-1]))


def _operator(function: syntax.Expression) -> str | None:
    parts: list[str] = []
    while isinstance(function, syntax.Attribute):
        parts.append(function.name)
        function = function.value
    if not isinstance(function, syntax.Name):
        return None
    match (function.identifier, *reversed(parts)):
        case ("torch", name):
            return f"aten::{name}"
        case ("torch", "autograd", name):
            return f"aten::{name}"
        case ("ops", namespace, name):
            return f"{namespace}::{name}"
        case _:
            return None


def check_operators(code: ArchiveCode | OldModel, is_known: Callable[[str], bool]) -> None:
    """Raise RuntimeError with every operator that is not known, how often it is called, and where."""
    known: dict[str, bool] = {}

    def is_missing(name: str) -> bool:
        if name not in known:
            known[name] = is_known(name)
        return not known[name]

    missing: dict[str, list[Span]] = {}
    for path in code.paths():
        source = code.source(path) if isinstance(code, ArchiveCode) else None
        if source is not None and not any(map(is_missing, _words(source.text))):
            continue
        file = code.file(path)
        assert file is not None
        for definition in file.definitions:
            for name, span in operator_calls(definition):
                if is_missing(name):
                    missing.setdefault(name, []).append(span)
    if missing:
        raise RuntimeError(_message(missing))


def _words(text: str) -> Iterator[str]:
    """The operators that a text may call: what looks like one, inside of texts too where that is no matter."""
    for match in _ATEN.finditer(text):
        if _begins_name(text, match.start()):
            yield f"aten::{match[1]}"
    for match in _OTHERS.finditer(text):
        if _begins_name(text, match.start()):
            yield f"{match[1]}::{match[2]}"


def _begins_name(text: str, at: int) -> bool:
    """Whether a word is not a part of a longer name: there are modules called `torch` and `ops`."""
    before = text[at - 1] if at else " "
    return before != "." and before != "_" and not before.isalnum()


def _message(missing: dict[str, list[Span]]) -> str:
    rows: list[str] = []
    for name, spans in sorted(missing.items()):
        calls = "1 call" if len(spans) == 1 else f"{len(spans)} calls"
        rows.append(f"\n  {name} ({calls}): {_places(spans)}")
    count = "an operator" if len(missing) == 1 else f"{len(missing)} operators"
    return f"load: the archive calls {count} that rushlight does not have:{''.join(rows)}"


def _places(spans: Iterable[Span]) -> str:
    """The lines of the original program, of the archive's code where that is not known."""
    places = dict.fromkeys(f"{place.source.filename}:{place.line}" for place in (span.original() or span for span in spans))
    more = len(places) - PLACES
    return ", ".join(list(places)[:PLACES]) + (f" and {more} more" if more > 0 else "")
