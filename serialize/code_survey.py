"""The operators that parsed code calls: a definition in, names such as `aten::add` out; found before anything is compiled.

Printed code spells every operator as a call, so the syntax tells them all; Python's own operators (`a + b`) do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from ..script import syntax
from ..script.node import Node


def operator_calls(root: syntax.Definition) -> Iterator[str]:
    """The operators called in a definition: `torch.add` is `aten::add`, `ops.prim.dtype` is `prim::dtype`."""
    pending: list[object] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending += cast("tuple[object, ...]", node)
        elif isinstance(node, Node):
            if isinstance(node, syntax.Call):
                name = _operator(node.function)
                if name is not None:
                    yield name
            pending += (getattr(node, field) for field in type(node).fields[:-1])


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


def check_operators(definitions: Iterable[syntax.Definition], is_known: Callable[[str], bool]) -> None:
    """Raise RuntimeError with every operator that is not known, and how often it is called."""
    missing = Counter(name for definition in definitions for name in operator_calls(definition) if not is_known(name))
    if not missing:
        return
    rows = "".join(f"\n  {name} ({count} {'call' if count == 1 else 'calls'})" for name, count in sorted(missing.items()))
    count = "an operator" if len(missing) == 1 else f"{len(missing)} operators"
    raise RuntimeError(f"load: the archive calls {count} that rushlight does not have:{rows}")
